internal import Ledger

/// Recent idempotency keys: 128-bit key → position of the first event of its command. Open addressing in one array;
/// keys are hashes already, so their own bits choose the slot. Holds at most `capacity` keys, never more than half full.
struct KeyTable: Sendable {
    /// Keys of one generation, and so of one run on disk.
    static let capacity = 1 << 18

    struct Entry: Comparable, Sendable {
        var high: UInt64 = 0
        var low: UInt64 = 0
        /// Position + 1; 0 = free.
        var place: UInt64 = 0

        // Order and equality are the key's.
        static func < (left: Entry, right: Entry) -> Bool { (left.high, left.low) < (right.high, right.low) }
        static func == (left: Entry, right: Entry) -> Bool { (left.high, left.low) == (right.high, right.low) }
    }

    private(set) var count = 0
    /// The first position this generation is responsible for.
    let from: UInt64
    private var entries: [Entry]

    /// `capacity` is a power of two.
    init(from: UInt64, capacity: Int) {
        self.from = from
        entries = Array(repeating: Entry(), count: capacity * 2)
    }

    var isFull: Bool { count * 2 == entries.count }

    func position(of key: CommandKey) -> UInt64? {
        let entry = entries[slot(key)]
        return entry.place == 0 ? nil : entry.place - 1
    }

    mutating func insert(_ key: CommandKey, _ position: UInt64) {
        let slot = slot(key)
        guard entries[slot].place == 0 else { return }
        entries[slot] = Entry(high: key.high, low: key.low, place: position + 1)
        count += 1
    }

    /// The keys in order, for a run.
    func sorted() -> [Entry] { entries.filter { $0.place != 0 }.sorted() }

    private func slot(_ key: CommandKey) -> Int {
        let mask = entries.count - 1
        var at = Int(truncatingIfNeeded: key.low) & mask
        while entries[at].place != 0, entries[at].low != key.low || entries[at].high != key.high { at = (at + 1) & mask }
        return at
    }
}

/// A blocked Bloom filter over keys: one cache line a look-up. At 12 bits a key about one absent key in 200 passes.
struct KeyFilter: Sendable {
    /// Eight words a block.
    private(set) var words: [UInt64]
    private let blocks: UInt64

    init(keys: Int) {
        blocks = UInt64(max(1, keys * 12 / 512 + 1))
        words = Array(repeating: 0, count: Int(blocks) * 8)
    }

    /// `nil` unless the words are whole blocks.
    init?(words: [UInt64]) {
        guard !words.isEmpty, words.count % 8 == 0 else { return nil }
        self.words = words
        blocks = UInt64(words.count / 8)
    }

    mutating func insert(_ key: CommandKey) {
        let (start, bits) = place(key)
        for bit in 0..<7 {
            let index = Int(truncatingIfNeeded: bits >> UInt64(bit * 9)) & 511
            words[start + index >> 6] |= 1 << UInt64(index & 63)
        }
    }

    func mayHold(_ key: CommandKey) -> Bool {
        let (start, bits) = place(key)
        for bit in 0..<7 {
            let index = Int(truncatingIfNeeded: bits >> UInt64(bit * 9)) & 511
            if words[start + index >> 6] & 1 << UInt64(index & 63) == 0 { return false }
        }
        return true
    }

    private func place(_ key: CommandKey) -> (start: Int, bits: UInt64) {
        (Int(key.high.multipliedFullWidth(by: blocks).high) * 8, key.low)
    }
}
