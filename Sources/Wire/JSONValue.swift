/// The type of a JSON value, with integers of 64 bits told apart from all other numbers.
public enum JSONType: UInt8, Equatable, Sendable {
    case string, integer, otherNumber, bool, null, object, array

    /// The type with its article, for error messages.
    public var phrase: String {
        switch self {
        case .string: "a string"
        case .integer: "an integer"
        case .otherNumber: "a number with a fraction, an exponent or too many digits"
        case .bool: "a boolean"
        case .null: "null"
        case .object: "an object"
        case .array: "an array"
        }
    }
}

/// A parsed JSON value.
///
/// Equality compares strings byte by byte. Unlike `String ==` it does not identify
/// canonically equivalent texts: two spellings of "é" are two different names here.
public enum JSONValue: Equatable, Sendable {
    case string(String)
    /// A number written as an integer that fits 64 bits. `-0` is not one of them.
    case integer(Int64)
    /// Any other well-formed number, verbatim: a fraction, an exponent, `-0`, or an integer
    /// beyond 64 bits. It is kept as text so that nothing is ever rounded.
    case otherNumber(String)
    case bool(Bool)
    case null
    case object(JSONObject)
    case array([JSONValue])

    public var type: JSONType {
        switch self {
        case .string: .string
        case .integer: .integer
        case .otherNumber: .otherNumber
        case .bool: .bool
        case .null: .null
        case .object: .object
        case .array: .array
        }
    }

    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.integer(let a), .integer(let b)): a == b
        case (.otherNumber(let a), .otherNumber(let b)): a.utf8.elementsEqual(b.utf8)
        case (.bool(let a), .bool(let b)): a == b
        case (.null, .null): true
        case (.object(let a), .object(let b)): a == b
        case (.array(let a), .array(let b)): a == b
        default: false
        }
    }
}
