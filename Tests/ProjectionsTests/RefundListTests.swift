import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

extension Refunds: Compared {
    /// The list, said over again from the postings alone.
    func parts(from plain: Plain) -> [String] {
        var wrong: [String] = next == plain.count ? [] : ["at \(next)"]
        for account in plain.accounts.keys {
            let row = Int(account) - 1
            let open = -plain.net(.refund(account)), transit = -plain.net(.payoutInTransit(account))
            if accounts[row, Column.open] != open || accounts[row, Column.transit] + accounts[row, Column.exceptional] != transit {
                wrong.append("account \(account): \(accounts[row, Column.open]), not \(open)")
            }
        }
        return wrong
    }

    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}

@Suite struct RefundListTests {
    private let ended: Ended
    private var desk: Victims { ended.desk }

    init() throws { ended = try Ended() }

    @Test("Every kind of the desk; nothing to object; books, audit and views agree at every position")
    func everyKind() throws {
        let events = try desk.log.events()
        let desks = EventKind.allCases.filter { (192...236).contains($0.rawValue) }
        #expect(Set(desks).subtracting(events.map(\.kind)) == [])
        try desk.expectSound()
        var (books, audit, refunds) = (Books(), Audit(of: events), Refunds())
        for event in events {
            books.evolve(event)
            audit.take(event)
            guard event.isLastOfGroup else { continue }
            try refunds.follow(desk.log, to: books.next)
            let wrong = refunds.differences(from: audit) + books.differences(from: audit)
            if !wrong.isEmpty || !audit.findings.isEmpty {
                Issue.record("\(event.position) \(event.kind.name): \(audit.findings) \(wrong)")
                return
            }
        }
        try desk.expectEveryWay(Refunds.self)
        try desk.expectEveryWay(Balances.self)
        try desk.expectEveryWay(Trial.self)
        try desk.expectEveryWay(Decisions.self)
        try desk.expectEveryWay(Damage.self)
    }

    @Test("What the list says at the end; each account once, in one state; totals tie at every position")
    func content() throws {
        let list = try desk.list()
        func row(_ account: UInt64) throws -> RefundList.Row { try #require(list.row(account)) }
        let (a, b, c, d) = (try row(ended.a), try row(ended.b), try row(ended.c), try row(ended.d))
        #expect(a.fixed == 930 && a.adjustments == 30 && a.paid == 960)
        #expect(a.stateName == "paid" && a.open == 0 && a.identity == 2 && a.channel == .webForm)
        #expect(b.stateName == "returned" && b.open == 500 && b.paid == 0 && b.bucket == .claimedNotPaid)
        #expect(c.stateName == "released" && c.inTransit == 650 && c.adjustments == 150 && c.method == .postal)
        #expect(d.isLate && d.stateName == "verified" && d.open == 300 && d.excluded == 0)
        #expect(try row(ended.h).excluded == 80 && row(ended.h).adjustments == 50)
        #expect(try row(ended.k).stateName == "excluded")
        #expect(list.totals.ties && list.totals.fixed.accounts == 8 && list.totals.fixed.people == 8)
        #expect(list.totals.fixed.sum == list.terminated?.size.total)
        #expect(list.batches.map(\.position) == ended.batches)
        #expect(list.batches.map(\.state) == [.cancelled, .sent, .released, .released])
        #expect(list.batches[1].paid == RefundList.Sum() && list.batches[1].returned.count == 2 && list.batches[1].open == RefundList.Sum())
        #expect(list.batches[2].paid == RefundList.Sum(count: 1, total: list.batches[2].size.total))
        #expect(list.batches[3].open == RefundList.Sum(count: 1, total: 650))
        #expect(list.batches[1].results.map(\.paid) == [1] && list.batches[1].file?.format == .zengin)
        #expect(list.window?.last == Day("2020-01-10") && list.window?.closed != 0)
        #expect(list.notices.count >= 3)
        for end in 0...desk.count {
            let list = try RefundList.read(desk.log, before: end, isHashed: false)
            let sums = list.rows.allSatisfy { $0.fixed + $0.adjustments == $0.open + $0.inTransit + $0.paid + $0.excluded }
            if !list.totals.ties || !sums { Issue.record("at \(end)") }
            let listed = list.adjustments.reduce(Int64(0)) { $0 + $1.amount }
            #expect(listed == list.totals.adjustments.sum)
        }
    }

    @Test("A cut inside an act of many steps is moved to before its opening; the live view says the same as the log")
    func cuts() throws {
        let events = try desk.log.events()
        for event in events {
            let end = event.position + 1
            let opened = event.kind.opensAct != nil ? event.position : event.kind.isStepOfAct && event.reference > 0 ? event.reference : nil
            #expect(try RefundList.standing(desk.log, before: end) == opened ?? end)
        }
        let views = try Views(desk.log)
        defer { views.stop() }
        let fixing = try #require(events.first { $0.kind == .serviceTerminated }).position
        for end in [fixing, fixing + 1, fixing + 3, fixing + 9, fixing + 10, desk.count - 3, desk.count] {
            #expect(try views.refundList(before: end) == desk.list(before: end))
        }
        #expect(try views.refundList(atLeast: desk.count) == desk.list())
        #expect(try views.rebuild(Refunds.name)?.matches == true)
        #expect(try desk.list(before: fixing + 3).terminated == nil && desk.list(before: fixing + 3).decided != nil)
    }

    @Test("An account's history in words, from its fixing or what went out by exception before")
    func history() throws {
        let list = try desk.list()
        let lines = try list.history(of: ended.a, desk.log)
        #expect(lines.first?.kind == .exceptionalRefundReleased && lines.last?.kind == .payoutConfirmed)
        #expect(lines.filter { $0.kind == .refundReturned }.map(\.amount) == [930, 30])
        #expect(try list.history(of: 99, desk.log) == [])
        #expect(try list.history(of: ended.k, desk.log).map(\.kind) == [.unusedBalanceFixed, .refundClaimed, .identityVerified, .claimWithdrawn, .refundExcluded])
    }

    @Test("Files, events and liabilities agree; another file, or another count, is told")
    func reconciliation() throws {
        let found = try Reconciliation.read(desk.log)
        #expect(found.isSound, "\(found.differences) \(found.lines.map(\.differences))")
        #expect(found.lines.count == 4 && found.lines[1].members == found.lines[1].released)
        let other = [UInt8](repeating: 9, count: 32)
        let (first, size) = (ended.batches[1], found.lines[1].batch.size)
        let fits = Reconciliation.Contents(contentHash: Victims.file, count: size.count, total: size.total)
        #expect(try Reconciliation.read(desk.log, files: [first: fits]).isSound)
        let wrong = Reconciliation.Contents(contentHash: other, count: nil, total: size.total + 1)
        #expect(try Reconciliation.read(desk.log, files: [first: wrong]).lines[1].differences.count == 3)
        #expect(try Reconciliation.read(desk.log, files: [ended.batches[0]: fits]).lines[0].differences.contains("there is a file, and none is recorded"))
        for end in stride(from: 0, to: desk.count, by: 3) { #expect(try Reconciliation.read(desk.log, before: end, isHashed: false).differences == []) }
    }

    @Test("The closure report: totals, papers, security in and out, what is late and what is still open")
    func closure() throws {
        let report = try ClosureReport.read(desk.log)
        #expect(report.filings.map(\.kind) == [.reclaimApproval] && report.reclaimable == 0)
        #expect(report.secured(.deposit) == 350 && report.secured(.guarantee) == 0 && report.security.count == 4)
        #expect(report.latePayable == 300 && report.lateAccounts == 1 && report.latePaid == 0 && report.erased == 0)
        #expect(report.cut.root == (try desk.log.head().frontier.root) && report.cut.position == desk.count)
        #expect(report.stillOpen == report.totals.inFlight.sum + 500 + 300 + report.totals.held.sum + (try desk.list().totals.open.sum))
        let deposit = try DepositReport.read(desk.log, base: BaseDate(Day("2019-09-30")!)!)
        #expect(deposit.required == 0 && deposit.secured == 350 && deposit.topUp == 0 && !deposit.isOverdue)
    }

    @Test("Verification over the whole story, views stored and rebuilt; a changed line of the refunds is found")
    func verified() throws {
        let copy: DataDirectory
        do {
            let views = try Views(desk.log)
            views.start()
            views.stop()
            let result = try Verification.run(desk.log, .deep)
            #expect(result.isSound, "\(result.checks.filter { !$0.problems.isEmpty })")
            copy = desk.directory
        }
        var changed = try Refunds.fold(desk.log)
        changed.tables[0][1, 2] += 1
        try? FileManager.default.removeItem(atPath: ViewStore.path(Refunds.self, copy))
        try changed.keep(desk.log)
        let result = try Verification.run(desk.log, .full)
        #expect(result.checks.filter { !$0.problems.isEmpty }.map(\.name) == ["projection refunds"])
    }
}
