internal import Foundation
internal import LMDB
internal import Ledger

/// A sorted, immutable run of keys on disk: an LMDB environment of its own, written once in key order, with its filter.
/// Covers every command whose first event stands at `from` … `to` − 1. Deleting the folder is how it is dropped.
///
/// A key that is missed would let a command happen twice, so nothing here is believed unchecked: the filter has a hash,
/// and keys stand in blocks, each with a hash and with the last key of the block before it, so that a block that is
/// damaged or gone is noticed by the look-up that needs it.
final class KeyRun: Sendable {
    let from: UInt64
    let to: UInt64
    let count: Int
    let path: String
    /// Leaf hash of event `to` − 1: which history the run belongs to.
    let leaf: Hash
    private let filter: KeyFilter
    private let greatest: KeyTable.Entry
    private let environment: Environment
    private let blocks: Table

    /// Entries of three words; a block stays within half a page.
    private static let blockSize = 82
    private static let filterChunk = 1 << 17

    static func name(from: UInt64, to: UInt64) -> String { "run-\(from)-\(to)" }

    /// Opens a finished run; `nil` if the folder holds none (a half-written one never gets its final name).
    init?(folder: String, name: String) throws {
        let parts = name.split(separator: "-")
        guard parts.count == 3, parts[0] == "run", let from = UInt64(parts[1]), let to = UInt64(parts[2]), from < to else { return nil }
        self.from = from
        self.to = to
        path = folder + "/" + name
        // As large as its file: a run never grows.
        environment = try Environment(path: path, Environment.Options(mapSize: 1 << 16, maxReaders: 64, readOnly: true))
        guard let blocks = try environment.table("blocks", create: false), let filters = try environment.table("filter", create: false),
            let meta = try environment.table("meta", create: false)
        else { throw Self.damage }
        self.blocks = blocks
        var words: [UInt64] = []
        var about: [UInt64] = []
        try environment.read { snapshot in
            if let bytes = try snapshot.get("about", in: meta) { about = Self.words(bytes) }
            try snapshot.scan(filters, from: 0) { _, bytes in
                words.append(contentsOf: Self.words(bytes))
                return true
            }
        }
        guard about.count == 11, about[10] == Self.sum(about.dropLast()), about[0] == from, about[1] == to, about[9] == Self.sum(words),
            let filter = KeyFilter(words: words)
        else { throw Self.damage }
        count = Int(about[2])
        greatest = KeyTable.Entry(high: about[3], low: about[4])
        leaf = Hash(words: (about[5], about[6], about[7], about[8]))
        self.filter = filter
    }

    /// Writes a run beside the finished ones and gives it its name when it is whole and synced.
    static func write(
        folder: String, from: UInt64, to: UInt64, leaf: Hash, count: Int, _ next: () throws -> KeyTable.Entry?
    ) throws -> KeyRun {
        let path = folder + "/" + name(from: from, to: to)
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        do {
            var filter = KeyFilter(keys: count)
            let size = count * 64 + filter.words.count * 16 + 1 << 24
            let environment = try Environment(path: temporary, Environment.Options(mapSize: size, maxReaders: 64))
            guard let blocks = try environment.table("blocks", create: true), let filters = try environment.table("filter", create: true),
                let meta = try environment.table("meta", create: true)
            else { throw damage }
            var entry = try next()
            var last = KeyTable.Entry()
            while entry != nil {
                try environment.write { transaction in
                    var written = 0
                    while entry != nil, written < 262_144 {
                        var block = [last.high, last.low]
                        block.reserveCapacity(blockSize * 3 + 3)
                        while let now = entry, block.count < blockSize * 3 + 2 {
                            filter.insert(CommandKey(high: now.high, low: now.low))
                            block += [now.high, now.low, now.place - 1]
                            last = now
                            written += 1
                            entry = try next()
                        }
                        block.append(sum(block[...]))
                        let key = [last.high.bigEndian, last.low.bigEndian]
                        try key.withBytes { key in try block.withBytes { try transaction.append(key: key, value: $0, to: blocks) } }
                    }
                }
            }
            try environment.write { transaction in
                var chunk: UInt64 = 0
                for start in stride(from: 0, to: filter.words.count, by: filterChunk) {
                    let part = Array(filter.words[start..<min(start + filterChunk, filter.words.count)])
                    try part.withBytes { try transaction.append(chunk, $0, to: filters) }
                    chunk += 1
                }
                let (a, b, c, d) = leaf.quarters
                var about = [from, to, UInt64(count), last.high, last.low, a, b, c, d, sum(filter.words)]
                about.append(sum(about[...]))
                try about.withBytes { try transaction.put("about", $0, in: meta) }
            }
        }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
        try Files.syncDirectory(folder)
        guard let run = try KeyRun(folder: folder, name: name(from: from, to: to)) else { throw damage }
        return run
    }

    /// The position a key was first recorded at, if this run holds it. One cache line for nearly every absent key.
    @available(*, noasync)
    func position(of key: CommandKey) throws -> UInt64? {
        guard filter.mayHold(key) else { return nil }
        let wanted = KeyTable.Entry(high: key.high, low: key.low)
        guard wanted <= greatest else { return nil }
        guard let (before, entries) = try read(from: wanted, blocks: 1), before < wanted else { throw Self.damage }
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        guard low < entries.count else { throw Self.damage }
        return entries[low] == wanted ? entries[low].place - 1 : nil
    }

    /// Some of the entries after `last`, in order; none at the end.
    @available(*, noasync)
    func entries(after last: KeyTable.Entry?) throws -> [KeyTable.Entry] {
        if let last, last == greatest { return [] }
        // The block that ends with `last` is the one before.
        var from = last ?? KeyTable.Entry()
        if last != nil {
            from.low &+= 1
            if from.low == 0 { from.high += 1 }
        }
        guard let (before, entries) = try read(from: from, blocks: 50), before == last ?? KeyTable.Entry() else { throw Self.damage }
        return entries
    }

    /// The blocks from the first that ends at `from` or later, checked, with the last entry before them.
    private func read(from: KeyTable.Entry, blocks most: Int) throws -> (before: KeyTable.Entry, entries: [KeyTable.Entry])? {
        let start = [from.high.bigEndian, from.low.bigEndian]
        var before: KeyTable.Entry?
        var entries: [KeyTable.Entry] = []
        var left = most
        try environment.read { snapshot in
            try start.withBytes { start in
                try snapshot.scan(blocks, from: start) { _, bytes in
                    let words = Self.words(bytes)
                    guard words.count >= 6, words.count % 3 == 0, words[words.count - 1] == Self.sum(words.dropLast()) else { throw Self.damage }
                    let earlier = KeyTable.Entry(high: words[0], low: words[1])
                    if before == nil { before = earlier } else if entries.last != earlier { throw Self.damage }
                    for at in stride(from: 2, to: words.count - 1, by: 3) {
                        entries.append(KeyTable.Entry(high: words[at], low: words[at + 1], place: words[at + 2] + 1))
                    }
                    left -= 1
                    return left > 0
                }
            }
        }
        return before.map { ($0, entries) }
    }

    private static func words(_ bytes: RawSpan) -> [UInt64] {
        stride(from: 0, to: bytes.byteCount & ~7, by: 8).map { bytes.u64(at: $0) }
    }

    private static func sum(_ words: [UInt64]) -> UInt64 { words.withBytes { XXH64.hash($0) } }
    private static func sum(_ words: ArraySlice<UInt64>) -> UInt64 { sum(Array(words)) }

    private static var damage: JournalError { .damaged("a run of keys in views/keys.v1 does not read; it is derived anew at the next start") }
}
