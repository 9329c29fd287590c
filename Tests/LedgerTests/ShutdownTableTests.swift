import Ledger
import Testing

/// The end of the service and the time to claim: every refusal of the desk, on both sides of its bound.
@Suite struct ShutdownTableTests {
    @Test("The end: in the future, decided once, moved and taken back by as many as decided it, and never after it came")
    func decision() throws {
        var story = try Story.shutdownDesks()
        try story.play(
            """
            open p-1
            charge 1 registerCash 500
            moveEnd 2019-10-01T00:00+09:00                        | termination-not-decided
            withdrawEnd                                           | termination-not-decided
            as op-1 decideEnd 2019-10-01T00:00+09:00              | approvals-required 2
            as t decideEnd 2019-10-01T00:00+09:00                 | role-required \(Roles(.group, .operator).rawValue)
            decideEnd 2019-07-01T09:00+09:00                      | effective-in-past
            decideEnd 2019-07-01T08:59:59+09:00                   | effective-in-past
            decideEnd 2019-10-01T00:00+09:00                      | ok terminationDecided
            decideEnd 2019-10-02T00:00+09:00                      | termination-decided
            moveEnd 2019-07-01T09:00+09:00                        | effective-in-past
            as op-1 moveEnd 2019-10-02T00:00+09:00                | approvals-required 2
            as op-1 withdrawEnd                                   | approvals-required 2
            moveEnd 2019-07-01T09:00:00.000001+09:00              | ok terminationRescheduled
            withdrawEnd                                           | ok terminationWithdrawn
            after 60
            charge 1 registerCash 500                             | ok balance 1000
            grant g group
            grant g2 group g
            grant g3 approver g
            Q: as g propose decideEnd 2019-07-02T00:00+09:00
            as g3 approve Q                                       | approver-is-proposer
            as op-1 approve Q                                     | ok approved
            as op-1 approve Q                                     | already-approved
            grant op-1b approver op-1
            as op-1b approve Q                                    | already-approved
            as op-2 approve Q                                     | ok approved terminationDecided
            R: as op-1 propose moveEnd 2019-07-03T00:00+09:00
            as op-2 approve R
            clock 2019-07-02T00:00+09:00
            as op-3 approve R                                     | already-terminated
            decideEnd 2019-10-02T00:00+09:00                      | already-terminated
            moveEnd 2019-10-02T00:00+09:00                        | already-terminated
            withdrawEnd                                           | already-terminated
            """)
        #expect(story.balance("refund.1") == 1000 && story.balance("member.1") == 0)
        let end = try #require(story.events.first { $0.kind == .serviceTerminated })
        #expect(end.occurredAt == Instant("2019-07-02T00:00+09:00") && end.reference == story.events.last { $0.kind == .terminationDecided }?.position)
        #expect(end.channel == .ledger && end.key == .none && end.actSize?.count == 1 && end.actSize?.total == 1000)
    }

    @Test("A decision waits for its approvals no longer than its instant")
    func tooLate() throws {
        var story = try Story.shutdownDesks()
        try story.play(
            """
            Q: as op-1 propose decideEnd 2019-07-01T09:30+09:00
            as op-2 approve Q
            clock 2019-07-01T09:30+09:00
            as op-3 approve Q                                     | effective-in-past
            """)
        #expect(story.books.dueAct(at: story.books.now) == nil)
    }

    @Test("Legal holds: placed once, lifted by two, before the end and after it")
    func legalHolds() throws {
        var story = try Story.ended([500])
        try story.play(
            """
            liftLegalHold 1                                       | not-on-legal-hold
            as nobody legalHold 1                                 | operator-required
            as s legalHold 9                                      | account-unknown
            as s legalHold 1                                      | ok legalHoldPlaced
            as s legalHold 1                                      | on-legal-hold
            as op-1 liftLegalHold 1                               | approvals-required 1
            as s liftLegalHold 1                                  | role-required \(Roles(.operator).rawValue)
            """)
        #expect(story.books.shutdown.refund(1)?.holds == .legalHold)
        try story.play("liftLegalHold 1 | ok legalHoldLifted")
        #expect(story.books.shutdown.refund(1)?.holds == [])
        #expect(story.events.suffix(1).map(\.kind) == [.refundUnheld])
    }

    @Test("The time to claim: after the end, after three notices, 60 full days at least, once; longer and never shorter")
    func window() throws {
        var early = try Story.shutdownDesks()
        try early.play("openClaims 2020-01-10 | not-terminated\nextendClaims 2020-01-10 | not-terminated")
        var story = try Story.ended([500])
        try story.play(
            """
            extendClaims 2020-01-10                               | claims-not-open
            openClaims 2020-01-10                                 | notices-missing
            notice refundPublicNotice
            notice refundInformation
            openClaims 2020-01-10                                 | notices-missing
            notice termination
            openClaims 2020-01-10                                 | notices-missing
            clock 2019-07-02T12:00+09:00
            notice refundPosting
            openClaims 2020-01-10 2019-07-02T11:59:59+09:00       | effective-in-past
            openClaims 2019-08-30                                 | window-too-short \(Day("2019-08-31")!.number)
            openClaims 2019-09-07 2019-07-11T00:00+09:00          | window-too-short \(Day("2019-09-08")!.number)
            openClaims 2019-09-08 2019-07-11T00:00+09:00          | ok claimsOpened
            """)
        #expect(story.books.shutdown.window?.until == Day("2019-09-08")?.end)
        try story.play(
            """
            openClaims 2020-01-10                                 | claims-opened
            claim 1 p-1 bank web 2                                | claims-not-open
            extendClaims 2019-09-08                               | window-too-short \(Day("2019-09-09")!.number)
            extendClaims 2019-09-09                               | ok claimsExtended
            clock 2019-07-11T00:00+09:00
            claim 1 p-1 bank web 2                                | ok refundClaimed identityVerified
            withdrawClaim 1
            clock 2019-09-09T23:59:59.999999+09:00
            claim 1 p-1 bank web 2                                | ok
            withdrawClaim 1
            clock 2019-09-10T00:00+09:00
            claim 1 p-1 bank web 2                                | claims-are-closed
            extendClaims 2019-12-31                               | claims-are-closed
            """)
        #expect(story.balance("unclaimed.1") == 500)
    }

    @Test("Who claims, when, and what is left")
    func claims() throws {
        var story = try Story.ended([500, 0, 300])
        try story.play("claim 1 p-1 bank web 2 | claims-not-open\nidentify 1 2 | not-claimed\napproveRefunds 500 1 | not-claimed")
        try story.openClaims()
        try story.play(
            """
            claim 9 p-1 bank web 2                                | account-unknown
            claim 1 p-3 bank web 2                                | not-the-holder
            claim 1 p-9 bank web 2                                | not-the-holder
            claim 1 p-1 bank web                                  | identity-required
            claim 2 p-2 bank web 2                                | nothing-to-refund
            payee 1 bank                                          | not-claimed
            rejectClaim 1                                         | not-claimed
            withdrawClaim 1                                       | not-claimed
            late 1 p-1 bank web 2                                 | not-excluded
            claim 1 p-1 bank app                                  | ok refundClaimed
            claim 1 p-1 bank app                                  | already-claimed
            as t identify 1 2                                     | role-required \(Roles(.support, .operator).rawValue)
            as s identify 1 2                                     | ok identityVerified
            claim 3 p-3 postal paper 1                            | ok refundClaimed identityVerified
            """)
        #expect([1, 2, 3].map { story.books.shutdown.refund($0)?.state } == [.verified, .fixed, .verified])
        try story.release([1], day: "2019-07-02")
        for state in ["released", "paid"] {
            try story.play(
                """
                claim 1 p-1 bank web 2                            | already-claimed
                identify 1 3                                      | not-claimed
                payee 1 bank                                      | not-claimed
                rejectClaim 1                                     | not-claimed
                withdrawClaim 1                                   | not-claimed
                late 1 p-1 bank web 2                             | \(state == "released" ? "already-claimed" : "not-excluded")
                approveRefunds 500 1                              | nothing-to-refund
                """)
            if state == "released" { try story.play("bankPaid 1 500 B") }
        }
        #expect(story.books.shutdown.refund(1)?.state == .paid)
    }

    @Test("Late: what was excluded, once, by two; the claim is as any other")
    func late() throws {
        var story = try Story.ended([500])
        try story.openClaims()
        try story.play(
            """
            clock 2019-10-01T00:00+09:00
            as op-1 late 1 p-1 bank web 2                         | approvals-required 1
            late 1 p-2 bank web 2                                 | not-the-holder
            late 1 p-1 bank web                                   | identity-required
            late 1 p-1 bank web 2                                 | ok lateClaimAccepted refundClaimed identityVerified unclaimed.1 0 refund.1 500
            late 1 p-1 bank web 2                                 | not-excluded
            """)
        try story.release([1], day: "2019-10-01")
        try story.play("bankPaid 1 500 B | ok payoutConfirmed refund.1 0 transit.1 0 unclaimed.1 0")
    }

    @Test("Nobody is forgotten, and no account closes, while something of it is open")
    func erasure() throws {
        var story = try Story.shutdownDesks()
        try story.rule { $0.retentionSeconds = 1000 }
        try story.play(
            """
            grant d dataOfficer
            open p-1
            charge 1 registerCash 100
            refund 1 60 smallAmount
            close 1 unclaimed                                     | refund-is-open 60
            bankPaid 1 60
            open p-2
            charge 2 atmCash 900
            P: pay 2 s-1 900
            label 2 fraud P
            D: dispute 2 P
            certify p-2 own 900 dispute D
            offer 2
            agree 2 900
            close 2
            open p-3
            charge 3 registerCash 70
            decideEnd 2019-07-02T00:00+09:00
            clock 2019-07-02T00:00+09:00
            close 3 unclaimed                                     | refund-is-open 70
            """)
        func erase(_ person: String) throws -> Story.Outcome {
            let proposed = try story.ask(.approvals(.propose(.people(.erase(person: person, reason: "r")), because: "b")), by: Principal(name: "d"))
            guard case .success = proposed else { return proposed }
            return try story.ask(.approvals(.approve(proposal: story.books.next - 1)), by: Principal(name: "op-2"))
        }
        func code(_ person: String) throws -> String {
            guard case .failure(let rejection) = try erase(person) else { return "ok" }
            return "\(rejection.code.name) \(rejection.bound ?? 0)"
        }
        #expect(try code("p-3") == "person-has-open-accounts 0")
        #expect(try code("p-2") == "person-has-open-compensation 900")
        try story.play("legalHold 2\npayOut 2 900")
        #expect(try code("p-2") == "person-on-legal-hold 0")
        try story.play("liftLegalHold 2")
        try story.openClaims()
        try story.release([1], day: "2019-07-02")
        try story.play("close 1 | refund-is-open 40\nbankPaid 1 40 B\nclose 1\nbankReturned 1 40 B")
        #expect(try code("p-1") == "person-has-open-refund 40")
        let last = try #require(story.history(of: .member(2)).last).recordedAt
        #expect(try code("p-2") == "books-must-be-kept \((last + 1000).microseconds)")
        try story.ask(.service(.advanceClock(to: Instant(microseconds: (last + 1000).microseconds - 1))))
        #expect(try code("p-2").hasPrefix("books-must-be-kept"))
        try story.ask(.service(.advanceClock(to: last + 1000)))
        #expect(try code("p-2") == "ok")
        #expect(audit(story.events, story.books) == [])
    }

    @Test("Nobody but the ledger bears its name")
    func name() throws {
        for name in ["ledger", "monitor", "anonymous"] {
            #expect(throws: Malformed.self) { try request(.approvals(.grant(principal: name, .support, person: nil))) }
            #expect(throws: Malformed.self) { try request(.approvals(.revoke(principal: name, .support))) }
        }
        var story = try Story.ended([5])
        #expect(try story.ask(.service(.confirmClock), by: .ledger) == .failure(Rejection(.operatorRequired)))
        #expect(story.books.approvals.roles("ledger").isEmpty)
    }
}
