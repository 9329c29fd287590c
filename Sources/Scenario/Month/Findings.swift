internal import Ledger

/// What the investigation finds, when: who calls, which routes there are, when each case is judged, certified, amended or
/// revoked. The published figures fix how many cases stand at which instant, and for how much.
struct Findings {
    /// Published for 07-11: 1,574 people, about 32.4 million yen. The surplus over the victims proves to be look-alikes.
    static let firstCount = (people: 1_574, yen: 32_400_000)
    /// Published for 07-04 06:00: about 900 people and 55 million yen by a rule of thumb.
    static let estimate = (people: 900, yen: 55_000_000)

    private let seed: UInt64
    private static let begins = July.at(5, 12, 30)
    /// The first report: 07-02, in the evening (domain.md §2.2).
    private static let firstCall = July.at(2, 18, 30)
    /// Nothing is found by pattern before monitoring was strengthened.
    private static let pattern = July.at(6, 12)

    init(seed: UInt64) { self.seed = seed }

    // MARK: Victims

    /// Who calls when, and when the case is judged. `isLast`: the victim found between the last two counts.
    func plan(_ found: inout Case, _ number: Int, report: Report, isLast: Bool) {
        var chance = Chance(seed, .report, number)
        let isUnspent = found.kind != .victim(nil) && found.moves.reduce(0) { $0 + ($1.isFraud ? $1.isCharge ? $1.amount : -$1.amount : 0) } > 4_000
        let isEarly = report == .early || isUnspent
        if isLast {
            found.reportedAt = July.at(29, 18, 35)
            found.judgedAt = July.at(30, 11, 20)
            found.certifiedAt = July.at(30, 15, 5)
        } else if isEarly {
            let called = max(found.firstFraud + chance.within(600...6_900), found.moves[found.moves.count - 1].at + 240)
            // Nobody called before the second evening.
            found.reportedAt = called < Self.firstCall ? Self.firstCall + chance.below(3 * 3600) : called
            found.judgedAt = later(than: found.reportedAt!, from: 5, to: 9, &chance)
        } else {
            if report == .later {
                let called = Self.workday(chance.percent(55) ? chance.within(5...10) : chance.within(11...27), &chance)
                found.reportedAt = max(called, found.lastFraud + 5_000)
            }
            let known = found.reportedAt.map { $0 < July.at(10, 18) } ?? false
            found.judgedAt = later(than: known ? found.reportedAt! : found.lastFraud, from: 5, to: 10, &chance)
        }
        found.routes = routes(found, &chance)
        if found.routes.contains(.patternOwnDetermination) { found.judgedAt = max(found.judgedAt, Self.pattern + chance.below(20_000)) }
        if !isLast { found.certifiedAt = found.judgedAt + chance.within(3_600...12_000) }
        found.lockedAt = isEarly && !isLast ? found.reportedAt! + chance.within(60...300) : found.judgedAt + 120
    }

    enum Report { case early, later, never }

    private func routes(_ found: Case, _ chance: inout Chance) -> [Route] {
        let isCard = found.kind == .victim(.creditCard) || found.kind == .victim(.debitCard)
        if let reported = found.reportedAt, reported < found.judgedAt {
            return isCard && chance.percent(12) ? [.memberInquiry, .cardCompanyInfo] : [.memberInquiry]
        }
        return isCard && chance.percent(66) ? [.cardCompanyInfo] : [.patternOwnDetermination]
    }

    /// A moment of the working days `from` … `to`, at least two hours after another.
    private func later(than moment: Moment, from: Int, to: Int, _ chance: inout Chance) -> Moment {
        let after = max(moment + 7_200, Self.begins)
        let drawn = Self.workday(chance.within(from...to), &chance)
        if drawn >= after { return drawn }
        // The next working hours.
        let date = after / July.day + 1
        return after % July.day < 18 * 3600 ? max(after, July.at(date, 9)) + chance.below(3_000) : July.at(date + 1, 9) + chance.below(20_000)
    }

    static func workday(_ date: Int, _ chance: inout Chance) -> Moment { July.at(date, 9) + chance.below(10 * 3600) }

    // MARK: Look-alikes

    func planLookalike(_ found: inout Case, _ number: Int) {
        var chance = Chance(seed, .report, 10_000 + number)
        found.judgedAt = max(later(than: found.moves[found.moves.count - 1].at, from: 6, to: 10, &chance), Self.pattern + chance.below(20_000))
        found.certifiedAt = found.judgedAt + chance.within(3_600...12_000)
        found.amendedAt = Self.workday(chance.within(13...27), &chance)
        found.routes = [.patternOwnDetermination]
    }

    // MARK: The first count

    /// Has so many victims be certified for their first round only, and amended later, that the first count comes near the
    /// published sum.
    func understate(_ cases: inout [Case]) {
        var chance = Chance(seed, .shuffle, 1)
        var sum = cases.reduce(0) { $0 + ($1.certifiedAt < July.firstCount ? Int($1.entitlement(first: true).total) : 0) }
        var fit = cases.indices.filter { cases[$0].isVictim && cases[$0].amendedAt == nil && (cases[$0].moves.last?.round ?? 0) > 1 }
        chance.shuffle(&fit)
        for index in fit where sum > Self.firstCount.yen {
            guard let partial = Self.firstRoundOnly(cases[index]) else { continue }
            let less = Int(cases[index].entitlement(first: true).total - partial.entitlement(first: true).total)
            // The last ones may not fit; a smaller one still may.
            guard less > 0, sum - less > Self.firstCount.yen - 20_000 else { continue }
            cases[index] = partial
            cases[index].amendedAt = Self.workday(chance.within(13...27), &chance)
            if cases[index].certifiedAt < July.firstCount { sum -= less }
        }
    }

    /// The same case, its later rounds taken for the member's own; `nil` where that would leave an odd certification.
    private static func firstRoundOnly(_ found: Case) -> Case? {
        var partial = found
        for index in partial.moves.indices where partial.moves[index].round > 1 {
            partial.moves[index].taken = partial.moves[index].isCharge ? .unknown : .genuine
        }
        var sums = partial.entitlement(first: true)
        // A last payment that reached into the first round's charges was the thief's beyond doubt.
        if sums.genuineUse > 0, let last = partial.moves.lastIndex(where: { $0.round > 1 && !$0.isCharge }) {
            partial.moves[last].taken = nil
            sums = partial.entitlement(first: true)
        }
        return sums.genuineUse == 0 && sums.total > 0 ? partial : nil
    }

    // MARK: The estimate

    /// What the rule of thumb counts at 07-04 06:00: card charges of 10,000 and more, and within a tenth of that spent on
    /// the same day in Japan.
    static func estimate(_ cases: some Sequence<Case>) -> (people: Int, yen: Int) {
        var found = (people: 0, yen: 0)
        for one in cases {
            var days: [Int: (charged: Int, paid: Int)] = [:]
            for move in one.moves where move.at < July.at(4, 0) {
                if move.source == .creditCard || move.source == .debitCard {
                    days[move.at / July.day, default: (0, 0)].charged += move.amount
                } else if !move.isCharge {
                    days[move.at / July.day, default: (0, 0)].paid += move.amount
                }
            }
            let sum = days.values.reduce(0) { sum, day in
                sum + (day.charged >= 10_000 && abs(day.charged - day.paid) * 10 <= day.charged ? day.charged : 0)
            }
            if sum > 0 { found = (found.people + 1, found.yen + sum) }
        }
        return found
    }
}
