extension Books {
    /// Takes in an event of the access desk.
    mutating func access(_ event: Event) {
        let account = event.subject.memberOrdinal ?? 0
        let now = event.recordedAt
        switch event.kind {
        case .loginSucceeded:
            let record = event.access
            access.begin(
                AccessBooks.Session(
                    ordinal: event.session, account: UInt32(truncatingIfNeeded: account), device: record?.device ?? 0, next: 0,
                    begun: event.position, begunAt: now.microseconds,
                    authenticatedAt: (record?.authenticatedAt ?? now).microseconds, country: record?.country?.code ?? 0,
                    level: max(1, event.authLevel), method: record?.method?.rawValue ?? 0,
                    isExternal: event.loginMethod == .externalId))
        case .deviceBound:
            guard let device = event.tail.bytes(.device).flatMap({ Pseudonym($0) }) else { return }
            access.addLink(account, .device, access.devices.intern(device), at: now)
        case .deviceUnbound:
            guard let device = event.tail.bytes(.device).flatMap({ Pseudonym($0) }) else { return }
            access.removeLink(account, .device, access.devices.intern(device))
        case .externalLoginLinked, .externalLoginUnlinked:
            guard let id = event.tail.bytes(.externalLogin).flatMap({ Pseudonym($0) }) else { return }
            let ordinal = access.externalLogins.intern(id)
            if Int(ordinal) > access.externalAccounts.count { access.externalAccounts.append(0) }
            if event.kind == .externalLoginLinked {
                access.externalAccounts[Int(ordinal) - 1] = UInt32(truncatingIfNeeded: account)
                access.addLink(account, .externalLogin, ordinal, at: now)
            } else {
                access.externalAccounts[Int(ordinal) - 1] = 0
                access.removeLink(account, .externalLogin, ordinal)
            }
        case .fundingSourceLinked, .fundingSourceUnlinked:
            guard let token = event.tail.text(.cardToken) else { return }
            let ordinal = access.cards.intern(token)
            if event.kind == .fundingSourceLinked {
                access.addLink(account, .card, detail: event.source?.rawValue ?? 0, ordinal, at: now)
            } else {
                access.removeLink(account, .card, ordinal)
            }
        case .contactRegistered:
            guard let contact = event.tail.bytes(.contact).flatMap({ Pseudonym($0) }) else { return }
            let ordinal = access.contacts.intern(contact)
            // A contact registered again, or in the first moment of an account, is no change.
            guard access.link(account, .contact, ordinal) == nil else { return }
            let kind = event.tail.bytes(.contactKind)?.first ?? 0
            if let old = access.contact(account, kind) {
                access.removeLink(account, .contact, old)
                access.change(account) { $0.contactAt = now.microseconds }
            }
            access.addLink(account, .contact, detail: kind, ordinal, at: now)
        case .sessionRevoked:
            access.end(account, session: event.tail.number(.revokedSession).flatMap { UInt32(exactly: $0) })
        case .sessionsRevoked:
            switch event.loginMethod {
            case nil: access.endedBefore = event.position
            case .externalId: access.externalEndedBefore = event.position
            case .commonId: access.commonEndedBefore = event.position
            }
        case .resetMandated:
            access.mandate = event.position
            access.endedBefore = event.position
        default: return
        }
    }

    /// A reset begins the cool-down; one the member made satisfies a mandate, one made for all does not.
    mutating func noteReset(_ event: Event) {
        guard let account = event.subject.memberOrdinal else { return }
        let isMass = event.tail.bytes(.resetMethod)?.first == ResetMethod.mass.rawValue
        access.change(account) { member in
            member.resetAt = event.recordedAt.microseconds
            if !isMass { member.reset = event.position }
        }
        // Whoever was signed in with the old credentials is not any more.
        access.end(account, session: nil)
    }
}

extension AccessBooks {
    /// The contact of this kind, if the account has one.
    fileprivate func contact(_ account: UInt64, _ kind: UInt8) -> UInt32? {
        var at = member(account)?.links ?? 0
        while at != 0 {
            let link = links[Int(at) - 1]
            if link.kind == .contact, link.detail == kind { return link.value }
            at = link.next
        }
        return nil
    }
}

extension Event {
    public var loginMethod: LoginMethod? { tail.bytes(.loginMethod)?.first.flatMap(LoginMethod.init(rawValue:)) }
}
