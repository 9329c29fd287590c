internal import LMDB

/// Opening. A vault is made in the order pepper, keys, data, each durable before the next, and counts as made with the
/// commit of the first mark in the data. Whatever a crash leaves before that is completed by the next opening.
extension Vault {
    static func open(_ path: String, _ ledger: [UInt8]) throws -> (Store, KeyFile, Pepper) {
        let (pepperPath, keysPath, dataPath) = (path + "/pepper", path + "/keys", path + "/data")
        try Folder.make(path)
        try Folder.make(dataPath)
        let store = try Store(dataPath)
        if try store.environment.read({ try $0.allotted(in: store) }) == nil {
            try store.environment.write { transaction throws in
                // Another process may have been first.
                guard try transaction.allotted(in: store) == nil else { return }
                try make(path, ledger)
                try transaction.setAllotted(KeyFile.nobody, in: store)
            }
        }
        guard let pepper = try Folder.read(pepperPath).flatMap({ Pepper($0) }) else {
            throw VaultError.pepperDiffers(path: pepperPath)
        }
        let used = try store.environment.read { try $0.allotted(in: store) } ?? 0
        guard Folder.exists(keysPath) else { throw VaultError.keysTruncated(path: keysPath, slots: 0, used: used) }
        let keys = try KeyFile(keysPath)
        guard let header = try keys.header() else { throw VaultError.headerDamaged(path: keysPath) }
        guard header.ledger == ledger else { throw VaultError.otherLedger(path: path) }
        guard header.pepperCheck == pepper.check else { throw VaultError.pepperDiffers(path: pepperPath) }
        let whole = try keys.whole()
        guard whole > used else { throw VaultError.keysTruncated(path: keysPath, slots: whole - 1, used: used) }
        return (store, keys, pepper)
    }

    /// Pepper and keys of a vault in whose data nothing is.
    private static func make(_ path: String, _ ledger: [UInt8]) throws {
        try Folder.makeFile(path + "/keys")
        let keys = try KeyFile(path + "/keys")
        let end = try keys.end()
        guard end <= KeyFile.nobody + 1 else { throw VaultError.dataMissing(path: path + "/data", slots: end - 1) }
        // Whole already: either the crash was after this, or the data are lost, and may come back from a backup.
        if try keys.header() != nil, try keys.slot(KeyFile.nobody) != .damaged { return }
        let pepper = try makePepper(path + "/pepper")
        try keys.write(KeyFileHeader(ledger: ledger, pepperCheck: pepper.check), nobody: .random(Slot.keySize))
        try Folder.sync(path)
    }

    private static func makePepper(_ path: String) throws -> Pepper {
        if let pepper = try Folder.read(path).flatMap({ Pepper($0) }) {
            try Folder.sync(path)
            return pepper
        }
        let bytes = [UInt8].random(Pepper.size)
        try Folder.write(bytes, to: path)
        guard let pepper = Pepper(bytes) else { throw VaultError.pepperDiffers(path: path) }
        return pepper
    }
}
