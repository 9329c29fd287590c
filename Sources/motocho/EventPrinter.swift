import Facade
import Journal
import Ledger

/// Prints events as a table, a story, JSON Lines or CSV.
struct EventPrinter {
    private let output: Output
    private let format: Format
    private let words: Words
    private let json: EventJSON
    private let isStory: Bool
    private var table: Table
    private let currency: Currency

    init(_ output: Output, _ format: Format, _ books: Books, _ log: Log, isStory: Bool) {
        self.output = output
        self.format = format
        self.isStory = isStory
        words = Words(books)
        currency = log.genesis.currency
        let actors = books.actors
        json = EventJSON(currency: currency, actorName: { actors.name($0) })
        table = Table(
            output,
            isStory
                ? [("position", .right), ("recorded (JST)", .left), ("what happened", .left), ("balance", .right)]
                : [
                    ("position", .right), ("recorded (JST)", .left), ("account", .left), ("kind", .left), ("amount", .right),
                    ("balance", .right), ("what happened", .left),
                ])
        if format == .csv { output.line(EventCSV.header) }
    }

    mutating func add(_ event: Event) {
        switch format {
        case .json:
            output.write(json.line(event))
            output.write([0x0A])
        case .csv: output.line(EventCSV(currency: currency).line(event))
        case .table: row(event)
        }
    }

    private mutating func row(_ event: Event) {
        let (position, time, what) = ("\(event.position)", event.recordedAt.shortText, words.of(event))
        let balance = event.subject.isNone ? "" : currency.grouped(event.balanceAfter)
        if isStory { return table.add([position, time, what, balance]) }
        let account = event.subject.memberOrdinal.map { "\($0)" } ?? (event.subject.isNone ? "" : "\(event.subject)")
        table.add([position, time, account, event.kind.name, event.amount == 0 ? "" : currency.grouped(event.amount), balance, what])
    }

    mutating func finish() { if format == .table { table.finish() } }
}

/// An event as one line of CSV, every field a column; what kinds say beyond the header stands in columns of its own.
struct EventCSV {
    let currency: Currency

    private static let texts: [Tail.Field] = [.person, .externalID, .store, .storePlace, .register, .partnerReference, .reason, .actorName]

    static let header = CSVLine.text(
        [
            "position", "recordedAt", "occurredAt", "kind", "account", "subject", "debit", "credit", "amount", "balanceAfter", "previous",
            "reference", "source", "channel", "groupIndex", "groupCount", "actor", "session", "authLevel", "policyVersion", "key",
            "fingerprint", "rejection", "refusedCommand", "tail",
        ] + texts.map(\.name))

    func line(_ event: Event) -> String {
        var fields = ["\(event.position)", event.recordedAt.description, event.occurredAt.description, event.kind.name]
        fields += [event.subject.memberOrdinal.map { "\($0)" } ?? "", code(event.subject), code(event.debit), code(event.credit)]
        fields += [currency.text(event.amount), currency.text(event.balanceAfter), "\(event.previous)", "\(event.reference)"]
        fields += [event.source?.name ?? "", event.channel.name, "\(event.groupIndex)", "\(event.groupCount)", "\(event.actor)"]
        fields += ["\(event.session)", "\(event.authLevel)", "\(event.policyVersion)"]
        fields += [event.key.hexadecimal, hexadecimal([event.fingerprint]), event.rejection?.code.name ?? ""]
        fields.append(event.tail.bytes(.refusedCommand)?.first.flatMap(Command.Name.init(rawValue:))?.name ?? "")
        fields.append(event.tail.bytes.reduce(into: "") { $0 += ($1 < 16 ? "0" : "") + String($1, radix: 16) })
        fields += Self.texts.map { event.tail.text($0) ?? "" }
        return CSVLine.text(fields)
    }

    private func code(_ account: AccountCode) -> String { account.isNone ? "" : account.description }

    private func hexadecimal(_ words: [UInt64]) -> String {
        words.map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}
