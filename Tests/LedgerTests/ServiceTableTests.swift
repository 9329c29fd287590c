import Ledger
import Testing

/// The service desk and what concerns every desk: who may ask, and when.
@Suite struct ServiceTableTests {
    @Test func policies() throws {
        var story = Story()
        try story.play(
            """
            policy cap 100                    | ok policySet
            policy point limit 50 step 5      | ok
            open p-1
            """)
        #expect(story.books.policyVersion == 2)
        #expect(story.books.policy == Policy(limits: [.point: Policy.SourceLimit(perCharge: 50, step: 5)]))
        #expect(story.events.map(\.policyVersion) == [0, 0, 1, 2])
        try story.play("policy")
        #expect(story.books.policy == .none)
    }

    @Test(
        "A policy is read back from its event",
        arguments: [
            .none, Policy(balanceCap: 1), Policy(balanceCap: .max), Policy(limits: [.point: .init(perCharge: 1)]),
            Policy(limits: [.atmCash: .init(step: 1)]),
            Policy(balanceCap: 5, limits: [.creditCard: .init(perCharge: .max, step: .max), .point: .init(perCharge: 1 << 40, step: 3)]),
        ] as [Policy])
    func policyTails(policy: Policy) throws {
        var story = Story()
        try story.play("policy cap 9 debitCard step 9")
        try story.ask(.service(.setPolicy(policy)))
        #expect(story.books.policy == policy)
        #expect(Policy(reading: story.events[2].tail) == policy)
    }

    @Test(
        "A policy holds no number below zero",
        arguments: [
            Policy(balanceCap: -1), Policy(limits: [.point: .init(perCharge: -1)]), Policy(limits: [.atmCash: .init(step: -1)]),
        ])
    func negativePolicy(policy: Policy) {
        #expect(throws: Malformed.self) { try request(.service(.setPolicy(policy))) }
    }

    @Test("Policy versions are numbered in 16 bits, then refused")
    func policyVersions() throws {
        var story = Story()
        for _ in 0..<Int(UInt16.max) {
            guard case .success = try story.ask(.service(.setPolicy(.none))) else { return #expect(Bool(false), "refused too early") }
        }
        #expect(try story.ask(.service(.setPolicy(.none))) == .failure(Rejection(.policyVersionsExhausted)))
        #expect(story.books.policyVersion == .max)
    }

    @Test func scenarioClock() throws {
        var story = Story()
        try story.play(
            """
            clock 2019-07-01T09:00+09:00      | ok clockAdvanced
            clock 2019-07-31T17:00+09:00      | ok
            open p-1
            clock 2019-07-31T16:59:59.999999+09:00 | clock-backwards
            confirm                           | scenario-clock
            as till clock 2019-09-30 24:00 JST | ok
            """)
        let times = ["2019-07-01T09:00Z", "2019-07-31T08:00Z", "2019-09-30T15:00Z"].map { Instant($0)! }
        #expect(story.books.now == times[2])
        #expect(story.events.map(\.recordedAt) == [Story.opening, Story.opening, times[1], times[1], times[1], times[1], times[2]])
    }

    @Test func systemClock() throws {
        var story = Story(clock: .system)
        try story.play(
            """
            clock 2019-07-31T17:00+09:00      | real-clock
            clock 2000-01-01T00:00Z           | real-clock
            confirm                           | ok clockConfirmed
            """)
    }

    @Test func occurrence() throws {
        var story = Story()
        try story.play(
            """
            open p-1 @-86400                  | ok
            charge 1 point 500 @+600          | ok
            charge 1 point 500 @+601          | occurred-in-future
            charge 9 point 500 @+601          | account-unknown
            """)
        #expect(story.events[1].occurredAt == Story.opening + -86_400)
        #expect(story.events[1].recordedAt == Story.opening)
        #expect(story.events[2].occurredAt == Story.opening + 600)
    }

    @Test("At the end of representable time the clock stands, and nothing traps")
    func endOfTime() throws {
        var story = Story()
        let end = Instant(microseconds: .max)
        #expect(try story.ask(.service(.advanceClock(to: end))) == .success([story.events.last!]))
        #expect(throws: Never.self) { try story.ask(.accounts(.open(person: "p-1", externalID: nil)), occurredAt: end) }
        #expect(story.books.now == end)
        #expect(!end.description.isEmpty && !Instant(microseconds: .min).shortText.isEmpty)
    }

    @Test("Acts that take a role need a founder; nobody else's name will do", arguments: ["anonymous", "till-2", "op-4", "OP-1", "op-1 "])
    func operators(name: String) throws {
        var story = try Story.desks()
        try story.play(
            """
            open p-1
            C: charge 1 point 500
            P: pay 1 s-1 200
            S: stop charge registerCash
            V: charge 1 registerCash 5           | charges-stopped
            B: break lift S
            F: stop registration from 1000
            Q: propose revoke op-2 treasurer
            rules
            A: charge 1 creditCard 5
            label 1 fraud A
            D: dispute 1 A
            R: report creditCard m-1
            X: alert 1 1 A
            U: back - creditCard A 5
            open p-2
            """)
        // Of the damage, compensation and fraud desks.
        let desks = try [
            "rules", "alert 1 1 A", "clearAlert X confirmed", "closeDispute D confirmed", "report point m-2", "matchReport R 1 A", "contacted 1 in reached",
            "label 1 genuine A", "hold 1", "endHold 1", "certify p-1 creditCard 5 dispute D", "amend p-1 creditCard 5", "uncertify p-1", "join 1 2",
            "askBack 1 A", "refuseBack 1 A", "back 1 creditCard A 5", "matchBack U 1 A", "clear creditCard 5 paid", "offer 1", "agree 1 5", "payOut 1 5",
            "bounced 1 5", "repay 1 5", "waive 1 5", "culprit 5",
        ].map { try story.parse($0.split(separator: " ").map { String($0) }) }
        let shutdown = [
            "decideEnd 2019-10-01T00:00+09:00", "moveEnd 2019-10-02T00:00+09:00", "withdrawEnd", "legalHold 1", "liftLegalHold 1", "openClaims 2019-12-31",
            "extendClaims 2020-01-10", "identify 1 2", "rejectClaim 1", "approveRefunds 5 1", "late 1 p-1 bank web 2", "batch bank 2019-12-01",
            "file 1 zengin f", "cancelBatch 1", "releaseBatch 1 f", "sendBatch 1", "result 1 1 0", "bankPaid 1 5", "bankReturned 1 5",
            "filing abolition", "secure deposit 5", "reclaim deposit 5 1",
        ]
        let member = AccountReference.ordinal(1)
        let one = Amount(1)!
        let pseudonym = Pseudonym(named: "x")
        let (control, proposal) = (try story.position("F"), try story.position("Q"))
        let revoke = Command.approvals(.revoke(principal: "op-3", .treasurer))
        let forOperators: [Command] = desks + [
            .accounts(.close(member, .unclaimed, reason: nil)),
            .money(.correctCharge(member, charge: try story.position("C"), one, reason: nil)),
            .money(.refund(member, one, .smallAmount, note: nil)),
            .money(.settlePartner(.point, gross: one, fee: 0, statement: nil)),
            .money(.settleMerchant(store: "s-1", one, .toStore, statement: nil)),
            .money(.fundByOwner(one, statement: nil)),
            .money(.bookUnmatched(one, .in, statement: nil)),
            .service(.setPolicy(.none)),
            .service(.confirmClock), .service(.launch(reason: nil)),
            .service(.publishNotice(.control, place: "web", contentHash: Array(repeating: 7, count: 32), note: nil)),
            .controls(.activate(.pay, effectiveAt: nil, until: nil, reason: "r")),
            .controls(.lift(control: control, effectiveAt: nil, reason: "r")),
            .controls(.confirmVoid(refusal: try story.position("V"), reference: nil)),
            .access(.revokeSessions(nil, reason: "r")), .access(.mandateReset(reason: "r")),
            .approvals(.propose(revoke, because: "b")), .approvals(.approve(proposal: proposal)),
            .approvals(.withdraw(proposal: proposal, because: nil)), .approvals(.breakGlass(revoke, because: "b")),
            .approvals(.review(act: try story.position("B"), .justified, note: nil)),
            .approvals(.grant(principal: "op-9", .support, person: nil)), revoke,
        ] + (try shutdown.map { try story.parse($0.split(separator: " ").map { String($0) }) }) + [
            .people(.view(person: "p-1", purpose: "p")), .people(.erase(person: "p-1", reason: "r")),
        ]
        let forAll: [Command] = [
            .accounts(.open(person: "p-2", externalID: nil)), .accounts(.lock(member, .pay, reason: nil)),
            .accounts(.unlock(member, .pay, reason: nil)), .accounts(.resetCredentials(member, .mass, addressChanged: false)),
            .money(.charge(member, .point, one, reference: nil)),
            .money(.pay(member, store: "s-1", place: nil, register: nil, one)),
            .money(.reversePayment(member, payment: try story.position("P"), one, reason: nil)), .service(.advanceClock(to: story.books.now)),
            .access(.logIn(member, .commonId)), .access(.failLogin(member, loginID: nil, .commonId, .wrongPassword)),
            .access(.countLogins(LoginCounts(minute: Instant(microseconds: 0), attempts: 1))),
            .access(.bindDevice(member, pseudonym, attestation: nil)), .access(.unbindDevice(member, pseudonym)),
            .access(.linkExternalLogin(member, provider: "p", pseudonym)), .access(.unlinkExternalLogin(member, provider: "p", pseudonym)),
            .access(.linkFundingSource(member, .creditCard, token: "t", brand: nil, last4: nil, nil)),
            .access(.unlinkFundingSource(member, token: "t")), .access(.registerContact(member, .mail, pseudonym)),
            .access(.revokeSession(member, session: nil)),
            .damage(.openDispute(member, events: [try story.position("A")], via: .app, note: nil)),
        ]
        // What needs nobody's role, but an end of the service.
        let claims = try ["claim 1 p-1 bank web 2", "payee 1 bank", "withdrawClaim 1"].map { try story.parse($0.split(separator: " ").map { String($0) }) }
        #expect(Set((forOperators + forAll + claims).map(\.name)) == Set(Command.Name.allCases))
        for command in forOperators {
            let outcome = try story.ask(command, by: Principal(name: name))
            // There is no batch yet, and what does not exist comes first.
            if case .failure(let rejection) = outcome, rejection.code == .batchUnknown { continue }
            #expect(outcome == .failure(Rejection(.operatorRequired)), "\(command.name)")
        }
        for command in claims {
            #expect(try story.ask(command, by: Principal(name: name)) == .failure(Rejection(.notTerminated)), "\(command.name)")
        }
        for command in forAll {
            guard case .success = try story.ask(command, by: Principal(name: name)) else {
                #expect(Bool(false), "\(command.name) refused")
                continue
            }
        }
        #expect(audit(story.events, story.books) == [])
    }

    @Test func genesis() {
        let genesis = Genesis(
            ledgerID: [0, 1, 254, 255] + Array(repeating: 7, count: 12), currency: Currency("CZK:2")!, clock: .system,
            founders: ["op-1", "op-2", "監査"])
        let event = genesis.event
        #expect(Genesis(event) == genesis)
        #expect(genesis.ledgerName == "0001feff070707070707070707070707")
        var moved = event
        moved.position = 1
        #expect(Genesis(moved) == nil)
        #expect(Genesis(Event(.genesis)) == nil)
        #expect(Genesis(Event(.refused)) == nil)
    }

    @Test("The same bytes only for the same command")
    func canonicalBytes() {
        let one = Amount(1)!
        let (first, second) = (AccountReference.ordinal(1), AccountReference.external("1"))
        let time = Instant(microseconds: 0)
        var commands: [(Command, Instant?)] = []
        for account in [first, .ordinal(2), second] {
            for scope in LockScope.allCases {
                for reason in [nil, "a", ""] {
                    commands.append((.accounts(.lock(account, scope, reason: reason)), nil))
                    commands.append((.accounts(.unlock(account, scope, reason: reason)), nil))
                }
            }
            for method in ResetMethod.allCases {
                commands.append((.accounts(.resetCredentials(account, method, addressChanged: true)), nil))
                commands.append((.accounts(.resetCredentials(account, method, addressChanged: false)), nil))
            }
            for source in FundingSource.allCases {
                for reference in [nil, "r"] { commands.append((.money(.charge(account, source, one, reference: reference)), nil)) }
            }
            for (store, place, register) in [("s", nil, nil), ("s", "p", nil), ("s", nil, "p"), ("sp", nil, nil)] as [(String, String?, String?)] {
                commands.append((.money(.pay(account, store: store, place: place, register: register, one)), nil))
                commands.append((.money(.pay(account, store: store, place: place, register: register, one)), time))
            }
            for position: UInt64 in [1, 2] {
                commands.append((.money(.reversePayment(account, payment: position, one, reason: nil)), nil))
                commands.append((.money(.correctCharge(account, charge: position, one, reason: nil)), nil))
            }
            for reason in [nil] + ExceptionalReason.allCases { commands.append((.money(.refund(account, one, reason, note: nil)), nil)) }
            commands.append((.accounts(.close(account, nil, reason: nil)), nil))
            commands.append((.accounts(.close(account, .unclaimed, reason: nil)), nil))
        }
        for fee: Int64 in [0, 1] { commands.append((.money(.settlePartner(.point, gross: one, fee: fee, statement: nil)), nil)) }
        for direction in MerchantDirection.allCases { commands.append((.money(.settleMerchant(store: "s", one, direction, statement: nil)), nil)) }
        for direction in BankDirection.allCases { commands.append((.money(.bookUnmatched(one, direction, statement: nil)), nil)) }
        commands.append((.money(.fundByOwner(one, statement: nil)), nil))
        commands.append((.accounts(.open(person: "p", externalID: nil)), nil))
        commands.append((.accounts(.open(person: "p", externalID: "x")), nil))
        commands.append((.accounts(.open(person: "px", externalID: nil)), nil))
        commands.append((.service(.setPolicy(.none)), nil))
        commands.append((.service(.setPolicy(Policy(balanceCap: 1))), nil))
        commands.append((.service(.setPolicy(Policy(limits: [.point: .init(perCharge: 1)]))), nil))
        commands.append((.service(.setPolicy(Policy(limits: [.point: .init(step: 1)]))), nil))
        commands.append((.service(.advanceClock(to: time)), nil))
        commands.append((.service(.confirmClock), nil))
        commands.append((.service(.confirmClock), time))
        #expect(Set(commands.map { $0.0.canonicalBytes(occurredAt: $0.1) }).count == commands.count)
    }
}

/// A request by an operator, with nothing said that the command does not say.
func request(_ command: Command) throws(Malformed) -> Request {
    try Request(command, principal: Principal(name: "op-1"), key: .none, fingerprint: 0, occurredAt: nil, channel: .story)
}
