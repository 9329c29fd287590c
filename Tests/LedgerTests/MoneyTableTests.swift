import Ledger
import Testing

/// The money desk, by table (`Story.play`); postings are rows 1–4 and 13–15 of the accounting table.
@Suite struct MoneyTableTests {
    @Test(arguments: FundingSource.allCases) func charging(source: FundingSource) throws {
        let name = source.name
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 \(name) 3000 r-1         | ok chargeSettled balance 3000 member.1 3000 receivable.\(name) 3000
            policy \(name) limit 5000 step 1000
            charge 1 \(name) 1500             | amount-step 1000
            charge 1 \(name) 5000             | ok balance 8000
            charge 1 \(name) 6000             | source-limit 5000
            policy \(name) limit 5000 step 1000 cap 10000
            charge 1 \(name) 2000             | ok balance 10000
            charge 1 \(name) 1000             | balance-cap 10000
            -- the policy is replaced whole
            policy cap 10001
            charge 1 \(name) 2                | balance-cap 10001
            charge 1 \(name) 1                | ok balance 10001
            policy
            charge 1 \(name) greatest         | ok balance 1000000000010000
            """)
        #expect(story.events[2].source == source)
        #expect(story.events[2].tail.text(.partnerReference) == "r-1")
    }

    @Test("A limit of one source is none of another's")
    func limitsBySource() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            policy creditCard limit 30000 step 1000 point step 10
            charge 1 creditCard 31000         | source-limit 30000
            charge 1 debitCard 31001          | ok
            charge 1 point 31005              | amount-step 10
            charge 1 point 31010              | ok
            """)
    }

    @Test func paying() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            pay 1 s-1 1                       | insufficient-balance 0
            charge 1 creditCard 3000          | ok balance 3000
            pay 1 s-1 4000                    | insufficient-balance 3000
            pay 1 s-1 3001                    | insufficient-balance 3000
            pay 1 s-1 500                     | ok paymentAccepted balance 2500 member.1 2500 store.s-1 500
            pay 1 s-2 2500                    | ok balance 0 store.s-2 2500 store.s-1 500
            pay 1 s-2 greatest                | insufficient-balance 0
            """)
    }

    @Test func reversing() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            open p-2
            C: charge 1 point 1000
            P: pay 1 s-1 900
            -- in parts, up to the original
            reverse 1 P 901                   | reversal-exceeds-payment 900
            R: reverse 1 P 300                | ok paymentReversed balance 400 store.s-1 600
            reverse 1 P 601                   | reversal-exceeds-payment 600
            reverse 1 P 600                   | ok balance 1000 store.s-1 0
            reverse 1 P 1                     | reversal-exceeds-payment 0
            -- of somebody else, of no payment, of nothing
            reverse 2 P 1                     | payment-unknown
            reverse 1 C 1                     | payment-unknown
            reverse 1 R 1                     | payment-unknown
            reverse 1 0 1                     | payment-unknown
            reverse 1 999 1                   | payment-unknown
            reverse 1 18446744073709551615 1  | payment-unknown
            -- an outside fact: no cap stops it, and the store may come to owe us
            Q: pay 1 s-1 1000
            settleStore s-1 toStore 1000      | ok store.s-1 0
            policy cap 10
            lock 1 all
            reverse 1 Q 1000                  | ok balance 1000 store.s-1 -1000
            settleStore s-1 fromStore 1000    | ok merchantRepaid store.s-1 0 bank 0
            """)
    }

    @Test func correcting() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            open p-2
            A: charge 1 creditCard 3000
            correct 1 A 3001                  | charge-already-spent 3000
            correct 1 A 1000                  | ok chargeCorrected balance 2000 receivable.creditCard 2000
            B: charge 1 point 500
            P: pay 1 s-1 2200
            -- first in, first out: A is spent, 300 of B are left
            correct 1 A 1                     | charge-already-spent 0
            correct 1 B 301                   | charge-already-spent 300
            -- a reversal refills the lot consumed last
            reverse 1 P 300                   | ok balance 600
            correct 1 B 501                   | charge-already-spent 500
            correct 1 B 450                   | ok balance 150 receivable.point 50
            correct 1 A 101                   | charge-already-spent 100
            correct 1 A 100                   | ok balance 50
            correct 2 A 1                     | charge-unknown
            correct 1 P 1                     | charge-unknown
            correct 1 0 1                     | charge-unknown
            correct 1 999 1                   | charge-unknown
            -- of a locked account, and of a charge already settled: the partner overpaid
            lock 1 all
            settle point 50                   | ok receivable.point 0
            correct 1 B 50                    | ok balance 0 receivable.point -50
            """)
    }

    @Test func refunding() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            refund 1 400                      | refund-forbidden
            refund 1 4000                     | refund-forbidden
            refund 1 400 smallAmount          | ok exceptionalRefundReleased balance 600 transit.1 400
            lock 1 all
            refund 1 601 smallAmount          | insufficient-balance 600
            refund 1 600 unavoidableCircumstances | ok balance 0 transit.1 1000
            refund 1 1 smallAmount            | insufficient-balance 0
            """)
    }

    @Test func settlingPartners() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 creditCard 10000
            settle creditCard 4000 fee 120    | ok partnerFeeBooked partnerSettled balance 6000 bank 3880 fee.creditCard 120
            settle creditCard 1000            | ok partnerSettled balance 5000 bank 4880
            settle creditCard 1000 fee 1000   | ok partnerFeeBooked balance 4000 bank 4880 fee.creditCard 1120
            -- what exceeds the receivable is money that matches nothing
            settle creditCard 5000 fee 100    | ok unmatchedReceived partnerFeeBooked partnerSettled receivable.creditCard 0 suspense 1000 bank 9780
            settle debitCard 300              | ok unmatchedReceived balance 1300 receivable.debitCard 0
            -- a fee beyond what is owed leaves the receivable below zero
            settle debitCard 300 fee 30       | ok unmatchedReceived partnerFeeBooked receivable.debitCard -30 suspense 1570 fee.debitCard 30
            charge 1 debitCard 100
            settle debitCard 100 fee 80       | ok unmatchedReceived partnerFeeBooked receivable.debitCard -10 suspense 1590 bank 10370
            settle debitCard 10               | ok unmatchedReceived suspense 1600 receivable.debitCard -10
            """)
        #expect(throws: Malformed.self) { try story.ask(.money(.settlePartner(.point, gross: Amount(10)!, fee: 11, statement: nil))) }
        #expect(throws: Malformed.self) { try story.ask(.money(.settlePartner(.point, gross: Amount(10)!, fee: -1, statement: nil))) }
    }

    @Test func settlingMerchants() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            settleStore s-1 toStore 1         | store-unknown
            settleStore s-1 fromStore 1       | store-unknown
            P: pay 1 s-1 700
            settleStore s-1 toStore 701       | settlement-exceeds-balance 700
            settleStore s-1 toStore 700       | ok merchantSettled balance 0 bank -700
            reverse 1 P 200
            -- the store owes us now
            settleStore s-1 toStore 1         | settlement-exceeds-balance 0
            settleStore s-1 fromStore 150     | ok merchantRepaid balance -50 bank -550
            settleStore s-1 fromStore 150     | ok balance 100
            settleStore s-1 toStore 100       | ok balance 0 bank -500
            """)
    }

    @Test func bankItems() throws {
        var story = Story()
        try story.play(
            """
            fund 1000000                      | ok ownerFunded balance 1000000 equity 1000000 bank 1000000
            unmatched out 1                   | unmatched-exceeds-suspense 0
            unmatched in 500                  | ok unmatchedReceived balance 500 suspense 500 bank 1000500
            unmatched out 501                 | unmatched-exceeds-suspense 500
            unmatched out 200                 | ok unmatchedReturned balance 300 suspense 300 bank 1000300
            unmatched out 300                 | ok balance 0
            """)
    }

    @Test("However often the greatest amount moves, the answer is a refusal and never a trap")
    func room() throws {
        var story = Story()
        try story.play("open p-1\nopen p-2")
        let greatest = Amount(Amount.greatest)!
        let fits = Int(Int64.max / 2 / Amount.greatest)
        func times(_ count: Int, _ command: Command) throws -> (accepted: Int, last: Rejection.Code?) {
            var (accepted, last) = (0, Rejection.Code?.none)
            for _ in 0..<count {
                switch try story.ask(command) {
                case .success: accepted += 1
                case .failure(let rejection): last = rejection.code
                }
            }
            return (accepted, last)
        }
        // A receivable fills; the member's account is full before a second source is.
        #expect(try times(fits + 50, .money(.charge(.ordinal(1), .point, greatest, reference: nil))) == (fits, .ledgerFull))
        #expect(try times(2, .money(.charge(.ordinal(1), .creditCard, greatest, reference: nil))) == (0, .ledgerFull))
        #expect(try times(fits + 50, .money(.charge(.ordinal(2), .creditCard, greatest, reference: nil))) == (fits, .ledgerFull))
        // Two full members cannot both pay one store.
        func pay(_ member: UInt64) -> Command {
            .money(.pay(.ordinal(member), store: "s-1", place: nil, register: nil, greatest))
        }
        #expect(try times(fits + 50, pay(1)) == (fits, .insufficientBalance))
        #expect(try times(2, pay(2)) == (0, .ledgerFull))
        // A settled receivable lets a member charge anew, until the bank is full.
        #expect(try times(fits + 50, .money(.settlePartner(.point, gross: greatest, fee: 0, statement: nil))) == (fits, .ledgerFull))
        #expect(try times(2, .money(.fundByOwner(greatest, statement: nil))) == (0, .ledgerFull))
        #expect(try times(2, .money(.bookUnmatched(greatest, .in, statement: nil))) == (0, .ledgerFull))
        #expect(try times(3, .money(.settleMerchant(store: "s-1", greatest, .toStore, statement: nil))) == (3, nil))
        #expect(try times(4, .money(.settlePartner(.creditCard, gross: greatest, fee: 5, statement: nil))) == (3, .ledgerFull))
        #expect(try times(1, .accounts(.close(.ordinal(2), .unclaimed, reason: nil))) == (1, nil))
        // The parts of one settlement may pass the edge together; then the bank takes no more, but gives.
        var over = Story()
        try over.play("open p-1\nP: charge 1 point 600000000000000\npay 1 s-1 500")
        for _ in 0..<fits { try over.ask(.money(.fundByOwner(greatest, statement: nil))) }
        try over.play(
            """
            settle point greatest             | ok unmatchedReceived partnerSettled
            fund 1                            | ledger-full
            settleStore s-1 fromStore 1       | ledger-full
            unmatched out 1                   | ok
            settleStore s-1 toStore 500       | ok
            fund 1                            | ledger-full
            unmatched out 399999999999998     | ok suspense 0
            fund 1                            | ok
            """)
        #expect(story.events.count > 2 * fits)
        var nets: [AccountCode: Int64] = [:]
        for event in story.events where event.hasPosting {
            nets[event.debit, default: 0] += event.amount
            nets[event.credit, default: 0] -= event.amount
        }
        for (account, net) in nets { #expect(story.books.net(account) == net) }
    }
}
