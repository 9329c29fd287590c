/// The rules of monitoring as data (不正検知ルール): which are on, from which thresholds on they fire, what they weigh. The
/// shapes of the rules are code (`Projections/Fraud`); a deployment sets the numbers and puts them into force by an event.
public struct RuleSet: Equatable, Sendable {
    /// What people call it.
    public var name: String
    /// An account whose score reaches this is proposed to be locked. Never does a score move money.
    public var lockScore: Int64
    /// In the order of their numbers, each at most once.
    public var rules: [Rule]

    public init(name: String, lockScore: Int64, rules: [Rule]) {
        self.name = name
        self.lockScore = lockScore
        self.rules = rules
    }

    /// Before any is activated there are none: nothing fires.
    public static let none = RuleSet(name: "none", lockScore: .max, rules: [])

    public subscript(number: RuleNumber) -> Rule? { rules.first { $0.number == number } }

    public struct Rule: Equatable, Sendable {
        public var number: RuleNumber
        /// What the account's score grows by when the rule fires for it, at most once per window.
        public var weight: Int64
        /// In the order of `RuleNumber.thresholds`.
        public var thresholds: [Int64]
        /// The charges it looks at, where it looks at charges.
        public var sources: Policy.Sources

        public init(_ number: RuleNumber, weight: Int64, thresholds: [Int64], sources: Policy.Sources = Policy.Sources(FundingSource.allCases)) {
            self.number = number
            self.weight = weight
            self.thresholds = thresholds
            self.sources = sources
        }

        /// The threshold of this name; 0 if the rule has none.
        public subscript(name: String) -> Int64 {
            zip(number.thresholds, thresholds).first { $0.0.name == name }?.1 ?? 0
        }
    }

    func write(to tail: inout Tail) {
        tail.add(.ruleSetName, name)
        tail.add(.lockScore, number: lockScore)
        for rule in rules {
            var bytes = [rule.number.rawValue, rule.sources.rawValue]
            for number in [rule.weight] + rule.thresholds {
                for shift in stride(from: Int64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
            }
            tail.add(.fraudRule, bytes: bytes)
        }
    }

    /// What an event that puts rules into force says.
    public init(reading tail: Tail) {
        self.init(name: tail.text(.ruleSetName) ?? "", lockScore: tail.number(.lockScore) ?? .max, rules: [])
        for bytes in tail.all(.fraudRule) {
            guard let first = bytes.first, let number = RuleNumber(rawValue: first), bytes.count % 8 == 2 else { continue }
            let words = stride(from: bytes.startIndex + 2, to: bytes.endIndex, by: 8).map { Tail.number(bytes[$0..<($0 + 8)]) }
            guard words.count == number.thresholds.count + 1 else { continue }
            rules.append(
                Rule(number, weight: words[0], thresholds: Array(words.dropFirst()), sources: Policy.Sources(rawValue: bytes[bytes.startIndex + 1])))
        }
    }

    /// Throws at a rule that could never fire, or always would.
    func check() throws(Malformed) {
        try TextRule.check(name, "name")
        guard lockScore > 0 else { throw Malformed(field: "lockScore", reason: "is not above zero: every account would be proposed to be locked") }
        guard !rules.isEmpty else { throw Malformed(field: "rules", reason: "is empty; a rule set without rules finds nothing") }
        var before: Int = -1
        for rule in rules {
            guard Int(rule.number.rawValue) > before else {
                throw Malformed(field: "rules", reason: "names \(rule.number.name) twice, or not in the order of the numbers")
            }
            before = Int(rule.number.rawValue)
            guard (1...1_000_000).contains(rule.weight) else {
                throw Malformed(field: rule.number.name, reason: "has a weight that is not between 1 and 1,000,000")
            }
            guard rule.thresholds.count == rule.number.thresholds.count else {
                throw Malformed(field: rule.number.name, reason: "does not have all of its thresholds")
            }
            guard !rule.sources.isEmpty else { throw Malformed(field: rule.number.name, reason: "names no source, so it never fires") }
            for (threshold, value) in zip(rule.number.thresholds, rule.thresholds) where !threshold.range.contains(value) {
                throw Malformed(
                    field: rule.number.name,
                    reason: "has \(threshold.name) \(value), with which it never fires or always does; \(threshold.range.lowerBound) to \(threshold.range.upperBound) are taken")
            }
        }
    }
}

/// The rules there are, F0 to F14. Each is tied to something that was seen in an attack.
public enum RuleNumber: UInt8, Named, Sendable {
    /// Charged by card, and spent about the same on the same day in Japan: the operator's own first estimate.
    case dayTurnover = 0
    /// Many card charges in a short time.
    case chargeBurst = 1
    /// Filled to the cap and drained at once.
    case fillAndDrain = 2
    /// One large payment.
    case largePayment = 3
    /// Signed in from abroad, then paid in a store at home.
    case foreignLoginThenPayment = 4
    /// A new device, then a card charge.
    case newDeviceThenCharge = 5
    /// One device on many accounts.
    case sharedDevice = 6
    /// One address, network or device tries many accounts and nearly never gets in.
    case fanOut = 7
    /// Far more unknown ids than on the days before.
    case unknownIDs = 8
    /// Wrong passwords, then in from an address never seen on the account, then a card charge.
    case guessedThenCharge = 9
    /// Two stores too far apart for the time between.
    case impossibleTravel = 10
    /// Several accounts pay much on one register within a short time.
    case storeCluster = 11
    /// Payments that are multiples of what one carton costs.
    case cartonAmounts = 12
    /// Credentials sent to a changed address, then a new device, then a charge.
    case resetThenCharge = 13
    /// A payment from a new device on an account that had long been still.
    case idleThenPayment = 14

    public struct Threshold: Sendable {
        public let name: String
        public let range: ClosedRange<Int64>
    }

    private static let amounts: ClosedRange<Int64> = 1...10_000_000
    /// A rule remembers at most a day; F8 seven days of counts, F14 how long an account was still.
    private static let spans: ClosedRange<Int64> = 1...86_400

    /// Names as rule files write them, and what makes sense.
    public var thresholds: [Threshold] {
        switch self {
        case .dayTurnover: [Threshold(name: "amount", range: Self.amounts), Threshold(name: "percent", range: 0...100)]
        case .chargeBurst:
            [
                Threshold(name: "charges", range: 2...1000), Threshold(name: "seconds", range: Self.spans),
                Threshold(name: "manyCharges", range: 2...1000), Threshold(name: "manySeconds", range: Self.spans),
            ]
        case .fillAndDrain:
            [
                Threshold(name: "cap", range: Self.amounts), Threshold(name: "fillPercent", range: 1...100),
                Threshold(name: "drainPercent", range: 0...99), Threshold(name: "seconds", range: Self.spans),
                Threshold(name: "cycles", range: 1...100),
            ]
        case .largePayment: [Threshold(name: "amount", range: Self.amounts), Threshold(name: "high", range: Self.amounts)]
        case .foreignLoginThenPayment, .newDeviceThenCharge: [Threshold(name: "seconds", range: Self.spans)]
        case .sharedDevice: [Threshold(name: "accounts", range: 2...1000), Threshold(name: "seconds", range: Self.spans)]
        case .fanOut:
            [
                Threshold(name: "accounts", range: 2...1_000_000), Threshold(name: "seconds", range: Self.spans),
                Threshold(name: "successPercent", range: 0...99),
            ]
        case .unknownIDs:
            [
                Threshold(name: "times", range: 2...1000), Threshold(name: "days", range: 1...7),
                Threshold(name: "logins", range: 1...1_000_000_000), Threshold(name: "percentBefore", range: 1...100),
            ]
        case .guessedThenCharge: [Threshold(name: "errors", range: 1...1000), Threshold(name: "seconds", range: Self.spans)]
        case .impossibleTravel:
            [
                Threshold(name: "kilometresPerHour", range: 1...2000), Threshold(name: "kilometres", range: 1...20_000),
                Threshold(name: "seconds", range: Self.spans),
            ]
        case .storeCluster:
            [
                Threshold(name: "accounts", range: 2...1000), Threshold(name: "amount", range: Self.amounts),
                Threshold(name: "seconds", range: Self.spans),
            ]
        case .cartonAmounts:
            [
                Threshold(name: "unit", range: 2...1_000_000), Threshold(name: "amount", range: Self.amounts),
                Threshold(name: "payments", range: 1...1000), Threshold(name: "seconds", range: Self.spans),
            ]
        case .resetThenCharge: [Threshold(name: "seconds", range: Self.spans)]
        case .idleThenPayment: [Threshold(name: "idleSeconds", range: 1...31_536_000), Threshold(name: "deviceSeconds", range: Self.spans)]
        }
    }
}
