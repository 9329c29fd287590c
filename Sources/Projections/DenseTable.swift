internal import LMDB
internal import Journal

/// Rows of a fixed number of 64-bit words, addressed by a dense ordinal, in memory as one array and on disk in blocks.
/// Only blocks that changed since the last checkpoint are written. Every block ends in a checksum.
public struct DenseTable: Sendable {
    public let name: String
    /// Words a row.
    public let width: Int
    private(set) var words: [Int64] = []
    private var dirty: [Bool] = []

    /// With its checksum a block fills one overflow page of LMDB exactly (4,080 bytes).
    static let blockWords = 509

    public init(_ name: String, width: Int) {
        self.name = name
        self.width = width
    }

    public var count: Int { words.count / width }

    /// Reads and writes one word of a row. Writing past the end grows the table with zero rows.
    public subscript(row: Int, column: Int) -> Int64 {
        @inline(__always) get {
            let index = row * width + column
            return index < words.count ? words[index] : 0
        }
        @inline(__always) set {
            let index = row * width + column
            if index >= words.count { grow(to: row) }
            words[index] = newValue
            dirty[index / Self.blockWords] = true
        }
    }

    private mutating func grow(to row: Int) {
        words.append(contentsOf: repeatElement(0, count: (row + 1) * width - words.count))
        let blocks = (words.count + Self.blockWords - 1) / Self.blockWords
        // What is new may begin in a block that stands on disk already.
        if let last = dirty.indices.last { dirty[last] = true }
        dirty.append(contentsOf: repeatElement(true, count: blocks - dirty.count))
    }

    /// What changed since it was last asked, block by block, to be written once nobody waits for the table. The blocks
    /// count as written; `putBack` what could not be.
    mutating func takeChanges() -> [(block: Int, words: [Int64])] {
        var changes: [(block: Int, words: [Int64])] = []
        for block in dirty.indices where dirty[block] {
            let start = block * Self.blockWords
            changes.append((block, Array(words[start..<min(start + Self.blockWords, words.count)])))
            dirty[block] = false
        }
        return changes
    }

    mutating func putBack(_ blocks: some Sequence<Int>) {
        for block in blocks { dirty[block] = true }
    }

    /// Reads every block; throws `ViewError.damaged` at one that does not hold.
    mutating func load(_ snapshot: borrowing Snapshot, _ table: Table) throws {
        words.removeAll()
        try snapshot.scan(table, from: 0) { block, bytes in
            let size = bytes.byteCount / 8
            guard size >= 1, bytes.byteCount % 8 == 0, Int(block) * Self.blockWords == words.count else { throw ViewError.damaged }
            var image: [Int64] = []
            image.reserveCapacity(size)
            for index in 0..<(size - 1) { image.append(bytes.int64(at: index * 8)) }
            guard Self.checksum(image) == bytes.u64(at: (size - 1) * 8) else { throw ViewError.damaged }
            words.append(contentsOf: image)
            return true
        }
        guard words.count % width == 0 else { throw ViewError.damaged }
        dirty = Array(repeating: false, count: (words.count + Self.blockWords - 1) / Self.blockWords)
    }

    static func checksum(_ image: [Int64]) -> UInt64 {
        // A multiplicative hash is enough to notice damage; the checker proves content.
        var sum: UInt64 = 0x9E37_79B9_7F4A_7C15 ^ UInt64(image.count)
        for word in image {
            sum = (sum ^ UInt64(bitPattern: word)) &* 0xFF51_AFD7_ED55_8CCD
            sum ^= sum >> 32
        }
        return sum
    }
}

/// Why a stored view is not used. It is then built from the log again: nothing is lost.
enum ViewError: Error {
    /// There is no checkpoint yet.
    case none
    case damaged
    case notOfThisLedger
    /// It has taken in events that this log does not hold, or holds otherwise: the log was put back from a copy.
    case notOfThisLog
}
