import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger

/// `replay`: the log, event by event.
struct Replay: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show what happened, event by event, with the running balance.",
        discussion: """
            Without an account the log's events stand in order. With one, its story stands
            there in words. JSON gives an event a line with every field; CSV the same in
            columns.

            EXAMPLE: an account's story; every refusal so far; what was recorded before noon:
              motocho replay --account 1
              motocho replay --kind refused
              motocho replay --as-of 2019-07-01T12:00+09:00 --format json
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var chosen: AccountOptions

    @Option(help: ArgumentHelp("Only events of this kind, as the kind column names them.", valueName: "kind"))
    var kind: EventKind?

    @Option(help: ArgumentHelp("The first position to show.", valueName: "position"))
    var from: UInt64 = 0

    @Option(help: ArgumentHelp("The last position to show.", valueName: "position"))
    var to: UInt64?

    @Option(help: ArgumentHelp("Only events recorded before this time; a day alone means its end in Japan.", valueName: "time"))
    var asOf: Cut?

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        if let to, to < from { throw ValidationError("--to \(to) lies before --from \(from).") }
    }

    func run() throws {
        let log = try ledger.openLog()
        var end = try log.refresh()
        if let asOf { end = try log.position(asOf: asOf.instant) }
        if let to { end = min(end, to.addingReportingOverflow(1).overflow ? .max : to + 1) }
        let books = try Ledgers.books(log)
        let output = Output()
        let account = try chosen.resolve(books)
        try Heading(log, end: end, try account.map { try describe($0, log, books) }).show(output, format, isCut: asOf != nil)
        var printer = EventPrinter(output, format, books, log, isStory: account != nil)
        if let account {
            for position in try History.positions(log, books, of: .member(account), from: from, to: end) {
                if let event = try log.event(at: position), kind.map({ $0 == event.kind }) ?? true { printer.add(event) }
            }
        } else {
            try log.scan(from: from, to: end) { view in
                if let kind, view.kind != kind { return true }
                guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
                printer.add(event)
                return true
            }
        }
        printer.finish()
        output.flush()
    }

    @available(*, noasync)
    private func describe(_ account: UInt64, _ log: Log, _ books: Books) throws -> String {
        let opening = try books.member(account).flatMap { try log.event(at: $0.opened) }
        return "account \(account)" + (opening?.tail.text(.externalID).map { ", external id \($0)" } ?? "")
    }
}

/// One member account, by either of its names.
struct AccountOptions: ParsableArguments {
    @Option(help: ArgumentHelp("One account, by its number in this ledger.", valueName: "number"))
    var account: UInt64?

    @Option(help: ArgumentHelp("One account, by the id another system knows it under.", valueName: "id"))
    var externalId: String?

    func validate() throws {
        guard account == nil || externalId == nil else {
            throw ValidationError("Name the account by --account or by --external-id, not by both.")
        }
    }

    /// The account's ordinal; `nil` if none was named.
    func resolve(_ books: Books) throws -> UInt64? {
        if let account {
            guard books.member(account) != nil else {
                throw Failure("there is no account \(account); this ledger has \(UInt64(books.members.count).grouped), see `motocho balances`")
            }
            return account
        }
        guard let externalId else { return nil }
        guard let ordinal = books.resolve(.external(externalId)) else {
            throw Failure("no account has the external id \(externalId); `motocho balances` lists those there are")
        }
        return ordinal
    }
}

/// The events of one account, found along their back-chain.
enum History {
    /// Positions in `from ..< end`, oldest first. O(events of the account).
    @available(*, noasync)
    static func positions(_ log: Log, _ books: Books, of account: AccountCode, from: UInt64 = 0, to end: UInt64) throws -> [UInt64] {
        var found: [UInt64] = []
        try log.lookUp { event in
            var at = books.lastPosition(account)
            while at != 0, at >= from, let here = try event(at) {
                if at < end { found.append(at) }
                at = here.previous
            }
        }
        return found.reversed()
    }
}
