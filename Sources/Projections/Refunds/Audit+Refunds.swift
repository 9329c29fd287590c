internal import Journal
internal import Ledger

extension Audit.Shutdown {
    /// One account's refund.
    struct Refund {
        var fixed: Int64 = 0
        var adjusted: Int64 = 0
        var transit: Int64 = 0
        var paid: Int64 = 0
        var excluded: Int64 = 0
        /// Out by exception from before the end.
        var exceptional: Int64 = 0
        var exceptionalPaid: Int64 = 0
        var state = ShutdownBooks.State.fixed
        var holds: UInt8 = 0
        var method: UInt8 = 0
        var channel: UInt8 = 0
        var identity: UInt8 = 0
        /// Of the last claim; 0 = never claimed.
        var claimed: UInt64 = 0
        var claimedAt: Int64 = 0
        var isLate = false
        /// The batches it stood in last, and went out in last; and its last event.
        var lastBatch: UInt64 = 0
        var released: UInt64 = 0
        var last: UInt64 = 0
        var taker: UInt32 = 0
        var agreed: [UInt32] = []
        var batch: UInt64 = 0
        /// The end of its own time to claim.
        var own: Instant?
    }
}

extension Audit {
    /// A member's event as its refund sees it.
    mutating func takeRefund(_ event: Event, _ account: UInt64) {
        guard let kind = Self.refundKinds[event.kind] else { return }
        let at = event.position
        let isEnded = shutdown.terminated > 0
        guard isEnded || kind == .exception else { return }
        // What is left on an account that had closed is no refund.
        if event.kind == .paymentReversedToUnclaimed || event.kind == .balanceDisposed, shutdown.closedBefore.contains(account) { return }
        object(isEnded != (kind == .exception) || event.kind == .payoutConfirmed, at, "\(event.kind.name) \(isEnded ? "after" : "before") the end of the service")
        var one = shutdown.refunds[account] ?? Shutdown.Refund()
        // An amount that cannot be was found already.
        var event = event
        event.amount = min(max(0, event.amount), Amount.greatest)
        one.last = at
        switch kind {
        case .exception, .bank: takeBank(event, account, &one)
        case .liability: takeLiability(event, account, &one)
        case .claim: takeClaim(event, account, &one)
        }
        shutdown.refunds[account] = one
        guard isEnded else { return }
        let open = refund(account)
        let sum = open + Int128(one.transit) + Int128(one.paid) + Int128(one.excluded)
        object(sum == Int128(one.fixed) + Int128(one.adjusted), at, "INV-13 of account \(account) \(one.fixed) and \(one.adjusted) were fixed, \(sum) is somewhere")
        object(inTransit(account) == Int128(one.transit) + Int128(one.exceptional), at, "INV-13 other sums of account \(account) are in transit than were released")
        let unclaimed = (credits[.unclaimed(account)] ?? 0) - (debits[.unclaimed(account)] ?? 0)
        object(unclaimed == Int128(one.excluded), at, "INV-13 \(unclaimed) is unclaimed of account \(account), \(one.excluded) was excluded")
        object(one.paid + one.transit <= one.fixed + one.adjusted && one.paid >= 0 && one.transit >= 0, at, "INV-14 account \(account) is paid more than was fixed")
    }

    enum RefundKind { case exception, bank, liability, claim }

    private static let refundKinds: [EventKind: RefundKind] = [
        .exceptionalRefundReleased: .exception, .exceptionalRefundReturned: .exception, .exceptionalRefundSentBack: .exception,
        .payoutConfirmed: .exception, .refundReturned: .bank, .refundSentBack: .bank, .unusedBalanceFixed: .liability,
        .refundExcluded: .liability, .lateClaimAccepted: .liability, .refundReleased: .liability, .fraudHeldFromRefund: .liability,
        .holdReleasedToRefund: .liability, .paymentReversedToRefund: .liability, .paymentReversedToUnclaimed: .liability,
        .balanceDisposed: .liability, .refundHeld: .liability, .refundUnheld: .liability, .refundClaimed: .claim, .identityVerified: .claim,
        .payeeCorrected: .claim, .claimRejected: .claim, .claimWithdrawn: .claim, .refundApproved: .claim, .refundBatched: .claim,
    ]

    // MARK: The bank

    private mutating func takeBank(_ event: Event, _ account: UInt64, _ one: inout Shutdown.Refund) {
        let (at, amount) = (event.position, event.amount)
        object(event.reference == 0 || event.kind == .exceptionalRefundReleased || shutdown.batches[event.reference] != nil, at, "there is no batch \(event.reference)")
        func parts(_ refund: Int64, _ exception: Int64) -> (Int64, Int64) {
            let first = event.reference > 0 ? min(amount, refund) : amount - min(amount, exception)
            return (first, amount - first)
        }
        switch event.kind {
        case .exceptionalRefundReleased: one.exceptional += amount
        case .exceptionalRefundReturned: one.exceptional -= amount
        case .exceptionalRefundSentBack: one.exceptionalPaid -= amount
        case .payoutConfirmed:
            let (mine, other) = parts(one.transit, one.exceptional)
            (one.transit, one.paid) = (one.transit - mine, one.paid + mine)
            if mine > 0 { say(event, one, paid: mine, one.transit == 0 ? 1 : 0, returned: 0, 0) }
            (one.exceptional, one.exceptionalPaid) = (one.exceptional - other, one.exceptionalPaid + other)
            if one.state == .released, one.transit == 0, one.exceptional == 0 { one.state = refund(account) > 0 ? .verified : .paid }
        default:
            let isPaid = event.kind == .refundSentBack
            let (mine, other) = isPaid ? parts(one.paid, one.exceptionalPaid) : parts(one.transit, one.exceptional)
            if isPaid { (one.paid, one.exceptionalPaid) = (one.paid - mine, one.exceptionalPaid - other) }
            if !isPaid { (one.transit, one.exceptional) = (one.transit - mine, one.exceptional - other) }
            one.adjusted += other
            list(event, other)
            let whole: Int64 = (isPaid ? one.paid : one.transit) == 0 ? 1 : 0
            if mine > 0 { say(event, one, paid: isPaid ? -mine : 0, isPaid ? -whole : 0, returned: mine, whole) }
            switch one.state {
            case .released, .paid: one.state = .returned
            case .excluded: one.state = .fixed
            case .approved: unapprove(&one)
            case .batched: shutdown.batches[one.batch]?.isStale = true
            default: break
            }
            giveTime(account, event.recordedAt, &one)
        }
        object(one.exceptional >= 0 && one.exceptionalPaid >= 0, at, "more came back than went out by exception")
    }

    /// What the bank said of a batch.
    private mutating func say(_ event: Event, _ one: Shutdown.Refund, paid: Int64, _ paidCount: Int64, returned: Int64, _ returnedCount: Int64) {
        let named = shutdown.batches[event.reference]
        let batch = named?.state == .released || named?.state == .sent ? event.reference : one.released
        guard shutdown.batches[batch] != nil else { return }
        for (index, more) in [paidCount, paid, returnedCount, returned].enumerated() { shutdown.batches[batch]!.said[index] += more }
    }

    private mutating func list(_ event: Event, _ signed: Int64) {
        guard signed != 0 else { return }
        shutdown.adjustments.append([Int64(bitPattern: event.position), Int64(bitPattern: event.subject.ordinal), Int64(event.kind.rawValue), signed])
    }

    // MARK: The liability

    private mutating func takeLiability(_ event: Event, _ account: UInt64, _ one: inout Shutdown.Refund) {
        let (at, amount) = (event.position, event.amount)
        switch event.kind {
        case .unusedBalanceFixed:
            object(one.fixed == 0 && event.balanceAfter == 0, at, "INV-12 it does not fix the whole balance, once")
            one.fixed = amount
        case .refundExcluded:
            let isOver = event.reference > 0 ? one.own == nil : one.own.map { $0 <= event.recordedAt } ?? false
            object(one.state == .fixed && one.holds == 0 && isOver && refund(account) == 0, at, "INV-15 the refund of account \(account) may still be claimed, or was")
            (one.state, one.own) = (.excluded, nil)
            one.excluded += amount
        case .lateClaimAccepted:
            object(one.excluded == amount && members[account]?.isClosed != true, at, "INV-14 what was excluded of account \(account) is \(one.excluded)")
            one.excluded -= amount
            one.isLate = true
            moved(event, account, &one)
        case .paymentReversedToUnclaimed, .balanceDisposed:
            one.excluded += amount
            one.adjusted += amount
            list(event, amount)
        case .refundReleased:
            let isIn = one.state == .batched && one.batch == shutdown.releasing && refund(account) == 0
            object(isIn, at, "INV-23 the refund of account \(account) does not stand in the batch that goes out")
            one.transit += amount
            (one.state, one.released) = (.released, one.lastBatch)
        case .refundHeld, .refundUnheld:
            let wanted = grounds(of: account)
            one.holds = event.tail.bytes(.holdGrounds)?.first ?? 0
            object(one.holds == wanted && (one.holds == 0) == (event.kind == .refundUnheld), at, "the refund of account \(account) is held for \(HoldGrounds(rawValue: wanted).names)")
            if event.kind == .refundHeld, one.state == .batched { shutdown.batches[one.batch]?.isStale = true }
            giveTime(account, event.recordedAt, &one)
        default:
            object(event.kind != .paymentReversedToRefund || one.state != .excluded, at, "what comes back of an excluded refund is unclaimed")
            let signed = event.kind == .fraudHeldFromRefund ? -amount : amount
            one.adjusted += signed
            list(event, signed)
            moved(event, account, &one)
        }
    }

    /// What was agreed to, or stands in a batch, is not what is owed any more.
    private mutating func moved(_ event: Event, _ account: UInt64, _ one: inout Shutdown.Refund) {
        let open = refund(account)
        switch one.state {
        case .batched: shutdown.batches[one.batch]?.isStale = true
        case .approved: unapprove(&one)
        case .paid: if open > 0 { one.state = .verified }
        case .excluded: if open > 0 { one.state = .fixed }
        default: break
        }
        if open == 0 { one.own = nil }
        giveTime(account, event.recordedAt, &one)
    }

    private func unapprove(_ one: inout Shutdown.Refund) { one.state = Int64(one.identity) >= gates.limits.claimIdentity ? .verified : .claimed }

    func unapproved(_ one: Shutdown.Refund) -> Shutdown.Refund {
        var one = one
        unapprove(&one)
        return one
    }

    /// Sixty days of its own, where the window leaves less.
    private func giveTime(_ account: UInt64, _ from: Instant, _ one: inout Shutdown.Refund) {
        guard one.state == .fixed, refund(account) > 0, let window = shutdown.window, grounds(of: account) == 0 else { return }
        let end = Self.sixtyDays(after: from)
        if end > window.until { one.own = end }
    }

    // MARK: Claims

    private mutating func takeClaim(_ event: Event, _ account: UInt64, _ one: inout Shutdown.Refund) {
        let (at, now) = (event.position, event.recordedAt)
        let isOpen = [.claimed, .verified, .approved, .returned].contains(one.state)
        object(isOpen || event.kind == .refundClaimed || event.kind == .refundBatched, at, "\(event.kind.name) without a claim")
        let open = refund(account)
        switch event.kind {
        case .refundClaimed:
            checkClaim(event, account, one)
            (one.method, one.channel) = (event.tail.bytes(.payoutMethod)?.first ?? 0, event.tail.bytes(.claimChannel)?.first ?? 0)
            (one.state, one.claimed, one.claimedAt, one.taker) = (.claimed, at, now.microseconds, event.tail.actors(.agreedBy).first ?? event.actor)
            (one.identity, one.agreed, one.batch, one.own) = (0, [], 0, nil)
        case .identityVerified:
            let level = event.tail.bytes(.identityLevel)?.first ?? 0
            object((1...3).contains(level), at, "there is no identity of level \(level)")
            one.identity = max(one.identity, level)
            if one.state == .claimed, Int64(level) >= gates.limits.claimIdentity { one.state = .verified }
        case .payeeCorrected:
            one.method = event.tail.bytes(.payoutMethod)?.first ?? 0
            if one.state == .approved || one.state == .returned { unapprove(&one) }
        case .claimRejected:
            one.state = .fixed
            giveTime(account, now, &one)
        case .claimWithdrawn:
            one.state = .fixed
            if shutdown.window?.isClosed == true, grounds(of: account) == 0 { one.own = now }
        case .refundApproved:
            object(one.state == .verified && one.holds == 0, at, "the refund of account \(account) is not ready to be agreed to")
            object(Int64(one.identity) >= gates.limits.claimIdentity, at, "the holder of account \(account) did not show enough who they are")
            object(event.tail.number(.sum).map { Int128($0) == open && open > 0 } ?? false, at, "the refund of account \(account) is \(open)")
            one.agreed = event.tail.actors(.agreedBy)
            let people = one.agreed.map { gates.person(gates.names[$0] ?? "") }
            object(people.count >= 3 && Set(people).count == people.count, at, "INV-19 it takes three people")
            object(!people.dropFirst().contains(gates.person(gates.names[one.taker] ?? "")), at, "INV-19 who took a claim down does not approve it")
            one.state = .approved
        default:
            let batch = shutdown.batches[event.reference]
            let isReady = one.state == .approved && one.holds == 0 && batch?.method == one.method && batch?.state == .open
            object(isReady, at, "INV-23 the refund of account \(account) is not ready for batch \(event.reference)")
            object(event.tail.number(.sum).map { Int128($0) == open && open > 0 } ?? false, at, "the refund of account \(account) is \(open)")
            (one.state, one.batch, one.lastBatch) = (.batched, event.reference, event.reference)
            shutdown.batches[event.reference]?.agreed.formUnion(one.agreed)
        }
    }

    /// Whose it is, when, and once.
    private mutating func checkClaim(_ event: Event, _ account: UInt64, _ one: Shutdown.Refund) {
        let (at, now) = (event.position, event.recordedAt)
        let claimant = event.tail.text(.person) ?? ""
        let isHolders = gates.persons[account].map { desks.standing($0) == desks.standing(claimant) } ?? false
        object(isHolders, at, "\(claimant) is not the holder of account \(account)")
        object(!gates.erased.contains(gates.persons[account] ?? ""), at, "the data of the holder of account \(account) was destroyed")
        object(event.tail.bytes(.claimChannel)?.first != ClaimChannel.webForm.rawValue || event.groupIndex + 1 < event.groupCount, at, "a claim by web form shows no identity")
        if event.groupIndex > 0 {
            let isLate = desks.group.last.map { $0.kind == .lateClaimAccepted && $0.subject == event.subject } ?? false
            return object(isLate, at, "INV-14 a claim is accepted late only where something was excluded")
        }
        let isOpen = shutdown.window.map { $0.from <= now && (now < $0.until || one.own.map { now < $0 } ?? false || one.holds != 0) } ?? false
        object(isOpen, at, "INV-15 no claims are taken of account \(account)")
        object(one.state == .fixed, at, "INV-14 the refund of account \(account) is claimed, paid or excluded")
        object(refund(account) > 0, at, "account \(account) has nothing to refund")
    }

    // MARK: Holds

    /// Why a refund must wait: bits of dispute, case, alert and legal hold.
    func grounds(of account: UInt64) -> UInt8 {
        guard refund(account) > 0 else { return 0 }
        var bits: UInt8 = 0
        if shutdown.openDisputes[account] ?? 0 > 0 { bits |= 1 }
        if hasCase(account) { bits |= 2 }
        if shutdown.openAlerts[account] ?? 0 > 0 { bits |= 4 }
        if shutdown.legalHolds.contains(account) { bits |= 8 }
        return bits
    }

    /// The person has a fraud that is not certified, or one that is and is not made good and paid.
    private func hasCase(_ account: UInt64) -> Bool {
        guard !desks.stories.isEmpty, let person = gates.persons[account].map(desks.standing) else { return false }
        let accounts = desks.accounts(of: person)
        guard let certified = desks.certifications[person] else {
            return accounts.contains { desks.stories[$0]?.labels.values.contains(.fraud) ?? false }
        }
        let made = accounts.reduce(Int128(0)) { sum, one in
            desks.sums[one].map { sum + $0.reversed + $0.compensated - $0.recoverable } ?? sum
        }
        return made < Int128(certified.sums.total) || accounts.contains { (credits[.compensation($0)] ?? 0) > (debits[.compensation($0)] ?? 0) }
    }

    /// Whose hold changed by an event; once the desks have taken it in.
    mutating func checkHolds(_ event: Event) {
        guard shutdown.terminated > 0, shutdown.act == nil || shutdown.act?.kind != .serviceTerminated else { return }
        var accounts: [UInt64] = []
        if event.kind == .fixingCompleted {
            var all = Set(shutdown.openDisputes.keys).union(shutdown.openAlerts.keys).union(shutdown.legalHolds)
            for account in desks.stories.keys { if let person = gates.persons[account] { all.formUnion(desks.accounts(of: person)) } }
            for person in desks.certifications.keys { all.formUnion(desks.accounts(of: person)) }
            accounts = Array(all)
        } else if event.kind == .alertCleared {
            accounts = [shutdown.alerts[event.reference] ?? 0]
        } else if let account = event.subject.memberOrdinal {
            let isAlone = Self.steps[event.kind] != nil || desks.stories.isEmpty
            accounts = isAlone ? [account] : gates.persons[account].map { desks.accounts(of: $0) } ?? [account]
        }
        for account in accounts {
            let wanted = grounds(of: account)
            if wanted == shutdown.refunds[account]?.holds ?? 0 { shutdown.due.remove(account) } else { shutdown.due.insert(account) }
            if wanted != 0 { shutdown.refunds[account]?.own = nil }
        }
    }

    // MARK: Batches

    mutating func takeBatch(_ event: Event) {
        let at = event.position
        if event.kind == .batchOpened { return openBatch(event) }
        if event.kind == .releaseCompleted { return shutdown.releasing = 0 }
        guard var batch = shutdown.batches[event.reference] else { return object(false, at, "there is no batch \(event.reference)") }
        let states: [ShutdownBooks.BatchState] = event.kind == .batchSent ? [.released] : event.kind == .resultFileRecorded ? [.released, .sent] : [.open]
        object(states.contains(batch.state), at, "INV-23 batch \(event.reference) is \(batch.state.name)")
        switch event.kind {
        case .batchFileRecorded:
            batch.file = event.tail.bytes(.contentHash).map(Array.init) ?? []
            batch.positions[0] = Int64(bitPattern: at)
            (batch.format, batch.recorder) = (event.tail.bytes(.fileFormat)?.first ?? 0, event.actor)
            let isForPost = batch.format == FileFormat.certificates.rawValue
            object(!batch.isStale && isForPost == (batch.method == PayoutMethod.postal.rawValue), at, "the file is not one of batch \(event.reference)")
        case .batchCancelled:
            batch.state = .cancelled
            for (account, one) in shutdown.refunds where one.batch == event.reference && one.state == .batched {
                shutdown.refunds[account]!.state = batch.isStale ? unapproved(one).state : .approved
            }
        case .batchReleased:
            object(!batch.isStale && !batch.file.isEmpty && event.tail.bytes(.contentHash).map(Array.init) == batch.file, at, "INV-23 batch \(event.reference) goes out otherwise than its file says")
            object(event.tail.bytes(.actSize).map(Array.init) == batch.size, at, "INV-23 batch \(event.reference) goes out with another size")
            let people = (Array(batch.agreed) + [batch.opener, batch.recorder]).map { gates.person(gates.names[$0] ?? "") }
            object(!people.contains(gates.person(gates.name(event))), at, "INV-19 who made batch \(event.reference) or agreed to it releases it")
            batch.state = .released
            batch.positions[1] = Int64(bitPattern: at)
            shutdown.releasing = event.reference
            open(event)
        case .batchSent:
            batch.state = .sent
            batch.positions[2] = Int64(bitPattern: at)
        case .resultFileRecorded:
            let counts = event.tail.bytes(.resultCounts).map(Array.init) ?? []
            let said = counts.count == 16 ? Tail.number(counts[0..<8]) &+ Tail.number(counts[8..<16]) : -1
            object(said >= 0 && said <= Tail.number(batch.size[0..<8]), at, "the result is not of batch \(event.reference)")
        default: break
        }
        shutdown.batches[event.reference] = batch
    }

    private mutating func openBatch(_ event: Event) {
        let at = event.position
        guard let size = Self.size(event), let bytes = event.tail.bytes(.actSize) else { return }
        let day = event.tail.number(.day) ?? 0
        let limits = gates.limits
        object(day >= Int64(Day(of: event.recordedAt).number), at, "the day of the transfer is gone by")
        object(size.count > 0 && size.count <= (limits.batchItems > 0 ? limits.batchItems : 999_999), at, "a batch of \(size.count) is none, or too large")
        object(size.total <= (limits.batchTotal > 0 ? limits.batchTotal : 999_999_999_999), at, "a batch of \(size.total) yen is too large")
        shutdown.batches[at] = Shutdown.Batch(method: event.tail.bytes(.payoutMethod)?.first ?? 0, day: day, opener: event.actor, size: Array(bytes))
        open(event)
    }
}
