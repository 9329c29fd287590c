/// The approvals desk: four eyes (相互牽制) and who has them.
public enum ApprovalsCommand: Equatable, Sendable {
    /// Asks that something be done once enough others agree.
    indirect case propose(Command, because: String)
    /// Agrees. With the last approval the command is decided again, and done.
    case approve(proposal: UInt64)
    /// Takes a proposal back: its proposer, or an operator.
    case withdraw(proposal: UInt64, because: String?)
    /// Does alone, in an emergency, what takes others' approval. Loud, and to be reviewed by another person.
    indirect case breakGlass(Command, because: String)
    /// Says of an emergency act whether it was justified.
    case review(act: UInt64, Verdict, note: String?)
    /// `person` tells principals of one human being apart from those of others; absent: the principal's name.
    case grant(principal: String, Role, person: String?)
    case revoke(principal: String, Role)

    public enum Verdict: UInt8, Named, Sendable {
        case justified = 1
        case unjustified = 2
    }

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .propose(let command, let because), .breakGlass(let command, let because):
            bytes.add(held: command)
            bytes.add(because)
        case .approve(let proposal): bytes.add(Int64(bitPattern: proposal))
        case .withdraw(let proposal, let because):
            bytes.add(Int64(bitPattern: proposal))
            bytes.add(because)
        case .review(let act, let verdict, let note):
            bytes.add(Int64(bitPattern: act))
            bytes.add(Int64(verdict.rawValue))
            bytes.add(note)
        case .grant(let principal, let role, let person):
            bytes.add(principal)
            bytes.add(Int64(role.rawValue))
            bytes.add(person)
        case .revoke(let principal, let role):
            bytes.add(principal)
            bytes.add(Int64(role.rawValue))
        }
    }

    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .grantRole: self = .grant(principal: try bytes.text(), try bytes.choice(), person: try bytes.textIfAny())
        case .revokeRole: self = .revoke(principal: try bytes.text(), try bytes.choice())
        default: return nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .propose(let command, let because):
            guard command.isProposable else {
                throw Malformed(field: "command", reason: "needs no approval; send it by itself")
            }
            try command.checkTexts()
            try TextRule.check(because, "because", limit: TextRule.noteLimit)
            try checkSize(command)
        case .breakGlass(let command, let because):
            guard command.isBreakable else {
                throw Malformed(field: "command", reason: "is not one of liftControl, setPolicy and revokeRole, which may be done alone in an emergency")
            }
            try command.checkTexts()
            try TextRule.check(because, "because", limit: TextRule.noteLimit)
            try checkSize(command)
        case .approve: break
        case .withdraw(_, let because): try TextRule.check(because, "because", limit: TextRule.noteLimit)
        case .review(_, _, let note): try TextRule.check(note, "note", limit: TextRule.noteLimit)
        case .grant(let principal, _, let person):
            try Self.checkPrincipal(principal)
            try TextRule.check(person, "person")
        case .revoke(let principal, _): try Self.checkPrincipal(principal)
        }
    }

    private static func checkPrincipal(_ name: String) throws(Malformed) {
        try TextRule.check(name, "principal")
        guard name != Principal.anonymous.name, name != Principal.monitor.name, name != Principal.ledger.name, !name.utf8.contains(UInt8(ascii: " ")) else {
            throw Malformed(field: "principal", reason: "is no name a token can have: no spaces, and none of anonymous, monitor and ledger")
        }
    }

    /// A held command must fit into one event beside what else stands there.
    private func checkSize(_ command: Command) throws(Malformed) {
        guard command.canonicalBytes(occurredAt: nil).count <= 1200 else {
            throw Malformed(field: "command", reason: "is too large to wait for approvals")
        }
    }
}
