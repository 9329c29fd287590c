import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// However a view comes to be, it shows the same, and what a plain fold of the events shows.
@Suite struct FollowTests {
    @Test("At every position: folded at once, followed in slices, read from a checkpoint, and the plain fold agree", arguments: 1...4)
    func everyPosition(seed: Int) throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        var play = try Play(seed: UInt64(seed), writer)
        try play.go(130)
        for position in 0...play.events.count {
            let plain = Plain(play.events[..<position])
            let end = UInt64(position)
            try everyWay(Balances.self, writer.log, end, plain, &play.random)
            try everyWay(Statements.self, writer.log, end, plain, &play.random)
            try everyWay(Trial.self, writer.log, end, plain, &play.random)
            try everyWay(Decisions.self, writer.log, end, plain, &play.random)
            try everyWay(Damage.self, writer.log, end, plain, &play.random)
        }
    }

    private func everyWay<P: Compared>(_: P.Type, _ log: Log, _ end: UInt64, _ plain: Plain, _ random: inout Random) throws {
        let atOnce = try P.fold(log, to: end)
        #expect(atOnce.parts(from: plain) == [])
        try? FileManager.default.removeItem(atPath: ViewStore.path(P.self, log.directory))
        var sliced = P()
        while sliced.next < end {
            try sliced.follow(log, to: min(end, sliced.next + 1 + UInt64(random.below(40))))
            if random.below(12) == 0 { try sliced.keep(log) }
        }
        let digest = atOnce.digest()
        #expect(sliced.parts(from: plain) == [] && sliced.digest() == digest)
        let read = try Views.read(P.self, log, at: end)
        #expect(read.parts(from: plain) == [] && read.digest() == digest)
    }

    @Test("The trial balance holds totals beyond 64 bits, and the audit sums them alike")
    func largeTotals() throws {
        let scratch = try Scratch()
        let log = try Log(try scratch.ledger(), readOnly: true)
        var genesis = log.genesis.event
        genesis.recordedAt = Instant(microseconds: 0)
        var (trial, audit, plain) = (Trial(), Audit(of: []), [genesis])
        audit.take(genesis)
        var opened = Event(.accountOpened, subject: .member(1))
        opened.position = 1
        opened.tail.add(.person, "p")
        plain.append(opened)
        var previous: UInt64 = 1
        for round in 0..<37_000 {
            let isCharge = round % 2 == 0
            var event = Event(
                isCharge ? .chargeSettled : .paymentAccepted, subject: .member(1),
                debit: isCharge ? .receivable(.creditCard) : .member(1), credit: isCharge ? .member(1) : .merchant(1),
                amount: Amount.greatest, balanceAfter: isCharge ? Amount.greatest : 0)
            event.source = isCharge ? .creditCard : nil
            event.position = UInt64(round + 2)
            event.previous = previous
            if round == 1 { event.tail.add(.store, "s-1") }
            previous = event.position
            plain.append(event)
        }
        var buffer = EventBuffer()
        for event in plain { buffer.append(event) }
        for index in plain.indices {
            try buffer.withEvent(index) { bytes in try trial.apply(EventView(bytes, at: UInt64(index))!, log) }
            if index > 0 { audit.take(plain[index]) }
        }
        audit.finish()
        #expect(audit.findings == [])
        #expect(trial.differences(from: audit) == [])
        let line = try #require(trial.lines.first { $0.account == .receivable(.creditCard) })
        #expect(line.debits == 18_500 * Int128(Amount.greatest) && line.debits > Int128(UInt64.max))
        #expect(compare(trial, Plain(plain)) == [])
        let member = try #require(trial.lines.first)
        #expect(member.debits == member.credits && member.debits == line.debits)
    }

    @Test("A partly failed event leaves the view as it was")
    func failedEvent() throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        let teller = Teller(writer)
        try teller.ask([.open("p"), .charge(1, 500)])
        let payment = try teller.ask(.pay(1, 500))
        let reversal = try teller.ask(.reverse(1, payment.position, 200))
        // A log of another ledger stands in for one whose past cannot be read: it holds nothing at those positions.
        var view = try Balances.fold(writer.log, to: reversal.position)
        let before = view.digest()
        var buffer = EventBuffer()
        var stranger = reversal
        stranger.previous = reversal.position
        buffer.append(stranger)
        let broken = try brokenLog(scratch, upTo: reversal.position)
        #expect(throws: JournalError.self) {
            try buffer.withEvent(0) { try view.apply(EventView($0, at: reversal.position)!, broken) }
        }
        #expect(view.next == reversal.position && view.digest() == before)
    }

    /// A log whose event at a position fails its checksum.
    private func brokenLog(_ scratch: Scratch, upTo position: UInt64) throws -> Log {
        let directory = try scratch.ledger("broken")
        try writing(directory) { _ = try Teller($0).ask((0..<position).map { .open("q-\($0)") }) }
        try tamper(directory.log, "events", position) { $0[64] ^= 1 }
        return try reading(directory)
    }
}
