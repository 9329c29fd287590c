internal import CLMDB
internal import Synchronization

extension Environment {
    /// Runs `body` on a snapshot: the tables as of the last commit, unmoved by commits made meanwhile.
    ///
    /// A snapshot keeps every page it can see from being reused, so the file grows by what is committed while it is
    /// open. Close it within seconds: scan a piece, leave, come back with the next key.
    ///
    /// May be called from any thread and inside ``write(_:)``, where it does not see what is not yet committed. The
    /// snapshot cannot be kept over an `await`.
    ///
    /// - Throws: What `body` throws; ``LMDBError`` MDB_READERS_FULL when ``Options/maxReaders`` are open.
    @available(*, noasync)
    public borrowing func read<R: ~Copyable>(_ body: (borrowing Snapshot) throws -> R) throws -> R {
        let transaction = unsafe try begin(readOnly: true)
        defer { unsafe mdb_txn_abort(transaction) }
        let snapshot = Snapshot(unsafe TransactionHandle(pointer: transaction, environment: number, scratch: nil))
        return try body(snapshot)
    }

    /// Runs `body` on the write transaction and commits it. When this returns, the changes are on disk; when it throws,
    /// none of them is, except as below.
    ///
    /// There is one write transaction at a time over all threads and processes: the call waits for its turn. A `write`
    /// inside a `write` on the same thread would wait for ever and traps instead.
    ///
    /// - Throws: What `body` throws, after discarding its changes; ``LMDBError`` with operation `mdb_txn_commit` when the
    ///   commit failed. After EIO or ENOSPC there, whether the last commit is on disk is known only once the
    ///   environment has been opened anew. MDB_BAD_TXN: `body` swallowed an error of the transaction and went on.
    @available(*, noasync)
    public borrowing func write<R: ~Copyable>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
        let transaction = unsafe try beginWrite()
        let result: R
        do {
            result = try body(
                WriteTransaction(
                    unsafe TransactionHandle(pointer: transaction, environment: number, scratch: Scratch())))
        } catch {
            unsafe abortWrite(transaction)
            throw error
        }
        try unsafe commitWrite(transaction)
        return result
    }

    borrowing func begin(readOnly: Bool) throws(LMDBError) -> OpaquePointer {
        var transaction: OpaquePointer?
        let flags = UInt32(readOnly ? MDB_RDONLY : 0)
        try check(unsafe mdb_txn_begin(pointer, nil, flags, &transaction), "mdb_txn_begin")
        return unsafe transaction!
    }

    /// Takes the write lock. Traps where the wait for it would be for this very thread.
    borrowing func beginWrite() throws(LMDBError) -> OpaquePointer {
        precondition(writer.load(ordering: .relaxed) != currentThread(), "a write inside a write")
        let transaction = unsafe try begin(readOnly: false)
        writer.store(currentThread(), ordering: .relaxed)
        return unsafe transaction
    }

    // Both forget the thread before LMDB gives the lock to the next one.

    borrowing func commitWrite(_ transaction: OpaquePointer) throws(LMDBError) {
        writer.store(0, ordering: .relaxed)
        try check(unsafe mdb_txn_commit(transaction), "mdb_txn_commit")
    }

    borrowing func abortWrite(_ transaction: OpaquePointer) {
        writer.store(0, ordering: .relaxed)
        unsafe mdb_txn_abort(transaction)
    }
}
