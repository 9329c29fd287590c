import Foundation
import LMDB
import Testing

/// A directory for one test, removed with it.
final class Directory: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "lmdb-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path()
    }

    /// A new directory inside it.
    func subdirectory(_ name: String) throws -> String {
        let inner = path + "/" + name
        try FileManager.default.createDirectory(atPath: inner, withIntermediateDirectories: true)
        return inner
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension TableReader where Self: ~Copyable & ~Escapable {
    /// A copy of a value.
    borrowing func bytes(_ key: UInt64, in table: Table) throws -> [UInt8]? {
        guard let value = try get(key, in: table) else { return nil }
        return [UInt8](value)
    }

    borrowing func text(_ key: String, in table: Table) throws -> String? {
        guard let value = try get(key, in: table) else { return nil }
        return String(validating: value)
    }

    borrowing func keys(_ table: Table, from: UInt64 = 0, limit: Int = .max) throws -> [UInt64] {
        var keys: [UInt64] = []
        try scan(table, from: from) { key, _ in
            keys.append(key)
            return keys.count < limit
        }
        return keys
    }
}

extension TableReader where Self: ~Copyable & ~Escapable {
    /// The keys at or after `start` of a table whose values equal their keys.
    borrowing func keysOfBytes(_ table: Table, from start: [UInt8]) throws -> [[UInt8]] {
        var found: [[UInt8]] = []
        try scan(table, from: start.rawSpan) { key, value in
            let same = key.isEqual(to: value)
            #expect(same)
            found.append([UInt8](key))
            return true
        }
        return found
    }
}

extension WriteTransaction {
    borrowing func put(_ key: UInt64, _ value: [UInt8], in table: Table) throws {
        try value.withBytes { try put(key, $0, in: table) }
    }

    borrowing func append(_ key: UInt64, _ value: [UInt8], to table: Table) throws {
        try value.withBytes { try append(key, $0, to: table) }
    }
}

/// The name of the LMDBError that `body` throws; `nil` when it throws none.
func refusal(_ body: () throws -> Void) -> String? {
    do {
        try body()
        return nil
    } catch let error as LMDBError {
        return error.name
    } catch {
        return "\(error)"
    }
}
