public import Ledger

/// One decision, however many events it took: an operator's act; a proposal with its approvals and what came of it; an
/// emergency act with its review; a look at personal data.
public struct DecisionEntry: Equatable, Sendable {
    /// Of `what`.
    public let position: UInt64
    public let recordedAt: Instant
    /// The act; of a proposal that came to nothing so far, the proposal.
    public let what: Event
    /// Every event of the act: a partner's settlement is up to three.
    public let acts: [Event]
    /// Who asked for it: the operator, the proposer, who broke the glass.
    public let decidedBy: String
    public let why: String?
    /// Position of the proposal, if there was one, and who made it.
    public let proposal: UInt64?
    public let proposedBy: String?
    /// Who agreed, in order.
    public let approvedBy: [String]
    public let state: State

    public enum State: Equatable, Sendable {
        case done
        /// Waits for so many approvals more, until then.
        case open(missing: Int, expiresAt: Instant)
        /// Nobody agreed in time.
        case expired(at: Instant)
        case withdrawn(by: String, at: Instant, because: String?)
        /// Done alone; `nil` while it waits for its review.
        case emergency(Review?)
    }

    public struct Review: Equatable, Sendable {
        public let position: UInt64
        public let verdict: ApprovalsCommand.Verdict
        public let by: String
        public let recordedAt: Instant
        public let note: String?
    }

    /// What was proposed, if it was.
    public var command: Command? { what.tail.bytes(.heldCommand).flatMap { try? Command(canonical: $0) } }
}

extension Decided {
    /// Every decision, in the order of `what`. `now` tells open proposals from expired ones.
    public func entries(now: Instant) -> [DecisionEntry] {
        let approvals = references(.approved)
        let withdrawals = references(.withdrawn)
        let reviews = references(.glassReviewed)
        let hands = hands
        var carriedOut: Set<UInt64> = []
        var found: [DecisionEntry] = []
        for group in groups {
            // What an approval or an emergency led to stands behind it in its group.
            guard let act = group.first(where: { ![.approved, .glassBroken, .withdrawn, .glassReviewed, .refused, .proposed].contains($0.kind) })
            else { continue }
            let behind = hands[act.position]
            if let proposal = behind?.proposal { carriedOut.insert(proposal.position) }
            let acts = group.filter { $0.position >= act.position }
            let because = (behind?.proposal ?? behind?.glass)?.tail.text(.because)
            found.append(
                DecisionEntry(
                    position: act.position, recordedAt: act.recordedAt, what: act, acts: acts, decidedBy: behind?.asked ?? actor(act),
                    why: because ?? act.tail.text(.reason) ?? act.tail.text(.purpose), proposal: behind?.proposal?.position,
                    proposedBy: behind?.proposal.map(actor), approvedBy: behind?.approved ?? [],
                    state: behind?.glass.map { .emergency(reviews[$0.position]?.last.flatMap(review)) } ?? .done))
        }
        for event in events where event.kind == .proposed && !carriedOut.contains(event.position) {
            let approved = approvals[event.position] ?? []
            found.append(
                DecisionEntry(
                    position: event.position, recordedAt: event.recordedAt, what: event, acts: [event], decidedBy: actor(event),
                    why: event.tail.text(.because), proposal: event.position, proposedBy: actor(event), approvedBy: approved.map(actor),
                    state: state(of: event, approved, withdrawals[event.position]?.last, now)))
        }
        return found.sorted { $0.position < $1.position }
    }

    private func state(of proposal: Event, _ approved: [Event], _ withdrawn: Event?, _ now: Instant) -> DecisionEntry.State {
        if let withdrawn { return .withdrawn(by: actor(withdrawn), at: withdrawn.recordedAt, because: withdrawn.tail.text(.because)) }
        let expiresAt = Instant(microseconds: proposal.tail.number(.expiresAt) ?? .max)
        guard now < expiresAt else { return .expired(at: expiresAt) }
        let needed = Int(proposal.tail.bytes(.approvalsNeeded)?.first ?? 1)
        return .open(missing: max(0, needed - approved.count), expiresAt: expiresAt)
    }

    private func review(_ event: Event) -> DecisionEntry.Review? {
        guard let verdict = event.tail.bytes(.verdict)?.first.flatMap(ApprovalsCommand.Verdict.init(rawValue:)) else { return nil }
        return DecisionEntry.Review(
            position: event.position, verdict: verdict, by: actor(event), recordedAt: event.recordedAt, note: event.tail.text(.reason))
    }

    /// The events of one command together; those of other kinds are not among them.
    private var groups: [[Event]] {
        var groups: [[Event]] = []
        var first: UInt64?
        for event in events {
            let start = event.position - min(event.position, UInt64(event.groupIndex))
            if start == first { groups[groups.count - 1].append(event) } else { groups.append([event]) }
            first = start
        }
        return groups
    }
}
