import Ledger
import Testing

/// Reversals, returns, compensation and what is owed back, by table; postings are rows 5–11 of the accounting table.
@Suite struct CompensationTableTests {
    @Test("A partner is asked once for a card's fraud charge, and may refuse")
    func asking() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 5
            A: charge 1 creditCard 3000
            B: charge 1 debitCard 2000
            N: charge 1 point 70
            askBack 9 A                       | account-unknown
            askBack 1 999                     | charge-unknown
            askBack 1 A                       | charge-not-fraud
            label 1 fraud A B N
            askBack 1 N                       | not-reversible
            refuseBack 1 A                    | reversal-not-open
            askBack 1 A 2019-07-26            | ok chargeReversalRequested balance 5075
            askBack 1 A                       | reversal-open
            askBack 1 B                       | ok
            refuseBack 1 999                  | charge-unknown
            refuseBack 1 O                    | reversal-not-open
            refuseBack 1 A                    | ok chargeReversalRejected
            refuseBack 1 A                    | reversal-not-open
            -- refused once, it may be asked for again; made good it may not
            askBack 1 A                       | ok
            back 1 creditCard A 3000          | ok
            askBack 1 A                       | made-good
            refuseBack 1 A                    | reversal-not-open
            """)
        let asked = try #require(story.events.first { $0.kind == .chargeReversalRequested })
        #expect(asked.tail.number(.debitDate).map { Day(number: Int32($0)).description } == "2019-07-26")
        #expect(asked.source == .creditCard)
        #expect(throws: Malformed.self) { try story.play("back 1 point N 5") }
        for (source, stage) in [(FundingSource.creditCard, CompensationCommand.Stage.toBankAccount), (.debitCard, .beforeDebit), (.debitCard, .afterDebit)] {
            #expect(throws: Malformed.self) {
                try story.ask(.compensation(.confirmReversal(.ordinal(1), source, charge: 1, Amount(1)!, stage, reference: nil)))
            }
        }
    }

    @Test("A partner's word is recorded: from the hold, the loss, what the member owes; what fits nothing waits")
    func confirming() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 1000
            A: charge 1 creditCard 30000
            G: pay 1 s-1 3000
            F: pay 1 s-1 20000
            label 1 fraud A F
            label 1 genuine G
            back 1 creditCard A 31000         | ok fraudHeld chargeReversedFromHold chargeReversedFromLoss chargeReversedFromRecoverable chargeReversedUnmatched balance 0 hold.1 0 loss.1 20000 recoverable.1 2000 clearing.creditCard 31000 suspense -1000
            -- the same made good twice is owed back by the member, up to the charge
            back 1 creditCard A 500           | ok chargeReversedFromRecoverable recoverable.1 2500 loss.1 20000
            -- nobody's, of another source, of no charge, of a charge that is nobody's fraud
            back - creditCard A 7             | ok chargeReversedUnmatched suspense -1007
            back 1 debitCard A 7              | ok chargeReversedUnmatched
            U: back 9 creditCard A 7          | ok chargeReversedUnmatched
            V: back 1 creditCard 999 7        | ok chargeReversedUnmatched
            back 1 creditCard O 7             | ok chargeReversedUnmatched suspense -1035
            B: charge 1 creditCard 100
            W: back 1 creditCard B 60         | ok chargeReversedUnmatched suspense -1095
            matchBack 999 1 A                 | unmatched-unknown
            matchBack W 9 A                   | account-unknown
            matchBack W 1 999                 | charge-unknown
            matchBack W 1 O                   | charge-unknown
            matchBack W 1 B                   | charge-not-fraud
            label 1 fraud B
            matchBack W 1 B                   | ok unmatchedReversalMatched fraudHeld chargeReversedFromHold suspense -1035 hold.1 40
            matchBack W 1 B                   | unmatched-unknown
            -- the bank's unmatched money is none of the partner's unmatched words
            unmatched out 1                   | unmatched-exceeds-suspense 0
            unmatched in 50                   | ok suspense -985
            unmatched out 51                  | unmatched-exceeds-suspense 50
            unmatched out 50                  | ok suspense -1035
            """)
        #expect(story.books.damage.reversals[try story.position("A")] == .confirmed)
    }

    @Test("Clearing is settled up to what the partner gave back, and netted up to what it owes")
    func clearing() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            A: charge 1 creditCard 3000
            label 1 fraud A
            clear creditCard 1 netted         | clearing-exceeds-balance 0
            back 1 creditCard A 3000
            clear creditCard 3001 netted      | clearing-exceeds-balance 3000
            clear debitCard 1 paid            | clearing-exceeds-balance 0
            clear creditCard 1000 netted      | ok clearingNetted balance 2000 clearing.creditCard 2000 receivable.creditCard 2000
            settle creditCard 1500
            clear creditCard 501 netted       | netted-exceeds-receivable 500
            clear creditCard 500 netted       | ok receivable.creditCard 0
            clear creditCard 1 netted         | netted-exceeds-receivable 0
            clear creditCard 1500 paid        | ok clearingPaid clearing.creditCard 0 bank 0
            clear creditCard 1 paid           | clearing-exceeds-balance 0
            """)
    }

    @Test("Points, own balance and what partners refuse: offered when certified and due, agreed to the yen by two, paid")
    func compensating() throws {
        var story = try Story.desks()
        let start = Story.opening + 3600
        try story.rule { $0.compensationFrom = start }
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 1000
            A: charge 1 creditCard 3000
            N: charge 1 point 500
            F: pay 1 s-1 4000
            D: dispute 1 A
            label 1 fraud A N F
            offer 9                           | account-unknown
            offer 1                           | not-certified
            certify p-1 creditCard 3000 point 500 own 500 dispute D
            offer 1                           | compensation-too-early
            after 3599.999999
            offer 1                           | compensation-too-early
            after 0.000001
            agree 1 1000                      | not-offered
            offer 1                           | ok compensationOffered balance 500
            as op-1 agree 1 1000              | approvals-required 2
            agree 1 999                       | compensation-differs 1000
            agree 1 1001                      | compensation-differs 1000
            payOut 1 1                        | compensation-exceeds 0
            uncertify p-1
            agree 1 1000                      | not-certified
            certify p-1 creditCard 3000 point 500 own 500 dispute D
            P: as op-1 propose agree 1 1000
            as op-2 approve P
            -- the partner refuses before the last approval: what is due is not what was agreed
            askBack 1 A
            refuseBack 1 A
            as op-3 approve P                 | compensation-differs 4000
            agree 1 4000                      | ok compensationFromLoss compensationFromLoss compensationFromLoss compensation.1 4000 loss.1 4000
            agree 1 4000                      | not-offered
            offer 1                           | nothing-to-compensate
            payOut 1 4001                     | compensation-exceeds 4000
            payOut 1 3000                     | ok compensationPaid compensation.1 1000
            -- the bank sends back more than it was given: the rest matches nothing
            bounced 1 3500                    | ok compensationReturned unmatchedReceived compensation.1 4000 suspense 500
            bounced 1 5                       | ok unmatchedReceived suspense 505
            payOut 1 4000                     | ok compensation.1 0
            """)
        let offered = try #require(story.events.first { $0.kind == .compensationOffered })
        #expect(Entitlement(reading: offered.tail) == Entitlement(point: 500, ownBalance: 500))
    }

    @Test("What was made good and is genuine after all: cancelled unpaid, owed back paid, repaid or given up")
    func owedBack() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 8000
            F: pay 1 s-1 7500
            D: dispute 1 F
            label 1 fraud F
            certify p-1 own 7500 dispute D
            offer 1
            agree 1 7500                      | ok compensation.1 7500 loss.1 7500
            payOut 1 5000
            label 1 genuine F                 | amendment-required
            relabel 1 genuine F               | ok eventLabelled compensationCancelled lossRecoverable certificationRevoked compensation.1 0 recoverable.1 5000 loss.1 0
            relabel 1 genuine F               | labelled-so
            repay 1 2000                      | ok recoverableRepaid recoverable.1 3000
            as op-1 waive 1 1                 | approvals-required 2
            waive 1 3001                      | recoverable-exceeds 3000
            waive 1 1000                      | ok recoverableWaived recoverable.1 2000 goodwill 1000
            -- a fraud after all: what is still owed is a loss again
            relabel 1 fraud F                 | ok eventLabelled lossReinstated recoverable.1 0 loss.1 2000
            repay 1 5                         | ok unmatchedReceived suspense 5
            waive 1 1                         | recoverable-exceeds 0
            culprit 700                       | ok culpritPaid bank -2295 loss.0 -700
            repay 9 5                         | account-unknown
            """)
    }

    @Test("What nobody has judged is taken for the thief's, after what is known to be; judged later it shifts nothing")
    func unjudged() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            A: charge 1 creditCard 30000
            U: pay 1 s-1 10000
            V: pay 1 s-1 10000
            F: pay 1 s-1 10000
            label 1 fraud A F
            back 1 creditCard A 10000         | ok chargeReversedFromLoss loss.1 10000
            -- only the thief's own was made good so far
            label 1 genuine U                 | ok eventLabelled loss.1 10000 recoverable.1 0
            label 1 unknown U                 | amendment-required
            relabel 1 unknown U               | ok eventLabelled
            back 1 creditCard A 20000         | ok chargeReversedFromLoss loss.1 30000
            label 1 fraud U                   | ok eventLabelled loss.1 30000
            label 1 genuine V                 | amendment-required
            relabel 1 genuine V               | ok eventLabelled lossRecoverable loss.1 20000 recoverable.1 10000
            """)
        #expect(DamageLaws.broken(story, everythingIsMadeGood: true) == [])
    }

    @Test("A store's reversal of what was made good comes back to the issuer")
    func reversals() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 1000
            A: charge 1 creditCard 3000
            F: pay 1 s-1 3500
            label 1 fraud A F
            reverse 1 F 3501                  | reversal-exceeds-payment 3500
            back 1 creditCard A 2000          | ok loss.1 2000
            -- last taken first: 500 own, then of the charge what was made good, then what was not
            reverse 1 F 600                   | ok paymentReversed paymentReversedToLoss balance 1000 loss.1 1900
            reverse 1 F 2400                  | ok paymentReversed paymentReversedToLoss balance 1500 loss.1 0
            reverse 1 F 501                   | reversal-exceeds-payment 500
            refund 1 1500 smallAmount         | ok transit.1 1500
            """)
    }

    @Test("A label elsewhere does not change what a reversal of a made-good payment gives back", arguments: ["", "label 1 fraud B", "label 1 genuine O", "label 1 genuine B"])
    func reversalOrder(other: String) throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 500
            A: charge 1 creditCard 500
            U: pay 1 s-1 1000
            B: charge 1 creditCard 70
            label 1 fraud A
            back 1 creditCard A 500           | ok loss.1 500
            \(other)
            reverse 1 U 600                   | ok paymentReversed paymentReversedToLoss balance 170 loss.1 0
            """)
    }

    @Test("What a thief charged is no balance to refund, held or not")
    func refunds() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 1000
            A: charge 1 creditCard 3000
            refund 1 1 smallAmount            | ok
            label 1 fraud A
            refund 1 1000 smallAmount         | insufficient-balance 999
            hold 1
            refund 1 1000 smallAmount         | insufficient-balance 999
            refund 1 999 smallAmount          | ok
            correct 1 A 1                     | charge-already-spent 0
            """)
    }
}
