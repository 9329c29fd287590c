import Ledger
import Testing

@testable import Scenario

/// The generated month: the same from the same seed, in time order, and planned to the published figures.
@Suite struct MonthTests {
    static let seeds: [UInt64] = [20_190_701, 1, 2, 3, 77, 4_711]

    @Test(arguments: seeds) func publishedFigures(seed: UInt64) {
        let spread = MonthPlan(seed: seed, scale: 250).spread
        #expect(spread.victims == 808)
        #expect(spread.secondCount == Spread.Figure(people: 807, yen: 38_605_335))
        #expect(spread.lastCount == Spread.Figure(people: 808, yen: 38_615_473))
        #expect(spread.amounts.reduce(0, +) == 38_615_473)
        #expect(spread.firstCount.people == 1_574)
        #expect(abs(spread.firstCount.yen - 32_400_000) < 1_000_000)
        #expect(abs(spread.estimate.people - 900) <= 5)
        #expect(abs(spread.estimate.yen - 55_000_000) < 2_000_000)
    }

    @Test(arguments: seeds) func plausibleVictims(seed: UInt64) {
        let plan = MonthPlan(seed: seed, scale: 250)
        let spread = plan.spread
        #expect((1...2_500).contains(spread.amounts[0]))
        #expect((150_000...200_000).contains(spread.amounts[807]))
        #expect((30_000...45_000).contains(spread.quantile(50)))
        let people = spread.bySource.map(\.people)
        #expect(people.reduce(0, +) == 808)
        // Credit ≫ debit > points; 5 to 15 % lose nothing but their own balance.
        #expect(people[0] > 4 * people[1] && people[1] > people[2])
        #expect((41...121).contains(people[3]))
        #expect(spread.lastLossByDate.keys.min() == 2)
        #expect(spread.lastLossByDate.keys.max() == 13 || spread.lastLossByDate.keys.max() == 12)
        #expect((90...130).contains(spread.runnerDevices))
        #expect(plan.cases.contains { $0.isVictim && $0.entitlement(first: false).genuineUse > 0 })
    }

    /// No victim was bent to make the sum come out: each of a thief's charges is one a card or a point account gives.
    @Test func noPlug() {
        for seed in Self.seeds {
            let losses = Losses(seed: seed).all
            for loss in losses {
                for amount in loss.rounds.joined() {
                    if loss.source == .point {
                        #expect((1...13_000).contains(amount))
                    } else {
                        #expect(amount % 1_000 == 0 && (5_000...30_000).contains(amount))
                    }
                }
                #expect((0...30_100).contains(loss.own))
                #expect(loss.total <= 200_000)
            }
            #expect((3_000...15_000).contains(losses[806].total))
        }
    }

    @Test func rulesAreObeyed() {
        let plan = MonthPlan(scale: 250)
        for found in plan.cases {
            #expect(found.moves.map(\.at) == found.moves.map(\.at).sorted(), "\(found.account)")
            var balance = 0
            for move in found.moves {
                if let source = move.source {
                    #expect(move.amount <= FirstDay.policy[source].perCharge && move.amount % Int(FirstDay.policy[source].step) == 0)
                    #expect(July.isOpen(source, at: move.at))
                    balance += move.amount
                    #expect(balance <= 100_000, "\(found.account) \(balance)")
                } else {
                    balance -= move.amount
                    #expect(balance >= 0, "\(found.account) \(balance)")
                }
                #expect(found.member.map { move.at > plan.enrolment.moment($0) } ?? true)
            }
            guard found.kind != .heavy else { continue }
            #expect(found.lastFraud < found.judgedAt && found.judgedAt < found.certifiedAt, "\(found.account)")
            #expect(found.amendedAt.map { found.certifiedAt < $0 } ?? true, "\(found.account)")
            if let reported = found.reportedAt {
                #expect(reported >= July.at(2, 18, 30), "\(found.account)")
                #expect(reported > found.lastFraud || found.member == nil, "\(found.account)")
            }
        }
    }

    @Test func sameSeedSameActs() {
        let (first, count) = Self.digest(MonthPlan(seed: 5, scale: 250))
        let again = Self.digest(MonthPlan(seed: 5, scale: 250))
        #expect(first == again.digest && count == again.count)
        #expect(first != Self.digest(MonthPlan(seed: 6, scale: 250)).digest)
    }

    @Test(arguments: [250, 100]) func inTimeOrder(scale: Int) {
        var last = Instant(microseconds: 0)
        var (truths, later) = (0, 0)
        for act in MonthPlan(scale: scale).acts() {
            #expect(act.at >= last)
            last = act.at
            if act.truth != nil { truths += 1 }
            if case .later = act.asks { later += 1 }
        }
        #expect(last < Instant("2019-08-01 00:00 JST")!)
        #expect(truths > 3_000 && later > 3_000)
    }

    /// A larger scale brings a larger crowd and the same victims.
    @Test func scaleIsTheCrowd() {
        let (small, large) = (MonthPlan(seed: 9, scale: 250), MonthPlan(seed: 9, scale: 20))
        #expect(large.members == 75_000)
        #expect(small.spread.amounts == large.spread.amounts)
        #expect(small.spread.bySource.map(\.people) == large.spread.bySource.map(\.people))
    }

    /// Of every act: when, by whom, what, through which access; positions are made up.
    static func digest(_ plan: MonthPlan) -> (digest: UInt64, count: Int) {
        var positions = Positions(count: plan.marks)
        for number in 0..<plan.marks { positions.set(Mark(number: number), UInt64(number + 1)) }
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func take(_ bytes: some Sequence<UInt8>) { for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 } }
        var count = 0
        for act in plan.acts() {
            count += 1
            take("\(act.at.microseconds) \(act.by.name) \(act.mark?.number ?? -1) \(act.telling ?? "") \(act.isRefused) \(String(describing: act.truth))".utf8)
            switch act.asks {
            case .command(let command): take(command.canonicalBytes(occurredAt: nil, access: act.access))
            case .later(let make): take(make(positions)!.canonicalBytes(occurredAt: nil, access: act.access))
            case .step, .look, .payee, .paper, .wait: break
            }
        }
        return (hash, count)
    }
}
