import Foundation
import Ledger
import Testing

/// The documents in `Specs` say what the code does.
@Suite struct DocumentTests {
    @Test func everyRefusalStandsInItsOrder() throws {
        let specs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: specs.appending(path: "Specs/rejections.md"), encoding: .utf8)
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") && $0.contains("| `") }.map(String.init)
        #expect(rows == Rejection.Code.allCases.map { "| \($0.rawValue) | `\($0.name)` | \($0.explanation) |" })
    }
}
