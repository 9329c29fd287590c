internal import Foundation
internal import Ledger

/// The folders of one ledger (design: on disk).
///
///     lock             the writer's lock: process and server address
///     log/000001/      LMDB: events by position, Merkle frontier, signed checkpoint
///     vault/           personal values under per-person keys, with a backup life of its own
///     views/           projections and snapshots; deleting them loses nothing
///     checkpoint       the newest signed checkpoint, outside the log's own files
///     keys/            log key (0600), verifier key, principals
public struct DataDirectory: Sendable {
    public let path: String

    public init(_ path: String) { self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path }

    public var lock: String { path + "/lock" }
    public var log: String { path + "/log/000001" }
    public var views: String { path + "/views" }
    public var vault: String { path + "/vault" }
    public var checkpoint: String { path + "/checkpoint" }
    public var keys: String { path + "/keys" }
    public var logKey: String { keys + "/log.key" }
    public var verifierKey: String { keys + "/log.pub" }
    public var principals: String { keys + "/principals" }
    /// Derived: the books at some position, and the idempotency keys.
    var booksSnapshot: String { views + "/books.v1" }
    var keyRuns: String { views + "/keys.v1" }
    /// Where the old log stands while its copy takes its place.
    var failedLog: String { log + ".failed" }
    /// Left by a writer whose commit failed; the next start copies the log to a new file before it trusts it.
    var failedCommit: String { path + "/commit-failed" }

    public var holdsLedger: Bool { exists(log + "/data.mdb") || exists(failedLog + "/data.mdb") }

    /// Who holds the writer's lock, as its file tells: process and, if it is a server, its address.
    public var holder: (process: String, address: String?)? {
        guard let text = Files.read(lock).map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
        let lines = text.split(separator: "\n")
        guard let process = lines.first(where: { $0.hasPrefix("process ") })?.dropFirst(8) else { return nil }
        return (String(process), lines.first { $0.hasPrefix("address ") }.map { String($0.dropFirst(8)) })
    }

    /// The address of a server that has this ledger open now, if one does.
    public var serverAddress: String? {
        guard holdsLedger, let lock = try? FileLock(path: lock) else { return holdsLedger ? holder?.address : nil }
        _ = lock
        return nil
    }

    func make(_ folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }

    func remove(_ path: String) { try? FileManager.default.removeItem(atPath: path) }
    func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Replaces a file of this ledger atomically, readable by its owner alone.
    public func replace(_ file: String, with text: String) throws { try Files.replace(file, with: Array(text.utf8)) }
    public func read(_ file: String) -> String? { Files.read(file).map { String(decoding: $0, as: UTF8.self) } }
}

/// Why a ledger cannot be opened, or not be trusted. Each says what to do next.
public enum JournalError: Error, CustomStringConvertible, Sendable {
    case noLedger(String)
    case exists(String)
    case locked(path: String, by: String)
    case damaged(String)
    case shorterThanCheckpoint(log: UInt64, checkpoint: UInt64)
    case checkpointDiffers(size: UInt64)
    case notOfThisVersion(String)
    case noVault

    public var description: String {
        switch self {
        case .noLedger(let path): "there is no ledger in \(path); make one with `motocho init --data \(path)`"
        case .exists(let path): "there is a ledger in \(path) already; choose another folder, or remove it if it is not needed"
        case .locked(let path, let holder):
            "another writer has the ledger in \(path) open (\(holder)); a ledger has one writer: stop that one, or send commands to it"
        case .damaged(let what):
            "the log is damaged: \(what). Nothing was changed; restore the newest backup beside it and compare with `motocho verify`"
        case .shorterThanCheckpoint(let log, let checkpoint):
            "the log holds \(log) events but its newest signed checkpoint covers \(checkpoint): events are missing. "
                + "Do not write to it; restore a copy that holds them"
        case .checkpointDiffers(let size):
            "the log's first \(size) events are not those the signed checkpoint covers: they were changed. Do not write to it"
        case .notOfThisVersion(let what): "the log was written by another version: \(what)"
        case .noVault: "a personal value came in, or one must be destroyed, and this writer was opened without the vault"
        }
    }
}
