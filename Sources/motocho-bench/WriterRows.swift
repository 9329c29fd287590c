import Foundation
import Journal
import Ledger

/// Durable events a second through the whole writer, against LMDB alone with as many values a commit as commands are in flight.
struct WriterRows {
    let plan: Plan
    let scratch: Scratch
    let limit: String
    let printer: Printer

    func measure() throws {
        let sizes = try eventSizes()
        try measure(accounts: 1, "one hot account", sizes)
        try measure(accounts: plan.manyAccounts, "\(plan.manyAccounts / 1000) k accounts", sizes)
    }

    private func measure(accounts: Int, _ name: String, _ sizes: [String]) throws {
        let directory = DataDirectory(try scratch.folder("writer"))
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        var story = Story(accounts: accounts, name: "w\(accounts)")
        Drive.run(writer, story.opening(through: accounts), inFlight: 2048)
        for inFlight in [1, 16, 128, 1024] {
            let count = plan.commands(inFlight: inFlight)
            var ours: [Drive.Result] = []
            var whole: [Double] = []
            var limits: [Double] = []
            for _ in 0..<plan.rounds {
                let requests = story.requests(count)
                ours.append(Drive.run(writer, requests, inFlight: inFlight))
                limits.append(try raw(count, inFlight, sizes))
                guard inFlight == 1024 else { continue }
                var commands: [(command: MoneyCommand, key: String)] = []
                for _ in 0..<count { commands.append(story.next()) }
                whole.append(Drive.run(writer, count, inFlight: inFlight) { Story.request(.money(commands[$0].command), commands[$0].key) }.perSecond)
            }
            printer.print(
                Row(
                    "writer, \(name), \(inFlight) in flight", median(ours.map(\.perSecond)), limit: median(limits), "events/s",
                    goal: "ratio >= 0.4", p50: median(ours.map(\.p50)), p99: median(ours.map(\.p99)),
                    note: String(format: "%.0f events a commit", median(ours.map(\.batch)) ?? 0)))
            if inFlight == 1024 {
                printer.print(
                    Row(
                        "writer, \(name), 1024 in flight, keys hashed", median(whole), limit: median(limits), "events/s",
                        note: "the caller checks and hashes each request in the same time"))
            }
        }
        writer.stop()
        scratch.remove("writer")
    }

    private func raw(_ count: Int, _ batch: Int, _ sizes: [String]) throws -> Double {
        let folder = try scratch.folder("limit")
        defer { scratch.remove("limit") }
        return try Outside.numbers(limit, ["append", folder, "\(count)", "\(batch)"] + sizes)[0]
    }

    /// Bytes of the log for each of ten events of a round: what the limit appends in turn.
    private func eventSizes() throws -> [String] {
        let directory = DataDirectory(try scratch.folder("sizes"))
        defer { scratch.remove("sizes") }
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        defer { writer.stop() }
        var story = Story(accounts: 1, name: "s")
        Drive.run(writer, story.opening(through: 1), inFlight: 16)
        let first = writer.log.count
        Drive.run(writer, story.requests(10), inFlight: 1)
        var sizes: [String] = []
        try writer.log.scan(from: first) { event in
            sizes.append("\(event.bytes.byteCount)")
            return true
        }
        return sizes
    }
}
