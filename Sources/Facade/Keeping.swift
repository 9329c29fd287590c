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
        self.init(keep: { try vault.keep($0) }, destroy: { try vault.destroy($0) })
    }
}
