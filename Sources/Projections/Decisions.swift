public import Journal
internal import LMDB
internal import Ledger

/// `decisions`: where the events lie that whoever looks at the acts of operators needs: what was decided, and what names a
/// principal. The events themselves are read from the log.
public struct Decisions: Projection {
    public static let name = "decisions"
    public static let version = 2

    public private(set) var next: UInt64 = 0
    /// position, what (bits of `What`); in the order of the positions.
    private var rows = DenseTable("rows", width: 2)

    /// Why an event stands in the view.
    struct What: OptionSet {
        let rawValue: Int64
        /// Somebody decided something, or it waits for somebody.
        static let decision = What(rawValue: 1)
        /// It says the name of the principal whose ordinal is new, or those of the founders.
        static let name = What(rawValue: 2)
    }

    public init() {}

    public var tables: [DenseTable] {
        get { [rows] }
        set { rows = newValue[0] }
    }

    public mutating func restore(next: UInt64) throws {
        var before: Int64 = -1
        for row in 0..<rows.count {
            guard rows[row, 0] > before, UInt64(rows[row, 0]) < next, (1...3).contains(rows[row, 1]) else { throw ViewError.damaged }
            before = rows[row, 0]
        }
        self.next = next
    }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        var what: What = []
        // Charges and payments without a tail, nearly all there ever is, end here.
        if let kind = event.kind, Self.isDecision(kind) || kind == .refused && event.hasField(.voidDue) { what = .decision }
        if event.hasTail, event.kind == .genesis || event.hasField(.actorName) { what.insert(.name) }
        guard !what.isEmpty else { return }
        let row = rows.count
        rows[row, 0] = Int64(bitPattern: event.position)
        rows[row, 1] = what.rawValue
    }

    /// True of every event of such a kind.
    static func isDecision(_ kind: EventKind) -> Bool {
        switch kind {
        case .policySet, .clockConfirmed, .serviceLaunched, .noticePublished, .accountClosed, .chargeCorrected,
            .exceptionalRefundReleased, .partnerSettled, .partnerFeeBooked, .merchantSettled, .merchantRepaid, .ownerFunded,
            .unmatchedReceived, .unmatchedReturned, .sessionsRevoked, .resetMandated, .controlActivated, .controlLifted,
            .upstreamVoidConfirmed, .proposed, .approved, .withdrawn, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked,
            .personalDataViewed, .personErased, .disputeClosed, .partnerReportMatched, .eventLabelled, .holdOrdered, .holdEnded,
            .victimCertified, .certificationAmended, .certificationRevoked, .accountsLinked, .chargeReversalRequested,
            .chargeReversalRejected, .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable,
            .chargeReversedUnmatched, .unmatchedReversalMatched, .clearingNetted, .clearingPaid, .compensationOffered,
            .compensationFromHold, .compensationFromLoss, .compensationPaid, .compensationReturned, .compensationCancelled,
            .lossRecoverable, .lossReinstated, .recoverableRepaid, .recoverableWaived, .culpritPaid, .ruleSetActivated, .alertCleared,
            .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .legalHoldPlaced, .legalHoldLifted,
            .claimsOpened, .claimsExtended, .claimsClosed, .claimRejected, .lateClaimAccepted, .batchOpened, .batchFileRecorded,
            .batchCancelled, .batchReleased, .batchSent, .resultFileRecorded, .filingRecorded, .securityDeposited, .securityReclaimed,
            .securityGuaranteed, .guaranteeEnded:
            true
        case .genesis, .refused, .clockAdvanced, .accountOpened, .accountLocked, .accountUnlocked, .credentialsReset,
            .balanceDisposed, .chargeSettled, .paymentAccepted, .paymentReversed, .paymentReversedToUnclaimed, .loginSucceeded,
            .loginFailed, .loginsCounted, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered, .sessionRevoked, .continuation, .disputeOpened,
            .partnerReportReceived, .memberContacted, .fraudHeld, .holdReleased, .paymentReversedToHold, .paymentReversedToLoss,
            .alertRaised, .unusedBalanceFixed, .fixingCompleted, .refundHeld, .refundUnheld, .refundExcluded, .exclusionsCompleted,
            .refundClaimed, .identityVerified, .payeeCorrected, .claimWithdrawn, .refundApproved, .refundBatched, .batchCompleted,
            .refundReleased, .releaseCompleted, .payoutConfirmed, .refundReturned, .refundSentBack, .exceptionalRefundReturned,
            .exceptionalRefundSentBack, .fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund:
            false
        }
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next, UInt64(rows.count)])
        hash.add(rows.words.map { UInt64(bitPattern: $0) })
        return hash.finalize()
    }

    // MARK: Reading

    /// Positions before `end` of what was decided and of what names a principal, in order.
    public func positions(before end: UInt64 = .max) -> [UInt64] {
        var found: [UInt64] = []
        for row in 0..<rows.count {
            let position = UInt64(bitPattern: rows[row, 0])
            guard position < end else { break }
            found.append(position)
        }
        return found
    }
}

extension EventView {
    /// True if the tail has such a field. Copies nothing.
    fileprivate func hasField(_ field: Tail.Field) -> Bool {
        var at = Layout.headerSize
        while at + 3 <= bytes.byteCount {
            if bytes.u8(at: at) == field.rawValue { return true }
            at += 3 + Int(bytes.u16(at: at + 1))
        }
        return false
    }
}
