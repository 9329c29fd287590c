internal import Ledger

/// Recent idempotency keys: 128-bit key → position of the first event of its command. Open addressing; keys are hashes
/// already, so their own bits choose the slot. Slots are words of 32 bits, so that looking for a key that is not there, as
/// nearly all are, stays within two megabytes. Holds at most `capacity` keys, never more than half full.
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

    /// The first position this generation is responsible for.
    let from: UInt64
    /// In the order they came.
    private var entries: [Entry] = []
    /// Index + 1 of an entry in the lower bits, some bits of its key in the rest; 0 = free.
    private var slots: [UInt32]

    /// `capacity` is a power of two.
    init(from: UInt64, capacity: Int) {
        self.from = from
        slots = Array(repeating: 0, count: capacity * 2)
        entries.reserveCapacity(capacity)
    }

    var count: Int { entries.count }
    var isFull: Bool { count * 2 == slots.count }

    func position(of key: CommandKey) -> UInt64? {
        let found = slots[slot(key)]
        return found == 0 ? nil : entries[index(found)].place - 1
    }

    mutating func insert(_ key: CommandKey, _ position: UInt64) {
        let slot = slot(key)
        guard slots[slot] == 0 else { return }
        entries.append(Entry(high: key.high, low: key.low, place: position + 1))
        slots[slot] = mark(key) | UInt32(entries.count)
    }

    /// The keys in order, for a run.
    func sorted() -> [Entry] { entries.sorted() }

    private func slot(_ key: CommandKey) -> Int {
        let mask = slots.count - 1
        let mark = mark(key)
        var at = Int(truncatingIfNeeded: key.low) & mask
        while slots[at] != 0, slots[at] & ~UInt32(mask) != mark || !isKey(key, index(slots[at])) { at = (at + 1) & mask }
        return at
    }

    private func index(_ slot: UInt32) -> Int { Int(slot & UInt32(slots.count - 1)) - 1 }
    private func mark(_ key: CommandKey) -> UInt32 { UInt32(truncatingIfNeeded: key.high) & ~UInt32(slots.count - 1) }
    private func isKey(_ key: CommandKey, _ index: Int) -> Bool { entries[index].low == key.low && entries[index].high == key.high }
}

/// A blocked Bloom filter over keys: one cache line a look-up. At 16 bits a key about one absent key in 500 passes.
struct KeyFilter: Sendable {
    /// Eight words a block.
    private(set) var words: [UInt64]
    private let blocks: UInt64

    init(keys: Int) {
        blocks = UInt64(max(1, keys * 16 / 512 + 1))
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
