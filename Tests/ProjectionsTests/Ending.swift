import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// The shutdown desk at work on a real ledger; `t` releases what others made.
extension Victims {
    func staffTheEnd() throws { try teller.carryOut(.approvals(.grant(principal: "t", .treasurer, person: nil))) }

    /// Opens an account for a person and charges it with cash.
    @discardableResult
    func holder(_ person: String, _ units: Int64) throws -> UInt64 {
        try open(person)
        if units > 0 { try play("o\(units)") }
        return account
    }

    func decideEnd(_ instant: String = "2019-09-30 24:00 JST") throws {
        try teller.carryOut(.shutdown(.decide(effectiveAt: Instant(instant)!, reason: "abolished")))
    }

    /// Decides the end and goes there; waits until the ledger has done all it does by itself.
    func end(_ instant: String = "2019-09-30 24:00 JST") throws {
        try decideEnd(instant)
        try advance(instant)
        try settle()
    }

    /// Whatever the ledger is due to do by itself is done before the next command.
    func settle() throws { try notice(.other) }

    @discardableResult
    func notice(_ kind: NoticeKind) throws -> Event {
        try teller.ask(.service(.publishNotice(kind, place: "web", contentHash: Array(repeating: 7, count: 32), note: nil)))
    }

    func openClaims(until last: String = "2020-01-10") throws {
        for kind in [NoticeKind.refundPublicNotice, .refundPosting, .refundInformation] { try notice(kind) }
        try teller.carryOut(.shutdown(.openClaims(from: nil, last: Day(last)!)))
    }

    static func claim(_ person: String, _ method: PayoutMethod = .bank, _ channel: ClaimChannel = .app, level: UInt8? = 2) -> ShutdownCommand.Claim {
        ShutdownCommand.Claim(
            claimant: person, method: method, payee: Pseudonym(high: 9, low: 9), channel: channel,
            identity: level.map { ShutdownCommand.Identity(level: $0, method: .document) })
    }

    func claim(_ account: UInt64, _ person: String, _ method: PayoutMethod = .bank, _ channel: ClaimChannel = .app, level: UInt8? = 2) throws {
        try teller.ask(.shutdown(.claim(.ordinal(account), Self.claim(person, method, channel, level: level))))
    }

    func acceptLate(_ account: UInt64, _ person: String) throws {
        try teller.carryOut(.shutdown(.acceptLate(.ordinal(account), Self.claim(person))))
    }

    func owed(_ account: UInt64) throws -> Int64 {
        try settle()
        return try RefundList.read(log, isHashed: false).row(account)?.open ?? 0
    }

    func approve(_ accounts: [UInt64], by proposer: String = "op-1") throws {
        let total = try accounts.reduce(Int64(0)) { try $0 + owed($1) }
        try teller.carryOut(.shutdown(.approve(accounts: accounts, total: amount(total))), by: proposer)
    }

    static let file = [UInt8](repeating: 3, count: 32)

    /// Opens a batch of all that is approved, and waits for its steps.
    func batch(_ method: PayoutMethod = .bank, _ day: String = "2020-02-03") throws -> UInt64 {
        guard case .recorded(let last, _) = try teller.ask([.shutdown(.openBatch(method, date: Day(day)!, items: nil))])[0], last.kind == .batchOpened
        else { throw Teller.Unexpected() }
        return last.position
    }

    func release(_ batch: UInt64, _ format: FileFormat = .zengin) throws {
        try teller.ask(.shutdown(.recordFile(batch: batch, format, contentHash: Self.file, bytes: 480)))
        try teller.ask(.shutdown(.releaseBatch(batch, contentHash: Self.file)), by: "t")
    }

    /// Approves and releases what was claimed; position of the batch.
    @discardableResult
    func send(_ accounts: [UInt64], _ day: String = "2020-02-03", by proposer: String = "op-1") throws -> UInt64 {
        try approve(accounts, by: proposer)
        let position = try batch(.bank, day)
        try release(position)
        return position
    }

    func paid(_ account: UInt64, _ units: Int64, _ batch: UInt64? = nil) throws {
        try teller.ask(.shutdown(.confirmPayout(.ordinal(account), amount(units), batch: batch, reference: nil)))
    }

    func returned(_ account: UInt64, _ units: Int64, _ batch: UInt64? = nil) throws {
        try teller.ask(.shutdown(.returnPayout(.ordinal(account), amount(units), batch: batch, reason: "no such account")))
    }

    func list(before end: UInt64 = .max) throws -> RefundList { try RefundList.read(log, before: end) }

    func base(_ day: String, before end: UInt64 = .max) throws -> BaseDateReport {
        try BaseDateReport.read(log, base: BaseDate(Day(day)!)!, before: end)
    }
}

/// The accounts of a story with every kind of event of the shutdown desk.
struct Ended {
    let desk: Victims
    var a: UInt64 = 0, b: UInt64 = 0, c: UInt64 = 0, d: UInt64 = 0, e: UInt64 = 0, f: UInt64 = 0, h: UInt64 = 0, k: UInt64 = 0
    var batches: [UInt64] = []
    var filing: UInt64 = 0

    init() throws {
        desk = try Victims()
        try desk.staffTheEnd()
        let teller = desk.teller
        a = try desk.holder("a", 1_000)
        try teller.carryOut(.money(.refund(.ordinal(a), amount(100), .smallAmount, note: nil)))
        try desk.returned(a, 40)
        try desk.paid(a, 60)
        try desk.returned(a, 20)
        try teller.carryOut(.money(.refund(.ordinal(a), amount(30), .smallAmount, note: nil)))
        b = try desk.holder("b", 500)
        c = try desk.holder("c", 700)
        try desk.play("u200", labels: false)
        let paidAtStore = desk.played[1]
        d = try desk.holder("d", 300)
        e = try desk.holder("e", 90)
        f = try desk.open("f")
        try desk.play("o10 c5000", labels: false)
        let stolen = desk.played[1]
        h = try desk.holder("h", 80)
        try desk.play("u50", labels: false)
        let late = desk.played[1]
        k = try desk.holder("k", 60)
        try desk.decideEnd("2019-08-31 24:00 JST")
        try teller.carryOut(.shutdown(.reschedule(effectiveAt: Instant("2019-09-15 24:00 JST")!, reason: "later")))
        try teller.carryOut(.shutdown(.withdrawDecision(reason: "not yet")))
        try teller.ask(.shutdown(.placeLegalHold(.ordinal(e), reason: "a court")))
        try teller.ask(.shutdown(.secure(.deposit, amount(900), reference: "d-1")))
        try teller.ask(.shutdown(.secure(.guarantee, amount(50), reference: "g-1")))
        try desk.end()
        try teller.carryOut(.shutdown(.liftLegalHold(.ordinal(e), reason: "over")))
        let dispute = try teller.ask(.damage(.openDispute(.ordinal(c), events: [paidAtStore], via: .app, note: nil)))
        try teller.ask(.damage(.closeDispute(dispute: dispute.position, .rejected, note: nil)))
        try teller.ask(.reverse(c, paidAtStore, 150))
        desk.turn(to: f)
        try desk.label([stolen], .fraud)
        try teller.ask(.damage(.hold(.ordinal(f), charge: nil, reason: "seen")))
        try desk.label([stolen], .genuine)
        try desk.openClaims(until: "2019-12-15")
        try teller.carryOut(.shutdown(.extendClaims(last: Day("2020-01-10")!, reason: "holidays")))
        try desk.claim(a, "a", level: nil)
        try teller.ask(.shutdown(.verifyIdentity(.ordinal(a), ShutdownCommand.Identity(level: 1, method: .contact))))
        try teller.ask(.shutdown(.rejectClaim(.ordinal(a), reason: "not readable")))
        try desk.claim(a, "a", .bank, .webForm)
        try desk.claim(b, "b")
        try desk.claim(c, "c", .postal, .paper)
        try desk.claim(k, "k")
        try teller.ask(.shutdown(.withdrawClaim(.ordinal(k), reason: nil)))
        try desk.approve([a, b])
        let cancelled = try desk.batch()
        try teller.ask(.shutdown(.cancelBatch(cancelled, reason: "another day")))
        let first = try desk.batch()
        try desk.release(first)
        try teller.ask(.shutdown(.sendBatch(first, reference: "ib-1")))
        try desk.paid(b, 500, first)
        try desk.returned(a, 930, first)
        try teller.ask(.shutdown(.recordResult(batch: first, contentHash: Array(repeating: 5, count: 32), paid: 1, returned: 1)))
        // What went out by exception comes back after the end.
        try desk.returned(a, 30)
        try teller.ask(.shutdown(.correctPayee(.ordinal(a), .bank, payee: Pseudonym(high: 8, low: 8))))
        try teller.ask(.shutdown(.verifyIdentity(.ordinal(a), ShutdownCommand.Identity(level: 2, method: .document))))
        let second = try desk.send([a])
        try desk.approve([c])
        let postal = try desk.batch(.postal)
        try desk.release(postal, .certificates)
        try desk.paid(a, 960, second)
        try desk.returned(b, 500, first)
        batches = [cancelled, first, second, postal]
        try desk.advance("2020-01-10 24:00 JST")
        try desk.settle()
        try teller.ask(.reverse(h, late, 50))
        try desk.acceptLate(d, "d")
        filing = try teller.ask(
            .shutdown(.recordFiling(ShutdownCommand.Filing(.reclaimApproval, contentHash: Self.hash, amount: amount(600), reference: "k-1")))
        ).position
        try teller.carryOut(.shutdown(.reclaim(.deposit, amount(550), approval: filing)))
        try teller.carryOut(.shutdown(.reclaim(.guarantee, amount(50), approval: filing)))
    }

    static let hash = [UInt8](repeating: 4, count: 32)
}
