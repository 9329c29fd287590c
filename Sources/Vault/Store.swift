internal import LMDB

/// The LMDB side of the vault:
///
///     persons    hash of the name (32) -> PersonRow
///     items      ItemKey (25) -> sealed value
///     erasing    slot (u64) -> 1: its key is being overwritten and its items removed
///     marks      "slots" -> the greatest slot allotted (u64, big-endian); there once the vault is made
///
/// Every commit is durable.
final class Store: Sendable {
    let environment: Environment
    let persons: Table
    let items: Table
    let erasing: Table
    let marks: Table

    init(_ path: String) throws(LMDBError) {
        environment = try Environment(path: path)
        // A table that may be created is there.
        persons = try environment.table("persons", create: true)!
        items = try environment.table("items", create: true)!
        erasing = try environment.table("erasing", create: true)!
        marks = try environment.table("marks", create: true)!
    }
}

/// What is known of one person: 17 bytes.
///
///      0  slot, big-endian; 0 for a person who was erased before anything was kept
///      8  1 when erased
///      9  checksum: SHA-256(hash of the name ‖ bytes 0..<9), first 64 bits, so that no flipped bit points at another's key
struct PersonRow: Equatable, Sendable {
    var slot: UInt64
    var isErased: Bool

    init(slot: UInt64, isErased: Bool) {
        self.slot = slot
        self.isErased = isErased
    }

    /// `nil` when the bytes are not a row of this person, as it was written.
    init?(_ bytes: [UInt8], person: [UInt8]) {
        guard bytes.count == 17, bytes[8] <= 1 else { return nil }
        self.init(slot: UInt64(bigEndianBytes: bytes[..<8]), isErased: bytes[8] == 1)
        guard self.bytes(person: person) == bytes else { return nil }
    }

    func bytes(person: [UInt8]) -> [UInt8] {
        let row = slot.bigEndianBytes + [isErased ? 1 : 0]
        return row + [UInt8].checksum(8, person, row)
    }
}

extension TableReader where Self: ~Copyable & ~Escapable {
    /// - Throws: ``VaultError/personDamaged(hash:)``.
    borrowing func person(_ person: [UInt8], in store: Store) throws -> PersonRow? {
        guard let stored = try get(person.rawSpan, in: store.persons) else { return nil }
        guard let row = PersonRow([UInt8](stored), person: person) else {
            throw VaultError.personDamaged(hash: person.hexadecimal)
        }
        return row
    }

    borrowing func holds(_ item: ItemKey, in store: Store) throws -> Bool {
        let key = item.bytes
        return try get(key.rawSpan, in: store.items) != nil
    }

    borrowing func sealed(_ item: ItemKey, in store: Store) throws -> [UInt8]? {
        let key = item.bytes
        guard let value = try get(key.rawSpan, in: store.items) else { return nil }
        return [UInt8](value)
    }

    /// The items under one slot, at most `limit`.
    borrowing func items(of slot: UInt64, limit: Int = .max, in store: Store) throws -> [(key: ItemKey, sealed: [UInt8])] {
        var found: [(key: ItemKey, sealed: [UInt8])] = []
        try scan(store.items, from: slot.bigEndianBytes.rawSpan) { key, value in
            let bytes = [UInt8](key)
            guard let item = ItemKey(bytes) else { throw VaultError.itemKeyDamaged(bytes: bytes.hexadecimal) }
            guard item.slot == slot, found.count < limit else { return false }
            found.append((item, [UInt8](value)))
            return true
        }
        return found
    }

    /// The greatest slot allotted; `nil` in a store that is not yet in use.
    borrowing func allotted(in store: Store) throws -> UInt64? {
        guard let stored = try get("slots", in: store.marks) else { return nil }
        return UInt64(bigEndianBytes: [UInt8](stored))
    }

    /// The slots whose erasure has begun.
    borrowing func erasing(limit: Int, in store: Store) throws -> [UInt64] {
        var found: [UInt64] = []
        try scan(store.erasing, from: 0) { slot, _ in
            found.append(slot)
            return found.count < limit
        }
        return found
    }
}

extension WriteTransaction {
    borrowing func put(_ person: [UInt8], _ row: PersonRow, in store: Store) throws {
        try put(person.rawSpan, row.bytes(person: person).rawSpan, in: store.persons)
    }

    borrowing func put(_ item: ItemKey, _ sealed: [UInt8], in store: Store) throws {
        let key = item.bytes
        try put(key.rawSpan, sealed.rawSpan, in: store.items)
    }

    borrowing func setAllotted(_ slot: UInt64, in store: Store) throws {
        let bytes = slot.bigEndianBytes
        try put("slots", bytes.rawSpan, in: store.marks)
    }
}

extension [UInt8] {
    var hexadecimal: String { map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }
}
