import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Projections
import Scenario
import Vault

/// `demo`: the wallet's first month and its end, played through the real write path.
struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Play a wallet's first month, its attack and its damage, its end and its refunds, and show what came of it.",
        discussion: """
            July 2019: members register, charge and pay; stolen passwords are tried by the
            million, and some fit; the channels are stopped one by one; the damage is
            found, certified, amended and withdrawn, by three routes, to the figures that
            were published. Then the end: it is decided on 08-01, victims are made whole,
            the service stops on 09-30 at 24:00, what is left is claimed until 2020-01-10
            and paid out by bank files, which lie in the folder files. A seeded generator
            draws the crowd and the attack: the same seed gives the same log. What really
            happened goes to a file of its own, so that the rules of monitoring can be
            held against it.

            The ledger is a scenario ledger: its times are the story's, and it can never
            become a real one.

            EXAMPLE: play it; look at it in a browser; ask it; play another:
              motocho demo
              motocho demo --report july.html
              motocho damage --as-of 2019-07-31T17:00+09:00 --data ./motocho-demo
              motocho demo --fresh --seed 7 --scale 200
              motocho demo --fresh --until 2019-07-31
            """)

    @Option(name: .customLong("data"), help: ArgumentHelp("The folder of the demo's ledger.", valueName: "dir"))
    var path: String = "./motocho-demo"

    @Flag(help: "Remove the demo's ledger first, if there is one.")
    var fresh = false

    @Option(help: ArgumentHelp("One member for so many of the 1.5 million there were; 1 plays them all.", valueName: "n"))
    var scale = 100

    @Option(help: ArgumentHelp("Which crowd and which attack.", valueName: "number"))
    var seed: UInt64 = 20_190_701

    @Option(help: ArgumentHelp("The last day to play, in Japan; absent: all of it, to June 2020.", valueName: "day"))
    var until: String?

    @Option(help: ArgumentHelp("Write one self-contained page with plots.", valueName: "file.html"))
    var report: String?

    /// What the reader typed to get here: a script that runs this program says its own name.
    private static let name = ProcessInfo.processInfo.environment["MOTOCHO_COMMAND"] ?? "motocho"
    private var truth: String { path + "/truth.jsonl" }

    func validate() throws {
        guard (1...10_000).contains(scale) else { throw ValidationError("--scale is between 1 (everybody) and 10,000.") }
        guard until.map({ Day($0) != nil }) ?? true else { throw ValidationError("--until is a day like 2019-07-31.") }
    }

    func run() async throws {
        let directory = DataDirectory(path)
        let output = Output()
        if fresh { try remove(directory) }
        if directory.holdsLedger {
            output.line("There is a ledger in \(path) already, and this is what it holds. To play it all again: \(Self.name) demo --fresh")
            try show(try reading(directory), output)
        } else {
            try await play(directory, output)
        }
        output.flush()
    }

    private func play(_ directory: DataDirectory, _ output: Output) async throws {
        let plan = MonthPlan(seed: seed, scale: scale)
        let (writer, vault) = try found(directory)
        output.line(
            "July 2019, \(UInt64(plan.members).grouped) members (one in \(scale)), seed \(seed). Times are Japan's; persons, stores and addresses are invented.\n")
        var lines: [String] = []
        let last = until.flatMap { Day($0) }?.end ?? Instant(microseconds: .max)
        let end = last > MonthPlan.end ? EndPlan(plan) : nil
        let player = MonthPlayer(writer, vault, marks: end?.marks ?? plan.marks, files: path + "/files") { lines.append($0) }
        try await player.play(plan.acts().lazy.prefix { $0.at < last }, "July 2019", output)
        if let end {
            output.line("\nAugust 2019 to June 2020: the end of the service, and what was left\n")
            try await player.play(end.acts().lazy.prefix { $0.at < last }, "the end", output)
        }
        let tally = player.tally
        await stop(writer)
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: truth))
        output.line("\n\(UInt64(tally.acts).grouped) acts, \(UInt64(tally.refused).grouped) refused as the story has it; \(UInt64(tally.alerts).grouped) alerts and proposed locks by the monitor.")
        for line in tally.surprises { output.line("not as planned: \(line)") }
        output.line("\nWhat the plan spread over its victims\n")
        for line in plan.spread.lines { output.line(line) }
        try show(writer.log, output)
        guard tally.surpriseCount == 0 else { throw Failure("\(tally.surpriseCount) acts went otherwise than planned") }
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

    // MARK: What came of it

    private func show(_ log: Log, _ output: Output) throws {
        let all = try log.refresh()
        // The month's own figures are those of its last day; the end has its own.
        let end = min(all, try log.position(asOf: MonthPlan.end))
        let currency = log.genesis.currency
        let watch = try Views.read(FraudWatch.self, log, at: end)
        output.line("\nThe published figures, and what the log gives for their instants (motocho damage --as-of …)\n")
        var figures = Records(
            output, .table,
            [("as of (JST)", .left), ("kind", .left), ("people then", .right), ("yen then", .right), ("people", .right), ("yen", .right), ("position", .right)])
        for (index, line) in DemoReport.published.enumerated() {
            guard let instant = Instant(line.instant) else { continue }
            let found = try DemoReport.figure(log, asOf: instant, isEstimate: index == 0, watch)
            figures.add([
                instant.shortText, line.what, line.people, line.yen, UInt64(found.people).grouped, currency.grouped(found.yen), "\(found.position)",
            ])
        }
        figures.finish()
        let cases = try Cases.read(log: log, to: end)
        output.line("\nThe damage at the end of the month (motocho damage)\n")
        DamageSections(output, .table, currency).summary(cases.report)
        output.line("\nBy the day on which it was certified, amended or withdrawn (motocho damage --by recorded-day)\n")
        DamageSections(output, .table, currency).byRecording(cases.report)
        output.line("\nWhat is to be done (motocho damage --list NAME)\n")
        var lists = Records(output, .table, [("list", .left), ("waiting", .right), ("yen", .right)])
        for list in Worklist.allCases {
            let items = cases.worklist(list, now: cases.instant)
            lists.add([list.name, UInt64(items.count).grouped, currency.grouped(items.reduce(0) { $0 + $1.amount })])
        }
        lists.finish()
        if FileManager.default.fileExists(atPath: truth) {
            output.line("\nThe rules of 07-06, had they watched from the first day, held against the truth (motocho fraud score)\n")
            let backtest = try Backtest.watch(log, watch.ruleSet.rules, to: end)
            FraudScoreCommand.show(try TruthFile(path: truth).score(backtest, log), output, .table, currency)
        }
        output.line("\nWhat was stopped, when, and by whom (motocho controls --timeline)\n")
        var controls = Records(
            output, .table, [("control", .right), ("what", .left), ("from (JST)", .left), ("decided (JST)", .left), ("by", .left)])
        for span in try Decided.read(log: log, to: end).controls {
            controls.add(["\(span.position)", ControlWords.of(span.stops), span.effectiveAt.shortText, span.recordedAt.shortText, span.decidedBy])
        }
        controls.finish()
        output.line("\nTrial balance\n")
        _ = try TrialReport(log, end: end).show(output, .table)
        output.line("\nThe story of account 1\n")
        let books = try Ledgers.books(log)
        var story = EventPrinter(output, .table, books, log, isStory: true)
        for position in try History.positions(log, books, of: .member(1), to: end) {
            if let event = try log.event(at: position) { story.add(event) }
        }
        story.finish()
        if all > end { try EndReport(log).show(output, currency) }
        if let report {
            let page = try DemoReport(log, truth: FileManager.default.fileExists(atPath: truth) ? truth : nil).html()
            try Data(page.utf8).write(to: URL(filePath: report))
            output.line("\nThe page is in \(report).")
        }
        showNext(output)
    }

    private func showNext(_ output: Output) {
        let data = "--data \(path)"
        output.line(
            """

            Try next
              \(Self.name) verify \(data)               every hash, signature and projection
              \(Self.name) damage --as-of 2019-07-31T17:00+09:00 \(data)
              \(Self.name) damage --list uncontacted \(data)
              \(Self.name) fraud suspicious --at-least 100 \(data)
              \(Self.name) replay --account 1 \(data)   a victim's story
              \(Self.name) controls --as-of 2019-07-04T14:00:01+09:00 \(data)
              \(Self.name) refunds totals --as-of 2020-01-10T23:59+09:00 \(data)
              \(Self.name) report base-date --date 2019-09-30 --lang ja \(data)
              \(Self.name) serve \(data)                the same ledger over HTTP
              \(Self.name) demo --report july.html                   all of it on one page
              \(Self.name) demo --fresh                               play it all again
            """)
    }
}
