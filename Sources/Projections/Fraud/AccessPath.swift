public import Journal
public import Ledger

/// One step on the way to an account: a login, a device bound, an external id linked, a reset.
public struct AccessStep: Equatable, Sendable {
    public let position: UInt64
    public let recordedAt: Instant
    public let kind: EventKind
    /// Of a login: with which id; of a failed one: why.
    public let method: LoginMethod?
    public let failure: LoginFailure?
    /// How the member had been authenticated.
    public let authentication: Authentication.Method?
    public let country: Country?
    /// 0 = not said.
    public let network: UInt32
    public let address: Pseudonym?
    /// The ledger's ordinal of the device that was named; 0 = none.
    public let device: UInt32
    /// Of a device bound, an external id linked or unlinked: its pseudonym, and whose id it is.
    public let bound: Pseudonym?
    public let provider: String?
    /// Of a reset.
    public let reset: ResetMethod?
    public let isAddressChanged: Bool

    /// `nil` for an event of another kind.
    init?(_ event: Event) {
        switch event.kind {
        case .loginSucceeded, .loginFailed, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked, .credentialsReset: break
        default: return nil
        }
        let access = event.access
        (position, recordedAt, kind) = (event.position, event.recordedAt, event.kind)
        method = event.loginMethod
        failure = event.tail.bytes(.loginFailure)?.first.flatMap(LoginFailure.init(rawValue:))
        authentication = access?.method
        country = access?.country
        network = access?.network ?? 0
        address = access?.address
        device = access?.device ?? 0
        let isBinding = event.kind == .deviceBound || event.kind == .deviceUnbound
        bound = event.tail.bytes(isBinding ? .device : .externalLogin).flatMap { Pseudonym($0) }
        provider = event.tail.text(.provider)
        reset = event.tail.bytes(.resetMethod)?.first.flatMap(ResetMethod.init(rawValue:))
        isAddressChanged = event.tail.bytes(.addressChanged)?.first == 1
    }
}

extension FraudWatch {
    /// The last event of an account the view has taken in; 0 if it has none.
    func lastEvent(of account: UInt64) -> UInt64 {
        account >= 1 && account <= UInt64(accounts.count) ? UInt64(bitPattern: accounts[Int(account) - 1, Account.last]) : 0
    }

    /// How an account was reached before an event (its first that was judged fraud, say): the last `limit` steps before the
    /// position, oldest first. Walks the account's chain back from its end: O(its events).
    @available(*, noasync)
    public func accessPath(of account: UInt64, _ log: Log, before position: UInt64, limit: Int = 100) throws -> [AccessStep] {
        var at = lastEvent(of: account)
        var steps: [AccessStep] = []
        try log.lookUp { stored in
            while at != 0, steps.count < limit, let event = try stored(at), event.subject == .member(account) {
                if at < position, let step = AccessStep(event) { steps.append(step) }
                at = event.previous
            }
        }
        return steps.reversed()
    }
}
