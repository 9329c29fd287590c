internal import Ledger

/// Who gets a refund, and how: the value that is kept with the personal data.
public enum Payee: Hashable, Sendable {
    case bank(BankAccount)
    /// By payment certificate (払出証書), sent by post.
    case postal(PostalAddress)

    /// One line, the only form of this value: `bank|9900|ﾕｳﾁﾖ|058|ｾﾞﾛｺﾞﾊﾁ|ordinary|1234567|ﾖ-ｺ ｽｽﾞｷ` or
    /// `postal|1000001|name|address`.
    public var text: String {
        switch self {
        case .bank(let account):
            [
                "bank", account.bank, account.bankName, account.branch, account.branchName, account.type.name, account.number,
                account.holder,
            ].joined(separator: "|")
        case .postal(let address): "postal|\(address.postcode)|\(address.name)|\(address.address)"
        }
    }

    /// Reads `text`. `nil` for anything that `text` would not have written, byte for byte.
    public init?(text: String) {
        let parts = text.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
        guard let payee = Self.parse(parts), payee.text.utf8.elementsEqual(text.utf8) else { return nil }
        self = payee
    }

    private static func parse(_ parts: [String]) -> Payee? {
        if parts.first == "bank", parts.count == 8, let type = AccountType(name: parts[5]) {
            let account = try? BankAccount(
                bank: parts[1], bankName: parts[2], branch: parts[3], branchName: parts[4], type: type, number: parts[6], holder: parts[7])
            return account.map(Payee.bank)
        }
        if parts.first == "postal", parts.count == 4 {
            let address = try? PostalAddress(name: parts[2], postcode: parts[1], address: parts[3])
            return address.map(Payee.postal)
        }
        return nil
    }
}

/// Where a payment certificate goes. Names and addresses may be in any script; two that differ in a byte are two.
public struct PostalAddress: Sendable {
    /// 1 … 64 bytes of UTF-8.
    public let name: String
    /// Seven digits.
    public let postcode: String
    /// 1 … 400 bytes of UTF-8.
    public let address: String

    /// Checks and normalises: the postcode may have its hyphen and full-width digits, and a kana and a combining voicing
    /// mark become one character.
    /// - Throws: `postcode-wrong`; `text-not-plain` for control and formatting characters, stray combining marks and `|`;
    ///   `text-is-formula` for what a spreadsheet would calculate.
    public init(name: String, postcode: String, address: String) throws(PayeeError) {
        self.name = try Self.plain(name, "name", limit: TextRule.nameLimit)
        self.postcode = try Self.read(postcode: postcode)
        self.address = try Self.plain(address, "address", limit: TextRule.noteLimit)
    }

    private static func read(postcode: String) throws(PayeeError) -> String {
        var scalars = Array(postcode.unicodeScalars)
        if scalars.count == 8, [0x2D, 0xFF0D, 0x2010, 0x2212, 0x30FC].contains(scalars[3].value) { scalars.remove(at: 3) }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        guard let digits = DigitText.digits(text), digits.count == 7 else {
            throw PayeeError(.postcodeWrong, "postcode", "must be seven digits, like 100-0001")
        }
        return String(decoding: digits, as: UTF8.self)
    }

    private static func plain(_ text: String, _ field: String, limit: Int) throws(PayeeError) -> String {
        let text = try composed(text, field)
        do {
            try TextRule.check(text, field, limit: limit)
        } catch {
            throw PayeeError(.textNotPlain, field, error.reason)
        }
        guard !text.unicodeScalars.contains("|") else { throw PayeeError(.textNotPlain, field, "holds a vertical bar; write a space or a hyphen") }
        if let first = text.unicodeScalars.first, formula.contains(first) {
            throw PayeeError(.textIsFormula, field, "begins with a sign that makes a spreadsheet calculate (= + - @); leave it out")
        }
        return text
    }

    /// A kana and its voicing mark in one character, as nearly everybody writes them.
    private static func composed(_ text: String, _ field: String) throws(PayeeError) -> String {
        var scalars: [Unicode.Scalar] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x3099, 0x309A:
                guard let last = scalars.popLast(), let voiced = voice(last, half: scalar.value == 0x309A) else {
                    throw PayeeError(.textNotPlain, field, "holds a voicing mark on a letter that takes none; write the letter again")
                }
                scalars.append(voiced)
            case 0xFE00...0xFE0F, 0xE0100...0xE01EF: scalars.append(scalar)
            default:
                switch scalar.properties.generalCategory {
                case .nonspacingMark, .spacingMark, .enclosingMark:
                    throw PayeeError(.textNotPlain, field, "holds a combining mark; write letters that need none")
                default: scalars.append(scalar)
                }
            }
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// In Unicode a voiced kana is the next after its plain one, a half-voiced the second next.
    private static func voice(_ scalar: Unicode.Scalar, half: Bool) -> Unicode.Scalar? {
        let isHiragana = (0x3041...0x3096).contains(scalar.value)
        let katakana = isHiragana ? scalar.value + 0x60 : scalar.value
        switch katakana {
        case 0x30A6 where !half: return Unicode.Scalar(isHiragana ? 0x3094 : 0x30F4)
        case 0x30AB...0x30C2 where !half && katakana % 2 == 1, 0x30C4...0x30C8 where !half && katakana % 2 == 0:
            return Unicode.Scalar(scalar.value + 1)
        case 0x30CF...0x30DB where katakana % 3 == 0x30CF % 3: return Unicode.Scalar(scalar.value + (half ? 2 : 1))
        default: return nil
        }
    }

    private static let formula: Set<Unicode.Scalar> = ["=", "+", "-", "@", "\u{FF1D}", "\u{FF0B}", "\u{FF0D}", "\u{FF20}", "\u{2212}"]
}

extension PostalAddress: Hashable {
    /// Byte for byte; Swift's own `==` takes some different kanji for one.
    public static func == (left: PostalAddress, right: PostalAddress) -> Bool {
        left.postcode == right.postcode && left.name.utf8.elementsEqual(right.name.utf8)
            && left.address.utf8.elementsEqual(right.address.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(postcode)
        hasher.combine(name)
    }
}
