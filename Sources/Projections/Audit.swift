internal import Journal
public import Ledger

/// An independent re-derivation of everything the log implies, in the plainest way: dictionaries, one pass, none of the
/// projections' code and none of `evolve`'s. Each projection's checker compares its lines with this; the pass itself
/// holds every event against the invariants. Slower and larger than the views, on purpose.
public struct Audit {
    public private(set) var next: UInt64 = 0
    /// What does not hold, with the position it was found at; at most `mostFindings` are kept.
    public private(set) var findings: [String] = []
    static let mostFindings = 50
    /// What should not be, and is no fault of the log's.
    public private(set) var notes: [String] = []

    var debits: [AccountCode: Int128] = [:]
    var credits: [AccountCode: Int128] = [:]
    var members: [UInt64: Member] = [:]
    /// Positions of every account's events, oldest first.
    var histories: [AccountCode: [UInt64]] = [:]
    private var payments: [UInt64: Payment] = [:]
    /// How much was reversed of each payment that had a reversal.
    var reversals: [UInt64: Int128] { payments.compactMapValues { $0.reversed > 0 ? $0.reversed : nil } }
    private var lastRecorded: Instant?
    private var keys: Set<CommandKey> = []
    private var group: (first: Event, end: UInt64)?
    private var stores: UInt64 = 0
    private var actors: UInt32 = 0
    private var policyVersion: UInt16 = 0
    private var cap: Int64 = 0
    private let readsTexts: Bool
    /// An event taken in before; the few that need the past look it up, since it would be too much to keep.
    let recall: (UInt64) -> Event?
    /// What the controls, the roles, the sessions and the policies are, as this pass derives them.
    var gates = Gates()
    /// What the fraud, damage and compensation desks know.
    var desks = Desks()
    /// What the shutdown desk knows.
    var shutdown = Shutdown()
    /// The events a reader of decisions needs: position, and the bits the view must have.
    var decisions: [(position: UInt64, what: Int64)] = []

    struct Member {
        var balance: Int128 = 0
        var opened: UInt64 = 0
        var locks: UInt8 = 0
        var isClosed = false
        /// Every lot there ever was: the charge's position, source, amount, what is free of it, and what was paid out or excluded.
        var lots: [(position: UInt64, source: FundingSource?, amount: Int64, free: Int64, out: Int64)] = []
        var firstFree = 0

        func lot(_ charge: UInt64) -> Int? {
            var (low, high) = (0, lots.count)
            while low < high {
                let middle = (low + high) / 2
                if lots[middle].position < charge { low = middle + 1 } else { high = middle }
            }
            return low < lots.count && lots[low].position == charge ? low : nil
        }

        /// Takes from the oldest free lots; what could not be taken is left over.
        mutating func spend(_ amount: Int64) -> (parts: [(charge: UInt64, amount: Int64)], left: Int64) {
            var left = amount
            var parts: [(charge: UInt64, amount: Int64)] = []
            while left > 0, firstFree < lots.count {
                let part = min(left, lots[firstFree].free)
                lots[firstFree].free -= part
                left -= part
                if part > 0 { parts.append((lots[firstFree].position, part)) }
                if lots[firstFree].free == 0 { firstFree += 1 }
            }
            return (parts, left)
        }
    }

    private struct Payment {
        let account: UInt64
        let store: AccountCode
        let amount: Int64
        var reversed: Int128 = 0
        /// Charge and amount, in the order they were taken.
        var parts: [(charge: UInt64, amount: Int64)] = []
    }

    /// The events a reader of damage needs: position, and account and bits as the view must have them.
    var damages: [(position: UInt64, what: Int64)] = []

    /// - Parameters:
    ///   - readsTexts: also search every text for card numbers (INV-25).
    ///   - recall: an earlier event by its position, as it was given to `take`.
    public init(readsTexts: Bool = false, recall: @escaping (UInt64) -> Event?) {
        self.readsTexts = readsTexts
        self.recall = recall
    }

    mutating func object(_ holds: Bool, _ position: UInt64, _ rule: @autoclosure () -> String) {
        guard !holds, findings.count < Self.mostFindings else { return }
        findings.append("event \(position): \(rule())")
    }

    mutating func note(_ text: String) { notes.append(text) }

    /// Takes in the next event. Whatever it says, nothing traps: what does not hold becomes a finding.
    public mutating func take(_ event: Event) {
        let at = event.position
        let due = next
        object(at == due, at, "INV-21 positions have no gap: \(due) was due")
        next = due + 1
        object(lastRecorded.map { $0 <= event.recordedAt } ?? true, at, "recordedAt never runs backwards")
        lastRecorded = event.recordedAt
        checkGroup(event)
        checkPosting(event)
        checkChain(event)
        checkActor(event)
        checkFields(event)
        for finding in gates.take(event, opened: event.subject.memberOrdinal.flatMap { members[$0]?.opened } ?? 0) { object(false, at, finding) }
        noteDecision(event)
        noteDamage(event)
        let inForce = policyVersion
        object(event.policyVersion == inForce, at, "the policy version in force is \(inForce), not \(event.policyVersion)")
        if event.credit.accountClass == .merchant, event.credit.ordinal == stores + 1, event.tail.text(.store) != nil { stores += 1 }
        if event.hasPosting {
            debits[event.debit, default: 0] += Int128(event.amount)
            credits[event.credit, default: 0] += Int128(event.amount)
            // What a partner or the bank says is recorded, whatever is in suspense.
            let isWord = event.kind == .chargeReversedUnmatched || event.kind == .unmatchedReturned && event.tail.number(.otherAccount) != nil
            move(event.debit, by: -Int128(event.amount), at, isWord: isWord)
            move(event.credit, by: Int128(event.amount), at)
        }
        applyKind(event)
        takeShutdown(event)
        takeDesks(event)
        checkHolds(event)
        checkBalance(event)
        if readsTexts { checkTexts(event) }
    }

    private mutating func checkGroup(_ event: Event) {
        let at = event.position
        object(event.groupIndex < event.groupCount, at, "group index \(event.groupIndex) of \(event.groupCount)")
        if event.groupIndex == 0 {
            object(group.map { $0.end == at } ?? true, at, "INV-20 the group before it is not whole")
            group = (event, at &+ UInt64(event.groupCount))
            object(event.key.isNone || keys.insert(event.key).inserted, at, "INV-20 its key was used before")
        } else if let (first, end) = group {
            object(
                first.position &+ UInt64(event.groupIndex) == at && at < end && first.groupCount == event.groupCount && first.key == event.key
                    && first.fingerprint == event.fingerprint && first.actor == event.actor && first.recordedAt == event.recordedAt,
                at, "INV-20 it does not belong to the group it says")
        } else {
            object(false, at, "INV-20 its group has no beginning")
        }
    }

    private mutating func checkChain(_ event: Event) {
        guard !event.subject.isNone else { return object(event.previous == 0, event.position, "it has no subject but a chain") }
        let before = histories[event.subject]?.last ?? 0
        object(event.previous == before, event.position, "the event before it on \(event.subject) is \(before), not \(event.previous)")
        histories[event.subject, default: []].append(event.position)
    }

    /// Principals are numbered as they appear, and named by their first event.
    private mutating func checkActor(_ event: Event) {
        let isNamed = event.tail.text(.actorName) != nil
        guard event.actor > actors else { return object(!isNamed, event.position, "it names a principal that is known") }
        let known = actors
        object(event.actor == known + 1 && isNamed, event.position, "principal \(event.actor) is not named; \(known) are known")
        actors = event.actor
    }

    private mutating func checkBalance(_ event: Event) {
        let subject = event.subject
        var balance: Int128 = 0
        if let ordinal = subject.memberOrdinal {
            balance = members[ordinal]?.balance ?? 0
        } else if !subject.isNone {
            let net = (debits[subject] ?? 0) - (credits[subject] ?? 0)
            balance = subject.accountClass?.isDebitNormal == true ? net : -net
        }
        object(balance == Int128(event.balanceAfter), event.position, "balance after is \(event.balanceAfter), postings give \(balance)")
    }

    private mutating func move(_ account: AccountCode, by amount: Int128, _ at: UInt64, isWord: Bool = false) {
        switch account.accountClass {
        case .member:
            guard let member = members[account.ordinal] else { return object(false, at, "\(account) was never opened") }
            members[account.ordinal]!.balance += amount
            object(member.balance + amount >= 0, at, "INV-03 \(account) is below zero")
        case .merchant:
            let known = stores
            object(account.ordinal >= 1 && account.ordinal <= known, at, "\(account) was never named")
        case .unclaimed, .payoutInTransit, .fraudHold, .compensation, .refund:
            object((credits[account] ?? 0) >= (debits[account] ?? 0), at, "INV-03 \(account) is below zero")
        case .recoverable: object((debits[account] ?? 0) >= (credits[account] ?? 0), at, "INV-03 \(account) is below zero")
        case .suspense where amount < 0 && !isWord:
            // What partners gave back of charges that are not ours yet stands against it.
            let open = desks.unmatched.values.reduce(Int128(0)) { $0 + Int128($1.amount) }
            object((credits[account] ?? 0) + open >= (debits[account] ?? 0), at, "INV-03 \(account) is below zero")
        default: break
        }
    }

    private mutating func applyKind(_ event: Event) {
        let at = event.position
        let ordinal = event.subject.ordinal
        // Not the member itself: holding on to its lots would copy them all at the next change.
        let member = (event.subject.isMember ? members[ordinal] : nil).map { (isClosed: $0.isClosed, locks: $0.locks, balance: $0.balance) }
        if let member, !Self.isOfAny(event.kind) {
            let fits = member.isClosed == (event.kind == .paymentReversedToUnclaimed) || shutdown.isUnclaimed(event)
            object(fits, at, "\(event.kind.name) on an account that is \(member.isClosed ? "closed" : "open")")
        }
        switch event.kind {
        case .accountOpened:
            object(ordinal == UInt64(members.count) + 1, at, "account ordinals have no gap")
            members[ordinal, default: Member()].opened = at
        case .accountLocked, .accountUnlocked: changeLocks(event, member?.locks ?? 0)
        case .accountClosed:
            object(member?.balance == 0, at, "a closed account has no balance")
            members[ordinal]?.isClosed = true
            object(debits[.fraudHold(ordinal)] == credits[.fraudHold(ordinal)], at, "something of a closed account is held")
        case .credentialsReset:
            object(member != nil && event.tail.bytes(.resetMethod) != nil, at, "a reset says how")
        case .chargeSettled:
            object(member.map { $0.locks & 5 == 0 } ?? false, at, "INV-11 the account takes no charge")
            object(cap == 0 || event.balanceAfter <= cap, at, "INV-04 the balance passes the cap")
            if desks.stories[ordinal] == nil { members[ordinal]?.lots.append((at, event.source, event.amount, max(0, event.amount), 0)) }
        case .paymentAccepted:
            object(member.map { $0.locks & 6 == 0 } ?? false, at, "INV-11 the account pays nothing")
            payments[at] = Payment(account: ordinal, store: event.credit, amount: event.amount, parts: spend(ordinal, event.amount, at))
        case .exceptionalRefundReleased:
            object(event.tail.bytes(.refundReason) != nil, at, "an exceptional refund gives its reason")
            giveOut(event)
        case .balanceDisposed:
            object(event.tail.bytes(.disposition) != nil && event.balanceAfter == 0, at, "a disposition says what becomes of the whole balance")
            giveOut(event)
        case .refundReleased, .refundExcluded: giveOut(event)
        case .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted: takeBack(event)
        case .chargeCorrected: correct(event)
        case .paymentReversed, .paymentReversedToUnclaimed, .paymentReversedToHold, .paymentReversedToLoss, .paymentReversedToRefund: reverse(event)
        case .policySet:
            policyVersion &+= 1
            cap = event.tail.number(.policyCap) ?? 0
        case .refused:
            object(event.rejection != nil, at, "a refusal names its rule")
        case .genesis:
            let genesis = Genesis(event)
            object(at == 0 && genesis != nil, at, "the genesis stands first and reads")
            actors = UInt32(genesis?.founders.count ?? 0)
        default:
            break
        }
    }

    /// True of the kinds that may be of an account whether it is closed or not.
    private static func isOfAny(_ kind: EventKind) -> Bool {
        switch kind {
        case .refused, .loginFailed, .proposed, .disputeOpened, .disputeClosed, .partnerReportReceived, .partnerReportMatched, .memberContacted,
            .eventLabelled, .holdReleased, .balanceDisposed, .victimCertified, .certificationAmended, .certificationRevoked, .accountsLinked, .paymentReversedToHold,
            .paymentReversedToLoss, .chargeReversalRequested, .chargeReversalRejected, .chargeReversedFromHold, .chargeReversedFromLoss,
            .chargeReversedFromRecoverable, .chargeReversedUnmatched, .unmatchedReversalMatched, .compensationOffered, .compensationFromHold,
            .compensationFromLoss, .compensationPaid, .compensationReturned, .compensationCancelled, .lossRecoverable, .lossReinstated,
            .recoverableRepaid, .recoverableWaived, .alertRaised:
            true
        case .paymentReversedToRefund, .fraudHeldFromRefund, .holdReleasedToRefund: false
        // A closed account may have had a refund; what becomes of it is held against the refund's own state.
        default: kind.rawValue >= EventKind.terminationDecided.rawValue
        }
    }

    private mutating func changeLocks(_ event: Event, _ locks: UInt8) {
        let scope = event.tail.bytes(.lockScope)?.first ?? 0
        let isLocking = event.kind == .accountLocked
        let fits = [1, 2, 4].contains(scope) && (isLocking ? locks & scope == 0 : locks & (scope == 4 ? 7 : scope) != 0)
        object(fits, event.position, "\(event.kind.name) of scope \(scope) on locks \(locks)")
        members[event.subject.ordinal]?.locks = isLocking ? locks | scope : scope == 4 ? 0 : locks & ~scope
    }

    private mutating func correct(_ event: Event) {
        let ordinal = event.subject.ordinal
        guard desks.stories[ordinal] == nil else { return }
        let lot = members[ordinal]?.lot(event.reference)
        guard let lot, let (_, source, _, free, _) = members[ordinal]?.lots[lot], free >= event.amount, source == event.source else {
            return object(false, event.position, "it takes back more than is free of charge \(event.reference), or to another source")
        }
        members[ordinal]!.lots[lot].free -= max(0, event.amount)
    }

    private mutating func spend(_ ordinal: UInt64, _ amount: Int64, _ at: UInt64) -> [(charge: UInt64, amount: Int64)] {
        guard desks.stories[ordinal] == nil else { return [] }
        let (parts, left) = members[ordinal]?.spend(amount) ?? ([], amount)
        object(left == 0, at, "L3 the lots hold less than was taken")
        return parts
    }

    /// Paid out or excluded: what went first stays out last.
    private mutating func giveOut(_ event: Event) {
        for part in spend(event.subject.ordinal, event.amount, event.position) {
            if let lot = members[event.subject.ordinal]?.lot(part.charge) { members[event.subject.ordinal]!.lots[lot].out += part.amount }
        }
    }

    private mutating func takeBack(_ event: Event) {
        let ordinal = event.subject.ordinal
        guard desks.stories[ordinal] == nil, let count = members[ordinal]?.lots.count else { return }
        var left = event.amount
        for lot in (0..<count).reversed() where left > 0 && members[ordinal]!.lots[lot].out > 0 {
            let part = min(left, members[ordinal]!.lots[lot].out)
            members[ordinal]!.lots[lot].out -= part
            members[ordinal]!.lots[lot].free += part
            members[ordinal]!.firstFree = min(members[ordinal]!.firstFree, lot)
            left -= part
        }
        object(left == 0, event.position, "L3 the lots had \(left) less paid out than came back")
    }

    private mutating func reverse(_ event: Event) {
        let (at, ordinal) = (event.position, event.subject.ordinal)
        guard var payment = payments[event.reference], payment.account == ordinal, payment.store == event.debit else {
            return object(false, at, "it reverses no payment of this account")
        }
        payment.reversed += Int128(event.amount)
        object(payment.reversed <= Int128(payment.amount), at, "more is reversed than was paid")
        var left = event.amount
        while left > 0, let last = payment.parts.popLast() {
            let part = min(left, last.amount)
            left -= part
            if part < last.amount { payment.parts.append((last.charge, last.amount - part)) }
            if event.kind == .paymentReversedToUnclaimed, let lot = members[ordinal]?.lot(last.charge) { members[ordinal]!.lots[lot].out += part }
            if event.kind == .paymentReversed || event.kind == .paymentReversedToRefund, let lot = members[ordinal]?.lot(last.charge) {
                members[ordinal]!.lots[lot].free += part
                members[ordinal]!.firstFree = min(members[ordinal]!.firstFree, lot)
            }
        }
        payments[event.reference] = payment
    }

    /// What is left of an account's charges: position, source, amount, free and held.
    func openLots(_ ordinal: UInt64) -> [(position: UInt64, source: FundingSource?, amount: Int64, free: Int64, held: Int64)] {
        if var story = desks.stories[ordinal] {
            story.settle()
            return story.charges.filter { $0.free > 0 || $0.held > 0 }.map { ($0.position, $0.source, $0.amount, $0.free, $0.held) }
        }
        return (members[ordinal]?.lots ?? []).filter { $0.free > 0 }.map { ($0.position, $0.source, $0.amount, $0.free, 0) }
    }

    /// What must hold at the end, over all accounts.
    public mutating func finish() {
        guard next > 0 else { return object(false, 0, "there is no event") }
        let total = debits.values.reduce(0, +) - credits.values.reduce(0, +)
        object(total == 0, next - 1, "INV-02 all accounts sum to \(total)")
        object(group.map { $0.end == next } ?? true, next - 1, "INV-20 the last group is not whole")
        finishDesks()
        finishShutdown()
        for (ordinal, member) in members where desks.stories[ordinal] == nil {
            let free = member.lots.reduce(Int128(0)) { $0 + Int128($1.free) }
            let due = member.balance + refund(ordinal)
            object(free == due, next - 1, "INV-05 lots of account \(ordinal) sum to \(free), its balance is \(due)")
        }
    }
}
