public import Ledger

/// A story is a list of steps: at some moment somebody asks for something. Played through the real write path into a
/// scenario ledger; the ledger's time moves from step to step.
public struct Step: Sendable {
    /// When it is asked; the ledger's clock is moved here first.
    public let at: Instant
    /// Who asks: an operator's name, or a member-acting service.
    public let who: Principal
    /// A name under which later steps can speak of the position this one is recorded at.
    public let label: String?
    /// What happens, in one line for people.
    public let telling: String
    /// The session, device and address behind it.
    public let access: @Sendable (inout Stage) -> Access
    public let command: @Sendable (inout Stage) -> Command

    init(
        _ at: Instant, by who: Principal, _ telling: String, label: String? = nil,
        access: @escaping @Sendable (inout Stage) -> Access = { _ in .none }, _ command: @escaping @Sendable (inout Stage) -> Command
    ) {
        self.at = at
        self.who = who
        self.label = label
        self.telling = telling
        self.access = access
        self.command = command
    }
}

/// What a step may speak of: positions of earlier ones, and personal values, which become pseudonyms on the way.
public struct Stage: Sendable {
    private let positions: [String: UInt64]
    private let pseudonym: @Sendable (PersonalDatum.Kind, String) -> Pseudonym
    /// The values the step spoke of, for the vault.
    public private(set) var personal: [PersonalDatum] = []

    public init(positions: [String: UInt64], pseudonym: @escaping @Sendable (PersonalDatum.Kind, String) -> Pseudonym) {
        self.positions = positions
        self.pseudonym = pseudonym
    }

    /// The position of the step with this label; 0 before it was recorded.
    public subscript(label: String) -> UInt64 { positions[label] ?? 0 }

    mutating func pseudonym(_ kind: PersonalDatum.Kind, _ value: String) -> Pseudonym {
        let pseudonym = pseudonym(kind, value)
        personal.append(PersonalDatum(kind, value: value, pseudonym: pseudonym))
        return pseudonym
    }
}

/// The names and rules a story's ledger begins with.
public struct Cast: Sendable {
    public let start: Instant
    public let operators: [String]
}

/// Who acts in the stories, and how their sentences are written.
enum Acting {
    static let app = Principal(name: "app")
    static let identity = Principal(name: "identity")
    static let chief = Principal(name: "operator-1")
    static let second = Principal(name: "operator-2")
    static let third = Principal(name: "operator-3")

    /// Something only operators do that others must agree to: proposed by the first, approved by as many as it takes.
    static func agreed(
        _ at: Instant, _ telling: String, because: String, approvals: Int, label: String,
        _ command: @escaping @Sendable (inout Stage) -> Command
    ) -> [Step] {
        let approvers = [(second, "operator-2"), (third, "operator-3")].prefix(approvals)
        let proposal = Step(at, by: chief, "\(telling): proposed", label: label) { .approvals(.propose(command(&$0), because: because)) }
        return [proposal]
            + approvers.enumerated().map { index, approver in
                let isLast = index + 1 == approvals
                return Step(
                    at + Int64(60 * (index + 1)), by: approver.0, "\(approver.1) approves" + (isLast ? ", and it is done" : ""),
                    label: isLast ? label + ", done" : nil
                ) { .approvals(.approve(proposal: $0[label])) }
            }
    }
}
