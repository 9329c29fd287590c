/// Appends a JSON string with its quotes.
///
/// Text that needs no escape, the common case, is written in one pass.
func appendQuoted(_ text: String, to bytes: inout [UInt8]) {
    let utf8 = text.utf8.span
    var index = 0
    bytes.append(addingCapacity: utf8.count + 2) { output in
        output.append(Byte.quote)
        while index < utf8.count, !needsEscape(utf8[index]) {
            output.append(utf8[index])
            index &+= 1
        }
        if index == utf8.count { output.append(Byte.quote) }
    }
    guard index < utf8.count else { return }
    while index < utf8.count {
        let byte = utf8[index]
        if needsEscape(byte) { appendEscape(byte, to: &bytes) } else { bytes.append(byte) }
        index += 1
    }
    bytes.append(Byte.quote)
}

@inline(__always)
private func needsEscape(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == Byte.quote || byte == Byte.backslash
}

private func appendEscape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(Byte.backslash)
    guard byte < 0x20 else {
        bytes.append(byte)
        return
    }
    bytes.append(UInt8(ascii: "u"))
    bytes.append(Byte.zero)
    bytes.append(Byte.zero)
    for digit in [byte >> 4, byte & 0xF] {
        bytes.append(digit < 10 ? Byte.zero + digit : UInt8(ascii: "a") + digit - 10)
    }
}

/// Appends a number in decimal; at most 39 digits.
func appendDecimal(_ magnitude: UInt128, to bytes: inout [UInt8]) {
    if let small = UInt64(exactly: magnitude) {
        appendDecimal(small, to: &bytes)
    } else {
        let (high, low) = magnitude.quotientAndRemainder(dividingBy: 1_000_000_000_000_000_000)
        appendDecimal(high, to: &bytes)
        // The lower part keeps its leading zeros.
        appendDigits(UInt64(low), count: 18, to: &bytes)
    }
}

/// Appends a number in decimal; at most 20 digits.
func appendDecimal(_ magnitude: UInt64, to bytes: inout [UInt8]) {
    var digits = 1
    var bound: UInt64 = 10
    while digits < 20, magnitude >= bound {
        digits += 1
        if digits < 20 { bound *= 10 }
    }
    appendDigits(magnitude, count: digits, to: &bytes)
}

private func appendDigits(_ value: UInt64, count: Int, to bytes: inout [UInt8]) {
    let start = bytes.count
    bytes.append(addingCapacity: count) { output in
        for _ in 0..<count { output.append(Byte.zero) }
    }
    var rest = value
    var index = start + count
    while rest > 0 {
        index -= 1
        let (quotient, digit) = rest.quotientAndRemainder(dividingBy: 10)
        bytes[index] = Byte.zero + UInt8(truncatingIfNeeded: digit)
        rest = quotient
    }
}
