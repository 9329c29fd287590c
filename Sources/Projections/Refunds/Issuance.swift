internal import Journal
internal import Ledger

/// What was ever issued and recovered, and what is unused of it, as one fold of the whole log: totals, and a word an account only
/// where something was excluded and then accepted late, or went out by exception. Charges and payments cost two additions.
struct Issuance {
    private(set) var next: UInt64 = 0
    /// Balances by class.
    private(set) var members: Int64 = 0
    private(set) var held: Int64 = 0
    private(set) var refunds: Int64 = 0
    private(set) var transit: Int64 = 0
    /// Of what is in transit: released by exception before the end.
    private(set) var exceptional: Int64 = 0
    private(set) var issued: Int64 = 0
    private(set) var recovered = BaseDateReport.Recovered()
    /// Deposit, trust, guarantee.
    private(set) var security: [SecurityForm: Int64] = [:]

    private var late: [UInt64: Late] = [:]
    /// Of accounts with anything out by exception: that, and what is on the way in batches.
    private var exceptions: [UInt64: (transit: Int64, batched: Int64)] = [:]
    private var closed: Set<UInt64> = []

    /// What counted as recovered when it was excluded, wherever it is now: it neither comes back into what is unused nor is
    /// recovered again. What moves an account's money moves this part of it first.
    struct Late {
        var open: Int64 = 0
        var transit: Int64 = 0
        var held: Int64 = 0
        var paid: Int64 = 0
    }

    @available(*, noasync)
    mutating func follow(_ log: Log, to end: UInt64) throws {
        guard next < end else { return }
        try log.scan(from: next, to: end) { event in
            take(event)
            return true
        }
    }

    var unused: BaseDateReport.Unused {
        let sums = lateSums
        var unused = BaseDateReport.Unused()
        (unused.members, unused.held, unused.refunds, unused.inTransit) = (members, held - sums.held, refunds - sums.open, transit - sums.transit)
        return unused
    }

    var latePayable: Int64 { lateSums.open + lateSums.transit + lateSums.held }
    var latePaid: Int64 { lateSums.paid }
    var lateAccounts: Int { late.count }

    private var lateSums: Late {
        late.values.reduce(into: Late()) { sum, one in
            sum.open += one.open
            sum.transit += one.transit
            sum.held += one.held
            sum.paid += one.paid
        }
    }

    mutating func take(_ event: EventView) {
        next = event.position + 1
        switch event.kind {
        case .chargeSettled:
            members += event.amount
            issued += event.amount
        case .paymentAccepted:
            members -= event.amount
            recovered.goods += event.amount
        case .accountClosed: closed.insert(event.subject.ordinal)
        case .securityGuaranteed, .guaranteeEnded:
            let sum = event.tail.number(.sum) ?? 0
            security[.guarantee, default: 0] += event.kind == .guaranteeEnded ? -sum : sum
        case nil: return
        case .some(let kind):
            guard !event.debit.isNone else { return }
            move(event.debit, -event.amount)
            move(event.credit, event.amount)
            recover(event, kind)
        }
    }

    private mutating func move(_ account: AccountCode, _ amount: Int64) {
        switch account.accountClass {
        case .member: members += amount
        case .fraudHold: held += amount
        case .refund: refunds += amount
        case .payoutInTransit: transit += amount
        case .securityDeposit:
            if let form = SecurityForm(rawValue: UInt8(truncatingIfNeeded: account.ordinal)) { security[form, default: 0] -= amount }
        default: break
        }
    }

    private mutating func recover(_ event: EventView, _ kind: EventKind) {
        let (account, amount) = (event.subject.ordinal, event.amount)
        switch kind {
        case .paymentReversed, .paymentReversedToHold, .paymentReversedToRefund: recovered.goods -= amount
        case .paymentReversedToUnclaimed:
            recovered.goods -= amount
            if closed.contains(account) { recovered.forfeited += amount } else { recovered.excluded += amount }
        case .paymentReversedToLoss:
            recovered.goods -= amount
            recovered.goodsToLoss += amount
        case .chargeCorrected: recovered.corrected += amount
        case .chargeReversedFromHold: recovered.returnedToPartners += amount - moveLate(account, amount, \.held, nil)
        case .compensationFromHold: recovered.compensated += amount - moveLate(account, amount, \.held, nil)
        case .balanceDisposed: recovered.forfeited += amount
        case .refundExcluded: recovered.excluded += amount - moveLate(account, amount, \.open, nil)
        case .lateClaimAccepted: late[account, default: Late()].open += amount
        case .refundReleased:
            moveLate(account, amount, \.open, \.transit)
            if !exceptions.isEmpty { exceptions[account]?.batched += amount }
        case .fraudHeldFromRefund: moveLate(account, amount, \.open, \.held)
        case .holdReleasedToRefund: moveLate(account, amount, \.held, \.open)
        case .refundReturned:
            moveLate(account, amount, \.transit, \.open)
            answer(event)
        case .payoutConfirmed:
            recovered.refunded += amount - moveLate(account, amount, \.transit, \.paid)
            answer(event)
        case .refundSentBack: recovered.refunded -= amount - moveLate(account, amount, \.paid, \.open)
        case .exceptionalRefundSentBack: recovered.refunded -= amount
        case .exceptionalRefundReleased:
            exceptional += amount
            exceptions[account, default: (0, 0)].transit += amount
        case .exceptionalRefundReturned: answer(event)
        default: break
        }
    }

    /// Moves the late part of so much, and says what it is.
    @discardableResult
    private mutating func moveLate(
        _ account: UInt64, _ amount: Int64, _ from: WritableKeyPath<Late, Int64>, _ to: WritableKeyPath<Late, Int64>?
    ) -> Int64 {
        guard !late.isEmpty, var line = late[account] else { return 0 }
        let part = min(amount, line[keyPath: from])
        line[keyPath: from] -= part
        if let to { line[keyPath: to] += part }
        late[account] = line
        return part
    }

    /// What the bank says without naming a batch is first about what went out by exception.
    private mutating func answer(_ event: EventView) {
        guard !exceptions.isEmpty, let line = exceptions[event.subject.ordinal] else { return }
        let part = event.reference > 0 ? event.amount - min(event.amount, line.batched) : min(event.amount, line.transit)
        exceptional -= part
        exceptions[event.subject.ordinal] = (line.transit - part, line.batched - (event.amount - part))
    }
}
