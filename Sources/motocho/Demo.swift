import ArgumentParser
import Foundation
import Journal
import Ledger
import Projections
import Scenario

/// `demo`: a day of the wallet, played through the real write path.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a first day through the real write path, and show what came of it.",
        discussion: """
            Five members charge from all five sources, pay, get money back, are locked,
            refused and unlocked; one is refunded by exception, one leaves; a partner and a
            store are settled. The ledger is a scenario ledger: its times are the story's,
            and it can never become a real one.

            EXAMPLE: play it; look at it; play it again from the start:
              motocho demo
              motocho replay --account 2 --data ./motocho-demo
              motocho demo --fresh
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("The folder of the demo's ledger.", valueName: "dir"))
    var path: String = "./motocho-demo"

    @Flag(help: "Remove the demo's ledger first, if there is one.")
    var fresh = false

    /// What the reader typed to get here: a script that runs this program says its own name.
    private static let name = ProcessInfo.processInfo.environment["MOTOCHO_COMMAND"] ?? "motocho"

    func run() async throws {
        let directory = DataDirectory(path)
        let output = Output()
        if fresh { try remove(directory) }
        if directory.holdsLedger {
            output.line("There is a ledger in \(path) already, and this is what it holds. To play the day again: \(Self.name) demo --fresh")
            try show(try reading(directory), output)
        } else {
            let writer = try found(directory)
            await play(writer, output)
            await stop(writer)
            try show(writer.log, output)
        }
        output.flush()
    }

    private func found(_ directory: DataDirectory) throws -> Writer {
        let cast = FirstDay.cast
        _ = try Founding(directory, Ledgers.Founding(currency: .yen, operators: cast.operators, start: cast.start))
        return try Ledgers.open(directory)
    }

    private func reading(_ directory: DataDirectory) throws -> Log {
        try Preflight.check(directory)
        return try Log(directory, readOnly: true)
    }

    /// Only a scenario ledger is removed, whatever folder is named.
    private func remove(_ directory: DataDirectory) throws {
        guard directory.holdsLedger else { return }
        let clock = try Log(directory, readOnly: true).genesis.clock
        guard clock == .scenario else {
            throw Failure("the ledger in \(directory.path) is a real one; --fresh removes only a demo's. Name another folder with --data")
        }
        try Ledgers.withLock(directory) { try FileManager.default.removeItem(atPath: directory.path) }
    }

    /// Each step as a table row: what was asked, and what the ledger answered.
    private func play(_ writer: Writer, _ output: Output) async {
        let currency = writer.log.genesis.currency
        output.line("A first day, 2019-07-01 (times are Japan's, persons and stores invented):\n")
        var table = Table(output, [("time", .left), ("what happens", .left), ("answer", .left), ("balance", .right)])
        var positions: [String: UInt64] = [:]
        for (number, step) in FirstDay.steps.enumerated() {
            _ = await submit(writer, .service(.advanceClock(to: step.at)), by: step.who, key: "clock-\(number)")
            let outcome = await submit(writer, step.command(positions), by: step.who, key: "step-\(number)")
            let time = String(step.at.shortText.dropFirst(11).prefix(5))
            guard case .recorded(let event, _)? = outcome else {
                table.add([time, step.telling, "not recorded: \(outcome.map { "\($0)" } ?? "malformed")", ""])
                continue
            }
            if let label = step.label { positions[label] = event.position }
            let answer = event.rejection.map { "refused: \($0.code.name)" } ?? "\(event.kind.name), position \(event.position)"
            table.add([time, step.telling, answer, event.subject.isNone ? "" : currency.grouped(event.balanceAfter)])
        }
        table.finish()
    }

    private func submit(_ writer: Writer, _ command: Command, by who: Principal, key: String) async -> Outcome? {
        guard let request = try? Request(command, principal: who, key: key, channel: .story) else { return nil }
        return await writer.submit(request)
    }

    private func stop(_ writer: Writer) async {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                writer.stop()
                done.resume()
            }
        }
    }

    private func show(_ log: Log, _ output: Output) throws {
        let end = try log.refresh()
        output.line("\nBalances, and what is left of each charge\n")
        var balances = BalancesReport(output, .table, log.genesis.currency, lots: true)
        try balances.addAll(log, end)
        balances.finish()
        output.line("\nTrial balance\n")
        _ = try TrialReport(log, end: end).show(output, .table)
        output.line("\nThe story of account 2\n")
        let books = try Ledgers.books(log)
        var story = EventPrinter(output, .table, books, log, isStory: true)
        for position in try History.positions(log, books, of: .member(2), to: end) {
            if let event = try log.event(at: position) { story.add(event) }
        }
        story.finish()
        let data = "--data \(path)"
        output.line(
            """

            Try next
              \(Self.name) verify \(data)               every hash, signature and projection
              \(Self.name) replay --account 1 \(data)   another story; without --account, all of them
              \(Self.name) balances --as-of 2019-07-01T12:00+09:00 \(data)
              \(Self.name) serve \(data)                the same ledger over HTTP
              \(Self.name) demo --fresh                               play the day again
            """)
    }
}
