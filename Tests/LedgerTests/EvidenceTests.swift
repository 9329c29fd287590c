import Ledger
import Testing

/// The least authentication a command takes: how strong, how old, and from when.
@Suite struct EvidenceTests {
    private static func step(_ level: Int64, _ seconds: Int64) -> Int64 { level | seconds << 8 }

    private func aStory(_ change: (inout Policy) -> Void) throws -> Story {
        var story = Story()
        try story.play("open p-1\ncharge 1 point 1000")
        try story.rule(change)
        return story
    }

    @Test func levels() throws {
        var story = try aStory { $0[minimum: .pay] = Policy.Minimum(level: 2) }
        try story.play(
            """
            pay 1 s-1 1                               | step-up-required 2
            pay 1 s-1 1 <level 1>                     | step-up-required 2
            pay 1 s-1 1 <level 2 ago 99999999>        | ok
            pay 1 s-1 1 <level 3>                     | ok
            charge 1 point 1                          | ok
            -- what the command does not say, its session does; a login without evidence is the weakest
            login 1 commonId <device d1>
            login 1 commonId <level 2 device d2>
            pay 1 s-1 1 <session 1>                   | step-up-required 2
            pay 1 s-1 1 <session 2>                   | ok
            pay 1 s-1 1 <session 2 level 1>           | step-up-required 2
            pay 1 s-1 1 <session 1 level 2>           | ok
            -- staff who act for the member are known by their own token
            as op-1 pay 1 s-1 1                       | ok
            grant till-1 support
            as till-1 pay 1 s-1 1                     | ok
            grant till-2 monitor
            as till-2 pay 1 s-1 1                     | step-up-required 2
            """)
        #expect(story.events.last { $0.kind == .paymentAccepted && $0.session == 1 }?.authLevel == 2)
    }

    @Test("Fresh to the microsecond")
    func freshness() throws {
        var story = try aStory { $0[minimum: .pay] = Policy.Minimum(level: 2, seconds: 600) }
        let step = Self.step(2, 600)
        try story.play(
            """
            pay 1 s-1 1 <level 2 ago 600>             | ok
            pay 1 s-1 1 <level 2 ago 600.000001>      | evidence-stale \(step)
            pay 1 s-1 1 <level 1 ago 600.000001>      | step-up-required \(step)
            pay 1 s-1 1 <level 1>                     | step-up-required \(step)
            login 1 commonId <level 2 ago 300>
            after 300
            pay 1 s-1 1 <session 1>                   | ok
            after 0.000001
            pay 1 s-1 1 <session 1>                   | evidence-stale \(step)
            pay 1 s-1 1 <session 1 level 2>           | ok
            login 1 commonId
            pay 1 s-1 1 <session 2>                   | step-up-required \(step)
            """)
    }

    @Test("Evidence may lie ahead as far as a sender's clock may")
    func future() throws {
        var story = try aStory { _ in }
        try story.play(
            """
            pay 1 s-1 1 <level 1 ago -600>            | ok
            pay 1 s-1 1 <level 1 ago -601>            | evidence-in-future
            as op-1 fund 5 <level 1 ago -601>         | evidence-in-future
            """)
        for level: UInt8 in [0, 4, 255] {
            var access = Access()
            access.authentication = Authentication(level: level, method: .password, at: story.books.now)
            #expect(throws: Malformed.self) { try story.ask(.accounts(.lock(.ordinal(1), .all, reason: nil)), access: access) }
        }
    }

    @Test("A charge takes the stricter of its command's and its source's minimum")
    func bySource() throws {
        var story = try aStory {
            $0[minimum: .charge] = Policy.Minimum(level: 1, seconds: 100)
            $0[minimum: .creditCard] = Policy.Minimum(level: 3, seconds: 600)
            $0[minimum: .debitCard] = Policy.Minimum(level: 2, seconds: 10)
        }
        try story.play(
            """
            charge 1 point 1                          | step-up-required \(Self.step(1, 100))
            charge 1 point 1 <level 1 ago 100>        | ok
            charge 1 point 1 <level 3 ago 101>        | evidence-stale \(Self.step(1, 100))
            charge 1 creditCard 1 <level 2>           | step-up-required \(Self.step(3, 100))
            charge 1 creditCard 1 <level 3 ago 101>   | evidence-stale \(Self.step(3, 100))
            charge 1 creditCard 1 <level 3 ago 100>   | ok
            charge 1 debitCard 1 <level 2 ago 11>     | evidence-stale \(Self.step(2, 10))
            charge 1 debitCard 1 <level 2 ago 10>     | ok
            """)
    }

    @Test("Every command of a member can be given a minimum", arguments: [Command.Name.logIn, .bindDevice, .unlock, .resetCredentials, .lock])
    func everyCommand(name: Command.Name) throws {
        var story = try aStory { $0[minimum: name] = Policy.Minimum(level: 3) }
        let rows: [Command.Name: String] = [
            .logIn: "login 1 commonId", .bindDevice: "bind 1 d1", .unlock: "unlock 1 all", .resetCredentials: "reset 1 self", .lock: "lock 1 pay",
        ]
        if name == .unlock { try story.play("lock 1 all") }
        try story.play("\(rows[name]!) <level 2> | step-up-required 3\n\(rows[name]!) <level 3> | ok")
    }

    @Test("A policy with every rule is read back from its event")
    func everyRule() throws {
        var policy = Policy(balanceCap: 9, limits: [.point: .init(perCharge: 1, step: 2)])
        policy.requiresLaunch = true
        policy.homeCountry = Country("CZ")!
        (policy.sessionSeconds, policy.proposalSeconds) = (1, 2)
        (policy.dailyCharge, policy.dailyCardCharge, policy.dailyPayment) = (3, 4, 5)
        policy.chargeWindows = [
            .init(.cards, count: 3, seconds: 600), .init(Policy.Sources([.point, .atmCash]), count: 10_000, seconds: 86_400),
        ]
        (policy.devicesPerAccount, policy.deviceSources, policy.deviceCoolDown) = (6, .cards, Policy.longestSpan)
        policy.deviceFirst = .init(amount: 7, seconds: 8)
        (policy.resetCoolDown, policy.contactCoolDown) = (.init(.cards, seconds: 9), .init(Policy.Sources([.point]), seconds: 10))
        policy.resetsToRegisteredContact = true
        policy[minimum: .pay] = .init(level: 1)
        policy[minimum: .erasePerson] = .init(level: 3, seconds: 11)
        policy[minimum: .atmCash] = .init(level: 2, seconds: 12)
        var story = Story()
        try story.ask(.service(.setPolicy(policy)))
        #expect(story.books.policy == policy)
        let fields = story.events[1].tail.all(.policyRule)
        #expect(fields.count == 19 && fields.allSatisfy { $0.count == 18 })
        try story.rule { $0 = .none }
        #expect(story.events[2].tail.isEmpty && story.books.policy == .none)
    }

    @Test("A policy that means nothing is no command")
    func malformedPolicies() throws {
        let changes: [(inout Policy) -> Void] = [
            { $0.dailyCharge = -1 }, { $0.sessionSeconds = -1 }, { $0.sessionSeconds = Policy.longestSpan + 1 },
            { $0[minimum: .pay] = .init(level: 4) }, { $0[minimum: .point] = .init(level: 1, seconds: -1) },
            { $0.chargeWindows = [.init([], count: 1, seconds: 1)] }, { $0.chargeWindows = [.init(.cards, count: 0, seconds: 1)] },
            { $0.chargeWindows = [.init(.cards, count: 10_001, seconds: 1)] }, { $0.chargeWindows = [.init(.cards, count: 1, seconds: 0)] },
            { $0.chargeWindows = [.init(.cards, count: 1, seconds: 86_401)] },
            { $0.chargeWindows = Array(repeating: .init(.cards, count: 1, seconds: 1), count: 9) },
            { $0.deviceFirst = .init(amount: 1) }, { $0.deviceCoolDown = 1 }, { $0.deviceFirst = .init(amount: 1, seconds: 1) },
            // More rules than one event holds.
            { policy in
                for name in Command.Name.allCases { policy[minimum: name] = .init(level: 1, seconds: 5) }
                policy.chargeWindows = Array(repeating: .init(.cards, count: 1, seconds: 1), count: 8)
                (policy.balanceCap, policy.dailyCharge) = (5, 5)
            },
        ]
        for (index, change) in changes.enumerated() {
            var policy = Policy.none
            change(&policy)
            #expect(throws: Malformed.self, "\(index)") { try request(.service(.setPolicy(policy))) }
        }
    }
}
