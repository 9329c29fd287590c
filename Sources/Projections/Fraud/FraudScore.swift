public import Ledger

/// How good each rule was, told against what really happened (検知精度): an attack whose truth is known, as a story's is. The
/// truth is never in the log.
public struct FraudScore: Sendable {
    /// One event of an attack.
    public struct Truth: Equatable, Sendable {
        public let position: UInt64
        public let account: UInt64
        /// Minor units a thief charged or spent by it; 0 where no money moved.
        public let amount: Int64

        public init(position: UInt64, account: UInt64, amount: Int64) {
            (self.position, self.account, self.amount) = (position, account, amount)
        }
    }

    public struct Line: Equatable, Sendable {
        /// `nil`: all rules together.
        public let rule: RuleNumber?
        public let findings: Int
        /// Accounts it pointed to that were attacked, and that were not.
        public let caught: Int
        public let genuineTouched: Int
        /// Attacked accounts there were.
        public let attacked: Int
        /// What thieves moved on the accounts it caught, and of it what they moved after it had fired there.
        public let amountCaught: Int64
        public let amountAhead: Int64
        /// From the first event of the attack to the first finding about an attacked account; `nil`: it never found one.
        public let secondsToFirst: Int64?

        /// In thousandths; `nil` where it pointed nowhere.
        public var precision: Int64? { caught + genuineTouched == 0 ? nil : Int64(1000 * caught / (caught + genuineTouched)) }
        /// In thousandths.
        public var recall: Int64 { attacked == 0 ? 0 : Int64(1000 * caught / attacked) }
    }

    public let lines: [Line]

    /// - Parameters:
    ///   - accounts: the accounts a finding points to: its own, or those of its events where it is about something else.
    ///   - firstAttack: when the first event of the attack was recorded.
    public init(_ findings: [FraudFinding], truth: [Truth], firstAttack: Instant?, accounts: (FraudFinding) throws -> Set<UInt64>) rethrows {
        var moved: [UInt64: [Truth]] = [:]
        for event in truth where event.account != 0 && event.amount > 0 { moved[event.account, default: []].append(event) }
        var pointed: [(finding: FraudFinding, accounts: Set<UInt64>)] = []
        for finding in findings { pointed.append((finding, try accounts(finding))) }
        func line(_ rule: RuleNumber?) -> Line {
            let mine = pointed.filter { rule == nil || $0.finding.rule == rule }
            var first: [UInt64: UInt64] = [:]
            var firstTrue: Instant?
            for (finding, accounts) in mine {
                for account in accounts where first[account] == nil { first[account] = finding.position }
                if firstTrue == nil, accounts.contains(where: { moved[$0] != nil }) { firstTrue = finding.recordedAt }
            }
            let caught = first.keys.filter { moved[$0] != nil }
            let events = caught.flatMap { moved[$0] ?? [] }
            return Line(
                rule: rule, findings: mine.count, caught: caught.count, genuineTouched: first.count - caught.count, attacked: moved.count,
                amountCaught: events.reduce(0) { $0 + $1.amount },
                amountAhead: events.reduce(0) { $0 + ($1.position > first[$1.account] ?? .max ? $1.amount : 0) },
                secondsToFirst: firstTrue.flatMap { found in firstAttack.map { (found.microseconds - $0.microseconds) / 1_000_000 } })
        }
        lines = RuleNumber.allCases.filter { number in pointed.contains { $0.finding.rule == number } }.map(line) + [line(nil)]
    }
}
