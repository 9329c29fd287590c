internal import Ledger

/// What is shown besides findings and scores, once more: the hours of `timeline()` and the days' sources of `fanOut()`.
///
/// Every number of every hour is compared. The sources of the last day and of all before it are compared one by one, in
/// their order (the most attempts first; among equals addresses, networks, devices, each by its number, a pseudonym as two
/// signed words), as far as the view is not bounded:
/// - It shows 1,000 sources of a day. The check counts all, and holds its first 1,000 against them.
/// - It counts 131,072 sources a day; then it lets half of them go, and what comes again is counted anew. A day that saw
///   more is not compared; what the view shows of it is passed over.
/// - It tells 1,048,576 pairs of source and account apart on a day; then it counts touches. Of a day that saw a touch after
///   so many pairs the number of accounts is not compared, all else is.
extension FraudCheck {
    struct Shown: Sendable {
        var mostSources = 131_072
        var mostPairs = 1_048_576

        private(set) var hours: [Int64: Hour] = [:]
        private var today = Today(day: 0)
        private var over: [[Line]] = []
        /// Days that saw more sources than the view counts.
        private(set) var passedOver: Set<Int64> = []

        struct Hour: Sendable {
            var attempts: Int64 = 0, successes: Int64 = 0, unknown: Int64 = 0, abroad: Int64 = 0, cards: Int64 = 0
            var findings: [RuleNumber: Int64] = [:]
        }

        /// What is counted of one login event.
        struct Counts {
            let attempts: Int64, successes: Int64, unknown: Int64
            let accounts: [UInt64]
            let isAbroad: Bool
        }

        enum Origin: Hashable, Sendable { case address(Pseudonym), network(UInt32), device(UInt32) }

        struct Source: Sendable {
            var attempts: Int64 = 0, successes: Int64 = 0, unknown: Int64 = 0
            var accounts: Set<UInt64> = []
            let first: Int64
            var last: Int64
        }

        struct Today: Sendable {
            let day: Int64
            var sources: [Origin: Source] = [:]
            var pairs = 0
            var areAccountsTold = true
        }

        /// A source of a day as it must be shown; `accounts` is `nil` if too many pairs were to be told apart.
        struct Line: Sendable {
            let day: Int64, origin: Origin
            let attempts: Int64, successes: Int64, unknown: Int64, accounts: Int64?
            let first: Int64, last: Int64
        }
    }
}

extension FraudCheck.Shown {
    mutating func charge(_ event: Event) {
        guard event.source == .creditCard || event.source == .debitCard else { return }
        hours[Self.hour(event.recordedAt), default: Hour()].cards += 1
    }

    mutating func find(_ rule: RuleNumber, _ event: Event) {
        hours[Self.hour(event.recordedAt), default: Hour()].findings[rule, default: 0] += 1
    }

    mutating func login(_ event: Event, _ counts: Counts) {
        var hour = hours[Self.hour(event.recordedAt)] ?? Hour()
        hour.attempts &+= counts.attempts
        hour.successes &+= counts.successes
        hour.unknown &+= counts.unknown
        if counts.isAbroad { hour.abroad &+= counts.successes }
        hours[Self.hour(event.recordedAt)] = hour

        let day = FraudCheck.day(event.recordedAt)
        if day != today.day {
            over.append(today.lines)
            today = Today(day: day)
        }
        guard let access = event.access else { return }
        if let address = access.address { count(.address(address), event, counts) }
        if access.network != 0 { count(.network(access.network), event, counts) }
        if access.device != 0 { count(.device(access.device), event, counts) }
    }

    private mutating func count(_ origin: Origin, _ event: Event, _ counts: Counts) {
        guard !passedOver.contains(today.day) else { return }
        let now = event.recordedAt.microseconds
        if today.sources[origin] == nil {
            guard today.sources.count < mostSources else {
                passedOver.insert(today.day)
                today.sources = [:]
                return
            }
            today.sources[origin] = Source(first: now, last: now)
        }
        today.sources[origin]!.attempts &+= counts.attempts
        today.sources[origin]!.successes &+= counts.successes
        today.sources[origin]!.unknown &+= counts.unknown
        today.sources[origin]!.last = now
        for account in counts.accounts where today.areAccountsTold {
            if today.pairs >= mostPairs {
                today.areAccountsTold = false
            } else if today.sources[origin]!.accounts.insert(account).inserted {
                today.pairs += 1
            }
        }
    }

    private static func hour(_ instant: Instant) -> Int64 {
        // Japan is whole hours from Greenwich: the day there, and the hours of it.
        let day = FraudCheck.day(instant)
        let hourThere = (instant.microseconds - (day * 86_400_000_000 - 9 * 3_600_000_000)) / 3_600_000_000
        return day * 24 - 9 + hourThere
    }

    // MARK: As it must be shown

    var allHours: [FraudHour] {
        hours.sorted { $0.key < $1.key }.map { number, hour in
            FraudHour(
                start: Instant(microseconds: number * 3_600_000_000), attempts: hour.attempts, failures: hour.attempts - hour.successes,
                unknownIDs: hour.unknown, successesFromAbroad: hour.abroad, cardCharges: hour.cards,
                findings: (0...14).map { number in RuleNumber(rawValue: UInt8(number)).flatMap { hour.findings[$0] } ?? 0 })
        }
    }

    /// The newest day first.
    var allLines: [Line] { today.lines + over.reversed().joined() }
}

extension FraudCheck.Shown.Today {
    var lines: [FraudCheck.Shown.Line] {
        let first = sources.sorted { one, other in
            guard one.value.attempts == other.value.attempts else { return one.value.attempts > other.value.attempts }
            return one.key.order < other.key.order
        }.prefix(1_000)
        return first.map { origin, source in
            FraudCheck.Shown.Line(
                day: day, origin: origin, attempts: source.attempts, successes: source.successes, unknown: source.unknown,
                accounts: areAccountsTold ? Int64(source.accounts.count) : nil, first: source.first, last: source.last)
        }
    }
}

extension FraudCheck.Shown.Origin {
    fileprivate var order: (Int, Int64, Int64) {
        switch self {
        case .address(let address): (1, Int64(bitPattern: address.high), Int64(bitPattern: address.low))
        case .network(let number): (2, Int64(number), 0)
        case .device(let ordinal): (3, Int64(ordinal), 0)
        }
    }
}

extension FraudCheck.Shown.Line {
    static func start(of day: Int64) -> Instant { Instant(microseconds: day * 86_400_000_000 - 9 * 3_600_000_000) }

    /// As the view must have it, which says `found` of accounts.
    func fanOut(_ found: Int64) -> FanOut {
        let source: FanOut.Source =
            switch origin {
            case .address(let address): .address(address)
            case .network(let number): .network(number)
            case .device(let ordinal): .device(ordinal)
            }
        return FanOut(
            source: source, day: Self.start(of: day), attempts: attempts, successes: successes, unknownIDs: unknown,
            accounts: accounts ?? found, first: Instant(microseconds: first), last: Instant(microseconds: last))
    }
}

extension FraudWatch {
    /// Every hour and every source of a day that differs from the check's, at most so many.
    func differences(from shown: FraudCheck.Shown, atMost most: Int) -> [String] {
        var different: [String] = []
        let (hours, expectedHours) = (timeline(), shown.allHours)
        if hours.count != expectedHours.count { different.append("fraud has \(hours.count) hours, should be \(expectedHours.count)") }
        for (found, expected) in zip(hours, expectedHours) where found != expected && different.count < most {
            different.append("hour \(expected.start) is \(found), should be \(expected)")
        }
        let passedOver = Set(shown.passedOver.map { FraudCheck.Shown.Line.start(of: $0) })
        let sources = fanOut(limit: Int(Int32.max)).filter { !passedOver.contains($0.day) }
        let lines = shown.allLines
        if sources.count != lines.count { different.append("fraud has \(sources.count) sources of days, should be \(lines.count)") }
        for (found, line) in zip(sources, lines) where different.count < most {
            let expected = line.fanOut(found.accounts)
            if found != expected { different.append("source \(found), should be \(expected)") }
        }
        return different
    }
}
