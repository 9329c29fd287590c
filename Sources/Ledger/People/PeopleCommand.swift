/// The people desk: who looks at a person's data, and who has it destroyed. The values themselves are the vault's.
public enum PeopleCommand: Equatable, Sendable {
    /// Reads what the vault keeps of a person. The reading is an event, recorded before anything is shown.
    case view(person: String, purpose: String)
    /// Destroys the person's key, and with it every personal value; the log keeps pseudonyms. Needs an approval.
    case erase(person: String, reason: String)

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .view(let person, let text), .erase(let person, let text):
            bytes.add(person)
            bytes.add(text)
        }
    }

    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        guard name == .erasePerson else { return nil }
        self = .erase(person: try bytes.text(), reason: try bytes.text())
    }

    func check() throws(Malformed) {
        switch self {
        case .view(let person, let purpose):
            try TextRule.check(person, "person")
            try TextRule.check(purpose, "purpose", limit: TextRule.noteLimit)
        case .erase(let person, let reason):
            try TextRule.check(person, "person")
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        }
    }
}

/// The people desk's rules.
func decide(
    _ books: Books, _ command: PeopleCommand, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    switch command {
    case .view(let person, let purpose):
        rules.require(books.persons.ordinal(of: person) != nil, .personUnknown)
        var event = Event(.personalDataViewed)
        event.tail.add(.person, person)
        event.tail.add(.purpose, purpose)
        return [event]
    case .erase(let person, let reason):
        guard let ordinal = books.persons.ordinal(of: person) else {
            rules.require(false, .personUnknown)
            return []
        }
        rules.require(!books.erased.contains(ordinal), .personErased)
        rules.require(books.openAccounts[Int(ordinal) - 1] == 0, .personHasOpenAccounts)
        requireNothingOpen(books, ordinal, evidence, now, &rules)
        var event = Event(.personErased)
        event.tail.add(.person, person)
        event.tail.add(.reason, reason)
        return [event]
    }
}

/// A person is not forgotten while a refund, a compensation or a legal hold is open, or while books must be kept (帳簿の保存).
private func requireNothingOpen(_ books: Books, _ person: UInt32, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules) {
    for account in books.accounts(ofPerson: person) {
        let refund = books.balance(.refund(account)) + books.balance(.payoutInTransit(account))
        rules.require(refund == 0, .personHasOpenRefund, bound: refund)
        let compensation = books.balance(.compensation(account))
        rules.require(compensation == 0, .personHasOpenCompensation, bound: compensation)
        rules.require(!books.shutdown.legalHolds.contains(account), .personOnLegalHold)
        if books.policy.retentionSeconds > 0, let last = evidence.history(account).last {
            let until = last.recordedAt + books.policy.retentionSeconds
            rules.require(until <= now, .booksMustBeKept, bound: until.microseconds)
        }
    }
}
