internal import Ledger

/// Who does what at the shutdown desk, and what an approved act leads to (INV-19).
extension Audit.Gates {
    mutating func carriesOut(_ command: ShutdownCommand, _ event: Event) -> Bool {
        let (kind, tail) = (event.kind, event.tail)
        switch command {
        case .decide(let effectiveAt, let reason):
            return kind == .terminationDecided && tail.number(.effectiveAt) == effectiveAt.microseconds && tail.text(.reason) == reason
        case .reschedule(let effectiveAt, let reason):
            return kind == .terminationRescheduled && tail.number(.effectiveAt) == effectiveAt.microseconds && tail.text(.reason) == reason
        case .withdrawDecision(let reason): return kind == .terminationWithdrawn && tail.text(.reason) == reason
        case .liftLegalHold(_, let reason): return kind == .legalHoldLifted && tail.text(.reason) == reason
        case .openClaims(let from, let last):
            return kind == .claimsOpened && tail.number(.lastDay) == Int64(last.number)
                && tail.number(.effectiveAt) == (from ?? event.recordedAt).microseconds
        case .extendClaims(let last, let reason):
            return kind == .claimsExtended && tail.number(.lastDay) == Int64(last.number) && tail.text(.reason) == reason
        case .approve(let accounts, let total):
            agreed &+= tail.number(.sum) ?? 0
            let behind = carried.map { [$0.proposer] + $0.approvers } ?? []
            return kind == .refundApproved && accounts.contains(event.subject.ordinal) && tail.actors(.agreedBy).map { names[$0] ?? "" } == behind
                && (event.isLastOfGroup ? agreed == total.units : agreed <= total.units)
        case .acceptLate(_, let claim):
            switch kind {
            case .lateClaimAccepted: return true
            case .refundClaimed:
                return tail.text(.person) == claim.claimant && tail.bytes(.payoutMethod)?.first == claim.method.rawValue
                    && tail.bytes(.payee).map(Array.init) == claim.payee.bytes && tail.bytes(.claimChannel)?.first == claim.channel.rawValue
            case .identityVerified:
                return claim.identity.map {
                    tail.bytes(.identityLevel)?.first == $0.level && tail.bytes(.identityMethod)?.first == $0.method.rawValue
                } ?? false
            default: return false
            }
        case .reclaim(let form, let amount, let approval):
            let sum = kind == .guaranteeEnded ? tail.number(.sum) : event.amount
            return (kind == .guaranteeEnded) == (form == .guarantee) && (kind == .guaranteeEnded || kind == .securityReclaimed)
                && event.reference == approval && sum == amount.units && tail.bytes(.securityForm)?.first == form.rawValue
        default: return false
        }
    }

    /// What the ledger does by itself, one event each, and nobody else.
    static let ledgersOwn: Set<EventKind> = [
        .serviceTerminated, .unusedBalanceFixed, .fixingCompleted, .refundHeld, .refundUnheld, .claimsClosed, .refundExcluded,
        .exclusionsCompleted, .refundBatched, .batchCompleted, .refundReleased, .releaseCompleted,
    ]

    /// Of acts that nobody approved.
    mutating func checkShutdownGroup(_ group: [Event], _ kinds: Set<EventKind>, _ who: String) {
        if !kinds.isDisjoint(with: Self.ledgersOwn) {
            return object(who == "ledger" && group.count == 1 && group[0].groupCount == 1, "INV-19 only the ledger itself does it, one by one")
        }
        object(who != "ledger", "INV-19 the ledger does no such thing by itself")
        func may(_ roles: Role...) { object(!self.roles(who).isDisjoint(with: roles), "INV-19 \(who) holds no role to do it") }
        let others = kinds.subtracting([.refundClaimed, .identityVerified])
        if kinds.contains(.refundClaimed) {
            object(others.isEmpty && group[0].kind == .refundClaimed && group.count <= 2, "INV-19 it is more than one act")
            return
        }
        let payouts: Set<EventKind> = [.payoutConfirmed, .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack]
        if !kinds.isDisjoint(with: payouts) {
            object(kinds.isSubset(of: payouts), "INV-19 it is more than one act")
            return may(.treasurer)
        }
        guard kinds.count == 1, let kind = kinds.first else { return object(false, "INV-19 it is more than one act") }
        switch kind {
        case .payeeCorrected, .claimWithdrawn: break
        case .identityVerified, .claimRejected: may(.support, .operator)
        case .legalHoldPlaced: may(.operator, .certifier, .investigator, .support)
        case .filingRecorded: may(.operator, .treasurer)
        case .batchOpened, .batchFileRecorded, .batchCancelled, .batchReleased, .batchSent, .resultFileRecorded, .securityDeposited, .securityGuaranteed:
            may(.treasurer)
        default: object(false, "INV-19 nobody approved it")
        }
    }
}

extension Audit.Gates.Act {
    /// The event, who may ask for it, and the approvals it takes; `nil` for what is done at once.
    static func ofShutdown(_ command: ShutdownCommand) -> (EventKind, Set<Role>, Set<Role>, Int)? {
        switch command {
        case .decide: (.terminationDecided, [.group, .operator], [], 2)
        case .reschedule: (.terminationRescheduled, [.group, .operator], [], 2)
        case .withdrawDecision: (.terminationWithdrawn, [.group, .operator], [], 2)
        case .liftLegalHold: (.legalHoldLifted, [.operator], [], 1)
        case .openClaims: (.claimsOpened, [.operator], [], 1)
        case .extendClaims: (.claimsExtended, [.operator], [], 1)
        case .approve: (.refundApproved, [.treasurer], [], 2)
        case .acceptLate: (.lateClaimAccepted, [.operator, .treasurer], [], 1)
        case .reclaim: (.securityReclaimed, [.treasurer], [], 1)
        default: nil
        }
    }
}
