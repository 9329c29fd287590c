import Journal
import Ledger
import Testing

@testable import Projections

/// What the audit says of streams that break one invariant of the gates: each is a sound one with one thing changed.
@Suite struct GateAuditTests {
    /// A ledger with a policy, two accounts and the log of what `body` does.
    private func events(_ body: (Teller) throws -> Void) throws -> [Event] {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        let teller = Teller(writer)
        try teller.ask([.open("p"), .open("q"), .charge(1, 5_000), .charge(2, 5_000)])
        try body(teller)
        let events = try writer.log.events()
        #expect(audit(events).findings == [])
        return events
    }

    /// What is found once the last event that `which` holds of is changed.
    private func findings(_ events: [Event], where which: (Event) -> Bool, _ change: (inout Event) -> Void) throws -> String {
        var events = events
        let found = events.lastIndex(where: which)
        let index = try #require(found)
        change(&events[index])
        return audit(events).findings.joined(separator: "\n")
    }

    private func activated(_ stops: Stops, _ until: Instant? = nil) -> Command {
        .controls(.activate(stops, effectiveAt: nil, until: until, reason: "seen"))
    }

    /// The same event with a control's stops changed.
    private func stop(_ stops: Stops) -> (inout Event) -> Void {
        { $0.tail = $0.tail.replacing(.controlStops) { _ in (0..<8).map { UInt8(truncatingIfNeeded: stops.rawValue >> ($0 * 8)) } } }
    }

    @Test("INV-07 and INV-08: what a control stops is found wherever it happens inside it, and nowhere else")
    func controls() throws {
        var abroad = Access()
        abroad.country = Country("KR")
        let end = Instant("2019-07-01T10:00+09:00")!
        let played = try events { teller in
            try teller.ask(activated(.charge(.debitCard), end))
            try teller.ask([.charge(1, 100, .creditCard), .pay(1, 30), .open("r"), .access(.logIn(.ordinal(2), .externalId))])
            try teller.ask(.charge(2, 90, .point), access: abroad)
            try teller.ask(.service(.advanceClock(to: end)))
            try teller.ask([.charge(1, 100, .debitCard), .charge(1, 100, .creditCard), .pay(1, 30), .open("s")])
        }
        for (stops, rule) in [
            (Stops.charge(.creditCard), "INV-07 charging from creditCard is stopped"), (.charge(.point), "INV-07 charging from point"),
            (.pay, "INV-07 payments"), (.registration, "INV-08 registration"), (.externalIdLogin, "INV-08 signing in"),
            (.foreignIp, "INV-08 addresses of KR are blocked"), (.foreignIp, "its country is not known"),
        ] {
            #expect(try findings(played, where: { $0.kind == .controlActivated }, stop(stops)).contains(rule), "\(rule)")
        }
        // At the instant it ends it is over; a source it did not stop before the change was never meant.
        let later = try findings(played, where: { $0.kind == .controlActivated }, stop(.charge(.debitCard)))
        #expect(later == "")
        let longer = try findings(played, where: { $0.kind == .controlActivated }) {
            $0.tail = $0.tail.replacing(.until) { _ in [UInt8](repeating: 0xFF, count: 7) + [0x7F] }
        }
        #expect(longer.contains("INV-07 charging from debitCard is stopped"))
    }

    @Test("INV-09: after a mass reset nothing of an account that its member did not reset, but for staff and new accounts")
    func mandate() throws {
        let played = try events { teller in
            try teller.ask(.access(.mandateReset(reason: "seen")))
            try teller.ask([.accounts(.resetCredentials(.ordinal(1), .reminder, addressChanged: false)), .open("r"), .accounts(.lock(.ordinal(2), .pay, reason: nil))])
            try teller.ask([.charge(1, 10), .charge(3, 10)])
            try teller.ask(.charge(2, 10), by: "op-2")
        }
        let rule = "INV-09"
        #expect(try findings(played, where: { $0.kind == .credentialsReset }) { $0.tail = $0.tail.replacing(.resetMethod) { _ in [ResetMethod.mass.rawValue] } }.contains(rule))
        #expect(try findings(played, where: { $0.kind == .chargeSettled && $0.subject == .member(2) }) { $0.actor = 4 }.contains(rule))
    }

    @Test("INV-19: twice the same person, too few, nobody, another act, no role as of the event, after the end")
    func approvals() throws {
        let played = try events { teller in
            try teller.ask(.service(.launch(reason: nil)))
            try teller.carryOut(.approvals(.grant(principal: "op-4", .approver, person: "op-1")))
            try teller.carryOut(.approvals(.grant(principal: "t", .treasurer, person: nil)))
            try teller.ask(.money(.fundByOwner(amount(9), statement: nil)), by: "t")
            try teller.carryOut(.money(.refund(.ordinal(1), amount(7), .smallAmount, note: nil)))
        }
        let ordinals = Dictionary(uniqueKeysWithValues: Decided(played, position: .max).actors.map { ($0.value, $0.key) })
        // The act follows in the approval's group and has the same actor.
        func by(_ name: String) throws -> String {
            var forged = played
            let index = try #require(forged.lastIndex { $0.kind == .approved })
            for event in index...(index + 1) { forged[event].actor = try #require(ordinals[name]) }
            return audit(forged).findings.joined(separator: "\n")
        }
        #expect(try by("op-1").contains("INV-19 op-1 stands twice"))
        #expect(try by("op-2").contains("INV-19 op-2 stands twice"))
        #expect(try by("t").contains("INV-19 t is no approver"))
        let few = try findings(played, where: { $0.kind == .proposed }) { $0.tail = $0.tail.replacing(.approvalsNeeded) { _ in [1] } }
        #expect(few.contains("INV-19 it takes 2 approvals, not 1"))
        let early = try findings(played, where: { $0.kind == .approved && $0.groupCount == 1 }) { $0.tail = $0.tail.replacing(.approvalsNeeded) { _ in [0] } }
        #expect(early.contains("INV-19 1 approvals are missing, not 0"))
        #expect(try findings(played, where: { $0.kind == .approved }) { $0.kind = .withdrawn }.contains("INV-19 nobody approved it"))
        let more = try findings(played, where: { $0.kind == .exceptionalRefundReleased }) { $0.amount += 1; $0.balanceAfter -= 1 }
        #expect(more.contains("INV-19 it is not what was approved"))
        let other = try findings(played, where: { $0.tail.text(.principal) == "t" && $0.kind == .roleGranted }) {
            $0.tail = $0.tail.replacing(.role) { _ in [Role.auditor.rawValue] }
        }
        #expect(other.contains("INV-19 it is not what was approved") && other.contains("INV-19 t is no treasurer"))
        let over = try findings(played, where: { $0.kind == .proposed }) { $0.tail = $0.tail.replacing(.expiresAt) { _ in [UInt8](repeating: 0, count: 8) } }
        #expect(over.contains("the proposal had expired"))
        // Another login of the proposer's own person.
        var forged = played
        let grant = try #require(forged.firstIndex { $0.kind == .roleGranted && $0.tail.text(.principal) == "op-4" })
        forged[grant].tail = forged[grant].tail.replacing(.principal) { _ in Array("op-2".utf8) }
        #expect(audit(forged).findings.joined().contains("op-2 is another person's"))
    }

    @Test("INV-19: an emergency act needs its kind, its role and another person's review")
    func glass() throws {
        let played = try events { teller in
            let stop = try teller.ask(activated(.pay))
            let lifted = try teller.ask(.approvals(.breakGlass(.controls(.lift(control: stop.position, effectiveAt: nil, reason: "over")), because: "now")))
            try teller.ask(.approvals(.review(act: lifted.position - 1, .justified, note: nil)), by: "op-3")
        }
        #expect(try findings(played, where: { $0.kind == .glassReviewed }) { $0.actor = 1 }.contains("INV-19 op-1 reviews an act of their own"))
        let money = Command.money(.fundByOwner(amount(9), statement: nil)).canonicalBytes(occurredAt: nil)
        let strange = try findings(played, where: { $0.kind == .glassBroken }) { $0.tail = $0.tail.replacing(.heldCommand) { _ in money } }
        #expect(strange.contains("INV-19 it is no act that may be done alone") && strange.contains("INV-19 it is not what was approved"))
        #expect(try findings(played, where: { $0.kind == .glassBroken }) { $0.kind = .loginsCounted }.contains("INV-19 nobody approved it"))
    }

    @Test("A session that ended, is over, or is another account's is found in any accepted command")
    func sessions() throws {
        var policy = Policy()
        policy.sessionSeconds = 3600
        var session: [UInt32] = []
        let played = try events { teller in
            try teller.ask(.service(.setPolicy(policy)))
            for (account, method) in [(1, LoginMethod.commonId), (2, .externalId), (2, .commonId)] {
                var access = Access()
                access.device = Pseudonym(high: 3, low: UInt64(session.count))
                session.append(try teller.ask(.access(.logIn(.ordinal(UInt64(account)), method)), access: access).session)
            }
            try teller.ask(.access(.revokeSessions(.externalId, reason: "seen")))
            var access = Access()
            access.session = session[0]
            try teller.ask(.charge(1, 10), access: access)
            try teller.ask(.service(.advanceClock(to: Instant("2019-07-01T10:00+09:00")!)))
            try teller.ask(.charge(1, 10))
        }
        let charge = { (event: Event) in event.kind == .chargeSettled && event.session != 0 }
        #expect(try findings(played, where: charge) { $0.session = session[1] }.contains("is not live"))
        #expect(try findings(played, where: charge) { $0.session = session[2] }.contains("is of account 2"))
        #expect(try findings(played, where: charge) { $0.session = 77 }.contains("is not live"))
        #expect(try findings(played, where: { $0.kind == .chargeSettled }) { $0.session = session[0] }.contains("is over"))
    }

    @Test("Day caps and windows: one more than the policy allows is found, counted from the policy on that named them")
    func limits() throws {
        var policy = Policy()
        policy.dailyCharge = 100
        policy.dailyCardCharge = 60
        policy.dailyPayment = 50
        policy.chargeWindows = [.init(.cards, count: 3, seconds: 600)]
        let played = try events { teller in
            try teller.ask(.charge(1, 900, .creditCard))
            try teller.ask(.service(.setPolicy(policy)))
            try teller.ask([.charge(1, 20, .creditCard), .charge(1, 20, .debitCard), .charge(1, 40), .pay(1, 50)])
            try teller.ask(.service(.advanceClock(to: Instant("2019-07-01T09:10+09:00")!)))
            try teller.ask(.charge(1, 20, .creditCard))
            // Midnight in Japan.
            try teller.ask(.service(.advanceClock(to: Instant("2019-07-02T00:00+09:00")!)))
            try teller.ask([.charge(1, 60, .creditCard), .charge(1, 40), .pay(1, 50)])
        }
        func limited(_ change: (inout Policy) -> Void) throws -> String {
            var tighter = policy
            change(&tighter)
            let event = try self.events { try $0.ask(.service(.setPolicy(tighter))) }.last!
            return try findings(played, where: { $0.kind == .policySet }) { $0.tail = event.tail }
        }
        #expect(try limited { $0.dailyCharge = 99 }.contains("more in one day"))
        #expect(try limited { $0.dailyCardCharge = 59 }.contains("more in one day"))
        #expect(try limited { $0.dailyPayment = 49 }.contains("more in one day"))
        #expect(try limited { $0.chargeWindows = [.init(.cards, count: 1, seconds: 600)] }.contains("2 charges within 600 seconds"))
        #expect(try limited { $0.chargeWindows = [.init(.cards, count: 2, seconds: 601)] }.contains("3 charges within 601 seconds"))
        #expect(try limited { $0.chargeWindows = [.init(.cards, count: 2, seconds: 600)] } == "")
        #expect(try limited { $0.requiresLaunch = true }.contains("the service was not launched"))
    }

    @Test("Launches, roles, controls, voids and erasures that cannot be")
    func others() throws {
        let played = try events { teller in
            try teller.ask(.service(.launch(reason: nil)))
            let stop = try teller.ask(activated(.charge(.registerCash)))
            guard case .recorded(let refused, _) = try teller.ask([.charge(1, 30)])[0] else { throw Teller.Unexpected() }
            try teller.ask(.controls(.confirmVoid(refusal: refused.position, reference: nil)))
            try teller.carryOut(.controls(.lift(control: stop.position, effectiveAt: nil, reason: "over")))
            try teller.ask(.service(.publishNotice(.other, place: "web", contentHash: Array(repeating: 1, count: 32), note: nil)))
            try teller.carryOut(.approvals(.grant(principal: "data", .dataOfficer, person: nil)))
            try teller.ask(.accounts(.close(.ordinal(1), .unclaimed, reason: nil)))
            try teller.carryOut(.people(.erase(person: "p", reason: "asked")), by: "data")
        }
        #expect(try findings(played, where: { $0.kind == .upstreamVoidConfirmed }) { $0.reference -= 1 }.contains("leaves nothing to give back"))
        #expect(try findings(played, where: { $0.kind == .controlLifted }) { $0.reference -= 1 }.contains("no control"))
        #expect(try findings(played, where: { $0.kind == .controlActivated }, stop([.pay, .registration])).contains("one kind of thing"))
        #expect(try findings(played, where: { $0.kind == .refused }) { $0.source = nil }.contains("only a charge that was stopped"))
        let notErased = try findings(played, where: { $0.kind == .personErased }) { $0.tail = $0.tail.replacing(.person) { _ in Array("q".utf8) } }
        #expect(notErased.contains("q has an open account"))
        let twice = try findings(played, where: { $0.kind == .noticePublished }) {
            $0.kind = .serviceLaunched
            $0.tail = Tail()
        }
        #expect(twice.contains("launched before"))
        let duties = try findings(played, where: { $0.kind == .roleGranted }) {
            $0.tail = $0.tail.replacing(.principal) { _ in Array("op-1".utf8) }.replacing(.staffPerson) { _ in Array("op-1".utf8) }
                .replacing(.role) { _ in [Role.investigator.rawValue] }
        }
        #expect(duties.contains("duties that must lie apart"))
    }

    @Test("The books' gates are held against the audit, whatever is changed in them", arguments: [61, 72, 161, 271])
    func books(seed: UInt64) throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        var play = try Play(seed: seed, writer)
        try play.go(700)
        var (books, audit) = (Books(), Audit(of: play.events))
        for event in play.events {
            books.evolve(event)
            audit.take(event)
            if event.isLastOfGroup, !books.differences(from: audit).isEmpty { Issue.record("\(event.position): \(books.differences(from: audit))") }
        }
        #expect(audit.findings == [])
    }

    @Test("Whatever is changed in the audit's gates, the books differ from it")
    func changedGates() throws {
        let played = try events { teller in
            try teller.ask(.access(.logIn(.ordinal(1), .commonId)))
            try teller.ask(.approvals(.propose(.money(.refund(.ordinal(1), amount(5), .smallAmount, note: nil)), because: "asked")))
        }
        var (books, audit) = (Books(), Audit(of: played))
        for event in played {
            books.evolve(event)
            audit.take(event)
        }
        #expect(books.differences(from: audit) == [])
        func found(_ change: (inout Audit.Gates) -> Void) -> Bool {
            var changed = audit
            change(&changed.gates)
            return !books.differences(from: changed).isEmpty
        }
        #expect(found { $0.launchedAt = Instant(microseconds: 1) })
        #expect(found { $0.mandate += 1 })
        #expect(found { $0.voids.insert(3) })
        #expect(found { $0.erased.insert("nobody") })
        #expect(found { $0.names[1] = "other" })
        #expect(found { $0.sessionCount += 1 })
        #expect(found { $0.sessions.removeValue(forKey: $0.sessions.keys.first!) })
        #expect(found { $0.resets[1, default: 0] += 1 })
        #expect(found { $0.open["p", default: 0] += 1 })
        #expect(found { $0.controls.append((1, 2, books.now, Instant(microseconds: .max))) })
        #expect(found { $0.staff["op-1"]!.roles.remove(.approver) })
        #expect(found { $0.unreviewed[1] = "op-1" })
        #expect(found { $0.proposals.removeAll() })
        #expect(found { $0.proposals[$0.proposals.keys.max()!]!.approvers.append("x") })
    }
}

extension Tail {
    /// The same fields in the same order, one of them with another value.
    func replacing(_ field: Field, _ change: ([UInt8]) -> [UInt8]) -> Tail {
        var tail = Tail()
        forEach { number, value in
            guard let known = Field(rawValue: number) else { return }
            tail.add(known, bytes: known == field ? change(Array(value)) : Array(value))
        }
        return tail
    }
}
