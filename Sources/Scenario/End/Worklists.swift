internal import Ledger

/// What staff do who look at the books: each list is made when it is asked for.
enum Worklists {
    /// Every alert nobody has looked at: confirmed if it is about a certified victim.
    @Sendable static func clearAlerts(_ books: Books, _: Positions) -> [Command] {
        books.damage.alerts.keys.sorted().map { position in
            let account = books.damage.alerts[position] ?? 0
            let isVictim = account > 0 && books.damage.certifications[books.standing(of: account)] != nil
            return .fraud(.clear(alert: position, isVictim ? .confirmed : .falseAlarm, note: nil))
        }
    }

    /// Pays every store what it is owed, and takes from those who owe.
    static func settleStores(_ books: Books, _ statement: String) -> [Command] {
        guard books.stores.count > 0 else { return [] }
        return (1...UInt32(books.stores.count)).compactMap { ordinal in
            let owed = books.balance(.merchant(UInt64(ordinal)))
            guard let store = books.stores.name(ordinal), let amount = Amount(abs(owed)) else { return nil }
            return .money(.settleMerchant(store: store, amount, owed > 0 ? .toStore : .fromStore, statement: statement))
        }
    }

    /// What partners gave back is settled against what they owe, or paid.
    static func settleClearing(_ books: Books, _ statement: String) -> [Command] {
        [FundingSource.creditCard, .debitCard].flatMap { source -> [Command] in
            let owed = max(0, books.balance(.partnerClearing(source)))
            let netted = min(owed, max(0, books.balance(.receivable(source))))
            let parts: [(Int64, CompensationCommand.Settlement)] = [(netted, .netted), (owed - netted, .paid)]
            return parts.compactMap { units, way in
                Amount(units).map { .compensation(.settleClearing(source, $0, way, statement: statement)) }
            }
        }
    }

    static func settlePartners(_ books: Books, _ statement: String) -> [Command] {
        FundingSource.allCases.compactMap { source in
            guard let gross = Amount(books.balance(.receivable(source))) else { return nil }
            let fee = Policy.Sources.cards.contains(source) ? gross.units * 32 / 1_000 : 0
            return .money(.settlePartner(source, gross: gross, fee: fee, statement: statement))
        }
    }

    // MARK: Refunds

    /// Claims by form whose documents are good.
    @Sendable static func verify(_ books: Books, _: Positions) -> [Command] {
        books.refunds { $0.state == .claimed }.map {
            .shutdown(.verifyIdentity(.ordinal($0.account), .init(level: 2, method: .document)))
        }
    }

    /// Proposes to pay what may be paid, a hundred at a time.
    @Sendable static func propose(_ books: Books, _: Positions) -> [Command] {
        let ready = books.refunds { $0.state == .verified && $0.holds.isEmpty && $0.open > 0 }
        return stride(from: 0, to: ready.count, by: ShutdownCommand.mostApproved).compactMap { start in
            let part = ready[start..<min(start + ShutdownCommand.mostApproved, ready.count)]
            guard let total = Amount(part.reduce(0) { $0 + $1.open }) else { return nil }
            return .approvals(.propose(.shutdown(.approve(accounts: part.map(\.account), total: total)), because: "claims checked one by one"))
        }
    }

    /// Agrees to what was proposed today.
    @Sendable static func agree(_ books: Books, _: Positions) -> [Command] {
        books.approvals.proposals.filter { entry in
            guard case .shutdown(.approve) = entry.value.command else { return false }
            return books.now < entry.value.expiresAt
        }.keys.sorted().map { .approvals(.approve(proposal: $0)) }
    }

    /// Puts what is agreed into a batch, if there is anything.
    static func open(_ books: Books, _ method: PayoutMethod, _ date: Day) -> [Command] {
        let isReady = books.shutdown.refunds.contains { refund in
            refund.state == .approved && refund.open > 0 && refund.holds.isEmpty && books.shutdown.claims[Int(refund.claim) - 1].method == method
        }
        return isReady ? [.shutdown(.openBatch(method, date: date, items: nil))] : []
    }

    /// What post offices say of certificates: most were cashed, some could not be delivered, some lie in a drawer.
    static func certificates(_ books: Books, _ batch: UInt64, cashed share: UInt64) -> [Command] {
        guard books.shutdown.batches[batch] != nil else { return [] }
        return books.shutdown.claims.filter { $0.batch == batch && books.shutdown.refund($0.account)?.state == .released }
            .map(\.account).sorted().compactMap { account in
                let chance = account &* 2_654_435_761 % 100
                guard let amount = Amount(books.balance(.payoutInTransit(account))), chance < share else { return nil }
                guard chance != 7 else { return .shutdown(.returnPayout(.ordinal(account), amount, batch: batch, reason: "not delivered")) }
                return .shutdown(.confirmPayout(.ordinal(account), amount, batch: batch, reference: "pc-\(account)"))
            }
    }

    /// Half of what is unused at the base date, rounded up; frauds' unspent charges count as unused.
    static func security(_ books: Books) -> Amount? {
        let fixed = books.shutdown.refunds.reduce(Int64(0)) { $0 + $1.fixed }
        let held = books.shutdown.refunds.indices.reduce(Int64(0)) { $0 + books.balance(.fraudHold(UInt64($1) + 1)) }
        return Amount((fixed + held + 1) / 2)
    }
}

extension Books {
    /// Accounts with their refunds, of those that fit, in the accounts' order.
    fileprivate func refunds(_ fits: (ShutdownBooks.Refund) -> Bool) -> [(account: UInt64, open: Int64)] {
        shutdown.refunds.enumerated().compactMap { fits($1) ? (UInt64($0) + 1, $1.open) : nil }
    }
}
