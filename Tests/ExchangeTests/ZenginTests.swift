import Ledger
import Testing

@testable import Exchange

@Suite struct ZenginTests {
    /// `·` is a space.
    static let golden = [
        "12101234567890ﾃｽﾄﾊﾂｺｳｼﾔ(ｶ·····························11159998ﾃｽﾄｷﾞﾝｺｳ·······001ﾎﾝﾃﾝ···········17654321·················",
        "29998ﾃｽﾄｷﾞﾝｺｳ·······002ﾋｶﾞｼｼﾃﾝ········000010000123ﾔﾏﾀﾞ·ﾀﾛｳ······················00000005140000000010100000000017········",
        "29900ﾕｳﾁﾖ···········058ｾﾞﾛｺﾞﾊﾁ········000011234567ﾖ-ｺ·ｽｽﾞｷ······················00000010000000000010200000000017········",
        "8000002000000001514·····································································································",
        "9·······················································································································",
    ]

    @Test func theSampleByteForByte() throws {
        let records = Self.golden.map { Kana.bytes($0.replacing("·", with: " "))! }
        let plain = Sample.encoded(.none)
        #expect(plain == records.flatMap { $0 })
        #expect(sha256(plain) == "f288790305aadbcb9f78314fb843aa57be8ae87148b8c78e868e9d5ab6d5510f")
        let lines = Sample.encoded()
        #expect(lines == records.flatMap { $0 + [0x0D, 0x0A] })
        #expect(sha256(lines) == "559b8ad79e1744438497302871a7b1f2778d7ab9912ebfb8c16a705fd9f91269")
        #expect(try Sample.specs("vectors/zengin/transfer.txt") == lines)
        #expect(try Sample.specs("vectors/zengin/transfer-no-line-ends.txt") == plain)
    }

    @Test func sha256IsRight() {
        #expect(sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }

    @Test(
        "Where each field of the sample stands",
        arguments: [
            // record, from, to, what
            (1, 1, 1, "1"), (1, 2, 3, "21"), (1, 4, 4, "0"), (1, 5, 14, "1234567890"), (1, 15, 54, "ﾃｽﾄﾊﾂｺｳｼﾔ(ｶ"), (1, 55, 58, "1115"),
            (1, 59, 62, "9998"), (1, 63, 77, "ﾃｽﾄｷﾞﾝｺｳ"), (1, 78, 80, "001"), (1, 81, 95, "ﾎﾝﾃﾝ"), (1, 96, 96, "1"), (1, 97, 103, "7654321"),
            (1, 104, 120, ""),
            (3, 1, 1, "2"), (3, 2, 5, "9900"), (3, 6, 20, "ﾕｳﾁﾖ"), (3, 21, 23, "058"), (3, 24, 38, "ｾﾞﾛｺﾞﾊﾁ"), (3, 39, 42, "0000"), (3, 43, 43, "1"),
            (3, 44, 50, "1234567"), (3, 51, 80, "ﾖ-ｺ ｽｽﾞｷ"), (3, 81, 90, "0000001000"), (3, 91, 91, "0"), (3, 92, 101, "0000000102"),
            (3, 102, 111, "0000000001"), (3, 112, 112, "7"), (3, 113, 113, ""), (3, 114, 120, ""),
            (4, 1, 1, "8"), (4, 2, 7, "000002"), (4, 8, 19, "000000001514"), (4, 20, 120, ""), (5, 1, 1, "9"), (5, 2, 120, ""),
        ])
    func positions(record: Int, from: Int, to: Int, what: String) {
        let field = Sample.encoded()[(record - 1) * 122..<(record - 1) * 122 + 120].dropFirst(from - 1).prefix(to - from + 1)
        let text = Kana.text(field)!
        #expect(text == what + String(repeating: " ", count: to - from + 1 - Kana.bytes(what)!.count))
    }

    @Test(
        "The fields of each record follow each other without gap to 120",
        arguments: [
            RecordLayout.Header.fields, RecordLayout.Data.fields, RecordLayout.Data.resultFields, RecordLayout.Trailer.fields,
            RecordLayout.Trailer.resultFields,
        ])
    func widths(fields: [RecordField]) {
        var next = 1
        for field in fields where field.name != "recordType" || field.position == 1 {
            #expect(field.position == next, "\(field.name)")
            next = field.position + field.width
            if case .fixed(let text) = field.content { #expect(text.utf8.count == field.width) }
        }
        #expect(next == 121)
    }

    @Test("What is decoded was encoded, and is encoded to the same again", arguments: 0..<60)
    func roundTrip(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let batch = random.batch()
        let limits = FileLimits(duplicatesAllowed: true)!
        for lineEnds in [LineEnds.crlf, .none] {
            let bytes = try Zengin.encode(batch, limits: limits, businessDays: .japan, lineEnds: lineEnds)
            #expect(bytes.count == (batch.instructions.count + 3) * (lineEnds == .crlf ? 122 : 120))
            let file = try Zengin.decode(bytes)
            #expect(file.originator == batch.originator && file.instructions == batch.instructions && file.total == batch.total)
            #expect(file.date == MonthDay(month: 12, day: 2))
        }
    }

    @Test("No file that was cut short is taken") func prefixes() {
        for lineEnds in [LineEnds.crlf, .none] {
            let bytes = Sample.encoded(lineEnds)
            for length in 0..<bytes.count {
                #expect(throws: TransferError.self) { try Zengin.check(Array(bytes[..<length])) }
            }
        }
    }

    @Test(
        "A file that is not right in itself, and why",
        arguments: [
            // record, position, bytes put there, code
            (1, 1, "2", .recordOrder), (1, 1, "9", .recordOrder), (2, 1, "3", .recordOrder), (2, 1, "1", .recordOrder), (2, 1, "8", .noItems),
            (4, 1, "2", .recordOrder), (4, 1, "9", .recordOrder), (5, 1, "8", .recordOrder), (1, 2, "22", .fieldValue), (1, 4, "1", .fieldValue),
            (1, 5, "A", .notDigits), (1, 15, "a", .characterNotAllowed), (1, 15, ",", .characterNotAllowed), (1, 55, "1301", .dateWrong),
            (1, 55, "0230", .dateWrong), (1, 55, " 115", .notDigits), (1, 55, "0000", .dateWrong), (1, 96, "4", .accountType),
            (1, 63, "(", .characterNotAllowed), (1, 104, "X", .fieldValue), (2, 2, " ", .notDigits), (2, 6, ".", .characterNotAllowed),
            (2, 39, "1", .fieldValue), (2, 43, "3", .accountType), (2, 44, "-", .notDigits), (2, 51, "ｦ", .characterNotAllowed),
            (2, 51, "ｰ", .characterNotAllowed), (2, 51, "ｬ", .characterNotAllowed), (2, 51, "/", .characterNotAllowed), (2, 81, "0000000000", .amountZero),
            (2, 81, "0000000515", .wrongTotal), (2, 81, "+", .notDigits), (2, 92, " ", .notDigits), (2, 102, "A", .notDigits), (2, 112, "8", .fieldValue),
            (2, 113, "Y", .fieldValue), (2, 120, "0", .fieldValue), (4, 2, "000003", .truncated), (4, 2, "000001", .wrongCount),
            (4, 8, "000000001515", .wrongTotal), (4, 20, "0", .fieldValue), (5, 2, "0", .fieldValue),
        ] as [(Int, Int, String, ExchangeCode)])
    func wrong(record: Int, position: Int, text: String, code: ExchangeCode) {
        for (lineEnds, width) in [(LineEnds.crlf, 122), (.none, 120)] {
            var bytes = Sample.encoded(lineEnds)
            for (at, byte) in Kana.bytes(text)!.enumerated() { bytes[(record - 1) * width + position - 1 + at] = byte }
            #expect { try Zengin.check(bytes) } throws: { ($0 as? TransferError)?.code == code }
        }
    }

    @Test("Names that are none are not decoded", arguments: [(51, "ﾞ", ExchangeCode.nameNotKana), (51, " ", .fieldValue), (51, "ﾔﾏﾀﾞ  ", .fieldValue), (51, "             ", .nameEmpty)])
    func badNames(position: Int, text: String, code: ExchangeCode) throws {
        var bytes = Sample.encoded()
        for (at, byte) in Kana.bytes(text)!.enumerated() { bytes[122 + position - 1 + at] = byte }
        try Zengin.check(bytes)
        #expect { _ = try Zengin.decode(bytes) } throws: { ($0 as? TransferError)?.code == code }
    }

    @Test func lineEnds() {
        let crlf = Sample.encoded()
        func refused(_ bytes: [UInt8], _ code: ExchangeCode) {
            #expect { try Zengin.check(bytes) } throws: { ($0 as? TransferError)?.code == code }
        }
        refused(crlf.filter { $0 != 0x0D }, .lineEnds)
        refused(crlf.filter { $0 != 0x0A }, .lineEnds)
        refused(crlf + [0x1A], .recordOrder)
        refused(Sample.encoded(.none) + [0x1A], .recordOrder)
        refused(Sample.encoded(.none) + [0x0D, 0x0A], .recordOrder)
        var mixed = crlf
        mixed[243] = 0x20
        refused(mixed, .lineEnds)
        refused(crlf + crlf, .recordOrder)
        refused([], .truncated)
    }

    @Test("Every single byte of the transfer file counts") func mutations() throws {
        let bytes = Sample.encoded()
        let meaning = try Zengin.decode(bytes)
        var random = Random(seed: 1)
        for at in bytes.indices {
            for _ in 0..<12 {
                var changed = bytes
                changed[at] = UInt8(random.below(256))
                guard changed != bytes else { continue }
                if let file = try? Zengin.decode(changed) { #expect(file != meaning, "byte \(at)") }
            }
        }
    }
}
