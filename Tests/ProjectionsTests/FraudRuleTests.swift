import Journal
import Ledger
import Testing

@testable import Projections

/// Every rule just fires and just does not, on either side of each threshold.
@Suite struct FraudRuleTests {
    private static let second = Town.second
    private func access(_ device: UInt64? = nil, address: UInt64? = nil, country: String? = nil, session: UInt32 = 0) -> Access {
        Town.access(device: device, address: address, country: country, session: session)
    }

    /// Plays under one rule; what was found.
    private func found(
        _ rule: RuleSet.Rule, before: [Step] = [], _ steps: [Step], _ sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> [Told] {
        let town = try Town()
        try town.play(before + [.rules([rule])] + steps)
        return try town.view(sourceLocation).findings().map(Told.init)
    }

    @Test("F0: charged enough and paid about the same, on one day in Japan")
    func dayTurnover() throws {
        let rule = RuleSet.Rule.of(.dayTurnover, 10_000, 10)
        let fires = [Told(.dayTurnover, matched: 2)]
        #expect(try found(rule, [.charge(10_000), .pay(9_000)]) == fires)
        #expect(try found(rule, [.charge(10_000), .pay(8_999)]) == [])
        #expect(try found(rule, [.charge(9_999), .pay(9_999)]) == [])
        #expect(try found(rule, [.pay(11_000), .charge(10_000)]) == fires)
        #expect(try found(rule, [.charge(10_000), .pay(11_001)]) == [])
        #expect(try found(rule, [.charge(10_000, .registerCash), .pay(10_000)]) == [])
        let tillMidnight = 23 * 3600 * Self.second
        #expect(try found(rule, [.charge(10_000), .wait(tillMidnight - 1), .pay(10_000)]) == fires)
        #expect(try found(rule, [.charge(10_000), .wait(tillMidnight), .pay(10_000)]) == [])
        // Once a day, and again on the next.
        #expect(
            try found(rule, [.charge(10_000), .pay(10_000), .charge(100), .pay(100), .wait(tillMidnight), .charge(10_000), .pay(10_000)])
                == fires + fires)
    }

    @Test("F1: many card charges in a short time; graver, more in a longer one")
    func chargeBurst() throws {
        let rule = RuleSet.Rule.of(.chargeBurst, 3, 60, 5, 2400)
        let (half, one) = (30 * Self.second, Step.charge(1000))
        let few = Told(.chargeBurst, matched: 3)
        #expect(try found(rule, [one, .wait(half), one, .wait(half), one]) == [few])
        #expect(try found(rule, [one, .wait(half), one, .wait(half + 1), one]) == [])
        #expect(try found(rule, [one, .charge(1000, .atmCash), one]) == [])
        #expect(try found(rule, [one, .charge(1000, of: 2), one]) == [])
        let quarter = 600 * Self.second
        let spread = [one, .wait(quarter), one, .wait(quarter), one, .wait(quarter), one]
        #expect(try found(rule, spread + [.wait(quarter), one]) == [Told(.chargeBurst, matched: 5, isGrave: true)])
        #expect(try found(rule, spread + [.wait(quarter + 1), one]) == [])
        // Once, then once more when it becomes graver, then not in this window.
        #expect(try found(rule, [one, one, one, one, one, one, one]) == [few, Told(.chargeBurst, matched: 5, isGrave: true)])
        // The window is 2,400 seconds from the first; counting begins anew behind it.
        let over: Int64 = 2400 * Self.second
        #expect(try found(rule, [one, one, one, .wait(over), one, .wait(1), one, one]) == [few])
        #expect(try found(rule, [one, one, one, .wait(over + 1), one, one]) == [few])
        #expect(try found(rule, [one, one, one, .wait(over + 1), one, one, one]) == [few, few])
    }

    @Test("F2: filled to the cap and drained within the time; graver when it comes again")
    func fillAndDrain() throws {
        let rule = RuleSet.Rule.of(.fillAndDrain, 100_000, 95, 5, 1800, 2)
        // The balance is brought to nothing first.
        func steps(_ fill: Int64, _ wait: Int64, _ left: Int64) -> [Step] { [.charge(fill), .wait(wait), .pay(fill - left)] }
        let empty: [Step] = [.pay(5_000_000)]
        let span = 1800 * Self.second
        let once = Told(.fillAndDrain)
        #expect(try found(rule, before: empty, steps(95_000, span, 5_000)) == [once])
        #expect(try found(rule, before: empty, steps(95_000, span + 1, 5_000)) == [])
        #expect(try found(rule, before: empty, steps(94_999, 1, 5_000)) == [])
        #expect(try found(rule, before: empty, steps(95_000, 1, 5_001)) == [])
        #expect(try found(rule, before: empty, [.charge(95_000, .registerCash), .pay(95_000)]) == [])
        let cycle = steps(100_000, 1, 0)
        let twice = Told(.fillAndDrain, matched: 2, isGrave: true)
        #expect(try found(rule, before: empty, cycle + cycle + cycle) == [once, twice])
        #expect(try found(rule, before: empty, cycle + [.charge(100_000), .wait(span - 1), .pay(100_000)]) == [once, twice])
        #expect(try found(rule, before: empty, cycle + [.charge(100_000), .wait(span), .pay(100_000)]) == [once, once])
    }

    @Test("F3: one large payment, each on its own; graver from the higher amount on")
    func largePayment() throws {
        let rule = RuleSet.Rule.of(.largePayment, 10_000, 50_000)
        let told = try found(rule, [.pay(9_999), .pay(10_000), .pay(49_999), .pay(50_000)])
        #expect(
            told == [
                Told(.largePayment, matched: 10_000), Told(.largePayment, matched: 49_999),
                Told(.largePayment, matched: 50_000, isGrave: true),
            ])
    }

    @Test("F4: an act from abroad, then a payment")
    func foreignLogin() throws {
        let rule = RuleSet.Rule.of(.foreignLoginThenPayment, 3600)
        let span = 3600 * Self.second
        let fires = [Told(.foreignLoginThenPayment)]
        let login = Step.login(1, access(country: "KR"))
        #expect(try found(rule, [login, .wait(span), .pay(100), .pay(100)]) == fires)
        #expect(try found(rule, [login, .wait(span + 1), .pay(100)]) == [])
        #expect(try found(rule, [.login(1, access(country: "JP")), .pay(100)]) == [])
        #expect(try found(rule, [.login(2, access(country: "KR")), .pay(100)]) == [])
        #expect(try found(rule, [.fail(1, .wrongPassword, access(country: "KR")), .pay(100)]) == [])
        #expect(try found(rule, [.bind(Town.device(1), access(country: "KR")), .pay(100)]) == fires)
        var policy = Policy()
        policy.homeCountry = Country("KR")!
        #expect(try found(rule, before: [.policy(policy)], [login, .pay(100)]) == [])
        #expect(try found(rule, before: [.policy(policy)], [.login(1, access(country: "JP")), .pay(100)]) == fires)
        #expect(try found(rule, [login, .pay(100), .wait(span + 1), login, .pay(100)]) == fires + fires)
    }

    @Test("F5: a device never seen on the account, then a card charge")
    func newDevice() throws {
        let rule = RuleSet.Rule.of(.newDeviceThenCharge, 600)
        let span = 600 * Self.second
        let fires = [Told(.newDeviceThenCharge)]
        for first: Step in [.bind(Town.device(1)), .login(1, access(1)), .bind(Town.device(2), access(1))] {
            #expect(try found(rule, [first, .wait(span), .charge(100), .charge(100)]) == fires)
            #expect(try found(rule, [first, .wait(span + 1), .charge(100)]) == [])
        }
        #expect(try found(rule, [.charge(100, .creditCard, access(1))]) == fires)
        #expect(try found(rule, [.login(1, access(1)), .charge(100, .atmCash)]) == [])
        #expect(try found(rule, [.login(1, access(1)), .wait(span + 1), .login(1, access(1)), .charge(100)]) == [])
        #expect(try found(rule, [.fail(1, .wrongPassword, access(1)), .charge(100)]) == [])
        #expect(try found(rule, before: [.login(1, access(1))], [.charge(100)]) == [])
        // The fifth device pushes the first out.
        let others = (2...5).map { Step.login(1, access($0)) }
        #expect(try found(rule, before: [.login(1, access(1))] + others.dropLast(), [.login(1, access(1)), .charge(100)]) == [])
        #expect(try found(rule, before: [.login(1, access(1))] + others, [.login(1, access(1)), .charge(100)]) == fires)
    }

    @Test("F6: one device on several accounts")
    func sharedDevice() throws {
        let rule = RuleSet.Rule.of(.sharedDevice, 3, 3600)
        let span = 3600 * Self.second
        let fires = [Told(.sharedDevice, "device:1", matched: 3)]
        func login(_ account: UInt64) -> Step { .login(account, access(1)) }
        #expect(try found(rule, [login(1), login(2), .wait(span), login(3), login(4)]) == fires)
        #expect(try found(rule, [login(1), login(2), .wait(span + 1), login(3)]) == [])
        #expect(try found(rule, [login(1), login(2), login(1), login(2)]) == [])
        #expect(try found(rule, [login(1), login(2), .bind(Town.device(1), of: 3)]) == fires)
        #expect(try found(rule, [login(1), .wait(span), login(1), .wait(1), login(2), login(3)]) == fires)
        #expect(try found(rule, [login(1), login(2), login(3), .wait(span + 1), login(1), login(2)]) == fires)
        #expect(try found(rule, [login(1), login(2), login(3), .wait(span + 1), login(4), login(5), login(6)]) == fires + fires)
    }

    @Test("F10: two stores too far apart for the time between")
    func impossibleTravel() throws {
        // 0.1 degrees of latitude are 11,119 metres.
        let rule = RuleSet.Rule.of(.impossibleTravel, 150, 11, 900)
        func pay(_ store: String, _ place: String?) -> Step { .pay(100, in: store, at: place) }
        let here = pay("s-1", "35.600000,139.700000 Shinagawa")
        func metres(_ units: Int64) -> [Told] { [Told(.impossibleTravel, matched: units)] }
        #expect(try found(rule, [here, .wait(900 * Self.second), pay("s-2", "35.7,139.7")]) == metres(11_119))
        #expect(try found(rule, [here, .wait(900 * Self.second + 1), pay("s-2", "35.7,139.7")]) == [])
        #expect(try found(rule, [here, .wait(900 * Self.second), pay("s-2", "35.698,139.7")]) == [])
        // 11,119 metres at 150 km/h take 266.856 seconds.
        let fast = RuleSet.Rule.of(.impossibleTravel, 150, 12, 900)
        #expect(try found(fast, [here, .wait(266_855_999), pay("s-2", "35.7,139.7")]) == metres(11_119))
        #expect(try found(fast, [here, .wait(266_856_000), pay("s-2", "35.7,139.7")]) == [])
        #expect(try found(rule, [here, pay("s-2", "Ebisu"), pay("s-3", nil), .wait(1), pay("s-4", "43.06,141.35 Sapporo")]).count == 1)
        #expect(try found(rule, [here, pay("s-2", "95,139")]) == [])
        #expect(try found(rule, [here, pay("s-1", nil), pay("s-1", nil)]) == [])
        let day = 86_400 * Self.second
        let slow = RuleSet.Rule.of(.impossibleTravel, 1, 20_000, 900)
        #expect(try found(slow, [here, .wait(day), pay("s-2", "43.06,141.35")]).count == 1)
        #expect(try found(slow, [here, .wait(day + 1), pay("s-2", "43.06,141.35")]) == [])
    }

    @Test("F11: several accounts pay much on one register")
    func storeCluster() throws {
        let rule = RuleSet.Rule.of(.storeCluster, 3, 5_000, 1800)
        let span = 1800 * Self.second
        func pay(_ account: UInt64, _ units: Int64 = 5_000, _ register: String? = "7") -> Step { .pay(units, register: register, of: account) }
        let fires = [Told(.storeCluster, "store:s-1#7", matched: 3)]
        #expect(try found(rule, [pay(1), pay(2), .wait(span), pay(3), pay(4)]) == fires)
        #expect(try found(rule, [pay(1), pay(2), .wait(span + 1), pay(3)]) == [])
        #expect(try found(rule, [pay(1), pay(2), pay(3, 4_999)]) == [])
        #expect(try found(rule, [pay(1), pay(2), pay(2), pay(1)]) == [])
        #expect(try found(rule, [pay(1), pay(2), pay(3, 5_000, "8")]) == [])
        #expect(try found(rule, [pay(1, 5_000, nil), pay(2, 5_000, nil), pay(3, 5_000, nil)]) == [Told(.storeCluster, "store:s-1", matched: 3)])
    }

    @Test("F12: payments that are multiples of a carton's price")
    func cartons() throws {
        let rule = RuleSet.Rule.of(.cartonAmounts, 500, 5_000, 2, 600)
        let span = 600 * Self.second
        let fires = [Told(.cartonAmounts, matched: 2)]
        #expect(try found(rule, [.pay(5_000), .wait(span), .pay(5_500), .pay(6_000)]) == fires)
        #expect(try found(rule, [.pay(5_000), .wait(span + 1), .pay(5_500)]) == [])
        #expect(try found(rule, [.pay(5_000), .pay(5_501)]) == [])
        #expect(try found(rule, [.pay(5_000), .pay(4_500)]) == [])
        #expect(try found(rule, [.pay(5_000), .pay(5_000), .wait(span + 1), .pay(5_000)]) == fires)
        #expect(try found(rule, [.pay(5_000), .pay(5_000), .wait(span + 1), .pay(5_000), .pay(5_000)]) == fires + fires)
    }

    @Test("F13: a reset to a changed address, a new device, a charge")
    func resetThenCharge() throws {
        let rule = RuleSet.Rule.of(.resetThenCharge, 3600)
        let span = 3600 * Self.second
        let fires = [Told(.resetThenCharge)]
        #expect(try found(rule, [.reset(changed: true), .login(1, access(1)), .wait(span), .charge(100), .charge(100)]) == fires)
        #expect(try found(rule, [.reset(changed: true), .login(1, access(1)), .wait(span + 1), .charge(100)]) == [])
        #expect(try found(rule, [.reset(changed: false), .login(1, access(1)), .charge(100)]) == [])
        #expect(try found(rule, [.login(1, access(1)), .reset(changed: true), .login(1, access(1)), .charge(100)]) == [])
        #expect(try found(rule, [.reset(changed: true), .login(1, access(1)), .charge(100, .point)]) == [])
    }

    @Test("F14: a payment from a new device on an account that was still")
    func idleThenPayment() throws {
        let rule = RuleSet.Rule.of(.idleThenPayment, 86_400, 3600)
        let (still, span) = (86_400 * Self.second, 3600 * Self.second)
        let fires = [Told(.idleThenPayment)]
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .wait(1), .pay(100, access(1)), .pay(100, access(1))]) == fires)
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .pay(100, access(1))]) == [])
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .wait(span), .pay(100, access(1))]) == fires)
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .wait(span + 1), .pay(100, access(1))]) == [])
        // The session tells the device, for a day.
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .wait(1), .pay(100, access(session: 1))]) == fires)
        #expect(try found(rule, [.pay(1), .wait(still), .login(1, access(1)), .wait(1), .pay(100)]) == [])
        let long = RuleSet.Rule.of(.idleThenPayment, 3600, 86_400)
        #expect(try found(long, [.pay(1), .login(1, access(1)), .wait(still), .pay(100, access(session: 1))]) == fires)
    }
}
