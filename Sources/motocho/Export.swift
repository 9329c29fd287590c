import ArgumentParser
import Foundation
import Journal
import Ledger
import Projections

/// `export`: the whole ledger for other programs.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write the whole ledger for another program: hledger, JSON Lines or CSV.",
        discussion: """
            hledger: a journal with a transaction for each posting, dated by the day of
            recording in Japan, which `hledger check --strict` accepts and whose balances
            equal ours (liabilities stand below zero there). json: every event with every
            field. csv: the same in columns.

            EXAMPLE: hold our balances against hledger's:
              motocho export --format hledger > ledger.journal
              hledger -f ledger.journal balance
            """)

    enum Kind: String, CaseIterable, ExpressibleByArgument { case hledger, json, csv }

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: "hledger, json or csv.")
    var format: Kind

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let books = try Ledgers.books(log)
        let output = Output()
        switch format {
        case .hledger: try HledgerJournal(log, books, end: end).write(output)
        case .json, .csv:
            var printer = EventPrinter(output, format == .json ? .json : .csv, books, log, isStory: false)
            try log.scan(from: 0, to: end) { view in
                guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
                printer.add(event)
                return true
            }
            printer.finish()
        }
        output.flush()
    }
}
