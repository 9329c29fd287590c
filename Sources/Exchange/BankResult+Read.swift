extension BankResult {
    /// Reads the result of one batch. It is taken whole or not at all. O(n).
    ///
    /// - Parameters:
    ///   - batch: The number of the batch that was sent.
    ///   - count: How many transfers were sent.
    ///   - total: What was sent, in yen.
    /// - Throws: What the checks of a transfer file throw, and `other-batch`, `refund-twice`, `result-unknown`, `wrong-count`,
    ///   `wrong-total`.
    public static func read(_ bytes: [UInt8], batch: UInt64, expected count: Int, total: Int64) throws(TransferError) -> File {
        do throws(RecordFault) {
            let reader = try RecordReader(bytes, data: RecordLayout.Data.resultFields, trailer: RecordLayout.Trailer.resultFields)
            try reader.checkBatch(batch)
            let (lines, sums) = try reader.lines()
            try reader.checkTrailer(sums.paid.total + sums.returned.total)
            try reader.checkOutcomes(sums)
            try reader.checkExpected(count, total)
            return File(
                originator: try reader.originator(), date: try reader.date(), lines: lines, paidCount: Int(sums.paid.count),
                paidTotal: Int64(sums.paid.total), returnedCount: Int(sums.returned.count), returnedTotal: Int64(sums.returned.total))
        } catch {
            throw TransferError(error)
        }
    }

    /// Reads the result of a batch that is at hand, and compares each of its lines.
    public static func read(_ bytes: [UInt8], for batch: TransferBatch) throws(TransferError) -> File {
        let file = try read(bytes, batch: batch.number ?? 0, expected: batch.instructions.count, total: batch.total ?? 0)
        try file.compare(with: batch)
        return file
    }
}

extension BankResult.File {
    /// Whether this is the answer to that batch: its originator, its date, and each of its transfers once, to the same
    /// account with the same amount. O(n).
    ///
    /// - Throws: `other-originator`, `other-date`, `not-in-batch`, `other-batch`, `line-differs`, `refund-twice`, `not-reported`.
    public func compare(with batch: TransferBatch) throws(TransferError) {
        guard originator == batch.originator else {
            throw TransferError(
                .otherOriginator, "originator", record: 1, "the result is addressed to another originator, or its header was changed; ask the bank for the right one")
        }
        guard date == MonthDay(of: batch.date) else {
            throw TransferError(
                .otherDate, "date", record: 1, "the result is of \(date), the batch of \(MonthDay(of: batch.date)); ask the bank for the right one")
        }
        var sent: [UInt64: TransferInstruction] = [:]
        sent.reserveCapacity(batch.instructions.count)
        for instruction in batch.instructions { sent[instruction.refund] = instruction }
        var reported = Set<UInt64>(minimumCapacity: lines.count)
        for (index, line) in lines.enumerated() {
            let record = index + 2
            guard let instruction = sent[line.refund] else {
                throw TransferError(
                    .notInBatch, "refund", refund: line.refund, record: record, "the batch holds no such refund; ask the bank what it paid")
            }
            guard line.batch == instruction.batch else {
                throw TransferError(
                    .otherBatch, "batch", refund: line.refund, record: record, "the line is of another batch; ask the bank for the right result")
            }
            guard line.payee == instruction.payee, line.amount == instruction.amount else {
                throw TransferError(
                    .lineDiffers, line.amount == instruction.amount ? "payee" : "amount", refund: line.refund, record: record,
                    "the line is not what was sent for this refund; ask the bank what it paid, and to whom")
            }
            guard reported.insert(line.refund).inserted else {
                throw TransferError(
                    .refundTwice, "refund", refund: line.refund, record: record, "the refund is reported twice; ask the bank for a right result")
            }
        }
        if let missing = batch.instructions.first(where: { !reported.contains($0.refund) }) {
            throw TransferError(
                .notReported, "refund", refund: missing.refund, "the result says nothing of this refund; ask the bank what became of it")
        }
    }
}

extension RecordReader {
    fileprivate func checkBatch(_ batch: UInt64) throws(RecordFault) {
        for index in 1...count {
            let told = number(RecordLayout.Data.batch, index)
            guard told == batch else {
                throw RecordFault(
                    .otherBatch, "batch", refund: number(RecordLayout.Data.refund, index), record: index + 1,
                    "the line is of batch \(told), and the result of batch \(batch) is wanted; give the file to its own batch")
            }
        }
    }

    fileprivate func lines() throws(RecordFault) -> ([BankResult.Line], BankResult.Sums) {
        var lines: [BankResult.Line] = []
        lines.reserveCapacity(count)
        var refunds = Set<UInt64>(minimumCapacity: count)
        var sums = BankResult.Sums()
        for index in 1...count {
            let instruction = try instruction(index)
            let code = byte(RecordLayout.Data.result, index) &- 0x30
            guard let outcome = BankResult.Outcome(code: code) else {
                throw RecordFault(
                    .resultUnknown, "result", refund: instruction.refund, record: index + 1,
                    "the result code \(code) has no meaning here (0 paid; 1, 2, 3, 8, 9 returned); ask the bank what it stands for")
            }
            guard refunds.insert(instruction.refund).inserted else {
                throw RecordFault(
                    .refundTwice, "refund", refund: instruction.refund, record: index + 1, "the refund is reported twice; ask the bank for a right result")
            }
            sums.add(UInt64(instruction.amount), outcome)
            lines.append(
                BankResult.Line(
                    refund: instruction.refund, batch: instruction.batch, payee: instruction.payee, amount: instruction.amount, outcome: outcome))
        }
        return (lines, sums)
    }

    fileprivate func checkOutcomes(_ sums: BankResult.Sums) throws(RecordFault) {
        typealias Trailer = RecordLayout.Trailer
        let told = (
            paid: (count: number(Trailer.paidCount, trailer), total: number(Trailer.paidTotal, trailer)),
            returned: (count: number(Trailer.returnedCount, trailer), total: number(Trailer.returnedTotal, trailer))
        )
        guard told.paid.count == sums.paid.count, told.returned.count == sums.returned.count else {
            throw RecordFault(
                .wrongCount, "paidCount", record: trailer + 1,
                "the trailer counts \(told.paid.count) paid and \(told.returned.count) returned, the lines \(sums.paid.count) and "
                    + "\(sums.returned.count); ask the bank for a right one")
        }
        guard told.paid.total == sums.paid.total, told.returned.total == sums.returned.total else {
            throw RecordFault(
                .wrongTotal, "paidTotal", record: trailer + 1,
                "the trailer says \(told.paid.total) yen paid and \(told.returned.total) returned, the lines add up to \(sums.paid.total) and "
                    + "\(sums.returned.total); ask the bank for a right one")
        }
    }

    fileprivate func checkExpected(_ count: Int, _ total: Int64) throws(RecordFault) {
        guard self.count == count else {
            throw RecordFault(
                .wrongCount, "count", record: trailer + 1,
                "the file reports \(self.count) transfers and \(count) were sent; a result must report all of its batch, ask for the whole one")
        }
        let reported = number(RecordLayout.Trailer.total, trailer)
        guard total >= 0, reported == UInt64(total) else {
            throw RecordFault(
                .wrongTotal, "total", record: trailer + 1, "the file reports \(reported) yen and \(total) were sent; ask the bank what it paid")
        }
    }
}
