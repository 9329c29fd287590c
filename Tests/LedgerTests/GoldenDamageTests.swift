import Foundation
import Ledger
import Testing

/// `Specs/golden-damage.md`, played. What is expected is read from the table and nowhere else.
@Suite struct GoldenDamageTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let sequence: String
        /// What the row says, in the columns' order.
        let numbers: [(name: String, value: Int64)]
        /// People and yen, or why nobody is.
        let certified: (people: Int64, yen: Int64)?
        let refusal: String
        var testDescription: String { name }
    }

    static let cases: [Case] = {
        guard let text = try? MatrixTests.specs("golden-damage.md") else { return [] }
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) } }
        return rows.filter { $0.count == 10 && $0[0] != "case" }.map { row in
            func all(_ text: String) -> [Int64] { text.split(separator: "/").map { Int64($0.filter { $0.isNumber })! } }
            let certified = row[9].contains("/") ? all(row[9]) : []
            return Case(
                name: row[0], sequence: row[1],
                numbers: Array(zip(["D3", "D4", "D8", "E", "D6", "own", "held", "credit", "debit", "points"], row[2...8].flatMap { all($0) })),
                certified: certified.isEmpty ? nil : (certified[0], certified[1]), refusal: row[9])
        }
    }()

    @Test("The table has every case there is, and its numbers agree with each other")
    func table() throws {
        let families = ["A", "B", "C", "D", "Total", "G1", "G2", "G4", "G4b", "G5", "G6", "G7", "G8a", "G8c", "G8d", "G9a", "G10", "G11", "G12", "G13",
            "G14", "G15", "G18", "G19"]
        #expect(Set(Self.cases.map { $0.name.split(separator: " ")[0] }) == Set(families.map { $0[...] }))
        #expect(Set(Self.cases.map(\.name)).count == Self.cases.count)
        for row in Self.cases {
            let values = Dictionary(uniqueKeysWithValues: row.numbers.map { ($0.name, $0.value) })
            #expect(values["E"] == values["D3"]! + values["D4"]! - values["D8"]!, "\(row.name)")
            #expect(values["E"] == values["credit"]! + values["debit"]! + values["points"]! + values["D4"]!, "\(row.name)")
        }
        let total = try #require(Self.cases.first { $0.name == "Total" })
        for (index, number) in total.numbers.enumerated() {
            #expect(number.value == Self.cases.prefix(4).reduce(0) { $0 + $1.numbers[index].value }, "\(number.name)")
        }
        #expect(total.certified! == Self.cases.prefix(4).reduce(into: (0, 0)) { $0 = ($0.0 + $1.certified!.people, $0.1 + $1.certified!.yen) })
    }

    @Test("To the yen; then certified, then made good", arguments: cases, [false, true])
    func golden(row: Case, isLate: Bool) throws {
        var golden = try Golden(isLate: isLate)
        if row.name == "Total" {
            for (index, name) in row.sequence.split(separator: " ").enumerated() {
                let part = try #require(Self.cases.first { $0.name.hasPrefix("\(name) ") })
                try golden.play(part.sequence, person: "p-\(index + 1)")
            }
        } else {
            try golden.play(row.sequence, person: "p-1")
        }
        for (name, expected) in row.numbers {
            let found = try golden.value(name)
            #expect(found == expected, "\(name): \(found), not \(expected)")
        }
        #expect(audit(golden.story.events, golden.story.books) == [])
        for person in Set(golden.story.books.members.map { golden.story.books.damage.person($0.person) }).sorted() {
            // What is revoked is not certified again.
            guard row.certified.map({ $0.people > 0 }) ?? (row.refusal != "–") else { continue }
            let code = try golden.certify(person)
            #expect(code == (row.certified == nil ? row.refusal : nil))
        }
        guard let certified = row.certified else { return }
        #expect(try golden.value("people") == certified.people)
        #expect(try golden.value("figure") == certified.yen)
        try golden.makeGood()
        // Making good moves no figure; what is lost for good is what the books say; and the law of the person holds.
        for (name, expected) in row.numbers where name != "own" && name != "held" { #expect(try golden.value(name) == expected, "made good: \(name)") }
        #expect(try golden.value("loss") == golden.value("D6"))
        #expect(try golden.value("held") == 0)
        #expect(try golden.value("figure") == certified.yen)
        #expect(DamageLaws.broken(golden.story, everythingIsMadeGood: true) == [])
        #expect(audit(golden.story.events, golden.story.books) == [])
    }
}
