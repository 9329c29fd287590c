public import Journal
public import Ledger

/// One person's file (調査記録): everything the log holds of the story, with its positions, for an authority or a review.
public struct CaseFile: Equatable, Sendable {
    /// Who stands for all the names the person goes by.
    public let person: String
    public let names: [String]
    /// Accounts the desks know, oldest first.
    public let accounts: [UInt64]
    /// Events strictly before this position.
    public let position: UInt64
    /// `nil`: nothing of it was judged or certified.
    public let line: DamageReport.PersonLine?
    /// Every event of the accounts, with what the desks, their partners and their approvers said about them. By position.
    public let events: [Event]
    /// The label in force of each charge and payment that has one.
    public let labels: [UInt64: Label]
}

extension Cases {
    /// The file of whoever goes by this name; `nil` if the desks know nobody of that name. O(events of the person's accounts +
    /// events of the desks).
    @available(*, noasync)
    public func file(of person: String, _ log: Log) throws -> CaseFile? {
        let root = standing(person)
        let accounts = accounts(of: root)
        guard !accounts.isEmpty else { return nil }
        var found: [UInt64: Event] = [:]
        func add(_ event: Event) { found[event.position] = event }
        for account in accounts {
            if let history = histories[account] {
                history.forEach(add)
            } else if let last = events.last(where: { $0.subject == .member(account) })?.position ?? openings[account] {
                try Statements.walk(log, back: last, to: 0, limit: .max).forEach(add)
            }
        }
        let names = Set(accounts.compactMap { self.names[$0] })
        // What speaks of those events, or of the person by name, without being of an account.
        for event in events where found[event.position] == nil {
            let isAbout = event.reference != 0 && found[event.reference] != nil && event.subject.isNone
            let held = event.kind == .proposed ? event.tail.bytes(.heldCommand).flatMap { try? Command(canonical: $0) } : nil
            if isAbout || held?.person.map({ names.contains($0) }) ?? false { add(event) }
        }
        for report in reports.values where accounts.contains(report.account) { add(report.event) }
        // The approvals behind an act stand before it in its group, those before the last in groups of their own.
        let starts = Set(found.values.filter { $0.groupIndex > 0 }.map { $0.position - UInt64($0.groupIndex) })
        let proposals = Set(events.filter { $0.kind == .approved && starts.contains($0.position) }.map(\.reference))
        for event in events where event.kind == .approved && proposals.contains(event.reference) { add(event) }
        for event in events where event.kind == .proposed && proposals.contains(event.position) { add(event) }
        var labels: [UInt64: Label] = [:]
        for account in accounts { attributions[account]?.labels.forEach { labels[$0.key] = $0.value.label } }
        return CaseFile(
            person: root, names: names.sorted(), accounts: accounts, position: position, line: report.persons.first { $0.person == root },
            events: found.values.sorted { $0.position < $1.position }, labels: labels)
    }
}

extension Command {
    /// Whom an act of the damage desk names.
    var person: String? {
        switch self {
        case .damage(.certify(let person, _, _, _)), .damage(.amend(let person, _, _)), .damage(.revoke(let person, _)): person
        default: nil
        }
    }
}
