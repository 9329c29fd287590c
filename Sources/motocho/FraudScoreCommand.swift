import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Projections
import Wire

/// `fraud score`: the rules held against what really happened.
struct FraudScoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "score",
        abstract: "Hold each rule against the truth of a story: precision, recall, yen, genuine members touched, time.",
        discussion: """
            The truth is a file beside the ledger, never in it: JSON Lines with position,
            kind and amount of each event of the attack. `motocho demo` writes one. Without
            --rules the rules count as they were in force; with it, a file's rules are tried
            on the whole log, and nothing is recorded.

            EXAMPLE: as it was; had these rules watched from the first day:
              motocho fraud score --truth ./motocho-demo/truth.jsonl
              motocho fraud score --truth ./motocho-demo/truth.jsonl --rules rules.json
            """)
    @OptionGroup var options: FraudOptions

    @Option(help: ArgumentHelp("The file that says which events were the attack's.", valueName: "file"))
    var truth: String

    @Option(help: ArgumentHelp("A file of rules to try on the whole log.", valueName: "file"))
    var rules: String?

    func run() throws {
        let output = Output()
        var (log, watch) = try options.read(output)
        if let rules {
            guard let data = FileManager.default.contents(atPath: rules) else { throw Failure("\(rules) cannot be read") }
            do {
                watch = try Backtest.watch(log, try RuleSetJSON(currency: log.genesis.currency).rules(parsing: [UInt8](data)), to: watch.next)
            } catch let fault as Fault {
                throw Failure("\(rules): \(fault)")
            }
        }
        Self.show(try TruthFile(path: truth).score(watch, log), output, options.format, log.genesis.currency)
        output.flush()
    }

    static func show(_ score: FraudScore, _ output: Output, _ format: Format, _ currency: Currency) {
        func money(_ units: Int64) -> String { format == .table ? currency.grouped(units) : currency.text(units) }
        var records = Records(
            output, format,
            [
                ("rule", .left), ("findings", .right), ("precision", .right), ("recall", .right), ("caught", .right), ("genuine touched", .right),
                ("yen caught", .right), ("yen still ahead", .right), ("minutes to first", .right),
            ])
        for line in score.lines {
            records.add([
                line.rule.map { "F\($0.rawValue) \($0.name)" } ?? "all", "\(line.findings)", line.precision.map(percent) ?? "",
                percent(line.recall), "\(line.caught)", "\(line.genuineTouched)", money(line.amountCaught), money(line.amountAhead),
                line.secondsToFirst.map { "\($0 / 60)" } ?? "",
            ])
        }
        records.finish()
    }

    /// Thousandths as a percentage.
    static func percent(_ thousandths: Int64) -> String { "\(thousandths / 10).\(thousandths % 10)%" }
}

/// What rules would have found, had they watched the whole log. Nothing is recorded, nothing stored.
enum Backtest {
    @available(*, noasync)
    static func watch(_ log: Log, _ rules: RuleSet, to end: UInt64) throws -> FraudWatch {
        var watch = FraudWatch(trying: rules)
        try watch.follow(log, to: end)
        return watch
    }
}

/// What really happened, told by whoever made the story.
struct TruthFile {
    private let events: [(position: UInt64, amount: Int64)]

    /// Kinds of act that moved money.
    private static let moving: Set<String> = ["fraudCharge", "fraudPayment"]

    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read; `motocho demo` writes a truth file") }
        events = try data.split(separator: 0x0A).enumerated().map { number, line in
            guard let object = try? JSONObject(parsing: [UInt8](line)), let position = object.whole("position"), case .string(let kind)? = object["kind"]
            else { throw Failure("line \(number + 1) of \(path) is no JSON object with a position and a kind") }
            return (UInt64(position), Self.moving.contains(kind) ? object.whole("amount") ?? 0 : 0)
        }
    }

    @available(*, noasync)
    func score(_ watch: FraudWatch, _ log: Log) throws -> FraudScore {
        var truth: [FraudScore.Truth] = []
        var first: Instant?
        try log.lookUp { event in
            for (position, amount) in events {
                guard let found = try event(position) else { throw Failure("the truth names event \(position), which this ledger does not have") }
                if first.map({ found.recordedAt < $0 }) ?? true { first = found.recordedAt }
                truth.append(FraudScore.Truth(position: position, account: found.subject.memberOrdinal ?? 0, amount: amount))
            }
        }
        return try FraudScore(watch.findings(), truth: truth, firstAttack: first) { finding in
            if finding.account != 0 { return [finding.account] }
            var accounts: Set<UInt64> = []
            try log.lookUp { event in
                for position in finding.events { if let account = try event(position)?.subject.memberOrdinal { accounts.insert(account) } }
            }
            return accounts
        }
    }
}

extension JSONObject {
    /// A whole number, as a number or as a decimal string.
    fileprivate func whole(_ name: String) -> Int64? {
        switch self[name] {
        case .integer(let number)?: number >= 0 ? number : nil
        case .string(let text)?: Int64(text).flatMap { $0 >= 0 ? $0 : nil }
        default: nil
        }
    }
}
