internal import CLMDB

/// The write transaction: changes that become visible and durable together, or not at all. It exists only as the
/// parameter of ``Environment/write(_:)``.
///
/// It reads what it has written, with the operations of ``TableReader``. Every change costs O(log n) and may throw
/// MDB_MAP_FULL when the environment's ``Environment/Options/mapSize`` is used up; let that error out of the closure,
/// for the transaction is spoilt. MDB_BAD_VALSIZE: the key is empty or longer than 511 bytes. EACCES: read-only.
///
/// A value of more than 2,022 bytes (under a key of 8) takes whole pages of 4,096 bytes to itself.
public struct WriteTransaction: TableReader, ~Copyable, ~Escapable {
    @unsafe public let handle: TransactionHandle

    @_lifetime(immortal)
    init(_ handle: TransactionHandle) { unsafe self.handle = handle }

    /// Adds an entry behind all others. Faster than ``put(_:_:in:)-(UInt64,_,_)`` and fills the pages.
    ///
    /// - Throws: MDB_KEYEXIST when the key is not greater than every key of the table. Nothing has changed then and the
    ///   transaction can go on.
    public borrowing func append(_ key: UInt64, _ value: RawSpan, to table: Table) throws(LMDBError) {
        try unsafe KeyBytes(key).withPointer { key throws(LMDBError) in
            unsafe try handle.put(key, value, table, MDB_APPEND)
        }
    }

    /// Adds an entry behind all others, under a key of bytes.
    public borrowing func append(key: RawSpan, value: RawSpan, to table: Table) throws(LMDBError) {
        try unsafe key.withUnsafeBytes { key throws(LMDBError) in
            unsafe try handle.put(key, value, table, MDB_APPEND)
        }
    }

    /// Writes an entry, over the one that is there.
    public borrowing func put(_ key: UInt64, _ value: RawSpan, in table: Table) throws(LMDBError) {
        try unsafe KeyBytes(key).withPointer { key throws(LMDBError) in unsafe try handle.put(key, value, table) }
    }

    /// Writes an entry under a key of bytes.
    public borrowing func put(_ key: RawSpan, _ value: RawSpan, in table: Table) throws(LMDBError) {
        try unsafe key.withUnsafeBytes { key throws(LMDBError) in unsafe try handle.put(key, value, table) }
    }

    /// Writes an entry under a text key.
    public borrowing func put(_ key: String, _ value: RawSpan, in table: Table) throws(LMDBError) {
        try unsafe key.withPointer { key throws(LMDBError) in unsafe try handle.put(key, value, table) }
    }

    /// Writes words of 8 bytes, little-endian; ``Swift/RawSpan/int64(at:)`` reads them.
    public borrowing func put(_ key: UInt64, words: Span<Int64>, in table: Table) throws(LMDBError) {
        #if _endian(big)
            #error("values are stored little-endian: swap the words here")
        #endif
        try put(key, unsafe words.bytes, in: table)
    }

    /// Removes an entry. False when there is none.
    @discardableResult
    public borrowing func delete(_ key: UInt64, in table: Table) throws(LMDBError) -> Bool {
        try unsafe KeyBytes(key).withPointer { key throws(LMDBError) in unsafe try handle.delete(key, table) }
    }

    /// Removes the entry under a key of bytes. False when there is none.
    @discardableResult
    public borrowing func delete(_ key: RawSpan, in table: Table) throws(LMDBError) -> Bool {
        try unsafe key.withUnsafeBytes { key throws(LMDBError) in unsafe try handle.delete(key, table) }
    }

    /// Removes the entry under a text key. False when there is none.
    @discardableResult
    public borrowing func delete(_ key: String, in table: Table) throws(LMDBError) -> Bool {
        try unsafe key.withPointer { key throws(LMDBError) in unsafe try handle.delete(key, table) }
    }

    /// Empties a table. O(pages of the table).
    public borrowing func removeAll(in table: Table) throws(LMDBError) {
        try check(unsafe mdb_drop(handle.pointer, handle.number(of: table), 0), "mdb_drop")
    }
}
