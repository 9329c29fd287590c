internal import CLMDB

/// A `UInt64` key as it is stored: 8 bytes, big-endian.
struct KeyBytes {
    private let stored: UInt64

    init(_ key: UInt64) { stored = key.bigEndian }

    func withPointer<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        unsafe try withUnsafeBytes(of: stored, body)
    }
}

extension UInt64 {
    /// The number a stored key stands for.
    ///
    /// - Throws: MDB_INCOMPATIBLE when it is not 8 bytes long: the table has keys of another kind.
    @usableFromInline
    init(storedKey bytes: UnsafeRawBufferPointer) throws(LMDBError) {
        guard bytes.count == 8 else {
            throw LMDBError(code: MDB_INCOMPATIBLE, operation: "read a number from a key of \(bytes.count) bytes")
        }
        self = unsafe UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    }
}
