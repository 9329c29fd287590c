public import Journal
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

    /// Reads the whole log beside whoever writes it; changes nothing. `progress` is told position and head.
    @available(*, noasync)
    public static func run(_ log: Log, _ depth: Depth, progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> Verification {
        var result = Verification()
        try log.refresh()
        let (head, note) = try log.head()
        result.ledger = log.origin
        var frontier = Frontier()
        var audit = Audit(readsTexts: depth == .deep)
        let outside = log.directory.read(log.directory.checkpoint)
        let verifier = log.directory.read(log.directory.verifierKey).flatMap { VerifierKey(String($0.prefix { $0 != "\n" })) }
        let before = outside.flatMap { text in verifier.flatMap { Checkpoint(note: text, verifiedBy: $0) } }
        var outsideRoot: Hash?
        try log.scan(from: 0, to: head.size) { view in
            frontier.append(leaf: Hash.leaf(view.bytes))
            if frontier.size == before?.size { outsideRoot = frontier.root }
            if depth != .quick {
                guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
                audit.take(event)
            }
            if view.position % 100_000 == 0 { progress(view.position, head.size) }
            return true
        }
        result.events = frontier.size
        result.root = frontier.root.description
        result.add(
            "merkle root", "\(frontier.size) events, root \(frontier.root)",
            frontier == head ? [] : ["the events give another root than the log keeps (\(head.root))"])
        result.checkCheckpoints(log, head, note, verifier, outside, before, outsideRoot)
        guard depth != .quick else { return result }
        audit.finish()
        result.add("invariants", "every event, every account", audit.findings)
        try result.checkViews(log, audit, rebuild: depth == .deep)
        return result
    }

    private mutating func add(_ name: String, _ detail: String, _ problems: [String]) {
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

    @available(*, noasync)
    private mutating func checkViews(_ log: Log, _ audit: Audit, rebuild: Bool) throws {
        try check(Balances.self, log, audit, rebuild) { $0.differences(from: audit) }
        try check(Statements.self, log, audit, rebuild) { $0.differences(from: audit) }
        try check(Trial.self, log, audit, rebuild) { $0.differences(from: audit) }
    }

    @available(*, noasync)
    private mutating func check<P: Projection>(
        _: P.Type, _ log: Log, _ audit: Audit, _ rebuild: Bool, _ differences: (P) -> [String]
    ) throws {
        let view = try Views.read(P.self, log, at: audit.next)
        var problems = differences(view)
        var detail = "every line re-derived"
        if rebuild {
            var fresh = P()
            try fresh.follow(log, to: audit.next)
            detail += ", rebuilt from zero: digest \(fresh.digest().description.prefix(16))…"
            if fresh.digest() != view.digest() { problems.append("rebuilt from zero it has another digest") }
        }
        add("projection \(P.name)", detail, problems)
    }
}
