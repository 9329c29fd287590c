import Ledger
import Testing

/// The controls desk: what is stopped when, to the microsecond, and what follows for money taken in elsewhere.
@Suite struct ControlsTests {
    /// An account with 1,000, whom founders and strangers see alike.
    private func aStory() throws -> Story {
        var story = Story()
        try story.play("open p-1\ncharge 1 point 1000")
        return story
    }

    @Test("In force at once, until it is lifted")
    func now() throws {
        var story = try aStory()
        try story.play(
            """
            S: stop pay                       | ok controlActivated
            pay 1 s-1 1                       | payments-stopped
            after 3600
            pay 1 s-1 1                       | payments-stopped
            lift S                            | ok controlLifted
            pay 1 s-1 1                       | ok
            lift S                            | control-unknown
            """)
        let control = story.events[3]
        #expect(control.stops == .pay && control.effectiveAt == Story.opening && control.until == Instant(microseconds: .max))
        #expect(story.books.controls.all.isEmpty)
    }

    @Test("From the first microsecond on, up to the last but none, and not one more or less")
    func halfOpen() throws {
        var story = try aStory()
        try story.play(
            """
            S: stop pay from 60 until 120
            pay 1 s-1 1                       | ok
            after 59.999999
            pay 1 s-1 1                       | ok
            after 0.000001
            pay 1 s-1 1                       | payments-stopped
            after 59.999999
            pay 1 s-1 1                       | payments-stopped
            after 0.000001
            pay 1 s-1 1                       | ok
            lift S                            | control-unknown
            """)
    }

    @Test("Lifted in the future, it holds until that instant, exclusive")
    func liftedLater() throws {
        var story = try aStory()
        try story.play(
            """
            S: stop charge until 500
            lift S 120                        | ok
            after 119.999999
            charge 1 point 1                  | charges-stopped
            -- brought forward once more
            lift S 0                          | ok
            charge 1 point 1                  | ok
            T: stop charge until 500
            lift T 120                        | ok
            after 120
            charge 1 point 1                  | ok
            lift T                            | control-unknown
            """)
    }

    @Test("Lifted before it begins, it never begins")
    func liftedBefore() throws {
        var story = try aStory()
        try story.play(
            """
            S: stop pay from 60
            lift S 30                         | control-ends-before-it-begins
            lift S                            | ok
            T: stop pay from 60 until 90
            lift T 60                         | ok
            U: stop pay from 60 until 90
            lift U 61                         | ok
            after 60
            pay 1 s-1 1                       | payments-stopped
            after 1
            pay 1 s-1 1                       | ok
            """)
    }

    @Test("A source's stop is no other source's", arguments: FundingSource.allCases)
    func scoped(source: FundingSource) throws {
        var story = try aStory()
        try story.play("stop charge \(source.name)")
        for other in FundingSource.allCases {
            try story.play("charge 1 \(other.name) 5 | \(other == source ? "charges-stopped" : "ok")")
        }
        try story.play("pay 1 s-1 1 | ok\nopen p-2 | ok\nlogin 1 externalId | ok")
    }

    @Test("Each switch stops its own thing and nothing else")
    func kinds() throws {
        for kind in Stops.kindNames {
            var story = try aStory()
            func answer(_ code: String, _ own: String) -> String { kind == own ? code : "ok" }
            try story.play(
                """
                S: stop \(kind)
                charge 1 point 5 <JP>         | \(answer("charges-stopped", "charge"))
                pay 1 s-1 1 <JP>              | \(answer("payments-stopped", "pay"))
                open p-2 <JP>                 | \(answer("registration-stopped", "registration"))
                login 1 externalId <JP>       | \(answer("external-login-stopped", "externalIdLogin"))
                login 1 commonId <JP>         | ok
                login 1 commonId <US>         | \(answer("foreign-address", "foreignIp"))
                lock 1 all <JP>               | ok
                lift S
                login 1 commonId <US>         | ok
                """)
        }
    }

    @Test("Two controls over one thing: lifting one never reopens what the other closes")
    func overlapping() throws {
        for first in ["S", "T"] {
            var story = try aStory()
            try story.play(
                """
                S: stop charge point
                T: stop charge point atmCash
                charge 1 point 1              | charges-stopped
                charge 1 atmCash 1            | charges-stopped
                lift \(first)
                charge 1 point 1              | charges-stopped
                charge 1 atmCash 1            | \(first == "S" ? "charges-stopped" : "ok")
                lift \(first == "S" ? "T" : "S")
                charge 1 point 1              | ok
                charge 1 atmCash 1            | ok
                """)
        }
        var story = try aStory()
        try story.play(
            """
            S: stop pay until 100
            T: stop pay from 50 until 150
            after 99.999999
            pay 1 s-1 1                       | payments-stopped
            after 0.000001
            pay 1 s-1 1                       | payments-stopped
            after 50
            pay 1 s-1 1                       | ok
            """)
    }

    @Test func refusals() throws {
        var story = try aStory()
        try story.play(
            """
            stop pay from 60 until 60         | control-ends-before-it-begins
            stop pay from 60 until 59.999999  | control-ends-before-it-begins
            stop pay until 0                  | control-ends-before-it-begins
            stop pay from -1                  | effective-in-past
            S: stop pay from 0                | ok
            stop pay                          | already-stopped
            stop pay from 60 until 120        | already-stopped
            as anonymous stop pay             | operator-required
            as op-1 lift S                    | approvals-required 1
            lift S -1                         | effective-in-past
            lift 1                            | control-unknown
            as anonymous lift 1               | control-unknown
            as anonymous lift S               | operator-required
            -- covered only by one that covers all of it, all the time
            C: stop charge point atmCash until 120
            stop charge point                 | ok
            stop charge atmCash until 120     | already-stopped
            stop charge atmCash until 120.000001 | ok
            """)
        #expect(throws: Malformed.self) { try story.ask(.controls(.activate([], effectiveAt: nil, until: nil, reason: "r"))) }
        #expect(throws: Malformed.self) {
            try story.ask(.controls(.activate([.pay, .registration], effectiveAt: nil, until: nil, reason: "r")))
        }
        #expect(throws: Malformed.self) {
            try story.ask(.controls(.activate([.pay, .charge(.point)], effectiveAt: nil, until: nil, reason: "r")))
        }
        #expect(throws: Malformed.self) {
            try story.ask(.controls(.activate(Stops(rawValue: 1), effectiveAt: nil, until: nil, reason: "r")))
        }
        #expect(throws: Malformed.self) { try story.ask(.controls(.activate(.pay, effectiveAt: nil, until: nil, reason: ""))) }
    }

    @Test("A thousand open controls are enough; those that are over do not count")
    func many() throws {
        var story = try aStory()
        for seconds: Int64 in 1...1000 {
            try story.ask(.controls(.activate(.pay, effectiveAt: nil, until: story.books.now + seconds, reason: "r")))
        }
        #expect(story.books.controls.all.count == 1000)
        try story.play("stop registration | too-many-controls\nafter 1000\nstop registration | ok")
        #expect(story.books.controls.all.count == 1)
    }

    @Test("Money taken in for a refused charge waits to be given back", arguments: FundingSource.allCases)
    func voids(source: FundingSource) throws {
        var story = try aStory()
        let isCash = source == .registerCash || source == .atmCash
        try story.play(
            """
            stop charge
            V: charge 1 \(source.name) 3000        | charges-stopped
            W: charge 1 \(source.name) 2000 r-1    | charges-stopped
            """)
        let (bare, referred) = (try story.position("V"), try story.position("W"))
        #expect(story.books.controls.voids == (isCash ? [bare, referred] : [referred]))
        let refusal = story.events[Int(referred)]
        #expect(refusal.kind == .refused && refusal.amount == 2000 && refusal.source == source)
        #expect(refusal.tail.text(.partnerReference) == "r-1" && refusal.tail.bytes(.voidDue) == [1])
        try story.play(
            """
            as anonymous void W v-1                | operator-required
            void W v-1                             | ok upstreamVoidConfirmed
            void W v-1                             | void-unknown
            void V v-2                             | \(isCash ? "ok" : "void-unknown")
            void V                                 | void-unknown
            void 1                                 | void-unknown
            """)
        #expect(story.books.controls.voids.isEmpty)
    }

    @Test("Only a stop makes a void; a charge refused for another reason was never authorised here")
    func noVoids() throws {
        var story = try aStory()
        try story.play(
            """
            lock 1 charge
            charge 1 registerCash 5 r-1            | account-locked
            unlock 1 charge
            policy registerCash limit 5
            charge 1 registerCash 6 r-2            | source-limit 5
            stop charge
            charge 9 registerCash 5 r-3            | account-unknown
            charge 1 registerCash 6 r-4            | charges-stopped
            """)
        #expect(story.books.controls.voids.count == 1)
    }
}
