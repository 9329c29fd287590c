/// What must be remembered to decide: the fold of every event so far. Nothing else in the ledger has state. Totals and
/// flags only; what a rule needs beyond them is handed to it as evidence from the log.
public struct Books: Sendable {
    public internal(set) var genesis: Genesis
    /// Position the next event will have.
    public internal(set) var next: UInt64 = 0
    /// `recordedAt` of the last event; on a scenario ledger this is the time.
    public internal(set) var now = Instant(microseconds: 0)
    public internal(set) var policy = Policy.none
    public internal(set) var policyVersion: UInt16 = 0

    /// Member accounts by ordinal − 1.
    public internal(set) var members: [MemberAccount] = []
    /// Every account that is not a member's or a store's.
    var others: [AccountCode: LedgerAccount] = [:]
    /// Stores by ordinal − 1.
    var merchants: [LedgerAccount] = []

    public internal(set) var actors = NameTable()
    public internal(set) var stores = NameTable()
    public internal(set) var externalIDs = NameTable()
    /// Member ordinal of external id n+1.
    var externalAccounts: [UInt32] = []
    /// How much of a payment has been reversed, by its position; only payments with a reversal stand here.
    public internal(set) var reversed: [UInt64: Int64] = [:]

    public internal(set) var persons = NameTable()
    /// Accounts of person n+1 that are not closed.
    var openAccounts: [UInt32] = []
    /// The last account opened for person n+1; each names the one before it (`MemberAccount.sibling`).
    var newestAccount: [UInt32] = []
    /// Persons whose data was destroyed.
    public internal(set) var erased: Set<UInt32> = []
    /// When the service was launched, if it was.
    public internal(set) var launchedAt: Instant?
    public internal(set) var controls = Controls()
    public internal(set) var access = AccessBooks()
    public internal(set) var approvals = Approvals()
    public internal(set) var damage = DamageBooks()
    public internal(set) var shutdown = ShutdownBooks()

    public init() { genesis = Genesis(ledgerID: [], currency: .yen, clock: .system, founders: []) }

    /// A member's account.
    public struct MemberAccount: Equatable, Sendable {
        public var balance: Int64 = 0
        /// Position of its last event, and of the one that opened it.
        public var last: UInt64 = 0
        public var opened: UInt64 = 0
        /// Bits of `LockScope`.
        public var locks: UInt8 = 0
        public var isClosed = false
        /// Ordinal of the person.
        public var person: UInt32 = 0
        /// The account opened for the same person before this one; 0 = none.
        public var sibling: UInt32 = 0

        public func isLocked(_ scope: LockScope) -> Bool { locks & (scope.rawValue | LockScope.all.rawValue) != 0 }
    }

    /// Any other account: its net, debits positive, and the position of the last event it is the subject of.
    public struct LedgerAccount: Equatable, Sendable {
        public var net: Int64 = 0
        public var last: UInt64 = 0
    }

    public func member(_ ordinal: UInt64) -> MemberAccount? {
        guard ordinal >= 1, ordinal <= UInt64(members.count) else { return nil }
        return members[Int(ordinal) - 1]
    }

    /// The ordinal a reference means, if there is such an account.
    public func resolve(_ reference: AccountReference) -> UInt64? {
        switch reference {
        case .ordinal(let ordinal): ordinal >= 1 && ordinal <= UInt64(members.count) ? ordinal : nil
        case .external(let id): externalIDs.ordinal(of: id).map { UInt64(externalAccounts[Int($0) - 1]) }
        }
    }

    /// Debits less credits of an account so far.
    public func net(_ account: AccountCode) -> Int64 {
        switch account.accountClass {
        case .member: -(member(account.ordinal)?.balance ?? 0)
        case .merchant: account.ordinal <= UInt64(merchants.count) && account.ordinal > 0 ? merchants[Int(account.ordinal) - 1].net : 0
        case .refund: -(shutdown.refund(account.ordinal)?.open ?? 0)
        case nil: 0
        default: others[account]?.net ?? 0
        }
    }

    /// The balance on the account's normal side.
    public func balance(_ account: AccountCode) -> Int64 {
        account.accountClass?.isDebitNormal == true ? net(account) : -net(account)
    }

    /// Position of the last event with this subject; 0 if none.
    public func lastPosition(_ subject: AccountCode) -> UInt64 {
        switch subject.accountClass {
        case .member: member(subject.ordinal)?.last ?? 0
        case .merchant: subject.ordinal <= UInt64(merchants.count) && subject.ordinal > 0 ? merchants[Int(subject.ordinal) - 1].last : 0
        case nil: 0
        default: others[subject]?.last ?? 0
        }
    }

    /// The actor's ordinal, or the one it gets with its first event.
    public func actorOrdinal(_ name: String) -> UInt32 { actors.ordinal(of: name) ?? UInt32(actors.count) + 1 }

    /// True if the principal holds a role.
    public func isOperator(_ principal: Principal) -> Bool { !approvals.roles(principal.name).isEmpty }

    /// The name of an account's person.
    public func person(of account: UInt64) -> String? { member(account).flatMap { persons.name($0.person) } }

    /// Names of the persons whose data was destroyed.
    public var erasedPersons: [String] { erased.sorted().compactMap { persons.name($0) } }

    /// Every account that ever had a posting and is not a member's, for reports. Sorted by code.
    public var otherAccounts: [(account: AccountCode, net: Int64)] {
        let merchantRows = merchants.enumerated().map { (AccountCode.merchant(UInt64($0 + 1)), $1.net) }
        let otherRows = others.map { ($0.key, $0.value.net) }
        let refundRows = shutdown.refunds.enumerated().filter { $1.fixed > 0 || $1.open > 0 }.map { (AccountCode.refund(UInt64($0 + 1)), -$1.open) }
        return (merchantRows + otherRows + refundRows).sorted { $0.0 < $1.0 }.map { (account: $0.0, net: $0.1) }
    }
}

/// What position 0 says, never to change.
public struct Genesis: Equatable, Sendable {
    /// 16 random bytes.
    public var ledgerID: [UInt8]
    public var currency: Currency
    public var clock: ClockKind
    /// Names of the founding operators.
    public var founders: [String]

    public enum ClockKind: UInt8, Sendable {
        case system = 1
        /// `recordedAt` is a story's time. Such a ledger says so on every report and can never become a real one.
        case scenario = 2
    }

    /// A real ledger needs at least this many, since some acts take two approvers besides the requester.
    public static let fewestFounders = 3

    public init(ledgerID: [UInt8], currency: Currency, clock: ClockKind, founders: [String]) {
        self.ledgerID = ledgerID
        self.currency = currency
        self.clock = clock
        self.founders = founders
    }

    public var event: Event {
        var event = Event(.genesis)
        event.tail.add(.ledgerID, bytes: ledgerID)
        event.tail.add(.currency, currency.code)
        event.tail.add(.exponent, bytes: [UInt8(currency.exponent)])
        event.tail.add(.clock, bytes: [clock.rawValue])
        for founder in founders { event.tail.add(.founder, founder) }
        return event
    }

    /// `nil` if the event is no genesis this version understands.
    public init?(_ event: Event) {
        guard event.kind == .genesis, event.position == 0, let id = event.tail.bytes(.ledgerID), id.count == 16,
            let code = event.tail.text(.currency), let exponent = event.tail.bytes(.exponent)?.first,
            let currency = Currency(code: code, exponent: Int(exponent)),
            let clock = event.tail.bytes(.clock)?.first.flatMap(ClockKind.init(rawValue:))
        else { return nil }
        self.init(
            ledgerID: Array(id), currency: currency, clock: clock,
            founders: event.tail.all(.founder).map { String(decoding: $0, as: UTF8.self) })
    }

    /// The ledger id in hexadecimal.
    public var ledgerName: String {
        ledgerID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
