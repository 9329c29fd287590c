import ArgumentParser
import Exchange
import Facade
import Journal
import Ledger
import Projections
import Wire

/// `report`: the regulator's papers.
struct ReportCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Print what the regulator is told: a base date, the security, the closure.",
        discussion: """
            Each paper names the position in the log and the Merkle root there: whoever has
            the log makes the same paper. --lang ja prints it in Japanese.

            EXAMPLE: a base date in Japanese, to print; what security is due; the closure:
              motocho report base-date --date 2019-09-30 --lang ja --format html
              motocho report deposit --date 2019-09-30
              motocho report closure --format json
            """,
        subcommands: [BaseDatePaper.self, DepositPaper.self, ClosurePaper.self])
}

/// What all papers take.
struct PaperOptions: ParsableArguments {
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: "en or ja.")
    var lang: Language = .en

    @Option(help: "table, json, csv or html (one page, to be printed).")
    var format: SheetFormat = .table

    @Option(help: ArgumentHelp("Bank holidays, as a CSV of date,name; absent: Japan's as built in.", valueName: "file"))
    var holidays: String?

    @available(*, noasync)
    func run(_ sheet: (Log, UInt64) throws -> Sheet, json: (Log, UInt64, inout JSONWriter) throws -> Void) throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let output = Output()
        if format == .json {
            var writer = JSONWriter()
            try writer.object { try json(log, end, &$0) }
            writer.endLine()
            output.write(writer.bytes)
        } else {
            try sheet(log, end).write(output, format)
        }
        output.flush()
    }
}

/// A base date, as an argument.
struct BaseDateArgument: ExpressibleByArgument {
    let base: BaseDate

    init?(argument: String) {
        guard let day = Day(argument), let base = BaseDate(day) else { return nil }
        self.base = base
    }
}

/// `report base-date`.
struct BaseDatePaper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "base-date",
        abstract: "Issued, recovered and unused up to a base date (31 March, 30 September).",
        discussion: """
            EXAMPLE:
              motocho report base-date --date 2019-09-30
              motocho report base-date --date 2020-03-31 --lang ja --format csv
            """)

    @OptionGroup var paper: PaperOptions

    @Option(help: ArgumentHelp("The base date; absent: the last one.", valueName: "day"))
    var date: BaseDateArgument?

    func run() throws {
        let calendar = try Holidays.read(paper.holidays)
        try paper.run { log, end in
            RegulatorSheets(log.genesis, paper.lang, calendar).sheet(try BaseDateReport.read(log, base: date?.base, before: end))
        } json: { log, end, json in
            RegulatorJSON(currency: log.genesis.currency).members(try BaseDateReport.read(log, base: date?.base, before: end), to: &json)
        }
    }
}

/// `report deposit`.
struct DepositPaper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deposit",
        abstract: "The security that a base date asks for, and what there is of it.",
        discussion: """
            EXAMPLE:
              motocho report deposit
              motocho report deposit --date 2019-09-30 --lang ja
            """)

    @OptionGroup var paper: PaperOptions

    @Option(help: ArgumentHelp("The base date; absent: the last one.", valueName: "day"))
    var date: BaseDateArgument?

    func run() throws {
        let calendar = try Holidays.read(paper.holidays)
        try paper.run { log, end in
            RegulatorSheets(log.genesis, paper.lang, calendar).sheet(try DepositReport.read(log, base: date?.base, before: end))
        } json: { log, end, json in
            RegulatorJSON(currency: log.genesis.currency).members(try DepositReport.read(log, base: date?.base, before: end), to: &json)
        }
    }
}

/// `report closure`.
struct ClosurePaper: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "closure",
        abstract: "The end of the service on one page: decision, notices, refunds, security, filings.",
        discussion: """
            EXAMPLE:
              motocho report closure
              motocho report closure --lang ja --format html
            """)

    @OptionGroup var paper: PaperOptions

    func run() throws {
        let calendar = try Holidays.read(paper.holidays)
        try paper.run { log, end in
            RegulatorSheets(log.genesis, paper.lang, calendar).sheet(try ClosureReport.read(log, before: end))
        } json: { log, end, json in
            RegulatorJSON(currency: log.genesis.currency).members(try ClosureReport.read(log, before: end), to: &json)
        }
    }
}
