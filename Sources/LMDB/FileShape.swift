internal import CLMDB

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// Whether a data file is as long as its meta pages say. LMDB maps the file without asking, and a page beyond its end
/// ends the process that touches it; asked before, it is an error like any other.
enum FileShape {
    private static let magic: UInt32 = 0xBEEF_C0DE
    /// In a meta page: magic, then in the record of the free list the page size, and after both records the last page.
    private static let (magicAt, pageSizeAt, lastPageAt) = (16, 40, 136)

    /// Throws MDB_CORRUPTED for a file that is shorter than it says. Says nothing of a missing or an empty one, which
    /// LMDB makes anew, and of one that is not LMDB's, which LMDB refuses itself.
    static func check(_ directory: String) throws(LMDBError) {
        let path = directory + "/data.mdb"
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        // Before the size, since a writer may be at work: it lengthens the file first and writes the meta page after.
        let first = meta(descriptor, 0)
        let second = first.flatMap { meta(descriptor, Int($0.pageSize)) }
        let size = lseek(descriptor, 0, SEEK_END)
        guard size > 0, let first else { return }
        let last = max(first.lastPage, second?.lastPage ?? 0)
        guard second != nil, UInt64(size) >= (last + 1) * UInt64(first.pageSize) else {
            throw LMDBError(code: MDB_CORRUPTED, operation: "open \(path), which is shorter than it says")
        }
    }

    private static func meta(_ descriptor: Int32, _ offset: Int) -> (pageSize: UInt32, lastPage: UInt64)? {
        var words = [UInt64](repeating: 0, count: 19)
        let wanted = words.count * 8
        let got = unsafe words.withUnsafeMutableBytes { unsafe pread(descriptor, $0.baseAddress, wanted, off_t(offset)) }
        guard got == wanted else { return nil }
        let pageSize = UInt32(truncatingIfNeeded: words[pageSizeAt / 8])
        guard UInt32(truncatingIfNeeded: words[magicAt / 8]) == magic, pageSize >= 512, pageSize <= 65_536 else { return nil }
        return (pageSize, words[lastPageAt / 8] & 0xFFFF_FFFF_FFFF)
    }
}
