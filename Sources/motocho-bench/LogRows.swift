import Foundation
import Journal
import Ledger
import Projections

/// What is read from a long log: rebuilding a view, and what an event takes on the disk.
struct LogRows {
    let plan: Plan
    let scratch: Scratch
    let limit: String
    let printer: Printer

    func measure() throws {
        let directory = DataDirectory(try scratch.folder("log"))
        try Making(directory, accounts: plan.manyAccounts, events: plan.rebuildEvents, tail: nil).run()
        var ours: [Double] = []
        var limits: [Double] = []
        var stored: [Double] = []
        for _ in 0..<plan.rounds {
            limits.append(try Outside.numbers(limit, ["scan", directory.log])[0])
            let log = try Log(directory, readOnly: true)
            let started = ContinuousClock.now
            var balances = Balances()
            try balances.follow(log, to: log.count)
            ours.append(Double(log.count) / elapsed(since: started))
        }
        printer.print(
            Row("rebuild of balances, fold from zero", median(ours), limit: median(limits), "events/s", goal: "ours >= 5000000"))
        let views = try Views(try Log(directory, readOnly: true))
        // The first folds the live view as well, and is left out.
        for _ in 0...min(plan.rounds, 3) {
            guard let report = try views.rebuild(Balances.name) else { continue }
            precondition(report.matches, "the view built anew differs")
            stored.append(Double(views.log.count) / report.seconds)
        }
        printer.print(
            Row(
                "rebuild of balances, stored and compared", median(Array(stored.dropFirst())), "events/s",
                note: "fold, write, digests of both views, swap"))
        try size(views.log, directory)
        scratch.remove("log")
    }

    /// By what the folders hold: events of a ledger of charges and payments, less the accounts opened before.
    private func size(_ log: Log, _ directory: DataDirectory) throws {
        let events = Double(log.count)
        let used = Double(try log.size().used)
        printer.print(
            Row("bytes on disk per event, log", used / events, "bytes", goal: "ours <= 320"))
        let keys = Double(Scratch.bytes(below: directory.views + "/keys.v1"))
        printer.print(
            Row(
                "bytes on disk per event, log and idempotency keys", (used + keys) / events, "bytes", goal: "ours <= 320"))
    }
}
