/// The approvals desk's rules.
func decide(
    _ books: Books, _ command: ApprovalsCommand, _ request: Request, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    let who = request.principal.name
    let approvals = books.approvals
    switch command {
    case .propose(let act, let because):
        // The next proposal forgets those that expired long ago, so they must not keep it out.
        let isFull = approvals.proposals.count >= Approvals.mostProposals
            && !approvals.proposals.values.contains { $0.expiresAt + Approvals.keptAfterExpiry <= now }
        rules.require(!isFull, .tooManyProposals)
        let isDoer = !approvals.roles(who).isDisjoint(with: act.doers)
        let needed = isDoer ? act.approvalsNeeded(books) : max(1, act.approvalsNeeded(books))
        rules.require(needed > 0, .noApprovalNeeded)
        // Refused now if it could not be done now.
        _ = books.decideAct(act, request, evidence, now, &rules)
        var event = Event(.proposed)
        if let account = act.account.flatMap(books.resolve) {
            event.subject = .member(account)
            event.balanceAfter = books.member(account)?.balance ?? 0
        }
        event.tail.add(.heldCommand, bytes: act.canonicalBytes(occurredAt: nil))
        event.tail.add(.approvalsNeeded, bytes: [UInt8(needed)])
        event.tail.add(.expiresAt, number: (now + books.policy.proposalLifetime).microseconds)
        event.tail.add(.because, because)
        return [event]
    case .approve(let position):
        guard let proposal = proposal(books, position, evidence, now, &rules) else { return [] }
        let person = approvals.person(who)
        rules.require(person != approvals.person(proposal.proposer), .approverIsProposer)
        rules.require(!proposal.approvers.contains { approvals.person($0) == person }, .alreadyApproved)
        rules.require(proposal.command.mayBeAgreed(by: request.principal, books), .approverTookClaim)
        var approved = Event(.approved)
        approved.reference = position
        approved.tail.add(.approvalsNeeded, bytes: [UInt8(max(0, proposal.needed - proposal.approvers.count - 1))])
        guard proposal.approvers.count + 1 >= proposal.needed else { return [approved] }
        // Decided again, as its proposer, by today's roles, balances and rules.
        let act = proposal.command
        let roles = approvals.roles(proposal.proposer)
        rules.require(!roles.isDisjoint(with: act.doers.union(act.proposers)), .proposerLostRole)
        rules.require(proposal.approvers.allSatisfy { approvals.roles($0).contains(Roles(.approver)) }, .approverLostRole)
        var events = books.decideAct(act, request, evidence, now, &rules)
        // A refund says by itself who agreed to it: the file it goes out in is released by another. A late claim too: its
        // proposer took it down.
        let agreed = ([proposal.proposer] + proposal.approvers + [who]).map { books.actorOrdinal($0) }
        for index in events.indices where [.refundApproved, .refundClaimed].contains(events[index].kind) {
            events[index].tail.add(.agreedBy, actors: agreed)
        }
        return [approved] + events
    case .withdraw(let position, let because):
        guard let proposal = proposal(books, position, evidence, nil, &rules) else { return [] }
        rules.require(
            approvals.person(proposal.proposer) == approvals.person(who) || approvals.roles(who).contains(Roles(.operator)),
            .notTheProposer)
        var event = Event(.withdrawn)
        event.reference = position
        event.tail.add(.because, because)
        return [event]
    case .breakGlass(let act, let because):
        rules.require(act.approvalsNeeded(books) > 0, .noApprovalNeeded)
        let person = approvals.person(who)
        rules.require(!approvals.unreviewed.values.contains { approvals.person($0) == person }, .breakGlassUnreviewed)
        var event = Event(.glassBroken)
        event.tail.add(.heldCommand, bytes: act.canonicalBytes(occurredAt: nil))
        event.tail.add(.because, because)
        return [event] + books.decideAct(act, request, evidence, now, &rules)
    case .review(let position, let verdict, let note):
        guard let breaker = approvals.unreviewed[position] else {
            rules.require(false, .breakGlassUnknown)
            return []
        }
        rules.require(approvals.person(breaker) != approvals.person(who), .reviewerBrokeGlass)
        var event = Event(.glassReviewed)
        event.reference = position
        event.tail.add(.verdict, bytes: [verdict.rawValue])
        event.tail.add(.reason, note)
        return [event]
    case .grant(let principal, let role, let person):
        let held = approvals.roles(principal)
        let human = person ?? approvals.staff[principal]?.person ?? principal
        rules.require(approvals.staff[principal].map { $0.person == human } ?? true, .otherPerson)
        rules.require(!held.contains(Roles(role)), .roleHeld)
        let ofPerson = approvals.staff.values.filter { $0.person == human }.reduce(into: held) { $0.formUnion($1.roles) }
        rules.require(!ofPerson.conflict(with: role), .dutiesConflict)
        var event = Event(.roleGranted)
        event.tail.add(.principal, principal)
        event.tail.add(.role, bytes: [role.rawValue])
        event.tail.add(.staffPerson, human)
        return [event]
    case .revoke(let principal, let role):
        rules.require(approvals.roles(principal).contains(Roles(role)), .roleNotHeld)
        if role == .approver {
            rules.require(approvals.people(with: .approver, besides: principal) >= Approvals.fewestApprovers, .tooFewApprovers)
        } else if role == .operator {
            rules.require(approvals.people(with: .operator, besides: principal) >= 1, .tooFewApprovers)
        }
        var event = Event(.roleRevoked)
        event.tail.add(.principal, principal)
        event.tail.add(.role, bytes: [role.rawValue])
        return [event]
    }
}

/// The open proposal at a position. `now` is given where an expired one will not do.
private func proposal(
    _ books: Books, _ position: UInt64, _ evidence: Evidence, _ now: Instant?, _ rules: inout Rules
) -> Approvals.Proposal? {
    if let proposal = books.approvals.proposals[position] {
        rules.require(now.map { $0 < proposal.expiresAt } ?? true, .proposalExpired)
        return proposal
    }
    guard case .event(let event?) = evidence, event.position == position, event.kind == .proposed else {
        rules.require(false, .proposalUnknown)
        return nil
    }
    rules.require(false, .proposalClosed)
    return nil
}
