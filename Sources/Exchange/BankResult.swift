public import Ledger

/// What a bank reports about a batch (振込結果). Banks differ in this file; ours is the transfer file again, with the
/// outcome in the place of the transfer class and more counts in the trailer (`Specs/bank-files.md`).
public enum BankResult {
    public enum Outcome: Hashable, Sendable {
        case paid
        case returned(ReturnReason)

        /// The digit in the file: 0 for paid.
        public var code: UInt8 {
            switch self {
            case .paid: 0
            case .returned(let reason): reason.rawValue
            }
        }

        /// `nil` for a digit that has no meaning.
        public init?(code: UInt8) {
            if code == 0 {
                self = .paid
            } else if let reason = ReturnReason(rawValue: code) {
                self = .returned(reason)
            } else {
                return nil
            }
        }
    }

    /// Why the money came back (組戻・振込不能).
    public enum ReturnReason: UInt8, Named {
        /// 口座なし
        case noSuchAccount = 1
        /// 解約済
        case accountClosed = 2
        /// 名義相違
        case nameDiffers = 3
        /// Stopped because somebody asked for it (取引停止・依頼).
        case stoppedByRequest = 8
        case other = 9
    }

    public struct Line: Hashable, Sendable {
        public let refund: UInt64
        public let batch: UInt64
        public let payee: BankAccount
        /// Yen.
        public let amount: Int64
        public let outcome: Outcome
    }

    /// A result that is whole and right in itself.
    public struct File: Equatable, Sendable {
        public let originator: Originator
        /// Files have no year.
        public let date: MonthDay
        public let lines: [Line]
        public let paidCount: Int
        /// Yen.
        public let paidTotal: Int64
        public let returnedCount: Int
        /// Yen.
        public let returnedTotal: Int64
    }

    /// Writes the result a bank would send. Every transfer was paid, unless `outcomes` says otherwise of its refund.
    ///
    /// - Throws: `not-in-batch` for an outcome of a refund that the batch has not, and what makes a batch unfit for a file.
    public static func write(
        _ batch: TransferBatch, outcomes: [UInt64: Outcome] = [:], lineEnds: LineEnds = .crlf
    ) throws(TransferError) -> [UInt8] {
        try batch.validateItems(.layoutAndDuplicates)
        typealias Trailer = RecordLayout.Trailer
        var sums = Sums()
        var used = 0
        var writer = RecordWriter(records: batch.instructions.count + 3, lineEnds: lineEnds)
        writer.putHeader(of: batch)
        for instruction in batch.instructions {
            let outcome = outcomes[instruction.refund]
            if outcome != nil { used += 1 }
            sums.add(UInt64(instruction.amount), outcome ?? .paid)
            writer.begin(RecordLayout.Data.resultFields)
            writer.put(instruction)
            writer.put(UInt64((outcome ?? .paid).code), in: RecordLayout.Data.result)
        }
        guard used == outcomes.count else {
            throw TransferError(.notInBatch, "outcomes", "an outcome is of a refund that the batch does not hold; take it out")
        }
        writer.begin(Trailer.resultFields)
        writer.put(sums.paid.count + sums.returned.count, in: Trailer.count)
        writer.put(sums.paid.total + sums.returned.total, in: Trailer.total)
        writer.put(sums.paid.count, in: Trailer.paidCount)
        writer.put(sums.paid.total, in: Trailer.paidTotal)
        writer.put(sums.returned.count, in: Trailer.returnedCount)
        writer.put(sums.returned.total, in: Trailer.returnedTotal)
        writer.begin(RecordLayout.End.fields)
        return writer.bytes
    }

    /// Counts and yen, by outcome. At most 999,999 amounts of ten digits: no sum overflows.
    struct Sums {
        var paid: (count: UInt64, total: UInt64) = (0, 0)
        var returned: (count: UInt64, total: UInt64) = (0, 0)

        mutating func add(_ amount: UInt64, _ outcome: Outcome) {
            if outcome == .paid {
                paid = (paid.count + 1, paid.total + amount)
            } else {
                returned = (returned.count + 1, returned.total + amount)
            }
        }
    }
}
