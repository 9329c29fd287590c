internal import Ledger
internal import LMDB

extension Vault {
    /// What ``Vault/verify()`` found.
    public struct Report: Equatable, Sendable {
        /// Persons whose values are kept.
        public var persons = 0
        /// Persons who were erased.
        public var erased = 0
        /// Values that were opened and found right.
        public var items = 0
        /// Values whose key is destroyed and which are still to be removed, as after a restore of an older data folder.
        /// They cannot be read; to destroy their persons again removes them.
        public var unreadable = 0
        /// Slots that no person has: crashes leave them, and nothing uses them again.
        public var unusedSlots = 0
        /// All problems, counted.
        public var problemCount = 0
        /// The first hundred of them.
        public var problems: [VaultError] = []

        /// Whether there is no problem.
        public var isWhole: Bool { problemCount == 0 }

        mutating func add(_ problem: VaultError) {
            problemCount += 1
            if problems.count < 100 { problems.append(problem) }
        }
    }

    /// Checks everything: that each person has a slot of their own, that its checksum holds and it is erased when the person
    /// is, that each value opens under its key and has its pseudonym. May run while the vault is in use. Nothing is changed.
    ///
    /// - Throws: ``VaultError`` when the disk or LMDB fails. What is wrong in the vault is in the report.
    /// - Complexity: O(n) in persons and values, some microseconds each; a byte of memory a slot.
    public func verify() throws(VaultError) -> Report {
        try attempt {
            var report = Report()
            var slots = try SlotTable(keys)
            try verifyFiles(&report)
            try verifyPersons(&slots, &report)
            try verifyItems(slots, &report)
            report.unusedSlots = slots.unused
            return report
        }
    }

    /// What opening checks: it may be long ago.
    private func verifyFiles(_ report: inout Report) throws {
        let header = KeyFileHeader(ledger: ledger, pepperCheck: pepper.check)
        if try keys.header() != header { report.add(.headerDamaged(path: keys.path)) }
        let stored = try Folder.read(path + "/pepper").flatMap { Pepper($0) }
        if stored?.check != pepper.check { report.add(.pepperDiffers(path: path + "/pepper")) }
    }

    private func verifyPersons(_ slots: inout SlotTable, _ report: inout Report) throws {
        if slots.take(KeyFile.nobody), try keys.slot(KeyFile.nobody) == .damaged {
            report.add(.keyDamaged(path: keys.path, slot: KeyFile.nobody))
        }
        var next: [UInt8]? = []
        while let start = next {
            let piece = try store.environment.read { try $0.piece(of: store.persons, from: start) }
            next = piece.next
            for (person, stored) in piece.entries {
                guard let row = PersonRow(stored, person: person) else {
                    report.add(.personDamaged(hash: person.hexadecimal))
                    continue
                }
                if row.isErased { report.erased += 1 } else { report.persons += 1 }
                guard row.slot != 0 || !row.isErased else { continue }
                guard slots.take(row.slot) else {
                    report.add(.slotShared(slot: row.slot))
                    continue
                }
                try verify(row, &report)
            }
        }
    }

    private func verify(_ row: PersonRow, _ report: inout Report) throws {
        switch try keys.slot(row.slot) {
        case .damaged: report.add(.keyDamaged(path: keys.path, slot: row.slot))
        // Between the steps of an erasure it is not yet.
        case .live where row.isErased:
            if try store.environment.read({ try $0.get(row.slot, in: store.erasing) == nil }),
                try keys.slot(row.slot) != .erased {
                report.add(.keyRemains(path: keys.path, slot: row.slot))
            }
        case .live: break
        case .erased where !row.isErased:
            report.persons -= 1
            report.erased += 1
        case .erased: break
        }
    }

    private func verifyItems(_ slots: SlotTable, _ report: inout Report) throws {
        var next: [UInt8]? = []
        // Items of one slot are neighbours.
        var current: (slot: UInt64, state: Slot) = (0, .damaged)
        while let start = next {
            let piece = try store.environment.read { try $0.piece(of: store.items, from: start) }
            next = piece.next
            // A key may have been destroyed since the last piece.
            current.slot = 0
            for (bytes, sealed) in piece.entries {
                guard let item = ItemKey(bytes) else {
                    report.add(.itemKeyDamaged(bytes: bytes.hexadecimal))
                    continue
                }
                if item.slot != current.slot {
                    current = (item.slot, try keys.slot(item.slot))
                    if !slots.isTaken(item.slot) { report.add(.itemsUnowned(slot: item.slot)) }
                }
                switch current.state {
                case .live(let key): verify(item, sealed, key, &report)
                case .erased: report.unreadable += 1
                // The slot is reported once, with its person.
                case .damaged: break
                }
            }
        }
    }

    private func verify(_ item: ItemKey, _ sealed: [UInt8], _ key: [UInt8], _ report: inout Report) {
        do throws(VaultError) {
            let value = try open(sealed, item, key: key)
            guard let kind = PersonalDatum.Kind(rawValue: item.kind) else { throw .kindUnknown(kind: item.kind) }
            guard pseudonym(kind, value) == item.pseudonym else {
                throw .pseudonymDiffers(kind: item.kind, pseudonym: item.pseudonym.hexadecimal)
            }
            report.items += 1
        } catch {
            report.add(error)
        }
    }
}

/// Which slots persons have, of those that were there when it was made.
private struct SlotTable {
    private var taken: [Bool]

    init(_ keys: KeyFile) throws { taken = Array(repeating: false, count: Int(try keys.end())) }

    /// False when it is taken already. Slots made since are not followed.
    mutating func take(_ slot: UInt64) -> Bool {
        guard slot < taken.count else { return true }
        defer { taken[Int(slot)] = true }
        return !taken[Int(slot)]
    }

    func isTaken(_ slot: UInt64) -> Bool { slot >= taken.count || taken[Int(slot)] }

    /// Slot 0 is the header.
    var unused: Int { taken.dropFirst().count { !$0 } }
}

extension TableReader where Self: ~Copyable & ~Escapable {
    /// Some entries from `start` on, and where the next begin: no snapshot stays open for long.
    borrowing func piece(of table: Table, from start: [UInt8]) throws -> (entries: [([UInt8], [UInt8])], next: [UInt8]?) {
        var entries: [([UInt8], [UInt8])] = []
        var next: [UInt8]?
        try scan(table, from: start.rawSpan) { key, value in
            if entries.count == 1000 {
                next = [UInt8](key)
                return false
            }
            entries.append(([UInt8](key), [UInt8](value)))
            return true
        }
        return (entries, next)
    }
}
