/// A parsed JSON object: its members in the order of the text, names unique.
///
/// This is the general form, with nesting and escapes. For a flat command use
/// ``JSONObjectReader``, which offers the same accessors and falls back to this type.
///
/// Lookup is linear in the number of members; the type is meant for small objects.
public struct JSONObject: Equatable, Sendable {
    public struct Member: Equatable, Sendable {
        public let name: String
        public let value: JSONValue
        /// Byte offset of the value in the text.
        public let offset: Int
        /// Byte offset of the name's opening quote in the text.
        public let nameOffset: Int

        /// Equality of names (byte by byte) and values; offsets do not count.
        public static func == (left: Member, right: Member) -> Bool {
            left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
        }
    }

    public let members: [Member]

    /// Byte offset of the opening brace in the text.
    public let offset: Int

    init(members: [Member], offset: Int) {
        self.members = members
        self.offset = offset
    }

    /// Equal members in equal order; offsets do not count.
    public static func == (left: JSONObject, right: JSONObject) -> Bool {
        left.members == right.members
    }

    /// Parses exactly one object, optionally surrounded by whitespace.
    ///
    /// - Parameters:
    ///   - bytes: The whole text in UTF-8.
    ///   - maximumDepth: How deep objects and arrays may nest, this object being level 1.
    ///     Values outside 1...128 are clamped to it, which bounds the recursion.
    /// - Throws: ``JSONError`` of a text kind at the first offending byte.
    /// - Complexity: Linear in the number of bytes.
    public init(parsing bytes: Span<UInt8>, maximumDepth: Int = 8) throws(JSONError) {
        var parser = JSONParser(bytes, maximumDepth: maximumDepth)
        self = try parser.parseDocument()
    }

    /// Parses exactly one object from an array; see ``init(parsing:maximumDepth:)``.
    public init(parsing bytes: [UInt8], maximumDepth: Int = 8) throws(JSONError) {
        try self.init(parsing: bytes.span, maximumDepth: maximumDepth)
    }

    // MARK: Access

    public var count: Int { members.count }

    /// The value of the member of this name (compared byte by byte), or nil.
    public subscript(name: String) -> JSONValue? { member(name)?.value }

    /// The member of this name (compared byte by byte), or nil.
    public func member(_ name: String) -> Member? {
        members.first { $0.name.utf8.elementsEqual(name.utf8) }
    }

    /// The first member that is not among these names, or nil.
    public func unknownMember(besides names: [String]) -> String? {
        firstUnknown(besides: names)?.name
    }

    /// Throws `unknownMember` if there is a member that is not among these names.
    public func allow(_ names: String...) throws(JSONError) {
        try allow(names)
    }

    /// Throws `unknownMember` if there is a member that is not among these names.
    public func allow(_ names: [String]) throws(JSONError) {
        if let member = firstUnknown(besides: names) {
            throw JSONError(.unknownMember(member.name), at: member.nameOffset)
        }
    }

    /// A required string. Throws `missingMember` or `wrongType`.
    public func string(_ name: String) throws(JSONError) -> String {
        guard let value = try stringIfPresent(name) else { throw missing(name) }
        return value
    }

    /// A required integer of 64 bits. Throws `missingMember` or `wrongType`.
    public func integer(_ name: String) throws(JSONError) -> Int64 {
        guard let value = try integerIfPresent(name) else { throw missing(name) }
        return value
    }

    /// A required boolean. Throws `missingMember` or `wrongType`.
    public func bool(_ name: String) throws(JSONError) -> Bool {
        guard let value = try boolIfPresent(name) else { throw missing(name) }
        return value
    }

    /// A string, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func stringIfPresent(_ name: String) throws(JSONError) -> String? {
        guard let member = member(name) else { return nil }
        guard case .string(let value) = member.value else { throw mismatch(member, .string) }
        return value
    }

    /// An integer of 64 bits, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func integerIfPresent(_ name: String) throws(JSONError) -> Int64? {
        guard let member = member(name) else { return nil }
        guard case .integer(let value) = member.value else { throw mismatch(member, .integer) }
        return value
    }

    /// A boolean, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func boolIfPresent(_ name: String) throws(JSONError) -> Bool? {
        guard let member = member(name) else { return nil }
        guard case .bool(let value) = member.value else { throw mismatch(member, .bool) }
        return value
    }

    /// A required nested object. Throws `missingMember` or `wrongType`.
    public func object(_ name: String) throws(JSONError) -> JSONObject {
        guard let member = member(name) else { throw missing(name) }
        guard case .object(let value) = member.value else { throw mismatch(member, .object) }
        return value
    }

    /// A required array. Throws `missingMember` or `wrongType`.
    public func array(_ name: String) throws(JSONError) -> [JSONValue] {
        guard let member = member(name) else { throw missing(name) }
        guard case .array(let value) = member.value else { throw mismatch(member, .array) }
        return value
    }

    /// A required string that holds a canonical decimal integer, such as `"-10"`.
    ///
    /// Throws `missingMember`, `wrongType`, or `notADecimal` for anything but an optional
    /// minus and digits without leading zeros, within 64 bits; `"-0"` is refused.
    public func decimal(_ name: String) throws(JSONError) -> Int64 {
        let text = try string(name)
        let digits = text.utf8.span
        guard let value = parseCanonicalInteger(digits) else {
            throw JSONError(.notADecimal(member: name), at: member(name)?.offset ?? offset)
        }
        return value
    }

    private func firstUnknown(besides names: [String]) -> Member? {
        members.first { member in !names.contains { $0.utf8.elementsEqual(member.name.utf8) } }
    }

    private func missing(_ name: String) -> JSONError { JSONError(.missingMember(name), at: offset) }

    private func mismatch(_ member: Member, _ expected: JSONType) -> JSONError {
        JSONError(
            .wrongType(member: member.name, expected: expected, found: member.value.type),
            at: member.offset)
    }
}
