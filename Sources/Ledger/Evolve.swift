extension Books {
    /// Takes one event into the books. Events come from `decide` or from a log whose hashes were checked, so nothing here
    /// refuses: what does not fit is a defect and traps. O(1).
    public mutating func evolve(_ event: Event) {
        precondition(event.position == next, "event \(event.position) does not follow \(next)")
        assert(broken(by: event) == nil, "event \(event.position): \(broken(by: event) ?? "")")
        next += 1
        now = event.recordedAt
        if !event.tail.isEmpty { learnNames(event) }
        if event.hasPosting { post(event) }
        noteLast(event)
        switch event.kind {
        case .genesis:
            guard let founded = Genesis(event) else { preconditionFailure("not a genesis") }
            genesis = founded
            for founder in founded.founders {
                _ = actors.intern(founder)
                approvals.staff[founder] = Approvals.Staff(roles: .founder, person: founder)
            }
        case .policySet:
            policy = Policy(reading: event.tail)
            policyVersion += 1
        case .serviceLaunched: launchedAt = event.recordedAt
        case .accountOpened:
            members[members.count - 1].opened = event.position
        case .accountLocked:
            let scope = UInt8(truncatingIfNeeded: event.scope)
            change(event.subject) { $0.locks |= scope }
        case .accountUnlocked:
            let scope = UInt8(truncatingIfNeeded: event.scope)
            change(event.subject) { $0.locks = scope == LockScope.all.rawValue ? 0 : $0.locks & ~scope }
        case .accountClosed:
            change(event.subject) { $0.isClosed = true }
            if let person = member(event.subject.ordinal)?.person { openAccounts[Int(person) - 1] -= 1 }
        case .credentialsReset: noteReset(event)
        case .chargeSettled, .paymentAccepted: count(event)
        case .refused: if event.tail.bytes(.voidDue) != nil { controls.voids.insert(event.position) }
        case .paymentReversed, .paymentReversedToUnclaimed, .paymentReversedToHold, .paymentReversedToLoss:
            reversed[event.reference, default: 0] += event.amount
        case .paymentReversedToRefund:
            reversed[event.reference, default: 0] += event.amount
            shutdown(event)
        case .controlActivated, .controlLifted: controls.evolve(event)
        case .upstreamVoidConfirmed: controls.voids.remove(event.reference)
        case .loginSucceeded, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered, .sessionRevoked, .sessionsRevoked, .resetMandated:
            access(event)
        case .proposed, .approved, .withdrawn, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked: approvals(event)
        case .personErased:
            if let person = event.tail.text(.person).flatMap({ persons.ordinal(of: $0) }) { erased.insert(person) }
        case .disputeOpened, .disputeClosed, .partnerReportReceived, .partnerReportMatched, .eventLabelled, .victimCertified,
            .certificationAmended, .certificationRevoked, .accountsLinked, .chargeReversalRequested, .chargeReversalRejected,
            .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .chargeReversedUnmatched,
            .unmatchedReversalMatched, .compensationOffered, .compensationFromHold, .compensationFromLoss, .compensationCancelled, .lossRecoverable, .lossReinstated, .ruleSetActivated,
            .alertRaised, .alertCleared:
            damage(event)
        case .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .unusedBalanceFixed, .fixingCompleted,
            .legalHoldPlaced, .legalHoldLifted, .refundHeld, .refundUnheld, .claimsOpened, .claimsExtended, .claimsClosed, .refundExcluded,
            .exclusionsCompleted, .refundClaimed, .identityVerified, .payeeCorrected, .claimRejected, .claimWithdrawn, .refundApproved,
            .lateClaimAccepted, .batchOpened, .refundBatched, .batchCompleted, .batchFileRecorded, .batchCancelled, .batchReleased,
            .refundReleased, .releaseCompleted, .batchSent, .payoutConfirmed, .refundReturned, .refundSentBack, .fraudHeldFromRefund,
            .holdReleasedToRefund, .filingRecorded, .securityReclaimed, .securityGuaranteed, .guaranteeEnded:
            shutdown(event)
        case .noticePublished:
            if let kind = event.tail.bytes(.noticeKind)?.first.flatMap(NoticeKind.init(rawValue:)) { shutdown.notices[kind] = event.recordedAt }
        case .memberContacted, .holdOrdered, .holdEnded, .fraudHeld, .holdReleased, .clearingNetted, .clearingPaid, .compensationPaid,
            .compensationReturned, .recoverableRepaid,
            .recoverableWaived, .culpritPaid:
            break
        case .clockAdvanced, .clockConfirmed, .balanceDisposed, .chargeCorrected, .exceptionalRefundReleased, .partnerSettled,
            .partnerFeeBooked, .merchantSettled, .merchantRepaid, .ownerFunded, .unmatchedReceived, .unmatchedReturned,
            .loginFailed, .loginsCounted, .personalDataViewed, .continuation, .exceptionalRefundReturned, .exceptionalRefundSentBack,
            .resultFileRecorded, .securityDeposited:
            break
        }
        if shutdown.isTerminated { lookAtHolds(event) }
        assert(event.subject.memberOrdinal.map { member($0)!.balance == event.balanceAfter } ?? true, "balance after")
    }

    private mutating func change(_ account: AccountCode, _ body: (inout MemberAccount) -> Void) {
        body(&members[Int(account.ordinal) - 1])
    }

    /// Names stand in the tail of the first event that needs them.
    private mutating func learnNames(_ event: Event) {
        if event.actor > UInt32(actors.count), let name = event.tail.text(.actorName) {
            _ = actors.intern(name)
        }
        // A store is first met when it is paid.
        if event.credit.accountClass == .merchant, event.credit.ordinal > UInt64(merchants.count) {
            guard let name = event.tail.text(.store) else { preconditionFailure("a store's first event names it") }
            _ = stores.intern(name)
            merchants.append(LedgerAccount())
        }
        // A device is first met when a command names it.
        if event.kind != .deviceBound, event.kind != .deviceUnbound, let device = event.tail.bytes(.device).flatMap({ Pseudonym($0) }) {
            _ = access.devices.intern(device)
        }
        if event.kind == .accountOpened {
            var member = MemberAccount()
            if let name = event.tail.text(.person) {
                member.person = persons.intern(name)
                if Int(member.person) > openAccounts.count {
                    openAccounts.append(0)
                    newestAccount.append(0)
                }
                openAccounts[Int(member.person) - 1] += 1
                member.sibling = newestAccount[Int(member.person) - 1]
                newestAccount[Int(member.person) - 1] = UInt32(members.count) + 1
            }
            members.append(member)
            if let id = event.tail.text(.externalID) {
                _ = externalIDs.intern(id)
                externalAccounts.append(UInt32(event.subject.ordinal))
            }
        }
    }

    private mutating func post(_ event: Event) {
        add(event.amount, to: event.debit)
        add(-event.amount, to: event.credit)
    }

    private mutating func add(_ amount: Int64, to account: AccountCode) {
        switch account.accountClass {
        case .member:
            let index = Int(account.ordinal) - 1
            members[index].balance -= amount
            precondition(members[index].balance >= 0, "INV-03: a member's balance went below zero")
        case .merchant: merchants[Int(account.ordinal) - 1].net += amount
        case .refund:
            let index = Int(account.ordinal) - 1
            shutdown.refunds[index].open -= amount
            precondition(shutdown.refunds[index].open >= 0, "INV-03: a refund went below zero")
        default: others[account, default: LedgerAccount()].net += amount
        }
    }

    private mutating func noteLast(_ event: Event) {
        switch event.subject.accountClass {
        case .member: members[Int(event.subject.ordinal) - 1].last = event.position
        case .merchant: merchants[Int(event.subject.ordinal) - 1].last = event.position
        case nil: break
        default: others[event.subject, default: LedgerAccount()].last = event.position
        }
    }
}

extension Event {
    var scope: Int64 { tail.bytes(.lockScope)?.first.map(Int64.init) ?? 0 }
}
