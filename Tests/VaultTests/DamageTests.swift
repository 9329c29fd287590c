import Foundation
import LMDB
import Ledger
import Testing

@testable import Vault

@Suite struct DamageTests {
    let pad = try! Scratchpad()
    var keys: String { pad.path + "/keys" }

    init() throws {
        try pad.open { vault throws in
            try vault.keep([
                vault.record("p-1", .mail, "a@b"), vault.record("p-2", .mail, "c@d"), vault.record("p-3", .mail, "e@f"),
                vault.record(nil, .address, "192.0.2.1"),
            ])
        }
    }

    @Test(arguments: [0, 3, 8, 39, 44, 48, 63]) func aFlippedByteOfASlot(offset: Int) throws {
        try pad.change("keys") { $0[3 * 64 + offset] ^= 1 }
        let damaged = VaultError.keyDamaged(path: keys, slot: 3)
        try pad.open { vault throws in
            #expect(throws: damaged) { try vault.all(of: "p-2") }
            #expect(throws: damaged) { try vault.value("p-2", .mail, "c@d") }
            #expect(throws: damaged) { try vault.keep("p-2", .mail, "new") }
            #expect(try vault.keep("p-2", .mail, "c@d") == known)
            #expect(try vault.value("p-1", .mail, "a@b") == "a@b")
            #expect(try vault.keep("p-4", .mail, "g@h") == stored)
            var report = Vault.Report(persons: 4, items: 4)
            report.add(damaged)
            #expect(try vault.verify() == report)
            // Giving it up.
            try vault.destroy(["p-2"])
            #expect(try vault.all(of: "p-2") == .erased)
            #expect(try vault.verify() == Vault.Report(persons: 3, erased: 1, items: 4))
        }
    }

    @Test func aFlippedByteOfNobodysSlot() throws {
        try pad.change("keys") { $0[64 + 20] ^= 1 }
        try pad.open { vault throws in
            #expect(throws: VaultError.keyDamaged(path: keys, slot: 1)) { try vault.value(nil, .address, "192.0.2.1") }
            #expect(try vault.verify().problems == [.keyDamaged(path: keys, slot: 1)])
        }
    }

    @Test func slotsInEachOthersPlaceAreNoticed() throws {
        try pad.change("keys") { bytes in
            let second = Array(bytes[2 * 64..<3 * 64])
            bytes.replaceSubrange(2 * 64..<3 * 64, with: bytes[3 * 64..<4 * 64])
            bytes.replaceSubrange(3 * 64..<4 * 64, with: second)
        }
        try pad.open { vault throws in
            let problems = try vault.verify().problems
            #expect(problems.count == 2)
            for slot in [2, 3] as [UInt64] { #expect(problems.contains(.keyDamaged(path: keys, slot: slot))) }
        }
    }

    @Test(arguments: 0..<64) func aFlippedByteOfTheHeader(offset: Int) throws {
        try pad.change("keys") { $0[offset] ^= 1 }
        #expect(pad.failure() == .headerDamaged(path: keys))
    }

    @Test func anotherVersion() throws {
        try pad.change("keys") { bytes in
            var header = Array(bytes[..<48])
            header[15] = 2
            bytes.replaceSubrange(0..<64, with: Slot.sealed(header, 0))
        }
        #expect(pad.failure() == .notOfThisVersion(path: keys, version: 2))
    }

    @Test func aTruncatedKeysFileNamesWhatIsLost() throws {
        let whole = try pad.bytes("keys")
        #expect(whole.count == 5 * 64)
        for count in 64..<whole.count {
            try pad.write(Array(whole[..<count]), to: "keys")
            #expect(pad.failure() == .keysTruncated(path: keys, slots: UInt64(count / 64 - 1), used: 4), "\(count)")
        }
        for count in 0..<64 {
            try pad.write(Array(whole[..<count]), to: "keys")
            #expect(pad.failure() == .headerDamaged(path: keys), "\(count)")
        }
        try FileManager.default.removeItem(atPath: keys)
        #expect(pad.failure() == .keysTruncated(path: keys, slots: 0, used: 4))
        #expect(pad.failure() == .keysTruncated(path: keys, slots: 0, used: 4))
        // What the sentence advises.
        try pad.write(Array(whole[..<200]) + [UInt8](repeating: 0, count: 120), to: "keys")
        try pad.open { vault throws in
            #expect(try vault.value("p-1", .mail, "a@b") == "a@b")
            #expect(try vault.verify().problems.count == 2)
            #expect(throws: VaultError.keyDamaged(path: keys, slot: 4)) { try vault.all(of: "p-3") }
            #expect(try vault.keep("p-5", .mail, "x") == stored)
        }
        try pad.write(whole, to: "keys")
    }

    @Test func missingDataAreNotBegunAnew() throws {
        try FileManager.default.removeItem(atPath: pad.path + "/data")
        let missing = VaultError.dataMissing(path: pad.path + "/data", slots: 4)
        #expect(pad.failure() == missing)
        #expect(pad.failure() == missing)
    }

    @Test func aMissingOrOtherPepper() throws {
        let pepper = try pad.bytes("pepper")
        let differs = VaultError.pepperDiffers(path: pad.path + "/pepper")
        for other in [[], Array(pepper[..<31]), pepper + [0], pepper.reversed(), [UInt8](repeating: 0, count: 32)] {
            try pad.write(other, to: "pepper")
            #expect(pad.failure() == differs)
            #expect(try pad.bytes("pepper") == other)
        }
        try FileManager.default.removeItem(atPath: pad.path + "/pepper")
        #expect(pad.failure() == differs)
        try pad.write(pepper, to: "pepper")
        #expect(pad.failure() == nil)
    }

    @Test func anotherLedgersVaultDoesNotOpen() throws {
        #expect(pad.failure(ledger: [UInt8](repeating: 9, count: 16)) == .otherLedger(path: pad.path))
    }

    /// Even when the header says otherwise.
    @Test func valuesOpenInTheirOwnLedgerOnly() throws {
        let other = [UInt8](repeating: 9, count: 16)
        let check = try pad.open { $0.pepper.check }
        try pad.change("keys") { $0.replaceSubrange(0..<64, with: KeyFileHeader(ledger: other, pepperCheck: check).bytes) }
        try pad.open(ledger: other) { vault throws in
            let damaged = VaultError.itemDamaged(slot: 2, kind: 5, pseudonym: vault.pseudonym(.mail, "a@b").hexadecimal)
            #expect(throws: damaged) { try vault.value("p-1", .mail, "a@b") }
            #expect(throws: damaged) { try vault.all(of: "p-1") }
            #expect(try vault.verify().problemCount == 4)
        }
    }

    @Test func aFlippedByteOfAnItem() throws {
        let (key, sealed) = try item(0)
        for offset in sealed.indices {
            var changed = sealed
            changed[offset] ^= 1
            try write(key, changed)
            try pad.open { vault throws in
                let damaged = VaultError.itemDamaged(slot: key.slot, kind: key.kind, pseudonym: key.pseudonym.hexadecimal)
                #expect(throws: damaged) { try vault.value(nil, .address, "192.0.2.1") }
                #expect(try vault.verify().problems == [damaged])
            }
        }
        try write(key, [])
        try pad.open { vault throws in #expect(try vault.verify().problemCount == 1) }
    }

    @Test func anItemInAnotherPlaceDoesNotOpen() throws {
        let (first, second) = (try item(1), try item(2))
        try write(second.0, first.1)
        try pad.open { vault throws in
            #expect(throws: VaultError.itemDamaged(slot: 3, kind: 5, pseudonym: second.0.pseudonym.hexadecimal)) {
                try vault.value("p-2", .mail, "c@d")
            }
        }
    }

    /// Not even when it is the same person's.
    @Test func aValueOfAnotherKindOrPseudonymDoesNotOpen() throws {
        let (key, sealed) = try item(1)
        let kind = ItemKey(slot: key.slot, kind: .loginID, pseudonym: key.pseudonym)
        let other = Pseudonym(high: key.pseudonym.high, low: key.pseudonym.low ^ 1)
        let pseudonym = ItemKey(slot: key.slot, kind: .mail, pseudonym: other)
        for place in [kind, pseudonym] {
            try write(place, sealed)
            try pad.open { vault throws in
                let damaged = VaultError.itemDamaged(slot: 2, kind: place.kind, pseudonym: place.pseudonym.hexadecimal)
                #expect(throws: damaged) {
                    try vault.read(person: "p-1", kind: place == kind ? .loginID : .mail, pseudonym: place.pseudonym)
                }
                #expect(try vault.verify().problems.contains(damaged))
            }
        }
    }

    @Test func verifyRecomputesPseudonymsAndKnowsItsKinds() throws {
        var other = try item(1).0
        let (pseudonym, sealed) = try pad.open { vault in
            let pseudonym = vault.pseudonym(.mail, "another")
            other = ItemKey(slot: 2, kind: .mail, pseudonym: pseudonym)
            return (pseudonym, try other.seal("not that", key: pad.key(2), ledger: Scratchpad.ledger))
        }
        try write(other, sealed)
        let later = try #require(ItemKey(UInt64(2).bigEndianBytes + [200] + pseudonym.bytes))
        try write(later, later.seal("of a later version", key: pad.key(2), ledger: Scratchpad.ledger))
        try pad.open { vault throws in
            let differs = VaultError.pseudonymDiffers(kind: 5, pseudonym: pseudonym.hexadecimal)
            #expect(try vault.verify().problems == [differs, .kindUnknown(kind: 200)])
            #expect(throws: VaultError.kindUnknown(kind: 200)) { try vault.all(of: "p-1") }
        }
    }

    @Test func verifyFindsWhatReadingWouldNot() throws {
        let person = try pad.open { $0.pepper.person("p-1") }
        func problems(_ row: [UInt8]?) throws -> [VaultError] {
            try pad.data { store in
                try store.environment.write { transaction throws in
                    if let row {
                        try transaction.put(person.rawSpan, row.rawSpan, in: store.persons)
                    } else {
                        try transaction.delete(person.rawSpan, in: store.persons)
                    }
                }
            }
            return try pad.open { try $0.verify().problems }
        }
        #expect(try problems(nil) == [.itemsUnowned(slot: 2)])
        #expect(try problems(PersonRow(slot: 2, isErased: true).bytes(person: person)) == [.keyRemains(path: keys, slot: 2)])
        let shared = PersonRow(slot: 3, isErased: false).bytes(person: person)
        #expect(try problems(shared) == [.slotShared(slot: 3), .itemsUnowned(slot: 2)])
        let far = PersonRow(slot: 99, isErased: false).bytes(person: person)
        #expect(try problems(far) == [.keyDamaged(path: keys, slot: 99), .itemsUnowned(slot: 2)])
        var flipped = PersonRow(slot: 2, isErased: false).bytes(person: person)
        flipped[7] ^= 1
        let damaged = VaultError.personDamaged(hash: person.hexadecimal)
        #expect(try problems(flipped) == [damaged, .itemsUnowned(slot: 2)])
        // It does not lead to another's key.
        try pad.open { vault throws in
            #expect(throws: damaged) { try vault.destroy(["p-1"]) }
            #expect(try vault.value("p-2", .mail, "c@d") == "c@d")
        }
    }

    @Test func everySentenceSaysWhatToDo() throws {
        let taken = pad.root + "/file"
        try Data().write(to: URL(fileURLWithPath: taken))
        let error = try #require(pad.failure(taken))
        #expect("\(error)".contains("\(taken)/data: ") && "\(error)".contains("Not a directory"), "\(error)")
        try pad.open { _ throws in
            let error = try #require(pad.failure())
            #expect("\(error)".contains("this process has it open already"), "\(error)")
        }
        let all: [VaultError] = [
            error, .otherLedger(path: "v"), .pepperDiffers(path: "v"), .headerDamaged(path: "v"),
            .keysTruncated(path: "v", slots: 1, used: 2), .keyDamaged(path: "v", slot: 2), .dataMissing(path: "v", slots: 2),
            .personDamaged(hash: "00"), .itemDamaged(slot: 2, kind: 1, pseudonym: "00"), .itemKeyDamaged(bytes: "00"),
            .pseudonymDiffers(kind: 1, pseudonym: "00"), .keyRemains(path: "v", slot: 2), .slotShared(slot: 2),
            .itemsUnowned(slot: 2), .kindUnknown(kind: 9), .notOfThisVersion(path: "v", version: 2),
        ]
        let verbs = ["restore", "put", "append", "destroy", "take", "read it with", "open it with", "see to"]
        for error in all { #expect(verbs.contains { "\(error)".lowercased().contains($0) }, "\(error)") }
    }

    private func item(_ index: Int) throws -> (ItemKey, [UInt8]) {
        let entry = try pad.items()[index]
        return (try #require(ItemKey(entry.0)), entry.1)
    }

    private func write(_ key: ItemKey, _ sealed: [UInt8]) throws {
        try pad.data { store in try store.environment.write { try $0.put(key, sealed, in: store) } }
    }
}
