internal import Journal
internal import LMDB
internal import Ledger

/// Logins: who tries whom (F7), how many ids are unknown (F8), wrong passwords (F9), and the counts of hours and days.
extension FraudWatch {
    /// What one event says of logins: one attempt, or the counts of a minute.
    struct Attempts {
        var attempts: Int64 = 1
        var unknown: Int64 = 0
        var wrong: Int64 = 0
        var successes: Int64 = 0
        var accounts: [UInt64] = []
        /// What was typed where no account was meant.
        var id: (high: UInt64, low: UInt64)?
        /// Unknown ids of which no more is known; each is taken for another one.
        var untold: Int64 = 0
        var position: UInt64
        var now: Int64
    }

    mutating func login(_ event: EventView, _ kind: EventKind, _ account: UInt64?) {
        let tail = FraudTail(event)
        let now = event.recordedAt.microseconds
        let seen = attempts(event, kind, tail, account, now)
        let isAbroad = event.country(tail.access) != 0 && event.country(tail.access) != words[Word.home, 0]
        let hour = hour(now)
        reports[hour, Report.attempts] += seen.attempts
        reports[hour, Report.failures] += seen.attempts - seen.successes
        reports[hour, Report.unknown] += seen.unknown
        if isAbroad { reports[hour, Report.abroad] += seen.successes }
        if kind == .loginSucceeded, let account {
            checkGuess(event, tail, account, now)
            note(event, kind, tail, account, now)
            begin(event.session, device: event.device(tail.access), now)
        } else {
            meet(event, kind, tail)
            if seen.wrong > 0 { noteErrors(seen) }
        }
        countUnknown(seen)
        let address = event.address(tail.access)
        let (network, device) = (event.network(tail.access), event.device(tail.access))
        turnSources(now)
        if address != (0, 0) {
            let (high, low) = (Int64(bitPattern: address.high), Int64(bitPattern: address.low))
            tally(seen, Tag.dayAddress, high, low)
            tryOut(seen, Tag.triesAddress, high, low, .address(high, low))
        }
        if network != 0 {
            tally(seen, Tag.dayNetwork, network, 0)
            tryOut(seen, Tag.triesNetwork, network, 0, .network(network))
        }
        if device != 0 {
            tally(seen, Tag.dayDevice, device, 0)
            tryOut(seen, Tag.triesDevice, device, 0, .device(device))
        }
    }

    private func attempts(_ event: EventView, _ kind: EventKind, _ tail: FraudTail, _ account: UInt64?, _ now: Int64) -> Attempts {
        var seen = Attempts(position: event.position, now: now)
        if let account { seen.accounts = [account] }
        switch kind {
        case .loginSucceeded: seen.successes = 1
        case .loginFailed:
            let failure = tail.failure == 0 ? nil : LoginFailure(rawValue: event.bytes.u8(at: tail.failure))
            seen.unknown = failure == .unknownId ? 1 : 0
            seen.wrong = failure == .wrongPassword ? 1 : 0
            if account == nil, tail.loginID != 0 { seen.id = event.pseudonym(tail.loginID) } else { seen.untold = seen.unknown }
        default:
            guard tail.counts != 0 else { break }
            seen.attempts = event.bytes.int64(at: tail.counts + 8)
            seen.unknown = event.bytes.int64(at: tail.counts + 16)
            seen.untold = seen.unknown
            seen.wrong = event.bytes.int64(at: tail.counts + 24)
            seen.successes = event.bytes.int64(at: tail.counts + 32)
            for at in stride(from: 0, to: event.size(tail.touched) / 4 * 4, by: 4) {
                seen.accounts.append(UInt64(event.bytes.u32(at: tail.touched + at)))
            }
        }
        return seen
    }

    // MARK: F9

    /// Wrong passwords: of the account that failed, or one of every account a count with wrong passwords names.
    private mutating func noteErrors(_ seen: Attempts) {
        guard rules.guessed != nil else { return }
        for account in seen.accounts where account > 0 && account <= UInt64(accounts.count) {
            let slot = window(account, seen.now)
            let entry = addNote(seen.position, seen.now)
            notes[entry, 3] = windows[slot, Window.errors]
            windows[slot, Window.errors] = entry
        }
    }

    /// A success from an address the account has not used lately, after enough wrong passwords within the seconds.
    private mutating func checkGuess(_ event: EventView, _ tail: FraudTail, _ account: UInt64, _ now: Int64) {
        let address = Self.short(event.address(tail.access))
        guard let rule = rules.guessed, address != 0, !hasUsed(address, account) else { return }
        let held = Int(accounts[Int(account) - 1, Account.window]) - 1
        guard held >= 0, count(windows[held, Window.errors], link: 3, since: now - rule.span, limit: rule.errors) == rule.errors
        else { return }
        let slot = window(account, now)
        (windows[slot, Window.guessedAt], windows[slot, Window.guessed]) = (now, Int64(bitPattern: event.position))
    }

    // MARK: F8

    /// Counts the day's logins, all of them, and holds them against the days before: F8 fires once a day and rule set when the
    /// share of unknown ids is more than so many times the median of the last days' (those within `days` that saw a login; of
    /// an even number the mean of the middle two; in parts of a million), or, where there is no day before, more than
    /// `percentBefore`. It keeps silent until the day has seen `logins`.
    private mutating func countUnknown(_ seen: Attempts) {
        let day = seen.now.japaneseDay
        if words[Word.days, 0] != day || words[Word.days + 1, 0] == 0 { turnDays(day) }
        words[Word.days + 1, 0] &+= seen.attempts
        words[Word.days + 2, 0] &+= seen.unknown
        guard seen.unknown > 0 else { return }
        let number = words[Word.unknownCount, 0]
        if number == 0 { words[Word.unknownStart, 0] = seen.now }
        words[Word.unknownEvents + Int(number) % Self.mostEvidence, 0] = Int64(bitPattern: seen.position)
        words[Word.unknownCount, 0] = number + 1
        checkUnknown(seen, day)
    }

    private mutating func turnDays(_ day: Int64) {
        if words[Word.days + 1, 0] != 0 {
            for index in stride(from: Word.mostDays * 3 - 1, through: 3, by: -1) { words[Word.days + index, 0] = words[Word.days + index - 3, 0] }
        }
        (words[Word.days, 0], words[Word.days + 1, 0], words[Word.days + 2, 0]) = (day, 0, 0)
        (words[Word.unknownMark, 0], words[Word.unknownCount, 0]) = (0, 0)
    }

    private mutating func checkUnknown(_ seen: Attempts, _ day: Int64) {
        let (attempts, unknown) = (words[Word.days + 1, 0], words[Word.days + 2, 0])
        guard let rule = rules.unknown, words[Word.unknownMark, 0] == 0, attempts >= rule.logins else { return }
        var shares: [Int64] = []
        for index in 1..<Word.mostDays {
            let start = Word.days + 3 * index
            guard words[start + 1, 0] > 0, words[start, 0] >= day - rule.days else { break }
            shares.append(Int64(Int128(words[start + 2, 0]) * 1_000_000 / Int128(words[start + 1, 0])))
        }
        shares.sort()
        if shares.isEmpty {
            guard Int128(unknown) * 100 > Int128(rule.percentBefore) * Int128(attempts) else { return }
        } else {
            let median = (shares[(shares.count - 1) / 2] + shares[shares.count / 2]) / 2
            guard Int128(unknown) * 1_000_000 > Int128(rule.times) * Int128(median) * Int128(attempts) else { return }
        }
        words[Word.unknownMark, 0] = 1
        let number = words[Word.unknownCount, 0]
        let evidence = (max(0, number - Int64(Self.mostEvidence))..<number).map { words[Word.unknownEvents + Int($0) % Self.mostEvidence, 0] }
        write(
            Hit(
                rule: .unknownIDs, weight: rule.weight, subject: .logins, start: words[Word.unknownStart, 0], evidence: evidence,
                matched: unknown, position: seen.position, now: seen.now))
    }

    // MARK: F7

    /// F7: one address, network or device tried so many within the seconds, and at most so many percent of its attempts went
    /// in. Counted are accounts, ids typed where no account was meant, and every unknown id of a count.
    private mutating func tryOut(_ seen: Attempts, _ tag: Int64, _ a: Int64, _ b: Int64, _ subject: FraudSubject) {
        guard let rule = rules.tries else { return }
        tries.expire(seen.now, rule.span, &sources, &pairs)
        let id: (UInt64, UInt64)? = seen.id.map { (KeyedRows.mix($0.high, $0.low), 2) }
        let thing = id ?? seen.accounts.first.map { ($0, 1) }
        let touch = Fan.Touch(thing: thing, attempts: seen.attempts, successes: seen.successes, extra: seen.untold)
        var source = tries.add(touch, tag, a, b, position: seen.position, seen.now, rule.span, &sources, &pairs)
        for account in seen.accounts.dropFirst() {
            let touch = Fan.Touch(thing: (account, 1))
            source = tries.add(touch, tag, a, b, position: seen.position, seen.now, rule.span, &sources, &pairs)
        }
        let different = sources[source, Fan.Source.different]
        guard sources[source, Fan.Source.mark] == 0, different >= rule.accounts,
            Int128(sources[source, Fan.Source.successes]) * 100
                <= Int128(rule.successPercent) * Int128(sources[source, Fan.Source.attempts])
        else { return }
        let (start, evidence) = tries.evidence(source, sources)
        sources[source, Fan.Source.mark] = Mark(start: start, level: 1).word
        write(
            Hit(
                rule: .fanOut, weight: rule.weight, subject: subject, start: start, evidence: evidence, matched: different,
                position: seen.position, now: seen.now))
    }

    // MARK: Sources of a day

    /// Sources counted on one day at most; then the half with the fewest attempts is let go.
    static let mostSources = 131_072
    /// What is kept of a day that is over, and how many pairs of source and thing are told apart on one.
    static let keptSources = 1_000
    static let mostTouches: Int64 = 1_048_576

    private mutating func tally(_ seen: Attempts, _ tag: Int64, _ a: Int64, _ b: Int64) {
        let row = sources.add(tag, a, b)
        if sources[row, Daily.attempts] == 0 {
            sources[row, Daily.first] = seen.now
            words[Word.sourceCount, 0] += 1
        }
        sources[row, Daily.attempts] &+= seen.attempts
        sources[row, Daily.successes] &+= seen.successes
        sources[row, Daily.unknown] &+= seen.unknown
        sources[row, Daily.last] = seen.now
        for account in seen.accounts {
            if words[Word.touches, 0] < Self.mostTouches {
                let mixed = KeyedRows.mix(UInt64(bitPattern: a) &+ account, UInt64(bitPattern: b))
                let pair = pairs.add(tag, Int64(bitPattern: mixed), Int64(bitPattern: KeyedRows.mix(account, mixed)))
                guard pairs[pair, 3] == 0 else { continue }
                pairs[pair, 3] = 1
                words[Word.touches, 0] += 1
            }
            sources[row, Daily.accounts] += 1
        }
        if words[Word.sourceCount, 0] > Int64(Self.mostSources) { letGo() }
    }

    /// Closes a day that is over.
    private mutating func turnSources(_ now: Int64) {
        let day = now.japaneseDay
        guard words[Word.sourceDay, 0] != day else { return }
        for row in dailyRows.prefix(Self.keptSources) {
            let report = reports.count
            reports[report, Report.kind] = 2
            reports[report, Report.day] = words[Word.sourceDay, 0]
            for column in 0..<9 { reports[report, Report.tag + column] = sources[row, column] }
        }
        sources.keep { $0 < Tag.day }
        pairs.keep { $0 < Tag.day || $0 == Tag.pseudonym }
        words[Word.sourceDay, 0] = day
        (words[Word.touches, 0], words[Word.sourceCount, 0]) = (0, 0)
    }

    private mutating func letGo() {
        let keys = dailyRows.dropFirst(Self.mostSources / 2).map { (sources[$0, 0], sources[$0, 1], sources[$0, 2]) }
        for key in keys { sources.remove(sources.row(key.0, key.1, key.2)) }
        words[Word.sourceCount, 0] -= Int64(keys.count)
    }

    /// Rows of `sources` that count the day, the most attempts first.
    var dailyRows: [Int] {
        sources.rows.filter { sources[$0, 0] >= Tag.day }.sorted { left, right in
            let (mine, theirs) = (sources[left, Daily.attempts], sources[right, Daily.attempts])
            guard mine == theirs else { return mine > theirs }
            for column in 0..<3 where sources[left, column] != sources[right, column] { return sources[left, column] < sources[right, column] }
            return false
        }
    }
}
