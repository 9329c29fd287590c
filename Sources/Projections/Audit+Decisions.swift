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
        let may = held.contains(act.doer) && needed > 0 || act.isForInvestigators && held.contains(.investigator)
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
        held = proposal.command
        guard let act = Act(proposal.command) else { return }
        let asking = roles(proposal.proposer)
        object(asking.contains(act.doer) || act.isForInvestigators && asking.contains(.investigator), "INV-19 \(proposal.proposer) may no longer do this")
        object(proposal.approvers.allSatisfy { roles($0).contains(.approver) }, "INV-19 an approver no longer is one")
    }

    private mutating func breakGlass(_ event: Event) {
        guard let bytes = event.tail.bytes(.heldCommand), let command = try? Command(canonical: bytes), let act = Act(command), act.isBreakable
        else { return object(false, "INV-19 it is no act that may be done alone") }
        let who = name(event)
        object(act.approvals(isLaunched: launchedAt != nil) > 0, "it takes nobody's approval")
        object(roles(who).contains(act.doer), "INV-19 \(who) holds no role to do it")
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
    private func ordinal(_ reference: AccountReference) -> UInt64? {
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
        guard let doer = Act.doer(of: event.kind) else { return }
        if event.groupIndex > 0, let head, head.kind == .approved || head.kind == .glassBroken {
            return object(held.map { carriesOut($0, event) } ?? false, "INV-19 it is not what was approved")
        }
        object(roles(who).contains(doer), "INV-19 \(who) is no \(doer.name)")
        object(Act.approvals(for: event.kind, isLaunched: launchedAt != nil) == 0, "INV-19 nobody approved it")
    }

    /// True if an event is what a command asks for.
    private func carriesOut(_ command: Command, _ event: Event) -> Bool {
        let (kind, tail) = (event.kind, event.tail)
        let isOfAccount = command.account.map { ordinal($0) == event.subject.memberOrdinal } ?? true
        guard isOfAccount else { return false }
        switch command {
        case .accounts(.close(_, let disposition, _)):
            return kind == .accountClosed || kind == .balanceDisposed && tail.bytes(.disposition)?.first == disposition?.rawValue
        case .service(.setPolicy(let policy)): return kind == .policySet && Policy(reading: tail) == policy
        case .service(.launch): return kind == .serviceLaunched
        case .service(.publishNotice(let notice, let place, let hash, _)):
            return kind == .noticePublished && tail.bytes(.noticeKind)?.first == notice.rawValue && tail.text(.noticePlace) == place
                && tail.bytes(.contentHash).map(Array.init) == hash
        case .controls(.activate(let stops, let from, let until, let reason)):
            return kind == .controlActivated && event.stops == stops && tail.text(.reason) == reason
                && (from.map { $0.microseconds == tail.number(.effectiveAt) } ?? true) && tail.number(.until) == until?.microseconds
        case .controls(.lift(let control, let end, let reason)):
            return kind == .controlLifted && event.reference == control && tail.text(.reason) == reason
                && (end.map { $0.microseconds == tail.number(.effectiveAt) } ?? true)
        case .controls(.confirmVoid(let refusal, _)): return kind == .upstreamVoidConfirmed && event.reference == refusal
        case .access(.mandateReset(let reason)): return kind == .resetMandated && tail.text(.reason) == reason
        case .access(.revokeSessions(let method, let reason)):
            return kind == .sessionsRevoked && tail.bytes(.loginMethod)?.first == method?.rawValue && tail.text(.reason) == reason
        case .money(.correctCharge(_, let charge, let amount, _)):
            return kind == .chargeCorrected && event.reference == charge && event.amount == amount.units
        case .money(.refund(_, let amount, let reason, _)):
            return kind == .exceptionalRefundReleased && event.amount == amount.units && tail.bytes(.refundReason)?.first == reason?.rawValue
        case .money(.settlePartner(let source, let gross, _, _)):
            return [.partnerSettled, .partnerFeeBooked, .unmatchedReceived].contains(kind) && event.source == source && event.amount <= gross.units
        case .money(.settleMerchant(_, let amount, let direction, _)):
            return kind == (direction == .toStore ? .merchantSettled : .merchantRepaid) && event.amount == amount.units
        case .money(.fundByOwner(let amount, _)): return kind == .ownerFunded && event.amount == amount.units
        case .money(.bookUnmatched(let amount, let direction, _)):
            return kind == (direction == .in ? .unmatchedReceived : .unmatchedReturned) && event.amount == amount.units
        case .approvals(.grant(let principal, let role, _)):
            return kind == .roleGranted && tail.text(.principal) == principal && tail.bytes(.role)?.first == role.rawValue
        case .approvals(.revoke(let principal, let role)):
            return kind == .roleRevoked && tail.text(.principal) == principal && tail.bytes(.role)?.first == role.rawValue
        case .people(.erase(let person, _)): return kind == .personErased && tail.text(.person) == person
        default: return false
        }
    }

    /// What the house rules say of an act that may wait for approvals.
    struct Act {
        /// The role it takes.
        let doer: Role
        /// The event it leads to.
        let kind: EventKind
        var isBreakable: Bool { [.controlLifted, .policySet, .roleRevoked].contains(kind) }
        var isForInvestigators: Bool { [.controlActivated, .resetMandated, .sessionsRevoked].contains(kind) }

        /// `nil` if it is none.
        init?(_ command: Command) {
            let kind: EventKind? =
                switch command.name {
                case .closeAccount: .accountClosed
                case .setPolicy: .policySet
                case .launchService: .serviceLaunched
                case .publishNotice: .noticePublished
                case .activateControl: .controlActivated
                case .liftControl: .controlLifted
                case .confirmVoid: .upstreamVoidConfirmed
                case .mandateReset: .resetMandated
                case .revokeSessions: .sessionsRevoked
                case .correctCharge: .chargeCorrected
                case .refund: .exceptionalRefundReleased
                case .settlePartner: .partnerSettled
                case .settleMerchant: .merchantSettled
                case .fundByOwner: .ownerFunded
                case .bookUnmatched: .unmatchedReceived
                case .grantRole: .roleGranted
                case .revokeRole: .roleRevoked
                case .erasePerson: .personErased
                default: nil
                }
            guard let kind, let doer = Self.doer(of: kind) else { return nil }
            (self.kind, self.doer) = (kind, doer)
        }

        func approvals(isLaunched: Bool) -> Int { Self.approvals(for: kind, isLaunched: isLaunched) }

        static func doer(of kind: EventKind) -> Role? {
            switch kind {
            case .accountClosed, .balanceDisposed, .policySet, .clockConfirmed, .serviceLaunched, .noticePublished, .controlActivated,
                .controlLifted, .resetMandated, .sessionsRevoked, .roleGranted, .roleRevoked:
                .operator
            case .chargeCorrected, .exceptionalRefundReleased, .partnerSettled, .partnerFeeBooked, .merchantSettled, .merchantRepaid,
                .ownerFunded, .unmatchedReceived, .unmatchedReturned, .upstreamVoidConfirmed:
                .treasurer
            case .personErased: .dataOfficer
            default: nil
            }
        }

        static func approvals(for kind: EventKind, isLaunched: Bool) -> Int {
            switch kind {
            case .controlLifted, .roleRevoked, .personErased: 1
            case .roleGranted, .exceptionalRefundReleased, .chargeCorrected: 2
            case .policySet: isLaunched ? 1 : 0
            default: 0
            }
        }
    }
}
