import Facade
import Foundation
import Journal
import Ledger
import Testing
import Vault

@Suite("Keeping")
struct KeepingTests {
    @Test("one person's damaged key loses that person's values and nobody else's")
    func damagedKey() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "motocho-keeping-\(UUID().uuidString)").path()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let ledger = Array(repeating: UInt8(7), count: 16)
        func record(_ vault: Vault, _ person: String, _ value: String) -> PersonalRecord {
            PersonalRecord(person: person, PersonalDatum(.mail, value: value, pseudonym: vault.pseudonym(.mail, value)))
        }
        do {
            let vault = try Vault(folder, ledger: ledger)
            try vault.keep([record(vault, "p-1", "a@mail.example")])
        }
        let keys = try FileHandle(forUpdating: URL(filePath: folder + "/keys"))
        // The header, nobody's key, then the first person's.
        try keys.seek(toOffset: 64 * 2 + 10)
        try keys.write(contentsOf: Data([0xFF, 0x00, 0xFF]))
        try keys.close()
        let vault = try Vault(folder, ledger: ledger)
        let both = [record(vault, "p-1", "b@mail.example"), record(vault, "p-2", "c@mail.example")]
        #expect(throws: VaultError.self) { try vault.keep(both) }
        try Custody(vault).keep(both)
        #expect(try vault.read(person: "p-2", kind: .mail, pseudonym: both[1].datum.pseudonym) == "c@mail.example")
        #expect(try !vault.verify().isWhole)
    }
}
