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
    case .launch(let reason):
        rules.require(books.launchedAt == nil, .alreadyLaunched)
        var event = Event(.serviceLaunched)
        event.tail.add(.reason, reason)
        return [event]
    case .publishNotice(let kind, let place, let hash, let note):
        var event = Event(.noticePublished)
        event.tail.add(.noticeKind, bytes: [kind.rawValue])
        event.tail.add(.noticePlace, place)
        event.tail.add(.contentHash, bytes: hash)
        event.tail.add(.reason, note)
        return [event]
    }
}
