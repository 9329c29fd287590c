import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// The damage report against the golden cases (domain brief §3.3, accounting §3), played through a real writer.
@Suite struct DamageReportTests {
    /// row; D3, D4, D8, E, D6; own left, held.
    private static let rows: [(name: String, row: String, D3: Int64, D4: Int64, D8: Int64, E: Int64, D6: Int64, own: Int64, held: Int64)] = [
        ("A", "o1000 c30000 c30000 c30000 f91000", 90_000, 1_000, 0, 91_000, 91_000, 0, 0),
        ("B", "o5000 c30000 c30000 c30000 f60000 H", 90_000, 0, 0, 90_000, 60_000, 5_000, 30_000),
        ("C", "o8000 f7500", 0, 7_500, 0, 7_500, 7_500, 500, 0),
        ("D", "n2000 f2000", 2_000, 0, 0, 2_000, 2_000, 0, 0),
        ("G1", "o5000 f4000 c30000 f20000 H", 30_000, 4_000, 0, 34_000, 24_000, 1_000, 10_000),
        ("G2", "o1000 c30000 g3000 c30000 f58000", 60_000, 0, 2_000, 58_000, 58_000, 0, 0),
        ("G4", "o5000 c30000 H f4000", 30_000, 4_000, 0, 34_000, 4_000, 1_000, 30_000),
        ("G6", "o5000 c30000 c30000 c30000 g60000 H", 90_000, 0, 55_000, 35_000, 0, 0, 35_000),
        ("G7", "o2000 c30000 d30000 n5000 f40000 H", 65_000, 0, 0, 65_000, 40_000, 2_000, 25_000),
        ("G11", "o1000 c30000 g3000 f20000 H", 30_000, 0, 2_000, 28_000, 20_000, 0, 8_000),
        ("G12", "n5000 f3000 H", 5_000, 0, 0, 5_000, 3_000, 0, 2_000),
    ]

    @Test("The golden cases, one person each, then all together", arguments: rows.indices)
    func golden(index: Int) throws {
        let row = Self.rows[index]
        let desk = try Victims()
        try desk.open(row.name)
        try desk.play(row.row)
        try desk.certify(row.name)
        let report = try desk.cases().report
        let line = try #require(report.persons.first)
        let E = try #require(line.certified)
        #expect(E == line.recomputed && E.total == row.E && E.ownBalance == row.D4 && E.genuineUse == row.D8, "\(row.name): \(E)")
        #expect(E.creditCard + E.debitCard + E.point + E.genuineUse == row.D3 && line.netLoss == row.D6, "\(row.name): \(line)")
        #expect(try desk.left() == [row.own, row.held], "\(row.name)")
        #expect(report.certified.people == 1 && report.certified.sums == E && report.recomputed == report.certified && report.identified == report.certified)
        #expect(report.byOccurrence.reduce(0) { $0 + $1.certified } == row.E && report.byRecording.map(\.certified) == [row.E])
        #expect(report.bySource.map(\.certified) == [E.creditCard, E.debitCard, E.point, E.ownBalance])
        #expect(report.money.notBooked == row.E && report.money.held == row.held && report.money.lossBooked == 0)
        try desk.expectSound()
    }

    @Test("A to D in one ledger: four people, 190,500 yen, where naive sums give 342,500; then all is made good")
    func four() throws {
        let desk = try Victims()
        var accounts: [UInt64] = []
        var charges: [[UInt64]] = []
        for row in Self.rows.prefix(4) {
            accounts.append(try desk.open(row.name))
            try desk.play(row.row)
            charges.append(desk.played)
            let certified = try desk.certify(row.name)
            let dispute = UInt64(bitPattern: try #require(certified.tail.number(.dispute)))
            try desk.teller.ask(.damage(.closeDispute(dispute: dispute, .confirmed, note: nil)))
        }
        var report = try desk.cases().report
        #expect(report.certified.people == 4 && report.certified.total == 190_500 && report.money.netLoss == 160_500)
        #expect(report.bySource.map(\.certified) == [180_000, 0, 2_000, 8_500] && report.bySource.map(\.people) == [2, 0, 1, 2])
        #expect(report.byRoute.map(\.people) == [4, 0, 0] && report.byRoute.map(\.certified) == [190_500, 0, 0])
        #expect(report.persons.map(\.person) == ["A", "B", "C", "D"] && report.money.notBooked == 190_500)
        try desk.expectSound()
        for (index, account) in accounts.enumerated() {
            desk.turn(to: account)
            if index < 2 { for charge in charges[index][1...3] { try desk.confirm(charge, .creditCard, 30_000) } }
            if index != 1 { try desk.compensate() }
        }
        report = try desk.cases().report
        // Once all is booked, what was lost is D6, and nothing is promised any more.
        #expect(report.certified.total == 190_500 && report.money.lossBooked == 160_500 && report.money.netLoss == 160_500)
        #expect(report.money.notBooked == 0 && report.money.promised == 0 && report.money.held == 0 && report.money.clearing == 180_000)
        #expect(try desk.cases().worklist(.closed, now: report.instant).map(\.person) == ["A", "B", "C", "D"])
        try desk.expectSound()
    }

    @Test("G4b, G5: labels release what was held wrongly; an unlabelled charge is the member's own")
    func labelsLater() throws {
        let desk = try Victims()
        try desk.open("G4b")
        try desk.play("o5000 c30000 c30000 c30000 u60000 H")
        #expect(try desk.left() == [0, 35_000])
        try desk.label([desk.played[4]], .fraud)
        #expect(try desk.left() == [5_000, 30_000] && desk.found("G4b") == Entitlement(creditCard: 90_000))
        try desk.open("G5")
        try desk.play("c30000 c30000", labels: false)
        _ = try desk.teller.ask(.charge(desk.account, 30_000, .creditCard))
        try desk.play("f90000")
        #expect(try desk.found("G5") == Entitlement(creditCard: 60_000, ownBalance: 30_000))
        #expect(try desk.cases().report.identified.people == 2 && desk.cases().report.certified.people == 0)
        try desk.expectSound()
    }

    @Test("G8: what a store gives back goes to the member, to the hold, and after making good to the loss")
    func reversals() throws {
        let desk = try Victims()
        func payment() throws -> UInt64 { try #require(desk.played.last) }
        try desk.open("a")
        try desk.play("o1000 c30000 c30000 c30000 f91000 H")
        try desk.teller.ask(.reverse(desk.account, payment(), 500))
        #expect(try desk.found("a") == Entitlement(creditCard: 90_000, ownBalance: 500) && desk.left() == [500, 0])
        try desk.teller.ask(.reverse(desk.account, payment(), 90_500))
        #expect(try desk.found("a") == Entitlement(creditCard: 90_000) && desk.left() == [1_000, 90_000])
        try desk.open("d")
        try desk.play("o1000 c30000 c30000 c30000 f91000")
        try desk.certify("d")
        for charge in desk.played[1...3] { try desk.confirm(charge, .creditCard, 30_000) }
        try desk.compensate()
        try desk.expectSound()
        try desk.teller.ask(.reverse(desk.account, payment(), 91_000))
        let line = try #require(try desk.cases().report.persons.first { $0.person == "d" })
        #expect(line.certified?.total == 91_000 && line.recomputed.total == 91_000 && line.netLoss == 0 && line.booked == 91_000)
        #expect(try desk.left() == [0, 0] && desk.cases().report.money.lossBooked == 0)
        try desk.expectSound()
    }

    @Test("G13, G14: two accounts of one person; persons linked later count once from then on, and before as before")
    func linked() throws {
        let desk = try Victims()
        let a1 = try desk.open("p1")
        try desk.play("o8000 f7500")
        try desk.certify("p1")
        let a2 = try desk.open("p2")
        try desk.play("c30000 f30000")
        try desk.certify("p2")
        try desk.advance("2019-07-02T09:00+09:00")
        let t1 = desk.count
        let first = try desk.cases(to: t1).report
        #expect(first.certified.people == 2 && first.certified.total == 37_500)
        try desk.teller.carryOut(.damage(.link(.ordinal(a2), other: .ordinal(a1), evidence: "same papers")), by: "cert")
        let second = try desk.cases().report
        #expect(second.certified.people == 1 && second.certified.total == 37_500 && second.money.netLoss == 37_500)
        #expect(second.persons.map(\.accounts) == [[a1, a2]] && second.persons[0].isCurrent)
        #expect(second.byRecording.map(\.people) == [2, -1] && second.byRecording.map(\.certified) == [37_500, 0])
        #expect(try desk.cases(to: t1).report == first)
        try desk.expectSound()
        // One act revokes both.
        try desk.teller.carryOut(.damage(.revoke(person: "p2", reason: "mistaken")), by: "cert")
        #expect(try desk.cases().report.certified.people == 0 && desk.cases(to: t1).report == first)
        #expect(try desk.cases().worklist(.identified, now: second.instant).map(\.person) == ["p1"])
        try desk.expectSound()
        // And G13: two accounts from the beginning.
        let other = try Victims()
        try other.open("p")
        try other.play("o8000 f7500")
        try other.open("p")
        try other.play("c30000 f30000")
        try other.certify("p")
        #expect(try other.cases().report.certified == DamageReport.Figure(people: 1, sums: Entitlement(creditCard: 30_000, ownBalance: 7_500)))
        try other.expectSound()
    }

    @Test("G15: revoked after it was paid: nobody, nothing lost, 7,500 owed back")
    func revokedAfterPaid() throws {
        let desk = try Victims()
        try desk.open("C")
        try desk.play("o8000 f7500")
        try desk.certify("C")
        try desk.compensate()
        let before = desk.count
        #expect(try desk.cases().report.money.lossBooked == 7_500)
        try desk.label([desk.played[1]], .genuine, amends: "it was the member")
        let report = try desk.cases().report
        #expect(report.certified.people == 0 && report.identified.people == 0 && report.money.lossBooked == 0 && report.money.recoverable == 7_500)
        #expect(try desk.left() == [500, 0] && desk.cases(to: before).report.certified.total == 7_500)
        let owed = try desk.cases().worklist(.recoverables, now: report.instant + 3 * 86_400)
        #expect(owed.map(\.amount) == [7_500] && owed.map(\.days) == [3] && owed.map(\.next) == [.collect])
        try desk.expectSound()
        try desk.teller.ask(.compensation(.repay(.ordinal(desk.account), amount(3_000), statement: nil)))
        try desk.teller.carryOut(.compensation(.waive(.ordinal(desk.account), amount(4_500), reason: "hardship")))
        #expect(try desk.cases().worklist(.recoverables, now: report.instant) == [] && desk.cases().report.money.goodwill == 4_500)
        try desk.expectSound()
    }

    @Test("Relabel one payment and see the recomputed figure, the amendment due and the certified figure move")
    func relabelling() throws {
        let desk = try Victims()
        try desk.open("p")
        try desk.play("o9000 u3000 c30000 f20000 g2000")
        try desk.certify("p")
        let now = Instant("2019-07-03T09:00+09:00")!
        let first = try desk.cases().report
        #expect(first.certified.total == 30_000 && first.recomputed == first.certified && first.money.notBooked == 30_000)
        // An earlier payment that nobody had judged, before the first fraud: the certification did not need it.
        let early = desk.count
        try desk.label([desk.played[1]], .fraud)
        let second = try desk.cases().report
        #expect(second.certified == first.certified && second.recomputed.sums == Entitlement(creditCard: 30_000, ownBalance: 3_000))
        var due = try desk.cases().worklist(.amendmentsDue, now: now)
        #expect(due.map(\.person) == ["p"] && due.map(\.amount) == [-3_000] && due.map(\.next) == [.amend] && second.persons[0].isCurrent == false)
        try desk.teller.carryOut(.damage(.amend(person: "p", Entitlement(creditCard: 30_000, ownBalance: 3_000), reason: "found more")), by: "cert")
        let third = try desk.cases().report
        #expect(third.certified == third.recomputed && third.certified.total == 33_000)
        #expect(try desk.cases().worklist(.amendmentsDue, now: now) == [])
        // What is certified is not relabelled without its amendment.
        let again = Command.damage(.label(.ordinal(desk.account), events: [desk.played[3]], .genuine, basis: "the member's", amends: nil))
        #expect(try desk.refusal(again, by: "inv") == .amendmentRequired)
        #expect(try desk.cases().report.certified == third.certified)
        // With it, all three move at once: labels genuine use of a fraud charge.
        try desk.label([desk.played[3]], .genuine, amends: "the member's")
        let fourth = try desk.cases().report
        #expect(fourth.certified == fourth.recomputed && fourth.certified.sums == Entitlement(creditCard: 14_000, ownBalance: 3_000, genuineUse: 16_000), "\(fourth.certified)")
        due = try desk.cases().worklist(.amendmentsDue, now: now)
        #expect(due == [] && fourth.byRecording.map(\.certified) == [17_000])
        // The past is as it was.
        #expect(try desk.cases(to: early).report.certified == first.certified && desk.cases(to: early).report == first)
        try desk.expectSound()
    }

    @Test("T1: what was certified at exactly 17:00:00.000000 is not in \"as of 17:00\"; a microsecond before is")
    func edge() throws {
        let edge = Instant("2019-07-31T17:00:00+09:00")!
        for (at, people) in [(edge, 0), (Instant(microseconds: edge.microseconds - 1), 1)] {
            let desk = try Victims()
            try desk.open("p")
            try desk.play("c30000")
            try desk.teller.ask(.service(.advanceClock(to: at)))
            let certified = try desk.certify("p")
            #expect(certified.recordedAt == at)
            try desk.advance("2019-08-01T09:00+09:00")
            let report = try desk.cases(to: desk.log.position(asOf: edge)).report
            #expect(report.certified.people == people && report.position == (people == 0 ? certified.position - 2 : certified.position + 1))
        }
    }

    @Test("Days: by occurrence the day of the charge and of the theft, by recording the day of the certification")
    func days() throws {
        let desk = try Victims()
        try desk.open("p")
        try desk.play("o5000", labels: false)
        try desk.advance("2019-07-03T09:00+09:00")
        try desk.play("c30000 g6000", labels: false)
        try desk.advance("2019-07-10T23:59:59+09:00")
        try desk.play("f20000", labels: false)
        try desk.advance("2019-07-11T00:00:00+09:00")
        try desk.play("o2000 f10000")
        try desk.advance("2019-07-29T12:00+09:00")
        try desk.certify("p")
        let report = try desk.cases().report
        let day = { (text: String) in Day(text)! }
        // 30,000 less 1,000 that the member spent of it; of the payment of the 11th 1,000 were the member's own.
        #expect(report.byOccurrence.map(\.day) == [day("2019-07-03"), day("2019-07-11")])
        #expect(report.byOccurrence.map(\.identified) == [29_000, 1_000] && report.byOccurrence.map(\.certifiedPeople) == [1, 1])
        #expect(report.byRecording == [DamageReport.DeltaLine(day: day("2019-07-29"), people: 1, certified: report.certified.total)])
        try desk.expectSound()
    }
}
