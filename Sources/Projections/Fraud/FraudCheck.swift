public import Ledger

/// What `fraud` must have found, derived again as plainly as possible and without any of its code: dictionaries, whole
/// values, lists that are looked through. O(events · those in a rule's window).
public struct FraudCheck: Sendable {
    private(set) var findings: [FraudFinding] = []
    private(set) var next: UInt64 = 0

    // What goes on over a change of rules.
    var version = 0
    var rules = RuleSet.none
    var activated: UInt64 = 0
    var home = Country.japan
    var pseudonyms: [Pseudonym: UInt32] = [:]
    var sessions: [UInt32: (device: UInt32, at: Int64)] = [:]
    var moved: [UInt64: Int64] = [:]
    var addresses: [UInt64: [Pseudonym]] = [:]
    var devices: [UInt64: [Seen]] = [:]
    var stores: [UInt64: (name: String, place: (Int64, Int64)?)] = [:]
    var days: [Int64: Day] = [:]
    var scores: [UInt64: Int64] = [:]

    /// What one rule set remembers.
    var memory = Memory()
    /// What hours and days must show.
    var shown = Shown()

    struct Seen: Sendable { let device: UInt32, at: Int64, position: UInt64 }
    struct Moment: Sendable { let position: UInt64, at: Int64 }
    struct Day: Sendable { var attempts: Int64 = 0, unknown: Int64 = 0, events: [Moment] = [] }
    struct Key: Hashable, Sendable { let rule: RuleNumber, subject: String }

    struct Memory: Sendable {
        var open: [Key: (start: Int64, level: Int)] = [:]
        var counted: [Key: [Moment]] = [:]
        var fans: [Key: Fan] = [:]
        var turnover: [UInt64: Turnover] = [:]
        var filled: [UInt64: Moment] = [:]
        var abroad: [UInt64: Moment] = [:]
        var errors: [UInt64: [Moment]] = [:]
        var guessed: [UInt64: Moment] = [:]
        var paidIn: [UInt64: (store: UInt64, moment: Moment)] = [:]
        var reset: [UInt64: Moment] = [:]
    }

    struct Turnover: Sendable { var day: Int64, charged: Int128 = 0, paid: Int128 = 0, events: [Moment] = [] }

    enum Thing: Hashable, Sendable { case account(UInt64), id(Pseudonym) }

    /// Touches of one source in a window.
    struct Fan: Sendable {
        struct Touch: Sendable { let moment: Moment, things: [Thing], attempts: Int64, successes: Int64, untold: Int64 }
        var touches: ArraySlice<Touch> = []
        var times: [Thing: Int] = [:]
        var (attempts, successes, untold): (Int64, Int64, Int64) = (0, 0, 0)

        var different: Int64 { Int64(times.count) &+ untold }

        mutating func add(_ touch: Touch) {
            touches.append(touch)
            for thing in touch.things { times[thing, default: 0] += 1 }
            attempts &+= touch.attempts
            successes &+= touch.successes
            untold &+= touch.untold
        }

        mutating func drop(before since: Int64) {
            while let touch = touches.first, touch.moment.at < since {
                touches.removeFirst()
                for thing in touch.things {
                    times[thing]! -= 1
                    if times[thing] == 0 { times[thing] = nil }
                }
                attempts &-= touch.attempts
                successes &-= touch.successes
                untold &-= touch.untold
            }
        }
    }

    public init() {}

    /// Takes in the next event.
    public mutating func take(_ event: Event) {
        next = event.position + 1
        let device = meet(event)
        let account = event.subject.memberOrdinal ?? 0
        switch event.kind {
        case .policySet: home = Policy(reading: event.tail).homeCountry
        case .ruleSetActivated:
            (version, rules, activated) = (version + 1, RuleSet(reading: event.tail), event.position)
            memory = Memory()
        case .accountOpened, .credentialsReset, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered:
            guard account != 0 else { break }
            note(event, account, bound: event.kind == .deviceBound ? device : 0)
            if event.kind == .credentialsReset, event.tail.bytes(.addressChanged)?.first == 1, rules[.resetThenCharge] != nil {
                memory.reset[account] = event.moment
            }
        case .chargeSettled:
            guard account != 0 else { break }
            note(event, account)
            moved[account] = event.recordedAt.microseconds
            shown.charge(event)
            charge(event, account)
        case .paymentAccepted:
            guard account != 0 else { break }
            learn(event)
            note(event, account)
            let before = moved[account] ?? 0
            moved[account] = event.recordedAt.microseconds
            if event.credit.ordinal != 0 { pay(event, account, movedBefore: before) }
        case .loginSucceeded, .loginFailed, .loginsCounted: login(event, account)
        default: break
        }
    }

    /// The ordinal of the device an event names by its pseudonym.
    private mutating func meet(_ event: Event) -> UInt32 {
        guard let device = event.tail.bytes(.device).flatMap({ Pseudonym($0) }) else { return 0 }
        if pseudonyms[device] == nil { pseudonyms[device] = UInt32(pseudonyms.count + 1) }
        return pseudonyms[device]!
    }

    mutating func note(_ event: Event, _ account: UInt64, bound: UInt32 = 0) {
        let access = event.access
        let own = access?.device ?? 0
        for device in [own, bound == own ? 0 : bound] where device != 0 {
            var list = devices[account] ?? []
            let seen = list.first { $0.device == device } ?? Seen(device: device, at: event.recordedAt.microseconds, position: event.position)
            list.removeAll { $0.device == device }
            devices[account] = Array(([seen] + list).prefix(4))
            fan(.sharedDevice, "device:\(device)", event, [.account(account)]) { _, _ in true }
        }
        if let address = access?.address {
            var list = addresses[account] ?? []
            list.removeAll { $0 == address }
            addresses[account] = Array(([address] + list).prefix(16))
        }
        if let country = access?.country, country != home, rules[.foreignLoginThenPayment] != nil { memory.abroad[account] = event.moment }
    }

    private mutating func learn(_ event: Event) {
        guard let name = event.tail.text(.store), stores[event.credit.ordinal] == nil else { return }
        stores[event.credit.ordinal] = (name, event.tail.text(.storePlace).flatMap { CheckedPlace.read($0) })
    }

    // MARK: Windows

    /// True unless a window of the rule and the subject lasts.
    func isSilent(_ key: Key, _ now: Int64, _ span: Int64) -> Bool { memory.open[key].map { now - $0.start <= span } ?? false }

    mutating func find(
        _ rule: RuleNumber, _ subject: String, account: UInt64 = 0, _ event: Event, start: Int64, _ events: [UInt64], matched: Int64,
        isGrave: Bool = false
    ) {
        guard let inForce = rules[rule] else { return }
        let weight = isGrave ? 2 * inForce.weight : inForce.weight
        if account != 0 { scores[account, default: 0] += weight }
        shown.find(rule, event)
        memory.open[Key(rule: rule, subject: subject)] = (start, isGrave ? 2 : 1)
        var distinct: [UInt64] = []
        for position in events where distinct.last != position { distinct.append(position) }
        findings.append(
            FraudFinding(
                rule: rule, version: UInt16(truncatingIfNeeded: version), account: account, subject: subject,
                windowStart: Instant(microseconds: start), isGrave: isGrave, events: distinct.suffix(100), position: event.position,
                recordedAt: event.recordedAt, weight: weight, score: account == 0 ? 0 : scores[account]!, matched: matched))
    }

    /// The rules that count different things a source touched: F6, F7, F11.
    mutating func fan(
        _ number: RuleNumber, _ subject: String, _ event: Event, _ things: [Thing], attempts: Int64 = 0, successes: Int64 = 0,
        untold: Int64 = 0, _ suits: (RuleSet.Rule, Fan) -> Bool
    ) {
        guard let rule = rules[number] else { return }
        let (key, now, span) = (Key(rule: number, subject: subject), event.recordedAt.microseconds, rule.span("seconds"))
        if memory.open[key] != nil, !isSilent(key, now, span) {
            memory.open[key] = nil
            memory.fans[key] = nil
        }
        var fan = memory.fans[key] ?? Fan()
        fan.drop(before: now - span)
        fan.add(Fan.Touch(moment: event.moment, things: things, attempts: attempts, successes: successes, untold: untold))
        memory.fans[key] = fan
        guard !isSilent(key, now, span), fan.different >= rule["accounts"], suits(rule, fan) else { return }
        var positions: [UInt64] = []
        for touch in fan.touches where positions.last != touch.moment.position { positions.append(touch.moment.position) }
        find(number, subject, event, start: fan.touches.first!.moment.at, positions, matched: fan.different)
    }

    /// Adds an event to what a rule counts of a subject, anew after a window that is over; those within `span`.
    mutating func counted(_ key: Key, _ event: Event, _ span: Int64) -> [Moment] {
        let now = event.recordedAt.microseconds
        if memory.open[key] != nil, !isSilent(key, now, span) { (memory.open[key], memory.counted[key]) = (nil, nil) }
        let list = (memory.counted[key] ?? []).filter { now - $0.at <= span } + [event.moment]
        memory.counted[key] = list
        return list
    }
}

extension Event {
    var moment: FraudCheck.Moment { FraudCheck.Moment(position: position, at: recordedAt.microseconds) }
}

extension RuleSet.Rule {
    /// A threshold in seconds, in microseconds.
    func span(_ name: String) -> Int64 { self[name] * 1_000_000 }
}

extension FraudWatch {
    /// Every finding, score, hour and source of a day that differs from the check's; empty when all is well. Both must stand
    /// at the same position.
    public func differences(from check: FraudCheck) -> [String] {
        var different: [String] = []
        if next != check.next { different.append("fraud stands at \(next), its check at \(check.next)") }
        let mine = findings()
        if mine.count != check.findings.count { different.append("fraud has \(mine.count) findings, should be \(check.findings.count)") }
        for (number, (found, expected)) in zip(mine, check.findings).enumerated() where different.count < Audit.mostFindings {
            if found != expected { different.append("finding \(number) is \(found), should be \(expected)") }
        }
        for (account, score) in check.scores.sorted(by: { $0.key < $1.key }) where different.count < Audit.mostFindings {
            if self.score(of: account) != score { different.append("account \(account): score \(self.score(of: account)), should be \(score)") }
        }
        return different + differences(from: check.shown, atMost: Audit.mostFindings - different.count)
    }
}
