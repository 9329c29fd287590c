/// The shutdown desk's rules: the end of the service, legal holds, the time to claim, the regulator's papers.
func decide(
    _ books: Books, _ command: ShutdownCommand, _ request: Request, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    let shutdown = books.shutdown
    switch command {
    case .decide(let effectiveAt, let reason):
        rules.require(!shutdown.isTerminated, .alreadyTerminated)
        rules.require(shutdown.decided == nil || shutdown.isTerminated, .terminationDecided)
        rules.require(effectiveAt > now, .effectiveInPast)
        return [end(.terminationDecided, 0, effectiveAt, reason)]
    case .reschedule(let effectiveAt, let reason):
        rules.requireDecided(books, now)
        rules.require(effectiveAt > now, .effectiveInPast)
        return [end(.terminationRescheduled, shutdown.decided?.position ?? 0, effectiveAt, reason)]
    case .withdrawDecision(let reason):
        rules.requireDecided(books, now)
        return [end(.terminationWithdrawn, shutdown.decided?.position ?? 0, nil, reason)]
    case .placeLegalHold(let account, let reason), .liftLegalHold(let account, let reason):
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        var legs = Legs(books, ordinal)
        if case .placeLegalHold = command {
            rules.require(!shutdown.legalHolds.contains(ordinal), .onLegalHold)
            legs.note(.legalHoldPlaced) { $0.add(.reason, reason) }
        } else {
            rules.require(shutdown.legalHolds.contains(ordinal), .notOnLegalHold)
            legs.note(.legalHoldLifted) { $0.add(.reason, reason) }
        }
        return legs.events
    case .openClaims(let from, let last):
        let from = from ?? now
        rules.require(shutdown.isTerminated, .notTerminated)
        rules.require(shutdown.window == nil, .claimsOpened)
        rules.require(from >= now, .effectiveInPast)
        let notices = NoticeKind.requiredForClaims.compactMap { shutdown.notices[$0] }
        rules.require(notices.count == NoticeKind.requiredForClaims.count, .noticesMissing)
        let earliest = ClaimDays.earliestLast(after: notices.reduce(from, max))
        rules.require(last >= earliest, .windowTooShort, bound: Int64(earliest.number))
        var event = Event(.claimsOpened)
        event.tail.add(.effectiveAt, number: from.microseconds)
        event.tail.add(.lastDay, number: Int64(last.number))
        return [event]
    case .extendClaims(let last, let reason):
        rules.require(shutdown.isTerminated, .notTerminated)
        rules.require(shutdown.window != nil, .claimsNotOpen)
        rules.require(shutdown.window.map { now < $0.until } ?? true, .claimsAreClosed)
        rules.require(shutdown.window.map { last.end > $0.until } ?? true, .windowTooShort, bound: shutdown.window.map { Int64(Day(of: $0.until).number) })
        var event = Event(.claimsExtended)
        event.reference = shutdown.window?.position ?? 0
        event.tail.add(.lastDay, number: Int64(last.number))
        event.tail.add(.reason, reason)
        return [event]
    case .recordFiling(let filing):
        var event = Event(.filingRecorded)
        event.tail.add(.filingKind, bytes: [filing.kind.rawValue])
        if let day = filing.day { event.tail.add(.day, number: Int64(day.number)) }
        event.tail.add(.contentHash, bytes: filing.contentHash)
        if let amount = filing.amount { event.tail.add(.sum, number: amount.units) }
        event.tail.add(.partnerReference, filing.reference)
        return [event]
    case .secure(let form, let amount, let reference): return [security(books, form, amount.units, &rules) { $0.add(.partnerReference, reference) }]
    case .reclaim(let form, let amount, let approval):
        let allowed = shutdown.reclaimable[approval] ?? 0
        rules.require(shutdown.reclaimable[approval] != nil, .approvalMissing)
        rules.require(amount.units <= allowed, .securityExceeds, bound: allowed)
        let held = form == .guarantee ? shutdown.guarantee : books.balance(.security(form))
        rules.require(amount.units <= held, .securityExceeds, bound: held)
        var event = form == .guarantee
            ? Event(.guaranteeEnded)
            : Event(
                .securityReclaimed, subject: .security(form), debit: .bank, credit: .security(form), amount: amount.units,
                balanceAfter: held &- amount.units)
        event.reference = approval
        if form == .guarantee { event.tail.add(.sum, number: amount.units) }
        event.tail.add(.securityForm, bytes: [form.rawValue])
        return [event]
    default: return refunds(books, command, request, evidence, now, &rules)
    }
}

extension Rules {
    fileprivate mutating func requireDecided(_ books: Books, _ now: Instant) {
        require(!books.shutdown.isTerminated, .alreadyTerminated)
        require(books.shutdown.decided != nil || books.shutdown.isTerminated, .terminationNotDecided)
        // Due, and the ledger carries it out before anything else: a command never finds it so.
        require(books.shutdown.decided.map { now < $0.effectiveAt } ?? true, .alreadyTerminated)
    }
}

private func end(_ kind: EventKind, _ decision: UInt64, _ effectiveAt: Instant?, _ reason: String) -> Event {
    var event = Event(kind)
    event.reference = decision
    if let effectiveAt { event.tail.add(.effectiveAt, number: effectiveAt.microseconds) }
    event.tail.add(.reason, reason)
    return event
}

private func security(_ books: Books, _ form: SecurityForm, _ amount: Int64, _ rules: inout Rules, _ write: (inout Tail) -> Void) -> Event {
    var event: Event
    if form == .guarantee {
        rules.require(!books.shutdown.guarantee.addingReportingOverflow(amount).overflow, .ledgerFull)
        event = Event(.securityGuaranteed)
        event.tail.add(.sum, number: amount)
    } else {
        let account = AccountCode.security(form)
        event = Event(
            .securityDeposited, subject: account, debit: account, credit: .bank, amount: amount, balanceAfter: books.balance(account) &+ amount)
    }
    event.tail.add(.securityForm, bytes: [form.rawValue])
    write(&event.tail)
    return event
}

/// The days holders have to claim in.
enum ClaimDays {
    /// The earliest last day of a time to claim that begins at an instant: 60 full days, the first of them the day that begins
    /// then or next (民法第140条: a day begun does not count).
    static func earliestLast(after start: Instant) -> Day {
        let day = Day(of: start)
        let first = day.start == start ? day : day.next
        return Day(number: first.number + Int32(ShutdownBooks.fewestDays) - 1)
    }

    /// The first instant after an account's own time to claim that begins at an instant.
    static func end(after start: Instant) -> Instant { earliestLast(after: start).end }
}

extension Day {
    /// Its first instant, in Japan; at the ends of representable time, that end.
    public var start: Instant {
        let (microseconds, overflow) = (Int64(number) * 86_400 - Instant.japanOffset).multipliedReportingOverflow(by: 1_000_000)
        return Instant(microseconds: !overflow ? microseconds : number > 0 ? .max : .min)
    }
    /// The first instant after it (24時).
    public var end: Instant { next.start }
    public var next: Day { Day(number: number == .max ? .max : number + 1) }
}
