internal import Crypto
internal import Foundation
internal import LMDB

/// The one file of this room where `unsafe` may stand: hashing bytes in place, and the system calls that no safe
/// library offers (advisory locks, syncing files and directories).

/// A SHA-256 value.
public struct Hash: Hashable, Sendable, CustomStringConvertible {
    var words: InlineArray4 = .init()

    /// Four words; `InlineArray` is not `Hashable`.
    struct InlineArray4: Hashable, Sendable {
        var a: UInt64 = 0
        var b: UInt64 = 0
        var c: UInt64 = 0
        var d: UInt64 = 0
    }

    init(_ digest: SHA256Digest) {
        unsafe digest.withUnsafeBytes { source in
            unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyMemory(from: source) }
        }
    }

    /// `nil` unless there are 32 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        unsafe withUnsafeMutableBytes(of: &words) { unsafe $0.copyBytes(from: bytes) }
    }

    public var bytes: [UInt8] { unsafe withUnsafeBytes(of: words) { unsafe Array($0) } }

    /// In hexadecimal.
    public var description: String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    /// The first 128 bits as two little-endian words.
    var head: (UInt64, UInt64) { (words.a, words.b) }

    /// Four little-endian words.
    var quarters: (UInt64, UInt64, UInt64, UInt64) { (words.a, words.b, words.c, words.d) }

    init(words: (UInt64, UInt64, UInt64, UInt64)) { self.words = InlineArray4(a: words.0, b: words.1, c: words.2, d: words.3) }

    /// RFC 6962: SHA-256(0x00 ‖ leaf).
    public static func leaf(_ bytes: RawSpan) -> Hash {
        var sha = SHA256()
        var zero: UInt8 = 0
        unsafe withUnsafeBytes(of: &zero) { unsafe sha.update(bufferPointer: $0) }
        unsafe bytes.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) }
        return Hash(sha.finalize())
    }

    /// RFC 6962: SHA-256(0x01 ‖ left ‖ right).
    public static func node(_ left: Hash, _ right: Hash) -> Hash {
        var sha = SHA256()
        var one: UInt8 = 1
        var pair = (left.words, right.words)
        unsafe withUnsafeBytes(of: &one) { unsafe sha.update(bufferPointer: $0) }
        unsafe withUnsafeBytes(of: &pair) { unsafe sha.update(bufferPointer: $0) }
        return Hash(sha.finalize())
    }

    public static func of(_ bytes: [UInt8]) -> Hash {
        var sha = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) }
        return Hash(sha.finalize())
    }
}

/// A running SHA-256 over pieces, for digests of projections.
public struct HashBuilder: Sendable {
    private var sha = SHA256()
    public init() {}
    public mutating func add(_ bytes: RawSpan) { unsafe bytes.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) } }
    public mutating func add(_ words: [UInt64]) { unsafe words.withUnsafeBytes { unsafe sha.update(bufferPointer: $0) } }
    public func finalize() -> Hash { Hash(sha.finalize()) }
}

/// What several threads share. A pthread lock rather than `Synchronization.Mutex`, because the thread sanitizer does not
/// see the latter hand over between threads that wait, and would report each such hand-over as a race. (Nor may the state
/// be empty: it would then be taken to lie where the object itself does.)
public final class Locked<State>: @unchecked Sendable {
    private let lock = NSLock()
    private var state: State

    public init(_ state: sending State) { self.state = state }

    public func withLock<R>(_ body: (inout State) throws -> R) rethrows -> R {
        lock.lock()
        defer { lock.unlock() }
        return try body(&state)
    }
}

extension [UInt64] {
    /// The words' bytes, little endian, without a copy.
    func withBytes<R, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let words = span
        return try unsafe body(words.bytes)
    }
}

/// A failing system call on one of the ledger's files.
public struct FileError: Error, CustomStringConvertible, Sendable {
    public let operation: String
    public let path: String
    public let code: Int32

    init(_ operation: String, _ path: String) {
        self.operation = operation
        self.path = path
        code = errno
    }

    public var description: String { unsafe "\(operation) \(path): \(String(cString: strerror(code)))" }
}

/// An advisory lock on a file, held until the process ends or the value is dropped.
final class FileLock: Sendable {
    private let descriptor: Int32

    /// `nil` if another process (or another writer of this one) holds it.
    init?(path: String) throws(FileError) {
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else { throw FileError("open", path) }
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            close(opened)
            return nil
        }
        descriptor = opened
    }

    deinit { close(descriptor) }

    /// Replaces what the lock file says.
    func write(_ text: String) {
        let bytes = Array(text.utf8)
        ftruncate(descriptor, 0)
        _ = unsafe pwrite(descriptor, bytes, bytes.count, 0)
    }
}

/// A file of 64-bit words, written once from front to back, or read at any place from any thread.
final class WordFile: Sendable {
    private let descriptor: Int32
    private let path: String
    /// In words, of a file that is read.
    let count: Int

    init(creating path: String) throws(FileError) {
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        self.path = path
        count = 0
        guard descriptor >= 0 else { throw FileError("open", path) }
    }

    init(reading path: String) throws(FileError) {
        descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        count = descriptor < 0 ? 0 : Int(lseek(descriptor, 0, SEEK_END)) / 8
        guard descriptor >= 0 else { throw FileError("open", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func append(_ words: [UInt64]) throws(FileError) {
        guard unsafe words.withUnsafeBytes({ unsafe Files.write($0, to: descriptor) }) else { throw FileError("write", path) }
    }

    func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
    }

    /// Throws when the file ends before.
    func words(at start: Int, _ count: Int) throws(FileError) -> [UInt64] {
        var words = [UInt64](repeating: 0, count: count)
        let read = unsafe words.withUnsafeMutableBytes { bytes in
            var done = 0
            while done < bytes.count {
                let more = unsafe pread(descriptor, bytes.baseAddress! + done, bytes.count - done, off_t(start * 8 + done))
                guard more > 0 else { break }
                done += more
            }
            return done
        }
        guard read == count * 8 else { throw FileError("read", path) }
        return words
    }
}

enum Files {
    /// False, with `errno`, when not all was written.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Bool {
        var written = 0
        while written < bytes.count {
            let count = unsafe Foundation.write(descriptor, bytes.baseAddress! + written, bytes.count - written)
            guard count > 0 else { return false }
            written += count
        }
        return true
    }

    /// Renames, and makes the new name durable.
    static func rename(_ from: String, _ to: String) throws(FileError) {
        guard unsafe Foundation.rename(from, to) == 0 else { throw FileError("rename", to) }
        try syncDirectory(to.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/"))
    }

    /// Writes a file so that after a crash there is the old one or the new one, never a part: a temporary beside it,
    /// synced, renamed over it, the directory synced.
    static func replace(_ path: String, with bytes: [UInt8], permissions: UInt32 = 0o600) throws(FileError) {
        let temporary = path + ".new"
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode_t(permissions))
        guard descriptor >= 0 else { throw FileError("open", temporary) }
        do throws(FileError) {
            guard unsafe bytes.withUnsafeBytes({ unsafe write($0, to: descriptor) }) else { throw FileError("write", temporary) }
            guard fsync(descriptor) == 0 else { throw FileError("fsync", temporary) }
        } catch {
            close(descriptor)
            throw error
        }
        close(descriptor)
        try rename(temporary, path)
    }

    static func syncDirectory(_ path: String) throws(FileError) {
        let descriptor = unsafe open(path.isEmpty ? "." : path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
    }

    static func syncFile(_ path: String) throws(FileError) {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileError("open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileError("fsync", path) }
    }

    static func read(_ path: String) -> [UInt8]? {
        FileManager.default.contents(atPath: path).map(Array.init)
    }
}
