internal import CLMDB

/// Reading, as a ``Snapshot`` and a ``WriteTransaction`` both do it. Nobody else conforms.
///
/// A value lives as long as the transaction it was read in; the compiler keeps it from being used longer. In a snapshot
/// it is the file's own memory, nothing is copied. A write transaction hands out copies, so that a value stays what it
/// was when its key is written anew.
public protocol TableReader: ~Copyable, ~Escapable {
    @unsafe var handle: TransactionHandle { get }
}

extension TableReader where Self: ~Copyable & ~Escapable {
    /// The value under a number. O(log n).
    @_lifetime(borrow self)
    public borrowing func get(_ key: UInt64, in table: Table) throws(LMDBError) -> RawSpan? {
        unsafe span(try KeyBytes(key).withPointer { key throws(LMDBError) in unsafe try handle.get(key, table) })
    }

    /// The value under a key of bytes. O(log n). An empty key throws MDB_BAD_VALSIZE.
    @_lifetime(borrow self)
    public borrowing func get(_ key: RawSpan, in table: Table) throws(LMDBError) -> RawSpan? {
        unsafe span(try key.withUnsafeBytes { key throws(LMDBError) in unsafe try handle.get(key, table) })
    }

    /// The value under a text key. O(log n).
    @_lifetime(borrow self)
    public borrowing func get(_ key: String, in table: Table) throws(LMDBError) -> RawSpan? {
        unsafe span(try key.withPointer { key throws(LMDBError) in unsafe try handle.get(key, table) })
    }

    /// The greatest number that is a key, `nil` for an empty table. O(log n).
    ///
    /// - Throws: MDB_INCOMPATIBLE when the last key is not 8 bytes long.
    public borrowing func last(in table: Table) throws(LMDBError) -> UInt64? {
        var cursor = unsafe try Cursor(handle, table)
        let result: Result<UInt64?, LMDBError>
        do throws(LMDBError) {
            result = .success(try cursor.last() ? unsafe UInt64(storedKey: cursor.key) : nil)
        } catch {
            result = .failure(error)
        }
        cursor.close()
        return try result.get()
    }

    /// The number of entries. O(1).
    public borrowing func count(in table: Table) throws(LMDBError) -> Int {
        var status = MDB_stat()
        try check(unsafe mdb_stat(handle.pointer, handle.number(of: table), &status), "mdb_stat")
        return status.ms_entries
    }

    @_lifetime(borrow self)
    private borrowing func span(_ bytes: UnsafeRawBufferPointer?) -> RawSpan? {
        guard let bytes = unsafe bytes else { return nil }
        return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
    }
}
