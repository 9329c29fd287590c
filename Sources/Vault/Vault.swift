public import Ledger

/// Where personal values are kept, apart from the log, which holds their pseudonyms only.
///
///     pepper     32 random bytes, made once: the key of all pseudonyms
///     keys       a random key a person, in slots of 64 bytes that are overwritten in place
///     data/      LMDB: persons by a hash of their names, and their values, encrypted
///
/// What is kept for a person is encrypted under the person's own key (AES-256-GCM) and bound to the ledger, the person, the
/// kind and the pseudonym. To erase a person is to overwrite the key: what remains of the values anywhere, in free pages
/// or in backups of `data`, can then not be read. Backups of `keys` must be kept as short as erasure is promised, and the
/// promise needs a file system that overwrites in place (ext4, XFS; not Btrfs, ZFS or a volume with snapshots).
///
/// May be used from any thread, and the folder by more than one process. All calls block, those that write for as long as
/// the disk takes to sync: call them from a thread that may wait.
public final class Vault: Sendable {
    /// The folder.
    public let path: String

    let ledger: [UInt8]
    let store: Store
    let keys: KeyFile
    let pepper: Pepper

    /// Opens the vault in the folder `path`, and makes it there if it is not. Erasures that a crash interrupted are completed.
    ///
    /// - Parameter ledger: the ledger's id, 16 bytes; it traps for another number. Values open only in the ledger they were
    ///   kept for.
    /// - Throws: ``VaultError``: another ledger's vault; a pepper, a header or data that is missing or damaged; a keys file
    ///   that is too short; or the disk's or LMDB's own error, as when this process has the folder open already. A single
    ///   damaged key is no such error: it is found when it is needed, and by ``verify()``.
    /// - Complexity: O(1), and O(n) in the values of persons whose erasure was interrupted.
    public init(_ path: String, ledger: [UInt8]) throws(VaultError) {
        precondition(ledger.count == 16, "a ledger id has 16 bytes")
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        let parts = try Self.attempt(path) { try Self.open(path, ledger) }
        self.path = path
        self.ledger = ledger
        (store, keys, pepper) = parts
        try Self.attempt(path) { try completeErasures() }
    }

    /// The pseudonym of a value in its normal form: the first 128 bits of HMAC-SHA-256 (RFC 2104) under the vault's pepper,
    /// over the kind's number, a zero byte and the value's UTF-8. The same for ever; reads and writes nothing.
    public func pseudonym(_ kind: PersonalDatum.Kind, _ value: String) -> Pseudonym { pepper.pseudonym(kind, value) }

    /// Runs `body`, and makes any error of it the vault's own.
    static func attempt<R>(_ path: String, _ body: () throws -> R) throws(VaultError) -> R {
        do {
            return try body()
        } catch let error as VaultError {
            throw error
        } catch {
            throw .failed(path, error)
        }
    }

    func attempt<R>(_ body: () throws -> R) throws(VaultError) -> R { try Self.attempt(path, body) }

    /// The key in a slot; `nil` when it is erased.
    func key(in slot: UInt64) throws -> [UInt8]? {
        switch try keys.slot(slot) {
        case .live(let key): key
        case .erased: nil
        case .damaged: throw VaultError.keyDamaged(path: keys.path, slot: slot)
        }
    }

    /// What was sealed under `item`.
    func open(_ sealed: [UInt8], _ item: ItemKey, key: [UInt8]) throws(VaultError) -> String {
        guard let value = item.open(sealed, key: key, ledger: ledger) else {
            throw VaultError.itemDamaged(slot: item.slot, kind: item.kind, pseudonym: item.pseudonym.hexadecimal)
        }
        return value
    }
}
