/// The fraud desk's rules.
func decide(_ books: Books, _ command: FraudCommand, _ request: Request, _ rules: inout Rules) -> [Event] {
    switch command {
    case .activate(let set, let reason):
        rules.require(books.damage.ruleVersion < UInt16.max, .ruleVersionsExhausted)
        var event = Event(.ruleSetActivated)
        set.write(to: &event.tail)
        event.tail.add(.reason, reason)
        return [event]
    case .raise(let alert):
        let ordinal = alert.account.flatMap { books.resolve($0) }
        rules.require(alert.account == nil || ordinal != nil, .accountUnknown)
        rules.require(alert.version > 0 && alert.version <= books.damage.ruleVersion, .ruleVersionUnknown)
        rules.require(alert.events.allSatisfy { $0 < books.next }, .eventUnknown)
        var event = Event(.alertRaised, subject: ordinal.map { .member($0) } ?? .none)
        event.balanceAfter = ordinal.flatMap { books.member($0)?.balance } ?? 0
        event.tail.add(.ruleVersion, number: Int64(alert.version))
        event.tail.add(.fraudRule, bytes: [alert.rule.rawValue])
        event.tail.add(.alertSubject, alert.subject)
        event.tail.add(.windowStart, number: alert.windowStart.microseconds)
        event.tail.add(.score, number: alert.score)
        event.tail.add(.events, positions: alert.events)
        return [event]
    case .clear(let position, let verdict, let note):
        rules.require(books.damage.alerts[position] != nil, .alertUnknown)
        var event = Event(.alertCleared)
        event.reference = position
        event.tail.add(.verdict, bytes: [verdict.rawValue])
        event.tail.add(.reason, note)
        return [event]
    }
}
