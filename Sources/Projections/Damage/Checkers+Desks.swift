internal import Ledger

extension Books {
    /// Every line of the desks' part of the books that differs from the audit's.
    func differences(from desks: Audit.Desks) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ mine: T, _ theirs: T) {
            if mine != theirs, found.count < Audit.mostFindings { found.append("\(what): \(mine), should be \(theirs)") }
        }
        compare("rule sets", damage.ruleVersion, desks.ruleVersion)
        compare("open alerts", damage.alerts.keys.sorted(), desks.alerts.sorted())
        compare("accounts with labels", damage.labelled.sorted(), desks.stories.keys.sorted())
        compare("disputes", damage.disputes.keys.sorted(), desks.disputes.keys.sorted())
        for (position, dispute) in damage.disputes {
            guard let theirs = desks.disputes[position] else { continue }
            compare("dispute \(position)", [dispute.account] + dispute.events, [theirs.account] + theirs.events)
            compare("dispute \(position) is open", dispute.isOpen, theirs.isOpen)
            compare("who took dispute \(position) down", actors.name(dispute.openedBy) ?? "", theirs.by)
        }
        compare("reports", damage.reports.mapValues(\.account), desks.reports.mapValues(\.account))
        compare("reports' sources", damage.reports.mapValues(\.source), desks.reports.compactMapValues(\.source))
        compare("reversals", damage.reversals.mapValues(\.rawValue), desks.reversals)
        compare("unmatched reversals", damage.unmatched.mapValues(\.amount), desks.unmatched.mapValues(\.amount))
        compare("open offers", damage.offers, desks.offers)
        var certifications: [String: Audit.Desks.Certification] = [:]
        for (person, certified) in damage.certifications {
            certifications[persons.name(person) ?? ""] = .init(position: certified.position, amended: certified.amended, sums: certified.sums)
        }
        compare("certifications", certifications, desks.certifications)
        let linked = damage.linked.map { (persons.name($0.key) ?? "", persons.name($0.value) ?? "") }
        compare("linked persons", Dictionary(uniqueKeysWithValues: linked), desks.linked)
        return found
    }
}
