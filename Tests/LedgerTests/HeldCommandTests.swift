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
        return commands + [.access(.mandateReset(reason: text)), .people(.erase(person: "p", reason: text))]
    }()

    @Test("Every kind of command that may be proposed is among those tried here")
    func complete() throws {
        let others: Set<Command.Name> = [
            .openAccount, .lock, .unlock, .resetCredentials, .charge, .pay, .reversePayment, .advanceClock, .confirmClock, .logIn,
            .failLogin, .countLogins, .bindDevice, .unbindDevice, .linkExternalLogin, .unlinkExternalLogin, .linkFundingSource,
            .unlinkFundingSource, .registerContact, .revokeSession, .propose, .approve, .withdraw, .breakGlass, .reviewBreakGlass,
            .viewPersonalData,
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
            .accounts(.lock(member, .all, reason: nil)), .accounts(.open(person: "p", externalID: nil)), .service(.confirmClock),
            .service(.advanceClock(to: Instant(microseconds: 0))), .access(.logIn(member, .commonId)), .people(.view(person: "p", purpose: "p")),
            .approvals(.approve(proposal: 1)), .approvals(.withdraw(proposal: 1, because: nil)),
            .approvals(.propose(.service(.launch(reason: nil)), because: "b")), .approvals(.review(act: 1, .justified, note: nil)),
        ]
        for command in others {
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
        for name in Command.Name.allCases { policy[minimum: name] = .init(level: 1, seconds: 5) }
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
}
