public import Ledger

/// The kind of a bank account (預金種目), by the digit bank files have for it.
public enum AccountType: UInt8, Named {
    /// 普通
    case ordinary = 1
    /// 当座
    case current = 2
    /// 貯蓄
    case savings = 4
    /// その他
    case other = 9
}

/// An account at a bank as a transfer names it. A value of this type fits a bank file as it is.
public struct BankAccount: Hashable, Sendable {
    /// Four digits.
    public let bank: String
    /// Half-width kana, at most 15 bytes of JIS X 0201; may be empty.
    public let bankName: String
    /// Three digits.
    public let branch: String
    /// Half-width kana, at most 15 bytes; may be empty.
    public let branchName: String
    public let type: AccountType
    /// Seven digits, filled with zeros at the left.
    public let number: String
    /// Half-width kana (口座名義), at most 30 bytes.
    public let holder: String

    /// Checks and normalises: digits may be full-width, an account number may be shorter than seven digits, names are
    /// brought into the bank's alphabet (`Kana.normalise`).
    public init(
        bank: String, bankName: String = "", branch: String, branchName: String = "", type: AccountType, number: String,
        holder: String, mapsWo: Bool = false
    ) throws(PayeeError) {
        self.bank = try DigitText.read(bank, "bank", width: 4)
        self.bankName = try Self.optional(bankName, .bankName, mapsWo)
        self.branch = try DigitText.read(branch, "branch", width: 3)
        self.branchName = try Self.optional(branchName, .branchName, mapsWo)
        self.type = type
        self.number = try DigitText.read(number, "number", width: 7, fills: true)
        self.holder = try Kana.normalise(holder, field: .holder, limit: 30, mapsWo: mapsWo)
    }

    static func optional(_ name: String, _ field: Kana.Field, _ mapsWo: Bool) throws(PayeeError) -> String {
        name.isEmpty ? "" : try Kana.normalise(name, field: field, limit: 15, mapsWo: mapsWo)
    }
}

/// Who orders the transfers (委託者), and from which account.
public struct Originator: Hashable, Sendable {
    /// Ten digits, given by the bank (委託者コード).
    public let code: String
    /// Half-width kana, at most 40 bytes of JIS X 0201.
    public let name: String
    /// The sending bank (仕向銀行), four digits.
    public let bank: String
    public let bankName: String
    /// Three digits.
    public let branch: String
    public let branchName: String
    /// Never savings.
    public let type: AccountType
    /// Seven digits.
    public let number: String

    /// Checks and normalises as `BankAccount` does.
    public init(
        code: String, name: String, bank: String, bankName: String = "", branch: String, branchName: String = "",
        type: AccountType, number: String, mapsWo: Bool = false
    ) throws(PayeeError) {
        self.code = try DigitText.read(code, "code", width: 10, fills: true)
        self.name = try Kana.normalise(name, field: .originatorName, limit: 40, mapsWo: mapsWo)
        self.bank = try DigitText.read(bank, "bank", width: 4)
        self.bankName = try BankAccount.optional(bankName, .bankName, mapsWo)
        self.branch = try DigitText.read(branch, "branch", width: 3)
        self.branchName = try BankAccount.optional(branchName, .branchName, mapsWo)
        guard type != .savings else {
            throw PayeeError(.accountType, "type", "is a savings account, which orders no transfers; name an ordinary or a current one")
        }
        self.type = type
        self.number = try DigitText.read(number, "number", width: 7, fills: true)
    }
}

/// Numbers that are names: fixed width, zeros count.
enum DigitText {
    /// Reads digits, half-width or full-width.
    /// - Parameter fills: Whether fewer digits are taken and zeros put before them.
    static func read(_ text: String, _ field: String, width: Int, fills: Bool = false) throws(PayeeError) -> String {
        guard let digits = digits(text), digits.count <= width, fills ? !digits.isEmpty : digits.count == width else {
            let wanted = fills ? "1 to \(width)" : "\(width)"
            throw PayeeError(.notDigits, field, "must be \(wanted) digits and nothing else")
        }
        return String(repeating: "0", count: width - digits.count) + String(decoding: digits, as: UTF8.self)
    }

    /// ASCII digits; `nil` if the text holds anything else.
    static func digits(_ text: String) -> [UInt8]? {
        var digits: [UInt8] = []
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x30...0x39: digits.append(UInt8(scalar.value))
            case 0xFF10...0xFF19: digits.append(UInt8(scalar.value - 0xFEE0))
            default: return nil
            }
        }
        return digits
    }
}
