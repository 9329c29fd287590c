import Journal
import Ledger
import Testing

@testable import Projections

/// What the audit says of streams that break one rule of the fraud, damage and compensation desks: each is a sound one with one
/// thing changed.
@Suite struct DeskAuditTests {
    private let events: [Event]
    private let actors: [String: UInt32]
    private let accounts: [String: UInt64]

    init() throws {
        let desk = try Victims()
        try desk.playEveryKind()
        events = try desk.log.events()
        actors = Dictionary(uniqueKeysWithValues: Decided(events, position: .max).actors.map { ($0.value, $0.key) })
        let openings = events.filter { $0.kind == .accountOpened }
        accounts = Dictionary(uniqueKeysWithValues: openings.map { ($0.tail.text(.person)!, $0.subject.ordinal) })
        #expect(audit(events).findings == [])
    }

    /// The first event of a kind, of the person's account where one is named.
    private func index(_ kind: EventKind, of person: String? = nil) throws -> Int {
        let account = try person.map { AccountCode.member(try #require(accounts[$0])) }
        let found = events.firstIndex { $0.kind == kind && (account == nil || $0.subject == account) }
        return try #require(found, "\(kind)")
    }

    private func found(_ change: (inout [Event]) throws -> Void) rethrows -> String {
        var altered = events
        try change(&altered)
        return audit(altered).findings.joined(separator: "\n")
    }

    /// What is found once one event is changed.
    private func found(_ kind: EventKind, of person: String? = nil, _ change: (inout Event) throws -> Void) throws -> String {
        let index = try index(kind, of: person)
        return try found { try change(&$0[index]) }
    }

    private func number(_ number: Int64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }

    @Test("Labels: of money of the account, never fraud for cash, never the same again")
    func labels() throws {
        let opening = events[try index(.accountOpened)].position
        #expect(try found(.eventLabelled, of: "s") { $0.reference = opening }.contains("it labels what is no charge and no payment"))
        let cash = events[try index(.chargeSettled, of: "s")].position
        #expect(try found(.eventLabelled, of: "s") { $0.reference = cash }.contains("cash is always the member's own"))
        let label = try index(.eventLabelled, of: "t")
        #expect(found { $0[label + 1].reference = $0[label].reference }.contains("has that label"))
    }

    @Test("Certifications: L7, grounds, routes, and not by whoever took the dispute down")
    func certifications() throws {
        let more = try found(.victimCertified, of: "s") { $0.tail = $0.tail.replacing(.entitlement) { [UInt8](repeating: 0, count: 24) + number(7_501) + $0.suffix(8) } }
        #expect(more.contains("L7 it certifies 7501, the labels give 7500"))
        // Another label of the one payment: nothing is left to certify.
        let other = try found(.eventLabelled, of: "s") { $0.tail = $0.tail.replacing(.label) { _ in [Label.genuine.rawValue] } }
        #expect(other.contains("L7 it certifies 7500, the labels give 0"))
        // The genuine payment between two fraud charges was not judged.
        let genuine = try #require(events.firstIndex { $0.kind == .eventLabelled && $0.tail.bytes(.label)?.first == Label.genuine.rawValue })
        let gap = found { $0[genuine].tail = $0[genuine].tail.replacing(.label) { _ in [Label.unknown.rawValue] } }
        #expect(gap.contains("L7 payment \(events[genuine].reference) was not judged"))
        #expect(try found(.victimCertified, of: "s") { $0.tail = $0.tail.replacing(.routes) { _ in [2] } }.contains("its routes are not those of its grounds"))
        #expect(try found(.disputeOpened, of: "s") { $0.actor = actors["cert"]! }.contains("INV-19 whoever took the dispute down certifies it"))
        let cash = events[try index(.chargeSettled, of: "s")].position
        #expect(try found(.disputeOpened, of: "s") { $0.tail = $0.tail.replacing(.events) { _ in number(Int64(cash)) } }.contains("a disputed event was not judged"))
        let foreign = events[try index(.disputeOpened, of: "t")].position
        #expect(try found(.victimCertified, of: "v") { $0.tail = $0.tail.replacing(.dispute) { _ in number(Int64(foreign)) } }.contains("is not v's"))
        #expect(try found(.victimCertified, of: "r") { $0.tail = $0.tail.replacing(.ruleVersion) { _ in number(2) } }.contains("rules of version 2 were never in force"))
        #expect(try found(.certificationAmended, of: "t") { $0.reference -= 1 }.contains("which is not in force"))
        #expect(try found(.certificationRevoked) { $0.reference -= 1 }.contains("which is not in force"))
        #expect(try found(.accountsLinked) { $0.tail = $0.tail.replacing(.otherAccount) { _ in number(Int64(accounts["t"]!)) } }.contains("one person's"))
    }

    @Test("Relabelling what is certified, or made good, without its amendment and corrections")
    func relabelling() throws {
        let first = try #require(events.indices.first { events[$0].kind == .eventLabelled && $0 > 0 && events[$0 - 1].kind == .approved })
        #expect(found { $0[first - 1].kind = .withdrawn }.contains("L7 it relabels what is certified or made good"))
        let loss = try index(.lossRecoverable, of: "s")
        #expect(found { $0[loss].amount -= 1 }.contains("L5 the loss booked for account"))
        let amended = try index(.certificationRevoked, of: "s")
        #expect(found { $0[amended].kind = .certificationAmended }.contains("L7"))
    }

    @Test("Holds, reversals and what partners give back: from where each part must come")
    func parts() throws {
        let cash = events[try index(.chargeSettled, of: "q")].position
        #expect(try found(.fraudHeld, of: "q") { $0.reference = cash }.contains("L8 of charge"))
        let held = try index(.fraudHeld, of: "q")
        #expect(found { $0[held].amount -= 1; $0[held].balanceAfter += 1 }.contains("L8 of charge"))
        #expect(try found(.holdReleased, of: "t") { $0.amount -= 1; $0.balanceAfter -= 1 }.contains("L8 of charge"))
        let toHold = try index(.paymentReversedToHold)
        #expect(found { $0[toHold].amount -= 1; $0[toHold - 1].amount += 1 }.contains("500 is to be held"))
        let toLoss = try index(.paymentReversedToLoss)
        let other = found { events in
            events[toLoss].kind = .paymentReversed
            events[toLoss].credit = events[toLoss].subject
            events[toLoss].balanceAfter += events[toLoss].amount
        }
        #expect(other.contains("500 was lost"))
        let fromHold = try index(.chargeReversedFromHold, of: "q")
        #expect(found { $0[fromHold].amount -= 1 }.contains("chargeReversedFromHold of charge"))
        #expect(try found(.chargeReversedFromLoss, of: "q") { $0.amount += 1 }.contains("chargeReversedFromLoss of charge"))
        #expect(try found(.chargeReversalRequested, of: "q") { $0.reference = cash }.contains("no fraud charge by card"))
        #expect(try found(.unmatchedReversalMatched) { $0.amount -= 1 }.contains("waits"))
        #expect(try found(.clearingPaid) { $0.amount += 1_000_000 }.contains("more is settled than partners gave back"))
    }

    @Test("Compensation: what is due, what was agreed, never below zero, not before its day")
    func compensation() throws {
        #expect(try found(.compensationOffered, of: "v") { $0.tail = $0.tail.replacing(.entitlement) { _ in [UInt8](repeating: 1, count: 40) } }.contains("what is due is 7500"))
        #expect(try found(.compensationFromLoss, of: "v") { $0.amount -= 1 }.contains("INV-19 it is not what was approved"))
        #expect(try found(.compensationPaid, of: "s") { $0.amount += 1 }.contains("INV-03 liab.compensation"))
        #expect(try found(.recoverableRepaid, of: "s") { $0.amount += 9_000 }.contains("INV-03 asset.recoverable"))
        #expect(try found(.recoverableWaived, of: "s") { $0.amount -= 1 }.contains("INV-19 it is not what was approved"))
        let desk = try Victims()
        var policy = Policy()
        policy.compensationFrom = Instant("2019-08-19T00:00+09:00")!
        try desk.open("p")
        try desk.play("n500 f500")
        try desk.certify("p")
        try desk.teller.ask(.service(.setPolicy(policy)))
        try desk.advance("2019-08-19T00:00+09:00")
        try desk.compensate()
        try desk.expectSound()
        var played = try desk.log.events()
        let offer = try #require(played.firstIndex { $0.kind == .compensationOffered })
        let advance = try #require(played.firstIndex { $0.kind == .clockAdvanced })
        for index in advance...offer { played[index].recordedAt = Instant("2019-08-18T23:59:59+09:00")! }
        #expect(audit(played).findings.joined().contains("compensation is not offered before 2019-08-19"))
    }

    @Test("Disputes, reports and alerts: once, of the account, by whoever may")
    func words() throws {
        let twice = try #require(events.lastIndex { $0.kind == .partnerReportReceived })
        #expect(found { $0[twice].source = .creditCard }.contains("the partner's message counts already"))
        #expect(try found(.disputeClosed) { $0.reference -= 1 }.contains("no dispute"))
        #expect(try found(.disputeOpened, of: "s") { $0.tail = $0.tail.replacing(.events) { _ in number(2) } }.contains("disputes what is no charge"))
        #expect(try found(.partnerReportMatched) { $0.source = .point }.contains("waits"))
        let alert = try #require(events.lastIndex { $0.kind == .alertRaised })
        #expect(found { $0[alert].tail = $0[alert].tail.replacing(.windowStart) { _ in number(1) } }.contains("the same alert was raised before"))
        #expect(found { $0[alert].tail = $0[alert].tail.replacing(.ruleVersion) { _ in number(9) } }.contains("rules of version 9"))
        #expect(found { $0[alert].actor = actors["op-1"]! }.contains("only the ledger's own monitor"))
        #expect(try found(.alertCleared) { $0.reference -= 1 }.contains("is open"))
    }

    @Test("INV-19: each act of the desks by who may, with as many approvals as it takes")
    func roles() throws {
        for (kind, person, stranger) in [
            (EventKind.eventLabelled, "s", "sup"), (.holdOrdered, "t", "inv"), (.victimCertified, "s", "inv"), (.memberContacted, "r", "inv"),
            (.partnerReportReceived, nil, "op-9"), (.chargeReversalRequested, "q", "inv"), (.chargeReversalRejected, "q", "cert"),
            (.compensationOffered, "v", "sup"), (.compensationPaid, "s", "cert"), (.culpritPaid, nil, "cert"), (.clearingNetted, nil, "inv"),
            (.chargeReversedFromHold, "q", "cert"), (.disputeClosed, nil, "anonymous"), (.alertCleared, nil, "sup"),
        ] as [(EventKind, String?, String)] {
            let index = try index(kind, of: person)
            let start = index - Int(events[index].groupIndex)
            let by = found { events in
                for index in start..<(start + Int(events[start].groupCount)) { events[index].actor = actors[stranger] ?? actors["anonymous"]! }
            }
            #expect(by.contains("INV-19"), "\(kind) by \(stranger): \(by)")
        }
        for kind in [EventKind.certificationAmended, .accountsLinked, .holdEnded, .compensationFromLoss, .ruleSetActivated, .recoverableWaived] {
            let index = try #require(events.firstIndex { $0.kind == kind && $0.groupIndex > 0 && $0.groupCount == 2 } ?? events.firstIndex { $0.kind == kind })
            let head = index - Int(events[index].groupIndex)
            #expect(found { $0[head].kind = .withdrawn }.contains("INV-19"), "\(kind)")
        }
        // A lock is proposed by the monitor or an investigator, and by nobody else; it takes one.
        let lock = try #require(events.firstIndex { $0.kind == .proposed && $0.actor == actors["monitor"] })
        #expect(found { $0[lock].actor = actors["op-1"]! }.contains("INV-19 op-1 holds no role to propose it"))
        #expect(found { $0[lock].tail = $0[lock].tail.replacing(.approvalsNeeded) { _ in [0] } }.contains("INV-19 it takes 1 approvals"))
        // What a person spent of a thief's charges is looked at by two.
        let certify = try #require(events.firstIndex { event in
            event.kind == .proposed && event.tail.bytes(.heldCommand).flatMap { try? Command(canonical: $0) }?.name == .certifyVictim
                && event.position > events[(try? index(.memberContacted)) ?? 0].position
        })
        #expect(found { $0[certify].tail = $0[certify].tail.replacing(.approvalsNeeded) { _ in [1] } }.contains("INV-19 it takes 2 approvals, not 1"))
    }

    @Test("L2: nobody gets more than was charged; the loss is D6 where all is made good")
    func laws() throws {
        // More booked as lost than the thief took, in books that balance.
        let culprit = try index(.culpritPaid)
        let more = found { events in
            events[culprit].credit = .fraudLoss(accounts["w"]!)
            events[culprit].subject = .fraudLoss(accounts["w"]!)
        }
        #expect(more.contains("loss.fraud of account \(accounts["w"]!)"))
        let due = try index(.compensationFromLoss, of: "w")
        #expect(found { $0[due].amount += 600; $0[due + 0].balanceAfter += 0 }.contains("L2 w charged 8000"))
    }

    @Test("Whatever is changed in the audit's desks, the books differ from it")
    func books() throws {
        var (books, audit) = (Books(), Audit(of: events))
        for event in events {
            books.evolve(event)
            audit.take(event)
            if event.isLastOfGroup { #expect(books.differences(from: audit) == []) }
        }
        func differs(_ change: (inout Audit.Desks) -> Void) -> Bool {
            var changed = audit
            change(&changed.desks)
            return !books.differences(from: changed).isEmpty
        }
        #expect(differs { $0.ruleVersion += 1 })
        #expect(differs { $0.alerts.removeAll() })
        #expect(differs { $0.stories[accounts["s"]!] = nil })
        #expect(differs { $0.disputes[$0.disputes.keys.min()!]!.isOpen.toggle() })
        #expect(differs { $0.disputes[$0.disputes.keys.min()!]!.by = "x" })
        #expect(differs { $0.disputes[$0.disputes.keys.min()!]!.events.append(1) })
        #expect(differs { $0.reports[$0.reports.keys.min()!]!.account += 1 })
        #expect(differs { $0.reports[$0.reports.keys.min()!]!.source = .point })
        #expect(differs { $0.reversals[1] = 1 })
        #expect(differs { $0.unmatched.removeAll() })
        #expect(differs { $0.offers.insert(999) })
        #expect(differs { $0.certifications["w"]!.sums.point += 1 })
        #expect(differs { $0.certifications["w"]!.amended += 1 })
        #expect(differs { $0.linked.removeAll() })
    }
}
