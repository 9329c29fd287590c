/// The money desk's rules. Postings: accounting table rows 1–4 and 13–15, one event each.
func decide(
    _ books: Books, _ command: MoneyCommand, _ request: Request, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    switch command {
    case .charge(let account, let source, let amount, let reference, let card):
        charge(books, account, source, amount.units, reference, card, request, now, &rules)
    case .pay(let account, let store, let place, let register, let amount):
        pay(books, account, store, place, register, amount.units, now, &rules)
    case .reversePayment(let account, let payment, let amount, let reason):
        reverse(books, account, payment, amount.units, reason, evidence, &rules)
    case .correctCharge(let account, let charge, let amount, let reason):
        correct(books, account, charge, amount.units, reason, evidence, &rules)
    case .refund(let account, let amount, let reason, let note):
        refund(books, account, amount.units, reason, note, evidence, &rules)
    case .settlePartner(let source, let gross, let fee, let statement):
        settlePartner(books, source, gross.units, fee, statement)
    case .settleMerchant(let store, let amount, let direction, let statement):
        settleMerchant(books, store, amount.units, direction, statement, &rules)
    case .fundByOwner(let amount, let statement):
        [bankEvent(books, .ownerFunded, debit: .bank, credit: .equity, amount.units, statement)]
    case .bookUnmatched(let amount, let direction, let statement):
        bookUnmatched(books, amount.units, direction, statement, &rules)
    }
}

private func charge(
    _ books: Books, _ reference: AccountReference, _ source: FundingSource, _ amount: Int64, _ partnerReference: String?,
    _ card: String?, _ request: Request, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    guard let (ordinal, account) = rules.account(books, reference) else { return [] }
    rules.require(!account.isClosed, .accountClosed)
    rules.require(!account.isLocked(.charge), .accountLocked)
    let limit = books.policy[source]
    let cap = books.policy.balanceCap
    rules.require(limit.step == 0 || amount % limit.step == 0, .amountStep, bound: limit.step)
    rules.require(limit.perCharge == 0 || amount <= limit.perCharge, .sourceLimit, bound: limit.perCharge)
    let (balance, overflow) = account.balance.addingReportingOverflow(amount)
    rules.require(!overflow, .ledgerFull)
    rules.require(cap == 0 || balance <= cap, .balanceCap, bound: cap)
    if let card {
        let token = books.access.cards.ordinal(of: card)
        rules.require(
            token.flatMap { books.access.link(ordinal, .card, $0) }?.detail == source.rawValue, .fundingSourceNotLinked)
    }
    guardCharge(books, ordinal, source, amount, request, now, &rules)
    let subject = AccountCode.member(ordinal)
    var event = Event(
        .chargeSettled, subject: subject, debit: .receivable(source), credit: subject, amount: amount, balanceAfter: balance)
    event.source = source
    event.tail.add(.partnerReference, partnerReference)
    event.tail.add(.cardToken, card)
    return [event]
}

private func pay(
    _ books: Books, _ reference: AccountReference, _ store: String, _ place: String?, _ register: String?, _ amount: Int64,
    _ now: Instant, _ rules: inout Rules
) -> [Event] {
    guard let (ordinal, account) = rules.account(books, reference) else { return [] }
    rules.require(!account.isClosed, .accountClosed)
    rules.require(!account.isLocked(.pay), .accountLocked)
    rules.require(amount <= account.balance, .insufficientBalance, bound: account.balance)
    if books.policy.dailyPayment > 0 {
        let left = books.policy.dailyPayment - books.access.today(ordinal, now).paid
        rules.require(amount <= left, .dailyCap, bound: max(0, left))
    }
    let known = books.stores.ordinal(of: store)
    let subject = AccountCode.member(ordinal)
    var event = Event(
        .paymentAccepted, subject: subject, debit: subject,
        credit: .merchant(UInt64(known ?? UInt32(books.stores.count) + 1)), amount: amount,
        balanceAfter: account.balance - min(amount, account.balance))
    if known == nil {
        event.tail.add(.store, store)
        event.tail.add(.storePlace, place)
    }
    event.tail.add(.register, register)
    return [event]
}

private func reverse(
    _ books: Books, _ reference: AccountReference, _ position: UInt64, _ amount: Int64, _ reason: String?,
    _ evidence: Evidence, _ rules: inout Rules
) -> [Event] {
    guard let (ordinal, account) = rules.account(books, reference) else { return [] }
    let subject = AccountCode.member(ordinal)
    var found: Event?
    var history: [Event] = []
    if case .event(let event) = evidence { found = event } else {
        history = evidence.history(ordinal)
        found = history.first { $0.position == position }
    }
    guard let found, found.position == position, found.kind == .paymentAccepted, found.subject == subject else {
        rules.require(false, .paymentUnknown)
        return []
    }
    let remaining = found.amount - (books.reversed[position] ?? 0)
    rules.require(amount <= remaining, .reversalExceedsPayment, bound: remaining)
    let parts = history.isEmpty ? ReversalParts(own: amount) : Attribution(history: history).parts(ofReversing: position, min(amount, remaining))
    rules.require(!account.balance.addingReportingOverflow(parts.own).overflow, .ledgerFull)
    guard rules.worst == nil else { return [] }
    var legs = Legs(books, ordinal)
    let write: (inout Tail) -> Void = { $0.add(.reason, reason) }
    if account.isClosed || books.shutdown.refund(ordinal)?.state == .excluded {
        legs.post(.paymentReversedToUnclaimed, found.credit, .unclaimed(ordinal), parts.own, reference: position, write)
    } else if legs.isRefund {
        legs.post(.paymentReversedToRefund, found.credit, .refund(ordinal), parts.own, reference: position, write)
    } else {
        legs.post(.paymentReversed, found.credit, subject, parts.own, reference: position, write)
    }
    legs.post(.paymentReversedToHold, found.credit, .fraudHold(ordinal), parts.open, reference: position, write)
    legs.post(.paymentReversedToLoss, found.credit, .fraudLoss(ordinal), parts.made, reference: position, write)
    return legs.events
}

private func correct(
    _ books: Books, _ reference: AccountReference, _ position: UInt64, _ amount: Int64, _ reason: String?,
    _ evidence: Evidence, _ rules: inout Rules
) -> [Event] {
    guard let (ordinal, account) = rules.account(books, reference) else { return [] }
    guard let lot = Attribution(history: evidence.history(ordinal)).lot(at: position) else {
        rules.require(false, .chargeUnknown)
        return []
    }
    rules.require(!books.shutdown.isTerminated, .serviceTerminated)
    rules.require(!account.isClosed, .accountClosed)
    rules.require(amount <= lot.free, .chargeAlreadySpent, bound: lot.free)
    let subject = AccountCode.member(ordinal)
    var event = Event(
        .chargeCorrected, subject: subject, debit: subject, credit: .receivable(lot.source), amount: amount,
        balanceAfter: account.balance - min(amount, lot.free), reference: position)
    event.source = lot.source
    event.tail.add(.reason, reason)
    return [event]
}

private func refund(
    _ books: Books, _ reference: AccountReference, _ amount: Int64, _ reason: ExceptionalReason?, _ note: String?,
    _ evidence: Evidence, _ rules: inout Rules
) -> [Event] {
    guard let (ordinal, account) = rules.account(books, reference) else { return [] }
    rules.require(!books.shutdown.isTerminated, .serviceTerminated)
    rules.require(!account.isClosed, .accountClosed)
    rules.require(reason != nil, .refundForbidden)
    // What a thief charged is no balance to refund, held or not (accounting row 13).
    let own = books.damage.needsHistory(ordinal) ? Attribution(history: evidence.history(ordinal)).ownFree : account.balance
    rules.require(amount <= own, .insufficientBalance, bound: own)
    let subject = AccountCode.member(ordinal)
    var event = Event(
        .exceptionalRefundReleased, subject: subject, debit: subject, credit: .payoutInTransit(ordinal), amount: amount,
        balanceAfter: account.balance - min(amount, account.balance))
    if let reason { event.tail.add(.refundReason, bytes: [reason.rawValue]) }
    event.tail.add(.reason, note)
    return [event]
}

/// bank → receivable for the net, fee → receivable for the fee; what exceeds the receivable is money that matches nothing.
private func settlePartner(
    _ books: Books, _ source: FundingSource, _ gross: Int64, _ fee: Int64, _ statement: String?
) -> [Event] {
    let receivable = AccountCode.receivable(source)
    let open = max(0, books.balance(receivable))
    let net = gross - fee
    let feeBooked = min(fee, open)
    let netBooked = min(net, open - feeBooked)
    var balance = books.balance(receivable)
    var events: [Event] = []
    func book(_ kind: EventKind, _ debit: AccountCode, _ amount: Int64) {
        guard amount > 0 else { return }
        balance -= amount
        var event = Event(kind, subject: receivable, debit: debit, credit: receivable, amount: amount, balanceAfter: balance)
        event.source = source
        event.tail.add(.partnerReference, statement)
        events.append(event)
    }
    if net > netBooked {
        var event = bankEvent(books, .unmatchedReceived, debit: .bank, credit: .suspense, net - netBooked, statement)
        event.source = source
        events.append(event)
    }
    // A fee beyond what was owed is still the partner's word: it leaves a receivable below zero, which is a worklist.
    book(.partnerFeeBooked, .partnerFee(source), fee)
    book(.partnerSettled, .bank, netBooked)
    return events
}

private func settleMerchant(
    _ books: Books, _ store: String, _ amount: Int64, _ direction: MerchantDirection, _ statement: String?, _ rules: inout Rules
) -> [Event] {
    guard let ordinal = books.stores.ordinal(of: store) else {
        rules.require(false, .storeUnknown)
        return []
    }
    let merchant = AccountCode.merchant(UInt64(ordinal))
    let owed = books.balance(merchant)
    var event: Event
    switch direction {
    case .toStore:
        rules.require(amount <= owed, .settlementExceedsBalance, bound: max(0, owed))
        event = Event(
            .merchantSettled, subject: merchant, debit: merchant, credit: .bank, amount: amount, balanceAfter: owed &- amount)
    case .fromStore:
        event = Event(
            .merchantRepaid, subject: merchant, debit: .bank, credit: merchant, amount: amount, balanceAfter: owed &+ amount)
    }
    event.tail.add(.partnerReference, statement)
    return [event]
}

private func bookUnmatched(
    _ books: Books, _ amount: Int64, _ direction: BankDirection, _ statement: String?, _ rules: inout Rules
) -> [Event] {
    switch direction {
    case .in: return [bankEvent(books, .unmatchedReceived, debit: .bank, credit: .suspense, amount, statement)]
    case .out:
        // Partners' words that wait for a match stand in suspense too, on the other side, and are no money at the bank.
        let held = books.balance(.suspense) + books.damage.unmatched.values.reduce(0) { $0 + $1.amount }
        rules.require(amount <= held, .unmatchedExceedsSuspense, bound: held)
        return [bankEvent(books, .unmatchedReturned, debit: .suspense, credit: .bank, amount, statement)]
    }
}

/// A movement on the bank account, told on the statement of the account it moves against.
func bankEvent(
    _ books: Books, _ kind: EventKind, debit: AccountCode, credit: AccountCode, _ amount: Int64, _ statement: String?
) -> Event {
    let subject = debit == .bank ? credit : debit
    let balance = books.balance(subject)
    var event = Event(
        kind, subject: subject, debit: debit, credit: credit, amount: amount,
        balanceAfter: debit == .bank ? balance &+ amount : balance &- amount)
    event.tail.add(.partnerReference, statement)
    return event
}
