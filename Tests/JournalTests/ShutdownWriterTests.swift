import Foundation
import Ledger
import Synchronization
import Testing

@testable import Journal

/// What the ledger does by itself, on a real log: when its time comes, whatever happens meanwhile.
@Suite("The end of the service, in a writer")
struct ShutdownWriterTests {
    @Test("an instant that comes is noticed without any command; the steps are what was announced")
    func timer() async throws {
        let place = try Place.founded(real: true)
        let hands = Hands()
        try await place.session(clock: hands.clock) { writer in
            try await Self.members(writer, 30)
            try await Self.decideEnd(writer, hands.now + 2)
            let before = writer.log.count
            hands.pass(3)
            try await Place.eventually { writer.log.count == before + 32 }
            #expect(writer.failure == nil)
            let end = try #require(try stored(writer.log, before))
            #expect(end.kind == .serviceTerminated && end.recordedAt == hands.now && end.occurredAt == hands.start + 2)
            #expect(end.key == .none && end.channel == .ledger && end.tail.text(.actorName) == "ledger")
            #expect(await writer.submit(Command.pay(1, 5).asked("late")).fresh?.rejection?.code == .serviceTerminated)
            // Nothing more is due, and nobody is busy.
            #expect(writer.log.count == before + 33)
        }
        try await Self.check(place, acts: 1)
    }

    @Test("a process that was down over the instant ends the service before its first command")
    func wasDown() async throws {
        let place = try Place.founded(real: true)
        let hands = Hands()
        let instant = hands.now + 600
        let before = try await place.session(clock: hands.clock) { writer in
            try await Self.members(writer, 5)
            try await Self.decideEnd(writer, instant)
            return writer.log.count
        }
        hands.pass(10_800)
        try await place.session(clock: hands.clock) { writer in
            let outcomes = await writer.submit([
                Command.pay(1, 5).asked("p", at: instant + -1), Command.charge(2, 5).asked("c", at: instant + -1), Command.open("new").asked("n"),
            ])
            #expect(outcomes.allSatisfy { $0.fresh?.rejection?.code == .serviceTerminated })
            #expect(outcomes.compactMap { $0.fresh?.position } == [before + 7, before + 8, before + 9])
            let end = try #require(try stored(writer.log, before))
            #expect(end.kind == .serviceTerminated && end.occurredAt == instant && end.recordedAt == hands.now)
        }
        try await Self.check(place, acts: 1)
    }

    @Test("an act of more than two commits, while the committer is busy; a second start finds nothing to do")
    func large() async throws {
        let place = try Place.founded(real: true)
        let hands = Hands()
        try await place.session(clock: hands.clock) { writer in
            try await Self.members(writer, 5000)
            try await Self.decideEnd(writer, hands.now + 1)
            let before = writer.log.count
            hands.pass(2)
            let urgent = await writer.submit(Command.controls(.activate(.pay, effectiveAt: nil, until: nil, reason: "r")).asked("stop", by: "op-1"))
            #expect(urgent.fresh?.position == before + 5002, "a control waits for the last step")
            #expect(writer.failure == nil)
        }
        let count = try await Self.check(place, acts: 1)
        try await place.session(clock: hands.clock) { writer in
            #expect(await writer.submit(Command.charge(1, 1).asked("c")).fresh?.position == count)
        }
    }

    @Test("killed in the middle, again and again: the next start goes on, and every step is there once", .timeLimit(.minutes(5)))
    func killed() async throws {
        let prepared = try Place.founded(real: true)
        let genesis = try await prepared.reading { try #require(try $0.event(at: 0)).recordedAt }
        try await prepared.session { writer in
            try await Self.members(writer, 4000)
            try await Self.decideEnd(writer, genesis + 3600)
        }
        let before = try await prepared.reading { $0.count }
        let saved = Place.Copy(prepared)
        try saved.take()
        var dice = Dice(5)
        var stoppedAt: Set<UInt64> = []
        for round in 0..<6 {
            if round > 0 { try saved.putBack() }
            prepared.directory.remove(prepared.directory.views)
            var more: [UInt64] = round == 0 ? [1] : [UInt64.random(in: 1...3000, using: &dice)]
            if round > 2 { more.append(more[0] + UInt64.random(in: 1...900, using: &dice)) }
            for events in more {
                let (status, output) = try await Child.run("end", prepared, more: [Child.count: "\(before + events)"])
                #expect(status == -SIGKILL, "\(output.suffix(300))")
                prepared.directory.remove(prepared.directory.log + "/lock.mdb")
            }
            stoppedAt.insert(try await prepared.reading { $0.count })
            try await prepared.session(clock: ChildErrands.later) { writer in
                #expect(await writer.submit(Command.pay(1, 1).asked("p")).fresh?.rejection?.code == .serviceTerminated)
            }
            let count = try await Self.check(prepared, acts: 1)
            #expect(count == before + 4003)
            #expect(try await OpeningTests.image(prepared) == OpeningTests.fromZero(prepared))
        }
        #expect(stoppedAt.contains { $0 > before && $0 < before + 4002 }, "no kill came within the act: \(stoppedAt)")
    }

    @Test("a clock that jumps in the middle does not stop an act; its steps bear the last time that was trusted")
    func clockJumps() async throws {
        let place = try Place.founded(real: true)
        let hands = Hands()
        try await place.session(clock: hands.clock) { writer in
            try await Self.members(writer, 3000)
            try await Self.decideEnd(writer, hands.now + 1)
            let before = writer.log.count
            hands.pass(2)
            let due = hands.now
            // The first look finds it due, the next an hour gone.
            hands.jump(after: 1)
            try await Place.eventually { writer.log.count >= before + 3002 }
            guard case .notAccepted(.clockJumped) = await writer.submit(Command.charge(1, 1).asked("c")) else { Issue.record("accepted"); return }
            #expect(writer.log.count == before + 3002)
            for position in [before, before + 1, before + 3001] { #expect(try stored(writer.log, position)?.recordedAt == due) }
            #expect(await writer.submit(Command.service(.confirmClock).asked("ok", by: "op-1")).fresh?.position == before + 3002)
        }
        try await Self.check(place, acts: 1)
    }

    @Test("while the time is not trusted nothing ends; with the operator's word it does, before all else")
    func untrusted() async throws {
        let place = try Place.founded(real: true)
        let hands = Hands()
        try await place.session(clock: hands.clock) { writer in
            try await Self.members(writer, 3)
            try await Self.decideEnd(writer, hands.now + 600)
            let before = writer.log.count
            hands.jump(after: 0)
            guard case .notAccepted(.clockJumped) = await writer.submit(Command.charge(1, 1).asked("c")) else { Issue.record("accepted"); return }
            try await Task.sleep(for: .milliseconds(50))
            #expect(writer.log.count == before)
            let outcomes = await writer.submit([Command.service(.confirmClock).asked("ok", by: "op-1"), Command.charge(1, 1).asked("c-2")])
            #expect(outcomes[0].fresh?.position == before && outcomes[1].fresh?.position == before + 6)
            #expect(outcomes[1].fresh?.rejection?.code == .serviceTerminated)
        }
        try await Self.check(place, acts: 1)
    }

    @Test("a scenario's end comes with its clock, in one call with what follows; stopping waits for the last step")
    func scenario() async throws {
        let place = try Place.founded()
        let end = Place.opening + 3600
        try await place.session { writer in
            try await Self.members(writer, 2500)
            try await Self.decideEnd(writer, end)
            let before = writer.log.count
            let outcomes = await writer.submit([
                Command.charge(1, 5).asked("c"), Command.service(.advanceClock(to: end + 10)).asked("t"), Command.pay(1, 5).asked("p"),
            ])
            #expect(outcomes[0].fresh?.rejection == nil && outcomes[1].fresh?.position == before + 1)
            #expect(outcomes[2].fresh?.rejection?.code == .serviceTerminated && outcomes[2].fresh?.position == before + 2504)
        }
        try await Self.check(place, acts: 1)
        let other = try Place.founded()
        try await other.session { writer in
            try await Self.members(writer, 2500)
            try await Self.decideEnd(writer, end)
            _ = await writer.submit(Command.service(.advanceClock(to: end)).asked("t"))
        }
        try await Self.check(other, acts: 1)
    }

    @Test("a rehearsal does by itself what the writer would, and appends nothing")
    func rehearsal() async throws {
        let place = try Place.founded()
        let end = Place.opening + 3600
        try await place.session { writer in
            try await Self.members(writer, 40)
            try await Self.decideEnd(writer, end)
        }
        let asked = [
            Command.charge(1, 5).asked("c"), Command.service(.advanceClock(to: end)).asked("t"), Command.pay(1, 5).asked("p"),
            Command.shutdown(.placeLegalHold(.ordinal(2), reason: "r")).asked("l", by: "op-1"), Command.open("new").asked("o"),
        ]
        let before = try await place.reading { log in
            let count = log.count
            var outcomes: [Outcome] = []
            try Ledgers.rehearse(log) { decide in for request in asked { outcomes.append(try decide(request)) } }
            #expect(try log.refresh() == count)
            return outcomes
        }
        let real = try await place.session { writer in await writer.submit(asked) }
        #expect(before.map(\.summary) == real.map(\.summary))
        // The hold that the ledger records by itself stands between.
        #expect(real[4].event?.position == real[3].event.map { $0.position + 2 })
        try await Self.check(place, acts: 1)
    }

    @Test("who opens or releases a batch is told when its last step is on disk; nothing of others stands between")
    func batches() async throws {
        let place = try Place.founded()
        let end = Place.opening + 3600
        let hash = Hash.of([1]).bytes
        try await place.session { writer in
            try await Self.members(writer, 1500)
            try await Self.decideEnd(writer, end)
            for name in ["t"] {
                try await Self.agreed(writer, .approvals(.grant(principal: name, .treasurer, person: nil)))
            }
            _ = await writer.submit(Command.service(.advanceClock(to: end)).asked("t"))
            try await Self.claimAll(writer, 1500)
            let (outcome, told) = await Self.besides(writer, Command.shutdown(.openBatch(.bank, date: Day(of: end), items: nil)).asked("batch", by: "op-1"))
            let batch = try #require(outcome.fresh)
            #expect(batch.kind == .batchOpened && batch.actSize?.count == 1500)
            #expect(try stored(writer.log, batch.position + 1501)?.kind == .batchCompleted && told > batch.position + 1501)
            #expect(await writer.submit(Command.shutdown(.openBatch(.bank, date: Day(of: end), items: nil)).asked("batch", by: "op-1")).replayed == batch)
            _ = await writer.submit(Command.shutdown(.recordFile(batch: batch.position, .zengin, contentHash: hash, bytes: 9)).asked("f", by: "op-1"))
            let (sent, toldThen) = await Self.besides(writer, Command.shutdown(.releaseBatch(batch.position, contentHash: hash)).asked("release", by: "t"))
            let release = try #require(sent.fresh)
            #expect(release.kind == .batchReleased, "\(sent.summary)")
            #expect(try stored(writer.log, release.position + 1501)?.kind == .releaseCompleted && toldThen > release.position + 1501)
            let again = await writer.submit(Command.shutdown(.releaseBatch(batch.position, contentHash: hash)).asked("again", by: "t"))
            #expect(again.fresh?.rejection?.code == .batchIsPast)
        }
        try await Self.check(place, acts: 3)
    }

    // MARK: -

    /// Accounts with a balance, one like the other.
    static func members(_ writer: Writer, _ count: Int) async throws {
        await open(writer, count)
        let outcomes = await writer.submit((1...count).map { Command.charge(UInt64($0), Int64($0 % 7) + 1, .registerCash).asked("first-\($0)") })
        #expect(outcomes.allSatisfy { $0.fresh?.kind == .chargeSettled })
    }

    /// Proposed by one founder, agreed to by the others until it is done.
    static func agreed(_ writer: Writer, _ command: Command) async throws {
        let key = String(UUID().uuidString.prefix(8))
        let proposed = await writer.submit(Command.approvals(.propose(command, because: "b")).asked(key, by: "op-1"))
        let proposal = try #require(proposed.fresh)
        try #require(proposal.kind == .proposed, "\(proposed.summary)")
        for name in ["op-2", "op-3"] {
            let outcome = await writer.submit(Command.approvals(.approve(proposal: proposal.position)).asked(key + name, by: name))
            guard let event = outcome.fresh, event.rejection == nil else {
                Issue.record("\(outcome.summary)")
                return
            }
            if event.kind != .approved { return }
        }
    }

    static func decideEnd(_ writer: Writer, _ instant: Instant) async throws {
        try await agreed(writer, .shutdown(.decide(effectiveAt: instant, reason: "the end")))
    }

    static func claimAll(_ writer: Writer, _ count: Int) async throws {
        for kind in [NoticeKind.refundPublicNotice, .refundPosting, .refundInformation] {
            let notice = Command.service(.publishNotice(kind, place: "web", contentHash: Hash.of([2]).bytes, note: nil))
            _ = await writer.submit(notice.asked("n-\(kind)", by: "op-1"))
        }
        try await agreed(writer, .shutdown(.openClaims(from: nil, last: Day("2020-01-10")!)))
        let outcomes = await writer.submit(
            (1...count).map { account in
                let claim = ShutdownCommand.Claim(
                    claimant: "p-\(account - 1)", method: .bank, payee: Pseudonym(Array(repeating: 7, count: 16))!, channel: .webForm,
                    identity: .init(level: 2, method: .document))
                return Command.shutdown(.claim(.ordinal(UInt64(account)), claim)).asked("claim-\(account)")
            })
        #expect(outcomes.allSatisfy { $0.fresh?.kind == .identityVerified })
        for first in stride(from: 1, through: count, by: 100) {
            let accounts = (first...min(count, first + 99)).map { UInt64($0) }
            try await agreed(writer, .shutdown(.approve(accounts: accounts, total: Amount(accounts.reduce(0) { $0 + Int64($1 % 7) + 1 })!)))
        }
    }

    /// Submits while others submit too, at their own pace; the answer, and how many events there were when it was told.
    static func besides(_ writer: Writer, _ request: Request) async -> (outcome: Outcome, count: UInt64) {
        let tag = String(UUID().uuidString.prefix(8))
        return await withTaskGroup(of: (Outcome, UInt64)?.self) { group in
            for client in 0..<4 {
                group.addTask {
                    for number in 0..<20 {
                        let account = AccountReference.ordinal(UInt64(client) + 1)
                        let lock = number % 2 == 0 ? AccountsCommand.lock(account, .pay, reason: nil) : .unlock(account, .pay, reason: nil)
                        _ = await writer.submit(Command.accounts(lock).asked("\(tag)x\(client)y\(number)"))
                        let stop = Command.controls(.activate(.registration, effectiveAt: nil, until: nil, reason: "r"))
                        _ = await writer.submit(stop.asked("\(tag)s\(client)y\(number)", by: "op-2"))
                    }
                    return nil
                }
            }
            group.addTask {
                let outcome = await writer.submit(request)
                return (outcome, writer.log.count)
            }
            var answer: (Outcome, UInt64)?
            for await one in group { answer = one ?? answer }
            return answer!
        }
    }

    /// Walks the log: acts are whole, their steps contiguous and as announced. How many events there are.
    @discardableResult
    static func check(_ place: Place, acts expected: Int) async throws -> UInt64 {
        try await place.reading { log in
            var (opened, size, steps, acts): (Event?, ActSize?, [UInt64], Int) = (nil, nil, [], 0)
            try log.scan(from: 0) { view in
                guard let event = view.event else { return false }
                if event.kind.opensAct != nil {
                    if opened != nil { Issue.record("\(event.position): an act within an act") }
                    (opened, size, steps) = (event, event.actSize, [])
                } else if let act = opened, let whole = size {
                    if event.kind.closesAct {
                        let bytes = steps.flatMap { word in (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
                        #expect(event.reference == act.position && event.actSize == whole && Int64(steps.count) == 2 * whole.count)
                        #expect(Hash.of(bytes).bytes == whole.digest)
                        (opened, size, acts) = (nil, nil, acts + 1)
                    } else {
                        if event.kind.stepOfAct != act.kind.opensAct || event.reference != act.position {
                            Issue.record("\(event.position): \(event.kind.name) stands between the steps of \(act.position)")
                        }
                        steps += event.stepWords
                    }
                } else if event.kind.closesAct {
                    Issue.record("\(event.position): the end of no act")
                }
                return true
            }
            #expect(opened == nil && acts == expected)
            return log.count
        }
    }
}

/// A clock that a test moves.
final class Hands: Sendable {
    let start = Instant("2030-01-01T00:00Z")!
    private let time: Mutex<(wall: Int64, monotonic: Int64, looks: Int?)>

    init() { time = Mutex((start.microseconds, 0, nil)) }

    var now: Instant { Instant(microseconds: time.withLock { $0.wall }) }

    func pass(_ seconds: Int64) { time.withLock { $0.wall += seconds * 1_000_000; $0.monotonic += seconds * 1_000_000 } }

    /// After so many looks at it the wall clock alone is an hour further.
    func jump(after looks: Int) { time.withLock { $0.looks = looks } }

    var clock: LedgerClock {
        LedgerClock(
            wall: { [self] in
                time.withLock { time in
                    if let looks = time.looks {
                        time.looks = looks > 0 ? looks - 1 : nil
                        if looks == 0 { time.wall += 3_600_000_000 }
                    }
                    return Instant(microseconds: time.wall)
                }
            },
            monotonic: { [self] in time.withLock { $0.monotonic } })
    }
}
