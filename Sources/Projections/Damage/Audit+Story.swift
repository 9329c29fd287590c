internal import Ledger

extension Audit {
    /// The audit's own attribution of one account that has labels: every charge and what each payment took of it, played again
    /// from the first event whenever a label came since (accounting laws L3–L5). Plain loops over all charges; none of the
    /// core's code.
    struct Story {
        struct Charge {
            let position: UInt64
            let source: FundingSource?
            let amount: Int64
            let isFraud: Bool
            var free: Int64
            var held: Int64 = 0
            var corrected: Int64 = 0
            /// Paid out or excluded.
            var out: Int64 = 0
            var isMadeGood = false
        }

        /// What one payment took of one charge; how much of it was made good, and came back after that.
        struct Part {
            let payment: UInt64
            let charge: Int
            var amount: Int64
            var made: Int64 = 0
            var back: Int64 = 0
            var open: Int64 { amount &- made }
        }

        struct Entry {
            let position: UInt64
            let kind: EventKind
            let source: FundingSource?
            let amount: Int64
            let reference: UInt64
        }

        /// A move of a charge at an event; of a payment's part, if it is one.
        struct Fix: Equatable {
            let charge: UInt64
            let payment: UInt64
            var amount: Int64
        }

        private(set) var charges: [Charge] = []
        private(set) var parts: [Part] = []
        private(set) var payments: [UInt64] = []
        private(set) var labels: [UInt64: Label] = [:]
        private(set) var labelledAt: [UInt64: UInt64] = [:]
        private(set) var holdsAll = false
        private(set) var orders: Set<UInt64> = []

        private var entries: [Entry] = []
        private var isStale = false
        /// What happens to charges made good before `until` stays as it was.
        private var fixes: [UInt64: [Fix]] = [:]
        private var until: [UInt64: UInt64] = [:]
        private var moves: [UInt64: [Fix]] = [:]
        /// What of the entry at hand found no place.
        private var left: Int64 = 0

        static func isMakingGood(_ kind: EventKind) -> Bool {
            [.chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .compensationFromHold, .compensationFromLoss]
                .contains(kind)
        }

        func label(_ position: UInt64) -> Label { labels[position] ?? .unknown }

        /// True if the event is a charge or a payment whose making-good is booked.
        func isFixed(_ position: UInt64) -> Bool { until[position] != nil || fixes[position] != nil }

        mutating func set(_ label: Label, of target: UInt64, at position: UInt64) {
            if self.label(target) != label { isStale = true }
            labels[target] = label
            labelledAt[target] = position
        }

        /// Takes in an event of the account that is no label. What of its amount found no place is told.
        mutating func take(_ event: Event) -> Int64 {
            let amount = min(max(0, event.amount), Amount.greatest)
            let entry = Entry(position: event.position, kind: event.kind, source: event.source, amount: amount, reference: event.reference)
            settle()
            entries.append(entry)
            play(entry)
            let unplaced = left
            if Self.isMakingGood(entry.kind) { fix(entry) }
            return unplaced
        }

        mutating func settle() {
            guard isStale else { return }
            isStale = false
            (charges, parts, payments, moves, holdsAll, orders) = ([], [], [], [:], false, [])
            for entry in entries { play(entry) }
        }

        func index(_ charge: UInt64) -> Int? {
            guard charge > 0 else { return nil }
            return charges.firstIndex { $0.position == charge }
        }

        // MARK: One event

        private mutating func play(_ entry: Entry) {
            left = entry.hasAmount ? entry.amount : 0
            let named = index(entry.reference)
            switch entry.kind {
            case .chargeSettled:
                charges.append(
                    Charge(
                        position: entry.position, source: entry.source, amount: entry.amount, isFraud: label(entry.position) == .fraud,
                        free: entry.amount))
                left = 0
            case .paymentAccepted:
                payments.append(entry.position)
                let order: [Bool?] = label(entry.position) == .fraud ? [true, false] : label(entry.position) == .genuine ? [false, true] : [nil]
                let start = parts.count
                moveFree(entry, nil, order) { $0.parts.append(Part(payment: entry.position, charge: $1, amount: $2)) }
                // Fixed or not, a reversal goes by the order of the label.
                let (fraudFirst, charges) = (order.first ?? nil, charges)
                parts[start...].sort {
                    let (one, two) = (charges[$0.charge].isFraud, charges[$1.charge].isFraud)
                    return one != two && fraudFirst != nil ? one == fraudFirst : $0.charge < $1.charge
                }
            case .chargeCorrected: moveFree(entry, named, [false, true]) { $0.charges[$1].corrected &+= $2 }
            case .exceptionalRefundReleased, .balanceDisposed, .refundReleased, .refundExcluded:
                moveFree(entry, nil, [false, true]) { $0.charges[$1].out &+= $2 }
            case .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted: takeBack(entry)
            case .fraudHeld, .fraudHeldFromRefund: moveFree(entry, named, [true, false]) { $0.charges[$1].held &+= $2 }
            case .holdReleased, .holdReleasedToRefund: moveHeld(entry, named) { $0.charges[$1].free &+= $2 }
            case .chargeReversedFromHold, .compensationFromHold: moveHeld(entry, named) { _, _, _ in }
            case .paymentReversed, .paymentReversedToRefund: giveBack(entry, { !$0.isFraud || $0.isMadeGood }) { $0.charges[$1].free &+= $2 }
            case .paymentReversedToHold: giveBack(entry, { $0.isFraud && !$0.isMadeGood }) { $0.charges[$1].held &+= $2 }
            case .paymentReversedToUnclaimed: giveBack(entry, { !$0.isFraud || $0.isMadeGood }) { $0.charges[$1].out &+= $2 }
            case .paymentReversedToLoss:
                for index in parts.indices.reversed() where parts[index].payment == entry.reference {
                    let part = min(left, parts[index].made &- parts[index].back)
                    parts[index].back &+= part
                    left &-= part
                }
            case .chargeReversedFromLoss: makeGood(entry, named, [.fraud, .unknown])
            case .compensationFromLoss: makeGood(entry, named, named == nil ? [.fraud] : [.fraud, .unknown])
            case .chargeReversedFromRecoverable: makeGood(entry, named, [.genuine])
            case .holdOrdered: if entry.reference == 0 { holdsAll = true } else { orders.insert(entry.reference) }
            case .holdEnded: if entry.reference == 0 { (holdsAll, orders) = (false, []) } else { orders.remove(entry.reference) }
            default: left = 0
            }
            if Self.isMakingGood(entry.kind) { for index in madeGood(by: entry) { charges[index].isMadeGood = true } }
        }

        /// The charges a making-good is about.
        private func madeGood(by entry: Entry) -> Set<Int> {
            var found = Set((moves[entry.position] ?? []).compactMap { index($0.charge) })
            if let named = index(entry.reference) { found.insert(named) }
            return found
        }

        private mutating func fix(_ entry: Entry) {
            for index in madeGood(by: entry) {
                let charge = charges[index].position
                until[charge] = entry.position
                for event in fixes.keys { fixes[event]!.removeAll { $0.charge == charge } }
                for (event, all) in moves {
                    let own = all.filter { $0.charge == charge }
                    if !own.isEmpty { fixes[event, default: []] += own }
                }
                fixes = fixes.filter { !$0.value.isEmpty }
            }
        }

        private mutating func note(_ entry: Entry, _ charge: Int, _ payment: UInt64, _ amount: Int64) {
            let fix = Fix(charge: charges[charge].position, payment: payment, amount: amount)
            if let index = moves[entry.position]?.firstIndex(where: { $0.charge == fix.charge && $0.payment == payment }) {
                moves[entry.position]![index].amount &+= amount
            } else {
                moves[entry.position, default: []].append(fix)
            }
            left &-= amount
        }

        /// True if only what is fixed for the event may move the charge.
        private func isFixed(_ charge: Int, at entry: Entry) -> Bool { until[charges[charge].position].map { $0 >= entry.position } ?? false }

        private mutating func moveFree(
            _ entry: Entry, _ named: Int?, _ order: [Bool?], _ put: (inout Story, Int, Int64) -> Void
        ) {
            let payment = entry.kind == .paymentAccepted ? entry.position : 0
            func move(_ me: inout Story, _ charge: Int, _ amount: Int64) {
                guard amount > 0 else { return }
                me.charges[charge].free &-= amount
                put(&me, charge, amount)
                me.note(entry, charge, payment, amount)
            }
            for fix in fixes[entry.position] ?? [] { if let charge = index(fix.charge) { move(&self, charge, fix.amount) } }
            if let named, !isFixed(named, at: entry) { move(&self, named, min(left, charges[named].free)) }
            for kind in order {
                for charge in charges.indices where left > 0 && charges[charge].free > 0 {
                    guard kind == nil || charges[charge].isFraud == kind, !isFixed(charge, at: entry) else { continue }
                    move(&self, charge, min(left, charges[charge].free))
                }
            }
        }

        private mutating func moveHeld(_ entry: Entry, _ named: Int?, _ put: (inout Story, Int, Int64) -> Void) {
            func move(_ me: inout Story, _ charge: Int, _ amount: Int64) {
                guard amount > 0 else { return }
                me.charges[charge].held &-= amount
                put(&me, charge, amount)
                me.note(entry, charge, 0, amount)
            }
            for fix in fixes[entry.position] ?? [] { if let charge = index(fix.charge) { move(&self, charge, fix.amount) } }
            if let named, !isFixed(named, at: entry) { move(&self, named, min(left, charges[named].held)) }
            for kind in [false, true] {
                for charge in charges.indices where left > 0 && charges[charge].isFraud == kind && !isFixed(charge, at: entry) {
                    move(&self, charge, min(left, charges[charge].held))
                }
            }
        }

        /// What was paid out or excluded is free again: what went last comes first.
        private mutating func takeBack(_ entry: Entry) {
            func move(_ me: inout Story, _ charge: Int, _ amount: Int64) {
                guard amount > 0 else { return }
                me.charges[charge].out &-= amount
                me.charges[charge].free &+= amount
                me.note(entry, charge, 0, amount)
            }
            for fix in fixes[entry.position] ?? [] { if let charge = index(fix.charge) { move(&self, charge, fix.amount) } }
            for isFraud in [true, false] {
                for charge in charges.indices.reversed() where left > 0 && charges[charge].isFraud == isFraud && !isFixed(charge, at: entry) {
                    move(&self, charge, min(left, charges[charge].out))
                }
            }
        }

        private mutating func giveBack(_ entry: Entry, _ isLike: (Charge) -> Bool, _ put: (inout Story, Int, Int64) -> Void) {
            let own = parts.indices.filter { parts[$0].payment == entry.reference }
            func move(_ me: inout Story, _ part: Int, _ amount: Int64) {
                guard amount > 0 else { return }
                me.parts[part].amount &-= amount
                me.parts[part].made = min(me.parts[part].made, me.parts[part].amount)
                put(&me, me.parts[part].charge, amount)
                me.note(entry, me.parts[part].charge, entry.reference, amount)
            }
            for fix in fixes[entry.position] ?? [] {
                if let part = own.first(where: { charges[parts[$0].charge].position == fix.charge }) { move(&self, part, fix.amount) }
            }
            for isStrict in [true, false] {
                for part in own.reversed() where left > 0 && !isFixed(parts[part].charge, at: entry) {
                    if !isStrict || isLike(charges[parts[part].charge]) { move(&self, part, min(left, parts[part].open)) }
                }
            }
            for part in own.reversed() where left > 0 && !isFixed(parts[part].charge, at: entry) { move(&self, part, min(left, parts[part].amount)) }
        }

        private mutating func makeGood(_ entry: Entry, _ named: Int?, _ wanted: [Label]) {
            if let fixed = fixes[entry.position] {
                for fix in fixed {
                    guard let part = parts.firstIndex(where: { $0.payment == fix.payment && charges[$0.charge].position == fix.charge }) else { continue }
                    parts[part].made &+= fix.amount
                    note(entry, parts[part].charge, fix.payment, fix.amount)
                }
                return
            }
            for label in wanted {
                for part in parts.indices where left > 0 && self.label(parts[part].payment) == label && parts[part].open > 0 {
                    guard named.map({ $0 == parts[part].charge }) ?? !charges[parts[part].charge].isFraud else { continue }
                    let amount = min(left, parts[part].open)
                    parts[part].made &+= amount
                    note(entry, parts[part].charge, parts[part].payment, amount)
                }
            }
        }
    }
}

extension Audit.Story.Entry {
    fileprivate var hasAmount: Bool { kind != .chargeSettled }
}

// MARK: What it comes to

extension Audit.Story {
    /// Credit, debit, points, own balance, and what genuine payments took of fraud charges: five sums.
    var entitlement: Entitlement {
        var sums = Entitlement()
        func add(_ charge: Charge, _ amount: Int64) {
            switch charge.source {
            case .creditCard: sums.creditCard &+= amount
            case .debitCard: sums.debitCard &+= amount
            case .point: sums.point &+= amount
            default: break
            }
        }
        for charge in charges where charge.isFraud { add(charge, charge.amount &- charge.corrected) }
        for part in parts {
            let (label, charge) = (label(part.payment), charges[part.charge])
            if label == .fraud, !charge.isFraud { sums.ownBalance &+= part.amount }
            guard label == .genuine, charge.isFraud else { continue }
            add(charge, -part.amount)
            sums.genuineUse &+= part.amount
        }
        return sums
    }

    var free: Int64 { charges.reduce(0) { $0 &+ $1.free } }
    var held: Int64 { charges.reduce(0) { $0 &+ $1.held } }
    var ownFree: Int64 { charges.reduce(0) { $0 &+ ($1.isFraud && !$1.isMadeGood ? 0 : $1.free) } }
    var firstFraud: UInt64? { labels.filter { $0.value == .fraud }.keys.min() }

    /// What the loss must be for what was made good by now: what nobody has judged is taken for the thief's.
    var lossDue: Int64 { parts.reduce(0) { $0 &+ (label($1.payment) != .genuine ? $1.made &- $1.back : 0) } }
    /// D6: what fraud payments took, less what came back.
    var netLoss: Int64 { parts.reduce(0) { $0 &+ (label($1.payment) == .fraud ? $1.amount &- $1.back : 0) } }

    /// True if everything that fraud took is made good, and nothing that was is anything but fraud.
    var isWholeMadeGood: Bool {
        parts.allSatisfy { part in
            switch label(part.payment) {
            case .fraud: part.open == 0
            case .unknown: part.made == 0
            case .genuine: true
            }
        }
    }

    /// What giving back so much of a payment must come to: to the member, to the hold, to the loss.
    func reversal(of payment: UInt64, _ amount: Int64) -> (own: Int64, hold: Int64, loss: Int64) {
        var (own, hold, loss, left) = (Int64(0), Int64(0), Int64(0), amount)
        for part in parts.reversed() where part.payment == payment {
            let charge = charges[part.charge]
            if label(payment) != .genuine {
                let made = min(left, part.made &- part.back)
                (loss, left) = (loss &+ made, left &- made)
            }
            let open = min(left, part.open)
            if charge.isFraud, !charge.isMadeGood { hold &+= open } else { own &+= open }
            left &-= open
        }
        return (own &+ left, hold, loss)
    }

    /// What of a fraud charge is not made good: unspent, and spent by thieves or nobody knows whom.
    func due(_ charge: Int) -> Int64 {
        let unspent = charges[charge].held &+ (charges[charge].isMadeGood ? 0 : charges[charge].free)
        return parts.reduce(unspent) { $0 &+ ($1.charge == charge && label($1.payment) != .genuine ? $1.open : 0) }
    }
}
