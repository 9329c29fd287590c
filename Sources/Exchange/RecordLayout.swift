/// The 120-byte records of bank files (全銀フォーマット), declared once: encoder, checker and reader go by these tables.
/// Positions count from 1, as in the banks' own papers.

/// One field of a record.
struct RecordField: Sendable {
    enum Content: Sendable {
        /// N: digits, right-aligned, zeros before them.
        case digits
        /// One digit of these.
        case digit(in: [UInt8])
        /// C: characters, left-aligned, spaces after them.
        case text(Alphabet)
        /// Always these characters.
        case fixed(String)
        /// Month and day, MMDD.
        case monthDay
    }

    /// As errors call it.
    let name: String
    /// Position of the first byte, counted from 1.
    let position: Int
    let width: Int
    let content: Content

    init(_ name: String, _ position: Int, _ width: Int, _ content: Content) {
        self.name = name
        self.position = position
        self.width = width
        self.content = content
    }

    /// Offsets from the start of the record.
    var range: Range<Int> { position - 1..<position - 1 + width }

    static func spaces(_ position: Int, _ width: Int) -> RecordField {
        RecordField("filler", position, width, .fixed(String(repeating: " ", count: width)))
    }
}

enum RecordLayout {
    static let length = 120

    /// The first record (ヘッダー・レコード).
    enum Header {
        static let originatorCode = RecordField("originatorCode", 5, 10, .digits)
        static let originatorName = RecordField("originatorName", 15, 40, .text(.party))
        static let date = RecordField("date", 55, 4, .monthDay)
        static let bank = RecordField("bank", 59, 4, .digits)
        static let bankName = RecordField("bankName", 63, 15, .text(.bank))
        static let branch = RecordField("branch", 78, 3, .digits)
        static let branchName = RecordField("branchName", 81, 15, .text(.bank))
        static let type = RecordField("type", 96, 1, .digit(in: Array("129".utf8)))
        static let number = RecordField("number", 97, 7, .digits)

        static let fields = [
            RecordField("recordType", 1, 1, .fixed("1")), RecordField("businessCode", 2, 2, .fixed("21")),
            RecordField("codeSet", 4, 1, .fixed("0")), originatorCode, originatorName, date, bank, bankName, branch, branchName, type,
            number, .spaces(104, 17),
        ]
    }

    /// One transfer (データ・レコード).
    enum Data {
        static let bank = RecordField("bank", 2, 4, .digits)
        static let bankName = RecordField("bankName", 6, 15, .text(.bank))
        static let branch = RecordField("branch", 21, 3, .digits)
        static let branchName = RecordField("branchName", 24, 15, .text(.bank))
        static let type = RecordField("type", 43, 1, .digit(in: Array("1249".utf8)))
        static let number = RecordField("number", 44, 7, .digits)
        static let holder = RecordField("holder", 51, 30, .text(.party))
        static let amount = RecordField("amount", 81, 10, .digits)
        static let refund = RecordField("refund", 92, 10, .digits)
        static let batch = RecordField("batch", 102, 10, .digits)
        /// Of a transfer: 7, by telegraph (電信). Of a result: what became of it.
        static let transferClass = RecordField("transferClass", 112, 1, .fixed("7"))
        static let result = RecordField("result", 112, 1, .digits)

        static let fields = common + [transferClass] + end
        static let resultFields = common + [result] + end

        private static let common = [
            RecordField("recordType", 1, 1, .fixed("2")), bank, bankName, branch, branchName,
            RecordField("clearingHouse", 39, 4, .fixed("0000")), type, number, holder, amount,
            RecordField("newCode", 91, 1, .fixed("0")), refund, batch,
        ]
        private static let end = [RecordField("ediFlag", 113, 1, .fixed(" ")), RecordField.spaces(114, 7)]
    }

    /// Counts and totals (トレーラ・レコード).
    enum Trailer {
        static let count = RecordField("count", 2, 6, .digits)
        static let total = RecordField("total", 8, 12, .digits)
        static let paidCount = RecordField("paidCount", 20, 6, .digits)
        static let paidTotal = RecordField("paidTotal", 26, 12, .digits)
        static let returnedCount = RecordField("returnedCount", 38, 6, .digits)
        static let returnedTotal = RecordField("returnedTotal", 44, 12, .digits)

        static let fields = [RecordField("recordType", 1, 1, .fixed("8")), count, total, .spaces(20, 101)]
        static let resultFields = [
            RecordField("recordType", 1, 1, .fixed("8")), count, total, paidCount, paidTotal, returnedCount, returnedTotal, .spaces(56, 65),
        ]
    }

    /// The last record (エンド・レコード).
    enum End {
        static let fields = [RecordField("recordType", 1, 1, .fixed("9")), RecordField.spaces(2, 119)]
    }
}

/// What follows each record of a file.
public enum LineEnds: Sendable {
    case crlf
    case none

    var width: Int { self == .crlf ? 2 : 0 }
}

/// Writes records into one array.
struct RecordWriter {
    private(set) var bytes: [UInt8] = []
    private let lineEnds: LineEnds
    private var start = 0

    init(records: Int, lineEnds: LineEnds) {
        self.lineEnds = lineEnds
        bytes.reserveCapacity(records * (RecordLayout.length + lineEnds.width))
    }

    /// Begins a record: blank, its fixed fields in place.
    mutating func begin(_ fields: [RecordField]) {
        start = bytes.count
        bytes.append(contentsOf: repeatElement(0x20, count: RecordLayout.length))
        if lineEnds == .crlf {
            bytes.append(0x0D)
            bytes.append(0x0A)
        }
        for field in fields {
            if case .fixed(let text) = field.content, field.name != "filler" { put(text, in: field) }
        }
    }

    /// The caller has checked that the text fits: a `BankAccount` is of the widths of the table.
    mutating func put(_ text: String, in field: RecordField) {
        var index = start + field.position - 1
        let end = index + field.width
        for scalar in text.unicodeScalars {
            precondition(index < end, "a text is longer than its field")
            bytes[index] = scalar.value < 0x80 ? UInt8(truncatingIfNeeded: scalar.value) : UInt8(truncatingIfNeeded: scalar.value &- 0xFF61 &+ 0xA1)
            index += 1
        }
    }

    /// Right-aligned, zeros before it. The caller has checked that the number fits.
    mutating func put(_ number: UInt64, in field: RecordField) {
        var rest = number
        for index in (start + field.position - 1..<start + field.position - 1 + field.width).reversed() {
            bytes[index] = UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
        }
        precondition(rest == 0, "a number is wider than its field")
    }
}
