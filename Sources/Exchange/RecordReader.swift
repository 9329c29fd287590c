internal import Ledger

/// A file of 120-byte records, found to be one: the encoding, the line ends, the order of the records and each byte of
/// each field. What the numbers mean together is for its owner to say.
struct RecordReader {
    let bytes: [UInt8]
    /// Data records.
    let count: Int
    private let stride: Int

    /// O(n).
    init(_ bytes: [UInt8], data: [RecordField], trailer: [RecordField]) throws(RecordFault) {
        try Encoding.check(bytes)
        stride = try Self.stride(bytes)
        self.bytes = bytes
        let records = bytes.count / stride
        count = max(0, records - 3)
        try checkOrder(records, isCut: bytes.count % stride != 0)
        for index in 0..<records {
            if stride > RecordLayout.length { try checkLineEnd(index) }
            let fields = index == 0 ? RecordLayout.Header.fields : index <= count ? data : index == count + 1 ? trailer : RecordLayout.End.fields
            for field in fields { try check(field, index) }
        }
    }

    private static func stride(_ bytes: [UInt8]) throws(RecordFault) -> Int {
        let length = RecordLayout.length
        guard bytes.count >= length else {
            throw RecordFault(.truncated, "file", "the file ends within its first record of 120 bytes; fetch it again")
        }
        guard bytes.count > length else { return length }
        switch bytes[length] {
        case 0x0D where bytes.count == length + 1 || bytes[length + 1] == 0x0A: return length + 2
        case 0x0D, 0x0A: throw RecordFault(.lineEnds, "file", record: 1, "a record ends in a single CR or LF; CRLF after each record or nothing is taken")
        default: return length
        }
    }

    private func checkOrder(_ records: Int, isCut: Bool) throws(RecordFault) {
        var stage = UInt8(ascii: "0")
        for index in 0..<records {
            let type = bytes[index * stride]
            let follows: Bool =
                switch type {
                case UInt8(ascii: "1"): index == 0
                case UInt8(ascii: "2"): stage == UInt8(ascii: "1") || stage == UInt8(ascii: "2")
                case UInt8(ascii: "8"): stage == UInt8(ascii: "2")
                case UInt8(ascii: "9"): stage == UInt8(ascii: "8")
                default: false
                }
            guard follows else {
                let isEmpty = type == UInt8(ascii: "8") && stage == UInt8(ascii: "1")
                throw RecordFault(
                    isEmpty ? .noItems : .recordOrder, "recordType", record: index + 1,
                    isEmpty
                        ? "the file holds no transfer"
                        : "the record is out of order: one header (1), transfers (2), one trailer (8) and one end (9) are taken, 120 bytes each")
            }
            stage = type
        }
        guard stage == UInt8(ascii: "9") else {
            throw RecordFault(.truncated, "file", record: records, "the file ends before its end record (9) is complete; fetch it again")
        }
        guard !isCut else { throw RecordFault(.recordOrder, "file", record: records, "bytes stand after the end record (9); take them away") }
    }

    private func checkLineEnd(_ index: Int) throws(RecordFault) {
        let end = index * stride + RecordLayout.length
        guard bytes[end] == 0x0D, bytes[end + 1] == 0x0A else {
            throw RecordFault(.lineEnds, "file", record: index + 1, "the record does not end in CRLF, as the first one does; fetch the file again")
        }
    }

    private func check(_ field: RecordField, _ index: Int) throws(RecordFault) {
        let span = bytes.span
        let from = index * stride + field.position - 1
        switch field.content {
        case .digits:
            for at in from..<from + field.width where span[at] &- 0x30 > 9 {
                throw fault(.notDigits, field, index, "holds something other than digits")
            }
        case .digit(let allowed):
            guard allowed.contains(span[from]) else { throw fault(.accountType, field, index, "is none of the kinds of account") }
        case .text(let alphabet):
            for at in from..<from + field.width where !alphabet.holds(span[at]) {
                throw fault(.characterNotAllowed, field, index, "holds a character that its alphabet has not")
            }
        case .fixed(let text):
            for (at, byte) in text.utf8.enumerated() where span[from + at] != byte {
                throw fault(.fieldValue, field, index, field.name == "filler" ? "is not blank" : "is not \"\(text)\"")
            }
        case .monthDay:
            for at in from..<from + field.width where span[at] &- 0x30 > 9 {
                throw fault(.notDigits, field, index, "holds something other than digits")
            }
            guard monthDay != nil else { throw fault(.dateWrong, field, index, "is no month and day") }
        }
    }

    private func fault(_ code: ExchangeCode, _ field: RecordField, _ index: Int, _ what: String) -> RecordFault {
        RecordFault(
            code, field.name, record: index + 1,
            "the field \(field.name) at \(field.position) to \(field.position + field.width - 1) \(what); the file is damaged or of another layout, ask for it anew")
    }
}

extension RecordReader {
    /// The place of the trailer; data records are 1 … `count`.
    var trailer: Int { count + 1 }

    /// The digits of a field, at most 18 of them.
    func number(_ field: RecordField, _ index: Int) -> UInt64 {
        let from = index * stride + field.position - 1
        let span = bytes.span
        var number: UInt64 = 0
        for at in from..<from + field.width { number = number * 10 + UInt64(span[at] &- 0x30) }
        return number
    }

    func byte(_ field: RecordField, _ index: Int) -> UInt8 { bytes[index * stride + field.position - 1] }

    /// The text of a field without the spaces after it.
    func text(_ field: RecordField, _ index: Int) -> String {
        let from = index * stride + field.position - 1
        var end = from + field.width
        while end > from, bytes[end - 1] == 0x20 { end -= 1 }
        return Kana.text(bytes[from..<end]) ?? ""
    }

    private var monthDay: MonthDay? {
        let number = Int(number(RecordLayout.Header.date, 0))
        return MonthDay(month: number / 100, day: number % 100)
    }

    func date() throws(RecordFault) -> MonthDay {
        guard let monthDay else { throw fault(.dateWrong, RecordLayout.Header.date, 0, "is no month and day") }
        return monthDay
    }

    func originator() throws(RecordFault) -> Originator {
        typealias Header = RecordLayout.Header
        let originator: Originator
        do {
            originator = try Originator(
                code: text(Header.originatorCode, 0), name: text(Header.originatorName, 0), bank: text(Header.bank, 0),
                bankName: text(Header.bankName, 0), branch: text(Header.branch, 0), branchName: text(Header.branchName, 0),
                type: AccountType(rawValue: byte(Header.type, 0) &- 0x30) ?? .other, number: text(Header.number, 0))
        } catch {
            throw RecordFault(error.code, error.field, record: 1, "the field \(error)")
        }
        guard originator.name == text(Header.originatorName, 0), originator.bankName == text(Header.bankName, 0),
            originator.branchName == text(Header.branchName, 0)
        else { throw unaligned(0) }
        return originator
    }

    func payee(_ index: Int) throws(RecordFault) -> BankAccount {
        typealias Data = RecordLayout.Data
        let (bankName, branchName, holder) = (text(Data.bankName, index), text(Data.branchName, index), text(Data.holder, index))
        let payee: BankAccount
        do {
            payee = try BankAccount(
                bank: text(Data.bank, index), bankName: bankName, branch: text(Data.branch, index), branchName: branchName,
                type: AccountType(rawValue: byte(Data.type, index) &- 0x30) ?? .other, number: text(Data.number, index), holder: holder)
        } catch {
            throw RecordFault(error.code, error.field, record: index + 1, "the field \(error)")
        }
        guard payee.holder == holder, payee.bankName == bankName, payee.branchName == branchName else { throw unaligned(index) }
        return payee
    }

    private func unaligned(_ index: Int) -> RecordFault {
        RecordFault(.fieldValue, "name", record: index + 1, "a name begins with a space or holds two in a row; names are left-aligned, with single spaces")
    }
}

/// The encodings that files arrive in by mistake.
private enum Encoding {
    static func check(_ bytes: [UInt8]) throws(RecordFault) {
        let found: String
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            found = "begins with a Unicode byte order mark"
        } else if bytes.first == 0xF1 {
            found = "is in EBCDIC"
        } else if bytes.contains(0) {
            found = "holds zero bytes, as UTF-16 does"
        } else if let odd = bytes.first(where: { $0 >= 0x80 && !Alphabet.isPrintable($0) }) {
            // The half-width kana of Unicode begin with this byte in UTF-8; JIS X 0201 has no such character.
            found = odd == 0xEF ? "is in UTF-8" : "holds bytes that JIS X 0201 has not, as full-width characters in Shift_JIS"
        } else {
            return
        }
        throw RecordFault(.otherEncoding, "file", "the file \(found); single bytes of JIS X 0201 are taken (code set 0). Ask for it in that form")
    }
}
