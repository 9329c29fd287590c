/// Builds JSON text by appending to one byte array.
///
/// Commas are handled; names and strings are escaped as RFC 8259 demands and no further
/// (quote, backslash and control characters; everything else stays UTF-8). Whitespace is
/// never written, so equal calls give equal bytes.
///
/// The writer checks that containers balance. It does not check that names are unique, nor
/// that members stand in objects and elements in arrays.
///
/// ```swift
/// var json = JSONWriter()
/// json.object {
///     $0.member("key", string: "k-1")
///     $0.member("position", integer: 42)
///     $0.member("lines", array: { lines in lines.element(string: "a") })
/// }
/// let text: [UInt8] = json.take()
/// ```
public struct JSONWriter: Sendable {
    /// The text so far.
    public private(set) var bytes: [UInt8]

    private var depth = 0
    /// Whether a value stands just before the next one in the same container.
    private var needsComma = false

    /// - Parameter capacity: Bytes to reserve at once.
    public init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    // MARK: Results

    /// Hands over the text and leaves the writer empty, as new.
    ///
    /// Traps if an object or array is still open.
    public mutating func take() -> [UInt8] {
        precondition(depth == 0, "an object or array is still open")
        let result = bytes
        removeAll(keepingCapacity: false)
        return result
    }

    /// Empties the writer for reuse.
    public mutating func removeAll(keepingCapacity: Bool = true) {
        bytes.removeAll(keepingCapacity: keepingCapacity)
        depth = 0
        needsComma = false
    }

    /// Ends a line of newline-delimited JSON; the next value begins the next line.
    ///
    /// Traps if an object or array is still open.
    public mutating func endLine() {
        precondition(depth == 0, "an object or array is still open")
        bytes.append(Byte.newline)
        needsComma = false
    }

    // MARK: Containers

    public mutating func beginObject() { open(Byte.openBrace) }
    /// Traps if no container is open.
    public mutating func endObject() { close(Byte.closeBrace) }
    public mutating func beginArray() { open(Byte.openBracket) }
    /// Traps if no container is open.
    public mutating func endArray() { close(Byte.closeBracket) }

    /// Writes an object as the document or as the next element of an array.
    @inlinable
    public mutating func object<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        beginObject()
        try body(&self)
        endObject()
    }

    /// Writes an array as the document or as the next element of an array.
    @inlinable
    public mutating func array<E: Error>(_ body: (inout JSONWriter) throws(E) -> Void) throws(E) {
        beginArray()
        try body(&self)
        endArray()
    }

    // MARK: Members

    /// Writes a name with its colon; the next value written becomes the member's value.
    public mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(Byte.colon)
        needsComma = false
    }

    public mutating func member(_ name: String, string: String) {
        self.name(name)
        element(string: string)
    }

    /// Integers of up to 128 bits are written in full. Traps on wider ones that do not fit.
    @inlinable
    public mutating func member(_ name: String, integer: some FixedWidthInteger) {
        self.name(name)
        element(integer: integer)
    }

    /// Writes an integer as a string, `"10"`, for readers that keep numbers as doubles.
    @inlinable
    public mutating func member(_ name: String, decimal: some FixedWidthInteger) {
        self.name(name)
        element(decimal: decimal)
    }

    public mutating func member(_ name: String, bool: Bool) {
        self.name(name)
        element(bool: bool)
    }

    public mutating func memberNull(_ name: String) {
        self.name(name)
        elementNull()
    }

    /// Writes a value that is JSON text already, verbatim and unchecked.
    public mutating func member(_ name: String, raw: [UInt8]) {
        self.name(name)
        element(raw: raw)
    }

    public mutating func member(_ name: String, value: JSONValue) {
        self.name(name)
        element(value: value)
    }

    @inlinable
    public mutating func member<E: Error>(
        _ name: String, object body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.name(name)
        try object(body)
    }

    @inlinable
    public mutating func member<E: Error>(
        _ name: String, array body: (inout JSONWriter) throws(E) -> Void
    ) throws(E) {
        self.name(name)
        try array(body)
    }

    // MARK: Elements

    public mutating func element(string: String) {
        separate()
        appendQuoted(string)
    }

    /// Integers of up to 128 bits are written in full. Traps on wider ones that do not fit.
    @inlinable
    public mutating func element(integer: some FixedWidthInteger) {
        writeInteger(integer, quoted: false)
    }

    /// Writes an integer as a string, `"10"`.
    @inlinable
    public mutating func element(decimal: some FixedWidthInteger) {
        writeInteger(decimal, quoted: true)
    }

    public mutating func element(bool: Bool) {
        separate()
        bytes.append(contentsOf: (bool ? "true" : "false").utf8)
    }

    public mutating func elementNull() {
        separate()
        bytes.append(contentsOf: "null".utf8)
    }

    /// Writes a value that is JSON text already, verbatim and unchecked.
    public mutating func element(raw: [UInt8]) {
        separate()
        bytes.append(contentsOf: raw)
    }

    /// Writes a parsed value, its nested members in order.
    public mutating func element(value: JSONValue) {
        switch value {
        case .string(let text): element(string: text)
        case .integer(let number): element(integer: number)
        case .otherNumber(let text):
            separate()
            bytes.append(contentsOf: text.utf8)
        case .bool(let flag): element(bool: flag)
        case .null: elementNull()
        case .object(let object): element(object: object)
        case .array(let values):
            beginArray()
            for value in values { element(value: value) }
            endArray()
        }
    }

    /// Writes a parsed object, its members in order.
    public mutating func element(object: JSONObject) {
        beginObject()
        for member in object.members { self.member(member.name, value: member.value) }
        endObject()
    }

    // MARK: Bytes

    private mutating func open(_ bracket: UInt8) {
        separate()
        bytes.append(bracket)
        depth += 1
        needsComma = false
    }

    private mutating func close(_ bracket: UInt8) {
        precondition(depth > 0, "no object or array is open")
        bytes.append(bracket)
        depth -= 1
        needsComma = true
    }

    /// Writes the comma before a value or name if one is due, and makes it due after.
    private mutating func separate() {
        if needsComma {
            precondition(depth > 0, "a second document begins on the same line")
            bytes.append(Byte.comma)
        }
        needsComma = true
    }

    private mutating func appendQuoted(_ text: String) { Wire.appendQuoted(text, to: &bytes) }

    @usableFromInline
    mutating func writeInteger(negative: Bool, _ magnitude: UInt64, quoted: Bool) {
        separate()
        if quoted { bytes.append(Byte.quote) }
        if negative { bytes.append(Byte.minus) }
        appendDecimal(magnitude, to: &bytes)
        if quoted { bytes.append(Byte.quote) }
    }

    @usableFromInline
    mutating func writeInteger(negative: Bool, wide magnitude: UInt128, quoted: Bool) {
        separate()
        if quoted { bytes.append(Byte.quote) }
        if negative { bytes.append(Byte.minus) }
        appendDecimal(magnitude, to: &bytes)
        if quoted { bytes.append(Byte.quote) }
    }

    @inlinable
    mutating func writeInteger<I: FixedWidthInteger>(_ value: I, quoted: Bool) {
        if I.bitWidth <= 64 {
            writeInteger(negative: value < 0, UInt64(truncatingIfNeeded: value.magnitude), quoted: quoted)
        } else {
            writeInteger(negative: value < 0, wide: UInt128(value.magnitude), quoted: quoted)
        }
    }
}
