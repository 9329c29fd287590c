import Foundation
import Ledger
import Synchronization
import Testing

@testable import Journal

@Suite("The writer")
struct WriterTests {
    @Test("a command becomes an event, a balance and an answer")
    func single() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            let opened = try #require(await writer.submit(Command.open().asked("k-1")).fresh)
            #expect(opened.position == 1 && opened.kind == .accountOpened && opened.tail.text(.actorName) == "wallet")
            let charged = try #require(await writer.submit(Command.charge(1, 3000).asked("k-2")).fresh)
            #expect(charged.position == 2 && charged.balanceAfter == 3000 && charged.previous == 1 && charged.actor == opened.actor)
            #expect(try stored(writer.log, 2) == charged && writer.log.count == 3)
            #expect(writer.metrics.events == 2 && writer.metrics.commits == 2)
        }
        try await place.reading { log in
            let (head, note) = try log.head()
            let text = try #require(place.directory.read(place.directory.verifierKey))
            let verifier = try #require(VerifierKey(text.trimmingCharacters(in: .newlines)))
            let checkpoint = try #require(Checkpoint(note: note, verifiedBy: verifier))
            #expect(head.size == 3 && checkpoint.size == 3 && checkpoint.root == head.root && checkpoint.origin == log.origin)
            // The copy outside was brought up to date by `stop`.
            #expect(place.directory.read(place.directory.checkpoint) == note)
        }
    }

    @Test("256 single clients share commits")
    func groupCommit() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 256)
            let before = writer.metrics
            await withTaskGroup(of: Void.self) { group in
                for client in 0..<256 {
                    group.addTask {
                        for round in 0..<4 {
                            let outcome = await writer.submit(Command.charge(UInt64(client) + 1, 10).asked("\(client)-\(round)"))
                            if outcome.fresh?.balanceAfter != Int64(round + 1) * 10 { Issue.record("\(client) \(round)") }
                        }
                    }
                }
            }
            let (commits, events) = (writer.metrics.commits - before.commits, writer.metrics.events - before.events)
            #expect(events == 1024)
            #expect(commits < events / 2, "\(commits) commits")
        }
    }

    @Test("batches are cut at the cap, follow each other through the pipeline, and answers come in order")
    func pipeline() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            let outcomes = await writer.submit((0..<6000).map { Command.charge(1, 1).asked("c-\($0)") })
            #expect(outcomes.enumerated().allSatisfy { $1.fresh?.balanceAfter == Int64($0 + 1) && $1.fresh?.position == UInt64($0 + 2) })
            #expect(writer.metrics.largestBatch <= UInt64(Batch.cap) && writer.metrics.commits <= 8)
        }
        try await place.reading { log in
            let books = try Ledgers.books(log)
            #expect(books.member(1)?.balance == 6000)
        }
    }

    @Test("many submitters of many commands each: everybody is answered once, in his own order")
    func crowd() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 16)
            await withTaskGroup(of: Void.self) { group in
                for client in 0..<16 {
                    group.addTask {
                        for round in 0..<12 {
                            let size = (client * 7 + round * 31) % 400 + 1
                            let outcomes = await writer.submit(
                                (0..<size).map { Command.charge(UInt64(client) + 1, 1).asked("\(client)-\(round)-\($0)") })
                            let positions = outcomes.compactMap { $0.fresh?.position }
                            if positions.count != size || positions != positions.sorted() { Issue.record("\(client) \(round)") }
                        }
                    }
                }
            }
        }
        try await place.reading { log in
            let books = try Ledgers.books(log)
            for client in 0..<16 {
                #expect(books.member(UInt64(client) + 1)?.balance == Int64((0..<12).reduce(0) { $0 + (client * 7 + $1 * 31) % 400 + 1 }))
            }
        }
    }

    // MARK: Same command, same answer, for ever

    @Test("a retry gets the first answer: after the balance changed, in the same batch, in the next, after a restart")
    func replay() async throws {
        let place = try Place.founded()
        let first = try await place.session { writer in
            await open(writer, 1)
            let outcomes = await writer.submit([
                Command.charge(1, 3000).asked("c"), Command.pay(1, 500).asked("p"), Command.charge(1, 3000).asked("c"), Command.pay(1, 500).asked("p"),
            ])
            let (charged, paid) = (try #require(outcomes[0].fresh), try #require(outcomes[1].fresh))
            #expect(outcomes[2].replayed == charged && outcomes[3].replayed == paid)
            #expect(await writer.submit(Command.charge(1, 3000).asked("c")).replayed == charged)
            #expect(writer.metrics.replays == 3 && writer.log.count == 4)
            return [charged, paid]
        }
        try await place.session { writer in
            #expect(await writer.submit(Command.pay(1, 500).asked("p")).replayed == first[1])
            #expect(await writer.submit(Command.charge(1, 3000).asked("c")).replayed == first[0])
            #expect(writer.log.count == 4)
        }
    }

    @Test("a key belongs to its principal, and to one command")
    func keyReuse() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            _ = await writer.submit(Command.charge(1, 10).asked("k"))
            for other in [Command.charge(1, 11).asked("k"), Command.pay(1, 10).asked("k"), Command.charge(1, 10).asked("k", at: Place.opening)] {
                guard case .keyReused = await writer.submit(other) else { Issue.record("not reused"); continue }
            }
            #expect(await writer.submit(Command.charge(1, 10).asked("k", by: "other")).fresh != nil)
            #expect(writer.log.count == 4)
        }
    }

    @Test("what does not exist is answered and leaves the log as it was; the key stays free")
    func dismissed() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            let before = try head(writer.log)
            let outcomes = await writer.submit([
                Command.charge(1, 10).asked("k"), Command.reverse(9, 4, 1).asked("k-2"), Command.correct(9, 4, 1).asked("k-3", by: "op-1"),
            ])
            for outcome in outcomes {
                guard case .dismissed(let rejection) = outcome, rejection.code == .accountUnknown else { Issue.record("\(outcome.summary)"); continue }
            }
            let after = try head(writer.log)
            #expect(before.frontier == after.frontier && before.note == after.note && writer.metrics.commits == 0)
            await open(writer, 1)
            #expect(await writer.submit(Command.charge(1, 10).asked("k")).fresh != nil)
        }
    }

    @Test("a refusal is recorded and stays a refusal")
    func refused() async throws {
        let place = try Place.founded()
        let refused = try await place.session { writer in
            await open(writer, 1)
            let refused = try #require(await writer.submit(Command.pay(1, 10).asked("p")).fresh)
            #expect(refused.rejection == Rejection(.insufficientBalance, bound: 0) && refused.amount == 10 && !refused.hasPosting)
            _ = await writer.submit(Command.charge(1, 10).asked("c"))
            #expect(await writer.submit(Command.pay(1, 10).asked("p")).replayed == refused)
            return refused
        }
        try await place.session { writer in
            #expect(await writer.submit(Command.pay(1, 10).asked("p")).replayed == refused)
            #expect(await writer.submit(Command.pay(1, 10).asked("p-2")).fresh?.balanceAfter == 0)
        }
    }

    @Test("events of one command stand together in one commit, and its receipt is the last")
    func groups() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            // Groups of two and three across every possible cut.
            var requests: [Request] = []
            for number in 0..<2500 {
                requests.append(Command.charge(1, 30).asked("c-\(number)"))
                requests.append(Command.settlePartner(40, fee: 5).asked("s-\(number)", by: "op-1"))
            }
            let outcomes = await writer.submit(requests)
            #expect(outcomes.allSatisfy { $0.fresh?.isLastOfGroup == true })
            #expect(outcomes[1].fresh?.groupCount == 3)
            #expect(await writer.submit(requests[1]).replayed == outcomes[1].fresh)
            #expect(writer.metrics.largestBatch <= UInt64(Batch.cap + 2))
        }
        try await place.reading { log in
            var expected: UInt8 = 0
            try log.scan(from: 0) { view in
                if view.groupIndex != expected { Issue.record("event \(view.position)") }
                expected = view.groupIndex + 1 == view.groupCount ? 0 : view.groupIndex + 1
                return true
            }
            #expect(expected == 0)
        }
    }

    @Test("evidence is found in a batch that is not committed yet")
    func evidence() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            // The proposal stands at 5; what it is about and itself are found before they are on disk.
            let correction = Command.approvals(.propose(.correct(1, 2, 50), because: "typed"))
            let outcomes = await writer.submit([
                Command.open().asked("o"), Command.charge(1, 100).asked("c"), Command.pay(1, 60).asked("p"), Command.reverse(1, 3, 20).asked("r"),
                correction.asked("x", by: "op-1"), Command.approvals(.approve(proposal: 5)).asked("x-2", by: "op-2"),
                Command.approvals(.approve(proposal: 5)).asked("x-3", by: "op-3"), Command.approvals(.approve(proposal: 5)).asked("x-4", by: "op-3"),
                Command.reverse(1, 3, 41).asked("r-2"), Command.close(1).asked("z", by: "op-1"), Command.reverse(1, 3, 40).asked("r-3"),
            ])
            #expect(outcomes[3].fresh?.kind == .paymentReversed && outcomes[3].fresh?.balanceAfter == 60)
            #expect(outcomes[4].fresh?.kind == .proposed && outcomes[5].fresh?.kind == .approved)
            #expect(outcomes[6].fresh?.kind == .chargeCorrected && outcomes[6].fresh?.balanceAfter == 10)
            #expect(outcomes[7].fresh?.rejection?.code == .proposalClosed)
            #expect(outcomes[8].fresh?.rejection?.code == .reversalExceedsPayment && outcomes[8].fresh?.rejection?.bound == 40)
            #expect(outcomes[9].fresh?.kind == .accountClosed)
            #expect(outcomes[10].fresh?.kind == .paymentReversedToUnclaimed && outcomes[10].fresh?.reference == 3)
            // And across batches in flight: each reversal finds a payment of a moment ago.
            await open(writer, 2, from: 1)
            let base = writer.log.count
            var requests = [Command.charge(2, 100_000).asked("c2")]
            for number in 0..<2500 {
                requests.append(Command.pay(2, 10).asked("pay-\(number)"))
                requests.append(Command.reverse(2, base + 1 + UInt64(number) * 2, 4).asked("back-\(number)"))
            }
            let last = await writer.submit(requests)
            #expect(last.dropFirst().enumerated().allSatisfy { $1.fresh?.kind == ($0 % 2 == 0 ? .paymentAccepted : .paymentReversed) })
            #expect(last.last?.fresh?.balanceAfter == Int64(85_000))
        }
    }

    // MARK: Stopping, locking

    @Test("stop finishes what was accepted; afterwards nothing is")
    func stopping() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            async let outcomes = writer.submit((0..<20_000).map { Command.charge(1, 1).asked("c-\($0)") })
            try await Place.eventually { writer.metrics.events > 2000 }
            try await offThread { writer.stop() }
            try await offThread { writer.stop() }
            #expect(await outcomes.allSatisfy { $0.fresh != nil })
            #expect(writer.log.count == 20_002 && !writer.isAccepting)
            guard case .notAccepted(.stopping) = await writer.submit(Command.charge(1, 1).asked("late")) else { Issue.record("accepted"); return }
            let note = try head(writer.log).note
            #expect(place.directory.read(place.directory.checkpoint) == note)
        }
    }

    @Test("stop under fire: every submitter is answered, what was recorded is there, what was not is not")
    func stoppingUnderFire() async throws {
        for round in 0..<20 {
            let place = try Place.founded()
            let recorded = try await place.session { writer in
                await open(writer, 1)
                return await withTaskGroup(of: Int.self) { group in
                    for client in 0..<8 {
                        group.addTask {
                            var done = 0
                            for number in 0... {
                                let outcomes = await writer.submit((0..<(client + 1)).map { Command.charge(1, 1).asked("\(client)-\(number)-\($0)") })
                                done += outcomes.count { $0.fresh != nil }
                                if case .notAccepted(.stopping) = outcomes.last { break }
                                if outcomes.contains(where: { $0.fresh == nil }) { Issue.record("\(outcomes.map(\.summary))") }
                            }
                            return done
                        }
                    }
                    group.addTask {
                        try? await Task.sleep(for: .microseconds(round * 300))
                        try? await offThread { writer.stop() }
                        return 0
                    }
                    return await group.reduce(0, +)
                }
            }
            try await place.reading { log in #expect(log.count == UInt64(recorded) + 2) }
        }
    }

    @Test("more than a bound may not wait")
    func overload() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            let many = (0..<(Writer.mostWaiting + 1)).map { _ in Command.charge(1, 1).asked("same") }
            let outcomes = await writer.submit(many)
            #expect(outcomes.allSatisfy { if case .notAccepted(.overloaded) = $0 { true } else { false } })
            #expect(writer.log.count == 2)
        }
    }

    @Test("a second writer is refused and told who the first is")
    func secondWriter() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            writer.announce(address: "127.0.0.1:8080")
            #expect(place.directory.serverAddress == "127.0.0.1:8080")
            let error = #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
            let text = error?.description ?? ""
            #expect(text.contains("process \(ProcessInfo.processInfo.processIdentifier), a server at http://127.0.0.1:8080"))
            #expect(throws: JournalError.self) { try Ledgers.withLock(place.directory) {} }
            #expect(await writer.submit(Command.open().asked("o")).fresh != nil)
        }
        #expect(place.directory.serverAddress == nil)
        #expect(throws: JournalError.self) { try Ledgers.create(place.directory, .init(operators: ["a", "b", "c"])) }
    }

    // MARK: Time

    @Test("a clock that jumps stops the writer until an operator confirms; time never runs backwards")
    func clockJump() async throws {
        let place = try Place.founded(real: true)
        let hands = Mutex((wall: Instant("2030-01-01T00:00Z")!.microseconds, monotonic: Int64(0)))
        let clock = LedgerClock(wall: { Instant(microseconds: hands.withLock { $0.wall }) }, monotonic: { hands.withLock { $0.monotonic } })
        @Sendable func pass(_ wall: Int64, _ monotonic: Int64) { hands.withLock { $0.wall += wall; $0.monotonic += monotonic } }
        let second: Int64 = 1_000_000
        try await place.session(clock: clock) { writer in
            let start = try #require(await writer.submit(Command.open().asked("o")).fresh).recordedAt
            pass(10 * second, 10 * second)
            #expect(await writer.submit(Command.charge(1, 1).asked("c-1")).fresh?.recordedAt == start + 10)
            // A step back within the bound: the time stands still rather than run backwards.
            pass(-3 * second, 0)
            #expect(await writer.submit(Command.charge(1, 1).asked("c-2")).fresh?.recordedAt == start + 10)
            pass(4 * second, 4 * second)
            // A jump of an hour.
            pass(3600 * second, second)
            let count = writer.log.count
            for request in [
                Command.charge(1, 1).asked("c-3"), Command.service(.confirmClock).asked("x"), Command.service(.setPolicy(.none)).asked("y", by: "op-1"),
            ] {
                guard case .notAccepted(.clockJumped) = await writer.submit(request) else { Issue.record("accepted"); continue }
            }
            #expect(writer.log.count == count && writer.metrics.clockJumped && !writer.isAccepting)
            // What was recorded before is still told.
            #expect(await writer.submit(Command.charge(1, 1).asked("c-1")).replayed != nil)
            // In one call: refused, confirmed, accepted.
            let outcomes = await writer.submit([
                Command.charge(1, 1).asked("c-4"), Command.service(.confirmClock).asked("ok", by: "op-2"), Command.charge(1, 1).asked("c-5"),
            ])
            guard case .notAccepted(.clockJumped) = outcomes[0] else { Issue.record("accepted"); return }
            #expect(outcomes[1].fresh?.kind == .clockConfirmed && outcomes[1].fresh?.recordedAt == start + (10 + 1 + 3600))
            #expect(outcomes[2].fresh != nil && !writer.metrics.clockJumped && writer.isAccepting)
        }
        // Slow drift is followed and never adds up to a jump.
        try await place.session(clock: clock) { writer in
            for number in 0..<100 {
                pass(10 * second + second / 5, 10 * second)
                if await writer.submit(Command.charge(1, 1).asked("d-\(number)")).fresh == nil { Issue.record("drift \(number)") }
            }
        }
        // A machine that comes up with a clock well before the last event does not begin.
        pass(-86_400 * second, 0)
        try await place.session(clock: clock) { writer in
            try await Place.eventually { writer.metrics.clockJumped }
            guard case .notAccepted(.clockJumped) = await writer.submit(Command.charge(1, 1).asked("e")) else { Issue.record("accepted"); return }
            #expect(await writer.submit(Command.service(.confirmClock).asked("e-ok", by: "op-1")).fresh != nil)
            #expect(await writer.submit(Command.charge(1, 1).asked("e")).fresh != nil)
        }
        try await place.reading { log in
            var last = Instant(microseconds: .min)
            try log.scan(from: 0) { view in
                if view.recordedAt < last { Issue.record("event \(view.position)") }
                last = view.recordedAt
                return true
            }
        }
    }

    @Test("a scenario's time moves only by its command")
    func scenarioClock() async throws {
        let place = try Place.founded()
        let later = Place.opening + 3600
        try await place.session { writer in
            await open(writer, 1)
            #expect(await writer.submit(Command.charge(1, 1).asked("c")).fresh?.recordedAt == Place.opening)
            let outcomes = await writer.submit([
                Command.service(.advanceClock(to: later)).asked("t"), Command.charge(1, 1).asked("c-2"),
                Command.service(.advanceClock(to: Place.opening)).asked("back"), Command.service(.confirmClock).asked("ok", by: "op-1"),
            ])
            #expect(outcomes[0].fresh?.recordedAt == later && outcomes[0].fresh?.kind == .clockAdvanced)
            #expect(outcomes[1].fresh?.recordedAt == later)
            #expect(outcomes[2].fresh?.rejection?.code == .clockBackwards && outcomes[2].fresh?.recordedAt == later)
            #expect(outcomes[3].fresh?.rejection?.code == .scenarioClock)
        }
        try await place.session { writer in
            #expect(await writer.submit(Command.charge(1, 1).asked("c-3")).fresh?.recordedAt == later)
        }
        let real = try Place.founded(real: true)
        try await real.session { writer in
            #expect(await writer.submit(Command.service(.advanceClock(to: later + 1_000_000_000)).asked("t")).fresh?.rejection?.code == .realClock)
        }
    }

    // MARK: Rehearsal

    @Test("a rehearsal gives the outcomes of the real run and appends nothing")
    func rehearsal() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 2)
            _ = await writer.submit((0..<5000).map { Command.charge(1, 1).asked("before-\($0)") })
        }
        var requests = [Command.charge(1, 1).asked("before-3"), Command.charge(1, 2).asked("before-4"), Command.charge(7, 1).asked("none")]
        for number in 0..<300 {
            requests.append(Command.charge(2, 10).asked("c-\(number)"))
            requests.append(Command.pay(2, 14, "s-\(number % 3)").asked("p-\(number)"))
            requests.append(Command.reverse(2, 5003 + UInt64(number), 3).asked("r-\(number)"))
            requests.append(Command.settlePartner(40, fee: 5).asked("s-\(number)", by: "op-1"))
        }
        requests += requests.prefix(40)
        let asked = requests
        let before = try await place.reading { log in
            let head = try log.head()
            var outcomes: [Outcome] = []
            try Ledgers.rehearse(log) { decide in for request in asked { outcomes.append(try decide(request)) } }
            #expect(try log.head().frontier == head.frontier && log.refresh() == head.frontier.size)
            return outcomes
        }
        let real = try await place.session { writer in await writer.submit(asked) }
        #expect(before.map(\.summary) == real.map(\.summary))
        #expect(Set(real.map { String($0.summary.prefix(8)) }).count >= 4)
    }
}

/// Opens accounts up to `count`.
func open(_ writer: Writer, _ count: Int, from: Int = 0) async {
    let outcomes = await writer.submit((from..<count).map { Command.open("p-\($0)", "ext-\($0)").asked("open-\($0)") })
    if outcomes.contains(where: { $0.fresh?.kind != .accountOpened }) { Issue.record("not opened: \(outcomes.map(\.summary))") }
}

// In functions of their own, since a transaction may not stand in an async one.
func head(_ log: Log) throws -> (frontier: Frontier, note: String) { try log.head() }
func stored(_ log: Log, _ position: UInt64) throws -> Event? { try log.event(at: position) }
