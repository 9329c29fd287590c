/// The access desk: logins, devices, external logins, funding sources, contacts, sessions. What is personal comes as a
/// pseudonym; the values are the vault's.
public enum AccessCommand: Equatable, Sendable {
    /// The identity provider authenticated the member and asks for a session.
    case logIn(AccountReference, LoginMethod)
    /// An attempt that failed: a fact, never refused. `account` is absent where the id is unknown.
    case failLogin(AccountReference?, loginID: Pseudonym?, LoginMethod, LoginFailure)
    /// Attempts of one source within one minute, counted by the identity provider: a fact.
    case countLogins(LoginCounts)
    case bindDevice(AccountReference, Pseudonym, attestation: String?)
    case unbindDevice(AccountReference, Pseudonym)
    case linkExternalLogin(AccountReference, provider: String, Pseudonym)
    case unlinkExternalLogin(AccountReference, provider: String, Pseudonym)
    /// A card or another source by the token its partner gave; never its number.
    case linkFundingSource(AccountReference, FundingSource, token: String, brand: String?, last4: String?, ThreeDSecure?)
    case unlinkFundingSource(AccountReference, token: String)
    case registerContact(AccountReference, ContactKind, Pseudonym)
    /// One session, or every one of the account.
    case revokeSession(AccountReference, session: UInt32?)
    /// Every session there is, or every one begun by this method. An operator's act.
    case revokeSessions(LoginMethod?, reason: String)
    /// Every member must reset the credentials before the next command (パスワード一斉リセット). An operator's act.
    case mandateReset(reason: String)

    var account: AccountReference? {
        switch self {
        case .logIn(let account, _), .bindDevice(let account, _, _), .unbindDevice(let account, _),
            .linkExternalLogin(let account, _, _), .unlinkExternalLogin(let account, _, _),
            .linkFundingSource(let account, _, _, _, _, _), .unlinkFundingSource(let account, _),
            .registerContact(let account, _, _), .revokeSession(let account, _):
            account
        case .failLogin(let account, _, _, _): account
        case .countLogins, .revokeSessions, .mandateReset: nil
        }
    }

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .logIn(_, let method): bytes.add(Int64(method.rawValue))
        case .failLogin(_, let id, let method, let failure):
            bytes.add(id)
            bytes.add(Int64(method.rawValue))
            bytes.add(Int64(failure.rawValue))
        case .countLogins(let counts):
            for number in counts.numbers { bytes.add(number) }
            for account in counts.accounts { bytes.add(account) }
        case .bindDevice(_, let device, let attestation):
            bytes.add(device)
            bytes.add(attestation)
        case .unbindDevice(_, let device): bytes.add(device)
        case .linkExternalLogin(_, let provider, let id), .unlinkExternalLogin(_, let provider, let id):
            bytes.add(provider)
            bytes.add(id)
        case .linkFundingSource(_, let source, let token, let brand, let last4, let result):
            bytes.add(Int64(source.rawValue))
            bytes.add(token)
            bytes.add(brand)
            bytes.add(last4)
            bytes.add(result.map { Int64($0.rawValue) })
        case .unlinkFundingSource(_, let token): bytes.add(token)
        case .registerContact(_, let kind, let contact):
            bytes.add(Int64(kind.rawValue))
            bytes.add(contact)
        case .revokeSession(_, let session): bytes.add(session.map { Int64($0) })
        case .revokeSessions(let method, let reason):
            bytes.add(method.map { Int64($0.rawValue) })
            bytes.add(reason)
        case .mandateReset(let reason): bytes.add(reason)
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .revokeSessions: self = .revokeSessions(try bytes.choice(), reason: try bytes.text())
        case .mandateReset: self = .mandateReset(reason: try bytes.text())
        default: return nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .logIn, .failLogin, .unbindDevice, .registerContact, .revokeSession: break
        case .countLogins(let counts): try counts.check()
        case .bindDevice(_, _, let attestation): try TextRule.check(attestation, "attestation")
        case .linkExternalLogin(_, let provider, _), .unlinkExternalLogin(_, let provider, _):
            try TextRule.check(provider, "provider")
        case .linkFundingSource(_, _, let token, let brand, let last4, _):
            try TextRule.check(token, "token")
            try TextRule.check(brand, "brand")
            if let last4, last4.utf8.count != 4 || !last4.utf8.allSatisfy({ (48...57).contains($0) }) {
                throw Malformed(field: "last4", reason: "is not four digits")
            }
        case .unlinkFundingSource(_, let token): try TextRule.check(token, "token")
        case .revokeSessions(_, let reason), .mandateReset(let reason):
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        }
    }
}

/// Which id a member signed in with.
public enum LoginMethod: UInt8, Named, Sendable {
    /// The id and password common to the group's services.
    case commonId = 1
    /// Another provider's id (外部ID).
    case externalId = 2
}

/// Why a login failed.
public enum LoginFailure: UInt8, Named, Sendable {
    case unknownId = 1
    case wrongPassword = 2
    case secondFactor = 3
    /// The identity provider refused it by a rule of its own.
    case refused = 4
}

/// What the card issuer's own step said when a card was linked (3-D Secure).
public enum ThreeDSecure: UInt8, Named, Sendable {
    case authenticated = 1
    case attempted = 2
    case failed = 3
    case notOffered = 4
}

public enum ContactKind: UInt8, Named, Sendable {
    case mail = 1
    case phone = 2
    case postal = 3
}

/// Attempts of one source (address, network, country: the request's access) within one minute, and the accounts they
/// touched. A flood of tens of millions of attempts is so many minutes and sources.
public struct LoginCounts: Equatable, Sendable {
    /// Start of the minute.
    public var minute: Instant
    public var attempts: Int64
    public var unknownIds: Int64
    public var wrongPasswords: Int64
    public var succeeded: Int64
    public var accounts: [AccountReference]

    /// More accounts than this go into a second command.
    public static let mostAccounts = 256

    public init(
        minute: Instant, attempts: Int64, unknownIds: Int64 = 0, wrongPasswords: Int64 = 0, succeeded: Int64 = 0,
        accounts: [AccountReference] = []
    ) {
        self.minute = minute
        self.attempts = attempts
        self.unknownIds = unknownIds
        self.wrongPasswords = wrongPasswords
        self.succeeded = succeeded
        self.accounts = accounts
    }

    /// In the order the event stores them.
    var numbers: [Int64] { [minute.microseconds, attempts, unknownIds, wrongPasswords, succeeded] }

    func check() throws(Malformed) {
        guard minute.microseconds % 60_000_000 == 0 else { throw Malformed(field: "minute", reason: "is not the start of a minute") }
        let named = [("attempts", attempts), ("unknownIds", unknownIds), ("wrongPasswords", wrongPasswords), ("succeeded", succeeded)]
        for (field, count) in named where !(0...1_000_000_000).contains(count) {
            throw Malformed(field: field, reason: "is not between 0 and 1,000,000,000")
        }
        guard attempts > 0 else { throw Malformed(field: "attempts", reason: "is zero; there is nothing to count") }
        guard unknownIds + wrongPasswords + succeeded <= attempts else {
            throw Malformed(field: "attempts", reason: "is less than the parts of it together")
        }
        guard accounts.count <= Self.mostAccounts else {
            throw Malformed(field: "accounts", reason: "has more than \(Self.mostAccounts) accounts; send the others in another count")
        }
        for case .external(let id) in accounts { try TextRule.check(id, "accounts") }
    }
}
