import Ledger
import Testing

/// Who may do what at the damage, compensation and fraud desks, with whose agreement, and what keeps it out: no lock, stop or
/// mandate does.
@Suite struct DamageDutyTests {
    /// Account 1 of p-1: a fraud charge A and a fraud payment F, a genuine payment G; D a dispute.
    private static func aStory() throws -> Story {
        var story = try Story.desks()
        try story.play(
            """
            rules
            open p-1
            open p-2
            A: charge 1 creditCard 3000
            N: charge 1 point 50
            F: pay 1 s-1 1000
            label 1 fraud A F
            hold 1
            D: dispute 1 A
            R: report creditCard m-1
            B: alert 1 1 A
            askBack 1 A
            """)
        return story
    }

    private static let desk: Set<Role> = [.support, .certifier, .investigator, .operator]
    private static let acts: [(act: String, roles: Set<Role>)] = [
        ("propose rules x", [.operator, .monitor]), ("clearAlert B confirmed", [.monitor, .investigator, .operator]),
        ("closeDispute D confirmed", desk), ("report point m-9", desk), ("matchReport R 1 A", desk),
        ("contacted 1 in reached", [.support, .certifier, .operator]), ("label 1 fraud N", [.investigator, .certifier]),
        ("propose relabel 1 genuine F", [.investigator, .certifier]), ("hold 1 A", [.certifier, .operator]),
        ("propose endHold 1", [.certifier, .operator]), ("certify p-1 creditCard 3000 dispute D", [.certifier]),
        ("propose amend p-1 creditCard 1", [.certifier]), ("propose uncertify p-1", [.certifier]),
        ("propose join 1 2", [.certifier, .support, .operator]), ("askBack 1 A", [.treasurer, .certifier]), ("offer 1", [.treasurer, .certifier]),
        ("refuseBack 1 A", [.treasurer]), ("back 1 creditCard A 5", [.treasurer]), ("matchBack 1 1 A", [.treasurer]),
        ("clear creditCard 5 paid", [.treasurer]), ("propose agree 1 5", [.treasurer]), ("payOut 1 5", [.treasurer]),
        ("bounced 1 5", [.treasurer]), ("repay 1 5", [.treasurer]), ("propose waive 1 5", [.treasurer]), ("culprit 5", [.treasurer]),
    ]

    @Test("What each role may do, and what it may not")
    func table() throws {
        var story = try Self.aStory()
        for role in Role.allCases { try story.play("grant r-\(role.name) \(role.name)") }
        for role in Role.allCases {
            for (act, roles) in Self.acts {
                var copy = story
                let outcome = try copy.ask(try copy.parse(act.split(separator: " ").map { String($0) }), by: Principal(name: "r-\(role.name)"))
                if case .failure(let rejection) = outcome, rejection.code == .roleRequired {
                    #expect(!roles.contains(role), "\(role.name) may \(act)")
                    #expect(rejection.bound == Int64(Roles(roles).rawValue), "\(act)")
                } else if case .failure(let rejection) = outcome, rejection.code < .roleRequired {
                    #expect(act.hasPrefix("matchBack"), "\(act): \(rejection)")
                } else {
                    #expect(roles.contains(role), "\(role.name) may not \(act)")
                }
            }
        }
        // Anybody may say that he does not recognise something.
        for name in ["anonymous", "r-auditor", "op-1"] { try story.play("as \(name) dispute 1 A | ok") }
    }

    @Test("Acts that take others' approval take it, from as many")
    func approvals() throws {
        var story = try Self.aStory()
        try story.play(
            """
            as m rules                                                 | approvals-required 1
            as c endHold 1                                             | approvals-required 1
            as c relabel 1 genuine F                                   | approvals-required 2
            as i relabel 1 fraud N                                     | approvals-required 2
            as c certify p-1 creditCard 3000 genuine 1 dispute D       | approvals-required 2
            as c certify p-1 creditCard 3000 pattern 1 A               | approvals-required 1
            as c certify p-1 creditCard 3000 genuine 1 pattern 1 A     | approvals-required 2
            as c amend p-1 creditCard 1                                | approvals-required 2
            as c uncertify p-1                                         | approvals-required 2
            as s join 1 2                                              | approvals-required 2
            as op-1 agree 1 5                                          | approvals-required 2
            as op-1 waive 1 5                                          | approvals-required 2
            -- who holds the role does the rest alone
            as c propose label 1 fraud N                               | no-approval-needed
            as c propose certify p-1 creditCard 3000 dispute D         | no-approval-needed
            as c certify p-1 creditCard 3000 dispute D                 | ok victimCertified
            as c propose uncertify p-1                                 | ok
            """)
        let position = story.books.next - 1
        try story.play(
            """
            as c approve \(position)                                   | role-required 4
            as op-1 approve \(position)                                | ok approved
            as op-1 approve \(position)                                | already-approved
            as op-2 approve \(position)                                | ok approved certificationRevoked
            """)
        let alone = [
            "hold 1", "dispute 1 A", "closeDispute D confirmed", "report point m-9", "matchReport R 1 A", "contacted 1 in reached", "askBack 1 A",
            "offer 1", "back 1 creditCard A 5", "matchBack 1 1 A", "clear creditCard 5 paid", "payOut 1 5", "bounced 1 5", "repay 1 5", "culprit 5",
            "clearAlert B confirmed", "alert 1 1 A",
        ]
        for act in alone {
            #expect(throws: Malformed.self, "\(act)") { try story.play("propose \(act)") }
        }
        for act in ["relabel 1 genuine F", "agree 1 5", "waive 1 5", "endHold 1", "rules x", "uncertify p-1"] {
            #expect(throws: Malformed.self, "\(act)") { try story.play("break \(act)") }
        }
    }

    @Test("Duties that lie apart: who pays does not certify, who investigates neither pays nor approves")
    func apart() throws {
        var story = try Story.desks()
        try story.play(
            """
            grant c treasurer                                          | duties-conflict
            grant op-1 certifier                                       | duties-conflict
            grant i treasurer                                          | duties-conflict
            grant i approver                                           | duties-conflict
            grant i certifier                                          | ok
            grant c approver                                           | ok
            """)
    }

    @Test(
        "No lock, stop, mandate or missing launch keeps these acts out",
        arguments: ["lock 1 all", "stop charge\nstop pay\nstop registration\nstop foreignIp", "mandate", ""])
    func whateverStands(obstacle: String) throws {
        var story = try Self.aStory()
        if obstacle.isEmpty { try story.rule { $0.requiresLaunch = true } }
        try story.play(obstacle)
        try story.play(
            """
            dispute 1 A F <app US>                                     | ok
            dispute 1 N <app>                                          | ok
            as c label 1 fraud N                                       | ok eventLabelled fraudHeld
            as c hold 1 N                                              | nothing-to-hold
            as s report creditCard m-5 1 A                             | ok
            as s contacted 1 in reached                                | ok
            reverse 1 F 10                                             | ok paymentReversedToHold
            certify p-1 creditCard 3000 point 50 dispute D             | ok
            back 1 creditCard A 3000                                   | ok
            offer 1                                                    | ok
            agree 1 50                                                 | ok
            payOut 1 50                                                | ok
            join 1 2                                                   | ok
            """)
    }

    @Test("The approver who took the dispute down does not agree to the certification; another does")
    func approverOpenedDispute() throws {
        var story = try Self.aStory()
        try story.play(
            """
            C: as op-2 dispute 1 A
            P: as c propose certify p-1 creditCard 3000 dispute C pattern 1 A
            as op-2 approve P                                          | certifier-opened-dispute
            as op-3 approve P                                          | ok approved victimCertified
            """)
    }
}
