/// What must be remembered of sessions, devices and the like to decide. Sessions are bounded by the accounts' live ones,
/// counted charges by the policy's longest window; nothing here grows with the number of logins.
public struct AccessBooks: Sendable {
    var devices = PseudonymTable()
    var contacts = PseudonymTable()
    var cards = NameTable()
    var externalLogins = PseudonymTable()
    /// The account an external login is linked to, by its ordinal − 1; 0 = none.
    var externalAccounts: [UInt32] = []

    /// By member ordinal − 1; grown when an account first needs it.
    var members: [MemberAccess] = []
    var links: [Link] = []
    var freeLink: UInt32 = 0

    /// How many sessions ever began: the last one's ordinal.
    public internal(set) var sessionCount: UInt32 = 0
    var sessions: [Session] = []
    var freeSession: UInt32 = 0
    /// Slot + 1 of each live session.
    var slots = SlotTable()
    /// Sessions that began before this position have ended: all, those begun by an external login, and by the common id.
    var endedBefore: UInt64 = 0
    var externalEndedBefore: UInt64 = 0
    var commonEndedBefore: UInt64 = 0
    /// Position of the last mass reset; 0 = none.
    public internal(set) var mandate: UInt64 = 0

    var window = ChargeWindow()

    /// A member may be signed in on this many devices; a further login ends the oldest session.
    static let mostSessions = 8

    struct MemberAccess: Equatable, Sendable {
        /// Index + 1 of the first link and of the newest session; 0 = none.
        var links: UInt32 = 0
        var sessions: UInt32 = 0
        /// Position of the last reset the member made, 0 = none, and the times of the last reset and change of contact.
        var reset: UInt64 = 0
        var resetAt = Int64.min
        var contactAt = Int64.min
        /// Day of `today` since 1970 in Japan.
        var day: Int64 = 0
        var today = DaySums()
        /// Number of the newest counted charge in the window; 0 = none.
        var newestCharge: UInt64 = 0
    }

    /// What was charged and paid on one day, in minor units.
    struct DaySums: Equatable, Sendable {
        var charged: Int64 = 0
        var cardCharged: Int64 = 0
        var paid: Int64 = 0
    }

    /// Something bound or linked to an account.
    struct Link: Equatable, Sendable {
        enum Kind: UInt8, Sendable { case free, device, externalLogin, card, contact }
        var kind = Kind.free
        /// The funding source of a card, the kind of a contact.
        var detail: UInt8 = 0
        /// Ordinal in the table of its kind.
        var value: UInt32
        var next: UInt32
        var since: Int64
        /// Of a device: what was charged by card through it in its first hours.
        var charged: Int64 = 0
    }

    struct Session: Equatable, Sendable {
        var ordinal: UInt32
        var account: UInt32
        var device: UInt32
        var next: UInt32
        /// Position and time of the login.
        var begun: UInt64
        var begunAt: Int64
        var authenticatedAt: Int64
        var country: UInt16
        var level: UInt8
        var method: UInt8
        var isExternal: Bool
    }

    // MARK: Reading

    func member(_ ordinal: UInt64) -> MemberAccess? {
        ordinal <= UInt64(members.count) && ordinal > 0 ? members[Int(ordinal) - 1] : nil
    }

    /// The session, if it is live.
    func session(_ ordinal: UInt32) -> Session? {
        let slot = slots[ordinal]
        guard slot != 0 else { return nil }
        let session = sessions[Int(slot) - 1]
        let cut = max(endedBefore, session.isExternal ? externalEndedBefore : commonEndedBefore)
        return session.begun < cut ? nil : session
    }

    func link(_ account: UInt64, _ kind: Link.Kind, _ value: UInt32) -> Link? {
        index(of: kind, value, account).map { links[$0] }
    }

    private func index(of kind: Link.Kind, _ value: UInt32, _ account: UInt64) -> Int? {
        guard value != 0 else { return nil }
        var at = member(account)?.links ?? 0
        while at != 0 {
            let link = links[Int(at) - 1]
            if link.kind == kind, link.value == value { return Int(at) - 1 }
            at = link.next
        }
        return nil
    }

    func count(_ account: UInt64, _ kind: Link.Kind) -> Int64 {
        var count: Int64 = 0
        var at = member(account)?.links ?? 0
        while at != 0 {
            if links[Int(at) - 1].kind == kind { count += 1 }
            at = links[Int(at) - 1].next
        }
        return count
    }

    /// Charged and paid on the day of `now`.
    func today(_ account: UInt64, _ now: Instant) -> DaySums {
        guard let member = member(account), member.day == now.japaneseDay else { return DaySums() }
        return member.today
    }

    // MARK: Changing

    mutating func change(_ account: UInt64, _ body: (inout MemberAccess) -> Void) {
        while UInt64(members.count) < account { members.append(MemberAccess()) }
        body(&members[Int(account) - 1])
    }

    mutating func addLink(_ account: UInt64, _ kind: Link.Kind, detail: UInt8 = 0, _ value: UInt32, at now: Instant) {
        change(account) { _ in }
        let link = Link(kind: kind, detail: detail, value: value, next: members[Int(account) - 1].links, since: now.microseconds)
        if freeLink == 0 {
            links.append(link)
            members[Int(account) - 1].links = UInt32(links.count)
        } else {
            let place = freeLink
            freeLink = links[Int(place) - 1].next
            links[Int(place) - 1] = link
            members[Int(account) - 1].links = place
        }
    }

    mutating func removeLink(_ account: UInt64, _ kind: Link.Kind, _ value: UInt32) {
        guard let index = index(of: kind, value, account) else { return }
        let place = UInt32(index) + 1
        let next = links[index].next
        if members[Int(account) - 1].links == place {
            members[Int(account) - 1].links = next
        } else {
            var at = Int(members[Int(account) - 1].links) - 1
            while links[at].next != place { at = Int(links[at].next) - 1 }
            links[at].next = next
        }
        links[index] = Link(value: 0, next: freeLink, since: 0)
        freeLink = place
    }

    /// A card charge through a device that is bound to the account, within the policy's first hours.
    mutating func addCharged(_ account: UInt64, device: UInt32, _ amount: Int64) {
        guard let index = index(of: .device, device, account) else { return }
        links[index].charged.addSaturating(amount)
    }

    /// A login's session replaces the account's earlier one on the same device.
    mutating func begin(_ session: Session) {
        sessionCount = session.ordinal
        let account = UInt64(session.account)
        change(account) { _ in }
        var live: [UInt32] = []
        var at = members[Int(account) - 1].sessions
        while at != 0 {
            let other = sessions[Int(at) - 1]
            let next = other.next
            if other.device == session.device || self.session(other.ordinal) == nil { end(at) } else { live.append(at) }
            at = next
        }
        if live.count >= Self.mostSessions { end(live[live.count - 1]) }
        var new = session
        new.next = members[Int(account) - 1].sessions
        let place: UInt32
        if freeSession == 0 {
            sessions.append(new)
            place = UInt32(sessions.count)
        } else {
            place = freeSession
            freeSession = sessions[Int(place) - 1].next
            sessions[Int(place) - 1] = new
        }
        members[Int(account) - 1].sessions = place
        slots[session.ordinal] = place
    }

    /// Ends one session of the account, or all.
    mutating func end(_ account: UInt64, session: UInt32?) {
        if let session { if slots[session] != 0 { end(slots[session]) } } else {
            while let first = member(account)?.sessions, first != 0 { end(first) }
        }
    }

    private mutating func end(_ place: UInt32) {
        let session = sessions[Int(place) - 1]
        let account = Int(session.account) - 1
        if members[account].sessions == place {
            members[account].sessions = session.next
        } else {
            var at = Int(members[account].sessions) - 1
            while sessions[at].next != place { at = Int(sessions[at].next) - 1 }
            sessions[at].next = session.next
        }
        slots[session.ordinal] = 0
        sessions[Int(place) - 1] = Session(
            ordinal: 0, account: 0, device: 0, next: freeSession, begun: 0, begunAt: 0, authenticatedAt: 0, country: 0, level: 0, method: 0,
            isExternal: false)
        freeSession = place
    }

    mutating func addToday(_ account: UInt64, _ now: Instant, _ add: (inout DaySums) -> Void) {
        let day = now.japaneseDay
        change(account) { member in
            if member.day != day {
                member.day = day
                member.today = DaySums()
            }
            add(&member.today)
        }
    }
}

/// Pseudonyms interned to dense ordinals from 1, in the order they first appear.
struct PseudonymTable: Sendable {
    private(set) var all: [Pseudonym] = []
    private var ordinals: [Pseudonym: UInt32] = [:]

    var count: Int { all.count }

    func ordinal(of pseudonym: Pseudonym) -> UInt32? { ordinals[pseudonym] }

    mutating func intern(_ pseudonym: Pseudonym) -> UInt32 {
        if let known = ordinals[pseudonym] { return known }
        all.append(pseudonym)
        ordinals[pseudonym] = UInt32(all.count)
        return UInt32(all.count)
    }
}

/// Places by number: open addressing, linear probing, at most half full. One memory access, nearly always; the numbers are
/// given by the ledger one after the other, so nobody can choose them to collide.
struct SlotTable: Sendable {
    private var entries: [(key: UInt32, value: UInt32)] = Array(repeating: (0, 0), count: 16)
    private var count = 0

    /// The place of a number; 0: it has none. To set it to 0 is to forget the number.
    subscript(key: UInt32) -> UInt32 {
        get {
            let place = place(key)
            return entries[place].key == key ? entries[place].value : 0
        }
        set {
            let place = place(key)
            if newValue == 0 { return entries[place].key == key ? remove(place) : () }
            if entries[place].key == 0 {
                count += 1
                if count * 2 > entries.count {
                    grow()
                    return insert(key, newValue)
                }
            }
            entries[place] = (key, newValue)
        }
    }

    var keys: [UInt32] { entries.lazy.map(\.key).filter { $0 != 0 } }

    /// Where the number stands, or would stand.
    private func place(_ key: UInt32) -> Int {
        let mask = entries.count - 1
        var at = Int(truncatingIfNeeded: key &* 0x9E37_79B1) & mask
        while entries[at].key != 0, entries[at].key != key { at = (at + 1) & mask }
        return at
    }

    private mutating func insert(_ key: UInt32, _ value: UInt32) { entries[place(key)] = (key, value) }

    private mutating func grow() {
        let old = entries
        entries = Array(repeating: (0, 0), count: old.count * 2)
        for entry in old where entry.key != 0 { insert(entry.key, entry.value) }
    }

    /// Closes the gap, so that no probe ends too early.
    private mutating func remove(_ place: Int) {
        count -= 1
        let mask = entries.count - 1
        var gap = place
        var at = (place + 1) & mask
        while entries[at].key != 0 {
            let home = Int(truncatingIfNeeded: entries[at].key &* 0x9E37_79B1) & mask
            if (at &- home) & mask >= (at &- gap) & mask {
                entries[gap] = entries[at]
                gap = at
            }
            at = (at + 1) & mask
        }
        entries[gap] = (0, 0)
    }
}

/// The charges of the policy's longest window, oldest first; each knows the one before it of its account. O(1) to add,
/// O(charges of the account in the window) to count.
struct ChargeWindow: Sendable {
    struct Entry: Equatable, Sendable {
        var at: Int64
        var before: UInt64
        var account: UInt32
        var source: UInt8
    }
    /// Entry n stands at `entries[n − first]`; numbers begin with 1. Those before `start` are over and wait to be dropped.
    private(set) var entries: [Entry] = []
    private(set) var first: UInt64 = 1
    private var start = 0

    var nextNumber: UInt64 { first + UInt64(entries.count) }
    /// Those that still count, and the number of the first.
    var live: (first: UInt64, entries: ArraySlice<Entry>) { (first + UInt64(start), entries[start...]) }

    init() {}
    init(first: UInt64, _ entries: [Entry]) {
        self.first = first
        self.entries = entries
    }

    mutating func add(_ entry: Entry, longest: Int64) {
        let over = Instant(microseconds: entry.at) + -longest
        while start < entries.count, entries[start].at <= over.microseconds { start += 1 }
        if start > 1024, start * 2 > entries.count {
            entries.removeFirst(start)
            first += UInt64(start)
            start = 0
        }
        entries.append(entry)
    }

    /// How many charges from these sources the account made after `since`, not counting further than `limit`.
    func count(newest: UInt64, after since: Int64, sources: UInt8, limit: Int64) -> Int64 {
        var count: Int64 = 0
        var number = newest
        while number >= live.first, count < limit {
            let entry = entries[Int(number - first)]
            guard entry.at > since else { break }
            if sources & (1 << entry.source) != 0 { count += 1 }
            number = entry.before
        }
        return count
    }
}

extension Instant {
    /// Days since 1970-01-01 in Japan, where a day's sums begin anew at midnight.
    var japaneseDay: Int64 { (microseconds.flooredDivision(by: 1_000_000).quotient + Self.japanOffset).flooredDivision(by: 86_400).quotient }
}
