internal import Foundation
internal import LMDB
internal import Ledger

/// A sorted, immutable run of keys on disk: an LMDB environment of its own, written once in key order, with its filter.
/// Covers every command whose first event stands at `from` … `to` − 1. Deleting the folder is how it is dropped.
final class KeyRun: Sendable {
    let from: UInt64
    let to: UInt64
    let count: Int
    let path: String
    private let filter: KeyFilter
    private let environment: Environment
    private let keys: Table

    private static let filterChunk = 1 << 17

    static func name(from: UInt64, to: UInt64) -> String { "run-\(from)-\(to)" }

    /// Opens a finished run; `nil` if the folder holds none (a half-written one never gets its final name).
    init?(folder: String, name: String) throws {
        let parts = name.split(separator: "-")
        guard parts.count == 3, parts[0] == "run", let from = UInt64(parts[1]), let to = UInt64(parts[2]), from < to else { return nil }
        self.from = from
        self.to = to
        path = folder + "/" + name
        environment = try Environment(path: path, Environment.Options(readOnly: true))
        guard let keys = try environment.table("keys", create: false), let filters = try environment.table("filter", create: false)
        else { throw JournalError.damaged("a run of keys has no table") }
        self.keys = keys
        var words: [UInt64] = []
        var count = 0
        try environment.read { snapshot in
            count = try snapshot.count(in: keys)
            try snapshot.scan(filters, from: 0) { _, bytes in
                for at in stride(from: 0, to: bytes.byteCount, by: 8) { words.append(bytes.u64(at: at)) }
                return true
            }
        }
        guard let filter = KeyFilter(words: words) else { throw JournalError.damaged("a run of keys has no filter") }
        self.filter = filter
        self.count = count
    }

    /// Writes a run beside the finished ones and gives it its name when it is whole and synced.
    static func write(
        folder: String, from: UInt64, to: UInt64, count: Int, _ next: () throws -> KeyTable.Entry?
    ) throws -> KeyRun {
        let path = folder + "/" + name(from: from, to: to)
        let temporary = path + ".new"
        try? FileManager.default.removeItem(atPath: temporary)
        try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
        do {
            let environment = try Environment(path: temporary)
            guard let keys = try environment.table("keys", create: true), let filters = try environment.table("filter", create: true)
            else { throw JournalError.damaged("a run of keys cannot be made") }
            var filter = KeyFilter(keys: count)
            var entry = try next()
            while entry != nil {
                try environment.write { transaction in
                    var written = 0
                    while let now = entry, written < 262_144 {
                        filter.insert(CommandKey(high: now.high, low: now.low))
                        let key = [now.high.bigEndian, now.low.bigEndian]
                        let value = [now.place - 1]
                        try key.withBytes { key in try value.withBytes { try transaction.append(key: key, value: $0, to: keys) } }
                        written += 1
                        entry = try next()
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
            }
        }
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: temporary, toPath: path)
        try Files.syncDirectory(folder)
        guard let run = try KeyRun(folder: folder, name: name(from: from, to: to)) else {
            throw JournalError.damaged("a run of keys has a wrong name")
        }
        return run
    }

    /// The position a key was first recorded at, if this run holds it. One cache line for nearly every absent key.
    @available(*, noasync)
    func position(of key: CommandKey) throws -> UInt64? {
        guard filter.mayHold(key) else { return nil }
        let words = [key.high.bigEndian, key.low.bigEndian]
        return try environment.read { snapshot in
            try words.withBytes { key in
                guard let value = try snapshot.get(key, in: keys) else { return nil }
                return value.u64(at: 0)
            }
        }
    }

    /// Up to `limit` entries after `last`, in order.
    @available(*, noasync)
    func entries(after last: KeyTable.Entry?, limit: Int) throws -> [KeyTable.Entry] {
        var found: [KeyTable.Entry] = []
        found.reserveCapacity(limit)
        let start = last.map { [$0.high.bigEndian, $0.low.bigEndian] } ?? []
        try environment.read { snapshot in
            try start.withBytes { start in
              try snapshot.scan(keys, from: start) { key, value in
                let entry = KeyTable.Entry(
                    high: UInt64(bigEndian: key.u64(at: 0)), low: UInt64(bigEndian: key.u64(at: 8)), place: value.u64(at: 0) + 1)
                if let last, !(last < entry) { return true }
                found.append(entry)
                return found.count < limit
              }
            }
        }
        return found
    }
}
