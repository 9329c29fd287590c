internal import Foundation
internal import Journal
internal import LMDB
internal import Ledger
internal import Synchronization

/// One live projection: it follows the log in its own environment with its own checkpoint. Whoever reads brings it up
/// to date first, so an answer is never older than asked; a thread of the server does so now and then as well.
///
/// Readers wait for each other only while events are taken in. Checkpoints are written, digests made and views rebuilt
/// while they go on. Locks are taken in the order `rebuilding`, `saving`, `state`.
final class Follower<P: Projection>: Sendable {
    private let log: Log
    private let path: String
    private let state: Locked<State>
    /// Held while a checkpoint is written, so that an older one never follows a newer.
    private let saving = Locked(0)
    /// Held while the view is rebuilt: there is one folder to build in.
    private let rebuilding = Locked(0)
    private let reached: Atomic<UInt64>

    private struct State {
        var projection: P
        var store: StoreBox
        var saved: UInt64
        var savedAt = ContinuousClock.now
    }

    /// Holds the environment, so that a rebuild can replace it.
    private final class StoreBox: Sendable {
        let store: ViewStore
        init(_ store: consuming ViewStore) { self.store = store }
    }

    /// A checkpoint is due after this many events, or this many seconds with any.
    private static var checkpointEvents: UInt64 { 250_000 }
    private static var checkpointSeconds: Int { 5 }
    /// Events taken in before others get the lock.
    private static var slice: UInt64 { 50_000 }

    /// Opens the stored view, or starts from zero where there is none that reads and fits the log. Throws EBUSY if this
    /// process has the view open already.
    @available(*, noasync)
    init(_ log: Log) throws {
        self.log = log
        path = ViewStore.path(P.self, log.directory)
        let (files, retired) = (FileManager.default, Self.retired(path))
        // A rebuild that was cut off between its two renames left the view here.
        if !files.fileExists(atPath: path), files.fileExists(atPath: retired) { try? files.moveItem(atPath: retired, toPath: path) }
        var found: (projection: P, store: StoreBox)?
        do {
            let store = try StoreBox(ViewStore(path: path, readOnly: false))
            found = (try store.store.load(P.self, log), store)
        } catch let error as LMDBError where error.code == EBUSY {
            throw error
        } catch {
            try? files.removeItem(atPath: path)
            try files.createDirectory(atPath: path, withIntermediateDirectories: true)
        }
        for remains in [retired, Self.beside(path)] { try? files.removeItem(atPath: remains) }
        let (projection, store) = try found ?? (P(), StoreBox(ViewStore(path: path, readOnly: false)))
        reached = Atomic(projection.next)
        state = Locked(State(projection: projection, store: store, saved: projection.next))
    }

    /// Where a rebuild puts the new view, and the one it replaces.
    private static func beside(_ path: String) -> String { path + ".new" }
    private static func retired(_ path: String) -> String { path + ".old" }

    /// The next position to take in. Does not wait.
    var position: UInt64 { reached.load(ordering: .acquiring) }

    /// Reads the view once it has taken in everything before `position`, and at least the genesis.
    @available(*, noasync)
    func read<R: Sendable>(atLeast position: UInt64, _ body: (borrowing P) throws -> R) throws -> R {
        try state.withLock { state in
            try follow(&state, to: max(1, position))
            return try body(state.projection)
        }
    }

    private func follow(_ state: inout State, to end: UInt64) throws {
        defer { reached.store(state.projection.next, ordering: .releasing) }
        try state.projection.follow(log, to: end)
    }

    /// Takes in what is new, a slice at a time, and leaves a checkpoint when one is due.
    @available(*, noasync)
    func follow() throws {
        while true {
            let (isCaughtUp, isDue) = try state.withLock { state in
                try follow(&state, to: min(log.count, state.projection.next + Self.slice))
                let new = state.projection.next - state.saved
                let isOld = ContinuousClock.now - state.savedAt > .seconds(Self.checkpointSeconds)
                return (state.projection.next >= log.count, new >= Self.checkpointEvents || new > 0 && isOld)
            }
            if isDue { try save() }
            if isCaughtUp { return }
        }
    }

    /// Takes in everything and leaves a checkpoint.
    @available(*, noasync)
    func finish() throws {
        try follow()
        if state.withLock({ $0.projection.next > $0.saved }) { try save() }
    }

    @available(*, noasync)
    private func save() throws {
        try saving.withLock { _ in
            let (changes, box) = state.withLock { ($0.projection.takeChanges(), $0.store) }
            do {
                try box.store.save(changes, log)
            } catch {
                state.withLock { $0.projection.putBack(changes) }
                throw error
            }
            state.withLock { state in
                state.saved = changes.next
                state.savedAt = ContinuousClock.now
            }
        }
    }

    /// Builds the view from zero beside the live one, compares the two at the same position, and swaps.
    @available(*, noasync)
    func rebuild(_ progress: (UInt64, UInt64) -> Void) throws -> RebuildReport {
        try rebuilding.withLock { _ in
            let started = ContinuousClock.now
            let beside = Self.beside(path)
            try? FileManager.default.removeItem(atPath: beside)
            try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: true)
            var fresh = P()
            while fresh.next < log.count {
                try fresh.follow(log, to: min(log.count, fresh.next + 1_000_000))
                progress(fresh.next, log.count)
            }
            let box = try StoreBox(ViewStore(path: beside, readOnly: false))
            try box.store.save(fresh.takeChanges(), log)
            let head = log.count
            let live = try state.withLock { state in
                try follow(&state, to: head)
                return state.projection
            }
            // Readers may have been asked for more than this process had seen.
            try fresh.follow(log, to: live.next)
            let (new, old) = (fresh.digest(), live.digest())
            try saving.withLock { _ in
                try box.store.save(fresh.takeChanges(), log)
                try swap(fresh, box, saved: fresh.next)
            }
            let (seconds, attoseconds) = (ContinuousClock.now - started).components
            return RebuildReport(
                name: P.name, position: live.next - 1, digest: new.description, before: old.description, matches: new == old,
                seconds: Double(seconds) + Double(attoseconds) / 1e18)
        }
    }

    /// Puts a rebuilt view in the live one's place, on disk and in memory.
    private func swap(_ projection: P, _ box: StoreBox, saved: UInt64) throws {
        let (files, beside, retired) = (FileManager.default, Self.beside(path), Self.retired(path))
        let before = try state.withLock { state in
            var projection = projection
            try projection.follow(log, to: state.projection.next)
            try? files.removeItem(atPath: retired)
            try files.moveItem(atPath: path, toPath: retired)
            do {
                try files.moveItem(atPath: beside, toPath: path)
            } catch {
                try? files.moveItem(atPath: retired, toPath: path)
                throw error
            }
            let before = state.store
            state = State(projection: projection, store: box, saved: saved)
            reached.store(projection.next, ordering: .releasing)
            return before
        }
        withExtendedLifetime(before) { try? files.removeItem(atPath: retired) }
    }
}

/// What a rebuild found.
public struct RebuildReport: Equatable, Sendable {
    public let name: String
    /// The last position both views had taken in when they were compared.
    public let position: UInt64
    /// SHA-256 over the content of the new view, and of the one it replaced.
    public let digest: String
    public let before: String
    public let matches: Bool
    public let seconds: Double
}
