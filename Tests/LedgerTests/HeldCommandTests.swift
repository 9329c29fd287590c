import Ledger
import Testing

/// What waits for approvals is kept as the command's canonical bytes and must come back as the same command.
@Suite struct HeldCommandTests {
    static let commands: [Command] = {
        let one = Amount(1)!
        let greatest = Amount(Amount.greatest)!
        let text = "理由 r"
        let accounts: [AccountReference] = [.ordinal(1), .ordinal(.max), .external("x-1"), .external("会員")]
        var policy = Policy(balanceCap: .max, limits: [.point: .init(perCharge: 5, step: 1)])
        policy[minimum: .pay] = .init(level: 2, seconds: 600)
        policy.chargeWindows = [.init(.cards, count: 3, seconds: 600), .init(Policy.Sources([.point]), count: 1, seconds: 1)]
        policy.homeCountry = Country("CZ")!
        policy.requiresLaunch = true
        policy.compensationFrom = Instant(microseconds: 1_566_140_400_000_000)
        var commands: [Command] = [.service(.setPolicy(.none)), .service(.setPolicy(policy))]
        for account in accounts {
            for reason in [nil, text] {
                commands.append(.accounts(.close(account, reason == nil ? nil : .unclaimed, reason: reason)))
                commands.append(.money(.correctCharge(account, charge: .max, greatest, reason: reason)))
                for exception in [nil] + ExceptionalReason.allCases { commands.append(.money(.refund(account, one, exception, note: reason))) }
            }
        }
        for note in [nil, text] {
            for source in FundingSource.allCases { commands.append(.money(.settlePartner(source, gross: greatest, fee: 7, statement: note))) }
            for direction in MerchantDirection.allCases { commands.append(.money(.settleMerchant(store: "s", one, direction, statement: note))) }
            for direction in BankDirection.allCases { commands.append(.money(.bookUnmatched(one, direction, statement: note))) }
            commands.append(.money(.fundByOwner(greatest, statement: note)))
            commands.append(.service(.launch(reason: note)))
            for kind in NoticeKind.allCases {
                commands.append(.service(.publishNotice(kind, place: "web", contentHash: Array(0..<32), note: note)))
            }
            commands.append(.controls(.confirmVoid(refusal: 7, reference: note)))
            for method in [nil] + LoginMethod.allCases { commands.append(.access(.revokeSessions(method, reason: text))) }
            commands.append(.approvals(.grant(principal: "op-9", .regulator, person: note)))
        }
        for stops in [Stops.pay, .anyCharge, .charge(.atmCash), .foreignIp, .registration, .externalIdLogin] {
            for instant in [nil, Instant(microseconds: .min), Instant(microseconds: 5)] {
                commands.append(.controls(.activate(stops, effectiveAt: instant, until: nil, reason: text)))
                commands.append(.controls(.activate(stops, effectiveAt: nil, until: instant, reason: text)))
                commands.append(.controls(.lift(control: 1, effectiveAt: instant, reason: text)))
            }
        }
        for role in Role.allCases { commands.append(.approvals(.revoke(principal: "op-9", role))) }
        commands += desks(accounts)
        commands += shutdown(accounts)
        return commands + [.access(.mandateReset(reason: text)), .people(.erase(person: "p", reason: text))]
    }()

    /// Those of the damage, compensation and fraud desks.
    private static func desks(_ accounts: [AccountReference]) -> [Command] {
        let text = "理由 r"
        let some: [UInt64] = [1, .max, 1 << 40]
        let sums = [Entitlement.zero, Entitlement(creditCard: 1 << 52, debitCard: 1, point: 2, ownBalance: 3, genuineUse: 4)]
        var commands: [Command] = []
        for account in accounts {
            for label in Label.allCases {
                for amends in [nil, text] { commands.append(.damage(.label(account, events: some, label, basis: text, amends: amends))) }
            }
            for charge in [nil, .max] as [UInt64?] { commands.append(.damage(.endHold(account, charge: charge, reason: text))) }
            for other in accounts { commands.append(.damage(.link(account, other: other, evidence: text))) }
            commands += [.compensation(.agree(account, Amount(1)!)), .compensation(.waive(account, Amount(Amount.greatest)!, reason: text))]
            for scope in LockScope.allCases {
                for reason in [nil, text] { commands.append(.accounts(.lock(account, scope, reason: reason))) }
            }
        }
        let pattern = DamageCommand.Grounds.Pattern(ruleVersion: .max, score: -5, events: some)
        for sums in sums {
            for grounds in [.init(dispute: 7), .init(report: .max), .init(pattern: pattern), .init(dispute: 1, report: 2, pattern: pattern)] as [DamageCommand.Grounds] {
                for note in [nil, text] { commands.append(.damage(.certify(person: "p", sums, grounds, note: note))) }
            }
            commands.append(.damage(.amend(person: "会員", sums, reason: text)))
        }
        commands.append(.damage(.revoke(person: "p", reason: text)))
        return commands + [.fraud(.activate(Story.someRules("規則"), reason: text))]
    }

    /// Those of the shutdown desk.
    private static func shutdown(_ accounts: [AccountReference]) -> [Command] {
        let (text, one) = ("理由 r", Amount(1)!)
        var commands: [ShutdownCommand] = [.withdrawDecision(reason: text)]
        for instant in [Instant(microseconds: .min), Instant(microseconds: 5)] {
            commands += [.decide(effectiveAt: instant, reason: text), .reschedule(effectiveAt: instant, reason: text)]
            commands += [.openClaims(from: instant, last: Day(number: 5)), .openClaims(from: nil, last: Day(number: 0))]
        }
        commands.append(.extendClaims(last: Day(number: 40_000), reason: text))
        for account in accounts {
            commands.append(.liftLegalHold(account, reason: text))
            for (method, channel) in zip(PayoutMethod.allCases + [.bank], ClaimChannel.allCases) {
                for identity in [nil] + IdentityMethod.allCases.map({ ShutdownCommand.Identity(level: 3, method: $0) }) {
                    let claim = ShutdownCommand.Claim(
                        claimant: "会員", method: method, payee: Pseudonym(named: "x"), channel: channel, identity: identity)
                    commands.append(.acceptLate(account, claim))
                }
            }
        }
        for count in [1, ShutdownCommand.mostApproved] {
            commands.append(.approve(accounts: (0..<count).map { .max - UInt64($0) }, total: Amount(Amount.greatest)!))
        }
        for form in SecurityForm.allCases { commands.append(.reclaim(form, one, approval: .max)) }
        return commands.map { .shutdown($0) }
    }

    /// What of the shutdown desk is done at once, or not at all.
    private static let notHeld: [ShutdownCommand] = {
        let (member, one, payee) = (AccountReference.ordinal(1), Amount(1)!, Pseudonym(named: "x"))
        let hash = Story.hash("h")
        return [
            .placeLegalHold(member, reason: "r"), .claim(member, .init(claimant: "p", method: .bank, payee: payee, channel: .app)),
            .verifyIdentity(member, .init(level: 1, method: .session)), .correctPayee(member, .postal, payee: payee), .rejectClaim(member, reason: "r"),
            .withdrawClaim(member, reason: nil), .openBatch(.bank, date: Day(number: 1), items: 1),
            .recordFile(batch: 1, .zengin, contentHash: hash, bytes: 1), .cancelBatch(1, reason: "r"), .releaseBatch(1, contentHash: hash),
            .sendBatch(1, reference: nil), .recordResult(batch: 1, contentHash: hash, paid: 0, returned: 0),
            .confirmPayout(member, one, batch: 1, reference: nil), .returnPayout(member, one, batch: nil, reason: nil),
            .recordFiling(.init(.other, contentHash: hash)), .secure(.trust, one, reference: nil),
        ]
    }()

    @Test("Every kind of command that may be proposed is among those tried here")
    func complete() throws {
        let others: Set<Command.Name> = [
            .openAccount, .unlock, .resetCredentials, .charge, .pay, .reversePayment, .advanceClock, .confirmClock, .logIn,
            .failLogin, .countLogins, .bindDevice, .unbindDevice, .linkExternalLogin, .unlinkExternalLogin, .linkFundingSource,
            .unlinkFundingSource, .registerContact, .revokeSession, .propose, .approve, .withdraw, .breakGlass, .reviewBreakGlass,
            .viewPersonalData, .raiseAlert, .clearAlert, .openDispute, .closeDispute, .reportCharges, .matchReport, .recordContact, .holdFraud,
            .requestReversal, .rejectReversal, .confirmReversal, .matchReversal, .settleClearing, .offerCompensation, .payCompensation,
            .returnCompensation, .repayRecoverable, .bookCulpritPayment, .placeLegalHold, .claimRefund, .verifyIdentity, .correctPayee,
            .rejectClaim, .withdrawClaim, .openBatch, .recordBatchFile, .cancelBatch, .releaseBatch, .sendBatch, .recordResultFile,
            .confirmPayout, .returnPayout, .recordFiling, .depositSecurity,
        ]
        #expect(Set(Self.commands.map(\.name)) == Set(Command.Name.allCases).subtracting(others))
        for command in Self.commands {
            #expect(throws: Never.self, "\(command.name)") { try request(.approvals(.propose(command, because: "b"))) }
        }
    }

    @Test("Written and read, a held command is the same command")
    func roundTrip() throws {
        for command in Self.commands {
            let bytes = command.canonicalBytes(occurredAt: nil)
            #expect(try Command(canonical: bytes) == command)
            #expect(try Command(canonical: bytes[...]).canonicalBytes(occurredAt: nil) == bytes)
        }
        #expect(Set(Self.commands.map { $0.canonicalBytes(occurredAt: nil) }).count == Set(Self.commands.map { "\($0)" }).count)
    }

    @Test("A policy of caps and limits alone has the bytes, and so the fingerprint, that it always had")
    func oldPolicy() {
        func number(_ value: Int64) -> [UInt8] { [1] + (0..<8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        let policy = Policy(balanceCap: 100_000, limits: [.creditCard: .init(perCharge: 30_000, step: 1000)])
        let numbers = [100_000, 30_000, 1000] + Array(repeating: 0, count: 8) as [Int64]
        #expect(Command.service(.setPolicy(policy)).canonicalBytes(occurredAt: nil) == [32, 0] + numbers.flatMap(number) + [0])
    }

    @Test("Cut short, or with something behind, they are no command")
    func cut() {
        for command in Self.commands {
            let bytes = command.canonicalBytes(occurredAt: nil)
            for length in bytes.indices {
                #expect(throws: ImageError.self, "\(command)") { try Command(canonical: bytes[..<length]) }
            }
            for more in [[0], [1], [255], bytes] as [[UInt8]] {
                #expect(throws: ImageError.self, "\(command)") { try Command(canonical: bytes + more) }
            }
            let dated = command.canonicalBytes(occurredAt: Instant(microseconds: 0))
            #expect(throws: ImageError.self) { try Command(canonical: dated) }
            var access = Access()
            access.session = 1
            #expect(throws: ImageError.self) { try Command(canonical: command.canonicalBytes(occurredAt: nil, access: access)) }
        }
    }

    @Test("Damaged bytes are another command or none, and never a trap")
    func damaged() {
        var random = Random(seed: 19)
        for _ in 0..<20_000 {
            var bytes = random.pick(Self.commands).canonicalBytes(occurredAt: nil)
            for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            if let command = try? Command(canonical: bytes) { _ = command.canonicalBytes(occurredAt: nil) }
            _ = try? Command(canonical: (0..<random.below(60)).map { _ in UInt8(truncatingIfNeeded: random.next()) })
        }
    }

    @Test("No command of another kind is read")
    func others() {
        let one = Amount(1)!
        let member = AccountReference.ordinal(1)
        let others: [Command] = [
            .money(.pay(member, store: "s", place: nil, register: nil, one)), .money(.charge(member, .point, one, reference: nil)),
            .accounts(.unlock(member, .all, reason: nil)), .accounts(.open(person: "p", externalID: nil)), .service(.confirmClock),
            .service(.advanceClock(to: Instant(microseconds: 0))), .access(.logIn(member, .commonId)), .people(.view(person: "p", purpose: "p")),
            .approvals(.approve(proposal: 1)), .approvals(.withdraw(proposal: 1, because: nil)),
            .approvals(.propose(.service(.launch(reason: nil)), because: "b")), .approvals(.review(act: 1, .justified, note: nil)),
            .damage(.openDispute(member, events: [1], via: .app, note: nil)), .damage(.closeDispute(dispute: 1, .confirmed, note: nil)),
            .damage(.report(.init(source: .point, message: "m"))), .damage(.matchReport(report: 1, member, charges: [2])),
            .damage(.recordContact(member, isInbound: true, .mail, .reached, note: nil)), .damage(.hold(member, charge: nil, reason: nil)),
            .compensation(.requestReversal(member, charge: 1, debitDate: Day(number: 1), note: nil)),
            .compensation(.rejectReversal(member, charge: 1, reason: nil)), .compensation(.matchReversal(unmatched: 1, member, charge: 2)),
            .compensation(.confirmReversal(member, .creditCard, charge: 1, one, .afterDebit, reference: nil)),
            .compensation(.settleClearing(.point, one, .paid, statement: nil)), .compensation(.offer(member, note: nil)),
            .compensation(.pay(member, one, reference: nil)), .compensation(.returned(member, one, reference: nil)),
            .compensation(.repay(member, one, statement: nil)), .compensation(.bookCulprit(one, statement: nil)),
            .fraud(.clear(alert: 1, .confirmed, note: nil)),
            .fraud(.raise(.init(version: 1, rule: .fanOut, account: nil, subject: "s", windowStart: Story.opening, score: 1, events: [1]))),
        ]
        for command in others + Self.notHeld.map({ .shutdown($0) }) {
            let bytes = command.canonicalBytes(occurredAt: nil)
            #expect(throws: ImageError.self, "\(command.name)") { try Command(canonical: bytes) }
        }
        // A known number without its account, or with one where there is none, is no command either.
        let refund = Command.money(.refund(member, one, nil, note: nil)).canonicalBytes(occurredAt: nil)
        #expect(throws: ImageError.self) { try Command(canonical: [refund[0], 0] + refund[10...]) }
    }

    @Test("The largest that may wait fits an event, asked by the longest name from a new device")
    func largest() throws {
        var story = Story()
        let note = String(repeating: "n", count: TextRule.noteLimit)
        let long = String(repeating: "p", count: TextRule.keyLimit)
        var policy = Policy.none
        for name in Command.Name.allCases.prefix(44) { policy[minimum: name] = .init(level: 1, seconds: 5) }
        policy.chargeWindows = Array(repeating: .init(.cards, count: 1, seconds: 1), count: 7)
        policy.balanceCap = 5
        try story.play("launch\nopen p-1\ncharge 1 point 5")
        for role in ["operator", "treasurer"] {
            try story.approved(.approvals(.grant(principal: String(long.prefix(64)), Role(name: role)!, person: nil)))
        }
        var access = Access()
        access.device = Pseudonym(named: "d")
        access.network = 1
        for command in [.service(.setPolicy(policy)), .money(.refund(.ordinal(1), Amount(5)!, .smallAmount, note: note))] as [Command] {
            let outcome = try story.ask(
                .approvals(.propose(command, because: note)), by: Principal(name: String(long.prefix(64))), access: access)
            guard case .success(let events) = outcome else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(events[0].tail.bytes.count <= Tail.longest)
            access.device = nil
        }
    }

    @Test("An approval of as many refunds as there may be fits an event")
    func largestApproval() throws {
        var story = try Story.ended(Array(repeating: 5, count: ShutdownCommand.mostApproved))
        try story.openClaims()
        for account in 1...ShutdownCommand.mostApproved { try story.play("claim \(account) p-\(account) bank web 2") }
        let accounts = (1...UInt64(ShutdownCommand.mostApproved)).map { $0 }
        let command = Command.shutdown(.approve(accounts: accounts, total: Amount(5 * Int64(accounts.count))!))
        let note = String(repeating: "n", count: TextRule.noteLimit)
        let outcome = try story.ask(.approvals(.propose(command, because: note)), by: Principal(name: "op-1"))
        #expect((try? outcome.get())?.first.map { $0.tail.bytes.count <= Tail.longest } == true, "\(outcome)")
        let position = story.books.next - 1
        for name in ["op-2", "op-3"] { try story.ask(.approvals(.approve(proposal: position)), by: Principal(name: name)) }
        #expect(story.events.filter { $0.kind == .refundApproved }.count == accounts.count)
    }

    @Test("A judgement of many events waits for approvals as far as one event can say it, and no further")
    func largestJudgement() throws {
        var story = try Story.desks()
        let id = String(repeating: "x", count: TextRule.nameLimit)
        let note = String(repeating: "n", count: TextRule.noteLimit)
        try story.ask(.accounts(.open(person: "p-1", externalID: id)))
        let certifier = Principal(name: String(repeating: "p", count: TextRule.nameLimit))
        try story.approved(.approvals(.grant(principal: certifier.name, .certifier, person: nil)))
        for _ in 0..<100 { try story.play("charge 1 point 1") }
        let charges = Attribution(history: story.history(of: .member(1))).lots.map(\.position)
        var access = Access()
        access.device = Pseudonym(named: "d")
        access.network = 1
        func propose(_ count: Int) throws -> Story.Outcome {
            let label = DamageCommand.label(.external(id), events: Array(charges.prefix(count)), .fraud, basis: note, amends: note)
            return try story.ask(.approvals(.propose(.damage(label), because: note)), by: certifier, access: access)
        }
        #expect(throws: Malformed.self) { try propose(40) }
        guard case .success(let events) = try propose(39) else {
            Issue.record("refused")
            return
        }
        #expect(events[0].tail.bytes.count <= Tail.longest)
        // Alone it may name a hundred, and says each in an event of its own.
        let all = try story.ask(.damage(.label(.external(id), events: charges, .fraud, basis: note)), by: certifier, access: access)
        #expect((try? all.get())?.count == 100)
        let tooMany = DamageCommand.label(.external(id), events: charges + [1], .fraud, basis: note)
        #expect(throws: Malformed.self) { try story.ask(.damage(tooMany), by: certifier) }
        #expect(throws: Malformed.self) { try story.ask(.damage(.label(.external(id), events: [], .fraud, basis: note)), by: certifier) }
        #expect(throws: Malformed.self) { try story.ask(.damage(.label(.external(id), events: [1, 1], .fraud, basis: note)), by: certifier) }
        // The largest of the others.
        var report = DamageCommand.PartnerReport(source: .point, message: id, card: id, account: .external(id), charges: charges, amount: Amount(1)!, note: note)
        report.account = .external(id)
        for command in [
            .damage(.report(report)), .damage(.openDispute(.external(id), events: charges, via: .post, note: note)),
            .damage(.recordContact(.external(id), isInbound: true, .chat, .denied, note: note)),
        ] as [Command] {
            let outcome = try story.ask(command, by: certifier, access: access)
            #expect((try? outcome.get())?.first.map { $0.tail.bytes.count <= Tail.longest } == true, "\(outcome)")
        }
    }
}
