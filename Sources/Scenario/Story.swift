public import Ledger

/// A story is a list of steps: at some moment somebody asks for something. Played through the real write path into a
/// scenario ledger; the ledger's time moves from step to step.
public struct Step: Sendable {
    /// When it is asked; the ledger's clock is moved here first.
    public let at: Instant
    /// Who asks: a founding operator's name, or a member-acting service.
    public let who: Principal
    /// A name under which later steps can speak of the position this one is recorded at.
    public let label: String?
    /// What happens, in one line for people.
    public let telling: String
    /// The command; positions of earlier steps are handed in by label.
    public let command: @Sendable (_ positions: [String: UInt64]) -> Command
}

/// The names and rules a story's ledger begins with.
public struct Cast: Sendable {
    public let start: Instant
    public let operators: [String]
}
