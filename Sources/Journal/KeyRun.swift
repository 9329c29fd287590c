internal import Foundation
internal import Ledger

/// A sorted, immutable run of keys: a file of its own, written once in key order. Covers every command whose first event
/// stands at `from` … `to` − 1. Deleting the file is how it is dropped.
///
/// A key that is missed would let a command happen twice, so nothing here is believed unchecked: blocks of keys, filter
/// and facts each have a hash. In words: the blocks, each a count, 82 entries of three words (the last block's are filled up
/// with zeros) and a hash seeded with its place; the filter; twelve words of facts.
final class KeyRun: Sendable {
    let from: UInt64
    let to: UInt64
    let count: Int
    let path: String
    /// Leaf hash of event `to` − 1: which history the run belongs to.
    let leaf: Hash
    let filter: KeyFilter
    private let greatest: KeyTable.Entry
    private let file: WordFile

    private static let blockEntries = 82
    private static let blockWords = 1 + blockEntries * 3 + 1
    private static let factWords = 12
    private static let version: UInt64 = 1

    static func name(from: UInt64, to: UInt64) -> String { "run-\(from)-\(to)" }

    /// Opens a finished run (a half-written one never gets its name). Throws if it is not whole.
    init(folder: String, from: UInt64, to: UInt64) throws {
        self.from = from
        self.to = to
        path = folder + "/" + Self.name(from: from, to: to)
        file = try WordFile(reading: path)
        guard file.count >= Self.factWords else { throw Self.damage }
        let facts = try file.words(at: file.count - Self.factWords, Self.factWords)
        guard facts[11] == Self.sum(Array(facts.dropLast())), facts[0] == Self.version, facts[1] == from, facts[2] == to, facts[3] < 1 << 40
        else { throw Self.damage }
        count = Int(facts[3])
        greatest = KeyTable.Entry(high: facts[4], low: facts[5])
        leaf = Hash(words: (facts[6], facts[7], facts[8], facts[9]))
        let start = Self.blocks(count) * Self.blockWords
        guard file.count > start + Self.factWords else { throw Self.damage }
        let words = try file.words(at: start, file.count - Self.factWords - start)
        guard facts[10] == Self.sum(words), let filter = KeyFilter(words: words) else { throw Self.damage }
        self.filter = filter
    }

    /// Writes a run beside the finished ones and gives it its name when it is whole and synced.
    static func write(
        folder: String, from: UInt64, to: UInt64, leaf: Hash, count: Int, _ next: () throws -> KeyTable.Entry?
    ) throws -> KeyRun {
        let path = folder + "/" + name(from: from, to: to)
        let file = try WordFile(creating: path + ".new")
        var filter = KeyFilter(keys: count)
        var greatest = KeyTable.Entry()
        var written = 0
        for place in 0..<blocks(count) {
            var block = [UInt64](repeating: 0, count: blockWords - 1)
            block[0] = UInt64(min(blockEntries, count - written))
            for at in stride(from: 1, to: 1 + Int(block[0]) * 3, by: 3) {
                guard let entry = try next() else { throw damage }
                filter.insert(CommandKey(high: entry.high, low: entry.low))
                (block[at], block[at + 1], block[at + 2]) = (entry.high, entry.low, entry.place)
                greatest = entry
                written += 1
            }
            try file.append(block + [sum(block, place)])
        }
        try file.append(filter.words)
        let (a, b, c, d) = leaf.quarters
        let facts = [version, from, to, UInt64(count), greatest.high, greatest.low, a, b, c, d, sum(filter.words)]
        try file.append(facts + [sum(facts)])
        try file.sync()
        try Files.rename(path + ".new", path)
        return try KeyRun(folder: folder, from: from, to: to)
    }

    /// The position a key was first recorded at, if this run holds it. One cache line for nearly every absent key.
    func position(of key: CommandKey) throws -> UInt64? {
        let wanted = KeyTable.Entry(high: key.high, low: key.low)
        guard filter.mayHold(key), wanted <= greatest else { return nil }
        // Keys are hashes and lie evenly: a guess by proportion is a block or two off. Should they not, halving goes on.
        var (low, high) = (0, Self.blocks(count))
        var (least, most) = (UInt64(0), greatest.high)
        var guesses = 6
        while low < high {
            guesses -= 1
            let share = (wanted.high &- least).multipliedFullWidth(by: UInt64(high - low))
            let width = most &- least
            let guess = guesses > 0 && share.high < width ? width.dividingFullWidth(share).quotient : UInt64(high - low) / 2
            let middle = low + Int(min(guess, UInt64(high - low - 1)))
            let entries = try block(middle)
            if entries[entries.count - 1] < wanted {
                (low, least) = (middle + 1, entries[entries.count - 1].high)
            } else if wanted < entries[0] {
                (high, most) = (middle, entries[0].high)
            } else {
                return entries.first { $0 == wanted }.map { $0.place - 1 }
            }
        }
        return nil
    }

    var blockCount: Int { Self.blocks(count) }

    /// The entries of one block, checked.
    func block(_ place: Int) throws -> [KeyTable.Entry] {
        let words = try file.words(at: place * Self.blockWords, Self.blockWords)
        let expected = min(Self.blockEntries, count - place * Self.blockEntries)
        guard words[Self.blockWords - 1] == Self.sum(Array(words.dropLast()), place), words[0] == UInt64(expected) else { throw Self.damage }
        return stride(from: 1, to: 1 + expected * 3, by: 3).map { KeyTable.Entry(high: words[$0], low: words[$0 + 1], place: words[$0 + 2]) }
    }

    private static func blocks(_ count: Int) -> Int { (count + blockEntries - 1) / blockEntries }
    private static func sum(_ words: [UInt64], _ place: Int = 0) -> UInt64 { words.withBytes { XXH64.hash($0, seed: UInt64(place)) } }

    private static var damage: JournalError { .damaged("a run of keys in views/keys.v1 does not read; it is derived anew at the next start") }
}
