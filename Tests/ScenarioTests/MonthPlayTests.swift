import Ledger
import Testing

@testable import Scenario

/// The month against the ledger's own core: every act is accepted or refused as planned, and what is certified at the
/// published instants is what was published.
@Suite struct MonthPlayTests {
    @Test func playsAsPlanned() throws {
        let plan = MonthPlan(seed: 8, scale: 250)
        var stage = Playing(marks: plan.marks)
        for act in plan.acts() { try stage.play(act) }
        #expect(stage.surprises.isEmpty, "\(stage.surprises.prefix(10))")
        let figures = stage.certified(before: ["2019-07-11 24:00 JST", "2019-07-29 17:00 JST", "2019-07-31 17:00 JST"].map { Instant($0)! })
        let spread = plan.spread
        #expect(figures == [spread.firstCount, spread.secondCount, spread.lastCount])
        #expect(figures[1] == Spread.Figure(people: 807, yen: 38_605_335))
        #expect(figures[2] == Spread.Figure(people: 808, yen: 38_615_473))
        // What is certified at the end is what the attack really took, but for what members spent of it.
        let taken = stage.truths.reduce(0) { $0 + ($1.kind == .fraudCharge ? $1.amount : 0) }
        let sums = stage.books.damage.certifications.values.map(\.sums)
        #expect(taken == sums.reduce(0) { $0 + $1.creditCard + $1.debitCard + $1.point + $1.genuineUse })
        #expect(Set(stage.truths.compactMap(\.person)).count == 808)
    }
}
