/// The money desk: charge, pay, reverse, correct, refund by exception, settle.
public enum MoneyCommand: Equatable, Sendable {
    /// `card` is the token of a funding source linked to the account.
    case charge(AccountReference, FundingSource, Amount, reference: String?, card: String? = nil)
    /// `place` is recorded the first time a store appears.
    case pay(AccountReference, store: String, place: String?, register: String?, Amount)
    /// Gives back part or all of the payment at that position. An outside fact: no lock and no cap stops it.
    case reversePayment(AccountReference, payment: UInt64, Amount, reason: String?)
    /// Takes back what is unspent of the charge at that position. An operator's act.
    case correctCharge(AccountReference, charge: UInt64, Amount, reason: String?)
    /// Before termination the law forbids refunds but for a few reasons. An operator's act.
    case refund(AccountReference, Amount, ExceptionalReason?, note: String?)
    /// A partner paid for charges: `gross` less `fee`. An outside fact: what exceeds the receivable goes to suspense.
    case settlePartner(FundingSource, gross: Amount, fee: Int64, statement: String?)
    /// We pay a store what we owe it, or a store pays what it owes us.
    case settleMerchant(store: String, Amount, MerchantDirection, statement: String?)
    case fundByOwner(Amount, statement: String?)
    /// A bank item that matches nothing comes in, or is given back.
    case bookUnmatched(Amount, BankDirection, statement: String?)

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .charge(_, let source, let amount, let reference, let card):
            bytes.add(Int64(source.rawValue))
            bytes.add(amount.units)
            bytes.add(reference)
            if let card { bytes.add(card) }
        case .pay(_, let store, let place, let register, let amount):
            bytes.add(store)
            bytes.add(place)
            bytes.add(register)
            bytes.add(amount.units)
        case .reversePayment(_, let position, let amount, let reason), .correctCharge(_, let position, let amount, let reason):
            bytes.add(Int64(bitPattern: position))
            bytes.add(amount.units)
            bytes.add(reason)
        case .refund(_, let amount, let reason, let note):
            bytes.add(amount.units)
            bytes.add(reason.map { Int64($0.rawValue) })
            bytes.add(note)
        case .settlePartner(let source, let gross, let fee, let statement):
            bytes.add(Int64(source.rawValue))
            bytes.add(gross.units)
            bytes.add(fee)
            bytes.add(statement)
        case .settleMerchant(let store, let amount, let direction, let statement):
            bytes.add(store)
            bytes.add(amount.units)
            bytes.add(direction == .toStore ? 0 : 1)
            bytes.add(statement)
        case .fundByOwner(let amount, let statement):
            bytes.add(amount.units)
            bytes.add(statement)
        case .bookUnmatched(let amount, let direction, let statement):
            bytes.add(amount.units)
            bytes.add(direction == .in ? 0 : 1)
            bytes.add(statement)
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, _ account: AccountReference?, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .correctCharge:
            self = .correctCharge(
                try account.orThrow(), charge: try bytes.position(), try bytes.amount(), reason: try bytes.textIfAny())
        case .refund: self = .refund(try account.orThrow(), try bytes.amount(), try bytes.choice(), note: try bytes.textIfAny())
        case .settlePartner:
            self = .settlePartner(try bytes.choice(), gross: try bytes.amount(), fee: try bytes.number(), statement: try bytes.textIfAny())
        case .settleMerchant:
            self = .settleMerchant(
                store: try bytes.text(), try bytes.amount(), try bytes.number() == 0 ? .toStore : .fromStore,
                statement: try bytes.textIfAny())
        case .fundByOwner: self = .fundByOwner(try bytes.amount(), statement: try bytes.textIfAny())
        case .bookUnmatched:
            self = .bookUnmatched(try bytes.amount(), try bytes.number() == 0 ? .in : .out, statement: try bytes.textIfAny())
        default: return nil
        }
    }

    func checkTexts() throws(Malformed) {
        switch self {
        case .charge(_, _, _, let reference, let card):
            try TextRule.check(reference, "reference")
            try TextRule.check(card, "card")
        case .pay(_, let store, let place, let register, _):
            try TextRule.check(store, "store")
            try TextRule.check(place, "place")
            try TextRule.check(register, "register")
        case .reversePayment(_, _, _, let text), .correctCharge(_, _, _, let text):
            try TextRule.check(text, "reason", limit: TextRule.noteLimit)
        case .refund(_, _, _, let note): try TextRule.check(note, "note", limit: TextRule.noteLimit)
        case .settlePartner(_, let gross, let fee, let statement):
            guard fee >= 0, fee <= gross.units else { throw Malformed(field: "fee", reason: "is not between zero and the amount") }
            try TextRule.check(statement, "statement")
        case .settleMerchant(let store, _, _, let statement):
            try TextRule.check(store, "store")
            try TextRule.check(statement, "statement")
        case .fundByOwner(_, let statement), .bookUnmatched(_, _, let statement):
            try TextRule.check(statement, "statement")
        }
    }
}

/// Why a refund before termination may be made (Payment Services Act, Art. 20(5): exceptions by Cabinet Office Order).
public enum ExceptionalReason: UInt8, Named, Sendable {
    /// やむを得ない事情: the holder can no longer use the instrument.
    case unavoidableCircumstances = 1
    /// The sum refunded is small against what was issued.
    case smallAmount = 2
}

public enum MerchantDirection: String, CaseIterable, Sendable { case toStore, fromStore }

public enum BankDirection: String, CaseIterable, Sendable { case `in`, out }
