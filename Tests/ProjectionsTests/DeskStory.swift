import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

extension Victims {
    /// One of every kind of event of the fraud, damage and compensation desks, over five people: whoever checks a checker starts here.
    func playEveryKind() throws {
        let day = { (text: String) in Day(text)! }
        // Rules, alerts and a proposed lock.
        let rules = RuleSet(
            name: "first", lockScore: 10,
            rules: [RuleSet.Rule(.largePayment, weight: 5, thresholds: RuleNumber.largePayment.thresholds.map(\.range.lowerBound))])
        try teller.carryOut(.fraud(.activate(rules, reason: "to begin with")))
        try open("r")
        let r = account
        try play("n4000 o3000 f5000", labels: false)
        func alert(_ window: Int64) -> Command {
            .fraud(
                .raise(
                    FraudCommand.Alert(
                        version: 1, rule: .largePayment, account: .ordinal(r), subject: "account:\(r)", windowStart: Instant(microseconds: window),
                        score: 7, events: [played[2]])))
        }
        let raised = try teller.ask(alert(1))
        try teller.ask(alert(2))
        try teller.ask(.fraud(.clear(alert: raised.position, .confirmed, note: "it is")))
        let lock = try teller.ask(.approvals(.propose(.accounts(.lock(.ordinal(r), .pay, reason: "score")), because: "score")), by: "monitor")
        try teller.ask(.approvals(.approve(proposal: lock.position)), by: "op-2")
        try labelPending()
        // Found by its pattern: one agrees. Never spoke with us, but for a try.
        try teller.carryOut(
            .damage(
                .certify(
                    person: "r", try found("r"),
                    DamageCommand.Grounds(pattern: .init(ruleVersion: 1, score: 7, events: [played[0], played[2]])), note: nil)), by: "cert")
        try teller.ask(.damage(.recordContact(.ordinal(r), isInbound: false, .mail, .notReached, note: nil)), by: "sup")
        // Reported by the card company, matched later; made good before the debit, the genuine part owed back.
        try open("q")
        let q = account
        try play("o1000 c30000 g3000 c20000 f20000")
        let report = try teller.ask(.damage(.report(.init(source: .creditCard, message: "m-1", card: "tok-1", amount: amount(30_000)))), by: "sup")
        try teller.ask(.damage(.matchReport(report: report.position, .ordinal(q), charges: [played[1]])), by: "sup")
        try teller.ask(.damage(.report(.init(source: .debitCard, message: "m-1"))), by: "sup")
        try teller.carryOut(.damage(.certify(person: "q", try found("q"), .init(report: report.position), note: "first")), by: "cert")
        try teller.ask(.damage(.recordContact(.ordinal(q), isInbound: true, .supportLine, .reached, note: "called")), by: "sup")
        try teller.ask(.damage(.hold(.ordinal(q), charge: played[1], reason: "seen")))
        try teller.ask(.compensation(.requestReversal(.ordinal(q), charge: played[1], debitDate: day("2019-07-26"), note: nil)))
        try teller.ask(.compensation(.requestReversal(.ordinal(q), charge: played[3], debitDate: day("2019-08-10"), note: nil)))
        try confirm(played[1], .creditCard, 30_000)
        try teller.ask(.compensation(.settleClearing(.creditCard, amount(10_000), .netted, statement: nil)))
        try teller.ask(.compensation(.settleClearing(.creditCard, amount(1_000), .paid, statement: nil)))
        // Refused by the partner: compensated.
        try teller.ask(.compensation(.rejectReversal(.ordinal(q), charge: played[3], reason: "too late")))
        try compensate()
        try teller.ask(.compensation(.returned(.ordinal(q), amount(50), reference: "r")))
        // Own balance, on a dispute; paid, then found to be the member's, then again not; a store gives back.
        try open("s")
        let s = account
        try play("o8000 f7500")
        try certify("s")
        try teller.ask(.damage(.closeDispute(dispute: try cases().disputes.keys.max()!, .confirmed, note: nil)))
        try compensate()
        try label([played[1]], .genuine, amends: "the member's")
        try label([played[1]], .fraud, amends: "after all")
        try label([played[1]], .genuine, amends: "no")
        try teller.ask(.compensation(.repay(.ordinal(s), amount(500), statement: nil)))
        try teller.carryOut(.compensation(.waive(.ordinal(s), amount(7_000), reason: "hardship")))
        try teller.ask(.compensation(.bookCulprit(amount(100), statement: nil)))
        // Agreed, not paid, then found to be the member's; linked, amended, revoked, held, released, given back by a store.
        try open("t")
        let t = account
        try play("o2000 c10000 f11000 H")
        try certify("t")
        try teller.ask(.reverse(t, played[2], 1_500))
        try teller.carryOut(.damage(.amend(person: "t", try found("t"), reason: "the store gave back")), by: "cert")
        try teller.carryOut(.damage(.endHold(.ordinal(t), charge: nil, reason: "to test")), by: "cert")
        try teller.carryOut(.damage(.link(.ordinal(t), other: .ordinal(q), evidence: "papers")), by: "cert")
        try open("v")
        try play("o8000 f7500")
        try certify("v")
        try teller.ask(.compensation(.offer(.ordinal(account), note: nil)))
        try teller.carryOut(.compensation(.agree(.ordinal(account), amount(7_500))))
        try label([played[1]], .genuine, amends: "the member's")
        try label([played[1]], .unknown, amends: "nobody knows")
        // Made good, then given back by the store.
        try open("w")
        try play("o8000 f7500")
        try certify("w")
        try compensate()
        try teller.ask(.reverse(account, played[1], 500))
        // A partner's word about a charge that is not fraud yet, matched once it is.
        try open("x")
        try play("d6000", labels: false)
        let strange = try unmatchedReversal(played[0], .debitCard, 6_000)
        try labelPending()
        try teller.ask(.compensation(.matchReversal(unmatched: strange, .ordinal(account), charge: played[0])))
        // Once more for what is made good, and for no charge at all.
        _ = try unmatchedReversal(played[0], .debitCard, 77)
        _ = try unmatchedReversal(1, .debitCard, 78)
        try open("y")
        try play("d500 n300 f700")
        try certify("y")
        try teller.carryOut(.damage(.revoke(person: "y", reason: "mistaken")), by: "cert")
    }

    /// Position of what a partner gave back of no fraud charge.
    func unmatchedReversal(_ charge: UInt64, _ source: FundingSource, _ units: Int64) throws -> UInt64 {
        try teller.ask(
            .compensation(.confirmReversal(.ordinal(account), source, charge: charge, amount(units), .toBankAccount, reference: nil))
        ).position
    }
}

extension Victims {
    /// The same at every position: folded at once, followed in slices with checkpoints, and read from the last checkpoint.
    func expectEveryWay<P: Compared>(_: P.Type, _ location: SourceLocation = #_sourceLocation) throws {
        try? FileManager.default.removeItem(atPath: ViewStore.path(P.self, directory))
        var sliced = P()
        let events = try log.events()
        for end in 1...count {
            try sliced.follow(log, to: end)
            let atOnce = try P.fold(log, to: end)
            #expect(sliced.digest() == atOnce.digest(), "\(P.name) at \(end)", sourceLocation: location)
            #expect(atOnce.parts(from: Plain(events[..<Int(end)])) == [], "\(P.name) at \(end)", sourceLocation: location)
            if end % 7 == 0 { try sliced.keep(log) }
            #expect(try Views.read(P.self, log, at: end).digest() == atOnce.digest(), "\(P.name) at \(end)", sourceLocation: location)
        }
    }
}

/// The story itself is sound, and holds every kind there is of the three desks.
@Suite struct DeskStoryTests {
    @Test("Every kind of the three desks, and nothing to object; stored, live and folded views alike")
    func everyKind() throws {
        let desk = try Victims()
        try desk.playEveryKind()
        let events = try desk.log.events()
        let desks = EventKind.allCases.filter { (128...178).contains($0.rawValue) }
        #expect(Set(desks).subtracting(events.map(\.kind)) == [])
        try desk.expectSound()
        try desk.expectEveryWay(Balances.self)
        try desk.expectEveryWay(Damage.self)
        try desk.expectEveryWay(Trial.self)
        let views = try Views(desk.log)
        defer { views.stop() }
        for end in 0...desk.count {
            let (stored, live) = (try desk.cases(to: end), try views.cases(to: end, atLeast: 0))
            #expect(stored.report == live.report && live.position == end)
        }
        let all = try views.cases(to: nil, atLeast: desk.count)
        let folded = try desk.cases().report
        #expect(all.position == desk.count && all.report == folded)
        for name in Views.names { #expect(try views.rebuild(name)?.matches == true) }
    }
}
