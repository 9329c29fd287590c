import Dispatch
import Facade
import Foundation
import Journal
import Ledger
import Projections
import Synchronization

/// Fraud and damage: rebuilding what the rules see, the damage as of an instant over a long log, and deciding about an account
/// with a long history.
struct DamageRows {
    let plan: Plan
    let scratch: Scratch
    let printer: Printer

    private static let victims = 808
    private static let monitor = Principal(name: "monitor-1")
    private static let investigator = Principal(name: "investigator-1")
    private static let certifier = Principal(name: "certifier-1")

    func measure() throws {
        let directory = DataDirectory(try scratch.folder("damage"))
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        let line = Line(writer)
        // Ten million events within a minute are many for an account: one charge in ten is by card, lest every account fire.
        let sources = Array(repeating: [FundingSource.registerCash, .atmCash, .point], count: 6).flatMap(\.self) + [.creditCard, .debitCard]
        var story = Story(accounts: plan.manyAccounts, name: "d", sources: sources)
        Drive.run(writer, story.opening(through: plan.manyAccounts), inFlight: 4096)
        try Self.prepare(line)
        while writer.log.count < UInt64(plan.longEvents - 20_000) {
            Drive.run(writer, story.requests(min(200_000, plan.longEvents - 20_000 - Int(writer.log.count))), inFlight: 4096)
        }
        try certify(line)
        try decide(line)
        try watch(writer, &story)
        writer.stop()
        // What the live views left would make it too easy.
        try? FileManager.default.removeItem(atPath: directory.views + "/\(Damage.name).v\(Damage.version)")
        try read(writer.log)
        scratch.remove("damage")
    }

    /// Every rule in force, and the staff there.
    private static func prepare(_ line: Line) throws {
        for (who, role) in [(investigator, Role.investigator), (certifier, .certifier)] {
            try line.agreed(.approvals(.grant(principal: who.name, role, person: nil)), approvals: 2)
        }
        let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Specs/rules/v2-strengthened.json")
        let rules = try RuleSetJSON(currency: .yen).rules(parsing: [UInt8](Data(contentsOf: file)))
        try line.agreed(.fraud(.activate(rules, reason: "measured")), approvals: 1)
    }

    private func certify(_ line: Line) throws {
        let charge = Amount(7000)!
        for victim in 1...Self.victims {
            let (account, person) = (UInt64(victim), "person-\(victim)")
            let position = try line.send(.money(.charge(.ordinal(account), .creditCard, charge, reference: nil)))
            let dispute = try line.send(.damage(.openDispute(.ordinal(account), events: [position], via: .supportLine, note: nil)))
            _ = try line.send(
                .damage(.label(.ordinal(account), events: [position], .fraud, basis: "not the member's")), Self.investigator)
            _ = try line.send(
                .damage(.certify(person: person, Entitlement(creditCard: 7000), DamageCommand.Grounds(dispute: dispute), note: nil)), Self.certifier)
        }
    }

    // MARK: Deciding about a long history

    /// Two accounts in turn, so that each history is read anew; then one of them again and again.
    private func decide(_ line: Line) throws {
        let events = plan.isSmoke ? 1000 : 10_000
        let accounts = [UInt64(plan.manyAccounts), UInt64(plan.manyAccounts) - 1]
        var payments: [[UInt64]] = []
        for account in accounts {
            let first = try line.send(.money(.charge(.ordinal(account), .creditCard, Amount(20_000)!, reference: nil)))
            var mine: [UInt64] = []
            for number in 0..<(events / 2) {
                _ = try line.send(.money(.charge(.ordinal(account), number % 2 == 0 ? .creditCard : .registerCash, Amount(3000)!, reference: nil)))
                mine.append(try line.send(.money(.pay(.ordinal(account), store: "store-1", place: nil, register: "1", Amount(3000)!))))
            }
            _ = try line.send(.damage(.label(.ordinal(account), events: [first], .fraud, basis: "first")), Self.investigator)
            payments.append(mine.reversed())
        }
        func label(_ place: Int, _ number: Int) throws -> Double {
            let started = ContinuousClock.now
            _ = try line.send(
                .damage(.label(.ordinal(accounts[place]), events: [payments[place][number]], .fraud, basis: "measured")), Self.investigator)
            return elapsed(since: started) * 1000
        }
        let inTurn = try (0..<60).map { try label($0 % 2, $0 / 2) }.sorted()
        let again = try (30..<90).map { try label(0, $0) }.sorted()
        let name = "a label on an account of \(events) events, decided and committed"
        for (what, times) in [("history read anew", inTurn), ("the same account again", again)] {
            printer.print(
                Row(
                    "\(name), \(what)", median(times), "ms", goal: "ours < 5", p50: percentile(times, 0.5), p99: percentile(times, 0.99),
                    note: "attribution played, holds, one commit"))
        }
    }

    // MARK: Watching live

    /// Views and the monitor's look follow a writer that gets 20,000 commands a second; now and then an account fires a rule.
    private func watch(_ writer: Writer, _ story: inout Story) throws {
        let views = try Views(writer.log)
        _ = try views.fraud(atLeast: writer.log.count) { $0.next }
        views.start()
        // The others begin with ten million events to take in; a server that has run for a while does not.
        while views.status.contains(where: { $0.position < writer.log.count }) { Thread.sleep(forTimeInterval: 0.1) }
        let seconds = plan.isSmoke ? 2 : 10
        let probes = Probes()
        let isOver = Mutex(false)
        let ended = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var lookout = Lookout()
            _ = try? views.fraud(atLeast: 0) { view in
                lookout.says([], version: view.ruleSet.version, rules: view.ruleSet.rules, next: view.next)
            }
            while !isOver.withLock({ $0 }) {
                let before = lookout
                let commands = try? views.fraud(atLeast: views.log.count) { view in
                    var after = before
                    let (version, rules) = view.ruleSet
                    return (after.says(view.findings(since: before.since), version: version, rules: rules, next: view.next), after)
                }
                if let (requests, after) = commands {
                    lookout = after
                    if !requests.isEmpty { writer.submit(requests.enumerated().map { Ticket($1, probes, index: $0) }) }
                }
                Thread.sleep(forTimeInterval: 0.15)
            }
            ended.signal()
        }
        let line = Line(writer, name: "probe")
        // Accounts of their own: nothing was found about them yet.
        let first = UInt64(plan.manyAccounts) + 1
        for number in 0...(seconds * 2) { _ = try line.send(.accounts(.open(person: "probe-\(number)", externalID: nil))) }
        let started = ContinuousClock.now
        var sent = 0
        for tick in 0..<(seconds * 20) {
            let batch = story.requests(1000)
            sent += batch.count
            Drive.run(writer, batch, inFlight: 1000)
            if tick % 10 == 5 {
                // Three card charges at once on an account of its own: F1.
                let account = first + UInt64(tick / 10)
                for _ in 0..<2 { _ = try line.send(.money(.charge(.ordinal(account), .creditCard, Amount(1000)!, reference: nil))) }
                probes.expect(account)
                _ = try line.send(.money(.charge(.ordinal(account), .creditCard, Amount(1000)!, reference: nil)))
            }
            let due = Double(tick + 1) / 20
            let ahead = due - elapsed(since: started)
            if ahead > 0 { Thread.sleep(forTimeInterval: ahead) }
        }
        let speed = Double(sent) / elapsed(since: started)
        Thread.sleep(forTimeInterval: 1)
        let lag = Double(writer.log.count) - Double(views.status.first { $0.name == FraudWatch.name }?.position ?? 0)
        isOver.withLock { $0 = true }
        ended.wait()
        views.stop()
        let times = probes.times.sorted()
        printer.print(
            Row(
                "an alert on disk after its last event, \(Int(speed)) events/s beside it", percentile(times, 0.5), "ms", goal: "ours < 1000",
                p50: percentile(times, 0.5), p99: percentile(times, 0.99),
                note: "\(times.count) of \(probes.expected) alerts; the fraud view \(Int(lag)) events behind a second after the load"))
    }

    // MARK: Reading a long log

    private func read(_ log: Log) throws {
        var (damage, fraud): ([Double], [Double]) = ([], [])
        for _ in 0..<min(plan.rounds, 3) {
            var started = ContinuousClock.now
            let last = try log.event(at: log.count - 1)!.recordedAt
            let report = try Cases.read(log: log, to: try log.position(asOf: last)).report
            damage.append(elapsed(since: started))
            precondition(report.certified.people == Self.victims && report.certified.total == Int64(Self.victims) * 7000, "the figure differs")
            started = .now
            var watch = FraudWatch()
            try watch.follow(log, to: log.count)
            fraud.append(Double(log.count) / elapsed(since: started))
        }
        printer.print(
            Row("damage as of an instant over \(plan.longEvents / 1000) k events, no view", median(damage), "s", goal: "ours < 5", note: "808 certified"))
        printer.print(Row("fraud views rebuilt, all 15 rules on", median(fraud), "events/s", goal: "ours >= 1000000"))
    }
}

/// Waits for alerts about accounts, and times them.
private final class Probes: Reply {
    private let state = Mutex((started: [UInt64: ContinuousClock.Instant](), times: [Double](), expected: 0))

    var times: [Double] { state.withLock { $0.times } }
    var expected: Int { state.withLock { $0.expected } }

    func expect(_ account: UInt64) {
        state.withLock { state in
            state.started[account] = .now
            state.expected += 1
        }
    }

    func deliver(_ outcome: Outcome, index: Int) {
        guard case .recorded(let event, _) = outcome, event.kind == .alertRaised, let account = event.subject.memberOrdinal else { return }
        state.withLock { state in
            guard let started = state.started.removeValue(forKey: account) else { return }
            state.times.append(elapsed(since: started) * 1000)
        }
    }
}

/// One command at a time, and where it was recorded.
final class Line: Reply {
    private let writer: Writer
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Outcome?>(nil)
    private let count = Mutex(0)

    private let name: String

    init(_ writer: Writer, name: String = "line") {
        self.writer = writer
        self.name = name
    }

    func deliver(_ outcome: Outcome, index: Int) {
        self.outcome.withLock { $0 = outcome }
        done.signal()
    }

    func send(_ command: Command, _ who: Principal = .anonymous) throws -> UInt64 {
        let number = count.withLock { count in
            count += 1
            return count
        }
        writer.submit([Ticket(Story.request(command, "\(name)-\(number)", who), self, index: 0)])
        done.wait()
        guard case .recorded(let event, replayed: false)? = outcome.withLock({ $0 }), event.kind != .refused else {
            preconditionFailure("\(command): \(outcome.withLock { "\($0!)" })")
        }
        return event.position
    }

    /// Proposed by the first operator, approved by as many others.
    func agreed(_ command: Command, approvals: Int) throws {
        let proposal = try send(.approvals(.propose(command, because: "measured")), Principal(name: "operator-1"))
        for number in 2..<(2 + approvals) { _ = try send(.approvals(.approve(proposal: proposal)), Principal(name: "operator-\(number)")) }
    }
}
