/// The compensation desk: who makes a victim whole, by which way, and what is still owed (補償). Accounting table rows 5–11.
public enum CompensationCommand: Equatable, Sendable {
    /// Asks a card company to stop the debit of a fraud charge, or a debit brand to return it to the bank account.
    case requestReversal(AccountReference, charge: UInt64, debitDate: Day?, note: String?)
    /// The partner will not. What is left goes by compensation.
    case rejectReversal(AccountReference, charge: UInt64, reason: String?)
    /// The partner made a charge good. An outside fact: what fits no fraud charge goes to suspense and waits (`matchReversal`).
    case confirmReversal(AccountReference?, FundingSource, charge: UInt64, Amount, Stage, reference: String?)
    /// Says which charge an unmatched reversal was for.
    case matchReversal(unmatched: UInt64, AccountReference, charge: UInt64)
    /// The partner settled what it gave back: paid us less, or was paid.
    case settleClearing(FundingSource, Amount, Settlement, statement: String?)
    /// Offers to make good what no partner does: points, own balance, rejected card charges. The sum is the ledger's own.
    case offer(AccountReference, note: String?)
    /// The victim agreed to this sum. Needs two approvals.
    case agree(AccountReference, Amount)
    case pay(AccountReference, Amount, reference: String?)
    /// The bank sent a payment back. An outside fact.
    case returned(AccountReference, Amount, reference: String?)
    /// A member paid back what was made good too much. An outside fact.
    case repay(AccountReference, Amount, statement: String?)
    /// Gives up what a member owes back. Needs two approvals.
    case waive(AccountReference, Amount, reason: String)
    /// A culprit paid. An outside fact.
    case bookCulprit(Amount, statement: String?)

    public enum Stage: UInt8, Named, Sendable {
        /// Before the member's card payment date (引き落とし前).
        case beforeDebit = 1
        /// Debited, and settled through the account the following month or later (引き落とし後の精算).
        case afterDebit = 2
        /// Paid back into the bank account behind a debit card (口座への払い戻し).
        case toBankAccount = 3
    }

    public enum Settlement: UInt8, Named, Sendable {
        case netted = 1
        case paid = 2
    }

    var name: Command.Name {
        switch self {
        case .requestReversal: .requestReversal
        case .rejectReversal: .rejectReversal
        case .confirmReversal: .confirmReversal
        case .matchReversal: .matchReversal
        case .settleClearing: .settleClearing
        case .offer: .offerCompensation
        case .agree: .agreeCompensation
        case .pay: .payCompensation
        case .returned: .returnCompensation
        case .repay: .repayRecoverable
        case .waive: .waiveRecoverable
        case .bookCulprit: .bookCulpritPayment
        }
    }

    var account: AccountReference? {
        switch self {
        case .requestReversal(let account, _, _, _), .rejectReversal(let account, _, _), .matchReversal(_, let account, _),
            .offer(let account, _), .agree(let account, _), .pay(let account, _, _), .returned(let account, _, _),
            .repay(let account, _, _), .waive(let account, _, _):
            account
        case .confirmReversal(let account, _, _, _, _, _): account
        case .settleClearing, .bookCulprit: nil
        }
    }

    var askedAmount: Int64 {
        switch self {
        case .confirmReversal(_, _, _, let amount, _, _), .settleClearing(_, let amount, _, _), .agree(_, let amount),
            .pay(_, let amount, _), .returned(_, let amount, _), .repay(_, let amount, _), .waive(_, let amount, _),
            .bookCulprit(let amount, _):
            amount.units
        case .requestReversal, .rejectReversal, .matchReversal, .offer: 0
        }
    }

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .requestReversal(_, let charge, let debitDate, let note):
            bytes.add(Int64(bitPattern: charge))
            bytes.add(debitDate.map { Int64($0.number) })
            bytes.add(note)
        case .rejectReversal(_, let charge, let reason):
            bytes.add(Int64(bitPattern: charge))
            bytes.add(reason)
        case .confirmReversal(_, let source, let charge, let amount, let stage, let reference):
            bytes.add(Int64(source.rawValue))
            bytes.add(Int64(bitPattern: charge))
            bytes.add(amount.units)
            bytes.add(Int64(stage.rawValue))
            bytes.add(reference)
        case .matchReversal(let unmatched, _, let charge):
            bytes.add(Int64(bitPattern: unmatched))
            bytes.add(Int64(bitPattern: charge))
        case .settleClearing(let source, let amount, let by, let statement):
            bytes.add(Int64(source.rawValue))
            bytes.add(amount.units)
            bytes.add(Int64(by.rawValue))
            bytes.add(statement)
        case .offer(_, let note): bytes.add(note)
        case .agree(_, let amount): bytes.add(amount.units)
        case .pay(_, let amount, let text), .returned(_, let amount, let text), .repay(_, let amount, let text):
            bytes.add(amount.units)
            bytes.add(text)
        case .waive(_, let amount, let reason):
            bytes.add(amount.units)
            bytes.add(reason)
        case .bookCulprit(let amount, let statement):
            bytes.add(amount.units)
            bytes.add(statement)
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, _ account: AccountReference?, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .agreeCompensation: self = .agree(try account.orThrow(), try bytes.amount())
        case .waiveRecoverable: self = .waive(try account.orThrow(), try bytes.amount(), reason: try bytes.text())
        default: return nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .requestReversal(_, _, _, let text), .offer(_, let text): try TextRule.check(text, "note", limit: TextRule.noteLimit)
        case .rejectReversal(_, _, let text): try TextRule.check(text, "reason", limit: TextRule.noteLimit)
        case .waive(_, _, let text): try TextRule.check(text, "reason", limit: TextRule.noteLimit)
        case .confirmReversal(_, let source, _, _, let stage, let reference):
            try TextRule.check(reference, "reference")
            guard source == .creditCard && stage != .toBankAccount || source == .debitCard && stage == .toBankAccount else {
                throw Malformed(
                    field: "stage",
                    reason: "does not go with the source: creditCard takes beforeDebit or afterDebit, debitCard toBankAccount; points are made good by compensation")
            }
        case .settleClearing(_, _, _, let text), .repay(_, _, let text), .bookCulprit(_, let text): try TextRule.check(text, "statement")
        case .pay(_, _, let text), .returned(_, _, let text): try TextRule.check(text, "reference")
        case .matchReversal, .agree: break
        }
    }
}

/// A calendar day, in days since 1970-01-01.
public struct Day: Hashable, Comparable, Sendable {
    public let number: Int32

    public init(number: Int32) { self.number = number }

    /// `nil` unless it is a day like `2019-07-26`.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, let instant = Instant(text + "T00:00:00Z") else { return nil }
        self.init(number: Int32(truncatingIfNeeded: instant.microseconds / 86_400_000_000))
    }

    /// Of an instant, in Japan.
    public init(of instant: Instant) { self.init(number: Int32(truncatingIfNeeded: instant.japaneseDay)) }

    public static func < (left: Day, right: Day) -> Bool { left.number < right.number }
}

extension Day: CustomStringConvertible {
    /// `2019-07-26`
    public var description: String { String(Instant(microseconds: Int64(number) * 86_400_000_000).description.prefix(10)) }
}
