import Dispatch
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
        var story = Story(accounts: plan.manyAccounts, name: "d")
        Drive.run(writer, story.opening(through: plan.manyAccounts), inFlight: 4096)
        try Self.prepare(line)
        while writer.log.count < UInt64(plan.longEvents - 20_000) {
            Drive.run(writer, story.requests(min(200_000, plan.longEvents - 20_000 - Int(writer.log.count))), inFlight: 4096)
        }
        try certify(line)
        try decide(line)
        writer.stop()
        try read(directory)
        scratch.remove("damage")
    }

    /// Every rule in force, and the staff there.
    private static func prepare(_ line: Line) throws {
        for (who, role) in [(investigator, Role.investigator), (certifier, .certifier)] {
            try line.agreed(.approvals(.grant(principal: who.name, role, person: nil)), approvals: 2)
        }
        let rules = RuleNumber.allCases.map { number in
            RuleSet.Rule(number, weight: 10, thresholds: number.thresholds.map { min($0.range.upperBound, max($0.range.lowerBound, 3600)) })
        }
        try line.agreed(.fraud(.activate(RuleSet(name: "bench", lockScore: 1_000_000, rules: rules), reason: "measured")), approvals: 1)
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

    private func decide(_ line: Line) throws {
        let account = UInt64(plan.manyAccounts)
        let events = plan.isSmoke ? 1000 : 10_000
        var payments: [UInt64] = []
        let first = try line.send(.money(.charge(.ordinal(account), .creditCard, Amount(20_000)!, reference: nil)))
        for number in 0..<(events / 2) {
            _ = try line.send(.money(.charge(.ordinal(account), number % 2 == 0 ? .creditCard : .registerCash, Amount(3000)!, reference: nil)))
            payments.append(try line.send(.money(.pay(.ordinal(account), store: "store-1", place: nil, register: "1", Amount(3000)!))))
        }
        _ = try line.send(.damage(.label(.ordinal(account), events: [first], .fraud, basis: "first")), Self.investigator)
        var times: [Double] = []
        for position in payments.reversed().prefix(60) {
            let started = ContinuousClock.now
            _ = try line.send(.damage(.label(.ordinal(account), events: [position], .fraud, basis: "measured")), Self.investigator)
            times.append(elapsed(since: started) * 1000)
        }
        times.sort()
        printer.print(
            Row(
                "a label on an account of \(events) events, decided and committed", median(times), "ms", goal: "ours < 5",
                p50: percentile(times, 0.5), p99: percentile(times, 0.99), note: "history read, attribution played twice, holds, one commit"))
    }

    // MARK: Reading a long log

    private func read(_ directory: DataDirectory) throws {
        var (damage, fraud): ([Double], [Double]) = ([], [])
        for _ in 0..<min(plan.rounds, 3) {
            let log = try Log(directory, readOnly: true)
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

/// One command at a time, and where it was recorded.
final class Line: Reply {
    private let writer: Writer
    private let done = DispatchSemaphore(value: 0)
    private let outcome = Mutex<Outcome?>(nil)
    private let count = Mutex(0)

    init(_ writer: Writer) { self.writer = writer }

    func deliver(_ outcome: Outcome, index: Int) {
        self.outcome.withLock { $0 = outcome }
        done.signal()
    }

    func send(_ command: Command, _ who: Principal = .anonymous) throws -> UInt64 {
        let number = count.withLock { count in
            count += 1
            return count
        }
        writer.submit([Ticket(Story.request(command, "line-\(number)", who), self, index: 0)])
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
