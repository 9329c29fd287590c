public import Journal
internal import Ledger

extension RefundList {
    /// Every event of one account that has to do with its refund, oldest first, along the account's back-chain: from its fixing, or
    /// from what went out by exception before. O(events of the account).
    @available(*, noasync)
    public func history(of account: UInt64, _ log: Log) throws -> [HistoryLine] {
        guard let row = row(account) else { return [] }
        var lines: [HistoryLine] = []
        try log.lookUp { event in
            var at = row.last
            while at > 0, let found = try event(at) {
                if let line = Self.line(found) { lines.append(line) }
                at = found.previous
            }
        }
        return lines.reversed()
    }

    private static func line(_ event: Event) -> HistoryLine? {
        guard let (text, sign) = words(event) else { return nil }
        return HistoryLine(
            position: event.position, recordedAt: event.recordedAt, kind: event.kind, amount: sign == 0 ? nil : sign * event.stepAmount,
            actor: event.actor, text: text)
    }

    /// What an event says, and the sign of its amount; `nil` if it has nothing to do with the refund.
    private static func words(_ event: Event) -> (String, Int64)? {
        let tail = event.tail
        func method() -> String { tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:))?.name ?? "?" }
        func because() -> String { tail.text(.reason).map { ": \($0)" } ?? "" }
        func batch() -> String { event.reference > 0 ? " in batch \(event.reference)" : "" }
        switch event.kind {
        case .exceptionalRefundReleased: return ("refunded by exception, on its way", -1)
        case .exceptionalRefundReturned: return ("the exceptional refund could not be paid out, back on the account", 1)
        case .exceptionalRefundSentBack: return ("the exceptional refund was sent back, back on the account", 1)
        case .unusedBalanceFixed: return ("fixed at the end of the service", 1)
        case .refundHeld:
            let grounds = HoldGrounds(rawValue: tail.bytes(.holdGrounds)?.first ?? 0)
            return ("held for \(grounds.names.joined(separator: ", "))", 0)
        case .refundUnheld: return ("no longer held", 0)
        case .legalHoldPlaced: return ("put under a legal hold" + because(), 0)
        case .legalHoldLifted: return ("legal hold lifted" + because(), 0)
        case .refundClaimed:
            let channel = tail.bytes(.claimChannel)?.first.flatMap(ClaimChannel.init(rawValue:))?.name ?? "?"
            return ("claimed by \(tail.text(.person) ?? "?") by \(channel), to be paid by \(method())", 0)
        case .identityVerified:
            let how = tail.bytes(.identityMethod)?.first.flatMap(IdentityMethod.init(rawValue:))?.name ?? "?"
            return ("identity shown by \(how), level \(tail.bytes(.identityLevel)?.first ?? 0)", 0)
        case .payeeCorrected: return ("payee corrected, to be paid by \(method())", 0)
        case .claimRejected: return ("claim rejected" + because(), 0)
        case .claimWithdrawn: return ("claim withdrawn" + because(), 0)
        case .refundApproved: return ("approved", 1)
        case .refundBatched: return ("put into batch \(event.reference)", 1)
        case .refundReleased: return ("released, on its way", -1)
        case .payoutConfirmed: return ("paid out" + batch(), -1)
        case .refundReturned: return ("could not be paid out" + batch() + because(), 1)
        case .refundSentBack: return ("paid and sent back" + batch() + because(), 1)
        case .refundExcluded: return ("excluded, not claimed in time", -1)
        case .lateClaimAccepted: return ("accepted though excluded", 1)
        case .fraudHeldFromRefund: return ("held as charge \(event.reference) was a fraud", -1)
        case .holdReleasedToRefund: return ("what was held of charge \(event.reference) is owed again", 1)
        case .paymentReversedToRefund: return ("payment \(event.reference) given back by the store", 1)
        case .paymentReversedToUnclaimed: return ("payment \(event.reference) given back by the store, too late to be refunded", 1)
        case .balanceDisposed: return ("left unclaimed on the closed account", -1)
        default: return nil
        }
    }
}
