import Journal
import Ledger
import Testing

@testable import Projections

/// The rules about logins (F7, F8, F9), at their edges.
@Suite struct FraudLoginTests {
    private static let second = Town.second

    private func found(
        _ rule: RuleSet.Rule, before: [Step] = [], _ steps: [Step], _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [Told] {
        let town = try Town()
        try town.play(before + [.rules([rule])] + steps)
        return try town.view(sourceLocation).findings().map(Told.init)
    }

    private func counts(_ attempts: Int64, unknown: Int64 = 0, wrong: Int64 = 0, succeeded: Int64 = 0, _ accounts: UInt64...) -> LoginCounts {
        LoginCounts(
            minute: Town.start, attempts: attempts, unknownIds: unknown, wrongPasswords: wrong, succeeded: succeeded,
            accounts: accounts.map { .ordinal($0) })
    }

    @Test("F7: many accounts from one address, network or device, and hardly any success")
    func fanOut() throws {
        let rule = RuleSet.Rule.of(.fanOut, 4, 600, 20)
        let span = 600 * Self.second
        let from = Town.access(address: 9)
        let subject = "address:" + Pseudonym(high: 2, low: 9).hexadecimal
        let fires = [Told(.fanOut, subject, matched: 4)]
        func fail(_ account: UInt64) -> Step { .fail(account, .wrongPassword, from) }
        let three = [fail(1), fail(2), fail(3)]
        #expect(try found(rule, three + [.wait(span), fail(4), fail(5)]) == fires)
        #expect(try found(rule, three + [.wait(span + 1), fail(4)]) == [])
        #expect(try found(rule, three + [fail(1), fail(2), fail(3)]) == [])
        // One success in five is twenty percent, one in four is more.
        #expect(try found(rule, [fail(1), .login(2, from), fail(3), fail(1), fail(4)]) == fires)
        #expect(try found(rule, [fail(1), .login(2, from), fail(3), fail(4)]) == [])
        // Ids typed that are nobody's are told apart; unknown ids of a count are not.
        let ids = (1...2).map { Step.fail(nil, .unknownId, id: Pseudonym(high: 5, low: $0), from) }
        #expect(try found(rule, ids + ids + [fail(1), fail(2)]) == fires)
        #expect(try found(rule, [.count(counts(9, unknown: 2, wrong: 7, 1, 2), from)]) == fires)
        #expect(try found(rule, [.count(counts(9, unknown: 1, wrong: 8, 1, 2), from)]) == [])
        #expect(try found(rule, [.count(counts(10, unknown: 2, wrong: 6, succeeded: 2, 1, 2), from)]) == fires)
        #expect(try found(rule, [.count(counts(9, unknown: 2, wrong: 5, succeeded: 2, 1, 2), from)]) == [])
        // Each source is one of its own.
        let all = Town.access(device: 3, address: 9, network: 64_500)
        let told = try found(rule, (1...4).map { .fail($0, .wrongPassword, all) })
        #expect(told.map(\.subject) == [subject, "network:64500", "device:1"])
        // A window begins with the first attempt; behind it counting begins anew.
        #expect(try found(rule, three + [fail(4), .wait(span + 1)] + three) == fires)
        #expect(try found(rule, three + [fail(4), .wait(span + 1)] + three + [fail(4)]) == fires + fires)
    }

    @Test("F8: far more unknown ids than on the days before; on the first days, than a given share")
    func unknownIDs() throws {
        let rule = RuleSet.Rule.of(.unknownIDs, 3, 7, 100, 50)
        let day = 86_400 * Self.second
        func login(_ attempts: Int64, _ unknown: Int64) -> Step { .count(counts(attempts, unknown: unknown), .none) }
        #expect(try found(rule, [login(100, 51)]) == [Told(.unknownIDs, "logins", matched: 51)])
        #expect(try found(rule, [login(100, 50)]) == [])
        #expect(try found(rule, [login(99, 99)]) == [])
        #expect(try found(rule, [login(99, 99), login(1, 1), login(50, 50)]) == [Told(.unknownIDs, "logins", matched: 100)])
        // One day before: 5 %. Three times that is not more than that.
        #expect(try found(rule, [login(100, 5), .wait(day), login(100, 15)]) == [])
        #expect(try found(rule, [login(100, 5), .wait(day), login(100, 16)]) == [Told(.unknownIDs, "logins", matched: 16)])
        // Two: the mean of 5 % and 15 %. Three: the middle one.
        let two = [login(100, 5), .wait(day), login(100, 15), .wait(day)]
        #expect(try found(rule, two + [login(100, 30)]) == [])
        #expect(try found(rule, two + [login(100, 31)]) == [Told(.unknownIDs, "logins", matched: 31)])
        let three = two + [login(100, 6), .wait(day)]
        #expect(try found(rule, three + [login(100, 18)]) == [])
        #expect(try found(rule, three + [login(100, 19)]) == [Told(.unknownIDs, "logins", matched: 19)])
        // What is eight days old does not count any more.
        #expect(try found(rule, [login(100, 1), .wait(7 * day), login(100, 4)]) == [Told(.unknownIDs, "logins", matched: 4)])
        #expect(try found(rule, [login(100, 1), .wait(8 * day), login(100, 4)]) == [])
        // Days before a rule set count under it.
        #expect(try found(rule, before: [login(100, 1), .wait(day)], [login(100, 4)]) == [Told(.unknownIDs, "logins", matched: 4)])
    }

    @Test("F9: wrong passwords, in from an address never seen, a card charge")
    func guessed() throws {
        let rule = RuleSet.Rule.of(.guessedThenCharge, 2, 1800)
        let span = 1800 * Self.second
        let (home, far) = (Town.access(address: 1), Town.access(address: 2))
        let fires = [Told(.guessedThenCharge, matched: 2)]
        let errors: [Step] = [.fail(1), .fail(1)]
        #expect(try found(rule, errors + [.login(1, far), .wait(span), .charge(100), .charge(100)]) == fires)
        #expect(try found(rule, errors + [.login(1, far), .wait(span + 1), .charge(100)]) == [])
        #expect(try found(rule, errors + [.wait(span), .login(1, far), .wait(span), .charge(100)]) == fires)
        #expect(try found(rule, errors + [.wait(span + 1), .login(1, far), .charge(100)]) == [])
        #expect(try found(rule, [.fail(1), .fail(1, .secondFactor), .login(1, far), .charge(100)]) == [])
        #expect(try found(rule, before: [.login(1, home)], errors + [.login(1, home), .charge(100)]) == [])
        #expect(try found(rule, before: [.login(1, home)], errors + [.login(1, far), .charge(100)]) == fires)
        #expect(try found(rule, errors + [.login(1), .charge(100)]) == [])
        #expect(try found(rule, errors + [.login(1, far), .charge(100, .registerCash)]) == [])
        #expect(try found(rule, [.fail(1), .count(counts(1, wrong: 1, 1), far), .login(1, far), .charge(100)]) == fires)
        // The seventeenth address pushes the first out.
        let others = (10...25).map { Step.login(1, Town.access(address: $0)) }
        #expect(try found(rule, before: [.login(1, home)] + others.dropLast(), errors + [.login(1, home), .charge(100)]) == [])
        #expect(try found(rule, before: [.login(1, home)] + others, errors + [.login(1, home), .charge(100)]) == fires)
    }
}
