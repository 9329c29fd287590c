internal import Journal
public import Ledger

/// A base date (基準日): 31 March or 30 September, at its end in Japan.
public struct BaseDate: Hashable, Comparable, Sendable {
    public let day: Day

    /// `nil` for any other day.
    public init?(_ day: Day) {
        let text = day.description
        guard text.hasSuffix("-03-31") || text.hasSuffix("-09-30") else { return nil }
        self.day = day
    }

    /// The last one whose end is not after an instant.
    public init(before instant: Instant) {
        var day = Day(of: instant)
        repeat { day = Day(number: day.number - 1) } while BaseDate(day) == nil
        self.day = day
    }

    /// 24:00 of the day.
    public var instant: Instant { day.end }
    public var previous: BaseDate { BaseDate(before: day.start) }

    /// Deposit and report are due two months from the day after it: by the end of May or of November.
    public var due: Day {
        let year = day.description.prefix(4)
        return Day(day.description.hasSuffix("-03-31") ? "\(year)-05-31" : "\(year)-11-30") ?? day
    }

    public static func < (left: BaseDate, right: BaseDate) -> Bool { left.day < right.day }
}

/// What the issuer reports of a base date (発行に関する報告書): previous unused + issued − recovered = unused (accounting law L9). Late
/// claims stand apart: they neither come back into what is unused nor count as recovered once more.
public struct BaseDateReport: Equatable, Sendable {
    public let base: BaseDate
    public let cut: ReportCut
    /// False while nothing was recorded at or after the base date: more may come before it.
    public let isFinal: Bool
    /// The cut at the base date before this one.
    public let previousPosition: UInt64
    /// Unused then.
    public let previous: Unused
    public let issued: Int64
    public let recovered: Recovered
    public let unused: Unused
    /// Accepted after their exclusion: owed, or on the way, or held; no part of what is unused.
    public let latePayable: Int64
    /// Paid of them so far.
    public let latePaid: Int64

    /// The statutory balance (基準日未使用残高), part by part.
    public struct Unused: Equatable, Sendable {
        public var members: Int64 = 0
        public var held: Int64 = 0
        public var refunds: Int64 = 0
        public var inTransit: Int64 = 0
        public var total: Int64 { members + held + refunds + inTransit }
        /// What is the members' alone (accounting L9): at the end of the service, what is fixed as refunds.
        public var fixed: Int64 { members + refunds }
        public init() {}
    }

    /// Since the base date before; a part may be negative where what was recovered came back.
    public struct Recovered: Equatable, Sendable {
        /// Paid for goods, less what stores gave back.
        public var goods: Int64 = 0
        /// Given back by stores when it was made good already: no issuance comes back of it.
        public var goodsToLoss: Int64 = 0
        /// Paid out, as the bank confirmed, less what it sent back.
        public var refunded: Int64 = 0
        /// By the procedure (除斥), and what stores gave back after it.
        public var excluded: Int64 = 0
        /// Charges that were none: typing errors and voids.
        public var corrected: Int64 = 0
        /// Given back to a partner out of the hold.
        public var returnedToPartners: Int64 = 0
        /// Turned from a held charge into compensation.
        public var compensated: Int64 = 0
        /// Left on accounts that closed.
        public var forfeited: Int64 = 0
        /// Cancelled issuance.
        public var cancelled: Int64 { corrected + returnedToPartners + compensated }
        public var total: Int64 { goods + goodsToLoss + refunded + excluded + cancelled + forfeited }
        public init() {}
    }

    public var ties: Bool { previous.total + issued - recovered.total == unused.total }
    public var due: Day { base.due }
}

/// Security for the unused balance (発行保証金): what a base date asks for, and what there is.
public struct DepositReport: Equatable, Sendable {
    public let base: BaseDate
    /// Where the security is looked at; the unused balance is the base date's.
    public let cut: ReportCut
    public let unused: Int64
    public let deposit: Int64
    public let trust: Int64
    public let guarantee: Int64

    public static let threshold: Int64 = 10_000_000
    /// Half of it, rounded up, where it passes ten million yen.
    public static func required(_ unused: Int64) -> Int64 { unused > threshold ? unused / 2 + unused % 2 : 0 }

    public var required: Int64 { Self.required(unused) }
    public var secured: Int64 { deposit + trust + guarantee }
    public var topUp: Int64 { max(0, required - secured) }
    public var due: Day { base.due }
    /// True where the day is gone and something is missing (INV-24).
    public var isOverdue: Bool { topUp > 0 && cut.instant >= due.end }
}

/// What is said of the end of the service as a whole, on one page.
public struct ClosureReport: Equatable, Sendable {
    public let cut: ReportCut
    public let decided: RefundList.Decided?
    public let terminated: RefundList.Terminated?
    public let window: RefundList.Window?
    public let notices: [RefundList.Notice]
    public let totals: RefundList.Totals
    public let batches: [RefundList.Batch]
    public let filings: [Filing]
    public let security: [Security]
    /// Unused now, and what is owed on late claims apart.
    public let unused: BaseDateReport.Unused
    public let latePayable: Int64
    public let latePaid: Int64
    /// Accounts whose refund was accepted late.
    public let lateAccounts: Int
    /// Persons whose data was destroyed.
    public let erased: Int
    /// Approved to be taken back, and not yet taken.
    public let reclaimable: Int64

    public struct Filing: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        public let kind: FilingKind
        public let day: Day?
        public let contentHash: [UInt8]
        public let amount: Int64?
        public let reference: String?
    }

    /// One movement of security; signed.
    public struct Security: Equatable, Sendable {
        public let position: UInt64
        public let recordedAt: Instant
        public let form: SecurityForm
        public let amount: Int64
        /// The filing that approved it, where it was taken back.
        public let approval: UInt64
    }

    public func secured(_ form: SecurityForm) -> Int64 { security.reduce(0) { $0 + ($1.form == form ? $1.amount : 0) } }
    /// What is still to be paid, held or answered by the bank.
    public var stillOpen: Int64 { totals.inFlight.sum + totals.held.sum + totals.claimedNotPaid.sum + totals.open.sum }
}
