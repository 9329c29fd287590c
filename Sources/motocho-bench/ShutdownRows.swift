import Exchange
import Foundation
import Journal
import Ledger
import Projections

/// The end of a service: every balance fixed at the instant, the refund list from zero, the bank's file.
struct ShutdownRows {
    let plan: Plan
    let scratch: Scratch
    let printer: Printer

    func measure() throws {
        try terminate()
        try encode()
    }

    /// Ours: from the command that moves the clock past the instant to the last fixing on disk.
    private func terminate() throws {
        let directory = DataDirectory(try scratch.folder("end"))
        let start = Instant("2019-09-30T12:00:00+09:00")!
        try Ledgers.create(directory, Ledgers.Founding(operators: ["operator-1", "operator-2", "operator-3"], start: start))
        let writer = try Ledgers.open(directory)
        let line = Line(writer)
        let story = Story(accounts: plan.largeAccounts, name: "e")
        for first in stride(from: 1, through: plan.largeAccounts, by: 100_000) {
            Drive.run(writer, story.opening(from: first, through: min(plan.largeAccounts, first + 99_999)), inFlight: 4096)
        }
        let end = Instant("2019-09-30 24:00 JST")!
        try line.agreed(.shutdown(.decide(effectiveAt: end, reason: "measured")), approvals: 2)
        let before = writer.log.count
        let started = ContinuousClock.now
        _ = try line.send(.service(.advanceClock(to: end)))
        while writer.log.count < before + UInt64(plan.largeAccounts) + 3 { usleep(1000) }
        let seconds = elapsed(since: started)
        printer.print(
            Row(
                "termination of \(plan.largeAccounts) accounts, to the last fixing on disk", seconds, "s", goal: "ours < 10",
                note: "\(Int(Double(plan.largeAccounts) / seconds)) fixings a second, signed and synced"))
        writer.stop()
        var times: [Double] = []
        for _ in 0..<plan.rounds {
            let started = ContinuousClock.now
            let refunds = try Views.read(Refunds.self, writer.log)
            times.append(elapsed(since: started))
            precondition(refunds.next == writer.log.count)
        }
        let rate = median(times).map { Double(writer.log.count) / $0 }
        printer.print(Row("refund list from zero, \(writer.log.count) events", rate, "events/s", goal: "ours >= 2000000"))
        let started2 = ContinuousClock.now
        let list = try RefundList.read(writer.log, before: writer.log.count)
        precondition(list.totals.ties, "the totals tie")
        printer.print(Row("refund list with rows and totals, \(list.rows.count) refunds", elapsed(since: started2), "s"))
        scratch.remove("end")
    }

    /// The encoder reads its own file back before it gives it out.
    private func encode() throws {
        let count = plan.isSmoke ? 1000 : 100_000
        let originator = try Originator(
            code: "1234567890", name: "テスト", bank: "9998", branch: "001", type: .ordinary, number: "1234567")
        let instructions = try (1...count).map { number in
            TransferInstruction(
                refund: UInt64(number), batch: 1,
                payee: try BankAccount(bank: "9998", branch: "002", type: .ordinary, number: "\(number)", holder: "ヤマダ タロウ"),
                amount: Int64(1 + number % 9000))
        }
        let batch = TransferBatch(originator: originator, date: Day("2019-11-15")!, instructions: instructions)
        var (zengin, pain): ([Double], [Double]) = ([], [])
        for _ in 0..<plan.rounds {
            var started = ContinuousClock.now
            _ = try Zengin.encode(batch, limits: .layout, businessDays: .japan)
            zengin.append(elapsed(since: started))
            started = .now
            _ = try Pain001.encode(
                batch, messageID: "bench", createdAt: Instant(microseconds: 0), limits: .layout, businessDays: .japan)
            pain.append(elapsed(since: started))
        }
        printer.print(Row("bank file of \(count) transfers, Zengin, read back", median(zengin), "s", goal: "ours < 2"))
        printer.print(Row("the same as pain.001", median(pain), "s"))
    }
}
