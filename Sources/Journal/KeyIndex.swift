internal import Dispatch
internal import Foundation
internal import Ledger
internal import Synchronization

/// Every idempotency key the ledger ever recorded, without a random write in the commit path. The newest keys stand in
/// a bounded table in memory; a full table is sealed and written, sorted, as an immutable run by a thread of its own;
/// eight runs of a size are merged into one, so that a look-up touches few filters however long the log grows. Everything
/// is derived from the log: deleting `views/keys.v1` costs one scan at the next start.
final class KeyIndex: @unchecked Sendable {
    private let folder: String
    private let writes: Bool
    /// The decider's own, touched by no other thread.
    private var current: KeyTable
    private var runsSeen: [KeyRun]
    private var sealedSeen: [KeyTable] = []
    private var versionSeen = 0

    /// Shared with the thread that writes runs.
    private struct Shared {
        var runs: [KeyRun]
        var sealed: [(table: KeyTable, to: UInt64)] = []
        var version = 0
        var failure: String?
        var isStopping = false
    }
    private let shared: Mutex<Shared>
    private let work = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    static let mergeFactor = 8
    /// More sealed tables than this and the writer waits: memory is bounded.
    private static let mostSealed = 3

    /// Opens the runs there are. Runs that do not read are dropped, with everything after them.
    init(_ directory: DataDirectory, writes: Bool) throws {
        folder = directory.views + "/keys.v1"
        self.writes = writes
        if writes { try directory.make(folder) }
        var runs: [KeyRun] = []
        var next: UInt64 = 0
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("run-") }
        // The longest run first where two begin at the same position: a merged one stands for its parts.
        let spans = names.compactMap { name -> (from: UInt64, to: UInt64, name: String)? in
            let parts = name.split(separator: "-")
            guard parts.count == 3, let from = UInt64(parts[1]), let to = UInt64(parts[2]) else { return nil }
            return (from, to, name)
        }.sorted { ($0.from, $1.to) < ($1.from, $0.to) }
        for span in spans where span.from == next {
            guard let run = try? KeyRun(folder: folder, name: span.name) else { break }
            runs.append(run)
            next = run.to
        }
        if writes {
            for name in names where !runs.contains(where: { $0.path.hasSuffix("/" + name) }) {
                try? FileManager.default.removeItem(atPath: folder + "/" + name)
            }
        }
        runsSeen = runs
        shared = Mutex(Shared(runs: runs))
        current = KeyTable(from: next)
        if writes { startWriting() }
    }

    /// Keys of events before this position stand in runs; from here on they must be given to `insert` again.
    var from: UInt64 { current.from }

    /// The position of the first event recorded under the key, if there is one.
    func position(of key: CommandKey) throws -> UInt64? {
        if let found = current.position(of: key) { return found }
        refresh()
        for table in sealedSeen.reversed() {
            if let found = table.position(of: key) { return found }
        }
        for run in runsSeen.reversed() {
            if let found = try run.position(of: key) { return found }
        }
        return nil
    }

    /// Notes a key. `position` is that of the first event of the command. Waits if the thread that writes runs lags.
    func insert(_ key: CommandKey, _ position: UInt64) {
        current.insert(key, position)
        guard current.isFull else { return }
        let sealed = current
        guard writes else {
            sealedSeen.append(sealed)
            current = KeyTable(from: position + 1)
            return
        }
        while true {
            let accepted = shared.withLock { shared in
                guard shared.sealed.count < Self.mostSealed else { return false }
                shared.sealed.append((sealed, position + 1))
                shared.version += 1
                return true
            }
            if accepted { break }
            room.wait()
        }
        current = KeyTable(from: position + 1)
        work.signal()
    }

    private func refresh() {
        shared.withLock { shared in
            guard shared.version != versionSeen else { return }
            versionSeen = shared.version
            runsSeen = shared.runs
            sealedSeen = shared.sealed.map(\.table)
        }
    }

    /// Finishes what was sealed and stops.
    func stop() {
        guard writes else { return }
        shared.withLock { $0.isStopping = true }
        work.signal()
        ended.wait()
    }

    /// Keys in runs, and runs, for metrics.
    var extent: (keys: Int, runs: Int) {
        shared.withLock { ($0.runs.reduce(0) { $0 + $1.count }, $0.runs.count) }
    }

    // MARK: The thread that writes runs

    private func startWriting() {
        DispatchQueue(label: "motocho.keys").async { [self] in
            while true {
                work.wait()
                while let (table, to) = shared.withLock({ $0.sealed.first }) {
                    let entries = table.sorted()
                    var index = 0
                    let written = try? KeyRun.write(folder: folder, from: table.from, to: to, count: entries.count) {
                        guard index < entries.count else { return nil }
                        index += 1
                        return entries[index - 1]
                    }
                    // A run that cannot be written stays in memory; the writer waits once too many do.
                    guard let written else {
                        Thread.sleep(forTimeInterval: 1)
                        if shared.withLock({ $0.isStopping }) { break }
                        continue
                    }
                    shared.withLock { shared in
                        shared.sealed.removeFirst()
                        shared.runs.append(written)
                        shared.version += 1
                    }
                    room.signal()
                    mergeWhereDue()
                }
                if shared.withLock({ $0.isStopping }) { break }
            }
            ended.signal()
        }
    }

    /// Merges the newest `mergeFactor` runs while they are of one size class.
    private func mergeWhereDue() {
        while true {
            let runs = shared.withLock { $0.runs }
            let newest = Array(runs.suffix(Self.mergeFactor))
            guard newest.count == Self.mergeFactor, let first = newest.first,
                newest.allSatisfy({ Self.sizeClass($0.count) == Self.sizeClass(first.count) }), let merged = try? merge(newest)
            else { return }
            shared.withLock { shared in
                shared.runs.removeLast(Self.mergeFactor)
                shared.runs.append(merged)
                shared.version += 1
            }
            for run in newest { try? FileManager.default.removeItem(atPath: run.path) }
        }
    }

    private static func sizeClass(_ count: Int) -> Int {
        var (size, level) = (count / KeyTable.capacity, 0)
        while size >= mergeFactor {
            size /= mergeFactor
            level += 1
        }
        return level
    }

    private func merge(_ runs: [KeyRun]) throws -> KeyRun {
        let piece = 4096
        var pieces = try runs.map { try $0.entries(after: nil, limit: piece) }
        var at = runs.map { _ in 0 }
        return try KeyRun.write(
            folder: folder, from: runs[0].from, to: runs[runs.count - 1].to, count: runs.reduce(0) { $0 + $1.count }
        ) {
            var least: Int?
            for index in runs.indices {
                if at[index] == pieces[index].count, let last = pieces[index].last {
                    pieces[index] = try runs[index].entries(after: last, limit: piece)
                    at[index] = 0
                }
                guard at[index] < pieces[index].count else { continue }
                if least.map({ pieces[index][at[index]] < pieces[$0][at[$0]] }) ?? true { least = index }
            }
            guard let least else { return nil }
            at[least] += 1
            return pieces[least][at[least] - 1]
        }
    }
}
