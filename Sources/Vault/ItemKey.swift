internal import Crypto
internal import Foundation
internal import Ledger

/// Where an item lies in the data: slot, kind and pseudonym, 25 bytes. A person's items are neighbours.
struct ItemKey: Hashable, Sendable {
    let slot: UInt64
    /// A number of ``PersonalDatum/Kind``.
    let kind: UInt8
    let pseudonym: Pseudonym

    static let size = 25

    init(slot: UInt64, kind: PersonalDatum.Kind, pseudonym: Pseudonym) {
        self.slot = slot
        self.kind = kind.rawValue
        self.pseudonym = pseudonym
    }

    /// `nil` unless there are 25 bytes.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.size, let pseudonym = Pseudonym(bytes[9...]) else { return nil }
        slot = UInt64(bigEndianBytes: bytes[..<8])
        kind = bytes[8]
        self.pseudonym = pseudonym
    }

    var bytes: [UInt8] { slot.bigEndianBytes + [kind] + pseudonym.bytes }

    /// The value as it is stored: AES-256-GCM, nonce ‖ ciphertext ‖ tag, bound to this ledger and this place.
    func seal(_ value: String, key: [UInt8], ledger: [UInt8]) throws -> [UInt8] {
        let box = try AES.GCM.seal(Array(value.utf8), using: SymmetricKey(data: key), authenticating: ledger + bytes)
        // With the usual nonce of 96 bits there is always a combined form.
        return Array(box.combined!)
    }

    /// The value that was sealed here; `nil` when the bytes, the key, the ledger or the place are not those.
    func open(_ sealed: [UInt8], key: [UInt8], ledger: [UInt8]) -> String? {
        guard let box = try? AES.GCM.SealedBox(combined: sealed),
            let value = try? AES.GCM.open(box, using: SymmetricKey(data: key), authenticating: ledger + bytes)
        else { return nil }
        return String(validating: value, as: UTF8.self)
    }
}
