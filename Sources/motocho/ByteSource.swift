import Foundation

/// Where bytes come from: a file, standard input, or memory.
struct ByteSource {
    private let handle: FileHandle?
    private var memory: [UInt8]
    /// Bytes in all, where that is known.
    let size: UInt64?
    private(set) var done: UInt64 = 0
    private static let chunk = 1 << 20

    init(path: String) throws {
        guard path != "-" else {
            (handle, memory, size) = (FileHandle.standardInput, [], nil)
            return
        }
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
            throw Failure("there is no file \(path); name a CSV file, or - for standard input")
        }
        guard attributes[.type] as? FileAttributeType != .typeDirectory, let handle = FileHandle(forReadingAtPath: path) else {
            throw Failure("\(path) cannot be read; check that it is a file and that you may read it")
        }
        self.handle = handle
        memory = []
        size = attributes[.type] as? FileAttributeType == .typeRegular ? (attributes[.size] as? NSNumber)?.uint64Value : nil
    }

    init(memory: [UInt8]) {
        handle = nil
        self.memory = memory
        size = UInt64(memory.count)
    }

    /// The next bytes; empty at the end.
    mutating func next() throws -> [UInt8] {
        var bytes = memory
        if let handle {
            do { bytes = try handle.read(upToCount: Self.chunk).map(Array.init) ?? [] } catch { throw Failure("reading ended early: \(error)") }
        } else {
            memory = []
        }
        done += UInt64(bytes.count)
        return bytes
    }

    /// Everything that is left.
    mutating func rest() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let bytes = try next()
            if bytes.isEmpty { return all }
            all += bytes
        }
    }
}
