/// The general recursive-descent parser behind ``JSONObject``.
///
/// It is the reference for strictness: the fast scanner may only accept what this accepts.
struct JSONParser: ~Escapable {
    let input: Span<UInt8>
    private let maximumDepth: Int
    /// The byte to be read next.
    var position = 0

    @_lifetime(copy input)
    init(_ input: Span<UInt8>, maximumDepth: Int) {
        self.input = input
        self.maximumDepth = min(max(maximumDepth, 1), 128)
    }

    mutating func parseDocument() throws(JSONError) -> JSONObject {
        if input.count >= 3, input[0] == 0xEF, input[1] == 0xBB, input[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0)
        }
        skipWhitespace()
        guard try peek() == Byte.openBrace else { throw JSONError(.notAnObject, at: position) }
        let object = try parseObject(depth: 1)
        skipWhitespace()
        guard position == input.count else { throw JSONError(.trailingBytes, at: position) }
        return object
    }

    // MARK: Structure

    private mutating func parseObject(depth: Int) throws(JSONError) -> JSONObject {
        let start = position
        guard depth <= maximumDepth else { throw JSONError(.tooDeep(limit: maximumDepth), at: start) }
        position += 1
        skipWhitespace()
        var members: [JSONObject.Member] = []
        if try peek() == Byte.closeBrace {
            position += 1
            return JSONObject(members: members, offset: start)
        }
        var names = NameSet()
        while true {
            let nameOffset = position
            guard try peek() == Byte.quote else { throw unexpected() }
            let nameBytes = try parseString()
            let name = String(decoding: nameBytes, as: UTF8.self)
            guard names.insert(nameBytes) else { throw JSONError(.duplicateKey(name), at: nameOffset) }
            skipWhitespace()
            guard try peek() == Byte.colon else { throw unexpected() }
            position += 1
            skipWhitespace()
            let offset = position
            let value = try parseValue(depth: depth)
            members.append(.init(name: name, value: value, offset: offset, nameOffset: nameOffset))
            skipWhitespace()
            switch try peek() {
            case Byte.comma:
                position += 1
                skipWhitespace()
            case Byte.closeBrace:
                position += 1
                return JSONObject(members: members, offset: start)
            default: throw unexpected()
            }
        }
    }

    private mutating func parseArray(depth: Int) throws(JSONError) -> [JSONValue] {
        guard depth <= maximumDepth else { throw JSONError(.tooDeep(limit: maximumDepth), at: position) }
        position += 1
        skipWhitespace()
        var elements: [JSONValue] = []
        if try peek() == Byte.closeBracket {
            position += 1
            return elements
        }
        while true {
            elements.append(try parseValue(depth: depth))
            skipWhitespace()
            switch try peek() {
            case Byte.comma:
                position += 1
                skipWhitespace()
            case Byte.closeBracket:
                position += 1
                return elements
            default: throw unexpected()
            }
        }
    }

    private mutating func parseValue(depth: Int) throws(JSONError) -> JSONValue {
        switch try peek() {
        case Byte.quote:
            return .string(String(decoding: try parseString(), as: UTF8.self))
        case Byte.openBrace: return .object(try parseObject(depth: depth + 1))
        case Byte.openBracket: return .array(try parseArray(depth: depth + 1))
        case Byte.minus, Byte.zero...Byte.nine: return try parseNumber()
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: throw unexpected()
        }
    }

    // MARK: Scalars

    private mutating func parseNumber() throws(JSONError) -> JSONValue {
        let start = position
        if input[position] == Byte.minus { position += 1 }
        let firstDigit = position
        let digits = try skipDigits()
        if digits > 1, input[firstDigit] == Byte.zero { throw JSONError(.invalidNumber, at: start) }
        var plain = true
        if position < input.count, input[position] == UInt8(ascii: ".") {
            plain = false
            position += 1
            _ = try skipDigits()
        }
        if position < input.count, input[position] | 0x20 == UInt8(ascii: "e") {
            plain = false
            position += 1
            let sign = try peek()
            if sign == Byte.minus || sign == UInt8(ascii: "+") { position += 1 }
            _ = try skipDigits()
        }
        let text = input.extracting(start..<position)
        if plain, let value = parseCanonicalInteger(text) { return .integer(value) }
        var verbatim: [UInt8] = []
        for index in start..<position { verbatim.append(input[index]) }
        return .otherNumber(String(decoding: verbatim, as: UTF8.self))
    }

    /// Skips at least one digit and returns how many.
    private mutating func skipDigits() throws(JSONError) -> Int {
        let start = position
        while position < input.count, isDigit(input[position]) { position += 1 }
        guard position > start else {
            throw JSONError(position == input.count ? .truncated : .invalidNumber, at: position)
        }
        return position - start
    }

    private mutating func expect(_ literal: String) throws(JSONError) {
        for byte in literal.utf8 {
            guard try peek() == byte else { throw unexpected() }
            position += 1
        }
    }

    // MARK: Bytes

    private mutating func skipWhitespace() {
        while position < input.count, isWhitespace(input[position]) { position += 1 }
    }

    /// The byte to be read next; throws `truncated` at the end.
    func peek() throws(JSONError) -> UInt8 {
        guard position < input.count else { throw JSONError(.truncated, at: position) }
        return input[position]
    }

    private func unexpected() -> JSONError { JSONError(.unexpectedByte(input[position]), at: position) }
}

/// Names seen in one object: a list while small, a hash set beyond that.
private struct NameSet {
    private var few: [[UInt8]] = []
    private var many: Set<[UInt8]> = []

    /// Returns false if the name was there already.
    mutating func insert(_ name: [UInt8]) -> Bool {
        if !many.isEmpty { return many.insert(name).inserted }
        if few.contains(name) { return false }
        few.append(name)
        if few.count > 16 {
            many = Set(few)
            few = []
        }
        return true
    }
}
