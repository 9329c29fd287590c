internal import Journal
public import Ledger

/// The refund list (払戻し対象一覧) as of a position: who is owed what since the service ended, and what became of it.
public struct RefundList: Equatable, Sendable {
    /// Events strictly before its position count.
    public internal(set) var cut: ReportCut
    /// The end as decided and not withdrawn; also once it was carried out.
    public internal(set) var decided: Decided?
    /// `nil` while the service runs.
    public internal(set) var terminated: Terminated?
    public internal(set) var window: Window?
    public internal(set) var notices: [Notice] = []
    /// Every account with a refund, or with anything that moved one, by account.
    public internal(set) var rows: [Row] = []
    /// What moved the liability otherwise than by its own procedure, one by one.
    public internal(set) var adjustments: [Adjustment] = []
    public internal(set) var batches: [Batch] = []
    public internal(set) var totals = Totals()

    public struct Decided: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        /// The instant the service is to end at, as last rescheduled.
        public var effectiveAt: Instant
    }

    public struct Terminated: Equatable, Sendable {
        /// Of `serviceTerminated`, and of `fixingCompleted`.
        public let position: UInt64
        public let completed: UInt64
        public let recordedAt: Instant
        public let effectiveAt: Instant
        /// What it fixed: accounts, sum, and SHA-256 over the fixings.
        public let size: ActSize
    }

    /// The time to claim (申出期間).
    public struct Window: Equatable, Sendable {
        public let position: UInt64
        public let from: Instant
        public var last: Day
        /// Of the event that closed it; 0 = it is open.
        public var closed: UInt64 = 0
    }

    public struct Notice: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        public let kind: NoticeKind
        public let place: String
        public let contentHash: [UInt8]
    }

    /// One account. Minor units throughout; fixed + adjustments = open + inTransit + paid + excluded.
    public struct Row: Equatable, Sendable {
        public let account: UInt64
        /// As the opening names the holder.
        public internal(set) var person = ""
        public internal(set) var isErased = false
        public internal(set) var state = ShutdownBooks.State.fixed
        public internal(set) var holds = HoldGrounds()
        /// Of the last claim, as last corrected.
        public internal(set) var method: PayoutMethod?
        public internal(set) var channel: ClaimChannel?
        public internal(set) var identity: UInt8 = 0
        /// Of the last claim; 0 = never claimed.
        public internal(set) var claimed: UInt64 = 0
        public internal(set) var claimedAt: Instant?
        /// Excluded once, and accepted all the same.
        public internal(set) var isLate = false
        /// The batch it stands in or last stood in; 0 = none.
        public internal(set) var batch: UInt64 = 0
        public internal(set) var fixed: Int64 = 0
        public internal(set) var adjustments: Int64 = 0
        public internal(set) var open: Int64 = 0
        public internal(set) var inTransit: Int64 = 0
        public internal(set) var paid: Int64 = 0
        public internal(set) var excluded: Int64 = 0
        /// Of its last event that has to do with the refund.
        public internal(set) var last: UInt64 = 0

        public init(account: UInt64) { self.account = account }

        public var isHeld: Bool { !holds.isEmpty && open > 0 }
        /// The state's name; `held` where what is left to pay waits.
        public var stateName: String { isHeld ? "held" : state.name }
        /// What the open liability counts as: held, then claimed and not paid, then not claimed.
        public var bucket: Bucket {
            if isHeld { return .held }
            switch state {
            case .claimed, .verified, .approved, .batched, .released, .returned: return .claimedNotPaid
            case .fixed, .paid, .excluded: return .open
            }
        }
    }

    public enum Bucket: UInt8, Named, Sendable {
        case paid = 1
        /// Released, and neither paid nor returned yet.
        case inFlight = 2
        case excluded = 3
        case held = 4
        case claimedNotPaid = 5
        case open = 6
    }

    /// A signed change of the liability after it was fixed.
    public struct Adjustment: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        public let account: UInt64
        public let kind: EventKind
        public let amount: Int64
    }

    public struct Batch: Equatable, Sendable {
        public let position: UInt64
        public let method: PayoutMethod
        /// The day of the transfer.
        public let date: Day
        public let size: ActSize
        public internal(set) var state: ShutdownBooks.BatchState
        /// A refund in it changed or was held since: it cannot go out.
        public internal(set) var isStale = false
        /// The bank's file, once made.
        public internal(set) var file: File?
        public internal(set) var released: UInt64 = 0
        public internal(set) var sent: UInt64 = 0
        public internal(set) var paid = Sum()
        public internal(set) var returned = Sum()
        public internal(set) var results: [Result] = []
        /// Released, and the bank has not said what became of it.
        public var open: Sum {
            released == 0
                ? Sum() : Sum(count: size.count - paid.count - returned.count, total: size.total - paid.total - returned.total)
        }

        public struct File: Equatable, Sendable {
            public let position: UInt64
            public let format: FileFormat
            public let contentHash: [UInt8]
            public let bytes: Int64
        }

        public struct Result: Equatable, Sendable {
            public let position: UInt64
            public let contentHash: [UInt8]
            public let paid: Int64
            public let returned: Int64
        }
    }

    public struct Sum: Equatable, Sendable {
        public internal(set) var count: Int64
        public internal(set) var total: Int64
        public init(count: Int64 = 0, total: Int64 = 0) { (self.count, self.total) = (count, total) }
    }

    /// Accounts, the people they belong to (linked persons count once), and yen.
    public struct Figure: Equatable, Sendable {
        public internal(set) var accounts = 0
        public internal(set) var people = 0
        public internal(set) var sum: Int64 = 0
        public init() {}
    }

    public struct Totals: Equatable, Sendable {
        /// What the termination fixed; it never moves.
        public internal(set) var fixed = Figure()
        /// Accounts with an adjustment, and the signed sum.
        public internal(set) var adjustments = Figure()
        public internal(set) var paid = Figure()
        public internal(set) var inFlight = Figure()
        public internal(set) var excluded = Figure()
        public internal(set) var held = Figure()
        public internal(set) var claimedNotPaid = Figure()
        /// Not claimed, and not held.
        public internal(set) var open = Figure()

        /// domain §4.4, INV-13: every yen that was fixed or added is somewhere, once.
        public var ties: Bool {
            fixed.sum + adjustments.sum == paid.sum + inFlight.sum + excluded.sum + held.sum + claimedNotPaid.sum + open.sum
        }

        public subscript(bucket: Bucket) -> Figure {
            switch bucket {
            case .paid: paid
            case .inFlight: inFlight
            case .excluded: excluded
            case .held: held
            case .claimedNotPaid: claimedNotPaid
            case .open: open
            }
        }
    }

    /// One event of an account, in words.
    public struct HistoryLine: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        public let kind: EventKind
        /// What it moved, positive where the liability or its bucket grew by it; `nil` if it moves nothing.
        public let amount: Int64?
        /// Ordinal of who did it; 0 = the ledger.
        public let actor: UInt32
        public let text: String
    }

    public func row(_ account: UInt64) -> Row? {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle].account < account { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low].account == account ? rows[low] : nil
    }

    public func batch(_ position: UInt64) -> Batch? { batches.first { $0.position == position } }
}
