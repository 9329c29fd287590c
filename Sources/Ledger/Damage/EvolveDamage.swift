extension Books {
    /// Takes in an event of the fraud, damage and compensation desks.
    mutating func damage(_ event: Event) {
        let account = event.subject.memberOrdinal ?? 0
        switch event.kind {
        case .ruleSetActivated:
            damage.rules = RuleSet(reading: event.tail)
            damage.ruleVersion += 1
        case .alertRaised:
            damage.alerts[event.position] = account
            if account > 0 { damage.openAlerts[account, default: 0] += 1 }
        case .alertCleared:
            guard let account = damage.alerts.removeValue(forKey: event.reference), account > 0 else { return }
            damage.openAlerts.lower(account)
            lookAtHold(account)
        case .disputeOpened:
            damage.openDisputes[account, default: 0] += 1
            damage.disputes[event.position] = DamageBooks.Dispute(
                account: account, openedBy: event.actor, events: event.tail.positions(.events))
        case .disputeClosed:
            damage.disputes[event.reference]?.isOpen = false
            damage.openDisputes.lower(account)
        case .partnerReportReceived:
            guard let source = event.source, let number = event.tail.text(.message) else { return }
            damage.reports[event.position] = DamageBooks.Report(source: source, account: account)
            damage.messages[DamageBooks.Message(source: source, number: number)] = event.position
        case .partnerReportMatched: damage.reports[event.reference]?.account = account
        case .eventLabelled:
            damage.labelled.insert(account)
            if event.tail.bytes(.label)?.first == Label.fraud.rawValue {
                damage.frauds[account, default: []].insert(event.reference)
            } else if damage.frauds[account]?.remove(event.reference) != nil, damage.frauds[account]?.isEmpty == true {
                damage.frauds[account] = nil
            }
        case .victimCertified, .certificationAmended, .certificationRevoked: certification(event)
        case .accountsLinked: link(account, UInt64(bitPattern: event.tail.number(.otherAccount) ?? 0))
        case .chargeReversalRequested: damage.reversals[event.reference] = .requested
        case .chargeReversalRejected: damage.reversals[event.reference] = .rejected
        case .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable:
            damage.reversals[event.reference] = .confirmed
            if event.kind != .chargeReversedFromRecoverable { makeGood(account, event.amount) }
        case .compensationCancelled, .lossRecoverable: makeGood(account, -event.amount)
        case .lossReinstated: makeGood(account, event.amount)
        case .chargeReversedUnmatched:
            guard let source = event.source else { return }
            damage.unmatched[event.position] = DamageBooks.Unmatched(source: source, amount: event.amount)
        case .unmatchedReversalMatched: damage.unmatched[event.reference] = nil
        case .compensationOffered: damage.offers.insert(account)
        case .compensationFromHold, .compensationFromLoss:
            damage.offers.remove(account)
            makeGood(account, event.amount)
        default: return
        }
    }

    private mutating func makeGood(_ account: UInt64, _ amount: Int64) {
        let sum = damage.madeGood[account, default: 0] + amount
        damage.madeGood[account] = sum == 0 ? nil : sum
    }

    private mutating func certification(_ event: Event) {
        guard let person = event.tail.text(.person).flatMap({ persons.ordinal(of: $0) }) else { return }
        let standing = damage.person(person)
        switch event.kind {
        case .victimCertified:
            damage.certifications[standing] = DamageBooks.Certification(
                position: event.position, amended: event.position, sums: Entitlement(reading: event.tail) ?? .zero)
        case .certificationAmended:
            damage.certifications[standing]?.sums = Entitlement(reading: event.tail) ?? .zero
            damage.certifications[standing]?.amended = event.position
        default: damage.certifications[standing] = nil
        }
    }

    /// Two persons are one from now on: the one known longer stands for both, with both certifications.
    private mutating func link(_ account: UInt64, _ other: UInt64) {
        guard let first = member(account)?.person, let second = member(other)?.person else { return }
        let (one, two) = (damage.person(first), damage.person(second))
        let (kept, gone) = (min(one, two), max(one, two))
        guard kept != gone else { return }
        for (person, standing) in damage.linked where standing == gone { damage.linked[person] = kept }
        damage.linked[gone] = kept
        if let certified = damage.certifications.removeValue(forKey: gone) {
            if damage.certifications[kept] == nil {
                damage.certifications[kept] = certified
            } else {
                let sums = damage.certifications[kept]!.sums + certified.sums
                damage.certifications[kept]!.sums = sums
                damage.certifications[kept]!.amended = max(damage.certifications[kept]!.amended, certified.amended)
            }
        }
    }
}

extension [UInt64: Int] {
    /// One less; at none the entry goes.
    fileprivate mutating func lower(_ key: UInt64) {
        guard let count = self[key] else { return }
        self[key] = count > 1 ? count - 1 : nil
    }
}
