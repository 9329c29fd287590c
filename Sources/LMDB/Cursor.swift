internal import CLMDB

/// A walk over one table in key order. It has no `deinit`: whoever opens it closes it, inside its transaction.
@safe
@usableFromInline
struct Cursor: ~Copyable {
    private let pointer: OpaquePointer
    /// In a write transaction `body` may change the page that the entry lies on, so it is given a copy.
    private let copies: Bool
    private var copy = unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0)

    /// The entry, until the next step.
    @usableFromInline var key = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    @usableFromInline var value = unsafe UnsafeRawBufferPointer(start: nil, count: 0)

    @usableFromInline
    init(_ transaction: TransactionHandle, _ table: Table) throws(LMDBError) {
        var created: OpaquePointer?
        try check(
            unsafe mdb_cursor_open(transaction.pointer, transaction.number(of: table), &created), "mdb_cursor_open")
        unsafe pointer = created!
        copies = transaction.scratch != nil
    }

    @usableFromInline
    consuming func close() {
        unsafe mdb_cursor_close(pointer)
        unsafe copy.deallocate()
    }

    /// To the first entry at or after `start`. False at the end.
    @usableFromInline
    mutating func seek(_ start: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
        unsafe start.isEmpty ? try move(MDB_FIRST) : try move(MDB_SET_RANGE, from: start)
    }

    /// To the first entry whose key is `start` or greater. False at the end.
    @usableFromInline
    mutating func seek(_ start: UInt64) throws(LMDBError) -> Bool {
        let key = KeyBytes(start)
        return try unsafe key.withPointer { key throws(LMDBError) in unsafe try move(MDB_SET_RANGE, from: key) }
    }

    @usableFromInline
    mutating func next() throws(LMDBError) -> Bool { unsafe try move(MDB_NEXT) }

    mutating func last() throws(LMDBError) -> Bool { unsafe try move(MDB_LAST) }

    private mutating func move(
        _ operation: MDB_cursor_op,
        from start: UnsafeRawBufferPointer = unsafe UnsafeRawBufferPointer(start: nil, count: 0)
    ) throws(LMDBError) -> Bool {
        var key = unsafe MDB_val(start)
        var value = unsafe MDB_val()
        let code = unsafe mdb_cursor_get(pointer, &key, &value, operation)
        if code == MDB_NOTFOUND { return false }
        try check(code, "mdb_cursor_get")
        unsafe self.key = UnsafeRawBufferPointer(start: key.mv_data, count: key.mv_size)
        unsafe self.value = UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        if copies { copyEntry() }
        return true
    }

    private mutating func copyEntry() {
        let (k, v) = unsafe (key.count, value.count)
        if unsafe copy.count < k + v {
            unsafe copy.deallocate()
            unsafe copy = UnsafeMutableRawBufferPointer.allocate(byteCount: max(4096, 2 * (k + v)), alignment: 16)
        }
        // The value first: it stays aligned.
        unsafe copy.copyMemory(from: value)
        unsafe UnsafeMutableRawBufferPointer(rebasing: copy[v...]).copyMemory(from: key)
        unsafe value = UnsafeRawBufferPointer(rebasing: copy[..<v])
        unsafe key = UnsafeRawBufferPointer(rebasing: copy[v..<v + k])
    }
}
