import Ledger
import Testing

/// A command that breaks several rules is refused by the one declared first in `Rejection.Code`.
@Suite struct PrecedenceTests {
    @Test func numbersAndNamesAreUniqueAndAscend() {
        let codes = Rejection.Code.allCases
        #expect(zip(codes, codes.dropFirst()).allSatisfy { $0.rawValue < $1.rawValue && $0 < $1 })
        #expect(Set(codes.map(\.name)).count == codes.count)
        #expect(Set(codes.map(\.explanation)).count == codes.count)
        for code in codes { #expect(code.name.allSatisfy { $0.isLowercase || $0 == "-" }, "\(code)") }
        #expect(codes.filter { !$0.isRecorded } == [.accountUnknown, .storeUnknown, .paymentUnknown, .chargeUnknown])
    }

    /// Stored numbers: a change here is a change of what old logs say.
    @Test func numbersStand() {
        #expect(Rejection.Code.allCases.map(\.rawValue) == [
            200, 210, 220, 230, 300, 310, 320, 330, 340, 400, 410, 420, 430, 440, 450, 500, 510, 520, 590, 600, 610, 620, 630, 640,
            650, 690,
        ])
        #expect(EventKind.allCases.map(\.rawValue) == [
            1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 21, 32, 33, 34, 35, 36, 37, 48, 49, 50, 51, 52, 53, 54, 255,
        ])
        #expect(Command.Name.allCases.map(\.rawValue) == [1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 24, 25, 26, 27, 32, 33, 34])
        #expect(AccountClass.allCases.map(\.rawValue) == Array(1...9))
        #expect(Tail.Field.allCases.map(\.rawValue) == Array(1...6) + Array(8...24))
        for kind in EventKind.allCases { #expect(EventKind(name: kind.name) == kind) }
    }

    /// The right column is the earlier of the rules named in the remark.
    @Test func theFirstBrokenRuleAnswers() throws {
        var story = Story()
        try story.play(
            """
            open p-1 x-1
            open p-2
            C: charge 1 point 1000
            P: pay 1 s-1 100
            close 2
            policy cap 1000 point limit 500 step 100
            -- what does not exist before who may ask: a stranger grows no log with it
            as till refund 9 5                           | account-unknown
            as till refund 1 5000                        | operator-required
            as till close 2 @+9999                       | operator-required
            as till correct 1 P 5                        | charge-unknown
            as till correct 1 C 5                        | operator-required
            as till confirm                              | operator-required
            as till settleStore s-9 toStore 5            | store-unknown
            -- operator-required before all else
            -- unknown things before closed accounts, times and money
            pay 9 s-1 5000 @+9999                        | account-unknown
            reverse 2 P 5000 @+9999                      | payment-unknown
            correct 2 C 5000 @+9999                      | charge-unknown
            settleStore s-9 toStore 5 @+9999             | store-unknown
            -- a time in the future before the account's state
            open p-3 x-1 @+9999                          | occurred-in-future
            pay 2 s-1 5 @+9999                           | occurred-in-future
            clock 2000-01-01T00:00Z @+9999               | clock-backwards
            confirm @+9999                               | scenario-clock
            -- closed before all that an account may be
            charge 2 point 99999                         | account-closed
            pay 2 s-1 5000                               | account-closed
            unlock 2 all                                 | account-closed
            refund 2 5000                                | account-closed
            -- locked before policies and money
            lock 1 all
            charge 1 point 99999                         | account-locked
            pay 1 s-1 99999                              | account-locked
            lock 1 all @+9999                            | occurred-in-future
            unlock 1 all
            -- step before limit before cap
            charge 1 point 99999                         | amount-step 100
            charge 1 point 99900                         | source-limit 500
            charge 1 point 200                           | balance-cap 1000
            -- no reason before no balance
            refund 1 5000                                | refund-forbidden
            refund 1 5000 smallAmount                    | insufficient-balance 900
            """)
    }

    @Test("A full ledger is the last of all reasons")
    func fullness() throws {
        var story = Story()
        try story.play("open p-1\npolicy cap 1")
        let greatest = Amount(Amount.greatest)!
        for _ in 0..<Int(Int64.max / 2 / Amount.greatest) { try story.ask(.money(.fundByOwner(greatest, statement: nil))) }
        try story.play(
            """
            fund greatest                                | ledger-full
            as till fund greatest                        | operator-required
            fund greatest @+9999                         | occurred-in-future
            """)
    }
}
