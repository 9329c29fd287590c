import Ledger

/// What must hold of a whole log at the gates (`domain.md` §9.3: INV-07, 08, 09, 19), said over again in lists walked from the
/// first: it shares nothing with the core but the events' own fields. What does not hold, in words.
struct GateAudit {
    struct Control {
        let position: UInt64
        let stops: Stops
        let from: Instant
        var until: Instant
    }
    struct Session {
        let number: UInt32
        let account: UInt64
        let method: LoginMethod
        var device: UInt32
        var hasEnded = false
    }
    struct Proposal {
        let proposer: String
        var left: Int
        let expiresAt: Instant
        var people: [String]
    }

    private(set) var wrong: [String] = []
    private var actors: [String] = []
    private var roles: [String: Set<Role>] = [:]
    private var people: [String: String] = [:]
    private var controls: [Control] = []
    private var home = "JP"
    private var requiresLaunch = false
    private var hasLaunched = false
    private var mandate: UInt64 = 0
    /// When an account was opened, or made a reset of its own: the position that satisfies a mandate before it.
    private var fresh: [UInt64: UInt64] = [:]
    private var sessions: [Session] = []
    private var proposals: [UInt64: Proposal] = [:]
    private var voids: Set<UInt64> = []
    private var erased: Set<String> = []
    private var devices: [Pseudonym] = []
    /// The first event of the group at hand.
    private var opening: Event?

    /// Acts that take others' approval, or a broken glass.
    private static let approvedKinds: Set<EventKind> = [
        .exceptionalRefundReleased, .chargeCorrected, .controlLifted, .roleGranted, .roleRevoked, .personErased,
    ]
    private static let memberKinds: Set<EventKind> = [
        .chargeSettled, .paymentAccepted, .accountOpened, .accountLocked, .accountUnlocked, .credentialsReset, .loginSucceeded, .deviceBound,
        .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked, .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered,
        .sessionRevoked,
    ]

    init(_ events: [Event]) {
        for event in events { take(event) }
    }

    private mutating func take(_ event: Event) {
        func text(_ field: Tail.Field) -> String { event.tail.text(field) ?? "" }
        if event.groupIndex == 0 { opening = event }
        if event.kind == .genesis {
            for founder in event.tail.all(.founder).map({ String(decoding: $0, as: UTF8.self) }) {
                actors.append(founder)
                (roles[founder], people[founder]) = ([.operator, .approver, .treasurer], founder)
            }
            return
        }
        if let name = event.tail.text(.actorName) { actors.append(name) }
        let actor = actors[Int(event.actor) - 1]
        let held = roles[actor] ?? []
        var found: [String] = []
        defer { wrong += found.map { "\(event.position) \(event.kind.name) by \(actor): \($0)" } }
        func must(_ holds: Bool, _ what: String) { if !holds { found.append(what) } }
        let stopped = controls.filter { $0.from <= event.recordedAt && event.recordedAt < $0.until }.reduce(into: Stops()) { $0.formUnion($1.stops) }
        let isStaffed = !held.isDisjoint(with: [.support, .operator])
        if Self.memberKinds.contains(event.kind) {
            must(hasLaunched || !requiresLaunch, "before the launch")
            if let country = event.access?.country { must(!stopped.contains(.foreignIp) || country.description == home, "INV-08 foreign address") }
            if ![.accountOpened, .accountLocked, .credentialsReset].contains(event.kind), !isStaffed {
                must(fresh[event.subject.ordinal] ?? 0 >= mandate, "INV-09 before the reset")
            }
            if event.session > 0, ![.loginSucceeded, .loginFailed, .loginsCounted].contains(event.kind) {
                let session = sessions[Int(event.session) - 1]
                must(!session.hasEnded, "session \(event.session) has ended")
                must(session.account == event.subject.ordinal || event.kind == .accountOpened, "a session of account \(session.account)")
            }
        }
        let isAlone = opening?.kind != .approved && opening?.kind != .glassBroken
        must(!(Self.approvedKinds.contains(event.kind) && isAlone), "done alone")
        must(event.kind != .exceptionalRefundReleased && event.kind != .roleGranted || opening?.kind == .approved, "glass broken for it")
        switch event.kind {
        case .policySet:
            let policy = Policy(reading: event.tail)
            (home, requiresLaunch) = (policy.homeCountry.description, policy.requiresLaunch)
            must(!hasLaunched || !isAlone, "a policy alone after the launch")
        case .serviceLaunched: hasLaunched = true
        case .accountOpened:
            must(!stopped.contains(.registration), "INV-08 registration")
            must(!erased.contains(text(.person)), "of an erased person")
            fresh[event.subject.ordinal] = event.position
        case .credentialsReset:
            if event.tail.bytes(.resetMethod) != [ResetMethod.mass.rawValue] { fresh[event.subject.ordinal] = event.position }
            end { $0.account == event.subject.ordinal }
        case .chargeSettled: must(stopped.isDisjoint(with: .charge(event.source!)), "INV-07 charging")
        case .paymentAccepted: must(!stopped.contains(.pay), "INV-07 paying")
        case .loginSucceeded:
            must(event.loginMethod == .commonId || !stopped.contains(.externalIdLogin), "INV-08 external id")
            let device = event.access?.device ?? 0
            end { $0.account == event.subject.ordinal && $0.device == device }
            let live = sessions.indices.filter { sessions[$0].account == event.subject.ordinal && !sessions[$0].hasEnded }
            if live.count >= 8 { sessions[live[0]].hasEnded = true }
            sessions.append(Session(number: event.session, account: event.subject.ordinal, method: event.loginMethod!, device: device))
            must(Int(event.session) == sessions.count, "session \(event.session) is not the next")
        case .sessionRevoked:
            let one = event.tail.number(.revokedSession).map { UInt32($0) }
            end { $0.account == event.subject.ordinal && (one == nil || $0.number == one) }
        case .sessionsRevoked: end { event.loginMethod == nil || $0.method == event.loginMethod }
        case .resetMandated:
            mandate = event.position
            end { _ in true }
        case .controlActivated: controls.append(Control(position: event.position, stops: event.stops, from: event.effectiveAt, until: event.until))
        case .controlLifted:
            for index in controls.indices where controls[index].position == event.reference { controls[index].until = event.effectiveAt }
        case .refused where event.tail.bytes(.voidDue) != nil: voids.insert(event.position)
        case .upstreamVoidConfirmed: must(voids.remove(event.reference) != nil, "voids nothing")
        case .proposed:
            proposals[event.position] = Proposal(
                proposer: actor, left: Int(event.tail.bytes(.approvalsNeeded)!.first!),
                expiresAt: Instant(microseconds: event.tail.number(.expiresAt)!), people: [people[actor]!])
        case .approved: approve(event, actor, must)
        case .withdrawn: must(proposals.removeValue(forKey: event.reference) != nil, "withdraws nothing")
        case .roleGranted, .roleRevoked: change(event, text(.principal), must)
        case .personErased: erased.insert(text(.person))
        default: break
        }
        if let device = event.tail.bytes(.device).flatMap({ Pseudonym($0) }), !devices.contains(device) { devices.append(device) }
        must(event.access?.device ?? 0 <= UInt32(devices.count), "a device nobody introduced")
    }

    private mutating func end(_ which: (Session) -> Bool) {
        for index in sessions.indices where which(sessions[index]) { sessions[index].hasEnded = true }
    }

    private mutating func approve(_ event: Event, _ actor: String, _ must: (Bool, String) -> Void) {
        guard var proposal = proposals[event.reference] else { return must(false, "approves nothing") }
        must(roles[actor]!.contains(.approver), "is no approver")
        must(!proposal.people.contains(people[actor]!), "INV-19 \(people[actor]!) stands twice behind it")
        must(event.recordedAt < proposal.expiresAt, "expired")
        proposal.people.append(people[actor]!)
        proposal.left -= 1
        must(event.groupCount == 1 || proposal.left == 0, "done before the last approval")
        must(event.tail.bytes(.approvalsNeeded) == [UInt8(proposal.left)], "\(proposal.left) more are needed")
        proposals[event.reference] = proposal.left == 0 ? nil : proposal
    }

    private mutating func change(_ event: Event, _ principal: String, _ must: (Bool, String) -> Void) {
        let role = Role(rawValue: event.tail.bytes(.role)!.first!)!
        if event.kind == .roleGranted {
            let person = event.tail.text(.staffPerson)!
            must(people[principal] ?? person == person, "another person's principal")
            people[principal] = person
            roles[principal, default: []].insert(role)
            let all = roles.filter { people[$0.key] == person }.values.reduce(into: Set<Role>()) { $0.formUnion($1) }
            let isTorn = all.contains(.investigator) && (all.contains(.treasurer) || all.contains(.approver))
            must(!isTorn && !all.isSuperset(of: [.certifier, .treasurer]), "\(person) holds \(all)")
        } else {
            roles[principal]?.remove(role)
            if role == .approver { must(Set(roles.filter { $0.value.contains(.approver) }.map { people[$0.key]! }).count >= 3, "too few approvers") }
        }
    }
}
