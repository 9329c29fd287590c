internal import Journal
internal import Ledger

extension Audit {
    /// What the shutdown desk knows, as this pass derives it: dictionaries and plain loops, none of the code that decided.
    struct Shutdown {
        var decided: (position: UInt64, effectiveAt: Instant)?
        /// Position of the end; 0 = the service runs.
        var terminated: UInt64 = 0
        var act: Act?
        var refunds: [UInt64: Refund] = [:]
        var batches: [UInt64: Batch] = [:]
        /// Position, account, kind and signed amount of what moved a liability otherwise than by its procedure.
        var adjustments: [[Int64]] = []
        /// Positions of what is about no one account.
        var papers: [UInt64] = []
        /// The batch whose refunds are going out; 0 = none.
        var releasing: UInt64 = 0
        /// Kind and when it was last given.
        var notices: [UInt8: Instant] = [:]
        var window: (position: UInt64, from: Instant, until: Instant, isClosed: Bool)?
        var legalHolds: Set<UInt64> = []
        /// Alerts with their accounts, and how many of an account are open.
        var alerts: [UInt64: UInt64] = [:]
        var openAlerts: [UInt64: Int] = [:]
        var openDisputes: [UInt64: Int] = [:]
        /// Whose hold is to be recorded before anything else.
        var due: Set<UInt64> = []
        var guarantee: Int64 = 0
        /// By the filing that allowed it.
        var reclaimable: [UInt64: Int64] = [:]
        /// Closed when the service ended: what is left there is no refund.
        var closedBefore: Set<UInt64> = []
        /// What the last base date asks for, until its day has gone by.
        var base: (date: BaseDate, unused: Int128)?
        var lastBase: BaseDate?
        /// Nothing is to be seen of base dates before.
        var lookAt = Instant(microseconds: .min)

        struct Act {
            let kind: EventKind
            let opened: UInt64
            let size: (count: Int64, total: Int64, digest: [UInt8])
            var count: Int64 = 0
            var total: Int64 = 0
            var last: UInt64 = 0
            var hash = HashBuilder()
        }

        struct Batch {
            let method: UInt8
            let day: Int64
            let opener: UInt32
            let size: [UInt8]
            var file: [UInt8] = []
            var format: UInt8 = 0
            var recorder: UInt32 = 0
            var agreed: Set<UInt32> = []
            var isStale = false
            var state = ShutdownBooks.BatchState.open
            /// Of its file, its release and its handing over; and what the bank said: paid and returned, count and sum each.
            var positions: [Int64] = [0, 0, 0]
            var said: [Int64] = [0, 0, 0, 0]
        }

        /// True of what comes back of a payment after its account's refund was excluded.
        func isUnclaimed(_ event: Event) -> Bool {
            event.kind == .paymentReversedToUnclaimed && refunds[event.subject.ordinal]?.state == .excluded
        }
    }

    /// The liability of an account.
    func refund(_ account: UInt64) -> Int128 { (credits[.refund(account)] ?? 0) - (debits[.refund(account)] ?? 0) }

    mutating func takeShutdown(_ event: Event) {
        let at = event.position
        if event.recordedAt >= shutdown.lookAt { checkSecurity(event) }
        if event.groupIndex == 0, event.kind != .refundHeld, event.kind != .refundUnheld, event.kind != .clockConfirmed, let account = shutdown.due.min() {
            object(false, at, "the refund of account \(account) was to be held or let go before")
            shutdown.due = []
        }
        // Nearly all there ever is.
        if event.kind == .chargeSettled || event.kind == .paymentAccepted {
            let isOver = shutdown.terminated > 0 || (shutdown.decided.map { $0.effectiveAt <= event.recordedAt } ?? false)
            return object(!isOver, at, "INV-10 the service has ended")
        }
        if shutdown.act != nil || Self.steps[event.kind] != nil || Self.completions[event.kind] != nil { checkAct(event) }
        if shutdown.terminated > 0, event.hasPosting, event.kind != .unusedBalanceFixed, event.debit.isMember || event.credit.isMember {
            object(members[event.subject.ordinal]?.isClosed == true, at, "INV-10 it moves a balance after the end of the service")
        }
        if Self.papers.contains(event.kind) { shutdown.papers.append(at) }
        switch event.kind {
        case .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .fixingCompleted, .claimsOpened,
            .claimsExtended, .claimsClosed, .exclusionsCompleted:
            takeEnd(event)
        case .noticePublished: if let kind = event.tail.bytes(.noticeKind)?.first { shutdown.notices[kind] = event.recordedAt }
        case .batchOpened, .batchFileRecorded, .batchCancelled, .batchReleased, .releaseCompleted, .batchSent, .resultFileRecorded: takeBatch(event)
        case .filingRecorded, .securityDeposited, .securityReclaimed, .securityGuaranteed, .guaranteeEnded: secure(event)
        case .alertRaised:
            let account = event.subject.memberOrdinal ?? 0
            shutdown.alerts[at] = account
            if account > 0 { shutdown.openAlerts[account, default: 0] += 1 }
        case .alertCleared: if let account = shutdown.alerts[event.reference], account > 0 { shutdown.openAlerts[account, default: 0] -= 1 }
        case .disputeOpened: shutdown.openDisputes[event.subject.ordinal, default: 0] += 1
        case .disputeClosed: shutdown.openDisputes[event.subject.ordinal, default: 0] -= 1
        case .legalHoldPlaced, .legalHoldLifted: takeLegalHold(event)
        case .personErased: checkErasure(event)
        case .accountClosed:
            let open = refund(event.subject.ordinal) + inTransit(event.subject.ordinal)
            object(open == 0, at, "of a closed account \(open) is to be refunded")
        default: if let account = event.subject.memberOrdinal { takeRefund(event, account) }
        }
    }

    func inTransit(_ account: UInt64) -> Int128 { (credits[.payoutInTransit(account)] ?? 0) - (debits[.payoutInTransit(account)] ?? 0) }

    private static let papers: Set<EventKind> = [
        .noticePublished, .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .serviceTerminated, .fixingCompleted, .claimsOpened,
        .claimsExtended, .claimsClosed, .resultFileRecorded, .filingRecorded, .securityDeposited, .securityReclaimed, .securityGuaranteed,
        .guaranteeEnded, .accountsLinked, .personErased,
    ]

    private mutating func takeLegalHold(_ event: Event) {
        let account = event.subject.ordinal
        shutdown.refunds[account, default: Shutdown.Refund()].last = event.position
        if event.kind == .legalHoldPlaced {
            object(shutdown.legalHolds.insert(account).inserted, event.position, "the account is under a legal hold")
        } else {
            object(shutdown.legalHolds.remove(account) != nil, event.position, "the account is under no legal hold")
        }
    }

    private mutating func checkErasure(_ event: Event) {
        let person = event.tail.text(.person) ?? ""
        for account in desks.accounts(of: person) where gates.persons[account] == person {
            let compensation = (credits[.compensation(account)] ?? 0) - (debits[.compensation(account)] ?? 0)
            let isOpen = refund(account) > 0 || inTransit(account) > 0 || compensation > 0 || shutdown.legalHolds.contains(account)
            object(!isOpen, event.position, "\(person) is forgotten while a refund, a compensation or a legal hold is open")
        }
    }

    // MARK: Acts of many steps

    static let steps: [EventKind: EventKind] = [
        .unusedBalanceFixed: .serviceTerminated, .refundExcluded: .claimsClosed, .refundBatched: .batchOpened, .refundReleased: .batchReleased,
    ]
    static let completions: [EventKind: EventKind] = [
        .fixingCompleted: .serviceTerminated, .exclusionsCompleted: .claimsClosed, .batchCompleted: .batchOpened, .releaseCompleted: .batchReleased,
    ]

    static func size(_ event: Event) -> (count: Int64, total: Int64, digest: [UInt8])? {
        guard let bytes = event.tail.bytes(.actSize).map(Array.init), bytes.count == 48 else { return nil }
        return (Tail.number(bytes[0..<8]), Tail.number(bytes[8..<16]), Array(bytes[16...]))
    }

    mutating func open(_ event: Event) {
        guard let size = Self.size(event) else { return }
        shutdown.act = Shutdown.Act(kind: event.kind, opened: event.position, size: size)
    }

    /// The steps come one after the other, each account once, and come to what the act said.
    private mutating func checkAct(_ event: Event) {
        let at = event.position
        guard var act = shutdown.act else {
            let isAlone = event.kind == .refundExcluded && event.reference == 0
            return object(isAlone, at, "\(event.kind.name) belongs to no act")
        }
        let isOfIt = event.reference == act.opened && (Self.steps[event.kind] == act.kind || Self.completions[event.kind] == act.kind)
        object(isOfIt, at, "it comes between the steps of the act at \(act.opened)")
        guard isOfIt else { return }
        if Self.steps[event.kind] != nil {
            let amount = event.hasPosting ? event.amount : event.tail.number(.sum) ?? 0
            object(at == act.opened + 1 + UInt64(act.count) && event.subject.ordinal > act.last, at, "the steps of the act at \(act.opened) are out of order")
            act.count += 1
            act.total &+= amount
            act.last = event.subject.ordinal
            act.hash.add([event.subject.ordinal, UInt64(bitPattern: amount)])
            shutdown.act = act
            return
        }
        let last = Self.size(event)
        object(act.count == act.size.count && act.total == act.size.total, at, "the act at \(act.opened) came to \(act.count) of \(act.total), not \(act.size.count) of \(act.size.total)")
        object(act.hash.finalize().bytes == act.size.digest, at, "the steps of the act at \(act.opened) are not those it announced")
        object(last.map { $0 == act.size } ?? false, at, "the act at \(act.opened) ends otherwise than it began")
        shutdown.act = nil
    }

    // MARK: The end, and the time to claim

    private mutating func takeEnd(_ event: Event) {
        let at = event.position
        let effectiveAt = Instant(microseconds: event.tail.number(.effectiveAt) ?? 0)
        let until = Day(number: Int32(truncatingIfNeeded: (event.tail.number(.lastDay) ?? 0) + 1)).start
        switch event.kind {
        case .terminationDecided:
            object(shutdown.decided == nil && shutdown.terminated == 0, at, "the end was decided before")
            object(effectiveAt > event.recordedAt, at, "the end is decided for an instant gone by")
            shutdown.decided = (at, effectiveAt)
        case .terminationRescheduled, .terminationWithdrawn:
            let isOpen = shutdown.terminated == 0 && shutdown.decided?.position == event.reference && event.recordedAt < shutdown.decided!.effectiveAt
            object(isOpen, at, "no such decision \(event.reference) can be changed")
            object(event.kind == .terminationWithdrawn || effectiveAt > event.recordedAt, at, "the end is decided for an instant gone by")
            if event.kind == .terminationWithdrawn { shutdown.decided = nil } else { shutdown.decided?.effectiveAt = effectiveAt }
        case .serviceTerminated:
            let isDue = shutdown.terminated == 0 && shutdown.decided.map { $0 == (event.reference, effectiveAt) } ?? false && effectiveAt <= event.recordedAt
            object(isDue, at, "the service does not end as it was decided")
            shutdown.terminated = at
            gates.isTerminated = true
            shutdown.closedBefore = Set(members.lazy.filter(\.value.isClosed).map(\.key))
            let due = members.values.reduce(into: (count: Int64(0), total: Int128(0))) { if $1.balance > 0 { $0.count += 1; $0.total += $1.balance } }
            let isAll = Self.size(event).map { $0.count == due.count && Int128($0.total) == due.total } ?? false
            object(isAll, at, "INV-12 \(due.count) balances come to \(due.total), it fixes something else")
            open(event)
        case .fixingCompleted:
            object(members.values.allSatisfy { $0.balance == 0 }, at, "INV-12 a balance was left out")
        case .claimsOpened:
            object(shutdown.terminated > 0 && shutdown.window == nil && effectiveAt >= event.recordedAt, at, "claims cannot be opened so")
            let given = [NoticeKind.refundPublicNotice, .refundPosting, .refundInformation].map { shutdown.notices[$0.rawValue] }
            object(!given.contains(nil), at, "INV-15 a notice is missing")
            let from = given.compactMap(\.self).reduce(effectiveAt, max)
            object(until >= Self.sixtyDays(after: from), at, "INV-15 there are fewer than 60 days to claim")
            shutdown.window = (at, effectiveAt, until, false)
            gates.claims = (effectiveAt, until)
        case .claimsExtended:
            let fits = shutdown.window.map { $0.position == event.reference && event.recordedAt < $0.until && until > $0.until } ?? false
            object(fits, at, "the time to claim is not made longer so")
            shutdown.window?.until = until
            gates.claims?.until = until
        case .claimsClosed:
            let fits = shutdown.window.map { $0.position == event.reference && !$0.isClosed && event.recordedAt >= $0.until && effectiveAt == $0.until } ?? false
            object(fits, at, "INV-15 the time to claim is not over")
            shutdown.window?.isClosed = true
            open(event)
        case .exclusionsCompleted:
            let left = shutdown.refunds.first { account, one in one.state == .fixed && one.holds == 0 && one.own == nil && refund(account) > 0 }
            object(left == nil, at, "account \(left?.key ?? 0) did not claim and is not excluded")
        default: break
        }
    }

    /// The first instant after 60 full days in Japan; a day begun does not count.
    static func sixtyDays(after instant: Instant) -> Instant {
        let day: Int64 = 86_400_000_000, japan: Int64 = 32_400_000_000
        let local = instant.microseconds + japan
        let first = local % day == 0 ? local / day : local / day + 1
        return Instant(microseconds: (first + 60) * day - japan)
    }

    /// What must hold of the desk at the end of the log.
    mutating func finishShutdown() {
        // An act under way goes on with the next start; its last event says whether it came to what it announced.
        guard shutdown.terminated > 0, shutdown.act == nil else { return }
        let left = members.filter { $0.value.balance != 0 }.keys.min()
        object(left == nil, next - 1, "INV-10 account \(left ?? 0) has a balance after the end of the service")
    }

    // MARK: Security

    private mutating func secure(_ event: Event) {
        let at = event.position
        let form = event.tail.bytes(.securityForm)?.first ?? 0
        let sum = event.hasPosting ? event.amount : event.tail.number(.sum) ?? 0
        switch event.kind {
        case .filingRecorded:
            if event.tail.bytes(.filingKind)?.first == FilingKind.reclaimApproval.rawValue { shutdown.reclaimable[at] = sum }
            return
        case .securityGuaranteed: shutdown.guarantee &+= sum
        case .guaranteeEnded: shutdown.guarantee &-= sum
        default: object(event.subject.ordinal == UInt64(form), at, "its form is another account's")
        }
        object((event.kind == .securityGuaranteed || event.kind == .guaranteeEnded) == (form == SecurityForm.guarantee.rawValue), at, "a guarantee is no asset")
        if event.kind == .securityReclaimed || event.kind == .guaranteeEnded {
            let left = (shutdown.reclaimable[event.reference] ?? 0) &- sum
            object(left >= 0, at, "nobody approved that security is taken back")
            shutdown.reclaimable[event.reference] = left
        }
        object(shutdown.guarantee >= 0 && (debits[event.subject] ?? 0) >= (credits[event.subject] ?? 0), at, "INV-03 more security is taken back than there is")
    }

    /// INV-24, as a note: what a base date asks for, on the day it is due. What was accepted late is counted in.
    private mutating func checkSecurity(_ event: Event) {
        let reached = BaseDate(before: event.recordedAt)
        defer { shutdown.lookAt = min(reached.instant + 183 * 86_400, shutdown.base?.date.due.end ?? Instant(microseconds: .max)) }
        if let base = shutdown.base, event.recordedAt >= base.date.due.end {
            let required = base.unused > 10_000_000 ? (base.unused + 1) / 2 : 0
            var secured = Int128(shutdown.guarantee)
            for form in SecurityForm.allCases { secured += (debits[.security(form)] ?? 0) - (credits[.security(form)] ?? 0) }
            if secured < required { note("INV-24 of base date \(base.date.day) \(required) was to be secured by \(base.date.due), there was \(secured)") }
            shutdown.base = nil
        }
        guard reached != shutdown.lastBase else { return }
        var unused: Int128 = 0
        for (account, sum) in credits {
            switch account.accountClass {
            case .member, .fraudHold, .refund, .payoutInTransit: unused += sum - (debits[account] ?? 0)
            default: break
            }
        }
        // Posted already, and after the base date.
        if event.hasPosting {
            for (account, sign) in [(event.debit, Int128(1)), (event.credit, -1)] {
                switch account.accountClass {
                case .member, .fraudHold, .refund, .payoutInTransit: unused += sign * Int128(event.amount)
                default: break
                }
            }
        }
        if shutdown.lastBase != nil { shutdown.base = (reached, unused) }
        shutdown.lastBase = reached
    }
}
