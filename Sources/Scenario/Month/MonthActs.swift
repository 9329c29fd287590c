internal import Ledger

/// The acts of a plan, in time order: the planned part and the crowd's, merged. Holds one day of the crowd at a time.
public struct MonthActs: Sequence, IteratorProtocol {
    private let plan: MonthPlan
    private let places: Places
    private var genuine: Genuine
    private var planned = 0
    private var day = 0
    private var deeds: [Deed] = []
    private var deed = 0
    private var settling = Settling()
    private var settlements: [Act] = []
    private var settlement = 0
    /// Stores whose place has been told.
    private var isPlaced: [Bool]

    init(_ plan: MonthPlan) {
        self.plan = plan
        places = Places(seed: plan.seed)
        var isPlanned = Array(repeating: false, count: plan.members)
        for found in plan.cases { if let member = found.member { isPlanned[member] = true } }
        genuine = Genuine(seed: plan.seed, enrolment: plan.enrolment, towns: plan.towns, isPlanned: isPlanned)
        isPlaced = Array(repeating: false, count: plan.towns.stores)
        settling = Settling(plan)
        turn()
    }

    public mutating func next() -> Act? {
        while deed == deeds.count, settlement == settlements.count, day < July.end / July.day {
            // What is planned of the days gone comes first.
            if planned < plan.planned.count, plan.planned[planned].at < July.instant(day * July.day) { return takePlanned() }
            turn()
        }
        let first = planned < plan.planned.count ? plan.planned[planned].at : nil
        let second = deed < deeds.count ? July.instant(Int(deeds[deed].at)) : nil
        let third = settlement < settlements.count ? settlements[settlement].at : nil
        if let first, second.map({ first <= $0 }) ?? true, third.map({ first <= $0 }) ?? true { return takePlanned() }
        if let third, second.map({ third <= $0 }) ?? true {
            settlement += 1
            return settlements[settlement - 1]
        }
        guard second != nil else { return nil }
        deed += 1
        return act(deeds[deed - 1])
    }

    /// Draws the next day.
    private mutating func turn() {
        deeds = genuine.day(day)
        deed = 0
        settlements = settling.acts(day)
        settlement = 0
        for deed in deeds { settling.add(deed) }
        day += 1
    }

    private mutating func takePlanned() -> Act {
        planned += 1
        return plan.planned[planned - 1]
    }

    private mutating func act(_ deed: Deed) -> Act {
        let member = Int(deed.member)
        let account = AccountReference.external(Names.account(member))
        switch deed.what {
        case .open:
            return Act(
                Int(deed.at), by: Acting.app, access: places.app,
                .command(.accounts(.open(person: Names.person(member), externalID: Names.account(member)))))
        case .logIn: return Act(Int(deed.at), by: Acting.identity, access: places.home(member), .command(.access(.logIn(account, .commonId))))
        case .mistype:
            return Act(
                Int(deed.at), by: Acting.identity, access: places.home(member),
                .command(.access(.failLogin(account, loginID: nil, .commonId, .wrongPassword))))
        case .charge, .lateCharge:
            let source = FundingSource(rawValue: deed.source)!
            let isCash = source == .registerCash || source == .atmCash
            return Act(
                Int(deed.at), by: Acting.app, access: isCash ? .none : places.phone(member),
                .command(.money(.charge(account, source, Amount(Int64(deed.amount))!, reference: nil))), isRefused: deed.what == .lateCharge)
        case .pay, .latePay:
            let store = Int(deed.store)
            let place = isPlaced[store] ? nil : plan.towns.place(store)
            if deed.what == .pay { isPlaced[store] = true }
            return Act(
                Int(deed.at), by: Acting.app,
                .command(
                    .money(
                        .pay(account, store: plan.towns.name(store), place: place, register: "\(1 + member % 3)", Amount(Int64(deed.amount))!))),
                isRefused: deed.what == .latePay)
        case .reset:
            return Act(
                Int(deed.at), by: Acting.app, access: places.phone(member),
                .command(.accounts(.resetCredentials(account, .self, addressChanged: false))))
        }
    }
}

/// What partners and stores are settled for: cash every day, cards in the middle of the month, stores every Monday. Of the card
/// charges those in dispute are kept back.
struct Settling {
    private var charged: [FundingSource: Int] = [:]
    private var owed: [Int] = []
    private var ofCases: [(at: Moment, source: FundingSource?, amount: Int, store: Int)] = []
    private var next = 0
    private var names: [String] = []

    init() {}

    init(_ plan: MonthPlan) {
        owed = Array(repeating: 0, count: plan.towns.stores)
        names = (0..<plan.towns.stores).map(plan.towns.name)
        // A thief's card charges are not settled: they are given back.
        ofCases = plan.cases.filter { $0.member != nil }.flatMap { found in
            found.moves.filter { !($0.isFraud && $0.isCharge) }.map { ($0.at, $0.source, $0.amount, $0.store) }
        }
        ofCases.sort { ($0.at, $0.amount, $0.store) < ($1.at, $1.amount, $1.store) }
    }

    mutating func add(_ deed: Deed) {
        switch deed.what {
        case .charge: charged[FundingSource(rawValue: deed.source)!, default: 0] += Int(deed.amount)
        case .pay: owed[Int(deed.store)] += Int(deed.amount)
        default: break
        }
    }

    /// The acts of one day, for what there was before it.
    mutating func acts(_ day: Int) -> [Act] {
        while next < ofCases.count, ofCases[next].at < day * July.day {
            let one = ofCases[next]
            if let source = one.source { charged[source, default: 0] += one.amount } else { owed[one.store] += one.amount }
            next += 1
        }
        let date = day + 1
        var acts: [Act] = []
        let sources: [FundingSource] = date == 16 ? [.creditCard, .debitCard, .point] : [.registerCash, .atmCash]
        for (place, source) in sources.enumerated() {
            guard let gross = Amount(Int64(charged[source] ?? 0)) else { continue }
            charged[source] = 0
            let fee = source == .creditCard || source == .debitCard ? gross.units * 32 / 1_000 : 0
            acts.append(
                Act(
                    July.at(date, 10, place), by: Staff.treasurer,
                    .command(.money(.settlePartner(source, gross: gross, fee: fee, statement: "st-\(source.name)-07-\(date)")))))
        }
        // 2019-07-08 is a Monday.
        guard date % 7 == 1, date > 1 else { return acts }
        for store in owed.indices {
            guard let amount = Amount(Int64(owed[store])) else { continue }
            owed[store] = 0
            acts.append(
                Act(
                    July.at(date, 10, 30), by: Staff.treasurer,
                    .command(.money(.settleMerchant(store: names[store], amount, .toStore, statement: "st-\(names[store])-07-\(date)")))))
        }
        return acts
    }
}
