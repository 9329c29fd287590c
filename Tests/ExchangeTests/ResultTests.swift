import Foundation
import Ledger
import Testing

@testable import Exchange

@Suite struct ResultTests {
    private func read(_ bytes: [UInt8], batch: UInt64 = 1, count: Int = 2, total: Int64 = 1514) throws(TransferError) -> BankResult.File {
        try BankResult.read(bytes, batch: batch, expected: count, total: total)
    }

    private func refused(_ bytes: [UInt8], _ code: ExchangeCode, _ place: SourceLocation = #_sourceLocation) {
        #expect(sourceLocation: place) { _ = try read(bytes) } throws: { ($0 as? TransferError)?.code == code }
    }

    private func change(_ bytes: [UInt8], record: Int, position: Int, _ text: String) -> [UInt8] {
        var bytes = bytes
        for (at, byte) in Kana.bytes(text)!.enumerated() { bytes[(record - 1) * 122 + position - 1 + at] = byte }
        return bytes
    }

    @Test func theSample() throws {
        #expect(try Sample.specs("vectors/zengin/result.txt") == Sample.result())
        let file = try BankResult.read(Sample.result(), for: Sample.batch)
        #expect(file.originator == Sample.originator && file.date.description == "11-15")
        #expect(file.paidCount == 1 && file.paidTotal == 514 && file.returnedCount == 1 && file.returnedTotal == 1000)
        #expect(file.lines.map(\.refund) == [101, 102] && file.lines.map(\.outcome) == [.paid, .returned(.accountClosed)])
        #expect(file.lines.map(\.payee) == [Sample.yamada, Sample.suzuki] && file.lines.map(\.amount) == [514, 1000])
    }

    @Test("What a bank writes is read back", arguments: 0..<40) func roundTrip(seed: Int) throws {
        var random = Random(seed: UInt64(seed) + 40)
        let batch = random.batch()
        var outcomes: [UInt64: BankResult.Outcome] = [:]
        for instruction in batch.instructions where random.below(3) == 0 {
            outcomes[instruction.refund] = random.below(4) == 0 ? .paid : .returned(random.pick(BankResult.ReturnReason.allCases))
        }
        for lineEnds in [LineEnds.crlf, .none] {
            let file = try BankResult.read(BankResult.write(batch, outcomes: outcomes, lineEnds: lineEnds), for: batch)
            #expect(file.lines.map(\.outcome) == batch.instructions.map { outcomes[$0.refund] ?? .paid })
            #expect(file.lines.map(\.payee) == batch.instructions.map(\.payee))
            #expect(file.paidTotal + file.returnedTotal == batch.total! && file.paidCount + file.returnedCount == batch.instructions.count)
        }
    }

    @Test("No result that was cut short is taken") func prefixes() {
        for bytes in [Sample.result(), Sample.result(.none)] {
            for length in 0..<bytes.count { refused(Array(bytes[..<length]), .truncated) }
        }
    }

    @Test("A result with a record missing, twice or moved") func records() {
        let records = (0..<5).map { Array(Sample.result()[$0 * 122..<$0 * 122 + 122]) }
        func file(_ order: [Int]) -> [UInt8] { order.flatMap { records[$0] } }
        refused(file([0, 1, 3, 4]), .truncated)
        refused(file([0, 1, 2, 3]), .truncated)
        refused(file([0, 1, 2]), .truncated)
        refused(file([0, 1, 2, 4]), .recordOrder)
        refused(file([1, 2, 3, 4]), .recordOrder)
        refused(file([0, 3, 4]), .noItems)
        refused(file([0, 1, 2, 3, 3, 4]), .recordOrder)
        refused(file([0, 1, 2, 3, 4, 4]), .recordOrder)
        refused(file([0, 0, 1, 2, 3, 4]), .recordOrder)
        refused(file([0, 1, 1, 3, 4]), .refundTwice)
        refused(file([0, 1, 2, 2, 3, 4]), .refundTwice)
        #expect(throws: Never.self) { _ = try read(file([0, 2, 1, 3, 4])) }
    }

    @Test("A result of something else, or one that contradicts itself") func contradictions() {
        let good = Sample.result()
        refused(Sample.encoded(), .notDigits)
        refused(change(good, record: 2, position: 112, "7"), .resultUnknown)
        refused(change(good, record: 2, position: 112, "4"), .resultUnknown)
        refused(change(good, record: 2, position: 112, " "), .notDigits)
        refused(change(good, record: 2, position: 112, "1"), .wrongCount)
        refused(change(good, record: 3, position: 112, "0"), .wrongCount)
        refused(change(good, record: 2, position: 102, "0000000002"), .otherBatch)
        refused(change(good, record: 3, position: 92, "0000000101"), .refundTwice)
        refused(change(good, record: 2, position: 81, "0000000515"), .wrongTotal)
        refused(change(good, record: 2, position: 81, "0000000000"), .amountZero)
        refused(change(good, record: 4, position: 2, "000003"), .truncated)
        refused(change(good, record: 4, position: 2, "000001"), .wrongCount)
        refused(change(good, record: 4, position: 8, "000000001515"), .wrongTotal)
        refused(change(good, record: 4, position: 20, "000002"), .wrongCount)
        refused(change(good, record: 4, position: 26, "000000000515"), .wrongTotal)
        refused(change(good, record: 4, position: 44, "000000001001"), .wrongTotal)
        #expect { _ = try read(good, batch: 2) } throws: { ($0 as? TransferError)?.code == .otherBatch }
        #expect { _ = try read(good, count: 3) } throws: { ($0 as? TransferError)?.code == .wrongCount }
        #expect { _ = try read(good, total: 1515) } throws: { ($0 as? TransferError)?.code == .wrongTotal }
        #expect { _ = try read(good, total: -1514) } throws: { ($0 as? TransferError)?.code == .wrongTotal }
    }

    @Test("A result in another encoding says so") func encodings() throws {
        let bytes = Sample.result()
        let text = Kana.text(bytes.filter { $0 != 0x0D && $0 != 0x0A })!
        refused(Array(text.utf8), .otherEncoding)
        refused([0xEF, 0xBB, 0xBF] + bytes, .otherEncoding)
        refused(Array(text.data(using: .utf16)!), .otherEncoding)
        refused(Array(text.data(using: .utf16LittleEndian)!), .otherEncoding)
        refused(Array(text.data(using: .utf16BigEndian)!), .otherEncoding)
        refused([0xF1, 0xF2, 0xF1, 0xF1] + bytes.dropFirst(4), .otherEncoding)
        refused(Array("１２１０".data(using: .shiftJIS)!) + bytes, .otherEncoding)
        refused(change(bytes, record: 1, position: 4, "1"), .fieldValue)
        refused(change(bytes, record: 1, position: 2, "91"), .fieldValue)
    }

    @Test("A changed byte is refused, or nobody can tell: another reason for a return")
    func mutations() throws {
        let bytes = Sample.result()
        let meaning = try BankResult.read(bytes, for: Sample.batch)
        for at in bytes.indices {
            // Each bit, and the characters a field could take.
            let others = (0..<8).map { bytes[at] ^ (1 << $0) } + Array("0123789 -A".utf8) + [0xB1, 0xDE]
            for byte in others where byte != bytes[at] {
                var changed = bytes
                changed[at] = byte
                guard let file = try? BankResult.read(changed, for: Sample.batch) else { continue }
                #expect(at == 2 * 122 + 111, "byte \(at)")
                #expect(file.paidTotal == meaning.paidTotal && file.lines[0] == meaning.lines[0] && file.lines[1].outcome != .paid)
            }
        }
    }

    @Test("Compared with what was sent") func comparison() throws {
        func differs(_ batch: TransferBatch, _ code: ExchangeCode, _ place: SourceLocation = #_sourceLocation) throws {
            let file = try read(Sample.result())
            #expect(sourceLocation: place) { try file.compare(with: batch) } throws: { ($0 as? TransferError)?.code == code }
        }
        let (first, second) = (Sample.batch.instructions[0], Sample.batch.instructions[1])
        try differs(Sample.batch([first]), .notInBatch)
        try differs(Sample.batch([first, second, Sample.pay(103, 1)]), .notReported)
        try differs(Sample.batch([first, Sample.pay(102, 1000)]), .lineDiffers)
        try differs(Sample.batch([first, Sample.pay(102, 999, to: Sample.suzuki)]), .lineDiffers)
        try differs(Sample.batch([first, Sample.pay(102, 1000, batch: 2, to: Sample.suzuki)]), .otherBatch)
        try differs(Sample.batch(date: Day("2019-11-18")!, [first, second]), .otherDate)
        let other = try Originator(code: "1", name: "A", bank: "0001", branch: "001", type: .ordinary, number: "1")
        try differs(TransferBatch(originator: other, date: Sample.friday, instructions: [first, second]), .otherOriginator)
    }

    @Test func outcomesOfOthers() {
        #expect { _ = try BankResult.write(Sample.batch, outcomes: [7: .paid]) } throws: { ($0 as? TransferError)?.code == .notInBatch }
        #expect(BankResult.Outcome(code: 5) == nil && BankResult.Outcome(code: 0) == .paid && BankResult.Outcome(code: 9) == .returned(.other))
    }
}
