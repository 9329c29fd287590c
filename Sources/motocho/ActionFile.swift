import Ledger

/// A file of account actions, line by line.
///
///     reference,occurredAt,account,action,amount,source,store
///
/// The header is required, in any order of columns; other columns are refused. `reference` is the command's idempotency
/// key, `account` the account's external id, `action` is charge or pay, `amount` a decimal in the ledger's currency;
/// a charge has a `source`, a payment a `store`; `occurredAt` may be empty, which means the time of recording.
struct ActionFile {
    enum Column: Int, CaseIterable {
        case reference, occurredAt, account, action, amount, source, store
        var name: String { "\(self)" }
    }

    /// One line that reads.
    struct Action {
        let reference: String
        let occurredAt: Instant?
        let account: String
        let command: Command
    }

    struct Line {
        let number: UInt64
        let action: Result<Action, Malformed>
    }

    private var reader: CSVReader
    private let currency: Currency
    /// Where each column stands.
    private let places: [Int]
    private var lastTime: (bytes: [UInt8], instant: Instant)?
    private(set) var lines: UInt64 = 0

    init(_ source: ByteSource, currency: Currency) throws {
        self.currency = currency
        reader = CSVReader(source)
        places = try Self.header(&reader)
    }

    /// Bytes read so far, and bytes in all.
    var progress: (done: UInt64, size: UInt64?) { reader.progress }

    private static let wanted = Column.allCases.map(\.name).joined(separator: ",")

    private static func header(_ reader: inout CSVReader) throws -> [Int] {
        guard try reader.next() else { throw Failure("the file is empty; its first line must be \(wanted)") }
        if let fault = reader.fault { throw Failure("line \(reader.line): \(fault); the first line must be \(wanted)") }
        let names = (0..<reader.count).map { reader.text($0) ?? "(not UTF-8)" }
        for name in names where !Column.allCases.contains(where: { $0.name == name }) {
            throw Failure("the first line names a column \"\(name.prefix(40))\" that import does not know; it takes \(wanted)")
        }
        return try Column.allCases.map { column in
            guard let place = names.firstIndex(of: column.name) else {
                throw Failure("the first line lacks the column \(column.name); it must name \(wanted), in any order")
            }
            guard names.lastIndex(of: column.name) == place else { throw Failure("the first line names the column \(column.name) twice") }
            return place
        }
    }

    mutating func next() throws -> Line? {
        guard try reader.next() else { return nil }
        lines += 1
        do throws(Malformed) {
            return Line(number: reader.line, action: .success(try action()))
        } catch {
            return Line(number: reader.line, action: .failure(error))
        }
    }

    private mutating func action() throws(Malformed) -> Action {
        if let fault = reader.fault { throw Malformed(field: "the line", reason: "does not read: \(fault)") }
        guard reader.count == places.count else {
            throw Malformed(field: "the line", reason: "has \(reader.count) fields; the header names \(places.count)")
        }
        let reference = try text(.reference)
        let account = try text(.account)
        let occurredAt = try time()
        guard let units = currency.units(parsing: try text(.amount)) else {
            throw Malformed(field: "amount", reason: "is no amount of \(currency.code): digits, at most \(currency.exponent) behind a point, no sign")
        }
        guard let amount = Amount(units) else {
            throw Malformed(field: "amount", reason: "must be more than zero and at most \(currency.text(Amount.greatest))")
        }
        if `is`(.action, Self.charge) {
            guard let source = source() else {
                throw Malformed(field: "source", reason: "of a charge must be one of \(FundingSource.allCases.map(\.name).joined(separator: ", "))")
            }
            return Action(
                reference: reference, occurredAt: occurredAt, account: account,
                command: .money(.charge(.external(account), source, amount, reference: nil)))
        }
        guard `is`(.action, Self.pay) else { throw Malformed(field: "action", reason: "is neither charge nor pay") }
        let store = try text(.store)
        return Action(
            reference: reference, occurredAt: occurredAt, account: account,
            command: .money(.pay(.external(account), store: store, place: nil, register: nil, amount)))
    }

    private static let charge = Array("charge".utf8)
    private static let pay = Array("pay".utf8)
    private static let sources = FundingSource.allCases.map { (source: $0, bytes: Array($0.name.utf8)) }

    private func `is`(_ column: Column, _ bytes: [UInt8]) -> Bool { reader.isField(places[column.rawValue], bytes) }

    private func source() -> FundingSource? {
        for (source, bytes) in Self.sources where `is`(.source, bytes) { return source }
        return nil
    }

    private func text(_ column: Column) throws(Malformed) -> String {
        guard let text = reader.text(places[column.rawValue]) else { throw Malformed(field: column.name, reason: "is not UTF-8") }
        guard !text.isEmpty else { throw Malformed(field: column.name, reason: "is empty") }
        return text
    }

    /// Lines of one day often share their time: the last one is kept.
    private mutating func time() throws(Malformed) -> Instant? {
        let bytes = reader.bytes(places[Column.occurredAt.rawValue])
        if bytes.isEmpty { return nil }
        if let lastTime, lastTime.bytes.elementsEqual(bytes) { return lastTime.instant }
        let text = try text(.occurredAt)
        // A day alone is its beginning in Japan.
        guard let instant = Instant(text) ?? Instant(text + "T00:00+09:00") else {
            throw Malformed(field: "occurredAt", reason: "is no RFC 3339 time such as 2019-07-31T17:00:00+09:00, and no day")
        }
        lastTime = (Array(bytes), instant)
        return instant
    }
}
