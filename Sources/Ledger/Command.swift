/// What may be asked. Each desk has its enum; a command is one of them. All amounts are > 0 by type; texts are checked by
/// `Request.init`, the one gate every door goes through.
public enum Command: Equatable, Sendable {
    case accounts(AccountsCommand)
    case money(MoneyCommand)
    case service(ServiceCommand)

    /// Number of the command, kept in refusals and in the fingerprint. Never reused.
    public enum Name: UInt8, CaseIterable, Sendable {
        case openAccount = 1
        case lock = 2
        case unlock = 3
        case resetCredentials = 4
        case closeAccount = 5
        case charge = 16
        case pay = 17
        case reversePayment = 18
        case correctCharge = 19
        case refund = 20
        case settlePartner = 24
        case settleMerchant = 25
        case fundByOwner = 26
        case bookUnmatched = 27
        case setPolicy = 32
        case advanceClock = 33
        case confirmClock = 34

        public var name: String { "\(self)" }
    }

    public var name: Name {
        switch self {
        case .accounts(.open): .openAccount
        case .accounts(.lock): .lock
        case .accounts(.unlock): .unlock
        case .accounts(.resetCredentials): .resetCredentials
        case .accounts(.close): .closeAccount
        case .money(.charge): .charge
        case .money(.pay): .pay
        case .money(.reversePayment): .reversePayment
        case .money(.correctCharge): .correctCharge
        case .money(.refund): .refund
        case .money(.settlePartner): .settlePartner
        case .money(.settleMerchant): .settleMerchant
        case .money(.fundByOwner): .fundByOwner
        case .money(.bookUnmatched): .bookUnmatched
        case .service(.setPolicy): .setPolicy
        case .service(.advanceClock): .advanceClock
        case .service(.confirmClock): .confirmClock
        }
    }

    /// The member account it is about, if it is about one.
    public var account: AccountReference? {
        switch self {
        case .accounts(.open): nil
        case .accounts(.lock(let account, _, _)), .accounts(.unlock(let account, _, _)),
            .accounts(.resetCredentials(let account, _, _)), .accounts(.close(let account, _, _)):
            account
        case .money(.charge(let account, _, _, _)), .money(.pay(let account, _, _, _, _)),
            .money(.reversePayment(let account, _, _, _)), .money(.correctCharge(let account, _, _, _)),
            .money(.refund(let account, _, _, _)):
            account
        case .money(.settlePartner), .money(.settleMerchant), .money(.fundByOwner), .money(.bookUnmatched): nil
        case .service: nil
        }
    }
}

/// A member account by the ledger's ordinal or by the id another system knows it under.
public enum AccountReference: Equatable, Sendable {
    case ordinal(UInt64)
    case external(String)
}

/// Who asks. The name comes from a verified token, never from a request's body.
public struct Principal: Equatable, Sendable {
    public let name: String
    public init(name: String) { self.name = name }

    /// The member-acting service a server without service tokens takes every caller for.
    public static let anonymous = Principal(name: "anonymous")
}

/// A command with who, under which key, when by the business's own account, and through which door.
public struct Request: Sendable {
    public let command: Command
    public let principal: Principal
    public let key: CommandKey
    /// Of the command's canonical bytes and `occurredAt`; the same key with another fingerprint is refused.
    public let fingerprint: UInt64
    /// `nil`: the moment it is recorded.
    public let occurredAt: Instant?
    public let channel: Channel

    /// Throws what makes the command unfit to be looked at: texts too long, control characters, card numbers.
    public init(
        _ command: Command, principal: Principal, key: CommandKey, fingerprint: UInt64, occurredAt: Instant?, channel: Channel
    ) throws(Malformed) {
        try command.checkTexts()
        self.command = command
        self.principal = principal
        self.key = key
        self.fingerprint = fingerprint
        self.occurredAt = occurredAt
        self.channel = channel
    }
}

extension Command {
    /// Bytes that two commands share only if they are the same command: the number, then each part with its length.
    public func canonicalBytes(occurredAt: Instant?) -> [UInt8] {
        var bytes = CanonicalBytes(name)
        bytes.add(account)
        switch self {
        case .accounts(let command): command.write(to: &bytes)
        case .money(let command): command.write(to: &bytes)
        case .service(let command): command.write(to: &bytes)
        }
        bytes.add(occurredAt?.microseconds)
        return bytes.bytes
    }

    func checkTexts() throws(Malformed) {
        if case .external(let id) = account { try TextRule.check(id, "externalId") }
        switch self {
        case .accounts(let command): try command.checkTexts()
        case .money(let command): try command.checkTexts()
        case .service(let command): try command.checkNumbers()
        }
    }
}

/// Builds a fingerprint's input.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    init(_ name: Command.Name) {
        bytes.reserveCapacity(96)
        bytes.append(name.rawValue)
    }

    mutating func add(_ value: Int64?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        let word = UInt64(bitPattern: value)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    mutating func add(_ value: String?) {
        guard let value else { return bytes.append(0) }
        let size = value.utf8.count
        bytes.append(2)
        bytes.append(UInt8(truncatingIfNeeded: size))
        bytes.append(UInt8(truncatingIfNeeded: size >> 8))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func add(_ account: AccountReference?) {
        switch account {
        case nil: bytes.append(0)
        case .ordinal(let ordinal): add(Int64(bitPattern: ordinal))
        case .external(let id): add(id)
        }
    }
}
