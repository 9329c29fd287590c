import Ledger
@testable import Scenario

/// A ledger in memory, driven as a writer drives it.
struct Playing {
    private(set) var books = Books()
    /// Accounts of payees, by what stands for them: what the bank sees of them.
    private var payees: [Pseudonym: InventedPayee] = [:]
    private var payeeOf: [UInt64: InventedPayee] = [:]
    private(set) var kinds: [EventKind: Int] = [:]
    private(set) var surprises: [String] = []
    private(set) var truths: [Truth] = []
    private var events: [Event] = []
    private var histories: [UInt64: [Event]] = [:]
    private var positions: Positions
    private var labels: [String: UInt64] = [:]
    private var sessions: [UInt32] = []
    private var keys: UInt64 = 0

    init(marks: Int) {
        positions = Positions(count: marks)
        var genesis = Genesis(ledgerID: Array(1...16), currency: .yen, clock: .scenario, founders: FirstDay.cast.operators).event
        genesis.recordedAt = FirstDay.cast.start
        genesis.occurredAt = FirstDay.cast.start
        keep(genesis)
    }

    mutating func play(_ act: Act) throws {
        if act.at != books.now { _ = try ask(.service(.advanceClock(to: act.at)), by: act.by) }
        switch act.asks {
        case .command(let command): note(act, try ask(command, by: act.by, act.access, occurredAt: act.occurredAt))
        case .later(let make):
            guard let command = make(positions) else { return surprises.append("\(act.at.shortText) \(act.by.name): a position is missing") }
            note(act, try ask(command, by: act.by, act.access, occurredAt: act.occurredAt))
        case .step(let step):
            var stage = Stage(positions: labels) { kind, value in
                Pseudonym(high: UInt64(kind.rawValue), low: value.utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
            }
            var access = step.access(&stage)
            if access.session > 0 { access.session = sessions[Int(access.session) - 1] }
            let event = try ask(step.command(&stage), by: step.who, access)
            if let label = step.label { labels[label] = event.position }
            if event.kind == .loginSucceeded { sessions.append(event.session) }
            if event.kind != .refused { take(act, event) }
        case .look(let list):
            var last: Event?
            for command in list(books, positions) {
                let event = try ask(command, by: act.by)
                note(act, event)
                last = event
            }
            if let mark = act.mark, let last { positions.set(mark, last.position) }
        case .payee(let payee, let make):
            let pseudonym = Pseudonym(high: 8, low: String(describing: payee).utf8.reduce(7) { $0 &* 31 &+ UInt64($1) })
            let event = try ask(make(pseudonym), by: act.by, act.access)
            note(act, event)
            if event.kind != .refused, let account = event.subject.memberOrdinal { payeeOf[account] = payee }
        case .paper(let paper): try play(paper, act)
        case .wait: break
        }
    }

    /// No files here: any hash does, and the bank answers by the payee's number.
    private mutating func play(_ paper: Act.Paper, _ act: Act) throws {
        let hash = Array(repeating: UInt8(7), count: 32)
        switch paper {
        case .file(let mark):
            guard let batch = positions[mark], let method = books.shutdown.batches[batch]?.method else { return }
            note(act, try ask(.shutdown(.recordFile(batch: batch, method == .bank ? .zengin : .certificates, contentHash: hash, bytes: 122)), by: act.by))
        case .release(let mark):
            guard let batch = positions[mark] else { return }
            note(act, try ask(.shutdown(.releaseBatch(batch, contentHash: hash)), by: act.by))
        case .result(let mark):
            guard let batch = positions[mark] else { return }
            let rows = events[(Int(batch) + 1)...].prefix { $0.kind == .refundBatched }
            let lines = rows.map { row in (row.subject.ordinal, row.stepAmount, answer(to: row.subject.ordinal)) }
            let paid = lines.count { $0.2 == .paid }
            note(act, try ask(.shutdown(.recordResult(batch: batch, contentHash: hash, paid: Int64(paid), returned: Int64(lines.count - paid))), by: act.by))
            for (account, amount, answer) in lines {
                let units = Amount(amount)!
                let command: ShutdownCommand = answer == .paid
                    ? .confirmPayout(.ordinal(account), units, batch: batch, reference: nil)
                    : .returnPayout(.ordinal(account), units, batch: batch, reason: "\(answer)")
                note(act, try ask(.shutdown(command), by: act.by))
            }
        }
    }

    private func answer(to account: UInt64) -> InventedBank.Answer {
        guard case .bank(_, _, _, _, let number, _)? = payeeOf[account] else { return .nameDiffers }
        return InventedBank.answer(to: number)
    }

    private mutating func note(_ act: Act, _ event: Event) {
        if (event.kind == .refused) != act.isRefused { surprises.append("\(act.at.shortText) \(act.by.name): \(event.kind.name) \(event.tail.number(.rejection) ?? 0)") }
        if event.kind != .refused { take(act, event) }
    }

    private mutating func take(_ act: Act, _ event: Event) {
        if let mark = act.mark { positions.set(mark, event.position) }
        if let truth = act.truth { truths.append(truth) }
    }

    private mutating func ask(_ command: Command, by who: Principal, _ access: Access = .none, occurredAt: Instant? = nil) throws -> Event {
        keys += 1
        let request = try Request(
            command, principal: who, key: CommandKey(high: 1, low: keys), fingerprint: keys, occurredAt: occurredAt, channel: .story, access: access)
        var decided: [Event]
        do throws(Rejection) {
            decided = try Ledger.decide(books, request, evidence(command), now: books.now)
        } catch {
            decided = [books.refusal(of: request, error)]
        }
        var now = books.now
        if case .service(.advanceClock(let instant)) = command { now = instant }
        for index in decided.indices {
            books.stamp(&decided[index], index: index, of: decided.count, request, now: now)
            keep(decided[index])
        }
        actByItself()
        return decided[decided.count - 1]
    }

    /// What the ledger does before anything else is asked of it.
    private mutating func actByItself() {
        while let due = books.dueAct(at: books.now) {
            var event: Event
            switch due {
            case .event(let one): event = one
            case .opening(let opening, let rows):
                event = opening
                event.tail.add(ActSize(count: Int64(rows.count), total: rows.total, digest: Array(repeating: 1, count: 32)))
            }
            books.stamp(&event, index: 0, of: 1, books.ownRequest(for: event), now: books.now)
            keep(event)
        }
    }

    private func evidence(_ command: Command) -> Evidence {
        switch command.evidenceNeeded(books) {
        case .none: .none
        case .event(let position): .event(position < UInt64(events.count) ? events[Int(position)] : nil)
        case .histories(let accounts): .histories(Dictionary(uniqueKeysWithValues: accounts.map { ($0, histories[$0] ?? []) }))
        case .digest: .digest(Array(repeating: 2, count: 32))
        }
    }

    private mutating func keep(_ event: Event) {
        books.evolve(event)
        events.append(event)
        kinds[event.kind, default: 0] += 1
        if let account = event.subject.memberOrdinal { histories[account, default: []].append(event) }
    }

    /// What events of a kind moved.
    func sum(_ kind: EventKind) -> Int64 { events.reduce(0) { $0 + ($1.kind == kind ? $1.amount : 0) } }

    /// Refunds the bank made and kept.
    var paidAfterTheEnd: Int64 {
        let end = Int(books.shutdown.terminated)
        return events[end...].reduce(0) { $0 + ($1.kind == .payoutConfirmed ? $1.amount : $1.kind == .refundSentBack ? -$1.amount : 0) }
    }

    /// People and yen with an active certification, of the events before each instant.
    func certified(before instants: [Instant]) -> [Spread.Figure] {
        instants.map { instant in
            var active: [String: Int64] = [:]
            for event in events where event.recordedAt < instant {
                guard let person = event.tail.text(.person) else { continue }
                switch event.kind {
                case .victimCertified, .certificationAmended: active[person] = Entitlement(reading: event.tail)?.total
                case .certificationRevoked: active[person] = nil
                default: break
                }
            }
            return Spread.Figure(people: active.count, yen: active.values.reduce(0, +))
        }
    }
}
