import Foundation

/// Programs beside this one: the limit in C, the HTTP client, this program itself in a fresh process.
enum Outside {
    struct Failed: Error, CustomStringConvertible {
        let description: String
    }

    /// Runs a program to its end and gives what it printed. A program that killed itself with signal 9 has done what it was asked.
    static func run(_ program: String, _ words: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = words
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 || process.terminationReason == .uncaughtSignal && process.terminationStatus == 9 else {
            throw Failed(description: "\(program) \(words.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Numbers between spaces.
    static func numbers(_ program: String, _ words: [String]) throws -> [Double] {
        try run(program, words).split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
    }
}

/// Folders on the disk that is measured.
struct Scratch {
    let path: String

    /// A new, empty folder.
    func folder(_ name: String) throws -> String {
        let folder = path + "/" + name
        remove(name)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    func remove(_ name: String) { try? FileManager.default.removeItem(atPath: path + "/" + name) }

    /// Bytes that the files below a folder take on the disk.
    static func bytes(below folder: String) -> Int {
        var total = 0
        for name in FileManager.default.enumerator(atPath: folder)?.compactMap({ $0 as? String }) ?? [] {
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            if attributes?[.type] as? FileAttributeType == .typeRegular { total += attributes?[.size] as? Int ?? 0 }
        }
        return total
    }
}
