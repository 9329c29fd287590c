internal import Ledger

/// One act of an ordinary member, in sixteen bytes: a day of the full month has half a million of them.
struct Deed {
    var at: UInt32
    var member: UInt32
    var amount: UInt32
    var store: UInt16
    var what: What
    var source: UInt8

    enum What: UInt8 {
        case open, logIn, mistype, charge, pay, reset
        /// Asked for after it was stopped, or before the mandated reset: refused.
        case lateCharge, latePay
    }

    init(_ at: Moment, _ member: Int, _ what: What, _ amount: Int = 0, source: FundingSource? = nil, store: Int = 0) {
        self.at = UInt32(at)
        self.member = UInt32(member)
        self.amount = UInt32(amount)
        self.store = UInt16(store)
        self.what = what
        self.source = source?.rawValue ?? 0
    }
}

/// Ordinary members: they register, charge a little, buy lunch, come back less often once they cannot charge. Drawn a
/// day at a time; between days only each member's balance and whether the password was reset is kept.
struct Genuine {
    private let seed: UInt64
    private let enrolment: Enrolment
    private let towns: Towns
    /// Members whose month is planned elsewhere.
    private let isPlanned: [Bool]
    private(set) var balances: [Int32]
    private(set) var wasReset: [Bool]

    /// 64 quantiles of a log-normal distribution: median 500 yen, 99 % below 5,000 (domain.md §6.7).
    private static let payments = [
        50, 70, 87, 102, 116, 129, 142, 154, 166, 178, 190, 202, 214, 226, 238, 250, 263, 275, 288, 302, 315, 329, 343, 357, 372, 388, 403,
        420, 436, 454, 472, 490, 510, 530, 551, 573, 596, 620, 645, 672, 700, 729, 760, 794, 829, 867, 908, 952, 999, 1051, 1107, 1170, 1239,
        1316, 1404, 1505, 1623, 1763, 1933, 2150, 2439, 2860, 3576, 5474,
    ]
    private static let charges = [
        (1_000, 24), (2_000, 15), (3_000, 20), (4_000, 4), (5_000, 24), (7_000, 1), (10_000, 9), (15_000, 1), (20_000, 1), (30_000, 1),
    ]
    private static let sources: [(FundingSource, Int)] = [
        (.registerCash, 42), (.atmCash, 12), (.creditCard, 30), (.debitCard, 9), (.point, 7),
    ]
    /// Visits a day, in hundredths, by kind of user.
    private static let habits = [(18, 30), (40, 34), (80, 25), (170, 11)]

    init(seed: UInt64, enrolment: Enrolment, towns: Towns, isPlanned: [Bool]) {
        self.seed = seed
        self.enrolment = enrolment
        self.towns = towns
        self.isPlanned = isPlanned
        balances = Array(repeating: 0, count: enrolment.count)
        wasReset = Array(repeating: false, count: enrolment.count)
    }

    /// The acts of one day of July (from 0), in time order; those of one moment in the members' order. O(members) a day.
    mutating func day(_ day: Int) -> [Deed] {
        var deeds: [Deed] = []
        let come = enrolment.members(before: (day + 1) * July.day)
        for member in 0..<come where !isPlanned[member] { add(member, day, &deeds) }
        // Members are added in order, and a member's acts one after the other: equal keys cannot be.
        deeds.sort { ($0.at, $0.member, $0.what.rawValue) < ($1.at, $1.member, $1.what.rawValue) }
        return deeds
    }

    /// What is left when the month is over, all its days drawn. O(members × days).
    mutating func pass() {
        for day in 0..<(July.end / July.day) { _ = self.day(day) }
    }

    private mutating func add(_ member: Int, _ day: Int, _ deeds: inout [Deed]) {
        let isNew = day < 4
        let canCharge = day < 4
        guard balances[member] > 0 || canCharge else { return }
        var profile = Chance(seed, .profile, member)
        let isUser = profile.percent(74)
        let habit = profile.pick(Self.habits)
        let source = profile.pick(Self.sources)
        var chance = Chance(seed, .day, member * 32 + day)
        var from = day * July.day
        if isNew {
            let opens = enrolment.moment(member)
            if opens >= from {
                deeds.append(Deed(opens, member, .open))
                // A day's acts stay within it.
                let end = (day + 1) * July.day - 1
                if chance.percent(2) { deeds.append(Deed(min(opens + 9, end), member, .mistype)) }
                deeds.append(Deed(min(opens + 20, end), member, .logIn))
                from = opens + 300
            }
        }
        guard isUser else { return }
        // A new member comes within a day or so; later the rest is spent more and more slowly.
        let share = day < 4 ? 150 : max(60, 110 - 3 * day)
        var visits = habit * share / 100
        var times: [Moment] = []
        while visits > 0, times.count < 4 {
            if chance.below(100) < visits { times.append(Self.moment(day, &chance)) }
            visits -= 100
        }
        times.sort()
        var last = from
        for time in times where time >= last {
            visit(member, time, source, &chance, &deeds)
            last = time + 120
        }
    }

    private mutating func visit(_ member: Int, _ time: Moment, _ source: FundingSource, _ chance: inout Chance, _ deeds: inout [Deed]) {
        var amount = Self.amount(&chance)
        let home = towns.home(of: member)
        let store = chance.percent(80) ? home.near : home.other
        if Int(balances[member]) < amount, chance.percent(balances[member] == 0 ? 90 : 45) {
            let charge = source == .point ? chance.within(20...1_500) : chance.pick(Self.charges)
            if July.isOpen(source, at: time - 90) {
                deeds.append(Deed(time - 90, member, .charge, charge, source: source))
                balances[member] += Int32(charge)
            } else if source == .creditCard || source == .debitCard, time < July.at(4, 12), chance.percent(8) {
                deeds.append(Deed(time - 90, member, .lateCharge, charge, source: source))
            }
        }
        let balance = Int(balances[member])
        if balance < amount {
            // After the stops what is left cannot be topped up any more: fewer use it up.
            guard balance >= 30, chance.percent(time >= July.at(5, 0) ? 11 : 16) else { return }
            // The rest goes into a larger purchase.
            amount = balance
        }
        if time >= July.reset, !wasReset[member] {
            // Not everybody comes back with a new password, and nobody in the first minutes.
            guard time >= July.reset + 300, chance.percent(70) else { return }
            if chance.percent(20) { deeds.append(Deed(time - 110, member, .latePay, amount, store: store)) }
            deeds.append(Deed(time - 60, member, .reset))
            wasReset[member] = true
        }
        deeds.append(Deed(time, member, .pay, amount, store: store))
        balances[member] -= Int32(amount)
    }

    static func moment(_ day: Int, _ chance: inout Chance) -> Moment {
        // Shops are visited when phones are looked at, but not at night.
        let hour = max(6, chance.pick(Enrolment.hours.enumerated().map { ($0.offset, $0.element) }))
        return day * July.day + hour * 3600 + chance.below(3600)
    }

    /// Between the quantiles on either side; the last is a tail.
    static func amount(_ chance: inout Chance) -> Int {
        let place = chance.below(payments.count)
        let next = place + 1 < payments.count ? payments[place + 1] : 9_800
        return payments[place] + chance.below(next - payments[place])
    }
}
