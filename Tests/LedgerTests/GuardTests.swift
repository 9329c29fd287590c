import Ledger
import Testing

/// What stands between a stolen login and the money, each at its exact edge: over at exactly N seconds, and not a
/// microsecond before. `Story.opening` is 09:00 in Japan.
@Suite struct GuardTests {
    /// An account with a device bound and a policy.
    private func aStory(_ change: (inout Policy) -> Void) throws -> Story {
        var story = Story()
        try story.play("open p-1\nopen p-2")
        try story.rule(change)
        return story
    }

    @Test func deviceRequired() throws {
        var story = try aStory { $0.deviceSources = .cards }
        try story.play(
            """
            bind 1 d1
            bind 2 d2
            charge 1 creditCard 100                       | device-required
            charge 1 creditCard 100 <device d9>           | device-required
            charge 1 creditCard 100 <device d2>           | device-required
            charge 1 creditCard 100 <device d1>           | ok
            charge 1 debitCard 100                        | device-required
            charge 1 point 100                            | ok
            charge 1 registerCash 100                     | ok
            -- a session stands for its device, unless the command names another
            login 1 commonId <device d1>
            charge 1 creditCard 100 <session 1>           | ok
            charge 1 creditCard 100 <session 1 device d2> | device-required
            unbind 1 d1
            charge 1 creditCard 100 <session 1>           | device-required
            """)
    }

    @Test func deviceCoolDown() throws {
        var story = try aStory {
            $0.deviceSources = .cards
            $0.deviceCoolDown = 3600
        }
        try story.play(
            """
            bind 1 d1
            charge 1 creditCard 100 <device d1>           | device-cool-down 3600
            after 0.000001
            charge 1 creditCard 100 <device d1>           | device-cool-down 3600
            after 3599.999998
            charge 1 creditCard 100 <device d1>           | device-cool-down 1
            after 0.000001
            charge 1 creditCard 100 <device d1>           | ok
            -- bound anew, it waits anew
            unbind 1 d1
            bind 1 d1
            charge 1 creditCard 100 <device d1>           | device-cool-down 3600
            charge 1 point 100                            | ok
            """)
    }

    @Test("In a device's first hours the sum of what it charges is limited")
    func deviceFirst() throws {
        var story = try aStory {
            $0.deviceSources = .cards
            $0.deviceFirst = Policy.FirstLimit(amount: 30_000, seconds: 86_400)
        }
        try story.play(
            """
            bind 1 d1
            bind 1 d2
            login 1 commonId <device d1>
            charge 1 creditCard 30001 <device d1>         | device-first-limit 30000
            charge 1 creditCard 20000 <session 1>         | ok
            charge 1 debitCard 10001 <device d1>          | device-first-limit 10000
            charge 1 point 90000 <device d1>              | ok
            charge 1 debitCard 9999 <device d1>           | ok
            charge 1 debitCard 2 <device d1>              | device-first-limit 1
            charge 1 debitCard 1 <device d1>              | ok
            charge 1 debitCard 1 <device d1>              | device-first-limit 0
            -- each device has its own sum
            charge 1 creditCard 30000 <device d2>         | ok
            after 86399.999999
            charge 1 debitCard 1 <device d1>              | device-first-limit 0
            after 0.000001
            charge 1 debitCard 50000 <device d1>          | ok
            -- bound anew, its first hours begin anew
            unbind 1 d1
            bind 1 d1
            charge 1 debitCard 30001 <device d1>          | device-first-limit 30000
            charge 1 debitCard 30000 <device d1>          | ok
            """)
    }

    @Test("After a reset and after a change of contact some sources wait", arguments: ["reset 1 self", "reset 1 mass", "contact 1 mail m-2"])
    func coolDowns(act: String) throws {
        let code = act.hasPrefix("reset") ? "reset-cool-down" : "contact-cool-down"
        var story = try aStory {
            $0.resetCoolDown = Policy.CoolDown(.cards, seconds: 600)
            $0.contactCoolDown = Policy.CoolDown(.cards, seconds: 600)
        }
        try story.play(
            """
            contact 1 mail m-1
            -- the first contact, and one that is there already, is no change
            contact 1 mail m-1
            contact 1 phone t-1
            charge 1 creditCard 1                         | ok
            \(act)
            charge 1 creditCard 1                         | \(code) 600
            charge 1 debitCard 1                          | \(code) 600
            charge 1 point 1                              | ok
            charge 2 creditCard 1                         | ok
            after 599.999999
            charge 1 creditCard 1                         | \(code) 1
            after 0.000001
            charge 1 creditCard 1                         | ok
            """)
    }

    @Test("At most so many charges within any span; the next, exactly the span after the first")
    func chargeWindow() throws {
        var story = try aStory { $0.chargeWindows = [Policy.ChargeWindowLimit(.cards, count: 3, seconds: 600)] }
        try story.play(
            """
            charge 1 creditCard 1                         | ok
            after 100
            charge 1 debitCard 1                          | ok
            charge 1 point 1                              | ok
            charge 2 creditCard 1                         | ok
            after 100
            charge 1 creditCard 1                         | ok
            charge 1 creditCard 1                         | charge-velocity 3
            after 399.999999
            charge 1 creditCard 1                         | charge-velocity 3
            charge 1 point 1                              | ok
            charge 1 creditCard 1                         | charge-velocity 3
            after 0.000001
            charge 1 creditCard 1                         | ok
            charge 1 creditCard 1                         | charge-velocity 3
            after 99.999999
            charge 1 debitCard 1                          | charge-velocity 3
            after 0.000001
            charge 1 debitCard 1                          | ok
            charge 2 debitCard 1                          | ok
            """)
    }

    @Test("Several windows all hold, each for its sources")
    func windows() throws {
        var story = try aStory {
            $0.chargeWindows = [
                Policy.ChargeWindowLimit(Policy.Sources([.point]), count: 1, seconds: 10),
                Policy.ChargeWindowLimit(Policy.Sources(FundingSource.allCases), count: 2, seconds: 86_400),
            ]
        }
        try story.play(
            """
            charge 1 point 1                              | ok
            charge 1 point 1                              | charge-velocity 1
            after 10
            charge 1 point 1                              | ok
            after 10
            charge 1 atmCash 1                            | charge-velocity 2
            after 86379.999999
            charge 1 atmCash 1                            | charge-velocity 2
            after 0.000001
            charge 1 atmCash 1                            | ok
            """)
    }

    @Test("A window remembers over thousands of other accounts' charges, and through an image")
    func manyCharges() throws {
        var story = try aStory { $0.chargeWindows = [Policy.ChargeWindowLimit(.cards, count: 2, seconds: 3600)] }
        for _ in 0..<2 {
            try story.play("charge 1 creditCard 1 | ok")
            for _ in 0..<1500 {
                try story.ask(.money(.charge(.ordinal(2), .point, Amount(1)!, reference: nil)))
                try story.ask(.service(.advanceClock(to: story.books.now + 1)))
            }
        }
        try story.play("charge 1 creditCard 1 | charge-velocity 2\nafter 599.999999\ncharge 1 creditCard 1 | charge-velocity 2")
        try story.play("after 0.000001\ncharge 1 creditCard 1 | ok\ncharge 1 creditCard 1 | charge-velocity 2")
        #expect(try Books(image: story.books.image()).image() == story.books.image())
    }

    @Test("A day's sums turn at midnight in Japan")
    func dailyCaps() throws {
        var story = try aStory {
            $0.dailyCharge = 1000
            $0.dailyCardCharge = 300
            $0.dailyPayment = 500
        }
        try story.play(
            """
            charge 1 creditCard 301                       | daily-cap 300
            charge 1 creditCard 200                       | ok
            charge 1 debitCard 101                        | daily-cap 100
            charge 1 point 801                            | daily-cap 800
            charge 1 point 750                            | ok
            charge 1 debitCard 51                         | daily-cap 50
            charge 1 debitCard 50                         | ok
            charge 1 debitCard 1                          | daily-cap 0
            charge 2 debitCard 300                        | ok
            P: pay 1 s-1 300                              | ok
            pay 1 s-1 201                                 | daily-cap 200
            -- what is reversed is paid none the less
            reverse 1 P 300
            pay 1 s-1 201                                 | daily-cap 200
            pay 1 s-1 200                                 | ok
            -- 23:59:59.999999 in Japan
            after 53999.999999
            charge 1 point 1                              | daily-cap 0
            pay 1 s-1 1                                   | daily-cap 0
            after 0.000001
            charge 1 creditCard 300                       | ok
            pay 1 s-1 500                                 | ok
            pay 1 s-1 1                                   | daily-cap 0
            after 86400
            charge 1 creditCard 300                       | ok
            """)
    }

    @Test("A day's sum that passes the largest number stays above every limit, and nothing traps")
    func fullDay() throws {
        var story = try aStory { $0.dailyPayment = .max }
        let greatest = Amount(Amount.greatest)!
        let fits = Int(Int64.max / 2 / Amount.greatest)
        for (source, store) in [(FundingSource.point, "s-1"), (.creditCard, "s-2"), (.debitCard, "s-3")] {
            for _ in 0..<fits { try story.ask(.money(.charge(.ordinal(1), source, greatest, reference: nil))) }
            for _ in 0..<fits { try story.ask(.money(.pay(.ordinal(1), store: store, place: nil, register: nil, greatest))) }
        }
        try story.rule { $0.dailyCharge = .max }
        try story.play("charge 1 atmCash 1 | daily-cap 0\ncharge 1 atmCash greatest | daily-cap 0")
    }
}
