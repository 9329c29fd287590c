/// Takes a name scalar by scalar into JIS X 0201.
struct Normaliser {
    private let field: Kana.Field
    private let mapsWo: Bool
    private var bytes: [UInt8] = []
    private var position = 0
    /// Whether the last character is a large kana as it was written, which a voicing mark may follow.
    private var takesMark = false

    init(field: Kana.Field, mapsWo: Bool) {
        self.field = field
        self.mapsWo = mapsWo
    }

    /// Without the space at the end.
    var trimmed: [UInt8] { bytes.last == Self.space ? Array(bytes.dropLast()) : bytes }

    mutating func add(_ scalar: Unicode.Scalar) throws(PayeeError) {
        position += 1
        switch scalar.value {
        case 0x20...0x7E: try add(ascii: UInt8(scalar.value))
        case 0xFF01...0xFF5E: try add(ascii: UInt8(scalar.value - 0xFEE0))
        case 0x3000: try add(ascii: Self.space)
        case 0x00A5, 0xFFE5: try add(ascii: UInt8(ascii: "\\"))
        // The long-vowel mark, and the hyphens and dashes that are typed in its place.
        case 0x30FC, 0xFF70, 0x2010...0x2015, 0x2212: try put(Self.hyphen)
        case 0x3099, 0x309B, 0xFF9E: try add(mark: Self.voiced)
        case 0x309A, 0x309C, 0xFF9F: try add(mark: Self.halfVoiced)
        case 0xFF61...0xFF9D: try add(halfWidth: UInt8(scalar.value - 0xFF61 + 0xA1))
        case 0x3041...0x3096: try add(katakana: Int(scalar.value - 0x3041))
        case 0x30A1...0x30F6: try add(katakana: Int(scalar.value - 0x30A1))
        case 0x3005...0x3007, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x3FFFF:
            throw refusal("is kanji, whose reading nobody can know; ask the payee for the reading in katakana")
        default: throw refusal("is none that a bank file can carry; \(Self.taken)")
        }
    }

    private mutating func add(ascii byte: UInt8) throws(PayeeError) {
        if byte == Self.space {
            takesMark = false
            if let last = bytes.last, last != Self.space { bytes.append(Self.space) }
        } else {
            try put((0x61...0x7A).contains(byte) ? byte - 0x20 : byte)
        }
    }

    private mutating func add(halfWidth byte: UInt8) throws(PayeeError) {
        switch byte {
        case 0xA6: try addWo()
        // Small kana: ｧ … ｫ lie 10 before their large ones, ｬ … ｮ 40, ｯ 19.
        case 0xA7...0xAB: try put(byte + 10)
        case 0xAC...0xAE: try put(byte + 0x28)
        case 0xAF: try put(0xC2)
        default:
            try put(byte)
            takesMark = true
        }
    }

    private mutating func add(katakana index: Int) throws(PayeeError) {
        let spelling = Self.spellings[index]
        guard let first = spelling.first else {
            throw refusal("is a kana that bank files have no letter for; write ｲ or ｴ in its place if the bank book does")
        }
        if first == 0xA6 { return try addWo() }
        try put(first)
        if spelling.count > 1 { bytes.append(spelling[1]) }
        takesMark = spelling.count == 1 && !Self.small.contains(index)
    }

    private mutating func addWo() throws(PayeeError) {
        takesMark = false
        if field.alphabet == .edi {
            bytes.append(0xA6)
        } else if mapsWo {
            bytes.append(0xB5)
        } else {
            throw PayeeError(
                .nameHasWo, field.rawValue, "holds ヲ at character \(position), which bank names must not; ask the payee for the name as the bank writes it")
        }
    }

    private mutating func add(mark: UInt8) throws(PayeeError) {
        guard takesMark, let last = bytes.last, Self.canVoice(last, mark) else {
            throw refusal("is a voicing mark, and no kana that it can voice stands before it; take it away or write the kana again")
        }
        bytes.append(mark)
        takesMark = false
    }

    private mutating func put(_ byte: UInt8) throws(PayeeError) {
        guard field.alphabet.holds(byte) else { throw refusal("is none that a bank file takes here; \(Self.taken)") }
        bytes.append(byte)
        takesMark = false
    }

    private func refusal(_ reason: String) -> PayeeError {
        PayeeError(.nameNotKana, field.rawValue, "cannot be written in the bank's alphabet: character \(position) \(reason)")
    }

    /// ﾞ follows ｳ, ｶ … ﾄ and ﾊ … ﾎ; ﾟ follows ﾊ … ﾎ.
    private static func canVoice(_ byte: UInt8, _ mark: UInt8) -> Bool {
        let isHa = (0xCA...0xCE).contains(byte)
        return mark == halfVoiced ? isHa : isHa || byte == 0xB3 || (0xB6...0xC4).contains(byte)
    }

    private static let space: UInt8 = 0x20
    private static let hyphen: UInt8 = 0x2D
    private static let voiced: UInt8 = 0xDE
    private static let halfVoiced: UInt8 = 0xDF
    private static let taken = "katakana, Latin letters, digits, spaces and hyphens are taken, in names of persons and firms ( ) . too"

    /// The half-width spelling of each katakana from ァ (U+30A1) to ヶ (U+30F6); `*` has none.
    private static let spellings: [[UInt8]] = """
        ｱ ｱ ｲ ｲ ｳ ｳ ｴ ｴ ｵ ｵ ｶ ｶﾞ ｷ ｷﾞ ｸ ｸﾞ ｹ ｹﾞ ｺ ｺﾞ ｻ ｻﾞ ｼ ｼﾞ ｽ ｽﾞ ｾ ｾﾞ ｿ ｿﾞ ﾀ ﾀﾞ ﾁ ﾁﾞ ﾂ ﾂ ﾂﾞ ﾃ ﾃﾞ ﾄ ﾄﾞ ﾅ ﾆ ﾇ ﾈ ﾉ \
        ﾊ ﾊﾞ ﾊﾟ ﾋ ﾋﾞ ﾋﾟ ﾌ ﾌﾞ ﾌﾟ ﾍ ﾍﾞ ﾍﾟ ﾎ ﾎﾞ ﾎﾟ ﾏ ﾐ ﾑ ﾒ ﾓ ﾔ ﾔ ﾕ ﾕ ﾖ ﾖ ﾗ ﾘ ﾙ ﾚ ﾛ ﾜ ﾜ * * ｦ ﾝ ｳﾞ ｶ ｹ
        """.split(separator: " ").map { $0 == "*" ? [] : Kana.bytes(String($0)) ?? [] }

    /// ァィゥェォッャュョヮヵヶ, counted from ァ.
    private static let small: Set<Int> = [0, 2, 4, 6, 8, 0x22, 0x42, 0x44, 0x46, 0x4D, 0x54, 0x55]
}
