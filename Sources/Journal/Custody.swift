public import Ledger

/// Who keeps personal values for the writer: `keep` is durable when it returns, and called before the commit whose events
/// speak of the values; `destroy` is called after the commit that records an erasure. A failure stops the writer.
public struct Custody: Sendable {
    public var keep: @Sendable ([PersonalRecord]) throws -> Void
    public var destroy: @Sendable ([String]) throws -> Void

    public init(
        keep: @escaping @Sendable ([PersonalRecord]) throws -> Void, destroy: @escaping @Sendable ([String]) throws -> Void
    ) {
        self.keep = keep
        self.destroy = destroy
    }

    /// For a writer that is handed no personal value: it refuses to lose one.
    public static let none = Custody(
        keep: { _ in throw JournalError.noVault }, destroy: { _ in throw JournalError.noVault })
}
