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
            .withdrawn, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked, .personalDataViewed, .personErased:
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
