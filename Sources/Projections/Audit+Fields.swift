internal import Ledger

/// What an event may say at all: accounts, amounts, references and fields by its kind.
extension Audit {
    mutating func checkPosting(_ event: Event) {
        let at = event.position
        if let classes = event.kind.posting {
            object(
                event.debit.accountClass == classes.debit && event.credit.accountClass == classes.credit && Self.accountsFit(event), at,
                "INV-01 posting of \(event.kind.name) is \(event.debit) to \(event.credit), on the statement of \(event.subject)")
            object(event.amount > 0, at, "INV-06 amount \(event.amount)")
        } else {
            object(event.debit.isNone && event.credit.isNone, at, "\(event.kind.name) has no posting")
            let mayAsk = event.kind == .refused || event.kind == .partnerReportReceived
            object(event.amount == 0 || mayAsk && event.amount > 0, at, "\(event.kind.name) has no amount")
            let subject = event.subject
            let fits =
                switch event.kind {
                case .accountOpened, .accountLocked, .accountUnlocked, .credentialsReset, .accountClosed, .loginSucceeded, .deviceBound,
                    .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked, .fundingSourceLinked, .fundingSourceUnlinked,
                    .contactRegistered, .sessionRevoked, .disputeOpened, .disputeClosed, .partnerReportMatched, .memberContacted,
                    .eventLabelled, .holdOrdered, .holdEnded, .victimCertified, .certificationAmended, .certificationRevoked,
                    .accountsLinked, .chargeReversalRequested, .chargeReversalRejected, .compensationOffered, .legalHoldPlaced,
                    .legalHoldLifted, .refundHeld, .refundUnheld, .refundClaimed, .identityVerified, .payeeCorrected, .claimRejected,
                    .claimWithdrawn, .refundApproved, .refundBatched:
                    subject.isMember
                case .refused, .loginFailed, .proposed, .partnerReportReceived, .alertRaised: subject.isNone || subject.isMember
                default: subject.isNone
                }
            object(fits, at, "\(event.kind.name) is not about \(subject)")
        }
        let refers = Self.referring.contains(event.kind) || Self.mayRefer.contains(event.kind) && event.reference != 0
        object(event.source == nil || Self.sourced.contains(event.kind), at, "\(event.kind.name) has no source")
        object(refers ? event.reference > 0 && event.reference < at : event.reference == 0, at, "\(event.kind.name) refers to event \(event.reference)")
    }

    private static let referring: Set<EventKind> = [
        .chargeCorrected, .paymentReversed, .paymentReversedToUnclaimed, .controlLifted, .upstreamVoidConfirmed, .approved, .withdrawn,
        .glassReviewed, .disputeClosed, .partnerReportMatched, .eventLabelled, .fraudHeld, .holdReleased, .certificationAmended,
        .certificationRevoked, .paymentReversedToHold, .paymentReversedToLoss, .chargeReversalRequested, .chargeReversalRejected,
        .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .unmatchedReversalMatched,
        .compensationFromHold, .alertCleared, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .unusedBalanceFixed,
        .fixingCompleted, .claimsExtended, .claimsClosed, .exclusionsCompleted, .refundBatched, .batchCompleted, .batchFileRecorded,
        .batchCancelled, .batchReleased, .refundReleased, .releaseCompleted, .batchSent, .resultFileRecorded, .securityReclaimed,
        .guaranteeEnded, .fraudHeldFromRefund, .holdReleasedToRefund, .paymentReversedToRefund,
    ]
    /// To one charge, or to none where it is about all, or about the member's own balance; to an act, or to none where it is one by
    /// itself; to the batch the bank named.
    private static let mayRefer: Set<EventKind> = [
        .holdOrdered, .holdEnded, .compensationFromLoss, .refundExcluded, .payoutConfirmed, .refundReturned, .refundSentBack,
        .exceptionalRefundReturned, .exceptionalRefundSentBack,
    ]
    private static let sourced: Set<EventKind> = [
        .chargeSettled, .chargeCorrected, .partnerSettled, .partnerFeeBooked, .unmatchedReceived, .fundingSourceLinked,
        .fundingSourceUnlinked, .refused, .partnerReportReceived, .partnerReportMatched, .chargeReversalRequested, .chargeReversalRejected,
        .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .chargeReversedUnmatched,
        .unmatchedReversalMatched, .clearingNetted, .clearingPaid, .compensationFromHold, .compensationFromLoss,
    ]

    /// Whether the accounts of a posting, its source and its subject belong together (accounting §2).
    private static func accountsFit(_ event: Event) -> Bool {
        let (debit, credit, subject) = (event.debit, event.credit, event.subject)
        let receivable = event.source.map(AccountCode.receivable)
        let clearing = event.source.map(AccountCode.partnerClearing)
        return switch event.kind {
        case .chargeSettled: debit == receivable && credit == subject
        case .chargeCorrected: debit == subject && credit == receivable
        case .paymentAccepted: debit == subject
        case .paymentReversed: credit == subject
        case .paymentReversedToUnclaimed: subject.isMember && credit == .unclaimed(subject.ordinal)
        case .balanceDisposed: debit == subject && credit == .unclaimed(subject.ordinal)
        case .exceptionalRefundReleased: debit == subject && credit == .payoutInTransit(subject.ordinal)
        case .partnerSettled: debit == .bank && credit == receivable && credit == subject
        case .partnerFeeBooked: debit == event.source.map(AccountCode.partnerFee) && credit == receivable && credit == subject
        case .merchantSettled, .unmatchedReturned: debit == subject && credit == .bank
        case .merchantRepaid, .ownerFunded, .unmatchedReceived, .culpritPaid: debit == .bank && credit == subject
        case .fraudHeld: debit == subject && credit == .fraudHold(subject.ordinal)
        case .holdReleased: subject.isMember && debit == .fraudHold(subject.ordinal) && credit == subject
        case .paymentReversedToHold: subject.isMember && credit == .fraudHold(subject.ordinal)
        case .paymentReversedToLoss: subject.isMember && credit == .fraudLoss(subject.ordinal)
        case .chargeReversedFromHold: subject.isMember && debit == .fraudHold(subject.ordinal) && credit == clearing
        case .chargeReversedFromLoss: subject.isMember && debit == .fraudLoss(subject.ordinal) && credit == clearing
        case .chargeReversedFromRecoverable: subject.isMember && debit == .recoverable(subject.ordinal) && credit == clearing
        case .chargeReversedUnmatched: debit == .suspense && credit == clearing
        case .unmatchedReversalMatched: debit == clearing && credit == .suspense
        case .clearingNetted: debit == clearing && debit == subject && credit == receivable
        case .clearingPaid: debit == clearing && debit == subject && credit == .bank
        case .compensationFromHold: subject.isMember && debit == .fraudHold(subject.ordinal) && credit == .compensation(subject.ordinal)
        case .compensationFromLoss: subject.isMember && debit == .fraudLoss(subject.ordinal) && credit == .compensation(subject.ordinal)
        case .compensationPaid: subject.isMember && debit == .compensation(subject.ordinal) && credit == .bank
        case .compensationReturned: subject.isMember && debit == .bank && credit == .compensation(subject.ordinal)
        case .compensationCancelled: subject.isMember && debit == .compensation(subject.ordinal) && credit == .fraudLoss(subject.ordinal)
        case .lossRecoverable: subject.isMember && debit == .recoverable(subject.ordinal) && credit == .fraudLoss(subject.ordinal)
        case .lossReinstated: subject.isMember && debit == .fraudLoss(subject.ordinal) && credit == .recoverable(subject.ordinal)
        case .recoverableRepaid: subject.isMember && debit == .bank && credit == .recoverable(subject.ordinal)
        case .recoverableWaived: subject.isMember && debit == .goodwillLoss && credit == .recoverable(subject.ordinal)
        case .unusedBalanceFixed: debit == subject && credit == .refund(subject.ordinal)
        case .refundExcluded: subject.isMember && debit == .refund(subject.ordinal) && credit == .unclaimed(subject.ordinal)
        case .lateClaimAccepted: subject.isMember && debit == .unclaimed(subject.ordinal) && credit == .refund(subject.ordinal)
        case .refundReleased: subject.isMember && debit == .refund(subject.ordinal) && credit == .payoutInTransit(subject.ordinal)
        case .payoutConfirmed: subject.isMember && debit == .payoutInTransit(subject.ordinal) && credit == .bank
        case .refundReturned: subject.isMember && debit == .payoutInTransit(subject.ordinal) && credit == .refund(subject.ordinal)
        case .refundSentBack: subject.isMember && debit == .bank && credit == .refund(subject.ordinal)
        case .exceptionalRefundReturned: subject.isMember && debit == .payoutInTransit(subject.ordinal) && credit == subject
        case .exceptionalRefundSentBack: subject.isMember && debit == .bank && credit == subject
        case .fraudHeldFromRefund: subject.isMember && debit == .refund(subject.ordinal) && credit == .fraudHold(subject.ordinal)
        case .holdReleasedToRefund: subject.isMember && debit == .fraudHold(subject.ordinal) && credit == .refund(subject.ordinal)
        case .paymentReversedToRefund: subject.isMember && credit == .refund(subject.ordinal)
        case .securityDeposited: debit == subject && credit == .bank
        case .securityReclaimed: debit == .bank && credit == subject
        default: true
        }
    }

    /// Fields that only some kinds of event have, and fields that some cannot be without.
    mutating func checkFields(_ event: Event) {
        var strange: [Tail.Field] = []
        var present: UInt128 = 0
        event.tail.forEach { number, _ in
            guard let field = Tail.Field(rawValue: number) else { return }
            present |= 1 << UInt128(field.rawValue)
            if !Self.mayHave(field, event) { strange.append(field) }
        }
        object(strange.isEmpty, event.position, "\(event.kind.name) has a field \(strange.map(\.name).joined(separator: ", "))")
        let missing = Self.needed(event.kind).filter { present & 1 << UInt128($0.rawValue) == 0 }
        object(missing.isEmpty, event.position, "\(event.kind.name) has no field \(missing.map(\.name).joined(separator: ", "))")
    }

    private static func mayHave(_ field: Tail.Field, _ event: Event) -> Bool {
        // Through which door a command came stands in the first event of its group.
        if field == .access { return event.groupIndex == 0 }
        if field == .device { return event.groupIndex == 0 || event.kind == .deviceBound || event.kind == .deviceUnbound }
        return kinds(field).map { $0.contains(event.kind) } ?? true
    }

    /// The kinds that may have a field; `nil`: every kind.
    private static func kinds(_ field: Tail.Field) -> [EventKind]? {
        switch field {
        case .ledgerID, .currency, .exponent, .clock, .founder: [.genesis]
        case .actorName, .access, .device: nil
        case .person: [.accountOpened, .personalDataViewed, .personErased, .victimCertified, .certificationAmended, .certificationRevoked, .refundClaimed]
        case .externalID: [.accountOpened]
        case .store, .storePlace, .register: [.paymentAccepted]
        case .partnerReference:
            [
                .chargeSettled, .refused, .partnerSettled, .partnerFeeBooked, .merchantSettled, .merchantRepaid, .ownerFunded,
                .unmatchedReceived, .unmatchedReturned, .upstreamVoidConfirmed, .chargeReversedFromHold, .chargeReversedFromLoss,
                .chargeReversedFromRecoverable, .chargeReversedUnmatched, .clearingNetted, .clearingPaid, .compensationPaid,
                .compensationReturned, .recoverableRepaid, .culpritPaid,
                .batchSent, .payoutConfirmed, .filingRecorded, .securityDeposited, .securityGuaranteed,
            ]
        case .reason:
            [
                .accountLocked, .accountUnlocked, .accountClosed, .paymentReversed, .paymentReversedToUnclaimed, .chargeCorrected,
                .exceptionalRefundReleased, .serviceLaunched, .noticePublished, .sessionsRevoked, .resetMandated, .controlActivated,
                .controlLifted, .glassReviewed, .personErased, .paymentReversedToHold, .paymentReversedToLoss, .disputeOpened,
                .disputeClosed, .partnerReportReceived, .memberContacted, .holdOrdered, .holdEnded, .victimCertified,
                .certificationAmended, .certificationRevoked, .chargeReversalRequested, .chargeReversalRejected, .compensationOffered,
                .recoverableWaived, .ruleSetActivated, .alertCleared, .terminationDecided, .terminationRescheduled, .terminationWithdrawn,
                .legalHoldPlaced, .legalHoldLifted, .claimsExtended, .claimRejected, .claimWithdrawn, .batchCancelled, .refundReturned,
                .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .paymentReversedToRefund,
            ]
        case .lockScope: [.accountLocked, .accountUnlocked]
        case .resetMethod, .addressChanged: [.credentialsReset]
        case .disposition: [.balanceDisposed]
        case .refundReason: [.exceptionalRefundReleased]
        case .rejection, .rejectionBound, .refusedCommand, .voidDue: [.refused]
        case .policyLimit, .policyCap, .policyRule: [.policySet]
        case .attestation: [.deviceBound]
        case .loginMethod: [.loginSucceeded, .loginFailed, .sessionsRevoked]
        case .loginFailure, .loginID: [.loginFailed]
        case .loginCounts, .accountsTouched: [.loginsCounted]
        case .provider, .externalLogin: [.externalLoginLinked, .externalLoginUnlinked]
        case .cardToken: [.chargeSettled, .fundingSourceLinked, .fundingSourceUnlinked, .partnerReportReceived]
        case .brand, .last4, .threeDSecure: [.fundingSourceLinked]
        case .contactKind: [.contactRegistered]
        case .contact: [.contactRegistered, .credentialsReset]
        case .revokedSession: [.sessionRevoked]
        case .controlStops, .until: [.controlActivated]
        case .effectiveAt: [.controlActivated, .controlLifted, .terminationDecided, .terminationRescheduled, .serviceTerminated, .claimsOpened, .claimsClosed]
        case .heldCommand: [.proposed, .glassBroken]
        case .approvalsNeeded: [.proposed, .approved]
        case .expiresAt: [.proposed]
        case .because: [.proposed, .withdrawn, .glassBroken]
        case .principal, .role: [.roleGranted, .roleRevoked]
        case .staffPerson: [.roleGranted]
        case .verdict: [.glassReviewed, .alertCleared]
        case .purpose: [.personalDataViewed]
        case .noticeKind, .noticePlace: [.noticePublished]
        case .contentHash: [.noticePublished, .batchFileRecorded, .batchReleased, .resultFileRecorded, .filingRecorded]
        case .events: [.disputeOpened, .partnerReportReceived, .partnerReportMatched, .victimCertified, .chargeReversedUnmatched, .alertRaised]
        case .contactVia: [.disputeOpened, .memberContacted]
        case .isInbound, .contactOutcome: [.memberContacted]
        case .label: [.eventLabelled]
        case .basis: [.eventLabelled, .accountsLinked]
        case .outcome: [.disputeClosed]
        case .message: [.partnerReportReceived]
        case .stage: [.chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .chargeReversedUnmatched]
        case .debitDate: [.chargeReversalRequested]
        case .entitlement: [.victimCertified, .certificationAmended, .compensationOffered]
        case .routes, .dispute, .report: [.victimCertified]
        case .ruleVersion, .score: [.victimCertified, .alertRaised]
        case .otherAccount: [.accountsLinked, .unmatchedReceived, .unmatchedReturned]
        case .ruleSetName, .lockScore: [.ruleSetActivated]
        case .fraudRule: [.ruleSetActivated, .alertRaised]
        case .alertSubject, .windowStart: [.alertRaised]
        case .actSize: [.serviceTerminated, .fixingCompleted, .claimsClosed, .exclusionsCompleted, .batchOpened, .batchCompleted, .batchReleased, .releaseCompleted]
        case .holdGrounds: [.refundHeld]
        case .lastDay: [.claimsOpened, .claimsExtended]
        case .day: [.batchOpened, .filingRecorded]
        case .payoutMethod: [.refundClaimed, .payeeCorrected, .batchOpened]
        case .payee: [.refundClaimed, .payeeCorrected]
        case .claimChannel: [.refundClaimed]
        case .identityLevel, .identityMethod: [.identityVerified]
        case .sum: [.refundApproved, .refundBatched, .filingRecorded, .securityGuaranteed, .guaranteeEnded]
        case .agreedBy: [.refundApproved, .refundClaimed]
        case .fileFormat, .fileBytes: [.batchFileRecorded]
        case .filingKind: [.filingRecorded]
        case .securityForm: [.securityDeposited, .securityReclaimed, .securityGuaranteed, .guaranteeEnded]
        case .resultCounts: [.resultFileRecorded]
        }
    }

    /// Without these an event of the newer kinds says nothing.
    private static func needed(_ kind: EventKind) -> [Tail.Field] {
        switch kind {
        case .loginSucceeded: [.loginMethod]
        case .loginFailed: [.loginMethod, .loginFailure]
        case .loginsCounted: [.loginCounts]
        case .deviceBound, .deviceUnbound: [.device]
        case .externalLoginLinked, .externalLoginUnlinked: [.provider, .externalLogin]
        case .fundingSourceLinked, .fundingSourceUnlinked: [.cardToken]
        case .contactRegistered: [.contactKind, .contact]
        case .sessionsRevoked, .resetMandated: [.reason]
        case .noticePublished: [.noticeKind, .noticePlace, .contentHash]
        case .controlActivated: [.controlStops, .effectiveAt, .reason]
        case .controlLifted: [.effectiveAt, .reason]
        case .proposed: [.heldCommand, .approvalsNeeded, .expiresAt, .because]
        case .approved: [.approvalsNeeded]
        case .glassBroken: [.heldCommand, .because]
        case .glassReviewed: [.verdict]
        case .roleGranted: [.principal, .role, .staffPerson]
        case .roleRevoked: [.principal, .role]
        case .personalDataViewed: [.person, .purpose]
        case .personErased: [.person, .reason]
        case .disputeOpened: [.events, .contactVia]
        case .disputeClosed: [.outcome]
        case .partnerReportReceived: [.message]
        case .partnerReportMatched, .chargeReversedUnmatched: [.events]
        case .memberContacted: [.isInbound, .contactVia, .contactOutcome]
        case .eventLabelled: [.label, .basis]
        case .victimCertified: [.person, .entitlement, .routes]
        case .certificationAmended: [.person, .entitlement, .reason]
        case .certificationRevoked: [.person, .reason]
        case .accountsLinked: [.otherAccount, .basis]
        case .compensationOffered: [.entitlement]
        case .ruleSetActivated: [.ruleSetName, .lockScore, .fraudRule, .reason]
        case .alertRaised: [.ruleVersion, .fraudRule, .alertSubject, .windowStart, .score, .events]
        case .alertCleared: [.verdict]
        case .terminationDecided, .terminationRescheduled: [.effectiveAt, .reason]
        case .terminationWithdrawn, .legalHoldPlaced, .legalHoldLifted, .claimRejected, .batchCancelled: [.reason]
        case .serviceTerminated, .claimsClosed: [.effectiveAt, .actSize]
        case .fixingCompleted, .exclusionsCompleted, .batchCompleted, .releaseCompleted: [.actSize]
        case .refundHeld: [.holdGrounds]
        case .claimsOpened: [.effectiveAt, .lastDay]
        case .claimsExtended: [.lastDay, .reason]
        case .refundClaimed: [.person, .payoutMethod, .payee, .claimChannel]
        case .identityVerified: [.identityLevel, .identityMethod]
        case .payeeCorrected: [.payoutMethod, .payee]
        case .refundApproved: [.sum, .agreedBy]
        case .batchOpened: [.payoutMethod, .day, .actSize]
        case .refundBatched: [.sum]
        case .batchFileRecorded: [.fileFormat, .contentHash, .fileBytes]
        case .batchReleased: [.contentHash, .actSize]
        case .resultFileRecorded: [.contentHash, .resultCounts]
        case .filingRecorded: [.filingKind, .contentHash]
        case .securityDeposited, .securityReclaimed: [.securityForm]
        case .securityGuaranteed, .guaranteeEnded: [.sum, .securityForm]
        default: []
        }
    }

    /// Which events somebody who looks at decisions must be shown, and which say a principal's name.
    mutating func noteDecision(_ event: Event) {
        var what: Int64 = Self.decisions.contains(event.kind) ? 1 : 0
        if event.kind == .refused, event.tail.bytes(.voidDue) != nil { what = 1 }
        if event.kind == .genesis || event.tail.bytes(.actorName) != nil { what += 2 }
        if what > 0 { decisions.append((event.position, what)) }
    }

    private static let decisions: Set<EventKind> = [
        .policySet, .clockConfirmed, .serviceLaunched, .noticePublished, .accountClosed, .chargeCorrected, .exceptionalRefundReleased,
        .partnerSettled, .partnerFeeBooked, .merchantSettled, .merchantRepaid, .ownerFunded, .unmatchedReceived, .unmatchedReturned,
        .sessionsRevoked, .resetMandated, .controlActivated, .controlLifted, .upstreamVoidConfirmed, .proposed, .approved, .withdrawn,
        .glassBroken, .glassReviewed, .roleGranted, .roleRevoked, .personalDataViewed, .personErased, .disputeClosed,
        .partnerReportMatched, .eventLabelled, .holdOrdered, .holdEnded, .victimCertified, .certificationAmended, .certificationRevoked,
        .accountsLinked, .chargeReversalRequested, .chargeReversalRejected, .chargeReversedFromHold, .chargeReversedFromLoss,
        .chargeReversedFromRecoverable, .chargeReversedUnmatched, .unmatchedReversalMatched, .clearingNetted, .clearingPaid,
        .compensationOffered, .compensationFromHold, .compensationFromLoss, .compensationPaid, .compensationReturned,
        .compensationCancelled, .lossRecoverable, .lossReinstated, .recoverableRepaid, .recoverableWaived, .culpritPaid,
        .ruleSetActivated, .alertCleared, .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated,
        .legalHoldPlaced, .legalHoldLifted, .claimsOpened, .claimsExtended, .claimsClosed, .claimRejected, .lateClaimAccepted,
        .batchOpened, .batchFileRecorded, .batchCancelled, .batchReleased, .batchSent, .resultFileRecorded, .filingRecorded,
        .securityDeposited, .securityReclaimed, .securityGuaranteed, .guaranteeEnded,
    ]

    /// Which events somebody who looks at damage must be shown: 1 those of the desks and of approvals, 2 any of an account once
    /// something of it was judged, 4 what judges.
    mutating func noteDamage(_ event: Event) {
        let account = event.subject.memberOrdinal ?? 0
        let number = event.kind.rawValue
        var what: Int64 = (128...178).contains(number) || (96...98).contains(number) || (228...230).contains(number) ? 1 : 0
        if account > 0, desks.stories[account] != nil { what += 2 }
        if account > 0, event.kind == .eventLabelled { what += 4 }
        if what > 0 { damages.append((event.position, Int64(bitPattern: account) * 8 + what)) }
    }

    mutating func checkTexts(_ event: Event) {
        let whole = event.tail.forEach { _, _ in }
        object(whole, event.position, "its tail does not read")
        for field in Self.texts {
            for text in event.tail.all(field) {
                object(!CardNumber.appears(in: String(decoding: text, as: UTF8.self)), event.position, "INV-25 \(field.name) holds a card number")
            }
        }
    }

    /// A held command is bytes with texts among them.
    private static let texts: [Tail.Field] = [
        .founder, .actorName, .person, .externalID, .store, .storePlace, .register, .partnerReference, .reason, .attestation, .provider,
        .cardToken, .brand, .because, .principal, .staffPerson, .purpose, .noticePlace, .heldCommand, .basis, .message, .ruleSetName,
        .alertSubject,
    ]
}
