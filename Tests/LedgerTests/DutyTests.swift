import Ledger
import Testing

/// What each role opens, and what may be done alone in an emergency.
@Suite struct DutyTests {
    @Test("An investigator proposes controls, and neither does them nor moves money nor approves")
    func investigator() throws {
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            grant i investigator
            as i stop pay                         | role-required 2
            as i mandate                          | role-required 2
            as i endAll                           | role-required 2
            as i refund 1 5 smallAmount           | role-required 8
            as i propose refund 1 5 smallAmount   | role-required 8
            as i propose stop registration until -1 | control-ends-before-it-begins
            P: as i propose stop pay              | ok proposed
            Q: as i propose mandate
            R: as i propose endAll
            as i approve P                        | role-required 4
            S: stop registration
            as i propose lift S                   | role-required 2
            as i break lift S                     | role-required 2
            -- an operator needs nobody's approval for it, so may not ask for it
            as op-1 propose stop pay              | no-approval-needed
            as op-1 propose fund 5                | no-approval-needed
            as op-1 propose policy                | no-approval-needed
            as op-2 approve P                     | ok approved controlActivated
            pay 1 s-1 5                           | payments-stopped
            as op-2 approve Q                     | ok approved resetMandated
            as op-2 approve R                     | ok approved sessionsRevoked
            as i view p-1                         | ok
            """)
    }

    @Test("What each role may do, and what it may not")
    func table() throws {
        // An act for each bit of the roles it takes (Specs/parties.md); what comes of it besides does not matter here.
        let acts: [(act: String, roles: Set<Role>)] = [
            ("close 9", [.operator]), ("policy", [.operator]), ("confirm", [.operator]), ("launch", [.operator]),
            ("stop pay until 1", [.operator]), ("lift S", [.operator]), ("mandate", [.operator]), ("endAll", [.operator]),
            ("correct 1 2 5", [.treasurer]), ("refund 1 5 smallAmount", [.treasurer]), ("settle point 5", [.treasurer]),
            ("settleStore s-1 toStore 5", [.treasurer]), ("fund 5", [.treasurer]), ("unmatched in 5", [.treasurer]), ("void V", [.treasurer]),
            ("propose lift S", [.operator]), ("propose mandate", [.operator, .investigator]), ("propose erase p-9", [.dataOfficer]),
            ("break lift S", [.operator]), ("approve P", [.approver]), ("review B justified", [.approver, .reviewer]),
            ("grant z support", [.operator]), ("revoke z support", [.operator]), ("view p-1", [.dataOfficer, .support, .investigator]),
            ("erase p-1", [.dataOfficer]), ("withdraw P", Set(Role.allCases)),
        ]
        var story = Story()
        try story.play(
            """
            open p-1
            charge 1 point 1000
            pay 1 s-1 5
            S: stop registration
            T: stop pay from 1 until 2
            B: as op-3 break lift T
            stop charge
            V: charge 1 registerCash 5            | charges-stopped
            P: as op-3 propose lift S
            """)
        for role in Role.allCases { try story.play("grant r-\(role.name) \(role.name)") }
        for role in Role.allCases {
            for (act, roles) in acts {
                var copy = story
                let words = act.split(separator: " ").map { String($0) }
                let outcome = try copy.ask(try copy.parse(words), by: Principal(name: "r-\(role.name)"))
                if case .failure(let rejection) = outcome, rejection.code == .roleRequired {
                    #expect(!roles.contains(role), "\(role.name) may \(act)")
                    #expect(rejection.bound == Int64(Roles(roles).rawValue) || act.hasPrefix("withdraw"), "\(act)")
                } else if case .failure(let rejection) = outcome, rejection.code < .operatorRequired {
                    // What does not exist is said first; `confirm` and the like come after the role.
                    #expect(act == "close 9" || act == "propose erase p-9", "\(act): \(rejection)")
                } else {
                    #expect(roles.contains(role), "\(role.name) may not \(act)")
                }
            }
        }
    }

    @Test("In an emergency three acts are done alone, once, until another person has looked at it")
    func breakingGlass() throws {
        var story = Story()
        try story.play(
            """
            grant t treasurer
            grant op-1b operator op-1
            grant op-1c reviewer op-1
            grant v reviewer
            open p-1
            launch
            S: stop pay
            T: stop registration
            as anonymous break lift S             | operator-required
            as t break lift S                     | role-required 2
            B: break lift S                       | ok glassBroken controlLifted
            pay 1 s-1 1                           | insufficient-balance 0
            break lift T                          | break-glass-unreviewed
            as op-1b break lift T                 | break-glass-unreviewed
            C: as op-2 break revoke t treasurer   | ok glassBroken roleRevoked
            as op-2 break policy cap 5            | break-glass-unreviewed
            as op-1 review B justified            | reviewer-broke-glass
            as op-1c review B justified           | reviewer-broke-glass
            as op-2 review B justified            | ok glassReviewed
            as v review B unjustified             | break-glass-unknown
            as v review C unjustified             | ok
            as v review 1 justified               | break-glass-unknown
            as op-2 break policy cap 5            | ok glassBroken policySet
            break lift T                          | ok
            as op-3 break lift T                  | control-unknown
            """)
        #expect(story.books.approvals.unreviewed.values.sorted() == ["op-1", "op-2"])
        let event = story.events.first { $0.kind == .glassReviewed }!
        #expect(event.tail.bytes(.verdict) == [1])
        #expect(story.events[Int(event.reference)].kind == .glassBroken)
        for act in ["refund 1 5 smallAmount", "correct 1 3 5", "grant z operator", "erase p-1", "stop pay", "fund 5", "mandate"] {
            #expect(throws: Malformed.self, "\(act)") { try story.play("break \(act)") }
        }
    }

    @Test("Before the launch one operator sets the rules, and breaks no glass for it")
    func beforeLaunch() throws {
        var story = Story()
        try story.play(
            """
            as op-1 policy cap 5                  | ok
            break policy cap 5                    | no-approval-needed
            launch                                | ok serviceLaunched
            launch                                | already-launched
            as op-1 policy cap 5                  | approvals-required 1
            policy cap 5                          | ok policySet
            """)
    }

    @Test("What cannot wait for approvals is no proposal", arguments: [
        "pay 1 s-1 5", "charge 1 point 5", "unlock 1 all", "reset 1 self", "confirm", "view p-1", "approve 1", "propose lift 1", "break lift 1", "withdraw 1",
        "review 1 justified", "login 1 commonId",
    ])
    func unproposable(act: String) throws {
        var story = Story()
        #expect(throws: Malformed.self) { try story.play("propose \(act)") }
    }

    @Test("People: known, looked at for a purpose, erased once nothing of them is open, and never again")
    func people() throws {
        var story = Story()
        try story.play(
            """
            grant d dataOfficer
            grant s support
            open p-1
            open p-1
            as s view p-1                         | ok personalDataViewed
            as s view p-2                         | person-unknown
            as op-1 view p-1                      | role-required \(Roles(.dataOfficer, .support, .investigator).rawValue)
            as d propose erase p-2                | person-unknown
            as d propose erase p-1                | person-has-open-accounts
            close 1
            as d propose erase p-1                | person-has-open-accounts
            close 2
            P: as d propose erase p-1
            Q: as d propose erase p-1
            as op-1 approve P                     | ok approved personErased
            as op-2 approve Q                     | person-erased
            open p-1                              | person-erased
            as d view p-1                         | ok
            open p-2                              | ok
            P: as d propose erase p-2             | person-has-open-accounts
            """)
        #expect(story.books.erasedPersons == ["p-1"])
        // Opened between proposal and approval.
        try story.play("open p-3\nclose 4\nP: as d propose erase p-3\nopen p-3\nas op-1 approve P | person-has-open-accounts")
    }
}

extension Roles {
    init(_ roles: Set<Role>) { self = roles.reduce(into: []) { $0.formUnion(Roles($1)) } }
}
