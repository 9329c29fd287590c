internal import LMDB

/// Erasure, in three steps, each durable before the next: the person is marked as erased and the slot as being erased; the
/// key is overwritten; the values and the second mark are removed. The next opening completes what a crash cut off after
/// the first step.
extension Vault {
    private static let personsACommit = 1000

    /// Erases persons: overwrites their keys, removes their values, and keeps them marked as erased, so that nothing is kept
    /// for them again. A person never seen before is marked too. May be repeated; it then completes what is not complete.
    ///
    /// When it returns, no file of the vault holds the key, and so no value can be read, though LMDB's free pages may still
    /// hold its ciphertext. A process that reads or keeps a value at that moment may have the key in memory for as long as
    /// that takes.
    ///
    /// - Throws: ``VaultError`` when a person's entry is damaged, or the disk or LMDB fails. Who was marked by then reads as
    ///   erased; destroy again, or open the vault anew, to complete it.
    /// - Complexity: O(log n) a person and a value; three syncs for each thousand persons.
    public func destroy(_ persons: [String]) throws(VaultError) {
        try attempt {
            var rest = persons[...]
            while !rest.isEmpty {
                try complete(mark(rest.prefix(Self.personsACommit).map(pepper.person)))
                rest = rest.dropFirst(Self.personsACommit)
            }
        }
    }

    func completeErasures() throws {
        while true {
            let slots = try store.environment.read { try $0.erasing(limit: Self.personsACommit, in: store) }
            if slots.isEmpty { return }
            try complete(slots)
        }
    }

    /// Marks persons as erased, and answers the slots that are still to be.
    private func mark(_ persons: [[UInt8]]) throws -> [UInt64] {
        try store.environment.write { transaction throws in
            var slots: [UInt64] = []
            for person in persons {
                guard var row = try transaction.person(person, in: store) else {
                    try transaction.put(person, PersonRow(slot: 0, isErased: true), in: store)
                    continue
                }
                guard try row.slot != 0 && !isErased(row, transaction) else { continue }
                row.isErased = true
                try transaction.put(person, row, in: store)
                try transaction.put(row.slot, [1].rawSpan, in: store.erasing)
                slots.append(row.slot)
            }
            return slots
        }
    }

    /// Whether nothing is left to do. With the mark in `erasing`, the overwriting may not be durable.
    private func isErased(_ row: PersonRow, _ transaction: borrowing WriteTransaction) throws -> Bool {
        guard row.isErased, try transaction.get(row.slot, in: store.erasing) == nil else { return false }
        return try transaction.items(of: row.slot, limit: 1, in: store).isEmpty && keys.slot(row.slot) == .erased
    }

    private func complete(_ slots: [UInt64]) throws {
        guard !slots.isEmpty else { return }
        try keys.erase(slots)
        try store.environment.write { transaction throws in
            for slot in slots {
                for item in try transaction.items(of: slot, in: store) {
                    let key = item.key.bytes
                    try transaction.delete(key.rawSpan, in: store.items)
                }
                try transaction.delete(slot, in: store.erasing)
            }
        }
    }
}
