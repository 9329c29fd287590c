/// One immutable fact: at most one posting, the command that caused it, and where it stands. How it lies in bytes is
/// the journal's business (`Specs/event-format.md`); these are the same fields.
public struct Event: Equatable, Sendable {
    /// Place in the log; 0 is the genesis. Gap-free.
    public var position: UInt64 = 0
    /// The ledger's own clock, never running backwards. Events of one command share it.
    public var recordedAt = Instant(microseconds: 0)
    /// When the business says it happened.
    public var occurredAt = Instant(microseconds: 0)
    public var kind: EventKind
    public var source: FundingSource?
    public var channel: Channel = .ledger
    /// Place within the events of one command, and how many they are. They commit together or not at all.
    public var groupIndex: UInt8 = 0
    public var groupCount: UInt8 = 1
    /// How strongly the sender had been authenticated (`Authentication.level`); 0 = not said.
    public var authLevel: UInt8 = 0
    /// The account this event belongs to (its statement shows it), if any.
    public var subject: AccountCode = .none
    /// Position of the event before this one with the same subject; 0 = this is the first.
    public var previous: UInt64 = 0
    public var debit: AccountCode = .none
    public var credit: AccountCode = .none
    /// Minor units. With a posting: what moved. In a refusal: what was asked. Else 0.
    public var amount: Int64 = 0
    /// Balance of `subject` after this event, positive on its normal side.
    public var balanceAfter: Int64 = 0
    /// The position this event is about (the payment a reversal reverses, the charge a correction corrects); 0 = none.
    public var reference: UInt64 = 0
    public var key = CommandKey.none
    public var fingerprint: UInt64 = 0
    /// Ordinal of the principal who asked; 0 = the ledger itself.
    public var actor: UInt32 = 0
    /// Ordinal of the session, in a login of the one that begins; 0 = none given.
    public var session: UInt32 = 0
    /// Version of the policy in force when this was decided.
    public var policyVersion: UInt16 = 0
    public var tail = Tail()

    public init(_ kind: EventKind, subject: AccountCode = .none) {
        self.kind = kind
        self.subject = subject
    }

    /// An event with a posting.
    public init(
        _ kind: EventKind, subject: AccountCode, debit: AccountCode, credit: AccountCode, amount: Int64,
        balanceAfter: Int64, reference: UInt64 = 0
    ) {
        self.kind = kind
        self.subject = subject
        self.debit = debit
        self.credit = credit
        self.amount = amount
        self.balanceAfter = balanceAfter
        self.reference = reference
    }

    public var hasPosting: Bool { !debit.isNone }
    public var isLastOfGroup: Bool { groupIndex + 1 == groupCount }
}

/// The door a command came through.
public enum Channel: UInt8, CaseIterable, Sendable {
    case ledger = 0
    case http = 1
    case commandLine = 2
    case fileImport = 3
    case story = 4

    public var name: String { "\(self)" }
}

/// The first 128 bits of SHA-256 over principal and idempotency key: who asked, under which key.
public struct CommandKey: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64
    public static let none = CommandKey(high: 0, low: 0)
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
    public var isNone: Bool { high == 0 && low == 0 }

    /// In hexadecimal, in the order of the digest's bytes, so that it can be compared with any SHA-256 tool's output.
    public var hexadecimal: String {
        [high, low].map { word in
            let digits = String(word.byteSwapped, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}

/// What else an event says, as a list of fields: number (1 byte), length (2 bytes, little endian), bytes. A reader that
/// does not know a number skips it.
public struct Tail: Equatable, Sendable {
    public private(set) var bytes: [UInt8] = []

    /// With a 128-byte header this keeps an event at or below 2,022 bytes, which LMDB stores inside a leaf page.
    public static let longest = 1894

    public init() {}
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// The fields. Numbers are never reused.
    public enum Field: UInt8, CaseIterable, Sendable {
        case ledgerID = 1
        case currency = 2
        case exponent = 3
        case clock = 4
        case founder = 5
        case actorName = 6
        case person = 8
        case externalID = 9
        case store = 10
        case storePlace = 11
        case register = 12
        case partnerReference = 13
        case reason = 14
        case lockScope = 15
        case resetMethod = 16
        case addressChanged = 17
        case disposition = 18
        case refundReason = 19
        case rejection = 20
        case rejectionBound = 21
        case refusedCommand = 22
        case policyLimit = 23
        case policyCap = 24
        case policyRule = 25
        case access = 26
        /// A device's pseudonym: in its own events, and in the first event of any kind that names it.
        case device = 27
        case attestation = 28
        case loginMethod = 29
        case loginFailure = 30
        case loginID = 31
        case loginCounts = 32
        case accountsTouched = 33
        case provider = 34
        case externalLogin = 35
        case cardToken = 36
        case brand = 37
        case last4 = 38
        case threeDSecure = 39
        case contactKind = 40
        case contact = 41
        case revokedSession = 42
        case controlStops = 43
        case effectiveAt = 44
        case until = 45
        /// In a refusal: money was taken in upstream and must be given back there.
        case voidDue = 46
        case heldCommand = 47
        case approvalsNeeded = 48
        case expiresAt = 49
        case because = 50
        case principal = 51
        case role = 52
        case staffPerson = 53
        case verdict = 54
        case purpose = 55
        case noticeKind = 56
        case noticePlace = 57
        case contentHash = 58
        /// Positions, eight bytes each.
        case events = 59
        case contactVia = 60
        case isInbound = 61
        case contactOutcome = 62
        case label = 63
        case basis = 64
        case outcome = 65
        case message = 66
        case stage = 67
        case debitDate = 68
        /// Five sums: credit card, debit card, points, own balance, and what genuine payments took of fraud charges.
        case entitlement = 69
        case routes = 70
        case dispute = 71
        case report = 72
        case ruleVersion = 73
        case score = 74
        case otherAccount = 75
        case ruleSetName = 76
        case lockScore = 77
        case fraudRule = 78
        case alertSubject = 79
        case windowStart = 80
        /// Count, total and SHA-256 of an act of many steps.
        case actSize = 81
        /// Bits of `HoldGrounds`.
        case holdGrounds = 82
        /// A day, in days since 1970-01-01.
        case lastDay = 83
        case day = 84
        case payoutMethod = 85
        /// A payee's pseudonym.
        case payee = 86
        case claimChannel = 87
        case identityLevel = 88
        case identityMethod = 89
        /// Minor units where there is no posting: what was approved, batched, guaranteed, allowed.
        case sum = 90
        /// Actors' ordinals, four bytes each.
        case agreedBy = 91
        case fileFormat = 92
        case fileBytes = 93
        case filingKind = 94
        case securityForm = 95
        case resultCounts = 96

        public var name: String { "\(self)" }
    }

    public var isEmpty: Bool { bytes.isEmpty }

    public mutating func add(_ field: Field, _ text: String) {
        add(field, count: text.utf8.count)
        bytes.append(contentsOf: text.utf8)
    }

    public mutating func add(_ field: Field, _ text: String?) {
        if let text { add(field, text) }
    }

    public mutating func add(_ field: Field, number: Int64) {
        add(field, count: 8)
        appendNumber(number)
    }

    public mutating func add(_ field: Field, bytes more: [UInt8]) {
        add(field, count: more.count)
        bytes.append(contentsOf: more)
    }

    mutating func add(_ record: AccessRecord) {
        add(.access, count: AccessRecord.size)
        record.write(to: &bytes)
    }

    private mutating func add(_ field: Field, count: Int) {
        precondition(bytes.count + 3 + count <= Self.longest, "an event's tail is at most \(Self.longest) bytes")
        bytes.append(field.rawValue)
        bytes.append(UInt8(truncatingIfNeeded: count))
        bytes.append(UInt8(truncatingIfNeeded: count >> 8))
    }

    private mutating func appendNumber(_ number: Int64) {
        for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: number >> Int64(shift))) }
    }

    /// Calls `body` with each field in order; stops at a field that runs past the end. False if it did.
    @discardableResult
    public func forEach(_ body: (_ number: UInt8, _ value: ArraySlice<UInt8>) -> Void) -> Bool {
        var at = 0
        while at < bytes.count {
            guard at + 3 <= bytes.count else { return false }
            let count = Int(bytes[at + 1]) | Int(bytes[at + 2]) << 8
            guard at + 3 + count <= bytes.count else { return false }
            body(bytes[at], bytes[(at + 3)..<(at + 3 + count)])
            at += 3 + count
        }
        return true
    }

    public func all(_ field: Field) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        forEach { number, value in if number == field.rawValue { found.append(value) } }
        return found
    }

    /// The first field of this number. O(fields), no allocation.
    public func bytes(_ field: Field) -> ArraySlice<UInt8>? {
        var at = 0
        while at + 3 <= bytes.count {
            let end = at + 3 + (Int(bytes[at + 1]) | Int(bytes[at + 2]) << 8)
            guard end <= bytes.count else { return nil }
            if bytes[at] == field.rawValue { return bytes[(at + 3)..<end] }
            at = end
        }
        return nil
    }

    public func text(_ field: Field) -> String? {
        bytes(field).map { String(decoding: $0, as: UTF8.self) }
    }

    public func number(_ field: Field) -> Int64? {
        bytes(field).flatMap { $0.count == 8 ? Tail.number($0) : nil }
    }

    public static func number(_ slice: ArraySlice<UInt8>) -> Int64 {
        var value: UInt64 = 0
        for byte in slice.reversed() { value = value << 8 | UInt64(byte) }
        return Int64(bitPattern: value)
    }
}
