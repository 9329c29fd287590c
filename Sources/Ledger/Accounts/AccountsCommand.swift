/// The accounts desk: open, lock, unlock, reset, close.
public enum AccountsCommand: Equatable, Sendable {
    /// `person` is the caller's opaque key for a human being, who may have many accounts. `externalID` is unique.
    case open(person: String, externalID: String?)
    case lock(AccountReference, LockScope, reason: String?)
    case unlock(AccountReference, LockScope, reason: String?)
    /// `deliveredTo`: the contact the new credentials were sent to.
    case resetCredentials(AccountReference, ResetMethod, addressChanged: Bool, deliveredTo: Pseudonym? = nil)
    /// An operator's act. A balance above zero needs a disposition.
    case close(AccountReference, Disposition?, reason: String?)

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .open(let person, let externalID):
            bytes.add(person)
            bytes.add(externalID)
        case .lock(_, let scope, let reason), .unlock(_, let scope, let reason):
            bytes.add(Int64(scope.rawValue))
            bytes.add(reason)
        case .resetCredentials(_, let method, let addressChanged, let contact):
            bytes.add(Int64(method.rawValue))
            bytes.add(addressChanged ? 1 : 0)
            if let contact { bytes.add(contact) }
        case .close(_, let disposition, let reason):
            bytes.add(disposition.map { Int64($0.rawValue) })
            bytes.add(reason)
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, _ account: AccountReference?, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .closeAccount: self = .close(try account.orThrow(), try bytes.choice(), reason: try bytes.textIfAny())
        case .lock: self = .lock(try account.orThrow(), try bytes.choice(), reason: try bytes.textIfAny())
        default: return nil
        }
    }

    func checkTexts() throws(Malformed) {
        switch self {
        case .open(let person, let externalID):
            try TextRule.check(person, "person")
            try TextRule.check(externalID, "externalId")
        case .lock(_, _, let reason), .unlock(_, _, let reason), .close(_, _, let reason):
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .resetCredentials: break
        }
    }
}

/// What a lock stops (利用停止). Each is a bit in the account's locks.
public enum LockScope: UInt8, Named, Sendable {
    case charge = 1
    case pay = 2
    /// Charging and paying. Unlocking `all` lifts every lock.
    case all = 4
}

/// How credentials were reset (パスワードリセット).
public enum ResetMethod: UInt8, Named, Sendable {
    case `self` = 1
    case reminder = 2
    case staffedChat = 3
    case mass = 4
}

/// What becomes of the balance of an account that closes.
public enum Disposition: UInt8, Named, Sendable {
    /// It stays a liability, as unclaimed money, and never becomes income by itself.
    case unclaimed = 1
}
