internal import Foundation

/// Why the vault cannot be opened, or not do what was asked. Each says what to do next, and none tells a personal value.
public enum VaultError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The disk or the store under the vault failed; `cause` is its own sentence.
    case failed(path: String, cause: String)
    /// The vault was made for another ledger.
    case otherLedger(path: String)
    /// The pepper is missing, damaged, or not the one this vault was made with.
    case pepperDiffers(path: String)
    /// The first 64 bytes of the keys file are not its header.
    case headerDamaged(path: String)
    /// The keys file ends before slots that are in use.
    case keysTruncated(path: String, slots: UInt64, used: UInt64)
    /// One key is not as it was written.
    case keyDamaged(path: String, slot: UInt64)
    /// There are keys, and nothing that they open.
    case dataMissing(path: String, slots: UInt64)
    /// The entry of one person is not as it was written. The hash is the one that stands for the person in the data.
    case personDamaged(hash: String)
    /// One value does not open under its key.
    case itemDamaged(slot: UInt64, kind: UInt8, pseudonym: String)
    /// An item's key is none.
    case itemKeyDamaged(bytes: String)
    /// A value opens, but its pseudonym is another.
    case pseudonymDiffers(kind: UInt8, pseudonym: String)
    /// The key of an erased person is there (after a restore of an older keys file).
    case keyRemains(path: String, slot: UInt64)
    /// Two persons have one key.
    case slotShared(slot: UInt64)
    /// Items under a slot that is nobody's and no person's.
    case itemsUnowned(slot: UInt64)
    /// A value of a kind that this version does not know.
    case kindUnknown(kind: UInt8)
    /// Written by a later version.
    case notOfThisVersion(path: String, version: UInt64)

    public var description: String {
        switch self {
        case .failed(let path, let cause):
            "the vault in \(path) failed: \(cause). What was asked may not have been done; see to the disk and ask again"
        case .otherLedger(let path):
            "the vault in \(path) belongs to another ledger, and none of its values opens in this one; "
                + "give each ledger its own folder, or restore the vault that was backed up with this ledger"
        case .pepperDiffers(let path):
            "\(path) is not the pepper this vault was made with: equal values would get other pseudonyms and erased persons "
                + "would not be known. Restore this file (32 bytes) from any backup of this vault; it never changes"
        case .headerDamaged(let path):
            "the first 64 bytes of \(path) are damaged; no key is lost. Put the first 64 bytes of any backup of this "
                + "file in their place; they never change"
        case .keysTruncated(let path, let slots, let used):
            "\(path) ends after slot \(slots), but slots to \(used) are in use: the keys of slots \(slots + 1) to \(used) "
                + "are lost, and with them those persons' values. Append them from a backup of this file, and destroy again who "
                + "was erased since; without one, `truncate -s \((used + 1) * UInt64(Slot.size)) \(path)` gives them up "
                + "and lets the rest be read"
        case .keyDamaged(let path, let slot):
            "the key in slot \(slot) of \(path) is damaged: the values of one person cannot be read. Put the 64 bytes at "
                + "\(slot * UInt64(Slot.size)) of a backup of this file in their place, and destroy again who was erased since; "
                + "destroying the person gives the values up"
        case .dataMissing(let path, let slots):
            "\(path) holds nothing, but the keys file beside it has keys to slot \(slots): the persons, their values and who was "
                + "erased are missing. Restore this folder from a backup; do not begin anew beside these keys"
        case .personDamaged(let hash):
            "the vault's entry of the person with hash \(hash) is damaged: that person's values cannot be found. "
                + "Restore the vault's data folder from a backup and keep anew what was kept since"
        case .itemDamaged(let slot, let kind, let pseudonym):
            "the value of kind \(kind) with pseudonym \(pseudonym) in slot \(slot) does not open under its key: it was changed. "
                + "Restore the vault's data folder from a backup and keep anew what was kept since"
        case .itemKeyDamaged(let bytes):
            "the vault holds an item under \(bytes), which is no item's key: it was changed. "
                + "Restore the vault's data folder from a backup and keep anew what was kept since"
        case .pseudonymDiffers(let kind, let pseudonym):
            "the pseudonym \(pseudonym) is not that of its value (kind \(kind)) under this vault's pepper; "
                + "take pseudonyms from the vault that keeps the value"
        case .keyRemains(let path, let slot):
            "the key of an erased person is in slot \(slot) of \(path), as after a restore of an older keys file; "
                + "destroy that person again"
        case .slotShared(let slot):
            "two persons share the key in slot \(slot): the vault's data was changed. "
                + "Restore the vault's data folder from a backup, and destroy again who was erased since"
        case .itemsUnowned(let slot):
            "there are items under slot \(slot), which is no person's: entries of persons are missing. "
                + "Restore the vault's data folder from a backup and keep anew what was kept since"
        case .kindUnknown(let kind):
            "the vault holds a value of kind \(kind), which this version does not know; "
                + "read it with the version of motocho that wrote it"
        case .notOfThisVersion(let path, let version):
            "\(path) was written by another version (layout \(version)); open it with the version of motocho that wrote it"
        }
    }
}

extension VaultError {
    /// A failure of what lies below. Foundation keeps the system's own sentence inside its error.
    static func failed(_ path: String, _ error: any Error) -> VaultError {
        guard let error = error as? CocoaError else { return .failed(path: path, cause: "\(error)") }
        let inner = error.underlying.map { $0 as NSError }
        let reason = inner?.localizedFailureReason ?? inner?.localizedDescription ?? error.localizedDescription
        return .failed(path: path, cause: [error.filePath, reason].compactMap(\.self).joined(separator: ": "))
    }
}
