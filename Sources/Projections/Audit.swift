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

    var debits: [AccountCode: Int128] = [:]
    var credits: [AccountCode: Int128] = [:]
    var members: [UInt64: Member] = [:]
    /// Positions of every account's events, oldest first.
    var histories: [AccountCode: [UInt64]] = [:]
    private var payments: [UInt64: Payment] = [:]
    private var lastRecorded: Instant?
    private var keys: Set<CommandKey> = []
    private var group: (first: UInt64, count: UInt8, key: CommandKey, recordedAt: Instant)?
    private var policyVersion: UInt16 = 0
    private var cap: Int64 = 0
    private let readsTexts: Bool

    struct Member {
        var balance: Int64 = 0
        var opened: UInt64 = 0
        var locks: UInt8 = 0
        var isClosed = false
        /// Every lot there ever was: the charge's position, source, amount, and what is free of it.
        var lots: [(position: UInt64, source: FundingSource?, amount: Int64, free: Int64)] = []
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
        var reversed: Int64 = 0
        /// Charge and amount, in the order they were taken.
        var parts: [(charge: UInt64, amount: Int64)] = []
    }

    /// - Parameter readsTexts: also search every text for card numbers (INV-25).
    public init(readsTexts: Bool = false) { self.readsTexts = readsTexts }

    private mutating func object(_ holds: Bool, _ position: UInt64, _ rule: @autoclosure () -> String) {
        guard !holds, findings.count < Self.mostFindings else { return }
        findings.append("event \(position): \(rule())")
    }

    public mutating func take(_ event: Event) {
        let at = event.position
        let due = next
        object(at == due, at, "INV-21 positions have no gap: \(due) was due")
        next = at + 1
        object(lastRecorded.map { $0 <= event.recordedAt } ?? true, at, "recordedAt never runs backwards")
        lastRecorded = event.recordedAt
        checkGroup(event)
        checkPosting(event)
        checkChain(event)
        let inForce = policyVersion
        object(event.policyVersion == inForce, at, "the policy version in force is \(inForce), not \(event.policyVersion)")
        if event.hasPosting {
            debits[event.debit, default: 0] += Int128(event.amount)
            credits[event.credit, default: 0] += Int128(event.amount)
            move(event.debit, by: -event.amount, at)
            move(event.credit, by: event.amount, at)
        }
        applyKind(event)
        if let ordinal = event.subject.memberOrdinal {
            let balance = members[ordinal]?.balance ?? 0
            object(balance == event.balanceAfter, at, "balance after is \(event.balanceAfter), postings give \(balance)")
        } else if !event.subject.isNone {
            let net = (debits[event.subject] ?? 0) - (credits[event.subject] ?? 0)
            let balance = event.subject.accountClass?.isDebitNormal == true ? net : -net
            object(balance == Int128(event.balanceAfter), at, "balance after is \(event.balanceAfter), postings give \(balance)")
        }
        if readsTexts { checkTexts(event) }
    }

    private mutating func checkGroup(_ event: Event) {
        let at = event.position
        object(event.groupIndex < event.groupCount, at, "group index \(event.groupIndex) of \(event.groupCount)")
        if event.groupIndex == 0 {
            object(group.map { $0.first + UInt64($0.count) == at } ?? true, at, "INV-20 the group before it is not whole")
            group = (at, event.groupCount, event.key, event.recordedAt)
            object(event.key.isNone || keys.insert(event.key).inserted, at, "INV-20 its key was used before")
        } else if let group {
            object(
                group.first + UInt64(event.groupIndex) == at && group.count == event.groupCount && group.key == event.key
                    && group.recordedAt == event.recordedAt, at, "INV-20 it does not belong to the group it says")
        }
    }

    private mutating func checkPosting(_ event: Event) {
        let at = event.position
        if let classes = event.kind.posting {
            object(event.debit.accountClass == classes.debit && event.credit.accountClass == classes.credit, at, "INV-01 posting of \(event.kind.name) is \(event.debit) to \(event.credit)")
            object(event.amount > 0, at, "INV-06 amount \(event.amount)")
        } else {
            object(event.debit.isNone && event.credit.isNone, at, "\(event.kind.name) has no posting")
            object(event.kind == .refused || event.amount == 0, at, "\(event.kind.name) has no amount")
        }
    }

    private mutating func checkChain(_ event: Event) {
        guard !event.subject.isNone else { return object(event.previous == 0, event.position, "it has no subject but a chain") }
        let before = histories[event.subject]?.last ?? 0
        object(event.previous == before, event.position, "the event before it on \(event.subject) is \(before), not \(event.previous)")
        histories[event.subject, default: []].append(event.position)
    }

    private mutating func move(_ account: AccountCode, by amount: Int64, _ at: UInt64) {
        switch account.accountClass {
        case .member:
            members[account.ordinal, default: Member()].balance += amount
            object(members[account.ordinal]!.balance >= 0, at, "INV-03 \(account) is below zero")
        case .unclaimed, .payoutInTransit, .suspense:
            object((credits[account] ?? 0) >= (debits[account] ?? 0), at, "INV-03 \(account) is below zero")
        default: break
        }
    }

    private mutating func applyKind(_ event: Event) {
        let at = event.position
        let ordinal = event.subject.ordinal
        switch event.kind {
        case .accountOpened:
            object(ordinal == UInt64(members.count) + 1, at, "account ordinals have no gap")
            members[ordinal, default: Member()].opened = at
        case .accountLocked: members[ordinal]?.locks |= event.tail.bytes(.lockScope)?.first ?? 0
        case .accountUnlocked:
            let scope = event.tail.bytes(.lockScope)?.first ?? 0
            members[ordinal]?.locks &= scope == 4 ? 0 : ~scope
        case .accountClosed:
            object(members[ordinal]?.balance == 0, at, "a closed account has no balance")
            members[ordinal]?.isClosed = true
        case .chargeSettled:
            object(members[ordinal].map { !$0.isClosed && $0.locks & 5 == 0 } ?? false, at, "INV-11 the account takes no charge")
            object(cap == 0 || event.balanceAfter <= cap, at, "INV-04 the balance passes the cap")
            members[ordinal]?.lots.append((at, event.source, event.amount, event.amount))
        case .paymentAccepted:
            object(members[ordinal].map { !$0.isClosed && $0.locks & 6 == 0 } ?? false, at, "INV-11 the account pays nothing")
            payments[at] = Payment(account: ordinal, store: event.credit, amount: event.amount, parts: spend(ordinal, event.amount, at))
        case .exceptionalRefundReleased, .balanceDisposed: _ = spend(ordinal, event.amount, at)
        case .chargeCorrected:
            let lot = members[ordinal]?.lot(event.reference)
            object(lot.map { members[ordinal]!.lots[$0].free >= event.amount } ?? false, at, "more is taken back than is free of charge \(event.reference)")
            if let lot { members[ordinal]!.lots[lot].free -= event.amount }
        case .paymentReversed, .paymentReversedToUnclaimed: reverse(event)
        case .policySet:
            policyVersion += 1
            cap = event.tail.number(.policyCap) ?? 0
        case .refused:
            object(event.rejection != nil, at, "a refusal names its rule")
        case .genesis:
            object(at == 0 && Genesis(event) != nil, at, "the genesis stands first and reads")
        case .clockAdvanced, .clockConfirmed, .credentialsReset, .partnerSettled, .partnerFeeBooked, .merchantSettled,
            .merchantRepaid, .ownerFunded, .unmatchedReceived, .unmatchedReturned, .continuation:
            break
        }
    }

    private mutating func spend(_ ordinal: UInt64, _ amount: Int64, _ at: UInt64) -> [(charge: UInt64, amount: Int64)] {
        let (parts, left) = members[ordinal]?.spend(amount) ?? ([], amount)
        object(left == 0, at, "L3 the lots hold less than was taken")
        return parts
    }

    private mutating func reverse(_ event: Event) {
        let (at, ordinal) = (event.position, event.subject.ordinal)
        guard var payment = payments[event.reference], payment.account == ordinal, payment.store == event.debit else {
            return object(false, at, "it reverses no payment of this account")
        }
        payment.reversed += event.amount
        object(payment.reversed <= payment.amount, at, "more is reversed than was paid")
        var left = event.amount
        while left > 0, let last = payment.parts.popLast() {
            let part = min(left, last.amount)
            left -= part
            if part < last.amount { payment.parts.append((last.charge, last.amount - part)) }
            if event.kind == .paymentReversed, let lot = members[ordinal]?.lot(last.charge) {
                members[ordinal]!.lots[lot].free += part
                members[ordinal]!.firstFree = min(members[ordinal]!.firstFree, lot)
            }
        }
        payments[event.reference] = payment
    }

    private mutating func checkTexts(_ event: Event) {
        let whole = event.tail.forEach { _, _ in }
        object(whole, event.position, "its tail does not read")
        for field in [Tail.Field.actorName, .person, .externalID, .store, .storePlace, .register, .partnerReference, .reason] {
            guard let text = event.tail.text(field) else { continue }
            object(!CardNumber.appears(in: text), event.position, "INV-25 \(field.name) holds a card number")
        }
    }

    /// What must hold at the end, over all accounts.
    public mutating func finish() {
        let total = debits.values.reduce(0, +) - credits.values.reduce(0, +)
        object(total == 0, next - 1, "INV-02 all accounts sum to \(total)")
        object(group.map { $0.first + UInt64($0.count) == next } ?? true, next - 1, "INV-20 the last group is not whole")
        for (ordinal, member) in members {
            let free = member.lots.reduce(Int64(0)) { $0 + $1.free }
            object(free == member.balance, next - 1, "INV-05 lots of account \(ordinal) sum to \(free), its balance is \(member.balance)")
        }
    }
}
