/// A place for one person's key in the keys file. 64 bytes, so that none lies across two sectors of a disk:
///
///      0  state: 1 live, 2 erased
///      1  zero
///      8  key, 256 bits; zero when erased
///     40  zero
///     48  checksum: SHA-256(slot number, big-endian ‖ bytes 0..<48), first 128 bits
enum Slot: Equatable, Sendable {
    case live(key: [UInt8])
    case erased
    /// Not what was written there, or never written.
    case damaged

    static let size = 64
    static let keySize = 32

    private static let (keyAt, checksumAt) = (8, 48)
    private static let (liveState, erasedState): (UInt8, UInt8) = (1, 2)

    /// What the bytes in the place of slot `number` say.
    init(_ bytes: some Collection<UInt8>, number: UInt64) {
        let bytes = Array(bytes)
        guard bytes.count == Self.size, Self.sealed(Array(bytes[..<Self.checksumAt]), number) == bytes else {
            self = .damaged
            return
        }
        switch bytes[0] {
        case Self.liveState: self = .live(key: Array(bytes[Self.keyAt..<Self.keyAt + Self.keySize]))
        case Self.erasedState: self = .erased
        default: self = .damaged
        }
    }

    /// The bytes of a slot that holds `key`, or of an erased one.
    static func bytes(key: [UInt8]?, number: UInt64) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: checksumAt)
        bytes[0] = key == nil ? erasedState : liveState
        if let key {
            precondition(key.count == keySize, "a key has 256 bits")
            bytes.replaceSubrange(keyAt..<keyAt + keySize, with: key)
        }
        return sealed(bytes, number)
    }

    static func sealed(_ bytes: [UInt8], _ number: UInt64) -> [UInt8] {
        bytes + [UInt8].checksum(size - checksumAt, number.bigEndianBytes, bytes)
    }
}
