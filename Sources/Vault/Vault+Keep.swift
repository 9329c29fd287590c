public import Ledger
internal import LMDB

extension Vault {
    /// What became of the records given to ``Vault/keep(_:)``.
    public struct Kept: Equatable, Sendable {
        /// Written now.
        public var stored: Int
        /// There already, also from earlier in the same call.
        public var known: Int
        /// Of erased persons, and so not written.
        public var refused: Int

        public init(stored: Int = 0, known: Int = 0, refused: Int = 0) {
            self.stored = stored
            self.known = known
            self.refused = refused
        }
    }

    /// Keeps values. Durable when it returns: all that are new, in one commit, or none when it throws.
    ///
    /// A value that is kept already is not written again, and a call with none that is new does not sync. For an erased
    /// person nothing is kept; that is counted and no error.
    ///
    /// - Throws: ``VaultError``: a pseudonym that is not the value's, a damaged key or entry of a person concerned, or the
    ///   disk's or LMDB's own error, after which it is not known whether the values were kept; keeping them again is right.
    /// - Complexity: O(log n) a record. A call with something new waits for one sync, with a new person for two.
    @discardableResult
    public func keep(_ records: [PersonalRecord]) throws(VaultError) -> Kept {
        try attempt {
            var kept = Kept()
            let wanted = records.map { (person: $0.person.map(pepper.person), datum: $0.datum) }
            var new: [(person: [UInt8]?, datum: PersonalDatum)] = []
            try store.environment.read { snapshot throws in
                for record in wanted {
                    let row = try record.person.map { try snapshot.person($0, in: store) } ?? Self.nobody
                    if let row, row.isErased {
                        kept.refused += 1
                    } else if let row, try snapshot.holds(ItemKey(record.datum, in: row.slot), in: store) {
                        kept.known += 1
                    } else {
                        new.append(record)
                    }
                }
            }
            for record in new where pseudonym(record.datum.kind, record.datum.value) != record.datum.pseudonym {
                throw VaultError.pseudonymDiffers(kind: record.datum.kind.rawValue, pseudonym: record.datum.pseudonym.hexadecimal)
            }
            if !new.isEmpty { try write(new, &kept) }
            return kept
        }
    }

    /// The entry of records without a person.
    static let nobody = PersonRow(slot: KeyFile.nobody, isErased: false)

    /// LMDB's write lock is the vault's: slots are allotted under it, also over processes.
    private func write(_ records: [(person: [UInt8]?, datum: PersonalDatum)], _ kept: inout Kept) throws {
        kept = try store.environment.write { transaction throws in
            var kept = kept
            var rows: [[UInt8]: PersonRow] = [:]
            var secrets: [UInt64: [UInt8]] = [:]
            let allotted = try transaction.allotted(in: store) ?? KeyFile.nobody
            // Behind slots that a crash left unused too.
            let first = max(allotted + 1, try keys.end())
            var made: [[UInt8]] = []
            for case let person? in records.map(\.person) where rows[person] == nil {
                if let row = try transaction.person(person, in: store) {
                    rows[person] = row
                    continue
                }
                let row = PersonRow(slot: first + UInt64(made.count), isErased: false)
                made.append(.random(Slot.keySize))
                secrets[row.slot] = made.last
                rows[person] = row
                try transaction.put(person, row, in: store)
            }
            if !made.isEmpty {
                try keys.write(made, from: first)
                try transaction.setAllotted(first + UInt64(made.count) - 1, in: store)
            }
            for record in records {
                let row = record.person.flatMap { rows[$0] } ?? Self.nobody
                let item = ItemKey(record.datum, in: row.slot)
                guard !row.isErased, let key = try secrets[row.slot] ?? key(in: row.slot) else {
                    kept.refused += 1
                    continue
                }
                secrets[row.slot] = key
                guard try !transaction.holds(item, in: store) else {
                    kept.known += 1
                    continue
                }
                try transaction.put(item, item.seal(record.datum.value, key: key, ledger: ledger), in: store)
                kept.stored += 1
            }
            return kept
        }
    }
}

extension ItemKey {
    init(_ datum: PersonalDatum, in slot: UInt64) { self.init(slot: slot, kind: datum.kind, pseudonym: datum.pseudonym) }
}
