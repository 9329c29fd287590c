/// Why a JSON object was refused, and the byte at which that became clear.
///
/// Two families of kinds share this type. *Text* errors say that the bytes are not one
/// strict RFC 8259 object. *Shape* errors say that the object is fine but is not the one
/// the caller asked for: a member is missing, unknown, or of another type.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Kind: Equatable, Sendable {
        // MARK: Text

        /// The input ended inside the object, or held nothing but whitespace.
        case truncated
        /// The first byte after whitespace does not open an object.
        case notAnObject
        /// The input starts with a UTF-8 byte order mark.
        case byteOrderMark
        /// A byte that the grammar does not allow at this place.
        case unexpectedByte(UInt8)
        /// A byte below 0x20 stands unescaped inside a string.
        case controlCharacter(UInt8)
        /// A string is not well-formed UTF-8: overlong, surrogate, above U+10FFFF, or cut short.
        case invalidUTF8
        /// A backslash is followed by something that is no JSON escape.
        case invalidEscape
        /// A `\u` escape names half of a surrogate pair and the other half does not follow.
        case loneSurrogate
        /// A number has a leading zero, or lacks digits where the grammar wants them.
        case invalidNumber
        /// The name, after unescaping, occurred before in the same object.
        case duplicateKey(String)
        /// Objects and arrays nest deeper than this limit.
        case tooDeep(limit: Int)
        /// Something other than whitespace follows the object.
        case trailingBytes

        // MARK: Shape

        /// A member the caller requires is absent.
        case missingMember(String)
        /// A member the caller does not know is present.
        case unknownMember(String)
        /// A member is present with another type than the caller expects.
        case wrongType(member: String, expected: JSONType, found: JSONType)
        /// A member is a string, but not a canonical decimal integer in the `Int64` range.
        case notADecimal(member: String)
    }

    public let kind: Kind

    /// Zero-based offset into the parsed bytes. For a shape error this is the start of the
    /// offending value or name; for a missing member it is the start of its object.
    public let offset: Int

    public init(_ kind: Kind, at offset: Int) {
        self.kind = kind
        self.offset = offset
    }

    /// One English sentence without the offset, fit for an error response.
    ///
    /// The sentence may quote a member name from the input; escape it as any other string.
    public var message: String {
        switch kind {
        case .truncated: "the JSON text ends too early"
        case .notAnObject: "a JSON object is expected"
        case .byteOrderMark: "a byte order mark is not accepted"
        case .unexpectedByte(let byte): "unexpected \(Self.describe(byte))"
        case .controlCharacter(let byte): "unescaped control character \(Self.describe(byte)) in a string"
        case .invalidUTF8: "a string is not valid UTF-8"
        case .invalidEscape: "invalid escape in a string"
        case .loneSurrogate: "a \\u escape is half of a surrogate pair"
        case .invalidNumber: "invalid number"
        case .duplicateKey(let name): "member \"\(name)\" occurs twice"
        case .tooDeep(let limit): "nested deeper than \(limit) levels"
        case .trailingBytes: "unexpected bytes after the object"
        case .missingMember(let name): "member \"\(name)\" is missing"
        case .unknownMember(let name): "member \"\(name)\" is not known"
        case .wrongType(let name, .integer, .otherNumber):
            "member \"\(name)\" must be an integer of 64 bits; fractions, exponents and larger numbers are not accepted"
        case .wrongType(let name, let expected, let found):
            "member \"\(name)\" must be \(expected.phrase), not \(found.phrase)"
        case .notADecimal(let name): "member \"\(name)\" must be a decimal integer in a string"
        }
    }

    /// The message followed by the offset.
    public var description: String { "\(message) at byte \(offset)" }

    private static func describe(_ byte: UInt8) -> String {
        if byte > 0x20, byte < 0x7F { return "'\(Character(Unicode.Scalar(byte)))'" }
        let digits = String(byte, radix: 16, uppercase: true)
        return "0x" + (digits.count < 2 ? "0" : "") + digits
    }
}
