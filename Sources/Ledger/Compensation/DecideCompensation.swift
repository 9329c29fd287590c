/// The compensation desk's rules. Sums are the ledger's own; partners' and banks' words are recorded whatever they say.
func decide(
    _ books: Books, _ command: CompensationCommand, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    switch command {
    case .confirmReversal(let account, let source, let charge, let amount, let stage, let reference):
        let ordinal = account.flatMap { books.resolve($0) }
        let attribution = Attribution(history: ordinal.map { evidence.history($0) } ?? [])
        return confirm(books, ordinal, source, charge, amount.units, attribution) {
            $0.add(.stage, bytes: [stage.rawValue])
            $0.add(.partnerReference, reference)
        }
    case .matchReversal(let position, let account, let charge):
        guard let unmatched = books.damage.unmatched[position] else {
            rules.require(false, .unmatchedUnknown)
            return []
        }
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        let attribution = Attribution(history: evidence.history(ordinal))
        let lot = attribution.lot(at: charge)
        rules.require(lot != nil && lot?.source == unmatched.source, .chargeUnknown)
        rules.require(lot?.isFraud ?? true, .chargeNotFraud)
        var legs = Legs(books, ordinal)
        legs.post(
            .unmatchedReversalMatched, .partnerClearing(unmatched.source), .suspense, unmatched.amount, reference: position,
            source: unmatched.source)
        return legs.events + confirm(books, ordinal, unmatched.source, charge, unmatched.amount, attribution) { _ in }
    case .settleClearing(let source, let amount, let by, let statement):
        let clearing = AccountCode.partnerClearing(source)
        let owed = max(0, books.balance(clearing))
        rules.require(amount.units <= owed, .clearingExceedsBalance, bound: owed)
        if by == .netted {
            let open = max(0, books.balance(.receivable(source)))
            rules.require(amount.units <= open, .nettedExceedsReceivable, bound: open)
        }
        var event = Event(
            by == .netted ? .clearingNetted : .clearingPaid, subject: clearing, debit: clearing,
            credit: by == .netted ? .receivable(source) : .bank, amount: amount.units, balanceAfter: owed &- amount.units)
        event.source = source
        event.tail.add(.partnerReference, statement)
        return [event]
    case .bookCulprit(let amount, let statement):
        var event = Event(
            .culpritPaid, subject: .fraudLoss(0), debit: .bank, credit: .fraudLoss(0), amount: amount.units,
            balanceAfter: books.balance(.fraudLoss(0)) &- amount.units)
        event.tail.add(.partnerReference, statement)
        return [event]
    case .requestReversal, .rejectReversal, .offer, .agree, .pay, .returned, .repay, .waive:
        guard let (ordinal, _) = rules.account(books, command.account) else { return [] }
        return decide(books, command, ordinal, evidence, now, &rules)
    }
}

/// Those about one account of ours.
private func decide(
    _ books: Books, _ command: CompensationCommand, _ account: UInt64, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    var legs = Legs(books, account)
    let history = evidence.history(account)
    switch command {
    case .requestReversal(_, let charge, let debitDate, let note):
        let lot = Attribution(history: history).lot(at: charge)
        rules.require(lot != nil, .chargeUnknown)
        rules.require(lot?.isFraud ?? true, .chargeNotFraud)
        rules.require(lot.map { Policy.Sources.cards.contains($0.source) } ?? true, .notReversible)
        let state = books.damage.reversals[charge]
        rules.require(state != .requested, .reversalOpen)
        rules.require(state != .confirmed && lot?.madeGoodAt ?? 0 == 0, .madeGood)
        legs.note(.chargeReversalRequested, reference: charge, source: lot?.source) {
            if let debitDate { $0.add(.debitDate, number: Int64(debitDate.number)) }
            $0.add(.reason, note)
        }
    case .rejectReversal(_, let charge, let reason):
        let lot = Attribution(history: history).lot(at: charge)
        rules.require(lot != nil, .chargeUnknown)
        rules.require(books.damage.reversals[charge] == .requested, .reversalNotOpen)
        legs.note(.chargeReversalRejected, reference: charge, source: lot?.source) { $0.add(.reason, reason) }
    case .offer(_, let note):
        rules.require(books.damage.certifications[books.standing(of: account)] != nil, .notCertified)
        rules.require(now >= books.policy.compensationFrom, .compensationTooEarly)
        let due = Attribution(history: history).compensationDue(books)
        rules.require(due.sums.total > 0, .nothingToCompensate)
        legs.note(.compensationOffered) {
            $0.add(.entitlement, due.sums)
            $0.add(.reason, note)
        }
    case .agree(_, let amount):
        let due = Attribution(history: history).compensationDue(books)
        // Revoked since it was offered, it is owed to nobody.
        rules.require(books.damage.certifications[books.standing(of: account)] != nil, .notCertified)
        rules.require(books.damage.offers.contains(account), .notOffered)
        rules.require(due.sums.total == amount.units, .compensationDiffers, bound: due.sums.total)
        rules.require(due.lots.count <= Legs.mostHolds / 2, .tooManyHolds)
        agree(books, due, &legs)
    case .pay(_, let amount, let reference):
        let owed = max(0, books.balance(.compensation(account)))
        rules.require(amount.units <= owed, .compensationExceeds, bound: owed)
        legs.post(.compensationPaid, .compensation(account), .bank, amount.units) { $0.add(.partnerReference, reference) }
    case .returned(_, let amount, let reference):
        let paid = history.reduce(0) { sum, event in
            sum + (event.kind == .compensationPaid ? event.amount : event.kind == .compensationReturned ? -event.amount : 0)
        }
        let known = min(amount.units, max(0, paid))
        legs.post(.compensationReturned, .bank, .compensation(account), known) { $0.add(.partnerReference, reference) }
        return legs.events + excess(books, amount.units - known, reference)
    case .repay(_, let amount, let statement):
        let owed = min(amount.units, max(0, books.balance(.recoverable(account))))
        legs.post(.recoverableRepaid, .bank, .recoverable(account), owed) { $0.add(.partnerReference, statement) }
        return legs.events + excess(books, amount.units - owed, statement)
    case .waive(_, let amount, let reason):
        let owed = max(0, books.balance(.recoverable(account)))
        rules.require(amount.units <= owed, .recoverableExceeds, bound: owed)
        legs.post(.recoverableWaived, .goodwillLoss, .recoverable(account), amount.units) { $0.add(.reason, reason) }
    case .confirmReversal, .matchReversal, .settleClearing, .bookCulprit: break
    }
    return legs.events
}

/// What came in beyond what is known to be owed is money that matches nothing.
private func excess(_ books: Books, _ amount: Int64, _ statement: String?) -> [Event] {
    amount > 0 ? [bankEvent(books, .unmatchedReceived, debit: .bank, credit: .suspense, amount, statement)] : []
}

extension CompensationCommand {
    /// The histories its rules look at.
    func evidenceNeeded(_ books: Books) -> EvidenceNeed {
        switch self {
        case .requestReversal, .rejectReversal, .confirmReversal, .matchReversal, .offer, .agree, .returned:
            guard let account, let ordinal = books.resolve(account) else { return .none }
            return .histories(of: [ordinal])
        case .settleClearing, .pay, .repay, .waive, .bookCulprit: return .none
        }
    }
}

/// What a partner gave back: of the hold what is unspent, of the loss what fraud payments spent; beyond that what the member
/// spent or was made good before, which the member owes; beyond that it is no part of this charge (accounting rows 6 and 10).
private func confirm(
    _ books: Books, _ account: UInt64?, _ source: FundingSource, _ charge: UInt64, _ amount: Int64, _ attribution: Attribution,
    _ write: (inout Tail) -> Void
) -> [Event] {
    let clearing = AccountCode.partnerClearing(source)
    guard let account, let lot = attribution.lot(at: charge), lot.isFraud, lot.source == source else {
        var event = Event(
            .chargeReversedUnmatched, subject: account.map { .member($0) } ?? .none, debit: .suspense, credit: clearing, amount: amount,
            balanceAfter: account.flatMap { books.member($0)?.balance } ?? 0)
        event.source = source
        event.tail.add(.events, positions: [charge])
        write(&event.tail)
        return [event]
    }
    let parts = attribution.parts(of: lot)
    var legs = Legs(books, account)
    var left = amount
    func part(_ most: Int64) -> Int64 {
        let part = min(left, most)
        left -= part
        return part
    }
    legs.holdOpen(lot)
    legs.post(.chargeReversedFromHold, .fraudHold(account), clearing, part(parts.unspent), reference: charge, source: source, write)
    legs.post(.chargeReversedFromLoss, .fraudLoss(account), clearing, part(parts.byFraud), reference: charge, source: source, write)
    let before = lot.amount - lot.corrected - parts.unspent - parts.byFraud - parts.byGenuine
    legs.post(
        .chargeReversedFromRecoverable, .recoverable(account), clearing, part(parts.byGenuine + max(0, before)), reference: charge,
        source: source, write)
    legs.post(.chargeReversedUnmatched, .suspense, clearing, left, source: source) {
        $0.add(.events, positions: [charge])
        write(&$0)
    }
    return legs.events
}

private func agree(_ books: Books, _ due: CompensationDue, _ legs: inout Legs) {
    let account = legs.account
    for (lot, parts) in due.lots {
        legs.holdOpen(lot)
        legs.post(
            .compensationFromHold, .fraudHold(account), .compensation(account), parts.unspent, reference: lot.position, source: lot.source)
        legs.post(
            .compensationFromLoss, .fraudLoss(account), .compensation(account), parts.byFraud, reference: lot.position, source: lot.source)
    }
    legs.post(.compensationFromLoss, .fraudLoss(account), .compensation(account), due.sums.ownBalance)
}

extension Legs {
    /// What is free of a charge that was made good before came back from a store, and is the member's own.
    fileprivate mutating func holdOpen(_ lot: Attribution.Lot) {
        if lot.madeGoodAt == 0 { hold(lot.position, lot.free) }
    }
}

/// What of a fraud charge is not made good yet, by who spent it (U, F and G of the accounting table).
public struct LotParts: Equatable, Sendable {
    public var unspent: Int64 = 0
    public var byFraud: Int64 = 0
    public var byGenuine: Int64 = 0
}

/// What is to be made good by the issuer itself, no partner doing it.
public struct CompensationDue: Sendable {
    public var lots: [(lot: Attribution.Lot, parts: LotParts)] = []
    public var sums = Entitlement()
}

extension Attribution {
    public func parts(of lot: Lot) -> LotParts {
        var parts = LotParts(unspent: lot.free + lot.held)
        if lot.madeGoodAt != 0 { parts.unspent = lot.held }
        for taking in takings(of: lot.position) {
            let open = taking.amount - taking.made
            if label(of: taking.payment) == .genuine { parts.byGenuine += open } else { parts.byFraud += open }
        }
        return parts
    }

    public func compensationDue(_ books: Books) -> CompensationDue { compensationDue { books.damage.reversals[$0] == .rejected } }

    /// Points, card charges whose partner refused, and own balance. O(lots × takings of fraud lots).
    public func compensationDue(isRejected: (_ charge: UInt64) -> Bool) -> CompensationDue {
        var due = CompensationDue()
        for lot in lots where lot.isFraud {
            guard lot.source == .point || isRejected(lot.position) else { continue }
            let parts = parts(of: lot)
            guard parts.unspent + parts.byFraud > 0 else { continue }
            due.sums[lot.source] += parts.unspent + parts.byFraud
            due.lots.append((lot, parts))
        }
        for taking in takings where label(of: taking.payment) == .fraud && !lots[taking.lot].isFraud {
            due.sums.ownBalance += taking.amount - taking.made
        }
        return due
    }
}
