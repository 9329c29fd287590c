public import Journal
internal import LMDB
internal import Ledger

/// `refunds`: what every account is owed since the service ended, and the batches it is paid in. `RefundList` is what it comes to.
/// Until then only what is on its way by exception stands here.
public struct Refunds: Projection {
    public static let name = "refunds"
    public static let version = 1

    public private(set) var next: UInt64 = 0
    /// By member ordinal − 1; the columns are `Column`.
    var accounts = DenseTable("accounts", width: Column.count)
    /// Position of the event that opened the account; negative: it was closed before the service ended, and has no refund.
    var opened = DenseTable("opened", width: 1)
    /// position, account, kind, signed amount.
    var adjustments = DenseTable("adjustments", width: 4)
    /// The columns are `BatchColumn`.
    var batches = DenseTable("batches", width: BatchColumn.count)
    /// Positions of what is about no one account: the end, notices, the window, results, filings, security; links and erasures.
    var papers = DenseTable("papers", width: 1)
    /// Rows: position of the end, the least level of identity, the batch being released.
    var scalars = DenseTable("scalars", width: 1)
    private var batchRows: [UInt64: Int] = [:]

    enum Column {
        static let fixed = 0, adjusted = 1, open = 2, transit = 3, paid = 4, excluded = 5
        /// On its way, and paid, by exception from before the end: no part of the list unless it comes back.
        static let exceptional = 6, exceptionalPaid = 7
        /// Bytes: state, holds, identity, method, channel, 1 = accepted late.
        static let word = 8
        /// The batch it stands in, and the one it was last released in.
        static let batch = 9, released = 10
        static let claimed = 11, claimedAt = 12, last = 13
        static let count = 14
    }

    enum BatchColumn {
        static let position = 0, state = 1, isStale = 2, file = 3, released = 4, sent = 5
        static let paidCount = 6, paidTotal = 7, returnedCount = 8, returnedTotal = 9
        static let count = 10
    }

    enum Scalar { static let terminated = 0, identity = 1, releasing = 2 }

    public init() {
        scalars[Scalar.releasing, 0] = 0
        scalars[Scalar.identity, 0] = 1
    }

    public var tables: [DenseTable] {
        get { [accounts, opened, adjustments, batches, papers, scalars] }
        set { (accounts, opened, adjustments, batches, papers, scalars) = (newValue[0], newValue[1], newValue[2], newValue[3], newValue[4], newValue[5]) }
    }

    public mutating func restore(next: UInt64) throws {
        batchRows = [:]
        for row in 0..<batches.count { batchRows[UInt64(bitPattern: batches[row, BatchColumn.position])] = row }
        guard batchRows.count == batches.count, UInt64(bitPattern: scalars[Scalar.terminated, 0]) < max(1, next) else { throw ViewError.damaged }
        for row in 0..<accounts.count where ShutdownBooks.State(rawValue: UInt8(truncatingIfNeeded: accounts[row, Column.word])) == nil {
            guard accounts[row, Column.word] == 0 else { throw ViewError.damaged }
        }
        self.next = next
    }

    var terminated: UInt64 { UInt64(bitPattern: scalars[Scalar.terminated, 0]) }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        switch event.kind {
        // Nearly all there ever is.
        case .chargeSettled, .paymentAccepted, .loginSucceeded, .paymentReversed, nil: return
        case .accountOpened: opened[Int(event.subject.ordinal) - 1, 0] = Int64(bitPattern: event.position)
        case .accountClosed where terminated == 0: opened[Int(event.subject.ordinal) - 1, 0] *= -1
        case .policySet: scalars[Scalar.identity, 0] = Int64(Policy(reading: event.tail).claimIdentity)
        case .noticePublished, .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .fixingCompleted, .claimsOpened,
            .claimsExtended, .claimsClosed, .resultFileRecorded, .filingRecorded, .securityDeposited, .securityReclaimed,
            .securityGuaranteed, .guaranteeEnded, .accountsLinked, .personErased:
            note(event.position)
        case .serviceTerminated:
            scalars[Scalar.terminated, 0] = Int64(bitPattern: event.position)
            note(event.position)
        case .batchOpened, .batchFileRecorded, .batchCancelled, .batchReleased, .releaseCompleted, .batchSent: takeBatch(event)
        case .unusedBalanceFixed, .refundExcluded, .refundClaimed, .identityVerified, .payeeCorrected, .claimRejected, .claimWithdrawn,
            .refundApproved, .refundBatched, .refundReleased, .refundHeld, .refundUnheld, .legalHoldPlaced, .legalHoldLifted, .lateClaimAccepted,
            .exceptionalRefundReleased, .exceptionalRefundReturned, .exceptionalRefundSentBack, .payoutConfirmed, .refundReturned,
            .refundSentBack, .fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund:
            take(event)
        case .paymentReversedToUnclaimed, .balanceDisposed: if terminated != 0, opened[Int(event.subject.ordinal) - 1, 0] > 0 { take(event) }
        default: return
        }
    }

    private mutating func note(_ position: UInt64) { papers[papers.count, 0] = Int64(bitPattern: position) }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next])
        for table in tables {
            hash.add([UInt64(table.count)])
            hash.add(table.words.map { UInt64(bitPattern: $0) })
        }
        return hash.finalize()
    }

    // MARK: Batches

    private mutating func takeBatch(_ event: EventView) {
        let position = Int64(bitPattern: event.position)
        if event.kind == .batchOpened {
            let row = batches.count
            batches[row, BatchColumn.position] = position
            batches[row, BatchColumn.state] = Int64(ShutdownBooks.BatchState.open.rawValue)
            batchRows[event.position] = row
            return
        }
        let named = event.kind == .releaseCompleted ? UInt64(bitPattern: scalars[Scalar.releasing, 0]) : event.reference
        guard let row = batchRows[named] else { return }
        switch event.kind {
        case .batchFileRecorded: batches[row, BatchColumn.file] = position
        case .batchCancelled:
            batches[row, BatchColumn.state] = Int64(ShutdownBooks.BatchState.cancelled.rawValue)
            for account in 0..<accounts.count where accounts[account, Column.batch] == batches[row, BatchColumn.position] && state(account) == .batched {
                set(account, .approved)
                if batches[row, BatchColumn.isStale] != 0 { unapprove(account) }
            }
        case .batchReleased:
            batches[row, BatchColumn.state] = Int64(ShutdownBooks.BatchState.released.rawValue)
            batches[row, BatchColumn.released] = position
            scalars[Scalar.releasing, 0] = Int64(bitPattern: named)
        case .releaseCompleted: scalars[Scalar.releasing, 0] = 0
        case .batchSent:
            batches[row, BatchColumn.state] = Int64(ShutdownBooks.BatchState.sent.rawValue)
            batches[row, BatchColumn.sent] = position
        default: break
        }
    }

    func wentOut(_ batch: UInt64) -> Bool { batch > 0 && batchRows[batch].map { batches[$0, BatchColumn.released] != 0 } ?? false }

    /// Adds to what the bank has said of a batch.
    mutating func count(_ batch: UInt64, paid: Int64, _ paidCount: Int64, returned: Int64, _ returnedCount: Int64) {
        guard let row = batchRows[batch] else { return }
        batches[row, BatchColumn.paidTotal] += paid
        batches[row, BatchColumn.paidCount] += paidCount
        batches[row, BatchColumn.returnedTotal] += returned
        batches[row, BatchColumn.returnedCount] += returnedCount
    }

    /// A refund that stands in a batch not gone out yet is not what the batch says any more.
    mutating func disturb(_ row: Int) {
        guard state(row) == .batched, let batch = batchRows[UInt64(bitPattern: accounts[row, Column.batch])] else { return }
        batches[batch, BatchColumn.isStale] = 1
    }

    // MARK: One byte of an account's word

    private func byte(_ row: Int, _ index: Int64) -> UInt8 { UInt8(truncatingIfNeeded: accounts[row, Column.word] >> (index * 8)) }

    private mutating func set(_ row: Int, _ index: Int64, _ byte: UInt8) {
        accounts[row, Column.word] = accounts[row, Column.word] & ~(0xFF << (index * 8)) | Int64(byte) << (index * 8)
    }

    func state(_ row: Int) -> ShutdownBooks.State { ShutdownBooks.State(rawValue: byte(row, 0)) ?? .fixed }
    func holds(_ row: Int) -> HoldGrounds { HoldGrounds(rawValue: byte(row, 1)) }
    func identity(_ row: Int) -> UInt8 { byte(row, 2) }
    func method(_ row: Int) -> PayoutMethod? { PayoutMethod(rawValue: byte(row, 3)) }
    func channel(_ row: Int) -> ClaimChannel? { ClaimChannel(rawValue: byte(row, 4)) }
    func isLate(_ row: Int) -> Bool { byte(row, 5) != 0 }

    mutating func set(_ row: Int, _ state: ShutdownBooks.State) { set(row, 0, state.rawValue) }
    mutating func set(_ row: Int, holds: UInt8) { set(row, 1, holds) }
    mutating func set(_ row: Int, identity: UInt8) { set(row, 2, identity) }
    mutating func set(_ row: Int, method: UInt8) { set(row, 3, method) }
    mutating func set(_ row: Int, channel: UInt8) { set(row, 4, channel) }
    mutating func setLate(_ row: Int) { set(row, 5, 1) }
}
