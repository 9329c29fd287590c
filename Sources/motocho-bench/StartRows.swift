import Foundation
import Journal
import Ledger

/// How long a start takes after `kill -9`, and what stays in memory. Each ledger is made, and opened, in a process of its own.
struct StartRows {
    let plan: Plan
    let scratch: Scratch
    let printer: Printer

    func measure() throws {
        // A follower leaves a snapshot every half million events: this is the worst a kill can meet.
        let some = try make("start", accounts: plan.manyAccounts / 10, events: plan.startEvents, tail: plan.startEvents / 2)
        let name = "start after kill, \(Self.text(plan.startEvents)) events"
        try start(some, "\(name), half of them after the snapshot", goal: "ours < 2")
        try start(some, "\(name), snapshot deleted", goal: "ours < 2", snapshot: false)
        scratch.remove("start")

        let long = try make("long", accounts: plan.manyAccounts, events: plan.longEvents, tail: plan.longTail)
        let longName = "start after kill, \(Self.text(plan.longEvents)) events"
        try start(long, "\(longName), \(Self.text(plan.longTail)) after the snapshot", goal: "ours < 3")
        try start(long, "\(longName), snapshot deleted", snapshot: false)
        scratch.remove("long")

        let large = try make("large", accounts: plan.largeAccounts, events: plan.largeKeys, tail: 0)
        let size = "\(Self.text(plan.largeAccounts)) accounts and \(Self.text(plan.largeKeys)) keys"
        let kept = try start(large, "start, \(size), from the snapshot")
        try memory(kept, size)
        let first = try start(large, "first start, \(size), no snapshot, no key runs", snapshot: false, keys: false)
        try memory(first, size + ", first start")
        scratch.remove("large")
    }

    private func make(_ name: String, accounts: Int, events: Int, tail: Int) throws -> DataDirectory {
        let directory = DataDirectory(try scratch.folder(name))
        _ = try Outside.run(Own.path, ["make", directory.path, "\(accounts)", "\(events)", "\(tail)"])
        return directory
    }

    /// Opens the ledger in fresh processes; the median of their times is a row.
    @discardableResult
    private func start(
        _ directory: DataDirectory, _ name: String, goal: String = "", snapshot: Bool = true, keys: Bool = true
    ) throws -> Opened {
        var found: [Opened] = []
        for _ in 0..<(plan.isSmoke || !snapshot ? 1 : 3) {
            if !snapshot { try? FileManager.default.removeItem(atPath: directory.views + "/books.v1") }
            if !keys { try? FileManager.default.removeItem(atPath: directory.views + "/keys.v1") }
            let printed = try Outside.run(Own.path, ["open", directory.path])
            found.append(try JSONDecoder().decode(Opened.self, from: Data(printed.utf8)))
        }
        printer.print(Row(name, median(found.map(\.seconds)), "s", goal: goal))
        return found[found.count / 2]
    }

    private func memory(_ opened: Opened, _ name: String) throws {
        printer.print(
            Row(
                "resident memory, \(name)", opened.anonymous, "MiB",
                note: String(format: "without the mapped files; %.0f MiB with them, %.0f at most", opened.resident, opened.peak)))
    }

    private static func text(_ count: Int) -> String { count >= 1_000_000 ? "\(count / 1_000_000) M" : "\(count / 1000) k" }
}

/// What a fresh process saw when it opened a ledger.
struct Opened: Codable {
    var seconds: Double
    /// MiB: not backed by files, all, and the most there ever was.
    var anonymous: Double
    var resident: Double
    var peak: Double

    /// Opens the ledger, says how long it took, and ends without closing it.
    static func measure(_ directory: DataDirectory) throws {
        let started = ContinuousClock.now
        let writer = try Ledgers.open(directory)
        let time = elapsed(since: started)
        precondition(writer.isAccepting)
        let opened = Opened(seconds: time, anonymous: status("RssAnon"), resident: status("VmRSS"), peak: status("VmHWM"))
        FileHandle.standardOutput.write(try JSONEncoder().encode(opened))
        kill(getpid(), SIGKILL)
    }

    private static func status(_ field: String) -> Double {
        let text = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return (line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Double($0) } ?? 0) / 1024
    }
}

enum Own {
    static let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
}
