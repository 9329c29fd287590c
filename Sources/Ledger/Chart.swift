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
    /// Bank items that match nothing yet.
    case suspense = 9

    /// `asset` and `expense` accounts grow by debits, the others by credits.
    public var isDebitNormal: Bool {
        switch self {
        case .receivable, .bank, .partnerFee: true
        case .member, .merchant, .equity, .payoutInTransit, .unclaimed, .suspense: false
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
        case .bank, .equity, .suspense: return accountClass.name
        case .receivable, .partnerFee:
            return accountClass.name + "." + (FundingSource(rawValue: UInt8(truncatingIfNeeded: ordinal))?.name ?? "\(ordinal)")
        case .member, .merchant, .payoutInTransit, .unclaimed: return "\(accountClass.name).\(ordinal)"
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
