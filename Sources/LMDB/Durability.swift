#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Makes a file's bytes, or a directory's entries, durable. LMDB does this for what it commits but not for the directory
/// it creates its file in, nor for a copy.
///
/// Never call it on the data file of an open environment: closing that descriptor would drop LMDB's file locks.
func synchronize(_ path: String) throws(LMDBError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    try checkErrno(descriptor, "open \(path)")
    defer { close(descriptor) }
    try checkErrno(fsync(descriptor), "fsync \(path)")
}

/// A number that no other running thread has.
func currentThread() -> UInt {
    #if canImport(Darwin)
        unsafe UInt(bitPattern: pthread_self())
    #else
        UInt(pthread_self())
    #endif
}
