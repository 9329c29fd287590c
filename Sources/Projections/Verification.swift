public import Journal
internal import LMDB
internal import Ledger

/// Holds a ledger against itself: hashes, signatures, invariants, and every projection against its checker.
public struct Verification: Sendable {
    /// How much is looked at.
    public enum Depth: String, CaseIterable, Sendable {
        /// Checksums and Merkle root of every event, and the checkpoints. No books.
        case quick
        /// Also the invariants of every event, and the stored projections line by line.
        case full
        /// Also every text for card numbers, and each projection rebuilt from zero and compared by digest.
        case deep
    }

    /// One thing looked at.
    public struct Check: Equatable, Sendable {
        public let name: String
        /// What was found right, or empty.
        public let detail: String
        /// What is wrong; empty when all is well.
        public let problems: [String]
    }

    public private(set) var checks: [Check] = []
    public private(set) var events: UInt64 = 0
    public private(set) var root = ""
    public private(set) var ledger = ""

    public var isSound: Bool { checks.allSatisfy(\.problems.isEmpty) }

    /// Reads the whole log beside whoever writes it; changes nothing. `progress` is told position and head. What is wrong
    /// with the log is told in the result; throws what keeps it from being read at all.
    @available(*, noasync)
    public static func run(_ log: Log, _ depth: Depth, progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> Verification {
        var result = Verification()
        result.ledger = log.origin
        // Before the head: a server that writes meanwhile replaces it by one that covers more.
        let outside = log.directory.read(log.directory.checkpoint)
        let verifier = log.directory.read(log.directory.verifierKey).flatMap { VerifierKey(String($0.prefix { $0 != "\n" })) }
        let before = outside.flatMap { text in verifier.flatMap { Checkpoint(note: text, verifiedBy: $0) } }
        let head: Frontier
        let note: String
        do {
            (head, note) = try log.head()
        } catch let error as JournalError {
            result.add("events", "", ["\(error)"])
            return result
        }
        var frontier = Frontier()
        var audit = Audit(readsTexts: depth == .deep) { position in (try? log.event(at: position)) ?? nil }
        var fraud = FraudCheck()
        let books = depth == .quick ? nil : Ledgers.storedBooks(log)
        var differencesInBooks: [String]?
        var outsideRoot: Hash?
        do {
            try log.scan(from: 0, to: head.size) { view in
                frontier.append(leaf: Hash.leaf(view.bytes))
                if frontier.size == before?.size { outsideRoot = frontier.root }
                if depth != .quick {
                    let event = try known(view)
                    audit.take(event)
                    fraud.take(event)
                }
                if let books, audit.next == books.next { differencesInBooks = books.differences(from: audit) }
                if view.position % 100_000 == 0 { progress(view.position, head.size) }
                return true
            }
            result.add("events", "every checksum of \(frontier.size)", [])
        } catch let error as JournalError {
            result.add("events", "", ["\(error)"])
        }
        result.events = frontier.size
        result.root = frontier.root.description
        result.add(
            "merkle root", "\(frontier.size) events, root \(frontier.root)",
            frontier == head
                ? [] : ["the \(frontier.size) events that read give \(frontier.root), the log keeps \(head.root) over \(head.size)"])
        result.checkCheckpoints(log, head, note, verifier, outside, before, outsideRoot)
        guard depth != .quick, frontier == head else { return result }
        if let books, var differencesInBooks {
            // The audit keeps no counters of limits and links; folding anew compares every byte, and only a sound log folds.
            let isFolded = depth == .deep && audit.findings.isEmpty && differencesInBooks.isEmpty
            if isFolded, try Ledgers.foldedBooks(log, at: books.next).image() != books.image() {
                differencesInBooks.append("the books folded from the genesis have another image")
            }
            result.add(
                "snapshot of the books",
                "at \(books.next), balances, locks, roles, controls and sessions re-derived" + (isFolded ? ", and folded anew" : ""),
                differencesInBooks)
        } else {
            result.add("snapshot of the books", "none at or before position \(head.size)", [])
        }
        do {
            let (looked, problems) = try Ledgers.differencesInKeys(log)
            result.add("idempotency keys", "\(looked) in runs, each leads to its event", problems)
        } catch let error as JournalError {
            result.add("idempotency keys", "", ["\(error)"])
        }
        try result.checkViews(log, audit, fraud, rebuild: depth == .deep)
        return result
    }

    private static func known(_ view: EventView) throws -> Event {
        guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
        return event
    }

    /// Adds what was looked at elsewhere.
    public mutating func add(_ name: String, _ detail: String, _ problems: [String]) {
        checks.append(Check(name: name, detail: problems.isEmpty ? detail : "", problems: problems))
    }

    private mutating func checkCheckpoints(
        _ log: Log, _ head: Frontier, _ note: String, _ verifier: VerifierKey?, _ outside: String?, _ before: Checkpoint?,
        _ outsideRoot: Hash?
    ) {
        guard let verifier else { return add("checkpoints", "", ["keys/log.pub is missing or does not read"]) }
        let inside = Checkpoint(note: note, verifiedBy: verifier)
        add(
            "checkpoint in the log", "signed by \(verifier.name.prefix(24))…",
            inside.map { $0.size == head.size && $0.root == head.root && $0.origin == log.origin } == true
                ? [] : ["it is not signed by this ledger's key, or covers other events"])
        guard outside != nil else { return add("checkpoint outside", "", ["the file `checkpoint` is missing"]) }
        guard let before, before.origin == log.origin else {
            return add("checkpoint outside", "", ["the file `checkpoint` is not signed by this ledger's key"])
        }
        add(
            "checkpoint outside", "covers \(before.size) events",
            before.size > head.size
                ? ["it covers \(before.size) events, the log holds \(head.size): events are missing"]
                : before.root == outsideRoot ? [] : ["the log's first \(before.size) events are not those it covers"])
    }

    /// Holds the events against the invariants, and the views against them.
    @available(*, noasync)
    private mutating func checkViews(_ log: Log, _ audit: Audit, _ fraud: FraudCheck, rebuild: Bool) throws {
        // A server's checkpoints may be newer than the head this began with: go on to where all of them are reached.
        let balances = Stored<Balances>(log)
        let statements = Stored<Statements>(log)
        let trial = Stored<Trial>(log)
        let decisions = Stored<Decisions>(log)
        let damage = Stored<Damage>(log)
        let watch = Stored<FraudWatch>(log)
        let refunds = Stored<Refunds>(log)
        var (audit, fraud) = (audit, fraud)
        let end = try log.refresh()
        try log.scan(from: audit.next, to: end) { view in
            let event = try Self.known(view)
            audit.take(event)
            fraud.take(event)
            return true
        }
        audit.finish()
        add("invariants", "\(audit.next) events, \(audit.members.count) accounts" + audit.notes.map { "; note: \($0)" }.joined(), audit.findings)
        guard audit.findings.isEmpty else {
            // Nothing follows from a fold of events that cannot be.
            return add("projections", "", ["not looked at: the events do not hold the invariants"])
        }
        try check(balances, log, audit, rebuild) { $0.differences(from: audit) }
        try check(statements, log, audit, rebuild) { $0.differences(from: audit) }
        try check(trial, log, audit, rebuild) { $0.differences(from: audit) }
        try check(decisions, log, audit, rebuild) { $0.differences(from: audit) }
        try check(damage, log, audit, rebuild) { $0.differences(from: audit) }
        try check(watch, log, audit, rebuild, "every finding, score, hour and source re-derived") { $0.differences(from: fraud) }
        try check(refunds, log, audit, rebuild) { $0.differences(from: audit) }
    }

    /// A projection as its last checkpoint has it.
    private struct Stored<P: Projection> {
        var view = P()
        var detail = "no checkpoint, folded from the log"
        var problems: [String] = []

        @available(*, noasync)
        init(_ log: Log) {
            do {
                guard let stored = try Views.stored(P.self, log) else { return }
                view = stored
                detail = "checkpoint after event \(Int64(stored.next) - 1)"
            } catch let error as LMDBError where error.name == "EBUSY" {
                detail = "its checkpoint is in use by this process; folded from the log"
            } catch {
                problems = ["its checkpoint cannot be used (\(error)); delete \(ViewStore.path(P.self, log.directory)) and it is built again"]
            }
        }
    }

    @available(*, noasync)
    private mutating func check<P: Projection>(
        _ stored: Stored<P>, _ log: Log, _ audit: Audit, _ rebuild: Bool, _ looked: String = "every line re-derived",
        _ differences: (P) -> [String]
    ) throws {
        var (view, detail, problems) = (stored.view, stored.detail, stored.problems)
        try view.follow(log, to: audit.next)
        problems += differences(view)
        detail += ", " + looked
        if rebuild, problems.isEmpty {
            var fresh = P()
            try fresh.follow(log, to: audit.next)
            detail += ", rebuilt from zero: digest \(fresh.digest().description.prefix(16))…"
            if fresh.digest() != view.digest() { problems.append("rebuilt from zero it has another digest") }
        }
        add("projection \(P.name)", detail, problems)
    }
}
