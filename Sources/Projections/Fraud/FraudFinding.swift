public import Ledger

/// What a rule found.
public struct FraudFinding: Equatable, Sendable {
    public let rule: RuleNumber
    /// Which rule set: the first that was put into force is 1.
    public let version: UInt16
    /// Ordinal of the account; 0 if it is about something else.
    public let account: UInt64
    /// `account:17`, `address:` with 32 hexadecimal digits, `network:64500`, `device:12`, `store:s-1` or with its register
    /// `store:s-1#3`, `logins`.
    public let subject: String
    public let windowStart: Instant
    /// True of the one graver finding a window may have; its weight is twice the rule's.
    public let isGrave: Bool
    /// Positions of the events it stands on, oldest first, the last hundred; of the login counts and acts themselves.
    public let events: [UInt64]
    /// Position and time of the event that completed it.
    public let position: UInt64
    public let recordedAt: Instant
    public let weight: Int64
    /// The account's, with this finding; 0 where there is no account.
    public let score: Int64
    /// How many were counted: charges, payments, cycles, errors, accounts, unknown ids; metres of F10, yen of F3.
    public let matched: Int64
}

extension FraudWatch {
    /// Findings completed at or after a position, in the order in which they were made. O(log findings + result).
    public func findings(since position: UInt64 = 0) -> [FraudFinding] {
        var (low, high) = (0, found.count)
        while low < high {
            let middle = (low + high) / 2
            if UInt64(bitPattern: found[middle, Found.position]) < position { low = middle + 1 } else { high = middle }
        }
        return (low..<found.count).map(finding)
    }

    /// The version of the rule set in force, and the score from which on an account is proposed to be locked; 0 and none
    /// before there is one.
    public var ruleSet: (version: UInt16, rules: RuleSet) {
        guard rules.version > 0 else { return (0, .none) }
        return (UInt16(truncatingIfNeeded: rules.version), RuleSet(reading: Tail(bytes: text(words[Word.rules, 0]))))
    }

    /// The sum of the weights of the account's findings, under whatever rule set. It never falls.
    public func score(of account: UInt64) -> Int64 {
        account >= 1 && account <= UInt64(accounts.count) ? accounts[Int(account) - 1, Account.score] : 0
    }

    func finding(_ row: Int) -> FraudFinding {
        let word = found[row, Found.rule]
        let (start, count) = (Int(found[row, Found.evidence]), Int(found[row, Found.evidenceCount]))
        return FraudFinding(
            rule: RuleNumber(rawValue: UInt8(truncatingIfNeeded: word)) ?? .dayTurnover, version: UInt16(truncatingIfNeeded: word >> 16),
            account: UInt64(bitPattern: found[row, Found.account]), subject: subject(row),
            windowStart: Instant(microseconds: found[row, Found.start]), isGrave: word >> 8 & 255 == 2,
            events: (start..<(start + count)).map { UInt64(bitPattern: words[$0, 0]) },
            position: UInt64(bitPattern: found[row, Found.position]), recordedAt: Instant(microseconds: found[row, Found.time]),
            weight: found[row, Found.weight], score: found[row, Found.score], matched: found[row, Found.matched])
    }

    private func subject(_ row: Int) -> String {
        let (a, b) = (found[row, Found.a], found[row, Found.b])
        switch found[row, Found.kind] {
        case 1: return "account:\(a)"
        case 2: return "address:" + Pseudonym(high: UInt64(bitPattern: a), low: UInt64(bitPattern: b)).hexadecimal
        case 3: return "network:\(a)"
        case 4: return "device:\(a)"
        case FraudSubject.storeKind: return "store:" + String(decoding: text(a), as: UTF8.self)
        case 6: return "logins"
        default: return "unknown"
        }
    }
}
