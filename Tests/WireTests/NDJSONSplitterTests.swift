import Testing
import Wire

@Suite struct NDJSONSplitterTests {
    private struct Found: Equatable, Sendable, CustomStringConvertible {
        var number: Int
        /// Nil for a line that is too long.
        var text: String?
        var description: String { "\(number):\(text ?? "too long")" }

        init(_ number: Int, _ text: String?) {
            self.number = number
            self.text = text
        }
    }

    private func drain(_ splitter: inout NDJSONSplitter, into found: inout [Found]) {
        while let line = splitter.nextLine() {
            let content = splitter.bytes(of: line)
            var bytes: [UInt8] = []
            for index in content.indices { bytes.append(content[index]) }
            found.append(Found(line.number, line.isTooLong ? nil : String(decoding: bytes, as: UTF8.self)))
        }
    }

    private func split(_ text: String, maximum: Int, cut: (Int) -> Int) -> [Found] {
        var splitter = NDJSONSplitter(maximumLineLength: maximum)
        var found: [Found] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let length = max(0, min(rest.count, cut(rest.count)))
            if length % 2 == 0 {
                splitter.append(rest.prefix(length))
            } else {
                splitter.append(Array(rest.prefix(length)).span)
            }
            rest = rest.dropFirst(length)
            drain(&splitter, into: &found)
        }
        splitter.finish()
        drain(&splitter, into: &found)
        return found
    }

    /// What the splitter should find, said in the plainest way.
    private func expected(_ text: String, maximum: Int) -> [Found] {
        var lines = text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        var found: [Found] = []
        for (index, raw) in lines.enumerated() {
            let line = raw.last == UInt8(ascii: "\r") ? raw.dropLast() : raw
            if line.count > maximum {
                found.append(Found(index + 1, nil))
            } else if !line.allSatisfy({ " \t\r".utf8.contains($0) }) {
                found.append(Found(index + 1, String(decoding: line, as: UTF8.self)))
            }
        }
        return found
    }

    static let streams: [(String, Int)] = [
        ("", 8),
        ("\n", 8),
        ("a", 8),
        ("a\n", 8),
        ("a\r\n", 8),
        ("a\r", 8),
        ("a\nb", 8),
        ("\n\na\n\nb\n\n", 8),
        ("a\r\n\r\n \t\r\nb", 8),
        ("12345678\n", 8),
        ("12345678\r\n", 8),
        ("12345678\r", 8),
        ("123456789\n", 8),
        ("123456789", 8),
        ("12345678\rx\na\n", 8),
        ("1234567890123456789\na\n1234567890\n\nb", 8),
        ("1234567890123456789\n1234567890123456789", 8),
        ("          \na\n", 8),
        ("\r\r\n", 8),
        ("é\n\u{2028}\n", 8),
    ]

    @Test(arguments: streams) func splitsAlikeHoweverTheStreamIsCut(_ text: String, _ maximum: Int) {
        let lines = expected(text, maximum: maximum)
        for size in 1...max(1, text.utf8.count) {
            #expect(split(text, maximum: maximum, cut: { _ in size }) == lines)
        }
    }

    @Test(arguments: 0..<10) func splitsRandomStreams(_ seed: Int) {
        var random = SplitMix(seed: seed)
        let alphabet = Array("ab{\"}  \t\r\n\n")
        for _ in 0..<300 {
            let text = String((0..<random.below(60)).map { _ in alphabet[random.below(alphabet.count)] })
            let maximum = 1 + random.below(12)
            let found = split(text, maximum: maximum, cut: { _ in random.below(9) })
            #expect(found == expected(text, maximum: maximum))
        }
    }

    @Test func anOverlongLineIsReportedBeforeItEndsAndOnlyOnce() {
        var splitter = NDJSONSplitter(maximumLineLength: 4)
        var found: [Found] = []
        splitter.append("ok\n123456".utf8)
        drain(&splitter, into: &found)
        #expect(found == [Found(1, "ok"), Found(2, nil)])
        for _ in 0..<100 {
            splitter.append("xxxxxxxxxx".utf8)
            drain(&splitter, into: &found)
        }
        #expect(found.count == 2)
        #expect(splitter.lineNumber == 2)
        splitter.append("\nback".utf8)
        splitter.finish()
        drain(&splitter, into: &found)
        #expect(found.last == Found(3, "back"))
        #expect(found.count == 3)
    }

    @Test func staleLinesTrap() async {
        await #expect(processExitsWith: .failure) {
            var splitter = NDJSONSplitter()
            splitter.append("a\n".utf8)
            let line = splitter.nextLine()!
            splitter.append("b\n".utf8)
            _ = splitter.bytes(of: line).count
        }
    }
}
