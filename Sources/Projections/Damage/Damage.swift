public import Journal
internal import LMDB
internal import Ledger

/// `damage`: where the events lie that whoever looks at damage needs: those of the fraud, damage and compensation desks,
/// proposals and approvals, and every later event of an account of which something was judged; and where each account was
/// opened. The events themselves are read from the log: `Cases` is what they come to.
public struct Damage: Projection {
    public static let name = "damage"
    public static let version = 1

    public private(set) var next: UInt64 = 0
    /// position, account (0 = none) × 8 + what (bits of `What`); in the order of the positions.
    private var rows = DenseTable("rows", width: 2)
    /// Position of the event that opened the account.
    private var opened = DenseTable("opened", width: 1)
    /// Accounts with a label.
    private var judged: Set<UInt64> = []

    /// Why an event stands in the view.
    struct What: OptionSet {
        let rawValue: Int64
        /// It is of one of the desks, or proposes or approves something.
        static let desk = What(rawValue: 1)
        /// Something of its account was judged before.
        static let later = What(rawValue: 2)
        /// It judges something of its account.
        static let label = What(rawValue: 4)
    }

    public init() {}

    public var tables: [DenseTable] {
        get { [rows, opened] }
        set { (rows, opened) = (newValue[0], newValue[1]) }
    }

    public mutating func restore(next: UInt64) throws {
        var before: Int64 = -1
        judged = []
        for row in 0..<rows.count {
            guard rows[row, 0] > before, UInt64(rows[row, 0]) < next, what(row).rawValue != 0, rows[row, 1] >= 0 else { throw ViewError.damaged }
            before = rows[row, 0]
            if what(row).contains(.label) { judged.insert(account(row)) }
        }
        self.next = next
    }

    private func what(_ row: Int) -> What { What(rawValue: rows[row, 1] & 7) }
    private func account(_ row: Int) -> UInt64 { UInt64(bitPattern: rows[row, 1] >> 3) }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        guard let kind = event.kind else { return }
        let account = event.subject.memberOrdinal ?? 0
        var what: What = Self.isDesk(kind) ? .desk : []
        // Of charges and payments, nearly all there ever is, only a victim's are more than this.
        if account != 0, !judged.isEmpty, judged.contains(account) { what.insert(.later) }
        if kind == .accountOpened, account != 0 { opened[Int(account) - 1, 0] = Int64(bitPattern: event.position) }
        guard !what.isEmpty else { return }
        if kind == .eventLabelled, account != 0 {
            what.insert(.label)
            judged.insert(account)
        }
        let row = rows.count
        rows[row, 0] = Int64(bitPattern: event.position)
        rows[row, 1] = Int64(bitPattern: account << 3) | what.rawValue
    }

    /// True of every event of such a kind.
    static func isDesk(_ kind: EventKind) -> Bool {
        switch kind {
        case .proposed, .approved, .withdrawn, .disputeOpened, .disputeClosed, .partnerReportReceived, .partnerReportMatched,
            .memberContacted, .eventLabelled, .holdOrdered, .holdEnded, .fraudHeld, .holdReleased, .victimCertified,
            .certificationAmended, .certificationRevoked, .accountsLinked, .paymentReversedToHold, .paymentReversedToLoss,
            .chargeReversalRequested, .chargeReversalRejected, .chargeReversedFromHold, .chargeReversedFromLoss,
            .chargeReversedFromRecoverable, .chargeReversedUnmatched, .unmatchedReversalMatched, .clearingNetted, .clearingPaid,
            .compensationOffered, .compensationFromHold, .compensationFromLoss, .compensationPaid, .compensationReturned,
            .compensationCancelled, .lossRecoverable, .lossReinstated, .recoverableRepaid, .recoverableWaived, .culpritPaid,
            .ruleSetActivated, .alertRaised, .alertCleared, .fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund:
            true
        case .genesis, .refused, .policySet, .clockAdvanced, .clockConfirmed, .serviceLaunched, .noticePublished, .accountOpened,
            .accountLocked, .accountUnlocked, .credentialsReset, .accountClosed, .balanceDisposed, .chargeSettled, .chargeCorrected,
            .paymentAccepted, .paymentReversed, .paymentReversedToUnclaimed, .exceptionalRefundReleased, .partnerSettled,
            .partnerFeeBooked, .merchantSettled, .merchantRepaid, .ownerFunded, .unmatchedReceived, .unmatchedReturned, .loginSucceeded,
            .loginFailed, .loginsCounted, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered, .sessionRevoked, .sessionsRevoked, .resetMandated,
            .controlActivated, .controlLifted, .upstreamVoidConfirmed, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked,
            .personalDataViewed, .personErased, .continuation, .terminationDecided, .terminationRescheduled,
            .terminationWithdrawn, .serviceTerminated, .unusedBalanceFixed, .fixingCompleted, .legalHoldPlaced, .legalHoldLifted,
            .refundHeld, .refundUnheld, .claimsOpened, .claimsExtended, .claimsClosed, .refundExcluded, .exclusionsCompleted,
            .refundClaimed, .identityVerified, .payeeCorrected, .claimRejected, .claimWithdrawn, .refundApproved, .lateClaimAccepted,
            .batchOpened, .refundBatched, .batchCompleted, .batchFileRecorded, .batchCancelled, .batchReleased, .refundReleased,
            .releaseCompleted, .batchSent, .payoutConfirmed, .refundReturned, .refundSentBack, .exceptionalRefundReturned,
            .exceptionalRefundSentBack, .resultFileRecorded, .filingRecorded, .securityDeposited, .securityReclaimed,
            .securityGuaranteed, .guaranteeEnded:
            false
        }
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next, UInt64(rows.count), UInt64(opened.count)])
        for table in tables { hash.add(table.words.map { UInt64(bitPattern: $0) }) }
        return hash.finalize()
    }

    // MARK: Reading

    /// Where to look for what was known before a position.
    struct Places: Sendable {
        /// Of the desks' events, in order.
        var events: [UInt64] = []
        /// Of the last event before the cut of each account of which something had been judged by then.
        var lastOfJudged: [UInt64: UInt64] = [:]
    }

    /// What lies before `end`. O(rows).
    func places(before end: UInt64) -> Places {
        var places = Places()
        for row in 0..<rows.count {
            let position = UInt64(bitPattern: rows[row, 0])
            guard position < end else { break }
            let what = what(row)
            if what.contains(.desk) { places.events.append(position) }
            if !what.isDisjoint(with: [.label, .later]) { places.lastOfJudged[account(row)] = position }
        }
        return places
    }

    /// Position of the event that opened an account; `nil` if there is none.
    func opening(of account: UInt64) -> UInt64? {
        guard account >= 1, account <= UInt64(opened.count), opened[Int(account) - 1, 0] != 0 else { return nil }
        return UInt64(bitPattern: opened[Int(account) - 1, 0])
    }
}
