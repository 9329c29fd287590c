/// Reads one JSON object of a known small shape, straight from its bytes.
///
/// A flat object (at most 16 members; strings without escapes, integers, booleans, null;
/// at most 65 535 bytes) is scanned once without allocation, and only the strings asked for
/// are made. Any other object is parsed into a ``JSONObject``. Both ways are equally strict
/// and answer alike, errors included; the difference is only speed.
///
/// The reader refers to the bytes and cannot outlive them. Names are compared byte by byte,
/// and looking one up is linear in the number of members.
///
/// ```swift
/// let object = try JSONObjectReader(bytes.span)
/// try object.allow("key", "command", "account", "amount")
/// let key = try object.string("key")
/// let amount = try object.decimal("amount")
/// ```
public struct JSONObjectReader: ~Escapable {
    private let bytes: Span<UInt8>
    private var flat = FlatScan()
    /// Present exactly when the object is not flat.
    private let general: JSONObject?

    /// Reads exactly one object, optionally surrounded by whitespace.
    ///
    /// - Parameters:
    ///   - bytes: The whole text in UTF-8.
    ///   - maximumDepth: How deep objects and arrays may nest, this object being level 1;
    ///     clamped to 1...128.
    /// - Throws: ``JSONError`` of a text kind at the first offending byte.
    /// - Complexity: Linear in the number of bytes.
    @_lifetime(copy bytes)
    public init(_ bytes: Span<UInt8>, maximumDepth: Int = 8) throws(JSONError) {
        self.bytes = bytes
        if flat.scan(bytes) {
            general = nil
        } else {
            general = try JSONObject(parsing: bytes, maximumDepth: maximumDepth)
        }
    }

    // MARK: Shape

    /// The number of members.
    public var count: Int { general?.count ?? flat.count }

    /// The names in the order of the text. Allocates.
    public var names: [String] {
        if let general { return general.members.map(\.name) }
        return (0..<flat.count).map { text(flat.member(at: $0).nameRange) }
    }

    /// The type of the member of this name, or nil if it is absent.
    public func type(of name: String) -> JSONType? {
        if let general { return general[name]?.type }
        return find(name)?.type
    }

    /// The byte offset of the value of this name, for errors about its meaning.
    public func offset(of name: String) -> Int? {
        if let general { return general.member(name)?.offset }
        return find(name)?.valueOffset
    }

    /// The first member that is not among these names, or nil.
    public func unknownMember(besides names: [String]) -> String? {
        if let general { return general.unknownMember(besides: names) }
        return firstUnknown(besides: names).map { text($0.nameRange) }
    }

    /// Throws `unknownMember` if there is a member that is not among these names.
    @inlinable
    public func allow(_ names: String...) throws(JSONError) {
        try allow(names)
    }

    /// Throws `unknownMember` if there is a member that is not among these names.
    public func allow(_ names: [String]) throws(JSONError) {
        if let general {
            try general.allow(names)
        } else if let member = firstUnknown(besides: names) {
            throw JSONError(.unknownMember(text(member.nameRange)), at: Int(member.name) - 1)
        }
    }

    // MARK: Values

    /// The value of this name in general form, or nil if it is absent.
    public subscript(name: String) -> JSONValue? {
        if let general { return general[name] }
        guard let member = find(name) else { return nil }
        switch member.type {
        case .string: return .string(text(member.valueRange))
        case .integer: return parseCanonicalInteger(bytes.extracting(member.valueRange)).map { .integer($0) }
        case .bool: return .bool(bytes[Int(member.value)] == UInt8(ascii: "t"))
        default: return .null
        }
    }

    /// A required string. Throws `missingMember` or `wrongType`.
    public func string(_ name: String) throws(JSONError) -> String {
        if let general { return try general.string(name) }
        guard let member = find(name) else { throw missing(name) }
        guard member.type == .string else { throw mismatch(name, member, .string) }
        return text(member.valueRange)
    }

    /// A string, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func stringIfPresent(_ name: String) throws(JSONError) -> String? {
        if let general { return try general.stringIfPresent(name) }
        guard let member = find(name) else { return nil }
        guard member.type == .string else { throw mismatch(name, member, .string) }
        return text(member.valueRange)
    }

    /// A required integer of 64 bits. Throws `missingMember` or `wrongType`.
    public func integer(_ name: String) throws(JSONError) -> Int64 {
        guard let value = try integerIfPresent(name) else { throw missing(name) }
        return value
    }

    /// An integer of 64 bits, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func integerIfPresent(_ name: String) throws(JSONError) -> Int64? {
        if let general { return try general.integerIfPresent(name) }
        guard let member = find(name) else { return nil }
        guard member.type == .integer,
            let value = parseCanonicalInteger(bytes.extracting(member.valueRange))
        else { throw mismatch(name, member, .integer) }
        return value
    }

    /// A required boolean. Throws `missingMember` or `wrongType`.
    public func bool(_ name: String) throws(JSONError) -> Bool {
        guard let value = try boolIfPresent(name) else { throw missing(name) }
        return value
    }

    /// A boolean, or nil if the member is absent. Throws `wrongType`, for `null` too.
    public func boolIfPresent(_ name: String) throws(JSONError) -> Bool? {
        if let general { return try general.boolIfPresent(name) }
        guard let member = find(name) else { return nil }
        guard member.type == .bool else { throw mismatch(name, member, .bool) }
        return bytes[Int(member.value)] == UInt8(ascii: "t")
    }

    /// A required string that holds a canonical decimal integer, such as `"-10"`.
    ///
    /// Throws `missingMember`, `wrongType`, or `notADecimal` for anything but an optional
    /// minus and digits without leading zeros, within 64 bits; `"-0"` is refused.
    /// No string is made.
    public func decimal(_ name: String) throws(JSONError) -> Int64 {
        if let general { return try general.decimal(name) }
        guard let member = find(name) else { throw missing(name) }
        guard member.type == .string else { throw mismatch(name, member, .string) }
        guard let value = parseCanonicalInteger(bytes.extracting(member.valueRange)) else {
            throw JSONError(.notADecimal(member: name), at: member.valueOffset)
        }
        return value
    }

    /// A required nested object. Throws `missingMember` or `wrongType`.
    public func object(_ name: String) throws(JSONError) -> JSONObject {
        if let general { return try general.object(name) }
        guard let member = find(name) else { throw missing(name) }
        throw mismatch(name, member, .object)
    }

    /// A required array. Throws `missingMember` or `wrongType`.
    public func array(_ name: String) throws(JSONError) -> [JSONValue] {
        if let general { return try general.array(name) }
        guard let member = find(name) else { throw missing(name) }
        throw mismatch(name, member, .array)
    }

    // MARK: Flat form

    /// Whether the quick scan sufficed.
    var isFlat: Bool { general == nil }

    private func find(_ name: String) -> FlatMember? {
        let utf8 = name.utf8.span
        guard let position = flat.position(of: utf8, in: bytes) else { return nil }
        return flat.member(at: position)
    }

    private func firstUnknown(besides names: [String]) -> FlatMember? {
        // Each known name strikes out the one member that bears it.
        var unknown: UInt32 = (1 << UInt32(flat.count)) - 1
        for name in names {
            let utf8 = name.utf8.span
            if let position = flat.position(of: utf8, in: bytes) { unknown &= ~(1 << UInt32(position)) }
            if unknown == 0 { return nil }
        }
        return unknown == 0 ? nil : flat.member(at: unknown.trailingZeroBitCount)
    }

    /// The text of a range that the scan found to be well-formed UTF-8.
    private func text(_ range: Range<Int>) -> String {
        guard let utf8 = try? UTF8Span(validating: bytes.extracting(range)) else {
            preconditionFailure("the scan admitted ill-formed UTF-8")
        }
        return String(copying: utf8)
    }

    private func missing(_ name: String) -> JSONError {
        JSONError(.missingMember(name), at: general?.offset ?? flat.offset)
    }

    private func mismatch(_ name: String, _ member: FlatMember, _ expected: JSONType) -> JSONError {
        JSONError(
            .wrongType(member: name, expected: expected, found: member.type),
            at: member.valueOffset)
    }
}
