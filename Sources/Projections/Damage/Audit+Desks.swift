internal import Ledger

extension Audit {
    /// What the fraud, damage and compensation desks know, as this pass derives it: dictionaries and plain loops.
    struct Desks {
        /// Of accounts with a label.
        var stories: [UInt64: Story] = [:]
        var ruleVersion: UInt16 = 0
        /// Open alerts; and of all there were: version, rule, subject and start of the window, as one text.
        var alerts: Set<UInt64> = []
        var raised: Set<String> = []
        /// Account, who took it down, the events, and whether it is open.
        var disputes: [UInt64: (account: UInt64, by: String, events: [UInt64], isOpen: Bool)] = [:]
        /// Source, and the account it belongs to; 0 = to none yet.
        var reports: [UInt64: (source: FundingSource?, account: UInt64)] = [:]
        var messages: Set<String> = []
        /// By the person who stands for all.
        var certifications: [String: Certification] = [:]
        /// By charge: 1 asked for, 2 refused, 3 made good.
        var reversals: [UInt64: UInt8] = [:]
        var unmatched: [UInt64: (source: FundingSource?, amount: Int64)] = [:]
        var offers: Set<UInt64> = []
        var linked: [String: String] = [:]
        /// The last account opened for a person, and the one opened before an account for the same.
        var newest: [String: UInt64] = [:]
        var older: [UInt64: UInt64] = [:]
        /// Sums of what each account was charged, moved and booked, where law L2 speaks of it.
        var sums: [UInt64: Sums] = [:]

        /// The group at hand: its events, and the stories of its accounts as they were before it.
        var group: [Event] = []
        var before: [UInt64: Story] = [:]

        struct Certification: Equatable {
            var position: UInt64
            var amended: UInt64
            var sums: Entitlement
        }

        struct Sums {
            var reversed: Int128 = 0
            var compensated: Int128 = 0
            var recoverable: Int128 = 0
            var isRepaid = false
        }

        func standing(_ person: String) -> String { linked[person] ?? person }

        func accounts(of person: String) -> [UInt64] {
            let root = standing(person)
            var found: [UInt64] = []
            for name in [root] + linked.filter({ $0.value == root }).keys {
                var account = newest[name]
                while let this = account {
                    found.append(this)
                    account = older[this]
                }
            }
            return found.sorted()
        }
    }

    /// Takes in what the desks, and every event of an account with labels, say.
    mutating func takeDesks(_ event: Event) {
        let (at, account) = (event.position, event.subject.memberOrdinal ?? 0)
        if event.groupIndex == 0 { (desks.group, desks.before) = ([], [:]) }
        if event.kind == .accountOpened, let person = event.tail.text(.person) {
            desks.older[account] = desks.newest.updateValue(account, forKey: person)
        }
        let isDesk = event.kind.rawValue >= 128 && event.kind != .continuation
        guard isDesk || desks.stories[account] != nil else { return }
        desks.group.append(event)
        // A charge or a payment is held against its own account's lots; only what changes them otherwise is looked at whole.
        let isPlain = event.kind == .chargeSettled || event.kind == .paymentAccepted || !isDesk && !event.hasPosting
        if !isPlain, desks.stories[account] != nil, desks.before[account] == nil { desks.before[account] = desks.stories[account] }
        switch event.kind {
        case .eventLabelled: label(event, account)
        case .disputeOpened, .disputeClosed, .partnerReportReceived, .partnerReportMatched, .ruleSetActivated, .alertRaised, .alertCleared:
            note(event, account)
        case .victimCertified, .certificationAmended, .certificationRevoked, .accountsLinked: certify(event, account)
        default: if isDesk { compensate(event, account) }
        }
        if event.kind != .eventLabelled { attribute(event, account) }
        guard event.isLastOfGroup else { return }
        closeGroup()
        gates.checkDeskGroup(desks.group)
        for finding in gates.takeFindings() { object(false, at, finding) }
    }

    // MARK: What members, partners and rules say

    private mutating func note(_ event: Event, _ account: UInt64) {
        let at = event.position
        switch event.kind {
        case .disputeOpened:
            let events = event.tail.positions(.events)
            object(!events.isEmpty && events.allSatisfy { isMoney($0, of: account) }, at, "it disputes what is no charge and no payment of the account")
            desks.disputes[at] = (account, gates.name(event), events, true)
        case .disputeClosed:
            let dispute = desks.disputes[event.reference]
            object(dispute?.isOpen == true && dispute?.account == account, at, "no dispute \(event.reference) of this account is open")
            desks.disputes[event.reference]?.isOpen = false
        case .partnerReportReceived:
            let isNew = desks.messages.insert("\(event.source?.rawValue ?? 0) \(event.tail.text(.message) ?? "")").inserted
            object(isNew, at, "the partner's message counts already")
            object(account == 0 || areCharges(event, account), at, "it names charges that are not there")
            desks.reports[at] = (event.source, account)
        case .partnerReportMatched:
            let report = desks.reports[event.reference]
            object(report?.account == 0 && report?.source == event.source, at, "no report \(event.reference) of this source waits")
            object(areCharges(event, account), at, "it names charges that are not there")
            desks.reports[event.reference]?.account = account
        case .ruleSetActivated: desks.ruleVersion &+= 1
        case .alertRaised:
            let version = event.tail.number(.ruleVersion) ?? 0
            let known = desks.ruleVersion
            object(version > 0 && version <= Int64(known), at, "rules of version \(version) were never in force")
            object(event.tail.positions(.events).allSatisfy { $0 < at }, at, "it stands on events that come later")
            let key = "\(version) \(event.tail.bytes(.fraudRule)?.first ?? 0) \(event.tail.text(.alertSubject) ?? "") \(event.tail.number(.windowStart) ?? 0)"
            object(desks.raised.insert(key).inserted, at, "the same alert was raised before")
            desks.alerts.insert(at)
        case .alertCleared: object(desks.alerts.remove(event.reference) != nil, at, "no alert \(event.reference) is open")
        default: break
        }
    }

    /// True if the position is a charge or a payment of the account.
    private func isMoney(_ position: UInt64, of account: UInt64) -> Bool {
        guard let event = recall(position) else { return false }
        return (event.kind == .chargeSettled || event.kind == .paymentAccepted) && event.subject == .member(account)
    }

    private func areCharges(_ event: Event, _ account: UInt64) -> Bool {
        let positions = event.tail.positions(.events)
        return !positions.isEmpty
            && positions.allSatisfy { position in
                let charge = recall(position)
                return charge?.kind == .chargeSettled && charge?.subject == .member(account) && charge?.source == event.source
            }
    }

    // MARK: Labels

    private mutating func label(_ event: Event, _ account: UInt64) {
        let at = event.position
        let label = event.tail.bytes(.label)?.first.flatMap { Label(rawValue: $0) }
        object(isMoney(event.reference, of: account), at, "it labels what is no charge and no payment of the account")
        let cash = recall(event.reference).map { $0.kind == .chargeSettled && ($0.source == .registerCash || $0.source == .atmCash) } ?? false
        object(label != nil && !(cash && label == .fraud), at, "cash is always the member's own")
        if desks.stories[account] == nil {
            var story = Story()
            for position in histories[event.subject] ?? [] where position < at {
                if let earlier = recall(position) { _ = story.take(earlier) }
            }
            desks.stories[account] = story
            desks.before[account] = story
        }
        let known = desks.stories[account]!.label(event.reference)
        object(known != label, at, "event \(event.reference) has that label")
        desks.stories[account]!.set(label ?? .unknown, of: event.reference, at: at)
    }

    // MARK: Certifications

    private mutating func certify(_ event: Event, _ account: UInt64) {
        let at = event.position
        if event.kind == .accountsLinked { return link(event, account, UInt64(bitPattern: event.tail.number(.otherAccount) ?? 0)) }
        let person = desks.standing(event.tail.text(.person) ?? "")
        let accounts = desks.accounts(of: person)
        let isOwn = accounts.contains(account)
        object(isOwn, at, "account \(account) is not \(person)'s")
        let isApproved = gates.head?.kind != .approved || gates.held?.person.map { desks.standing($0) == person } ?? true
        object(isApproved, at, "INV-19 \(person) is not who was approved")
        let active = desks.certifications[person]
        let sums = Entitlement(reading: event.tail)
        switch event.kind {
        case .victimCertified:
            object(active == nil, at, "\(person) is certified")
            checkSums(at, sums, accounts, needsLabels: true)
            checkGrounds(event, person, accounts)
            desks.certifications[person] = Desks.Certification(position: at, amended: at, sums: sums ?? .zero)
        case .certificationAmended:
            object(active?.position == event.reference, at, "it amends certification \(event.reference), which is not in force")
            object(active?.sums != sums, at, "it changes nothing")
            checkSums(at, sums, accounts, needsLabels: event.groupCount == 1)
            desks.certifications[person]?.sums = sums ?? .zero
            desks.certifications[person]?.amended = at
        default:
            object(active?.position == event.reference, at, "it revokes certification \(event.reference), which is not in force")
            desks.certifications[person] = nil
        }
    }

    /// What is certified is what the labels and the charges give at that position, with nothing after the first fraud unjudged (L7).
    private mutating func checkSums(_ at: UInt64, _ sums: Entitlement?, _ accounts: [UInt64], needsLabels: Bool) {
        for account in accounts { desks.stories[account]?.settle() }
        let found = accounts.reduce(Entitlement.zero) { $0 + (desks.stories[$1]?.entitlement ?? .zero) }
        object(sums == found && found.total > 0, at, "L7 it certifies \(sums?.total ?? 0), the labels give \(found.total)")
        guard needsLabels, let first = accounts.compactMap({ desks.stories[$0]?.firstFraud }).min() else { return }
        for account in accounts {
            for position in histories[.member(account)] ?? [] where position > first && position < at {
                guard desks.stories[account]?.label(position) ?? .unknown == .unknown, recall(position)?.kind == .paymentAccepted else { continue }
                return object(false, at, "L7 payment \(position) was not judged")
            }
        }
    }

    private mutating func checkGrounds(_ event: Event, _ person: String, _ accounts: [UInt64]) {
        let at = event.position
        let (dispute, report) = (event.tail.number(.dispute), event.tail.number(.report))
        let pattern = event.tail.number(.ruleVersion)
        let routes: [UInt8] = (dispute == nil ? [] : [1]) + (report == nil ? [] : [2]) + (pattern == nil ? [] : [3])
        object(!routes.isEmpty && event.tail.bytes(.routes).map(Array.init) == routes, at, "its routes are not those of its grounds")
        if let dispute {
            let found = desks.disputes[UInt64(bitPattern: dispute)]
            object(found.map { accounts.contains($0.account) } ?? false, at, "dispute \(dispute) is not \(person)'s")
            let judged = found?.events.allSatisfy { event in accounts.contains { desks.stories[$0]?.label(event) ?? .unknown != .unknown } } ?? false
            object(judged, at, "a disputed event was not judged")
            // Of an act that waited for approvals it is the proposer who certifies.
            let certifier = gates.head?.kind == .approved ? gates.carried?.proposer ?? "" : gates.name(event)
            let isOther = found.map { gates.person($0.by) != gates.person(certifier) } ?? true
            object(isOther, at, "INV-19 whoever took the dispute down certifies it")
        }
        if let report {
            let found = desks.reports[UInt64(bitPattern: report)]
            object(found.map { accounts.contains($0.account) } ?? false, at, "report \(report) is not \(person)'s")
        }
        if let pattern {
            let known = desks.ruleVersion
            object(pattern > 0 && pattern <= Int64(known), at, "rules of version \(pattern) were never in force")
            let events = event.tail.positions(.events)
            let isOwn = events.allSatisfy { position in accounts.contains { isMoney(position, of: $0) } }
            object(!events.isEmpty && isOwn, at, "its pattern is not of \(person)'s charges and payments")
        }
    }

    private mutating func link(_ event: Event, _ account: UInt64, _ other: UInt64) {
        guard let first = gates.persons[account].map(desks.standing), let second = gates.persons[other].map(desks.standing), first != second else {
            return object(false, event.position, "accounts \(account) and \(other) are one person's, or nobody's")
        }
        let firstSince = desks.accounts(of: first).first { gates.persons[$0] == first } ?? 0
        let secondSince = desks.accounts(of: second).first { gates.persons[$0] == second } ?? 0
        let (kept, gone) = firstSince < secondSince ? (first, second) : (second, first)
        for name in desks.linked.filter({ $0.value == gone }).keys { desks.linked[name] = kept }
        desks.linked[gone] = kept
        guard let merged = desks.certifications.removeValue(forKey: gone) else { return }
        if let both = desks.certifications[kept] {
            desks.certifications[kept] = Desks.Certification(
                position: both.position, amended: max(both.amended, merged.amended), sums: both.sums + merged.sums)
        } else {
            desks.certifications[kept] = merged
        }
    }
}
