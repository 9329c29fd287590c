import Ledger
import Testing

/// Approvals, batches, and what the bank says: every refusal, on both sides of its bound.
@Suite struct RefundTableTests {
    /// Three refunds of 500, 300 and 200, claimed; the third is not verified.
    private func claimed() throws -> Story {
        var story = try Story.ended([500, 300, 200])
        try story.openClaims()
        try story.play("claim 1 p-1 bank web 2\nclaim 2 p-2 bank web 1\nclaim 3 p-3 bank app")
        return story
    }

    @Test("Approved by two more, who did not take the claim down, for exactly what is owed")
    func approvals() throws {
        var story = try claimed()
        try story.play("approveRefunds 200 3 | identity-too-weak 1\nidentify 3 1")
        try story.rule { $0.claimIdentity = 2 }
        try story.play(
            """
            as op-1 approveRefunds 500 1                          | approvals-required 2
            approveRefunds 800 1 2                                | identity-too-weak 2
            identify 2 2
            approveRefunds 799 1 2                                | refund-total-differs 800
            approveRefunds 801 1 2                                | refund-total-differs 800
            approveRefunds 800 1 9                                | account-unknown
            Q: as op-1 propose approveRefunds 800 2 1
            as op-1 approve Q                                     | approver-is-proposer
            grant op-1b approver op-1
            as op-1b approve Q                                    | approver-is-proposer
            as op-2 approve Q                                     | ok approved
            as op-2 approve Q                                     | already-approved
            grant op-2b approver op-2
            as op-2b approve Q                                    | already-approved
            as op-3 approve Q                                     | ok approved refundApproved refundApproved
            approveRefunds 500 1                                  | not-verified
            """)
        let approved = story.events.filter { $0.kind == .refundApproved }
        #expect(approved.map { $0.tail.actors(.agreedBy).compactMap { story.books.actors.name($0) } } == [["op-1", "op-2", "op-3"], ["op-1", "op-2", "op-3"]])
        // Corrected, it is agreed to anew.
        try story.play(
            """
            payee 1 bank
            withdrawClaim 2
            as op-2 claim 2 p-2 bank paper 2
            approveRefunds 300 2                                  | approver-took-claim
            S: as op-1 propose approveRefunds 300 2
            as op-2b approve S                                    | approver-took-claim
            as op-3 approve S                                     | ok approved
            as a approve S                                        | ok approved refundApproved
            identify 3 2
            legalHold 3
            approveRefunds 200 3                                  | refund-is-held 3
            """)
        #expect(throws: Malformed.self) { try story.ask(row: "approveRefunds 200 3 3") }
        #expect(throws: Malformed.self) { try story.ask(row: "approveRefunds 200") }
        #expect(throws: Malformed.self) { try story.ask(row: "approveRefunds 1 " + (1...101).map { "\($0)" }.joined(separator: " ")) }
    }

    @Test("A batch: of what is approved and free, no more than was asked and one file takes, on a day to come")
    func batches() throws {
        var story = try claimed()
        try story.play(
            """
            batch bank 2019-07-02                                 | nothing-to-batch
            identify 3 1
            approveRefunds 1000 1 2 3
            as s batch bank 2019-07-02                            | role-required \(Roles(.treasurer).rawValue)
            batch bank 2019-07-01                                 | effective-in-past
            batch postal 2019-07-02                               | nothing-to-batch
            B: batch bank 2019-07-02 2                            | ok batchOpened
            cancelBatch 1                                         | batch-unknown
            cancelBatch B
            cancelBatch B                                         | batch-is-past
            """)
        #expect(story.books.shutdown.batches.values.map(\.size.total) == [800])
        try story.rule { ($0.batchItems, $0.batchTotal) = (0, 499) }
        try story.play("batch bank 2019-07-02 | nothing-to-batch")
        try story.rule { ($0.batchItems, $0.batchTotal) = (2, 800) }
        try story.play("C: batch bank 2019-07-02\nD: batch bank 2019-07-02\nbatch bank 2019-07-02 | nothing-to-batch")
        let sizes = try ["C", "D"].map { try #require(story.books.shutdown.batches[story.position($0)]).size }
        #expect(sizes.map(\.count) == [2, 1] && sizes.map(\.total) == [800, 200])
        #expect(throws: Malformed.self) { try story.ask(row: "batch bank 2019-07-02 0") }
    }

    @Test("Released once, as recorded, by somebody who did nothing in it, under no other name either")
    func releases() throws {
        var story = try claimed()
        try story.play(
            """
            grant t3 treasurer
            grant t9 treasurer t2
            grant t8 treasurer t3
            grant op-2b treasurer op-2
            approveRefunds 800 1 2
            releaseBatch 1 f                                      | batch-unknown
            B: as t2 batch bank 2019-07-02
            releaseBatch B f                                      | file-missing
            as t3 file B certificates f                           | file-differs
            as t3 file B zengin f
            as t3 file B pain001 g
            releaseBatch B f                                      | file-differs
            as t2 releaseBatch B g                                | releaser-acted
            as t9 releaseBatch B g                                | releaser-acted
            as t3 releaseBatch B g                                | releaser-acted
            as t8 releaseBatch B g                                | releaser-acted
            as op-1 releaseBatch B g                              | releaser-acted
            as op-2 releaseBatch B g                              | releaser-acted
            as op-2b releaseBatch B g                             | releaser-acted
            as op-3 releaseBatch B g                              | releaser-acted
            as s releaseBatch B g                                 | role-required \(Roles(.treasurer).rawValue)
            sendBatch B                                           | batch-is-past
            result B 1 0                                          | batch-is-past
            as t releaseBatch B g                                 | ok batchReleased refund.1 0 transit.1 500 transit.2 300
            as t releaseBatch B g                                 | batch-is-past
            cancelBatch B                                         | batch-is-past
            as t3 file B zengin h                                 | batch-is-past
            result B 2 1                                          | result-differs 2
            sendBatch B                                           | ok batchSent
            sendBatch B                                           | batch-is-past
            result B 1 1                                          | ok resultFileRecorded
            """)
        #expect(story.events.filter { $0.kind == .refundReleased }.map(\.amount) == [500, 300])
    }

    @Test("A batch in which something changed does not go out: held, given back by a store, held as a fraud")
    func stale() throws {
        for change in ["dispute 1 C", "legalHold 1", "reverse 1 P 50", "alert 1 1 C"] {
            var story = try Story.shutdownDesks()
            try story.play(
                """
                rules
                open p-1
                C: charge 1 registerCash 500
                P: pay 1 s-1 100
                decideEnd 2019-07-02T00:00+09:00
                clock 2019-07-02T00:00+09:00
                """)
            try story.openClaims()
            try story.play(
                """
                claim 1 p-1 bank web 2
                approveRefunds 400 1
                B: batch bank 2019-07-02
                file B zengin f
                \(change)
                releaseBatch B f                                  | batch-changed
                file B zengin g                                   | batch-changed
                cancelBatch B
                batch bank 2019-07-02                             | nothing-to-batch
                """)
            #expect(story.books.shutdown.refund(1)?.state == .verified, "\(change)")
        }
    }

    @Test("The bank's word is taken whatever it says; what does not fit is nobody's money yet")
    func payouts() throws {
        var story = try claimed()
        try story.play(
            """
            bankPaid 9 5                                          | account-unknown
            bankPaid 1 5 99                                       | batch-unknown
            bankPaid 1 5                                          | ok unmatchedReturned suspense -5
            bankReturned 1 5                                      | ok unmatchedReceived suspense 0
            """)
        try story.release([1, 2], day: "2019-07-02")
        try story.play(
            """
            as s bankPaid 1 500 B                                 | role-required \(Roles(.treasurer).rawValue)
            bankPaid 1 200 B                                      | ok payoutConfirmed transit.1 300
            bankReturned 1 400 B                                  | ok refundReturned refundSentBack transit.1 0 refund.1 400
            bankReturned 1 101 B                                  | ok refundSentBack unmatchedReceived refund.1 500 suspense 1
            bankPaid 2 301 B                                      | ok payoutConfirmed unmatchedReturned transit.2 0 suspense 0
            bankReturned 2 301                                    | ok refundSentBack unmatchedReceived refund.2 300 suspense 1
            """)
        #expect([1, 2].map { story.books.shutdown.refund($0)?.state } == [.returned, .returned])
    }

    @Test("Security: taken back no further than it stands and than the regulator allowed")
    func security() throws {
        var story = try Story.shutdownDesks()
        try story.play(
            """
            as s secure deposit 5                                 | role-required \(Roles(.treasurer).rawValue)
            secure deposit 1000                                   | ok securityDeposited security.deposit 1000
            secure trust 50
            secure guarantee 300                                  | ok securityGuaranteed
            reclaim deposit 5 1                                   | approval-missing
            F: filing baseDateReport
            reclaim deposit 5 F                                   | approval-missing
            G: filing reclaimApproval 1060
            as op-1 reclaim deposit 5 G                           | approvals-required 1
            reclaim trust 51 G                                    | security-exceeds 50
            reclaim deposit 1001 G                                | security-exceeds 1000
            reclaim deposit 1000 G                                | ok securityReclaimed security.deposit 0
            reclaim guarantee 61 G                                | security-exceeds 60
            reclaim guarantee 60 G                                | ok guaranteeEnded
            reclaim trust 1 G                                     | security-exceeds 0
            """)
        #expect(story.books.shutdown.guarantee == 240 && story.balance("security.trust") == 50)
        #expect(throws: Malformed.self) { try story.ask(row: "filing reclaimApproval") }
    }
}
