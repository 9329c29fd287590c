public import Ledger

/// One use of a switch, from the decision to its end (停止措置の記録).
public struct ControlSpan: Equatable, Sendable {
    /// Of the event that decided it; the control's name.
    public let position: UInt64
    public let stops: Stops
    /// Who asked for it: the operator, or the proposer where it took an approval.
    public let decidedBy: String
    /// Who agreed; empty where one operator did it alone.
    public let approvedBy: [String]
    public let recordedAt: Instant
    /// In force from then on, inclusive, …
    public let effectiveAt: Instant
    /// … to then, exclusive, by all that is known; `nil`: no end is known. One that was lifted before it began ends as it begins.
    public let until: Instant?
    public let reason: String
    /// The last decision to end it, if there is one.
    public let lift: Lift?
    /// True if it was lifted by one person alone, in an emergency.
    public let brokeGlass: Bool

    public struct Lift: Equatable, Sendable {
        public let position: UInt64
        /// Who asked for it.
        public let by: String
        public let recordedAt: Instant
        public let effectiveAt: Instant
        public let reason: String
        public let approvedBy: [String]
    }

    public func isInForce(at now: Instant) -> Bool { effectiveAt <= now && until.map { now < $0 } ?? true }
}

extension Decided {
    /// Every control there ever was, oldest first.
    public var controls: [ControlSpan] {
        let lifts = references(.controlLifted)
        let hands = hands
        return events.filter { $0.kind == .controlActivated }.map { event in
            let last = lifts[event.position]?.last
            let behind = hands[event.position]
            let behindLift = last.flatMap { hands[$0.position] }
            let planned = event.tail.number(.until).map { Instant(microseconds: $0) }
            return ControlSpan(
                position: event.position, stops: event.stops, decidedBy: behind?.asked ?? actor(event), approvedBy: behind?.approved ?? [],
                recordedAt: event.recordedAt, effectiveAt: event.effectiveAt, until: last?.effectiveAt ?? planned,
                reason: event.tail.text(.reason) ?? "",
                lift: last.map {
                    ControlSpan.Lift(
                        position: $0.position, by: behindLift?.asked ?? actor($0), recordedAt: $0.recordedAt, effectiveAt: $0.effectiveAt,
                        reason: $0.tail.text(.reason) ?? "", approvedBy: behindLift?.approved ?? [])
                },
                brokeGlass: behindLift?.glass != nil)
        }
    }

    /// What is stopped at an instant, as far as is known.
    public func stops(at now: Instant) -> Stops {
        controls.reduce(into: []) { stops, control in if control.isInForce(at: now) { stops.formUnion(control.stops) } }
    }

    /// Whose hands were on an act, by its position.
    struct Hands {
        var asked: String
        var approved: [String] = []
        /// The proposal it carries out, the emergency it was done in.
        var proposal: Event?
        var glass: Event?
    }

    /// Of every act that was not one operator's own.
    var hands: [UInt64: Hands] {
        let proposed = Dictionary(uniqueKeysWithValues: events.filter { $0.kind == .proposed }.map { ($0.position, $0) })
        let approvals = references(.approved)
        var found: [UInt64: Hands] = [:]
        var head: Event?
        for event in events {
            if event.groupIndex == 0 { head = event }
            guard let head, event.groupIndex > 0, head.position + UInt64(event.groupIndex) == event.position else { continue }
            switch head.kind {
            case .approved:
                let proposal = proposed[head.reference]
                found[event.position] = Hands(
                    asked: proposal.map(actor) ?? actor(head), approved: approvals[head.reference, default: []].map(actor), proposal: proposal)
            case .glassBroken: found[event.position] = Hands(asked: actor(head), glass: head)
            default: break
            }
        }
        return found
    }
}
