import Foundation

/// Standard output through a buffer, so that millions of lines go at the speed of the disk. A pipe that is closed at the
/// other end (`| head`) ends the command quietly.
final class Output {
    private var buffer: [UInt8] = []
    private static let full = 1 << 16

    init() { buffer.reserveCapacity(Self.full + 4096) }

    func write(_ text: String) {
        buffer.append(contentsOf: text.utf8)
        if buffer.count >= Self.full { flush() }
    }

    func write(_ bytes: [UInt8]) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= Self.full { flush() }
    }

    func line(_ text: String = "") {
        buffer.append(contentsOf: text.utf8)
        buffer.append(0x0A)
        if buffer.count >= Self.full { flush() }
    }

    func flush() {
        guard !buffer.isEmpty else { return }
        do {
            try FileHandle.standardOutput.write(contentsOf: Data(buffer))
        } catch {
            // Nobody reads any more.
            exit(0)
        }
        buffer.removeAll(keepingCapacity: true)
    }

    /// For a person, beside the records: standard error, so that a pipe carries records alone.
    static func note(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    static var errorIsTerminal: Bool { isatty(STDERR_FILENO) == 1 }
}
