/// A broken business rule. When a command breaks several, the one declared first here is the answer: the order of the
/// numbers is **the** precedence, over all desks (`Specs/rejections.md`). Numbers are stored and never reused; the gaps
/// leave room for rules between.
public struct Rejection: Error, Equatable, Sendable {
    public let code: Code
    /// The number that decided it, in minor units; what it means depends on the code (`Code.boundName`).
    public let bound: Int64?

    public init(_ code: Code, bound: Int64? = nil) {
        self.code = code
        self.bound = bound
    }

    public enum Code: UInt16, CaseIterable, Comparable, Sendable {
        // What the command speaks of does not exist: answered, not recorded
        case accountUnknown = 200
        case storeUnknown = 210
        case paymentUnknown = 220
        case chargeUnknown = 230
        case sessionUnknown = 240
        case controlUnknown = 250
        case voidUnknown = 260
        case proposalUnknown = 270
        case breakGlassUnknown = 280
        case personUnknown = 290
        // Who may ask
        case operatorRequired = 300
        case roleRequired = 301
        case approvalsRequired = 302
        case proposalExpired = 303
        case proposalClosed = 304
        case approverIsProposer = 305
        case alreadyApproved = 306
        case proposerLostRole = 307
        case approverLostRole = 308
        case notTheProposer = 309
        // The ledger
        case realClock = 310
        case scenarioClock = 320
        case clockBackwards = 330
        case occurredInFuture = 340
        case evidenceInFuture = 341
        case noApprovalNeeded = 350
        case tooManyProposals = 351
        case breakGlassUnreviewed = 352
        case reviewerBrokeGlass = 353
        case otherPerson = 354
        case roleHeld = 355
        case roleNotHeld = 356
        case dutiesConflict = 357
        case tooFewApprovers = 358
        case alreadyLaunched = 360
        case effectiveInPast = 361
        case controlEndsBeforeItBegins = 362
        case alreadyStopped = 363
        case tooManyControls = 364
        // Is it open
        case notLaunched = 370
        case chargesStopped = 371
        case paymentsStopped = 372
        case registrationStopped = 373
        case externalLoginStopped = 374
        case foreignAddress = 375
        case countryUnknown = 376
        // The person
        case personErased = 390
        case personHasOpenAccounts = 391
        // The account
        case externalIDTaken = 400
        case accountClosed = 410
        case accountLocked = 420
        case alreadyLocked = 430
        case notLocked = 440
        case dispositionRequired = 450
        case deviceBound = 460
        case deviceNotBound = 461
        case tooManyDevices = 462
        case externalLoginTaken = 463
        case externalLoginNotLinked = 464
        case fundingSourceLinked = 465
        case fundingSourceNotLinked = 466
        case threeDSecureFailed = 467
        case contactNotRegistered = 468
        // Who is behind it
        case sessionEnded = 480
        case sessionOfAnotherAccount = 481
        case resetRequired = 482
        case stepUpRequired = 483
        case evidenceStale = 484
        case deviceRequired = 485
        case deviceCoolDown = 490
        case resetCoolDown = 491
        case contactCoolDown = 492
        // Policies
        case amountStep = 500
        case sourceLimit = 510
        case deviceFirstLimit = 512
        case dailyCap = 514
        case chargeVelocity = 516
        case balanceCap = 520
        case policyVersionsExhausted = 590
        // Money
        case refundForbidden = 600
        case insufficientBalance = 610
        case reversalExceedsPayment = 620
        case chargeAlreadySpent = 630
        case settlementExceedsBalance = 640
        case unmatchedExceedsSuspense = 650
        case ledgerFull = 690

        public static func < (left: Code, right: Code) -> Bool { left.rawValue < right.rawValue }
    }
}

extension Rejection.Code {
    /// The stable code of problem details: `insufficient-balance`.
    public var name: String {
        switch self {
        case .operatorRequired: "operator-required"
        case .accountUnknown: "account-unknown"
        case .storeUnknown: "store-unknown"
        case .paymentUnknown: "payment-unknown"
        case .chargeUnknown: "charge-unknown"
        case .realClock: "real-clock"
        case .scenarioClock: "scenario-clock"
        case .clockBackwards: "clock-backwards"
        case .occurredInFuture: "occurred-in-future"
        case .externalIDTaken: "external-id-taken"
        case .accountClosed: "account-closed"
        case .accountLocked: "account-locked"
        case .alreadyLocked: "already-locked"
        case .notLocked: "not-locked"
        case .dispositionRequired: "disposition-required"
        case .amountStep: "amount-step"
        case .sourceLimit: "source-limit"
        case .balanceCap: "balance-cap"
        case .policyVersionsExhausted: "policy-versions-exhausted"
        case .refundForbidden: "refund-forbidden"
        case .insufficientBalance: "insufficient-balance"
        case .reversalExceedsPayment: "reversal-exceeds-payment"
        case .chargeAlreadySpent: "charge-already-spent"
        case .settlementExceedsBalance: "settlement-exceeds-balance"
        case .unmatchedExceedsSuspense: "unmatched-exceeds-suspense"
        case .ledgerFull: "ledger-full"
        case .sessionUnknown: "session-unknown"
        case .controlUnknown: "control-unknown"
        case .voidUnknown: "void-unknown"
        case .proposalUnknown: "proposal-unknown"
        case .breakGlassUnknown: "break-glass-unknown"
        case .personUnknown: "person-unknown"
        case .roleRequired: "role-required"
        case .approvalsRequired: "approvals-required"
        case .proposalExpired: "proposal-expired"
        case .proposalClosed: "proposal-closed"
        case .approverIsProposer: "approver-is-proposer"
        case .alreadyApproved: "already-approved"
        case .proposerLostRole: "proposer-lost-role"
        case .approverLostRole: "approver-lost-role"
        case .notTheProposer: "not-the-proposer"
        case .evidenceInFuture: "evidence-in-future"
        case .noApprovalNeeded: "no-approval-needed"
        case .tooManyProposals: "too-many-proposals"
        case .breakGlassUnreviewed: "break-glass-unreviewed"
        case .reviewerBrokeGlass: "reviewer-broke-glass"
        case .otherPerson: "other-person"
        case .roleHeld: "role-held"
        case .roleNotHeld: "role-not-held"
        case .dutiesConflict: "duties-conflict"
        case .tooFewApprovers: "too-few-approvers"
        case .alreadyLaunched: "already-launched"
        case .effectiveInPast: "effective-in-past"
        case .controlEndsBeforeItBegins: "control-ends-before-it-begins"
        case .alreadyStopped: "already-stopped"
        case .tooManyControls: "too-many-controls"
        case .notLaunched: "not-launched"
        case .chargesStopped: "charges-stopped"
        case .paymentsStopped: "payments-stopped"
        case .registrationStopped: "registration-stopped"
        case .externalLoginStopped: "external-login-stopped"
        case .foreignAddress: "foreign-address"
        case .countryUnknown: "country-unknown"
        case .personErased: "person-erased"
        case .personHasOpenAccounts: "person-has-open-accounts"
        case .deviceBound: "device-bound"
        case .deviceNotBound: "device-not-bound"
        case .tooManyDevices: "too-many-devices"
        case .externalLoginTaken: "external-login-taken"
        case .externalLoginNotLinked: "external-login-not-linked"
        case .fundingSourceLinked: "funding-source-linked"
        case .fundingSourceNotLinked: "funding-source-not-linked"
        case .threeDSecureFailed: "three-d-secure-failed"
        case .contactNotRegistered: "contact-not-registered"
        case .sessionEnded: "session-ended"
        case .sessionOfAnotherAccount: "session-of-another-account"
        case .resetRequired: "reset-required"
        case .stepUpRequired: "step-up-required"
        case .evidenceStale: "evidence-stale"
        case .deviceRequired: "device-required"
        case .deviceCoolDown: "device-cool-down"
        case .resetCoolDown: "reset-cool-down"
        case .contactCoolDown: "contact-cool-down"
        case .deviceFirstLimit: "device-first-limit"
        case .dailyCap: "daily-cap"
        case .chargeVelocity: "charge-velocity"
        }
    }

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
        case .settlementExceedsBalance, .unmatchedExceedsSuspense: .money("owed")
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
        /// Bits of `Roles`: one of them is needed.
        case roles
        /// The level of authentication needed, and in the bits from 8 on how many seconds old it may be.
        case step
    }

    /// Refusals about things that do not exist are answered and not recorded: nobody grows an append-only log for free.
    public var isRecorded: Bool { !(200..<300).contains(rawValue) }
}
