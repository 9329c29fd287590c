import ArgumentParser
import Facade
import Journal
import Ledger
import Projections
import Wire

/// `refunds`: what the service owed at its end, and what became of it.
struct RefundsCommandLine: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refunds",
        abstract: "Show the refunds of what was unused at the end, and make and read the bank's files.",
        discussion: """
            The list is pinned to a position and is the same for whoever has the log. What
            was fixed at the end, plus the adjustments since, is always what was paid, is
            on its way, waits, is claimed, is open or was excluded.

            EXAMPLE: totals at the end of the year; who is held; one account; all for a program:
              motocho refunds totals --as-of 2019-12-31
              motocho refunds list --state held
              motocho refunds show 17
              motocho refunds list --format csv

            Deciding and claiming are commands as the HTTP interface has them:
              motocho propose decideTermination effectiveAt="2019-09-30 24:00 JST" reason=end --because decided
              motocho act openBatch method=bank date=2019-11-15
            """,
        subcommands: [ListRefunds.self, ShowRefund.self, RefundTotals.self, ExportBatch.self, ReadResult.self, Reconcile.self])
}

/// `refunds list`.
struct ListRefunds: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List refunds, batches or adjustments.",
        discussion: """
            EXAMPLE:
              motocho refunds list --state held
              motocho refunds list --batches
              motocho refunds list --adjustments --format csv
              motocho refunds list --as-of 2020-01-10 --format json
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: ArgumentHelp("Only refunds in this state; held is one of them.", valueName: "state"))
    var state: String?

    @Flag(help: "The batches instead.")
    var batches = false

    @Flag(help: "What moved the liability after it was fixed, one by one.")
    var adjustments = false

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    private static let states = ShutdownBooks.State.allCases.map(\.name) + ["held"]

    func validate() throws {
        guard !(batches && adjustments), state == nil || !batches && !adjustments else {
            throw ValidationError("--state, --batches and --adjustments exclude each other.")
        }
        guard state.map({ Self.states.contains($0) }) ?? true else {
            throw ValidationError("\(state ?? "") is no state; those there are: \(Self.states.joined(separator: ", ")).")
        }
    }

    func run() throws {
        let log = try ledger.openLog()
        let list = try RefundList.read(log, before: try cut.end(log))
        let output = Output()
        try Heading(log, end: list.cut.position).show(output, format, isCut: cut.isGiven)
        let sections = RefundSections(output, format, log.genesis.currency)
        if batches {
            sections.batches(list.batches)
        } else if adjustments {
            sections.adjustments(list.adjustments)
        } else {
            sections.rows(list.rows.filter { row in state.map { row.stateName == $0 } ?? true })
        }
        output.flush()
    }
}

/// `refunds show`.
struct ShowRefund: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one account's refund and its story.",
        discussion: """
            EXAMPLE:
              motocho refunds show 17
              motocho refunds show 17 --format json
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Argument(help: ArgumentHelp("The account.", valueName: "account"))
    var account: UInt64

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func run() throws {
        let log = try ledger.openLog()
        let list = try RefundList.read(log, before: try cut.end(log))
        guard let row = list.row(account) else {
            throw Failure(
                list.terminated == nil
                    ? "the service has not ended by then: there are no refunds yet" : "account \(account) has no refund; motocho refunds list shows those there are")
        }
        let output = Output()
        try Heading(log, end: list.cut.position).show(output, format, isCut: cut.isGiven)
        let sections = RefundSections(output, format, log.genesis.currency)
        if format == .table {
            sections.one(row)
            output.line()
        }
        sections.history(try list.history(of: account, log))
        output.flush()
    }
}

/// `refunds totals`.
struct RefundTotals: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "totals",
        abstract: "Show what was fixed and what became of it, people and yen.",
        discussion: """
            EXAMPLE:
              motocho refunds totals
              motocho refunds totals --as-of "2019-09-30 24:00 JST" --format json
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: "table, json or csv.")
    var format: Format = .table

    func run() throws {
        let log = try ledger.openLog()
        let list = try RefundList.read(log, before: try cut.end(log))
        let output = Output()
        try Heading(log, end: list.cut.position).show(output, format, isCut: cut.isGiven)
        RefundSections(output, format, log.genesis.currency).totals(list)
        output.flush()
        guard list.totals.ties else { throw Failure("the totals do not tie; `motocho verify` says where") }
    }
}

/// `refunds reconcile`.
struct Reconcile: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reconcile",
        abstract: "Hold files, events and liabilities against each other; exit 1 if they differ.",
        discussion: """
            For each batch: its members, the file recorded for it, what was released, what
            the bank answered. --files reads the files of a folder, finds each by its hash,
            and counts its transfers.

            EXAMPLE:
              motocho refunds reconcile
              motocho refunds reconcile --files ./motocho-demo/files
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: ArgumentHelp("A folder with the bank's files.", valueName: "dir"))
    var files: String?

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        var found: [UInt64: Reconciliation.Contents] = [:]
        if let files {
            let contents = try BankFiles.read(files)
            for batch in try RefundList.read(log, before: end, isHashed: false).batches {
                if let file = batch.file { found[batch.position] = contents[file.contentHash] }
            }
        }
        let report = try Reconciliation.read(log, before: end, files: found)
        let output = Output()
        try Heading(log, end: report.cut.position).show(output, format, isCut: cut.isGiven)
        RefundSections(output, format, log.genesis.currency).reconciliation(report, hasFiles: files != nil)
        output.flush()
        let isMissing = files != nil && report.lines.contains { $0.batch.file != nil && $0.file == nil }
        guard report.isSound, !isMissing else { throw Failure("files, events and liabilities do not agree") }
    }
}
