import Ledger
import Testing

/// A ledger in memory, driven as a writer drives it: fetch the evidence from the events so far, decide, stamp, evolve.
struct Story {
    private(set) var books = Books()
    private(set) var events: [Event] = []
    /// Positions that rows have named: `A: charge …`.
    var labels: [String: UInt64] = [:]
    private var keys: UInt64 = 0
    /// Every request so far, and how many events there were before it.
    private(set) var asked: [(request: Request, first: Int)] = []
    /// Position of the last event of the last request, before what the ledger did of itself then.
    private(set) var answered: UInt64 = 0
    /// False: what the ledger is due to do by itself is left undone, for a test to do.
    var isActing = true

    static let opening = Instant("2019-07-01T09:00+09:00")!

    /// What became of a command: its events, or the rule it broke.
    typealias Outcome = Result<[Event], Rejection>

    init(
        clock: Genesis.ClockKind = .scenario, currency: Currency = .yen, founders: [String] = ["op-1", "op-2", "op-3"],
        opening: Instant = Self.opening
    ) {
        var genesis = Genesis(
            ledgerID: Array(1...16), currency: currency, clock: clock, founders: founders
        ).event
        genesis.recordedAt = opening
        genesis.occurredAt = opening
        keep(genesis)
    }

    private mutating func keep(_ event: Event) {
        books.evolve(event)
        events.append(event)
    }

    /// One thing that the ledger is due to do by itself.
    @discardableResult
    mutating func ownStep() -> Event? {
        guard let event = ownAct(&books) else { return nil }
        events.append(event)
        return event
    }

    func history(of subject: AccountCode) -> [Event] { events.filter { $0.subject == subject } }

    func evidence(for command: Command) -> Evidence {
        Self.evidence(command.evidenceNeeded(books), events[...])
    }

    /// What a need finds in a log, or in its beginning.
    static func evidence(_ need: EvidenceNeed, _ log: ArraySlice<Event>) -> Evidence {
        switch need {
        case .none: .none
        case .event(let position): .event(position < UInt64(log.count) ? log[Int(position)] : nil)
        case .histories(let accounts):
            .histories(Dictionary(uniqueKeysWithValues: accounts.map { account in (account, log.filter { $0.subject == .member(account) }) }))
        case .digest(let rows): .digest(digest(of: rows.words))
        }
    }

    /// Founders ask for what takes a role, the member-acting service for the rest, unless the row says who.
    static func usualPrincipal(_ command: Command) -> Principal {
        switch command {
        case .accounts(.close), .money(.correctCharge), .money(.refund), .money(.settlePartner), .money(.settleMerchant),
            .money(.fundByOwner), .money(.bookUnmatched), .service, .controls, .approvals, .access(.mandateReset),
            .access(.revokeSessions), .people, .compensation, .fraud(.activate):
            Principal(name: "op-1")
        // Founders agree to refunds, so that another must release them (`Story.ended`).
        case .shutdown(.releaseBatch): Principal(name: "t")
        case .shutdown(.claim), .shutdown(.correctPayee), .shutdown(.withdrawClaim): .anonymous
        case .shutdown: Principal(name: "op-1")
        case .fraud(.raise): .monitor
        case .fraud: Principal(name: "m")
        case .damage(.openDispute), .accounts, .money, .access: .anonymous
        // Founders certify nothing (`Desk`).
        case .damage: Principal(name: "c")
        }
    }

    /// Approvals an act takes besides who asks, said over again (design decision 15).
    func approvalsNeeded(_ command: Command) -> Int {
        switch command.name {
        case .refund, .correctCharge, .grantRole: 2
        case .liftControl, .revokeRole, .erasePerson: 1
        case .setPolicy: books.launchedAt == nil ? 0 : 1
        case .activateRules, .endHold: 1
        case .decideTermination, .rescheduleTermination, .withdrawTermination, .approveRefunds: 2
        case .liftLegalHold, .openClaims, .extendClaims, .acceptLateClaim, .reclaimSecurity: 1
        case .amendCertification, .revokeCertification, .linkAccounts, .agreeCompensation, .waiveRecoverable: 2
        case .label: if case .damage(.label(_, _, _, _, .some)) = command { 2 } else { 0 }
        case .certifyVictim:
            if case .damage(.certify(_, let sums, let grounds, _)) = command { sums.genuineUse > 0 ? 2 : grounds.pattern == nil ? 0 : 1 } else { 0 }
        default: 0
        }
    }

    @discardableResult
    mutating func ask(
        _ command: Command, by principal: Principal? = nil, occurredAt: Instant? = nil, access: Access = .none
    ) throws -> Outcome {
        keys += 1
        let request = try Request(
            command, principal: principal ?? Self.usualPrincipal(command), key: CommandKey(high: 7, low: keys),
            fingerprint: keys &* 31, occurredAt: occurredAt, channel: .story, access: access)
        let first = events.count
        do throws(Rejection) {
            let accepted = try accept(request, by: &books, evidence(for: command))
            events += accepted
            asked.append((request, first))
            answered = books.next - 1
            if isActing { events += ownActs(&books) }
            return .success(accepted)
        } catch {
            events += refuse(request, error, by: &books)
            asked.append((request, first))
            answered = books.next - 1
            if isActing { events += ownActs(&books) }
            return .failure(error)
        }
    }

    /// Founder 1 (or who is named) proposes, the other founders approve until it is done: the act's own events, or why not.
    @discardableResult
    mutating func approved(_ command: Command, by principal: Principal? = nil, occurredAt: Instant? = nil) throws -> Outcome {
        let who = principal ?? (command.isDamage ? Self.usualPrincipal(command) : Principal(name: "op-1"))
        let proposed = try ask(.approvals(.propose(command, because: "asked for")), by: who, occurredAt: occurredAt)
        guard case .success = proposed else { return proposed }
        let position = books.next - 1
        var outcome = proposed
        // Whoever takes a late claim down agrees to no refund: founders do.
        let approvers = command.name == .acceptLateClaim ? ["a"] : ["op-1", "op-2", "op-3"]
        for founder in approvers where founder != who.name && books.approvals.proposals[position] != nil {
            outcome = try ask(.approvals(.approve(proposal: position)), by: Principal(name: founder), occurredAt: occurredAt)
            guard case .success = outcome else { return outcome }
        }
        return outcome.map { $0.filter { $0.kind != .approved } }
    }

    /// Plays a table, a command a row, and compares each answer with what stands right of the bar:
    ///
    ///     A: charge 1 creditCard 3000  | ok balance 3000 receivable.creditCard 3000
    ///        pay 1 s-1 4000            | insufficient-balance 3000
    ///        correct 1 A 500           | ok chargeCorrected balance 2500
    ///
    /// `ok` may be followed by the kinds of the events, then by balances: `balance` is the last event's `balanceAfter`, the
    /// others name an account. A code may be followed by its bound. `as NAME` before the command says who asks, alone; without
    /// it, an act that takes approvals gets them (`approved`). `@+601` behind the command says that it occurred 601 seconds
    /// after now, `<app JP device d1>` with which access (`access`). Rows that begin with `--` are remarks. At the end the whole
    /// log is audited.
    mutating func play(_ table: String, _ here: SourceLocation = #_sourceLocation) throws {
        for row in table.split(separator: "\n") {
            let sides = row.split(separator: "|", maxSplits: 1).map { String($0) }
            guard let outcome = try ask(row: sides[0]) else { continue }
            if sides.count == 2 {
                let found = answer(outcome, like: sides[1])
                #expect(found == normal(sides[1]), "\(row)", sourceLocation: here)
            } else if case .failure(let rejection) = outcome {
                Issue.record("\(row): \(rejection.code.name)", sourceLocation: here)
            }
        }
        #expect(audit(events, books) == [], sourceLocation: here)
    }

    /// What became of a row's left side; `nil` of a remark.
    @discardableResult
    mutating func ask(row: String) throws -> Outcome? {
        var words = row.split(whereSeparator: { $0 == " " || $0 == "<" || $0 == ">" }).map { String($0) }
        guard let word = words.first, word != "--" else { return nil }
        var given = Access.none
        if let open = row.firstIndex(of: "<") {
            let inside = row[open...].dropFirst().prefix { $0 != ">" }.split(separator: " ").map { String($0) }
            words.removeLast(inside.count)
            given = try access(inside)
        }
        var label: String?
        if word.hasSuffix(":") { label = String(words.removeFirst().dropLast()) }
        var principal: Principal?
        if words.first == "as" {
            principal = Principal(name: words[1])
            words.removeFirst(2)
        }
        var occurredAt: Instant?
        if let last = words.last, last.hasPrefix("@") {
            occurredAt = books.now + Int64(last.dropFirst())!
            words.removeLast()
        }
        let command = try parse(words)
        let outcome =
            principal == nil && approvalsNeeded(command) > 0
            ? try approved(command, occurredAt: occurredAt)
            : try ask(command, by: principal, occurredAt: occurredAt, access: given)
        if let label { labels[label] = glassBroken(outcome) ?? answered }
        return outcome
    }

    /// An emergency act goes by its first event, not by what it did.
    private func glassBroken(_ outcome: Outcome) -> UInt64? {
        guard case .success(let events) = outcome, events.first?.kind == .glassBroken else { return nil }
        return events[0].position
    }

    private func normal(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

    /// The outcome in the words the row expects it in.
    private func answer(_ outcome: Outcome, like expected: String) -> String {
        switch outcome {
        case .failure(let rejection):
            return ([rejection.code.name] + (rejection.bound.map { [String($0)] } ?? [])).joined(separator: " ")
        case .success(let events):
            var words = ["ok"]
            let wanted = expected.split(separator: " ").dropFirst().map { String($0) }
            if wanted.contains(where: { EventKind(name: $0) != nil }) { words += events.map(\.kind.name) }
            for name in wanted where EventKind(name: name) == nil && Int64(name) == nil {
                words += [name, name == "balance" ? String(events.last!.balanceAfter) : balance(name).map { String($0) } ?? "?"]
            }
            return words.joined(separator: " ")
        }
    }

    /// `member.1`, `unclaimed.1`, `transit.1`, `store.s-1`, `receivable.point`, `fee.point`, `bank`, `equity`, `suspense`,
    /// `refund.1`, `security.deposit`, `hold.1`, `loss.1`, `compensation.1`, `recoverable.1`, `clearing.point`, `goodwill`.
    func balance(_ name: String) -> Int64? { account(name).map(books.balance) }

    func account(_ name: String) -> AccountCode? {
        let parts = name.split(separator: ".", maxSplits: 1).map { String($0) }
        let rest = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "member": return UInt64(rest).map { .member($0) }
        case "unclaimed": return UInt64(rest).map { .unclaimed($0) }
        case "transit": return UInt64(rest).map { .payoutInTransit($0) }
        case "store": return books.stores.ordinal(of: rest).map { .merchant(UInt64($0)) }
        case "receivable": return FundingSource(name: rest).map { .receivable($0) }
        case "fee": return FundingSource(name: rest).map { .partnerFee($0) }
        case "bank": return .bank
        case "equity": return .equity
        case "suspense": return .suspense
        case "hold": return UInt64(rest).map { .fraudHold($0) }
        case "loss": return UInt64(rest).map { .fraudLoss($0) }
        case "compensation": return UInt64(rest).map { .compensation($0) }
        case "recoverable": return UInt64(rest).map { .recoverable($0) }
        case "clearing": return FundingSource(name: rest).map { .partnerClearing($0) }
        case "goodwill": return .goodwillLoss
        case "refund": return UInt64(rest).map { .refund($0) }
        case "security": return SecurityForm(name: rest).map { .security($0) }
        default: return nil
        }
    }
}

/// The next thing the ledger is due to do by itself, done.
func ownAct(_ books: inout Books) -> Event? {
    guard let due = books.dueAct(at: books.now) else { return nil }
    var event: Event
    switch due {
    case .event(let one): event = one
    case .opening(let opening, let rows):
        event = opening
        event.tail.add(ActSize(count: Int64(rows.count), total: rows.total, digest: digest(of: rows.words)))
    }
    books.stamp(&event, index: 0, of: 1, books.ownRequest(for: event), now: books.now)
    books.evolve(event)
    return event
}

/// All that the ledger is due to do by itself, done.
func ownActs(_ books: inout Books) -> [Event] {
    var events: [Event] = []
    while let event = ownAct(&books) { events.append(event) }
    return events
}

/// Stands for the SHA-256 that the writer makes: the core takes it as it is given.
func digest(of words: [UInt64]) -> [UInt8] {
    var parts: [UInt64] = [1, 2, 3, 4]
    for word in words { for index in parts.indices { parts[index] = (parts[index] ^ word) &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(index) ^ parts[index] >> 29 } }
    return parts.flatMap { part in (0..<8).map { UInt8(truncatingIfNeeded: part >> (8 * $0)) } }
}

extension Command {
    var isDamage: Bool { if case .damage = self { true } else { false } }
}

/// Decides a request against the books and takes what follows into them, as a writer does.
func accept(_ request: Request, by books: inout Books, _ evidence: Evidence) throws(Rejection) -> [Event] {
    var events = try decide(books, request, evidence, now: books.now)
    var time = books.now
    if case .service(.advanceClock(let instant)) = request.command { time = instant }
    for index in events.indices {
        books.stamp(&events[index], index: index, of: events.count, request, now: time)
        books.evolve(events[index])
    }
    return events
}

/// Takes a refusal into the books, if it is one that is recorded.
func refuse(_ request: Request, _ rejection: Rejection, by books: inout Books) -> [Event] {
    guard rejection.code.isRecorded else { return [] }
    var event = books.refusal(of: request, rejection)
    books.stamp(&event, index: 0, of: 1, request, now: books.now)
    books.evolve(event)
    return [event]
}
