import Journal
import Ledger
import Testing

@testable import Projections

/// What the desks have to do, and a person's file (accounting §6, domain brief §3.4).
@Suite struct WorklistTests {
    private let now = Instant("2019-07-20T12:00+09:00")!

    private func lines(_ desk: Victims, _ list: Worklist, _ now: Instant? = nil) throws -> [String] {
        try desk.cases().worklist(list, now: now ?? self.now).map {
            "\($0.person ?? "-") \($0.accounts) \($0.amount) \($0.days) \($0.next.name)"
        }
    }

    @Test("Debits ahead by their day, missed ones apart; returns, requests and compensation in turn by certification")
    func turns() throws {
        let desk = try Victims()
        var charges: [String: [UInt64]] = [:]
        for person in ["b", "a", "c"] {
            try desk.open(person)
            try desk.play(person == "c" ? "d900 n400 f1300" : "o500 c1000 c2000 f3300")
            charges[person] = desk.played
        }
        for person in ["a", "c", "b"] { try desk.certify(person) }
        try desk.advance("2019-07-10T09:00+09:00")
        #expect(try lines(desk, .toRequest) == ["a [2] 1000 19 askPartner", "a [2] 2000 19 askPartner", "c [3] 900 19 askPartner", "b [1] 1000 19 askPartner", "b [1] 2000 19 askPartner"])
        func request(_ account: UInt64, _ charge: UInt64, _ day: String?) throws {
            try desk.teller.ask(.compensation(.requestReversal(.ordinal(account), charge: charge, debitDate: day.flatMap { Day($0) }, note: nil)))
        }
        try request(1, charges["b"]![1], "2019-07-26")
        try request(1, charges["b"]![2], nil)
        try request(2, charges["a"]![1], "2019-07-19")
        try request(2, charges["a"]![2], "2019-07-20")
        try request(3, charges["c"]![0], nil)
        #expect(try lines(desk, .toRequest) == [])
        #expect(try lines(desk, .debitsAhead) == ["a [2] 2000 0 awaitPartner", "b [1] 1000 6 awaitPartner", "b [1] 2000 10 awaitPartner"])
        #expect(try lines(desk, .debitsMissed) == ["a [2] 1000 -1 settleAfterDebit"])
        #expect(try lines(desk, .debitReturns) == ["c [3] 900 10 awaitPartner"])
        // The day goes by; the list follows the clock it is asked for, the past does not.
        #expect(try lines(desk, .debitsMissed, now + 6 * 86_400 + 86_400) == ["a [2] 1000 -8 settleAfterDebit", "a [2] 2000 -7 settleAfterDebit", "b [1] 1000 -1 settleAfterDebit"])
        // Points of c and what was taken of the own balance of a and b, in turn; a's refused card too.
        #expect(try lines(desk, .compensation) == ["a [2] 300 19 offer", "c [3] 400 19 offer", "b [1] 300 19 offer"])
        try desk.teller.ask(.compensation(.rejectReversal(.ordinal(2), charge: charges["a"]![1], reason: nil)))
        try desk.teller.ask(.compensation(.offer(.ordinal(2), note: nil)))
        #expect(try lines(desk, .compensation) == ["a [2] 1300 10 awaitAgreement", "c [3] 400 19 offer", "b [1] 300 19 offer"])
        try desk.teller.carryOut(.compensation(.agree(.ordinal(2), amount(1_300))))
        #expect(try lines(desk, .compensation).first == "a [2] 1300 19 pay")
        try desk.teller.ask(.compensation(.pay(.ordinal(2), amount(1_300), reference: nil)))
        #expect(try lines(desk, .compensation) == ["c [3] 400 19 offer", "b [1] 300 19 offer"])
        #expect(try lines(desk, .closed) == [] && lines(desk, .disputes).count == 3)
        try desk.expectSound()
    }

    @Test("Who never spoke with us stays on the list, certified or not, until they do; then comes what is to be judged")
    func people() throws {
        let desk = try Victims()
        try desk.open("known")
        try desk.play("c1000 u300")
        let known = desk.account
        let report = try desk.teller.ask(.damage(.report(.init(source: .creditCard, message: "m", amount: amount(1_000)))), by: "sup")
        try desk.open("silent")
        try desk.play("c5000 f5000")
        try desk.teller.ask(.damage(.recordContact(.ordinal(desk.account), isInbound: false, .mail, .notReached, note: nil)), by: "sup")
        try desk.open("reported")
        let charge = try desk.teller.ask(.charge(desk.account, 700, .creditCard))
        #expect(try lines(desk, .unmatchedReports) == ["- [] 1000 19 match"])
        try desk.teller.ask(.damage(.matchReport(report: report.position, .ordinal(desk.account), charges: [charge.position])), by: "sup")
        #expect(try lines(desk, .unmatchedReports) == [])
        #expect(try lines(desk, .uncontacted) == ["known [1] 1000 19 contact", "reported [3] 0 19 contact", "silent [2] 5000 19 contactAgain"])
        #expect(try lines(desk, .identified) == ["known [1] 1000 19 label", "silent [2] 5000 19 certify"])
        try desk.teller.ask(.damage(.recordContact(.ordinal(known), isInbound: true, .supportLine, .reached, note: nil)), by: "sup")
        let certified = try desk.certify("silent")
        // A dispute is a word from the member, so nobody certified on one is un-contacted.
        #expect(try lines(desk, .uncontacted) == ["reported [3] 0 19 contact"] && lines(desk, .identified) == ["known [1] 1000 19 label"])
        #expect(try desk.cases(to: certified.position - 1).worklist(.uncontacted, now: now).count == 2)
        #expect(try lines(desk, .uncontacted, now + 3_650 * 86_400).count == 1)
        // What a partner gives back of no fraud charge waits for its match.
        let strange = try desk.unmatchedReversal(charge.position, .debitCard, 70)
        #expect(try lines(desk, .unmatchedReversals) == ["reported [3] 70 19 match"] && desk.cases().unmatched.keys.sorted() == [strange])
        try desk.expectSound()
    }

    @Test("Alerts, disputes, closed and revoked cases")
    func everyKind() throws {
        let desk = try Victims()
        try desk.playEveryKind()
        let cases = try desk.cases()
        #expect(cases.worklist(.alerts, now: now).map(\.next) == [.lookAtAlert] && cases.ruleVersion == 1)
        #expect(Set(cases.worklist(.disputes, now: now).compactMap(\.person)) == ["q", "v", "w", "y"])
        #expect(cases.worklist(.closed, now: now).compactMap(\.person) == ["s", "v", "y"])
        for list in Worklist.allCases {
            let items = cases.worklist(list, now: now)
            #expect(items.allSatisfy { $0.list == list && $0.position < desk.count }, "\(list)")
        }
    }

    @Test("A file holds every event of the story with those who approved and what partners said, and reads the same at a position for ever")
    func files() throws {
        let desk = try Victims()
        try desk.playEveryKind()
        let log = desk.log
        let file = try #require(try desk.cases().file(of: "t", log))
        // t and q were found to be one person; q was known longer.
        #expect(file.person == "q" && file.names == ["q", "t"] && file.accounts.count == 2 && file.line?.person == "q")
        let events = try log.events()
        let own = events.filter { event in file.accounts.contains { event.subject == .member($0) } }
        let positions = Set(file.events.map(\.position))
        #expect(Set(own.map(\.position)).isSubset(of: positions) && file.events == file.events.sorted { $0.position < $1.position })
        let kinds = file.events.filter { event in !own.contains(event) }.map(\.kind)
        #expect(Set(kinds) == [.partnerReportReceived, .proposed, .approved] && kinds.count { $0 == .approved } >= 8)
        #expect(file.events.allSatisfy { events[Int($0.position)] == $0 })
        #expect(file.labels.values.count { $0 == .fraud } >= 4)
        let linked = try #require(events.first { $0.kind == .accountsLinked })
        let before = try #require(try desk.cases(to: linked.position).file(of: "t", log))
        #expect(before.person == "t" && before.accounts.count == 1 && before.events.allSatisfy { $0.position < linked.position })
        #expect(try desk.cases().file(of: "nobody", log) == nil)
    }
}
