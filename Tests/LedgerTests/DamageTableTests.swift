import Ledger
import Testing

/// Disputes, reports, labels and holds, by table (`Story.play`).
@Suite struct DamageTableTests {
    @Test("A dispute names charges and payments of its account, and is closed once")
    func disputes() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            open p-2
            A: charge 1 creditCard 3000
            P: pay 1 s-1 500
            L: lock 1 all
            B: charge 2 point 70
            dispute 9 A                       | account-unknown
            dispute 1 999                     | event-unknown
            dispute 1 B                       | event-unknown
            dispute 1 A L                     | not-money \(story.books.next + 4)
            D: dispute 1 A P                  | ok disputeOpened balance 2500
            dispute 1 A                       | ok
            closeDispute 999 confirmed        | dispute-unknown
            closeDispute A confirmed          | dispute-unknown
            closeDispute D rejected           | ok disputeClosed balance 2500
            closeDispute D rejected           | dispute-closed
            dispute 1 A                       | ok
            """)
        let opened = try #require(story.events.first { $0.kind == .disputeOpened })
        #expect(opened.tail.positions(.events) == [try story.position("A"), try story.position("P")])
        #expect(opened.tail.bytes(.contactVia) == [ContactVia.supportLine.rawValue])
        #expect(story.events.first { $0.kind == .disputeClosed }?.tail.bytes(.outcome) == [DamageCommand.Outcome.rejected.rawValue])
    }

    @Test("A partner's report is recorded whatever it says, once, and matched once")
    func reports() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            A: charge 1 creditCard 3000
            B: charge 1 point 70
            R: report creditCard m-1          | ok partnerReportReceived
            report creditCard m-1             | report-known \(story.books.next + 3)
            report debitCard m-1              | ok
            -- what fits no charge of that account and source waits for a match
            S: report creditCard m-2 1 B      | ok
            report creditCard m-3 9 A         | ok
            T: report creditCard m-4 1 A      | ok balance 3070
            matchReport 999 1 A               | report-unknown
            matchReport R 9 A                 | account-unknown
            matchReport T 1 A                 | report-matched
            matchReport S 1 B                 | charge-unknown
            matchReport S 1 A B               | charge-unknown
            matchReport S 1 A                 | ok partnerReportMatched
            matchReport S 1 A                 | report-matched
            contacted 1 in reached            | ok memberContacted
            contacted 1 out notReached        | ok
            contacted 9 in reached            | account-unknown
            """)
        #expect(story.books.damage.reports.values.filter { $0.account == 1 }.count == 2)
        for bad in ["report registerCash m-9", "report atmCash m-9"] {
            #expect(throws: Malformed.self) { try story.play(bad) }
        }
    }

    @Test("Labels: money only, cash is the member's own, the same twice is refused, and holds follow")
    func labels() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 5000
            Q: charge 1 atmCash 1000
            A: charge 1 creditCard 3000
            P: pay 1 s-1 4000
            label 9 fraud A                   | account-unknown
            label 1 fraud 999                 | event-unknown
            label 1 fraud O                   | cash-is-own \(story.books.next + 1)
            label 1 fraud A Q                 | cash-is-own \(story.books.next + 2)
            label 1 genuine O                 | ok eventLabelled
            label 1 genuine O                 | labelled-so
            label 1 unknown A                 | labelled-so
            -- those that have it already are left out, if any has not
            label 1 fraud A P                 | ok eventLabelled eventLabelled
            label 1 fraud A P                 | labelled-so
            """)
        #expect(story.history(of: .member(1)).filter { $0.kind == .eventLabelled }.count == 3)
    }

    @Test("A hold takes what is free of fraud charges, now and after later labels; its end gives it back")
    func holds() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 5000
            A: charge 1 creditCard 3000
            B: charge 1 point 2000
            hold 9                            | account-unknown
            hold 1                            | charge-not-fraud
            hold 1 999                        | charge-unknown
            hold 1 A                          | charge-not-fraud
            endHold 1                         | nothing-held
            label 1 fraud A
            hold 1 O                          | charge-not-fraud
            hold 1 A                          | ok holdOrdered fraudHeld balance 7000 hold.1 3000
            hold 1 A                          | nothing-to-hold
            label 1 fraud B                   | ok eventLabelled balance 7000 hold.1 3000
            hold 1                            | ok holdOrdered fraudHeld balance 5000 hold.1 5000
            hold 1                            | nothing-to-hold
            hold 1 B                          | nothing-to-hold
            C: charge 1 creditCard 100        | ok balance 5100
            label 1 fraud C                   | ok eventLabelled fraudHeld balance 5000 hold.1 5100
            label 1 genuine B                 | ok eventLabelled holdReleased balance 7000 hold.1 3100
            pay 1 s-1 7001                    | insufficient-balance 7000
            as c endHold 1                    | approvals-required 1
            endHold 1 B                       | nothing-held
            endHold 1 A                       | ok holdEnded holdReleased balance 10000 hold.1 100
            endHold 1                         | ok holdEnded holdReleased balance 10100 hold.1 0
            endHold 1                         | nothing-held
            -- held without anything free: what comes free later is held with the next label
            D: charge 1 creditCard 50
            label 1 fraud D                   | ok eventLabelled balance 10150
            hold 1                            | ok holdOrdered fraudHeld fraudHeld fraudHeld hold.1 3150
            """)
    }

    @Test("More holds than one command can say: a label is refused, an order is repeated")
    func manyHolds() throws {
        var story = try Story.desks()
        try story.play("open p-1")
        var positions: [UInt64] = []
        for _ in 0...100 {
            try story.play("charge 1 creditCard 10")
            positions.append(story.books.next - 1)
        }
        let (first, second) = (positions[..<50], positions[50...])
        for some in [first, second] { try story.play("label 1 fraud \(some.map { "\($0)" }.joined(separator: " "))") }
        try story.play("hold 1 | ok hold.1 1000\nhold 1 | ok hold.1 1010\nhold 1 | nothing-to-hold\nendHold 1 | ok hold.1 10\nendHold 1 | ok hold.1 0")
        // A label of one payment that frees more than a hundred at once.
        try story.play("P: pay 1 s-1 1010")
        try story.play("label 1 fraud P\nhold 1\nreverse 1 P 1010 | ok hold.1 1010")
        try story.play("open p-2")
        try story.play("O: charge 2 registerCash 1010")
        for index in positions.indices {
            try story.play("charge 2 creditCard 10")
            positions[index] = story.books.next - 1
        }
        for some in [positions[..<50], positions[50...]] { try story.play("label 2 fraud \(some.map { "\($0)" }.joined(separator: " "))") }
        try story.play(
            """
            P: pay 2 s-1 1010
            label 2 fraud P                   | ok
            hold 2                            | ok
            label 2 genuine P                 | too-many-holds
            """)
    }

    @Test("What becomes of a closed account's money: a hold keeps it open, later moves go to unclaimed")
    func closed() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 5
            A: charge 1 creditCard 5
            P: pay 1 s-1 10
            label 1 fraud A
            hold 1
            reverse 1 P 1                     | ok paymentReversedToHold hold.1 1
            close 1                           | money-held 1
            back 1 creditCard A 1
            close 1                           | ok accountClosed
            B: dispute 1 A
            hold 1                            | account-closed
            endHold 1                         | account-closed
            -- last taken first: what is left of the thief's charge was made good in part, so it is the member's
            reverse 1 P 5                     | ok paymentReversedToUnclaimed unclaimed.1 5
            open p-2
            charge 2 registerCash 5
            A: charge 2 creditCard 5
            P: pay 2 s-1 10
            label 2 fraud A
            close 2
            reverse 2 P 7                     | ok paymentReversedToUnclaimed paymentReversedToHold unclaimed.2 2 hold.2 5
            label 2 genuine A                 | ok eventLabelled holdReleased holdReleased balanceDisposed balance 0 unclaimed.2 7 hold.2 0
            """)
        let lots = Attribution(history: story.history(of: .member(2)))
        #expect(lots.lots.map(\.released) == [2, 5])
    }
}
