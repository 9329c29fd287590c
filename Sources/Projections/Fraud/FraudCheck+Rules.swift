internal import Ledger

/// The rules once more, as plainly as they can be said.
extension FraudCheck {
    mutating func charge(_ event: Event, _ account: UInt64) {
        guard let source = event.source else { return }
        let (now, subject) = (event.recordedAt.microseconds, "account:\(account)")
        func rule(_ number: RuleNumber) -> RuleSet.Rule? { rules[number].flatMap { $0.sources.contains(source) ? $0 : nil } }
        if let rule = rule(.dayTurnover) { turn(rule, event, account, charged: event.amount, paid: 0) }
        if let rule = rule(.chargeBurst) {
            let key = Key(rule: .chargeBurst, subject: subject)
            let (span, manySpan) = (rule.span("seconds"), rule.span("manySeconds"))
            let all = counted(key, event, max(span, manySpan))
            let (few, many) = (all.filter { now - $0.at <= span }, all.filter { now - $0.at <= manySpan })
            let before = memory.open[key]
            if before?.level != 2 {
                if many.count >= Int(rule["manyCharges"]) {
                    find(
                        .chargeBurst, subject, account: account, event, start: before?.start ?? many[0].at, many.map(\.position),
                        matched: Int64(many.count), isGrave: true)
                } else if before == nil, few.count >= Int(rule["charges"]) {
                    find(.chargeBurst, subject, account: account, event, start: few[0].at, few.map(\.position), matched: Int64(few.count))
                }
            }
        }
        if let rule = rule(.fillAndDrain), Int128(event.balanceAfter) * 100 >= Int128(rule["cap"] * rule["fillPercent"]) {
            memory.filled[account] = event.moment
        }
        if let rule = rule(.newDeviceThenCharge), let device = newest(account), device.position > activated {
            sequence(rule, event, account, from: device.at, [device.position])
        }
        if let rule = rule(.guessedThenCharge), let success = memory.guessed[account], now - success.at <= rule.span("seconds") {
            let errors = (memory.errors[account] ?? []).filter {
                $0.position < success.position && success.at - $0.at <= rule.span("seconds")
            }
            if !isSilent(Key(rule: .guessedThenCharge, subject: subject), now, rule.span("seconds")) {
                memory.guessed[account] = nil
                find(
                    .guessedThenCharge, subject, account: account, event, start: errors[0].at,
                    errors.map(\.position).suffix(98) + [success.position, event.position], matched: Int64(errors.count))
            }
        }
        if let rule = rule(.resetThenCharge), let reset = memory.reset[account], let device = newest(account), device.position >= reset.position {
            sequence(rule, event, account, from: reset.at, [reset.position, device.position])
        }
    }

    mutating func pay(_ event: Event, _ account: UInt64, movedBefore: Int64) {
        let (now, subject) = (event.recordedAt.microseconds, "account:\(account)")
        if let rule = rules[.dayTurnover] { turn(rule, event, account, charged: 0, paid: event.amount) }
        if let rule = rules[.fillAndDrain] { drain(rule, event, account) }
        if let rule = rules[.largePayment], event.amount >= rule["amount"] {
            find(
                .largePayment, subject, account: account, event, start: now, [event.position], matched: event.amount,
                isGrave: event.amount >= rule["high"])
        }
        if let rule = rules[.foreignLoginThenPayment], let abroad = memory.abroad[account] {
            sequence(rule, event, account, from: abroad.at, [abroad.position])
        }
        if let rule = rules[.impossibleTravel] { travel(rule, event, account) }
        if let rule = rules[.storeCluster], event.amount >= rule["amount"] {
            let name = stores[event.credit.ordinal]?.name ?? ""
            let subject = "store:" + name + (event.tail.text(.register).map { $0.isEmpty ? "" : "#" + $0 } ?? "")
            fan(.storeCluster, subject, event, [.account(account)]) { _, _ in true }
        }
        if let rule = rules[.cartonAmounts], event.amount >= rule["amount"], event.amount % rule["unit"] == 0 {
            let key = Key(rule: .cartonAmounts, subject: subject)
            let all = counted(key, event, rule.span("seconds"))
            if memory.open[key] == nil, all.count >= Int(rule["payments"]) {
                find(.cartonAmounts, subject, account: account, event, start: all[0].at, all.map(\.position), matched: Int64(all.count))
            }
        }
        if let rule = rules[.idleThenPayment], now - movedBefore > rule.span("idleSeconds") {
            var device = event.access?.device ?? 0
            if device == 0, let session = sessions[event.session], now - session.at <= 86_400_000_000 { device = session.device }
            if device != 0, let seen = devices[account]?.first(where: { $0.device == device }), seen.position > activated {
                sequence(rule, event, account, from: seen.at, [seen.position], span: rule.span("deviceSeconds"))
            }
        }
    }

    /// The device that was seen for the first time last.
    private func newest(_ account: UInt64) -> Seen? { devices[account]?.max { $0.position < $1.position } }

    /// Something, and then this event within the seconds.
    private mutating func sequence(
        _ rule: RuleSet.Rule, _ event: Event, _ account: UInt64, from start: Int64, _ events: [UInt64], span: Int64? = nil
    ) {
        let (now, span, subject) = (event.recordedAt.microseconds, span ?? rule.span("seconds"), "account:\(account)")
        guard now - start <= span, !isSilent(Key(rule: rule.number, subject: subject), now, span) else { return }
        find(rule.number, subject, account: account, event, start: start, events + [event.position], matched: 1)
    }

    private mutating func turn(_ rule: RuleSet.Rule, _ event: Event, _ account: UInt64, charged: Int64, paid: Int64) {
        let (day, key) = (Self.day(event.recordedAt), Key(rule: .dayTurnover, subject: "account:\(account)"))
        var turnover = memory.turnover[account] ?? Turnover(day: day)
        if turnover.day != day {
            turnover = Turnover(day: day)
            memory.open[key] = nil
        }
        turnover.charged += Int128(charged)
        turnover.paid += Int128(paid)
        turnover.events.append(event.moment)
        memory.turnover[account] = turnover
        let gap = turnover.paid > turnover.charged ? turnover.paid - turnover.charged : turnover.charged - turnover.paid
        guard memory.open[key] == nil, turnover.charged >= Int128(rule["amount"]), turnover.paid > 0,
            gap * 100 <= turnover.charged * Int128(rule["percent"])
        else { return }
        find(
            .dayTurnover, key.subject, account: account, event, start: turnover.events[0].at, turnover.events.map(\.position),
            matched: Int64(turnover.events.count))
    }

    private mutating func drain(_ rule: RuleSet.Rule, _ event: Event, _ account: UInt64) {
        let (now, span, key) = (event.recordedAt.microseconds, rule.span("seconds"), Key(rule: .fillAndDrain, subject: "account:\(account)"))
        guard Int128(event.balanceAfter) * 100 <= Int128(rule["cap"] * rule["drainPercent"]), let filled = memory.filled[account],
            now - filled.at <= span
        else { return }
        memory.filled[account] = nil
        if !isSilent(key, now, span) { (memory.open[key], memory.counted[key]) = (nil, nil) }
        memory.counted[key, default: []] += [filled, event.moment]
        let all = memory.counted[key]!
        let isGrave = all.count / 2 >= Int(rule["cycles"])
        let before = memory.open[key]
        guard (isGrave ? 2 : 1) > (before?.level ?? 0) else { return }
        find(
            .fillAndDrain, key.subject, account: account, event, start: before?.start ?? filled.at, all.map(\.position),
            matched: Int64(all.count / 2), isGrave: isGrave)
    }

    private mutating func travel(_ rule: RuleSet.Rule, _ event: Event, _ account: UInt64) {
        guard let place = stores[event.credit.ordinal]?.place else { return }
        let before = memory.paidIn[account]
        memory.paidIn[account] = (event.credit.ordinal, event.moment)
        guard let before, before.store != event.credit.ordinal, let other = stores[before.store]?.place else { return }
        let (metres, took) = (CheckedPlace.metres(place, other), event.recordedAt.microseconds - before.moment.at)
        guard took <= 86_400_000_000 else { return }
        let isFar = metres >= rule["kilometres"] * 1000 && took <= rule.span("seconds")
        let isFast = Int128(metres) * 3600 * 1_000_000 > Int128(rule["kilometresPerHour"]) * 1000 * Int128(took)
        let key = Key(rule: .impossibleTravel, subject: "account:\(account)")
        guard isFar || isFast, !isSilent(key, event.recordedAt.microseconds, rule.span("seconds")) else { return }
        find(
            .impossibleTravel, key.subject, account: account, event, start: before.moment.at, [before.moment.position, event.position],
            matched: metres)
    }

    // MARK: Logins

    mutating func login(_ event: Event, _ account: UInt64) {
        let now = event.recordedAt.microseconds
        var (attempts, unknown, wrong, successes, untold): (Int64, Int64, Int64, Int64, Int64) = (1, 0, 0, 0, 0)
        var things: [Thing] = account == 0 ? [] : [.account(account)]
        switch event.kind {
        case .loginSucceeded: successes = 1
        case .loginFailed:
            let failure = event.tail.bytes(.loginFailure)?.first
            if failure == LoginFailure.unknownId.rawValue { unknown = 1 }
            if failure == LoginFailure.wrongPassword.rawValue { wrong = 1 }
            let id = event.tail.bytes(.loginID).flatMap { Pseudonym($0) }
            if account == 0, let id { things = [.id(id)] } else { untold = unknown }
        default:
            if let counts = event.tail.bytes(.loginCounts), counts.count == 40 {
                let numbers = (0..<5).map { Tail.number(counts.dropFirst(8 * $0).prefix(8)) }
                (attempts, unknown, wrong, successes) = (numbers[1], numbers[2], numbers[3], numbers[4])
                untold = unknown
            }
            let touched = Array(event.tail.bytes(.accountsTouched) ?? [])
            things += stride(from: 0, to: touched.count / 4 * 4, by: 4).map { at in
                .account((0..<4).reduce(UInt64(0)) { $0 | UInt64(touched[at + $1]) << UInt64(8 * $1) })
            }
        }
        let access = event.access
        if event.kind == .loginSucceeded, account != 0 {
            guess(event, account)
            note(event, account)
            sessions[event.session] = (access?.device ?? 0, now)
        } else if wrong > 0, rules[.guessedThenCharge] != nil {
            for case .account(let account) in things { memory.errors[account, default: []].append(event.moment) }
        }
        countUnknown(event, attempts, unknown)
        let touched = things.compactMap { if case .account(let account) = $0 { account } else { nil } }
        let isAbroad = access?.country.map { $0 != home } ?? false
        shown.login(
            event, Shown.Counts(attempts: attempts, successes: successes, unknown: unknown, accounts: touched, isAbroad: isAbroad))
        let suits: (RuleSet.Rule, Fan) -> Bool = { rule, fan in
            Int128(fan.successes) * 100 <= Int128(rule["successPercent"]) * Int128(fan.attempts)
        }
        var subjects: [String] = []
        if let address = access?.address { subjects.append("address:" + address.hexadecimal) }
        if let network = access?.network, network != 0 { subjects.append("network:\(network)") }
        if let device = access?.device, device != 0 { subjects.append("device:\(device)") }
        for subject in subjects {
            fan(.fanOut, subject, event, things, attempts: attempts, successes: successes, untold: untold, suits)
        }
    }

    private mutating func guess(_ event: Event, _ account: UInt64) {
        guard let rule = rules[.guessedThenCharge], let address = event.access?.address, addresses[account]?.contains(address) != true
        else { return }
        let errors = (memory.errors[account] ?? []).filter { event.recordedAt.microseconds - $0.at <= rule.span("seconds") }
        if errors.count >= Int(rule["errors"]) { memory.guessed[account] = event.moment }
    }

    private mutating func countUnknown(_ event: Event, _ attempts: Int64, _ unknown: Int64) {
        let today = Self.day(event.recordedAt)
        var day = days[today] ?? Day()
        day.attempts &+= attempts
        day.unknown &+= unknown
        if unknown > 0 { day.events.append(event.moment) }
        days[today] = day
        let key = Key(rule: .unknownIDs, subject: "logins")
        guard unknown > 0, let rule = rules[.unknownIDs], day.attempts >= rule["logins"] else { return }
        if let open = memory.open[key], Self.day(Instant(microseconds: open.start)) == today { return }
        let shares = days.filter { $0.key < today && $0.key >= today - rule["days"] && $0.value.attempts > 0 }
            .map { Int64(Int128($0.value.unknown) * 1_000_000 / Int128($0.value.attempts)) }.sorted()
        let isMany: Bool
        if shares.isEmpty {
            isMany = Int128(day.unknown) * 100 > Int128(rule["percentBefore"]) * Int128(day.attempts)
        } else {
            let half = shares.count / 2
            let median = shares.count % 2 == 1 ? shares[half] : (shares[half - 1] + shares[half]) / 2
            isMany = Int128(day.unknown) * 1_000_000 > Int128(rule["times"]) * Int128(median) * Int128(day.attempts)
        }
        guard isMany else { return }
        find(.unknownIDs, "logins", event, start: day.events[0].at, day.events.map(\.position), matched: day.unknown)
    }

    /// The day in Japan, counted from 1970.
    static func day(_ instant: Instant) -> Int64 {
        let seconds = Int128(instant.microseconds) + 9 * 3600 * 1_000_000
        return Int64((seconds - (seconds % 86_400_000_000 + 86_400_000_000) % 86_400_000_000) / 86_400_000_000)
    }
}

/// Places and their distance, without the view's code. Millionths of a degree.
enum CheckedPlace {
    static func read(_ text: String) -> (Int64, Int64)? {
        let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)[0]
            .split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 2, let north = degrees(parts[0], most: 90), let east = degrees(parts[1], most: 180) else { return nil }
        return (north, east)
    }

    private static func degrees(_ text: Substring, most: Int64) -> Int64? {
        let isSigned = text.first == "-" || text.first == "+"
        let parts = text.dropFirst(isSigned ? 1 : 0).split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { $0 >= 48 && $0 <= 57 } }), parts[0].utf8.count <= 3 else { return nil }
        let fraction = String((parts.count > 1 ? parts[1] : "").prefix(6))
        let padded = fraction + String(repeating: "0", count: 6 - fraction.count)
        guard let value = Int64(parts[0] + padded), value <= most * 1_000_000 else { return nil }
        return text.first == "-" ? -value : value
    }

    /// Of whole degrees, by the cosine of a sum; scale 10^18, rounded to millionths.
    private static let cosines: [Int64] = {
        let scale: Int128 = 1_000_000_000_000_000_000
        let one: Int128 = 999_847_695_156_391_239
        var values = [scale, one]
        while values.count <= 90 { values.append(2 * one * values[values.count - 1] / scale - values[values.count - 2]) }
        return values.map { Int64(($0 + 500_000_000_000) / 1_000_000_000_000) }
    }()

    static func metres(_ one: (Int64, Int64), _ other: (Int64, Int64)) -> Int64 {
        let mean = abs(one.0 + other.0) / 2
        let (degree, part) = (Int(mean / 1_000_000), mean % 1_000_000)
        let step = degree < 90 ? (cosines[degree] - cosines[degree + 1]) * part / 1_000_000 : 0
        let around = abs(one.1 - other.1)
        let (north, east) = (one.0 - other.0, min(around, 360_000_000 - around) * (cosines[degree] - step) / 1_000_000)
        let square = north * north + east * east
        // The greatest whole number whose square is no larger.
        var (low, high): (Int64, Int64) = (0, 500_000_000)
        while low < high {
            let middle = (low + high + 1) / 2
            if middle * middle <= square { low = middle } else { high = middle - 1 }
        }
        return low * 111_195 / 1_000_000
    }
}
