internal import Ledger

/// What a finding is about.
enum FraudSubject {
    case account(UInt64)
    case address(Int64, Int64)
    case network(Int64)
    case device(Int64)
    /// The place of its text in `words`.
    case store(Int64)
    case logins

    static let storeKind: Int64 = 5

    var words: (kind: Int64, a: Int64, b: Int64) {
        switch self {
        case .account(let ordinal): (1, Int64(bitPattern: ordinal), 0)
        case .address(let high, let low): (2, high, low)
        case .network(let number): (3, number, 0)
        case .device(let ordinal): (4, ordinal, 0)
        case .store(let text): (Self.storeKind, text, 0)
        case .logins: (6, 0, 0)
        }
    }
}

extension FraudWatch {
    /// What a rule found, before it is written down.
    struct Hit {
        var rule: RuleNumber
        var level: Int64 = 1
        var weight: Int64
        var subject: FraudSubject
        var start: Int64
        /// Oldest first; the completing event is the last.
        var evidence: [Int64]
        /// How many things were counted: charges, cycles, accounts, yen of a payment …
        var matched: Int64
        let position: UInt64
        let now: Int64
    }

    mutating func write(_ hit: Hit) {
        let row = found.count
        let (kind, a, b) = hit.subject.words
        let weight = hit.level == 2 ? 2 * hit.weight : hit.weight
        var account: Int64 = 0
        if case .account(let ordinal) = hit.subject {
            account = Int64(ordinal)
            accounts[Int(ordinal) - 1, Account.score] += weight
        }
        found[row, Found.rule] = Int64(hit.rule.rawValue) | hit.level << 8 | rules.version << 16
        found[row, Found.account] = account
        (found[row, Found.kind], found[row, Found.a], found[row, Found.b]) = (kind, a, b)
        found[row, Found.start] = hit.start
        found[row, Found.position] = Int64(bitPattern: hit.position)
        found[row, Found.time] = hit.now
        found[row, Found.weight] = weight
        found[row, Found.score] = account == 0 ? 0 : accounts[Int(account) - 1, Account.score]
        found[row, Found.evidence] = Int64(words.count)
        var evidence: [Int64] = []
        for position in hit.evidence where evidence.last != position { evidence.append(position) }
        found[row, Found.evidenceCount] = Int64(evidence.count)
        for position in evidence { words[words.count, 0] = position }
        found[row, Found.matched] = hit.matched
        reports[hour(hit.now), Report.findings + Int(hit.rule.rawValue)] += 1
    }

    /// The row of the hour in `reports`.
    mutating func hour(_ now: Int64) -> Int {
        if now < words[Word.hourEnd, 0] { return Int(words[Word.hourRow, 0]) - 1 }
        let span = 3600 * RulesInForce.second
        let number = now.flooredQuotient(span)
        let row = reports.count
        reports[row, Report.kind] = 1
        reports[row, Report.hour] = number
        words[Word.hourRow, 0] = Int64(row) + 1
        words[Word.hourEnd, 0] = (number + 1) * span
        return row
    }
}

extension Int64 {
    func flooredQuotient(_ divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// The day in Japan of a time in microseconds, counted from 1970.
    var japaneseDay: Int64 { (self + Instant.japanOffset * RulesInForce.second).flooredQuotient(RulesInForce.day) }
}
