/// Everything that can have happened. **This is the one table of numbers**: a number is stored in every event, never
/// changed and never reused. The name is what receipts, `replay` and exports print.
public enum EventKind: UInt16, CaseIterable, Sendable {
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

    /// More of the tail of the event before it, in the same group. Reserved; no event of this version needs one.
    case continuation = 255

    public var name: String { "\(self)" }

    public init?(name: String) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// The classes of the account debited and the account credited, where the kind has a posting. The checker and the
    /// event format document are held against this table.
    public var posting: (debit: AccountClass, credit: AccountClass)? {
        switch self {
        case .genesis, .refused, .policySet, .clockAdvanced, .clockConfirmed, .accountOpened, .accountLocked,
            .accountUnlocked, .credentialsReset, .accountClosed, .continuation:
            nil
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
