internal import Ledger

/// What one victim loses, as it is drawn: before anything is said of when and where.
struct Loss {
    /// `nil`: own balance only.
    var source: FundingSource?
    /// The thief's charges in yen, by rounds of charging and buying.
    var rounds: [[Int]] = []
    /// Of the member's own balance (D4).
    var own = 0
    /// Of the last round's charges, what the thief does not get to spend, in hundredths.
    var unspent = 0
    /// What the member spends of the thief's charges before noticing (D8).
    var genuineUse = 0
    /// A small payment whose label is corrected in the last two days: a thief's taken for the member's, or the other way round.
    var late: Late?

    enum Late: Equatable {
        case up(Int), down(Int)
    }

    /// What the victim is certified for in the end.
    var total: Int { rounds.joined().reduce(0, +) + own - genuineUse }

    /// What it was before the last two days' corrections.
    var totalBefore: Int {
        switch late {
        case .up(let amount): total - amount
        case .down(let amount): total + amount
        case nil: total
        }
    }
}

/// The victims' losses: drawn, then moved by small steps, many of them, until the sums are those that were published.
struct Losses {
    /// All but the hand-written one; the last is the one found last.
    private(set) var all: [Loss]

    /// Published: victims and yen as of 07-29 17:00 and 07-31 17:00 (domain.md §3.2).
    static let secondCount = (people: 807, yen: 38_605_335)
    static let lastCount = (people: 808, yen: 38_615_473)
    /// What the hand-written second night takes from account m-1001: 90,000 by card and 5,000 of its own.
    static let handWritten = 95_000
    /// One victim's at most; a card gives 30,000 at a time.
    static let most = 200_000
    static let mostPerCharge = 30_000
    private static let fewestPerCharge = 5_000

    /// Rounds of so many charges, and how many of a hundred victims see them.
    private static let creditRounds: [([Int], Int)] = [
        ([1], 33), ([2], 9), ([3], 3), ([1, 1], 22), ([2, 1], 10), ([2, 2], 2), ([1, 1, 1], 9), ([2, 1, 1], 6), ([3, 1, 1], 3), ([3, 2, 1], 2), ([3, 3], 1),
    ]
    private static let debitRounds: [([Int], Int)] = [([1], 62), ([2], 18), ([1, 1], 16), ([2, 1], 4)]

    init(seed: UInt64) {
        var chance = Chance(seed, .amount)
        let count = Self.lastCount.people - 1
        let last = 1
        let own = 64 + chance.below(22)
        let points = 38 + chance.below(16)
        let debit = 105 + chance.below(25)
        var sources = Deck<FundingSource?>(
            [(nil, own), (.point, points), (.debitCard, debit), (.creditCard, count - last - own - points - debit)], count: count - last, &chance)
        var credit = Deck(Self.creditRounds, count: count, &chance)
        var debits = Deck(Self.debitRounds, count: count, &chance)
        all = (0..<(count - last)).map { _ in Self.draw(sources.draw(), &credit, &debits, &chance) }
        addGenuineUse(&chance)
        let late = addLate(&chance)
        var missing = Loss()
        missing.own = Self.lastCount.yen - Self.secondCount.yen - late
        all.append(missing)
        reach(Self.secondCount.yen - Self.handWritten, &chance)
    }

    private static func draw(
        _ source: FundingSource?, _ credit: inout Deck<[Int]>, _ debits: inout Deck<[Int]>, _ chance: inout Chance
    ) -> Loss {
        var loss = Loss(source: source)
        let (credits, debits) = (credit.draw(), debits.draw())
        switch source {
        case nil:
            loss.own = chance.pick([(chance.within(300...2_500), 50), (chance.within(2_500...9_000), 38), (chance.within(9_000...30_000), 12)])
        case .point?: loss.rounds = [[chance.pick([(chance.within(400...3_000), 60), (chance.within(3_000...12_000), 40)])]]
        case .creditCard?, .debitCard?:
            let isCredit = source == .creditCard
            loss.rounds = (isCredit ? credits : debits).map { charges in
                (0..<charges).map { _ in
                    if chance.percent(isCredit ? 72 : 40) { return mostPerCharge }
                    return chance.within((isCredit ? 10 : 6)...29) * 1_000
                }
            }
            if chance.percent(36) {
                loss.own = chance.pick([(chance.within(80...1_500), 70), (chance.within(1_500...6_000), 30)])
            } else if chance.percent(18) {
                loss.unspent = chance.pick([(100, 25), (chance.within(25...75), 75)])
            }
        case .registerCash?, .atmCash?: break
        }
        return loss
    }

    /// A few members buy lunch with what the thief has charged.
    private mutating func addGenuineUse(_ chance: inout Chance) {
        let fit = all.indices.filter { all[$0].source == .creditCard && all[$0].rounds.count == 1 && all[$0].own == 0 }
        for index in fit.prefix(5) {
            all[index].unspent = chance.within(30...60)
            all[index].genuineUse = chance.within(150...900)
        }
    }

    /// Two small payments prove to be the thief's and two the member's: what they change together.
    private mutating func addLate(_ chance: inout Chance) -> Int {
        let fit = all.indices.filter { all[$0].source == .creditCard && all[$0].rounds.count == 1 && all[$0].own == 0 && all[$0].unspent == 0 }
        var change = 0
        for (place, index) in fit.prefix(4).enumerated() {
            let amount = chance.within(300...1_900)
            all[index].late = place % 2 == 0 ? .up(amount) : .down(amount)
            if place % 2 == 0 { all[index].own = amount }
            change += place % 2 == 0 ? amount : -amount
        }
        return change
    }

    /// Moves charges by 1,000 yen, one step each and in an order that chance has shuffled, then own parts and points by a yen
    /// each, until the sum is met. No victim takes more than a small share of the difference.
    private mutating func reach(_ target: Int, _ chance: inout Chance) {
        let counted = all.indices.dropLast()
        var left = target - counted.reduce(0) { $0 + all[$1].totalBefore }
        var charges: [(loss: Int, round: Int, place: Int)] = []
        for loss in counted where all[loss].source == .creditCard || all[loss].source == .debitCard {
            for round in all[loss].rounds.indices { charges += all[loss].rounds[round].indices.map { (loss, round, $0) } }
        }
        chance.shuffle(&charges)
        // Down to what single yen can add.
        while !(0..<1_000).contains(left) {
            let step = left < 0 ? -1_000 : 1_000
            var moved = false
            for charge in charges where !(0..<1_000).contains(left) {
                let amount = all[charge.loss].rounds[charge.round][charge.place] + step
                guard amount <= Self.mostPerCharge, amount >= Self.fewestPerCharge, all[charge.loss].total + step <= Self.most else { continue }
                all[charge.loss].rounds[charge.round][charge.place] = amount
                left -= step
                moved = true
            }
            precondition(moved, "the victims' charges can be moved as far as the published sum")
        }
        var small = counted.filter { all[$0].late == nil && (all[$0].own > 0 || all[$0].source == .point) }
        chance.shuffle(&small)
        while left > 0 {
            for loss in small where left > 0 {
                if all[loss].source == .point { all[loss].rounds[0][0] += 1 } else { all[loss].own += 1 }
                left -= 1
            }
        }
    }
}
