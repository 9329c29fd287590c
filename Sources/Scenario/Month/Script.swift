internal import Ledger

/// Turns losses into what happened on each account: the member's own use first, then a sign-in from abroad, the runner's
/// phone, rounds of charging and buying in a far store (domain.md §6.1, §6.7).
struct Script {
    let seed: UInt64
    let enrolment: Enrolment
    let towns: Towns

    /// One runner's phone: where it begins to buy, when, and where.
    struct Shift {
        let device: Int
        let start: Moment
        let store: Int
    }

    func victim(_ loss: Loss, member: Int, at start: Moment, _ shift: Shift) -> Case {
        var chance = Chance(seed, .script, member)
        var found = Case(kind: .victim(loss.source), member: member)
        found.device = shift.device
        found.takenAt = start
        found.foreignLoginAt = foreignLogin(before: start, &chance)
        let kept = kept(loss, &chance)
        found.moves = own(member, balance: loss.own + kept, until: min(start, found.foreignLoginAt) - 300, &chance)
        var time = start + chance.within(60...240)
        var rest = 0
        for (index, charges) in loss.rounds.enumerated() {
            for amount in charges {
                found.moves.append(Case.Move(time, loss.source, amount, isFraud: true, round: index + 1))
                time += chance.within(12...60)
            }
            let isLast = index + 1 == loss.rounds.count
            let charged = charges.reduce(0, +)
            var payment = charged - leave(of: charged, exact: loss.late != nil || loss.source == .point, &chance)
            if isLast, loss.unspent > 0 { payment = charged * (100 - loss.unspent) / 100 / 500 * 500 }
            rest += charged - payment
            time += chance.within(600...2_100)
            for part in parts(payment, &chance) {
                found.moves.append(Case.Move(time, nil, part, store: shift.store, isFraud: true, round: index + 1))
                time += chance.within(200...900)
            }
        }
        if loss.own > 0 {
            let isSweep = loss.source != nil
            let taken: Label? = if case .up = loss.late { .genuine } else { nil }
            for part in isSweep ? [rest + loss.own] : split(loss.own, &chance) {
                found.moves.append(Case.Move(time, nil, part, store: shift.store, isFraud: true, round: max(1, loss.rounds.count), taken: taken))
                time += chance.within(120...700)
            }
        }
        let home = towns.home(of: member).near
        if loss.genuineUse > 0 {
            time += chance.within(600...3_000)
            found.moves.append(Case.Move(time, nil, kept + loss.genuineUse, store: home, isFraud: false))
        }
        if case .down(let amount) = loss.late {
            time += chance.within(1_800...3_600)
            found.moves.append(Case.Move(time, nil, amount, store: home, isFraud: false, taken: .fraud))
        }
        return found
    }

    /// A member's use that fits the pattern though nobody stole anything: a card charge, and soon all of it spent.
    func lookalike(member: Int) -> Case {
        var chance = Chance(seed, .script, member)
        var found = Case(kind: .lookalike, member: member)
        let isLarge = chance.percent(34)
        let amount = (isLarge ? chance.within(10...17) : chance.within(4...9)) * 1_000
        // Large ones go over midnight: the rule of thumb of the first estimate does not see them.
        var time = isLarge ? July.at(chance.within(1...2), 21) + chance.below(9_000) : July.at(chance.within(2...3), 8) + chance.below(28_000)
        time = max(time, enrolment.moment(member) + 600)
        if isLarge { time = max(time, July.at(1, 21) + chance.below(9_000)) }
        let source: FundingSource = chance.percent(75) ? .creditCard : .debitCard
        found.moves.append(Case.Move(time, source, amount, isFraud: false, taken: .fraud))
        time = isLarge ? July.at(time / July.day + 2, 7) + chance.below(9_000) : time + chance.within(900...9_000)
        let store = towns.home(of: member).near
        var left = amount - (chance.percent(50) ? 0 : chance.within(1...amount / 12))
        while left > 0 {
            let part = chance.percent(55) ? left : min(left, max(200, left / 2 + chance.within(-150...150)))
            found.moves.append(Case.Move(time, nil, part, store: store, isFraud: false, taken: .fraud))
            left -= part
            time += chance.within(600...5_400)
        }
        return found
    }

    /// A member who pays a household's bills at the till: two or three card charges and about their sum spent, in one day.
    func heavy(member: Int, about target: Int) -> Case {
        var chance = Chance(seed, .script, member)
        var found = Case(kind: .heavy, member: member)
        let date = chance.within(2...3)
        var time = July.at(date, 8) + chance.below(4 * 3600)
        let wanted = min(96_000, max(24_000, target + chance.within(-16_000...16_000)))
        var left = wanted / 1_000 * 1_000
        let source: FundingSource = chance.percent(80) ? .creditCard : .debitCard
        while left > 0 {
            let amount = min(30_000, left)
            found.moves.append(Case.Move(time, source, amount, isFraud: false))
            left -= amount
            time += chance.within(40...400)
        }
        time += chance.within(900...7_200)
        let store = towns.home(of: member).near
        var spent = wanted / 1_000 * 1_000 - chance.within(0...wanted / 15)
        while spent > 0 {
            let part = chance.percent(60) ? spent : min(spent, max(1_000, spent * 2 / 3 + chance.within(0...499)))
            found.moves.append(Case.Move(time, nil, part, store: store, isFraud: false))
            spent -= part
            time += chance.within(300...7_200)
        }
        return found
    }

    // MARK: Parts of it

    /// Up to a day before the runner signs in, and while addresses abroad still could.
    private func foreignLogin(before start: Moment, _ chance: inout Chance) -> Moment {
        let latest = min(start - 600, July.cardStop - 600)
        // Some runners are told at once.
        if start <= July.cardStop, chance.percent(30) { return max(July.at(2, 3, 55), latest - chance.below(1_500)) }
        let earliest = max(July.at(2, 3, 50), latest - 20 * 3600)
        return chance.within(min(earliest, latest)...latest)
    }

    /// Of the member's own balance, what the thief leaves.
    private func kept(_ loss: Loss, _ chance: inout Chance) -> Int {
        if loss.genuineUse > 0 { return chance.within(100...500) }
        if case .down(let amount) = loss.late { return amount + chance.within(0...800) }
        if loss.own > 0 { return chance.percent(60) ? 0 : chance.within(1...900) }
        return chance.percent(45) ? chance.within(40...4_000) : 0
    }

    /// The member's own charge and what was bought before, so that exactly `balance` is left.
    private func own(_ member: Int, balance: Int, until: Moment, _ chance: inout Chance) -> [Case.Move] {
        guard balance > 0 else { return [] }
        let opened = enrolment.moment(member) + 300
        let charge = (balance + 999) / 1_000 * 1_000 + chance.within(0...2) * 1_000
        let sources: [(FundingSource, Int)] = [(.registerCash, 60), (.atmCash, 22), (.creditCard, charge <= 30_000 ? 14 : 0)]
        var time = opened + chance.below(max(1, min(4 * 3600, (until - opened) / 3)))
        var moves = [Case.Move(time, chance.pick(sources), charge, isFraud: false)]
        let home = towns.home(of: member)
        for part in split(charge - balance, &chance) {
            time += max(1, chance.below(max(1, (until - time) / 3)))
            moves.append(Case.Move(time, nil, part, store: chance.percent(80) ? home.near : home.other, isFraud: false))
        }
        return moves
    }

    /// In two, if that leaves something to buy with each.
    private func split(_ amount: Int, _ chance: inout Chance) -> [Int] {
        guard amount > 0 else { return [] }
        guard amount > 600, chance.percent(50) else { return [amount] }
        let first = amount / 3 + chance.below(amount / 3)
        return [first, amount - first]
    }

    /// What of a round's charges stays on the account: cartons cost 5,000, packs 500.
    private func leave(of charged: Int, exact: Bool, _ chance: inout Chance) -> Int {
        guard !exact else { return 0 }
        let most = charged / 10
        let wish = chance.pick([(0, 55), (charged % 5_000, 25), (chance.within(1...4) * 500, 20)])
        return wish <= most ? wish : 0
    }

    /// A large sum is sometimes spent in two stores' worth of cartons.
    private func parts(_ payment: Int, _ chance: inout Chance) -> [Int] {
        guard payment > 0 else { return [] }
        guard payment > 50_000, chance.percent(35) else { return [payment] }
        let first = payment / 2 / 5_000 * 5_000
        return [first, payment - first]
    }
}
