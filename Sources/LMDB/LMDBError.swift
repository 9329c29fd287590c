internal import CLMDB

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// What LMDB, or the operating system under it, answered to one call.
public struct LMDBError: Error, Equatable, Sendable, CustomStringConvertible {
    /// LMDB's own codes are negative (−30799 … −30780); a positive code is an `errno`.
    public let code: Int32

    /// The call that failed (`mdb_put`), with what it was about where that helps (`open /srv/log`).
    public let operation: String

    public init(code: Int32, operation: String) {
        self.code = code
        self.operation = operation
    }

    /// The code as its header spells it: `MDB_MAP_FULL`, `EIO`; `errno 95` for one that is not in the list.
    public var name: String {
        Self.names[code] ?? (code > 0 ? "errno \(code)" : "code \(code)")
    }

    /// Operation, name, and LMDB's sentence about it.
    public var description: String {
        let sentence = unsafe mdb_strerror(code).map { unsafe String(cString: $0) } ?? ""
        return "\(operation): \(name): \(sentence)"
    }

    private static let names: [Int32: String] = [
        MDB_KEYEXIST: "MDB_KEYEXIST", MDB_NOTFOUND: "MDB_NOTFOUND", MDB_PAGE_NOTFOUND: "MDB_PAGE_NOTFOUND",
        MDB_CORRUPTED: "MDB_CORRUPTED", MDB_PANIC: "MDB_PANIC", MDB_VERSION_MISMATCH: "MDB_VERSION_MISMATCH",
        MDB_INVALID: "MDB_INVALID", MDB_MAP_FULL: "MDB_MAP_FULL", MDB_DBS_FULL: "MDB_DBS_FULL",
        MDB_READERS_FULL: "MDB_READERS_FULL", MDB_TLS_FULL: "MDB_TLS_FULL", MDB_TXN_FULL: "MDB_TXN_FULL",
        MDB_CURSOR_FULL: "MDB_CURSOR_FULL", MDB_PAGE_FULL: "MDB_PAGE_FULL", MDB_MAP_RESIZED: "MDB_MAP_RESIZED",
        MDB_INCOMPATIBLE: "MDB_INCOMPATIBLE", MDB_BAD_RSLOT: "MDB_BAD_RSLOT", MDB_BAD_TXN: "MDB_BAD_TXN",
        MDB_BAD_VALSIZE: "MDB_BAD_VALSIZE", MDB_BAD_DBI: "MDB_BAD_DBI",
        EPERM: "EPERM", ENOENT: "ENOENT", EINTR: "EINTR", EIO: "EIO", EBADF: "EBADF", EAGAIN: "EAGAIN",
        ENOMEM: "ENOMEM", EACCES: "EACCES", EBUSY: "EBUSY", EEXIST: "EEXIST", ENODEV: "ENODEV",
        ENOTDIR: "ENOTDIR", EISDIR: "EISDIR", EINVAL: "EINVAL", ENFILE: "ENFILE", EMFILE: "EMFILE",
        EFBIG: "EFBIG", ENOSPC: "ENOSPC", EROFS: "EROFS", EPIPE: "EPIPE", ENAMETOOLONG: "ENAMETOOLONG",
        ENOLCK: "ENOLCK", ENOSYS: "ENOSYS", ELOOP: "ELOOP", EOVERFLOW: "EOVERFLOW", ESTALE: "ESTALE",
        EDQUOT: "EDQUOT", EOWNERDEAD: "EOWNERDEAD", ENOTRECOVERABLE: "ENOTRECOVERABLE",
    ]
}

/// Throws unless `code` is MDB_SUCCESS.
func check(_ code: Int32, _ operation: @autoclosure () -> String) throws(LMDBError) {
    guard code != MDB_SUCCESS else { return }
    throw LMDBError(code: code, operation: operation())
}

/// Throws `errno` unless a system call succeeded.
func checkErrno(_ result: Int32, _ operation: @autoclosure () -> String) throws(LMDBError) {
    guard result < 0 else { return }
    throw LMDBError(code: errno, operation: operation())
}
