import Journal
import LMDB
import Ledger

/// Changes one value of a closed LMDB environment, or removes it (an empty value).
func tamper(_ path: String, _ table: String, _ key: UInt64, _ change: (inout [UInt8]) -> Void) throws {
    let opened = try patiently { try Opened(path) }
    let place = try opened.environment.table(table, create: false)!
    try opened.environment.write { transaction in
        guard let value = try transaction.get(key, in: place) else { return }
        var bytes = [UInt8](value)
        change(&bytes)
        if bytes.isEmpty { _ = try transaction.delete(key, in: place) } else { try bytes.withBytes { try transaction.put(key, $0, in: place) } }
    }
}

/// The same under a text key.
func tamper(_ path: String, _ table: String, _ key: String, _ change: (inout [UInt8]) -> Void) throws {
    let opened = try patiently { try Opened(path) }
    let place = try opened.environment.table(table, create: false)!
    try opened.environment.write { transaction in
        guard let value = try transaction.get(key, in: place) else { return }
        var bytes = [UInt8](value)
        change(&bytes)
        try bytes.withBytes { try transaction.put(key, $0, in: place) }
    }
}

/// Puts another event in the place of one of a closed log, with a checksum that fits.
func replaceEvent(_ directory: DataDirectory, at position: UInt64, _ change: (inout Event) -> Void) throws {
    var buffer = EventBuffer()
    do {
        var event = try reading(directory).event(at: position)!
        change(&event)
        buffer.append(event)
    }
    try tamper(directory.log, "events", position) { bytes in bytes = buffer.withEvent(0) { [UInt8]($0) } }
}

/// An environment in a class, since a noncopyable value cannot be tried for.
private final class Opened {
    let environment: Environment
    init(_ path: String) throws { environment = try Environment(path: path) }
}
