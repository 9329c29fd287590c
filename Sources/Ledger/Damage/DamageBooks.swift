/// What must be remembered of fraud, damage and compensation to decide. Grows with victims, disputes and messages, never
/// with charges and payments.
public struct DamageBooks: Equatable, Sendable {
    /// The rules of monitoring in force, and how many sets there have been.
    public internal(set) var rules = RuleSet.none
    public internal(set) var ruleVersion: UInt16 = 0
    /// Positions of alerts nobody has looked at. That none is raised twice is its key's business: version, rule, subject, window.
    /// With their account; 0 = about none.
    public internal(set) var alerts: [UInt64: UInt64] = [:]
    /// How many of an account are open; none: no entry.
    public internal(set) var openAlerts: [UInt64: Int] = [:]
    public internal(set) var openDisputes: [UInt64: Int] = [:]
    /// What partners and the issuer have made good, or agreed to, certified before or not yet; by account.
    public internal(set) var madeGood: [UInt64: Int64] = [:]
    /// What is labelled a fraud, by account.
    public internal(set) var frauds: [UInt64: Set<UInt64>] = [:]

    /// Accounts with a labelled event: their reversals and refunds need the history.
    public internal(set) var labelled: Set<UInt64> = []
    /// Open disputes, by position.
    public internal(set) var disputes: [UInt64: Dispute] = [:]
    /// Partners' reports by position, and their own numbers, so that none counts twice.
    public internal(set) var reports: [UInt64: Report] = [:]
    var messages: [Message: UInt64] = [:]
    /// By the person's ordinal.
    public internal(set) var certifications: [UInt32: Certification] = [:]
    /// Reversals asked for, by the charge's position.
    public internal(set) var reversals: [UInt64: ReversalState] = [:]
    /// Reversals that matched no fraud charge, by position.
    public internal(set) var unmatched: [UInt64: Unmatched] = [:]
    /// Accounts with an open offer.
    public internal(set) var offers: Set<UInt64> = []
    /// The person an account's person was found to be: always one that stands for itself.
    public internal(set) var linked: [UInt32: UInt32] = [:]

    public init() {}

    public struct Dispute: Equatable, Sendable {
        public var account: UInt64
        /// Ordinal of the principal who took it down.
        public var openedBy: UInt32
        public var events: [UInt64]
        public var isOpen = true
    }

    public struct Report: Equatable, Sendable {
        public var source: FundingSource
        /// 0 = matched to none yet.
        public var account: UInt64
    }

    struct Message: Hashable, Sendable {
        var source: FundingSource
        var number: String
    }

    public struct Certification: Equatable, Sendable {
        /// Position of the certification, and of it or its last amendment.
        public var position: UInt64
        public var amended: UInt64
        public var sums: Entitlement
    }

    public enum ReversalState: UInt8, Sendable { case requested = 1, rejected = 2, confirmed = 3 }

    public struct Unmatched: Equatable, Sendable {
        public var source: FundingSource
        public var amount: Int64
    }

    /// The person who stands for this one.
    public func person(_ ordinal: UInt32) -> UInt32 { linked[ordinal] ?? ordinal }

    /// True if a reversal of payments, a refund or a correction of this account needs its history.
    func needsHistory(_ account: UInt64) -> Bool { labelled.contains(account) }
}

extension Books {
    /// The accounts of a person and of those linked to him, oldest first.
    func accounts(ofPerson ordinal: UInt32) -> [UInt64] {
        let root = damage.person(ordinal)
        let persons = [root] + damage.linked.filter { $0.value == root }.map(\.key)
        var accounts: [UInt64] = []
        for person in persons {
            var account = newestAccount[Int(person) - 1]
            while account != 0 {
                accounts.append(UInt64(account))
                account = members[Int(account) - 1].sibling
            }
        }
        return accounts.sorted()
    }

    /// The person who stands for an account's person.
    public func standing(of account: UInt64) -> UInt32 { member(account).map { damage.person($0.person) } ?? 0 }
}

/// Builds the events of one act on one member's account, one leg after the other.
struct Legs {
    let account: UInt64
    let subject: AccountCode
    private(set) var balance: Int64
    private(set) var events: [Event] = []
    /// True once the service has ended: what is free stands in the refund, not in the balance.
    let isRefund: Bool

    init(_ books: Books, _ account: UInt64) {
        self.account = account
        isRefund = books.shutdown.isTerminated && books.member(account)?.isClosed == false
        subject = .member(account)
        balance = books.member(account)?.balance ?? 0
    }

    /// One posting; nothing where there is nothing to move.
    mutating func post(
        _ kind: EventKind, _ debit: AccountCode, _ credit: AccountCode, _ amount: Int64, reference: UInt64 = 0, source: FundingSource? = nil,
        _ write: (inout Tail) -> Void = { _ in }
    ) {
        guard amount > 0 else { return }
        if debit == subject { balance -= amount }
        if credit == subject { balance += amount }
        var event = Event(kind, subject: subject, debit: debit, credit: credit, amount: amount, balanceAfter: balance, reference: reference)
        event.source = source
        write(&event.tail)
        events.append(event)
    }

    /// An event without a posting.
    mutating func note(_ kind: EventKind, reference: UInt64 = 0, source: FundingSource? = nil, _ write: (inout Tail) -> Void = { _ in }) {
        var event = Event(kind, subject: subject)
        event.balanceAfter = balance
        event.reference = reference
        event.source = source
        write(&event.tail)
        events.append(event)
    }

    mutating func hold(_ lot: UInt64, _ amount: Int64) {
        post(isRefund ? .fraudHeldFromRefund : .fraudHeld, isRefund ? .refund(account) : subject, .fraudHold(account), amount, reference: lot)
    }

    mutating func release(_ lot: UInt64, _ amount: Int64) {
        post(isRefund ? .holdReleasedToRefund : .holdReleased, .fraudHold(account), isRefund ? .refund(account) : subject, amount, reference: lot)
    }

    /// A group is counted in one byte; what else an act needs must fit beside its holds.
    static let mostHolds = 100
}
