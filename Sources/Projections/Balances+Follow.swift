public import Journal
internal import Ledger

/// Charges and payments, nearly all there ever is, are taken in by the hundred: first the rows they will need are touched,
/// one after the other without waiting, then they are applied. Memory answers many such touches at once, where event by
/// event each would be waited for.
extension Balances {
    /// What a charge or a payment does to its account.
    struct Move {
        let position: UInt64
        let amount: Int64
        let row: Int
        /// `nil` for a payment.
        let source: FundingSource?

        /// `nil` for every other kind.
        init?(_ event: EventView) {
            switch event.kind {
            case .chargeSettled:
                guard event.credit == event.subject else { return nil }
                source = event.source
                guard source != nil else { return nil }
            case .paymentAccepted:
                guard event.debit == event.subject else { return nil }
                source = nil
            default: return nil
            }
            guard event.subject.isMember else { return nil }
            position = event.position
            amount = event.amount
            row = Int(event.subject.ordinal) - 1
        }

        /// As much of the event as attribution needs.
        var event: Event {
            var event = Event(source == nil ? .paymentAccepted : .chargeSettled, subject: .member(UInt64(row) + 1))
            (event.position, event.amount, event.source) = (position, amount, source)
            return event
        }
    }

    private static let mostWaiting = 512

    @available(*, noasync)
    public mutating func follow(_ log: Log, to end: UInt64) throws {
        guard next < end else { return }
        var waiting: [Move] = []
        waiting.reserveCapacity(Self.mostWaiting)
        // What waits when something fails is not taken in: `next` stays before it.
        try log.scan(from: next, to: end) { event in
            guard let move = Move(event), !isLabelled(move.row) else {
                settle(&waiting)
                try apply(event, log)
                return true
            }
            waiting.append(move)
            if waiting.count == Self.mostWaiting { settle(&waiting) }
            return true
        }
        settle(&waiting)
    }

    private mutating func settle(_ moves: inout [Move]) {
        guard !moves.isEmpty else { return }
        touch(moves)
        for move in moves { apply(move) }
        moves.removeAll(keepingCapacity: true)
    }
}
