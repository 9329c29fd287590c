/// The chart of accounts: one byte of class, a dense ordinal below it.

/// What kind of ledger account this is. The number is stored in every posting and never reused.
public enum AccountClass: UInt8, CaseIterable, Sendable {
    /// What the issuer owes a member: the balance (残高). Ordinal: the member account.
    case member = 1
    /// What the issuer owes a store (加盟店). Negative: the store owes us. Ordinal: the store.
    case merchant = 2
    /// What a funding partner owes us for charges. Ordinal: the funding source.
    case receivable = 3
    case bank = 4
    case equity = 5
    /// Fees that partners keep when they settle. Ordinal: the funding source.
    case partnerFee = 6
    /// Money on its way to a member: released, not yet confirmed by the bank. Ordinal: the member account.
    case payoutInTransit = 7
    /// What was left on an account that closed, or came back after it closed. Ordinal: the member account.
    case unclaimed = 8
    /// Bank items and partners' words that match nothing yet.
    case suspense = 9
    /// What is left of charges a thief made, out of every payment's reach (不正チャージの保留). Ordinal: the member account.
    case fraudHold = 10
    /// What a funding partner gives back to a victim for us, until the partner settles it with us. Ordinal: the funding source.
    case partnerClearing = 11
    /// What the issuer has agreed to pay a victim (補償). Ordinal: the member account.
    case compensation = 12
    /// What a member owes back: made good twice, or for what proved to be genuine. Ordinal: the member account.
    case recoverable = 13
    /// The issuer's loss by fraud (不正利用による損失). Ordinal: the victim's account; 0: what culprits paid.
    case fraudLoss = 14
    /// What was given up as goodwill.
    case goodwillLoss = 15
    /// Security for the unused balance (発行保証金). Ordinal: its form, deposit or trust.
    case securityDeposit = 16
    /// What the issuer owes a member after the end of the service (払戻し). Ordinal: the member account.
    case refund = 17

    /// `asset` and `expense` accounts grow by debits, the others by credits.
    public var isDebitNormal: Bool {
        switch self {
        case .receivable, .bank, .partnerFee, .recoverable, .fraudLoss, .goodwillLoss, .securityDeposit: true
        case .member, .merchant, .equity, .payoutInTransit, .unclaimed, .suspense, .fraudHold, .partnerClearing, .compensation,
            .refund:
            false
        }
    }

    /// The accountant's name, as reports print it: `liab.member`.
    public var name: String {
        switch self {
        case .member: "liab.member"
        case .merchant: "liab.merchant"
        case .receivable: "asset.receivable"
        case .bank: "asset.bank"
        case .equity: "equity.owner"
        case .partnerFee: "expense.partnerFee"
        case .payoutInTransit: "liab.payoutInTransit"
        case .unclaimed: "liab.unclaimed"
        case .suspense: "liab.suspense"
        case .fraudHold: "liab.fraudHold"
        case .partnerClearing: "liab.partnerClearing"
        case .compensation: "liab.compensation"
        case .recoverable: "asset.recoverable"
        case .fraudLoss: "loss.fraud"
        case .goodwillLoss: "loss.goodwill"
        case .securityDeposit: "asset.securityDeposit"
        case .refund: "liab.refund"
        }
    }
}

/// A ledger account: class in the top byte, ordinal in the lower seven. Zero is no account.
public struct AccountCode: RawRepresentable, Hashable, Comparable, Sendable {
    public let rawValue: UInt64

    @inlinable public init(rawValue: UInt64) { self.rawValue = rawValue }

    @inlinable public init(_ accountClass: AccountClass, _ ordinal: UInt64 = 0) {
        rawValue = UInt64(accountClass.rawValue) << 56 | ordinal
    }

    public static let none = AccountCode(rawValue: 0)
    public static let bank = AccountCode(.bank)
    public static let equity = AccountCode(.equity)
    public static let suspense = AccountCode(.suspense)

    @inlinable public static func member(_ ordinal: UInt64) -> AccountCode { AccountCode(.member, ordinal) }
    @inlinable public static func merchant(_ ordinal: UInt64) -> AccountCode { AccountCode(.merchant, ordinal) }
    @inlinable public static func receivable(_ source: FundingSource) -> AccountCode {
        AccountCode(.receivable, UInt64(source.rawValue))
    }
    public static func partnerFee(_ source: FundingSource) -> AccountCode {
        AccountCode(.partnerFee, UInt64(source.rawValue))
    }
    public static func payoutInTransit(_ member: UInt64) -> AccountCode { AccountCode(.payoutInTransit, member) }
    public static func unclaimed(_ member: UInt64) -> AccountCode { AccountCode(.unclaimed, member) }
    public static func fraudHold(_ member: UInt64) -> AccountCode { AccountCode(.fraudHold, member) }
    public static func compensation(_ member: UInt64) -> AccountCode { AccountCode(.compensation, member) }
    public static func recoverable(_ member: UInt64) -> AccountCode { AccountCode(.recoverable, member) }
    public static func fraudLoss(_ member: UInt64) -> AccountCode { AccountCode(.fraudLoss, member) }
    public static func partnerClearing(_ source: FundingSource) -> AccountCode {
        AccountCode(.partnerClearing, UInt64(source.rawValue))
    }
    public static let goodwillLoss = AccountCode(.goodwillLoss)
    @inlinable public static func refund(_ member: UInt64) -> AccountCode { AccountCode(.refund, member) }
    public static func security(_ form: SecurityForm) -> AccountCode { AccountCode(.securityDeposit, UInt64(form.rawValue)) }

    @inlinable public var accountClass: AccountClass? { AccountClass(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) }
    @inlinable public var ordinal: UInt64 { rawValue & 0x00FF_FFFF_FFFF_FFFF }
    @inlinable public var isNone: Bool { rawValue == 0 }
    @inlinable public var isMember: Bool { rawValue >> 56 == UInt64(AccountClass.member.rawValue) }

    /// The member ordinal, if this is a member's account.
    @inlinable public var memberOrdinal: UInt64? { isMember ? ordinal : nil }

    @inlinable public static func < (left: AccountCode, right: AccountCode) -> Bool { left.rawValue < right.rawValue }
}

extension AccountCode: CustomStringConvertible {
    /// `liab.member.17`, `asset.receivable.creditCard`, `asset.bank`; `none` for no account.
    public var description: String {
        guard let accountClass else { return isNone ? "none" : "unknown.\(rawValue)" }
        switch accountClass {
        case .bank, .equity, .suspense, .goodwillLoss: return accountClass.name
        case .receivable, .partnerFee, .partnerClearing:
            return accountClass.name + "." + (FundingSource(rawValue: UInt8(truncatingIfNeeded: ordinal))?.name ?? "\(ordinal)")
        case .securityDeposit: return accountClass.name + "." + (SecurityForm(rawValue: UInt8(truncatingIfNeeded: ordinal))?.name ?? "\(ordinal)")
        case .member, .merchant, .payoutInTransit, .unclaimed, .fraudHold, .compensation, .recoverable, .fraudLoss, .refund:
            return "\(accountClass.name).\(ordinal)"
        }
    }
}

/// Where charged money comes from (チャージ手段).
public enum FundingSource: UInt8, Named, Sendable {
    case creditCard = 1
    case debitCard = 2
    case registerCash = 3
    case atmCash = 4
    case point = 5
}
