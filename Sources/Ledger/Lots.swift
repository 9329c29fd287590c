/// One account's lots (入金単位): a lot is a charge, its id the charge's position. Lots are derived from the account's
/// history and written nowhere in the log. Payments consume free lots first in, first out; a reversal gives back in
/// reverse order of consumption (accounting law L4). Free parts sum to the balance (law L3).
///
/// The one place that attributes payments to charges; `decide` and the balances projection's reversals stand on
/// what this gives; the checker derives lots by itself.
public struct Lots: Equatable, Sendable {
    public struct Lot: Equatable, Sendable {
        /// Position of the charge.
        public let position: UInt64
        public let source: FundingSource
        public let amount: Int64
        /// Still spendable.
        public var free: Int64
        /// Taken by payments.
        public var spent: Int64 = 0
        /// Taken back by corrections.
        public var cancelled: Int64 = 0
        /// Refunded by exception, or disposed of when the account closed.
        public var released: Int64 = 0
    }

    public private(set) var lots: [Lot] = []
    /// What payments took, in order: which payment, from which lot, how much is not reversed.
    private var takings: [Taking] = []
    private var firstFree = 0

    private struct Taking: Equatable {
        let payment: UInt64
        let lot: Int
        var amount: Int64
    }

    public init() {}

    /// From an account's events, oldest first. O(events).
    public init(history: some Sequence<Event>) {
        for event in history { apply(event) }
    }

    public var free: Int64 { lots.reduce(0) { $0 + $1.free } }

    public func lot(at position: UInt64) -> Lot? { lots.first { $0.position == position } }

    public mutating func apply(_ event: Event) {
        apply(event.kind, position: event.position, source: event.source, amount: event.amount, reference: event.reference)
    }

    public mutating func apply(
        _ kind: EventKind, position: UInt64, source: FundingSource?, amount: Int64, reference: UInt64
    ) {
        switch kind {
        case .chargeSettled:
            guard let source else { return }
            lots.append(Lot(position: position, source: source, amount: amount, free: amount))
        case .paymentAccepted:
            for (lot, part) in consume(amount) {
                lots[lot].spent += part
                takings.append(Taking(payment: position, lot: lot, amount: part))
            }
        case .paymentReversed: giveBack(amount, of: reference) { $0.free += $1 }
        case .paymentReversedToUnclaimed: giveBack(amount, of: reference) { $0.released += $1 }
        case .chargeCorrected:
            guard let index = lots.firstIndex(where: { $0.position == reference }) else { return }
            lots[index].free -= amount
            lots[index].cancelled += amount
        case .exceptionalRefundReleased, .balanceDisposed:
            for (lot, part) in consume(amount) { lots[lot].released += part }
        default: break
        }
    }

    /// Takes `amount` from free lots, first in, first out; says what came from which.
    private mutating func consume(_ amount: Int64) -> [(lot: Int, part: Int64)] {
        var left = amount
        var taken: [(lot: Int, part: Int64)] = []
        var index = firstFree
        while left > 0, index < lots.count {
            let part = min(left, lots[index].free)
            if part > 0 {
                lots[index].free -= part
                left -= part
                taken.append((index, part))
            }
            if lots[index].free == 0, index == firstFree { firstFree += 1 }
            index += 1
        }
        return taken
    }

    /// The lots a payment took from, oldest first. O(log takings + parts).
    public func lots(takenBy payment: UInt64) -> [Lot] {
        var found: [Lot] = []
        var index = lastTaking(of: payment)
        while index >= 0, takings[index].payment == payment {
            found.append(lots[takings[index].lot])
            index -= 1
        }
        return found.reversed()
    }

    /// Takings stand in the order of their payments, so those of one payment are found by halving.
    private func lastTaking(of payment: UInt64) -> Int {
        var (low, high) = (0, takings.count)
        while low < high {
            let middle = (low + high) / 2
            if takings[middle].payment <= payment { low = middle + 1 } else { high = middle }
        }
        return low - 1
    }

    private mutating func giveBack(_ amount: Int64, of payment: UInt64, _ put: (inout Lot, Int64) -> Void) {
        var left = amount
        var index = lastTaking(of: payment)
        while left > 0, index >= 0, takings[index].payment == payment {
            let part = min(left, takings[index].amount)
            takings[index].amount -= part
            left -= part
            let lot = takings[index].lot
            lots[lot].spent -= part
            put(&lots[lot], part)
            firstFree = min(firstFree, lot)
            index -= 1
        }
    }
}
