import Ledger
import Testing

@testable import Scenario

/// The end against the ledger's own core, and the plan's own figures.
@Suite struct EndTests {
    @Test(arguments: [8, 20_190_701]) func playsAsPlanned(seed: UInt64) throws {
        let month = MonthPlan(seed: seed, scale: 250)
        let end = EndPlan(month)
        var stage = Playing(marks: end.marks)
        for act in month.acts() { try stage.play(act) }
        #expect(stage.surprises.isEmpty, "\(stage.surprises.prefix(10))")
        let july = stage.certified(before: [MonthPlan.end])
        #expect(july == [Spread.Figure(people: 808, yen: 38_615_473)])
        var atTheEnd: ShutdownBooks?
        for act in end.acts() {
            try stage.play(act)
            if act.at == July.instant(Ending.ends) { atTheEnd = stage.books.shutdown }
        }
        #expect(stage.surprises.isEmpty, "\(stage.surprises.prefix(10))")
        // Nothing certified changes: what is made good is.
        #expect(stage.certified(before: [Instant("2020-07-01 00:00 JST")!]) == july)

        let fixed = try #require(atTheEnd).refunds
        let held = fixed.count { !$0.holds.isEmpty }
        #expect((5...40).contains(held))
        let books = stage.books
        let refunds = books.shutdown.refunds
        func count(_ state: ShutdownBooks.State) -> Int { refunds.count { $0.state == state && $0.fixed > 0 } }
        #expect(refunds.map(\.fixed) == fixed.map(\.fixed))
        #expect(count(.paid) > 500 && count(.excluded) > 1_000)
        #expect(count(.returned) > 0 && count(.released) > 0 && count(.claimed) == 0)
        #expect(books.shutdown.holdsDue.isEmpty)
        // Every yen that was fixed or came later is somewhere.
        let sum = fixed.reduce(0) { $0 + $1.fixed }
        let adjusted = stage.sum(.paymentReversedToRefund) + stage.sum(.holdReleasedToRefund) - stage.sum(.fraudHeldFromRefund)
        let open = refunds.reduce(0) { $0 + $1.open }
        let paid = stage.paidAfterTheEnd
        let accounts = UInt64(refunds.count)
        let transit = (1...accounts).reduce(0) { $0 + books.balance(.payoutInTransit($1)) }
        let excluded = stage.sum(.refundExcluded) - stage.sum(.lateClaimAccepted)
        #expect(sum + adjusted == open + paid + transit + excluded)
        // Each of the story's turns happened.
        for kind in [
            EventKind.refundHeld, .refundUnheld, .payeeCorrected, .lateClaimAccepted, .refundReturned,
            .paymentReversedToRefund, .securityDeposited, .securityReclaimed, .resultFileRecorded,
        ] { #expect(stage.kinds[kind, default: 0] > 0, "\(kind.name)") }
        // Few at this scale, and one kind may be missing.
        #expect(stage.kinds[.claimRejected, default: 0] + stage.kinds[.claimWithdrawn, default: 0] > 0)
        #expect(stage.kinds[.serviceTerminated] == 1 && stage.kinds[.claimsClosed] == 1)
        #expect(books.balance(.security(.deposit)) == 0 && books.balance(.payoutInTransit(4)) == 0)
    }

    /// Per member as published: of 1.5 million, about 370,000 with 190 million yen; a third of them claim, with two thirds
    /// of the yen (domain.md §4.2).
    @Test(arguments: [(20_190_701, 100), (7, 100), (1, 20)] as [(UInt64, Int)]) func whatIsLeft(seed: UInt64, scale: Int) {
        let month = MonthPlan(seed: seed, scale: scale)
        let figures = EndPlan(month).figures
        #expect(figures.left.people == figures.july.people)
        // The attack's look-alikes and heavy users stand beside the crowd at every scale.
        let others = 1_100
        let people = (figures.left.people - others) * scale
        #expect((200_000...390_000).contains(people), "\(people)")
        let mean = figures.left.yen / Int64(figures.left.people)
        #expect((480...680).contains(mean), "\(mean)")
        let (claimers, yen) = (figures.claimed.people * 1_000 / figures.left.people, figures.claimed.yen * 1_000 / figures.left.yen)
        #expect((290...360).contains(claimers) && (570...690).contains(yen), "\(claimers) \(yen)")
    }

    @Test func sameSeedSameActs() {
        let first = Self.digest(EndPlan(MonthPlan(seed: 5, scale: 250)))
        #expect(first == Self.digest(EndPlan(MonthPlan(seed: 5, scale: 250))))
        #expect(first != Self.digest(EndPlan(MonthPlan(seed: 6, scale: 250))))
    }

    @Test func inTimeOrder() {
        var last = MonthPlan.end
        for act in EndPlan(MonthPlan(scale: 100)).acts() {
            #expect(act.at >= last)
            last = act.at
        }
        #expect(last > Instant("2020-06-01 00:00 JST")! && last < Instant("2020-07-01 00:00 JST")!)
    }

    /// The acts of July are what they were before there was an end.
    @Test func julyIsUnchanged() {
        let july = MonthTests.digest(MonthPlan(seed: 5, scale: 250))
        #expect(july.count == Self.julyCount)
        #expect(july.digest == Self.julyDigest)
    }

    private static let julyCount = 50_722
    private static let julyDigest: UInt64 = 1_915_418_412_734_789_379

    /// Two members with the same bank account would stand in one file twice.
    @Test func payeesDiffer() {
        let payees = Payees(3)
        var numbers: Set<InventedPayee> = []
        for member in 0..<5_000 { numbers.insert(payees.payee(of: member, .bank, attempt: 1)) }
        #expect(numbers.count == 5_000)
        guard case .bank(_, _, _, _, let wrong, let name) = payees.payee(of: 77, .bank, attempt: 0),
            case .bank(_, _, _, _, let right, let same) = payees.payee(of: 77, .bank, attempt: 1)
        else { return #expect(Bool(false)) }
        #expect(InventedBank.answer(to: wrong) != .paid && InventedBank.answer(to: right) == .paid && name == same)
    }

    private static func digest(_ plan: EndPlan) -> UInt64 {
        var positions = Positions(count: plan.marks)
        for number in 0..<plan.marks { positions.set(Mark(number: number), UInt64(number + 1)) }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ bytes: some Sequence<UInt8>) { for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
        for act in plan.acts() {
            take("\(act.at.microseconds) \(act.by.name) \(act.mark?.number ?? -1) \(act.telling ?? "") \(act.isRefused)".utf8)
            switch act.asks {
            case .command(let command): take(command.canonicalBytes(occurredAt: act.occurredAt, access: act.access))
            case .later(let make): if let command = make(positions) { take(command.canonicalBytes(occurredAt: nil, access: act.access)) }
            case .payee(let payee, let make):
                take("\(payee)".utf8)
                take(make(Pseudonym(high: 1, low: 2)).canonicalBytes(occurredAt: nil, access: act.access))
            case .look, .paper, .step, .wait: break
            }
        }
        return hash
    }
}
