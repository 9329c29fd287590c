internal import Foundation
public import Journal
public import Ledger
public import Vault

/// Opens a ledger for writing together with the vault its personal values go to.
public enum Keeping {
    /// Throws `JournalError` or `VaultError`.
    @available(*, noasync)
    public static func open(
        _ directory: DataDirectory, checkpointEachCommit: Bool = false, onFailure: @escaping @Sendable (String) -> Void = { _ in }
    ) throws -> (writer: Writer, vault: Vault) {
        let vault = try vault(of: directory, try Ledgers.genesis(directory))
        let writer = try Ledgers.open(
            directory, checkpointEachCommit: checkpointEachCommit, custody: Custody(vault), onFailure: onFailure)
        return (writer, vault)
    }

    /// The vault of a ledger, for reading beside whoever writes.
    @available(*, noasync)
    public static func vault(of directory: DataDirectory, _ genesis: Genesis) throws -> Vault {
        try Vault(directory.vault, ledger: genesis.ledgerID)
    }
}

extension Custody {
    public init(_ vault: Vault) {
        self.init(keep: { try Self.keep($0, vault) }, destroy: { try vault.destroy($0) })
    }

    /// One person's damaged key must not stop everybody: that person's value is told as lost, the others are kept. The log
    /// has its pseudonym, and `motocho verify` names the damage.
    private static func keep(_ records: [PersonalRecord], _ vault: Vault) throws {
        guard records.count > 1 else {
            for record in records { try keep(record, vault) }
            return
        }
        do {
            try vault.keep(records)
        } catch {
            guard error.isOnePersons else { throw error }
            for record in records { try keep(record, vault) }
        }
    }

    private static func keep(_ record: PersonalRecord, _ vault: Vault) throws {
        do {
            try vault.keep([record])
        } catch {
            guard error.isOnePersons else { throw error }
            FileHandle.standardError.write(Data("motocho: a personal value is lost: \(error)\n".utf8))
        }
    }
}

extension VaultError {
    fileprivate var isOnePersons: Bool {
        switch self {
        case .keyDamaged, .personDamaged: true
        default: false
        }
    }
}
