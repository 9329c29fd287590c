import Foundation
import LMDB
import Ledger
import Testing

@testable import Vault

/// The states a crash leaves, put together from copies of the files.
@Suite struct CrashTests {
    let pad = try! Scratchpad()

    @Test func aSlotWrittenWithoutItsCommitIsNeverUsed() throws {
        try pad.open { try $0.keep("p-1", .mail, "a@b") }
        let data = try pad.copy("data")
        try pad.open { try $0.keep("p-2", .mail, "c@d") }
        try pad.put(data, in: "data")
        let lost = try pad.key(3)
        try pad.open { vault throws in
            #expect(try vault.all(of: "p-2") == .unknown)
            #expect(try vault.verify() == Vault.Report(persons: 1, items: 1, unusedSlots: 1))
            try vault.keep([vault.record("p-3", .mail, "e@f"), vault.record("p-2", .mail, "c@d")])
            #expect(try vault.value("p-3", .mail, "e@f") == "e@f")
            #expect(try vault.value("p-2", .mail, "c@d") == "c@d")
        }
        #expect(try pad.key(3) == lost)
        try pad.open { vault throws in #expect(try vault.verify() == Vault.Report(persons: 3, items: 3, unusedSlots: 1)) }
    }

    @Test(arguments: [1, 40, 63, 64, 100]) func aTornSlotAtTheEndIsNeverUsed(count: Int) throws {
        try pad.open { try $0.keep("p-1", .mail, "a@b") }
        try pad.change("keys") { $0 += [UInt8](repeating: 7, count: count) }
        try pad.open { vault throws in
            try vault.keep("p-2", .mail, "c@d")
            let report = try vault.verify()
            #expect(report == Vault.Report(persons: 2, items: 2, unusedSlots: (count + 63) / 64))
        }
        try pad.open { vault throws in #expect(try vault.value("p-2", .mail, "c@d") == "c@d") }
    }

    @Test func aKeyDestroyedBeforeItsItemsWereRemovedReadsAsErased() throws {
        try pad.open { vault in try vault.keep([vault.record("p-1", .mail, "a@b"), vault.record("p-2", .mail, "c@d")]) }
        let data = try pad.copy("data")
        try pad.open { try $0.destroy(["p-1"]) }
        try pad.put(data, in: "data")
        try pad.open { vault throws in
            #expect(try vault.all(of: "p-1") == .erased)
            #expect(try vault.value("p-1", .mail, "a@b") == nil)
            #expect(try vault.keep("p-1", .phone, "1") == refused)
            #expect(try vault.verify() == Vault.Report(persons: 1, erased: 1, items: 1, unreadable: 1))
            try vault.destroy(["p-1"])
            #expect(try vault.verify() == Vault.Report(persons: 1, erased: 1, items: 1))
        }
    }

    /// `overwritten`: whether the crash was after the key was overwritten or before, or in the midst of it (`nil`).
    @Test(arguments: [true, false, nil]) func openingCompletesAnErasure(overwritten: Bool?) throws {
        try pad.open { vault in try vault.keep([vault.record("p-1", .mail, "a@b"), vault.record("p-2", .mail, "c@d")]) }
        let (data, keys, key) = (try pad.copy("data"), try pad.copy("keys"), try pad.key(2))
        let person = try pad.open { vault throws in
            try vault.destroy(["p-1"])
            return vault.pepper.person("p-1")
        }
        try pad.put(data, in: "data")
        if overwritten != true { try pad.put(keys, in: "keys") }
        if overwritten == nil { try pad.change("keys") { for offset in 128..<148 { $0[offset] = 0 } } }
        // The first step.
        try pad.data { store in
            try store.environment.write { transaction throws in
                try transaction.put(person, PersonRow(slot: 2, isErased: true), in: store)
                try transaction.put(2, [1].rawSpan, in: store.erasing)
            }
        }
        try pad.open { vault throws in
            #expect(try pad.files(holding: key) == [])
            #expect(try vault.all(of: "p-1") == .erased)
            #expect(try vault.verify() == Vault.Report(persons: 1, erased: 1, items: 1))
            #expect(try vault.store.environment.read { try $0.count(in: vault.store.erasing) } == 0)
        }
    }

    @Test func aVaultThatWasNotMadeToTheEndIsMadeByTheNextOpening() throws {
        try pad.open { _ in }
        let (pepper, keys) = (try pad.bytes("pepper"), try pad.bytes("keys"))
        let stages: [(pepper: [UInt8]?, keys: [UInt8]?)] = [
            (nil, nil), ([], nil), (Array(pepper[..<9]), nil), ([UInt8](repeating: 0, count: 32), []), (pepper, nil),
            (pepper, []), (pepper, Array(keys[..<50])), (pepper, Array(keys[..<64])),
            (pepper, Array(keys[..<100])), (pepper, keys),
            (pepper, [UInt8](repeating: 0, count: 128)),
        ]
        for stage in stages {
            try FileManager.default.removeItem(atPath: pad.path)
            try FileManager.default.createDirectory(atPath: pad.path + "/data", withIntermediateDirectories: true)
            if let bytes = stage.pepper { try pad.write(bytes, to: "pepper") }
            if let bytes = stage.keys { try pad.write(bytes, to: "keys") }
            try pad.open { vault throws in
                let kept = try vault.keep([vault.record("p", .mail, "a@b"), vault.record(nil, .mail, "a@b")])
                #expect(kept == Vault.Kept(stored: 2))
            }
            try pad.open { vault throws in #expect(try vault.verify() == Vault.Report(persons: 1, items: 2)) }
            #expect(try stage.pepper != pepper || pad.bytes("pepper") == pepper)
            #expect(try stage.keys != keys || Array(pad.bytes("keys")[..<128]) == keys)
        }
    }
}
