public import Ledger

/// A charge that was refused though its money had been taken, and that nobody has given back yet.
public struct VoidDue: Equatable, Sendable {
    /// Position of the refusal; its name.
    public let refusal: UInt64
    /// Ordinal of the member account.
    public let account: UInt64
    public let source: FundingSource?
    public let amount: Int64
    /// The partner's.
    public let reference: String?
    public let recordedAt: Instant
}

extension Decided {
    /// What must be given back upstream, oldest first.
    public var voids: [VoidDue] {
        let confirmed = references(.upstreamVoidConfirmed)
        return events.filter { $0.kind == .refused && confirmed[$0.position] == nil }.map { refusal in
            VoidDue(
                refusal: refusal.position, account: refusal.subject.memberOrdinal ?? 0, source: refusal.source, amount: refusal.amount,
                reference: refusal.tail.text(.partnerReference), recordedAt: refusal.recordedAt)
        }
    }

    /// Who holds a role, by name; the person is the human being behind the principal.
    public func roles() -> [(principal: String, person: String, roles: [Role])] {
        var held: [String: Set<Role>] = [:]
        var persons: [String: String] = [:]
        for founder in founders {
            held[founder] = Set(Roles.founder.all)
            persons[founder] = founder
        }
        for event in events where event.kind == .roleGranted || event.kind == .roleRevoked {
            guard let principal = event.tail.text(.principal), let role = event.tail.bytes(.role)?.first.flatMap(Role.init(rawValue:))
            else { continue }
            if event.kind == .roleGranted {
                held[principal, default: []].insert(role)
                if persons[principal] == nil { persons[principal] = event.tail.text(.staffPerson) }
            } else {
                held[principal]?.remove(role)
            }
        }
        return held.filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }.map { principal, roles in
            (principal, persons[principal] ?? principal, roles.sorted { $0.rawValue < $1.rawValue })
        }
    }
}
