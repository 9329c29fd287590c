internal import CLMDB
internal import Synchronization

/// An LMDB environment: one directory with one memory-mapped file of tables, one writer at a time, and any number of
/// readers that neither wait for the writer nor make it wait.
///
/// Every commit is durable when ``write(_:)`` returns. Reads and writes are scoped: the transaction is a parameter of a
/// closure and cannot leave it, nor can any value read from it.
///
/// ```swift
/// let environment = try Environment(path: "/srv/ledger")
/// let events = try environment.table("events", create: true)!
/// try environment.write { transaction in
///     try "hello".withBytes { try transaction.append(1, $0, to: events) }
/// }
/// let size = try environment.read { try $0.get(1, in: events)?.byteCount }
/// ```
///
/// An environment belongs to one process after `fork`, and its directory to one computer (no network file systems).
/// Another process may open the same directory; the same process may not (``init(path:_:)``).
@safe
public struct Environment: ~Copyable, @unchecked Sendable {
    // Sendable: with MDB_NOTLS a read transaction is tied to its scope and not to a thread; the rest of an MDB_env
    // may be used from any thread.

    /// How to open an environment. The defaults suit a server.
    public struct Options: Sendable {
        /// Greatest size of the data file in bytes. It takes address space, not memory or disk. Default 1 TiB.
        public var mapSize = 1 << 40
        /// Greatest number of snapshots at one time, in all processes together.
        public var maxReaders: UInt32 = 1024
        /// Greatest number of tables.
        public var maxTables: UInt32 = 16
        /// Opens for reading only: ``Environment/write(_:)`` throws EACCES. LMDB still wants to create or lock its lock file.
        public var readOnly = false
        /// Mode of the files that are created.
        public var permissions: UInt32 = 0o600

        public init(
            mapSize: Int = 1 << 40, maxReaders: UInt32 = 1024, maxTables: UInt32 = 16, readOnly: Bool = false,
            permissions: UInt32 = 0o600
        ) {
            self.mapSize = mapSize
            self.maxReaders = maxReaders
            self.maxTables = maxTables
            self.readOnly = readOnly
            self.permissions = permissions
        }
    }

    let pointer: OpaquePointer
    let number: UInt32
    let readOnly: Bool
    private let directory: OpenDirectories.Identity
    private let openingTable = Mutex<Void>(())

    /// The thread that is inside ``write(_:)``, 0 for none.
    let writer = Atomic<UInt>(0)

    private static let opened = Atomic<UInt32>(0)

    /// Opens the environment in an existing directory and creates its files there if need be.
    ///
    /// Slots of readers that died with their process are cleared. The directory is made durable with its new files.
    ///
    /// - Throws: EBUSY when this process has the directory open already, ENOENT or ENOTDIR when it is none, EMFILE, MDB_INVALID
    ///   or MDB_VERSION_MISMATCH when the file in it is not LMDB's, ENOMEM when the map does not fit the address space.
    public init(path: String, _ options: Options = Options()) throws(LMDBError) {
        let directory = try OpenDirectories.enter(path)
        let pointer: OpaquePointer
        do throws(LMDBError) {
            unsafe pointer = try Self.open(path, options)
        } catch {
            OpenDirectories.leave(directory)
            throw error
        }
        unsafe self.pointer = pointer
        self.directory = directory
        self.readOnly = options.readOnly
        self.number = Self.opened.add(1, ordering: .relaxed).newValue
    }

    deinit {
        unsafe mdb_env_close(pointer)
        OpenDirectories.leave(directory)
    }

    private static func open(_ path: String, _ options: Options) throws(LMDBError) -> OpaquePointer {
        precondition(options.mapSize > 0, "a map has a size")
        try FileShape.check(path)
        var created: OpaquePointer?
        try check(unsafe mdb_env_create(&created), "mdb_env_create")
        let pointer = unsafe created!
        do throws(LMDBError) {
            try check(unsafe mdb_env_set_mapsize(pointer, options.mapSize), "mdb_env_set_mapsize")
            try check(unsafe mdb_env_set_maxreaders(pointer, options.maxReaders), "mdb_env_set_maxreaders")
            try check(unsafe mdb_env_set_maxdbs(pointer, options.maxTables), "mdb_env_set_maxdbs")
            let flags = MDB_NOTLS | (options.readOnly ? MDB_RDONLY : 0)
            try check(
                unsafe mdb_env_open(pointer, path, UInt32(flags), mdb_mode_t(options.permissions)), "open \(path)")
            try check(unsafe mdb_reader_check(pointer, nil), "mdb_reader_check")
            if !options.readOnly { try synchronize(path) }
        } catch {
            unsafe mdb_env_close(pointer)
            throw error
        }
        return unsafe pointer
    }

    /// Opens a named table, in a transaction of its own; `nil` when there is none and `create` is false.
    ///
    /// Open tables when the environment is opened, and keep them. A snapshot that began before its table was first
    /// opened throws EINVAL when it meets it.
    ///
    /// With `create` it needs the write lock, so it traps inside ``write(_:)`` of the same thread.
    ///
    /// - Throws: MDB_DBS_FULL beyond ``Options/maxTables``, EACCES for `create` in a read-only environment.
    public borrowing func table(_ name: String, create: Bool) throws(LMDBError) -> Table? {
        // LMDB forbids two transactions of one process to open tables at the same time.
        let opened: Result<MDB_dbi?, LMDBError> = openingTable.withLock { _ in
            do throws(LMDBError) { return .success(try open(name, create: create)) } catch { return .failure(error) }
        }
        return try opened.get().map { Table(number: $0, environment: number) }
    }

    private borrowing func open(_ name: String, create: Bool) throws(LMDBError) -> MDB_dbi? {
        let transaction = unsafe create ? try beginWrite() : try begin(readOnly: true)
        var number: MDB_dbi = 0
        let code = unsafe mdb_dbi_open(transaction, name, UInt32(create ? MDB_CREATE : 0), &number)
        guard code == MDB_SUCCESS else {
            unsafe create ? abortWrite(transaction) : mdb_txn_abort(transaction)
            if code == MDB_NOTFOUND { return nil }
            throw LMDBError(code: code, operation: "mdb_dbi_open \(name)")
        }
        // Also after a read: only a commit makes the handle last.
        if create {
            try unsafe commitWrite(transaction)
        } else {
            try check(unsafe mdb_txn_commit(transaction), "mdb_txn_commit")
        }
        return number
    }
}
