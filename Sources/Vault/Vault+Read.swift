public import Ledger
internal import LMDB

extension Vault {
    /// What the vault has of one person.
    public enum Contents: Equatable, Sendable {
        /// Nothing was ever kept.
        case unknown
        /// The person was erased: the values can no longer be read, and none will be kept.
        case erased
        /// The values, by kind, then value.
        case kept([PersonalDatum])
    }

    /// The value behind a pseudonym; `nil` when it was never kept for this person (`nil`: for nobody), or the person is
    /// erased. ``all(of:)`` tells the two apart.
    ///
    /// - Throws: ``VaultError`` when the person's key or entry, or the value, is damaged, or the disk or LMDB fails.
    /// - Complexity: O(log n).
    public func read(person: String?, kind: PersonalDatum.Kind, pseudonym: Pseudonym) throws(VaultError) -> String? {
        try attempt {
            let found: (item: ItemKey, sealed: [UInt8])? = try store.environment.read { snapshot throws in
                guard let row = try person.map({ try snapshot.person(pepper.person($0), in: store) }) ?? Self.nobody,
                    !row.isErased
                else { return nil }
                let item = ItemKey(slot: row.slot, kind: kind, pseudonym: pseudonym)
                return try snapshot.sealed(item, in: store).map { (item, $0) }
            }
            guard let found, let key = try key(in: found.item.slot) else { return nil }
            return try open(found.sealed, found.item, key: key)
        }
    }

    /// All that is kept of a person, or that nothing was, or that the person was erased.
    ///
    /// - Throws: ``VaultError`` when the person's key or entry, or a value, is damaged, or the disk or LMDB fails.
    /// - Complexity: O(log n + m log m) for m values.
    public func all(of person: String) throws(VaultError) -> Contents {
        try attempt {
            let (row, items) = try store.environment.read { snapshot throws in
                let row = try snapshot.person(pepper.person(person), in: store)
                return (row, try row.map { $0.isErased ? [] : try snapshot.items(of: $0.slot, in: store) } ?? [])
            }
            guard let row else { return .unknown }
            // An erasure that was not completed is one all the same.
            guard !row.isErased, let key = try key(in: row.slot) else { return .erased }
            let data = try items.map { item in
                let value = try open(item.sealed, item.key, key: key)
                guard let kind = PersonalDatum.Kind(rawValue: item.key.kind) else {
                    throw VaultError.kindUnknown(kind: item.key.kind)
                }
                return PersonalDatum(kind, value: value, pseudonym: item.key.pseudonym)
            }
            return .kept(data.sorted { ($0.kind.rawValue, $0.value) < ($1.kind.rawValue, $1.value) })
        }
    }
}
