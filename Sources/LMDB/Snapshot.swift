/// A read transaction: all tables as of one commit. It exists only as the parameter of ``Environment/read(_:)``.
///
/// Its operations are those of ``TableReader``.
public struct Snapshot: TableReader, ~Copyable, ~Escapable {
    @unsafe public let handle: TransactionHandle

    @_lifetime(immortal)
    init(_ handle: TransactionHandle) { unsafe self.handle = handle }
}
