/// The bulk transfer file of Japanese banks (全銀フォーマット 総合振込): records of 120 bytes in JIS X 0201. Documented in
/// `Specs/bank-files.md`.
public enum Zengin {
    /// A transfer file that was read.
    public struct File: Equatable, Sendable {
        public let originator: Originator
        /// Files have no year.
        public let date: MonthDay
        public let instructions: [TransferInstruction]
        /// Yen.
        public let total: Int64
    }

    /// The file of a batch that may be sent. O(n) in one array; what was written is read back before it is returned.
    ///
    /// - Throws: What `TransferBatch.validate` throws.
    public static func encode(
        _ batch: TransferBatch, limits: FileLimits, businessDays: BusinessDays, lineEnds: LineEnds = .crlf
    ) throws(TransferError) -> [UInt8] {
        try batch.validate(limits: limits, businessDays: businessDays)
        typealias Data = RecordLayout.Data
        var writer = RecordWriter(records: batch.instructions.count + 3, lineEnds: lineEnds)
        writer.putHeader(of: batch)
        for instruction in batch.instructions {
            writer.begin(Data.fields)
            writer.put(instruction)
        }
        writer.begin(RecordLayout.Trailer.fields)
        writer.put(UInt64(batch.instructions.count), in: RecordLayout.Trailer.count)
        writer.put(UInt64(batch.total ?? 0), in: RecordLayout.Trailer.total)
        writer.begin(RecordLayout.End.fields)
        let bytes = writer.bytes
        try check(bytes)
        return bytes
    }

    /// Whether the bytes are a transfer file that is right in itself: encoding, record length, line ends, one header,
    /// transfers, one trailer, one end, digits and characters of each field, blank fillers, amounts above zero, the trailer's
    /// count and total. O(n).
    ///
    /// - Throws: `other-encoding`, `truncated`, `line-ends`, `record-order`, `no-items`, `field-value`, `not-digits`,
    ///   `character-not-allowed`, `account-type`, `date-wrong`, `amount-zero`, `wrong-count`, `wrong-total`.
    public static func check(_ bytes: [UInt8]) throws(TransferError) {
        _ = try checked(bytes)
    }

    /// Reads a transfer file. What it returns encodes to the same bytes again.
    ///
    /// - Throws: What `check` throws, and `name-empty`, `name-not-kana` for names that are none.
    public static func decode(_ bytes: [UInt8]) throws(TransferError) -> File {
        let reader = try checked(bytes)
        do {
            var instructions: [TransferInstruction] = []
            instructions.reserveCapacity(reader.count)
            var total: Int64 = 0
            for index in 1...reader.count {
                let instruction = try reader.instruction(index)
                total += instruction.amount
                instructions.append(instruction)
            }
            return File(originator: try reader.originator(), date: try reader.date(), instructions: instructions, total: total)
        } catch {
            throw TransferError(error)
        }
    }

    private static func checked(_ bytes: [UInt8]) throws(TransferError) -> RecordReader {
        do throws(RecordFault) {
            let reader = try RecordReader(bytes, data: RecordLayout.Data.fields, trailer: RecordLayout.Trailer.fields)
            var total: UInt64 = 0
            for index in 1...reader.count { total += try reader.amount(index) }
            try reader.checkTrailer(total)
            return reader
        } catch {
            throw TransferError(error)
        }
    }
}

extension RecordWriter {
    mutating func putHeader(of batch: TransferBatch) {
        typealias Header = RecordLayout.Header
        let (originator, date) = (batch.originator, MonthDay(of: batch.date))
        begin(Header.fields)
        put(originator.code, in: Header.originatorCode)
        put(originator.name, in: Header.originatorName)
        put(UInt64(date.month * 100 + date.day), in: Header.date)
        put(originator.bank, in: Header.bank)
        put(originator.bankName, in: Header.bankName)
        put(originator.branch, in: Header.branch)
        put(originator.branchName, in: Header.branchName)
        put(UInt64(originator.type.rawValue), in: Header.type)
        put(originator.number, in: Header.number)
    }

    mutating func put(_ instruction: TransferInstruction) {
        typealias Data = RecordLayout.Data
        let payee = instruction.payee
        put(payee.bank, in: Data.bank)
        put(payee.bankName, in: Data.bankName)
        put(payee.branch, in: Data.branch)
        put(payee.branchName, in: Data.branchName)
        put(UInt64(payee.type.rawValue), in: Data.type)
        put(payee.number, in: Data.number)
        put(payee.holder, in: Data.holder)
        put(UInt64(instruction.amount), in: Data.amount)
        put(instruction.refund, in: Data.refund)
        put(instruction.batch, in: Data.batch)
    }
}

extension RecordReader {
    /// Yen, above zero.
    func amount(_ index: Int) throws(RecordFault) -> UInt64 {
        let amount = number(RecordLayout.Data.amount, index)
        guard amount > 0 else {
            throw RecordFault(
                .amountZero, "amount", refund: number(RecordLayout.Data.refund, index), record: index + 1,
                "the amount is zero; a file with such a line is not taken")
        }
        return amount
    }

    func instruction(_ index: Int) throws(RecordFault) -> TransferInstruction {
        TransferInstruction(
            refund: number(RecordLayout.Data.refund, index), batch: number(RecordLayout.Data.batch, index), payee: try payee(index),
            amount: Int64(try amount(index)))
    }

    /// The trailer's count and total are those of the data records.
    func checkTrailer(_ total: UInt64) throws(RecordFault) {
        let (told, sum) = (number(RecordLayout.Trailer.count, trailer), number(RecordLayout.Trailer.total, trailer))
        guard told <= UInt64(count) else {
            throw RecordFault(
                .truncated, "count", record: trailer + 1, "the trailer counts \(told) records and the file holds \(count): some are missing; fetch it again")
        }
        guard told == UInt64(count) else {
            throw RecordFault(
                .wrongCount, "count", record: trailer + 1, "the trailer counts \(told) records and the file holds \(count); ask the sender for a right one")
        }
        guard sum == total else {
            throw RecordFault(
                .wrongTotal, "total", record: trailer + 1, "the trailer says \(sum) yen and the records add up to \(total); ask the sender for a right one")
        }
    }
}
