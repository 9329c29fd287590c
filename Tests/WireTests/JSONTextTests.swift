import Testing
@testable import Wire

/// What is and what is not one strict JSON object.
@Suite struct JSONTextTests {
    static let accepted: [(String, JSONValue)] = [
        (#"{"a":""}"#, .string("")),
        (#"{"a":"x"}"#, .string("x")),
        (" \t\r\n{ \"a\" : \"x\" } \n", .string("x")),
        (#"{"a":0}"#, .integer(0)),
        (#"{"a":-1}"#, .integer(-1)),
        (#"{"a":9223372036854775807}"#, .integer(.max)),
        (#"{"a":-9223372036854775808}"#, .integer(.min)),
        (#"{"a":9223372036854775808}"#, .otherNumber("9223372036854775808")),
        (#"{"a":-9223372036854775809}"#, .otherNumber("-9223372036854775809")),
        (#"{"a":99999999999999999999999}"#, .otherNumber("99999999999999999999999")),
        (#"{"a":-0}"#, .otherNumber("-0")),
        (#"{"a":1.0}"#, .otherNumber("1.0")),
        (#"{"a":0.10}"#, .otherNumber("0.10")),
        (#"{"a":1e3}"#, .otherNumber("1e3")),
        (#"{"a":1E+3}"#, .otherNumber("1E+3")),
        (#"{"a":-0.0e-0}"#, .otherNumber("-0.0e-0")),
        (#"{"a":true}"#, .bool(true)),
        (#"{"a":false}"#, .bool(false)),
        (#"{"a":null}"#, .null),
        (#"{"a":[]}"#, .array([])),
        (#"{"a":[1,"b",[null]]}"#, .array([.integer(1), .string("b"), .array([.null])])),
        (#"{"a":"\"\\\/\b\f\n\r\t"}"#, .string("\"\\/\u{8}\u{C}\n\r\t")),
        (#"{"a":"\u0000\u001f\u0041"}"#, .string("\u{0}\u{1F}A")),
        (#"{"a":"\u00e9\u00E9"}"#, .string("éé")),
        (#"{"a":"\uD83D\uDE00"}"#, .string("😀")),
        (#"{"a":"\udbff\udfff"}"#, .string("\u{10FFFF}")),
        (#"{"a":"\uFFFF\uFEFF"}"#, .string("\u{FFFF}\u{FEFF}")),
        (#"{"\u0061":"x"}"#, .string("x")),
        (
            "{\"a\":\"\u{7F}\u{80}\u{2028}\u{D7FF}\u{E000}\u{10000}\"}",
            .string("\u{7F}\u{80}\u{2028}\u{D7FF}\u{E000}\u{10000}")
        ),
        (#"{"":1,"a":2}"#, .integer(2)),
        ("{\"e\u{301}\":1,\"é\":2,\"a\":3}", .integer(3)),
    ]

    @Test(arguments: accepted) func accepts(_ text: String, _ value: JSONValue) throws {
        let bytes = Array(text.utf8)
        #expect(try JSONObject(parsing: bytes)["a"] == value)
        let reader = try JSONObjectReader(bytes.span)
        let read = reader["a"]
        #expect(read == value)
    }

    static let refused: [(String, JSONError.Kind, Int)] = [
        ("", .truncated, 0),
        ("  ", .truncated, 2),
        ("[]", .notAnObject, 0),
        ("null", .notAnObject, 0),
        (" \"a\"", .notAnObject, 1),
        ("\u{FEFF}{}", .byteOrderMark, 0),
        ("{", .truncated, 1),
        (#"{"a"#, .truncated, 3),
        (#"{"a""#, .truncated, 4),
        (#"{"a":"#, .truncated, 5),
        (#"{"a":1"#, .truncated, 6),
        (#"{"a":1,"#, .truncated, 7),
        (#"{"a":"\"#, .truncated, 7),
        (#"{"a":"\u00"#, .truncated, 10),
        (#"{"a":-"#, .truncated, 6),
        (#"{"a":tru"#, .truncated, 8),
        (#"{"a":1,}"#, .unexpectedByte(UInt8(ascii: "}")), 7),
        (#"{,"a":1}"#, .unexpectedByte(UInt8(ascii: ",")), 1),
        (#"{"a":1,,"b":2}"#, .unexpectedByte(UInt8(ascii: ",")), 7),
        (#"{"a" 1}"#, .unexpectedByte(UInt8(ascii: "1")), 5),
        (#"{"a"::1}"#, .unexpectedByte(UInt8(ascii: ":")), 5),
        (#"{"a":1 "b":2}"#, .unexpectedByte(UInt8(ascii: "\"")), 7),
        (#"{"a":1]"#, .unexpectedByte(UInt8(ascii: "]")), 6),
        (#"{a:1}"#, .unexpectedByte(UInt8(ascii: "a")), 1),
        (#"{'a':1}"#, .unexpectedByte(UInt8(ascii: "'")), 1),
        (#"{1:1}"#, .unexpectedByte(UInt8(ascii: "1")), 1),
        (#"{"a":}"#, .unexpectedByte(UInt8(ascii: "}")), 5),
        (#"{"a":[1,]}"#, .unexpectedByte(UInt8(ascii: "]")), 8),
        (#"{"a":[1}"#, .unexpectedByte(UInt8(ascii: "}")), 7),
        (#"{"a":NaN}"#, .unexpectedByte(UInt8(ascii: "N")), 5),
        (#"{"a":Infinity}"#, .unexpectedByte(UInt8(ascii: "I")), 5),
        (#"{"a":-Infinity}"#, .invalidNumber, 6),
        (#"{"a":nulL}"#, .unexpectedByte(UInt8(ascii: "L")), 8),
        (#"{"a":truex}"#, .unexpectedByte(UInt8(ascii: "x")), 9),
        (#"{"a":True}"#, .unexpectedByte(UInt8(ascii: "T")), 5),
        (#"{"a":+1}"#, .unexpectedByte(UInt8(ascii: "+")), 5),
        (#"{"a":.5}"#, .unexpectedByte(UInt8(ascii: ".")), 5),
        (#"{"a":01}"#, .invalidNumber, 5),
        (#"{"a":-01}"#, .invalidNumber, 5),
        (#"{"a":00}"#, .invalidNumber, 5),
        (#"{"a":1.}"#, .invalidNumber, 7),
        (#"{"a":1.e1}"#, .invalidNumber, 7),
        (#"{"a":1e}"#, .invalidNumber, 7),
        (#"{"a":1e+}"#, .invalidNumber, 8),
        (#"{"a":0x10}"#, .unexpectedByte(UInt8(ascii: "x")), 6),
        (#"{"a":1_0}"#, .unexpectedByte(UInt8(ascii: "_")), 6),
        (#"{"a":"\x"}"#, .invalidEscape, 6),
        (#"{"a":"\u00g0"}"#, .invalidEscape, 6),
        (#"{"a":"\u12"}"#, .invalidEscape, 6),
        (#"{"a":"\U0041"}"#, .invalidEscape, 6),
        (#"{"a":"\ud800"}"#, .loneSurrogate, 6),
        (#"{"a":"\ud800x"}"#, .loneSurrogate, 6),
        (#"{"a":"\ud800\n"}"#, .loneSurrogate, 6),
        (#"{"a":"\ud800\u0041"}"#, .loneSurrogate, 6),
        (#"{"a":"\ud800\ud800"}"#, .loneSurrogate, 6),
        (#"{"a":"x\udc00"}"#, .loneSurrogate, 7),
        ("{\"a\":\"\n\"}", .controlCharacter(0x0A), 6),
        ("{\"a\":\"\t\"}", .controlCharacter(0x09), 6),
        ("{\"\u{0}\":1}", .controlCharacter(0), 2),
        ("{\"a\":\"x\u{1F}\"}", .controlCharacter(0x1F), 7),
        (#"{"a":1,"a":1}"#, .duplicateKey("a"), 7),
        (#"{"a":1,"b":2, "\u0061":1}"#, .duplicateKey("a"), 14),
        (#"{"x":{"a":1,"a":2}}"#, .duplicateKey("a"), 12),
        (#"{"":1,"":1}"#, .duplicateKey(""), 6),
        ("{}x", .trailingBytes, 2),
        ("{} {}", .trailingBytes, 3),
        ("{}\u{0}", .trailingBytes, 2),
        ("{}}", .trailingBytes, 2),
        ("{\u{A0}}", .unexpectedByte(0xC2), 1),
        ("{\u{C}}", .unexpectedByte(0x0C), 1),
        ("{/**/}", .unexpectedByte(UInt8(ascii: "/")), 1),
        (#"{"a":[[[[[[[[1]]]]]]]]}"#, .tooDeep(limit: 8), 12),
    ]

    @Test(arguments: refused) func refuses(_ text: String, _ kind: JSONError.Kind, _ offset: Int) {
        let bytes = Array(text.utf8)
        let expected = JSONError(kind, at: offset)
        #expect(throws: expected) { try JSONObject(parsing: bytes) }
        #expect(throws: expected) { _ = try JSONObjectReader(bytes.span) }
    }

    /// Byte sequences that are not UTF-8, placed in a value, in a name, and cut by the end.
    static let illFormed: [[UInt8]] = [
        [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x80, 0x80],
        [0xE0, 0x9F, 0xBF], [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF],
        [0xF0, 0x80, 0x80, 0x80], [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
        [0xF5, 0x80, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF],
    ]

    @Test(arguments: illFormed) func refusesIllFormedUTF8(_ sequence: [UInt8]) {
        let texts: [([UInt8], Int)] = [
            (Array(#"{"a":"é"#.utf8) + sequence + Array("\"}".utf8), 8),
            (Array("{\"".utf8) + sequence + Array("\":1}".utf8), 2),
            (Array("{\"".utf8) + sequence, 2),
        ]
        for (bytes, offset) in texts {
            let expected = JSONError(.invalidUTF8, at: offset)
            #expect(throws: expected) { try JSONObject(parsing: bytes) }
            #expect(throws: expected) { _ = try JSONObjectReader(bytes.span) }
        }
    }

    @Test func depthIsBoundedEvenIfTheCallerAsksForMore() throws {
        let deep = Array((#"{"a":"# + String(repeating: "[", count: 100_000)).utf8)
        #expect(throws: JSONError(.tooDeep(limit: 128), at: 5 + 127)) {
            try JSONObject(parsing: deep, maximumDepth: .max)
        }
        #expect(throws: JSONError(.tooDeep(limit: 1), at: 5)) {
            try JSONObject(parsing: Array(#"{"a":{}}"#.utf8), maximumDepth: 1)
        }
    }

    @Test func duplicatesAreFoundAmongManyMembers() throws {
        let names = (0..<1_000).map { "\"k\($0)\":\($0)" }
        let all = Array(("{" + names.joined(separator: ",") + "}").utf8)
        #expect(try JSONObject(parsing: all).count == 1_000)
        for again in [3, 500, 999] {
            let bytes = all.dropLast() + Array(",\"k\(again)\":0}".utf8)
            #expect(throws: JSONError(.duplicateKey("k\(again)"), at: all.count)) {
                try JSONObject(parsing: Array(bytes))
            }
        }
    }

    @Test func errorsDescribeThemselves() {
        #expect(JSONError(.unexpectedByte(0x0C), at: 3).description == "unexpected 0x0C at byte 3")
        #expect(JSONError(.unexpectedByte(0x7D), at: 3).description == "unexpected '}' at byte 3")
        let float = JSONError(.wrongType(member: "n", expected: .integer, found: .otherNumber), at: 0)
        #expect(float.message.contains("not accepted"))
    }
}
