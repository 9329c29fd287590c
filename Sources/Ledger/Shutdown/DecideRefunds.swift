/// The rules of refunds: claims, approvals, batches, and what the bank says.
func refunds(
    _ books: Books, _ command: ShutdownCommand, _ request: Request, _ evidence: Evidence, _ now: Instant, _ rules: inout Rules
) -> [Event] {
    switch command {
    case .claim, .acceptLate, .verifyIdentity, .correctPayee, .rejectClaim, .withdrawClaim: return claim(books, command, now, &rules)
    case .approve(let accounts, let total): return approve(books, accounts, total.units, &rules)
    case .openBatch(let method, let date, let items):
        rules.require(books.shutdown.isTerminated, .notTerminated)
        rules.require(date >= Day(of: now), .effectiveInPast)
        let rows = books.batchRows(method, items)
        rules.require(!rows.isEmpty, .nothingToBatch)
        guard rules.worst == nil, case .digest(let digest) = evidence else { return [] }
        var event = Event(.batchOpened)
        event.tail.add(.payoutMethod, bytes: [method.rawValue])
        event.tail.add(.day, number: Int64(date.number))
        event.tail.add(ActSize(count: Int64(rows.count), total: rows.total, digest: digest))
        return [event]
    case .recordFile(let position, let format, let hash, let size):
        guard let batch = rules.batch(books, position, [.open]) else { return [] }
        rules.require(!batch.isStale, .batchChanged)
        rules.require((format == .certificates) == (batch.method == .postal), .fileDiffers)
        return [note(.batchFileRecorded, position) {
            $0.add(.fileFormat, bytes: [format.rawValue])
            $0.add(.contentHash, bytes: hash)
            $0.add(.fileBytes, number: size)
        }]
    case .cancelBatch(let position, let reason):
        guard rules.batch(books, position, [.open]) != nil else { return [] }
        return [note(.batchCancelled, position) { $0.add(.reason, reason) }]
    case .releaseBatch(let position, let hash):
        guard let batch = rules.batch(books, position, [.open]) else { return [] }
        rules.require(!batch.file.isEmpty, .fileMissing)
        rules.require(batch.file.isEmpty || batch.file == hash, .fileDiffers)
        rules.require(!batch.isStale, .batchChanged)
        rules.require(!books.isBehind(batch, request.principal), .releaserActed)
        return [note(.batchReleased, position) {
            $0.add(.contentHash, bytes: hash)
            $0.add(batch.size)
        }]
    case .sendBatch(let position, let reference):
        guard rules.batch(books, position, [.released]) != nil else { return [] }
        return [note(.batchSent, position) { $0.add(.partnerReference, reference) }]
    case .recordResult(let position, let hash, let paid, let returned):
        guard let batch = rules.batch(books, position, [.released, .sent]) else { return [] }
        rules.require(paid + returned <= batch.size.count, .resultDiffers, bound: batch.size.count)
        return [note(.resultFileRecorded, position) {
            $0.add(.contentHash, bytes: hash)
            var counts = ImageWriter()
            counts.number(paid)
            counts.number(returned)
            $0.add(.resultCounts, bytes: counts.bytes)
        }]
    case .confirmPayout(let account, let amount, let batch, let text), .returnPayout(let account, let amount, let batch, let text):
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        if let batch { rules.require(books.shutdown.batches[batch] != nil, .batchUnknown) }
        let returned = if case .returnPayout = command { true } else { false }
        return payout(books, ordinal, amount.units, batch, returned: returned, text, evidence)
    default: return []
    }
}

private func note(_ kind: EventKind, _ batch: UInt64, _ write: (inout Tail) -> Void) -> Event {
    var event = Event(kind)
    event.reference = batch
    write(&event.tail)
    return event
}

extension Rules {
    fileprivate mutating func batch(_ books: Books, _ position: UInt64, _ states: [ShutdownBooks.BatchState]) -> ShutdownBooks.Batch? {
        guard let batch = books.shutdown.batches[position] else {
            require(false, .batchUnknown)
            return nil
        }
        require(states.contains(batch.state), .batchIsPast)
        return batch
    }

    /// A refund's state is one of these.
    fileprivate mutating func require(_ state: ShutdownBooks.State, in states: ShutdownBooks.State..., else code: Rejection.Code) {
        require(states.contains(state), code)
    }
}

extension Books {
    /// True if the principal is one of the people who made the batch, its file, or agreed to a refund in it.
    fileprivate func isBehind(_ batch: ShutdownBooks.Batch, _ principal: Principal) -> Bool {
        let person = approvals.person(principal.name)
        let actors = batch.agreed.flatMap { shutdown.agreed[Int($0) - 1] } + [batch.opener, batch.recorder]
        return actors.contains { actor in self.actors.name(actor).map { approvals.person($0) == person } ?? false }
    }

    /// What a batch opened now would pay, in the order of the accounts: approved, by this method, not held; no more than the
    /// command and the policy allow in one file. O(accounts).
    func batchRows(_ method: PayoutMethod, _ items: Int64?) -> RefundRows {
        var rows = RefundRows()
        let most = min(items ?? .max, policy.fileItems)
        for (index, refund) in shutdown.refunds.enumerated() where Int64(rows.count) < most {
            guard isReady(refund, method) else { continue }
            guard rows.total + refund.open <= policy.fileTotal else { break }
            rows.add(UInt64(index) + 1, refund.open)
        }
        return rows
    }

    func isReady(_ refund: ShutdownBooks.Refund, _ method: PayoutMethod) -> Bool {
        refund.state == .approved && refund.open > 0 && refund.holds.isEmpty && shutdown.claims[Int(refund.claim) - 1].method == method
    }
}

/// Accounts and amounts in the order of an act's steps.
public struct RefundRows: Equatable, Sendable {
    public private(set) var rows: [(account: UInt64, amount: Int64)] = []
    public private(set) var total: Int64 = 0

    public var count: Int { rows.count }
    public var isEmpty: Bool { rows.isEmpty }

    mutating func add(_ account: UInt64, _ amount: Int64) {
        rows.append((account, amount))
        total += amount
    }

    /// What an act's digest is over.
    public var words: [UInt64] { rows.flatMap { [$0.account, UInt64(bitPattern: $0.amount)] } }

    public static func == (left: RefundRows, right: RefundRows) -> Bool { left.words == right.words }
}

// MARK: Claims

private func claim(_ books: Books, _ command: ShutdownCommand, _ now: Instant, _ rules: inout Rules) -> [Event] {
    let shutdown = books.shutdown
    guard let (ordinal, member) = rules.account(books, command.account) else { return [] }
    rules.require(shutdown.isTerminated, .notTerminated)
    guard let refund = shutdown.refund(ordinal) else { return [] }
    var legs = Legs(books, ordinal)
    switch command {
    case .claim(_, let claim), .acceptLate(_, let claim):
        let claimant = books.persons.ordinal(of: claim.claimant)
        rules.require(claimant.map { books.damage.person($0) == books.damage.person(member.person) } ?? false, .notTheHolder)
        rules.require(!books.erased.contains(member.person), .personErased)
        rules.require(claim.channel != .webForm || claim.identity != nil, .identityRequired)
        if case .claim = command {
            rules.require(shutdown.window.map { $0.from <= now } ?? false, .claimsNotOpen)
            rules.require(
                shutdown.window == nil || refund.state.isClaimed || refund.state == .fixed && (shutdown.mayClaim(ordinal, at: now) || !refund.holds.isEmpty),
                .claimsAreClosed)
            rules.require(!refund.state.isClaimed, .alreadyClaimed)
            rules.require(refund.open > 0 || refund.state != .fixed, .nothingToRefund)
        } else {
            let left = books.balance(.unclaimed(ordinal))
            rules.require(left > 0 && !member.isClosed, .notExcluded)
            rules.require(refund.state != .batched && refund.state != .released, .alreadyClaimed)
            legs.post(.lateClaimAccepted, .unclaimed(ordinal), .refund(ordinal), left)
        }
        legs.note(.refundClaimed) {
            $0.add(.person, claim.claimant)
            $0.add(.payoutMethod, bytes: [claim.method.rawValue])
            $0.add(.payee, bytes: claim.payee.bytes)
            $0.add(.claimChannel, bytes: [claim.channel.rawValue])
        }
        if let identity = claim.identity { legs.identify(identity) }
    case .verifyIdentity(_, let identity):
        rules.require(refund.state, in: .claimed, .verified, .approved, .returned, else: .notClaimed)
        legs.identify(identity)
    case .correctPayee(_, let method, let payee):
        rules.require(refund.state, in: .claimed, .verified, .approved, .returned, else: .notClaimed)
        legs.note(.payeeCorrected) {
            $0.add(.payoutMethod, bytes: [method.rawValue])
            $0.add(.payee, bytes: payee.bytes)
        }
    case .rejectClaim(_, let reason):
        rules.require(refund.state, in: .claimed, .verified, .approved, .returned, else: .notClaimed)
        legs.note(.claimRejected) { $0.add(.reason, reason) }
    case .withdrawClaim(_, let reason):
        rules.require(refund.state, in: .claimed, .verified, .approved, .returned, else: .notClaimed)
        legs.note(.claimWithdrawn) { $0.add(.reason, reason) }
    default: break
    }
    return legs.events
}

extension ShutdownBooks.State {
    /// True between a claim and its end.
    var isClaimed: Bool {
        switch self {
        case .claimed, .verified, .approved, .batched, .released, .paid, .returned: true
        case .fixed, .excluded: false
        }
    }
}

extension Legs {
    fileprivate mutating func identify(_ identity: ShutdownCommand.Identity) {
        note(.identityVerified) {
            $0.add(.identityLevel, bytes: [identity.level])
            $0.add(.identityMethod, bytes: [identity.method.rawValue])
        }
    }
}

private func approve(_ books: Books, _ accounts: [UInt64], _ total: Int64, _ rules: inout Rules) -> [Event] {
    rules.require(books.shutdown.isTerminated, .notTerminated)
    var events: [Event] = []
    var sum: Int64 = 0
    for account in accounts.sorted() {
        guard books.member(account) != nil else {
            rules.require(false, .accountUnknown)
            return []
        }
        guard let refund = books.shutdown.refund(account), let claim = books.shutdown.claim(account) else {
            rules.require(false, .notClaimed)
            continue
        }
        rules.require(refund.state, in: .verified, .claimed, else: .notVerified)
        rules.require(refund.state != .claimed, .identityTooWeak, bound: Int64(books.policy.claimIdentity))
        rules.require(claim.identity >= books.policy.claimIdentity, .identityTooWeak, bound: Int64(books.policy.claimIdentity))
        rules.require(refund.holds.isEmpty, .refundIsHeld, bound: Int64(bitPattern: account))
        rules.require(refund.open > 0, .nothingToRefund)
        sum += refund.open
        var legs = Legs(books, account)
        legs.note(.refundApproved) { $0.add(.sum, number: refund.open) }
        events += legs.events
    }
    rules.require(sum == total, .refundTotalDiffers, bound: sum)
    return events
}

extension Command {
    /// False of people who may not agree to it, whatever their roles: who took a claim down does not approve its refund.
    func mayBeAgreed(by principal: Principal, _ books: Books) -> Bool {
        guard case .shutdown(.approve(let accounts, _)) = self else { return true }
        let person = books.approvals.person(principal.name)
        return accounts.allSatisfy { account in
            guard let claim = books.shutdown.claim(account), let taker = books.actors.name(claim.taker) else { return true }
            return books.approvals.person(taker) != person
        }
    }
}

// MARK: The bank's word

private func payout(
    _ books: Books, _ account: UInt64, _ amount: Int64, _ batch: UInt64?, returned: Bool, _ text: String?, _ evidence: Evidence
) -> [Event] {
    let transit = AccountCode.payoutInTransit(account)
    let way = max(0, books.balance(transit))
    let write: (inout Tail) -> Void = { $0.add(returned ? .reason : .partnerReference, text) }
    let (reference, subject) = (batch ?? 0, AccountCode.member(account))
    var legs = Legs(books, account)
    let first = min(amount, way)
    // What was released by exception before the end goes back to the member; after it, to the refund.
    let back = books.shutdown.isTerminated ? AccountCode.refund(account) : subject
    if !returned {
        legs.post(.payoutConfirmed, transit, .bank, first, reference: reference, write)
        let more = amount - first
        return more == 0 ? legs.events : legs.events + [unmatched(bankEvent(books, .unmatchedReturned, debit: .suspense, credit: .bank, more, text), account)]
    }
    legs.post(books.shutdown.isTerminated ? .refundReturned : .exceptionalRefundReturned, transit, back, first, reference: reference, write)
    // Beyond what is on its way: paid before, and sent back. Whoever left before the end has no account it could go to.
    let paid = evidence.history(account).reduce(Int64(0)) { sum, event in
        switch event.kind {
        case .payoutConfirmed: sum + event.amount
        case .refundSentBack, .exceptionalRefundSentBack: sum - event.amount
        default: sum
        }
    }
    let hasLeft = books.member(account)?.isClosed == true && !books.shutdown.isTerminated
    let second = hasLeft ? 0 : min(amount - first, max(0, paid))
    legs.post(books.shutdown.isTerminated ? .refundSentBack : .exceptionalRefundSentBack, .bank, back, second, reference: reference, write)
    let more = amount - first - second
    return more == 0 ? legs.events : legs.events + [unmatched(bankEvent(books, .unmatchedReceived, debit: .bank, credit: .suspense, more, text), account)]
}

/// What the bank says of an account beyond what went out to it waits in suspense, with the account it spoke of.
private func unmatched(_ event: Event, _ account: UInt64) -> Event {
    var event = event
    event.tail.add(.otherAccount, number: Int64(bitPattern: account))
    return event
}

extension ShutdownCommand {
    func evidenceNeeded(_ books: Books) -> EvidenceNeed {
        switch self {
        case .openBatch(let method, _, let items): .digest(of: books.batchRows(method, items))
        case .returnPayout(let account, _, _, _): books.resolve(account).map { .histories(of: [$0]) } ?? .none
        default: .none
        }
    }
}
