import ArgumentParser
import Foundation
import Journal
import Ledger
import Projections

/// `balances`: what every account holds, now or at any moment.
struct BalancesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "balances",
        abstract: "Show balances, now or as they stood; --accounts all shows the trial balance.",
        discussion: """
            --at is a position, --as-of a time of recording, --as-occurred the time the
            business claims (weaker: a late event changes it afterwards). Cuts are strict:
            what is at the time is out; a day alone includes the day.

            EXAMPLE: now; one account with what is left of each charge; at the end of a day; the trial balance:
              motocho balances
              motocho balances --account 1 --lots
              motocho balances --as-of 2019-07-31 --format json
              motocho balances --accounts all
            """)

    enum Which: String, CaseIterable, ExpressibleByArgument { case members, all }

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var chosen: AccountOptions
    @OptionGroup var cut: CutOptions

    @Option(
        help: ArgumentHelp(
            "Only what happened before this time by the business's own account; a day alone means its end in Japan.", valueName: "time"))
    var asOccurred: Cut?

    @Flag(help: "Also what is left of each charge (lot).")
    var lots = false

    @Option(help: "members: every member's balance. all: debits and credits by class, which sum to zero.")
    var accounts: Which = .members

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        if asOccurred != nil, lots { throw ValidationError("--lots follows the order of recording and cannot go with --as-occurred.") }
        guard accounts == .all else { return }
        if lots || chosen.account != nil || chosen.externalId != nil || asOccurred != nil {
            throw ValidationError("--accounts all is the trial balance; it goes with --at, --as-of and --format alone.")
        }
    }

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let output = Output()
        if accounts == .all {
            try Heading(log, end: end).show(output, format, isCut: cut.isGiven)
            let isBalanced = try TrialReport(log, end: end).show(output, format)
            output.flush()
            guard isBalanced else { throw Failure("the accounts do not sum to zero; run `motocho verify` and write nothing until it is explained") }
            return
        }
        let account = chosen.account == nil && chosen.externalId == nil ? nil : try chosen.resolve(try Ledgers.books(log))
        let more = asOccurred.map { "counting what occurred before \($0.instant.shortText) JST" }
        try Heading(log, end: end, more).show(output, format, isCut: cut.isGiven)
        var report = BalancesReport(output, format, log.genesis.currency, lots: lots)
        if let asOccurred {
            try occurred(log, end, before: asOccurred.instant, account, &report)
        } else {
            try report.addAll(log, end, account)
        }
        report.finish()
        output.flush()
    }

    /// Folds the postings by the business's time. An account is shown if anything of it had occurred.
    @available(*, noasync)
    private func occurred(
        _ log: Log, _ end: UInt64, before time: Instant, _ account: UInt64?, _ report: inout BalancesReport
    ) throws {
        var rows: [(balance: Int64, opened: UInt64, hasOccurred: Bool)] = []
        try log.scan(from: 0, to: end) { event in
            let isBefore = event.occurredAt < time
            if event.kind == .accountOpened { rows.append((0, event.position, isBefore)) }
            guard isBefore else { return true }
            if let debit = event.debit.memberOrdinal { rows[Int(debit) - 1].balance -= event.amount }
            if let credit = event.credit.memberOrdinal { rows[Int(credit) - 1].balance += event.amount }
            if let subject = event.subject.memberOrdinal { rows[Int(subject) - 1].hasOccurred = true }
            return true
        }
        try log.lookUp { event in
            for (index, row) in rows.enumerated() where row.hasOccurred && (account.map { $0 == UInt64(index) + 1 } ?? true) {
                report.add(UInt64(index) + 1, try event(row.opened)?.tail.text(.externalID), row.balance, "", [])
            }
        }
    }
}
