/// Everything that can have happened. **This is the one table of numbers**: a number is stored in every event, never
/// changed and never reused. The name is what receipts, `replay` and exports print.
public enum EventKind: UInt16, Named, Sendable {
    /// Position 0: ledger id, currency, clock, founding operators.
    case genesis = 1
    /// A command of a known principal on a known object that broke a business rule. No posting; the code and the
    /// number that decided it stand in the tail, so that a retry gets the same refusal.
    case refused = 2
    /// Limits, steps and the balance cap; each raises the policy version by one.
    case policySet = 3
    /// A scenario ledger's time moved (never on a real ledger).
    case clockAdvanced = 4
    /// An operator accepted the machine's clock after a jump.
    case clockConfirmed = 5

    /// The service began (サービス開始).
    case serviceLaunched = 6
    /// A notice was published; its text is known by its hash.
    case noticePublished = 7

    case accountOpened = 16
    case accountLocked = 17
    case accountUnlocked = 18
    case credentialsReset = 19
    case accountClosed = 20
    /// member → unclaimed: what was left on an account that closes.
    case balanceDisposed = 21

    /// receivable → member (チャージ)
    case chargeSettled = 32
    /// member → receivable, part or all of one charge that should not have been (typing error, void).
    case chargeCorrected = 33
    /// member → merchant (支払)
    case paymentAccepted = 34
    /// merchant → member
    case paymentReversed = 35
    /// merchant → unclaimed: a reversal that finds the account closed.
    case paymentReversedToUnclaimed = 36
    /// member → payoutInTransit, for one of the reasons the law allows before termination.
    case exceptionalRefundReleased = 37

    /// bank → receivable: a partner paid what it owed, less its fee.
    case partnerSettled = 48
    /// fee → receivable
    case partnerFeeBooked = 49
    /// merchant → bank
    case merchantSettled = 50
    /// bank → merchant: a store that owed us paid.
    case merchantRepaid = 51
    /// bank → equity
    case ownerFunded = 52
    /// bank → suspense: money that matches nothing.
    case unmatchedReceived = 53
    /// suspense → bank
    case unmatchedReturned = 54

    /// A session began.
    case loginSucceeded = 64
    case loginFailed = 65
    /// Attempts of one source within one minute.
    case loginsCounted = 66
    case deviceBound = 67
    case deviceUnbound = 68
    case externalLoginLinked = 69
    case externalLoginUnlinked = 70
    case fundingSourceLinked = 71
    case fundingSourceUnlinked = 72
    case contactRegistered = 73
    case sessionRevoked = 74
    /// Every session, or every one begun by one method, ended.
    case sessionsRevoked = 75
    /// Every member must reset the credentials (パスワードリセットの一斉実施); every session ended.
    case resetMandated = 76

    case controlActivated = 80
    case controlLifted = 81
    /// The money of a charge refused after its stop was given back by whoever had taken it.
    case upstreamVoidConfirmed = 82

    case proposed = 96
    /// An approval; with the last one, the act follows in the same group.
    case approved = 97
    case withdrawn = 98
    /// An emergency act done alone; the act follows in the same group.
    case glassBroken = 99
    case glassReviewed = 100
    case roleGranted = 101
    case roleRevoked = 102

    /// An operator looked at a person's data.
    case personalDataViewed = 112
    /// A person's key, and with it every personal value, was destroyed.
    case personErased = 113

    /// A member, or somebody for him, does not recognise some events (お問合せ・照会).
    case disputeOpened = 128
    case disputeClosed = 129
    /// A card company or another funding partner named suspicious charges (カード会社からの情報).
    case partnerReportReceived = 130
    /// A report that matched nothing when it came was matched.
    case partnerReportMatched = 131
    /// We spoke with a member, or tried to (連絡).
    case memberContacted = 132
    /// A charge or a payment was judged: fraud, genuine, or not known (again). The last label counts; the event it is
    /// about is never changed.
    case eventLabelled = 133
    /// What is free of all fraud charges, or of one, shall be held from now on.
    case holdOrdered = 134
    case holdEnded = 135
    /// member → fraudHold: what is free of one fraud charge.
    case fraudHeld = 136
    /// fraudHold → member
    case holdReleased = 137
    /// A person's damage was established (被害の認定).
    case victimCertified = 138
    case certificationAmended = 139
    case certificationRevoked = 140
    /// Two accounts proved to be one person's.
    case accountsLinked = 141
    /// merchant → fraudHold: what a reversed payment had taken from a fraud charge.
    case paymentReversedToHold = 142
    /// merchant → loss: what a reversed payment had taken was made good to the member already.
    case paymentReversedToLoss = 143

    /// A card company was asked not to debit a fraud charge, or a debit brand to return it (請求停止の依頼).
    case chargeReversalRequested = 144
    case chargeReversalRejected = 145
    /// fraudHold → clearing: the partner made a fraud charge good; its unspent part.
    case chargeReversedFromHold = 146
    /// loss → clearing: the part that fraud payments spent.
    case chargeReversedFromLoss = 147
    /// recoverable → clearing: the part that genuine payments spent, or what had been made good before.
    case chargeReversedFromRecoverable = 148
    /// suspense → clearing: a partner made something good that is no fraud charge of ours, or more than it was.
    case chargeReversedUnmatched = 149
    /// clearing → suspense: an unmatched one was matched; its parts follow.
    case unmatchedReversalMatched = 150
    /// clearing → receivable: the partner settled with us by paying less.
    case clearingNetted = 151
    /// clearing → bank
    case clearingPaid = 152
    /// The issuer offers to make points and own balance good (補償の案内).
    case compensationOffered = 153
    /// fraudHold → compensation: agreed; the unspent part of a fraud charge.
    case compensationFromHold = 154
    /// loss → compensation: agreed; the part of a fraud charge that fraud payments spent, or of the member's own balance.
    case compensationFromLoss = 155
    /// compensation → bank
    case compensationPaid = 156
    /// bank → compensation: the bank sent it back.
    case compensationReturned = 157
    /// compensation → loss: no longer owed, before it was paid.
    case compensationCancelled = 158
    /// recoverable → loss: made good, and no longer a loss by fraud.
    case lossRecoverable = 159
    /// loss → recoverable: what had been made recoverable is a loss by fraud after all.
    case lossReinstated = 160
    /// bank → recoverable
    case recoverableRepaid = 161
    /// goodwill → recoverable
    case recoverableWaived = 162
    /// bank → loss: a culprit paid.
    case culpritPaid = 163

    /// The rules of monitoring (不正検知ルール); each raises the version by one.
    case ruleSetActivated = 176
    /// A rule found something; with its version, its score and the events it stands on.
    case alertRaised = 177
    case alertCleared = 178

    /// The end of the service was decided, for an instant to come (廃止の決定).
    case terminationDecided = 192
    case terminationRescheduled = 193
    case terminationWithdrawn = 194
    /// The service ended (廃止): how many balances become refunds, and what they come to. The fixings follow.
    case serviceTerminated = 195
    /// member → refund: what was unused at the end (未使用残高).
    case unusedBalanceFixed = 196
    /// The last of them; count, total and digest agree.
    case fixingCompleted = 197
    case legalHoldPlaced = 198
    case legalHoldLifted = 199
    /// A refund waits, by the ledger's own act: a dispute, a case, an alert or a legal hold is open.
    case refundHeld = 200
    case refundUnheld = 201
    /// Claims are taken from one instant to the end of one day (申出期間).
    case claimsOpened = 202
    case claimsExtended = 203
    /// The window is over: how many are excluded, and what they come to. The exclusions follow.
    case claimsClosed = 204
    /// refund → unclaimed (除斥)
    case refundExcluded = 205
    case exclusionsCompleted = 206
    /// The holder claims the refund (払戻しの申出).
    case refundClaimed = 207
    case identityVerified = 208
    case payeeCorrected = 209
    case claimRejected = 210
    case claimWithdrawn = 211
    /// Two others agreed to pay it.
    case refundApproved = 212
    /// unclaimed → refund: excluded, and to be paid all the same.
    case lateClaimAccepted = 213
    /// Approved refunds go out together on one day: how many, and what they come to. Its members follow.
    case batchOpened = 214
    case refundBatched = 215
    case batchCompleted = 216
    /// The bank's file of a batch, by its hash.
    case batchFileRecorded = 217
    case batchCancelled = 218
    /// A batch goes out; its refunds leave the books, one by one.
    case batchReleased = 219
    /// refund → payoutInTransit
    case refundReleased = 220
    case releaseCompleted = 221
    case batchSent = 222
    /// payoutInTransit → bank: the bank paid it out.
    case payoutConfirmed = 223
    /// payoutInTransit → refund: the bank could not pay it out.
    case refundReturned = 224
    /// bank → refund: paid, and sent back.
    case refundSentBack = 225
    /// payoutInTransit → member: an exceptional refund that the bank could not pay out.
    case exceptionalRefundReturned = 226
    /// bank → member: an exceptional refund, paid and sent back.
    case exceptionalRefundSentBack = 227
    /// refund → fraudHold: after the end of the service, what is free of a fraud charge.
    case fraudHeldFromRefund = 228
    /// fraudHold → refund
    case holdReleasedToRefund = 229
    /// merchant → refund: a payment reversed after the end of the service.
    case paymentReversedToRefund = 230
    case resultFileRecorded = 231
    /// A paper filed with the regulator, or from there.
    case filingRecorded = 232
    /// securityDeposit → bank: security deposited, or given by a trust (発行保証金の供託).
    case securityDeposited = 233
    /// bank → securityDeposit, as the regulator approved (取戻し)
    case securityReclaimed = 234
    case securityGuaranteed = 235
    case guaranteeEnded = 236

    /// More of the tail of the event before it, in the same group. Reserved; no event of this version needs one.
    case continuation = 255

    /// The classes of the account debited and the account credited, where the kind has a posting. The checker and the
    /// event format document are held against this table.
    public var posting: (debit: AccountClass, credit: AccountClass)? {
        switch self {
        case .genesis, .refused, .policySet, .clockAdvanced, .clockConfirmed, .accountOpened, .accountLocked,
            .accountUnlocked, .credentialsReset, .accountClosed, .continuation, .serviceLaunched, .noticePublished,
            .loginSucceeded, .loginFailed, .loginsCounted, .deviceBound, .deviceUnbound, .externalLoginLinked,
            .externalLoginUnlinked, .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered, .sessionRevoked,
            .sessionsRevoked, .resetMandated, .controlActivated, .controlLifted, .upstreamVoidConfirmed, .proposed, .approved,
            .withdrawn, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked, .personalDataViewed, .personErased,
            .disputeOpened, .disputeClosed, .partnerReportReceived, .partnerReportMatched, .memberContacted, .eventLabelled,
            .holdOrdered, .holdEnded, .victimCertified, .certificationAmended, .certificationRevoked, .accountsLinked,
            .chargeReversalRequested, .chargeReversalRejected, .compensationOffered, .ruleSetActivated, .alertRaised, .alertCleared,
            .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .fixingCompleted, .legalHoldPlaced,
            .legalHoldLifted, .refundHeld, .refundUnheld, .claimsOpened, .claimsExtended, .claimsClosed, .exclusionsCompleted, .refundClaimed,
            .identityVerified, .payeeCorrected, .claimRejected, .claimWithdrawn, .refundApproved, .batchOpened, .refundBatched, .batchCompleted,
            .batchFileRecorded, .batchCancelled, .batchReleased, .releaseCompleted, .batchSent, .resultFileRecorded, .filingRecorded,
            .securityGuaranteed, .guaranteeEnded:
            nil
        case .unusedBalanceFixed: (.member, .refund)
        case .refundExcluded: (.refund, .unclaimed)
        case .lateClaimAccepted: (.unclaimed, .refund)
        case .refundReleased: (.refund, .payoutInTransit)
        case .payoutConfirmed: (.payoutInTransit, .bank)
        case .refundReturned: (.payoutInTransit, .refund)
        case .refundSentBack: (.bank, .refund)
        case .exceptionalRefundReturned: (.payoutInTransit, .member)
        case .exceptionalRefundSentBack: (.bank, .member)
        case .fraudHeldFromRefund: (.refund, .fraudHold)
        case .holdReleasedToRefund: (.fraudHold, .refund)
        case .paymentReversedToRefund: (.merchant, .refund)
        case .securityDeposited: (.securityDeposit, .bank)
        case .securityReclaimed: (.bank, .securityDeposit)
        case .fraudHeld: (.member, .fraudHold)
        case .holdReleased: (.fraudHold, .member)
        case .paymentReversedToHold: (.merchant, .fraudHold)
        case .paymentReversedToLoss: (.merchant, .fraudLoss)
        case .chargeReversedFromHold: (.fraudHold, .partnerClearing)
        case .chargeReversedFromLoss: (.fraudLoss, .partnerClearing)
        case .chargeReversedFromRecoverable: (.recoverable, .partnerClearing)
        case .chargeReversedUnmatched: (.suspense, .partnerClearing)
        case .unmatchedReversalMatched: (.partnerClearing, .suspense)
        case .clearingNetted: (.partnerClearing, .receivable)
        case .clearingPaid: (.partnerClearing, .bank)
        case .compensationFromHold: (.fraudHold, .compensation)
        case .compensationFromLoss: (.fraudLoss, .compensation)
        case .compensationPaid: (.compensation, .bank)
        case .compensationReturned: (.bank, .compensation)
        case .compensationCancelled: (.compensation, .fraudLoss)
        case .lossRecoverable: (.recoverable, .fraudLoss)
        case .lossReinstated: (.fraudLoss, .recoverable)
        case .recoverableRepaid: (.bank, .recoverable)
        case .recoverableWaived: (.goodwillLoss, .recoverable)
        case .culpritPaid: (.bank, .fraudLoss)
        case .balanceDisposed: (.member, .unclaimed)
        case .chargeSettled: (.receivable, .member)
        case .chargeCorrected: (.member, .receivable)
        case .paymentAccepted: (.member, .merchant)
        case .paymentReversed: (.merchant, .member)
        case .paymentReversedToUnclaimed: (.merchant, .unclaimed)
        case .exceptionalRefundReleased: (.member, .payoutInTransit)
        case .partnerSettled: (.bank, .receivable)
        case .partnerFeeBooked: (.partnerFee, .receivable)
        case .merchantSettled: (.merchant, .bank)
        case .merchantRepaid: (.bank, .merchant)
        case .ownerFunded: (.bank, .equity)
        case .unmatchedReceived: (.bank, .suspense)
        case .unmatchedReturned: (.suspense, .bank)
        }
    }
}
