public import Journal
public import Ledger

/// What was decided before a position, and by whom: the one reading of the decision events that the command line, the
/// server and every look at the past share. Pure over the events.
public struct Decided: Sendable {
    /// The decision events, in order.
    public let events: [Event]
    /// Principals' names by their ordinals.
    public let actors: [UInt32: String]
    /// Every event before this one is taken in.
    public let position: UInt64
    let founders: [String]

    /// - Parameter events: every decision event and every one that names a principal, in order; others change nothing.
    public init(_ events: some Sequence<Event>, position: UInt64) {
        var decisions: [Event] = []
        var actors: [UInt32: String] = [:]
        var founders: [String] = []
        for event in events where event.position < position {
            if event.kind == .genesis {
                founders = Genesis(event)?.founders ?? []
                for founder in founders { Self.name(founder, &actors) }
            }
            // An ordinal is given once; the first event that has it says whose it is.
            if event.actor > UInt32(actors.count), let name = event.tail.text(.actorName) { Self.name(name, &actors) }
            if Decisions.isDecision(event.kind) || event.kind == .refused && event.tail.bytes(.voidDue) != nil { decisions.append(event) }
        }
        (self.events, self.actors, self.founders, self.position) = (decisions, actors, founders, position)
    }

    private static func name(_ name: String, _ actors: inout [UInt32: String]) { actors[UInt32(actors.count) + 1] = name }

    /// For a reader in a process of its own: the stored view if it serves, and the rest folded in memory.
    ///
    /// - Parameter end: take in events before this position; `.max` for all.
    @available(*, noasync)
    public static func read(log: Log, to end: UInt64 = .max) throws -> Decided {
        // A view that went further holds the past as well: its rows are never changed.
        if let stored = try? Views.stored(Decisions.self, log), stored.next > end { return try at(end, stored, log) }
        let view = try Views.read(Decisions.self, log, at: end)
        return try at(min(end, view.next), view, log)
    }

    @available(*, noasync)
    private static func at(_ end: UInt64, _ view: Decisions, _ log: Log) throws -> Decided {
        try Decided(events(view.positions(before: end), log), position: end)
    }

    @available(*, noasync)
    static func events(_ positions: [UInt64], _ log: Log) throws -> [Event] {
        try log.lookUp { event in
            try positions.map { position in
                guard let found = try event(position) else { throw JournalError.damaged("event \(position) is missing") }
                return found
            }
        }
    }

    /// Who asked for an event; empty where the ledger itself did.
    public func actor(_ event: Event) -> String { actors[event.actor] ?? "" }

    /// Events of one kind of thing that refer to an earlier one, by the one they refer to.
    func references(_ kinds: EventKind...) -> [UInt64: [Event]] {
        Dictionary(grouping: events.filter { kinds.contains($0.kind) }, by: \.reference)
    }
}

extension Views {
    /// What was decided before `end` (`nil`: of all that is taken in), with every event before `atLeast` taken in.
    @available(*, noasync)
    public func decided(to end: UInt64?, atLeast: UInt64) throws -> Decided {
        let (positions, next) = try decisionPositions(before: end ?? .max, atLeast: max(atLeast, min(end ?? 0, log.count)))
        return try Decided(Decided.events(positions, log), position: min(end ?? .max, next))
    }
}
