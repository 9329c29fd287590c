import ArgumentParser
import Journal
import Ledger
import Projections
import Wire

/// `controls`: what is stopped, what was, and what waits to be given back.
struct ControlsCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "controls",
        abstract: "Show what is stopped: charging, paying, registration, external logins, foreign addresses.",
        discussion: """
            Without an option: every switch and whether it is on. --timeline tells every
            control there ever was: from when until when, who decided it, why, and who
            approved its end. --voids lists refused charges whose money was taken in
            upstream and must be given back there.

            EXAMPLE: now; at the end of the third of July; the whole story:
              motocho controls
              motocho controls --as-of 2019-07-03T24:00+09:00
              motocho controls --timeline
              motocho controls --voids --format json

            To stop something, `motocho act activateControl`; to lift it, `motocho propose
            liftControl`: see their --help.
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Flag(help: "Every control there was, oldest first.")
    var timeline = false

    @Flag(help: "Refused charges whose money must be given back upstream.")
    var voids = false

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        guard !(timeline && voids) else { throw ValidationError("--timeline and --voids exclude each other.") }
    }

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let decided = try Decided.read(log: log, to: end)
        let output = Output()
        try Heading(log, end: end).show(output, format, isCut: cut.isGiven)
        // A cut in time is judged at that instant; else at the last event's, or now on a running service.
        let now = try cut.asOf?.instant ?? (cut.at == nil && log.genesis.clock == .system ? LedgerClock.system.wall() : lastInstant(log, end))
        if timeline {
            showTimeline(decided, now, output)
        } else if voids {
            showVoids(decided, log.genesis.currency, output)
        } else {
            showSwitches(decided, now, output)
        }
        output.flush()
    }

    @available(*, noasync)
    private func lastInstant(_ log: Log, _ end: UInt64) throws -> Instant {
        guard end > 0, let last = try log.event(at: end - 1) else { return Instant(microseconds: .min) }
        return last.recordedAt
    }

    // MARK: Now

    private static let switches: [(name: String, stops: Stops)] =
        FundingSource.allCases.map { ("charge \($0.name)", .charge($0)) }
        + [("pay", .pay), ("registration", .registration), ("externalIdLogin", .externalIdLogin), ("foreignIp", .foreignIp)]

    private func showSwitches(_ decided: Decided, _ now: Instant, _ output: Output) {
        var records = Records(output, format, [("what", .left), ("state", .left), ("since", .left), ("control", .right), ("decided by", .left), ("why", .left)])
        for (name, stops) in Self.switches {
            let spans = decided.controls.filter { $0.stops.isSuperset(of: stops) }
            if let span = spans.last(where: { $0.isInForce(at: now) }) {
                records.add([name, "stopped", records.time(span.effectiveAt), "\(span.position)", span.decidedBy, span.reason])
            } else if let next = spans.first(where: { $0.effectiveAt > now && ($0.until.map { $0 > now } ?? true) }) {
                records.add([name, "open, stops later", records.time(next.effectiveAt), "\(next.position)", next.decidedBy, next.reason])
            } else {
                records.add([name, "open", "", "", "", ""])
            }
        }
        records.finish()
    }

    // MARK: The story

    private func showTimeline(_ decided: Decided, _ now: Instant, _ output: Output) {
        if format == .table, decided.controls.isEmpty { return output.line("Nothing was ever stopped.") }
        var records = Records(
            output, format,
            [
                ("control", .right), ("what", .left), ("from", .left), ("until", .left), ("state", .left), ("decided", .left),
                ("by", .left), ("why", .left), ("lifted by", .left), ("approved by", .left), ("why lifted", .left),
            ])
        for span in decided.controls {
            let state = span.isInForce(at: now) ? "in force" : span.effectiveAt > now && (span.until.map { $0 > now } ?? true) ? "due" : "over"
            let lift = span.lift
            records.add([
                "\(span.position)", ControlWords.of(span.stops), records.time(span.effectiveAt), span.until.map { records.time($0) } ?? "", state,
                records.time(span.recordedAt), span.decidedBy, span.reason, lift?.by ?? "",
                lift.map { $0.approvedBy.joined(separator: ", ") } ?? "", lift?.reason ?? "",
            ])
        }
        records.finish()
    }

    private func showVoids(_ decided: Decided, _ currency: Currency, _ output: Output) {
        if format == .table, decided.voids.isEmpty { return output.line("Nothing waits to be given back.") }
        var records = Records(
            output, format, [("refusal", .right), ("refused", .left), ("account", .right), ("source", .left), ("amount", .right), ("reference", .left)])
        for due in decided.voids {
            records.add([
                "\(due.refusal)", records.time(due.recordedAt), due.account == 0 ? "" : "\(due.account)", due.source?.name ?? "",
                format == .table ? currency.grouped(due.amount) : currency.text(due.amount), due.reference ?? "",
            ])
        }
        records.finish()
    }
}

/// Records of texts in the three formats: a table, an object a line, or CSV. Member names are the columns' in camel case.
struct Records {
    private let output: Output
    private let format: Format
    private let names: [String]
    private var table: Table

    init(_ output: Output, _ format: Format, _ columns: [(String, Table.Side)]) {
        self.output = output
        self.format = format
        names = columns.map { title, _ in
            let words = title.split(separator: " ")
            return words.prefix(1).joined() + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
        }
        table = Table(output, columns.map { ($0.0, $0.1) })
        if format == .csv { output.line(CSVLine.text(names)) }
    }

    /// Short for people, RFC 3339 for programs.
    func time(_ instant: Instant) -> String { format == .table ? instant.shortText : instant.description }

    mutating func add(_ cells: [String]) {
        switch format {
        case .table: table.add(cells)
        case .csv: output.line(CSVLine.text(cells))
        case .json:
            var json = JSONWriter()
            json.object { object in for (name, cell) in zip(names, cells) where !cell.isEmpty { object.member(name, string: cell) } }
            json.endLine()
            output.write(json.bytes)
        }
    }

    mutating func finish() { if format == .table { table.finish() } }
}
