/// Which charge each payment took from, seen in the light of the labels so far (充当; accounting laws L3–L5). Pure: the events
/// of one account in, lots with their parts out. Deciding and reporting use this one function; its checker does not.
///
/// A payment sees only lots before it. Without a label it takes free lots first in, first out; a fraud payment takes
/// free fraud lots first, a genuine one own lots first. A reversal gives back in reverse order. A label changes all that
/// came after what it is about, so the account is played again — but for the lots whose making-good is booked: what was
/// taken from those stays (law L5). Every event moves as much as its posting did, so free parts sum to the balance and
/// held parts to the hold under any labels.
///
/// O(events) for a play; one play for each run of labels followed by a making-good.
public struct Attribution: Sendable {
    /// A charge and its parts, in minor units: amount = free + held + taken + cancelled + released.
    public struct Lot: Equatable, Sendable {
        public let position: UInt64
        public let source: FundingSource
        public let amount: Int64
        public internal(set) var isFraud: Bool
        /// Spendable, and out of every payment's reach.
        public internal(set) var free: Int64
        public internal(set) var held: Int64 = 0
        /// Taken back by corrections, or given back by a partner or a compensation.
        public internal(set) var cancelled: Int64 = 0
        /// Refunded by exception, or disposed of when the account closed.
        public internal(set) var released: Int64 = 0
        /// Of `cancelled`: what was a correction, so that the charge was never that large.
        public internal(set) var corrected: Int64 = 0
        /// Position of the first making-good of this lot; 0 = none.
        public internal(set) var madeGoodAt: UInt64 = 0
        /// Place among the lots of its class.
        var place = 0
    }

    /// What one payment took from one lot.
    public struct Taking: Equatable, Sendable {
        public let payment: UInt64
        public let lot: Int
        /// Less what was given back before it was made good.
        public internal(set) var amount: Int64
        /// Of it: made good to the member; and of that: come back to the issuer by a reversal.
        public internal(set) var made: Int64 = 0
        public internal(set) var recovered: Int64 = 0
    }

    /// What a step needs of an event.
    struct Entry: Sendable {
        let position: UInt64
        let kind: EventKind
        let source: FundingSource?
        let amount: Int64
        let reference: UInt64
    }

    /// A move of a lot whose making-good is booked, which every later play repeats.
    struct Touch: Sendable {
        let lot: UInt64
        let payment: UInt64
        let amount: Int64
    }

    public internal(set) var lots: [Lot] = []
    public internal(set) var takings: [Taking] = []
    /// The label in force of each labelled event, and the position of the event that gave it.
    public private(set) var labels: [UInt64: (label: Label, at: UInt64)] = [:]
    /// What shall be held whenever it is free: all fraud lots, or these.
    public internal(set) var holdsAll = false
    public internal(set) var heldLots: Set<UInt64> = []
    /// Positions of all payments, oldest first.
    public internal(set) var payments: [UInt64] = []

    private var entries: [Entry] = []
    private var isStale = false
    /// By lot: the position its moves are fixed up to. By event: what it moves of such lots.
    var frozen: [UInt64: UInt64] = [:]
    var pins: [UInt64: [Touch]] = [:]
    /// Every move of this play, so that a lot's can be fixed.
    var touches: [(event: UInt64, touch: Touch)] = []
    /// Own and fraud lots in order, and the first of each that may have something free.
    var classes: [[Int]] = [[], []]
    var first = [0, 0]

    public init() {}

    /// From an account's events, oldest first.
    public init(history: some Sequence<Event>) {
        self.init(unplayed: history)
        settle()
    }

    /// Knows the labels and what is fixed, and plays nothing until `settle`: for whoever labels first.
    init(unplayed history: some Sequence<Event>) {
        isStale = true
        for event in history { apply(event) }
    }

    public mutating func apply(_ event: Event) {
        if event.kind == .eventLabelled {
            let label = event.tail.bytes(.label)?.first.flatMap(Label.init(rawValue:)) ?? .unknown
            set(label, of: event.reference, at: event.position)
        } else if Self.matters(event.kind) {
            apply(Entry(position: event.position, kind: event.kind, source: event.source, amount: event.amount, reference: event.reference))
        }
    }

    /// Labels one event. Nothing is played again before somebody looks.
    public mutating func set(_ label: Label, of target: UInt64, at position: UInt64) {
        let before = labels[target]?.label ?? .unknown
        labels[target] = (label, position)
        if before != label { isStale = true }
    }

    mutating func apply(_ entry: Entry) {
        if isStale, Self.isMakingGood(entry.kind) { settle() }
        entries.append(entry)
        if !isStale { step(entry) }
        if Self.isMakingGood(entry.kind) { freeze(entry) }
    }

    /// Plays the account again if a label came since.
    public mutating func settle() {
        guard isStale else { return }
        isStale = false
        lots.removeAll(keepingCapacity: true)
        takings.removeAll(keepingCapacity: true)
        touches.removeAll(keepingCapacity: true)
        payments.removeAll(keepingCapacity: true)
        (classes, first, holdsAll, heldLots) = ([[], []], [0, 0], false, [])
        for entry in entries { step(entry) }
    }

    public func label(of position: UInt64) -> Label { labels.isEmpty ? .unknown : labels[position]?.label ?? .unknown }

    public func lot(at position: UInt64) -> Lot? { index(of: position).map { lots[$0] } }

    /// Lots stand in the order of their charges: found by halving.
    func index(of lot: UInt64) -> Int? {
        var (low, high) = (0, lots.count)
        while low < high {
            let middle = (low + high) / 2
            if lots[middle].position < lot { low = middle + 1 } else { high = middle }
        }
        return low < lots.count && lots[low].position == lot ? low : nil
    }

    /// The lots a payment took from, in the order it did. O(log takings + parts).
    public func lots(takenBy payment: UInt64) -> [Lot] { range(of: payment).map { lots[takings[$0].lot] } }

    /// What each payment took of a lot.
    public func takings(of lot: UInt64) -> [Taking] {
        guard let index = index(of: lot) else { return [] }
        return takings.filter { $0.lot == index }
    }

    // MARK: What it comes to

    /// One part of what a person is to be made good for (law L6), and the charge or payment it lies in.
    public enum Part: Equatable, Sendable {
        /// D3: a fraud charge, spent or not.
        case charge(UInt64, FundingSource, Int64)
        /// D4: what a fraud payment took of the member's own.
        case ownBalance(payment: UInt64, Int64)
        /// D8: what a genuine payment took of a fraud charge, which is so much less to be made good.
        case genuineUse(of: UInt64, FundingSource, Int64)
    }

    /// O(lots + takings).
    public func forEachPart(_ body: (Part) -> Void) {
        for lot in lots where lot.isFraud { body(.charge(lot.position, lot.source, lot.amount - lot.corrected)) }
        for taking in takings {
            let lot = lots[taking.lot]
            switch label(of: taking.payment) {
            case .fraud where !lot.isFraud: body(.ownBalance(payment: taking.payment, taking.amount))
            case .genuine where lot.isFraud: body(.genuineUse(of: lot.position, lot.source, taking.amount))
            default: break
            }
        }
    }

    /// D3 + D4 − D8 by source. O(lots + takings).
    public var entitlement: Entitlement {
        var sum = Entitlement()
        forEachPart { part in
            switch part {
            case .charge(_, let source, let amount): sum[source] += amount
            case .ownBalance(_, let amount): sum.ownBalance += amount
            case .genuineUse(_, let source, let amount):
                sum[source] -= amount
                sum.genuineUse += amount
            }
        }
        return sum
    }

    /// D6, the issuer's net loss: fraud payments less what came back of them.
    public var netLoss: Int64 {
        takings.reduce(0) { $0 + (label(of: $1.payment) == .fraud ? $1.amount - $1.recovered : 0) }
    }

    /// What the loss account must show for what is made good: of fraud payments, and of those nobody has judged, which are taken
    /// for the thief's, less what came back.
    public var madeGoodLoss: Int64 {
        takings.reduce(0) { $0 + (label(of: $1.payment) != .genuine ? $1.made - $1.recovered : 0) }
    }

    public var free: Int64 { lots.reduce(0) { $0 + $1.free } }
    public var held: Int64 { lots.reduce(0) { $0 + $1.held } }

    /// Position of the first event that is labelled a fraud, if any is.
    public var firstFraud: UInt64? { labels.lazy.filter { $0.value.label == .fraud }.map(\.key).min() }

    /// The first payment after `position` that nobody has judged.
    public func firstUnlabelled(after position: UInt64) -> UInt64? {
        payments.first { $0 > position && label(of: $0) == .unknown }
    }

    /// True if the event is a lot or a payment whose making-good is booked, so that another label is a correction.
    public func isFrozen(_ position: UInt64) -> Bool { frozen[position] != nil || pins[position] != nil }

    /// What is to be moved so that all that shall be held is, and nothing else: by lot, what to release and what to hold.
    public var holdsDue: (releases: [(lot: UInt64, amount: Int64)], holds: [(lot: UInt64, amount: Int64)]) {
        var (releases, holds): ([(lot: UInt64, amount: Int64)], [(lot: UInt64, amount: Int64)]) = ([], [])
        for lot in lots {
            if !lot.isFraud, lot.held > 0 { releases.append((lot.position, lot.held)) }
            if lot.isFraud, lot.free > 0, lot.madeGoodAt == 0, holdsAll || heldLots.contains(lot.position) { holds.append((lot.position, lot.free)) }
        }
        return (releases, holds)
    }
}

/// Where the parts of a reversed payment go (accounting table row 4).
public struct ReversalParts: Equatable, Sendable {
    /// To the member; to the hold, since a thief had charged it; to the loss, since it was made good.
    public var own: Int64 = 0
    public var open: Int64 = 0
    public var made: Int64 = 0
}

extension Attribution {
    /// What giving back so much of a payment comes to, last taken first. O(log takings + parts).
    public func parts(ofReversing payment: UInt64, _ amount: Int64) -> ReversalParts {
        var parts = ReversalParts()
        var left = amount
        for index in range(of: payment).reversed() where left > 0 {
            let taking = takings[index]
            let lot = lots[taking.lot]
            let made = min(left, label(of: payment) == .genuine ? 0 : taking.made - taking.recovered)
            parts.made += made
            left -= made
            let unmade = min(left, taking.amount - taking.made)
            if lot.isFraud, lot.madeGoodAt == 0 { parts.open += unmade } else { parts.own += unmade }
            left -= unmade
        }
        parts.own += left
        return parts
    }

    /// What is free and the member's own.
    public var ownFree: Int64 { lots.reduce(0) { $0 + ($1.isFraud && $1.madeGoodAt == 0 ? 0 : $1.free) } }
}
