/// What the keys file says of itself, in the place of slot 0:
///
///      0  "motovlt", zero
///      8  version, big-endian: 1
///     16  ledger id
///     32  check of the pepper (``Pepper/check``)
///     48  checksum, as of a slot
struct KeyFileHeader: Equatable, Sendable {
    let ledger: [UInt8]
    let pepperCheck: [UInt8]

    private static let magic = Array("motovlt".utf8) + [0]
    private static let version: UInt64 = 1

    init(ledger: [UInt8], pepperCheck: [UInt8]) {
        self.ledger = ledger
        self.pepperCheck = pepperCheck
    }

    /// `nil` when the bytes are no header, or not as they were written.
    ///
    /// - Throws: ``VaultError/notOfThisVersion(path:version:)``.
    init?(_ bytes: [UInt8], path: String) throws(VaultError) {
        guard bytes.count == Slot.size, Array(bytes[..<8]) == Self.magic, Slot.sealed(Array(bytes[..<48]), 0) == bytes
        else { return nil }
        let version = UInt64(bigEndianBytes: bytes[8..<16])
        guard version == Self.version else { throw .notOfThisVersion(path: path, version: version) }
        self.init(ledger: Array(bytes[16..<32]), pepperCheck: Array(bytes[32..<48]))
    }

    var bytes: [UInt8] { Slot.sealed(Self.magic + Self.version.bigEndianBytes + ledger + pepperCheck, 0) }
}
