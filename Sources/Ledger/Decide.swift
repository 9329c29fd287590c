/// What a rule must see of the past beyond the books. The writer fetches it from the log and from what is not yet
/// committed, and passes it in; the core reads nothing itself.
public enum Evidence: Sendable {
    case none
    /// The event at the position the command names; `nil` if there is none.
    case event(Event?)
    /// Every event of each account, oldest first.
    case histories([UInt64: [Event]])
    /// SHA-256 over the rows asked for.
    case digest([UInt8])

    /// The history of one account; empty if it was not asked for.
    func history(_ account: UInt64) -> [Event] {
        guard case .histories(let histories) = self else { return [] }
        return histories[account] ?? []
    }
}

public enum EvidenceNeed: Equatable, Sendable {
    case none
    case event(UInt64)
    /// Of these member accounts.
    case histories(of: [UInt64])
    case digest(of: RefundRows)
}

extension Command {
    /// What `decide` will want for this command.
    public func evidenceNeeded(_ books: Books) -> EvidenceNeed {
        switch self {
        case .money(.reversePayment(let account, let payment, _, _)):
            guard let ordinal = books.resolve(account), books.damage.needsHistory(ordinal) else { return .event(payment) }
            return .histories(of: [ordinal])
        case .money(.refund(let account, _, _, _)):
            guard let ordinal = books.resolve(account), books.damage.needsHistory(ordinal) else { return .none }
            return .histories(of: [ordinal])
        case .money(.correctCharge(let account, _, _, _)):
            guard let ordinal = books.resolve(account) else { return .none }
            return .histories(of: [ordinal])
        case .damage(let command): return command.evidenceNeeded(books)
        case .compensation(let command): return command.evidenceNeeded(books)
        case .shutdown(let command): return command.evidenceNeeded(books)
        case .people(.erase(let person, _)) where books.policy.retentionSeconds > 0:
            return books.persons.ordinal(of: person).map { .histories(of: books.accounts(ofPerson: $0)) } ?? .none
        // A held command is decided when it is proposed, and again with the last approval.
        case .approvals(.propose(let command, _)), .approvals(.breakGlass(let command, _)): return command.evidenceNeeded(books)
        case .approvals(.approve(let position)):
            guard let proposal = books.approvals.proposals[position] else { return .event(position) }
            return proposal.command.evidenceNeeded(books)
        case .approvals(.withdraw(let position, _)): return .event(position)
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
    let command = request.command
    let doers = command.doers
    if !doers.isEmpty {
        let roles = books.approvals.roles(request.principal.name)
        rules.require(!roles.isEmpty, .operatorRequired)
        rules.require(!roles.isDisjoint(with: doers), .roleRequired, bound: Int64(doers.rawValue))
        let approvals = command.approvalsNeeded(books)
        rules.require(approvals == 0, .approvalsRequired, bound: Int64(approvals))
    }
    admit(books, request, now, &rules)
    let events = books.decideAct(command, request, evidence, now, &rules)
    for event in events where event.hasPosting { rules.requireRoom(books, event) }
    if let worst = rules.worst { throw worst }
    return events
}

extension Books {
    /// The rules of a command's own desk, whoever may ask for it.
    func decideAct(_ command: Command, _ request: Request, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules) -> [Event] {
        switch command {
        case .accounts(let command): decide(self, command, request, &rules)
        case .money(let command): decide(self, command, request, evidence, now, &rules)
        case .service(let command): decide(self, command, now, &rules)
        case .access(let command): decide(self, command, request, now, &rules)
        case .controls(let command): decide(self, command, now, &rules)
        case .approvals(let command): decide(self, command, request, evidence, now, &rules)
        case .people(let command): decide(self, command, evidence, now, &rules)
        case .fraud(let command): decide(self, command, request, &rules)
        case .damage(let command): decide(self, command, request, evidence, &rules)
        case .compensation(let command): decide(self, command, evidence, now, &rules)
        case .shutdown(let command): decide(self, command, request, evidence, now, &rules)
        }
    }
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
        if index == 0, request.access != .none { stamp(&event, request.access) }
    }

    private func stamp(_ event: inout Event, _ given: Access) {
        // A login names the session it begins, a failed one has none.
        switch event.kind {
        case .loginSucceeded, .loginFailed, .loginsCounted: break
        default: event.session = given.session
        }
        event.authLevel = given.authentication?.level ?? 0
        guard given.via != nil || given.device != nil || given.address != nil || given.network != 0 || given.country != nil
            || given.authentication != nil
        else { return }
        var device: UInt32 = 0
        if let pseudonym = given.device {
            device = self.device(of: given)
            if device == 0 {
                // One event introduces one device: a binding its own.
                let named = event.tail.bytes(.device).flatMap { Pseudonym($0) }
                if named == nil || named == pseudonym { device = UInt32(access.devices.count) + 1 }
                if named == nil { event.tail.add(.device, bytes: pseudonym.bytes) }
            }
        }
        event.tail.add(AccessRecord(given, device: device))
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
        if rejection.code == .chargesStopped, case .money(.charge(_, let source, _, let reference, _)) = request.command {
            // Cash is in the till by then, and what has a partner's reference was authorised there.
            event.source = source
            event.tail.add(.partnerReference, reference)
            if source == .registerCash || source == .atmCash || reference != nil { event.tail.add(.voidDue, bytes: [1]) }
        }
        return event
    }
}

extension Command {
    /// Minor units the command asks to move; 0 if none.
    var askedAmount: Int64 {
        switch self {
        case .money(.charge(_, _, let amount, _, _)), .money(.pay(_, _, _, _, let amount)),
            .money(.reversePayment(_, _, let amount, _)), .money(.correctCharge(_, _, let amount, _)),
            .money(.refund(_, let amount, _, _)), .money(.settlePartner(_, let amount, _, _)),
            .money(.settleMerchant(_, let amount, _, _)), .money(.fundByOwner(let amount, _)),
            .money(.bookUnmatched(let amount, _, _)):
            amount.units
        case .approvals(.propose(let command, _)), .approvals(.breakGlass(let command, _)): command.askedAmount
        case .compensation(let command): command.askedAmount
        case .shutdown(let command): command.askedAmount
        case .accounts, .service, .access, .controls, .approvals, .people, .fraud, .damage: 0
        }
    }
}
