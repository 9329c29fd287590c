import Dispatch
import Foundation
import Journal
import Ledger

/// What the gates cost: the writer with every check on against the writer without, a control thrown under full load, and
/// what a login takes.
struct GateRows {
    let plan: Plan
    let scratch: Scratch
    let printer: Printer

    func measure() throws {
        try compare()
        try throwControls()
        try countLogins()
    }

    // MARK: Every check on

    /// Every rule a charge or a payment can meet, set so that none of them says no.
    private static var policy: Policy {
        let limits = Policy.SourceLimit(perCharge: 30_000, step: 1000)
        var policy = Policy(balanceCap: 100_000, limits: Dictionary(uniqueKeysWithValues: FundingSource.allCases.map { ($0, limits) }))
        let all = Policy.Sources(FundingSource.allCases)
        policy.requiresLaunch = true
        policy.sessionSeconds = 86_400
        policy.dailyCharge = 1_000_000_000
        policy.dailyCardCharge = 1_000_000_000
        policy.dailyPayment = 1_000_000_000
        policy.chargeWindows = [.init(all, count: 10_000, seconds: 600), .init(.cards, count: 10_000, seconds: 86_400)]
        policy.devicesPerAccount = 2
        policy.deviceSources = all
        policy.deviceFirst = .init(amount: 1_000_000_000, seconds: 86_400)
        policy.resetCoolDown = .init(all, seconds: 86_400)
        policy.contactCoolDown = .init(all, seconds: 86_400)
        policy[minimum: .charge] = .init(level: 1, seconds: 86_400)
        policy[minimum: .pay] = .init(level: 1, seconds: 86_400)
        for source in FundingSource.allCases { policy[minimum: source] = .init(level: 2, seconds: 86_400) }
        return policy
    }

    /// The gated writer alone, for a profiler: prints what an event costs the processors.
    func profile(_ rounds: Int) throws {
        let gated = try Bench(scratch, "gated", plan.manyAccounts)
        if rounds > 0 { try gated.close(the: Self.policy) }
        let evidence = Self.evidence
        for _ in 0..<max(1, rounds) {
            let before = clock()
            let speed = gated.run(400_000, 1024) { rounds > 1 ? evidence($0) : rounds > 0 ? Self.session($0) : .none }
            print(Int(speed), "events/s,", Double(clock() - before) / 400_000, "us of the processors an event, the making of requests among them")
        }
        gated.stop()
    }

    private func compare() throws {
        let accounts = plan.manyAccounts
        let plain = try Bench(scratch, "plain", accounts)
        let gated = try Bench(scratch, "gated", accounts)
        try gated.close(the: Self.policy)
        // Most of a commands is what the first login said; a session alone stands in the event's header.
        let evidence = Self.evidence
        for inFlight in [128, 1024] {
            let count = plan.commands(inFlight: inFlight)
            var without: [Double] = []
            var with: [Double] = []
            var full: [Double] = []
            for _ in 0..<plan.rounds {
                without.append(plain.run(count, inFlight))
                with.append(gated.run(count, inFlight) { Self.session($0) })
                full.append(gated.run(count, inFlight, evidence))
            }
            let name = "writer, every check on, \(accounts / 1000) k accounts, \(inFlight) in flight"
            printer.print(
                Row(
                    "\(name), session given", median(with), limit: median(without), "events/s", goal: "ratio >= 0.8",
                    note: "against the same writer without policies, controls and evidence"))
            printer.print(
                Row(
                    "\(name), all evidence given", median(full), limit: median(without), "events/s", goal: "ratio >= 0.8",
                    note: "39 bytes more an event"))
        }
        plain.stop()
        gated.stop()
    }

    private static func session(_ account: UInt64) -> Access {
        var access = Access()
        access.session = UInt32(account)
        return access
    }

    private static var evidence: (UInt64) -> Access {
        let at = LedgerClock.system.wall()
        return { account in
            var access = session(account)
            access.via = .app
            access.device = Pseudonym(high: 7, low: account)
            access.address = Pseudonym(high: 9, low: account)
            access.network = 64_500
            access.country = .japan
            access.authentication = Authentication(level: 2, method: .oneTimeCode, at: at)
            return access
        }
    }

    /// A ledger with accounts, and its story.
    private final class Bench {
        let writer: Writer
        private var story: Story
        private let name: String
        private let scratch: Scratch

        init(_ scratch: Scratch, _ name: String, _ accounts: Int) throws {
            self.name = name
            self.scratch = scratch
            let directory = DataDirectory(try scratch.folder(name))
            try Ledgers.create(directory, Story.founding)
            writer = try Ledgers.open(directory)
            story = Story(accounts: accounts, name: name)
            Drive.run(writer, story.opening(through: accounts), inFlight: 2048)
        }

        /// Everybody signs in and binds a device; then the policy, the launch, and the controls that leave charging open.
        func close(the policy: Policy) throws {
            let at = LedgerClock.system.wall()
            var requests: [Request] = []
            for account in 1...UInt64(story.accounts) {
                var access = Access()
                access.device = Pseudonym(high: 7, low: account)
                access.country = .japan
                access.authentication = Authentication(level: 2, method: .oneTimeCode, at: at)
                requests.append(
                    Story.request(
                        .access(.bindDevice(.ordinal(account), Pseudonym(high: 7, low: account), attestation: nil)), "bind-\(account)"))
                requests.append(Story.request(.access(.logIn(.ordinal(account), .commonId)), "login-\(account)", access: access))
            }
            requests.append(Story.request(.service(.setPolicy(policy)), "gates", Story.operator))
            requests.append(Story.request(.service(.launch(reason: nil)), "launch", Story.operator))
            for (number, stops) in [Stops.foreignIp, .registration, .externalIdLogin].enumerated() {
                requests.append(
                    Story.request(
                        .controls(.activate(stops, effectiveAt: nil, until: nil, reason: "measured")), "stop-\(number)", Story.operator))
            }
            Drive.run(writer, requests, inFlight: 2048)
        }

        func run(_ count: Int, _ inFlight: Int, _ access: (UInt64) -> Access = { _ in .none }) -> Double {
            Drive.run(writer, story.requests(count, access: access), inFlight: inFlight).perSecond
        }

        func requests(_ count: Int) -> [Request] { story.requests(count) }

        func stop() {
            writer.stop()
            scratch.remove(name)
        }
    }

    // MARK: A control under load

    private func throwControls() throws {
        let bench = try Bench(scratch, "controls", plan.manyAccounts)
        let done = DispatchSemaphore(value: 0)
        let load = bench.requests(plan.commands(inFlight: 1024) * 5)
        let isOver = Locked(false)
        let writer = bench.writer
        DispatchQueue(label: "load").async {
            Drive.run(writer, load, inFlight: 1024)
            isOver.withLock { $0 = true }
            done.signal()
        }
        var waits: [Double] = []
        var times: [Double] = []
        for number in 0..<plan.controls where !isOver.withLock({ $0 }) {
            Thread.sleep(forTimeInterval: 0.02)
            let reply = Thrown(bench.writer)
            bench.writer.submit([
                Ticket(
                    Story.request(
                        .controls(.activate(
                            .registration, effectiveAt: LedgerClock.system.wall() + (7200 - Int64(number)), until: nil, reason: "measured")),
                        "throw-\(number)", Story.operator), reply)
            ])
            let (commits, seconds) = reply.wait()
            waits.append(Double(commits))
            times.append(seconds * 1000)
        }
        done.wait()
        bench.stop()
        let sorted = times.sorted()
        printer.print(
            Row(
                "a control thrown under full load, 1024 in flight", median(waits), "commits", goal: "ours <= 2", p50: median(times),
                p99: percentile(sorted, 0.99),
                note: "commits that ended from asking to answer: its own, and one that was under way; most: \(Int(waits.max() ?? 0)), of \(waits.count)"))
    }

    /// Counts the commits a command waits for.
    private final class Thrown: Reply {
        private let writer: Writer
        private let before: UInt64
        private let start = ContinuousClock.now
        private let told = DispatchSemaphore(value: 0)
        private let result = Locked<(UInt64, Double)>((0, 0))

        init(_ writer: Writer) {
            self.writer = writer
            before = writer.metrics.commits
        }

        func deliver(_ outcome: Outcome, index: Int) {
            guard case .recorded(let event, _) = outcome, event.kind == .controlActivated else {
                preconditionFailure("the control was not recorded: \(outcome)")
            }
            result.withLock { $0 = (writer.metrics.commits - before, elapsed(since: start)) }
            told.signal()
        }

        func wait() -> (UInt64, Double) {
            told.wait()
            return result.withLock { $0 }
        }
    }

    // MARK: Logins

    private func countLogins() throws {
        let accounts = plan.manyAccounts
        let directory = DataDirectory(try scratch.folder("logins"))
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        let story = Story(accounts: accounts, name: "logins")
        Drive.run(writer, story.opening(through: accounts), inFlight: 2048)
        let evidence = Self.evidence
        func logIn(_ from: Int, _ to: Int) -> Double {
            Drive.run(writer, to - from, inFlight: 2048) { index in
                let account = UInt64((from + index) % accounts + 1)
                var access = evidence(account)
                access.session = 0
                return Story.request(.access(.logIn(.ordinal(account), .commonId)), "login-\(from + index)", access: access)
            }.perSecond
        }
        // The first of each account makes its session and its device known.
        _ = logIn(0, accounts)
        let (log, books) = (Double(try writer.log.size().used), try Ledgers.books(writer.log).image().count)
        let first = writer.log.count
        let speed = logIn(accounts, accounts + plan.logins)
        let grown = Double(try writer.log.size().used) - log
        var bytes = 0.0
        try writer.log.scan(from: first, to: first + 100_000) { event in
            bytes += Double(event.bytes.byteCount)
            return true
        }
        bytes = bytes / 100_000
        printer.print(Row("logins, from the first event to the last", speed, "events/s"))
        printer.print(
            Row(
                "bytes the log grows for a login", grown / Double(plan.logins), limit: bytes, "bytes", goal: "ratio <= 1.15",
                note: "\(plan.logins) logins; beside it stand the events' own bytes"))
        let after = try Ledgers.books(writer.log).image().count
        printer.print(
            Row(
                "bytes the books grow for a login", Double(after - books) / Double(plan.logins), "bytes", goal: "ours <= 0",
                note: "\(after / 1_000_000) MB for \(accounts) accounts with sessions and devices"))
        writer.stop()
        scratch.remove("logins")
    }
}
