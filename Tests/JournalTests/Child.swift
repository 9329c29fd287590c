import Foundation
import Ledger
import Synchronization
import Testing

@testable import Journal

/// Runs one of the errands below in another process: this very test program, told by its environment what to do. So a crash, an
/// exit or a tracer's injected fault stays with the child.
enum Child {
    static let errand = "JOURNAL_TESTS_ERRAND"
    static let folder = "JOURNAL_TESTS_FOLDER"
    static let count = "JOURNAL_TESTS_COUNT"

    static func run(_ name: String, _ place: Place, before: [String] = [], more: [String: String] = [:]) async throws -> (status: Int32, output: String) {
        let path = place.path
        return try await offThread {
            let program = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let process = Process()
            let command = before + [program, "--testing-library", "swift-testing", "--filter", "Errands"]
            process.executableURL = URL(filePath: command[0])
            process.arguments = Array(command.dropFirst())
            process.environment = ProcessInfo.processInfo.environment.merging(
                [errand: name, folder: path, "SWIFT_BACKTRACE": "enable=no"]) { $1 }.merging(more) { $1 }
            let pipe = Pipe()
            process.standardOutput = pipe
            process.standardError = pipe
            try process.run()
            let output = pipe.fileHandleForReading.readDataToEndOfFile()
            process.waitUntilExit()
            return (process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus, String(decoding: output, as: UTF8.self))
        }
    }
}

@Suite("Errands", .enabled(if: ProcessInfo.processInfo.environment[Child.errand] != nil, "runs in a child process only"))
struct ChildErrands {
    @Test("the errand")
    func errand() async throws {
        let environment = ProcessInfo.processInfo.environment
        Log.mapSize.store(1 << 30, ordering: .relaxed)
        let directory = DataDirectory(try #require(environment[Child.folder]))
        switch environment[Child.errand] {
        case "inspectAndOpen": try await offThread { Self.inspectAndOpen(directory) }
        case "end": try await offThread { try Self.end(directory, killedAt: UInt64(environment[Child.count] ?? "") ?? 0) }
        case "commit": try await offThread { try Self.commit(directory) }
        default: Issue.record("no such errand")
        }
        // The runner's own words do not matter.
        exit(0)
    }

    private static func say(_ text: String) {
        FileHandle.standardOutput.write(Data((text + "\n").utf8))
    }

    private static func inspectAndOpen(_ directory: DataDirectory) {
        do {
            try Ledgers.inspect(directory)
            let writer = try Ledgers.open(directory)
            writer.stop()
            say("books \(Hash.of(try Ledgers.books(writer.log).image()))")
        } catch { say("refused \(error)") }
    }

    /// The machine's clock, two hours ahead.
    static let later = LedgerClock(
        wall: { Instant(microseconds: LedgerClock.system.wall().microseconds + 7_200_000_000) }, monotonic: LedgerClock.system.monotonic)

    /// Opens a ledger whose service is due to end, and dies as soon as its log has so many events, whatever it is doing.
    private static func end(_ directory: DataDirectory, killedAt count: UInt64) throws {
        let writer = try Ledgers.open(directory, clock: later)
        while writer.log.count < count { usleep(50) }
        kill(getpid(), SIGKILL)
    }

    /// Commits one command after the other until it fails, and says what became of each.
    private static func commit(_ directory: DataDirectory) throws {
        let failed = Mutex("")
        let writer = try Ledgers.open(directory) { what in failed.withLock { $0 = what } }
        for number in 0..<20 {
            let outcomes = Blocking.submit(writer, (0..<3).map { Command.charge(1, 10).asked("fault-\(number)-\($0)") })
            for (index, outcome) in outcomes.enumerated() { say("outcome fault-\(number)-\(index) \(outcome.summary.prefix(22))") }
            if !writer.isAccepting { break }
        }
        // Those that come too late, or stand behind the failed batch.
        for outcome in Blocking.submit(writer, [Command.charge(1, 10).asked("late")]) { say("outcome late \(outcome.summary.prefix(22))") }
        writer.stop()
        say("failure \(writer.failure ?? "none")")
        say("told \(failed.withLock { $0 })")
    }
}

/// Submits and waits, on a thread that may block.
final class Blocking: Reply {
    private let outcomes: Mutex<[Outcome?]>
    private let done = DispatchSemaphore(value: 0)
    private init(_ count: Int) { outcomes = Mutex(Array(repeating: nil, count: count)) }

    func deliver(_ outcome: Outcome, index: Int) {
        outcomes.withLock { outcomes in
            if outcomes[index] != nil { fatalError("answered twice") }
            outcomes[index] = outcome
        }
        done.signal()
    }

    static func submit(_ writer: Writer, _ requests: [Request]) -> [Outcome] {
        let reply = Blocking(requests.count)
        writer.submit(requests.enumerated().map { Ticket($1, reply, index: $0) })
        for _ in requests { reply.done.wait() }
        return reply.outcomes.withLock { $0.map { $0! } }
    }
}
