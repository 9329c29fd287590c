internal import Journal
internal import Ledger

/// One account's event.
extension Refunds {
    mutating func take(_ event: EventView) {
        let (row, amount) = (Int(event.subject.ordinal) - 1, event.amount)
        guard row >= 0, let kind = event.kind else { return }
        accounts[row, Column.last] = Int64(bitPattern: event.position)
        if accounts[row, Column.word] == 0 { set(row, .fixed) }
        switch kind {
        case .unusedBalanceFixed:
            accounts[row, Column.fixed] = amount
            accounts[row, Column.open] += amount
        case .refundExcluded:
            accounts[row, Column.open] -= amount
            accounts[row, Column.excluded] += amount
            set(row, .excluded)
        case .lateClaimAccepted:
            accounts[row, Column.excluded] -= amount
            accounts[row, Column.open] += amount
            setLate(row)
            moved(row)
        case .paymentReversedToUnclaimed, .balanceDisposed:
            accounts[row, Column.excluded] += amount
            adjust(row, event, amount)
        case .fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund:
            let signed = kind == .fraudHeldFromRefund ? -amount : amount
            accounts[row, Column.open] += signed
            adjust(row, event, signed)
            moved(row)
        case .refundHeld, .refundUnheld:
            set(row, holds: event.tail.bytes(.holdGrounds)?.first ?? 0)
            if kind == .refundHeld { disturb(row) }
        case .exceptionalRefundReleased: accounts[row, Column.exceptional] += amount
        case .exceptionalRefundReturned: accounts[row, Column.exceptional] -= amount
        case .exceptionalRefundSentBack: accounts[row, Column.exceptionalPaid] -= amount
        case .refundReleased:
            accounts[row, Column.open] -= amount
            accounts[row, Column.transit] += amount
            accounts[row, Column.released] = accounts[row, Column.batch]
            set(row, .released)
        case .payoutConfirmed: confirm(row, event)
        case .refundReturned, .refundSentBack: bringBack(row, event)
        case .legalHoldPlaced, .legalHoldLifted: break
        default: takeClaim(row, event, kind)
        }
    }

    private mutating func takeClaim(_ row: Int, _ event: EventView, _ kind: EventKind) {
        let tail = event.tail
        switch kind {
        case .refundClaimed:
            set(row, method: tail.bytes(.payoutMethod)?.first ?? 0)
            set(row, channel: tail.bytes(.claimChannel)?.first ?? 0)
            set(row, identity: 0)
            set(row, .claimed)
            accounts[row, Column.claimed] = Int64(bitPattern: event.position)
            accounts[row, Column.claimedAt] = event.recordedAt.microseconds
        case .identityVerified:
            let level = tail.bytes(.identityLevel)?.first ?? 0
            set(row, identity: max(identity(row), level))
            if state(row) == .claimed, Int64(level) >= scalars[Scalar.identity, 0] { set(row, .verified) }
        case .payeeCorrected:
            set(row, method: tail.bytes(.payoutMethod)?.first ?? 0)
            unapprove(row)
        case .claimRejected, .claimWithdrawn: set(row, .fixed)
        case .refundApproved: set(row, .approved)
        case .refundBatched:
            accounts[row, Column.batch] = Int64(bitPattern: event.reference)
            set(row, .batched)
        default: break
        }
    }

    private mutating func adjust(_ row: Int, _ event: EventView, _ signed: Int64) {
        guard signed != 0 else { return }
        accounts[row, Column.adjusted] += signed
        let line = adjustments.count
        adjustments[line, 0] = Int64(bitPattern: event.position)
        adjustments[line, 1] = Int64(bitPattern: event.subject.ordinal)
        adjustments[line, 2] = Int64(event.kind?.rawValue ?? 0)
        adjustments[line, 3] = signed
    }

    /// What was agreed to is no longer what would be paid.
    mutating func unapprove(_ row: Int) {
        guard state(row) == .approved || state(row) == .returned else { return }
        set(row, Int64(identity(row)) >= scalars[Scalar.identity, 0] ? .verified : .claimed)
    }

    /// The liability moved otherwise than by its own procedure.
    private mutating func moved(_ row: Int) {
        disturb(row)
        switch state(row) {
        case .approved: unapprove(row)
        case .paid where accounts[row, Column.open] > 0: set(row, .verified)
        case .excluded where accounts[row, Column.open] > 0: set(row, .fixed)
        default: break
        }
    }

    // MARK: The bank's word

    /// How much of a payout is the refund's: where the bank's word names a batch, first that; else first what went by exception.
    private func split(_ amount: Int64, _ refund: Int64, _ exceptional: Int64, namesBatch: Bool) -> (refund: Int64, exceptional: Int64) {
        if namesBatch {
            let part = min(amount, refund)
            return (part, amount - part)
        }
        let part = min(amount, exceptional)
        return (amount - part, part)
    }

    /// The batch the bank speaks of, if it went out at all, or the one this refund last went out in.
    private func batch(_ row: Int, _ event: EventView) -> UInt64 {
        wentOut(event.reference) ? event.reference : UInt64(bitPattern: accounts[row, Column.released])
    }

    private mutating func confirm(_ row: Int, _ event: EventView) {
        let part = split(event.amount, accounts[row, Column.transit], accounts[row, Column.exceptional], namesBatch: event.reference > 0)
        accounts[row, Column.transit] -= part.refund
        accounts[row, Column.paid] += part.refund
        accounts[row, Column.exceptional] -= part.exceptional
        accounts[row, Column.exceptionalPaid] += part.exceptional
        let isWhole = accounts[row, Column.transit] == 0
        if part.refund > 0 { count(batch(row, event), paid: part.refund, isWhole ? 1 : 0, returned: 0, 0) }
        guard terminated != 0, state(row) == .released, isWhole, accounts[row, Column.exceptional] == 0 else { return }
        set(row, accounts[row, Column.open] > 0 ? .verified : .paid)
    }

    private mutating func bringBack(_ row: Int, _ event: EventView) {
        let isPaid = event.kind == .refundSentBack
        let (mine, other) = isPaid ? (Column.paid, Column.exceptionalPaid) : (Column.transit, Column.exceptional)
        let part = split(event.amount, accounts[row, mine], accounts[row, other], namesBatch: event.reference > 0)
        accounts[row, mine] -= part.refund
        accounts[row, other] -= part.exceptional
        accounts[row, Column.open] += event.amount
        adjust(row, event, part.exceptional)
        if part.refund > 0 {
            let whole: Int64 = accounts[row, mine] == 0 ? 1 : 0
            count(batch(row, event), paid: isPaid ? -part.refund : 0, isPaid ? -whole : 0, returned: part.refund, whole)
        }
        switch state(row) {
        case .released, .paid: set(row, .returned)
        case .batched: disturb(row)
        case .approved: unapprove(row)
        case .excluded: set(row, .fixed)
        case .fixed, .claimed, .verified, .returned: break
        }
    }
}
