internal import Crypto
internal import Ledger

/// The ledger's own secret, under which personal values and persons' names are hashed. It is made once and never changes:
/// with another one, equal values would no longer look equal and erased persons would not be known as such.
struct Pepper: Sendable {
    static let size = 32

    private let key: SymmetricKey

    /// `nil` for what cannot be one: not 32 bytes, or all zero as after a lost write.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, bytes.contains(where: { $0 != 0 }) else { return nil }
        key = SymmetricKey(data: bytes)
    }

    func pseudonym(_ kind: PersonalDatum.Kind, _ value: String) -> Pseudonym {
        // Sixteen bytes are a pseudonym.
        Pseudonym(hash(kind.rawValue, value.utf8).prefix(16))!
    }

    /// What stands for a person in the data: 256 bits. Kinds of values begin at 1, so it is no value's hash.
    func person(_ name: String) -> [UInt8] { hash(0, name.utf8) }

    /// Tells one pepper from another, without telling what it is. 128 bits.
    var check: [UInt8] { Array(hash(255, "motocho vault".utf8).prefix(16)) }

    private func hash(_ kind: UInt8, _ value: some Sequence<UInt8>) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: [kind, 0] + value, using: key))
    }
}
