/// What is asked of a command before its own desk looks at it: is the service open, is this stopped, is the session live,
/// is the authentication strong and fresh enough.

extension Command {
    /// What members and stores ask for day by day; not there before launch, and closed part by part by the controls.
    var isService: Bool {
        switch self {
        case .accounts(.close): false
        case .accounts, .money(.charge), .money(.pay): true
        case .access(.failLogin), .access(.countLogins), .access(.revokeSessions), .access(.mandateReset): false
        case .access: true
        case .shutdown(let command): command.isMembers
        case .money, .service, .controls, .approvals, .people, .fraud, .damage, .compensation: false
        }
    }

    /// What of the service goes on after its end: an account is protected, and a refund is claimed.
    fileprivate func isOpenAfterTermination(_ books: Books, _ now: Instant) -> Bool {
        switch self {
        case .accounts(.open), .money(.charge), .money(.pay): false
        case .access(.logIn(_, let method)): method != .externalId && books.shutdown.claimsAreOpen(at: now)
        case .access(.linkExternalLogin), .access(.linkFundingSource): false
        default: true
        }
    }

    /// What happened outside and is recorded, not allowed.
    var isFact: Bool {
        switch self {
        case .access(.failLogin), .access(.countLogins): true
        default: false
        }
    }

    /// What may be done before the member has made a mandated reset.
    var isExemptFromMandate: Bool {
        switch self {
        case .accounts(.open), .accounts(.lock), .accounts(.resetCredentials): true
        // Who claims otherwise than in the app shows who he is otherwise.
        case .shutdown(.claim(_, let claim)): claim.channel != .app
        default: false
        }
    }

    /// What stops it, if it is stopped at all.
    var stops: Stops {
        switch self {
        case .money(.charge(_, let source, _, _, _)): .charge(source)
        case .money(.pay): .pay
        case .accounts(.open): .registration
        case .access(.logIn(_, .externalId)): .externalIdLogin
        default: []
        }
    }

    /// The least authentication the policy asks for.
    func minimum(_ policy: Policy) -> Policy.Minimum {
        var minimum = policy[minimum: name]
        if case .money(.charge(_, let source, _, _, _)) = self {
            let bySource = policy[minimum: source]
            minimum.level = max(minimum.level, bySource.level)
            if minimum.seconds == 0 || bySource.seconds > 0 && bySource.seconds < minimum.seconds { minimum.seconds = bySource.seconds }
        }
        return minimum
    }
}

/// The rules before the desk's own. O(1).
func admit(_ books: Books, _ request: Request, _ now: Instant, _ rules: inout Rules) {
    let command = request.command
    // What the identity provider saw happened, whatever stands beside it.
    guard !command.isFact else { return }
    let access = request.access
    if let authentication = access.authentication {
        rules.require(authentication.at <= now + Rules.clockTolerance, .evidenceInFuture)
    }
    // A login reports an authentication; its session does not exist yet.
    var session: AccessBooks.Session?
    if access.session != 0 {
        session = admitSession(books, command, access.session, now, &rules)
    }
    guard command.isService else { return }
    if books.policy.requiresLaunch { rules.require(books.launchedAt != nil, .notLaunched) }
    if books.shutdown.isTerminated { rules.require(command.isOpenAfterTermination(books, now), .serviceTerminated) }
    let stopped = books.controls.stops(at: now)
    if !stopped.isEmpty { admitStops(stopped, books, request, session, &rules) }
    if books.access.mandate != 0, !command.isExemptFromMandate, let reference = command.account,
        let ordinal = books.resolve(reference), let account = books.member(ordinal)
    {
        let reset = books.access.member(ordinal)?.reset ?? 0
        let isReset = max(account.opened, reset) > books.access.mandate
        rules.require(isReset || books.isStaff(request.principal), .resetRequired)
    }
    let minimum = command.minimum(books.policy)
    guard minimum.level > 0 else { return }
    let level = access.authentication?.level ?? session?.level ?? 0
    let at = access.authentication?.at.microseconds ?? session?.authenticatedAt ?? .min
    let isStrong = level >= minimum.level
    let isFresh = minimum.seconds == 0 || (Instant(microseconds: at) + minimum.seconds).microseconds >= now.microseconds
    guard !isStrong || !isFresh, !books.isStaff(request.principal) else { return }
    rules.require(isStrong, .stepUpRequired, bound: Int64(minimum.level) | minimum.seconds << 8)
    rules.require(!isStrong || isFresh, .evidenceStale, bound: Int64(minimum.level) | minimum.seconds << 8)
}

extension Books {
    /// Staff who act for a member, known by their own token, are not held to what is asked of the member.
    fileprivate func isStaff(_ principal: Principal) -> Bool {
        !approvals.roles(principal.name).isDisjoint(with: Roles(.support, .operator))
    }
}

private func admitSession(
    _ books: Books, _ command: Command, _ number: UInt32, _ now: Instant, _ rules: inout Rules
) -> AccessBooks.Session? {
    rules.require(number <= books.access.sessionCount, .sessionUnknown)
    guard let session = books.access.session(number) else {
        rules.require(false, .sessionEnded)
        return nil
    }
    if let reference = command.account, let account = books.resolve(reference) {
        rules.require(UInt64(session.account) == account, .sessionOfAnotherAccount)
    }
    if books.policy.sessionSeconds > 0 {
        rules.require(Instant(microseconds: session.begunAt) + books.policy.sessionSeconds > now, .sessionEnded)
    }
    return session
}

private func admitStops(
    _ stopped: Stops, _ books: Books, _ request: Request, _ session: AccessBooks.Session?, _ rules: inout Rules
) {
    let command = request.command
    let mine = command.stops
    if !mine.isEmpty {
        let code: Rejection.Code =
            switch mine {
            case .pay: .paymentsStopped
            case .registration: .registrationStopped
            case .externalIdLogin: .externalLoginStopped
            default: .chargesStopped
            }
        rules.require(stopped.isDisjoint(with: mine), code)
    }
    guard stopped.contains(.foreignIp), !(books.policy.claimsFromAbroad && books.shutdown.isTerminated) else { return }
    // No country, no member's command: what is not known to be near is taken for far.
    let country = request.access.country ?? session.flatMap { Country(code: $0.country) }
    if let country {
        rules.require(country == books.policy.homeCountry, .foreignAddress)
    } else {
        let via = request.access.via ?? command.usualVia
        rules.require(!via.isMembers || books.isStaff(request.principal), .countryUnknown)
    }
}

extension Command {
    /// Where a command comes from that does not say.
    fileprivate var usualVia: Via {
        switch self {
        case .money(.charge(_, .registerCash, _, _, _)), .money(.pay): .store
        case .money(.charge(_, .atmCash, _, _, _)): .atm
        default: .app
        }
    }
}
