import Crypto
import Foundation
import LMDB
import Ledger
import Testing

@testable import Vault

@Suite struct KeepingTests {
    let pad = try! Scratchpad()

    @Test func whatIsKeptComesBackAfterReopening() throws {
        try pad.open { vault throws in
            #expect(try vault.keep("p-1", .mail, "taro@example.jp") == stored)
            #expect(try vault.keep("p-1", .phone, "+819012345678") == stored)
            #expect(try vault.keep("p-1", .mail, "a@example.jp") == stored)
            #expect(try vault.keep(nil, .address, "203.0.113.9") == stored)
            #expect(try vault.keep("p-2", .postal, "〒100-0001 東京都千代田区") == stored)
        }
        try pad.open(pad.path + "/") { vault throws in
            #expect(try vault.value("p-1", .mail, "taro@example.jp") == "taro@example.jp")
            #expect(try vault.value(nil, .address, "203.0.113.9") == "203.0.113.9")
            #expect(try vault.value("p-2", .postal, "〒100-0001 東京都千代田区") == "〒100-0001 東京都千代田区")
            #expect(try vault.value("p-2", .mail, "taro@example.jp") == nil)
            #expect(try vault.value("p-1", .loginID, "taro@example.jp") == nil)
            #expect(try vault.value("p-3", .mail, "taro@example.jp") == nil)
            #expect(try vault.value(nil, .mail, "taro@example.jp") == nil)
            #expect(
                try vault.all(of: "p-1")
                    == .kept([
                        vault.datum(.mail, "a@example.jp"), vault.datum(.mail, "taro@example.jp"),
                        vault.datum(.phone, "+819012345678"),
                    ]))
            #expect(try vault.all(of: "p-3") == .unknown)
            let report = try vault.verify()
            #expect(report == Vault.Report(persons: 2, items: 5))
            #expect(report.isWhole)
        }
    }

    @Test func valuesOfAnyLength() throws {
        try pad.open { vault throws in
            for count in [0, 1, 15, 16, 500, 5000] {
                let value = String(repeating: "é", count: count)
                try vault.keep("p", .device, value)
                #expect(try vault.value("p", .device, value) == value)
            }
            #expect(try vault.verify().items == 6)
        }
    }

    @Test func aPseudonymIsTheKeyedHashOfKindAndValue() throws {
        let pseudonym = try pad.open { $0.pseudonym(.mail, "taro@example.jp") }
        let pepper = try pad.bytes("pepper")
        #expect(pepper.count == 32)
        let mac = HMAC<SHA256>.authenticationCode(for: [5, 0] + Array("taro@example.jp".utf8), using: SymmetricKey(data: pepper))
        #expect(pseudonym.bytes == Array(mac.prefix(16)))
        try pad.open { vault throws in
            #expect(vault.pseudonym(.mail, "taro@example.jp") == pseudonym)
            #expect(vault.pseudonym(.loginID, "taro@example.jp") != pseudonym)
        }
        let other = try Scratchpad()
        #expect(try other.open { $0.pseudonym(.mail, "taro@example.jp") } != pseudonym)
    }

    @Test func equalValuesOfTwoPersonsLookEqualOnlyInTheirPseudonyms() throws {
        try pad.open { vault throws in
            try vault.keep([vault.record("p-1", .address, "192.0.2.7"), vault.record("p-2", .address, "192.0.2.7")])
        }
        let items = try pad.items()
        #expect(items.count == 2)
        let keys = try items.map { try #require(ItemKey($0.0)) }
        #expect(keys[0].pseudonym == keys[1].pseudonym && keys[0].slot != keys[1].slot)
        #expect(items[0].1 != items[1].1)
        #expect(try pad.key(2) != pad.key(3))
    }

    @Test func namesAreToldApartByTheirBytes() throws {
        // One text for Swift, two names for the ledger.
        let (composed, decomposed) = ("\u{E9}", "e\u{301}")
        try pad.open { vault throws in
            let kept = try vault.keep([vault.record(composed, .mail, "a@b"), vault.record(decomposed, .mail, "a@b")])
            #expect(kept == Vault.Kept(stored: 2))
            try vault.destroy([composed])
            #expect(try vault.all(of: composed) == .erased)
            #expect(try vault.all(of: decomposed) == .kept([vault.datum(.mail, "a@b")]))
            #expect(vault.pseudonym(.mail, composed) != vault.pseudonym(.mail, decomposed))
        }
    }

    @Test func noFileHoldsAPlainValueOrName() throws {
        let secrets = ["taro.yamada@example.jp", "yamada-person-name", "203.0.113.199"]
        try pad.open { vault throws in
            try vault.keep([vault.record(secrets[1], .mail, secrets[0]), vault.record(nil, .address, secrets[2])])
        }
        for secret in secrets { #expect(try pad.files(holding: Array(secret.utf8)) == []) }
        #expect(try pad.files(holding: pad.key(2)) == ["keys"])
        #expect(try pad.files(holding: pad.bytes("pepper")) == ["pepper"])
    }

    @Test func filesAreTheirOwnersAlone() throws {
        try pad.open { try $0.keep("p", .mail, "a@b") }
        for (name, mode) in [("", 0o700), ("/data", 0o700), ("/pepper", 0o600), ("/keys", 0o600), ("/data/data.mdb", 0o600)] {
            let attributes = try FileManager.default.attributesOfItem(atPath: pad.path + name)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == mode, "\(name)")
        }
    }

    @Test func whatIsKnownIsNotWrittenAgain() throws {
        try pad.open { vault throws in
            let records = (0..<1000).map { vault.record($0 % 7 == 0 ? nil : "p-\($0 % 50)", .device, "device-\($0)") }
            #expect(try vault.keep(records) == Vault.Kept(stored: 1000))
            let before = try vault.store.environment.info().lastTransaction
            let keys = try pad.bytes("keys")
            #expect(try vault.keep(records) == Vault.Kept(known: 1000))
            for record in records { #expect(try vault.keep([record]) == known) }
            #expect(try vault.keep([]) == Vault.Kept())
            #expect(try vault.store.environment.info().lastTransaction == before)
            #expect(try pad.bytes("keys") == keys)
            #expect(try vault.keep(records + [vault.record(nil, .mail, "x")]) == Vault.Kept(stored: 1, known: 1000))
            #expect(try vault.store.environment.info().lastTransaction == before + 1)
        }
    }

    @Test func oneCallMayRepeatItself() throws {
        try pad.open { vault throws in
            let record = vault.record("p", .mail, "a@b")
            #expect(try vault.keep([record, record, record]) == Vault.Kept(stored: 1, known: 2))
        }
        #expect(try pad.bytes("keys").count == 3 * 64)
    }

    @Test func aPseudonymOfAnotherValueIsRefused() throws {
        try pad.open { vault throws in
            let wrong = PersonalDatum(.mail, value: "a@b", pseudonym: vault.pseudonym(.mail, "b@a"))
            let records = [vault.record("p", .mail, "c@d"), PersonalRecord(person: "p", wrong)]
            let differs = VaultError.pseudonymDiffers(kind: 5, pseudonym: wrong.pseudonym.hexadecimal)
            #expect(throws: differs) { try vault.keep(records) }
            #expect(try vault.all(of: "p") == .unknown)
        }
    }

    @Test func manyThreadsKeepAtOnce() throws {
        try pad.open { vault throws in
            let counts = Locked((stored: 0, known: 0, refused: 0, failed: 0))
            DispatchQueue.concurrentPerform(iterations: 8) { worker in
                for round in 0..<40 {
                    do {
                        // Each value is kept by two workers.
                        let kept = try vault.keep([
                            vault.record("p-\(round)", .device, "d-\(worker / 2)"),
                            vault.record(nil, .address, "\(worker / 2).\(round)"),
                        ])
                        guard try vault.value("p-\(round)", .device, "d-\(worker / 2)") == "d-\(worker / 2)" else {
                            throw VaultError.slotShared(slot: 0)
                        }
                        counts.withLock { $0.stored += kept.stored; $0.known += kept.known; $0.refused += kept.refused }
                    } catch {
                        counts.withLock { $0.failed += 1 }
                    }
                }
            }
            #expect(counts.withLock { $0 == (320, 320, 0, 0) })
            #expect(try vault.verify() == Vault.Report(persons: 40, items: 320))
        }
        #expect(try pad.bytes("keys").count == 42 * 64)
    }
}
