internal import CLMDB

/// One key/value table of an ``Environment``: a plain value, good for as long as the environment is open, on any
/// thread.
///
/// Keys are 1 to 511 bytes in byte order, one value a key. A `UInt64` key is stored as 8 bytes, big-endian, so that byte
/// order is number order. Text keys are their UTF-8. Keep one kind of key to a table.
///
/// A table used with a transaction of another environment traps: it would otherwise read or overwrite whatever table
/// has the same number there.
public struct Table: Sendable {
    let number: MDB_dbi
    let environment: UInt32
}
