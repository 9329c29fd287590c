public import Journal
internal import LMDB
internal import Ledger

/// A fold of the log that can be stored, rebuilt from zero and checked. It never says no, and its code is not the
/// checker's.
public protocol Projection: Sendable {
    /// `balances`; with the version, the name of its folder: `views/balances.v1`.
    static var name: String { get }
    static var version: Int { get }

    init()

    /// The next position to take in: everything before it is in.
    var next: UInt64 { get }

    /// Takes in the event at `next`. `log` is for the few that need the past.
    mutating func apply(_ event: EventView, _ log: Log) throws

    /// Takes in events up to but not including `end`, one by one unless the projection knows a faster way.
    @available(*, noasync)
    mutating func follow(_ log: Log, to end: UInt64) throws

    /// Of the content at `next`, however it came to be: the live view and one rebuilt from zero agree on it.
    func digest() -> Hash

    /// Everything that must survive a restart.
    var tables: [DenseTable] { get set }
    /// Called after `tables` were read from disk. Throws if the links between their rows do not hold.
    mutating func restore(next: UInt64) throws
}

extension Projection {
    @available(*, noasync)
    public mutating func follow(_ log: Log, to end: UInt64) throws {
        guard next < end else { return }
        try log.scan(from: next, to: end) { event in
            try apply(event, log)
            return true
        }
    }
}

/// What a checkpoint is made of, taken from a projection in memory so that it can be written while others read and
/// change it.
struct ViewChanges: Sendable {
    let next: UInt64
    /// Per table: all its words, and the blocks that changed.
    let tables: [(name: String, words: Int, blocks: [(block: Int, words: [Int64])])]
}

extension Projection {
    mutating func takeChanges() -> ViewChanges {
        var changes: [(name: String, words: Int, blocks: [(block: Int, words: [Int64])])] = []
        for index in tables.indices {
            let blocks = tables[index].takeChanges()
            changes.append((tables[index].name, tables[index].words.count, blocks))
        }
        return ViewChanges(next: next, tables: changes)
    }

    /// Remembers changes that could not be written.
    mutating func putBack(_ changes: ViewChanges) {
        for (index, table) in changes.tables.enumerated() { tables[index].putBack(table.blocks.map(\.block)) }
    }
}

/// Where one version of one projection lies on disk: an LMDB environment of its own. Deleting it loses nothing.
///
/// Beside the projection's tables stands `meta`: the position with the tables' sizes and a checksum, the ledger's name,
/// and the Merkle leaf of the last event taken in, by which the view knows its own log from a copy that went on
/// differently.
struct ViewStore: ~Copyable {
    private let environment: Environment

    static func path<P: Projection>(_: P.Type, _ directory: DataDirectory) -> String {
        "\(directory.views)/\(P.name).v\(P.version)"
    }

    /// Address space only, and less than the log's: there are several views to a ledger.
    private static let mapSize = 1 << 38

    init(path: String, readOnly: Bool) throws(LMDBError) {
        environment = try Environment(path: path, Environment.Options(mapSize: Self.mapSize, readOnly: readOnly))
    }

    /// Writes what changed, with the position, in one transaction: a crash leaves the checkpoint before or this one.
    @available(*, noasync)
    func save(_ changes: ViewChanges, _ log: Log) throws {
        guard let leaf = try Self.leaf(before: changes.next, log) else { throw ViewError.notOfThisLog }
        var places: [Table] = []
        for table in changes.tables { places.append(try place(table.name)) }
        let meta = try place("meta")
        let words = Self.metaWords(changes.next, changes.tables.map(\.words))
        try environment.write { transaction in
            for (table, place) in zip(changes.tables, places) {
                for (block, words) in table.blocks {
                    let image = words + [Int64(bitPattern: DenseTable.checksum(words))]
                    try transaction.put(UInt64(block), words: image.span, in: place)
                }
            }
            try transaction.put(0, words: words.span, in: meta)
            try log.genesis.ledgerName.withBytes { try transaction.put("ledger", $0, in: meta) }
            try leaf.bytes.withBytes { try transaction.put("leaf", $0, in: meta) }
        }
    }

    private func place(_ name: String) throws -> Table {
        guard let table = try environment.table(name, create: true) else { throw ViewError.damaged }
        return table
    }

    /// What the last checkpoint holds, if it is one of this log.
    @available(*, noasync)
    func load<P: Projection>(_: P.Type, _ log: Log) throws -> P {
        var projection = P()
        guard let meta = try environment.table("meta", create: false) else { throw ViewError.none }
        var tables = projection.tables
        var places: [Table] = []
        for table in tables {
            guard let place = try environment.table(table.name, create: false) else { throw ViewError.damaged }
            places.append(place)
        }
        var next: UInt64 = 0
        var leaf: [UInt8] = []
        try environment.read { snapshot in
            guard let name = try snapshot.get("ledger", in: meta), String(validating: name) == log.genesis.ledgerName else {
                throw ViewError.notOfThisLedger
            }
            for index in tables.indices { try tables[index].load(snapshot, places[index]) }
            guard let stored = try snapshot.get(0, in: meta), stored.byteCount >= 8, let last = try snapshot.get("leaf", in: meta) else {
                throw ViewError.damaged
            }
            next = stored.u64(at: 0)
            let expected = Self.metaWords(next, tables.map(\.words.count))
            guard stored.byteCount == expected.count * 8, expected.indices.allSatisfy({ stored.int64(at: $0 * 8) == expected[$0] }) else {
                throw ViewError.damaged
            }
            leaf = [UInt8](last)
        }
        guard try Self.leaf(before: next, log)?.bytes == leaf else { throw ViewError.notOfThisLog }
        projection.tables = tables
        try projection.restore(next: next)
        return projection
    }

    private static func metaWords(_ next: UInt64, _ counts: [Int]) -> [Int64] {
        let words = [Int64(bitPattern: next)] + counts.map(Int64.init)
        return words + [Int64(bitPattern: DenseTable.checksum(words))]
    }

    /// The Merkle leaf of the last event before a position, of nothing before the first; `nil` if the log does not reach.
    @available(*, noasync)
    private static func leaf(before next: UInt64, _ log: Log) throws -> Hash? {
        guard next > 0 else { return Hash.of([]) }
        var leaf: Hash?
        try log.scan(from: next - 1, to: next) { view in
            leaf = Hash.leaf(view.bytes)
            return false
        }
        return leaf
    }
}
