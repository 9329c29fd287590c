internal import Journal
internal import Ledger

/// Charges and payments: the rules about one account and its money.
///
/// What is remembered of an account while it lasts: F0 the day's sums and notes; F1 the rule's charges; F2 the last filling,
/// and the fillings and drains of the window; F4 the last act from abroad; F5, F13, F14 besides the known devices only the
/// last reset to a changed address; F9 wrong passwords, and the last success that followed enough of them; F10 the last
/// payment in a store whose place is known, for a day; F12 the rule's payments. F3 remembers nothing.
extension FraudWatch {
    mutating func charge(_ event: EventView, _ account: UInt64) {
        let now = event.recordedAt.microseconds
        if event.hasTail { note(event, .chargeSettled, FraudTail(event), account, now) }
        accounts[Int(account) - 1, Account.money] = now
        guard let source = event.source else { return }
        if Policy.Sources.cards.contains(source) { reports[hour(now), Report.cards] += 1 }
        guard !rules.isNone else { return }
        let at = Movement(account: account, slot: window(account, now), position: event.position, now: now)
        let isOfDay = rules.turnover?.sources.contains(source) ?? false
        let isOfBurst = rules.burst?.sources.contains(source) ?? false
        if isOfDay || isOfBurst { note(at, money: isOfDay, chain: isOfBurst ? Window.charges : nil) }
        if isOfDay {
            windows[at.slot, Window.charged] += event.amount
            checkDay(at)
        }
        if isOfBurst { checkBurst(at) }
        fill(event, source, at)
        checkNewDevice(source, at)
        checkGuessed(source, at)
        checkReset(source, at)
    }

    mutating func pay(_ event: EventView, _ account: UInt64) {
        let now = event.recordedAt.microseconds
        let tail = event.hasTail ? FraudTail(event) : nil
        let store = Int64(event.credit.ordinal)
        if let tail {
            if tail.store != 0, store > 0 { learn(event, tail, Int(store) - 1) }
            note(event, .paymentAccepted, tail, account, now)
        }
        let movedBefore = accounts[Int(account) - 1, Account.money]
        accounts[Int(account) - 1, Account.money] = now
        guard !rules.isNone, store > 0 else { return }
        let at = Movement(account: account, slot: window(account, now), position: event.position, now: now)
        let amount = event.amount
        let isCarton = rules.cartons.map { amount >= $0.amount && amount % $0.unit == 0 } ?? false
        if rules.turnover != nil || isCarton { note(at, money: rules.turnover != nil, chain: isCarton ? Window.cartons : nil) }
        if rules.turnover != nil {
            windows[at.slot, Window.paid] += amount
            checkDay(at)
        }
        if let rule = rules.drain, event.balanceAfter * 100 <= rule.drain { drain(at, rule) }
        if let rule = rules.large, amount >= rule.amount {
            write(
                hit(.largePayment, level: amount >= rule.high ? 2 : 1, rule.weight, at, start: now, [Int64(at.position)], matched: amount))
        }
        checkAbroad(at)
        checkTravel(store, at)
        if let rule = rules.cluster, amount >= rule.amount { checkCluster(event, tail, store, at, rule) }
        if isCarton { checkCartons(at) }
        if let rule = rules.idle, now - movedBefore > rule.idle { checkIdle(event, tail, at, rule) }
    }

    /// A charge or a payment of an account, and the row of `windows` that remembers it.
    struct Movement {
        let account: UInt64
        let slot: Int
        let position: UInt64
        let now: Int64
    }

    func hit(
        _ rule: RuleNumber, level: Int64 = 1, _ weight: Int64, _ at: Movement, start: Int64, _ evidence: [Int64], matched: Int64
    ) -> Hit {
        Hit(
            rule: rule, level: level, weight: weight, subject: .account(at.account), start: start, evidence: evidence, matched: matched,
            position: at.position, now: at.now)
    }

    // MARK: Notes

    /// Notes an event of the account: among the day's money, and among those of one rule.
    mutating func note(_ at: Movement, money: Bool, chain: Int?) {
        if money { turnDay(at) }
        let entry = addNote(at.position, at.now)
        notes[entry, 2] = money ? windows[at.slot, Window.money] : 0
        notes[entry, 3] = chain.map { windows[at.slot, $0] } ?? 0
        if money { windows[at.slot, Window.money] = entry }
        if let chain { windows[at.slot, chain] = entry }
    }

    /// A note that hangs on nothing yet. Drops those that no rule can want any more.
    mutating func addNote(_ position: UInt64, _ now: Int64) -> Int64 {
        while !notes.isEmpty, now - notes[notes.first, 1] > rules.noteSpan { notes.dropFirst() }
        let entry = notes.append()
        (notes[entry, 0], notes[entry, 1]) = (Int64(bitPattern: position), now)
        (notes[entry, 2], notes[entry, 3]) = (0, 0)
        return entry
    }

    /// What is noted on a chain since a time: how many, when the first was, the positions of the last, oldest first. Looks
    /// at no more than `limit`.
    func noted(_ head: Int64, link: Int, since: Int64, limit: Int64 = .max) -> (count: Int64, start: Int64, positions: [Int64]) {
        var (count, start, positions): (Int64, Int64, [Int64]) = (0, 0, [])
        var entry = head
        while notes.holds(entry), notes[entry, 1] >= since, count < limit {
            count += 1
            start = notes[entry, 1]
            if positions.count < Self.mostEvidence { positions.append(notes[entry, 0]) }
            entry = notes[entry, link]
        }
        return (count, start, positions.reversed())
    }

    /// How many are noted on a chain since a time, counted up to `limit`. Allocates nothing.
    func count(_ head: Int64, link: Int, since: Int64, limit: Int64) -> Int64 {
        var count: Int64 = 0
        var entry = head
        while count < limit, notes.holds(entry), notes[entry, 1] >= since {
            count += 1
            entry = notes[entry, link]
        }
        return count
    }

    // MARK: F0

    /// Begins the account's day anew if it is another one.
    private mutating func turnDay(_ at: Movement) {
        let day = at.now.japaneseDay
        guard windows[at.slot, Window.day] != day else { return }
        windows[at.slot, Window.day] = day
        for column in Window.charged...Window.dayMark { windows[at.slot, column] = 0 }
    }

    /// F0, once a day in Japan: charged at least so much, and paid, to within so many percent, the same. Gross sums.
    private mutating func checkDay(_ at: Movement) {
        guard let rule = rules.turnover, windows[at.slot, Window.dayMark] == 0 else { return }
        let (charged, paid) = (windows[at.slot, Window.charged], windows[at.slot, Window.paid])
        guard charged >= rule.amount, paid > 0,
            Int128((paid - charged).magnitude) * 100 <= Int128(rule.percent) * Int128(charged)
        else { return }
        windows[at.slot, Window.dayMark] = 1
        let (count, start, evidence) = noted(windows[at.slot, Window.money], link: 2, since: .min)
        write(hit(.dayTurnover, rule.weight, at, start: start, evidence, matched: count))
    }
}
