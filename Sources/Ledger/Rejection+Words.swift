/// What refusals say to people, and what their numbers mean.
extension Rejection.Code {
    /// One sentence for people: what was refused and what to do next.
    public var explanation: String {
        switch self {
        case .operatorRequired: "This act needs the token of an operator of this ledger."
        case .accountUnknown: "No such account; open it first with POST /v1/accounts."
        case .storeUnknown: "This store has never been paid here, so there is nothing to settle with it."
        case .paymentUnknown: "There is no payment of this account at that position; look it up in the account's events."
        case .chargeUnknown: "There is no charge of this account at that position; look it up in the account's events."
        case .realClock: "This ledger runs on the machine's clock; only a scenario ledger's time can be set."
        case .scenarioClock: "A scenario ledger's time moves only by advancing it; there is nothing to confirm."
        case .clockBackwards: "Time never runs backwards; name an instant after the last recorded one."
        case .occurredInFuture: "occurredAt lies in the future; check the sender's clock."
        case .externalIDTaken: "Another account already has this external id."
        case .accountClosed: "The account is closed."
        case .accountLocked: "The account is locked for this; unlock it first."
        case .alreadyLocked: "The account is already locked in this scope."
        case .notLocked: "The account is not locked in this scope."
        case .dispositionRequired: "The account still has a balance; say what becomes of it with disposition."
        case .amountStep: "Charges from this source go in steps; round the amount to a multiple."
        case .sourceLimit: "The amount is above the limit for one charge from this source."
        case .balanceCap: "The balance would pass the cap; charge less or spend first."
        case .batchUnknown: "There is no batch at that position; GET /v1/batches lists them."
        case .terminationDecided: "The end of the service is decided already; reschedule it or withdraw it."
        case .terminationNotDecided: "No end of the service is decided; decide it first."
        case .alreadyTerminated: "The service has ended; that cannot be undone."
        case .notTerminated: "The service has not ended; this belongs to the time after."
        case .onLegalHold: "The account is under a legal hold already."
        case .notOnLegalHold: "The account is under no legal hold."
        case .serviceTerminated: "The service has ended: nothing is charged, paid or opened any more."
        case .personHasOpenRefund: "A refund of the person is open; it is paid or excluded before the data is destroyed."
        case .personHasOpenCompensation: "A compensation of the person is open; it is paid before the data is destroyed."
        case .personOnLegalHold: "The person is under a legal hold; the data is kept until it is lifted."
        case .booksMustBeKept: "The law has these books kept longer; try again after the instant named."
        case .refundIsOpen: "A refund of this account is open or on its way; it is settled before the account closes."
        case .noticesMissing: "Claims open only once the three notices are recorded: refundPublicNotice, refundPosting, refundInformation."
        case .windowTooShort: "Holders have at least 60 full days to claim, and a time to claim is never shortened; name a later last day."
        case .claimsOpened: "The time to claim is set already; extend it."
        case .claimsNotOpen: "Claims are not open yet."
        case .claimsAreClosed: "The time to claim is over; ask for a late claim (acceptLateClaim)."
        case .notTheHolder: "The account belongs to another person; only its holder claims its refund."
        case .identityRequired: "A claim by web form needs evidence of identity; give identity with its level and method."
        case .alreadyClaimed: "This refund is claimed already; an account has one open refund."
        case .nothingToRefund: "Nothing of this account is left to refund."
        case .notClaimed: "This refund is not claimed, or is past that."
        case .notExcluded: "Nothing of this account was excluded."
        case .notVerified: "The refund is not ready to be approved: it waits for its claim or is past that."
        case .identityTooWeak: "Who claims has not shown his identity strongly enough; verify it first."
        case .refundIsHeld: "The refund waits: a dispute, a case, an alert or a legal hold of the account is open."
        case .approverTookClaim: "Who took a claim down does not approve its refund; ask someone else."
        case .refundTotalDiffers: "The refunds come to another total; look again before you approve."
        case .nothingToBatch: "No approved refund is ready for this way of payment, or the first alone passes the limit of one file."
        case .batchIsPast: "The batch is past that: cancelled, released or sent."
        case .fileMissing: "No file of this batch is recorded; make it with motocho refunds export and record its hash."
        case .fileDiffers: "This is not the file recorded for the batch, or not of its kind."
        case .batchChanged: "A refund in the batch changed or is held since; cancel the batch and open another."
        case .releaserActed: "Who made a batch or its file, or agreed to a refund in it, does not release it; ask someone else."
        case .resultDiffers: "The result speaks of more refunds than the batch has."
        case .approvalMissing: "No approval to take security back stands at that position; record the regulator's paper first."
        case .securityExceeds: "More would be taken back than stands there or than was approved."
        case .policyVersionsExhausted: "The ledger has recorded as many policy versions as it can number."
        case .refundForbidden: "Refunds before termination are forbidden but for a stated exceptional reason; give reason."
        case .insufficientBalance: "The balance is too small."
        case .reversalExceedsPayment: "More would be reversed than is left of the payment."
        case .chargeAlreadySpent: "More would be taken back than is unspent of that charge."
        case .settlementExceedsBalance: "More would be paid than is owed to the store."
        case .unmatchedExceedsSuspense: "More would be given back than stands in suspense."
        case .sessionUnknown: "No such session; use the session that a login's receipt named."
        case .controlUnknown: "There is no control at that position that is not over; GET /v1/controls lists them."
        case .voidUnknown: "No refused charge at that position waits to be voided; GET /v1/voids lists them."
        case .proposalUnknown: "There is no proposal at that position; GET /v1/proposals lists the open ones."
        case .breakGlassUnknown: "There is no emergency act at that position that waits for review."
        case .personUnknown: "No account of such a person was ever opened here."
        case .roleRequired: "This act needs a role that you do not hold; an operator can propose to grant it."
        case .approvalsRequired: "This act takes others' approval; propose it (POST /v1/proposals, or motocho propose)."
        case .proposalExpired: "The proposal has expired; propose it again."
        case .proposalClosed: "The proposal was carried out or withdrawn already."
        case .approverIsProposer: "Who proposed something may not approve it, under another name either; ask someone else."
        case .alreadyApproved: "You have approved this already; another person must."
        case .proposerLostRole: "Who proposed this may no longer do it; withdraw it and let someone else propose."
        case .approverLostRole: "An earlier approver no longer holds that role; withdraw the proposal and make it again."
        case .notTheProposer: "Only its proposer or an operator may withdraw a proposal."
        case .evidenceInFuture: "The authentication lies in the future; check the sender's clock."
        case .noApprovalNeeded: "This act takes nobody's approval here; send it by itself."
        case .tooManyProposals: "Too many proposals are open; withdraw what is no longer wanted."
        case .breakGlassUnreviewed: "An emergency act of yours waits to be reviewed; no other before that."
        case .reviewerBrokeGlass: "Who acted may not review the act; another person must."
        case .otherPerson: "This principal belongs to another person; give the person it was granted for before."
        case .roleHeld: "The principal holds this role already."
        case .roleNotHeld: "The principal does not hold this role."
        case .dutiesConflict: "These duties must lie with different people; revoke the other role first or choose someone else."
        case .tooFewApprovers: "Fewer than three people would be left to approve, or nobody to operate; grant the role to another first."
        case .alreadyLaunched: "The service was launched before."
        case .effectiveInPast: "Nothing can be put into force in the past; leave effectiveAt out for now."
        case .controlEndsBeforeItBegins: "A control must end after it begins; check effectiveAt and until."
        case .alreadyStopped: "A control in force, or due by then, stops this already."
        case .tooManyControls: "Too many controls are open; lift what is no longer needed."
        case .notLaunched: "The service has not been launched yet."
        case .chargesStopped: "Charging from this source is stopped; what was paid in elsewhere must be given back there."
        case .paymentsStopped: "Payments are stopped."
        case .registrationStopped: "New accounts are not opened at present."
        case .externalLoginStopped: "Signing in with another provider's id is stopped; use the common id."
        case .foreignAddress: "Access from foreign addresses is blocked."
        case .countryUnknown: "Access from foreign addresses is blocked and the country of this one is not known; send it in access.country."
        case .personErased: "This person's data was erased; nothing can be recorded for them any more."
        case .personHasOpenAccounts: "The person still has an open account; close it first."
        case .deviceBound: "This device is bound to the account already."
        case .deviceNotBound: "This device is not bound to the account."
        case .tooManyDevices: "The account has as many devices as it may; unbind one first."
        case .externalLoginTaken: "This external login is linked to an account already."
        case .externalLoginNotLinked: "This external login is not linked to the account."
        case .fundingSourceLinked: "This funding source is linked to the account already."
        case .fundingSourceNotLinked: "No such funding source is linked to the account; link it first."
        case .threeDSecureFailed: "The card issuer did not authenticate the holder; the card cannot be linked."
        case .contactNotRegistered: "New credentials go only to a contact that was registered before."
        case .sessionEnded: "The session has ended; sign in again."
        case .sessionOfAnotherAccount: "The session belongs to another account."
        case .resetRequired: "The member must reset the credentials first."
        case .stepUpRequired: "A stronger authentication is needed; do the step named here and repeat with its evidence."
        case .evidenceStale: "The authentication is too old; do the step named here again and repeat with its evidence."
        case .deviceRequired: "This must come from a device bound to the account; bind it first."
        case .deviceCoolDown: "The device was bound too recently for this; wait."
        case .resetCoolDown: "The credentials were reset too recently for this; wait."
        case .contactCoolDown: "A contact was changed too recently for this; wait."
        case .deviceFirstLimit: "More than a new device may charge in its first hours."
        case .dailyCap: "More than the account may move in one day."
        case .chargeVelocity: "Too many charges in too short a time; wait."
        case .moneyHeld: "Money of the account is held because of a fraud; settle that first."
        case .eventUnknown: "There is no event of this account at that position; look it up in the account's events."
        case .disputeUnknown: "There is no dispute at that position."
        case .reportUnknown: "There is no partner's report at that position."
        case .alertUnknown: "There is no alert at that position that nobody has looked at."
        case .unmatchedUnknown: "No unmatched reversal waits at that position."
        case .ruleVersionUnknown: "No such version of the rules was ever in force."
        case .ruleVersionsExhausted: "The ledger has recorded as many versions of the rules as it can number."
        case .notMoney: "Only charges and payments can be judged; the position named is neither."
        case .cashIsOwn: "Cash charges are always the member's own; only charges by card or points can be a thief's."
        case .labelledSo: "All of these events have this label already."
        case .amendmentRequired: "A certified or made-good event gets another label only together with its amendment; propose it with amends."
        case .tooManyHolds: "More charges would have to be held or released than one command can; name fewer events."
        case .chargeNotFraud: "The charge is not labelled as a fraud; judge it first."
        case .nothingToHold: "Nothing of these charges is free, and the hold is ordered already."
        case .nothingHeld: "Nothing is held."
        case .disputeClosed: "The dispute was closed already."
        case .reportKnown: "The partner's message with this number was recorded before, at the position named."
        case .reportMatched: "The report was matched already."
        case .samePerson: "The two accounts are known to be one person's."
        case .alreadyCertified: "The person's damage is certified; amend or revoke that certification."
        case .notCertified: "The person's damage is not certified."
        case .evidenceOfAnother: "The dispute, report or events named are not this person's."
        case .certifierOpenedDispute: "Who took the dispute down may not certify it; another person must."
        case .disputedUnlabelled: "A disputed event has not been judged yet; label each of them."
        case .labelsMissing: "A payment after the person's first fraud has not been judged yet; label it, at the position named."
        case .notEntitled: "By the labels so far this person lost nothing."
        case .differsFromEntitlement: "The sums are not those that the ledger finds; the total it finds is named here."
        case .certifiedSo: "These are the certified sums already."
        case .notReversible: "Only card charges are reversed by a partner; points are made good by compensation."
        case .reversalOpen: "The partner was asked for this charge already."
        case .reversalNotOpen: "No request for this charge waits for the partner."
        case .madeGood: "The charge was made good already."
        case .compensationTooEarly: "Compensation is not offered before the day the policy names."
        case .nothingToCompensate: "Nothing of this account is to be made good by the issuer itself."
        case .notOffered: "There is no open offer to agree to; make one."
        case .compensationDiffers: "The sum is not what is due now; the sum due is named here."
        case .clearingExceedsBalance: "More would be settled than the partner gave back for us."
        case .nettedExceedsReceivable: "More would be netted than the partner owes; book what was paid by bank."
        case .compensationExceeds: "More would be paid than was agreed and not yet paid."
        case .recoverableExceeds: "More would be given up than the member owes back."
        case .ledgerFull: "An account's total would pass the largest number the ledger can hold."
        }
    }

    /// What `bound` says, in problem details; `nil` where the code has none.
    public var boundMeaning: BoundMeaning? {
        switch self {
        case .amountStep: .money("step")
        case .sourceLimit, .balanceCap: .money("limit")
        case .insufficientBalance, .dispositionRequired: .money("balance")
        case .reversalExceedsPayment, .chargeAlreadySpent, .deviceFirstLimit, .dailyCap: .money("remaining")
        case .settlementExceedsBalance, .unmatchedExceedsSuspense, .clearingExceedsBalance, .nettedExceedsReceivable, .compensationExceeds,
            .recoverableExceeds:
            .money("owed")
        case .moneyHeld: .money("held")
        case .refundIsOpen, .personHasOpenRefund, .personHasOpenCompensation: .money("owed")
        case .refundTotalDiffers: .money("due")
        case .securityExceeds: .money("remaining")
        case .windowTooShort: .day("lastDay")
        case .booksMustBeKept: .time("until")
        case .refundIsHeld: .account
        case .identityTooWeak: .count("requiredIdentity")
        case .resultDiffers: .count("most")
        case .differsFromEntitlement: .money("entitlement")
        case .compensationDiffers: .money("due")
        case .notMoney, .cashIsOwn, .labelsMissing, .disputedUnlabelled, .alreadyCertified, .reportKnown: .count("eventPosition")
        case .tooManyDevices, .chargeVelocity: .count("most")
        case .approvalsRequired: .count("approvals")
        case .deviceCoolDown, .resetCoolDown, .contactCoolDown: .count("waitSeconds")
        case .roleRequired: .roles
        case .stepUpRequired, .evidenceStale: .step
        default: nil
        }
    }

    public enum BoundMeaning: Equatable, Sendable {
        /// Minor units, under this name.
        case money(String)
        /// A plain number, under this name.
        case count(String)
        /// A calendar day, in days since 1970-01-01; an instant, in microseconds.
        case day(String)
        case time(String)
        /// A member account's number.
        case account
        /// Bits of `Roles`: one of them is needed.
        case roles
        /// The level of authentication needed, and in the bits from 8 on how many seconds old it may be.
        case step
    }

    /// Refusals about things that do not exist are answered and not recorded: nobody grows an append-only log for free.
    public var isRecorded: Bool { !(200..<300).contains(rawValue) }
}
