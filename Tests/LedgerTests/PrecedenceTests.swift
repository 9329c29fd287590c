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
        #expect(codes.filter { !$0.isRecorded } == [
            .accountUnknown, .storeUnknown, .paymentUnknown, .chargeUnknown, .sessionUnknown, .controlUnknown, .voidUnknown,
            .proposalUnknown, .breakGlassUnknown, .personUnknown, .eventUnknown, .disputeUnknown, .reportUnknown, .alertUnknown,
            .unmatchedUnknown, .batchUnknown,
        ])
    }

    /// Stored numbers: a change here is a change of what old logs say.
    @Test func numbersStand() {
        #expect(Rejection.Code.allCases.map(\.rawValue) == [
            200, 210, 220, 230, 240, 250, 260, 270, 280, 290, 291, 292, 293, 294, 295, 296, 300, 301, 302, 303, 304,
            305, 306, 307, 308, 309, 310, 320, 330, 340, 341, 350, 351, 352, 353, 354, 355, 356, 357, 358, 360, 361,
            362, 363, 364, 365, 366, 367, 368, 369, 370, 371, 372, 373, 374, 375, 376, 377, 378, 390, 391, 392, 393,
            394, 395, 400, 410, 420, 430, 440, 450, 451, 452, 460, 461, 462, 463, 464, 465, 466, 467, 468, 480, 481,
            482, 483, 484, 485, 490, 491, 492, 500, 510, 512, 514, 516, 520, 530, 531, 535, 536, 537, 538, 539, 540,
            541, 542, 543, 544, 545, 546, 550, 551, 552, 553, 554, 555, 556, 557, 558, 560, 561, 562, 563, 564, 565,
            566, 567, 568, 569, 570, 571, 572, 573, 574, 575, 576, 577, 578, 579, 580, 581, 582, 583, 584, 585, 586,
            587, 588, 589, 590, 591, 592, 600, 610, 620, 630, 640, 650, 651, 652, 653, 654, 655, 690,
        ])
        #expect(EventKind.allCases.map(\.rawValue) == [
            1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 32, 33, 34, 35, 36, 37, 48, 49, 50, 51, 52, 53, 54, 64, 65,
            66, 67, 68, 69, 70, 71, 72, 73, 74, 75, 76, 80, 81, 82, 96, 97, 98, 99, 100, 101, 102, 112, 113, 128, 129,
            130, 131, 132, 133, 134, 135, 136, 137, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150,
            151, 152, 153, 154, 155, 156, 157, 158, 159, 160, 161, 162, 163, 176, 177, 178, 192, 193, 194, 195, 196,
            197, 198, 199, 200, 201, 202, 203, 204, 205, 206, 207, 208, 209, 210, 211, 212, 213, 214, 215, 216, 217,
            218, 219, 220, 221, 222, 223, 224, 225, 226, 227, 228, 229, 230, 231, 232, 233, 234, 235, 236, 255,
        ])
        #expect(Command.Name.allCases.map(\.rawValue) == [
            1, 2, 3, 4, 5, 16, 17, 18, 19, 20, 24, 25, 26, 27, 32, 33, 34, 35, 36, 40, 41, 42, 48, 49, 50, 51, 52, 53,
            54, 55, 56, 57, 58, 59, 60, 72, 73, 74, 75, 76, 77, 78, 80, 81, 88, 89, 90, 96, 97, 98, 99, 100, 101, 102,
            103, 104, 105, 106, 107, 112, 113, 114, 115, 116, 117, 118, 119, 120, 121, 122, 123, 136, 137, 138, 139,
            140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 150, 151, 152, 153, 154, 155, 156, 157, 158, 159, 160,
        ])
        #expect(AccountClass.allCases.map(\.rawValue) == Array(1...17))
        #expect(Tail.Field.allCases.map(\.rawValue) == Array(1...6) + Array(8...96))
        #expect(Role.allCases.map(\.rawValue) == Array(1...13))
        #expect(Roles.founder.rawValue == 0b1110)
        #expect(Stops.everything.rawValue == 0b1111_0011_1110)
        #expect(Via.allCases.map(\.rawValue) == Array(1...7))
        #expect(Authentication.Method.allCases.map(\.rawValue) == Array(1...7))
        #expect(LoginMethod.allCases.map(\.rawValue) == [1, 2])
        #expect(LoginFailure.allCases.map(\.rawValue) == Array(1...4))
        #expect(ThreeDSecure.allCases.map(\.rawValue) == Array(1...4))
        #expect(ContactKind.allCases.map(\.rawValue) == Array(1...3))
        #expect(NoticeKind.allCases.map(\.rawValue) == Array(1...9))
        #expect(PayoutMethod.allCases.map(\.rawValue) == [1, 2])
        #expect(ClaimChannel.allCases.map(\.rawValue) == Array(1...3))
        #expect(IdentityMethod.allCases.map(\.rawValue) == Array(1...4))
        #expect(FileFormat.allCases.map(\.rawValue) == Array(1...3))
        #expect(FilingKind.allCases.map(\.rawValue) == Array(1...9))
        #expect(SecurityForm.allCases.map(\.rawValue) == Array(1...3))
        #expect(ShutdownBooks.State.allCases.map(\.rawValue) == Array(1...9))
        #expect(ShutdownBooks.BatchState.allCases.map(\.rawValue) == Array(1...4))
        #expect(HoldGrounds(rawValue: 15).names == ["dispute", "case", "alert", "legalHold"])
        #expect(ApprovalsCommand.Verdict.allCases.map(\.rawValue) == [1, 2])
        #expect(Label.allCases.map(\.rawValue) == Array(1...3))
        #expect(Route.allCases.map(\.rawValue) == Array(1...3))
        #expect(ContactVia.allCases.map(\.rawValue) == Array(1...6))
        #expect(ContactOutcome.allCases.map(\.rawValue) == Array(1...3))
        #expect(DamageCommand.Outcome.allCases.map(\.rawValue) == Array(1...3))
        #expect(CompensationCommand.Stage.allCases.map(\.rawValue) == Array(1...3))
        #expect(CompensationCommand.Settlement.allCases.map(\.rawValue) == [1, 2])
        #expect(FraudCommand.Verdict.allCases.map(\.rawValue) == [1, 2])
        #expect(RuleNumber.allCases.map(\.rawValue) == Array(0...14))
        #expect(PersonalDatum.Kind.allCases.map(\.rawValue) == Array(1...8))
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

    /// A charge that breaks every rule a charge can break, mended one rule at a time from the first on.
    @Test func theGatesInTheirOrder() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            login 1 commonId <device d1>
            end 1
            open p-2
            login 2 commonId <device d2>
            L: lock 1 charge
            mandate
            S: stop charge
            F: stop foreignIp
            """)
        try story.rule {
            $0.requiresLaunch = true
            $0[.creditCard] = .init(perCharge: 100, step: 10)
            $0[minimum: .charge] = .init(level: 2, seconds: 60)
            $0.balanceCap = 50
            $0.dailyCharge = 20
            $0.deviceSources = .cards
            $0.deviceCoolDown = 60
        }
        let step = Int64(2 | 60 << 8)
        try story.play(
            """
            charge 9 creditCard 105 <US level 1 ago -601>            | account-unknown
            charge 1 creditCard 105 <session 9 US level 1 ago -601>  | session-unknown
            charge 1 creditCard 105 @+9999 <session 1 US level 1 ago -601> | occurred-in-future
            charge 1 creditCard 105 <session 1 US level 1 ago -601>  | evidence-in-future
            charge 1 creditCard 105 <session 1 US level 1>           | not-launched
            launch
            charge 1 creditCard 105 <session 1 US level 1>           | charges-stopped
            lift S
            charge 1 creditCard 105 <session 1 US level 1>           | foreign-address
            charge 1 creditCard 105 <app session 1 level 1>          | country-unknown
            lift F
            charge 1 creditCard 105 <session 1 level 1>              | account-locked
            as op-1 unlock 1 all <level 2>
            chargeWith 1 creditCard 105 tok <session 1 level 1>      | funding-source-not-linked
            charge 1 creditCard 105 <session 1 level 1>              | session-ended
            charge 2 creditCard 105 <session 1 level 1>              | session-ended
            charge 1 creditCard 105 <level 1>                        | reset-required
            reset 1 self
            charge 1 creditCard 105 <level 1 ago 61>                 | step-up-required \(step)
            charge 1 creditCard 105 <level 2 ago 61>                 | evidence-stale \(step)
            charge 1 creditCard 105 <level 2>                        | device-required
            bind 1 d1
            charge 1 creditCard 105 <level 2 device d1>              | device-cool-down 60
            after 60
            charge 1 creditCard 105 <level 2 device d1>              | amount-step 10
            charge 1 creditCard 110 <level 2 device d1>              | source-limit 100
            charge 1 creditCard 60 <level 2 device d1>               | daily-cap 20
            charge 1 debitCard 60 <level 2 device d1>                | daily-cap 20
            """)
        try story.rule { $0.dailyCharge = 0 }
        try story.play("charge 1 creditCard 60 <level 2 device d1> | balance-cap 50\ncharge 1 creditCard 50 <level 2 device d1> | ok")
    }

    @Test("Among approvals: unknown, role, expired, one's own, given twice, then the act itself")
    func approvalsInTheirOrder() throws {
        var story = Story()
        try story.rule { $0.proposalSeconds = 60 }
        try story.play(
            """
            open p-1
            charge 1 point 100
            grant t treasurer
            P: as t propose refund 1 100 smallAmount
            as anonymous approve 99                                  | proposal-unknown
            as anonymous approve P @+9999                            | operator-required
            as t approve P                                           | role-required 4
            as op-2 approve P
            pay 1 s-1 1
            as op-2 approve P                                        | already-approved
            as op-3 approve P @+9999                                 | occurred-in-future
            revoke t treasurer
            as op-3 approve P                                        | proposer-lost-role
            grant t treasurer
            as op-3 approve P                                        | insufficient-balance 99
            after 60
            as t approve P                                           | role-required 4
            as op-2 approve P                                        | proposal-expired
            as op-2 propose fund 5                                   | no-approval-needed
            as op-1 refund 1 5000                                    | approvals-required 2
            """)
    }

    @Test("At the damage desks: unknown, closed, not money, cash, judged so, certified; grounds before gaps before sums")
    func damageInTheirOrder() throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            O: charge 1 registerCash 5
            A: charge 1 creditCard 30
            P: pay 1 s-1 3
            as nobody label 9 fraud 999                              | account-unknown
            as nobody label 1 fraud 999 1                            | event-unknown
            as nobody label 1 fraud O                                | operator-required
            as s label 1 fraud O                                     | role-required \(Roles(.investigator, .certifier).rawValue)
            as c propose relabel 1 fraud O P @+9999                  | occurred-in-future
            label 1 fraud O A P                                      | cash-is-own \(story.books.next + 1)
            label 1 unknown A                                        | labelled-so
            label 1 fraud A
            D: dispute 1 A P
            C: as c dispute 1 P
            certify p-9 creditCard 1 dispute 999                     | person-unknown
            certify p-1 creditCard 1 dispute 999 report 999          | dispute-unknown
            certify p-1 creditCard 1 dispute C                       | certifier-opened-dispute
            certify p-1 creditCard 1 dispute D                       | disputed-unlabelled \(story.books.next + 3)
            E: dispute 1 A
            certify p-1 creditCard 1 dispute E                       | labels-missing \(story.books.next + 3)
            label 1 genuine P
            as c certify p-1 creditCard 1 dispute E                  | differs-from-entitlement 30
            certify p-1 creditCard 30 dispute E
            certify p-1 creditCard 1 dispute C                       | already-certified \(story.books.next + 18)
            askBack 1 O                                              | charge-not-fraud
            askBack 1 A
            askBack 1 A                                              | reversal-open
            as m askBack 9 A                                         | account-unknown
            as m askBack 1 A                                         | role-required \(Roles(.treasurer, .certifier).rawValue)
            agree 1 5                                                | not-offered
            """)
    }

    @Test("At the shutdown desk: unknown, role, not ended, holder, window, state, identity, hold, sums; of a batch, past before its file")
    func refundsInTheirOrder() throws {
        var story = try Story.shutdownDesks()
        try story.play(
            """
            open p-1
            charge 1 registerCash 500
            open p-2
            charge 2 registerCash 300
            claim 9 p-9 bank web                                     | account-unknown
            claim 1 p-9 bank web                                     | not-terminated
            as nobody approveRefunds 1 9                             | account-unknown
            as nobody approveRefunds 1 1                             | operator-required
            as s releaseBatch 7 f                                    | batch-unknown
            openClaims 2019-07-01                                    | not-terminated
            decideEnd 2019-07-02T00:00+09:00
            decideEnd 2019-07-01T00:00+09:00                         | effective-in-past
            clock 2019-07-02T00:00+09:00
            openClaims 2019-07-01                                    | notices-missing
            claim 1 p-9 bank web                                     | claims-not-open
            """)
        try story.openClaims()
        try story.play(
            """
            claim 1 p-9 bank web                                     | not-the-holder
            claim 1 p-1 bank web                                     | identity-required
            claim 1 p-1 bank paper
            claim 1 p-1 bank paper                                   | already-claimed
            legalHold 1
            approveRefunds 1 1                                       | identity-too-weak 1
            identify 1 1
            approveRefunds 1 1                                       | refund-is-held 1
            approveRefunds 1 1 2                                     | not-claimed
            liftLegalHold 1
            approveRefunds 1 1                                       | refund-total-differs 500
            approveRefunds 500 1
            batch postal 2019-07-01                                  | effective-in-past
            B: batch bank 2019-07-02
            as op-1 releaseBatch B f                                 | file-missing
            legalHold 1
            file B certificates f                                    | file-differs
            file B zengin f                                          | batch-changed
            as op-1 releaseBatch B f                                 | file-missing
            cancelBatch B
            as op-1 releaseBatch B f                                 | batch-is-past
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
