import Ledger

/// Random traffic before the end of the service and after it, against a plain model: sums kept by hand from the events' kinds alone.
struct ShutdownPlay {
    private var random: Random
    private(set) var story: Story
    private(set) var wrong: [String] = []
    private(set) var codes: Set<String> = []
    private var sums: [UInt64: Sums] = [:]
    private var seen = 0
    /// The members of each batch let out, and what each was let out for.
    private var released: Set<[UInt64]> = []
    private let accounts = 6

    /// What became of one account's refund.
    struct Sums {
        var fixed: Int64 = 0
        var adjusted: Int64 = 0
        var paid: Int64 = 0
        var transit: Int64 = 0
        var open: Int64 = 0
        var excluded: Int64 = 0
        var isBalanced: Bool { fixed + adjusted == paid + transit + open + excluded }
    }

    init(seed: UInt64) throws {
        random = Random(seed: seed)
        story = try Story.shutdownDesks()
        try story.ask(row: "rules")
        for account in 1...accounts {
            try story.ask(row: "open p-\(account == 2 ? 1 : account)")
            if below(5) > 0 { try story.ask(row: "charge \(account) registerCash \(1 + below(900))") }
        }
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }

    mutating func play(_ steps: Int) throws {
        for _ in 0..<(steps / 4) { try ask(before()) }
        try ask("decideEnd 2019-07-02T00:00+09:00")
        try ask("clock 2019-07-02T00:00+09:00")
        for _ in 0..<(steps / 8) { try ask(after()) }
        for notice in NoticeKind.allCases where notice.name.hasPrefix("refund") { try ask("notice \(notice.name)") }
        try ask("openClaims 2019-09-30")
        for _ in 0..<(steps / 2) { try ask(after()) }
        try ask("clock 2019-10-01T00:00+09:00")
        for _ in 0..<(steps / 2) { try ask(after()) }
        // Whoever may still claim lets the time go by.
        try ask("clock 2020-06-01T00:00+09:00")
        if wrong.isEmpty { wrong += audit(story.events, story.books) }
    }

    // MARK: What is asked

    private mutating func money() -> String {
        let account = 1 + below(accounts)
        let payments = story.events.filter { $0.kind == .paymentAccepted && $0.subject == .member(UInt64(account)) }
        let charges = story.events.filter { $0.kind == .chargeSettled && $0.subject == .member(UInt64(account)) && $0.source != .registerCash }
        switch below(8) {
        case 0: return "charge \(account) \(random.pick(["registerCash", "creditCard", "point"])) \(1 + below(400))"
        case 1, 2: return "pay \(account) s-1 \(1 + below(300))"
        case 3: return payments.isEmpty ? "charge \(account) creditCard 70" : "reverse \(account) \(random.pick(payments).position) \(1 + below(80))"
        case 4, 5:
            let all = charges + payments
            return all.isEmpty ? "pay \(account) s-1 5" : "label \(account) \(random.pick(["fraud", "genuine", "unknown"])) \(random.pick(all).position)"
        case 6: return "\(random.pick(["hold", "hold", "endHold"])) \(account)"
        default: return "refund \(account) \(1 + below(50)) smallAmount"
        }
    }

    private mutating func suspicion() -> String {
        let account = 1 + below(accounts)
        let mine = story.events.last { [.chargeSettled, .paymentAccepted].contains($0.kind) && $0.subject == .member(UInt64(account)) }
        let disputes = story.books.damage.disputes.filter { $0.value.isOpen }.keys.sorted()
        let alerts = story.books.damage.alerts.keys.sorted()
        switch below(6) {
        case 0: return mine.map { "dispute \(account) \($0.position)" } ?? "legalHold \(account)"
        case 1, 2: return disputes.isEmpty ? "legalHold \(account)" : "closeDispute \(random.pick(disputes)) rejected"
        case 3: return "\(random.pick(["legalHold", "liftLegalHold", "liftLegalHold"])) \(account)"
        case 4: return alerts.isEmpty ? mine.map { "alert 1 \(account) \($0.position)" } ?? "legalHold 1" : "clearAlert \(random.pick(alerts)) falseAlarm"
        default: return below(9) == 0 ? "join 1 3" : "liftLegalHold \(account)"
        }
    }

    private mutating func bank() -> String {
        let account = 1 + below(accounts)
        let transit = story.books.balance(.payoutInTransit(UInt64(account)))
        let amount = random.pick([transit, transit, 1 + Int64(below(60)), transit / 2, transit + 3])
        return "\(random.pick(["bankPaid", "bankPaid", "bankReturned"])) \(account) \(max(1, amount))"
    }

    private mutating func before() -> String { below(6) == 0 ? suspicion() : below(6) == 0 ? bank() : money() }

    private mutating func after() -> String {
        let account = 1 + below(accounts)
        let person = story.books.person(of: UInt64(account)) ?? ""
        let refund = story.books.shutdown.refund(UInt64(account))
        let batches = story.books.shutdown.batches.keys.sorted()
        let batch = batches.isEmpty ? 1 : random.pick([batches.last!, random.pick(batches)])
        switch below(31) {
        case 0..<3: return money()
        case 3..<7: return suspicion()
        case 7..<11: return bank()
        case 11..<15: return "claim \(account) \(person) \(random.pick(["bank", "postal"])) \(random.pick(["web 2", "paper", "app"]))"
        case 15: return "late \(account) \(person) bank web 2"
        case 16, 17: return "identify \(account) 2"
        case 18: return "payee \(account) bank x"
        case 19: return random.pick(["withdrawClaim", "rejectClaim"]) + " \(account)"
        case 20..<23:
            let verified = (1...accounts).filter { story.books.shutdown.refund(UInt64($0))?.state == .verified && below(3) > 0 }
            let mine = verified.isEmpty ? [account] : verified
            let total = mine.reduce(0) { $0 + story.books.balance(.refund(UInt64($1))) }
            return "approveRefunds \(max(1, total)) \(mine.map { "\($0)" }.joined(separator: " "))"
        case 23, 24: return "batch \(random.pick(["bank", "bank", "postal"])) 2020-07-01 \(1 + below(4))"
        case 25: return "file \(batch) \(random.pick(["zengin", "zengin", "certificates"])) f"
        case 26, 27: return below(6) == 0 ? "cancelBatch \(batch)" : "releaseBatch \(batch) f"
        case 28: return "after \(86_400 * below(6))"
        default:
            if refund?.state == .excluded { return "late \(account) \(person) bank web 2" }
            return random.pick(["sendBatch \(batch)", "result \(batch) 1 0", "result \(batch) 0 1"])
        }
    }

    private mutating func ask(_ row: String) throws {
        guard wrong.isEmpty, let outcome = try story.ask(row: row) else { return }
        if case .failure(let rejection) = outcome { codes.insert(rejection.code.name) }
        look(row)
    }

    // MARK: What must hold

    /// After every event, by a model that knows nothing but the kinds.
    private mutating func look(_ row: String) {
        for event in story.events[seen...] {
            take(event)
            if let account = event.subject.memberOrdinal, let sums = sums[account] {
                if !sums.isBalanced { wrong.append("\(row): \(event.kind.name): \(sums)") }
                if min(sums.open, sums.transit, sums.excluded) < 0 { wrong.append("\(row): below zero: \(sums)") }
                if sums.paid > sums.fixed + sums.adjusted { wrong.append("\(row): paid too much: \(sums)") }
            }
        }
        seen = story.events.count
        let (books, shutdown) = (story.books, story.books.shutdown)
        guard shutdown.isTerminated else { return }
        for account in 1...UInt64(accounts) {
            let (refund, sums) = (shutdown.refund(account)!, sums[account] ?? Sums())
            if refund.open != sums.open || books.balance(.refund(account)) != sums.open || books.balance(.payoutInTransit(account)) != sums.transit {
                wrong.append("\(row): the books say \(refund), the events \(sums)")
            }
            if books.member(account)!.balance != 0 { wrong.append("\(row): money is left on account \(account)") }
            let isWaiting = refund.state == .fixed && refund.open > 0
            if isWaiting, refund.holds.isEmpty, shutdown.window?.isClosed == true, shutdown.ownWindows[account] == nil {
                wrong.append("\(row): account \(account) is neither excluded nor has time: \(refund)")
            }
            guard let until = shutdown.ownWindows[account] else { continue }
            if !isWaiting || !refund.holds.isEmpty { wrong.append("\(row): account \(account) has time for nothing: \(refund)") }
            if until <= books.now { wrong.append("\(row): account \(account) has time that is over") }
        }
    }

    private mutating func take(_ event: Event) {
        guard let account = event.subject.memberOrdinal else {
            if event.kind == .serviceTerminated {
                for account in 1...UInt64(accounts) {
                    let onTheWay = story.events[..<Int(event.position)].reduce(Int64(0)) { sum, before in
                        sum + (before.credit == .payoutInTransit(account) ? before.amount : 0) - (before.debit == .payoutInTransit(account) ? before.amount : 0)
                    }
                    sums[account] = Sums(adjusted: onTheWay, transit: onTheWay)
                }
            }
            return
        }
        guard sums[account] != nil else { return }
        func move(_ from: WritableKeyPath<Sums, Int64>?, _ to: WritableKeyPath<Sums, Int64>) {
            if let from { sums[account]![keyPath: from] -= event.amount }
            sums[account]![keyPath: to] += event.amount
        }
        switch event.kind {
        case .unusedBalanceFixed:
            move(nil, \.fixed)
            move(nil, \.open)
        case .paymentReversedToRefund, .holdReleasedToRefund:
            move(nil, \.adjusted)
            move(nil, \.open)
        case .paymentReversedToUnclaimed:
            move(nil, \.adjusted)
            move(nil, \.excluded)
        case .fraudHeldFromRefund:
            sums[account]!.adjusted -= event.amount
            sums[account]!.open -= event.amount
        case .refundExcluded:
            // Never before its time: the window's end, and sixty full days after what gave it another.
            if event.recordedAt < Instant("2019-10-01T00:00+09:00")! { wrong.append("excluded at \(event.recordedAt)") }
            let reasons: Set<EventKind> = [.refundUnheld, .claimRejected, .refundReturned, .refundSentBack, .holdReleasedToRefund, .paymentReversedToRefund]
            let withdrawn = story.history(of: event.subject).last { $0.kind == .claimWithdrawn && $0.position < event.position }?.position ?? 0
            if let last = story.history(of: event.subject).last(where: { reasons.contains($0.kind) && $0.position < event.position }), last.position > withdrawn,
                event.recordedAt < last.recordedAt + 60 * 86_400
            {
                wrong.append("excluded at \(event.recordedAt), \(last.kind.name) at \(last.recordedAt)")
            }
            move(\.open, \.excluded)
        case .lateClaimAccepted: move(\.excluded, \.open)
        case .refundReleased:
            if !released.insert([account, event.reference]).inserted { wrong.append("account \(account) is released twice in \(event.reference)") }
            move(\.open, \.transit)
        case .payoutConfirmed: move(\.transit, \.paid)
        case .refundReturned: move(\.transit, \.open)
        case .refundSentBack: move(\.paid, \.open)
        default: break
        }
    }
}
