internal import Ledger

/// What is moved and booked for victims, and what must hold of it.
extension Audit {
    /// Requests, offers and sums, before the event's own move is attributed.
    mutating func compensate(_ event: Event, _ account: UInt64) {
        let at = event.position
        let charge = desks.stories[account].flatMap { story in story.index(event.reference).map { story.charges[$0] } }
        let isFraud = charge?.isFraud ?? false
        switch event.kind {
        case .chargeReversalRequested:
            let isCard = charge?.source == .creditCard || charge?.source == .debitCard
            object(isFraud && isCard && charge?.source == event.source && charge?.isMadeGood == false, at, "event \(event.reference) is no fraud charge by card, or is made good")
            object(desks.reversals[event.reference].map { $0 == 2 } ?? true, at, "it was asked for already")
            desks.reversals[event.reference] = 1
        case .chargeReversalRejected:
            object(desks.reversals[event.reference] == 1, at, "it was not asked for")
            desks.reversals[event.reference] = 2
        case .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable:
            object(isFraud && charge?.source == event.source, at, "event \(event.reference) is no fraud charge from this source")
            desks.reversals[event.reference] = 3
            desks.sums[account, default: Desks.Sums()].reversed += Int128(event.amount)
            if event.kind == .chargeReversedFromRecoverable { desks.sums[account, default: Desks.Sums()].recoverable += Int128(event.amount) }
        case .chargeReversedUnmatched: desks.unmatched[at] = (event.source, event.amount)
        case .unmatchedReversalMatched:
            let found = desks.unmatched.removeValue(forKey: event.reference)
            object(found?.source == event.source && found?.amount == event.amount, at, "no reversal \(event.reference) of this sum waits")
        case .clearingNetted, .clearingPaid:
            object((debits[event.debit] ?? 0) <= (credits[event.debit] ?? 0), at, "more is settled than partners gave back")
        case .compensationOffered:
            let person = gates.persons[account].map(desks.standing) ?? ""
            object(desks.certifications[person] != nil, at, "\(person) is not certified")
            let from = gates.limits.compensationFrom
            object(event.recordedAt >= from, at, "compensation is not offered before \(from)")
            let due = offerDue(account)
            object(Entitlement(reading: event.tail).map { $0 == due && $0.total > 0 } ?? false, at, "what is due is \(due.total)")
            desks.offers.insert(account)
        case .compensationFromHold, .compensationFromLoss:
            let isOwn = event.reference == 0 && event.kind == .compensationFromLoss && event.source == nil
            object(isOwn || isFraud && charge?.source == event.source, at, "event \(event.reference) is no fraud charge from this source")
            let isOffered = desks.offers.contains(account) || desks.group.contains { $0.position < at && Story.isMakingGood($0.kind) }
            object(isOffered, at, "nothing was offered")
            desks.offers.remove(account)
            desks.sums[account, default: Desks.Sums()].compensated += Int128(event.amount)
        case .compensationCancelled: desks.sums[account, default: Desks.Sums()].compensated -= Int128(event.amount)
        case .lossRecoverable: desks.sums[account, default: Desks.Sums()].recoverable += Int128(event.amount)
        case .lossReinstated: desks.sums[account, default: Desks.Sums()].recoverable -= Int128(event.amount)
        case .recoverableRepaid, .recoverableWaived: desks.sums[account, default: Desks.Sums()].isRepaid = true
        case .compensationReturned:
            let paid = total([.compensationPaid], account) &- total([.compensationReturned], account)
            object(paid >= 0, at, "more came back than was paid")
        default: break
        }
    }

    /// What was ever moved by events of some kinds on one account.
    private func total(_ kinds: [EventKind], _ account: UInt64) -> Int64 {
        (histories[.member(account)] ?? []).reduce(0) { sum, position in
            sum &+ (recall(position).map { kinds.contains($0.kind) ? $0.amount : 0 } ?? 0)
        }
    }

    /// Points, charges whose partner refused, and own balance that are not made good.
    private mutating func offerDue(_ account: UInt64) -> Entitlement {
        desks.stories[account]?.settle()
        var due = Entitlement.zero
        guard let story = desks.stories[account] else { return due }
        for (index, charge) in story.charges.enumerated() where charge.isFraud {
            guard charge.source == .point || desks.reversals[charge.position] == 2 else { continue }
            switch charge.source {
            case .creditCard: due.creditCard += story.due(index)
            case .debitCard: due.debitCard += story.due(index)
            default: due.point += story.due(index)
            }
        }
        for part in story.parts where story.label(part.payment) == .fraud && !story.charges[part.charge].isFraud { due.ownBalance += part.open }
        return due
    }

    // MARK: The move itself

    /// Attributes an event of an account with labels, and holds it against what it says it moves.
    mutating func attribute(_ event: Event, _ account: UInt64) {
        let isAttributed = event.hasPosting || event.kind == .holdOrdered || event.kind == .holdEnded
        guard isAttributed, desks.stories[account] != nil else { return }
        let at = event.position
        desks.stories[account]!.settle()
        let charge = desks.stories[account]!.index(event.reference).map { desks.stories[account]!.charges[$0] }
        switch event.kind {
        case .holdOrdered: object(event.reference == 0 || charge?.isFraud == true, at, "event \(event.reference) is no fraud charge")
        case .holdEnded: object(event.reference == 0 || charge != nil, at, "event \(event.reference) is no charge")
        case .fraudHeld, .fraudHeldFromRefund: object(charge?.isFraud == true && charge?.isMadeGood == false && charge?.free == event.amount, at, "L8 of charge \(event.reference) \(charge?.free ?? 0) is free")
        case .holdReleased, .holdReleasedToRefund: object(charge?.held == event.amount, at, "L8 of charge \(event.reference) \(charge?.held ?? 0) is held")
        case .chargeReversedFromHold: object((charge?.held ?? 0) >= event.amount, at, "of charge \(event.reference) \(charge?.held ?? 0) is held")
        case .compensationFromHold: object(charge?.held == event.amount, at, "of charge \(event.reference) \(charge?.held ?? 0) is held")
        case .chargeCorrected: object((charge?.free ?? 0) >= event.amount && charge?.source == event.source, at, "it takes back more than is free of charge \(event.reference), or to another source")
        case .exceptionalRefundReleased:
            let own = desks.stories[account]!.ownFree
            object(own >= event.amount, at, "of the member's own \(own) is left")
        default: break
        }
        let unplaced = desks.stories[account]!.take(event)
        // What was made good before is owed back, whoever had spent it.
        object(unplaced == 0 || event.kind == .chargeReversedFromRecoverable, at, "L3 the lots hold \(unplaced) less than was moved")
    }

    // MARK: The end of a group

    mutating func closeGroup() {
        for (account, before) in desks.before {
            desks.stories[account]!.settle()
            let (story, at) = (desks.stories[account]!, desks.group.last?.position ?? 0)
            let hold = (credits[.fraudHold(account)] ?? 0) - (debits[.fraudHold(account)] ?? 0)
            object(Int128(story.held) == hold, at, "L3 of the lots of account \(account) \(story.held) is held, the hold is \(hold)")
            let balance = (members[account]?.balance ?? 0) + refund(account)
            object(Int128(story.free) == balance, at, "L3 of the lots of account \(account) \(story.free) is free, the balance is \(balance)")
            object(story.charges.allSatisfy { $0.isFraud || $0.held == 0 }, at, "L8 account \(account) holds what is no fraud charge")
            object(members[account]?.isClosed != true || members[account]?.balance == 0, at, "a closed account has no balance")
            checkReversal(before, account, at)
            checkPartner(before, account, at)
            let kinds = Set(desks.group.lazy.filter { $0.subject == .member(account) }.map(\.kind))
            // More than one group can say is held by the next order.
            guard kinds.contains(.eventLabelled) || kinds.contains(.holdOrdered) && desks.group.count <= 100 else { continue }
            let isAllHeld = story.charges.allSatisfy { charge in
                !charge.isFraud || charge.isMadeGood || charge.free == 0 || !story.holdsAll && !story.orders.contains(charge.position)
            }
            object(isAllHeld, at, "L8 a fraud charge of account \(account) that shall be held is free")
            if kinds.contains(.eventLabelled) { checkRelabelling(before, story, account, at) }
        }
        desks.before = [:]
    }

    /// A reversal gives back to the member, to the hold and to the loss what the payment had taken from each (row 4).
    private mutating func checkReversal(_ before: Story, _ account: UInt64, _ at: UInt64) {
        let kinds: Set<EventKind> = [
            .paymentReversed, .paymentReversedToUnclaimed, .paymentReversedToHold, .paymentReversedToLoss, .paymentReversedToRefund,
        ]
        let legs = desks.group.filter { kinds.contains($0.kind) && $0.subject == .member(account) }
        guard let payment = legs.first?.reference else { return }
        func sum(_ kinds: EventKind...) -> Int64 { legs.reduce(0) { $0 &+ (kinds.contains($1.kind) ? $1.amount : 0) } }
        let due = before.reversal(of: payment, legs.reduce(0) { $0 &+ $1.amount })
        let isDue = sum(.paymentReversed, .paymentReversedToUnclaimed, .paymentReversedToRefund) == due.own && sum(.paymentReversedToHold) == due.hold
            && sum(.paymentReversedToLoss) == due.loss && legs.allSatisfy { $0.reference == payment }
        object(isDue, at, "of payment \(payment) \(due.own) is the member's, \(due.hold) is to be held, \(due.loss) was lost")
    }

    /// What a partner gives back goes to the hold, to the loss, and to what the member owes, as far as each goes (rows 6 and 10).
    private mutating func checkPartner(_ before: Story, _ account: UInt64, _ at: UInt64) {
        let kinds: [EventKind] = [.chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .chargeReversedUnmatched]
        let legs = desks.group.filter { kinds.contains($0.kind) && $0.subject == .member(account) }
        guard let first = legs.first, let index = before.index(first.reference) else { return }
        let charge = before.charges[index]
        let unspent = charge.held &+ (charge.isMadeGood ? 0 : charge.free)
        let byGenuine = before.parts.reduce(0) { $0 &+ ($1.charge == index && before.label($1.payment) == .genuine ? $1.open : 0) }
        let byFraud = before.due(index) &- unspent
        let made = charge.amount &- charge.corrected &- unspent &- byFraud &- byGenuine
        var left = legs.reduce(0) { $0 &+ $1.amount }
        for (kind, most) in zip(kinds, [unspent, byFraud, byGenuine &+ max(0, made), .max]) {
            let due = min(left, most)
            left &-= due
            let found = legs.reduce(0) { $0 &+ ($1.kind == kind ? $1.amount : 0) }
            object(found == due, at, "\(kind.name) of charge \(charge.position) comes to \(due), not \(found)")
        }
    }

    /// Another label of what was certified or made good brings its amendment and corrections with it (laws L5, L7).
    private mutating func checkRelabelling(_ before: Story, _ story: Story, _ account: UInt64, _ at: UInt64) {
        let person = gates.persons[account].map(desks.standing) ?? ""
        let judged = desks.group.filter { $0.kind == .eventLabelled && $0.subject == .member(account) }
        let first = judged.first?.position ?? at
        // What was in force before this group.
        let certified = desks.group.contains { $0.kind == .certificationAmended || $0.kind == .certificationRevoked }
            ? nil : desks.certifications[person]
        let isCertified = certified.map { active in
            judged.contains { before.label($0.reference) != .unknown && before.labelledAt[$0.reference] ?? first < active.amended }
        } ?? false
        let isFixed = judged.contains { before.isFixed($0.reference) }
        let booked = (debits[.fraudLoss(account)] ?? 0) - (credits[.fraudLoss(account)] ?? 0)
        let shift = booked - Int128(story.lossDue)
        guard gates.head?.kind == .approved else {
            let isRelabelled = judged.contains { before.label($0.reference) != .unknown && before.isFixed($0.reference) }
            return object(!isCertified && !isRelabelled && !(isFixed && shift != 0), at, "L7 it relabels what is certified or made good")
        }
        // What was repaid or given up is owed no longer, so it cannot be a loss again.
        let owed = (debits[.recoverable(account)] ?? 0) - (credits[.recoverable(account)] ?? 0)
        object(shift == 0 || shift < 0 && owed == 0, at, "L5 the loss booked for account \(account) is \(shift) beyond what is made good")
        guard let certified else { return }
        let accounts = desks.accounts(of: person)
        for other in accounts { desks.stories[other]?.settle() }
        let found = accounts.reduce(Entitlement.zero) { $0 + (desks.stories[$1]?.entitlement ?? .zero) }
        object(certified.sums == found, at, "L7 \(person) stays certified for \(certified.sums.total), the labels give \(found.total)")
    }

    // MARK: At the end

    /// Law L2 for each person with labels, and D6 against the books where all is made good.
    mutating func finishDesks() {
        let at = next - 1
        for account in desks.stories.keys { desks.stories[account]!.settle() }
        var persons: [String: [UInt64]] = [:]
        for account in desks.stories.keys { persons[gates.persons[account].map(desks.standing) ?? "", default: []].append(account) }
        for (person, accounts) in persons {
            var (charged, given) = (Int128(0), Int128(0))
            let first = accounts.compactMap { desks.stories[$0]!.firstFraud }.min() ?? .max
            for account in accounts {
                let (story, sums) = (desks.stories[account]!, desks.sums[account] ?? Desks.Sums())
                for charge in story.charges { charged += Int128(charge.amount &- charge.corrected) }
                given += sums.reversed + sums.compensated - sums.recoverable
                given += Int128(total([.exceptionalRefundReleased, .balanceDisposed, .refundReleased, .refundExcluded], account))
                given -= Int128(
                    total([.refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted], account))
                for part in story.parts {
                    let label = story.label(part.payment)
                    if label == .genuine || label == .unknown && part.payment < first { given += Int128(part.amount) }
                }
                let loss = (debits[.fraudLoss(account)] ?? 0) - (credits[.fraudLoss(account)] ?? 0)
                let isDone = story.isWholeMadeGood && !sums.isRepaid
                object(!isDone || loss == Int128(story.netLoss), at, "loss.fraud of account \(account) is \(loss), D6 is \(story.netLoss)")
            }
            object(given <= charged, at, "L2 \(person) charged \(charged) and got, spent or is promised \(given)")
        }
    }
}
