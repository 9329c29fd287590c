internal import Ledger

/// Rows found by a key of three words: a tag above zero and two words. Open addressing with linear probing, at most two
/// thirds full; a row that is removed leaves no trace. In one table: row 0 says how many there are.
struct KeyedRows: Sendable {
    private(set) var table: DenseTable
    private var mask: Int

    init(_ name: String, width: Int) {
        table = DenseTable(name, width: width)
        mask = 63
        table[64, 0] = 0
    }

    mutating func restore(_ stored: DenseTable) {
        table = stored
        mask = stored.count - 2
    }

    /// False if what was read from disk cannot be searched.
    var isSound: Bool {
        let capacity = table.count - 1
        guard capacity >= 64, capacity & (capacity - 1) == 0 else { return false }
        return count <= capacity * 2 / 3 && (1...capacity).count(where: { table[$0, 0] != 0 }) == count
    }

    var count: Int { Int(table[0, 0]) }

    subscript(row: Int, column: Int) -> Int64 {
        @inline(__always) get { table[row, column] }
        @inline(__always) set { table[row, column] = newValue }
    }

    /// The row of a key, 0 if there is none. Good until the next `add` or `remove`.
    func row(_ tag: Int64, _ a: Int64, _ b: Int64) -> Int {
        var slot = home(tag, a, b)
        while table[slot + 1, 0] != 0 {
            if table[slot + 1, 1] == a, table[slot + 1, 2] == b, table[slot + 1, 0] == tag { return slot + 1 }
            slot = (slot + 1) & mask
        }
        return 0
    }

    /// The row of a key, made if there is none.
    mutating func add(_ tag: Int64, _ a: Int64, _ b: Int64) -> Int {
        let found = row(tag, a, b)
        if found != 0 { return found }
        if (count + 1) * 3 > (mask + 1) * 2 { rehash(capacity: (mask + 1) * 2) { _ in true } }
        table[0, 0] = Int64(count + 1)
        var slot = home(tag, a, b)
        while table[slot + 1, 0] != 0 { slot = (slot + 1) & mask }
        (table[slot + 1, 0], table[slot + 1, 1], table[slot + 1, 2]) = (tag, a, b)
        return slot + 1
    }

    mutating func remove(_ row: Int) {
        table[0, 0] = Int64(count - 1)
        var hole = row - 1
        var slot = hole
        while true {
            slot = (slot + 1) & mask
            guard table[slot + 1, 0] != 0 else { break }
            // A row moves into the hole unless its home lies behind it.
            let home = home(table[slot + 1, 0], table[slot + 1, 1], table[slot + 1, 2])
            guard (slot - home) & mask >= (slot - hole) & mask else { continue }
            for column in 0..<table.width { table[hole + 1, column] = table[slot + 1, column] }
            hole = slot
        }
        for column in 0..<table.width { table[hole + 1, column] = 0 }
    }

    /// Rows, in no order that means anything.
    var rows: [Int] { (1...(mask + 1)).filter { table[$0, 0] != 0 } }

    mutating func keep(where isKept: (Int64) -> Bool) { rehash(capacity: mask + 1, isKept) }

    private mutating func rehash(capacity: Int, _ isKept: (Int64) -> Bool) {
        let old = table
        table = DenseTable(old.name, width: old.width)
        table[capacity, 0] = 0
        mask = capacity - 1
        for row in 1..<old.count where old[row, 0] != 0 && isKept(old[row, 0]) {
            let place = add(old[row, 0], old[row, 1], old[row, 2])
            for column in 3..<old.width { table[place, column] = old[row, column] }
        }
    }

    private func home(_ tag: Int64, _ a: Int64, _ b: Int64) -> Int {
        Int(truncatingIfNeeded: Self.mix(UInt64(bitPattern: a), UInt64(bitPattern: b) &+ UInt64(bitPattern: tag) << 56)) & mask
    }

    /// Sixty-four bits from two words (after SplitMix64).
    @inline(__always)
    static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var z = a &* 0x9E37_79B9_7F4A_7C15 ^ (b &+ 0xD1B5_4A32_D192_ED03) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
