import Journal
import Ledger
import Testing

@testable import Projections

/// Random work of the damage desks on a few accounts, often right, often not: whatever is recorded must be sound.
struct DamagePlay {
    let desk: Victims
    var random: Random
    private(set) var events: [Event] = []
    private let accounts: [UInt64]

    init(seed: UInt64) throws {
        let desk = try Victims()
        self.desk = desk
        random = Random(seed: seed)
        let accounts = try ["p", "p", "q", "r"].map { try desk.open($0) }
        self.accounts = accounts
        try desk.teller.ask(accounts.map { .charge($0, 8_000) })
        events = try desk.log.events()
    }

    mutating func go(_ count: Int) throws {
        let end = events.count + count
        while events.count < end {
            let (command, who) = try aCommand()
            let isHeld = who == nil
            if isHeld { try carryOut(command) } else { try desk.teller.ask([command], by: who) }
            try desk.log.scan(from: UInt64(events.count)) { view in
                events.append(view.event!)
                return true
            }
        }
    }

    /// Proposes and has two approve, whatever comes of it.
    private func carryOut(_ command: Command) throws {
        let proposer: String
        switch command {
        case .damage: proposer = "cert"
        default: proposer = "op-1"
        }
        guard case .recorded(let proposal, _) = try desk.teller.ask([.approvals(.propose(command, because: "needed"))], by: proposer)[0],
            proposal.kind == .proposed
        else { return }
        for approver in ["op-2", "op-3"].prefix(Int(proposal.tail.bytes(.approvalsNeeded)!.first!)) {
            try desk.teller.ask([.approvals(.approve(proposal: proposal.position))], by: approver)
        }
    }

    /// A command, and by whom; `nil`: it takes approvals.
    private mutating func aCommand() throws -> (Command, String?) {
        let account = random.pick(accounts)
        let reference = AccountReference.ordinal(account)
        let own = events.filter { $0.subject == .member(account) }
        let charges = own.filter { $0.kind == .chargeSettled }
        let payments = own.filter { $0.kind == .paymentAccepted }
        let cases = try desk.cases()
        let attribution = cases.attributions[account] ?? Attribution(history: own)
        let balance = attribution.free
        let person = random.pick(["p", "q", "r"])
        func units(_ most: Int64, _ random: inout Random) -> Amount { amount(max(1, random.pick([most, most, most / 2, most / 3, 1, 700, most + 1]))) }
        let charge = random.pick(charges)
        let lots = attribution.lots
        let fraud = lots.filter { $0.isFraud }
        let some = fraud.isEmpty ? charge.position : random.pick(fraud).position
        let source = events[Int(some)].source!
        switch random.below(40) {
        case 0..<5: return (.charge(account, Int64(100 * (1 + random.below(90))), random.pick([.creditCard, .debitCard, .point, .creditCard, .atmCash])), "anonymous")
        case 5..<10 where balance > 0: return (.pay(account, units(balance, &random).units), "anonymous")
        case 10, 11: 
            guard !payments.isEmpty else { return (.pay(account, 100), "anonymous") }
            let payment = random.pick(payments)
            return (.reverse(account, payment.position, units(payment.amount, &random).units), "anonymous")
        case 12..<20:
            let pool = (charges + payments).map(\.position)
            let picked = Array(Set((0..<(1 + random.below(4))).map { _ in random.pick(pool) })).sorted()
            let label = random.pick([Label.fraud, .fraud, .genuine, .unknown])
            let amends = random.below(2) == 0
            return (.damage(.label(reference, events: picked, label, basis: "seen", amends: amends ? "found" : nil)), amends ? nil : "inv")
        case 20, 21: return (.damage(.hold(reference, charge: random.pick([nil, some]), reason: nil)), "cert")
        case 22: return (.damage(.endHold(reference, charge: random.pick([nil, some]), reason: "no need")), nil)
        case 23, 24: 
            // Everything that is not judged after the first fraud is judged, so that somebody can be certified at all.
            let gaps = payments.filter { attribution.label(of: $0.position) == .unknown }.map(\.position)
            guard !gaps.isEmpty else { break }
            return (.damage(.label(reference, events: Array(gaps.prefix(100)), random.pick([.fraud, .genuine]), basis: "seen")), "inv")
        case 25, 26:
            let pattern = DamageCommand.Grounds.Pattern(ruleVersion: 1, score: 1, events: [charge.position])
            let disputes = cases.disputes.filter { $0.value.event.subject == .member(account) }.keys.sorted()
            guard let dispute = disputes.last else { break }
            let sums = try desk.found(person)
            let grounds = random.below(9) == 0 ? DamageCommand.Grounds(pattern: pattern) : DamageCommand.Grounds(dispute: dispute)
            return (.damage(.certify(person: person, sums, grounds, note: nil)), sums.genuineUse > 0 ? nil : "cert")
        case 27: return (.damage(.openDispute(reference, events: [charge.position], via: .app, note: nil)), random.pick(["anonymous", "anonymous", "cert"]))
        case 28, 29: return (.damage(.amend(person: person, try desk.found(person), reason: "found")), nil)
        case 30 where random.below(3) == 0: return (.damage(.revoke(person: person, reason: "mistaken")), nil)
        case 31:
            guard random.below(12) == 0 else { return (.compensation(.requestReversal(reference, charge: some, debitDate: nil, note: nil)), "cert") }
            return (.damage(.link(reference, other: .ordinal(random.pick(accounts)), evidence: "papers")), nil)
        case 32: return (.compensation(.rejectReversal(reference, charge: some, reason: nil)), "op-1")
        case 33, 34:
            let isDebit = source == .debitCard
            let from: FundingSource = isDebit ? .debitCard : .creditCard
            return (
                .compensation(
                    .confirmReversal(
                        reference, from, charge: some, units(events[Int(some)].amount, &random), isDebit ? .toBankAccount : .afterDebit, reference: nil)), "op-1")
        case 35: return (.compensation(.offer(reference, note: nil)), "op-1")
        case 36: return (.compensation(.agree(reference, amount(max(1, cases.compensationDue(account))))), nil)
        case 37:
            let promised = max(1, -(cases.nets[.compensation(account)] ?? 0))
            let owed = max(1, cases.nets[.recoverable(account)] ?? 0)
            return random.pick([
                (.compensation(.pay(reference, amount(promised), reference: nil)), "op-1"), (.compensation(.returned(reference, amount(200), reference: nil)), "op-1"),
                (.compensation(.repay(reference, amount(owed), statement: nil)), "op-1"), (.compensation(.waive(reference, amount(owed), reason: "small")), nil),
            ])
        case 38:
            guard let unmatched = cases.unmatched.values.randomElement(using: &random), let its = unmatched.tail.positions(.events).first else { break }
            return (.compensation(.matchReversal(unmatched: unmatched.position, reference, charge: random.pick([its, some]))), "op-1")
        case 39:
            return random.below(3) == 0
                ? (.money(.refund(reference, units(attribution.ownFree, &random), .smallAmount, note: nil)), nil)
                : (.money(.correctCharge(reference, charge: charge.position, units(charge.amount / 4, &random), reason: nil)), nil)
        default: break
        }
        return (.pay(account, 100), "anonymous")
    }
}

@Suite struct DamagePlayTests {
    @Test("A reversal that gives back what was open and what was made good of one charge stays whole when it is fixed (L5)")
    func fixedTwice() throws {
        let desk = try Victims()
        try desk.open("p")
        try desk.play("c7300 g7300")
        let (charge, payment) = (desk.played[0], desk.played[1])
        try desk.confirm(charge, .creditCard, 1)
        try desk.teller.ask(.reverse(desk.account, payment, 7_300))
        try desk.confirm(charge, .creditCard, 5)
        try desk.play("u100")
        try desk.label([try #require(desk.played.last)], .genuine)
        #expect(try desk.left() == [7_200, 0])
        try desk.expectSound()
    }

    @Test("Random work of the desks is sound at every group, however the views come to be", arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func sound(seed: UInt64) throws {
        var play = try DamagePlay(seed: seed)
        try play.go(500)
        let events = play.events
        var (books, audit, balances, damage) = (Books(), Audit(of: events), Balances(), Damage())
        for event in events {
            books.evolve(event)
            audit.take(event)
            guard event.isLastOfGroup else { continue }
            try balances.follow(play.desk.log, to: books.next)
            try damage.follow(play.desk.log, to: books.next)
            let wrong = balances.differences(from: audit) + damage.differences(from: audit) + books.differences(from: audit)
            if !wrong.isEmpty || !audit.findings.isEmpty {
                Issue.record("seed \(seed), \(event.position) \(event.kind.name): \(audit.findings) \(wrong)")
                return
            }
        }
        audit.finish()
        #expect(audit.findings == [], "seed \(seed)")
        #expect(try Balances.fold(play.desk.log).digest() == balances.digest())
        #expect(Set(events.map(\.kind)).count > 15)
    }
}
