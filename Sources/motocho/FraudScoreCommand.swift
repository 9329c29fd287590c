import ArgumentParser
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
            account and amount of each event of the attack. `motocho demo` writes one.

            EXAMPLE:
              motocho fraud score --data ./motocho-demo --truth ./motocho-demo/truth.jsonl
            """)
    @OptionGroup var options: FraudOptions

    @Option(help: ArgumentHelp("The file that says which events were the attack's.", valueName: "file"))
    var truth: String

    func run() throws {
        let output = Output()
        let (log, watch) = try options.read(output)
        let score = try TruthFile(path: truth).score(watch, log)
        let currency = log.genesis.currency
        func money(_ units: Int64) -> String { options.format == .table ? currency.grouped(units) : currency.text(units) }
        var records = Records(
            output, options.format,
            [
                ("rule", .left), ("findings", .right), ("precision", .right), ("recall", .right), ("caught", .right), ("genuine touched", .right),
                ("yen caught", .right), ("yen still ahead", .right), ("minutes to first", .right),
            ])
        for line in score.lines {
            records.add([
                line.rule.map { "F\($0.rawValue) \($0.name)" } ?? "all", "\(line.findings)", line.precision.map(Self.percent) ?? "",
                Self.percent(line.recall), "\(line.caught)", "\(line.genuineTouched)", money(line.amountCaught), money(line.amountAhead),
                line.secondsToFirst.map { "\($0 / 60)" } ?? "",
            ])
        }
        records.finish()
        output.flush()
    }

    /// Thousandths as a percentage.
    static func percent(_ thousandths: Int64) -> String { "\(thousandths / 10).\(thousandths % 10)%" }
}

/// What really happened, told by whoever made the story.
struct TruthFile {
    let events: [FraudScore.Truth]

    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read; `motocho demo` writes a truth file") }
        events = try data.split(separator: 0x0A).enumerated().map { number, line in
            guard let object = try? JSONObject(parsing: [UInt8](line)), let position = object.whole("position") else {
                throw Failure("line \(number + 1) of \(path) is no JSON object with a position")
            }
            return FraudScore.Truth(
                position: UInt64(position), account: UInt64(object.whole("account") ?? 0), amount: object.whole("amount") ?? 0)
        }
    }

    @available(*, noasync)
    func score(_ watch: FraudWatch, _ log: Log) throws -> FraudScore {
        let first = try events.map(\.position).min().flatMap { try log.event(at: $0)?.recordedAt }
        return try FraudScore(watch.findings(), truth: events, firstAttack: first) { finding in
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
