#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// The directories this process has open as environments.
///
/// LMDB's file locks belong to the process: opening an environment twice, and then closing either, silently drops the
/// locks of both, after which another process may write at the same time. So the second open is refused. A directory is
/// known by device and inode, which sees through symbolic links and relative paths. It is kept open too: otherwise the
/// inode of a directory that was removed meanwhile would go to the next one made, which would then seem open.
enum OpenDirectories {
    struct Identity: Hashable, Sendable {
        let device: UInt64
        let inode: UInt64
    }

    private static let entered = Entered()

    /// Identity to the descriptor that holds it. Under a pthread lock, whose hand-over between waiting threads the thread
    /// sanitizer sees; of `Synchronization.Mutex` it does not, and it would report a race.
    @safe private final class Entered: @unchecked Sendable {
        private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        private var descriptors: [Identity: Int32] = [:]

        init() {
            unsafe lock.initialize(to: pthread_mutex_t())
            unsafe pthread_mutex_init(lock, nil)
        }

        func withLock<R>(_ body: (inout [Identity: Int32]) -> R) -> R {
            unsafe pthread_mutex_lock(lock)
            defer { unsafe pthread_mutex_unlock(lock) }
            return body(&descriptors)
        }
    }

    /// Enters a directory. Throws the `errno` of `open`, ENOTDIR, or EBUSY when it is open already.
    static func enter(_ path: String) throws(LMDBError) -> Identity {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try checkErrno(descriptor, "open \(path)")
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw LMDBError(code: code, operation: "stat \(path)")
        }
        let identity = Identity(
            device: UInt64(truncatingIfNeeded: status.st_dev), inode: UInt64(truncatingIfNeeded: status.st_ino))
        let isFirst = entered.withLock { entered in
            guard entered[identity] == nil else { return false }
            entered[identity] = descriptor
            return true
        }
        guard isFirst else {
            close(descriptor)
            throw LMDBError(code: EBUSY, operation: "open \(path) (this process has it open already)")
        }
        return identity
    }

    static func leave(_ identity: Identity) {
        if let descriptor = entered.withLock({ $0.removeValue(forKey: identity) }) { close(descriptor) }
    }
}
