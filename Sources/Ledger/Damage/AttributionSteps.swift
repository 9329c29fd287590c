/// How each kind of event moves the parts of lots.
extension Attribution {
    /// True of the kinds that move money of a member's lots, or say what shall be held.
    static func matters(_ kind: EventKind) -> Bool {
        switch kind {
        case .chargeSettled, .paymentAccepted, .paymentReversed, .paymentReversedToUnclaimed, .paymentReversedToHold,
            .paymentReversedToLoss, .chargeCorrected, .exceptionalRefundReleased, .balanceDisposed, .fraudHeld, .holdReleased,
            .holdOrdered, .holdEnded, .paymentReversedToRefund, .fraudHeldFromRefund, .holdReleasedToRefund, .refundReleased, .refundExcluded,
            .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted:
            true
        default: isMakingGood(kind)
        }
    }

    /// True of the kinds after which what a lot gave stays as it is.
    static func isMakingGood(_ kind: EventKind) -> Bool {
        switch kind {
        case .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable, .compensationFromHold,
            .compensationFromLoss:
            true
        default: false
        }
    }

    mutating func step(_ entry: Entry) {
        let named = entry.reference == 0 ? nil : index(of: entry.reference)
        switch entry.kind {
        case .chargeSettled:
            guard let source = entry.source else { return }
            addLot(entry, source)
        case .paymentAccepted:
            payments.append(entry.position)
            take(entry)
        case .paymentReversed, .paymentReversedToRefund: giveBack(entry, like: { !$0.isFraud || $0.madeGoodAt != 0 }) { $0.free += $1 }
        case .paymentReversedToHold: giveBack(entry, like: { $0.isFraud && $0.madeGoodAt == 0 }) { $0.held += $1 }
        case .paymentReversedToUnclaimed: giveBack(entry, like: { !$0.isFraud || $0.madeGoodAt != 0 }) { $0.released += $1 }
        case .paymentReversedToLoss: recover(entry)
        case .chargeCorrected:
            moveFree(entry, named, [0, 1]) { $0.cancelled += $1; $0.corrected += $1 }
        case .exceptionalRefundReleased, .balanceDisposed, .refundReleased, .refundExcluded: moveFree(entry, nil, [0, 1]) { $0.released += $1 }
        case .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted: moveReleased(entry)
        case .fraudHeld, .fraudHeldFromRefund: moveFree(entry, named, [1, 0]) { $0.held += $1 }
        case .holdReleased, .holdReleasedToRefund: moveHeld(entry, named) { $0.free += $1 }
        case .holdOrdered: if entry.reference == 0 { holdsAll = true } else { heldLots.insert(entry.reference) }
        case .holdEnded:
            if entry.reference == 0 { (holdsAll, heldLots) = (false, []) } else { heldLots.remove(entry.reference) }
        case .chargeReversedFromHold, .compensationFromHold: moveHeld(entry, named) { $0.cancelled += $1 }
        // What nobody has judged yet is taken for the thief's.
        case .chargeReversedFromLoss: makeGood(entry, named, [.fraud, .unknown])
        case .compensationFromLoss: makeGood(entry, named, named == nil ? [.fraud] : [.fraud, .unknown])
        case .chargeReversedFromRecoverable: makeGood(entry, named, [.genuine])
        default: break
        }
        guard Self.isMakingGood(entry.kind) else { return }
        for position in touched(by: entry) {
            if let lot = index(of: position), lots[lot].madeGoodAt == 0 { lots[lot].madeGoodAt = entry.position }
        }
    }

    /// The lots that a making-good is about.
    private func touched(by entry: Entry) -> Set<UInt64> {
        var found = Set(touches.reversed().prefix { $0.event == entry.position }.map(\.touch.lot))
        if index(of: entry.reference) != nil { found.insert(entry.reference) }
        return found
    }

    private mutating func addLot(_ entry: Entry, _ source: FundingSource) {
        let isFraud = label(of: entry.position) == .fraud
        var lot = Lot(position: entry.position, source: source, amount: entry.amount, isFraud: isFraud, free: entry.amount)
        lot.place = classes[isFraud ? 1 : 0].count
        classes[isFraud ? 1 : 0].append(lots.count)
        lots.append(lot)
    }

    /// True if the lot's moves at that event are fixed: only those fixed for it may be made.
    private func isFixed(_ lot: Int, _ event: UInt64) -> Bool { !frozen.isEmpty && frozen[lots[lot].position].map { event <= $0 } ?? false }

    private func pinned(_ entry: Entry) -> [Touch] { pins.isEmpty ? [] : pins[entry.position] ?? [] }

    private mutating func note(_ entry: Entry, _ lot: Int, _ amount: Int64, payment: UInt64 = 0) {
        touches.append((entry.position, Touch(lot: lots[lot].position, payment: payment, amount: amount)))
    }

    // MARK: Free parts

    private mutating func take(_ entry: Entry) {
        var left = entry.amount
        let start = takings.count
        for pin in pinned(entry) {
            guard let lot = index(of: pin.lot) else { continue }
            take(entry, lot, pin.amount, &left)
        }
        let label = label(of: entry.position)
        switch label {
        case .fraud: drain([1, 0], entry, &left) { $0.take(entry, $1, $2, &$3) }
        case .genuine: drain([0, 1], entry, &left) { $0.take(entry, $1, $2, &$3) }
        case .unknown: drainInOrder(entry, &left)
        }
        // What is fixed stood first; a reversal goes by the order in which the labels have it taken, fixed or not.
        if !pins.isEmpty {
            func order(_ taking: Taking) -> (Int, Int) {
                (label == .unknown || lots[taking.lot].isFraud == (label == .fraud) ? 0 : 1, taking.lot)
            }
            takings[start...].sort { order($0) < order($1) }
        }
    }

    private mutating func take(_ entry: Entry, _ lot: Int, _ amount: Int64, _ left: inout Int64) {
        guard amount > 0 else { return }
        lots[lot].free -= amount
        left -= amount
        takings.append(Taking(payment: entry.position, lot: lot, amount: amount))
        note(entry, lot, amount, payment: entry.position)
    }

    /// Free lots of one class after the other, first in, first out.
    private mutating func drain(
        _ order: [Int], _ entry: Entry, _ left: inout Int64, _ body: (inout Attribution, Int, Int64, inout Int64) -> Void
    ) {
        for kind in order where left > 0 {
            advance(kind)
            var place = first[kind]
            while left > 0, place < classes[kind].count {
                let lot = classes[kind][place]
                let part = isFixed(lot, entry.position) ? 0 : min(left, lots[lot].free)
                if part > 0 { body(&self, lot, part, &left) }
                place += 1
            }
        }
    }

    private mutating func drainInOrder(_ entry: Entry, _ left: inout Int64) {
        advance(0)
        advance(1)
        var places = first
        while left > 0 {
            let next = [0, 1].compactMap { kind in places[kind] < classes[kind].count ? classes[kind][places[kind]] : nil }.min()
            guard let lot = next else { return }
            places[lots[lot].isFraud ? 1 : 0] += 1
            let part = isFixed(lot, entry.position) ? 0 : min(left, lots[lot].free)
            if part > 0 { take(entry, lot, part, &left) }
        }
    }

    private mutating func advance(_ kind: Int) {
        while first[kind] < classes[kind].count, lots[classes[kind][first[kind]]].free == 0 { first[kind] += 1 }
    }

    /// Something of this lot is free again.
    private mutating func freed(_ lot: Int) {
        let kind = lots[lot].isFraud ? 1 : 0
        first[kind] = min(first[kind], lots[lot].place)
    }

    /// Moves what is free: of the lot the event names as far as it goes, then of the others.
    private mutating func moveFree(_ entry: Entry, _ named: Int?, _ order: [Int], _ put: (inout Lot, Int64) -> Void) {
        var left = entry.amount
        func move(_ me: inout Attribution, _ lot: Int, _ part: Int64, _ left: inout Int64) {
            guard part > 0 else { return }
            me.lots[lot].free -= part
            put(&me.lots[lot], part)
            left -= part
            me.note(entry, lot, part)
        }
        for pin in pinned(entry) {
            if let lot = index(of: pin.lot) { move(&self, lot, pin.amount, &left) }
        }
        if let named, !isFixed(named, entry.position) { move(&self, named, min(left, lots[named].free), &left) }
        drain(order, entry, &left, move)
    }

    // MARK: Held parts

    private mutating func moveHeld(_ entry: Entry, _ named: Int?, _ put: (inout Lot, Int64) -> Void) {
        var left = entry.amount
        func move(_ me: inout Attribution, _ lot: Int, _ part: Int64) {
            guard part > 0 else { return }
            me.lots[lot].held -= part
            put(&me.lots[lot], part)
            me.freed(lot)
            left -= part
            me.note(entry, lot, part)
        }
        for pin in pinned(entry) {
            if let lot = index(of: pin.lot) { move(&self, lot, pin.amount) }
        }
        if let named, !isFixed(named, entry.position) { move(&self, named, min(left, lots[named].held)) }
        for kind in [0, 1] where left > 0 {
            for lot in classes[kind] where left > 0 && !isFixed(lot, entry.position) { move(&self, lot, min(left, lots[lot].held)) }
        }
    }

    /// What had been paid out or excluded is free again: last what went first.
    private mutating func moveReleased(_ entry: Entry) {
        var left = entry.amount
        func move(_ me: inout Attribution, _ lot: Int, _ part: Int64) {
            guard part > 0 else { return }
            me.lots[lot].released -= part
            me.lots[lot].free += part
            me.freed(lot)
            left -= part
            me.note(entry, lot, part)
        }
        for pin in pinned(entry) {
            if let lot = index(of: pin.lot) { move(&self, lot, pin.amount) }
        }
        for kind in [1, 0] where left > 0 {
            for lot in classes[kind].reversed() where left > 0 && !isFixed(lot, entry.position) { move(&self, lot, min(left, lots[lot].released)) }
        }
    }

    // MARK: Taken parts

    /// Takings stand in the order of their payments, so those of one payment are found by halving.
    func range(of payment: UInt64) -> Range<Int> {
        func bound(_ isBefore: (UInt64) -> Bool) -> Int {
            var (low, high) = (0, takings.count)
            while low < high {
                let middle = (low + high) / 2
                if isBefore(takings[middle].payment) { low = middle + 1 } else { high = middle }
            }
            return low
        }
        return bound { $0 < payment }..<bound { $0 <= payment }
    }

    /// Gives back what a payment took and was not made good, last taken first: of lots like those the posting says, then of any.
    private mutating func giveBack(
        _ entry: Entry, like wanted: (Lot) -> Bool, _ put: (inout Lot, Int64) -> Void
    ) {
        var left = entry.amount
        let range = range(of: entry.reference)
        func move(_ me: inout Attribution, _ index: Int, _ part: Int64) {
            guard part > 0 else { return }
            let lot = me.takings[index].lot
            me.takings[index].amount -= part
            me.takings[index].made = min(me.takings[index].made, me.takings[index].amount)
            put(&me.lots[lot], part)
            me.freed(lot)
            left -= part
            me.note(entry, lot, part, payment: entry.reference)
        }
        for pin in pinned(entry) {
            if let lot = index(of: pin.lot), let index = range.first(where: { takings[$0].lot == lot }) { move(&self, index, pin.amount) }
        }
        for pass in 0..<3 where left > 0 {
            for index in range.reversed() where left > 0 {
                let taking = takings[index]
                guard pass > 0 || wanted(lots[taking.lot]), !isFixed(taking.lot, entry.position) else { continue }
                // Last what a partner took though the member had spent it: the member has it back, and still owes it.
                move(&self, index, min(left, pass < 2 ? taking.amount - taking.made : taking.amount))
            }
        }
    }

    /// What a payment took was made good already, and comes back to the issuer.
    private mutating func recover(_ entry: Entry) {
        var left = entry.amount
        for index in range(of: entry.reference).reversed() where left > 0 {
            let part = min(left, takings[index].made - takings[index].recovered)
            takings[index].recovered += part
            left -= part
        }
    }

    /// Marks what payments of these labels took of a lot, or, without one, of all own lots, as made good.
    private mutating func makeGood(_ entry: Entry, _ named: Int?, _ wanted: [Label]) {
        var left = entry.amount
        if let pinned = pins.isEmpty ? nil : pins[entry.position] {
            for pin in pinned {
                guard let lot = index(of: pin.lot), let index = range(of: pin.payment).first(where: { takings[$0].lot == lot }) else { continue }
                takings[index].made += pin.amount
                left -= pin.amount
                note(entry, lot, pin.amount, payment: pin.payment)
            }
        } else {
            for label in wanted {
                for index in takings.indices where left > 0 {
                    let taking = takings[index]
                    guard self.label(of: taking.payment) == label, named.map({ $0 == taking.lot }) ?? !lots[taking.lot].isFraud else { continue }
                    let part = min(left, taking.amount - taking.made)
                    guard part > 0 else { continue }
                    takings[index].made += part
                    left -= part
                    note(entry, taking.lot, part, payment: taking.payment)
                }
            }
        }
    }

    /// From now on the moves so far of the lots that this making-good touched are the same in every play.
    mutating func freeze(_ entry: Entry) {
        let touched = touched(by: entry)
        for position in touched { frozen[position] = entry.position }
        // This play repeated what was fixed before, and an event may move a lot twice (a reversal: what was open, then what was made).
        for event in pins.keys { pins[event]?.removeAll { touched.contains($0.lot) } }
        pins = pins.filter { !$0.value.isEmpty }
        for (event, touch) in touches where touched.contains(touch.lot) { pins[event, default: []].append(touch) }
    }
}
