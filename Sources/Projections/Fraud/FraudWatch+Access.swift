internal import Journal
internal import Ledger

/// Devices, addresses and countries: what the member's own acts tell of where they come from.
///
/// Remembered of every account: the sixteen addresses it used last (F9: one of them is not new; 64 bits of each pseudonym),
/// and the four devices it used last with when and in which event each was first seen (F5, F13, F14). What was pushed out
/// is new again. A device is seen where an act names it itself, or binds it.
extension FraudWatch {
    /// Gives a device that is named for the first time the ordinal the books give it. The ordinal, 0 if none is named.
    @discardableResult
    mutating func meet(_ event: EventView, _ kind: EventKind, _ tail: FraudTail) -> Int64 {
        guard tail.device != 0 else { return 0 }
        let (high, low) = event.pseudonym(tail.device)
        let row = pairs.add(Tag.pseudonym, Int64(bitPattern: high), Int64(bitPattern: low))
        if pairs[row, 3] == 0 {
            words[Word.devices, 0] += 1
            pairs[row, 3] = words[Word.devices, 0]
        }
        return pairs[row, 3]
    }

    /// An act of the member's own that moves no money and is no login.
    mutating func act(_ event: EventView, _ kind: EventKind, _ account: UInt64) {
        guard event.hasTail else { return }
        let tail = FraudTail(event)
        let now = event.recordedAt.microseconds
        note(event, kind, tail, account, now)
        if tail.isAddressChanged, kind == .credentialsReset, rules.reset != nil {
            let slot = window(account, now)
            (windows[slot, Window.resetAt], windows[slot, Window.reset]) = (now, Int64(bitPattern: event.position))
        }
    }

    /// Takes in the device, the address and the country an own act names.
    mutating func note(_ event: EventView, _ kind: EventKind, _ tail: FraudTail, _ account: UInt64, _ now: Int64) {
        let named = meet(event, kind, tail)
        let device = event.device(tail.access)
        if device != 0 { see(device, account, event.position, now) }
        if kind == .deviceBound, named != 0, named != device { see(named, account, event.position, now) }
        guard tail.access != 0 else { return }
        let address = Self.short(event.address(tail.access))
        if address != 0 { use(address, account) }
        let country = event.country(tail.access)
        if country != 0, country != words[Word.home, 0], rules.foreign != nil {
            let slot = window(account, now)
            (windows[slot, Window.abroadAt], windows[slot, Window.abroad]) = (now, Int64(bitPattern: event.position))
        }
    }

    /// Sixty-four bits of an address; 0 for none.
    static func short(_ address: (high: UInt64, low: UInt64)) -> Int64 {
        address == (0, 0) ? 0 : Int64(bitPattern: max(1, KeyedRows.mix(address.high, address.low)))
    }

    // MARK: Addresses

    func hasUsed(_ address: Int64, _ account: UInt64) -> Bool {
        let row = Int(accounts[Int(account) - 1, Account.known]) - 1
        return row >= 0 && (0..<Known.addresses).contains { known[row, $0] == address }
    }

    private mutating func use(_ address: Int64, _ account: UInt64) {
        let row = knownRow(account)
        var moved = address
        for column in 0..<Known.addresses {
            let here = known[row, column]
            known[row, column] = moved
            if here == address || here == 0 { return }
            moved = here
        }
    }

    private mutating func knownRow(_ account: UInt64) -> Int {
        let held = accounts[Int(account) - 1, Account.known]
        if held != 0 { return Int(held) - 1 }
        let row = known.count
        known[row, 0] = 0
        accounts[Int(account) - 1, Account.known] = Int64(row) + 1
        return row
    }

    // MARK: Devices

    /// When and in which event a device was first seen on the account; `nil` if it is not one of the last.
    func firstSeen(_ device: Int64, _ account: UInt64) -> (at: Int64, position: Int64)? {
        let row = Int(accounts[Int(account) - 1, Account.known]) - 1
        guard row >= 0, device != 0 else { return nil }
        for column in stride(from: Known.firstDevice, to: Known.width, by: 3) where known[row, column] == device {
            return (known[row, column + 1], known[row, column + 2])
        }
        return nil
    }

    /// The device that was last seen for the first time.
    func newestDevice(_ account: UInt64) -> (at: Int64, position: Int64)? {
        let row = Int(accounts[Int(account) - 1, Account.known]) - 1
        guard row >= 0 else { return nil }
        var newest: (at: Int64, position: Int64)?
        for column in stride(from: Known.firstDevice, to: Known.width, by: 3) where known[row, column] != 0 {
            if known[row, column + 2] > newest?.position ?? -1 { newest = (known[row, column + 1], known[row, column + 2]) }
        }
        return newest
    }

    private mutating func see(_ device: Int64, _ account: UInt64, _ position: UInt64, _ now: Int64) {
        let row = knownRow(account)
        var moved = (device, now, Int64(bitPattern: position))
        if let seen = firstSeen(device, account) { (moved.1, moved.2) = seen }
        for column in stride(from: Known.firstDevice, to: Known.width, by: 3) {
            let here = (known[row, column], known[row, column + 1], known[row, column + 2])
            (known[row, column], known[row, column + 1], known[row, column + 2]) = moved
            if here.0 == device || here.0 == 0 { break }
            moved = here
        }
        share(device, account, position, now)
    }

    /// F6: accounts on which a device was seen within the seconds, each once.
    private mutating func share(_ device: Int64, _ account: UInt64, _ position: UInt64, _ now: Int64) {
        guard let rule = rules.shared else { return }
        uses.expire(now, rule.span, &sources, &pairs)
        let source = uses.add(
            Fan.Touch(thing: (account, 1)), Tag.device, device, 0, position: position, now, rule.span, &sources, &pairs)
        guard sources[source, Fan.Source.mark] == 0, sources[source, Fan.Source.different] >= rule.accounts else { return }
        let (start, evidence) = uses.evidence(source, sources)
        sources[source, Fan.Source.mark] = Mark(start: start, level: 1).word
        write(
            Hit(
                rule: .sharedDevice, weight: rule.weight, subject: .device(device), start: start, evidence: evidence,
                matched: sources[source, Fan.Source.different], position: position, now: now))
    }

    // MARK: Sessions

    /// The device of a payment: the one it names, or the one its session began with, for a day after the login.
    func device(_ event: EventView, _ tail: FraudTail, _ now: Int64) -> Int64 {
        let own = event.device(tail.access)
        return own != 0 ? own : sessionDevice(event.session, now)
    }

    func sessionDevice(_ session: Int64, _ now: Int64) -> Int64 {
        guard sessions.holds(session), now - sessions[session, 1] <= RulesInForce.day else { return 0 }
        return sessions[session, 0]
    }

    mutating func begin(_ session: Int64, device: Int64, _ now: Int64) {
        while !sessions.isEmpty, now - sessions[sessions.first, 1] > RulesInForce.day { sessions.dropFirst() }
        // Sessions are numbered without gaps.
        guard session == sessions.next else { return }
        let entry = sessions.append()
        (sessions[entry, 0], sessions[entry, 1]) = (device, now)
    }
}
