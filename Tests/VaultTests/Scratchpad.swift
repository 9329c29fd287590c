import Foundation
import LMDB
import Ledger
import Testing

@testable import Vault

/// A folder for one test, removed with it, and the vaults in it.
final class Scratchpad: Sendable {
    static let ledger = [UInt8](1...16)

    let root: String
    /// The vault's folder, which is not there at first.
    var path: String { root + "/vault" }

    init() throws {
        root = FileManager.default.temporaryDirectory.appending(path: "vault-\(UUID().uuidString)").path()
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// Opens the vault for `body` and closes it again.
    @discardableResult
    func open<R>(_ path: String? = nil, ledger: [UInt8] = ledger, _ body: (Vault) throws -> R) throws -> R {
        try body(try Vault(path ?? self.path, ledger: ledger))
    }

    /// Why the vault does not open, or `body` fails.
    func failure(_ path: String? = nil, ledger: [UInt8] = ledger, _ body: (Vault) throws -> Void = { _ in }) -> VaultError? {
        do {
            try open(path, ledger: ledger, body)
            return nil
        } catch {
            return error as? VaultError
        }
    }

    /// A copy of a part of the vault as it is now, put in the place of the same part later. The vault is closed.
    func copy(_ part: String) throws -> String {
        let copy = root + "/" + UUID().uuidString
        try FileManager.default.copyItem(atPath: path + "/" + part, toPath: copy)
        return copy
    }

    func put(_ copy: String, in part: String) throws {
        try FileManager.default.removeItem(atPath: path + "/" + part)
        try FileManager.default.copyItem(atPath: copy, toPath: path + "/" + part)
    }

    func bytes(_ part: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: URL(fileURLWithPath: path + "/" + part))) }

    func write(_ bytes: [UInt8], to part: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path + "/" + part)) }

    func change(_ part: String, _ body: (inout [UInt8]) throws -> Void) throws {
        var bytes = try bytes(part)
        try body(&bytes)
        try write(bytes, to: part)
    }

    /// The key in a slot, as it stands in the file.
    func key(_ slot: Int) throws -> [UInt8] { Array(try bytes("keys")[slot * 64 + 8..<slot * 64 + 40]) }

    /// The files under the vault's folder that hold `needle`.
    func files(holding needle: [UInt8]) throws -> [String] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: path).sorted()
        #expect(names.contains("keys") && names.contains("pepper") && names.contains("data/data.mdb"))
        return try names.filter { name in
            let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + name)
            guard attributes[.type] as? FileAttributeType == .typeRegular else { return false }
            return try Data(bytes(name)).range(of: Data(needle)) != nil
        }
    }

    /// The vault's LMDB data, without the vault.
    func data<R>(_ body: (Store) throws -> R) throws -> R { try body(try Store(path + "/data")) }

    /// The items as they are stored, in order.
    func items() throws -> [([UInt8], [UInt8])] {
        try data { store in try store.environment.read { try $0.piece(of: store.items, from: []).entries } }
    }
}

extension Vault {
    func record(_ person: String?, _ kind: PersonalDatum.Kind, _ value: String) -> PersonalRecord {
        PersonalRecord(person: person, datum(kind, value))
    }

    func datum(_ kind: PersonalDatum.Kind, _ value: String) -> PersonalDatum {
        PersonalDatum(kind, value: value, pseudonym: pseudonym(kind, value))
    }

    @discardableResult
    func keep(_ person: String?, _ kind: PersonalDatum.Kind, _ value: String) throws -> Kept {
        try keep([record(person, kind, value)])
    }

    func value(_ person: String?, _ kind: PersonalDatum.Kind, _ value: String) throws -> String? {
        try read(person: person, kind: kind, pseudonym: pseudonym(kind, value))
    }
}

let (stored, known, refused) = (Vault.Kept(stored: 1), Vault.Kept(known: 1), Vault.Kept(refused: 1))
