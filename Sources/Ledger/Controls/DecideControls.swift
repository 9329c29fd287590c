/// The controls desk's rules.
func decide(_ books: Books, _ command: ControlsCommand, _ now: Instant, _ rules: inout Rules) -> [Event] {
    switch command {
    case .activate(let stops, let effectiveAt, let until, let reason):
        let start = effectiveAt ?? now
        rules.require(start >= now, .effectiveInPast)
        rules.require(until.map { $0 > start } ?? true, .controlEndsBeforeItBegins)
        let covered = books.controls.all.contains { control in
            control.stops.isSuperset(of: stops) && control.effectiveAt <= start && control.until >= until ?? Instant(microseconds: .max)
        }
        rules.require(!covered, .alreadyStopped)
        rules.require(books.controls.all.count { $0.until > now } < Controls.most, .tooManyControls)
        var event = Event(.controlActivated)
        event.tail.add(.controlStops, number: Int64(stops.rawValue))
        event.tail.add(.effectiveAt, number: start.microseconds)
        if let until { event.tail.add(.until, number: until.microseconds) }
        event.tail.add(.reason, reason)
        return [event]
    case .lift(let position, let effectiveAt, let reason):
        guard let control = books.controls[position], control.until > now else {
            rules.require(false, .controlUnknown)
            return []
        }
        let end = effectiveAt ?? max(now, control.effectiveAt)
        rules.require(end >= now, .effectiveInPast)
        rules.require(end >= control.effectiveAt && end < control.until, .controlEndsBeforeItBegins)
        var event = Event(.controlLifted)
        event.reference = position
        event.tail.add(.effectiveAt, number: end.microseconds)
        event.tail.add(.reason, reason)
        return [event]
    case .confirmVoid(let refusal, let reference):
        rules.require(books.controls.voids.contains(refusal), .voidUnknown)
        var event = Event(.upstreamVoidConfirmed)
        event.reference = refusal
        event.tail.add(.partnerReference, reference)
        return [event]
    }
}

extension Controls {
    /// Controls that are not over, at one time.
    static let most = 1000
}
