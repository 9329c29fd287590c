import Testing
@testable import Wire

/// Reading members by name: every case runs on the flat form and on the general form.
@Suite struct JSONObjectReaderTests {
    static let flat = Array(#" {"s":"é","d":"-10","i":7,"b":true,"n":null}"#.utf8)
    /// The same object; the escape makes it general and shifts what follows.
    static let general = Array(#" {"s":"\u00e9","d":"-10","i":7,"b":true,"n":null}"#.utf8)

    @Test(arguments: [flat, general]) func readsEveryType(_ bytes: [UInt8]) throws {
        let object = try JSONObjectReader(bytes.span)
        let isFlat = object.isFlat
        #expect(isFlat == (bytes == Self.flat))
        let strings = (try object.string("s"), try object.stringIfPresent("d"), try object.stringIfPresent("x"))
        #expect(strings == ("é", "-10", nil))
        let decimal = try object.decimal("d")
        #expect(decimal == -10)
        let integers = (try object.integer("i"), try object.integerIfPresent("x"))
        #expect(integers == (7, nil))
        let bools = (try object.bool("b"), try object.boolIfPresent("x"))
        #expect(bools == (true, nil))
        let types = ["s", "d", "i", "b", "n", "x"].map { object.type(of: $0) }
        #expect(types == [.string, .string, .integer, .bool, .null, nil])
        let names = object.names
        #expect(names == ["s", "d", "i", "b", "n"])
        let count = object.count
        #expect(count == 5)
        let null = object["n"]
        #expect(null == .null)
    }

    @Test(arguments: [flat, general]) func reportsTheShape(_ bytes: [UInt8]) {
        let shift = bytes.count - Self.flat.count
        func check(
            _ kind: JSONError.Kind, _ offset: Int,
            _ read: (borrowing JSONObjectReader) throws(JSONError) -> Void
        ) {
            do throws(JSONError) {
                try read(try JSONObjectReader(bytes.span))
                Issue.record("nothing was thrown where \(kind) is due")
            } catch {
                #expect(error == JSONError(kind, at: offset))
            }
        }
        check(.missingMember("x"), 1) { object throws(JSONError) in _ = try object.string("x") }
        check(.missingMember("x"), 1) { object throws(JSONError) in _ = try object.integer("x") }
        check(.missingMember("x"), 1) { object throws(JSONError) in _ = try object.bool("x") }
        check(.missingMember("x"), 1) { object throws(JSONError) in _ = try object.decimal("x") }
        check(.missingMember("x"), 1) { object throws(JSONError) in _ = try object.object("x") }
        check(.wrongType(member: "s", expected: .integer, found: .string), 6) { object throws(JSONError) in
            _ = try object.integer("s")
        }
        check(.wrongType(member: "i", expected: .string, found: .integer), 25 + shift) {
            object throws(JSONError) in _ = try object.string("i")
        }
        check(.wrongType(member: "n", expected: .string, found: .null), 40 + shift) {
            object throws(JSONError) in _ = try object.stringIfPresent("n")
        }
        check(.wrongType(member: "s", expected: .array, found: .string), 6) { object throws(JSONError) in
            _ = try object.array("s")
        }
        check(.notADecimal(member: "s"), 6) { object throws(JSONError) in _ = try object.decimal("s") }
        check(.unknownMember("n"), 36 + shift) { object throws(JSONError) in
            try object.allow("s", "d", "i", "b", "spare")
        }
        check(.unknownMember("s"), 2) { object throws(JSONError) in try object.allow() }
    }

    @Test(arguments: [flat, general]) func namesUnknownMembers(_ bytes: [UInt8]) throws {
        let object = try JSONObjectReader(bytes.span)
        try object.allow("n", "b", "i", "d", "s", "spare")
        let unknown = object.unknownMember(besides: ["s", "i", "b", "n"])
        #expect(unknown == "d")
        let none = object.unknownMember(besides: ["s", "d", "i", "b", "n"])
        #expect(none == nil)
    }

    static let noDecimals = [
        "", "-", "+1", "01", "-0", "1.0", "1e1", " 1", "1 ", "٣",
        "9223372036854775808", "-9223372036854775809", "99999999999999999999",
    ]

    @Test(arguments: noDecimals) func decimalsAreCanonical(_ text: String) throws {
        for suffix in ["", #","x":[]"#] {
            let bytes = Array("{\"d\":\"\(text)\"\(suffix)}".utf8)
            let object = try JSONObjectReader(bytes.span)
            do throws(JSONError) {
                _ = try object.decimal("d")
                Issue.record("\(text) was accepted")
            } catch {
                #expect(error == JSONError(.notADecimal(member: "d"), at: 5))
            }
        }
    }

    @Test func integersOfNineteenDigitsAreReadInGeneralForm() throws {
        let bytes = Array(#"{"min":-9223372036854775808,"max":9223372036854775807,"f":1.5}"#.utf8)
        let object = try JSONObjectReader(bytes.span)
        let values = (try object.integer("min"), try object.integer("max"))
        #expect(values == (.min, .max))
        do throws(JSONError) {
            _ = try object.integer("f")
            Issue.record("a fraction was accepted")
        } catch {
            #expect(error.kind == .wrongType(member: "f", expected: .integer, found: .otherNumber))
        }
    }

    @Test func nestedValuesAreReadInGeneralForm() throws {
        let bytes = Array(#"{"o":{"k":"v"},"a":[1,2]}"#.utf8)
        let object = try JSONObjectReader(bytes.span)
        let nested = try object.object("o")
        #expect(try nested.string("k") == "v")
        let array = try object.array("a")
        #expect(array == [.integer(1), .integer(2)])
    }

    @Test(arguments: 14...18) func moreMembersThanFitAreReadInGeneralForm(_ count: Int) throws {
        let text = "{" + (0..<count).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        let bytes = Array(text.utf8)
        let object = try JSONObjectReader(bytes.span)
        let isFlat = object.isFlat
        #expect(isFlat == (count <= 16))
        for index in 0..<count {
            let value = try object.integer("k\(index)")
            #expect(value == Int64(index))
        }
        let last = object.unknownMember(besides: (0..<count - 1).map { "k\($0)" })
        #expect(last == "k\(count - 1)")
    }

    @Test(arguments: [65_533, 65_534, 65_535, 65_536, 70_000]) func longTextsAreRead(_ length: Int) throws {
        let value = String(repeating: "x", count: length - 8)
        let bytes = Array("{\"a\":\"\(value)\"}".utf8)
        #expect(bytes.count == length)
        let object = try JSONObjectReader(bytes.span)
        let isFlat = object.isFlat
        #expect(isFlat == (length <= 65_535))
        let read = try object.string("a")
        #expect(read == value)
    }
}
