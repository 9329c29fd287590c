internal import Foundation

/// The file of the persons' keys: a header and slots of 64 bytes, written in place and never moved, so that a key that is
/// overwritten is nowhere else. Slot 1 is for what belongs to nobody. Slots are never used twice.
///
/// May be used from any thread; a slot is read and written whole.
final class KeyFile: Sendable {
    /// The slot of records without a person.
    static let nobody: UInt64 = 1

    let path: String
    private let file: Locked<FileHandle>

    /// Opens the file, which must be there.
    init(_ path: String) throws {
        self.path = path
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        // Not for programs that this process starts.
        _ = fcntl(file.fileDescriptor, F_SETFD, FD_CLOEXEC)
        self.file = Locked(file)
    }

    /// The number of places, the header's and a torn last one included: the first number that is free.
    func end() throws -> UInt64 { try (file.withLock { try $0.seekToEnd() } + UInt64(Slot.size) - 1) / UInt64(Slot.size) }

    /// The number of whole places, the header's included.
    func whole() throws -> UInt64 { try file.withLock { try $0.seekToEnd() } / UInt64(Slot.size) }

    /// `nil` when it is no header, or damaged.
    func header() throws -> KeyFileHeader? { try KeyFileHeader(bytes(0..<1), path: path) }

    /// What a slot says; `damaged` beyond the end.
    func slot(_ number: UInt64) throws -> Slot { Slot(try bytes(number..<number + 1), number: number) }

    /// Writes header and keys of a new file. Durable when it returns.
    func write(_ header: KeyFileHeader, nobody key: [UInt8]) throws {
        try write(header.bytes + Slot.bytes(key: key, number: Self.nobody), at: 0)
        try sync()
    }

    /// Writes new keys into neighbouring slots. Durable when it returns.
    func write(_ keys: [[UInt8]], from first: UInt64) throws {
        precondition(first > Self.nobody, "slots for persons")
        try write(zip(first..., keys).flatMap { Slot.bytes(key: $1, number: $0) }, at: first)
        try sync()
    }

    /// Overwrites the keys in `slots`. Durable when it returns.
    func erase(_ slots: [UInt64]) throws {
        for slot in slots {
            precondition(slot > Self.nobody, "nobody's key stays")
            try write(Slot.bytes(key: nil, number: slot), at: slot)
        }
        try sync()
    }

    private func bytes(_ range: Range<UInt64>) throws -> [UInt8] {
        try file.withLock { file in
            try file.seek(toOffset: range.lowerBound * UInt64(Slot.size))
            return try [UInt8](file.read(upToCount: range.count * Slot.size) ?? Data())
        }
    }

    private func write(_ bytes: [UInt8], at slot: UInt64) throws {
        try file.withLock { file in
            try file.seek(toOffset: slot * UInt64(Slot.size))
            try file.write(contentsOf: bytes)
        }
    }

    /// Outside the lock: readers need not wait for the disk.
    private func sync() throws { try file.withLock { $0 }.synchronize() }
}
