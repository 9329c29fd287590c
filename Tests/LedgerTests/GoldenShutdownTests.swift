import Foundation
import Ledger
import Testing

/// `Specs/golden-shutdown.md`, played. What is expected is read from the table and nowhere else.
@Suite struct GoldenShutdownTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let sequence: String
        let numbers: [(name: String, value: Int64)]
        var testDescription: String { name }
    }

    static let columns = ["fixed", "adjusted", "paid", "transit", "open", "excluded"]

    static let cases: [Case] = {
        guard let text = try? MatrixTests.specs("golden-shutdown.md") else { return [] }
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) } }
        return rows.filter { $0.count == 8 && $0[0] != "case" }.map { row in
            Case(name: row[0], sequence: row[1], numbers: zip(columns, row[2...]).map { ($0, Int64($1.filter { $0.isNumber || $0 == "-" })!) })
        }
    }()

    @Test("The table has every case there is, and its numbers agree with each other")
    func table() {
        let families = ["S1", "S2", "S4", "S5", "S6", "S7", "S8", "T1", "T2", "R", "H", "B", "X", "M", "D", "W"]
        for family in families { #expect(Self.cases.contains { $0.name.hasPrefix(family) }, "\(family)") }
        #expect(Self.cases.count >= 40 && Set(Self.cases.map(\.name)).count == Self.cases.count)
        for row in Self.cases {
            let values = Dictionary(uniqueKeysWithValues: row.numbers.map { ($0.name, $0.value) })
            let goes = ["paid", "transit", "open", "excluded"].reduce(0) { $0 + values[$1]! }
            #expect(values["fixed"]! + values["adjusted"]! == goes, "\(row.name)")
        }
    }

    @Test("To the yen", arguments: cases)
    func golden(row: Case) throws {
        let golden = try ShutdownGolden(row.sequence)
        for (name, expected) in row.numbers {
            let found = try golden.value(name)
            #expect(found == expected, "\(name): \(found), not \(expected)")
        }
        #expect(audit(golden.story.events, golden.story.books) == [])
        #expect(try Books(image: golden.story.books.image()).image() == golden.story.books.image())
    }
}
