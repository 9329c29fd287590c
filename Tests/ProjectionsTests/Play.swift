import Journal
import Ledger

/// Random commands through a real writer: often right, often just beyond a bound, sometimes about nothing.
struct Play {
    var random: Random
    let teller: Teller
    let log: Log
    private(set) var events: [Event]

    init(seed: UInt64, _ writer: Writer) throws {
        random = Random(seed: seed)
        teller = Teller(writer)
        log = writer.log
        events = try log.events()
    }

    /// Plays until the log holds at least `count` events more, a few commands a commit.
    mutating func go(_ count: Int) throws {
        let end = events.count + count
        while events.count < end {
            let plain = Plain(events)
            var commands: [Command] = []
            for _ in 0..<(1 + random.below(12)) { commands.append(aCommand(plain)) }
            try teller.ask(commands, by: random.below(12) == 0 ? random.pick(["anonymous", "op-2", "till-7"]) : nil)
            try log.scan(from: UInt64(events.count)) { view in
                events.append(view.event!)
                return true
            }
        }
    }

    private mutating func aCommand(_ plain: Plain) -> Command {
        let accounts = plain.accounts.count
        if accounts < 2 || random.below(20) == 0 { return .open("p-\(random.below(1000))") }
        let ordinal = UInt64(1 + random.below(min(6, accounts)))
        let account = AccountReference.ordinal(random.below(40) == 0 ? UInt64(accounts + 1) : ordinal)
        let balance = plain.accounts[ordinal]?.balance ?? 0
        let source = random.pick(FundingSource.allCases)
        let store = random.pick(["s-1", "s-1", "s-2", "s-3"])
        func near(_ bound: Int64, _ random: inout Random) -> Amount {
            let choices = [1, 100, bound, bound, bound / 2, bound + 1, Int64(1 + random.below(3000)), Int64(100 * (1 + random.below(40)))]
            return amount(max(1, random.pick(choices)))
        }
        let own = events.filter { $0.subject == .member(ordinal) }
        switch random.below(36) {
        case 0..<10: return .money(.charge(account, source, near(1000, &random), reference: nil))
        case 10..<18: return .money(.pay(account, store: store, place: nil, register: nil, near(balance, &random)))
        case 18..<23:
            let payments = own.filter { $0.kind == .paymentAccepted }
            guard !payments.isEmpty else { return .charge(ordinal, 500) }
            let payment = random.pick(payments)
            let part = near(random.below(2) == 0 ? payment.amount : max(1, payment.amount / 3), &random)
            return .money(.reversePayment(account, payment: payment.position, part, reason: nil))
        case 23..<26:
            let charges = own.filter { $0.kind == .chargeSettled }
            guard !charges.isEmpty else { return .charge(ordinal, 700) }
            let charge = random.pick(charges)
            let free = plain.lots(ordinal).first { $0.position == charge.position }?.free ?? 1
            return .money(.correctCharge(account, charge: charge.position, near(free, &random), reason: nil))
        case 26: return .money(.refund(account, near(balance, &random), random.pick([nil, .smallAmount, .unavoidableCircumstances]), note: nil))
        case 27:
            let gross = near(plain.net(.receivable(source)), &random)
            return .money(.settlePartner(source, gross: gross, fee: min(gross.units, random.pick([0, 0, 30, 500])), statement: nil))
        case 28:
            return .money(.settleMerchant(store: store, near(1500, &random), random.pick(MerchantDirection.allCases), statement: nil))
        case 29: return .money(.bookUnmatched(near(300, &random), random.pick(BankDirection.allCases), statement: nil))
        case 30: return .money(.fundByOwner(near(1000, &random), statement: nil))
        case 31: return .accounts(.lock(account, random.pick(LockScope.allCases), reason: nil))
        case 32: return .accounts(.unlock(account, random.pick(LockScope.allCases), reason: nil))
        case 33: return .accounts(.resetCredentials(account, random.pick(ResetMethod.allCases), addressChanged: false))
        case 34:
            switch random.below(4) {
            case 0: return .service(.setPolicy(Policy(balanceCap: random.pick([0, 0, 50_000]), limits: [.atmCash: .init(step: 100)])))
            case 1: return .accounts(.close(account, .unclaimed, reason: nil))
            case 2: return .accounts(.close(account, nil, reason: nil))
            default: return .service(.advanceClock(to: events.last!.recordedAt + Int64(random.below(4000) - 500)))
            }
        default: return .accounts(.unlock(account, .all, reason: nil))
        }
    }
}

/// What the views must show, said over again as plainly as possible.
struct Plain {
    struct Account: Equatable {
        var balance: Int64 = 0
        var opened: UInt64 = 0
        var last: UInt64 = 0
        var locks: Set<UInt8> = []
        var isClosed = false
    }
    private(set) var accounts: [UInt64: Account] = [:]
    private(set) var statements: [AccountCode: [UInt64]] = [:]
    private(set) var debits: [AccountCode: Int128] = [:]
    private(set) var credits: [AccountCode: Int128] = [:]
    private(set) var count: UInt64 = 0
    private var histories: [UInt64: [Event]] = [:]

    init(_ events: some Sequence<Event>) {
        for event in events {
            count += 1
            if !event.subject.isNone { statements[event.subject, default: []].append(event.position) }
            if !event.debit.isNone {
                debits[event.debit, default: 0] += Int128(event.amount)
                credits[event.credit, default: 0] += Int128(event.amount)
                if event.debit.isMember { accounts[event.debit.ordinal]!.balance -= event.amount }
                if event.credit.isMember { accounts[event.credit.ordinal]!.balance += event.amount }
            }
            guard event.subject.isMember else { continue }
            var account = accounts[event.subject.ordinal] ?? Account()
            account.last = event.position
            let scope = event.tail.bytes(.lockScope)?.first ?? 0
            switch event.kind {
            case .accountOpened: account.opened = event.position
            case .accountLocked: account.locks.insert(scope)
            case .accountUnlocked: if scope == 4 { account.locks = [] } else { account.locks.remove(scope) }
            case .accountClosed: account.isClosed = true
            default: break
            }
            accounts[event.subject.ordinal] = account
            histories[event.subject.ordinal, default: []].append(event)
        }
    }

    func net(_ account: AccountCode) -> Int64 { Int64((debits[account] ?? 0) - (credits[account] ?? 0)) }

    /// Lots with something left, by the one place that attributes.
    func lots(_ ordinal: UInt64) -> [Lots.Lot] { Lots(history: histories[ordinal] ?? []).lots.filter { $0.free > 0 } }
}
