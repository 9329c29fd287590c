import Journal
import Ledger
import Testing

@testable import Projections

/// A checker that cannot object is no checker.
@Suite struct CheckerTests {
    private func events(_ scratch: Scratch, seed: UInt64, _ count: Int) throws -> (Log, [Event]) {
        let writer = try Ledgers.open(try scratch.ledger("seed-\(seed)"))
        defer { writer.stop() }
        var play = try Play(seed: seed, writer)
        // Two chains of marks, and rows that become free.
        try play.teller.ask((0..<3).map { .open("q-\($0)") })
        for _ in 0..<5 { try play.teller.ask((0..<40).map { .charge(UInt64(1 + $0 % 2), 10) } + [.pay(1, 150), .pay(2, 60)]) }
        // One of each kind that chance may leave out.
        try play.teller.ask([
            .accounts(.lock(.ordinal(1), .pay, reason: nil)), .accounts(.unlock(.ordinal(1), .all, reason: nil)),
            .accounts(.resetCredentials(.ordinal(1), .reminder, addressChanged: true)), .service(.setPolicy(Policy(balanceCap: 900_000))),
            .money(.settlePartner(.registerCash, gross: amount(100), fee: 3, statement: nil)), .money(.fundByOwner(amount(9), statement: nil)),
            .money(.bookUnmatched(amount(5), .in, statement: nil)), .money(.bookUnmatched(amount(2), .out, statement: nil)),
            .money(.refund(.ordinal(2), amount(3), .smallAmount, note: nil)),
            .money(.settleMerchant(store: "s-1", amount(20), .toStore, statement: nil)),
            .service(.advanceClock(to: Instant("2019-07-02T09:00+09:00")!)),
        ])
        play = try Play(seed: seed, writer)
        try play.go(count)
        return (writer.log, play.events)
    }

    @Test("Clean views give no difference; any word changed in any line gives one", arguments: [21, 22])
    func everyWord(seed: UInt64) throws {
        let scratch = try Scratch()
        let (log, events) = try events(scratch, seed: seed, 150)
        let audit = audit(events)
        #expect(audit.findings == [])
        try everyWord(try Balances.fold(log), log, audit)
        try everyWord(try Statements.fold(log), log, audit)
        try everyWord(try Trial.fold(log), log, audit)
    }

    private func everyWord<P: Compared>(_ clean: P, _ log: Log, _ audit: Audit) throws {
        #expect(clean.objections(audit) == [])
        for (number, table) in clean.tables.enumerated() {
            #expect(table.count > 0, "\(P.name).\(table.name) has no line to change")
            for row in 0..<table.count {
                for column in 0..<table.width {
                    for change: (Int64) -> Int64 in [{ $0 ^ 1 }, { $0 ^ .min }, { $0 &+ 1 << 33 }, { _ in -7 }] {
                        var view = clean
                        view.tables[number][row, column] = change(table[row, column])
                        if view.objections(audit).isEmpty { Issue.record("\(P.name).\(table.name)[\(row), \(column)] may be anything") }
                    }
                }
            }
            var longer = clean
            longer.tables[number][table.count, 0] = 1
            #expect(!longer.objections(audit).isEmpty, "\(P.name).\(table.name) may have a line too many")
        }
        var early = try P.fold(log, to: log.count - 1)
        #expect(!early.objections(audit).isEmpty)
        try early.follow(log, to: log.count)
        #expect(early.objections(audit).isEmpty)
    }

    @Test("The audit finds every field of every event that says something else", arguments: [31, 32, 33])
    func everyField(seed: UInt64) throws {
        let scratch = try Scratch()
        let (_, events) = try events(scratch, seed: seed, 220)
        #expect(audit(events).findings == [])
        var prefix = Audit()
        for (index, event) in events.enumerated() {
            for (name, change) in changes {
                var altered = event
                change(&altered)
                if altered == event { continue }
                // What went before is sound; what follows may be what gives it away.
                var audit = prefix
                audit.take(altered)
                for later in events[(index + 1)...] where audit.findings.isEmpty { audit.take(later) }
                if audit.findings.isEmpty { audit.finish() }
                if audit.findings.isEmpty { Issue.record("seed \(seed): \(name) of \(event) may be \(altered)") }
            }
            prefix.take(event)
        }
        let unseen = Set(EventKind.allCases).subtracting(events.map(\.kind))
        #expect(unseen.subtracting([.accountClosed, .balanceDisposed, .paymentReversedToUnclaimed, .merchantRepaid]) == [.clockConfirmed, .continuation])
    }

    private var changes: [(String, (inout Event) -> Void)] {
        [
            ("position", { $0.position += 1 }),
            ("recordedAt", { if $0.position > 0 { $0.recordedAt = $0.recordedAt + -1_000_000 } }),
            ("kind", { $0.kind = $0.kind == .chargeSettled ? .paymentReversed : .chargeSettled }),
            ("kind without posting", { if !$0.hasPosting { $0.kind = $0.kind == .accountClosed ? .credentialsReset : .accountClosed } }),
            ("source", { if $0.hasPosting, $0.source != nil, $0.kind != .unmatchedReceived { $0.source = $0.source == .point ? .atmCash : .point } }),
            ("groupIndex", { $0.groupIndex += 1 }),
            ("groupCount", { $0.groupCount += 1 }),
            ("no group", { $0.groupCount = 0 }),
            ("subject", { $0.subject = $0.subject == .member(1) ? .member(2) : .member(1) }),
            ("no subject", { $0.subject = .none }),
            ("strange subject", { $0.subject = AccountCode(rawValue: .max) }),
            ("previous", { $0.previous += 1 }),
            ("debit", { $0.debit = $0.debit == .bank ? .suspense : .bank }),
            ("no debit", { $0.debit = .none }),
            ("debit of the class", { if $0.hasPosting { $0.debit = AccountCode(rawValue: $0.debit.rawValue + 1_000) } }),
            ("credit", { $0.credit = $0.credit == .bank ? .suspense : .bank }),
            ("no credit", { $0.credit = .none }),
            ("credit of the class", { if $0.hasPosting { $0.credit = AccountCode(rawValue: $0.credit.rawValue + 1_000) } }),
            ("amount", { if $0.kind != .refused { $0.amount += 1_000_000 } }),
            ("amount below zero", { $0.amount = -1 }),
            ("least amount", { $0.amount = .min }),
            ("greatest amount", { if $0.kind != .refused { $0.amount = .max } }),
            ("balanceAfter", { $0.balanceAfter -= 1 }),
            ("least balanceAfter", { $0.balanceAfter = .min }),
            ("reference", { $0.reference = $0.reference == 0 ? 1 : $0.reference + 1_000_000 }),
            ("no reference", { $0.reference = 0 }),
            ("policyVersion", { $0.policyVersion += 1 }),
            ("actor", { $0.actor += 900 }),
        ]
    }

    @Test("A key used twice, a lock that stands already, a closed account that moves, a card number: findings")
    func others() throws {
        let scratch = try Scratch()
        let (_, events) = try events(scratch, seed: 34, 150)
        func found(_ change: (inout [Event]) -> Void) -> Bool {
            var altered = events
            change(&altered)
            return !audit(altered).findings.isEmpty
        }
        let alone = events.indices.filter { events[$0].groupCount == 1 && $0 > 10 }
        #expect(found { $0[alone[5]].key = $0[alone[2]].key })
        #expect(found { $0.remove(at: alone[4]) })
        #expect(found { $0.swapAt(alone[4], alone[5]) })
        #expect(found { $0.removeAll() })
        let grouped = events.indices.filter { events[$0].groupCount == 2 && events[$0].groupIndex == 1 }
        let second = try #require(grouped.first)
        #expect(found { $0[second].key = .none })
        #expect(found { $0[second].fingerprint += 1 })
        #expect(found { $0[second].recordedAt = $0[second].recordedAt + 1 })
        #expect(found { $0 = Array($0[...(second - 1)]) })
        let lock = try #require(events.firstIndex { $0.kind == .accountLocked })
        #expect(found { $0[lock].tail = Tail() })
        #expect(found { events in
            let paid = events.firstIndex { $0.kind == .paymentAccepted }!
            events[paid].tail.add(.register, "4111 1111 1111 1111")
        })
    }
}
