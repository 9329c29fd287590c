internal import Ledger

/// Who decided what: roles as of the event, and others' approval where it takes one (INV-19).
extension Audit.Gates {
    mutating func decide(_ event: Event) {
        checkDoer(event)
        switch event.kind {
        case .policySet: limits.read(event)
        case .serviceLaunched:
            object(launchedAt == nil, "the service was launched before")
            launchedAt = event.recordedAt
        case .accountClosed:
            if let person = persons[event.subject.ordinal] { open[person, default: 0] -= 1 }
        case .controlActivated: activate(event)
        case .controlLifted: lift(event)
        case .upstreamVoidConfirmed: object(voids.remove(event.reference) != nil, "event \(event.reference) leaves nothing to give back")
        case .sessionsRevoked: endAll(event.tail.bytes(.loginMethod)?.first)
        case .resetMandated:
            mandate = event.position
            endAll(nil)
        case .proposed: propose(event)
        case .approved: approve(event)
        case .withdrawn:
            guard let proposal = proposals.removeValue(forKey: event.reference) else { return object(false, "no proposal \(event.reference) is open") }
            let who = name(event)
            let may = person(who) == person(proposal.proposer) || roles(who).contains(.operator)
            object(may, "\(who) is neither its proposer nor an operator")
        case .glassBroken: breakGlass(event)
        case .glassReviewed:
            guard let breaker = unreviewed.removeValue(forKey: event.reference) else {
                return object(false, "event \(event.reference) waits for no review")
            }
            object(person(breaker) != person(name(event)), "INV-19 \(breaker) reviews an act of their own")
        case .roleGranted, .roleRevoked: changeRole(event)
        case .personErased:
            let who = event.tail.text(.person) ?? ""
            object(open[who] == 0, "\(who) has an open account, or never had one")
            object(erased.insert(who).inserted, "\(who)'s data was destroyed before")
        default: break
        }
    }

    private mutating func activate(_ event: Event) {
        let (stops, now) = (event.stops.rawValue, event.recordedAt)
        let from = event.tail.number(.effectiveAt).map { Instant(microseconds: $0) } ?? now
        let until = event.tail.number(.until).map { Instant(microseconds: $0) } ?? Instant(microseconds: .max)
        let isOneKind = stops != 0 && stops & ~0b11_1110 == 0 || [1 << 8, 1 << 9, 1 << 10, 1 << 11].contains(stops)
        object(isOneKind && event.tail.number(.controlStops) == Int64(stops), "a control stops one kind of thing")
        object(from >= now && until > from, "a control begins at \(from), not before it is decided and before its end")
        controls.removeAll { $0.until <= now }
        controls.append((event.position, stops, from, until))
    }

    private mutating func lift(_ event: Event) {
        let end = event.tail.number(.effectiveAt).map { Instant(microseconds: $0) } ?? event.recordedAt
        guard let index = controls.firstIndex(where: { $0.position == event.reference && $0.until > event.recordedAt }) else {
            return object(false, "no control \(event.reference) is open")
        }
        let control = controls[index]
        object(end >= event.recordedAt && end >= control.from && end < control.until, "it ends control \(event.reference) at \(end)")
        controls[index].until = end
        controls.removeAll { $0.until <= event.recordedAt || $0.until <= $0.from }
    }

    private mutating func propose(_ event: Event) {
        guard let bytes = event.tail.bytes(.heldCommand), let command = try? Command(canonical: bytes), let act = Act(command) else {
            return object(false, "it proposes nothing that may wait for approvals")
        }
        let held = roles(name(event))
        let stated = Int(event.tail.bytes(.approvalsNeeded)?.first ?? 0)
        let needed = act.approvals(isLaunched: launchedAt != nil)
        object(stated == max(1, needed), "INV-19 it takes \(max(1, needed)) approvals, not \(stated)")
        let may = !held.isDisjoint(with: act.doers) && needed > 0 || !held.isDisjoint(with: act.proposers)
        let who = name(event)
        object(may, "INV-19 \(who) holds no role to propose it")
        let expiresAt = Instant(microseconds: event.tail.number(.expiresAt) ?? 0)
        object(expiresAt == event.recordedAt + (limits.proposalSeconds > 0 ? limits.proposalSeconds : 259_200), "it is open for another time than the policy's")
        let account = command.account.flatMap(ordinal)
        object(command.account == nil ? event.subject.isNone : event.subject.memberOrdinal == account, "it is about account \(account ?? 0)")
        proposals[event.position] = Proposal(
            command: command, bytes: Array(bytes), proposer: name(event), needed: stated, expiresAt: expiresAt)
    }

    private mutating func approve(_ event: Event) {
        let who = name(event)
        let left = Int(event.tail.bytes(.approvalsNeeded)?.first ?? 0)
        guard var proposal = proposals[event.reference] else { return object(false, "INV-19 no proposal \(event.reference) is open") }
        object(event.recordedAt < proposal.expiresAt, "the proposal had expired")
        let (before, human) = (([proposal.proposer] + proposal.approvers).map(person), person(who))
        object(!before.contains(human), "INV-19 \(human) stands twice behind proposal \(event.reference)")
        proposal.approvers.append(who)
        object(left == max(0, proposal.needed - proposal.approvers.count), "INV-19 \(proposal.needed - proposal.approvers.count) approvals are missing, not \(left)")
        object((left == 0) == (event.groupCount > 1), "INV-19 the act follows the last approval, and no other")
        guard left == 0 else {
            proposals[event.reference] = proposal
            return
        }
        proposals[event.reference] = nil
        (held, carried) = (proposal.command, proposal)
        guard let act = Act(proposal.command) else { return }
        let asking = roles(proposal.proposer)
        object(!asking.isDisjoint(with: act.doers.union(act.proposers)), "INV-19 \(proposal.proposer) may no longer do this")
        object(proposal.approvers.allSatisfy { roles($0).contains(.approver) }, "INV-19 an approver no longer is one")
    }

    private mutating func breakGlass(_ event: Event) {
        guard let bytes = event.tail.bytes(.heldCommand), let command = try? Command(canonical: bytes), let act = Act(command), act.isBreakable
        else { return object(false, "INV-19 it is no act that may be done alone") }
        let who = name(event)
        object(act.approvals(isLaunched: launchedAt != nil) > 0, "it takes nobody's approval")
        object(!roles(who).isDisjoint(with: act.doers), "INV-19 \(who) holds no role to do it")
        object(!unreviewed.values.contains { person($0) == person(who) }, "an emergency act of \(who) waits for its review")
        object(event.groupCount > 1, "the act follows in its group")
        unreviewed[event.position] = who
        held = command
    }

    private mutating func changeRole(_ event: Event) {
        guard let principal = event.tail.text(.principal), let role = event.tail.bytes(.role)?.first.flatMap({ Role(rawValue: $0) }) else {
            return object(false, "it names no principal and role")
        }
        guard event.kind == .roleGranted else {
            object(staff[principal]?.roles.remove(role) != nil, "\(principal) holds no such role")
            let left = Set(staff.values.filter { $0.roles.contains(.approver) }.map(\.person)).count
            object(role != .approver || left >= 3, "fewer than three are left to approve")
            return
        }
        let person = event.tail.text(.staffPerson) ?? principal
        object(staff[principal].map { $0.person == person } ?? true, "\(principal) is another person's")
        object(!roles(principal).contains(role), "\(principal) holds the role already")
        staff[principal, default: Staff(person: person)].roles.insert(role)
        var all: Set<Role> = []
        for other in staff.values where other.person == person { all.formUnion(other.roles) }
        let isApart = !(all.contains(.investigator) && (all.contains(.treasurer) || all.contains(.approver))) && !(all.contains(.certifier) && all.contains(.treasurer))
        object(isApart, "\(person) holds duties that must lie apart")
    }

    /// The ordinal a held command's account means.
    func ordinal(_ reference: AccountReference) -> UInt64? {
        switch reference {
        case .ordinal(let ordinal): ordinal
        case .external(let id): externals[id]
        }
    }

    // MARK: Who may do it

    /// Holds an act against the roles of whoever did it, or against what was approved.
    private mutating func checkDoer(_ event: Event) {
        let who = name(event)
        switch event.kind {
        case .proposed, .glassBroken: return
        case .approved: return object(roles(who).contains(.approver), "INV-19 \(who) is no approver")
        case .withdrawn: return object(!roles(who).isEmpty, "INV-19 \(who) holds no role")
        case .glassReviewed: return object(!roles(who).isDisjoint(with: [.approver, .reviewer]), "INV-19 \(who) may not review")
        case .personalDataViewed:
            object(open[event.tail.text(.person) ?? ""] != nil, "no account of such a person was opened")
            return object(!roles(who).isDisjoint(with: [.dataOfficer, .support, .investigator]), "INV-19 \(who) may not look at personal data")
        default: break
        }
        if event.groupIndex > 0, let head, head.kind == .approved || head.kind == .glassBroken {
            return object(held.map { carriesOut($0, event) } ?? false, "INV-19 it is not what was approved")
        }
        // What a label frees on a closed account goes where the rest of its balance went.
        guard let doer = Act.doer(of: event.kind), event.kind != .balanceDisposed || head?.kind != .eventLabelled else { return }
        object(roles(who).contains(doer), "INV-19 \(who) is no \(doer.name)")
        object(Act.approvals(for: event.kind, isLaunched: launchedAt != nil) == 0, "INV-19 nobody approved it")
    }
}
