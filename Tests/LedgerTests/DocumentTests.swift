import Foundation
import Ledger
import Testing

/// The documents in `Specs` say what the code does.
@Suite struct DocumentTests {
    /// The rows of a document's tables, cell by cell, without the marks of code.
    private func rows(_ name: String) throws -> [[String]] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appending(path: "Specs/\(name)"), encoding: .utf8)
        return text.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { row in
            row.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
                .map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) }
        }
    }

    /// The rows below the row with these headings, up to the next table's.
    private func table(_ headings: [String]) throws -> [[String]] {
        let all = try rows("event-format.md")
        let start = try #require(all.firstIndex { Array($0.prefix(headings.count)) == headings }, "\(headings)")
        return Array(all[(start + 1)...].prefix { $0.count == all[start].count && UInt64($0[0]) != nil })
    }

    @Test func everyRefusalStandsInItsOrder() throws {
        let found = try rows("rejections.md").filter { UInt64($0[0]) != nil }
        let wanted = Rejection.Code.allCases.map { [String($0.rawValue), $0.name, $0.explanation] }
        for (row, code) in zip(found, wanted) { #expect(row == code) }
        #expect(found.count == wanted.count)
    }

    @Test func everyKindStandsWithItsPosting() throws {
        func short(_ account: AccountClass) -> String { account.name == "loss.fraud" ? "loss" : String(account.name.split(separator: ".")[1]) }
        let found = try table(["number", "kind", "debit → credit"]).map { Array($0.prefix(3)) }
        #expect(found == EventKind.allCases.map { kind in
            [
                String(kind.rawValue), kind.name,
                kind.posting.map { "\($0 == .bank ? "bank" : short($0)) → \($1 == .bank ? "bank" : short($1))" } ?? "",
            ].map { $0.replacing("owner", with: kind == .ownerFunded && $0.contains("→") ? "equity" : "owner") }
        })
    }

    @Test func everyFieldOfTheTailStands() throws {
        #expect(try table(["number", "field"]).map { Array($0.prefix(2)) } == Tail.Field.allCases.map { [String($0.rawValue), $0.name] })
    }

    @Test("Events of every kind have the fields that the page gives them, and no others")
    func fieldsOfKinds() throws {
        var (must, may): ([String: Set<String>], [String: Set<String>]) = ([:], [:])
        for row in try table(["number", "kind", "debit → credit"]) where row[5].contains(",") || !row[5].contains(" ") {
            let fields = row[5].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            // What is repeated for each of something may be there for none.
            must[row[1]] = Set(fields.filter { !$0.hasSuffix("?") && !$0.contains("(") })
            may[row[1]] = Set(fields.map { String($0.prefix { $0.isLetter || $0.isNumber }) })
        }
        let names = Dictionary(uniqueKeysWithValues: Tail.Field.allCases.map { ($0.rawValue, $0.name) })
        var seen: [String: Set<String>] = [:]
        var money = Story()
        try money.play(
            """
            open p-1 x-1
            charge 1 point 1000 r
            pay 1 s-1 500 place register
            settleStore s-1 toStore 500
            settleStore s-1 fromStore 5
            settle point 1500 fee 1
            unmatched out 5
            """)
        let frozen = try (1...60 as ClosedRange<UInt64>).map { seed in
            var play = try FrozenPlay(seed: seed)
            try play.play(60)
            return play.story.events
        }
        for events in try [money.events, Story.everyDesk().events, Story.everyShutdown().events] + frozen + (1...60).map({ try Chance.play(seed: $0, 300).events }) {
            for event in events {
                var fields: Set<String> = []
                event.tail.forEach { number, _ in fields.insert(names[number] ?? "\(number)") }
                seen[event.kind.name, default: []].formUnion(fields)
                #expect(fields.isSuperset(of: must[event.kind.name] ?? []), "\(event.kind.name): \(fields)")
            }
        }
        for (kind, fields) in seen {
            #expect(fields.subtracting(["actorName", "access", "device"]).isSubset(of: may[kind] ?? []), "\(kind): \(fields)")
        }
        #expect(Set(may.values.flatMap { $0 }).isSubset(of: Set(names.values)))
        #expect(EventKind.allCases.map(\.name).filter { seen[$0] == nil } == ["clockConfirmed", "continuation"])
    }

    @Test func everyClassStands() throws {
        #expect(try table(["class", "name"]).map { [$0[0], $0[1], $0[3].prefix(5) == "debit" ? "debit" : "credit"] }
            == AccountClass.allCases.map { [String($0.rawValue), $0.name, $0.isDebitNormal ? "debit" : "credit"] })
    }

    @Test func everyCommandStands() throws {
        #expect(try table(["number", "command"]).map { Array($0.prefix(2)) } == Command.Name.allCases.map { [String($0.rawValue), $0.name] })
    }

    @Test("Roles and stops are bits, and the founders' roles are those of the code")
    func rolesAndStops() throws {
        #expect(try table(["number", "role"]).map { Array($0.prefix(2)) } == Role.allCases.map { [String($0.rawValue), $0.name] })
        var stops = FundingSource.allCases.map { [String($0.rawValue), "charge from \($0.name)"] }
        stops += Stops.kindNames.dropFirst().map { name in
            [String(Stops(kindName: name, sources: [])!.rawValue.trailingZeroBitCount), name]
        }
        #expect(try table(["bit", "stops"]) == stops)
    }

    @Test("Small numbers are listed with their names")
    func enumerations() throws {
        let values = Dictionary(uniqueKeysWithValues: try table(["number", "field"]).map { ($0[1], $0[2]) })
        func list<Choice: CaseIterable & RawRepresentable>(_ type: Choice.Type) -> String where Choice.RawValue == UInt8 {
            "u8: " + type.allCases.map { "\($0.rawValue) \($0)" }.joined(separator: ", ")
        }
        #expect(values["lockScope"] == list(LockScope.self))
        #expect(values["resetMethod"] == list(ResetMethod.self))
        #expect(values["disposition"] == list(Disposition.self))
        #expect(values["refundReason"] == list(ExceptionalReason.self))
        #expect(values["loginMethod"] == list(LoginMethod.self))
        #expect(values["loginFailure"] == list(LoginFailure.self))
        #expect(values["threeDSecure"] == list(ThreeDSecure.self))
        #expect(values["contactKind"] == list(ContactKind.self))
        #expect(values["noticeKind"] == list(NoticeKind.self))
        #expect(values["verdict"] == list(ApprovalsCommand.Verdict.self) + "; in a 178: 1 confirmed, 2 falseAlarm")
        #expect(FraudCommand.Verdict.allCases == [.confirmed, .falseAlarm])
        #expect(values["contactVia"] == list(ContactVia.self))
        #expect(values["contactOutcome"] == list(ContactOutcome.self))
        #expect(values["label"] == list(Label.self))
        #expect(values["outcome"] == list(DamageCommand.Outcome.self))
        #expect(values["payoutMethod"] == list(PayoutMethod.self))
        #expect(values["claimChannel"] == list(ClaimChannel.self))
        #expect(values["identityMethod"] == list(IdentityMethod.self))
        #expect(values["fileFormat"] == list(FileFormat.self))
        #expect(values["filingKind"] == list(FilingKind.self))
        #expect(values["securityForm"] == list(SecurityForm.self))
        #expect(values["stage"] == list(CompensationCommand.Stage.self))
        #expect(values["routes"] == list(Route.self).replacing("u8:", with: "u8 each:"))
    }

    @Test("The rules of monitoring stand with their thresholds, in their order")
    func fraudRules() throws {
        #expect(try table(["rule", "name", "thresholds"]) == RuleNumber.allCases.map { rule in
            [String(rule.rawValue), rule.name, rule.thresholds.map(\.name).joined(separator: ", ")]
        })
    }
}
