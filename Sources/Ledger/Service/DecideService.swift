/// The service desk's rules.
func decide(_ books: Books, _ command: ServiceCommand, _ now: Instant, _ rules: inout Rules) -> [Event] {
    switch command {
    case .setPolicy(let policy):
        rules.require(books.policyVersion < UInt16.max, .policyVersionsExhausted)
        var event = Event(.policySet)
        policy.write(to: &event.tail)
        return [event]
    case .advanceClock(let instant):
        rules.require(books.genesis.clock == .scenario, .realClock)
        rules.require(instant >= now, .clockBackwards)
        return [Event(.clockAdvanced)]
    case .confirmClock:
        rules.require(books.genesis.clock == .system, .scenarioClock)
        return [Event(.clockConfirmed)]
    }
}
