/// The fraud desk: the rules of monitoring, and what they find (モニタリング).
public enum FraudCommand: Equatable, Sendable {
    /// Puts a rule set into force, whole. Needs an approval.
    case activate(RuleSet, reason: String)
    /// What a rule found. Recorded by the ledger's own monitor only.
    case raise(Alert)
    /// Somebody looked at an alert.
    case clear(alert: UInt64, Verdict, note: String?)

    public enum Verdict: UInt8, Named, Sendable {
        case confirmed = 1
        case falseAlarm = 2
    }

    public struct Alert: Equatable, Sendable {
        public var version: UInt16
        public var rule: RuleNumber
        /// The account, if it is about one.
        public var account: AccountReference?
        /// Who or what it is about: `account:17`, `address:…`, `network:64500`, `device:12`, `store:s-1`.
        public var subject: String
        /// When the rule's window began.
        public var windowStart: Instant
        /// The account's score with this alert.
        public var score: Int64
        /// Positions of events it stands on, the last ones if there are more.
        public var events: [UInt64]

        public static let mostEvents = 100

        public init(
            version: UInt16, rule: RuleNumber, account: AccountReference?, subject: String, windowStart: Instant, score: Int64,
            events: [UInt64]
        ) {
            self.version = version
            self.rule = rule
            self.account = account
            self.subject = subject
            self.windowStart = windowStart
            self.score = score
            self.events = events
        }
    }

    var name: Command.Name {
        switch self {
        case .activate: .activateRules
        case .raise: .raiseAlert
        case .clear: .clearAlert
        }
    }

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .activate(let rules, let reason):
            var tail = Tail()
            rules.write(to: &tail)
            bytes.add(blob: tail.bytes)
            bytes.add(reason)
        case .raise(let alert):
            bytes.add(Int64(alert.version))
            bytes.add(Int64(alert.rule.rawValue))
            bytes.add(alert.subject)
            bytes.add(alert.windowStart.microseconds)
            bytes.add(alert.score)
            bytes.add(positions: alert.events)
        case .clear(let alert, let verdict, let note):
            bytes.add(Int64(bitPattern: alert))
            bytes.add(Int64(verdict.rawValue))
            bytes.add(note)
        }
    }

    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        guard name == .activateRules else { return nil }
        self = .activate(RuleSet(reading: Tail(bytes: try bytes.blob())), reason: try bytes.text())
    }

    func check() throws(Malformed) {
        switch self {
        case .activate(let rules, let reason):
            try rules.check()
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .raise(let alert):
            try TextRule.check(alert.subject, "subject")
            guard (1...Alert.mostEvents).contains(alert.events.count) else {
                throw Malformed(field: "events", reason: "does not name 1 to \(Alert.mostEvents) positions")
            }
        case .clear(_, _, let note): try TextRule.check(note, "note", limit: TextRule.noteLimit)
        }
    }
}

extension Principal {
    /// The ledger's own monitor, which raises alerts and proposes locks. No token is ever made for this name.
    public static let monitor = Principal(name: "monitor")
}
