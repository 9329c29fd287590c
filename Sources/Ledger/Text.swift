/// What may be written into the log as text, and what may never be.

/// Why a text, an amount or another part of a command cannot be taken. Such a command is answered and not recorded.
public struct Malformed: Error, Equatable, Sendable {
    /// The field at fault, as the API names it.
    public let field: String
    /// What is wrong and what would be right; never the value itself.
    public let reason: String
    /// True when a card number was found: a code of its own, since the caller has a leak to stop.
    public let isCardNumber: Bool

    public init(field: String, reason: String, isCardNumber: Bool = false) {
        self.field = field
        self.reason = reason
        self.isCardNumber = isCardNumber
    }
}

public enum TextRule {
    /// Names and references: 1 … 64 bytes of UTF-8.
    public static let nameLimit = 64
    /// Free text: 1 … 400 bytes of UTF-8.
    public static let noteLimit = 400
    /// Idempotency keys: 1 … 128 visible ASCII characters.
    public static let keyLimit = 128

    /// Checks a name or a free text: not empty, not too long, no control characters, no line or direction marks, no
    /// surrounding space, no card number.
    public static func check(_ text: String?, _ field: String, limit: Int = nameLimit) throws(Malformed) {
        guard let text else { return }
        let size = text.utf8.count
        guard size > 0 else { throw Malformed(field: field, reason: "is empty; leave it out or give a value") }
        guard size <= limit else { throw Malformed(field: field, reason: "is \(size) bytes long; at most \(limit) are taken") }
        if !text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
            guard text.unicodeScalars.allSatisfy(isPlain) else {
                throw Malformed(field: field, reason: "holds a control or invisible formatting character")
            }
            guard !isSpace(text.unicodeScalars.first), !isSpace(text.unicodeScalars.last) else {
                throw Malformed(field: field, reason: "begins or ends with a space")
            }
        }
        guard !CardNumber.appears(in: text) else {
            throw Malformed(
                field: field, reason: "looks like a payment card number, which this ledger never stores; send a token instead",
                isCardNumber: true)
        }
    }

    /// Checks an idempotency key.
    public static func checkKey(_ key: String) throws(Malformed) {
        let size = key.utf8.count
        guard size > 0 else { throw Malformed(field: "Idempotency-Key", reason: "is empty; send a value unique to this command") }
        guard size <= keyLimit else {
            throw Malformed(field: "Idempotency-Key", reason: "is \(size) bytes long; at most \(keyLimit) are taken")
        }
        guard key.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Malformed(field: "Idempotency-Key", reason: "may hold visible ASCII characters only")
        }
        guard !CardNumber.appears(in: key) else {
            throw Malformed(
                field: "Idempotency-Key", reason: "looks like a payment card number; use a random value such as a UUID",
                isCardNumber: true)
        }
    }

    private static func isSpace(_ scalar: Unicode.Scalar?) -> Bool { scalar?.properties.generalCategory == .spaceSeparator }

    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: false
        default: true
        }
    }
}

/// Payment card numbers (PAN), which must never enter the log. A run of 13–19 digits, ASCII or full-width, with single
/// spaces, hyphens, dots or the like between them, counts when its prefix and length are those of a card issuer *and* its Luhn
/// check digit is right; the three together keep order numbers and phone numbers out of the net.
public enum CardNumber {
    /// O(length) per possible start; texts are short.
    public static func appears(in text: String) -> Bool {
        var digits: [UInt8] = []
        // Where the run is parted by a separator, counted in digits.
        var cuts: [Int] = []
        var sinceDigit = 0
        // Fast path: most names have fewer than 13 digits in all.
        var count = 0
        var wide = false
        for byte in text.utf8 {
            if (48...57).contains(byte) { count += 1 } else if byte >= 0x80 { wide = true }
        }
        guard count >= 13 || wide, !isIdentifier(text.utf8) else { return false }
        for scalar in text.unicodeScalars {
            if let digit = digitValue(scalar) {
                digits.append(digit)
                sinceDigit = 0
            } else if isSeparator(scalar), sinceDigit < 3, !digits.isEmpty {
                if sinceDigit == 0 { cuts.append(digits.count) }
                sinceDigit += 1
            } else {
                if holdsCard(digits, cuts) { return true }
                digits.removeAll(keepingCapacity: true)
                cuts.removeAll(keepingCapacity: true)
                sinceDigit = 0
            }
        }
        return holdsCard(digits, cuts)
    }

    /// 32 hexadecimal digits with a letter among them, bare or in the groups of a UUID. One in 1,300 random UUIDs holds
    /// digits that pass for a card's by chance; no card number has letters, or is that long.
    private static func isIdentifier(_ text: String.UTF8View) -> Bool {
        let size = text.count
        guard size == 36 || size == 32 else { return false }
        var hasLetter = false
        for (index, byte) in text.enumerated() {
            switch byte {
            case 48...57: break
            case 65...70, 97...102: hasLetter = true
            case UInt8(ascii: "-") where size == 36 && (index == 8 || index == 13 || index == 18 || index == 23): continue
            default: return false
            }
            if size == 36, index == 8 || index == 13 || index == 18 || index == 23 { return false }
        }
        return hasLetter
    }

    private static func digitValue(_ scalar: Unicode.Scalar) -> UInt8? {
        switch scalar.value {
        case 0x30...0x39: UInt8(scalar.value - 0x30)
        case 0xFF10...0xFF19: UInt8(scalar.value - 0xFF10)
        default: nil
        }
    }

    private static func isSeparator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ", "-", ".", "/", "_", ",", ":", "|", "*", "\u{30FB}", "\u{FF65}", "\u{FF0C}", "\u{3001}", "\u{A0}", "\u{2007}", "\u{202F}", "\u{3000}", "\u{FF0D}", "\u{FF0F}",
            "\u{2010}", "\u{2011}", "\u{2012}", "\u{2013}", "\u{2212}", "\u{30FC}", "\u{FF0E}": true
        default: false
        }
    }

    /// A number is taken for a card's if it begins and ends where a group of digits does (an expiry date, a second
    /// number may stand around it) or, in a run of at most 24 digits, at either end of the run. A longer run without
    /// separators is an identifier.
    private static func holdsCard(_ digits: [UInt8], _ cuts: [Int]) -> Bool {
        guard digits.count >= 13 else { return false }
        var isCut = Array(repeating: false, count: digits.count + 1)
        for cut in cuts { isCut[cut] = true }
        isCut[0] = true
        isCut[digits.count] = true
        let isShort = digits.count <= 24
        for start in 0...(digits.count - 13) {
            for length in 13...19 where start + length <= digits.count {
                let end = start + length
                guard isCut[start] && isCut[end] || isShort && (start == 0 || end == digits.count) else { continue }
                let candidate = digits[start..<end]
                if isIssued(candidate), luhn(candidate) { return true }
            }
        }
        return false
    }

    /// Issuer prefixes and lengths (ISO/IEC 7812 ranges of the large card brands).
    private static func isIssued(_ digits: ArraySlice<UInt8>) -> Bool {
        let six = digits.prefix(6).reduce(0) { $0 * 10 + Int($1) }
        let (two, three, four) = (six / 10_000, six / 1000, six / 100)
        switch digits.count {
        case 13: return two / 10 == 4
        case 14: return (300...305).contains(three) || two == 36 || two == 38 || two == 39
        case 15: return two == 34 || two == 37
        case 16:
            return two / 10 == 4 || (51...55).contains(two) || (2221...2720).contains(four) || four == 6011 || two == 65
                || (644...649).contains(three) || (3528...3589).contains(four) || two == 62 || two == 36 || two == 30
        case 17, 18, 19: return two / 10 == 4 && digits.count == 19 || two == 62 || (3528...3589).contains(four) || two == 65
        default: return false
        }
    }

    private static func luhn(_ digits: ArraySlice<UInt8>) -> Bool {
        var sum = 0
        for (index, digit) in digits.reversed().enumerated() {
            let doubled = Int(digit) * (index % 2 == 1 ? 2 : 1)
            sum += doubled > 9 ? doubled - 9 : doubled
        }
        return sum % 10 == 0
    }
}
