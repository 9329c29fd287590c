import Ledger
import Testing

/// What comes from where: attempts that fail are facts whatever is stopped, addresses are judged by their country, devices are
/// numbered once.
@Suite struct AttemptTests {
    @Test("Failed logins and counts are recorded whatever is stopped, from wherever, before the launch too")
    func facts() throws {
        var story = Story()
        var policy = Policy.none
        policy.requiresLaunch = true
        policy[minimum: .failLogin] = Policy.Minimum(level: 3)
        try story.play("open p-1\nopen p-2\nclose 2")
        try story.ask(.service(.setPolicy(policy)))
        for stage in ["", "launch", "stop foreignIp", "stop externalIdLogin", "stop registration", "mandate"] {
            try story.play(
                """
                \(stage.isEmpty ? "--" : stage)
                fail nobody unknownId id-1 <app US address a1> | ok loginFailed
                fail nobody wrongPassword <web>                | ok loginFailed
                fail 1 wrongPassword <app KP device d1>        | ok loginFailed
                fail 2 secondFactor                            | ok loginFailed
                count 900 1 2 <app US address a1>              | ok loginsCounted
                count 900                                      | ok loginsCounted
                """)
        }
        let failed = story.events.filter { $0.kind == .loginFailed }
        #expect(failed.count == 24)
        #expect(failed[0].tail.bytes(.loginID).map(Array.init) == Pseudonym(named: "id-1").bytes)
        #expect(failed[0].tail.bytes(.loginFailure) == [LoginFailure.unknownId.rawValue])
        #expect(failed[0].access?.country?.description == "US" && failed[0].access?.address == Pseudonym(named: "a1"))
        #expect(failed[0].subject == .none && failed[2].subject == .member(1) && failed[3].subject == .member(2))
    }

    @Test func counting() throws {
        var story = Story()
        try story.play("open p-1\nopen p-2\ncount 900 2 1 | ok loginsCounted\ncount 900 1 3 | account-unknown")
        let event = story.events[3]
        let counts = Array(try #require(event.tail.bytes(.loginCounts)))
        #expect(counts.count == 40)
        #expect(Tail.number(counts[0..<8]) == Story.opening.microseconds && Tail.number(counts[8..<16]) == 900)
        #expect(event.tail.bytes(.accountsTouched) == [2, 0, 0, 0, 1, 0, 0, 0])
        let minute = Instant(microseconds: Story.opening.microseconds)
        func ask(_ counts: LoginCounts) throws { try story.ask(.access(.countLogins(counts))) }
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: Instant(microseconds: minute.microseconds + 1), attempts: 1)) }
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: minute, attempts: 0)) }
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: minute, attempts: -1)) }
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: minute, attempts: 1_000_000_001)) }
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: minute, attempts: 5, unknownIds: 3, succeeded: 3)) }
        let many = Array(repeating: AccountReference.ordinal(1), count: LoginCounts.mostAccounts)
        #expect(throws: Malformed.self) { try ask(LoginCounts(minute: minute, attempts: 999, accounts: many + [.ordinal(1)])) }
        // The most that fits is taken.
        var access = Access()
        access.device = Pseudonym(named: "d")
        let long = Principal(name: String(repeating: "p", count: TextRule.keyLimit))
        let outcome = try story.ask(.access(.countLogins(LoginCounts(minute: minute, attempts: 999, accounts: many))), by: long, access: access)
        guard case .success = outcome else { return #expect(Bool(false), "\(outcome)") }
        // A minute may be ahead as far as any time may.
        #expect(try story.ask(.access(.countLogins(LoginCounts(minute: minute + 600, attempts: 1)))) == .success([story.events.last!]))
        let later = Command.access(.countLogins(LoginCounts(minute: minute + 660, attempts: 1)))
        #expect(try story.ask(later) == .failure(Rejection(.occurredInFuture)))
    }

    @Test("The block of foreign addresses, by channel; what is not known to be near is taken for far")
    func foreign() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            login 1 commonId <app JP device d1>
            login 1 commonId <app US device d2>
            login 1 commonId <app device d3>
            pay 1 s-1 1 <app US>                      | ok
            stop foreignIp
            """)
        for via in Via.allCases {
            let isMembers = via == .app || via == .web
            try story.play(
                """
                pay 1 s-1 1 <\(via.name) JP>          | ok
                pay 1 s-1 1 <\(via.name) US>          | foreign-address
                pay 1 s-1 1 <\(via.name)>             | \(isMembers ? "country-unknown" : "ok")
                """)
        }
        try story.play(
            """
            -- a command that does not say comes from where such commands come from
            pay 1 s-1 1                               | ok
            charge 1 registerCash 1                   | ok
            charge 1 atmCash 1                        | ok
            charge 1 creditCard 1                     | country-unknown
            login 1 commonId                          | country-unknown
            reset 1 reminder                          | country-unknown
            as op-1 lock 1 all                        | ok
            -- a session stands for the address it began at
            unlock 1 all <session 1>                  | ok
            lock 1 all <session 2>                    | foreign-address
            lock 1 all <session 3>                    | country-unknown
            lock 1 all <session 2 JP>                 | ok
            unlock 1 all <session 1 US>               | foreign-address
            -- outside facts and operators' acts are no member's commands
            as op-1 close 1 unclaimed <app US>        | ok
            fund 5                                    | ok
            """)
    }

    @Test("Home is where the policy says")
    func home() throws {
        var story = Story()
        var policy = Policy.none
        policy.homeCountry = Country("CZ")!
        try story.play("open p-1\nstop foreignIp")
        try story.ask(.service(.setPolicy(policy)))
        try story.play("login 1 commonId <JP> | foreign-address\nlogin 1 commonId <CZ> | ok")
    }

    @Test("A device gets its number once, from the first event of any kind that names it")
    func deviceNumbers() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            stop externalIdLogin
            login 1 externalId <app device d1>        | external-login-stopped
            login 1 commonId <app device d1>          | ok
            fail 1 wrongPassword <device d2>          | ok
            bind 1 d2 <device d2>                     | ok
            -- a binding introduces its own device and no other
            bind 1 d3 <device d4>                     | ok
            pay 1 s-1 1 <device d4>                   | insufficient-balance 0
            bind 1 d5 <device d5>                     | ok
            bind 1 d6 <device d1>                     | ok
            bind 1 d6 <device d7>                     | device-bound
            login 1 commonId <device d6>              | ok
            login 1 commonId <device d7>              | ok
            login 9 commonId <device d8>              | account-unknown
            unbind 1 d5 <device d9>                   | ok
            login 1 commonId <device d8>              | ok
            login 1 commonId <device d9>              | ok
            """)
        let named = story.events.dropFirst(3).filter { $0.kind != .deviceBound && $0.kind != .deviceUnbound }
        let introduced = named.compactMap { $0.tail.bytes(.device) }.compactMap { Pseudonym($0) }
        #expect(introduced == ["d1", "d2", "d4", "d7", "d8", "d9"].map { Pseudonym(named: $0) })
        #expect(story.events.dropFirst(3).map { $0.access?.device ?? 0 } == [1, 1, 2, 2, 0, 4, 5, 1, 7, 6, 7, 0, 8, 9])
    }

    @Test("What a command's access says stands in its first event, bit for bit")
    func record() throws {
        var story = Story()
        try story.play("open p-1\ncharge 1 point 700")
        var access = Access()
        access.via = .web
        access.address = Pseudonym(high: .max, low: 1)
        access.network = 4_294_967_295
        access.country = Country("ZZ")
        access.authentication = Authentication(level: 3, method: .staff, at: Instant(microseconds: -1))
        try story.ask(.accounts(.close(.ordinal(1), .unclaimed, reason: nil)), access: access)
        let (first, second) = (story.events[3], story.events[4])
        let record = try #require(first.access)
        #expect(record.via == .web && record.method == .staff && record.country == access.country && record.device == 0)
        #expect(record.network == .max && record.address == access.address && record.authenticatedAt == Instant(microseconds: -1))
        #expect(first.authLevel == 3 && first.tail.bytes(.access)?.count == 36)
        #expect(second.access == nil && second.authLevel == 0)
        #expect(AccessRecord([]) == nil && AccessRecord(Array(repeating: 255, count: 35)[...]) == nil)
        // A session alone stands in the header and needs no record.
        try story.play("open p-2\nlogin 2 commonId\nlock 2 all <session 1>")
        #expect(story.events.last!.session == 1 && story.events.last!.access == nil)
        for text in ["", "J", "jp", "JPN", "J1", "日本"] { #expect(Country(text) == nil) }
    }
}
