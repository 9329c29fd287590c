import Ledger
import Testing

/// Four eyes: who may propose, approve, withdraw, and act alone.
@Suite struct ApprovalTests {
    @Test("Some acts are refused to one alone", arguments: [
        ("refund 1 5 smallAmount", 2), ("correct 1 2 5", 2), ("lift S", 1), ("grant z support", 2), ("revoke t treasurer", 1),
        ("erase p-2", 1), ("policy", 1),
    ])
    func needed(act: String, approvals: Int) throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            open p-2
            close 2
            S: stop registration
            grant t treasurer
            grant d dataOfficer
            launch
            """)
        let who = act.hasPrefix("erase") ? "d" : "op-1"
        try story.play("as \(who) \(act) | approvals-required \(approvals)\nP: as \(who) propose \(act) | ok proposed\nas op-2 approve P | ok")
        #expect(story.events.last!.kind != .approved || approvals == 2)
        if approvals == 2 { try story.play("as op-2 approve P | already-approved\nas op-3 approve P | ok") }
        #expect(story.events.last!.groupCount == 2 && story.events.last!.kind != .approved)
        #expect(story.books.approvals.proposals.isEmpty)
        try story.play("as op-2 approve P | proposal-closed\nas \(who) withdraw P | proposal-closed")
    }

    @Test("An approval counts once a person, and the proposer's never")
    func people() throws {
        var story = Story()
        try story.play(
            """
            grant op-1b approver op-1
            grant op-2b approver op-2
            grant x approver
            open p-1
            charge 1 point 1000
            P: propose refund 1 400 smallAmount
            as op-1 approve P                     | approver-is-proposer
            as op-1b approve P                    | approver-is-proposer
            as anonymous approve P                | operator-required
            as op-2 approve P                     | ok approved balance 0
            as op-2 approve P                     | already-approved
            as op-2b approve P                    | already-approved
            as x approve P                        | ok approved exceptionalRefundReleased member.1 600 transit.1 400
            as op-3 approve P                     | proposal-closed
            as op-3 approve 99                    | proposal-unknown
            as op-3 approve 0                     | proposal-unknown
            as op-3 withdraw 1                    | proposal-closed
            """)
    }

    @Test("A proposal expires at an instant, exactly; whoever wants it proposes again")
    func expiry() throws {
        var story = Story()
        try story.rule { $0.proposalSeconds = 3600 }
        try story.play(
            """
            S: stop pay
            T: stop registration
            P: propose lift S
            Q: propose lift T
            after 3599.999999
            as op-2 approve P                     | ok
            T: stop pay
            R: propose lift T
            after 0.000001
            as op-2 approve Q                     | proposal-expired
            as op-2 approve R                     | ok
            as op-1 withdraw Q                    | ok withdrawn
            as op-2 approve Q                     | proposal-closed
            """)
        // Three days unless the policy says otherwise.
        try story.rule { $0.proposalSeconds = 0 }
        try story.play("T: stop pay\nP: propose lift T\nafter 259199.999999\nas op-2 withdraw 1 | proposal-unknown")
        #expect(story.books.approvals.proposals[try story.position("P")]!.expiresAt > story.books.now)
        try story.play("after 0.000001\nas op-2 approve P | proposal-expired")
    }

    @Test("Ten thousand proposals are enough; those that expired long ago are forgotten")
    func tooMany() throws {
        var story = Story()
        try story.play("S: stop pay")
        let proposal = Command.approvals(.propose(.controls(.lift(control: 1, effectiveAt: nil, reason: "r")), because: "b"))
        for _ in 0..<10_000 { try story.ask(proposal) }
        #expect(try story.ask(proposal) == .failure(Rejection(.tooManyProposals)))
        try story.ask(.service(.advanceClock(to: story.books.now + 259_200 + 604_800)))
        guard case .success = try story.ask(proposal) else { return #expect(Bool(false), "still too many") }
        #expect(story.books.approvals.proposals.count == 1)
    }

    @Test("With the last approval the act is decided again, by what is so then")
    func decidedAgain() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            C: charge 1 point 1000
            P: propose refund 1 800 smallAmount
            Q: propose correct 1 C 900
            propose refund 1 1001 smallAmount     | insufficient-balance 1000
            propose refund 1 5                    | refund-forbidden
            propose refund 9 5 smallAmount        | account-unknown
            as op-2 approve P
            as op-2 approve Q
            pay 1 s-1 300
            as op-3 approve P                     | insufficient-balance 700
            as op-3 approve Q                     | charge-already-spent 700
            -- it stays open
            charge 1 point 100
            as op-3 approve P                     | ok member.1 0 transit.1 800
            as op-3 approve Q                     | charge-already-spent 0
            as op-2 withdraw Q                    | ok
            as op-3 approve Q                     | proposal-closed
            S: stop pay
            P: propose lift S
            Q: propose lift S
            as op-2 approve P                     | ok
            as op-2 approve Q                     | control-unknown
            """)
        let group = story.events.first { $0.kind == .exceptionalRefundReleased }!
        #expect(group.actor == 3 && group.groupIndex == 1 && story.events[Int(group.position) - 1].kind == .approved)
        #expect(group.tail.bytes(.refundReason) == [ExceptionalReason.smallAmount.rawValue])
    }

    @Test("Roles are looked at as of each event")
    func roles() throws {
        var story = Story()
        try story.play(
            """
            grant a approver
            grant b approver
            grant t treasurer
            open p-1
            charge 1 point 1000
            as t propose refund 1 5 smallAmount   | ok
            P: as t propose refund 1 5 smallAmount
            as t approve P                        | role-required 4
            as a propose refund 1 5 smallAmount   | role-required 8
            as a approve P                        | ok
            revoke a approver
            as a approve P                        | operator-required
            as b approve P                        | approver-lost-role
            grant a approver
            revoke t treasurer
            as b approve P                        | proposer-lost-role
            as t withdraw P                       | operator-required
            grant t treasurer
            as a withdraw P                       | not-the-proposer
            as b approve P                        | ok approved exceptionalRefundReleased
            Q: as t propose refund 1 5 smallAmount
            as t withdraw Q                       | ok
            Q: as t propose refund 1 5 smallAmount
            as op-3 withdraw Q                    | ok
            revoke t approver                     | role-not-held
            grant t treasurer                     | role-held
            grant t support other                 | other-person
            grant t support t                     | ok
            """)
    }

    @Test("Duties lie apart, across all the principals of a person", arguments: apartDuties)
    func apart(one: Role, other: Role) throws {
        for (first, second) in [(one, other), (other, one)] {
            var story = Story()
            try story.play(
                """
                grant a \(first.name)
                grant a \(second.name)            | duties-conflict
                grant b \(second.name) a          | duties-conflict
                grant b support a
                grant b \(second.name)            | duties-conflict
                grant c \(second.name)            | ok
                revoke a \(first.name)
                grant b \(second.name)            | ok
                grant a \(first.name)             | duties-conflict
                """)
            // Two proposals that are each right: the later of them is not when its turn comes.
            try story.play(
                """
                P: propose grant q \(first.name) x
                Q: propose grant r \(second.name) x
                as op-2 approve P
                as op-2 approve Q
                as op-3 approve P                 | ok
                as op-3 approve Q                 | duties-conflict
                """)
        }
        var story = Story()
        for row in ["op-1 investigator", "x investigator op-1", "x certifier op-1"] { try story.play("grant \(row) | duties-conflict") }
    }

    @Test("Three people who may approve are always left, however many principals they have")
    func fewestApprovers() throws {
        var story = Story()
        try story.play(
            """
            revoke op-3 approver                  | too-few-approvers
            grant op-2b approver op-2
            revoke op-3 approver                  | too-few-approvers
            revoke op-2b approver                 | ok
            grant op-4 approver
            revoke op-3 approver                  | ok
            revoke op-4 approver                  | too-few-approvers
            revoke op-3 treasurer                 | ok
            revoke op-3 operator                  | ok
            as op-3 fund 5                        | operator-required
            """)
    }
}

/// Duties that no one person may hold together (`Specs/parties.md`).
private let apartDuties: [(Role, Role)] = [(.investigator, .treasurer), (.investigator, .approver), (.certifier, .treasurer)]
