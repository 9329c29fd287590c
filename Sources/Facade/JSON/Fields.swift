internal import Ledger
internal import Wire

/// The members of an object inside a command's object. Faults name them by their path: `access.auth.level`.
struct Fields {
    private let object: JSONObject
    private let path: String

    /// Throws if it is no object, or has a member that is none of these.
    init(_ value: JSONValue, _ path: String, allowing names: [String]) throws(Fault) {
        guard case .object(let object) = value else { throw .invalid(path, "must be an object, not \(value.type.phrase).") }
        guard object.unknownMember(besides: names) == nil else {
            throw .invalid(path, "has a member that is not one of \(names.joined(separator: ", ")).")
        }
        self.object = object
        self.path = path
    }

    func name(_ member: String) -> String { path + "." + member }

    subscript(member: String) -> JSONValue? { object[member] }

    func text(_ member: String) throws(Fault) -> String {
        guard let text = try optionalText(member) else { throw .invalid(name(member), "is missing.") }
        return text
    }

    func optionalText(_ member: String) throws(Fault) -> String? {
        guard let value = object[member] else { return nil }
        guard case .string(let text) = value else { throw .invalid(name(member), "must be a string, not \(value.type.phrase).") }
        return text
    }

    func number(_ member: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
        guard let number = try optionalNumber(member, range) else { throw .invalid(name(member), "is missing.") }
        return number
    }

    func optionalNumber(_ member: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64? {
        guard let value = object[member] else { return nil }
        return try Self.number(value, name(member), range)
    }

    static func number(_ value: JSONValue, _ field: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
        guard case .integer(let number) = value, range.contains(number) else {
            throw .invalid(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return number
    }

    /// A whole number, as a JSON integer or a decimal string.
    func wholeNumber(_ member: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
        guard let value = object[member] else { throw .invalid(name(member), "is missing.") }
        return try Self.wholeNumber(value, name(member), range)
    }

    static func wholeNumber(_ value: JSONValue, _ field: String, _ range: ClosedRange<Int64>) throws(Fault) -> Int64 {
        guard case .string(let text) = value else { return try number(value, field, range) }
        guard let number = PositionText.position(text) else {
            throw .invalid(field, "must be a whole number from \(range.lowerBound) to \(range.upperBound).")
        }
        return try Self.number(.integer(Int64(number)), field, range)
    }

    func positions(_ member: String) throws(Fault) -> [UInt64] {
        guard let value = object[member] else { throw .invalid(name(member), "is missing.") }
        return try PositionText.positions(value, name(member))
    }

    func choice<Choice>(_ member: String, _ choices: [String: Choice]) throws(Fault) -> Choice {
        guard let choice = choices[try text(member)] else { throw .notAmong(name(member), choices) }
        return choice
    }

    func optionalChoice<Choice>(_ member: String, _ choices: [String: Choice]) throws(Fault) -> Choice? {
        object[member] == nil ? nil : try choice(member, choices)
    }

    func instant(_ member: String) throws(Fault) -> Instant {
        guard let instant = Instant(try text(member)) else { throw .noTime(name(member)) }
        return instant
    }

    /// A list of funding sources; empty if it is absent.
    func sources(_ member: String) throws(Fault) -> [FundingSource] { try Self.sources(object[member], name(member)) }

    static func sources(_ value: JSONValue?, _ field: String) throws(Fault) -> [FundingSource] {
        guard let value else { return [] }
        guard case .array(let elements) = value else { throw .invalid(field, "must be an array of funding sources.") }
        var sources: [FundingSource] = []
        for element in elements {
            guard case .string(let text) = element, let source = Names.sources[text] else { throw .notAmong(field, Names.sources) }
            guard !sources.contains(source) else { throw .invalid(field, "names a source twice.") }
            sources.append(source)
        }
        guard !sources.isEmpty else { throw .invalid(field, "is empty; leave it out or name a source.") }
        return sources
    }
}

extension Fault {
    static func notAmong<Choice>(_ field: String, _ choices: [String: Choice]) -> Fault {
        .invalid(field, "is not one of \(choices.keys.sorted().joined(separator: ", ")).")
    }

    static func noTime(_ field: String) -> Fault {
        .invalid(field, "is no RFC 3339 time such as 2019-07-31T17:00:00+09:00, nor of the form 2019-09-30 24:00 JST.")
    }
}
