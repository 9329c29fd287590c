public import Ledger

/// One transfer (振込): what both encoders write, each in its own words.
public struct TransferInstruction: Hashable, Sendable {
    /// The refund it pays, 1 … 9,999,999,999; customer code 1 (顧客コード1) of a bank file.
    public let refund: UInt64
    /// The batch it belongs to, 1 … 9,999,999,999; customer code 2.
    public let batch: UInt64
    public let payee: BankAccount
    /// Yen.
    public let amount: Int64

    public init(refund: UInt64, batch: UInt64, payee: BankAccount, amount: Int64) {
        self.refund = refund
        self.batch = batch
        self.payee = payee
        self.amount = amount
    }
}

/// Transfers that go to the bank in one file.
public struct TransferBatch: Equatable, Sendable {
    public let originator: Originator
    /// The day the bank is to transfer on (振込指定日).
    public let date: Day
    public let instructions: [TransferInstruction]

    public init(originator: Originator, date: Day, instructions: [TransferInstruction]) {
        self.originator = originator
        self.date = date
        self.instructions = instructions
    }

    /// The batch number of the first transfer; in a batch that may be sent, of all.
    public var number: UInt64? { instructions.first?.batch }

    /// Yen. `nil` if it does not fit `Int64`.
    public var total: Int64? {
        var total: Int64 = 0
        for instruction in instructions {
            let (sum, overflow) = total.addingReportingOverflow(instruction.amount)
            if overflow { return nil }
            total = sum
        }
        return total
    }
}

/// What one file may hold. Banks agree lower limits by contract than the record layout has room for.
public struct FileLimits: Equatable, Sendable {
    /// At most 999,999.
    public let items: Int
    /// Yen, at most 999,999,999,999.
    public let total: Int64
    /// Whether two transfers may have the same account and amount. Somebody has to have looked at why.
    public let duplicatesAllowed: Bool

    /// The largest single transfer the record layout has room for, in yen.
    public static let greatestAmount: Int64 = 9_999_999_999
    /// The largest customer code.
    public static let greatestNumber: UInt64 = 9_999_999_999

    /// All that the record layout has room for.
    public static let layout = FileLimits(layout: false)
    /// The same for files that others answer for: duplicates are theirs to judge.
    static let layoutAndDuplicates = FileLimits(layout: true)

    private init(layout duplicatesAllowed: Bool) {
        (items, total) = (999_999, 999_999_999_999)
        self.duplicatesAllowed = duplicatesAllowed
    }

    /// `nil` unless items are 1 … 999,999 and the total 1 … 999,999,999,999.
    public init?(items: Int = 999_999, total: Int64 = 999_999_999_999, duplicatesAllowed: Bool = false) {
        guard (1...999_999).contains(items), (1...999_999_999_999).contains(total) else { return nil }
        self.items = items
        self.total = total
        self.duplicatesAllowed = duplicatesAllowed
    }
}

extension TransferBatch {
    /// Whether the batch may go to a bank, before a byte is written. O(n).
    ///
    /// - Throws: `no-items`, `too-many-items`, `customer-number`, `other-batch`, `amount-zero`, `amount-too-large`,
    ///   `refund-twice`, `duplicate`, `total-too-large`, `date-not-covered`, `holiday`.
    public func validate(limits: FileLimits, businessDays: BusinessDays) throws(TransferError) {
        try validateItems(limits)
        guard let open = businessDays.onOrAfter(date) else {
            throw TransferError(
                .dateNotCovered, "date", "the list of holidays does not cover the transfer date and the days after it; extend the list, or correct the date")
        }
        guard open == date else {
            throw TransferError(.holiday, "date", "banks are closed on \(date); the next day they transfer on is \(open)")
        }
    }

    /// All of `validate` that needs no calendar.
    func validateItems(_ limits: FileLimits) throws(TransferError) {
        guard let number else {
            throw TransferError(.noItems, "instructions", "the batch is empty; there is nothing to send")
        }
        guard instructions.count <= limits.items else {
            throw TransferError(
                .tooManyItems, "instructions", "the batch holds \(instructions.count) transfers; a file takes at most \(limits.items). Split the batch")
        }
        guard (1...FileLimits.greatestNumber).contains(number) else {
            throw TransferError(.customerNumber, "batch", "the batch number must be 1 to \(FileLimits.greatestNumber)")
        }
        var refunds = Set<UInt64>(minimumCapacity: instructions.count)
        var payments = Set<Payment>(minimumCapacity: limits.duplicatesAllowed ? 0 : instructions.count)
        var total: Int64 = 0
        for instruction in instructions {
            try instruction.validate(batch: number)
            guard refunds.insert(instruction.refund).inserted else {
                throw TransferError(.refundTwice, "refund", refund: instruction.refund, "the refund stands in the batch twice; take one out")
            }
            if !limits.duplicatesAllowed, !payments.insert(Payment(instruction)).inserted {
                throw TransferError(
                    .duplicate, "instructions", refund: instruction.refund,
                    "another transfer of the batch pays the same amount to the same account; find out why, and send it with duplicates allowed or take one out")
            }
            // No overflow: at most 999,999 amounts of ten digits.
            total += instruction.amount
        }
        guard total <= limits.total else {
            throw TransferError(.totalTooLarge, "instructions", "the batch pays \(total) yen; a file takes at most \(limits.total). Split the batch")
        }
    }

    /// What makes two transfers look like one sent twice.
    private struct Payment: Hashable {
        let bank: String
        let branch: String
        let type: AccountType
        let number: String
        let amount: Int64

        init(_ instruction: TransferInstruction) {
            bank = instruction.payee.bank
            branch = instruction.payee.branch
            type = instruction.payee.type
            number = instruction.payee.number
            amount = instruction.amount
        }
    }
}

extension TransferInstruction {
    fileprivate func validate(batch number: UInt64) throws(TransferError) {
        guard (1...FileLimits.greatestNumber).contains(refund) else {
            throw TransferError(.customerNumber, "refund", refund: refund, "the refund number must be 1 to \(FileLimits.greatestNumber)")
        }
        guard batch == number else {
            throw TransferError(
                .otherBatch, "batch", refund: refund, "the transfer belongs to batch \(batch), the first to batch \(number); send a file a batch")
        }
        guard amount > 0 else {
            throw TransferError(.amountZero, "amount", refund: refund, "the amount is not above zero; take the transfer out of the batch")
        }
        guard amount <= FileLimits.greatestAmount else {
            throw TransferError(
                .amountTooLarge, "amount", refund: refund, "the amount is above \(FileLimits.greatestAmount) yen, the most a transfer can carry; pay it in parts")
        }
    }
}
