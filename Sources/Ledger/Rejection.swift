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
        // Who may ask
        case operatorRequired = 300
        // The ledger
        case realClock = 310
        case scenarioClock = 320
        case clockBackwards = 330
        case occurredInFuture = 340
        // The account
        case externalIDTaken = 400
        case accountClosed = 410
        case accountLocked = 420
        case alreadyLocked = 430
        case notLocked = 440
        case dispositionRequired = 450
        // Policies
        case amountStep = 500
        case sourceLimit = 510
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
        case .ledgerFull: "An account's total would pass the largest number the ledger can hold."
        }
    }

    /// What `bound` is called in problem details, and `nil` where the code has none.
    public var boundName: String? {
        switch self {
        case .amountStep: "step"
        case .sourceLimit, .balanceCap: "limit"
        case .insufficientBalance, .dispositionRequired: "balance"
        case .reversalExceedsPayment, .chargeAlreadySpent: "remaining"
        case .settlementExceedsBalance, .unmatchedExceedsSuspense: "owed"
        default: nil
        }
    }

    /// Refusals about things that do not exist are answered and not recorded: nobody grows an append-only log for free.
    public var isRecorded: Bool { !(200..<300).contains(rawValue) }
}
