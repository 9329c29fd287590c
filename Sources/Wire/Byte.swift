/// The ASCII bytes that JSON's grammar names.
enum Byte {
    static let quote = UInt8(ascii: "\"")
    static let backslash = UInt8(ascii: "\\")
    static let openBrace = UInt8(ascii: "{")
    static let closeBrace = UInt8(ascii: "}")
    static let openBracket = UInt8(ascii: "[")
    static let closeBracket = UInt8(ascii: "]")
    static let colon = UInt8(ascii: ":")
    static let comma = UInt8(ascii: ",")
    static let minus = UInt8(ascii: "-")
    static let zero = UInt8(ascii: "0")
    static let nine = UInt8(ascii: "9")
    static let newline = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
}

/// Whether the byte is one of JSON's four whitespace characters.
@inline(__always)
func isWhitespace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09
}

@inline(__always)
func isDigit(_ byte: UInt8) -> Bool { byte &- Byte.zero < 10 }

/// Reads `-?(0|[1-9][0-9]*)` filling the whole span, within 64 bits.
///
/// Returns nil for anything else, including `-0`, which is not an integer's canonical text.
/// Linear in the number of digits.
func parseCanonicalInteger(_ text: Span<UInt8>) -> Int64? {
    var index = 0
    let negative = text.count > 0 && text[0] == Byte.minus
    if negative { index = 1 }
    let digits = text.count - index
    guard digits >= 1, digits <= 19 else { return nil }
    if text[index] == Byte.zero { return digits == 1 && !negative ? 0 : nil }
    // Nineteen digits are at most 10^19 - 1, which fits 64 bits unsigned.
    var magnitude: UInt64 = 0
    while index < text.count {
        let byte = text[index]
        guard isDigit(byte) else { return nil }
        magnitude = magnitude &* 10 &+ UInt64(byte &- Byte.zero)
        index += 1
    }
    if negative {
        guard magnitude <= Int64.min.magnitude else { return nil }
        return Int64(truncatingIfNeeded: 0 &- magnitude)
    }
    return Int64(exactly: magnitude)
}
