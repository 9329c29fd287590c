internal import Journal
internal import Ledger

/// The rules about one account that look at a row of things.
extension FraudWatch {
    /// F1: charges in a short time, or, graver, more in a longer one. The window is the longer of the two spans.
    mutating func checkBurst(_ at: Movement) {
        guard let rule = rules.burst else { return }
        var mark = Mark(windows[at.slot, Window.chargesMark])
        if mark.level > 0, !mark.isOpen(at.now, rule.longest) {
            // This charge is the first that counts.
            notes[windows[at.slot, Window.charges], 3] = 0
            mark = Mark(0)
            windows[at.slot, Window.chargesMark] = 0
        }
        guard mark.level < 2 else { return }
        let head = windows[at.slot, Window.charges]
        let isMany = count(head, link: 3, since: at.now - rule.manySpan, limit: rule.manyCharges) == rule.manyCharges
        guard isMany || mark.level == 0 && count(head, link: 3, since: at.now - rule.span, limit: rule.charges) == rule.charges
        else { return }
        let (count, first, evidence) = noted(head, link: 3, since: at.now - (isMany ? rule.manySpan : rule.span))
        let (start, level): (Int64, Int64) = (mark.level > 0 ? mark.start : first, isMany ? 2 : 1)
        windows[at.slot, Window.chargesMark] = Mark(start: start, level: level).word
        write(hit(.chargeBurst, level: level, rule.weight, at, start: start, evidence, matched: count))
    }

    /// F2, first half: a charge brings the balance to so many percent of the cap.
    mutating func fill(_ event: EventView, _ source: FundingSource, _ at: Movement) {
        guard let rule = rules.drain, rule.sources.contains(source), event.balanceAfter * 100 >= rule.fill else { return }
        (windows[at.slot, Window.filledAt], windows[at.slot, Window.filled]) = (at.now, Int64(bitPattern: at.position))
    }

    /// F2, second half: a payment brings it down within the seconds after the last filling; that is one cycle. Graver from so
    /// many cycles in one window on.
    mutating func drain(_ at: Movement, _ rule: RulesInForce.Drain) {
        let (filledAt, filled) = (windows[at.slot, Window.filledAt], windows[at.slot, Window.filled])
        guard filled != 0, at.now - filledAt <= rule.span else { return }
        windows[at.slot, Window.filled] = 0
        var mark = Mark(windows[at.slot, Window.drainMark])
        if !mark.isOpen(at.now, rule.span) {
            mark = Mark(0)
            (windows[at.slot, Window.cycles], windows[at.slot, Window.drains]) = (0, 0)
        }
        windows[at.slot, Window.cycles] += 1
        for (position, time) in [(filled, filledAt), (Int64(bitPattern: at.position), at.now)] {
            let entry = addNote(UInt64(bitPattern: position), time)
            notes[entry, 3] = windows[at.slot, Window.drains]
            windows[at.slot, Window.drains] = entry
        }
        let cycles = windows[at.slot, Window.cycles]
        let level: Int64 = cycles >= rule.cycles ? 2 : 1
        guard level > mark.level else { return }
        let start = mark.level > 0 ? mark.start : filledAt
        windows[at.slot, Window.drainMark] = Mark(start: start, level: level).word
        let evidence = noted(windows[at.slot, Window.drains], link: 3, since: .min).positions
        write(hit(.fillAndDrain, level: level, rule.weight, at, start: start, evidence, matched: cycles))
    }

    /// F4: an act that names a country not the policy's own, then a payment.
    mutating func checkAbroad(_ at: Movement) {
        guard let rule = rules.foreign, windows[at.slot, Window.abroad] != 0 else { return }
        let (abroadAt, abroad) = (windows[at.slot, Window.abroadAt], windows[at.slot, Window.abroad])
        guard at.now - abroadAt <= rule.span, opens(Window.abroadMark, at, rule.span, start: abroadAt) else { return }
        write(hit(.foreignLoginThenPayment, rule.weight, at, start: abroadAt, [abroad, Int64(at.position)], matched: 1))
    }

    /// F5: a device seen for the first time on the account, then a charge, through whatever device.
    mutating func checkNewDevice(_ source: FundingSource, _ at: Movement) {
        guard let rule = rules.newDevice, rule.sources.contains(source), let device = newestDevice(at.account),
            isOfThisSet(device.position), at.now - device.at <= rule.span,
            opens(Window.newDeviceMark, at, rule.span, start: device.at)
        else { return }
        write(hit(.newDeviceThenCharge, rule.weight, at, start: device.at, [device.position, Int64(at.position)], matched: 1))
    }

    /// F13: a reset to a changed address, then a device never seen before, then a charge, all within the seconds.
    mutating func checkReset(_ source: FundingSource, _ at: Movement) {
        guard let rule = rules.reset, rule.sources.contains(source), windows[at.slot, Window.reset] != 0 else { return }
        let (resetAt, reset) = (windows[at.slot, Window.resetAt], windows[at.slot, Window.reset])
        guard at.now - resetAt <= rule.span, let device = newestDevice(at.account), device.position >= reset,
            opens(Window.resetMark, at, rule.span, start: resetAt)
        else { return }
        write(hit(.resetThenCharge, rule.weight, at, start: resetAt, [reset, device.position, Int64(at.position)], matched: 1))
    }

    /// F14: money had not moved for longer than so many seconds, and the payment's device is new on the account.
    mutating func checkIdle(_ event: EventView, _ tail: FraudTail?, _ at: Movement, _ rule: RulesInForce.Idle) {
        let device: Int64
        if let tail { device = self.device(event, tail, at.now) } else { device = sessionDevice(event.session, at.now) }
        guard let seen = firstSeen(device, at.account), isOfThisSet(seen.position), at.now - seen.at <= rule.deviceSpan,
            opens(Window.idleMark, at, rule.deviceSpan, start: seen.at)
        else { return }
        write(hit(.idleThenPayment, rule.weight, at, start: seen.at, [seen.position, Int64(at.position)], matched: 1))
    }

    /// F9, last part: a charge after a success that guessing led to.
    mutating func checkGuessed(_ source: FundingSource, _ at: Movement) {
        guard let rule = rules.guessed, rule.sources.contains(source), windows[at.slot, Window.guessed] != 0 else { return }
        let (guessedAt, guessed) = (windows[at.slot, Window.guessedAt], windows[at.slot, Window.guessed])
        guard at.now - guessedAt <= rule.span else { return }
        // Errors before the success: those after it stand at the chain's front.
        var head = windows[at.slot, Window.errors]
        while notes.holds(head), notes[head, 0] > guessed { head = notes[head, 3] }
        let (count, start, errors) = noted(head, link: 3, since: guessedAt - rule.span)
        guard opens(Window.guessedMark, at, rule.span, start: start) else { return }
        windows[at.slot, Window.guessed] = 0
        write(
            hit(
                .guessedThenCharge, rule.weight, at, start: start,
                errors.suffix(Self.mostEvidence - 2) + [guessed, Int64(at.position)], matched: count))
    }

    /// F10: two payments at most a day apart, in stores too far apart: for the speed, or for the seconds. Payments in stores
    /// whose place is not known are passed over.
    mutating func checkTravel(_ store: Int64, _ at: Movement) {
        guard let rule = rules.travel, stores[Int(store) - 1, Store.hasPlace] == 1 else { return }
        let before = windows[at.slot, Window.store]
        let (wasAt, event) = (windows[at.slot, Window.storeAt], windows[at.slot, Window.storeEvent])
        windows[at.slot, Window.store] = store
        (windows[at.slot, Window.storeAt], windows[at.slot, Window.storeEvent]) = (at.now, Int64(bitPattern: at.position))
        guard before != 0, before != store, at.now - wasAt <= RulesInForce.day else { return }
        let metres = place(before).metres(to: place(store))
        let took = at.now - wasAt
        let isTooFast = Int128(metres) * 3_600_000_000 > Int128(rule.kilometresPerHour) * 1000 * Int128(took)
        guard isTooFast || metres >= rule.metres && took <= rule.span, opens(Window.travelMark, at, rule.span, start: wasAt) else { return }
        write(hit(.impossibleTravel, rule.weight, at, start: wasAt, [event, Int64(at.position)], matched: metres))
    }

    private func place(_ store: Int64) -> Place {
        Place(latitude: stores[Int(store) - 1, Store.latitude], longitude: stores[Int(store) - 1, Store.longitude])
    }

    /// F12: payments of at least so much that are multiples of what one carton costs.
    mutating func checkCartons(_ at: Movement) {
        guard let rule = rules.cartons else { return }
        let mark = Mark(windows[at.slot, Window.cartonsMark])
        if mark.level > 0 {
            guard !mark.isOpen(at.now, rule.span) else { return }
            notes[windows[at.slot, Window.cartons], 3] = 0
            windows[at.slot, Window.cartonsMark] = 0
        }
        let head = windows[at.slot, Window.cartons]
        guard count(head, link: 3, since: at.now - rule.span, limit: rule.payments) == rule.payments else { return }
        let (count, start, evidence) = noted(head, link: 3, since: at.now - rule.span)
        windows[at.slot, Window.cartonsMark] = Mark(start: start, level: 1).word
        write(hit(.cartonAmounts, rule.weight, at, start: start, evidence, matched: count))
    }

    /// F11: accounts that paid at least so much on one register (or, where none is named, in one store) within the seconds.
    mutating func checkCluster(_ event: EventView, _ tail: FraudTail?, _ store: Int64, _ at: Movement, _ rule: RulesInForce.Cluster) {
        let register = tail.map { event.value($0.register) } ?? []
        tills.expire(at.now, rule.span, &sources, &pairs)
        let source = tills.add(
            Fan.Touch(thing: (at.account, 1)), Tag.till, store, Self.hash(register), position: at.position, at.now, rule.span,
            &sources, &pairs)
        guard sources[source, Fan.Source.mark] == 0, sources[source, Fan.Source.different] >= rule.accounts else { return }
        let (start, evidence) = tills.evidence(source, sources)
        sources[source, Fan.Source.mark] = Mark(start: start, level: 1).word
        let different = sources[source, Fan.Source.different]
        let name = text(stores[Int(store) - 1, Store.name])
        let subject = keep(register.isEmpty ? name : name + [UInt8(ascii: "#")] + register)
        write(
            Hit(
                rule: .storeCluster, weight: rule.weight, subject: .store(subject), start: start, evidence: evidence, matched: different,
                position: at.position, now: at.now))
    }

    /// A register's name in 64 bits; 0 for none.
    private static func hash(_ text: [UInt8]) -> Int64 {
        text.isEmpty ? 0 : Int64(bitPattern: text.reduce(UInt64(text.count)) { KeyedRows.mix($0, UInt64($1)) })
    }

    /// A store's name and place stand in the first event that names it.
    mutating func learn(_ event: EventView, _ tail: FraudTail, _ row: Int) {
        guard row >= 0, stores[row, Store.name] == 0 else { return }
        stores[row, Store.name] = keep(event.value(tail.store))
        guard tail.place != 0, let place = Place(event.value(tail.place)) else { return }
        stores[row, Store.hasPlace] = 1
        (stores[row, Store.latitude], stores[row, Store.longitude]) = (place.latitude, place.longitude)
    }

    /// True if no window of the rule is open for the account; then one is, from `start` on.
    private mutating func opens(_ column: Int, _ at: Movement, _ span: Int64, start: Int64) -> Bool {
        guard !Mark(windows[at.slot, column]).isOpen(at.now, span) else { return false }
        windows[at.slot, column] = Mark(start: start, level: 1).word
        return true
    }

    /// What an earlier rule set saw does not count for this one.
    private func isOfThisSet(_ position: Int64) -> Bool { position > words[Word.activation, 0] }
}
