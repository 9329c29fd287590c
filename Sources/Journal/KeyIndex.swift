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
    private let log: Log
    private let writes: Bool
    private let capacity: Int
    /// The decider's own, touched by no other thread.
    private var current: KeyTable
    private var runsSeen: [KeyRun]
    /// Of `runsSeen`: one cache line says no to nearly every absent key.
    private var filtersSeen: [KeyFilter]
    private var sealedSeen: [KeyTable] = []
    private var versionSeen = 0

    /// Shared with the thread that writes runs.
    private struct Shared {
        var runs: [KeyRun]
        var sealed: [(table: KeyTable, to: UInt64)] = []
        var mayGrow = false
        var isStopping = false
    }
    private let shared: Locked<Shared>
    /// Counts changes of `shared`, so that a look-up need not take its lock.
    private let version = Atomic(0)
    private let work = DispatchSemaphore(value: 0)
    private let room = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    static let mergeFactor = 8
    /// More sealed tables than this and the writer waits: memory is bounded. Together they cover more events than may be
    /// decided and not committed, so the oldest can always be written.
    private static let mostSealed = 3

    /// Opens the runs there are. Runs that do not read, that reach beyond the log or that belong to another history are
    /// dropped, with everything after them.
    init(_ log: Log, writes: Bool, capacity: Int = KeyTable.capacity) throws {
        precondition(capacity >= 2 * Batch.cap && capacity.nonzeroBitCount == 1)
        folder = log.directory.keyRuns
        self.log = log
        self.writes = writes
        self.capacity = capacity
        if writes { try log.directory.make(folder) }
        var runs: [KeyRun] = []
        var next: UInt64 = 0
        let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).filter { $0.hasPrefix("run-") }
        // The longest run first where two begin at the same position: a merged one stands for its parts.
        let spans = names.compactMap { name -> (from: UInt64, to: UInt64)? in
            let parts = name.split(separator: "-")
            guard parts.count == 3, let from = UInt64(parts[1]), let to = UInt64(parts[2]), to > from, to <= log.count else { return nil }
            return (from, to)
        }.sorted { ($0.from, $1.to) < ($1.from, $0.to) }
        for span in spans where span.from == next {
            guard let run = try? KeyRun(folder: folder, from: span.from, to: span.to), run.leaf == (try log.leaf(at: run.to - 1)) else { continue }
            runs.append(run)
            next = run.to
        }
        if writes {
            for name in names where !runs.contains(where: { $0.path.hasSuffix("/" + name) }) { log.directory.remove(folder + "/" + name) }
        }
        runsSeen = runs
        filtersSeen = runs.map(\.filter)
        shared = Locked(Shared(runs: runs))
        current = KeyTable(from: next, capacity: capacity)
        if writes { DispatchQueue(label: "motocho.keys").async { [self] in writeUntilStopped() } }
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
        let filters = filtersSeen
        for index in filters.indices where filters[index].mayHold(key) {
            let run = runsSeen[index]
            do {
                if let found = try run.position(of: key) { return found }
            } catch {
                if writes { log.directory.remove(run.path) }
                throw error
            }
        }
        return nil
    }

    /// Notes a key. `position` is that of the first event of the command. Waits if the thread that writes runs lags.
    func insert(_ key: CommandKey, _ position: UInt64) {
        current.insert(key, position)
        guard current.isFull else { return }
        let sealed = current
        current = KeyTable(from: position + 1, capacity: capacity)
        guard writes else { return sealedSeen.append(sealed) }
        while true {
            let accepted = shared.withLock { shared in
                guard shared.sealed.count < Self.mostSealed || shared.mayGrow else { return false }
                shared.sealed.append((sealed, position + 1))
                version.add(1, ordering: .releasing)
                return true
            }
            if accepted { break }
            room.wait()
        }
        work.signal()
    }

    private func refresh() {
        guard version.load(ordering: .acquiring) != versionSeen else { return }
        shared.withLock { shared in
            versionSeen = version.load(ordering: .relaxed)
            runsSeen = shared.runs
            filtersSeen = shared.runs.map(\.filter)
            sealedSeen = shared.sealed.map(\.table)
        }
    }

    /// The writer is to stop: nobody waits any more.
    func letGo() {
        shared.withLock { $0.mayGrow = true }
        room.signal()
    }

    /// Finishes what was sealed and stops. What cannot be written now is taken from the log at the next start.
    func stop() {
        guard writes else { return }
        shared.withLock { $0.isStopping = true }
        work.signal()
        ended.wait()
        ended.signal()
    }

    /// Keys in runs, and runs, for metrics.
    var extent: (keys: Int, runs: Int) {
        shared.withLock { ($0.runs.reduce(0) { $0 + $1.count }, $0.runs.count) }
    }

    // MARK: The thread that writes runs

    private func writeUntilStopped() {
        while true {
            work.wait()
            while let (table, to) = shared.withLock({ $0.sealed.first }), write(table, to: to) { mergeWhereDue() }
            if shared.withLock({ $0.isStopping }) { break }
        }
        ended.signal()
    }

    /// Writes the oldest sealed table as a run once its events are on disk: a run must never know a command that the log
    /// does not. A table that cannot be written stays in memory. False: stopped before it was done.
    private func write(_ table: KeyTable, to: UInt64) -> Bool {
        while true {
            let isCommitted = log.count >= to
            if isCommitted, let run = try? write(table.sorted(), from: table.from, to: to) {
                shared.withLock { shared in
                    shared.sealed.removeFirst()
                    shared.runs.append(run)
                    version.add(1, ordering: .releasing)
                }
                room.signal()
                return true
            }
            if shared.withLock({ $0.isStopping }) { return false }
            Thread.sleep(forTimeInterval: isCommitted ? 1 : 0.002)
        }
    }

    private func write(_ entries: [KeyTable.Entry], from: UInt64, to: UInt64) throws -> KeyRun {
        var rest = entries[...]
        return try KeyRun.write(folder: folder, from: from, to: to, leaf: try leaf(before: to), count: entries.count) { rest.popFirst() }
    }

    private func leaf(before end: UInt64) throws -> Hash {
        guard let leaf = try log.leaf(at: end - 1) else { throw JournalError.damaged("event \(end - 1) is missing") }
        return leaf
    }

    /// Merges the newest `mergeFactor` runs while they are of one size class.
    private func mergeWhereDue() {
        while true {
            let runs = shared.withLock { $0.runs }
            let newest = Array(runs.suffix(Self.mergeFactor))
            guard newest.count == Self.mergeFactor, let first = newest.first,
                newest.allSatisfy({ sizeClass($0.count) == sizeClass(first.count) }), let merged = try? merge(newest)
            else { return }
            shared.withLock { shared in
                shared.runs.removeLast(Self.mergeFactor)
                shared.runs.append(merged)
                version.add(1, ordering: .releasing)
            }
            for run in newest { log.directory.remove(run.path) }
        }
    }

    private func sizeClass(_ count: Int) -> Int {
        var (size, level) = (count / capacity, 0)
        while size >= Self.mergeFactor {
            size /= Self.mergeFactor
            level += 1
        }
        return level
    }

    private func merge(_ runs: [KeyRun]) throws -> KeyRun {
        // The block each run stands in, its entries, and the next of them.
        var places = runs.map { _ in 0 }
        var pieces = try runs.map { try $0.block(0) }
        var at = runs.map { _ in 0 }
        let to = runs[runs.count - 1].to
        return try KeyRun.write(
            folder: folder, from: runs[0].from, to: to, leaf: try leaf(before: to), count: runs.reduce(0) { $0 + $1.count }
        ) {
            var least: Int?
            for index in runs.indices {
                if at[index] == pieces[index].count, places[index] + 1 < runs[index].blockCount {
                    places[index] += 1
                    pieces[index] = try runs[index].block(places[index])
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
