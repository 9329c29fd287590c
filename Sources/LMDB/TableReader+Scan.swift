extension TableReader where Self: ~Copyable & ~Escapable {
    /// Calls `body` with every entry whose key is at least `from`, in order, until it returns false.
    ///
    /// O(log n) to begin, then some tens of nanoseconds an entry. The value lives until `body` returns. In a write
    /// transaction `body` may change the table: entries behind the current one are not visited again, those before it
    /// are as they are when they are reached.
    ///
    /// - Throws: What `body` throws; ``LMDBError`` MDB_INCOMPATIBLE at a key that is not 8 bytes long.
    @inlinable
    public borrowing func scan(
        _ table: Table, from: UInt64, _ body: (_ key: UInt64, _ value: RawSpan) throws -> Bool
    ) throws {
        var cursor = unsafe try Cursor(handle, table)
        do {
            var more = try cursor.seek(from)
            while more {
                let (key, value) = unsafe (try UInt64(storedKey: cursor.key), cursor.value)
                more = try unsafe body(key, value.bytes)
                if more { more = try cursor.next() }
            }
        } catch {
            cursor.close()
            throw error
        }
        cursor.close()
    }

    /// Calls `body` with every entry whose key is at least `key` in byte order, until it returns false. An empty `key`
    /// begins at the first entry. Otherwise as for numbers.
    @inlinable
    public borrowing func scan(
        _ table: Table, from key: RawSpan, _ body: (_ key: RawSpan, _ value: RawSpan) throws -> Bool
    ) throws {
        var cursor = unsafe try Cursor(handle, table)
        do {
            var more = try unsafe key.withUnsafeBytes { start throws(LMDBError) in unsafe try cursor.seek(start) }
            while more {
                let (key, value) = unsafe (cursor.key, cursor.value)
                more = try unsafe body(key.bytes, value.bytes)
                if more { more = try cursor.next() }
            }
        } catch {
            cursor.close()
            throw error
        }
        cursor.close()
    }
}
