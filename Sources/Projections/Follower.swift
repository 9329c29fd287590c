internal import Foundation
internal import Ledger
internal import Journal
internal import LMDB
internal import Synchronization

/// One live projection: it follows the log in its own environment with its own checkpoint. Whoever reads brings it up
/// to date first, so an answer is never older than asked; a thread of the server does so now and then as well.
final class Follower<P: Projection>: Sendable {
    private let log: Log
    private let state: Mutex<State>

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

    /// Opens the stored view, or starts from zero where there is none that reads and fits the log.
    @available(*, noasync)
    init(_ log: Log) throws {
        self.log = log
        let path = ViewStore.path(P.self, log.directory)
        var found: (P, StoreBox)?
        if FileManager.default.fileExists(atPath: path + "/data.mdb"), let store = try? StoreBox(ViewStore(path: path, readOnly: false)),
            let projection = try? store.store.load(P.self, ledger: log.genesis.ledgerName), projection.next <= log.count
        {
            found = (projection, store)
        }
        if found == nil {
            try? FileManager.default.removeItem(atPath: path)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            found = (P(), try StoreBox(ViewStore(path: path, readOnly: false)))
        }
        state = Mutex(State(projection: found!.0, store: found!.1, saved: found!.0.next))
    }

    var position: UInt64 { state.withLock { $0.projection.next } }

    /// Reads the view once it has taken in everything before `position`.
    @available(*, noasync)
    func read<R: Sendable>(atLeast position: UInt64, _ body: (borrowing P) throws -> R) throws -> R {
        try state.withLock { state in
            try state.projection.follow(log, to: position)
            return try body(state.projection)
        }
    }

    /// Takes in what is new, a slice at a time, and leaves a checkpoint when one is due.
    @available(*, noasync)
    func follow() throws {
        while true {
            let isCaughtUp = try state.withLock { state in
                let end = min(log.count, state.projection.next + Self.slice)
                try state.projection.follow(log, to: end)
                let new = state.projection.next - state.saved
                if new >= Self.checkpointEvents || new > 0 && ContinuousClock.now - state.savedAt > .seconds(Self.checkpointSeconds) {
                    try save(&state)
                }
                return state.projection.next >= log.count
            }
            if isCaughtUp { return }
        }
    }

    /// Takes in everything and leaves a checkpoint.
    @available(*, noasync)
    func finish() throws {
        try follow()
        try state.withLock { state in if state.projection.next > state.saved { try save(&state) } }
    }

    @available(*, noasync)
    private func save(_ state: inout State) throws {
        try state.store.store.save(&state.projection, ledger: log.genesis.ledgerName)
        state.saved = state.projection.next
        state.savedAt = ContinuousClock.now
    }

    /// Builds the view from zero beside the live one, compares the two at the same position, and swaps.
    @available(*, noasync)
    func rebuild(_ progress: (UInt64, UInt64) -> Void) throws -> RebuildReport {
        let started = ContinuousClock.now
        let path = ViewStore.path(P.self, log.directory)
        let beside = path + ".new"
        try? FileManager.default.removeItem(atPath: beside)
        try FileManager.default.createDirectory(atPath: beside, withIntermediateDirectories: true)
        var fresh = P()
        while fresh.next < log.count {
            try fresh.follow(log, to: min(log.count, fresh.next + 1_000_000))
            progress(fresh.next, log.count)
        }
        let box = try StoreBox(ViewStore(path: beside, readOnly: false))
        try box.store.save(&fresh, ledger: log.genesis.ledgerName)
        return try state.withLock { state in
            let head = log.count
            try fresh.follow(log, to: head)
            try state.projection.follow(log, to: head)
            let (new, old) = (fresh.digest(), state.projection.digest())
            try box.store.save(&fresh, ledger: log.genesis.ledgerName)
            let retired = path + ".old"
            try? FileManager.default.removeItem(atPath: retired)
            try FileManager.default.moveItem(atPath: path, toPath: retired)
            try FileManager.default.moveItem(atPath: beside, toPath: path)
            state = State(projection: fresh, store: box, saved: fresh.next)
            try? FileManager.default.removeItem(atPath: retired)
            let (seconds, attoseconds) = (ContinuousClock.now - started).components
            return RebuildReport(
                name: P.name, position: head - 1, digest: new.description, before: old.description, matches: new == old,
                seconds: Double(seconds) + Double(attoseconds) / 1e18)
        }
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
