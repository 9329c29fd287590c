internal import Ledger

/// How many different things one source touched within a sliding window (F6: accounts of a device; F7: accounts tried from
/// an address, a network, a device; F11: accounts that paid on a register). What leaves the window is taken off again, and
/// a source without anything in it is forgotten. After a finding's window counting begins anew.
///
/// Sources are rows of one `KeyedRows`, and how often a source touched a thing is a row of another; both are shared by the
/// three rules, told apart by tag.
struct Fan: Sendable {
    /// position, time, tag, a, b of the source; a, b of the pair; attempts << 32 | successes; things not told apart; the
    /// same source's entry before.
    var ring: Ring

    enum Entry {
        static let position = 0, time = 1, tag = 2, a = 3, b = 4, pairA = 5, pairB = 6, tries = 7, extra = 8, before = 9
        static let width = 10
    }
    /// After the key: entries held, different things, attempts, successes, newest entry, first entry that counts, mark.
    enum Source {
        static let held = 3, different = 4, attempts = 5, successes = 6, newest = 7, floor = 8, mark = 9
        static let width = 10
    }
    /// After the key: how often.
    static let pairWidth = 4

    init(_ name: String) { ring = Ring(name, width: Entry.width) }

    /// One touch, or the attempts of one event.
    struct Touch {
        /// The thing touched, as two words; `nil` if none is named.
        var thing: (UInt64, UInt64)?
        var attempts: Int64 = 0
        var successes: Int64 = 0
        /// Things that are taken for different from all others.
        var extra: Int64 = 0
    }

    /// Takes off what is older than `span` microseconds.
    mutating func expire(_ now: Int64, _ span: Int64, _ sources: inout KeyedRows, _ pairs: inout KeyedRows) {
        while !ring.isEmpty, now - ring[ring.first, Entry.time] > span {
            let entry = ring.first
            let source = sources.row(ring[entry, Entry.tag], ring[entry, Entry.a], ring[entry, Entry.b])
            let isCounted = entry >= sources[source, Source.floor]
            let (pairA, pairB) = (ring[entry, Entry.pairA], ring[entry, Entry.pairB])
            if pairA != 0 || pairB != 0 {
                let pair = pairs.row(ring[entry, Entry.tag], pairA, pairB)
                pairs[pair, 3] -= 1
                if pairs[pair, 3] == 0 {
                    pairs.remove(pair)
                    if isCounted { sources[source, Source.different] -= 1 }
                }
            }
            if isCounted {
                sources[source, Source.different] -= ring[entry, Entry.extra]
                sources[source, Source.attempts] -= ring[entry, Entry.tries] >> 32
                sources[source, Source.successes] -= ring[entry, Entry.tries] & 0xFFFF_FFFF
            }
            sources[source, Source.held] -= 1
            if sources[source, Source.held] == 0 { sources.remove(source) }
            ring.dropFirst()
        }
    }

    /// Adds a touch and gives the source's row.
    @discardableResult
    mutating func add(
        _ touch: Touch, _ tag: Int64, _ a: Int64, _ b: Int64, position: UInt64, _ now: Int64, _ span: Int64,
        _ sources: inout KeyedRows, _ pairs: inout KeyedRows
    ) -> Int {
        let source = sources.add(tag, a, b)
        let entry = ring.append()
        let mark = Mark(sources[source, Source.mark])
        if mark.level > 0, !mark.isOpen(now, span) {
            for column in Source.different...Source.successes { sources[source, column] = 0 }
            sources[source, Source.floor] = entry
            sources[source, Source.mark] = 0
        }
        ring[entry, Entry.position] = Int64(bitPattern: position)
        ring[entry, Entry.time] = now
        (ring[entry, Entry.tag], ring[entry, Entry.a], ring[entry, Entry.b]) = (tag, a, b)
        (ring[entry, Entry.pairA], ring[entry, Entry.pairB]) = (0, 0)
        if let thing = touch.thing {
            let epoch = UInt64(bitPattern: sources[source, Source.floor])
            let pairA = KeyedRows.mix(UInt64(bitPattern: a) &+ thing.0, UInt64(bitPattern: b) ^ thing.1)
            let pairB = KeyedRows.mix(pairA ^ epoch, KeyedRows.mix(thing.0 &+ epoch, thing.1 ^ UInt64(bitPattern: a))) | 1
            (ring[entry, Entry.pairA], ring[entry, Entry.pairB]) = (Int64(bitPattern: pairA), Int64(bitPattern: pairB))
            let pair = pairs.add(tag, Int64(bitPattern: pairA), Int64(bitPattern: pairB))
            pairs[pair, 3] += 1
            if pairs[pair, 3] == 1 { sources[source, Source.different] += 1 }
        }
        ring[entry, Entry.tries] = touch.attempts << 32 | touch.successes
        ring[entry, Entry.extra] = touch.extra
        ring[entry, Entry.before] = sources[source, Source.newest]
        sources[source, Source.different] += touch.extra
        sources[source, Source.attempts] += touch.attempts
        sources[source, Source.successes] += touch.successes
        sources[source, Source.newest] = entry
        sources[source, Source.held] += 1
        return source
    }

    /// The events a source's count stands on: when the first was, the positions of the last ones, oldest first.
    func evidence(_ source: Int, _ sources: KeyedRows) -> (start: Int64, positions: [Int64]) {
        var (start, positions): (Int64, [Int64]) = (0, [])
        let floor = sources[source, Source.floor]
        var entry = sources[source, Source.newest]
        while ring.holds(entry), entry >= floor {
            start = ring[entry, Entry.time]
            let position = ring[entry, Entry.position]
            if positions.count < FraudWatch.mostEvidence, positions.last != position { positions.append(position) }
            entry = ring[entry, Entry.before]
        }
        return (start, positions.reversed())
    }
}

/// When the window of a rule's last finding began, and how grave it was; 0 = there was none.
struct Mark: Sendable {
    var word: Int64

    init(_ word: Int64) { self.word = word }
    init(start: Int64, level: Int64) { word = start << 2 | level }

    var start: Int64 { word >> 2 }
    /// 1 = as usual, 2 = graver.
    var level: Int64 { word & 3 }

    func isOpen(_ now: Int64, _ span: Int64) -> Bool { level > 0 && now - start <= span }
}
