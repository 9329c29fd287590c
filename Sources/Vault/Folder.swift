internal import Foundation

/// Folders and small files, made durable. Nothing here replaces a file: a key must never be left on an old copy.
enum Folder {
    /// Makes a folder for its owner alone, unless it is there.
    static func make(_ path: String) throws {
        guard !exists(path) else { return }
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        try sync((path as NSString).deletingLastPathComponent)
    }

    /// Makes an empty file for its owner alone, unless it is there.
    static func makeFile(_ path: String) throws {
        guard !exists(path) else { return }
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]) else {
            throw CocoaError(.fileWriteUnknown, userInfo: [NSFilePathErrorKey: path])
        }
        try sync((path as NSString).deletingLastPathComponent)
    }

    /// Writes a file in its place. Durable when it returns.
    static func write(_ bytes: [UInt8], to path: String) throws {
        try makeFile(path)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.truncate(atOffset: 0)
        try file.write(contentsOf: bytes)
        try file.synchronize()
    }

    static func read(_ path: String) throws -> [UInt8]? {
        exists(path) ? try [UInt8](Data(contentsOf: URL(fileURLWithPath: path))) : nil
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Makes a file, or a folder's entries, durable.
    static func sync(_ path: String) throws {
        let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path.isEmpty ? "." : path))
        defer { try? file.close() }
        try file.synchronize()
    }
}
