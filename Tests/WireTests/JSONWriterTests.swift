import Testing
import Wire

@Suite struct JSONWriterTests {
    private func text(_ build: (inout JSONWriter) -> Void) -> String {
        var json = JSONWriter(capacity: 0)
        build(&json)
        return String(decoding: json.take(), as: UTF8.self)
    }

    @Test func writesContainersWithCommas() {
        #expect(text { $0.object { _ in } } == "{}")
        #expect(text { $0.array { _ in } } == "[]")
        let nested = text {
            $0.object {
                $0.member("s", string: "x")
                $0.member("i", integer: -1)
                $0.member("d", decimal: 10)
                $0.member("b", bool: true)
                $0.memberNull("n")
                $0.member("o", object: { $0.member("k", bool: false) })
                $0.member("a", array: { array in
                    array.element(integer: 1)
                    array.element(string: "two")
                    array.array { $0.elementNull() }
                    array.object { _ in }
                })
                $0.member("r", raw: Array("[1]".utf8))
                $0.member("v", value: .otherNumber("1.50"))
            }
        }
        #expect(
            nested
                == #"{"s":"x","i":-1,"d":"10","b":true,"n":null,"o":{"k":false},"a":[1,"two",[null],{}],"r":[1],"v":1.50}"#
        )
    }

    @Test func beginAndEndEqualTheClosures() {
        let stepwise = text {
            $0.beginObject()
            $0.name("a")
            $0.beginArray()
            $0.element(bool: true)
            $0.element(bool: false)
            $0.endArray()
            $0.member("b", integer: 2)
            $0.endObject()
        }
        #expect(stepwise == #"{"a":[true,false],"b":2}"#)
    }

    static let strings: [(String, String)] = [
        ("", #""""#),
        ("plain", #""plain""#),
        ("\"", #""\"""#),
        ("a\\b", #""a\\b""#),
        ("/", #""/""#),
        ("\u{0}\u{8}\t\n\u{C}\r\u{1F}", #""\u0000\u0008\u0009\u000a\u000c\u000d\u001f""#),
        ("\u{7F}é\u{2028}😀", "\"\u{7F}é\u{2028}😀\""),
        ("längere Zeile mit \"Zitat\" am Ende", #""längere Zeile mit \"Zitat\" am Ende""#),
    ]

    @Test(arguments: strings) func escapesWhatMustBeEscaped(_ string: String, _ expected: String) {
        #expect(text { $0.element(string: string) } == expected)
        #expect(text { json in json.object { $0.memberNull(string) } } == "{\(expected):null}")
    }

    @Test func writesIntegersOfEveryWidth() {
        func check<I: FixedWidthInteger>(_ values: [I]) {
            for value in values {
                #expect(text { $0.element(integer: value) } == "\(value)")
                #expect(text { $0.element(decimal: value) } == "\"\(value)\"")
            }
        }
        check([Int8.min, -1, 0, 1, .max])
        check([UInt8.min, 9, 10, 99, 100, .max])
        check([Int64.min, -10, 0, .max])
        check([UInt64.max, 9_999_999_999_999_999_999, 10_000_000_000_000_000_000])
        check([Int128.min, .max, 1_000_000_000_000_000_000_000_000_000_000_000_000])
        check([UInt128.max, 18_446_744_073_709_551_616])
        var power: UInt64 = 1
        while power < .max / 10 {
            check([power - 1, power, power + 1])
            power *= 10
        }
        var random = SplitMix(seed: 7)
        for _ in 0..<1_000 {
            check([Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(64))])
            let wide = Int128(truncatingIfNeeded: random.next()) << 64 | Int128(random.next())
            check([wide >> Int128(random.below(128))])
        }
    }

    @Test func writesLines() {
        let lines = text {
            for index in 0..<3 {
                $0.object { $0.member("i", integer: index) }
                $0.endLine()
            }
        }
        #expect(lines == "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n")
    }

    @Test func bodiesMayThrow() {
        struct Stop: Error {}
        var json = JSONWriter()
        #expect(throws: Stop.self) { try json.object { _ in throw Stop() } }
        json.removeAll()
        json.object { _ in }
        #expect(json.bytes == Array("{}".utf8))
    }

    @Test func trapsOnUnbalancedContainers() async {
        await #expect(processExitsWith: .failure) {
            var json = JSONWriter()
            json.beginObject()
            _ = json.take()
        }
        await #expect(processExitsWith: .failure) {
            var json = JSONWriter()
            json.endArray()
        }
        await #expect(processExitsWith: .failure) {
            var json = JSONWriter()
            json.object { _ in }
            json.object { _ in }
        }
    }
}
