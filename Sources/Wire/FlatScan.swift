/// Where one member of a flat object lies in its text. Offsets fit 16 bits because the
/// scanner leaves longer texts to the general parser.
struct FlatMember {
    /// Offset of the first byte of the name, after its quote.
    var name: UInt16 = 0
    var nameLength: UInt16 = 0
    /// Offset of the value; of a string's content, after its quote.
    var value: UInt16 = 0
    var valueLength: UInt16 = 0
    var type: JSONType = .null

    var nameRange: Range<Int> { Int(name)..<Int(name) + Int(nameLength) }
    var valueRange: Range<Int> { Int(value)..<Int(value) + Int(valueLength) }
    /// Offset of the value's first byte, the quote of a string included.
    var valueOffset: Int { type == .string ? Int(value) - 1 : Int(value) }
}

/// The members of a flat object, as found by one pass over its bytes.
struct FlatScan {
    static let capacity = 16

    private var members = InlineArray<16, FlatMember>(repeating: FlatMember())
    private(set) var count = 0
    private(set) var offset = 0

    /// Scans an object of at most 16 members whose strings have no escapes and whose values
    /// are strings, integers of at most 18 digits, booleans and null.
    ///
    /// Returns false for everything else, be it richer JSON or an error; the general parser
    /// then tells which. What this accepts, the general parser accepts with equal meaning.
    ///
    /// Call once on a fresh value.
    mutating func scan(_ input: Span<UInt8>) -> Bool {
        let end = input.count
        guard end <= Int(UInt16.max) else { return false }
        var index = 0
        /// The union of all bytes inside strings; its top bit says that UTF-8 needs a check.
        var union: UInt8 = 0

        Self.skipWhitespace(input, &index)
        guard index < end, input[index] == Byte.openBrace else { return false }
        offset = index
        index &+= 1
        Self.skipWhitespace(input, &index)
        guard index < end else { return false }
        if input[index] == Byte.closeBrace {
            index &+= 1
        } else {
            while true {
                guard count < Self.capacity else { return false }
                var member = FlatMember()

                guard index < end, input[index] == Byte.quote else { return false }
                index &+= 1
                member.name = UInt16(truncatingIfNeeded: index)
                guard Self.skipString(input, &index, &union) else { return false }
                member.nameLength = UInt16(truncatingIfNeeded: index) &- 1 &- member.name

                Self.skipWhitespace(input, &index)
                guard index < end, input[index] == Byte.colon else { return false }
                index &+= 1
                Self.skipWhitespace(input, &index)
                guard index < end else { return false }

                let lead = input[index]
                if lead == Byte.quote {
                    index &+= 1
                    member.type = .string
                    member.value = UInt16(truncatingIfNeeded: index)
                    guard Self.skipString(input, &index, &union) else { return false }
                    member.valueLength = UInt16(truncatingIfNeeded: index) &- 1 &- member.value
                } else {
                    member.value = UInt16(truncatingIfNeeded: index)
                    guard let type = Self.skipScalar(input, &index, lead) else { return false }
                    member.type = type
                    member.valueLength = UInt16(truncatingIfNeeded: index) &- member.value
                }
                guard !contains(member.nameRange, in: input) else { return false }
                members[count] = member
                count &+= 1

                Self.skipWhitespace(input, &index)
                guard index < end else { return false }
                let next = input[index]
                index &+= 1
                if next == Byte.comma {
                    Self.skipWhitespace(input, &index)
                } else if next == Byte.closeBrace {
                    break
                } else {
                    return false
                }
            }
        }
        Self.skipWhitespace(input, &index)
        guard index == end else { return false }
        if union >= 0x80 {
            guard (try? UTF8Span(validating: input)) != nil else { return false }
        }
        return true
    }

    @inline(__always)
    func member(at position: Int) -> FlatMember {
        let members = members.span
        return members[position]
    }

    /// The position of the member whose name has these bytes, or nil.
    @inline(__always)
    func position(of name: Span<UInt8>, in input: Span<UInt8>) -> Int? {
        let length = name.count
        // A span, because subscripting the inline array itself copies all of it each time.
        let members = members.span
        var position = 0
        while position < count {
            let member = members[position]
            if Int(member.nameLength) == length {
                var index = 0
                let start = Int(member.name)
                var same = true
                while index < length {
                    if input[start &+ index] != name[index] {
                        same = false
                        break
                    }
                    index &+= 1
                }
                if same { return position }
            }
            position &+= 1
        }
        return nil
    }

    /// Whether a member found so far has the name in this range of the input.
    @inline(__always)
    private func contains(_ range: Range<Int>, in input: Span<UInt8>) -> Bool {
        position(of: input.extracting(range), in: input) != nil
    }

    @inline(__always)
    private static func skipWhitespace(_ input: Span<UInt8>, _ index: inout Int) {
        while index < input.count, isWhitespace(input[index]) { index &+= 1 }
    }

    /// Moves past the closing quote; false at an escape, a control character or the end.
    @inline(__always)
    private static func skipString(
        _ input: Span<UInt8>, _ index: inout Int, _ union: inout UInt8
    ) -> Bool {
        while index < input.count {
            let byte = input[index]
            index &+= 1
            if byte == Byte.quote { return true }
            if byte == Byte.backslash || byte < 0x20 { return false }
            union |= byte
        }
        return false
    }

    /// Moves past an integer of at most 18 digits, `true`, `false` or `null`.
    private static func skipScalar(_ input: Span<UInt8>, _ index: inout Int, _ lead: UInt8) -> JSONType? {
        switch lead {
        case UInt8(ascii: "t"): return skip("true", input, &index) ? .bool : nil
        case UInt8(ascii: "f"): return skip("false", input, &index) ? .bool : nil
        case UInt8(ascii: "n"): return skip("null", input, &index) ? .null : nil
        default: break
        }
        let negative = lead == Byte.minus
        if negative { index &+= 1 }
        let first = index
        while index < input.count, isDigit(input[index]) { index &+= 1 }
        let digits = index &- first
        guard digits >= 1, digits <= 18 else { return nil }
        if input[first] == Byte.zero, digits > 1 || negative { return nil }
        // A fraction or an exponent is left to the general parser: the caller expects a
        // comma, a brace or whitespace next and gives up on anything else.
        return .integer
    }

    private static func skip(_ literal: String, _ input: Span<UInt8>, _ index: inout Int) -> Bool {
        for byte in literal.utf8 {
            guard index < input.count, input[index] == byte else { return false }
            index &+= 1
        }
        return true
    }
}
