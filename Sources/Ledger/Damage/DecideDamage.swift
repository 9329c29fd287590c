/// The damage desk's rules.
func decide(_ books: Books, _ command: DamageCommand, _ request: Request, _ evidence: Evidence, _ rules: inout Rules) -> [Event] {
    switch command {
    case .openDispute(let account, let events, let via, let note):
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        rules.requireMoney(events, evidence.history(ordinal))
        var legs = Legs(books, ordinal)
        legs.note(.disputeOpened) {
            $0.add(.events, positions: events)
            $0.add(.contactVia, bytes: [via.rawValue])
            $0.add(.reason, note)
        }
        return legs.events
    case .closeDispute(let position, let outcome, let note):
        guard let dispute = books.damage.disputes[position] else {
            rules.require(false, .disputeUnknown)
            return []
        }
        rules.require(dispute.isOpen, .disputeClosed)
        var legs = Legs(books, dispute.account)
        legs.note(.disputeClosed, reference: position) {
            $0.add(.outcome, bytes: [outcome.rawValue])
            $0.add(.reason, note)
        }
        return legs.events
    case .report(let report): return record(books, report, evidence, &rules)
    case .matchReport(let position, let account, let charges):
        guard let report = books.damage.reports[position] else {
            rules.require(false, .reportUnknown)
            return []
        }
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        rules.require(report.account == 0, .reportMatched)
        rules.require(areCharges(charges, report.source, evidence.history(ordinal)), .chargeUnknown)
        var legs = Legs(books, ordinal)
        legs.note(.partnerReportMatched, reference: position, source: report.source) { $0.add(.events, positions: charges) }
        return legs.events
    case .recordContact(let account, let isInbound, let via, let outcome, let note):
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        var legs = Legs(books, ordinal)
        legs.note(.memberContacted) {
            $0.add(.isInbound, bytes: [isInbound ? 1 : 0])
            $0.add(.contactVia, bytes: [via.rawValue])
            $0.add(.contactOutcome, bytes: [outcome.rawValue])
            $0.add(.reason, note)
        }
        return legs.events
    case .label(let account, let events, let label, let basis, let amends):
        guard let (ordinal, _) = rules.account(books, account) else { return [] }
        return judge(books, ordinal, events, label, basis, amends, evidence, &rules)
    case .hold(let account, let charge, let reason):
        guard let (ordinal, member) = rules.account(books, account) else { return [] }
        rules.require(!member.isClosed, .accountClosed)
        return hold(books, ordinal, charge, reason, evidence.history(ordinal), &rules)
    case .endHold(let account, let charge, let reason):
        guard let (ordinal, member) = rules.account(books, account) else { return [] }
        rules.require(!member.isClosed, .accountClosed)
        return endHold(books, ordinal, charge, reason, evidence.history(ordinal), &rules)
    case .certify, .amend, .revoke: return certify(books, command, request, evidence, &rules)
    case .link(let account, let other, let evidence):
        guard let (ordinal, member) = rules.account(books, account), let (second, otherMember) = rules.account(books, other) else { return [] }
        rules.require(books.damage.person(member.person) != books.damage.person(otherMember.person), .samePerson)
        var legs = Legs(books, ordinal)
        legs.note(.accountsLinked) {
            $0.add(.otherAccount, number: Int64(bitPattern: second))
            $0.add(.basis, evidence)
        }
        return legs.events
    }
}

extension DamageCommand {
    /// The histories its rules look at.
    func evidenceNeeded(_ books: Books) -> EvidenceNeed {
        switch self {
        case .openDispute(let account, _, _, _), .matchReport(_, let account, _), .hold(let account, _, _), .endHold(let account, _, _):
            return books.resolve(account).map { .histories(of: [$0]) } ?? .none
        case .label(let account, _, _, _, let amends):
            guard let ordinal = books.resolve(account) else { return .none }
            // An amendment speaks of the person.
            return .histories(of: amends == nil ? [ordinal] : books.accounts(ofPerson: books.standing(of: ordinal)))
        case .report(let report):
            guard let account = report.account, let ordinal = books.resolve(account) else { return .none }
            return .histories(of: [ordinal])
        case .certify(let person, _, _, _), .amend(let person, _, _):
            return books.persons.ordinal(of: person).map { .histories(of: books.accounts(ofPerson: $0)) } ?? .none
        case .closeDispute, .recordContact, .revoke, .link: return .none
        }
    }
}

/// A partner's message. It is recorded whatever it says; what fits no charge of ours waits for a match (law L1).
private func record(
    _ books: Books, _ report: DamageCommand.PartnerReport, _ evidence: Evidence, _ rules: inout Rules
) -> [Event] {
    let known = books.damage.messages[DamageBooks.Message(source: report.source, number: report.message)]
    rules.require(known == nil, .reportKnown, bound: known.map { Int64(bitPattern: $0) })
    var ordinal = report.account.flatMap { books.resolve($0) }
    if let account = ordinal, !areCharges(report.charges, report.source, evidence.history(account)) { ordinal = nil }
    var event = Event(.partnerReportReceived, subject: ordinal.map { .member($0) } ?? .none)
    event.balanceAfter = ordinal.flatMap { books.member($0)?.balance } ?? 0
    event.source = report.source
    event.tail.add(.message, report.message)
    event.tail.add(.cardToken, report.card)
    if !report.charges.isEmpty { event.tail.add(.events, positions: report.charges) }
    event.amount = report.amount?.units ?? 0
    event.tail.add(.reason, report.note)
    return [event]
}

/// True if there are such charges from this source, and at least one.
private func areCharges(_ charges: [UInt64], _ source: FundingSource, _ history: [Event]) -> Bool {
    !charges.isEmpty && charges.allSatisfy { position in
        history.event(at: position).map { $0.kind == .chargeSettled && $0.source == source } ?? false
    }
}

extension [Event] {
    /// The event at a position, of a history in order: found by halving.
    fileprivate func event(at position: UInt64) -> Event? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].position == position ? self[low] : nil
    }
}

extension Rules {
    /// Every position is a charge or a payment of the account.
    mutating func requireMoney(_ positions: [UInt64], _ history: [Event]) {
        for position in positions {
            let kind = history.event(at: position)?.kind
            require(kind != nil, .eventUnknown)
            require(kind.map { $0 == .chargeSettled || $0 == .paymentAccepted } ?? true, .notMoney, bound: Int64(bitPattern: position))
        }
    }
}

// MARK: Labels and holds

private func judge(
    _ books: Books, _ account: UInt64, _ events: [UInt64], _ label: Label, _ basis: String, _ amends: String?, _ evidence: Evidence,
    _ rules: inout Rules
) -> [Event] {
    let history = evidence.history(account)
    rules.requireMoney(events, history)
    if label == .fraud {
        let cash = events.sorted().lazy.compactMap { history.event(at: $0) }.first {
            $0.kind == .chargeSettled && ($0.source == .registerCash || $0.source == .atmCash)
        }
        rules.require(cash == nil, .cashIsOwn, bound: cash.map { Int64(bitPattern: $0.position) })
    }
    guard rules.worst == nil else { return [] }
    let before = Attribution(unplayed: history)
    rules.require(events.contains { before.label(of: $0) != label }, .labelledSo)
    var after = before
    var legs = Legs(books, account)
    for position in events where before.label(of: position) != label {
        after.set(label, of: position, at: books.next + UInt64(legs.events.count))
        legs.note(.eventLabelled, reference: position) {
            $0.add(.label, bytes: [label.rawValue])
            $0.add(.basis, basis)
        }
    }
    after.settle()
    let person = books.standing(of: account)
    let certified = books.damage.certifications[person]
    let isCertified = events.contains { position in
        before.labels[position].map { $0.label != .unknown && $0.at < certified?.amended ?? 0 } ?? false
    }
    let isRelabelled = events.contains { before.label(of: $0) != .unknown && before.isFrozen($0) }
    let shift = books.net(.fraudLoss(account)) - after.madeGoodLoss
    let isBooked = events.contains { before.isFrozen($0) } && shift != 0
    rules.require(amends != nil || !isCertified && !isRelabelled && !isBooked, .amendmentRequired)
    rules.require(adjustHolds(&legs, after), .tooManyHolds)
    // Whoever has left does not spend what comes free; it goes where the rest of the balance went.
    if books.member(account)?.isClosed == true {
        legs.post(.balanceDisposed, legs.subject, .unclaimed(account), legs.balance) { $0.add(.disposition, bytes: [Disposition.unclaimed.rawValue]) }
    }
    if let amends {
        correct(books, &legs, shift)
        if certified != nil { amendCertification(books, person, account, after, evidence, amends, &legs) }
    }
    return legs.events
}

/// What later labels release and hold (law L8). False if it is more than one group can say.
private func adjustHolds(_ legs: inout Legs, _ attribution: Attribution) -> Bool {
    let due = attribution.holdsDue
    for (lot, amount) in due.releases { legs.release(lot, amount) }
    for (lot, amount) in due.holds { legs.hold(lot, amount) }
    return due.releases.count + due.holds.count <= Legs.mostHolds
}

/// What was booked as lost for what proves to be no fraud is owed back, or no longer owed; and the other way round.
private func correct(_ books: Books, _ legs: inout Legs, _ shift: Int64) {
    let account = legs.account
    if shift > 0 {
        let unpaid = min(shift, max(0, books.balance(.compensation(account))))
        legs.post(.compensationCancelled, .compensation(account), .fraudLoss(account), unpaid)
        legs.post(.lossRecoverable, .recoverable(account), .fraudLoss(account), shift - unpaid)
    } else {
        let owed = min(-shift, max(0, books.balance(.recoverable(account))))
        legs.post(.lossReinstated, .fraudLoss(account), .recoverable(account), owed)
    }
}

private func amendCertification(
    _ books: Books, _ person: UInt32, _ account: UInt64, _ after: Attribution, _ evidence: Evidence, _ reason: String, _ legs: inout Legs
) {
    guard let certified = books.damage.certifications[person] else { return }
    var sums = after.entitlement
    for other in books.accounts(ofPerson: person) where other != account {
        sums = sums + Attribution(history: evidence.history(other)).entitlement
    }
    guard sums != certified.sums else { return }
    legs.recertify(books.persons.name(person), certified.position, sums, reason)
}

extension Legs {
    /// Sets a person's certification to other sums; to none, it is revoked.
    fileprivate mutating func recertify(_ person: String?, _ certification: UInt64, _ sums: Entitlement, _ reason: String) {
        note(sums.total == 0 ? .certificationRevoked : .certificationAmended, reference: certification) {
            $0.add(.person, person)
            if sums.total > 0 { $0.add(.entitlement, sums) }
            $0.add(.reason, reason)
        }
    }
}

private func hold(
    _ books: Books, _ account: UInt64, _ charge: UInt64?, _ reason: String?, _ history: [Event], _ rules: inout Rules
) -> [Event] {
    let attribution = Attribution(history: history)
    var lots = attribution.lots.filter { $0.isFraud && $0.free > 0 && $0.madeGoodAt == 0 }
    if let charge {
        let lot = attribution.lot(at: charge)
        rules.require(lot != nil, .chargeUnknown)
        rules.require(lot?.isFraud ?? true, .chargeNotFraud)
        lots.removeAll { $0.position != charge }
    } else {
        rules.require(attribution.lots.contains { $0.isFraud }, .chargeNotFraud)
    }
    let isOrdered = attribution.holdsAll || charge.map { attribution.heldLots.contains($0) } ?? false
    rules.require(!lots.isEmpty || !isOrdered, .nothingToHold)
    var legs = Legs(books, account)
    if !isOrdered { legs.note(.holdOrdered, reference: charge ?? 0) { $0.add(.reason, reason) } }
    // More than one group can say is held by the next order.
    for lot in lots.prefix(Legs.mostHolds) { legs.hold(lot.position, lot.free) }
    return legs.events
}

private func endHold(
    _ books: Books, _ account: UInt64, _ charge: UInt64?, _ reason: String, _ history: [Event], _ rules: inout Rules
) -> [Event] {
    let attribution = Attribution(history: history)
    let lots = attribution.lots.filter { $0.held > 0 && (charge == nil || $0.position == charge) }
    rules.require(!lots.isEmpty, .nothingHeld)
    var legs = Legs(books, account)
    legs.note(.holdEnded, reference: charge ?? 0) { $0.add(.reason, reason) }
    for lot in lots.prefix(Legs.mostHolds) { legs.release(lot.position, lot.held) }
    return legs.events
}

// MARK: Certifications

private func certify(
    _ books: Books, _ command: DamageCommand, _ request: Request, _ evidence: Evidence, _ rules: inout Rules
) -> [Event] {
    let name: String
    switch command {
    case .certify(let person, _, _, _), .amend(let person, _, _), .revoke(let person, _): name = person
    default: return []
    }
    guard let ordinal = books.persons.ordinal(of: name) else {
        rules.require(false, .personUnknown)
        return []
    }
    let person = books.damage.person(ordinal)
    let accounts = books.accounts(ofPerson: person)
    let active = books.damage.certifications[person]
    var legs = Legs(books, accounts[0])
    switch command {
    case .certify(_, let sums, let grounds, let note):
        rules.require(active == nil, .alreadyCertified, bound: active.map { Int64(bitPattern: $0.position) })
        let attributions = accounts.map { Attribution(history: evidence.history($0)) }
        rules.requireEntitlement(sums, attributions)
        rules.requireGrounds(grounds, books, person, attributions, request)
        legs.note(.victimCertified) {
            $0.add(.person, books.persons.name(person))
            $0.add(.entitlement, sums)
            $0.add(.routes, bytes: grounds.routes.map(\.rawValue))
            if let dispute = grounds.dispute { $0.add(.dispute, number: Int64(bitPattern: dispute)) }
            if let report = grounds.report { $0.add(.report, number: Int64(bitPattern: report)) }
            if let pattern = grounds.pattern {
                $0.add(.ruleVersion, number: Int64(pattern.ruleVersion))
                $0.add(.score, number: pattern.score)
                $0.add(.events, positions: pattern.events)
            }
            $0.add(.reason, note)
        }
    case .amend(_, let sums, let reason):
        rules.require(active != nil, .notCertified)
        rules.require(active?.sums != sums, .certifiedSo)
        rules.requireEntitlement(sums, accounts.map { Attribution(history: evidence.history($0)) })
        legs.recertify(books.persons.name(person), active?.position ?? 0, sums, reason)
    case .revoke(_, let reason):
        rules.require(active != nil, .notCertified)
        legs.recertify(books.persons.name(person), active?.position ?? 0, .zero, reason)
    default: break
    }
    return legs.events
}

extension Rules {
    /// What is certified is what the ledger finds, and nothing after the first fraud is left unjudged (law L7).
    fileprivate mutating func requireEntitlement(_ sums: Entitlement, _ attributions: [Attribution]) {
        let found = attributions.reduce(Entitlement.zero) { $0 + $1.entitlement }
        require(found.total > 0, .notEntitled)
        require(found == sums, .differsFromEntitlement, bound: found.total)
        guard let first = attributions.compactMap(\.firstFraud).min() else { return }
        if let gap = attributions.compactMap({ $0.firstUnlabelled(after: first) }).min() {
            require(false, .labelsMissing, bound: Int64(bitPattern: gap))
        }
    }

    /// Each route's evidence is there, and of this person.
    fileprivate mutating func requireGrounds(
        _ grounds: DamageCommand.Grounds, _ books: Books, _ person: UInt32, _ attributions: [Attribution], _ request: Request
    ) {
        if let position = grounds.dispute {
            let dispute = books.damage.disputes[position]
            require(dispute != nil, .disputeUnknown)
            if let dispute {
                require(books.standing(of: dispute.account) == person, .evidenceOfAnother)
                let open = dispute.events.first { event in attributions.allSatisfy { $0.label(of: event) == .unknown } }
                require(open == nil, .disputedUnlabelled, bound: open.map { Int64(bitPattern: $0) })
                require(!books.isSamePerson(dispute.openedBy, request.principal), .certifierOpenedDispute)
            }
        }
        if let position = grounds.report {
            let report = books.damage.reports[position]
            require(report != nil, .reportUnknown)
            require(report.map { $0.account != 0 && books.standing(of: $0.account) == person } ?? true, .evidenceOfAnother)
        }
        if let pattern = grounds.pattern {
            require(pattern.ruleVersion <= books.damage.ruleVersion && pattern.ruleVersion > 0, .ruleVersionUnknown)
            let own = pattern.events.allSatisfy { event in attributions.contains { $0.isMoney(event) } }
            require(own, .evidenceOfAnother)
        }
    }
}

extension Attribution {
    /// True if it is a charge or a payment of this account.
    func isMoney(_ position: UInt64) -> Bool { index(of: position) != nil || payments.contains(position) }
}

extension Books {
    /// True if the principal and whoever has this ordinal are one human being of the staff.
    fileprivate func isSamePerson(_ actor: UInt32, _ principal: Principal) -> Bool {
        guard let name = actors.name(actor) else { return false }
        return approvals.person(name) == approvals.person(principal.name)
    }
}

extension Tail {
    mutating func add(_ field: Field, _ sums: Entitlement) {
        add(field, bytes: sums.numbers.flatMap { UInt64(bitPattern: $0).littleEndianBytes })
    }
}
