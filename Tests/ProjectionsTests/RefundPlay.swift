import Journal
import Ledger
import Testing

@testable import Projections

/// Random work around the end of the service on a few accounts, often right, often not: whatever is recorded must be sound.
struct RefundPlay {
    let desk: Victims
    var random: Random
    private(set) var events: [Event] = []
    private let accounts: [UInt64]
    private let people = ["p", "p", "q", "r", "s", "u"]

    init(seed: UInt64) throws {
        let desk = try Victims()
        self.desk = desk
        random = Random(seed: seed)
        try desk.staffTheEnd()
        let accounts = try people.map { try desk.open($0) }
        self.accounts = accounts
        for account in accounts {
            try desk.teller.ask([.charge(account, 8_000), .charge(account, 3_000, .creditCard), .pay(account, 2_500), .pay(account, 7_000)])
        }
        try take()
    }

    private mutating func take() throws {
        try desk.log.scan(from: UInt64(events.count)) { view in
            events.append(view.event!)
            return true
        }
    }

    /// Some traffic, the end, the window opened, and then everything at once until the window has long closed.
    mutating func go(_ count: Int) throws {
        for _ in 0..<12 { try one() }
        try desk.end()
        for _ in 0..<10 { try one() }
        try desk.openClaims(until: "2019-11-30")
        let start = events.count
        while events.count < start + count {
            try one()
            try take()
            if random.below(25) == 0 { try desk.teller.ask([.service(.advanceClock(to: events.last!.recordedAt + Int64(random.below(12 * 86_400))))]) }
        }
        try desk.settle()
        try take()
    }

    private mutating func one() throws {
        let (command, who) = try aCommand()
        guard who == nil else { return _ = try desk.teller.ask([command], by: who) }
        let proposer = if case .damage = command { "cert" } else { random.pick(["op-1", "op-1", "op-2"]) }
        guard case .recorded(let proposal, _) = try desk.teller.ask([.approvals(.propose(command, because: "needed"))], by: proposer)[0],
            proposal.kind == .proposed
        else { return }
        for approver in ["op-1", "op-2", "op-3"].filter({ $0 != proposer }).prefix(Int(proposal.tail.bytes(.approvalsNeeded)!.first!)) {
            try desk.teller.ask([.approvals(.approve(proposal: proposal.position))], by: approver)
        }
    }

    /// A command, and by whom; `nil`: it takes approvals.
    private mutating func aCommand() throws -> (Command, String?) {
        try take()
        let number = random.below(accounts.count)
        let (account, person) = (accounts[number], random.below(12) == 0 ? "q" : people[number])
        let reference = AccountReference.ordinal(account)
        let list = try RefundList.read(desk.log, isHashed: false)
        let row = list.row(account) ?? RefundList.Row(account: account)
        let own = events.filter { $0.subject == .member(account) }
        let payment = random.pick(own.filter { $0.kind == .paymentAccepted })
        let charge = random.pick(own.filter { $0.kind == .chargeSettled })
        let batch = list.batches.isEmpty ? 7 : random.pick(list.batches).position
        func some(_ most: Int64) -> Amount { amount(max(1, random.pick([most, most, most, most / 2, most + 1]))) }
        let method = random.pick([PayoutMethod.bank, .bank, .postal])
        let claim = Victims.claim(person, method, random.pick([.app, .webForm]), level: random.pick([nil, 1, 2, 2]))
        let today = Day(of: events.last!.recordedAt)
        switch random.below(34) {
        case 0..<5: return (.shutdown(.claim(reference, claim)), "anonymous")
        case 5: return (.shutdown(.verifyIdentity(reference, .init(level: 2, method: .document))), "sup")
        case 6: return (.shutdown(.correctPayee(reference, method, payee: Pseudonym(high: 3, low: 4))), "anonymous")
        case 7 where random.below(3) == 0: return (.shutdown(.rejectClaim(reference, reason: "no")), "sup")
        case 8 where random.below(3) == 0: return (.shutdown(.withdrawClaim(reference, reason: nil)), "anonymous")
        case 9..<13:
            let ready = list.rows.filter { $0.state == .verified && !$0.isHeld && $0.open > 0 }
            guard !ready.isEmpty else { break }
            return (.shutdown(.approve(accounts: ready.map(\.account), total: amount(ready.reduce(0) { $0 + $1.open }))), nil)
        case 13, 14: return (.shutdown(.openBatch(method, date: today, items: random.pick([nil, nil, 1]))), "op-1")
        case 15, 16, 17:
            guard let open = list.batches.last(where: { $0.state == .open }) else { break }
            if open.file == nil {
                let format: FileFormat = open.method == .bank ? .zengin : .certificates
                return (.shutdown(.recordFile(batch: open.position, format, contentHash: Victims.file, bytes: 9)), "op-1")
            }
            return (.shutdown(.releaseBatch(open.position, contentHash: Victims.file)), random.pick(["t", "t", "op-2"]))
        case 18: return (.shutdown(random.pick([.cancelBatch(batch, reason: "no"), .sendBatch(batch, reference: nil)])), "op-1")
        case 19, 20: return (.shutdown(.confirmPayout(reference, some(row.inTransit), batch: random.pick([nil, row.batch > 0 ? row.batch : nil]), reference: nil)), "op-1")
        case 21: return (.shutdown(.returnPayout(reference, some(max(row.inTransit, row.paid)), batch: random.pick([nil, row.batch > 0 ? row.batch : nil]), reason: nil)), "op-1")
        case 22: return (.reverse(account, payment.position, some(random.pick([payment.amount / 4, 300])).units), "anonymous")
        case 23: return (.shutdown(.placeLegalHold(reference, reason: "a court")), "sup")
        case 24: return (.shutdown(.liftLegalHold(reference, reason: "over")), nil)
        case 25: return (.damage(.openDispute(reference, events: [charge.position], via: .app, note: nil)), "anonymous")
        case 26:
            guard let dispute = try desk.cases().disputes.first(where: { $0.value.isOpen })?.key else { break }
            return (.damage(.closeDispute(dispute: dispute, .rejected, note: nil)), "cert")
        case 27, 28:
            let event = random.pick([charge, payment])
            return (.damage(.label(reference, events: [event.position], random.pick([.fraud, .genuine, .genuine, .unknown]), basis: "seen")), "inv")
        case 29 where random.below(2) == 0: return (.damage(.hold(reference, charge: nil, reason: nil)), "cert")
        case 30: return (.shutdown(.acceptLate(reference, claim)), nil)
        case 31: return (.money(.refund(reference, some(200), .smallAmount, note: nil)), nil)
        case 32:
            return (.shutdown(random.pick([.secure(.trust, amount(50), reference: nil), .recordFiling(.init(.abolition, contentHash: Ended.hash))])), "op-1")
        case 33 where random.below(6) == 0: return (.accounts(.close(reference, .unclaimed, reason: nil)), "op-1")
        default: break
        }
        return (.access(.logIn(reference, .commonId)), "anonymous")
    }
}

@Suite struct RefundPlayTests {
    @Test("Random work around the end is sound at every group, however the views come to be; every report ties", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func sound(seed: UInt64) throws {
        var play = try RefundPlay(seed: seed)
        try play.go(420)
        let (events, log) = (play.events, play.desk.log)
        var (books, audit, balances, refunds) = (Books(), Audit(of: events), Balances(), Refunds())
        for event in events {
            books.evolve(event)
            audit.take(event)
            guard event.isLastOfGroup else { continue }
            try balances.follow(log, to: books.next)
            try refunds.follow(log, to: books.next)
            let wrong = balances.differences(from: audit) + refunds.differences(from: audit) + books.differences(from: audit)
            if !wrong.isEmpty || !audit.findings.isEmpty {
                Issue.record("seed \(seed), \(event.position) \(event.kind.name): \(audit.findings) \(wrong)")
                return
            }
        }
        audit.finish()
        #expect(audit.findings == [], "seed \(seed)")
        #expect(try Refunds.fold(log).digest() == refunds.digest())
        #expect(try Balances.fold(log).digest() == balances.digest())
        #expect(Set(events.map(\.kind)).count > 30)
        for end in stride(from: UInt64(0), through: log.count, by: 11) {
            let list = try RefundList.read(log, before: end, isHashed: false)
            #expect(list.totals.ties, "seed \(seed) at \(end)")
            let found = try Reconciliation.read(log, before: end, isHashed: false)
            #expect(found.differences == [], "seed \(seed) at \(end)")
            #expect(found.lines.flatMap(\.differences) == [], "seed \(seed) at \(end)")
            for day in ["2019-09-30", "2020-03-31"] {
                let base = try BaseDateReport.read(log, base: BaseDate(Day(day)!)!, before: end, isHashed: false)
                #expect(base.ties && base.unused.members >= 0 && base.unused.refunds >= 0 && base.latePayable >= 0, "seed \(seed) at \(end)")
            }
        }
    }
}
