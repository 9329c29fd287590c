internal import Ledger

/// Which events an approved command may lead to, and what roles and approvals each act takes (INV-19).
extension Audit.Gates {
    /// True if an event is what a command asks for.
    mutating func carriesOut(_ command: Command, _ event: Event) -> Bool {
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
        case .accounts(.lock(_, let scope, _)): return kind == .accountLocked && tail.bytes(.lockScope)?.first == scope.rawValue
        case .fraud(.activate(let rules, let reason)):
            return kind == .ruleSetActivated && RuleSet(reading: tail) == rules && tail.text(.reason) == reason
        case .damage(let command): return carriesOut(command, event)
        case .compensation(.agree(_, let amount)):
            let isHeld = kind == .fraudHeld || kind == .fraudHeldFromRefund
            let isPart = isHeld || kind == .compensationFromHold || kind == .compensationFromLoss
            if isPart, !isHeld { agreed &+= event.amount }
            return isPart && (event.isLastOfGroup ? agreed == amount.units : agreed <= amount.units)
        case .shutdown(let command): return carriesOut(command, event)
        case .compensation(.waive(_, let amount, let reason)):
            return kind == .recoverableWaived && event.amount == amount.units && tail.text(.reason) == reason
        default: return false
        }
    }

    private func carriesOut(_ command: DamageCommand, _ event: Event) -> Bool {
        let (kind, tail) = (event.kind, event.tail)
        switch command {
        case .label(_, let events, let label, let basis, _):
            if kind == .eventLabelled { return events.contains(event.reference) && tail.bytes(.label)?.first == label.rawValue && tail.text(.basis) == basis }
            return [
                .fraudHeld, .holdReleased, .balanceDisposed, .compensationCancelled, .lossRecoverable, .lossReinstated, .certificationAmended,
                .certificationRevoked, .fraudHeldFromRefund, .holdReleasedToRefund,
            ].contains(kind)
        case .endHold(_, let charge, let reason):
            return kind == .holdEnded && event.reference == charge ?? 0 && tail.text(.reason) == reason
                || (kind == .holdReleased || kind == .holdReleasedToRefund) && (charge == nil || charge == event.reference)
        case .certify(_, let sums, let grounds, _):
            return kind == .victimCertified && Entitlement(reading: tail) == sums && tail.bytes(.routes).map(Array.init) == grounds.routes.map(\.rawValue)
                && tail.number(.dispute) == grounds.dispute.map { Int64(bitPattern: $0) } && tail.number(.report) == grounds.report.map { Int64(bitPattern: $0) }
        case .amend(_, let sums, let reason):
            return kind == .certificationAmended && Entitlement(reading: tail) == sums && tail.text(.reason) == reason
        case .revoke(_, let reason): return kind == .certificationRevoked && tail.text(.reason) == reason
        case .link(_, let other, let evidence):
            return kind == .accountsLinked && ordinal(other) == tail.number(.otherAccount).map { UInt64(bitPattern: $0) } && tail.text(.basis) == evidence
        default: return false
        }
    }

    /// What the house rules say of an act that may wait for approvals.
    struct Act {
        /// The roles it takes, and those that may only propose it.
        let doers: Set<Role>
        let proposers: Set<Role>
        /// The event it leads to.
        let kind: EventKind
        private let fixed: Int?
        var isBreakable: Bool { [.controlLifted, .policySet, .roleRevoked].contains(kind) }

        /// `nil` if it is none.
        init?(_ command: Command) {
            if let act = Self.ofDesks(command) {
                (kind, doers, proposers, fixed) = act
                return
            }
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
            let isForInvestigators = [.controlActivated, .resetMandated, .sessionsRevoked].contains(kind)
            (self.kind, doers, proposers, fixed) = (kind, [doer], isForInvestigators ? [.investigator] : [], nil)
        }

        /// Those of the later desks, with the approvals they take.
        private static func ofDesks(_ command: Command) -> (EventKind, Set<Role>, Set<Role>, Int)? {
            switch command {
            case .accounts(.lock): (.accountLocked, [], [.monitor, .investigator], 0)
            case .fraud(.activate): (.ruleSetActivated, [.operator, .monitor], [], 1)
            case .damage(.label(_, _, _, _, let amends)): (.eventLabelled, [.investigator, .certifier], [], amends == nil ? 0 : 2)
            case .damage(.endHold): (.holdEnded, [.certifier, .operator], [], 1)
            case .damage(.certify(_, let sums, let grounds, _)):
                (.victimCertified, [.certifier], [], approvals(sums, hasPattern: grounds.pattern != nil))
            case .damage(.amend): (.certificationAmended, [.certifier], [], 2)
            case .damage(.revoke): (.certificationRevoked, [.certifier], [], 2)
            case .damage(.link): (.accountsLinked, [.certifier, .support, .operator], [], 2)
            case .compensation(.agree): (.compensationFromLoss, [.treasurer], [], 2)
            case .compensation(.waive): (.recoverableWaived, [.treasurer], [], 2)
            case .shutdown(let command): ofShutdown(command)
            default: nil
            }
        }

        /// What a person spent of a thief's charges is looked at by two others, a pattern without the member's word by one.
        static func approvals(_ sums: Entitlement, hasPattern: Bool) -> Int { sums.genuineUse > 0 ? 2 : hasPattern ? 1 : 0 }

        func approvals(isLaunched: Bool) -> Int { fixed ?? Self.approvals(for: kind, isLaunched: isLaunched) }

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

    /// The acts of the later desks that nobody approved: who did them, and whether what they wrote belongs together. One command
    /// writes one group; what command it was shows in the kinds.
    mutating func checkDeskGroup(_ group: [Event]) {
        guard let first = group.first, head?.kind != .approved else { return }
        let kinds = Set(group.map(\.kind))
        let who = name(first)
        let lots: Set<EventKind> = [.fraudHeld, .holdReleased, .balanceDisposed, .fraudHeldFromRefund, .holdReleasedToRefund]
        func may(_ roles: Role..., with others: Set<EventKind> = []) {
            object(!self.roles(who).isDisjoint(with: roles), "INV-19 \(who) holds no role to do it")
            object(kinds.subtracting(others).count <= 1, "INV-19 it is more than one act")
        }
        if kinds.contains(where: { $0.rawValue >= EventKind.terminationDecided.rawValue }), kinds.isDisjoint(with: [.fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund]) {
            checkShutdownGroup(group, kinds, who)
        } else if kinds.contains(.eventLabelled) {
            may(.investigator, .certifier, with: lots)
        } else if kinds.contains(.holdOrdered) || kinds == [.fraudHeld] || kinds == [.fraudHeldFromRefund] {
            may(.certifier, .operator, with: [.fraudHeld, .fraudHeldFromRefund])
        } else if !kinds.isDisjoint(with: [.chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .chargeReversedUnmatched]) {
            may(
                .treasurer,
                with: [
                    .fraudHeld, .fraudHeldFromRefund, .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable,
                    .chargeReversedUnmatched, .unmatchedReversalMatched,
                ])
        } else if kinds.contains(.victimCertified) {
            may(.certifier)
            let needed = Act.approvals(Entitlement(reading: first.tail) ?? .zero, hasPattern: first.tail.number(.ruleVersion) != nil)
            object(needed == 0, "INV-19 nobody approved it")
        } else if kinds.contains(.alertRaised) {
            object(who == "monitor", "INV-19 only the ledger's own monitor raises alerts")
        } else if let kind = kinds.first(where: { $0.rawValue >= 128 && $0 != .continuation }) {
            switch kind {
            case .disputeOpened, .paymentReversedToHold, .paymentReversedToLoss, .paymentReversedToRefund: break
            case .disputeClosed, .partnerReportReceived, .partnerReportMatched: may(.support, .certifier, .investigator, .operator)
            case .memberContacted: may(.support, .certifier, .operator)
            case .chargeReversalRequested, .compensationOffered: may(.treasurer, .certifier)
            case .chargeReversalRejected, .clearingNetted, .clearingPaid, .compensationPaid, .compensationReturned, .recoverableRepaid, .culpritPaid:
                may(.treasurer)
            case .alertCleared: may(.monitor, .investigator, .operator)
            default: object(false, "INV-19 nobody approved it")
            }
        }
    }
}
