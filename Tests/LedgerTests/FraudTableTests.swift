import Ledger
import Testing

/// The rules of monitoring and their alerts.
@Suite struct FraudTableTests {
    @Test("Rules are put into force by two, alerts are the ledger's own, each raised once and cleared once")
    func alerts() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            A: charge 1 creditCard 5
            alert 1 1 A                       | rule-version-unknown
            as m rules                        | approvals-required 1
            rules                             | ok ruleSetActivated
            alert 0 1 A                       | rule-version-unknown
            alert 2 1 A                       | rule-version-unknown
            alert 1 9 A                       | account-unknown
            alert 1 1 999                     | event-unknown
            as m alert 1 1 A                  | role-required 2147483648
            as op-1 alert 1 1 A               | role-required 2147483648
            as nobody alert 1 1 A             | operator-required
            B: alert 1 1 A                    | ok alertRaised balance 5
            C: alert 1 - A                    | ok alertRaised
            clearAlert 999 confirmed          | alert-unknown
            clearAlert A confirmed            | alert-unknown
            clearAlert B falseAlarm           | ok alertCleared
            clearAlert B confirmed            | alert-unknown
            -- looked at, it may come again; a new version of the rules finds anew
            alert 1 1 A                       | ok
            rules second                      | ok
            alert 2 1 A                       | ok
            clearAlert C confirmed            | ok
            """)
        #expect(story.books.damage.ruleVersion == 2 && story.books.damage.rules == Story.someRules("second"))
        #expect(story.books.damage.alerts.count == 2)
        let event = try #require(story.events.first { $0.kind == .alertRaised })
        #expect(event.tail.bytes(.fraudRule) == [RuleNumber.chargeBurst.rawValue] && event.tail.number(.score) == 5)
        #expect(event.tail.number(.windowStart) == Story.opening.microseconds && event.tail.number(.ruleVersion) == 1)
    }

    /// Every rule at the lower end, and at the upper end, of what is taken.
    private static func all(_ name: String, _ end: (ClosedRange<Int64>) -> Int64) -> RuleSet {
        RuleSet(
            name: name, lockScore: 1,
            rules: RuleNumber.allCases.map { number in .init(number, weight: 1, thresholds: number.thresholds.map { end($0.range) }) })
    }

    @Test(
        "A rule set is the same set after the tail, whole",
        arguments: [all("least", \.lowerBound), all("most", \.upperBound), .init(name: "一", lockScore: .max, rules: [])])
    func roundTrip(set: RuleSet) throws {
        var tail = Tail()
        tail.add(.reason, "before")
        for (field, bytes) in Self.fields(of: set) { tail.add(field, bytes: bytes) }
        #expect(RuleSet(reading: tail) == set)
        guard !set.rules.isEmpty else { return }
        var story = try Story.desks()
        let outcome = try story.approved(.fraud(.activate(set, reason: "r")))
        guard case .success(let events) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(RuleSet(reading: events[0].tail) == set && story.books.damage.rules == set)
        #expect(events[0].tail.bytes.count <= Tail.longest)
        #expect(try Books(image: story.books.image()).damage == story.books.damage)
    }

    /// As `Specs/event-format.md` says: number u8, sources u8, weight and thresholds i64.
    private static func fields(of set: RuleSet) -> [(Tail.Field, [UInt8])] {
        func little(_ number: Int64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
        return [(.ruleSetName, Array(set.name.utf8)), (.lockScore, little(set.lockScore))]
            + set.rules.map { (.fraudRule, [$0.number.rawValue, $0.sources.rawValue] + ([$0.weight] + $0.thresholds).flatMap(little)) }
    }

    @Test("A reader skips a rule it does not know, or whose thresholds do not fit")
    func unknownRules() {
        var tail = Tail()
        let set = Story.someRules("x")
        for (field, bytes) in Self.fields(of: set) {
            tail.add(field, bytes: bytes)
            if field == .fraudRule { for odd in [[99] + bytes.dropFirst(), bytes.dropLast(8), bytes + [0], []] as [[UInt8]] { tail.add(field, bytes: odd) } }
        }
        #expect(RuleSet(reading: tail) == set)
        #expect(RuleSet(reading: Tail()).rules.isEmpty && RuleSet(reading: Tail()).lockScore == .max)
    }

    @Test("Rules that never fire, or always do, are refused, and so is what is no rule set")
    func check() throws {
        var story = try Story.desks()
        func isTaken(_ change: (inout RuleSet) -> Void) -> Bool {
            var set = Story.someRules("x")
            change(&set)
            return (try? story.approved(.fraud(.activate(set, reason: "r")))) != nil
        }
        #expect(isTaken { _ in })
        #expect(!isTaken { $0.rules = [] })
        #expect(!isTaken { $0.name = "" })
        #expect(!isTaken { $0.lockScore = 0 })
        #expect(!isTaken { $0.rules.swapAt(0, 1) })
        #expect(!isTaken { $0.rules[1] = $0.rules[0] })
        #expect(!isTaken { $0.rules[0].weight = 0 })
        #expect(isTaken { $0.rules[0].weight = 1_000_000 })
        #expect(!isTaken { $0.rules[0].weight = 1_000_001 })
        #expect(!isTaken { $0.rules[0].thresholds.removeLast() })
        #expect(!isTaken { $0.rules[0].thresholds.append(1) })
        #expect(!isTaken { $0.rules[0].sources = [] })
        for number in RuleNumber.allCases {
            let least = number.thresholds.map(\.range.lowerBound)
            #expect(Set(number.thresholds.map(\.name)).count == number.thresholds.count)
            for (index, threshold) in number.thresholds.enumerated() {
                for (value, isGood) in [
                    (threshold.range.lowerBound - 1, false), (threshold.range.lowerBound, true), (threshold.range.upperBound, true),
                    (threshold.range.upperBound + 1, false), (.min, false), (.max, false),
                ] {
                    var thresholds = least
                    thresholds[index] = value
                    #expect(isTaken { $0.rules = [.init(number, weight: 1, thresholds: thresholds)] } == isGood, "\(number.name) \(threshold.name) \(value)")
                }
            }
        }
    }

    @Test("A score over the threshold proposes a lock; a person decides")
    func proposedLocks() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            P: as monitor propose lock 1 all  | ok proposed
            Q: as i propose lock 1 charge     | ok proposed
            as op-1 propose lock 1 all        | role-required \(Roles(.monitor, .investigator).rawValue)
            as monitor approve P              | role-required 4
            as op-2 approve P                 | ok approved accountLocked
            as op-2 approve Q                 | ok approved accountLocked
            as monitor propose lock 1 all     | already-locked
            as monitor rules                  | approvals-required 1
            as monitor pay 1 s-1 5            | account-locked
            """)
    }
}
