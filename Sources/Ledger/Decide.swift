/// What a rule must see of the past beyond the books. The writer fetches it from the log and from what is not yet
/// committed, and passes it in; the core reads nothing itself.
public enum Evidence: Sendable {
    case none
    /// The event at the position the command names; `nil` if there is none.
    case event(Event?)
    /// Every event of the account, oldest first.
    case history([Event])
}

public enum EvidenceNeed: Equatable, Sendable {
    case none
    case event(UInt64)
    case history(of: AccountCode)
}

extension Command {
    /// What `decide` will want for this command.
    public func evidenceNeeded(_ books: Books) -> EvidenceNeed {
        switch self {
        case .money(.reversePayment(_, let payment, _, _)): return .event(payment)
        case .money(.correctCharge(let account, _, _, _)):
            guard let ordinal = books.resolve(account) else { return .none }
            return .history(of: .member(ordinal))
        default: return .none
        }
    }
}

/// Decides one command against the books: the events that follow from it, or the rule it breaks. Pure: no clock, no
/// I/O, no randomness. The events still lack what only the log can give (`Books.stamp`).
///
/// - Parameters:
///   - evidence: what `command.evidenceNeeded` asked for.
///   - now: the ledger's time; on a scenario ledger `books.now`.
public func decide(_ books: Books, _ request: Request, _ evidence: Evidence, now: Instant) throws(Rejection) -> [Event] {
    var rules = Rules()
    if let occurredAt = request.occurredAt {
        rules.require(occurredAt <= now + Rules.clockTolerance, .occurredInFuture)
    }
    if request.command.needsOperator { rules.require(books.isOperator(request.principal), .operatorRequired) }
    let events =
        switch request.command {
        case .accounts(let command): decide(books, command, &rules)
        case .money(let command): decide(books, command, evidence, &rules)
        case .service(let command): decide(books, command, now, &rules)
        }
    for event in events where event.hasPosting { rules.requireRoom(books, event) }
    if let worst = rules.worst { throw worst }
    return events
}

/// Collects broken rules and keeps the one that comes first in the precedence, whatever order they are looked at in.
struct Rules {
    private(set) var worst: Rejection?

    /// How far ahead of the ledger's clock a sender's may be.
    static let clockTolerance: Int64 = 600

    mutating func require(_ holds: Bool, _ code: Rejection.Code, bound: Int64? = nil) {
        guard !holds, worst.map({ code < $0.code }) ?? true else { return }
        worst = Rejection(code, bound: bound)
    }

    /// Neither account of a posting may overflow.
    mutating func requireRoom(_ books: Books, _ event: Event) {
        require(
            Self.hasRoom(books.net(event.debit), for: event.amount) && Self.hasRoom(books.net(event.credit), for: -event.amount),
            .ledgerFull)
    }

    /// The edge lies one bit below the largest number, since the parts of one group may pass it together; what brings an
    /// account back towards zero always goes.
    private static func hasRoom(_ net: Int64, for change: Int64) -> Bool {
        let (sum, overflow) = net.addingReportingOverflow(change)
        return !overflow && (sum.magnitude <= Int64.max.magnitude / 2 || sum.magnitude < net.magnitude)
    }
}

extension Command {
    /// Acts that no member-acting service may do.
    var needsOperator: Bool {
        switch self {
        case .accounts(.close), .money(.correctCharge), .money(.refund), .money(.settlePartner), .money(.settleMerchant),
            .money(.fundByOwner), .money(.bookUnmatched), .service(.setPolicy), .service(.confirmClock):
            true
        case .accounts(.open), .accounts(.lock), .accounts(.unlock), .accounts(.resetCredentials), .money(.charge),
            .money(.pay), .money(.reversePayment), .service(.advanceClock):
            false
        }
    }
}

extension Books {
    /// Gives a decided event what only its place in the log can: position, times, group, chain, who asked. Call in
    /// order, `evolve` after each.
    public func stamp(_ event: inout Event, index: Int, of count: Int, _ request: Request, now: Instant) {
        event.position = next
        event.recordedAt = now
        event.occurredAt = request.occurredAt ?? now
        event.groupIndex = UInt8(index)
        event.groupCount = UInt8(count)
        event.previous = lastPosition(event.subject)
        event.channel = request.channel
        event.key = request.key
        event.fingerprint = request.fingerprint
        event.policyVersion = policyVersion
        event.actor = actorOrdinal(request.principal.name)
        if event.actor > UInt32(actors.count) { event.tail.add(.actorName, request.principal.name) }
    }

    /// The event that records a refusal, so that a retry is refused the same way.
    public func refusal(of request: Request, _ rejection: Rejection) -> Event {
        var event = Event(.refused)
        if let reference = request.command.account, let ordinal = resolve(reference), let account = member(ordinal) {
            event.subject = .member(ordinal)
            event.balanceAfter = account.balance
        }
        event.amount = request.command.askedAmount
        event.tail.add(.rejection, number: Int64(rejection.code.rawValue))
        if let bound = rejection.bound { event.tail.add(.rejectionBound, number: bound) }
        event.tail.add(.refusedCommand, bytes: [request.command.name.rawValue])
        return event
    }
}

extension Command {
    /// Minor units the command asks to move; 0 if none.
    var askedAmount: Int64 {
        switch self {
        case .money(.charge(_, _, let amount, _)), .money(.pay(_, _, _, _, let amount)),
            .money(.reversePayment(_, _, let amount, _)), .money(.correctCharge(_, _, let amount, _)),
            .money(.refund(_, let amount, _, _)), .money(.settlePartner(_, let amount, _, _)),
            .money(.settleMerchant(_, let amount, _, _)), .money(.fundByOwner(let amount, _)),
            .money(.bookUnmatched(let amount, _, _)):
            amount.units
        case .accounts, .service: 0
        }
    }
}
