internal import Crypto
internal import Journal
public import Ledger
public import Projections

/// What is to be said about findings: an alert for each, once, and a lock proposed for an account whose score has reached the
/// rule set's.
public struct Lookout: Sendable {
    /// Findings completed from here on are still to come.
    public private(set) var since: UInt64 = 0
    /// Rule sets it has seen in force, by version.
    private var rules: [UInt16: RuleSet] = [:]
    /// Accounts whose lock it proposed, by version of the rules.
    private var proposed: [UInt16: Set<UInt64>] = [:]

    public init() {}

    /// The commands, in the order of the findings, each under a key that is the same whenever it is said again.
    public mutating func says(_ findings: [FraudFinding], version: UInt16, rules inForce: RuleSet, next: UInt64) -> [Request] {
        rules[version] = inForce
        since = next
        var commands: [Request] = []
        for finding in findings {
            if let alert = Self.alert(finding) { commands.append(alert) }
            // The first finding of these rules with the score, which is the same one after a restart.
            guard finding.account != 0, let rules = rules[finding.version], finding.score >= rules.lockScore,
                proposed[finding.version, default: []].insert(finding.account).inserted, let lock = Self.lock(finding, rules)
            else { continue }
            commands.append(lock)
        }
        return commands
    }

    static func alert(_ finding: FraudFinding) -> Request? {
        // A window has one graver finding besides its first.
        let about = finding.subject + (finding.isGrave ? "!" : "")
        let key = "v\(finding.version):\(RuleSetJSON.key(finding.rule)):\(about):\(finding.windowStart.microseconds)"
        func request(_ subject: String) -> Request? {
            let alert = FraudCommand.Alert(
                version: finding.version, rule: finding.rule, account: finding.account == 0 ? nil : .ordinal(finding.account), subject: subject,
                windowStart: finding.windowStart, score: finding.score, events: finding.events)
            return self.request(.fraud(.raise(alert)), key)
        }
        // A store's name may be too long for a subject, and the digits of an address may look like a card number.
        let kind = finding.subject.prefix { $0 != ":" }
        return request(about) ?? request("\(kind):" + letters(about))
    }

    /// Once an account and version of the rules.
    static func lock(_ finding: FraudFinding, _ rules: RuleSet) -> Request? {
        let why = "score \(finding.score) by rules \(rules.name), version \(finding.version); lock proposed from \(rules.lockScore) on"
        let lock = Command.accounts(.lock(.ordinal(finding.account), .all, reason: why))
        return request(.approvals(.propose(lock, because: why)), "v\(finding.version):lock:\(finding.account)")
    }

    private static func request(_ command: Command, _ key: String) -> Request? {
        func request(_ key: String) -> Request? {
            try? Request(command, principal: .monitor, key: key, channel: .ledger)
        }
        return request(key) ?? request(letters(key))
    }

    /// 32 letters that stand for a text that cannot be a key: no digits, so that they look like no card number.
    private static func letters(_ text: String) -> String {
        String(decoding: SHA256.hash(data: Array(text.utf8)).prefix(16).flatMap { [0x61 + $0 >> 4, 0x61 + $0 & 15] }, as: UTF8.self)
    }
}
