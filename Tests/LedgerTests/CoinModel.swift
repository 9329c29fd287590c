import Ledger

/// Whose charges a payment took, said over again as plainly as possible: every yen is a coin, and a coin is somewhere. Acts are
/// kept as they were booked and played anew from the first after every change, under the labels so far. Shares nothing
/// with `Attribution`. It knows nothing of making good, after which lots are frozen.
struct CoinModel {
    enum Place: Equatable {
        case free, held, cancelled, released
        case paid(UInt64)
    }
    struct Coin {
        let charge: UInt64
        var place = Place.free
    }
    enum Act {
        case charge(UInt64, coins: Int64)
        case pay(UInt64, coins: Int64)
        /// Of a payment: to the member, to the hold, to unclaimed.
        case giveBack(UInt64, coins: Int64, Place)
        case correct(UInt64, coins: Int64)
        case release(coins: Int64)
        case hold(UInt64, coins: Int64)
        case unhold(UInt64, coins: Int64)
    }
    struct Booked: Equatable {
        let kind: EventKind
        let amount: Int64
        let reference: UInt64
    }
    struct Refusal: Error { let code: String }

    var acts: [Act] = []
    var sources: [UInt64: FundingSource] = [:]
    var amounts: [UInt64: Int64] = [:]
    /// What is left of each payment.
    var unreversed: [UInt64: Int64] = [:]
    var labels: [UInt64: Label] = [:]
    var labelledAt: [UInt64: UInt64] = [:]
    var (holdsAll, holdsOf): (Bool, Set<UInt64>) = (false, [])
    var isClosed = false
    var isLocked = false
    private(set) var coins: [Coin] = []
    /// The coins of each payment, as they were taken.
    private(set) var taken: [UInt64: [Int]] = [:]

    func isFraud(_ charge: UInt64) -> Bool { labels[charge] == .fraud }
    func count(_ charge: UInt64, _ place: Place) -> Int64 { Int64(coins.filter { $0.charge == charge && $0.place == place }.count) }
    func count(_ place: Place) -> Int64 { Int64(coins.filter { $0.place == place }.count) }
    var charges: [UInt64] { sources.keys.sorted() }
    var payments: [UInt64] { unreversed.keys.sorted() }
    /// Exceptional refunds, of which the bank says nothing in these plays.
    private var onTheWay = 0
    var balance: Int64 { count(.free) }
    func label(of position: UInt64) -> Label { labels[position] ?? .unknown }

    // MARK: Playing

    mutating func replay() {
        (coins, taken) = ([], [:])
        for act in acts { play(act) }
    }

    private mutating func book(_ act: Act) {
        acts.append(act)
        play(act)
    }

    /// The first coin that is there, of the named charge, else of the member's own, or of a thief's, or of any.
    private func coin(_ place: Place, first: UInt64? = nil, thenFraud: Bool?) -> Int? {
        if let first, let found = coins.firstIndex(where: { $0.place == place && $0.charge == first }) { return found }
        guard let thenFraud else { return coins.firstIndex { $0.place == place } }
        return coins.firstIndex { $0.place == place && isFraud($0.charge) == thenFraud } ?? coins.firstIndex { $0.place == place }
    }

    private mutating func play(_ act: Act) {
        switch act {
        case .charge(let position, let count): for _ in 0..<count { coins.append(Coin(charge: position)) }
        case .pay(let position, let count):
            let preference: Bool? = [.fraud: true, .genuine: false][label(of: position)]
            for _ in 0..<count {
                let index = coin(.free, thenFraud: preference)!
                coins[index].place = .paid(position)
                taken[position, default: []].append(index)
            }
        case .giveBack(let payment, let count, let place):
            for _ in 0..<count {
                // Last taken first; of charges of the kind the booking went by, then of any.
                let mine = taken[payment]!
                let at = mine.lastIndex { isFraud(coins[$0].charge) == (place == .held) } ?? mine.count - 1
                coins[mine[at]].place = place
                taken[payment]!.remove(at: at)
            }
        case .correct(let charge, let count): move(count, .free, .cancelled, first: charge, thenFraud: false)
        case .release(let count): move(count, .free, .released, first: nil, thenFraud: false)
        case .hold(let charge, let count): move(count, .free, .held, first: charge, thenFraud: true)
        case .unhold(let charge, let count): move(count, .held, .free, first: charge, thenFraud: false)
        }
    }

    private mutating func move(_ count: Int64, _ from: Place, _ to: Place, first: UInt64?, thenFraud: Bool) {
        for _ in 0..<count { coins[coin(from, first: first, thenFraud: thenFraud)!].place = to }
    }

    // MARK: What follows from a command

    mutating func charge(_ position: UInt64, _ source: FundingSource, _ amount: Int64) throws(Refusal) -> [Booked] {
        try open(locked: true)
        sources[position] = source
        amounts[position] = amount
        book(.charge(position, coins: amount))
        return [Booked(kind: .chargeSettled, amount: amount, reference: 0)]
    }

    mutating func pay(_ position: UInt64, _ amount: Int64) throws(Refusal) -> [Booked] {
        try open(locked: true)
        guard amount <= balance else { throw Refusal(code: "insufficient-balance") }
        unreversed[position] = amount
        amounts[position] = amount
        book(.pay(position, coins: amount))
        return [Booked(kind: .paymentAccepted, amount: amount, reference: 0)]
    }

    mutating func reverse(_ payment: UInt64, _ amount: Int64) throws(Refusal) -> [Booked] {
        guard amount <= unreversed[payment]! else { throw Refusal(code: "reversal-exceeds-payment") }
        let last = taken[payment]!.suffix(Int(amount))
        let open = Int64(last.filter { isFraud(coins[$0].charge) }.count)
        unreversed[payment]! -= amount
        var booked: [Booked] = []
        if amount > open {
            book(.giveBack(payment, coins: amount - open, isClosed ? .released : .free))
            booked.append(Booked(kind: isClosed ? .paymentReversedToUnclaimed : .paymentReversed, amount: amount - open, reference: payment))
        }
        if open > 0 {
            book(.giveBack(payment, coins: open, .held))
            booked.append(Booked(kind: .paymentReversedToHold, amount: open, reference: payment))
        }
        return booked
    }

    mutating func correct(_ charge: UInt64, _ amount: Int64) throws(Refusal) -> [Booked] {
        try open()
        guard amount <= count(charge, .free) else { throw Refusal(code: "charge-already-spent") }
        book(.correct(charge, coins: amount))
        return [Booked(kind: .chargeCorrected, amount: amount, reference: charge)]
    }

    mutating func refund(_ amount: Int64) throws(Refusal) -> [Booked] {
        try open()
        guard amount <= coins.filter({ $0.place == .free && !isFraud($0.charge) }).count else { throw Refusal(code: "insufficient-balance") }
        book(.release(coins: amount))
        onTheWay += Int(amount)
        return [Booked(kind: .exceptionalRefundReleased, amount: amount, reference: 0)]
    }

    mutating func close() throws(Refusal) -> [Booked] {
        try open()
        guard count(.held) == 0 else { throw Refusal(code: "money-held") }
        guard onTheWay == 0 else { throw Refusal(code: "refund-is-open") }
        let left = balance
        isClosed = true
        book(.release(coins: left))
        return left == 0 ? [] : [Booked(kind: .balanceDisposed, amount: left, reference: 0)]
    }

    mutating func judge(_ positions: [UInt64], _ label: Label, at position: UInt64) throws(Refusal) -> [Booked] {
        if label == .fraud, positions.contains(where: { sources[$0] == .registerCash }) { throw Refusal(code: "cash-is-own") }
        let changed = positions.filter { self.label(of: $0) != label }
        guard !changed.isEmpty else { throw Refusal(code: "labelled-so") }
        for one in changed {
            labels[one] = label
            labelledAt[one] = position
        }
        replay()
        var booked: [Booked] = []
        for charge in charges where !isFraud(charge) && count(charge, .held) > 0 {
            booked.append(Booked(kind: .holdReleased, amount: count(charge, .held), reference: charge))
        }
        for charge in charges where isFraud(charge) && (holdsAll || holdsOf.contains(charge)) && count(charge, .free) > 0 {
            booked.append(Booked(kind: .fraudHeld, amount: count(charge, .free), reference: charge))
        }
        for one in booked { book(one.kind == .fraudHeld ? .hold(one.reference, coins: one.amount) : .unhold(one.reference, coins: one.amount)) }
        // What a closed account gets is not its to spend.
        if isClosed, balance > 0 {
            booked.append(Booked(kind: .balanceDisposed, amount: balance, reference: 0))
            book(.release(coins: balance))
        }
        return booked
    }

    mutating func hold(_ charge: UInt64?) throws(Refusal) -> [Booked] {
        try open()
        guard charge.map(isFraud) ?? charges.contains(where: isFraud) else { throw Refusal(code: "charge-not-fraud") }
        let due = charges.filter { isFraud($0) && count($0, .free) > 0 && $0 == charge ?? $0 }
        guard !due.isEmpty || !(holdsAll || charge.map(holdsOf.contains) ?? false) else { throw Refusal(code: "nothing-to-hold") }
        if let charge { if !holdsAll { holdsOf.insert(charge) } } else { holdsAll = true }
        return due.map { charge in
            let booked = Booked(kind: .fraudHeld, amount: count(charge, .free), reference: charge)
            book(.hold(charge, coins: booked.amount))
            return booked
        }
    }

    mutating func endHold(_ charge: UInt64?) throws(Refusal) -> [Booked] {
        try open()
        let due = charges.filter { count($0, .held) > 0 && $0 == charge ?? $0 }
        guard !due.isEmpty else { throw Refusal(code: "nothing-held") }
        if let charge { holdsOf.remove(charge) } else { (holdsAll, holdsOf) = (false, []) }
        return due.map { charge in
            let booked = Booked(kind: .holdReleased, amount: count(charge, .held), reference: charge)
            book(.unhold(charge, coins: booked.amount))
            return booked
        }
    }

    private func open(locked: Bool = false) throws(Refusal) {
        if isClosed { throw Refusal(code: "account-closed") }
        if locked && isLocked { throw Refusal(code: "account-locked") }
    }

    // MARK: What it comes to

    /// Counted coin by coin.
    var entitlement: Entitlement {
        var sums = Entitlement()
        for coin in coins {
            let source = sources[coin.charge]!
            if isFraud(coin.charge), coin.place != .cancelled { sums[source] += 1 }
            guard case .paid(let payment) = coin.place else { continue }
            if label(of: payment) == .fraud, !isFraud(coin.charge) { sums.ownBalance += 1 }
            if label(of: payment) == .genuine, isFraud(coin.charge) {
                sums[source] -= 1
                sums.genuineUse += 1
            }
        }
        return sums
    }

    var netLoss: Int64 { payments.reduce(0) { $0 + (label(of: $1) == .fraud ? unreversed[$1]! : 0) } }

    /// Nothing after the first fraud is left unjudged.
    func gap(after first: UInt64) -> UInt64? { payments.first { $0 > first && label(of: $0) == .unknown } }
    var firstFraud: UInt64? { labels.filter { $0.value == .fraud }.keys.min() }
}
