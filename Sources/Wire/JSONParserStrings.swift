/// Strings: escapes are decoded and UTF-8 is checked, byte by byte.
extension JSONParser {
    /// Parses the string whose opening quote is the current byte into well-formed UTF-8.
    mutating func parseString() throws(JSONError) -> [UInt8] {
        position += 1
        var text: [UInt8] = []
        while true {
            let byte = try peek()
            switch byte {
            case Byte.quote:
                position += 1
                return text
            case Byte.backslash: try parseEscape(into: &text)
            case 0x00..<0x20: throw JSONError(.controlCharacter(byte), at: position)
            case 0x20..<0x80:
                text.append(byte)
                position += 1
            default:
                let length = wellFormedSequenceLength()
                guard length > 0 else { throw JSONError(.invalidUTF8, at: position) }
                for index in position..<position + length { text.append(input[index]) }
                position += length
            }
        }
    }

    private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        position += 1
        switch try peek() {
        case Byte.quote: text.append(Byte.quote)
        case Byte.backslash: text.append(Byte.backslash)
        case UInt8(ascii: "/"): text.append(UInt8(ascii: "/"))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            position += 1
            try parseUnicodeEscape(from: start, into: &text)
            return
        default: throw JSONError(.invalidEscape, at: start)
        }
        position += 1
    }

    /// Parses the digits of a `\u` escape that began at `start`, and its other half if any.
    private mutating func parseUnicodeEscape(from start: Int, into text: inout [UInt8]) throws(JSONError) {
        var code = try parseFourHexDigits(from: start)
        if code & 0xFC00 == 0xD800 {
            guard try peek() == Byte.backslash else { throw JSONError(.loneSurrogate, at: start) }
            let second = position
            position += 1
            guard try peek() == UInt8(ascii: "u") else { throw JSONError(.loneSurrogate, at: start) }
            position += 1
            let low = try parseFourHexDigits(from: second)
            guard low & 0xFC00 == 0xDC00 else { throw JSONError(.loneSurrogate, at: start) }
            code = 0x10000 + (code & 0x3FF) << 10 + (low & 0x3FF)
        }
        guard let scalar = Unicode.Scalar(code) else { throw JSONError(.loneSurrogate, at: start) }
        text.append(contentsOf: UTF8.encode(scalar)!)
    }

    private mutating func parseFourHexDigits(from start: Int) throws(JSONError) -> UInt32 {
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = try peek()
            let digit: UInt8
            switch byte {
            case Byte.zero...Byte.nine: digit = byte - Byte.zero
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(.invalidEscape, at: start)
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    /// The length of the multi-byte UTF-8 sequence at the current position, or 0 if it is
    /// ill-formed (Unicode standard, table 3-7).
    private func wellFormedSequenceLength() -> Int {
        let lead = input[position]
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { second = 0xA0...0xBF }
            if lead == 0xED { second = 0x80...0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { second = 0x90...0xBF }
            if lead == 0xF4 { second = 0x80...0x8F }
        default: return 0
        }
        guard input.count - position >= length, second.contains(input[position + 1]) else { return 0 }
        for index in position + 2..<position + length where input[index] & 0xC0 != 0x80 { return 0 }
        return length
    }
}
