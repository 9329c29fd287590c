/// The newer desks' parts of the books' image.

extension Controls {
    func encode(into image: inout ImageWriter) {
        image.number(UInt64(all.count))
        for control in all {
            image.number(control.position)
            image.number(UInt64(control.stops.rawValue))
            image.number(control.effectiveAt.microseconds)
            image.number(control.until.microseconds)
        }
        image.numbers(voids.sorted())
    }

    init(from image: inout ImageReader, now: Instant) throws(ImageError) {
        self.init()
        var controls: [Control] = []
        for _ in 0..<(try image.count()) {
            controls.append(
                Control(
                    position: try image.number(), stops: Stops(rawValue: UInt16(truncatingIfNeeded: try image.number())),
                    effectiveAt: Instant(microseconds: try image.signed()), until: Instant(microseconds: try image.signed())))
        }
        restore(controls, voids: Set(try image.numbers()), now: now)
    }
}

extension Approvals {
    func encode(into image: inout ImageWriter) {
        image.number(UInt64(staff.count))
        for (name, member) in staff.sorted(by: { $0.key < $1.key }) {
            image.text(name)
            image.number(UInt64(member.roles.rawValue))
            image.text(member.person)
        }
        image.number(UInt64(proposals.count))
        for (position, proposal) in proposals.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.bytes(proposal.command.canonicalBytes(occurredAt: nil))
            image.text(proposal.proposer)
            image.number(UInt64(proposal.approvers.count))
            for approver in proposal.approvers { image.text(approver) }
            image.number(UInt64(proposal.needed))
            image.number(proposal.expiresAt.microseconds)
        }
        image.number(UInt64(unreviewed.count))
        for (position, who) in unreviewed.sorted(by: { $0.key < $1.key }) {
            image.number(position)
            image.text(who)
        }
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init()
        for _ in 0..<(try image.count()) {
            let name = try image.text()
            let roles = Roles(rawValue: UInt32(truncatingIfNeeded: try image.number()))
            staff[name] = Staff(roles: roles, person: try image.text())
        }
        for _ in 0..<(try image.count()) {
            let position = try image.number()
            let command = try Command(canonical: try image.bytes())
            let proposer = try image.text()
            var approvers: [String] = []
            for _ in 0..<(try image.count()) { approvers.append(try image.text()) }
            let needed = Int(truncatingIfNeeded: try image.number())
            proposals[position] = Proposal(
                command: command, proposer: proposer, approvers: approvers, needed: needed,
                expiresAt: Instant(microseconds: try image.signed()))
        }
        for _ in 0..<(try image.count()) {
            let position = try image.number()
            unreviewed[position] = try image.text()
        }
    }
}

extension PseudonymTable {
    func encode(into image: inout ImageWriter) {
        image.number(UInt64(all.count))
        for pseudonym in all {
            image.number(pseudonym.high)
            image.number(pseudonym.low)
        }
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init()
        for _ in 0..<(try image.count()) { _ = intern(Pseudonym(high: try image.number(), low: try image.number())) }
    }
}

extension AccessBooks {
    func encode(into image: inout ImageWriter) {
        devices.encode(into: &image)
        contacts.encode(into: &image)
        cards.encode(into: &image)
        externalLogins.encode(into: &image)
        for account in externalAccounts { image.number(UInt64(account)) }
        image.number(UInt64(members.count))
        for member in members {
            image.number(UInt64(member.links) | UInt64(member.sessions) << 32)
            image.number(member.reset)
            image.number(member.resetAt)
            image.number(member.contactAt)
            image.number(member.day)
            image.number(member.today.charged)
            image.number(member.today.cardCharged)
            image.number(member.today.paid)
            image.number(member.newestCharge)
        }
        image.number(UInt64(links.count))
        for link in links {
            image.number(UInt64(link.kind.rawValue) | UInt64(link.detail) << 8 | UInt64(link.value) << 32)
            image.number(UInt64(link.next))
            image.number(link.since)
            image.number(link.charged)
        }
        image.number(UInt64(freeLink))
        image.number(UInt64(sessionCount))
        image.number(UInt64(sessions.count))
        for session in sessions {
            image.number(UInt64(session.ordinal) | UInt64(session.account) << 32)
            image.number(UInt64(session.device) | UInt64(session.next) << 32)
            image.number(session.begun)
            image.number(session.begunAt)
            image.number(session.authenticatedAt)
            image.number(
                UInt64(session.country) | UInt64(session.level) << 16 | UInt64(session.method) << 24
                    | (session.isExternal ? 1 << 32 : 0))
        }
        image.number(UInt64(freeSession))
        image.numbers([endedBefore, externalEndedBefore, commonEndedBefore, mandate])
        let (first, entries) = window.live
        image.number(first)
        image.number(UInt64(entries.count))
        for entry in entries {
            image.number(entry.at)
            image.number(entry.before)
            image.number(UInt64(entry.account) | UInt64(entry.source) << 32)
        }
    }

    init(from image: inout ImageReader) throws(ImageError) {
        self.init()
        devices = try PseudonymTable(from: &image)
        contacts = try PseudonymTable(from: &image)
        cards = try NameTable(from: &image)
        externalLogins = try PseudonymTable(from: &image)
        for _ in 0..<externalLogins.count { externalAccounts.append(UInt32(truncatingIfNeeded: try image.number())) }
        for _ in 0..<(try image.count()) {
            var member = MemberAccess()
            let heads = try image.number()
            member.links = UInt32(truncatingIfNeeded: heads)
            member.sessions = UInt32(heads >> 32)
            member.reset = try image.number()
            member.resetAt = try image.signed()
            member.contactAt = try image.signed()
            member.day = try image.signed()
            member.today = DaySums(charged: try image.signed(), cardCharged: try image.signed(), paid: try image.signed())
            member.newestCharge = try image.number()
            members.append(member)
        }
        for _ in 0..<(try image.count()) {
            let word = try image.number()
            let next = try image.number()
            guard let kind = Link.Kind(rawValue: UInt8(truncatingIfNeeded: word)) else { throw ImageError() }
            links.append(
                Link(
                    kind: kind, detail: UInt8(truncatingIfNeeded: word >> 8), value: UInt32(word >> 32),
                    next: UInt32(truncatingIfNeeded: next), since: try image.signed(), charged: try image.signed()))
        }
        freeLink = UInt32(truncatingIfNeeded: try image.number())
        sessionCount = UInt32(truncatingIfNeeded: try image.number())
        for index in 0..<(try image.count()) {
            let (who, place) = (try image.number(), try image.number())
            let (begun, begunAt, authenticatedAt) = (try image.number(), try image.signed(), try image.signed())
            let flags = try image.number()
            let session = Session(
                ordinal: UInt32(truncatingIfNeeded: who), account: UInt32(who >> 32), device: UInt32(truncatingIfNeeded: place),
                next: UInt32(place >> 32), begun: begun, begunAt: begunAt, authenticatedAt: authenticatedAt,
                country: UInt16(truncatingIfNeeded: flags), level: UInt8(truncatingIfNeeded: flags >> 16),
                method: UInt8(truncatingIfNeeded: flags >> 24), isExternal: flags >> 32 & 1 == 1)
            sessions.append(session)
            if session.ordinal != 0 { slots[session.ordinal] = UInt32(index) + 1 }
        }
        freeSession = UInt32(truncatingIfNeeded: try image.number())
        let cuts = try image.numbers()
        guard cuts.count == 4 else { throw ImageError() }
        (endedBefore, externalEndedBefore, commonEndedBefore, mandate) = (cuts[0], cuts[1], cuts[2], cuts[3])
        let first = try image.number()
        var entries: [ChargeWindow.Entry] = []
        for _ in 0..<(try image.count()) {
            let (at, before, what) = (try image.signed(), try image.number(), try image.number())
            entries.append(
                ChargeWindow.Entry(at: at, before: before, account: UInt32(truncatingIfNeeded: what), source: UInt8(truncatingIfNeeded: what >> 32)))
        }
        window = ChargeWindow(first: first, entries)
    }
}
