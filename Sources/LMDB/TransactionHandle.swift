internal import CLMDB

/// What a transaction is to this module. It has no use outside, where it cannot be had without `unsafe`: kept beyond its
/// transaction it would dangle.
@safe
public struct TransactionHandle {
    let pointer: OpaquePointer
    let environment: UInt32

    /// Where a write transaction keeps what it has read; `nil` for a snapshot.
    let scratch: Scratch?

    init(pointer: OpaquePointer, environment: UInt32, scratch: Scratch?) {
        unsafe self.pointer = pointer
        self.environment = environment
        self.scratch = scratch
    }

    func number(of table: Table) -> MDB_dbi {
        precondition(table.environment == environment, "a table of another environment")
        return table.number
    }

    func get(_ key: UnsafeRawBufferPointer, _ table: Table) throws(LMDBError) -> UnsafeRawBufferPointer? {
        var key = unsafe MDB_val(key)
        var value = unsafe MDB_val()
        let code = unsafe mdb_get(pointer, number(of: table), &key, &value)
        if code == MDB_NOTFOUND { return nil }
        try check(code, "mdb_get")
        let found = unsafe UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
        return unsafe scratch?.keep(found) ?? found
    }

    func put(
        _ key: UnsafeRawBufferPointer, _ value: RawSpan, _ table: Table, _ flags: Int32 = 0
    ) throws(LMDBError) {
        let code = unsafe value.withUnsafeBytes { bytes in
            var key = unsafe MDB_val(key)
            var value = unsafe MDB_val(bytes)
            return unsafe mdb_put(pointer, number(of: table), &key, &value, UInt32(flags))
        }
        try check(code, flags & MDB_APPEND == 0 ? "mdb_put" : "mdb_put (append)")
    }

    func delete(_ key: UnsafeRawBufferPointer, _ table: Table) throws(LMDBError) -> Bool {
        var key = unsafe MDB_val(key)
        let code = unsafe mdb_del(pointer, number(of: table), &key, nil)
        if code == MDB_NOTFOUND { return false }
        try check(code, "mdb_del")
        return true
    }
}

extension MDB_val {
    /// LMDB does not write through the pointers it is given.
    init(_ bytes: UnsafeRawBufferPointer) {
        unsafe self.init(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
    }
}

/// The values a write transaction has handed out.
///
/// LMDB's own pointers are good only until the transaction's next change: a page it has changed before lies on the heap
/// and may be rewritten or freed. So a write transaction hands out copies, which live until it ends.
@safe
final class Scratch {
    private var blocks: [UnsafeMutableRawBufferPointer] = unsafe []
    private var used = 0

    func keep(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        guard bytes.count > 0 else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        if unsafe blocks.isEmpty || blocks[blocks.count - 1].count - used < bytes.count {
            let block = UnsafeMutableRawBufferPointer.allocate(
                byteCount: max(64 << 10, bytes.count), alignment: 16)
            unsafe blocks.append(block)
            used = 0
        }
        let place = unsafe UnsafeMutableRawBufferPointer(
            rebasing: blocks[blocks.count - 1][used..<used + bytes.count])
        unsafe place.copyMemory(from: bytes)
        used = (used + bytes.count + 15) & ~15
        return UnsafeRawBufferPointer(place)
    }

    deinit {
        while let block = unsafe blocks.popLast() { unsafe block.deallocate() }
    }
}
