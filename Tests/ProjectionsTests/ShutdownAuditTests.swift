import Journal
import Ledger
import Testing

@testable import Projections

/// What the audit says of streams that break one rule of the shutdown desk: each is a sound one with one thing changed.
@Suite struct ShutdownAuditTests {
    private let ended: Ended
    private let events: [Event]
    private let actors: [String: UInt32]

    init() throws {
        ended = try Ended()
        events = try ended.desk.log.events()
        actors = Dictionary(uniqueKeysWithValues: Decided(events, position: .max).actors.map { ($0.value, $0.key) })
        #expect(audit(events).findings == [])
    }

    private func index(_ kind: EventKind, _ number: Int = 0) throws -> Int {
        try #require(events.indices.filter { events[$0].kind == kind }.dropFirst(number).first, "\(kind)")
    }

    private func found(_ change: (inout [Event]) throws -> Void) rethrows -> String {
        var altered = events
        try change(&altered)
        return audit(altered).findings.joined(separator: "\n")
    }

    /// What is found once one event is changed.
    private func found(_ kind: EventKind, _ number: Int = 0, _ change: (inout Event) throws -> Void) throws -> String {
        let index = try index(kind, number)
        return try found { try change(&$0[index]) }
    }

    private func number(_ number: Int64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } }

    private func set(_ event: inout Event, _ field: Tail.Field, _ bytes: [UInt8]) { event.tail = event.tail.replacing(field) { _ in bytes } }

    @Test("Acts: nothing between, in order, and what was announced")
    func acts() throws {
        #expect(try found(.serviceTerminated) { set(&$0, .actSize, number(7) + number(1) + [UInt8](repeating: 0, count: 32)) }.contains("INV-12"))
        let digest = try found(.serviceTerminated) { event in event.tail = event.tail.replacing(.actSize) { $0.dropLast() + [0] } }
        #expect(digest.contains("are not those it announced") && digest.contains("ends otherwise than it began"))
        #expect(try found(.unusedBalanceFixed) { $0.kind = .legalHoldPlaced }.contains("it comes between the steps"))
        #expect(try found(.fixingCompleted) { $0.kind = .exclusionsCompleted }.contains("it comes between the steps"))
        #expect(try found(.refundReleased) { $0.amount -= 1 }.contains("came to"))
        #expect(try found(.batchReleased) { $0.kind = .batchCancelled }.contains("refundReleased belongs to no act"))
        let step = try index(.unusedBalanceFixed)
        let swapped = found { events in
            let (one, two) = (events[step], events[step + 1])
            (events[step], events[step + 1]) = (two, one)
            (events[step].position, events[step + 1].position) = (one.position, two.position)
        }
        #expect(swapped.contains("out of order"))
    }

    @Test("The end: as it was decided, at its instant, of every balance; nothing of the service after it")
    func end() throws {
        #expect(try found(.terminationRescheduled) { $0.reference -= 1 }.contains("can be changed"))
        #expect(try found(.terminationDecided) { set(&$0, .effectiveAt, number(5)) }.contains("for an instant gone by"))
        #expect(try found(.terminationWithdrawn) { $0.kind = .legalHoldPlaced }.contains("the end was decided before"))
        #expect(try found(.serviceTerminated) { set(&$0, .effectiveAt, number(5)) }.contains("the service does not end as it was decided"))
        let opening = try index(.serviceTerminated)
        #expect(found { $0[opening - 1].kind = .paymentAccepted }.contains("INV-10"))
        #expect(try found(.paymentReversedToRefund) { $0.kind = .paymentReversed; $0.credit = $0.subject }.contains("INV-10 it moves a balance"))
        #expect(try found(.unusedBalanceFixed) { $0.balanceAfter = 3 }.contains("INV-12"))
        #expect(try found(.refundClaimed) { $0.kind = .exceptionalRefundReleased }.contains("after the end"))
        #expect(try found(.exceptionalRefundReturned) { $0.kind = .refundReturned; $0.credit = .refund($0.subject.ordinal) }.contains("INV-"))
        #expect(try found(.fixingCompleted) { $0.actor = actors["op-1"]! }.contains("INV-19 only the ledger itself"))
    }

    @Test("The time to claim: three notices, sixty days, no exclusion before it is over, nor of who claimed")
    func window() throws {
        let notices = events.indices.filter { events[$0].tail.bytes(.noticeKind)?.first == NoticeKind.refundPosting.rawValue }
        #expect(found { set(&$0[notices[0]], .noticeKind, [NoticeKind.other.rawValue]) }.contains("INV-15 a notice is missing"))
        let last = Int64(Day("2019-11-28")!.number)
        #expect(try found(.claimsOpened) { set(&$0, .lastDay, number(last)) }.contains("INV-15 there are fewer than 60 days"))
        #expect(!(try found(.claimsOpened) { set(&$0, .lastDay, number(last + 2)) }.contains("fewer than 60 days")))
        #expect(try found(.claimsExtended) { set(&$0, .lastDay, number(last)) }.contains("not made longer"))
        #expect(try found(.claimsClosed) { set(&$0, .effectiveAt, number(5)) }.contains("INV-15 the time to claim is not over"))
        #expect(try found(.claimWithdrawn) { $0.kind = .payeeCorrected }.contains("INV-15 the refund of account \(ended.k)"))
        #expect(try found(.refundExcluded) { $0.reference = 0 }.contains("INV-15"))
        let completed = try index(.exclusionsCompleted)
        // The last of them is left out.
        let missing = found { events in
            let last = events[completed - 1]
            events[completed - 1] = events[completed]
            (events[completed - 1].position, events[completed - 1].previous) = (last.position, 0)
        }
        #expect(missing.contains("did not claim and is not excluded"))
    }

    @Test("Claims: by the holder, once, with an identity; a late one only of what was excluded")
    func claims() throws {
        let claim = try index(.refundClaimed)
        #expect(found { set(&$0[claim], .person, Array("b".utf8)) }.contains("b is not the holder"))
        let second = events.indices.filter { events[$0].kind == .refundClaimed && events[$0].subject == .member(ended.b) }
        #expect(found { set(&$0[second[0]], .claimChannel, [ClaimChannel.webForm.rawValue]); $0[second[0]].groupCount = 1 }.contains("shows no identity"))
        #expect(try found(.claimRejected) { $0.kind = .payeeCorrected }.contains("INV-14 the refund of account \(ended.a) is claimed"))
        #expect(try found(.claimsOpened) { set(&$0, .effectiveAt, number($0.recordedAt.microseconds + 1)) }.contains("INV-15 no claims are taken"))
        #expect(try found(.identityVerified) { set(&$0, .identityLevel, [9]) }.contains("no identity of level 9"))
        #expect(try found(.lateClaimAccepted) { $0.amount -= 1 }.contains("INV-14 what was excluded"))
        #expect(try found(.lateClaimAccepted) { $0.kind = .holdReleasedToRefund }.contains("INV-14 a claim is accepted late only"))
        #expect(try found(.refundClaimed, 5) { $0.kind = .claimRejected }.contains("without a claim"))
    }

    @Test("Approvals and batches: three people, not the taker, not the releaser; what was agreed, in one batch that goes out")
    func batches() throws {
        let approved = try index(.refundApproved)
        let agreed = events[approved].tail.actors(.agreedBy)
        func bytes(_ actors: [UInt32]) -> [UInt8] { actors.flatMap { actor in (0..<4).map { UInt8(truncatingIfNeeded: actor >> UInt32(8 * $0)) } } }
        #expect(found { set(&$0[approved], .agreedBy, bytes([agreed[0], agreed[1], agreed[1]])) }.contains("INV-19 it takes three people"))
        #expect(found { set(&$0[approved], .sum, number(1)) }.contains("the refund of account \(ended.a) is 930"))
        let claims = events.indices.filter { events[$0].kind == .refundClaimed && events[$0].subject == .member(ended.a) }
        let taken = found { events in for index in claims { events[index].actor = agreed[1] } }
        #expect(taken.contains("INV-19 who took a claim down does not approve it"))
        let verified = events.indices.filter { events[$0].kind == .identityVerified && events[$0].subject == .member(ended.b) }
        #expect(found { $0[verified[0]].kind = .payeeCorrected }.contains("is not ready to be agreed to"))
        #expect(try found(.batchReleased) { $0.actor = actors["op-1"]! }.contains("INV-19 who made batch"))
        #expect(try found(.batchReleased) { set(&$0, .contentHash, Ended.hash) }.contains("INV-23 batch"))
        #expect(try found(.batchReleased) { event in event.tail = event.tail.replacing(.actSize) { $0.dropLast() + [0] } }.contains("goes out with another size"))
        #expect(try found(.batchCancelled) { $0.reference = 1 }.contains("there is no batch 1"))
        #expect(try found(.batchCancelled) { $0.kind = .batchSent }.contains("INV-23 batch"))
        #expect(try found(.batchCancelled) { $0.kind = .legalHoldPlaced }.contains("INV-23 the refund of account"))
        #expect(try found(.batchFileRecorded) { set(&$0, .fileFormat, [FileFormat.certificates.rawValue]) }.contains("the file is not one of batch"))
        #expect(try found(.batchOpened) { set(&$0, .day, number(5)) }.contains("the day of the transfer is gone by"))
        #expect(try found(.batchOpened) { set(&$0, .actSize, number(1_000_000) + $0.tail.bytes(.actSize)!.dropFirst(8)) }.contains("or too large"))
        #expect(try found(.batchOpened) { set(&$0, .actSize, number(1) + number(1_000_000_000_000) + $0.tail.bytes(.actSize)!.dropFirst(16)) }.contains("yen is too large"))
        #expect(try found(.refundBatched) { set(&$0, .sum, number(1)) }.contains("the refund of account"))
        #expect(try found(.resultFileRecorded) { set(&$0, .resultCounts, number(9) + number(9)) }.contains("the result is not of batch"))
        #expect(try found(.refundReleased) { $0.subject = .member(ended.d) }.contains("INV-23"))
    }

    @Test("The bank's word: of a batch that went out, never more than is on its way; INV-13 and INV-14 at every position")
    func bank() throws {
        #expect(try found(.payoutConfirmed, 1) { $0.reference = 1 }.contains("there is no batch 1"))
        #expect(try found(.payoutConfirmed, 1) { $0.amount += 5_000 }.contains("INV-03 liab.payoutInTransit"))
        #expect(try found(.payoutConfirmed, 1) { $0.amount += 100; $0.subject = .member(ended.a) }.contains("INV-13"))
        #expect(try found(.refundSentBack) { $0.amount += 5_000 }.contains("came back"))
        #expect(try found(.refundExcluded) { $0.credit = .unclaimed($0.subject.ordinal + 1) }.contains("INV-13"))
        #expect(try found(.exceptionalRefundSentBack) { $0.amount += 500; $0.balanceAfter += 500 }.contains("came back"))
    }

    @Test("Holds: for the grounds there are, before anything else; late money, legal holds, erasure")
    func holds() throws {
        #expect(try found(.refundHeld) { set(&$0, .holdGrounds, [15]) }.contains("is held for [\"legalHold\"]"))
        #expect(try found(.refundHeld) { $0.kind = .payeeCorrected }.contains("was to be held or let go before"))
        #expect(try found(.refundUnheld) { $0.kind = .claimWithdrawn }.contains("was to be held or let go before"))
        #expect(try found(.legalHoldLifted) { $0.subject = .member(ended.a) }.contains("under no legal hold"))
        #expect(try found(.paymentReversedToUnclaimed) { $0.kind = .paymentReversedToRefund; $0.credit = .refund($0.subject.ordinal) }.contains("is unclaimed"))
    }

    @Test("Security: taken back only as approved, and no more than there is")
    func security() throws {
        #expect(try found(.securityReclaimed) { $0.amount += 51; $0.balanceAfter -= 51 }.contains("nobody approved that security is taken back"))
        #expect(try found(.securityDeposited) { set(&$0, .securityForm, [SecurityForm.trust.rawValue]) }.contains("its form is another account's"))
        #expect(try found(.securityGuaranteed) { set(&$0, .securityForm, [SecurityForm.trust.rawValue]) }.contains("a guarantee is no asset"))
        #expect(try found(.securityDeposited) { $0.amount = 100; $0.balanceAfter = 100 }.contains("more security is taken back than there is"))
    }

    @Test("Who does it: the ledger its own acts and no others; roles; what was approved; nobody signs in before claims are open")
    func people() throws {
        let ledger = try #require(actors["ledger"])
        #expect(try found(.batchSent) { $0.actor = ledger }.contains("INV-19 the ledger does no such thing by itself"))
        #expect(try found(.batchSent) { $0.actor = actors["anonymous"]! }.contains("INV-19 anonymous holds no role to do it"))
        #expect(try found(.batchSent) { $0.kind = .claimsExtended }.contains("INV-19 nobody approved it"))
        #expect(try found(.claimsExtended) { set(&$0, .reason, [65]) }.contains("INV-19 it is not what was approved"))
        #expect(try found(.terminationDecided, 1) { set(&$0, .reason, [65]) }.contains("INV-19 it is not what was approved"))
        #expect(try found(.securityReclaimed) { $0.amount -= 1; $0.balanceAfter += 1 }.contains("INV-19 it is not what was approved"))
        #expect(try found(.disputeClosed) { $0.kind = .loginSucceeded }.contains("INV-10 the service has ended"))
        #expect(try found(.legalHoldLifted) { $0.kind = .legalHoldPlaced }.contains("the account is under a legal hold"))
        let claim = events.indices.filter { events[$0].kind == .identityVerified && events[$0].subject == .member(ended.b) }
        #expect(found { $0[claim[0]].kind = .claimWithdrawn }.contains("INV-19 it is more than one act"))
    }

    @Test("What is left: no balance, no refund of a closed account or of a forgotten person")
    func rest() throws {
        let left = try found(.unusedBalanceFixed) { $0.amount -= 1; $0.balanceAfter += 1 }
        #expect(left.contains("INV-12 a balance was left out") && left.contains("INV-10 account \(ended.a) has a balance after the end"))
        #expect(try found(.claimsOpened) { set(&$0, .effectiveAt, number(5)) }.contains("claims cannot be opened so"))
        #expect(try found(.claimRejected) { $0.kind = .accountClosed }.contains("is to be refunded"))
        #expect(try found(.refundReleased) { $0.amount += 5_000 }.contains("INV-14 account"))
        let notice = try #require(events.lastIndex { $0.kind == .noticePublished })
        func erased(_ person: String) -> String {
            found { events in
                events[notice].kind = .personErased
                events[notice].tail = Tail()
                events[notice].tail.add(.person, person)
                events[notice].tail.add(.reason, "asked")
            }
        }
        #expect(erased("b").contains("b is forgotten while a refund"))
        #expect(erased("d").contains("the data of the holder of account \(ended.d) was destroyed"))
    }

    @Test("Whatever is changed in the audit's desk, the books and the view differ from it")
    func books() throws {
        var (books, audit) = (Books(), Audit(of: events))
        for event in events {
            books.evolve(event)
            audit.take(event)
        }
        let view = try Refunds.fold(ended.desk.log)
        func differs(_ change: (inout Audit.Shutdown) -> Void) -> [Bool] {
            var changed = audit
            change(&changed.shutdown)
            return [!books.differences(from: changed).isEmpty, !view.differences(from: changed).isEmpty]
        }
        let (a, batch) = (ended.a, ended.batches[1])
        #expect(differs { $0.decided?.effectiveAt = Instant(microseconds: 0) } == [true, false])
        #expect(differs { $0.terminated += 1 } == [true, true])
        #expect(differs { $0.notices[9] = nil } == [true, false])
        #expect(differs { $0.window?.until = Instant(microseconds: 0) } == [true, false])
        #expect(differs { $0.window?.isClosed = false } == [true, false])
        #expect(differs { $0.legalHolds.insert(1) } == [true, false])
        #expect(differs { $0.guarantee += 1 } == [true, false])
        #expect(differs { $0.reclaimable[1] = 2 } == [true, false])
        #expect(differs { $0.refunds[a]!.fixed += 1 } == [true, true])
        #expect(differs { $0.refunds[a]!.state = .excluded } == [true, true])
        #expect(differs { $0.refunds[a]!.holds = 1 } == [true, true])
        #expect(differs { $0.refunds[a]!.method = 2 } == [true, true])
        #expect(differs { $0.refunds[a]!.identity = 3 } == [true, true])
        #expect(differs { $0.refunds[a]!.taker += 1 } == [true, false])
        #expect(differs { $0.refunds[a]!.batch += 1 } == [true, false])
        #expect(differs { $0.refunds[a]!.own = Instant(microseconds: 0) } == [true, false])
        #expect(differs { $0.refunds[a]!.paid += 1 } == [false, true])
        #expect(differs { $0.batches[batch]!.state = .open } == [true, true])
        #expect(differs { $0.batches[batch]!.isStale = true } == [true, true])
        #expect(differs { $0.batches[batch]!.file = [] } == [true, false])
        #expect(differs { $0.batches[batch]!.recorder += 1 } == [true, false])
        #expect(differs { $0.batches[batch] = nil } == [true, true])
    }
}
