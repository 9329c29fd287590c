import Journal
import Ledger
import Testing

@testable import Projections

/// The readings of the decisions: controls, entries, voids, roles.
@Suite struct DecidedTests {
    private func at(_ text: String) -> Instant { Instant("2019-07-" + text + "+09:00")! }

    @Test("A small story, and the same story as it looked at every moment")
    func story() throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        let teller = Teller(writer)
        try teller.ask([.open("p"), .charge(1, 500)])
        // 3 July: cards are stopped from noon on; register cash at once, until the evening.
        try teller.ask(.service(.advanceClock(to: at("03T09:00"))))
        let cards = try teller.ask(.controls(.activate([.charge(.creditCard), .charge(.debitCard)], effectiveAt: at("03T12:00"), until: nil, reason: "stolen ids")), by: "op-2")
        let cash = try teller.ask(.controls(.activate(.charge(.registerCash), effectiveAt: nil, until: at("03T18:00"), reason: "till")))
        guard case .recorded(let refused, _) = try teller.ask([.charge(1, 30)])[0] else { throw Teller.Unexpected() }
        guard case .recorded(let second, _) = try teller.ask([.money(.charge(.ordinal(1), .registerCash, amount(40), reference: "x-1"))])[0] else { throw Teller.Unexpected() }
        let given = try teller.ask(.controls(.confirmVoid(refusal: refused.position, reference: "till slip")))
        // 4 July: an investigator, and a lift by two.
        try teller.ask(.service(.advanceClock(to: at("04T09:00"))))
        let granted = try teller.carryOut(.approvals(.grant(principal: "eye", .investigator, person: "e-1")))
        let lifting = try teller.ask(.approvals(.propose(.controls(.lift(control: cards.position, effectiveAt: at("05T00:00"), reason: "safe again")), because: "cards are safe")))
        let lifted = try teller.ask(.approvals(.approve(proposal: lifting.position)), by: "op-3")
        // An investigator proposes a stop; another proposal is left to expire, a third withdrawn.
        let foreign = try teller.ask(.approvals(.propose(.controls(.activate(.foreignIp, effectiveAt: nil, until: nil, reason: "abroad")), because: "seen")), by: "eye")
        let stopped = try teller.ask(.approvals(.approve(proposal: foreign.position)), by: "op-2")
        let waiting = try teller.ask(.approvals(.propose(.money(.refund(.ordinal(1), amount(5), .smallAmount, note: nil)), because: "asked")))
        try teller.ask(.approvals(.approve(proposal: waiting.position)), by: "op-2")
        let taken = try teller.ask(.approvals(.propose(.money(.refund(.ordinal(1), amount(6), .smallAmount, note: nil)), because: "asked")))
        try teller.ask(.approvals(.withdraw(proposal: taken.position, because: "paid already")))
        let broken = try teller.ask(.approvals(.breakGlass(.controls(.lift(control: stopped.position, effectiveAt: nil, reason: "wrong")), because: "half the town is locked out")), by: "op-3")
        let review = try teller.ask(.approvals(.review(act: broken.position - 1, .justified, note: "yes")), by: "op-1")
        try teller.ask([.money(.settlePartner(.registerCash, gross: amount(700), fee: 10, statement: "s-9"))])
        let viewed = try teller.ask(.people(.view(person: "p", purpose: "a call")), by: "eye")

        let log = writer.log
        let all = try Decided.read(log: log)
        let events = try log.events()
        #expect(all.position == log.count && all.actors[1] == "op-1" && all.actors.values.contains("eye") && all.actors.values.contains("anonymous"))

        let spans = all.controls
        #expect(spans.map(\.position) == [cards.position, cash.position, stopped.position])
        #expect(spans[0].decidedBy == "op-2" && spans[0].approvedBy == [] && spans[0].reason == "stolen ids" && !spans[0].brokeGlass)
        #expect(spans[0].effectiveAt == at("03T12:00") && spans[0].until == at("05T00:00"))
        let lift = ControlSpan.Lift(
            position: lifted.position, by: "op-1", recordedAt: at("04T09:00"), effectiveAt: at("05T00:00"), reason: "safe again", approvedBy: ["op-3"])
        #expect(spans[0].lift == lift)
        #expect(spans[1].until == at("03T18:00") && spans[1].lift == nil)
        #expect(spans[2].decidedBy == "eye" && spans[2].approvedBy == ["op-2"] && spans[2].brokeGlass && spans[2].lift?.by == "op-3" && spans[2].lift?.approvedBy == [])
        let both: Stops = [.charge(.creditCard), .charge(.debitCard)]
        #expect(all.stops(at: at("03T08:59")) == [] && all.stops(at: at("03T09:00")) == .charge(.registerCash))
        #expect(all.stops(at: at("03T12:00")) == both.union(.charge(.registerCash)) && all.stops(at: at("03T18:00")) == both)
        #expect(all.stops(at: at("05T00:00")) == [])
        // Before the lift was decided nobody knew of an end.
        let before = try Decided.read(log: log, to: lifted.position)
        #expect(before.controls[0].until == nil && before.controls[0].lift == nil && before.stops(at: at("09T00:00")) == both)
        #expect(try Decided.read(log: log, to: cards.position).controls == [])

        #expect(all.voids.map(\.refusal) == [second.position] && all.voids[0].reference == "x-1" && all.voids[0].account == 1 && all.voids[0].amount == 40)
        #expect(try Decided.read(log: log, to: given.position).voids.map(\.refusal) == [refused.position, second.position])
        #expect(all.roles().map(\.principal) == ["eye", "op-1", "op-2", "op-3"])
        #expect(all.roles()[0].person == "e-1" && all.roles()[0].roles == [.investigator] && all.roles()[1].roles == [.operator, .approver, .treasurer])
        #expect(try Decided.read(log: log, to: granted.position).roles().count == 3)

        let entries = all.entries(now: at("04T10:00"))
        let settled = entries.first { $0.what.kind == .unmatchedReceived }
        #expect(settled?.acts.map(\.kind) == [.unmatchedReceived, .partnerFeeBooked, .partnerSettled])
        #expect(
            entries.map(\.position) == [
                cards.position, cash.position, given.position, granted.position, lifted.position, stopped.position, waiting.position, taken.position,
                broken.position, settled!.position, viewed.position,
            ])
        func entry(_ event: Event, _ list: [DecisionEntry]) -> DecisionEntry? { list.first { $0.position == event.position } }
        #expect(entry(cash, entries)?.state == .done && entry(cash, entries)?.why == "till" && entry(cash, entries)?.proposal == nil)
        let done = try #require(entry(lifted, entries))
        #expect(done.what == lifted && done.proposal == lifting.position && done.proposedBy == "op-1" && done.decidedBy == "op-1" && done.approvedBy == ["op-3"])
        #expect(done.why == "cards are safe" && done.state == .done)
        let missing = try #require(entry(waiting, entries))
        #expect(missing.state == .open(missing: 1, expiresAt: at("07T09:00")) && missing.approvedBy == ["op-2"])
        #expect(missing.command == .money(.refund(.ordinal(1), amount(5), .smallAmount, note: nil)))
        #expect(entry(waiting, all.entries(now: at("07T09:00")))?.state == .expired(at: at("07T09:00")))
        #expect(entry(taken, entries)?.state == .withdrawn(by: "op-1", at: at("04T09:00"), because: "paid already"))
        let glass = try #require(entry(broken, entries))
        #expect(glass.why == "half the town is locked out" && glass.decidedBy == "op-3" && glass.approvedBy == [])
        let reviewed = DecisionEntry.Review(position: review.position, verdict: .justified, by: "op-1", recordedAt: at("04T09:00"), note: "yes")
        #expect(glass.state == .emergency(reviewed))
        #expect(try entry(broken, Decided.read(log: log, to: review.position).entries(now: at("04T10:00")))?.state == .emergency(nil))
        #expect(entry(viewed, entries)?.why == "a call" && entry(viewed, entries)?.decidedBy == "eye")
        // A proposal whose approval is not known yet is open.
        let asked = try #require(try entry(lifting, Decided.read(log: log, to: lifted.position - 1).entries(now: at("04T10:00"))))
        #expect(asked.state == .open(missing: 1, expiresAt: at("07T09:00")))

        // The same from every event, from the stored view, and from the live one.
        for end in 0...log.count {
            let plain = Decided(events, position: end)
            let read = try Decided.read(log: log, to: end)
            #expect(read.events == plain.events && read.position == end && read.controls == plain.controls)
            #expect(read.entries(now: at("05T09:00")) == plain.entries(now: at("05T09:00")))
        }
    }

    @Test("At every position of a random play they say what the books hold; stored, live and folded views read alike", arguments: [71, 82])
    func books(seed: UInt64) throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        var play = try Play(seed: seed, writer)
        try play.go(250)
        try Follower<Decisions>(writer.log).finish()
        try play.go(150)
        var books = Books()
        for event in play.events {
            books.evolve(event)
            guard event.isLastOfGroup else { continue }
            let decided = try Decided.read(log: writer.log, to: books.next)
            #expect(decided.position == books.next)
            for later in [0, 100, 1000, 4000] as [Int64] { #expect(decided.stops(at: books.now + later) == books.controls.stops(at: books.now + later)) }
            #expect(Set(decided.voids.map(\.refusal)) == books.controls.voids)
            let held = books.approvals.staff.filter { !$0.value.roles.isEmpty }
            #expect(Dictionary(uniqueKeysWithValues: decided.roles().map { ($0.principal, Roles(rawValue: $0.roles.reduce(0) { $0 | Roles($1).rawValue })) }) == held.mapValues(\.roles))
            let open = books.approvals.proposals.filter { $0.value.expiresAt > books.now }
            let entries = decided.entries(now: books.now)
            let waiting = entries.filter { if case .open = $0.state { true } else { false } }
            #expect(waiting.map(\.position) == open.keys.sorted())
            for entry in waiting {
                let proposal = try #require(open[entry.position])
                #expect(entry.state == .open(missing: proposal.needed - proposal.approvers.count, expiresAt: proposal.expiresAt))
                #expect(entry.approvedBy == proposal.approvers && entry.command == proposal.command && entry.decidedBy == proposal.proposer)
            }
            let emergencies = entries.filter { $0.state == .emergency(nil) }.map { $0.position - 1 }
            #expect(Set(emergencies) == Set(books.approvals.unreviewed.keys))
        }
        let views = try Views(writer.log)
        defer { views.stop() }
        for end in [0, 1, 50, 250, writer.log.count] as [UInt64] {
            let live = try views.decided(to: end, atLeast: 0)
            #expect(live.events == Decided(play.events, position: end).events && live.position == end)
        }
        let live = try views.decided(to: nil, atLeast: writer.log.count)
        #expect(live.position == writer.log.count && live.events == Decided(play.events, position: .max).events)
    }
}
