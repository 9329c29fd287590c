public import Ledger

/// An account with findings (不審アカウント).
public struct SuspiciousAccount: Equatable, Sendable {
    public let account: UInt64
    public let score: Int64
    /// In the order of the rules.
    public let reasons: [Reason]

    public struct Reason: Equatable, Sendable {
        public let rule: RuleNumber
        public let count: Int
        /// Position of the event that completed the last one.
        public let last: UInt64
    }
}

/// What one address, network or device did on one day in Japan.
public struct FanOut: Equatable, Sendable {
    public enum Source: Equatable, Sendable {
        case address(Pseudonym)
        case network(UInt32)
        /// The ledger's ordinal.
        case device(UInt32)
    }

    public let source: Source
    /// The instant the day began.
    public let day: Instant
    public let attempts: Int64
    public let successes: Int64
    public let unknownIDs: Int64
    /// Different accounts; beyond a million pairs of source and account in one day, touches. Beyond 131,072 sources in one day a
    /// source that was let go and comes back counts only accounts it had not touched.
    public let accounts: Int64
    /// When the first and the last attempt were recorded.
    public let first: Instant
    public let last: Instant
}

/// Several accounts that paid much on one register (F11).
public struct StoreCluster: Equatable, Sendable {
    /// `store:s-1`, or with the register `store:s-1#3`.
    public let subject: String
    public let accounts: Int64
    public let windowStart: Instant
    public let recordedAt: Instant
    public let payments: [UInt64]
}

/// An account whose own balance seems to have been spent by somebody else.
public struct OwnBalanceTheft: Equatable, Sendable {
    public let account: UInt64
    public let score: Int64
    /// F14 and the other rules about payments that fired.
    public let findings: [FraudFinding]
}

/// One hour of an attack: what was tried, what got in, what was charged, what was found.
public struct FraudHour: Equatable, Sendable {
    public let start: Instant
    public let attempts: Int64
    public let failures: Int64
    public let unknownIDs: Int64
    /// Logins from a country that was not the policy's own.
    public let successesFromAbroad: Int64
    public let cardCharges: Int64
    /// By the rule's number.
    public let findings: [Int64]

    public subscript(rule: RuleNumber) -> Int64 { findings[Int(rule.rawValue)] }
}

extension FraudWatch {
    /// Accounts with findings, the highest score first, then the lowest ordinal. O(findings).
    public func suspiciousAccounts(atLeast least: Int64 = 1) -> [SuspiciousAccount] {
        var reasons: [UInt64: [RuleNumber: (count: Int, last: UInt64)]] = [:]
        for row in 0..<found.count where found[row, Found.account] != 0 {
            let account = UInt64(bitPattern: found[row, Found.account])
            guard score(of: account) >= least, let rule = RuleNumber(rawValue: UInt8(truncatingIfNeeded: found[row, Found.rule])) else { continue }
            reasons[account, default: [:]][rule, default: (0, 0)].count += 1
            reasons[account]?[rule]?.last = UInt64(bitPattern: found[row, Found.position])
        }
        return reasons.map { account, reasons in
            SuspiciousAccount(
                account: account, score: score(of: account),
                reasons: reasons.sorted { $0.key.rawValue < $1.key.rawValue }.map {
                    SuspiciousAccount.Reason(rule: $0.key, count: $0.value.count, last: $0.value.last)
                })
        }.sorted { ($1.score, $0.account) < ($0.score, $1.account) }
    }

    /// Addresses, networks and devices by day, the day with the most recent first, within it those with the most attempts. Of
    /// a day that is over the first thousand. O(reports).
    public func fanOut(limit: Int = 1_000) -> [FanOut] {
        var days: [[FanOut]] = [dailyRows.prefix(Self.keptSources).compactMap { row in
            fanOut(day: words[Word.sourceDay, 0]) { sources[row, $0] }
        }]
        for row in (0..<reports.count).reversed() where reports[row, Report.kind] == 2 {
            guard let source = fanOut(day: reports[row, Report.day], { reports[row, Report.tag + $0] }) else { continue }
            if days.last?.last?.day == source.day { days[days.count - 1].append(source) } else { days.append([source]) }
            // Days are read backwards.
            if days.count > limit + 1 { break }
        }
        return Array((days.prefix(1) + days.dropFirst().map { $0.reversed() }).joined().prefix(limit))
    }

    private func fanOut(day: Int64, _ column: (Int) -> Int64) -> FanOut? {
        let (a, b) = (column(1), column(2))
        let source: FanOut.Source
        switch column(0) {
        case Tag.dayAddress: source = .address(Pseudonym(high: UInt64(bitPattern: a), low: UInt64(bitPattern: b)))
        case Tag.dayNetwork: source = .network(UInt32(truncatingIfNeeded: a))
        case Tag.dayDevice: source = .device(UInt32(truncatingIfNeeded: a))
        default: return nil
        }
        return FanOut(
            source: source, day: Instant(microseconds: day * RulesInForce.day) + -Instant.japanOffset, attempts: column(Daily.attempts),
            successes: column(Daily.successes), unknownIDs: column(Daily.unknown), accounts: column(Daily.accounts),
            first: Instant(microseconds: column(Daily.first)), last: Instant(microseconds: column(Daily.last)))
    }

    /// Findings of F11, the newest last. O(findings).
    public var storeClusters: [StoreCluster] {
        (0..<found.count).filter { found[$0, Found.kind] == FraudSubject.storeKind }.map(finding).map {
            StoreCluster(
                subject: $0.subject, accounts: $0.matched, windowStart: $0.windowStart, recordedAt: $0.recordedAt, payments: $0.events)
        }
    }

    /// Rules about payments, and those about charges. Where only the former fired, the money was the member's own.
    static let aboutPayments: Set<RuleNumber> = [.largePayment, .foreignLoginThenPayment, .impossibleTravel, .cartonAmounts, .idleThenPayment]

    /// Accounts with F14, and those whose payments were found suspicious though none of their charges was; the highest score
    /// first. O(findings).
    public var ownBalanceThefts: [OwnBalanceTheft] {
        var byAccount: [UInt64: [FraudFinding]] = [:]
        for row in 0..<found.count where found[row, Found.account] != 0 {
            byAccount[UInt64(bitPattern: found[row, Found.account]), default: []].append(finding(row))
        }
        return byAccount.compactMap { account, findings in
            let mine = findings.filter { Self.aboutPayments.contains($0.rule) }
            guard mine.contains(where: { $0.rule == .idleThenPayment }) || mine.count == findings.count else { return nil }
            return OwnBalanceTheft(account: account, score: score(of: account), findings: mine)
        }.sorted { ($1.score, $0.account) < ($0.score, $1.account) }
    }

    /// Hours that saw a login, a card charge or a finding, in order. O(reports).
    public func timeline(from start: Instant? = nil, to end: Instant? = nil) -> [FraudHour] {
        (0..<reports.count).compactMap { row in
            guard reports[row, Report.kind] == 1 else { return nil }
            let hour = Instant(microseconds: reports[row, Report.hour] * 3600 * RulesInForce.second)
            guard start.map({ hour + 3600 > $0 }) ?? true, end.map({ hour < $0 }) ?? true else { return nil }
            return FraudHour(
                start: hour, attempts: reports[row, Report.attempts], failures: reports[row, Report.failures],
                unknownIDs: reports[row, Report.unknown], successesFromAbroad: reports[row, Report.abroad],
                cardCharges: reports[row, Report.cards], findings: (0..<15).map { reports[row, Report.findings + $0] })
        }
    }
}
