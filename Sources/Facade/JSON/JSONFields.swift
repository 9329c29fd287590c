internal import Ledger
internal import Wire

/// The fields of a command's body, each with its meaning.
extension JSONObjectReader {
    func text(_ name: String) throws(Fault) -> String {
        do { return try string(name) } catch { throw Fault(error) }
    }

    func optionalText(_ name: String) throws(Fault) -> String? {
        do { return try stringIfPresent(name) } catch { throw Fault(error) }
    }

    func flag(_ name: String) throws(Fault) -> Bool {
        do { return try boolIfPresent(name) ?? false } catch { throw Fault(error) }
    }

    /// The position of an event: an integer, as receipts give it, or a decimal string, as lists of events do.
    func eventPosition(_ name: String) throws(Fault) -> UInt64 {
        guard type(of: name) == .string else { return try position(name) }
        guard let position = PositionText.position(try text(name)) else { throw PositionText.fault(name) }
        return position
    }

    /// The position of an event, as receipts give it: an integer.
    func position(_ name: String) throws(Fault) -> UInt64 {
        let number: Int64
        do { number = try integer(name) } catch { throw Fault(error) }
        guard let position = UInt64(exactly: number) else { throw .invalid(name, "is below zero; it is the position of an event.") }
        return position
    }

    func optionalPosition(_ name: String) throws(Fault) -> UInt64? { type(of: name) == nil ? nil : try eventPosition(name) }

    /// Positions of events: `["17", "18"]`. How many, the command says.
    func positions(_ name: String) throws(Fault) -> [UInt64] {
        guard let value = self[name] else { throw .invalid(name, "is missing.") }
        return try PositionText.positions(value, name)
    }

    /// A calendar day, such as `2019-07-26`.
    func day(_ name: String) throws(Fault) -> Day? {
        guard let text = try optionalText(name) else { return nil }
        guard let day = Day(text) else { throw .invalid(name, "is no day such as 2019-07-26.") }
        return day
    }

    /// One of an enumeration's names.
    func choice<Choice>(_ name: String, _ choices: [String: Choice]) throws(Fault) -> Choice {
        guard let choice = choices[try text(name)] else {
            throw .notAmong(name, choices)
        }
        return choice
    }

    func optionalChoice<Choice>(_ name: String, _ choices: [String: Choice]) throws(Fault) -> Choice? {
        type(of: name) == nil ? nil : try choice(name, choices)
    }

    /// A whole number of things, as a JSON integer.
    func number(_ name: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
        guard let value = self[name] else { throw .invalid(name, "is missing.") }
        return try Fields.number(value, name, range)
    }

    func optionalNumber(_ name: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64? {
        type(of: name) == nil ? nil : try number(name, range)
    }

    /// A session's number, a decimal string as its login's receipt gave it.
    func session(_ name: String) throws(Fault) -> UInt32? {
        guard let text = try optionalText(name) else { return nil }
        return try SessionText.number(text, name)
    }

    func amount(_ name: String, _ currency: Currency) throws(Fault) -> Amount {
        guard let amount = Amount(try units(name, currency)) else { throw AmountText.outOfRange(name, currency) }
        return amount
    }

    /// Minor units of 0 or more.
    func units(_ name: String, _ currency: Currency) throws(Fault) -> Int64 {
        guard let type = type(of: name) else { throw .invalid(name, "is missing.") }
        guard type == .string else { throw AmountText.notAString(name, type, currency) }
        return try AmountText.units(try text(name), name, currency)
    }

    func instant(_ name: String) throws(Fault) -> Instant? {
        guard let text = try optionalText(name) else { return nil }
        guard let instant = Instant(text) else {
            throw .noTime(name)
        }
        return instant
    }
}

/// Amounts stand in JSON as decimal strings: a JSON number is a double to many readers.
enum AmountText {
    static func units(_ text: String, _ field: String, _ currency: Currency) throws(Fault) -> Int64 {
        // One spelling a number: no leading zeros.
        let isPadded = text.utf8.first == UInt8(ascii: "0") && text.utf8.count > 1 && !text.utf8.starts(with: "0.".utf8)
        guard text.utf8.count <= 32, !isPadded, let units = currency.units(parsing: text) else {
            throw .invalid(
                field,
                "is no amount of \(currency.code): send digits such as \"\(example(currency))\", without sign, separators or leading zeros.")
        }
        return units
    }

    static func notAString(_ field: String, _ type: JSONType, _ currency: Currency) -> Fault {
        .invalid(field, "must be a decimal string such as \"\(example(currency))\", not \(type.phrase).")
    }

    static func outOfRange(_ field: String, _ currency: Currency) -> Fault {
        .invalid(field, "must be more than zero and at most \(currency.text(Amount.greatest)).")
    }

    private static func example(_ currency: Currency) -> String { currency.exponent == 0 ? "3000" : currency.text(300_050) }
}

/// Positions of events in JSON.
enum PositionText {
    static func positions(_ value: JSONValue, _ field: String) throws(Fault) -> [UInt64] {
        guard case .array(let elements) = value else {
            throw .invalid(field, "must be an array of positions such as [\"17\", \"18\"], not \(value.type.phrase).")
        }
        var positions: [UInt64] = []
        for element in elements {
            switch element {
            case .integer(let number): positions.append(try UInt64(exactly: number).orThrow(fault(field)))
            case .string(let text): positions.append(try position(text).orThrow(fault(field)))
            default: throw fault(field)
            }
        }
        return positions
    }

    /// Without leading zeros.
    static func position(_ text: String) -> UInt64? {
        guard text == "0" || text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int64(text).map { UInt64($0) }
    }

    static func fault(_ field: String) -> Fault { .invalid(field, "is no position of an event, such as 17 or \"17\".") }
}

extension Optional {
    fileprivate func orThrow(_ fault: @autoclosure () -> Fault) throws(Fault) -> Wrapped {
        guard let self else { throw fault() }
        return self
    }
}

enum SessionText {
    static func number(_ text: String, _ field: String) throws(Fault) -> UInt32 {
        guard text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt32(text) else {
            throw .invalid(field, "is no session's number such as \"17\".")
        }
        return number
    }
}
