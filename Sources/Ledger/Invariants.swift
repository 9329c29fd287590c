extension Books {
    /// The invariant an event would break if it were taken in now; `nil` if it breaks none. What one event can be held
    /// against; sums over all accounts are the audit's. Asked before every event in debug builds and tests.
    func broken(by event: Event) -> String? {
        if event.recordedAt < now { return "recordedAt never runs backwards" }
        if event.groupIndex >= event.groupCount { return "INV-20 group index \(event.groupIndex) of \(event.groupCount)" }
        if event.previous != lastPosition(event.subject) { return "the chain of \(event.subject) goes back to \(lastPosition(event.subject))" }
        if event.policyVersion != policyVersion { return "policy version \(policyVersion) is in force" }
        let stopped = controls.stops(at: event.recordedAt)
        if let source = event.source, event.kind == .chargeSettled, stopped.contains(.charge(source)) {
            return "INV-07 charging from \(source.name) is stopped"
        }
        if event.kind == .paymentAccepted, stopped.contains(.pay) { return "INV-07 payments are stopped" }
        if shutdown.isTerminated {
            if [.chargeSettled, .paymentAccepted, .accountOpened].contains(event.kind) { return "INV-10 the service has ended" }
            if let act = shutdown.act, event.kind.stepOfAct != act.kind || event.reference != act.opened, !event.kind.closesAct {
                return "\(event.kind.name) comes between the steps of the act at \(act.opened)"
            }
        }
        if event.kind == .accountOpened, stopped.contains(.registration) { return "INV-08 registration is stopped" }
        if event.kind == .loginSucceeded, event.loginMethod == .externalId, stopped.contains(.externalIdLogin) {
            return "INV-08 signing in with an external id is stopped"
        }
        if [.chargeSettled, .paymentAccepted, .loginSucceeded].contains(event.kind), stopped.contains(.foreignIp),
            !(policy.claimsFromAbroad && shutdown.isTerminated), let country = event.access?.country, country != policy.homeCountry
        {
            return "INV-08 foreign addresses are blocked"
        }
        if event.kind == .approved, let proposal = approvals.proposals[event.reference] {
            let person = approvals.person(actors.name(event.actor) ?? "")
            if ([proposal.proposer] + proposal.approvers).contains(where: { approvals.person($0) == person }) {
                return "INV-19 \(person) stands twice behind proposal \(event.reference)"
            }
        }
        guard let classes = event.kind.posting else {
            return event.hasPosting || !event.credit.isNone ? "\(event.kind.name) has no posting" : nil
        }
        if event.debit.accountClass != classes.debit || event.credit.accountClass != classes.credit {
            return "INV-01 \(event.kind.name) is no posting of \(event.debit) to \(event.credit)"
        }
        if event.amount <= 0 { return "INV-06 amount \(event.amount)" }
        let neverBelow: [AccountClass] = [.fraudHold, .compensation, .refund, .unclaimed, .payoutInTransit]
        if let debited = event.debit.accountClass, neverBelow.contains(debited), balance(event.debit) < event.amount {
            return "INV-03 \(event.debit) would go below zero"
        }
        guard let account = event.subject.memberOrdinal.flatMap(member) else { return nil }
        if event.debit == event.subject, account.balance < event.amount { return "INV-03 \(event.subject) would go below zero" }
        switch event.kind {
        case .chargeSettled:
            if account.isClosed || account.isLocked(.charge) { return "INV-11 the account takes no charge" }
            if policy.balanceCap > 0, event.balanceAfter > policy.balanceCap { return "INV-04 the balance passes the cap" }
        case .paymentAccepted:
            if account.isClosed || account.isLocked(.pay) { return "INV-11 the account pays nothing" }
        default: break
        }
        return nil
    }
}
