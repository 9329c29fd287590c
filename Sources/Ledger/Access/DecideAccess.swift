/// The access desk's rules.
func decide(_ books: Books, _ command: AccessCommand, _ request: Request, _ now: Instant, _ rules: inout Rules) -> [Event] {
    switch command {
    case .failLogin(nil, let id, let method, let failure):
        var event = Event(.loginFailed)
        addFailure(id, method, failure, &event)
        return [event]
    case .countLogins(let counts):
        rules.require(counts.minute <= now + Rules.clockTolerance, .occurredInFuture)
        var touched: [UInt8] = []
        for account in counts.accounts {
            guard let ordinal = books.resolve(account) else {
                rules.require(false, .accountUnknown)
                return []
            }
            for shift in stride(from: UInt64(0), to: 32, by: 8) { touched.append(UInt8(truncatingIfNeeded: ordinal >> shift)) }
        }
        var event = Event(.loginsCounted)
        var numbers = ImageWriter()
        for number in counts.numbers { numbers.number(number) }
        event.tail.add(.loginCounts, bytes: numbers.bytes)
        if !touched.isEmpty { event.tail.add(.accountsTouched, bytes: touched) }
        return [event]
    case .revokeSessions(let method, let reason):
        var event = Event(.sessionsRevoked)
        if let method { event.tail.add(.loginMethod, bytes: [method.rawValue]) }
        event.tail.add(.reason, reason)
        return [event]
    case .mandateReset(let reason):
        var event = Event(.resetMandated)
        event.tail.add(.reason, reason)
        return [event]
    default: break
    }
    guard let (ordinal, account) = rules.account(books, command.account) else { return [] }
    if case .failLogin = command {} else { rules.require(!account.isClosed, .accountClosed) }
    var event = event(books, command, ordinal, now, &rules)
    event.subject = .member(ordinal)
    event.balanceAfter = account.balance
    return [event]
}

private func event(_ books: Books, _ command: AccessCommand, _ account: UInt64, _ now: Instant, _ rules: inout Rules) -> Event {
    let access = books.access
    var event: Event
    switch command {
    case .logIn(_, let method):
        rules.require(access.sessionCount < .max, .ledgerFull)
        event = Event(.loginSucceeded)
        event.session = access.sessionCount &+ 1
        event.tail.add(.loginMethod, bytes: [method.rawValue])
    case .failLogin(_, let id, let method, let failure):
        event = Event(.loginFailed)
        addFailure(id, method, failure, &event)
    case .bindDevice(_, let device, let attestation):
        let known = access.devices.ordinal(of: device)
        rules.require(known.flatMap { access.link(account, .device, $0) } == nil, .deviceBound)
        let most = books.policy.devicesPerAccount
        rules.require(most == 0 || access.count(account, .device) < most, .tooManyDevices, bound: most)
        event = Event(.deviceBound)
        event.tail.add(.device, bytes: device.bytes)
        event.tail.add(.attestation, attestation)
    case .unbindDevice(_, let device):
        let known = access.devices.ordinal(of: device)
        rules.require(known.flatMap { access.link(account, .device, $0) } != nil, .deviceNotBound)
        event = Event(.deviceUnbound)
        event.tail.add(.device, bytes: device.bytes)
    case .linkExternalLogin(_, let provider, let id):
        let holder = access.externalLogins.ordinal(of: id).map { access.externalAccounts[Int($0) - 1] } ?? 0
        rules.require(holder == 0, .externalLoginTaken)
        event = Event(.externalLoginLinked)
        event.tail.add(.provider, provider)
        event.tail.add(.externalLogin, bytes: id.bytes)
    case .unlinkExternalLogin(_, let provider, let id):
        let known = access.externalLogins.ordinal(of: id)
        rules.require(known.flatMap { access.link(account, .externalLogin, $0) } != nil, .externalLoginNotLinked)
        event = Event(.externalLoginUnlinked)
        event.tail.add(.provider, provider)
        event.tail.add(.externalLogin, bytes: id.bytes)
    case .linkFundingSource(_, let source, let token, let brand, let last4, let result):
        let known = access.cards.ordinal(of: token)
        rules.require(known.flatMap { access.link(account, .card, $0) } == nil, .fundingSourceLinked)
        rules.require(result != .failed, .threeDSecureFailed)
        event = Event(.fundingSourceLinked)
        event.source = source
        event.tail.add(.cardToken, token)
        event.tail.add(.brand, brand)
        event.tail.add(.last4, last4)
        if let result { event.tail.add(.threeDSecure, bytes: [result.rawValue]) }
    case .unlinkFundingSource(_, let token):
        let link = access.cards.ordinal(of: token).flatMap { access.link(account, .card, $0) }
        rules.require(link != nil, .fundingSourceNotLinked)
        event = Event(.fundingSourceUnlinked)
        event.source = link.flatMap { FundingSource(rawValue: $0.detail) }
        event.tail.add(.cardToken, token)
    case .registerContact(_, let kind, let contact):
        event = Event(.contactRegistered)
        event.tail.add(.contactKind, bytes: [kind.rawValue])
        event.tail.add(.contact, bytes: contact.bytes)
    case .revokeSession(_, let session):
        if let session {
            let live = access.session(session)
            rules.require(session <= access.sessionCount, .sessionUnknown)
            rules.require(live.map { UInt64($0.account) == account } ?? false, .sessionEnded)
        }
        event = Event(.sessionRevoked)
        if let session { event.tail.add(.revokedSession, number: Int64(session)) }
    case .countLogins, .revokeSessions, .mandateReset: preconditionFailure("decided before")
    }
    return event
}

private func addFailure(_ id: Pseudonym?, _ method: LoginMethod, _ failure: LoginFailure, _ event: inout Event) {
    event.tail.add(.loginMethod, bytes: [method.rawValue])
    event.tail.add(.loginFailure, bytes: [failure.rawValue])
    if let id { event.tail.add(.loginID, bytes: id.bytes) }
}
