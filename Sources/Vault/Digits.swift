internal import Crypto

extension UInt64 {
    /// Eight bytes, most significant first.
    var bigEndianBytes: [UInt8] { stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) } }

    /// The number that bytes, most significant first, stand for.
    init(bigEndianBytes bytes: some Sequence<UInt8>) { self = bytes.reduce(0) { $0 << 8 | UInt64($1) } }
}

extension [UInt8] {
    /// The first `count` bytes of the SHA-256 of the parts one after the other: notices accidents, keeps nothing secret.
    static func checksum(_ count: Int, _ parts: [UInt8]...) -> [UInt8] {
        var sha = SHA256()
        for part in parts { sha.update(data: part) }
        return Array(sha.finalize().prefix(count))
    }

    /// Bytes of the system's random source, which is fit for keys.
    static func random(_ count: Int) -> [UInt8] {
        var source = SystemRandomNumberGenerator()
        return (0..<count).map { _ in UInt8.random(in: 0...255, using: &source) }
    }
}
