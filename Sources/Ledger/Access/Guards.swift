/// What stands between a stolen login and the money: velocity limits and sequence guards. All are policies, decided from
/// the books; at the end of a span, exactly, the guard is over.

/// A charge against the account's devices, resets, contacts, windows and days.
func guardCharge(
    _ books: Books, _ account: UInt64, _ source: FundingSource, _ amount: Int64, _ request: Request, _ now: Instant,
    _ rules: inout Rules
) {
    if books.policy.deviceSources.contains(source) {
        let device = books.device(of: request.access)
        if let link = books.access.link(account, .device, device) {
            let age = Age(since: link.since, now)
            rules.require(age.isAtLeast(books.policy.deviceCoolDown), .deviceCoolDown, bound: age.left(of: books.policy.deviceCoolDown))
            if books.policy.deviceFirst.amount > 0, !age.isAtLeast(books.policy.deviceFirst.seconds) {
                let left = books.policy.deviceFirst.amount - link.charged
                rules.require(amount <= left, .deviceFirstLimit, bound: max(0, left))
            }
        } else {
            rules.require(false, .deviceRequired)
        }
    }
    if books.policy.resetCoolDown.sources.contains(source), let member = books.access.member(account) {
        let age = Age(since: member.resetAt, now)
        rules.require(age.isAtLeast(books.policy.resetCoolDown.seconds), .resetCoolDown, bound: age.left(of: books.policy.resetCoolDown.seconds))
    }
    if books.policy.contactCoolDown.sources.contains(source), let member = books.access.member(account) {
        let age = Age(since: member.contactAt, now)
        rules.require(
            age.isAtLeast(books.policy.contactCoolDown.seconds), .contactCoolDown, bound: age.left(of: books.policy.contactCoolDown.seconds))
    }
    for limit in books.policy.chargeWindows where limit.sources.contains(source) {
        let since = (now + -limit.seconds).microseconds
        let newest = books.access.member(account)?.newestCharge ?? 0
        let count = books.access.window.count(newest: newest, after: since, sources: limit.sources.rawValue, limit: limit.count)
        rules.require(count < limit.count, .chargeVelocity, bound: limit.count)
    }
    guard books.policy.dailyCharge > 0 || books.policy.dailyCardCharge > 0 else { return }
    let today = books.access.today(account, now)
    if books.policy.dailyCharge > 0 {
        rules.require(amount <= books.policy.dailyCharge - today.charged, .dailyCap, bound: max(0, books.policy.dailyCharge - today.charged))
    }
    if books.policy.dailyCardCharge > 0, Policy.Sources.cards.contains(source) {
        let left = books.policy.dailyCardCharge - today.cardCharged
        rules.require(amount <= left, .dailyCap, bound: max(0, left))
    }
}

/// How long ago something was.
private struct Age {
    private let since: Int64
    private let now: Int64

    init(since: Int64, _ now: Instant) {
        self.since = since
        self.now = now.microseconds
    }

    /// True from the instant on at which the span is over.
    func isAtLeast(_ seconds: Int64) -> Bool { (Instant(microseconds: since) + seconds).microseconds <= now || seconds == 0 }

    /// Whole seconds until then, rounded up.
    func left(of seconds: Int64) -> Int64 {
        let end = (Instant(microseconds: since) + seconds).microseconds
        return end <= now ? 0 : (end - now + 999_999) / 1_000_000
    }
}

extension Books {
    /// The device a command came from: the one it names, or its session's. 0: none the ledger has met.
    func device(of access: Access) -> UInt32 {
        let own = access.session == 0 ? 0 : self.access.session(access.session)?.device ?? 0
        guard let device = access.device else { return own }
        // Nearly always the session's own: compared, not looked up.
        if own != 0, self.access.devices.all[Int(own) - 1] == device { return own }
        return self.access.devices.ordinal(of: device) ?? 0
    }
}

/// Takes what a charge or a payment adds to the counters into the books.
extension Books {
    mutating func count(_ event: Event) {
        guard let account = event.subject.memberOrdinal else { return }
        switch event.kind {
        case .chargeSettled:
            guard let source = event.source else { return }
            let isCard = Policy.Sources.cards.contains(source)
            if policy.countsDays {
                access.addToday(account, event.recordedAt) { day in
                    day.charged.addSaturating(event.amount)
                    if isCard { day.cardCharged.addSaturating(event.amount) }
                }
            }
            if !policy.chargeWindows.isEmpty {
                access.change(account) { _ in }
                let number = access.window.nextNumber
                access.window.add(
                    ChargeWindow.Entry(
                        at: event.recordedAt.microseconds, before: access.members[Int(account) - 1].newestCharge,
                        account: UInt32(truncatingIfNeeded: account), source: source.rawValue),
                    longest: policy.longestWindow)
                access.change(account) { $0.newestCharge = number }
            }
            if policy.deviceFirst.amount > 0, policy.deviceSources.contains(source) {
                let named = event.tail.bytes(.access).map { AccessRecord.device($0) } ?? 0
                let device = named != 0 ? named : access.session(event.session)?.device ?? 0
                access.addCharged(account, device: device, event.amount)
            }
        case .paymentAccepted where policy.dailyPayment > 0 || policy.countsDays:
            access.addToday(account, event.recordedAt) { day in
                day.paid.addSaturating(event.amount)
            }
        default: return
        }
    }
}

extension Int64 {
    /// A sum that would pass the largest number stays there: more than any limit, and never a negative one.
    mutating func addSaturating(_ amount: Int64) {
        let (sum, overflow) = addingReportingOverflow(amount)
        self = overflow ? .max : sum
    }
}
