internal import Foundation
public import Ledger

/// Making, opening and checking a ledger's log.
public enum Ledgers {
    /// Makes a ledger: keys, log, genesis. `start` is the first instant of a scenario ledger.
    @available(*, noasync)
    public static func create(_ directory: DataDirectory, _ founding: Founding) throws {
        guard !directory.holdsLedger else { throw JournalError.exists(directory.path) }
        for folder in [directory.path, directory.keys, directory.views, directory.path + "/log"] { try directory.make(folder) }
        let lock = try takeLock(directory)
        defer { withExtendedLifetime(lock) {} }
        guard !directory.holdsLedger else { throw JournalError.exists(directory.path) }
        guard !directory.exists(directory.checkpoint) else {
            throw JournalError.damaged("log/000001 is gone, but the file `checkpoint` of a ledger stands here")
        }
        let genesis = Genesis(
            ledgerID: (0..<16).map { _ in UInt8.random(in: 0...255) }, currency: founding.currency,
            clock: founding.start == nil ? .system : .scenario, founders: founding.operators)
        let origin = "motocho.ledger/" + genesis.ledgerName
        let key = LogKey(name: origin)
        try directory.replace(directory.logKey, with: Data(key.rawBytes).base64EncodedString() + "\n")
        try directory.replace(directory.verifierKey, with: key.verifier.description + "\n")
        var event = genesis.event
        event.recordedAt = founding.start ?? LedgerClock.system.wall()
        event.occurredAt = event.recordedAt
        try Log.create(directory, first: event, key: key, origin: origin)
    }

    /// What a new ledger is founded with.
    public struct Founding: Sendable {
        public var currency: Currency
        /// Names of the founding operators; a real ledger needs three.
        public var operators: [String]
        /// The first instant of a scenario ledger; `nil` for a real one.
        public var start: Instant?

        public init(currency: Currency = .yen, operators: [String], start: Instant? = nil) {
            self.currency = currency
            self.operators = operators
            self.start = start
        }
    }

    /// Opens the ledger for writing: takes the lock, mends what a failed commit left, folds the log into the books,
    /// holds it against its checkpoints, and starts the writer.
    @available(*, noasync)
    public static func open(
        _ directory: DataDirectory, clock: LedgerClock = .system, checkpointEachCommit: Bool = false, custody: Custody = .none,
        onFailure: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Writer {
        try open(
            directory, clock: clock, checkpointEachCommit: checkpointEachCommit, custody: custody, keyCapacity: KeyTable.capacity,
            onFailure: onFailure)
    }

    @available(*, noasync)
    static func open(
        _ directory: DataDirectory, clock: LedgerClock = .system, checkpointEachCommit: Bool = false, custody: Custody = .none,
        keyCapacity: Int,
        onFailure: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> Writer {
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        let lock = try takeLock(directory)
        if !directory.exists(directory.log), directory.exists(directory.failedLog) {
            try FileManager.default.moveItem(atPath: directory.failedLog, toPath: directory.log)
        }
        if directory.exists(directory.failedCommit) { try moveToNewFile(directory) }
        let log = try Log(directory, readOnly: false)
        let key = try logKey(log)
        let (snapshot, frontier) = try verify(log, key.verifier)
        let keys = try KeyIndex(log, writes: true, capacity: keyCapacity)
        let books: Books
        do {
            books = try fold(log, from: snapshot, to: frontier.size, keys: keys)
        } catch {
            keys.letGo()
            keys.stop()
            throw error
        }
        // What a crash left undone between an erasure's event and its key.
        if !books.erased.isEmpty { try custody.destroy(books.erasedPersons) }
        directory.remove(directory.failedCommit)
        let writer = Writer(
            log: log, books: books, frontier: frontier, keys: keys, key: key, clock: clock, lock: lock,
            checkpointEachCommit: checkpointEachCommit, custody: custody, onFailure: onFailure)
        return writer
    }

    /// What a ledger's first event says, whether or not its log opens for writing.
    @available(*, noasync)
    public static func genesis(_ directory: DataDirectory) throws -> Genesis {
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        return try Log(directory, at: directory.exists(directory.log) ? directory.log : directory.failedLog, readOnly: true).genesis
    }

    /// Takes the writer's lock without opening anything, for work that must not run beside a writer.
    public static func withLock<R>(_ directory: DataDirectory, _ body: () throws -> R) throws -> R {
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        let lock = try takeLock(directory)
        return try withExtendedLifetime(lock) { try body() }
    }

    private static func takeLock(_ directory: DataDirectory) throws -> FileLock {
        // Whoever only looks whether a writer runs holds the lock for a moment too.
        for attempt in 0..<5 {
            if attempt > 0 { Thread.sleep(forTimeInterval: 0.02) }
            guard let lock = try FileLock(path: directory.lock) else { continue }
            // At once: an address the last holder left would send commands to whoever listens there now.
            lock.write("process \(ProcessNumber.own)\n")
            return lock
        }
        let holder = directory.holder
        let address = holder?.address.map { ", a server at http://\($0)" } ?? ""
        throw JournalError.locked(path: directory.path, by: "process \(holder?.process ?? "unknown")\(address)")
    }

    /// The books at the head of the log, for a reader beside or without a server. Nothing is written.
    @available(*, noasync)
    public static func books(_ log: Log, at end: UInt64 = .max) throws -> Books {
        let (head, _) = try log.head()
        try log.refresh()
        var snapshot = BooksSnapshot.load(log.directory, genesis: log.genesis)
        if let found = snapshot, try found.books.next > end || !log.continues(found.frontier, to: head) { snapshot = nil }
        return try fold(log, from: snapshot?.books, to: min(end, log.count))
    }

    /// The books as the stored snapshot has them, for its checker; `nil` if there is none that a start would look at.
    @available(*, noasync)
    public static func storedBooks(_ log: Log) -> Books? { BooksSnapshot.load(log.directory, genesis: log.genesis)?.books }

    /// The books at `end` from the genesis on, no snapshot asked. O(events).
    @available(*, noasync)
    public static func foldedBooks(_ log: Log, at end: UInt64) throws -> Books { try fold(log, from: nil, to: end) }

    /// Looks up every key of the log that should stand in a run on disk, and says which do not lead to their event.
    /// O(events).
    @available(*, noasync)
    public static func differencesInKeys(_ log: Log) throws -> (looked: Int, problems: [String]) {
        let keys = try KeyIndex(log, writes: false)
        var looked = 0
        var problems: [String] = []
        try log.scan(from: 0, to: keys.from) { view in
            guard view.groupIndex == 0, !view.key.isNone else { return true }
            looked += 1
            let found = try keys.position(of: view.key)
            if found != view.position { problems.append("the key of event \(view.position) leads to \(found.map { "event \($0)" } ?? "nothing")") }
            return problems.count < 20
        }
        return (looked, problems)
    }

    /// Decides requests on a copy of the books and appends nothing: what would become of each. O(events since the
    /// snapshot + requests).
    @available(*, noasync)
    public static func rehearse(_ log: Log, clock: LedgerClock = .system, _ requests: (_ decide: (Request) throws -> Outcome) throws -> Void) throws {
        var books = try books(log)
        let keys = try KeyIndex(log, writes: false)
        books = try fold(log, from: books, to: log.count, keys: keys)
        var decider = Decider(books: books, keys: keys, log: log)
        var watch = ClockWatch(clock, last: books.now)
        try requests { request in
            let now = log.genesis.clock == .scenario ? decider.books.now : watch.now(notBefore: decider.books.now)
            while try decider.actByItself(now: now) {}
            return try decider.decide(request, now: now)
        }
    }

    static func known(_ view: EventView) throws -> Event {
        guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
        return event
    }

    private static func logKey(_ log: Log) throws -> LogKey {
        guard let text = log.directory.read(log.directory.logKey)?.split(separator: "\n").first,
            let raw = Data(base64Encoded: String(text)), let key = LogKey(name: log.origin, rawBytes: Array(raw))
        else { throw JournalError.damaged("keys/log.key is missing or is no key; put back the copy kept at `motocho init`") }
        return key
    }

    /// Holds the log against its own frontier, the signed checkpoint inside and the one outside, before any of it is
    /// believed. Every leaf from the snapshot on is hashed; a snapshot that does not lead to the log's frontier is of
    /// another history, and goes with all that was derived from it.
    @available(*, noasync)
    private static func verify(_ log: Log, _ verifier: VerifierKey) throws -> (snapshot: Books?, frontier: Frontier) {
        let (head, note) = try log.head()
        guard let inside = Checkpoint(note: note, verifiedBy: verifier), inside.size == head.size, inside.root == head.root,
            inside.origin == log.origin
        else { throw JournalError.damaged("the checkpoint in the log is not signed by this ledger's key, or does not fit the log") }
        var outside: Checkpoint?
        if let text = log.directory.read(log.directory.checkpoint) {
            guard let checkpoint = Checkpoint(note: text, verifiedBy: verifier), checkpoint.origin == log.origin else {
                throw JournalError.damaged("the file `checkpoint` is not signed by this ledger's key")
            }
            guard checkpoint.size <= head.size else {
                throw JournalError.shorterThanCheckpoint(log: head.size, checkpoint: checkpoint.size)
            }
            outside = checkpoint
        }
        // True if the frontiers on the way lead to the log's own; then the one outside must have been among them.
        func leadsToHead(_ start: Frontier) throws -> Bool {
            var differs = false
            guard try log.continues(start, to: head, at: { differs = differs || $0.size == outside?.size && $0.root != outside?.root })
            else { return false }
            if differs { throw JournalError.checkpointDiffers(size: outside?.size ?? 0) }
            return true
        }
        if let (books, frontier) = BooksSnapshot.load(log.directory, genesis: log.genesis) {
            // One newer than the checkpoint outside cannot be held against that: read it all.
            if books.next <= outside?.size ?? .max, try leadsToHead(frontier) { return (books, head) }
            log.directory.remove(log.directory.booksSnapshot)
            if !(try log.continues(frontier, to: head)) { log.directory.remove(log.directory.keyRuns) }
        }
        guard try leadsToHead(Frontier()) else { throw JournalError.checkpointDiffers(size: head.size) }
        return (nil, head)
    }

    /// The books at `end`, from those of a snapshot or from nothing, and the keys that stand in no run yet.
    @available(*, noasync)
    private static func fold(_ log: Log, from snapshot: Books?, to end: UInt64, keys: KeyIndex? = nil) throws -> Books {
        var books = snapshot ?? Books()
        if let keys, keys.from < books.next {
            try log.scan(from: keys.from, to: books.next) { view in
                noteKey(view, keys)
                return true
            }
        }
        let start = books.next
        let firstKey = keys?.from ?? .max
        try log.scan(from: start, to: end) { view in
            books.evolve(try known(view))
            if let keys, view.position >= firstKey { noteKey(view, keys) }
            return true
        }
        guard books.next >= end else { throw JournalError.damaged("event \(books.next) is missing") }
        return books
    }

    private static func noteKey(_ view: EventView, _ keys: KeyIndex) {
        guard view.groupIndex == 0, !view.key.isNone else { return }
        keys.insert(view.key, view.position)
    }

    /// After a failed commit the page cache may not be what the disk holds: copy the log to a new file, sync it, verify
    /// every hash, and only then put it in the old one's place.
    @available(*, noasync)
    private static func moveToNewFile(_ directory: DataDirectory) throws {
        let copy = directory.log + ".copy"
        let old = directory.failedLog
        directory.remove(copy)
        try directory.make(copy)
        do {
            let log = try Log(directory, readOnly: false)
            try log.copy(to: copy)
        }
        do {
            let log = try Log(directory, at: copy, readOnly: true)
            let (head, _) = try log.head()
            guard try log.continues(Frontier(), to: head) else { throw JournalError.checkpointDiffers(size: head.size) }
        }
        directory.remove(old)
        // A start that finds no log between these two takes the old one back.
        try FileManager.default.moveItem(atPath: directory.log, toPath: old)
        try FileManager.default.moveItem(atPath: copy, toPath: directory.log)
        try Files.syncDirectory(directory.path + "/log")
        directory.remove(old)
    }

    /// Reads what a start reads first: genesis, the last thousand events, frontier and checkpoint. Run it in a child
    /// process, so that a damaged file ends that one and becomes a sentence here.
    @available(*, noasync)
    public static func inspect(_ directory: DataDirectory) throws {
        // A start that was ended while it moved the log left it beside its place; the next writer puts it back.
        let log = try Log(directory, at: directory.exists(directory.log) ? directory.log : directory.failedLog, readOnly: true)
        let (head, _) = try log.head()
        try log.scan(from: head.size > 1000 ? head.size - 1000 : 0, to: head.size) { view in
            _ = try known(view)
            return true
        }
        guard log.count == head.size else { throw JournalError.damaged("the last events are missing") }
    }
}

enum ProcessNumber {
    static var own: Int32 { ProcessInfo.processInfo.processIdentifier }
}
