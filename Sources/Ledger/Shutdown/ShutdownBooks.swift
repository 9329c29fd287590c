/// What must be remembered of the end of the service and of the refunds (払戻し) to decide: a few numbers an account, one
/// entry a claim, one a batch.
public struct ShutdownBooks: Equatable, Sendable {
    /// The end as decided and not withdrawn.
    public internal(set) var decided: Decided?
    /// Position of `serviceTerminated`; 0 = the service runs.
    public internal(set) var terminated: UInt64 = 0
    /// The act larger than a commit that is under way; nothing else is decided before its last step.
    public internal(set) var act: LargeAct?

    /// By member ordinal − 1; there from termination on.
    public internal(set) var refunds: [Refund] = []
    /// Each claimed refund's, in the order of the first claims.
    public internal(set) var claims: [Claim] = []
    /// Who agreed, as sets of actors: a claim names its set by number.
    var agreed: [[UInt32]] = []
    public internal(set) var batches: [UInt64: Batch] = [:]
    /// The batch that a release under way is about; 0 = none.
    var releasing: UInt64 = 0

    /// The last recorded instant of each notice that the law asks for before claims open.
    public internal(set) var notices: [NoticeKind: Instant] = [:]
    public internal(set) var window: Window?
    /// Accounts that may claim beyond the window, and until when, exclusive.
    public internal(set) var ownWindows: [UInt64: Instant] = [:]
    var earliestOwn = Instant(microseconds: .max)
    /// Accounts under a legal hold (証拠保全).
    public internal(set) var legalHolds: Set<UInt64> = []
    /// Accounts whose recorded hold is not what it should be: the ledger records it next.
    public internal(set) var holdsDue: Set<UInt64> = []

    /// Security by contract (保証契約), which is no asset of ours.
    public internal(set) var guarantee: Int64 = 0
    /// What the regulator allowed to be taken back and was not yet, by the filing's position.
    public internal(set) var reclaimable: [UInt64: Int64] = [:]

    public init() {}

    public var isTerminated: Bool { terminated != 0 }

    public struct Decided: Equatable, Sendable {
        /// Of the decision.
        public var position: UInt64
        public var effectiveAt: Instant
    }

    /// The time in which refunds may be claimed (申出期間).
    public struct Window: Equatable, Sendable {
        /// Position of the event that opened it.
        public var position: UInt64
        public var from: Instant
        /// The first instant after it.
        public var until: Instant
        public var isClosed = false
    }

    /// One account's refund.
    public struct Refund: Equatable, Sendable {
        /// What was fixed at termination.
        public var fixed: Int64 = 0
        /// The liability now: what is neither released, excluded nor held as a fraud.
        public var open: Int64 = 0
        /// Its claim's number, from 1; 0 = never claimed.
        public var claim: UInt32 = 0
        public var state = State.fixed
        /// Why it is held, as last recorded.
        public var holds = HoldGrounds()
    }

    public enum State: UInt8, Named, Sendable {
        case fixed = 1
        case claimed = 2
        case verified = 3
        case approved = 4
        case batched = 5
        /// On its way to the member.
        case released = 6
        case paid = 7
        case returned = 8
        case excluded = 9
    }

    public struct Claim: Equatable, Sendable {
        public var account: UInt64
        public var method: PayoutMethod
        /// Actor who took it down.
        public var taker: UInt32
        /// Level of identity shown so far.
        public var identity: UInt8 = 0
        /// Number of the set of those who agreed, from 1.
        public var agreed: UInt32 = 0
        /// Position of the batch it stands in or last stood in.
        public var batch: UInt64 = 0
    }

    public struct Batch: Equatable, Sendable {
        public var method: PayoutMethod
        public var opener: UInt32
        public var date: Day
        public var size: ActSize
        /// Numbers of the sets of those who agreed to a refund in it.
        public var agreed: Set<UInt32> = []
        /// SHA-256 of the bank's file, once made.
        public var file: [UInt8] = []
        public var recorder: UInt32 = 0
        /// A member's refund changed or was held since.
        public var isStale = false
        public var state = BatchState.open
    }

    public enum BatchState: UInt8, Named, Sendable {
        case open = 1
        case cancelled = 2
        case released = 3
        case sent = 4
    }

    public func refund(_ account: UInt64) -> Refund? {
        account >= 1 && account <= UInt64(refunds.count) ? refunds[Int(account) - 1] : nil
    }

    /// The claim of a refund, if one was ever made.
    public func claim(_ account: UInt64) -> Claim? {
        guard let refund = refund(account), refund.claim > 0 else { return nil }
        return claims[Int(refund.claim) - 1]
    }

    /// The first instant at which the ledger itself has something to do; the largest: none in sight.
    public var nextDue: Instant {
        if act != nil || !holdsDue.isEmpty { return Instant(microseconds: .min) }
        if !isTerminated { return decided?.effectiveAt ?? Instant(microseconds: .max) }
        if let window, !window.isClosed { return window.until }
        return earliestOwn
    }

    /// True if there is something to do at `now`: never where none is in sight, at the end of representable time either.
    public func isDue(at now: Instant) -> Bool { nextDue <= now && nextDue < Instant(microseconds: .max) }

    /// True if claims are taken at `now` of everybody.
    public func claimsAreOpen(at now: Instant) -> Bool { window.map { $0.from <= now && now < $0.until } ?? false }

    /// True if this account's refund may be claimed at `now`.
    public func mayClaim(_ account: UInt64, at now: Instant) -> Bool {
        claimsAreOpen(at: now) || window.map { $0.from <= now } ?? false && ownWindows[account].map { now < $0 } ?? false
    }

    /// Full calendar days that every holder has to claim in (資金決済法第20条第2項).
    public static let fewestDays: Int64 = 60
}

/// How a refund is paid out.
public enum PayoutMethod: UInt8, Named, Sendable {
    case bank = 1
    /// Cash against a payment certificate (払出証書).
    case postal = 2
}

/// Why a refund waits.
public struct HoldGrounds: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// A dispute of this account is open.
    public static let dispute = HoldGrounds(rawValue: 1)
    /// A fraud of the person is not certified, or not wholly made good yet.
    public static let `case` = HoldGrounds(rawValue: 2)
    public static let alert = HoldGrounds(rawValue: 4)
    public static let legalHold = HoldGrounds(rawValue: 8)

    /// Names in this order: `dispute`, `case`, `alert`, `legalHold`.
    public var names: [String] {
        [(HoldGrounds.dispute, "dispute"), (.case, "case"), (.alert, "alert"), (.legalHold, "legalHold")].filter { contains($0.0) }.map(\.1)
    }
}

/// How many, how much, and a SHA-256 over account and amount (eight bytes each, little endian) in the order of the steps.
public struct ActSize: Equatable, Sendable {
    public var count: Int64
    public var total: Int64
    public var digest: [UInt8]

    public init(count: Int64, total: Int64, digest: [UInt8]) {
        self.count = count
        self.total = total
        self.digest = digest
    }

    init?(reading tail: Tail) {
        guard let bytes = tail.bytes(.actSize), bytes.count == 48 else { return nil }
        let start = bytes.startIndex
        self.init(
            count: Tail.number(bytes[start..<(start + 8)]), total: Tail.number(bytes[(start + 8)..<(start + 16)]),
            digest: Array(bytes[(start + 16)...]))
    }
}

extension Event {
    /// What an act larger than a commit comes to: in its first event and in its last.
    public var actSize: ActSize? { ActSize(reading: tail) }
    /// Account and amount of a step, as the act's digest has them.
    public var stepWords: [UInt64] { [subject.ordinal, UInt64(bitPattern: stepAmount)] }
    /// What a step moves, or puts into a batch.
    public var stepAmount: Int64 { hasPosting ? amount : tail.number(.sum) ?? 0 }
}

extension Tail {
    public mutating func add(_ size: ActSize) {
        var image = ImageWriter()
        image.number(size.count)
        image.number(size.total)
        add(.actSize, bytes: image.bytes + size.digest)
    }
}

/// An act of many steps, one event each: its first event says how many and how much, nothing comes between, and the last event
/// says it again. A crash leaves it half done; the next start goes on.
public struct LargeAct: Equatable, Sendable {
    public enum Kind: UInt8, Sendable {
        case fixing = 1
        case excluding = 2
        case batching = 3
        case releasing = 4
    }

    public var kind: Kind
    /// Position of the event that opened it; the steps follow it without a gap.
    public var opened: UInt64
    public var size: ActSize
    public var done: Int64 = 0
    public var doneTotal: Int64 = 0
    /// Member ordinal of the last step.
    public var cursor: UInt64 = 0

    public init(_ kind: Kind, opened: UInt64, size: ActSize) {
        self.kind = kind
        self.opened = opened
        self.size = size
    }
}

extension EventKind {
    /// The act this event opens.
    public var opensAct: LargeAct.Kind? {
        switch self {
        case .serviceTerminated: .fixing
        case .claimsClosed: .excluding
        case .batchOpened: .batching
        case .batchReleased: .releasing
        default: nil
        }
    }

    /// True of the kinds that close an act.
    public var closesAct: Bool {
        switch self {
        case .fixingCompleted, .exclusionsCompleted, .batchCompleted, .releaseCompleted: true
        default: false
        }
    }

    /// True of what an act larger than a commit does again and again.
    public var isStepOfAct: Bool { stepOfAct != nil }

    /// The act of which an event of this kind is a step.
    public var stepOfAct: LargeAct.Kind? {
        switch self {
        case .unusedBalanceFixed: .fixing
        case .refundExcluded: .excluding
        case .refundBatched: .batching
        case .refundReleased: .releasing
        default: nil
        }
    }
}
