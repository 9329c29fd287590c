import Ledger

/// The laws of damage (accounting laws L2, L3, L6), held against the events and the books; what is broken, in words.
enum DamageLaws {
    static func broken(_ story: Story, everythingIsMadeGood: Bool = false) -> [String] {
        var wrong: [String] = []
        func must(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { wrong.append(what()) } }
        let books = story.books
        // What came in by bank and matches nothing; partners' unmatched words stand against it.
        let unmatched = books.damage.unmatched.values.reduce(0) { $0 + $1.amount }
        must(books.balance(.suspense) + unmatched >= 0, "suspense is \(books.balance(.suspense)), with \(unmatched) unmatched")
        for ordinal in 1...UInt64(max(1, books.members.count)) where !books.members.isEmpty {
            let history = story.history(of: .member(ordinal))
            let lots = Attribution(history: history)
            let (free, held) = (books.balance(.member(ordinal)), books.balance(.fraudHold(ordinal)))
            // L3
            must(lots.free == free, "L3: account \(ordinal) has free \(lots.free), the books \(free)")
            must(lots.held == held, "L3: account \(ordinal) has held \(lots.held), the books \(held)")
            let takenByLot = lots.takings.reduce(into: [:]) { $0[$1.lot, default: 0] += $1.amount }
            for (index, lot) in lots.lots.enumerated() {
                let taken = takenByLot[index] ?? 0
                must(
                    lot.free + lot.held + lot.cancelled + lot.released + taken == lot.amount,
                    "L3: lot \(lot.position) of \(lot.amount): \(lot), taken \(taken)")
                must(min(lot.free, lot.held, lot.cancelled, lot.released) >= 0, "L3: a part of lot \(lot.position) below zero: \(lot)")
            }
            for taking in lots.takings {
                must(taking.amount >= 0 && taking.made >= taking.recovered && taking.recovered >= 0, "L4: \(taking)")
            }
            for account in [AccountCode.fraudHold(ordinal), .compensation(ordinal), .recoverable(ordinal)] {
                must(books.balance(account) >= 0, "\(account) is \(books.balance(account))")
            }
            let sums = Sums(history, lots)
            // L6. What a member paid back, or was let off, for what then proved to be a fraud after all is not booked again: the loss
            // may lag behind by as much.
            let loss = books.balance(.fraudLoss(ordinal))
            must((loss...loss + sums.settled).contains(lots.madeGoodLoss), "L6: loss \(loss), made good \(lots.madeGoodLoss)")
            // L2, where every payment is judged: what nobody has judged is nobody's yet.
            guard lots.payments.allSatisfy({ [.fraud, .genuine].contains(lots.labels[$0]?.label) }) else { continue }
            must(
                sums.madeGood - sums.recoverable + sums.refunded + sums.genuine <= sums.charged,
                "L2: account \(ordinal): \(sums)")
            guard everythingIsMadeGood else { continue }
            must((loss...loss + sums.settled).contains(lots.netLoss), "L6: loss \(loss), D6 \(lots.netLoss)")
            let accounted = sums.madeGood - sums.recoverable + sums.refunded + sums.genuine + free + held
            must(
                (accounted...accounted + sums.settled).contains(sums.charged),
                "L2: account \(ordinal) with \(free) and \(held) left: \(sums)")
        }
        return wrong
    }

    /// Counted from the events.
    struct Sums {
        /// Charges less corrections.
        var charged: Int64 = 0
        /// Reversed, returned, compensated.
        var madeGood: Int64 = 0
        /// Owed back by the member, whether repaid or given up since.
        var recoverable: Int64 = 0
        /// Of it: repaid or given up.
        var settled: Int64 = 0
        var refunded: Int64 = 0
        /// Genuine payments less what came back of them, to the member or, after the member had been made good, to us.
        var genuine: Int64 = 0

        init(_ history: [Event], _ lots: Attribution) {
            for event in history {
                switch event.kind {
                case .chargeSettled: charged += event.amount
                case .chargeCorrected: charged -= event.amount
                case .chargeReversedFromHold, .chargeReversedFromLoss, .compensationFromHold, .compensationFromLoss: madeGood += event.amount
                case .chargeReversedFromRecoverable:
                    madeGood += event.amount
                    recoverable += event.amount
                case .compensationCancelled: madeGood -= event.amount
                case .lossRecoverable: recoverable += event.amount
                case .lossReinstated: recoverable -= event.amount
                case .recoverableRepaid, .recoverableWaived: settled += event.amount
                case .exceptionalRefundReleased, .balanceDisposed, .paymentReversedToUnclaimed: refunded += event.amount
                case .paymentAccepted where lots.labels[event.position]?.label == .genuine: genuine += event.amount
                default: break
                }
                let isReversal = [.paymentReversed, .paymentReversedToHold, .paymentReversedToUnclaimed, .paymentReversedToLoss].contains(event.kind)
                if isReversal, lots.labels[event.reference]?.label == .genuine { genuine -= event.amount }
            }
        }
    }
}
