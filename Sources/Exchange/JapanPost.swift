/// Japan Post Bank (ゆうちょ銀行, bank 9900), whose customers know a symbol (記号) and a number (番号) where other
/// banks have a branch and an account.
public enum JapanPost {
    public static let bank = "9900"
    public static let bankName = "ﾕｳﾁﾖ"

    /// The account that transfers from other banks name.
    ///
    /// | symbol | branch | type | account number |
    /// |---|---|---|---|
    /// | `1bbxx` (総合口座) | `bb8` | ordinary | the number without its last digit, which is 1 |
    /// | `0bbxx` (振替口座) | `bb9` | current | the number |
    ///
    /// - Parameters:
    ///   - symbol: Five digits.
    ///   - number: Up to eight digits, up to seven of a transfer account.
    /// - Throws: `symbol-unknown`, `number-unknown`, `not-digits`, and what `Kana.normalise` throws.
    public static func account(symbol: String, number: String, holder: String, mapsWo: Bool = false) throws(PayeeError) -> BankAccount {
        let symbol = Array(try DigitText.read(symbol, "symbol", width: 5).utf8)
        guard let digits = DigitText.digits(number), (1...8).contains(digits.count) else {
            throw PayeeError(.notDigits, "number", "must be 1 to 8 digits and nothing else")
        }
        let isGeneral: Bool
        switch symbol[0] {
        case UInt8(ascii: "1"): isGeneral = true
        case UInt8(ascii: "0"): isGeneral = false
        default: throw PayeeError(.symbolUnknown, "symbol", "must begin with 1 or 0; copy the five digits (記号) from the passbook")
        }
        let account: ArraySlice<UInt8>
        if isGeneral {
            guard digits.count > 1, digits.last == UInt8(ascii: "1") else {
                throw PayeeError(
                    .numberUnknown, "number", "must end in 1, as every number (番号) of a general account does; copy it whole from the passbook")
            }
            account = digits.dropLast()
        } else {
            guard digits.count <= 7 else {
                throw PayeeError(.numberUnknown, "number", "must be at most 7 digits for a transfer account (振替口座)")
            }
            account = digits[...]
        }
        let branch = [symbol[1], symbol[2], UInt8(ascii: isGeneral ? "8" : "9")]
        return try BankAccount(
            bank: bank, bankName: bankName, branch: String(decoding: branch, as: UTF8.self), branchName: reading(branch),
            type: isGeneral ? .ordinary : .current, number: String(decoding: account, as: UTF8.self), holder: holder, mapsWo: mapsWo)
    }

    /// A branch is called by its digits: 058 is ｾﾞﾛｺﾞﾊﾁ.
    private static func reading(_ branch: [UInt8]) -> String {
        branch.map { digitNames[Int($0 - UInt8(ascii: "0"))] }.joined()
    }

    private static let digitNames = ["ｾﾞﾛ", "ｲﾁ", "ﾆ", "ｻﾝ", "ﾖﾝ", "ｺﾞ", "ﾛｸ", "ﾅﾅ", "ﾊﾁ", "ｷﾕｳ"]
}
