import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Projections
import Scenario
import Vault

/// `demo`: the wallet's first days, played through the real write path.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play the wallet's first ten days through the real write path, and show what came of it.",
        discussion: """
            2019-07-01: five members charge from all five sources, pay, get money back, are
            locked, refused and unlocked; one is refunded by exception, one leaves; a
            partner and a store are settled. The next night stolen passwords are tried, and
            one fits. From 07-03 to 07-11 each stop is thrown, tried and answered. The ledger
            is a scenario ledger: its times are the story's, and it can never become a real
            one.

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
            output.line("There is a ledger in \(path) already, and this is what it holds. To play the days again: \(Self.name) demo --fresh")
            try show(try reading(directory), output)
        } else {
            let (writer, vault) = try found(directory)
            let player = Player(writer, vault)
            output.line("A first day, 2019-07-01 (times are Japan's, persons and stores invented):\n")
            await player.play(FirstDay.steps, "day", output)
            output.line("\nThe second night, and each stop from 07-03 to 07-11, thrown and tried:\n")
            await player.play(Stops.steps, "stop", output)
            await stop(writer)
            try show(writer.log, output)
        }
        output.flush()
    }

    private func found(_ directory: DataDirectory) throws -> (Writer, Vault) {
        let cast = FirstDay.cast
        _ = try Founding(directory, Ledgers.Founding(currency: .yen, operators: cast.operators, start: cast.start))
        return try Keeping.open(directory)
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
        let books = try Ledgers.books(log)
        let decided = try Decided.read(log: log, to: end)
        output.line("\nWhat was stopped, when, and by whom (motocho controls --timeline)\n")
        var controls = Records(
            output, .table, [("control", .right), ("what", .left), ("from (JST)", .left), ("decided (JST)", .left), ("by", .left)])
        for span in decided.controls {
            controls.add(["\(span.position)", ControlWords.of(span.stops), span.effectiveAt.shortText, span.recordedAt.shortText, span.decidedBy])
        }
        controls.finish()
        output.line("\nWhat took others' approval (motocho decisions)\n")
        var agreed = Records(
            output, .table, [("position", .right), ("what", .left), ("by", .left), ("approved by", .left), ("why", .left)])
        let words = Words(books)
        for entry in decided.entries(now: books.now) where entry.proposal != nil {
            agreed.add([
                "\(entry.position)", words.brief(entry.what), entry.decidedBy, entry.approvedBy.joined(separator: ", "), entry.why ?? "",
            ])
        }
        agreed.finish()
        output.line("\nThe story of account 1\n")
        var story = EventPrinter(output, .table, books, log, isStory: true)
        for position in try History.positions(log, books, of: .member(1), to: end) {
            if let event = try log.event(at: position) { story.add(event) }
        }
        story.finish()
        let data = "--data \(path)"
        output.line(
            """

            Try next
              \(Self.name) verify \(data)               every hash, signature and projection
              \(Self.name) replay --account 2 \(data)   another story; without --account, all of them
              \(Self.name) controls --as-of 2019-07-04T14:00:01+09:00 \(data)
              \(Self.name) decisions \(data)            who decided what, when, why
              \(Self.name) balances --as-of 2019-07-01T12:00+09:00 \(data)
              \(Self.name) serve \(data)                the same ledger over HTTP
              \(Self.name) demo --fresh                               play the days again
            """)
    }
}
