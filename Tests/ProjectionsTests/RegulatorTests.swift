import Journal
import Ledger
import Testing

@testable import Projections

/// The shutdown cases of the accounting page, as far as they are figures, and the regulator's papers.
@Suite struct RegulatorTests {
    private let desk: Victims

    init() throws {
        desk = try Victims()
        try desk.staffTheEnd()
    }

    private let end = "2019-09-30"

    @Test("S1: a case open at the end, nothing labelled: fixed and held; what is found later is an adjustment, the base date stays")
    func openCase() throws {
        let account = try desk.open("p")
        try desk.play("o5000 c30000 c30000 c30000 u60000", labels: false)
        let played = desk.played
        let dispute = try desk.teller.ask(.damage(.openDispute(.ordinal(account), events: Array(played[1...3]), via: .app, note: nil)))
        try desk.end()
        let row = try #require(try desk.list().row(account))
        #expect(row.fixed == 35_000 && row.stateName == "held" && row.holds == .dispute)
        try desk.label(Array(played[1...4]), .fraud)
        try desk.teller.ask(.damage(.hold(.ordinal(account), charge: nil, reason: nil)))
        try desk.teller.ask(.damage(.closeDispute(dispute: dispute.position, .confirmed, note: nil)))
        try desk.settle()
        let after = try #require(try desk.list().row(account))
        #expect(after.adjustments == -30_000 && after.open == 5_000 && after.holds == .case)
        #expect(try desk.list().adjustments.map(\.amount) == [-30_000])
        let base = try desk.base(end)
        #expect(base.unused.fixed == 35_000 && base.unused.total == 35_000 && base.unused.held == 0 && base.ties && base.isFinal)
        try desk.expectSound()
    }

    @Test("S2: held at the end, found genuine later: fixed 5,000, unused 35,000, adjustment 30,000, payable 35,000")
    func heldThenGenuine() throws {
        let account = try desk.open("p")
        try desk.play("o5000 c30000 H")
        let charge = desk.played[1]
        try desk.end()
        let base = try desk.base(end)
        #expect(base.unused.fixed == 5_000 && base.unused.held == 30_000 && base.unused.total == 35_000 && base.ties)
        #expect(try desk.list().totals.fixed.sum == 5_000)
        try desk.label([charge], .genuine)
        try desk.settle()
        let row = try #require(try desk.list().row(account))
        #expect(row.fixed == 5_000 && row.adjustments == 30_000 && row.open == 35_000 && !row.isHeld)
        try desk.expectSound()
    }

    @Test("S4: paid, returned and paid, excluded and accepted late: recovered once; late payable apart")
    func overTime() throws {
        let (p, q, r) = (try desk.holder("p", 5_000), try desk.holder("q", 500), try desk.holder("r", 800))
        try desk.end()
        try desk.openClaims()
        try desk.claim(p, "p")
        try desk.claim(q, "q")
        let first = try desk.send([p, q])
        try desk.paid(p, 5_000, first)
        try desk.returned(q, 500, first)
        try desk.teller.ask(.shutdown(.correctPayee(.ordinal(q), .bank, payee: Pseudonym(high: 1, low: 2))))
        let second = try desk.send([q])
        try desk.paid(q, 500, second)
        try desk.advance("2020-01-11 00:00 JST")
        try desk.acceptLate(r, "r")
        try desk.advance("2020-04-01 00:00 JST")
        try desk.settle()
        let base = try desk.base("2020-03-31")
        #expect(base.previous.total == 6_300 && base.issued == 0 && base.unused.total == 0 && base.ties)
        #expect(base.recovered.total == 6_300 && base.recovered.refunded == 5_500 && base.recovered.excluded == 800)
        #expect(base.latePayable == 800 && base.latePaid == 0)
        let third = try desk.send([r], "2020-04-02")
        try desk.paid(r, 800, third)
        let closure = try ClosureReport.read(desk.log)
        #expect(closure.latePayable == 0 && closure.latePaid == 800 && closure.unused.total == 0 && closure.stillOpen == 0)
        // The bank sends it back: late again, and recovered all the same.
        try desk.returned(r, 800, third)
        try desk.advance("2020-10-01 00:00 JST")
        try desk.settle()
        let later = try desk.base("2020-09-30")
        #expect(later.recovered.total == 0 && later.unused.total == 0 && later.latePayable == 800 && later.ties)
        try desk.expectSound()
    }

    @Test("S5: claimed in time and returned after, or held across the end of the window: never excluded with the others")
    func acrossTheWindow() throws {
        let (p, q, r) = (try desk.holder("p", 100), try desk.holder("q", 200), try desk.holder("r", 300))
        try desk.end()
        try desk.openClaims()
        try desk.claim(p, "p")
        try desk.teller.ask(.shutdown(.placeLegalHold(.ordinal(q), reason: "a court")))
        let batch = try desk.send([p])
        try desk.advance("2020-01-11 00:00 JST")
        try desk.returned(p, 100, batch)
        try desk.settle()
        var list = try desk.list()
        #expect(list.row(p)?.stateName == "returned" && list.row(q)?.stateName == "held" && list.row(r)?.stateName == "excluded")
        #expect(list.totals.held.sum == 200 && list.totals.claimedNotPaid.sum == 100 && list.totals.excluded.sum == 300 && list.totals.ties)
        try desk.teller.carryOut(.shutdown(.liftLegalHold(.ordinal(q), reason: "over")))
        try desk.advance("2020-03-10 23:59:59 JST")
        try desk.settle()
        #expect(try desk.list().row(q)?.stateName == "fixed")
        try desk.advance("2020-03-11 00:00 JST")
        try desk.settle()
        list = try desk.list()
        #expect(list.row(q)?.stateName == "excluded" && list.row(p)?.open == 100)
        try desk.expectSound()
    }

    @Test("S6: a compensation unpaid at the end survives it, and the refund is not reduced by it; held until it is paid")
    func compensation() throws {
        let account = try desk.open("p")
        try desk.play("o8000 f7500")
        try desk.certify("p")
        try desk.teller.ask(.compensation(.offer(.ordinal(account), note: nil)))
        try desk.teller.carryOut(.compensation(.agree(.ordinal(account), amount(7_500))))
        for dispute in try desk.cases().disputes.keys { try desk.teller.ask(.damage(.closeDispute(dispute: dispute, .confirmed, note: nil))) }
        try desk.end()
        var row = try #require(try desk.list().row(account))
        #expect(row.fixed == 500 && row.holds == .case)
        try desk.teller.ask(.compensation(.pay(.ordinal(account), amount(7_500), reference: nil)))
        try desk.settle()
        row = try #require(try desk.list().row(account))
        #expect(row.open == 500 && row.holds == [])
        try desk.expectSound()
    }

    @Test("A card reversed before anybody was certified is made good: the refund is not held for ever")
    func madeGoodBefore() throws {
        let account = try desk.open("p")
        try desk.play("o5000 c30000 f20000 H")
        try desk.confirm(desk.played[1], .creditCard, 30_000)
        try desk.certify("p")
        try desk.closeDisputes()
        try desk.end()
        #expect(try desk.list().row(account)?.holds == [])
        // Another account of a victim waits as well.
        let other = try #require(try Victims.held())
        #expect(other.0 == [.case, .case])
        try desk.expectSound()
    }

    @Test("S8: nothing at ten million, half rounded up above it; deposit, trust and guarantee together; late is told")
    func deposit() throws {
        #expect([10_000_000, 10_000_001, 190_000_001].map(DepositReport.required) == [0, 5_000_001, 95_000_001])
        for index in 0..<101 { try desk.holder("p-\(index)", 100_000) }
        try desk.teller.ask(.shutdown(.secure(.deposit, amount(1_000_000), reference: nil)))
        try desk.teller.ask(.shutdown(.secure(.trust, amount(2_000_000), reference: nil)))
        try desk.teller.ask(.shutdown(.secure(.guarantee, amount(2_000_000), reference: nil)))
        try desk.advance("2019-10-01 00:00 JST")
        try desk.settle()
        let base = BaseDate(Day(end)!)!
        var report = try DepositReport.read(desk.log, base: base)
        #expect(report.unused == 10_100_000 && report.required == 5_050_000 && report.secured == 5_000_000 && report.topUp == 50_000)
        #expect(report.due == Day("2019-11-30") && !report.isOverdue)
        try desk.advance("2019-12-01 00:00 JST")
        try desk.settle()
        report = try DepositReport.read(desk.log, base: base)
        #expect(report.isOverdue)
        #expect(audit(try desk.log.events()).notes == ["INV-24 of base date 2019-09-30 5050000 was to be secured by 2019-11-30, there was 5000000"])
        #expect(base.previous.day == Day("2019-03-31") && base.previous.due == Day("2019-05-31"))
        #expect(BaseDate(Day("2019-09-29")!) == nil && BaseDate(before: Instant("2019-10-01T00:00+09:00")!) == base)
        #expect(BaseDate(before: Instant("2019-09-30T23:59:59+09:00")!) == base.previous)
    }

    @Test("Every way a payment comes back: to the member, the hold, the refund, unclaimed, or to what was lost")
    func reversals() throws {
        let account = try desk.open("p")
        try desk.play("o1000 u400", labels: false)
        let payment = desk.played[1]
        try desk.teller.ask(.reverse(account, payment, 100))
        let victim = try desk.open("v")
        try desk.play("o1000 c3000 f3500 H")
        let fraud = desk.played[2]
        try desk.teller.ask(.reverse(victim, fraud, 700))
        try desk.confirm(desk.played[1], .creditCard, 3_000)
        try desk.teller.ask(.reverse(victim, fraud, 600))
        let closed = try desk.open("z")
        try desk.play("o90 u90", labels: false)
        let old = desk.played[1]
        try desk.teller.ask(.accounts(.close(.ordinal(closed), .unclaimed, reason: nil)))
        try desk.teller.ask(.reverse(closed, old, 40))
        try desk.end()
        try desk.teller.ask(.reverse(account, payment, 50))
        let base = try desk.base(end)
        #expect(base.issued == 1_000 + 1_000 + 3_000 + 90 && base.ties)
        #expect(base.recovered.forfeited == 40 && base.recovered.goodsToLoss > 0 && base.recovered.returnedToPartners > 0)
        try desk.advance("2020-04-01 00:00 JST")
        try desk.settle()
        let next = try desk.base("2020-03-31")
        #expect(next.recovered.goods == -50 && next.unused.total == base.unused.total + 50 && next.ties)
        try desk.expectSound()
    }
}

extension Victims {
    func closeDisputes() throws {
        for (dispute, found) in try cases().disputes where found.isOpen { try teller.ask(.damage(.closeDispute(dispute: dispute, .confirmed, note: nil))) }
    }

    /// Two accounts of one person, one with a fraud nobody certified, at the end.
    static func held() throws -> ([HoldGrounds], Int)? {
        let desk = try Victims()
        let first = try desk.open("p")
        try desk.play("o500 c900 f300")
        let second = try desk.open("p")
        try desk.play("o70")
        try desk.end()
        let list = try desk.list()
        try desk.expectSound()
        return ([first, second].compactMap { list.row($0)?.holds }, list.totals.held.people)
    }
}
