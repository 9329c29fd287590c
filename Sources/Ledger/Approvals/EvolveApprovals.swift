extension Books {
    /// Takes in an event of the approvals desk.
    mutating func approvals(_ event: Event) {
        let who = actors.name(event.actor) ?? ""
        switch event.kind {
        case .proposed:
            guard let bytes = event.tail.bytes(.heldCommand), let command = try? Command(canonical: bytes) else {
                preconditionFailure("a proposal holds a command this version knows")
            }
            let forgotten = approvals.proposals.filter { $0.value.expiresAt + Approvals.keptAfterExpiry <= event.recordedAt }
            for position in forgotten.keys { approvals.proposals[position] = nil }
            approvals.proposals[event.position] = Approvals.Proposal(
                command: command, proposer: who, approvers: [], needed: Int(event.tail.bytes(.approvalsNeeded)?.first ?? 1),
                expiresAt: Instant(microseconds: event.tail.number(.expiresAt) ?? 0))
        case .approved:
            approvals.proposals[event.reference]?.approvers.append(who)
            if event.tail.bytes(.approvalsNeeded)?.first == 0 { approvals.proposals[event.reference] = nil }
        case .withdrawn: approvals.proposals[event.reference] = nil
        case .glassBroken: approvals.unreviewed[event.position] = who
        case .glassReviewed: approvals.unreviewed[event.reference] = nil
        case .roleGranted, .roleRevoked:
            guard let principal = event.tail.text(.principal), let role = event.tail.bytes(.role)?.first.flatMap(Role.init(rawValue:))
            else { return }
            if event.kind == .roleGranted {
                approvals.staff[
                    principal, default: Approvals.Staff(roles: [], person: event.tail.text(.staffPerson) ?? principal)
                ].roles.insert(Roles(role))
            } else {
                approvals.staff[principal]?.roles.remove(Roles(role))
            }
        default: return
        }
    }
}

extension Approvals {
    /// Seconds an expired proposal is still known as expired.
    static let keptAfterExpiry: Int64 = 604_800
}
