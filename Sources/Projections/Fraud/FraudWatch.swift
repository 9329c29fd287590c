public import Journal
public import Ledger

/// `fraud`: what the rules of monitoring find (不正検知), as it happens, by the time of recording and from what came before
/// alone. The shapes of the rules F0 to F14 are here, their numbers in the rule set in force (`ruleSetActivated`).
///
/// What is counted: a *charge* of a rule is one from a source the rule names. The member's *own acts* (opening, resetting,
/// charging, paying, signing in, binding and linking) tell device, address and country; staff's acts and failed logins do
/// not. A payment that names no device has its session's, for a day after the login. "Within so many seconds" includes the
/// last microsecond. Each rule set looks only at what was recorded while it is in force; the known addresses and devices,
/// the last movement of money, the places of stores and the counts of days go on over a change.
///
/// One finding a rule set, rule, subject and window: a window begins with the first event it stands on and lasts as long as
/// the rule's seconds, that microsecond included; while it lasts the rule is silent about the subject, but for one graver
/// finding of twice the weight (F1, F2; F3 has no window). Rules that count (F1, F6, F7, F11, F12) begin anew after it.
///
/// Bound of memory: a row of five words for every account, 28 for those that ever named a device or an address, seven for
/// every store, four for every device (its ordinal), rows of findings and of hours that saw a login or a card charge, and
/// at most 1,000 sources a day. All else goes with its window: the state of an account two days after its last act, notes,
/// touches and counts with the longest span of their rule, sessions a day after the login. Reads nothing back from the log.
public struct FraudWatch: Projection {
    public static let name = "fraud"
    public static let version = 1

    public internal(set) var next: UInt64 = 0

    /// By member ordinal − 1; columns in `Account`.
    var accounts = DenseTable("accounts", width: Account.width)
    /// Sixteen addresses, then four times device, when and in which event it was first seen; the last used first.
    var known = DenseTable("known", width: Known.width)
    /// What the rules remember of accounts that did something lately; columns in `Window`.
    var windows = DenseTable("windows", width: Window.width)
    /// The rows of `windows` in the order in which they are to be looked at again: row, time.
    var queue = Ring("queue", width: 2)
    /// position, time, the account's money note before it, the note of the same rule before it.
    var notes = Ring("notes", width: 4)
    var uses = Fan("uses")
    var tries = Fan("tries")
    var tills = Fan("tills")
    var sources = KeyedRows("sources", width: Fan.Source.width)
    var pairs = KeyedRows("pairs", width: Fan.pairWidth)
    /// By session ordinal: device, time of the login.
    var sessions = Ring("sessions", width: 2)
    /// By store ordinal − 1; columns in `Store`.
    var stores = DenseTable("stores", width: Store.width)
    /// First what stands alone (`Word`), then texts and lists of positions.
    var words = DenseTable("words", width: 1)
    var found = DenseTable("findings", width: Found.width)
    /// Hours, and sources of days that are over; columns in `Report`.
    var reports = DenseTable("reports", width: Report.width)

    /// Of `words`: read anew after a restart.
    var rules = RulesInForce(.none, version: 0)

    static let mostEvidence = 100

    /// Rules are being tried: what the log puts into force does not count.
    private var isTrial = false

    /// For trying rules on a whole log, as if they had always been in force; never stored.
    public init(trying set: RuleSet) {
        self.init()
        rules = RulesInForce(set, version: 1)
        isTrial = true
    }

    public init() {
        words[Word.count - 1, 0] = 0
        words[Word.home, 0] = Self.code(Country.japan)
    }

    public var tables: [DenseTable] {
        get {
            [
                accounts, known, windows, queue.table, notes.table, uses.ring.table, tries.ring.table, tills.ring.table,
                sources.table, pairs.table, sessions.table, stores, words, found, reports,
            ]
        }
        set {
            (accounts, known, windows) = (newValue[0], newValue[1], newValue[2])
            queue.restore(newValue[3])
            notes.restore(newValue[4])
            uses.ring.restore(newValue[5])
            tries.ring.restore(newValue[6])
            tills.ring.restore(newValue[7])
            sources.restore(newValue[8])
            pairs.restore(newValue[9])
            sessions.restore(newValue[10])
            (stores, words, found, reports) = (newValue[11], newValue[12], newValue[13], newValue[14])
        }
    }

    public mutating func restore(next: UInt64) throws {
        guard isSound(next) else { throw ViewError.damaged }
        let version = words[Word.version, 0]
        if version > 0 { rules = RulesInForce(RuleSet(reading: Tail(bytes: text(words[Word.rules, 0]))), version: version) }
        self.next = next
    }

    /// The links that are followed lead to rows that are there.
    private func isSound(_ next: UInt64) -> Bool {
        guard words.count >= Word.count, words[Word.version, 0] >= 0, sources.isSound, pairs.isSound,
            [queue, notes, uses.ring, tries.ring, tills.ring, sessions].allSatisfy(\.isSound)
        else { return false }
        for row in 0..<accounts.count {
            guard (0...Int64(known.count)).contains(accounts[row, Account.known]),
                (0...Int64(windows.count)).contains(accounts[row, Account.window]), accounts[row, Account.last] < Int64(next)
            else { return false }
        }
        for row in 0..<windows.count {
            guard (0...Int64(accounts.count)).contains(windows[row, Window.owner]),
                windows[row, Window.owner] != 0 || (0...Int64(windows.count)).contains(windows[row, Window.nextFree])
            else { return false }
        }
        func isText(_ at: Int64) -> Bool {
            at == 0 || at >= Word.count && at < words.count && words[Int(at), 0] >= 0 && at + (words[Int(at), 0] + 7) / 8 < words.count
        }
        for row in 0..<found.count {
            let (start, count) = (found[row, Found.evidence], found[row, Found.evidenceCount])
            guard RuleNumber(rawValue: UInt8(truncatingIfNeeded: found[row, Found.rule])) != nil, (0...100).contains(count),
                start >= Word.count, start + count <= words.count,
                found[row, Found.kind] != FraudSubject.storeKind || isText(found[row, Found.a])
            else { return false }
        }
        guard (0...Int64(windows.count)).contains(words[Word.freeWindow, 0]), (0...Int64(reports.count)).contains(words[Word.hourRow, 0])
        else { return false }
        return isText(words[Word.rules, 0]) && (0..<stores.count).allSatisfy { isText(stores[$0, Store.name]) }
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next])
        for table in tables {
            hash.add([UInt64(table.words.count)])
            hash.add(table.words.map { UInt64(bitPattern: $0) })
        }
        return hash.finalize()
    }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        guard let kind = event.kind else { return }
        let member = event.subject.memberOrdinal
        if let member { accounts[Int(member) - 1, Account.last] = Int64(bitPattern: event.position) }
        switch kind {
        case .chargeSettled: if let member { charge(event, member) }
        case .paymentAccepted: if let member { pay(event, member) }
        case .loginSucceeded, .loginFailed, .loginsCounted: login(event, kind, member)
        case .accountOpened, .credentialsReset, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked,
            .fundingSourceLinked, .fundingSourceUnlinked, .contactRegistered:
            if let member { act(event, kind, member) }
        case .policySet: words[Word.home, 0] = Self.code(Policy(reading: event.tail).homeCountry)
        case .ruleSetActivated where !isTrial: activate(event)
        default: if event.hasTail { meet(event, kind, FraudTail(event)) }
        }
    }

    /// From here on this rule set, and nothing that another one counted.
    private mutating func activate(_ event: EventView) {
        meet(event, .ruleSetActivated, FraudTail(event))
        let version = words[Word.version, 0] + 1
        words[Word.version, 0] = version
        words[Word.activation, 0] = Int64(bitPattern: event.position)
        let tail = event.tail
        words[Word.rules, 0] = keep(tail.bytes)
        rules = RulesInForce(RuleSet(reading: tail), version: version)
        while !queue.isEmpty { releaseWindow(queue[queue.first, 0]) }
        notes.removeAll()
        uses.ring.removeAll()
        tries.ring.removeAll()
        tills.ring.removeAll()
        sources.keep { $0 >= Tag.day }
        pairs.keep { $0 >= Tag.day }
        words[Word.unknownMark, 0] = 0
    }

    static func code(_ country: Country) -> Int64 {
        country.description.utf8.reduce(0) { $0 << 8 | Int64($1) }
    }

    // MARK: Texts

    /// Adds a text to `words`, and gives its place; 0 for an empty one.
    mutating func keep(_ bytes: [UInt8]) -> Int64 {
        guard !bytes.isEmpty else { return 0 }
        let start = words.count
        words[start, 0] = Int64(bytes.count)
        for index in stride(from: 0, to: bytes.count, by: 8) {
            var word: UInt64 = 0
            for byte in bytes[index..<min(index + 8, bytes.count)].reversed() { word = word << 8 | UInt64(byte) }
            words[start + 1 + index / 8, 0] = Int64(bitPattern: word)
        }
        return Int64(start)
    }

    func text(_ at: Int64) -> [UInt8] {
        guard at > 0 else { return [] }
        return (0..<Int(words[Int(at), 0])).map {
            UInt8(truncatingIfNeeded: words[Int(at) + 1 + $0 / 8, 0] >> Int64($0 % 8 * 8))
        }
    }

    // MARK: Windows of accounts

    /// The row of what the rules remember of an account, made if there is none. Rows that were not touched for a day and
    /// more are given back first.
    mutating func window(_ account: UInt64, _ now: Int64) -> Int {
        let row = Int(account) - 1
        let held = accounts[row, Account.window]
        if held != 0 {
            windows[Int(held) - 1, Window.touched] = now
            return Int(held) - 1
        }
        while !queue.isEmpty, now - queue[queue.first, 1] > RulesInForce.day {
            let old = queue[queue.first, 0]
            if now - windows[Int(old), Window.touched] > RulesInForce.day {
                releaseWindow(old)
            } else {
                queue.dropFirst()
                enqueue(old, now)
            }
        }
        let free = words[Word.freeWindow, 0]
        let slot = free > 0 ? Int(free) - 1 : windows.count
        if free > 0 { words[Word.freeWindow, 0] = windows[slot, Window.nextFree] }
        windows[slot, Window.owner] = Int64(account)
        windows[slot, Window.touched] = now
        accounts[row, Account.window] = Int64(slot) + 1
        enqueue(Int64(slot), now)
        return slot
    }

    private mutating func enqueue(_ slot: Int64, _ now: Int64) {
        let entry = queue.append()
        (queue[entry, 0], queue[entry, 1]) = (slot, now)
    }

    /// Gives back the first row of the queue.
    private mutating func releaseWindow(_ slot: Int64) {
        queue.dropFirst()
        accounts[Int(windows[Int(slot), Window.owner]) - 1, Account.window] = 0
        for column in 0..<Window.width { windows[Int(slot), column] = 0 }
        windows[Int(slot), Window.nextFree] = words[Word.freeWindow, 0]
        words[Word.freeWindow, 0] = slot + 1
    }
}
