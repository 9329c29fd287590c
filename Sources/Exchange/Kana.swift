/// Half-width kana (半角カナ), the alphabet of Japanese bank files: JIS X 0201, one byte a character, a voiced kana two.
public enum Kana {
    /// Where a text stands decides which characters it may hold, and what an error calls it.
    public enum Field: String, Sendable {
        case bankName
        case branchName
        /// The payee (受取人名).
        case holder
        /// The originator (委託者名).
        case originatorName
        /// Free information for the payee (EDI情報). No file of ours carries it.
        case ediInfo

        var alphabet: Alphabet {
            switch self {
            case .bankName, .branchName: .bank
            case .holder, .originatorName: .party
            case .ediInfo: .edi
            }
        }
    }

    /// Brings a name into the form a bank takes: half-width, large kana, the voicing mark a character of its own, `ー` a
    /// hyphen, capital letters, single spaces. Hiragana is written in katakana, which reads the same. What has no one
    /// reading (kanji), and what banks do not take, is refused; nothing is guessed and nothing is cut off.
    ///
    /// - Parameters:
    ///   - limit: The most bytes of JIS X 0201 that the result may have.
    ///   - mapsWo: Whether ヲ, which names must not hold, is written ｵ.
    /// - Returns: ASCII and U+FF61 … U+FF9F; normalising it again changes nothing.
    /// - Throws: `name-empty`, `name-not-kana`, `name-has-wo`, `name-too-long`.
    public static func normalise(_ text: String, field: Field, limit: Int, mapsWo: Bool = false) throws(PayeeError) -> String {
        var name = Normaliser(field: field, mapsWo: mapsWo)
        for scalar in text.unicodeScalars { try name.add(scalar) }
        let bytes = name.trimmed
        guard bytes.contains(where: { Alphabet.isWord($0) }) else {
            throw PayeeError(.nameEmpty, field.rawValue, "holds no letter; give the name in katakana, as the passbook shows it")
        }
        guard bytes.count <= limit else {
            throw PayeeError(
                .nameTooLong, field.rawValue,
                "takes \(bytes.count) bytes in the bank's alphabet, where a voiced kana takes two; at most \(limit) fit. "
                    + "It is not cut: ask the payee's bank how it shortens the name, or pay by hand")
        }
        return string(bytes)
    }

    /// The bytes of JIS X 0201, one for each character. `nil` if the text holds anything but printable ASCII and
    /// U+FF61 … U+FF9F.
    public static func bytes(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x20...0x7E: bytes.append(UInt8(scalar.value))
            case 0xFF61...0xFF9F: bytes.append(UInt8(scalar.value - 0xFF61 + 0xA1))
            default: return nil
            }
        }
        return bytes
    }

    /// The text of bytes of JIS X 0201. `nil` if one of them is no printable character.
    public static func text(_ bytes: some Sequence<UInt8>) -> String? {
        var units: [UInt8] = []
        for byte in bytes {
            guard Alphabet.isPrintable(byte) else { return nil }
            append(byte, to: &units)
        }
        return String(decoding: units, as: UTF8.self)
    }

    private static func string(_ bytes: [UInt8]) -> String {
        var units: [UInt8] = []
        units.reserveCapacity(bytes.count * 3)
        for byte in bytes { append(byte, to: &units) }
        return String(decoding: units, as: UTF8.self)
    }

    /// U+FF61 … U+FF9F in UTF-8 are EF BD A1 … EF BD BF, EF BE 80 … EF BE 9F.
    private static func append(_ byte: UInt8, to units: inout [UInt8]) {
        if byte < 0x80 {
            units.append(byte)
        } else {
            units.append(0xEF)
            units.append(byte < 0xC0 ? 0xBD : 0xBE)
            units.append(byte < 0xC0 ? byte : byte - 0x40)
        }
    }
}

/// Which bytes of JIS X 0201 a field takes. Each alphabet holds the one before it.
enum Alphabet: UInt8 {
    /// Digits, A–Z, large kana but ｦ, ﾞ ﾟ, space, hyphen.
    case bank = 1
    /// And `(` `)` `.`.
    case party = 2
    /// And ｦ `\` `/` ｢ ｣.
    case edi = 4

    func holds(_ byte: UInt8) -> Bool { Self.alphabets[Int(byte)] & rawValue != 0 }

    static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7E).contains(byte) || (0xA1...0xDF).contains(byte) }

    /// A letter, a digit or a kana.
    static func isWord(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || byte == 0xA6 || (0xB1...0xDD).contains(byte)
    }

    /// For each byte the sum of the alphabets that hold it.
    static let alphabets: [UInt8] = (0...255).map { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0xB1...0xDF, 0x20, 0x2D: 7
        case 0x28, 0x29, 0x2E: 6
        case 0xA6, 0x5C, 0x2F, 0xA2, 0xA3: 4
        default: 0
        }
    }
}
