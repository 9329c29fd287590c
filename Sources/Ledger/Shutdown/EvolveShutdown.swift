extension Books {
    /// Takes in an event of the shutdown desk.
    mutating func shutdown(_ event: Event) {
        let account = event.subject.memberOrdinal ?? 0
        switch event.kind {
        case .terminationDecided: shutdown.decided = ShutdownBooks.Decided(position: event.position, effectiveAt: event.effectiveAt)
        case .terminationRescheduled: shutdown.decided?.effectiveAt = event.effectiveAt
        case .terminationWithdrawn: shutdown.decided = nil
        case .serviceTerminated:
            shutdown.terminated = event.position
            shutdown.refunds = Array(repeating: ShutdownBooks.Refund(), count: members.count)
            open(event)
        case .claimsOpened:
            shutdown.window = ShutdownBooks.Window(position: event.position, from: event.effectiveAt, until: event.lastDay.end)
        case .claimsExtended: shutdown.window?.until = event.lastDay.end
        case .claimsClosed:
            shutdown.window?.isClosed = true
            open(event)
        case .legalHoldPlaced: shutdown.legalHolds.insert(account)
        case .legalHoldLifted: shutdown.legalHolds.remove(account)
        case .refundHeld, .refundUnheld:
            change(account) { $0.holds = HoldGrounds(rawValue: event.tail.bytes(.holdGrounds)?.first ?? 0) }
            if event.kind == .refundHeld { disturb(account) } else { giveTime(account, from: event.recordedAt) }
        case .unusedBalanceFixed: change(account) { $0.fixed = event.amount }
        case .refundExcluded:
            change(account) { $0.state = .excluded }
            setOwnWindow(account, nil)
        case .refundClaimed: claimed(event, account)
        case .identityVerified:
            let level = event.tail.bytes(.identityLevel)?.first ?? 0
            changeClaim(account) { $0.identity = max($0.identity, level) }
            if shutdown.refunds[Int(account) - 1].state == .claimed, level >= policy.claimIdentity { change(account) { $0.state = .verified } }
        case .payeeCorrected:
            let method = event.tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:)) ?? .bank
            changeClaim(account) { $0.method = method }
            unapprove(account)
        case .claimRejected:
            change(account) { $0.state = .fixed }
            giveTime(account, from: event.recordedAt)
        case .claimWithdrawn:
            change(account) { $0.state = .fixed }
            // Over at once; but held, or with nothing left, there is nothing to exclude.
            let isOver = shutdown.window?.isClosed == true && (shutdown.refund(account)?.open ?? 0) > 0 && grounds(of: account).isEmpty
            if isOver { setOwnWindow(account, event.recordedAt) }
        case .refundApproved:
            let number = agreedNumber(event.tail.actors(.agreedBy))
            changeClaim(account) { $0.agreed = number }
            change(account) { $0.state = .approved }
        case .batchOpened:
            guard let size = event.actSize else { preconditionFailure("a batch says its size") }
            shutdown.batches[event.position] = ShutdownBooks.Batch(
                method: event.tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:)) ?? .bank, opener: event.actor,
                date: event.day, size: size)
            open(event)
        case .refundBatched:
            change(account) { $0.state = .batched }
            changeClaim(account) { $0.batch = event.reference }
            if let agreed = shutdown.claim(account)?.agreed, agreed > 0 { shutdown.batches[event.reference]?.agreed.insert(agreed) }
        case .batchFileRecorded:
            shutdown.batches[event.reference]?.file = event.tail.bytes(.contentHash).map(Array.init) ?? []
            shutdown.batches[event.reference]?.recorder = event.actor
        case .batchCancelled: cancel(event.reference)
        case .batchReleased:
            shutdown.batches[event.reference]?.state = .released
            shutdown.releasing = event.reference
            open(event)
        case .batchSent: shutdown.batches[event.reference]?.state = .sent
        case .refundReleased: change(account) { $0.state = .released }
        case .payoutConfirmed, .refundReturned, .refundSentBack: answered(event, account)
        case .paymentReversedToRefund, .holdReleasedToRefund, .fraudHeldFromRefund, .lateClaimAccepted: adjusted(event, account)
        case .filingRecorded:
            if event.tail.bytes(.filingKind)?.first == FilingKind.reclaimApproval.rawValue {
                shutdown.reclaimable[event.position] = event.tail.number(.sum) ?? 0
            }
        case .securityReclaimed, .guaranteeEnded:
            let sum = event.kind == .guaranteeEnded ? event.tail.number(.sum) ?? 0 : event.amount
            shutdown.reclaimable[event.reference, default: 0] -= sum
            if event.kind == .guaranteeEnded { shutdown.guarantee -= sum }
        case .securityGuaranteed: shutdown.guarantee += event.tail.number(.sum) ?? 0
        default: break
        }
        advance(event)
    }

    // MARK: Large acts

    private mutating func open(_ event: Event) {
        guard let kind = event.kind.opensAct, let size = event.actSize else { preconditionFailure("an act says its size") }
        shutdown.act = LargeAct(kind, opened: event.position, size: size)
    }

    private mutating func advance(_ event: Event) {
        guard let act = shutdown.act else { return }
        if event.kind.stepOfAct == act.kind {
            shutdown.act?.done += 1
            shutdown.act?.doneTotal += event.stepAmount
            shutdown.act?.cursor = event.subject.ordinal
        } else if event.kind.closesAct {
            shutdown.act = nil
            if act.kind == .releasing { shutdown.releasing = 0 }
            if act.kind == .fixing { findHolds() }
        }
    }

    // MARK: One refund

    private mutating func change(_ account: UInt64, _ body: (inout ShutdownBooks.Refund) -> Void) {
        guard account >= 1, account <= UInt64(shutdown.refunds.count) else { return }
        body(&shutdown.refunds[Int(account) - 1])
    }

    private mutating func changeClaim(_ account: UInt64, _ body: (inout ShutdownBooks.Claim) -> Void) {
        guard let number = shutdown.refund(account)?.claim, number > 0 else { return }
        body(&shutdown.claims[Int(number) - 1])
    }

    private mutating func claimed(_ event: Event, _ account: UInt64) {
        let method = event.tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:)) ?? .bank
        let claim = ShutdownBooks.Claim(account: account, method: method, taker: event.tail.actors(.agreedBy).first ?? event.actor)
        if let number = shutdown.refund(account)?.claim, number > 0 {
            shutdown.claims[Int(number) - 1] = claim
        } else {
            shutdown.claims.append(claim)
            let number = UInt32(shutdown.claims.count)
            change(account) { $0.claim = number }
        }
        change(account) { $0.state = .claimed }
        setOwnWindow(account, nil)
    }

    /// What was agreed to is no longer what would be paid.
    private mutating func unapprove(_ account: UInt64) {
        guard let state = shutdown.refund(account)?.state, state == .approved || state == .returned else { return }
        let isVerified = shutdown.claim(account).map { $0.identity >= policy.claimIdentity } ?? false
        change(account) { $0.state = isVerified ? .verified : .claimed }
    }

    /// A refund that stands in a batch not gone out yet is not what the batch says any more.
    private mutating func disturb(_ account: UInt64) {
        guard shutdown.refund(account)?.state == .batched, let batch = shutdown.claim(account)?.batch else { return }
        shutdown.batches[batch]?.isStale = true
    }

    /// The liability moved otherwise than by its own procedure.
    private mutating func adjusted(_ event: Event, _ account: UInt64) {
        guard let refund = shutdown.refund(account) else { return }
        disturb(account)
        switch refund.state {
        case .approved: unapprove(account)
        case .paid where refund.open > 0: change(account) { $0.state = .verified }
        case .excluded where refund.open > 0: change(account) { $0.state = .fixed }
        default: break
        }
        if refund.open == 0 { setOwnWindow(account, nil) } else { giveTime(account, from: event.recordedAt) }
    }

    /// The bank answered for a payout.
    private mutating func answered(_ event: Event, _ account: UInt64) {
        guard let refund = shutdown.refund(account) else { return }
        if event.kind == .payoutConfirmed {
            guard refund.state == .released, balance(.payoutInTransit(account)) == 0 else { return }
            change(account) { $0.state = refund.open > 0 ? .verified : .paid }
            return
        }
        switch refund.state {
        case .released, .paid: change(account) { $0.state = .returned }
        // An exceptional refund from before the end, or an earlier payout, came back: there is more to pay than was agreed to.
        case .batched: disturb(account)
        case .approved: unapprove(account)
        case .excluded:
            change(account) { $0.state = .fixed }
            giveTime(account, from: event.recordedAt)
        case .fixed: giveTime(account, from: event.recordedAt)
        case .claimed, .verified, .returned: break
        }
    }

    private mutating func cancel(_ position: UInt64) {
        shutdown.batches[position]?.state = .cancelled
        let isStale = shutdown.batches[position]?.isStale ?? false
        for claim in shutdown.claims where claim.batch == position && shutdown.refunds[Int(claim.account) - 1].state == .batched {
            change(claim.account) { $0.state = .approved }
            // Some of them changed; all are looked at again.
            if isStale { unapprove(claim.account) }
        }
    }

    private mutating func agreedNumber(_ actors: [UInt32]) -> UInt32 {
        let set = actors.sorted()
        if let last = shutdown.agreed.last, last == set { return UInt32(shutdown.agreed.count) }
        if let index = shutdown.agreed.firstIndex(of: set) { return UInt32(index) + 1 }
        shutdown.agreed.append(set)
        return UInt32(shutdown.agreed.count)
    }

    // MARK: Time to claim

    /// Sixty days from now, where the window alone would leave less.
    private mutating func giveTime(_ account: UInt64, from instant: Instant) {
        guard let refund = shutdown.refund(account), refund.state == .fixed, refund.open > 0, let window = shutdown.window else { return }
        // Held, its time to claim stands still; it begins with the end of the hold.
        guard grounds(of: account).isEmpty else { return }
        let end = ClaimDays.end(after: instant)
        if end > window.until { setOwnWindow(account, end) }
    }

    private mutating func setOwnWindow(_ account: UInt64, _ end: Instant?) {
        let before = shutdown.ownWindows[account]
        guard before != end else { return }
        shutdown.ownWindows[account] = end
        if let end, end < shutdown.earliestOwn {
            shutdown.earliestOwn = end
        } else if before == shutdown.earliestOwn {
            shutdown.earliestOwn = shutdown.ownWindows.values.min() ?? Instant(microseconds: .max)
        }
    }

    // MARK: Holds

    /// Compares what is recorded of an account's hold with what should be, after anything that may have changed it.
    mutating func lookAtHolds(_ event: Event) {
        guard shutdown.isTerminated, shutdown.act == nil || shutdown.act?.kind != .fixing, let account = event.subject.memberOrdinal else { return }
        switch event.kind {
        case .disputeOpened, .disputeClosed, .alertRaised, .legalHoldPlaced, .legalHoldLifted, .refundHeld, .refundUnheld, .refundReleased,
            .refundExcluded, .lateClaimAccepted, .paymentReversedToRefund, .fraudHeldFromRefund, .holdReleasedToRefund, .refundReturned,
            .refundSentBack:
            lookAtHold(account)
        case .eventLabelled, .victimCertified, .certificationAmended, .certificationRevoked, .accountsLinked, .chargeReversedFromHold,
            .chargeReversedFromLoss, .compensationFromHold, .compensationFromLoss, .compensationPaid, .compensationReturned,
            .compensationCancelled, .lossRecoverable, .lossReinstated:
            for account in accounts(ofPerson: standing(of: account)) { lookAtHold(account) }
        case .alertCleared: lookAtHold(account)
        default: break
        }
    }

    mutating func lookAtHold(_ account: UInt64) {
        guard let refund = shutdown.refund(account) else { return }
        let wanted = grounds(of: account)
        if refund.holds == wanted { shutdown.holdsDue.remove(account) } else { shutdown.holdsDue.insert(account) }
        // Held, its time to claim stands still.
        if !wanted.isEmpty { setOwnWindow(account, nil) }
    }

    /// After the last fixing: whoever has a reason to wait.
    private mutating func findHolds() {
        var accounts = Set(damage.openDisputes.keys).union(damage.openAlerts.keys).union(shutdown.legalHolds)
        for person in Set(damage.frauds.keys.map { standing(of: $0) }).union(damage.certifications.keys) { accounts.formUnion(self.accounts(ofPerson: person)) }
        for account in accounts { lookAtHold(account) }
    }
}

extension Event {
    /// The last day of a time to claim.
    public var lastDay: Day { Day(number: Int32(truncatingIfNeeded: tail.number(.lastDay) ?? 0)) }
    public var day: Day { Day(number: Int32(truncatingIfNeeded: tail.number(.day) ?? 0)) }
}

extension Tail {
    mutating func add(_ field: Field, actors: [UInt32]) {
        add(field, bytes: actors.flatMap { actor in (0..<4).map { UInt8(truncatingIfNeeded: actor >> UInt32(8 * $0)) } })
    }

    /// Ordinals of actors.
    public func actors(_ field: Field) -> [UInt32] {
        guard let bytes = bytes(field) else { return [] }
        return stride(from: bytes.startIndex, to: bytes.endIndex - 3, by: 4).map { start in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
        }
    }
}
