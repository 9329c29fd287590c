internal import Ledger

/// One act of an ordinary member after the month.
struct EndDeed {
    var at: UInt32
    var member: UInt32
    var amount: UInt32
    var store: UInt16
    var what: What

    enum What: UInt8 {
        case reset, pay, logIn, claim, correct, withdraw, reject
    }

    init(_ at: Moment, _ member: Int, _ what: What, _ amount: Int = 0, store: Int = 0) {
        self.at = UInt32(at)
        self.member = UInt32(member)
        self.amount = UInt32(amount)
        self.store = UInt16(store)
        self.what = what
    }

    /// Moment and member: no member does two things at once.
    var key: UInt64 { UInt64(at) << 32 | UInt64(member) }
}

/// Ordinary members from August on: some come back with a new password and buy until little is left, many never do; from
/// October on some claim what is left. Twenty bytes an act, all drawn at once.
struct EndCrowd {
    private(set) var deeds: [EndDeed] = []
    private(set) var figures = EndPlan.Figures()
    /// By member: a victim, whose money the investigation looks after.
    let isVictim: [Bool]
    /// Members with something left who do not claim it in time.
    private(set) var forgetful: [Int] = []

    private let seed: UInt64
    private let towns: Towns
    private var wasReset: [Bool]
    private static let days = 61

    /// `waiting`: members whose claim is told elsewhere.
    init(_ month: MonthPlan, waiting: Set<Int>) {
        seed = month.seed
        towns = month.towns
        var isPlanned = Array(repeating: false, count: month.members)
        var isVictim = isPlanned
        for found in month.cases {
            guard let member = found.member else { continue }
            isPlanned[member] = true
            isVictim[member] = found.isVictim
        }
        self.isVictim = isVictim
        var genuine = Genuine(seed: month.seed, enrolment: month.enrolment, towns: month.towns, isPlanned: isPlanned)
        genuine.pass()
        wasReset = genuine.wasReset
        var balances = genuine.balances.map(Int.init)
        for found in month.cases {
            guard let member = found.member else { continue }
            balances[member] = found.isVictim ? CaseEnds.own(found) : found.moves.reduce(0) { $0 + ($1.isCharge ? $1.amount : -$1.amount) }
        }
        for member in balances.indices where balances[member] > 0 {
            if !isVictim[member] {
                figures.july.add(balances[member])
                balances[member] -= spend(member, balances[member])
                figures.left.add(balances[member])
            }
            if !waiting.contains(member) { claim(member, balances[member]) }
        }
        deeds.sort { ($0.at, $0.member, $0.what.rawValue) < ($1.at, $1.member, $1.what.rawValue) }
    }

    // MARK: August and September

    /// Of a hundred members with so much left, how many come back to spend it.
    private static func returning(_ balance: Int) -> Int {
        switch balance {
        case ..<60: 0
        case ..<250: 22
        default: 66
        }
    }

    /// What the member spends before the end. Something is always left: prices do not fit.
    private mutating func spend(_ member: Int, _ balance: Int) -> Int {
        var chance = Chance(seed, .spending, member)
        guard chance.percent(Self.returning(balance)) else { return 0 }
        // Most leave what buys nothing; some stop half-way.
        let rest = chance.percent(85) ? chance.within(1...min(balance / 2, 190)) : chance.within(1...balance / 2)
        var left = balance - rest
        let home = towns.home(of: member)
        var visits: [(at: Moment, amount: Int)] = []
        // At most a dozen visits, however much it is.
        let usual = max(0, left / 12)
        while left > 0 {
            let amount = min(left, 40_000, Genuine.amount(&chance) + usual)
            let day = July.end / July.day + min(chance.below(Self.days), chance.below(Self.days))
            visits.append((Genuine.moment(day, &chance), amount))
            left -= amount
        }
        visits.sort { $0 < $1 }
        if !wasReset[member] {
            deeds.append(EndDeed(visits[0].at - 60, member, .reset))
            wasReset[member] = true
        }
        for visit in visits {
            deeds.append(EndDeed(visit.at, member, .pay, visit.amount, store: chance.percent(80) ? home.near : home.other))
        }
        return balance - rest
    }

    // MARK: Claims

    /// Of a thousand people with so much left, how many claim it in time.
    private static func claiming(_ balance: Int) -> Int {
        switch balance {
        case ..<50: 190
        case ..<150: 310
        case ..<500: 385
        case ..<2_000: 520
        case ..<6_000: 635
        default: 725
        }
    }

    private mutating func claim(_ member: Int, _ balance: Int) {
        var chance = Chance(seed, .claim, member)
        guard chance.below(1_000) < Self.claiming(balance) else { return forgetful.append(member) }
        if !isVictim[member] { figures.claimed.add(balance) }
        let wish = Wish(seed: seed, member, isVictim: isVictim[member])
        let at = wish.at
        if wish.channel == .app {
            if !wasReset[member] { deeds.append(EndDeed(at - 180, member, .reset)) }
            deeds.append(EndDeed(at - 90, member, .logIn))
        }
        deeds.append(EndDeed(at, member, .claim))
        if let rejected = wish.rejectedAt {
            deeds.append(EndDeed(rejected, member, .reject))
        } else if let withdrawn = wish.withdrawnAt {
            deeds.append(EndDeed(withdrawn, member, .withdraw))
        } else if let corrected = wish.correctedAt {
            deeds.append(EndDeed(corrected, member, .correct))
        }
    }
}

extension Spread.Figure {
    fileprivate mutating func add(_ yen: Int) { self = Spread.Figure(people: people + 1, yen: self.yen + Int64(yen)) }
}
