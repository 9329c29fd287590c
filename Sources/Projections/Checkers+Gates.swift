internal import Ledger

extension Books {
    /// Every line of the gates' part of the books that differs from the audit's.
    func differences(from gates: Audit.Gates) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ mine: T, _ theirs: T) {
            if mine != theirs, found.count < Audit.mostFindings { found.append("\(what): \(mine), should be \(theirs)") }
        }
        compare("launched at", launchedAt, gates.launchedAt)
        compare("mandated reset", access.mandate, gates.mandate)
        compare("voids", controls.voids.sorted(), gates.voids.sorted())
        compare("erased persons", erasedPersons.sorted(), gates.erased.sorted())
        compare("principals", actors.count, gates.names.count)
        for (ordinal, name) in gates.names { compare("principal \(ordinal)", actors.name(ordinal), name) }
        compare("sessions begun", access.sessionCount, gates.sessionCount)
        compare("live sessions", access.liveSessions.count, gates.sessions.count)
        let live = access.liveSessions
        for (ordinal, session) in gates.sessions { compare("session \(ordinal)", live[ordinal], session.account) }
        for (ordinal, person) in gates.persons { compare("account \(ordinal)'s person", self.person(of: ordinal), person) }
        for (person, count) in gates.open { compare("open accounts of \(person)", openAccounts(of: person), count) }
        compare("persons", persons.count, gates.open.count)
        for ordinal in gates.persons.keys { compare("account \(ordinal)'s reset", lastReset(ordinal), gates.resets[ordinal] ?? 0) }
        return found + differencesInDecisions(gates)
    }

    private func differencesInDecisions(_ gates: Audit.Gates) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ mine: T, _ theirs: T) {
            if mine != theirs, found.count < Audit.mostFindings { found.append("\(what): \(mine), should be \(theirs)") }
        }
        // What is over may be forgotten or not.
        let mine = controls.all.filter { $0.until > now }
        let theirs = gates.controls.filter { $0.until > now }
        compare("controls", mine.map(\.position), theirs.map(\.position))
        for (mine, theirs) in zip(mine, theirs) {
            compare("control \(mine.position) stops", mine.stops.rawValue, theirs.stops)
            compare("control \(mine.position) begins", mine.effectiveAt, theirs.from)
            compare("control \(mine.position) ends", mine.until, theirs.until)
        }
        for name in Set(approvals.staff.keys).union(gates.staff.keys).sorted() {
            compare("roles of \(name)", Set(approvals.roles(name).all), gates.roles(name))
            compare("person of \(name)", approvals.person(name), gates.person(name))
        }
        compare("emergency acts without a review", approvals.unreviewed, gates.unreviewed)
        for (position, proposal) in approvals.proposals {
            guard let theirs = gates.proposals[position] else {
                found.append("proposal \(position) is not open")
                continue
            }
            compare("proposal \(position)", proposal.command.canonicalBytes(occurredAt: nil), theirs.bytes)
            compare("proposer of \(position)", proposal.proposer, theirs.proposer)
            compare("approvers of \(position)", proposal.approvers, theirs.approvers)
            compare("approvals needed for \(position)", proposal.needed, theirs.needed)
            compare("end of proposal \(position)", proposal.expiresAt, theirs.expiresAt)
        }
        // A week after it expired one may be forgotten.
        for (position, proposal) in gates.proposals where proposal.expiresAt + 604_800 > now && approvals.proposals[position] == nil {
            found.append("proposal \(position) is missing")
        }
        return found
    }
}
