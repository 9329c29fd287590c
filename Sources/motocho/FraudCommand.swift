import ArgumentParser
import Foundation
import Journal
import Ledger
import Projections

/// `fraud`: what the rules of monitoring see.
struct FraudCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fraud",
        abstract: "Show what the rules of monitoring find: suspicious accounts, fan-out, stores, the attack by the hour.",
        discussion: """
            The rules in force are an event (motocho propose activateRules @FILE); what they
            find is folded from the log, so any cut in time can be asked for.

            EXAMPLE: who is suspicious and why; where from; by the hour; how one got in:
              motocho fraud suspicious
              motocho fraud fan-out --as-of 2019-07-03
              motocho fraud timeline --format csv
              motocho fraud path 17
            """,
        subcommands: [
            FraudSuspicious.self, FraudFindings.self, FraudFanOut.self, FraudStores.self, FraudOwnBalance.self, FraudTimeline.self,
            FraudPath.self, FraudRules.self, FraudScoreCommand.self,
        ])
}

/// What every view of fraud is asked with.
struct FraudOptions: ParsableArguments {
    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    /// The view as of the cut; the stored one where it serves.
    @available(*, noasync)
    func read(_ output: Output) throws -> (log: Log, watch: FraudWatch) {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let watch = try Views.read(FraudWatch.self, log, at: end)
        let more = "rules version \(watch.ruleSet.version)"
        try Heading(log, end: end, more).show(output, format, isCut: cut.isGiven)
        return (log, watch)
    }
}

struct FraudSuspicious: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspicious", abstract: "Accounts with findings, the highest score first, and why.")
    @OptionGroup var options: FraudOptions

    @Option(help: ArgumentHelp("Only scores from here on.", valueName: "score"))
    var atLeast: Int64 = 1

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(output, options.format, [("account", .right), ("score", .right), ("reasons", .left)])
        for line in watch.suspiciousAccounts(atLeast: atLeast) {
            let reasons = line.reasons.map { "F\($0.rule.rawValue) \($0.rule.name)" + ($0.count > 1 ? " ×\($0.count)" : "") }
            records.add(["\(line.account)", "\(line.score)", reasons.joined(separator: ", ")])
        }
        records.finish()
        output.flush()
    }
}

struct FraudFindings: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "findings", abstract: "Every finding, in the order in which they were made.")
    @OptionGroup var options: FraudOptions

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(
            output, options.format,
            [
                ("position", .right), ("recorded", .left), ("rule", .left), ("version", .right), ("about", .left), ("level", .left), ("score", .right),
                ("events", .left),
            ])
        for finding in watch.findings() {
            let events = finding.events.suffix(5).map { "\($0)" }.joined(separator: " ")
            records.add([
                "\(finding.position)", records.time(finding.recordedAt), "F\(finding.rule.rawValue) \(finding.rule.name)", "\(finding.version)",
                finding.subject, finding.isGrave ? "grave" : "", finding.score == 0 ? "" : "\(finding.score)",
                (finding.events.count > 5 ? "… " : "") + events,
            ])
        }
        records.finish()
        output.flush()
    }
}

struct FraudFanOut: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fan-out", abstract: "Addresses, networks and devices by day: attempts, successes, accounts touched.")
    @OptionGroup var options: FraudOptions

    @Option(help: ArgumentHelp("At most so many lines.", valueName: "lines"))
    var limit = 50

    func validate() throws {
        guard (1...100_000).contains(limit) else { throw ValidationError("--limit is between 1 and 100,000.") }
    }

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(
            output, options.format,
            [
                ("day", .left), ("source", .left), ("attempts", .right), ("successes", .right), ("unknown ids", .right), ("accounts", .right),
                ("first", .left), ("last", .left),
            ])
        for line in watch.fanOut(limit: limit) {
            records.add([
                Day(of: line.day).description, line.source.words, "\(line.attempts)", "\(line.successes)", "\(line.unknownIDs)", "\(line.accounts)",
                records.time(line.first), records.time(line.last),
            ])
        }
        records.finish()
        output.flush()
    }
}

extension FanOut.Source {
    var words: String {
        switch self {
        case .address(let pseudonym): "address \(pseudonym.hexadecimal.prefix(8))"
        case .network(let number): "network \(number)"
        case .device(let ordinal): "device \(ordinal)"
        }
    }
}

struct FraudStores: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stores", abstract: "Registers where several accounts paid much within a short time.")
    @OptionGroup var options: FraudOptions

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(
            output, options.format, [("store", .left), ("accounts", .right), ("since", .left), ("found", .left), ("payments", .left)])
        for cluster in watch.storeClusters {
            records.add([
                cluster.subject, "\(cluster.accounts)", records.time(cluster.windowStart), records.time(cluster.recordedAt),
                cluster.payments.map { "\($0)" }.joined(separator: " "),
            ])
        }
        records.finish()
        output.flush()
    }
}

struct FraudOwnBalance: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "own-balance", abstract: "Accounts whose own balance seems to have been spent by somebody else.")
    @OptionGroup var options: FraudOptions

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(output, options.format, [("account", .right), ("score", .right), ("findings", .left)])
        for theft in watch.ownBalanceThefts {
            records.add(["\(theft.account)", "\(theft.score)", theft.findings.map { "F\($0.rule.rawValue) at \($0.position)" }.joined(separator: ", ")])
        }
        records.finish()
        output.flush()
    }
}

struct FraudTimeline: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "timeline", abstract: "The attack by the hour: what was tried, what got in, what was found.")
    @OptionGroup var options: FraudOptions

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        var records = Records(
            output, options.format,
            [
                ("hour", .left), ("attempts", .right), ("failures", .right), ("unknown ids", .right), ("from abroad", .right), ("card charges", .right),
                ("findings", .left),
            ])
        for hour in watch.timeline() {
            let findings = RuleNumber.allCases.filter { hour[$0] > 0 }.map { "F\($0.rawValue) \(hour[$0])" }
            records.add([
                records.time(hour.start), "\(hour.attempts)", "\(hour.failures)", "\(hour.unknownIDs)", "\(hour.successesFromAbroad)",
                "\(hour.cardCharges)", findings.joined(separator: ", "),
            ])
        }
        records.finish()
        output.flush()
    }
}

struct FraudPath: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "How an account was reached: logins, devices, external ids and resets before its first fraud.")
    @OptionGroup var options: FraudOptions

    @Argument(help: "The account's number.")
    var account: UInt64

    func run() throws {
        let output = Output()
        let (log, watch) = try options.read(output)
        let books = try Ledgers.books(log)
        guard books.member(account) != nil else { throw Failure("there is no account \(account)") }
        let history = try History.positions(log, books, of: .member(account), to: watch.next).compactMap { try log.event(at: $0) }
        let first = Attribution(history: history).firstFraud
        if options.format == .table {
            output.line(first.map { "Before event \($0), the first that was judged a fraud\n" } ?? "Nothing of this account was judged a fraud; all of its path\n")
        }
        var records = Records(
            output, options.format,
            [("position", .right), ("recorded", .left), ("what", .left), ("how", .left), ("country", .left), ("network", .right), ("address", .left), ("device", .right)])
        for step in try watch.accessPath(of: account, log, before: first ?? watch.next) {
            let how = [
                step.method?.name, step.failure?.name, step.provider, step.reset?.name, step.isAddressChanged ? "to a changed address" : nil,
            ].compactMap(\.self)
            records.add([
                "\(step.position)", records.time(step.recordedAt), step.kind.name, how.joined(separator: ", "), step.country?.description ?? "",
                step.network == 0 ? "" : "\(step.network)", step.address.map { String($0.hexadecimal.prefix(8)) } ?? "",
                step.device == 0 ? "" : "\(step.device)",
            ])
        }
        records.finish()
        output.flush()
    }
}

struct FraudRules: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "rules", abstract: "The rules in force, with their thresholds and weights.")
    @OptionGroup var options: FraudOptions

    func run() throws {
        let output = Output()
        let (_, watch) = try options.read(output)
        let set = watch.ruleSet.rules
        if options.format == .table, set.rules.isEmpty { output.line("No rules are in force: nothing is found.") } else {
            var records = Records(output, options.format, [("rule", .left), ("weight", .right), ("thresholds", .left), ("sources", .left)])
            for rule in set.rules {
                let thresholds = zip(rule.number.thresholds, rule.thresholds).map { "\($0.0.name) \($0.1)" }
                records.add([
                    "F\(rule.number.rawValue) \(rule.number.name)", "\(rule.weight)", thresholds.joined(separator: ", "),
                    rule.sources == Policy.Sources(FundingSource.allCases) ? "" : rule.sources.all.map(\.name).joined(separator: ", "),
                ])
            }
            records.finish()
            if options.format == .table, set.lockScore < .max { output.line("\nA score of \(set.lockScore) proposes a lock.") }
        }
        output.flush()
    }
}
