import Ledger
import Testing

@testable import Scenario

/// The month against the ledger's own core: every act is accepted or refused as planned, and what is certified at the
/// published instants is what was published.
@Suite struct MonthPlayTests {
    @Test func playsAsPlanned() throws {
        let plan = MonthPlan(seed: 8, scale: 250)
        var stage = Playing(plan)
        for act in plan.acts() { try stage.play(act) }
        #expect(stage.surprises.isEmpty, "\(stage.surprises.prefix(10))")
        let figures = stage.certified(before: ["2019-07-11 24:00 JST", "2019-07-29 17:00 JST", "2019-07-31 17:00 JST"].map { Instant($0)! })
        let spread = plan.spread
        #expect(figures == [spread.firstCount, spread.secondCount, spread.lastCount])
        #expect(figures[1] == Spread.Figure(people: 807, yen: 38_605_335))
        #expect(figures[2] == Spread.Figure(people: 808, yen: 38_615_473))
        // What is certified at the end is what the attack really took, but for what members spent of it.
        let taken = stage.truths.reduce(0) { $0 + ($1.kind == .fraudCharge ? $1.amount : 0) }
        let sums = stage.books.damage.certifications.values.map(\.sums)
        #expect(taken == sums.reduce(0) { $0 + $1.creditCard + $1.debitCard + $1.point + $1.genuineUse })
        #expect(Set(stage.truths.compactMap(\.person)).count == 808)
    }
}

/// A ledger in memory, driven as a writer drives it.
private struct Playing {
    private(set) var books = Books()
    private(set) var surprises: [String] = []
    private(set) var truths: [Truth] = []
    private var events: [Event] = []
    private var histories: [UInt64: [Event]] = [:]
    private var positions: Positions
    private var labels: [String: UInt64] = [:]
    private var sessions: [UInt32] = []
    private var keys: UInt64 = 0

    init(_ plan: MonthPlan) {
        positions = Positions(count: plan.marks)
        var genesis = Genesis(ledgerID: Array(1...16), currency: .yen, clock: .scenario, founders: FirstDay.cast.operators).event
        genesis.recordedAt = FirstDay.cast.start
        genesis.occurredAt = FirstDay.cast.start
        keep(genesis)
    }

    mutating func play(_ act: Act) throws {
        if act.at != books.now { _ = try ask(.service(.advanceClock(to: act.at)), by: act.by) }
        switch act.asks {
        case .command(let command): note(act, try ask(command, by: act.by, act.access))
        case .later(let make):
            guard let command = make(positions) else { return surprises.append("\(act.at.shortText) \(act.by.name): a position is missing") }
            note(act, try ask(command, by: act.by, act.access))
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
        }
    }

    private mutating func note(_ act: Act, _ event: Event) {
        if (event.kind == .refused) != act.isRefused { surprises.append("\(act.at.shortText) \(act.by.name): \(event.kind.name) \(event.tail.number(.rejection) ?? 0)") }
        if event.kind != .refused { take(act, event) }
    }

    private mutating func take(_ act: Act, _ event: Event) {
        if let mark = act.mark { positions.set(mark, event.position) }
        if let truth = act.truth { truths.append(truth) }
    }

    private mutating func ask(_ command: Command, by who: Principal, _ access: Access = .none) throws -> Event {
        keys += 1
        let request = try Request(
            command, principal: who, key: CommandKey(high: 1, low: keys), fingerprint: keys, occurredAt: nil, channel: .story, access: access)
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
        return decided[decided.count - 1]
    }

    private func evidence(_ command: Command) -> Evidence {
        switch command.evidenceNeeded(books) {
        case .none: .none
        case .event(let position): .event(position < UInt64(events.count) ? events[Int(position)] : nil)
        case .histories(let accounts): .histories(Dictionary(uniqueKeysWithValues: accounts.map { ($0, histories[$0] ?? []) }))
        }
    }

    private mutating func keep(_ event: Event) {
        books.evolve(event)
        events.append(event)
        if let account = event.subject.memberOrdinal { histories[account, default: []].append(event) }
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
