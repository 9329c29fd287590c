import Ledger

/// The ledger's rules said over again as plainly as possible: names, dictionaries and lists, every lot walked from the
/// first, every broken rule listed. It shares nothing with the core but the commands.
struct Model {
    struct Lot {
        let position: UInt64
        let source: String
        let amount: Int64
        var free: Int64
    }
    struct Payment {
        let account: UInt64
        let store: String
        let amount: Int64
        /// What it took from which lot, in order, less what was given back.
        var taken: [(lot: Int, amount: Int64)]
        var left: Int64 { taken.reduce(0) { $0 + $1.amount } }
    }
    struct Account {
        var externalID: String?
        var isClosed = false
        var locks: Set<String> = []
        var lots: [Lot] = []
        /// Charges less payments, corrections, refunds; kept apart from the lots so that they check each other.
        var balance: Int64 = 0
    }
    struct Posting: Equatable {
        let debit: String
        let credit: String
        let amount: Int64
    }
    struct Refusal: Error, Equatable {
        let code: String
        let bound: Int64?
    }

    var accounts: [Account] = []
    var payments: [UInt64: Payment] = [:]
    var stores: Set<String> = []
    /// Debits less credits.
    var nets: [String: Int64] = [:]
    var cap: Int64 = 0
    var limits: [String: (perCharge: Int64, step: Int64)] = [:]
    var time: Int64 = 0
    let isScenario: Bool

    /// First to last in precedence.
    static let order = [
        "account-unknown", "store-unknown", "payment-unknown", "charge-unknown", "operator-required", "approvals-required", "real-clock", "scenario-clock", "clock-backwards",
        "occurred-in-future", "external-id-taken", "account-closed", "account-locked", "already-locked",
        "not-locked", "disposition-required", "refund-is-open", "amount-step", "source-limit", "balance-cap", "policy-versions-exhausted",
        "refund-forbidden", "insufficient-balance", "reversal-exceeds-payment", "charge-already-spent",
        "settlement-exceeds-balance", "unmatched-exceeds-suspense", "ledger-full",
    ]

    init(isScenario: Bool, time: Int64) {
        self.isScenario = isScenario
        self.time = time
    }

    /// On the account's normal side.
    func balance(_ name: String) -> Int64 {
        let growsByDebits = name == "bank" || name.hasPrefix("receivable.") || name.hasPrefix("fee.")
        return (growsByDebits ? 1 : -1) * (nets[name] ?? 0)
    }

    private func find(_ reference: AccountReference) -> UInt64? {
        switch reference {
        case .ordinal(let ordinal): (1...UInt64(max(1, accounts.count))).contains(ordinal) && !accounts.isEmpty ? ordinal : nil
        case .external(let id): accounts.firstIndex { $0.externalID == id }.map { UInt64($0) + 1 }
        }
    }

    private subscript(ordinal: UInt64) -> Account {
        get { accounts[Int(ordinal) - 1] }
        set { accounts[Int(ordinal) - 1] = newValue }
    }

    /// Answers a command and, if it is accepted, takes it in. `approved`: as a founder's proposal that all agree to. `position` is where its first event will stand.
    mutating func answer(
        _ command: Command, by name: String, approved: Bool, ahead: Int64?, at position: UInt64
    ) -> Result<[Posting], Refusal> {
        var broken: [Refusal] = []
        func must(_ holds: Bool, _ code: String, _ bound: Int64? = nil) {
            if !holds { broken.append(Refusal(code: code, bound: bound)) }
        }
        var postings: [Posting] = []
        var change: (inout Model) -> Void = { _ in }
        must((ahead ?? 0) <= 600, "occurred-in-future")
        let founder = ["op-1", "op-2", "op-3"].contains(name)
        let forOperators: Set<String> = [
            "closeAccount", "correctCharge", "refund", "settlePartner", "settleMerchant", "fundByOwner", "bookUnmatched", "setPolicy",
            "confirmClock",
        ]
        must(founder || !forOperators.contains(command.name.name), "operator-required")
        must(!founder || approved || !["correctCharge", "refund"].contains(command.name.name), "approvals-required", 2)
        let ordinal = command.account.flatMap(find)
        if command.account != nil, ordinal == nil {
            must(false, "account-unknown")
        } else {
            let who = ordinal ?? 0
            let account = ordinal.map { self[$0] } ?? Account()
            switch command {
            case .accounts(.open(_, let id)):
                must(id == nil || !accounts.contains { $0.externalID == id }, "external-id-taken")
                change = { $0.accounts.append(Account(externalID: id)) }
            case .accounts(.lock(_, let scope, _)):
                must(!account.isClosed, "account-closed")
                must(!account.locks.contains(scope.name), "already-locked")
                change = { $0[who].locks.insert(scope.name) }
            case .accounts(.unlock(_, let scope, _)):
                must(!account.isClosed, "account-closed")
                must(scope == .all ? !account.locks.isEmpty : account.locks.contains(scope.name), "not-locked")
                change = { if scope == .all { $0[who].locks = [] } else { $0[who].locks.remove(scope.name) } }
            case .accounts(.resetCredentials):
                must(!account.isClosed, "account-closed")
            case .accounts(.close(_, let disposition, _)):
                must(!account.isClosed, "account-closed")
                must(account.balance == 0 || disposition != nil, "disposition-required", account.balance)
                let onTheWay = balance("transit.\(who)")
                must(onTheWay == 0, "refund-is-open", onTheWay)
                if account.balance > 0 { postings = [Posting(debit: "member.\(who)", credit: "unclaimed.\(who)", amount: account.balance)] }
                change = {
                    $0[who].isClosed = true
                    _ = $0.take(account.balance, from: who)
                }
            case .money(.charge(_, let source, let amount, _, _)):
                let limit = limits[source.name] ?? (0, 0)
                must(!account.isClosed, "account-closed")
                must(account.locks.isDisjoint(with: ["charge", "all"]), "account-locked")
                must(limit.step == 0 || amount.units % limit.step == 0, "amount-step", limit.step)
                must(limit.perCharge == 0 || amount.units <= limit.perCharge, "source-limit", limit.perCharge)
                must(cap == 0 || account.balance + amount.units <= cap, "balance-cap", cap)
                postings = [Posting(debit: "receivable.\(source.name)", credit: "member.\(who)", amount: amount.units)]
                change = {
                    $0[who].balance += amount.units
                    $0[who].lots.append(Lot(position: position, source: source.name, amount: amount.units, free: amount.units))
                }
            case .money(.pay(_, let store, _, _, let amount)):
                must(!account.isClosed, "account-closed")
                must(account.locks.isDisjoint(with: ["pay", "all"]), "account-locked")
                must(account.balance >= amount.units, "insufficient-balance", account.balance)
                postings = [Posting(debit: "member.\(who)", credit: "store.\(store)", amount: amount.units)]
                change = {
                    $0.stores.insert(store)
                    let taken = $0.take(amount.units, from: who)
                    $0.payments[position] = Payment(account: who, store: store, amount: amount.units, taken: taken)
                }
            case .money(.reversePayment(_, let payment, let amount, _)):
                if let found = payments[payment], found.account == who {
                    must(amount.units <= found.left, "reversal-exceeds-payment", found.left)
                    let target = account.isClosed ? "unclaimed.\(who)" : "member.\(who)"
                    postings = [Posting(debit: "store.\(found.store)", credit: target, amount: amount.units)]
                    change = { $0.giveBack(amount.units, of: payment) }
                } else {
                    must(false, "payment-unknown")
                }
            case .money(.correctCharge(_, let charge, let amount, _)):
                if let lot = account.lots.firstIndex(where: { $0.position == charge }) {
                    must(!account.isClosed, "account-closed")
                    must(amount.units <= account.lots[lot].free, "charge-already-spent", account.lots[lot].free)
                    postings = [Posting(debit: "member.\(who)", credit: "receivable.\(account.lots[lot].source)", amount: amount.units)]
                    change = {
                        $0[who].lots[lot].free -= amount.units
                        $0[who].balance -= amount.units
                    }
                } else {
                    must(false, "charge-unknown")
                }
            case .money(.refund(_, let amount, let reason, _)):
                must(!account.isClosed, "account-closed")
                must(reason != nil, "refund-forbidden")
                must(account.balance >= amount.units, "insufficient-balance", account.balance)
                postings = [Posting(debit: "member.\(who)", credit: "transit.\(who)", amount: amount.units)]
                change = { _ = $0.take(amount.units, from: who) }
            case .money(.settlePartner(let source, let gross, let fee, _)):
                let receivable = "receivable.\(source.name)"
                let owed = max(0, nets[receivable] ?? 0)
                let net = gross.units - fee
                // The fee comes first out of what is owed; the bank's money fills the rest, and what is over matches nothing.
                let matched = min(net, max(0, owed - fee))
                postings = [
                    Posting(debit: "bank", credit: "suspense", amount: net - matched),
                    Posting(debit: "fee.\(source.name)", credit: receivable, amount: fee),
                    Posting(debit: "bank", credit: receivable, amount: matched),
                ].filter { $0.amount > 0 }
            case .money(.settleMerchant(let store, let amount, let direction, _)):
                let owed = -(nets["store.\(store)"] ?? 0)
                if !stores.contains(store) {
                    must(false, "store-unknown")
                } else if direction == .toStore {
                    must(amount.units <= owed, "settlement-exceeds-balance", max(0, owed))
                    postings = [Posting(debit: "store.\(store)", credit: "bank", amount: amount.units)]
                } else {
                    postings = [Posting(debit: "bank", credit: "store.\(store)", amount: amount.units)]
                }
            case .money(.fundByOwner(let amount, _)):
                postings = [Posting(debit: "bank", credit: "equity", amount: amount.units)]
            case .money(.bookUnmatched(let amount, .in, _)):
                postings = [Posting(debit: "bank", credit: "suspense", amount: amount.units)]
            case .money(.bookUnmatched(let amount, .out, _)):
                let held = -(nets["suspense"] ?? 0)
                must(amount.units <= held, "unmatched-exceeds-suspense", held)
                postings = [Posting(debit: "suspense", credit: "bank", amount: amount.units)]
            case .service(.setPolicy(let policy)):
                change = {
                    $0.cap = policy.balanceCap
                    for source in FundingSource.allCases { $0.limits[source.name] = (policy[source].perCharge, policy[source].step) }
                }
            case .service(.advanceClock(let instant)):
                must(isScenario, "real-clock")
                must(instant.microseconds >= time, "clock-backwards")
                change = { $0.time = instant.microseconds }
            case .service(.confirmClock):
                must(!isScenario, "scenario-clock")
            case .service, .access, .controls, .approvals, .people, .fraud, .damage, .compensation, .shutdown: preconditionFailure("not in the model")
            }
        }
        for code in Self.order {
            if let first = broken.first(where: { $0.code == code }) { return .failure(first) }
        }
        change(&self)
        for posting in postings {
            nets[posting.debit, default: 0] += posting.amount
            nets[posting.credit, default: 0] -= posting.amount
        }
        return .success(postings)
    }

    private mutating func take(_ amount: Int64, from who: UInt64) -> [(lot: Int, amount: Int64)] {
        var taken: [(lot: Int, amount: Int64)] = []
        var left = amount
        for index in self[who].lots.indices {
            let part = min(left, self[who].lots[index].free)
            guard part > 0 else { continue }
            self[who].lots[index].free -= part
            taken.append((index, part))
            left -= part
        }
        self[who].balance -= amount
        return taken
    }

    private mutating func giveBack(_ amount: Int64, of payment: UInt64) {
        let who = payments[payment]!.account
        var left = amount
        for index in payments[payment]!.taken.indices.reversed() {
            let part = min(left, payments[payment]!.taken[index].amount)
            payments[payment]!.taken[index].amount -= part
            if !self[who].isClosed { self[who].lots[payments[payment]!.taken[index].lot].free += part }
            left -= part
        }
        if !self[who].isClosed { self[who].balance += amount }
    }
}
