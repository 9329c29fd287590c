import Foundation
import Journal

/// Commands over HTTP, with wrk on the same processors, against a POST that does nothing on the same server stack.
struct HTTPRows {
    let plan: Plan
    let scratch: Scratch
    let printer: Printer
    let script: String
    /// The `motocho` program.
    let motocho: String

    private static let port = 18_080
    private var accounts: Int { plan.manyAccounts / 10 }

    func measure() throws {
        let connections = [64, 256]
        let names = connections.map { "HTTP, single commands, \($0) connections" }
        let bulk = "HTTP, NDJSON, 8 connections, 500 commands a request"
        do {
            let directory = DataDirectory(try scratch.folder("http"))
            try Making(directory, accounts: accounts, events: 0, tail: nil).run()
            let served = try Served(motocho, ["serve", "--data", directory.path, "--listen", "127.0.0.1:\(Self.port)"]) {
                directory.holder?.address != nil
            }
            defer { served.stop() }
            let bare = try Served(Own.path, ["bare", "\(Self.port + 1)"]) { true }
            defer { bare.stop() }
            _ = try wrk(Self.port, connections: 8, lines: 0, seconds: 1)
            _ = try wrk(Self.port + 1, connections: 8, lines: 0, seconds: 1)
            for (name, count) in zip(names, connections) {
                var (ours, limits) = ([[Double]](), [[Double]]())
                for _ in 0..<plan.httpRounds {
                    ours.append(try wrk(Self.port, connections: count, lines: 0, seconds: plan.httpSeconds))
                    limits.append(try wrk(Self.port + 1, connections: count, lines: 0, seconds: plan.httpSeconds))
                }
                printer.print(
                    Row(
                        name, median(ours.map { $0[0] }), limit: median(limits.map { $0[0] }), "requests/s",
                        goal: "ours >= 20000 and ratio >= 0.4", p50: median(ours.map { $0[1] }), p99: median(ours.map { $0[2] }),
                        note: Self.errors(ours)))
            }
            let log = try Log(directory, readOnly: true)
            var ours: [[Double]] = []
            for _ in 0..<plan.httpRounds {
                let before = try log.refresh()
                let started = ContinuousClock.now
                var numbers = try wrk(Self.port, connections: 8, lines: 500, seconds: plan.httpSeconds)
                // What counts is what is in the log.
                numbers[0] = Double(try log.refresh() - before) / elapsed(since: started)
                ours.append(numbers)
            }
            printer.print(
                Row(
                    bulk, median(ours.map { $0[0] }), "commands/s", goal: "ours >= 150000", p50: median(ours.map { $0[1] }),
                    p99: median(ours.map { $0[2] }), note: Self.errors(ours)))
        } catch {
            for name in names { printer.print(Row(name, nil, "requests/s", goal: "ours >= 20000 and ratio >= 0.4", note: "\(error)")) }
            printer.print(Row(bulk, nil, "commands/s", goal: "ours >= 150000", note: "\(error)"))
        }
        scratch.remove("http")
    }

    /// Requests a second, p50, p99, answers other than 2xx, other errors.
    private func wrk(_ port: Int, connections: Int, lines: Int, seconds: Int) throws -> [Double] {
        let run = String(UInt64.random(in: 0...UInt64.max), radix: 36)
        let printed = try Outside.run(
            "/usr/bin/env",
            [
                "wrk", "-t1", "-c\(connections)", "-d\(seconds)s", "--timeout", "10s", "--latency", "-s", script,
                "http://127.0.0.1:\(port)", "--", run, "\(accounts)", "\(lines)",
            ])
        guard let line = printed.split(separator: "\n").first(where: { $0.hasPrefix("numbers ") }) else {
            throw Outside.Failed(description: "wrk printed no numbers")
        }
        let numbers = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard numbers.count == 5, numbers[0] > 0 else { throw Outside.Failed(description: "wrk got no answer from port \(port)") }
        return numbers
    }

    private static func errors(_ runs: [[Double]]) -> String? {
        let (refused, failed) = (runs.reduce(0) { $0 + $1[3] }, runs.reduce(0) { $0 + $1[4] })
        return refused + failed > 0 ? "\(Int(refused)) answers not 2xx, \(Int(failed)) errors" : nil
    }
}

/// A server in a process of its own.
private struct Served {
    private let process = Process()

    init(_ program: String, _ words: [String], ready: () -> Bool) throws {
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        for _ in 0..<100 {
            Thread.sleep(forTimeInterval: 0.1)
            guard process.isRunning else { break }
            if ready() {
                // It listens a moment after it says so.
                Thread.sleep(forTimeInterval: 0.5)
                return
            }
        }
        stop()
        throw Outside.Failed(description: "`\((program as NSString).lastPathComponent) \(words.first ?? "")` does not serve")
    }

    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }
}
