internal import CLMDB

/// The state of an ``Environment`` at one moment.
public struct EnvironmentInfo: Equatable, Sendable {
    /// Greatest size of the data file, in bytes.
    public let mapSize: Int
    /// Size of the data file in use, in bytes: last page × page size. Space freed inside it is reused and not given back.
    public let usedBytes: Int
    /// Number of the last commit, counting from the environment's creation.
    public let lastTransaction: Int
    /// Snapshots open now, in all processes, with those of dead processes not yet cleared.
    public let readersInUse: Int
    /// Greatest number of them.
    public let maxReaders: Int
    /// The commit that the oldest open snapshot shows. `lastTransaction` minus this is how many commits' pages it holds
    /// back from reuse; `nil` without a snapshot.
    public let oldestSnapshot: Int?
}

extension Environment {
    /// Size, use and readers. Costs a walk over the reader slots.
    public borrowing func info() throws(LMDBError) -> EnvironmentInfo {
        var info = unsafe MDB_envinfo()
        try check(unsafe mdb_env_info(pointer, &info), "mdb_env_info")
        var status = MDB_stat()
        try check(unsafe mdb_env_stat(pointer, &status), "mdb_env_stat")
        let readers = try readers()
        return EnvironmentInfo(
            mapSize: Int(unsafe info.me_mapsize), usedBytes: Int(unsafe info.me_last_pgno + 1) * Int(status.ms_psize),
            lastTransaction: Int(unsafe info.me_last_txnid), readersInUse: readers.count,
            maxReaders: Int(unsafe info.me_maxreaders), oldestSnapshot: readers.oldest)
    }

    private struct Readers {
        var count = 0
        var oldest: Int?
    }

    /// LMDB gives its reader table as lines of text only: process, thread, commit or "-".
    private borrowing func readers() throws(LMDBError) -> Readers {
        var readers = Readers()
        let code = unsafe mdb_reader_list(
            pointer,
            { line, context in
                guard let line = unsafe line, let context = unsafe context else { return 0 }
                let words = unsafe String(cString: line).split { $0 == " " || $0 == "\n" }
                guard words.count == 3, Int(words[0]) != nil else { return 0 }
                let readers = unsafe context.assumingMemoryBound(to: Readers.self)
                unsafe readers.pointee.count += 1
                if let commit = Int(words[2]) {
                    unsafe readers.pointee.oldest = min(commit, readers.pointee.oldest ?? commit)
                }
                return 0
            }, &readers)
        guard code >= 0 else { throw LMDBError(code: code, operation: "mdb_reader_list") }
        return readers
    }

    /// Frees the reader slots of processes that died with a snapshot open, which would otherwise hold back pages for
    /// ever, and answers how many there were. Call it every minute or so and before a copy.
    @discardableResult
    public borrowing func clearStaleReaders() throws(LMDBError) -> Int {
        var cleared: Int32 = 0
        try check(unsafe mdb_reader_check(pointer, &cleared), "mdb_reader_check")
        return Int(cleared)
    }

    /// Writes a consistent copy, as of the last commit, into an existing empty directory, and makes it durable. Writing
    /// goes on meanwhile, but the copy is a snapshot for as long as it takes.
    ///
    /// - Parameter compact: leaves free pages out and puts the rest in order, for more processor time.
    /// - Throws: EEXIST when the directory holds a data file, ENOENT, ENOSPC, EIO.
    public borrowing func copy(to path: String, compact: Bool) throws(LMDBError) {
        try check(unsafe mdb_env_copy2(pointer, path, UInt32(compact ? MDB_CP_COMPACT : 0)), "copy to \(path)")
        try synchronize(path + "/data.mdb")
        try synchronize(path)
    }

    /// Flushes the data file. Every commit does it already; this is for a caller that wants to see that the disk still
    /// takes it. EACCES in a read-only environment.
    public borrowing func sync() throws(LMDBError) {
        try check(unsafe mdb_env_sync(pointer, 1), "mdb_env_sync")
    }
}
