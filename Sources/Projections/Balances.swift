public import Journal
public import Ledger

/// `balances`: every member account's balance, locks and open lots. A lot that is used up leaves the view; what
/// reversals need of it is derived again from the account's history. Where a charge or a payment was labelled, all lots
/// are: what a label changes lies in the past, and only victims pay for it.
public struct Balances: Projection {
    public static let name = "balances"
    public static let version = 2

    public private(set) var next: UInt64 = 0
    /// balance, opened, last, flags (locks, 256 = closed, 512 = something of it is labelled), first lot, last lot (index + 1;
    /// 0 = none).
    private var accounts = DenseTable("accounts", width: 6)
    /// position, amount, free, source, next lot, held.
    private var lots = DenseTable("lots", width: 6)
    /// First free row of `lots` (index + 1).
    private var scalars = DenseTable("scalars", width: 1)

    /// Lots of accounts that had a reversal or a label lately, kept in step, so that a busy account's history is not read
    /// again for each. A cache: bounded, never stored.
    private var recent: [UInt64: Attribution] = [:]
    private static let mostRecent = 256
    /// A bit for each row: the account has flag 512. Asked of every charge and payment.
    private var labelled: [UInt64] = []
    /// Of no meaning; keeps the compiler from leaving out the reads of `touch`.
    private var touched: Int64 = 0

    public init() { scalars[0, 0] = 0 }

    public var tables: [DenseTable] {
        get { [accounts, lots, scalars] }
        set { (accounts, lots, scalars) = (newValue[0], newValue[1], newValue[2]) }
    }

    public mutating func restore(next: UInt64) throws {
        guard brokenLinks.isEmpty else { throw ViewError.damaged }
        self.next = next
        labelled = []
        for row in 0..<accounts.count where accounts[row, 3] & Self.labelFlag != 0 { markLabelled(row) }
    }

    static let labelFlag: Int64 = 512

    /// True if the lots of the account in this row follow its labels.
    @inline(__always)
    func isLabelled(_ row: Int) -> Bool {
        let word = row >> 6
        return word < labelled.count && labelled[word] & 1 << UInt64(row & 63) != 0
    }

    private mutating func markLabelled(_ row: Int) {
        let word = row >> 6
        if word >= labelled.count { labelled += repeatElement(0, count: word + 1 - labelled.count) }
        labelled[word] |= 1 << UInt64(row & 63)
    }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        if let move = Move(event), !isLabelled(move.row) { return apply(move) }
        // What can fail comes first: an event is taken in whole or not at all.
        let kind = event.kind
        let isJudged = event.subject.isMember && (kind == .eventLabelled || !event.debit.isNone && isLabelled(Int(event.subject.ordinal) - 1))
        let isBack = kind.map(Self.isBack) ?? false
        if kind == .paymentReversed || kind == .paymentReversedToRefund || isBack || isJudged { try recall(event, log) }
        next = event.position + 1
        let (debit, credit, amount) = (event.debit, event.credit, event.amount)
        if debit.isMember { accounts[Int(debit.ordinal) - 1, 0] -= amount }
        if credit.isMember { accounts[Int(credit.ordinal) - 1, 0] += amount }
        guard event.subject.isMember, let kind else { return }
        let ordinal = event.subject.ordinal
        let row = Int(ordinal) - 1
        accounts[row, 2] = Int64(bitPattern: event.position)
        if !recent.isEmpty, let value = event.event { recent[ordinal]?.apply(value) }
        if kind == .eventLabelled {
            accounts[row, 3] |= Self.labelFlag
            markLabelled(row)
        }
        if isJudged || isBack { rederive(row, ordinal) }
        switch kind {
        case .exceptionalRefundReleased where !isJudged, .balanceDisposed where !isJudged, .refundReleased where !isJudged,
            .refundExcluded where !isJudged:
            consume(row, amount)
        case .chargeCorrected where !isJudged: cancel(row, event.reference, amount)
        case .paymentReversed where !isJudged, .paymentReversedToRefund where !isJudged: refill(row, recent[ordinal]!.lots(takenBy: event.reference))
        case .accountOpened: accounts[row, 1] = Int64(bitPattern: event.position)
        case .accountLocked: accounts[row, 3] |= Int64(event.tail.bytes(.lockScope)?.first ?? 0)
        case .accountUnlocked:
            let scope = event.tail.bytes(.lockScope)?.first ?? 0
            accounts[row, 3] &= scope == LockScope.all.rawValue ? ~0xFF : ~Int64(scope)
        case .accountClosed: accounts[row, 3] |= 256
        default: break
        }
    }

    /// True of what brings back what had been paid out or excluded: to lots that have left the view.
    private static func isBack(_ kind: EventKind) -> Bool {
        switch kind {
        case .refundReturned, .refundSentBack, .exceptionalRefundReturned, .exceptionalRefundSentBack, .lateClaimAccepted: true
        default: false
        }
    }

    /// Reads what `moves` will change, so that it is at hand when they do.
    mutating func touch(_ moves: [Move]) {
        var sum: Int64 = 0
        for move in moves { sum &+= accounts[move.row, 0] }
        for move in moves {
            let (first, last) = (Int(accounts[move.row, 4]), Int(accounts[move.row, 5]))
            if move.source == nil { if first > 0 { sum &+= lots[first - 1, 2] } } else if last > 0 { sum &+= lots[last - 1, 4] }
        }
        touched = sum
    }

    mutating func apply(_ move: Move) {
        next = move.position + 1
        accounts[move.row, 2] = Int64(bitPattern: move.position)
        if !recent.isEmpty { recent[UInt64(move.row) + 1]?.apply(move.event) }
        if let source = move.source {
            accounts[move.row, 0] += move.amount
            addLot(move.row, position: move.position, amount: move.amount, free: move.amount, source)
        } else {
            accounts[move.row, 0] -= move.amount
            consume(move.row, move.amount)
        }
    }

    private mutating func addLot(_ row: Int, position: UInt64, amount: Int64, free: Int64, _ source: FundingSource?) {
        let lot = newLot(position, amount, free, source)
        let last = Int(accounts[row, 5])
        if last == 0 { accounts[row, 4] = Int64(lot + 1) } else { lots[last - 1, 4] = Int64(lot + 1) }
        accounts[row, 5] = Int64(lot + 1)
    }

    /// Puts what the labels make of the account's lots in the place of what stands there.
    private mutating func rederive(_ row: Int, _ ordinal: UInt64) {
        while accounts[row, 4] != 0 { dropFirst(row) }
        recent[ordinal]!.settle()
        for lot in recent[ordinal]!.lots where lot.free > 0 || lot.held > 0 {
            addLot(row, position: lot.position, amount: lot.amount, free: lot.free, lot.source)
            lots[Int(accounts[row, 5]) - 1, 5] = lot.held
        }
    }

    /// A row for a lot that no chain holds yet.
    private mutating func newLot(_ position: UInt64, _ amount: Int64, _ free: Int64, _ source: FundingSource?) -> Int {
        let head = Int(scalars[0, 0])
        let lot = head > 0 ? head - 1 : lots.count
        if head > 0 { scalars[0, 0] = lots[lot, 4] }
        lots[lot, 0] = Int64(bitPattern: position)
        lots[lot, 1] = amount
        lots[lot, 2] = free
        lots[lot, 3] = Int64(source?.rawValue ?? 0)
        lots[lot, 4] = 0
        return lot
    }

    /// Takes from the account's lots, first in, first out.
    private mutating func consume(_ row: Int, _ amount: Int64) {
        var left = amount
        while left > 0 {
            let lot = Int(accounts[row, 4]) - 1
            guard lot >= 0 else { return }
            let free = lots[lot, 2]
            if free > left {
                lots[lot, 2] = free - left
                return
            }
            left -= free
            dropFirst(row)
        }
    }

    private mutating func dropFirst(_ row: Int) {
        let lot = Int(accounts[row, 4]) - 1
        let following = lots[lot, 4]
        accounts[row, 4] = following
        if following == 0 { accounts[row, 5] = 0 }
        release(lot)
    }

    private mutating func release(_ lot: Int) {
        for column in [0, 1, 2, 3, 5] { lots[lot, column] = 0 }
        lots[lot, 4] = scalars[0, 0]
        scalars[0, 0] = Int64(lot + 1)
    }

    private mutating func cancel(_ row: Int, _ charge: UInt64, _ amount: Int64) {
        var before = -1
        var lot = Int(accounts[row, 4]) - 1
        while lot >= 0, UInt64(bitPattern: lots[lot, 0]) != charge { (before, lot) = (lot, Int(lots[lot, 4]) - 1) }
        guard lot >= 0 else { return }
        lots[lot, 2] -= amount
        guard lots[lot, 2] <= 0 else { return }
        if before < 0 { return dropFirst(row) }
        lots[before, 4] = lots[lot, 4]
        if lots[lot, 4] == 0 { accounts[row, 5] = Int64(before + 1) }
        release(lot)
    }

    /// A reversal gives back to lots that may have left the view: the account's lots are derived anew from its history
    /// before this event.
    private mutating func recall(_ event: EventView, _ log: Log) throws {
        let ordinal = event.subject.ordinal
        guard recent[ordinal] == nil else { return }
        var history: [Event] = []
        var position = event.previous
        try log.lookUp { stored in
            while position != 0, let earlier = try stored(position) {
                history.append(earlier)
                position = earlier.previous
            }
        }
        if recent.count >= Self.mostRecent { recent.removeAll() }
        recent[ordinal] = Attribution(history: history.reversed())
    }

    /// Brings the lots a reversed payment had taken from to what is free of them now. What was taken lay at the front
    /// of the chain, so the way there is short.
    private mutating func refill(_ row: Int, _ taken: [Attribution.Lot]) {
        var before = -1
        var lot = Int(accounts[row, 4]) - 1
        for derived in taken where derived.free > 0 {
            while lot >= 0, UInt64(bitPattern: lots[lot, 0]) < derived.position { (before, lot) = (lot, Int(lots[lot, 4]) - 1) }
            if lot >= 0, UInt64(bitPattern: lots[lot, 0]) == derived.position {
                lots[lot, 2] = derived.free
                continue
            }
            let added = newLot(derived.position, derived.amount, derived.free, derived.source)
            lots[added, 4] = Int64(lot + 1)
            if before < 0 { accounts[row, 4] = Int64(added + 1) } else { lots[before, 4] = Int64(added + 1) }
            if lot < 0 { accounts[row, 5] = Int64(added + 1) }
            before = added
        }
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next, UInt64(accounts.count)])
        for row in 0..<accounts.count {
            var words = (0..<4).map { UInt64(bitPattern: accounts[row, $0]) }
            for lot in lots(row) {
                words += [lot.position, UInt64(lot.source?.rawValue ?? 0)] + [lot.amount, lot.free, lot.held].map { UInt64(bitPattern: $0) }
            }
            hash.add([UInt64(words.count)] + words)
        }
        return hash.finalize()
    }

    /// What is wrong with the links between rows. Every row of `lots` must hang on one account, or be free and empty, once.
    var brokenLinks: [String] {
        var seen = Array(repeating: false, count: lots.count)
        /// The last row of a chain; -1 if it is empty, `nil` if it runs astray or meets another.
        func end(of first: Int64) -> Int? {
            var (link, last) = (first, -1)
            while link != 0 {
                guard link > 0, link <= lots.count, !seen[Int(link) - 1] else { return nil }
                last = Int(link) - 1
                seen[last] = true
                link = lots[last, 4]
            }
            return last
        }
        var broken: [String] = []
        for row in 0..<accounts.count where end(of: accounts[row, 4]).map({ Int64($0 + 1) }) != accounts[row, 5] {
            broken.append("account \(row + 1): its chain of lots is broken")
            if broken.count == Audit.mostFindings { return broken }
        }
        if scalars.count != 1 || end(of: scalars[0, 0]) == nil { broken.append("the chain of free rows is broken") }
        var free = scalars[0, 0]
        while broken.isEmpty, free != 0 {
            let row = Int(free) - 1
            if [0, 1, 2, 3, 5].contains(where: { lots[row, $0] != 0 }) { broken.append("free row \(row) is not empty") }
            free = lots[row, 4]
        }
        if broken.isEmpty, seen.contains(false) { broken.append("rows of lots belong to no account") }
        return broken
    }

    // MARK: Reading

    /// One account as the view has it.
    public struct Account: Equatable, Sendable {
        public let ordinal: UInt64
        public let balance: Int64
        /// Positions of the event that opened it and of its last one.
        public let opened: UInt64
        public let last: UInt64
        /// Bits of `LockScope`.
        public let locks: UInt8
        public let isClosed: Bool
    }

    /// What is left of a charge, in minor units: free parts sum to the balance, and once the service has ended to what is to be
    /// refunded; held parts to the fraud hold.
    public struct OpenLot: Equatable, Sendable {
        public let position: UInt64
        public let source: FundingSource?
        public let amount: Int64
        public let free: Int64
        public let held: Int64
    }

    public var count: UInt64 { UInt64(accounts.count) }

    public subscript(ordinal: UInt64) -> Account? {
        guard ordinal >= 1, ordinal <= count else { return nil }
        let row = Int(ordinal) - 1
        return Account(
            ordinal: ordinal, balance: accounts[row, 0], opened: UInt64(bitPattern: accounts[row, 1]),
            last: UInt64(bitPattern: accounts[row, 2]), locks: UInt8(truncatingIfNeeded: accounts[row, 3]),
            isClosed: accounts[row, 3] & 256 != 0)
    }

    /// The account's open lots, oldest first.
    public func lots(of ordinal: UInt64) -> [OpenLot] {
        guard ordinal >= 1, ordinal <= count else { return [] }
        return lots(Int(ordinal) - 1)
    }

    private func lots(_ row: Int) -> [OpenLot] {
        var found: [OpenLot] = []
        var lot = Int(accounts[row, 4]) - 1
        while lot >= 0 {
            found.append(
                OpenLot(
                    position: UInt64(bitPattern: lots[lot, 0]), source: UInt8(exactly: lots[lot, 3]).flatMap(FundingSource.init),
                    amount: lots[lot, 1], free: lots[lot, 2], held: lots[lot, 5]))
            lot = Int(lots[lot, 4]) - 1
        }
        return found
    }
}
