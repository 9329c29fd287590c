public import Journal
internal import LMDB

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

    /// Of the content at `next`, however it came to be: the live view and one rebuilt from zero agree on it.
    func digest() -> Hash

    /// Everything that must survive a restart.
    var tables: [DenseTable] { get set }
    /// Called after `tables` were read from disk.
    mutating func restore(next: UInt64)
}

extension Projection {
    /// Takes in events up to but not including `end`.
    @available(*, noasync)
    public mutating func follow(_ log: Log, to end: UInt64) throws {
        guard next < end else { return }
        try log.scan(from: next, to: end) { event in
            try apply(event, log)
            return true
        }
    }
}

/// Where one version of one projection lies on disk: an LMDB environment of its own. Deleting it loses nothing.
struct ViewStore: ~Copyable {
    let path: String
    private let environment: Environment

    static func path<P: Projection>(_: P.Type, _ directory: DataDirectory) -> String {
        "\(directory.views)/\(P.name).v\(P.version)"
    }

    init(path: String, readOnly: Bool) throws {
        self.path = path
        environment = try Environment(path: path, Environment.Options(readOnly: readOnly))
    }

    /// Writes what changed, with the position, in one transaction: a crash leaves the checkpoint before or this one.
    @available(*, noasync)
    func save<P: Projection>(_ projection: inout P, ledger: String) throws {
        var opened: [Table] = []
        for table in projection.tables {
            guard let table = try environment.table(table.name, create: true) else { throw ViewError.damaged }
            opened.append(table)
        }
        guard let meta = try environment.table("meta", create: true) else { throw ViewError.damaged }
        let tables = projection.tables
        let next = [Int64(bitPattern: projection.next)]
        try environment.write { transaction in
            for (table, place) in zip(tables, opened) { try table.save(transaction, place) }
            try transaction.put(0, words: next.span, in: meta)
            try ledger.withBytes { try transaction.put("ledger", $0, in: meta) }
        }
        for index in projection.tables.indices { projection.tables[index].markClean() }
    }

    /// What the last checkpoint holds.
    @available(*, noasync)
    func load<P: Projection>(_: P.Type, ledger: String) throws -> P {
        var projection = P()
        guard let meta = try environment.table("meta", create: false) else { throw ViewError.damaged }
        var places: [Table] = []
        for table in projection.tables {
            guard let place = try environment.table(table.name, create: false) else { throw ViewError.damaged }
            places.append(place)
        }
        var tables = projection.tables
        var next: UInt64 = 0
        try environment.read { snapshot in
            guard let name = try snapshot.get("ledger", in: meta), String(validating: name) == ledger else { throw ViewError.notOfThisLedger }
            guard let position = try snapshot.get(0, in: meta), position.byteCount == 8 else { throw ViewError.damaged }
            next = position.u64(at: 0)
            for index in tables.indices { try tables[index].load(snapshot, places[index]) }
        }
        projection.tables = tables
        projection.restore(next: next)
        return projection
    }
}
