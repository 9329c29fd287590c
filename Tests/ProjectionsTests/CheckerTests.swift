import Journal
import Ledger
import Testing

@testable import Projections

/// A checker that cannot object is no checker.
@Suite struct CheckerTests {
    private func events(_ scratch: Scratch, seed: UInt64, _ count: Int) throws -> (Log, [Event]) {
        let writer = try opened(try scratch.ledger("seed-\(seed)"))
        defer { writer.stop() }
        var play = try Play(seed: seed, writer)
        // Two chains of marks, and rows that become free.
        try play.teller.ask((0..<3).map { .open("q-\($0)") })
        for _ in 0..<5 { try play.teller.ask((0..<40).map { .charge(UInt64(1 + $0 % 2), 10) } + [.pay(1, 150), .pay(2, 60)]) }
        // One of each kind that chance may leave out.
        try play.teller.ask([
            .accounts(.lock(.ordinal(1), .pay, reason: nil)), .accounts(.unlock(.ordinal(1), .all, reason: nil)),
            .accounts(.resetCredentials(.ordinal(1), .reminder, addressChanged: true)), .service(.setPolicy(Policy(balanceCap: 900_000))),
            .money(.settlePartner(.registerCash, gross: amount(100), fee: 3, statement: nil)), .money(.fundByOwner(amount(9), statement: nil)),
            .money(.bookUnmatched(amount(5), .in, statement: nil)), .money(.bookUnmatched(amount(2), .out, statement: nil)),
            .money(.settleMerchant(store: "s-1", amount(20), .toStore, statement: nil)),
            .service(.advanceClock(to: Instant("2019-07-02T09:00+09:00")!)),
        ])
        try oneOfEach(play.teller)
        play = try Play(seed: seed, writer)
        try play.go(count)
        return (writer.log, play.events)
    }

    /// One of each kind of the gates.
    private func oneOfEach(_ teller: Teller) throws {
        let account = AccountReference.ordinal(1)
        let one = Pseudonym(high: 9, low: 1)
        var access = Access()
        access.device = Pseudonym(high: 9, low: 2)
        access.country = .japan
        access.session = try teller.ask(.access(.logIn(account, .externalId)), access: access).session
        for command: AccessCommand in [
            .failLogin(account, loginID: one, .commonId, .wrongPassword), .failLogin(nil, loginID: nil, .commonId, .unknownId),
            .countLogins(LoginCounts(minute: Instant("2019-07-01T09:00+09:00")!, attempts: 2, accounts: [account])),
            .bindDevice(account, one, attestation: "a"), .unbindDevice(account, one), .linkExternalLogin(account, provider: "line", one),
            .unlinkExternalLogin(account, provider: "line", one),
            .linkFundingSource(account, .creditCard, token: "tok", brand: "visa", last4: "4242", .authenticated),
            .unlinkFundingSource(account, token: "tok"), .registerContact(account, .mail, one),
        ] {
            try teller.ask(.access(command), access: access)
        }
        try teller.ask(.money(.charge(account, .creditCard, amount(70), reference: nil)), access: access)
        let second = try teller.ask(.access(.logIn(account, .commonId)))
        try teller.ask(.access(.revokeSession(account, session: second.session)))
        try teller.ask(.access(.revokeSessions(nil, reason: "seen")))
        let stop = try teller.ask(.controls(.activate(.charge(.registerCash), effectiveAt: nil, until: nil, reason: "seen")))
        guard case .recorded(let refused, _) = try teller.ask([.charge(1, 30)])[0], refused.kind == .refused else { throw Teller.Unexpected() }
        try teller.ask(.controls(.confirmVoid(refusal: refused.position, reference: "r")))
        try teller.carryOut(.controls(.lift(control: stop.position, effectiveAt: nil, reason: "over")))
        let other = try teller.ask(.controls(.activate(.registration, effectiveAt: nil, until: nil, reason: "seen")))
        try teller.ask(.approvals(.breakGlass(.controls(.lift(control: other.position, effectiveAt: nil, reason: "over")), because: "now")))
        let broken = try teller.ask(.service(.publishNotice(.control, place: "web", contentHash: Array(repeating: 1, count: 32), note: nil))).position - 2
        try teller.ask(.approvals(.review(act: broken, .unjustified, note: "no")), by: "op-2")
        for (name, role) in [("data", Role.dataOfficer), ("eye", .investigator)] {
            try teller.carryOut(.approvals(.grant(principal: name, role, person: nil)))
        }
        try teller.carryOut(.approvals(.grant(principal: "eye", .certifier, person: nil)), by: "op-2")
        try teller.carryOut(.approvals(.revoke(principal: "eye", .certifier)))
        let proposed = try teller.ask(.approvals(.propose(.controls(.activate(.foreignIp, effectiveAt: nil, until: nil, reason: "seen")), because: "seen")), by: "eye")
        try teller.ask(.approvals(.withdraw(proposal: proposed.position, because: "not needed")), by: "eye")
        try teller.carryOut(.money(.refund(.ordinal(2), amount(3), .smallAmount, note: nil)))
        let charge = try teller.ask(.charge(2, 40))
        try teller.carryOut(.money(.correctCharge(.ordinal(2), charge: charge.position, amount(4), reason: "typed")))
        let ordinal = try teller.ask(.open("gone")).subject.ordinal
        try teller.ask(.people(.view(person: "gone", purpose: "a call")), by: "data")
        try teller.ask([.charge(ordinal, 8)])
        try teller.ask(.accounts(.close(.ordinal(ordinal), .unclaimed, reason: nil)))
        try teller.carryOut(.people(.erase(person: "gone", reason: "asked")), by: "data")
        try teller.ask(.service(.launch(reason: nil)))
        try teller.ask(.access(.mandateReset(reason: "seen")))
        try teller.ask([1, 2, 3].map { .accounts(.resetCredentials(.ordinal($0), .reminder, addressChanged: false)) })
    }

    @Test("Clean views give no difference; any word changed in any line gives one", arguments: [21, 22])
    func everyWord(seed: UInt64) throws {
        let scratch = try Scratch()
        let (log, events) = try events(scratch, seed: seed, 150)
        let audit = audit(events)
        #expect(audit.findings == [])
        try everyWord(try Balances.fold(log), log, audit)
        try everyWord(try Statements.fold(log), log, audit)
        try everyWord(try Trial.fold(log), log, audit)
        try everyWord(try Decisions.fold(log), log, audit)
        try everyWord(try Damage.fold(log), log, audit)
    }

    private func everyWord<P: Compared>(_ clean: P, _ log: Log, _ audit: Audit) throws {
        #expect(clean.objections(audit) == [])
        for (number, table) in clean.tables.enumerated() {
            #expect(table.count > 0, "\(P.name).\(table.name) has no line to change")
            for row in 0..<table.count {
                for column in 0..<table.width {
                    for change: (Int64) -> Int64 in [{ $0 ^ 1 }, { $0 ^ .min }, { $0 &+ 1 << 33 }, { _ in -7 }] {
                        var view = clean
                        view.tables[number][row, column] = change(table[row, column])
                        if view.objections(audit).isEmpty { Issue.record("\(P.name).\(table.name)[\(row), \(column)] may be anything") }
                    }
                }
            }
            var longer = clean
            longer.tables[number][table.count, 0] = 1
            #expect(!longer.objections(audit).isEmpty, "\(P.name).\(table.name) may have a line too many")
        }
        var early = try P.fold(log, to: log.count - 1)
        #expect(!early.objections(audit).isEmpty)
        try early.follow(log, to: log.count)
        #expect(early.objections(audit).isEmpty)
    }

    @Test("The audit finds every field of every event that says something else", arguments: [31, 32, 33])
    func everyField(seed: UInt64) throws {
        let scratch = try Scratch()
        let (_, events) = try events(scratch, seed: seed, 220)
        try everyField(of: events, "seed \(seed)")
        let unseen = Set(EventKind.allCases).subtracting(events.map(\.kind)).filter { !(128...178).contains($0.rawValue) && !(192...236).contains($0.rawValue) }
        #expect(unseen.subtracting([.paymentReversedToUnclaimed, .merchantRepaid]) == [.clockConfirmed, .continuation])
    }

    @Test("The same of the fraud, damage and compensation desks; and no line of their views may be anything")
    func desks() throws {
        let desk = try Victims()
        try desk.playEveryKind()
        let events = try desk.log.events()
        try everyField(of: events, "desks")
        let audit = audit(events)
        try everyWord(try Balances.fold(desk.log), desk.log, audit)
        try everyWord(try Damage.fold(desk.log), desk.log, audit)
        try everyWord(try Trial.fold(desk.log), desk.log, audit)
    }

    @Test("The same of the shutdown desk")
    func ending() throws {
        let ended = try Ended()
        let log = ended.desk.log
        let events = try log.events()
        try everyField(of: events, "ending")
        let audit = audit(events)
        try everyWord(try Balances.fold(log), log, audit)
        try everyWord(try Refunds.fold(log), log, audit)
        try everyWord(try Trial.fold(log), log, audit)
    }

    private func everyField(of events: [Event], _ story: String) throws {
        #expect(audit(events).findings == [])
        let past = Past(events)
        var prefix = Audit { past.events[safe: $0] }
        for (index, event) in events.enumerated() {
            for (name, change) in changes {
                var altered = event
                change(&altered)
                if altered == event { continue }
                past.events[index] = altered
                defer { past.events[index] = event }
                // What went before is sound; what follows may be what gives it away.
                var audit = prefix
                audit.take(altered)
                for later in events[(index + 1)...] where audit.findings.isEmpty { audit.take(later) }
                if audit.findings.isEmpty { audit.finish() }
                if audit.findings.isEmpty { Issue.record("\(story): \(name) of \(event) may be \(altered)") }
            }
            prefix.take(event)
        }
    }

    /// The events as an audit is shown them.
    private final class Past {
        var events: [Event]
        init(_ events: [Event]) { self.events = events }
    }

    /// Kinds that say nothing without their fields.
    private var gated: Set<EventKind> {
        [
            .loginSucceeded, .loginFailed, .loginsCounted, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered, .sessionsRevoked, .resetMandated, .noticePublished,
            .controlActivated, .controlLifted, .proposed, .approved, .glassBroken, .glassReviewed, .roleGranted, .roleRevoked,
            .personalDataViewed, .personErased,
        ]
    }

    /// An amount that somebody outside spoke of: nothing in the ledger could say that it was another.
    private func isAsked(_ event: Event) -> Bool { [.refused, .partnerReportReceived, .chargeReversedUnmatched].contains(event.kind) }

    private var changes: [(String, (inout Event) -> Void)] {
        [
            ("position", { $0.position += 1 }),
            // When a scenario's clock was set forward is for whoever set it to say.
            ("recordedAt", { if $0.position > 0, $0.kind != .clockAdvanced { $0.recordedAt = $0.recordedAt + -1_000_000 } }),
            ("kind", { $0.kind = $0.kind == .chargeSettled ? .paymentReversed : .chargeSettled }),
            ("kind without posting", { if !$0.hasPosting { $0.kind = $0.kind == .accountClosed ? .credentialsReset : .accountClosed } }),
            ("source", { if $0.hasPosting, $0.source != nil, $0.kind != .unmatchedReceived { $0.source = $0.source == .point ? .atmCash : .point } }),
            ("groupIndex", { $0.groupIndex += 1 }),
            ("groupCount", { $0.groupCount += 1 }),
            ("no group", { $0.groupCount = 0 }),
            ("subject", { $0.subject = $0.subject == .member(1) ? .member(2) : .member(1) }),
            ("no subject", { $0.subject = .none }),
            ("strange subject", { $0.subject = AccountCode(rawValue: .max) }),
            ("previous", { $0.previous += 1 }),
            ("debit", { $0.debit = $0.debit == .bank ? .suspense : .bank }),
            ("no debit", { $0.debit = .none }),
            ("debit of the class", { if $0.hasPosting { $0.debit = AccountCode(rawValue: $0.debit.rawValue + 1_000) } }),
            ("credit", { $0.credit = $0.credit == .bank ? .suspense : .bank }),
            ("no credit", { $0.credit = .none }),
            ("credit of the class", { if $0.hasPosting { $0.credit = AccountCode(rawValue: $0.credit.rawValue + 1_000) } }),
            ("amount", { if !isAsked($0) { $0.amount += 1_000_000 } }),
            ("amount below zero", { $0.amount = -1 }),
            ("least amount", { $0.amount = .min }),
            ("greatest amount", { if !isAsked($0) { $0.amount = .max } }),
            ("balanceAfter", { $0.balanceAfter -= 1 }),
            ("least balanceAfter", { $0.balanceAfter = .min }),
            ("reference", { $0.reference = $0.reference == 0 ? 1 : $0.reference + 1_000_000 }),
            // Which batch a payout was of the bank may not say.
            ("no reference", { if ![.payoutConfirmed, .refundReturned, .refundSentBack].contains($0.kind) { $0.reference = 0 } }),
            ("no fields", { if gated.contains($0.kind) { $0.tail = Tail() } }),
            ("session", { if $0.kind != .refused { $0.session += 900 } }),
            ("policyVersion", { $0.policyVersion += 1 }),
            ("actor", { $0.actor += 900 }),
        ]
    }

    @Test("A key used twice, a lock that stands already, a closed account that moves, a card number: findings")
    func others() throws {
        let scratch = try Scratch()
        let (_, events) = try events(scratch, seed: 34, 150)
        func found(_ change: (inout [Event]) -> Void) -> Bool {
            var altered = events
            change(&altered)
            return !audit(altered).findings.isEmpty
        }
        let alone = events.indices.filter { events[$0].groupCount == 1 && $0 > 10 }
        #expect(found { $0[alone[5]].key = $0[alone[2]].key })
        #expect(found { $0.remove(at: alone[4]) })
        #expect(found { $0.swapAt(alone[4], alone[5]) })
        #expect(found { $0.removeAll() })
        let grouped = events.indices.filter { events[$0].groupCount == 2 && events[$0].groupIndex == 1 }
        let second = try #require(grouped.first)
        #expect(found { $0[second].key = .none })
        #expect(found { $0[second].fingerprint += 1 })
        #expect(found { $0[second].recordedAt = $0[second].recordedAt + 1 })
        #expect(found { $0 = Array($0[...(second - 1)]) })
        let lock = try #require(events.firstIndex { $0.kind == .accountLocked })
        #expect(found { $0[lock].tail = Tail() })
        #expect(found { events in
            let paid = events.firstIndex { $0.kind == .paymentAccepted }!
            events[paid].tail.add(.register, "4111 1111 1111 1111")
        })
    }
}
