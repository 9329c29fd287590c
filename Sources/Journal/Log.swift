internal import Foundation
internal import LMDB
public import Ledger
internal import Synchronization

/// The log of one ledger: events by position in an LMDB environment, with the Merkle frontier and the signed checkpoint
/// that belong to the last commit. Any number of readers, in this process and others, beside one writer.
public final class Log: Sendable {
    public let directory: DataDirectory
    public let genesis: Genesis
    private let environment: Environment
    private let events: Table
    private let meta: Table
    /// Events committed, as this process last saw it.
    private let committed: Atomic<UInt64>

    /// Greatest size of the log's file: address space only. Sanitizers have less of it.
    static let mapSize = Atomic(1 << 40)

    /// A long scan lets go of its snapshot after this many events, so that the writer can reuse pages.
    static let renewal: UInt64 = 10_000

    /// Opens an existing log. Stale readers are cleared. Throws `JournalError` or `LMDBError`.
    public convenience init(_ directory: DataDirectory, readOnly: Bool) throws {
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        try self.init(directory, at: directory.log, readOnly: readOnly)
    }

    /// `path` is the log's own folder, or a copy's.
    init(_ directory: DataDirectory, at path: String, readOnly: Bool) throws {
        Layout.assertSizes()
        self.directory = directory
        environment = try Self.open(path, readOnly: readOnly)
        guard let events = try environment.table("events", create: false), let meta = try environment.table("meta", create: false)
        else { throw JournalError.damaged("a table is missing") }
        self.events = events
        self.meta = meta
        var count: UInt64 = 0
        var genesis: Genesis?
        try environment.read { snapshot in
            count = try snapshot.last(in: events).map { $0 + 1 } ?? 0
            if let bytes = try snapshot.get(UInt64(0), in: events) {
                guard let event = EventView(bytes, at: 0)?.event else { throw JournalError.damaged("event 0 does not read") }
                genesis = Genesis(event)
            }
        }
        guard let genesis else { throw JournalError.notOfThisVersion("its genesis is not understood") }
        self.genesis = genesis
        committed = Atomic(count)
    }

    /// A writer of this process that was just stopped lets go of the log a moment later.
    private static func open(_ path: String, readOnly: Bool, attempt: Int = 0) throws -> Environment {
        do {
            return try Environment(path: path, Environment.Options(mapSize: mapSize.load(ordering: .relaxed), readOnly: readOnly))
        } catch {
            guard error.code == EBUSY, attempt < 50 else { throw error }
        }
        Thread.sleep(forTimeInterval: 0.01)
        return try open(path, readOnly: readOnly, attempt: attempt + 1)
    }

    /// Makes a log that holds its genesis and nothing else. It gets its name when it is whole.
    static func create(_ directory: DataDirectory, first event: Event, key: LogKey, origin: String) throws {
        let folder = directory.log + ".new"
        directory.remove(folder)
        try directory.make(folder)
        var buffer = EventBuffer()
        buffer.append(event)
        var frontier = Frontier()
        frontier.append(leaf: buffer.withEvent(0, Hash.leaf))
        let note = try key.sign(Checkpoint(origin: origin, size: 1, root: frontier.root))
        do {
            let environment = try Environment(path: folder, Environment.Options(mapSize: mapSize.load(ordering: .relaxed)))
            guard let events = try environment.table("events", create: true), let meta = try environment.table("meta", create: true)
            else { throw JournalError.damaged("a table cannot be made") }
            try environment.write { transaction in
                try buffer.withEvent(0) { try transaction.append(0, $0, to: events) }
                try frontier.bytes.withBytes { try transaction.put("frontier", $0, in: meta) }
                try note.withBytes { try transaction.put("checkpoint", $0, in: meta) }
            }
        }
        directory.remove(directory.log)
        try FileManager.default.moveItem(atPath: folder, toPath: directory.log)
        try Files.syncDirectory(directory.path + "/log")
        try Files.syncDirectory(directory.path)
        try directory.replace(directory.checkpoint, with: note)
    }

    public var origin: String { "motocho.ledger/" + genesis.ledgerName }

    /// Events committed so far, so also the next position. In the writer's process, without touching the disk.
    public var count: UInt64 { committed.load(ordering: .acquiring) }

    /// Looks how far another process has written.
    @discardableResult @available(*, noasync)
    public func refresh() throws -> UInt64 {
        let seen = try environment.read { snapshot in try snapshot.last(in: events).map { $0 + 1 } ?? 0 }
        // A commit of this process may have come between.
        return committed.max(seen, ordering: .acquiringAndReleasing).newValue
    }

    // MARK: Writing (the committer's thread only)

    /// Commits a batch with its frontier and signed checkpoint; returns when it is on disk.
    @available(*, noasync)
    func commit(_ buffer: borrowing EventBuffer, from first: UInt64, frontier: Frontier, note: String) throws {
        try environment.write { transaction in
            for index in 0..<buffer.count {
                try buffer.withEvent(index) { try transaction.append(first + UInt64(index), $0, to: events) }
            }
            try frontier.bytes.withBytes { try transaction.put("frontier", $0, in: meta) }
            try note.withBytes { try transaction.put("checkpoint", $0, in: meta) }
        }
        committed.store(first + UInt64(buffer.count), ordering: .releasing)
    }

    // MARK: Reading

    /// The frontier and the signed note of the last commit, with the count they belong to.
    @available(*, noasync)
    public func head() throws -> (frontier: Frontier, note: String) {
        try environment.read { snapshot in
            guard let bytes = try snapshot.get("frontier", in: meta), let frontier = Frontier(bytes: [UInt8](bytes)),
                let noteBytes = try snapshot.get("checkpoint", in: meta), let note = String(validating: noteBytes)
            else { throw JournalError.damaged("the frontier or the checkpoint does not read") }
            guard try snapshot.last(in: events).map({ $0 + 1 }) == frontier.size else {
                throw JournalError.damaged("the frontier belongs to another number of events")
            }
            return (frontier, note)
        }
    }

    /// Calls `body` with the events from `first` up to but not including `end` (or the end of the log), until it returns
    /// false. Checks every event's checksum; throws `JournalError.damaged` at one that does not hold. Renews its
    /// snapshot as it goes, so the writer is not held up, and sees what is committed meanwhile.
    @available(*, noasync)
    public func scan(from first: UInt64, to end: UInt64 = .max, _ body: (EventView) throws -> Bool) throws {
        var next = first
        var goesOn = true
        while goesOn, next < end {
            let stop = min(end, next.addingReportingOverflow(Self.renewal).partialValue)
            let before = next
            try environment.read { snapshot in
                try snapshot.scan(events, from: next) { position, bytes in
                    guard position < stop else { return false }
                    guard position == next else { throw JournalError.damaged("event \(next) is missing") }
                    guard let view = EventView(bytes, at: position) else { throw JournalError.damaged("event \(position) fails its checksum") }
                    next += 1
                    goesOn = try body(view)
                    return goesOn
                }
            }
            if next == before { break }
        }
    }

    /// The Merkle leaf of one event, whatever its kind; `nil` if the log has none at that position.
    @available(*, noasync)
    func leaf(at position: UInt64) throws -> Hash? {
        try environment.read { snapshot in
            guard let bytes = try snapshot.get(position, in: events) else { return nil }
            return Hash.leaf(bytes)
        }
    }

    /// Carries a frontier on to `head` over the events after it, and says whether it comes to the same; `at` is shown
    /// every frontier on the way. About 0.6 µs an event.
    @available(*, noasync)
    func continues(_ start: Frontier, to head: Frontier, at: (Frontier) -> Void = { _ in }) throws -> Bool {
        guard start.size <= head.size else { return false }
        var frontier = start
        at(frontier)
        try scan(from: start.size, to: head.size) { view in
            frontier.append(leaf: Hash.leaf(view.bytes))
            at(frontier)
            return true
        }
        return frontier == head
    }

    /// One event, or `nil` if the log has none at that position.
    @available(*, noasync)
    public func event(at position: UInt64) throws -> Event? {
        try lookUp { event in try event(position) }
    }

    /// Several look-ups in one snapshot: `body` is handed a function from position to event.
    @available(*, noasync)
    public func lookUp<R>(_ body: (_ event: (UInt64) throws -> Event?) throws -> R) throws -> R {
        try environment.read { snapshot in
            try body { position in
                guard let bytes = try snapshot.get(position, in: events) else { return nil }
                guard let event = EventView(bytes, at: position)?.event else {
                    throw JournalError.damaged("event \(position) fails its checksum, or a later version wrote it")
                }
                return event
            }
        }
    }

    /// The events of a chain back from a position, the newest first, down to `start` and without it. Charges and payments come
    /// without their tails, which no rule about the past looks at.
    @available(*, noasync)
    func chain(back position: UInt64, to start: UInt64, pending: (UInt64) -> Event?) throws -> [Event] {
        var found: [Event] = []
        var position = position
        try environment.read { snapshot in
            while position > start {
                if let event = pending(position) {
                    found.append(event)
                } else {
                    guard let bytes = try snapshot.get(position, in: events), let event = EventView(bytes, at: position)?.brief else {
                        throw JournalError.damaged("event \(position) is missing or fails its checksum")
                    }
                    found.append(event)
                }
                position = found[found.count - 1].previous
            }
        }
        guard position == start else { throw JournalError.damaged("a chain leaves what was read of it before, at \(position)") }
        return found
    }

    /// Bytes of the log's file in use, and of its map.
    public func size() throws -> (used: Int, map: Int) {
        let info = try environment.info()
        return (info.usedBytes, info.mapSize)
    }

    @discardableResult
    public func clearStaleReaders() throws -> Int { try environment.clearStaleReaders() }

    func copy(to path: String) throws { try environment.copy(to: path, compact: true) }
}
