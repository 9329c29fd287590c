public import Ledger

/// The damage desks' lists of what is to be done (作業一覧; accounting §6). Nobody ever falls off one by waiting.
public enum Worklist: UInt8, Named, Sendable {
    /// Fraud charges by credit card whose reversal was asked for, by the day of debit, the nearest first.
    case debitsAhead = 1
    /// The same, the day gone by: settled in the following month or later, for certain.
    case debitsMissed = 2
    /// Fraud charges by debit card whose return to the bank account was asked for, in turn.
    case debitReturns = 3
    /// Fraud charges by card that no partner was asked about yet, in turn.
    case toRequest = 4
    /// Points, own balance and charges whose partner refused, of certified people who spoke with us, in turn.
    case compensation = 5
    /// Victims, certified or not, who never spoke with us (未連絡).
    case uncontacted = 6
    /// Fraud found, nothing certified.
    case identified = 7
    /// What is certified is no longer what the labels and the lots give.
    case amendmentsDue = 8
    /// Partners' reports that belong to no account yet.
    case unmatchedReports = 9
    /// What partners gave back that is no fraud charge of ours yet.
    case unmatchedReversals = 10
    /// What members owe back, the oldest first.
    case recoverables = 11
    case disputes = 12
    /// Alerts nobody has looked at.
    case alerts = 13
    /// People whose damage is made good and paid, or whose certification was revoked.
    case closed = 14
}

/// What to do next about a row.
public enum NextStep: UInt8, Named, Sendable {
    case askPartner = 1
    case awaitPartner = 2
    case settleAfterDebit = 3
    case offer = 4
    case awaitAgreement = 5
    case pay = 6
    case contact = 7
    case contactAgain = 8
    case label = 9
    case certify = 10
    case amend = 11
    case revoke = 12
    case match = 13
    case collect = 14
    case decideDispute = 15
    case lookAtAlert = 16
    case nothing = 17
}

public struct WorkItem: Equatable, Sendable {
    public let list: Worklist
    /// The event it hangs on: the charge, the report, the dispute, the certification.
    public let position: UInt64
    /// `nil` where nobody is known.
    public let person: String?
    public let accounts: [UInt64]
    public let source: FundingSource?
    /// Minor units: what is to be made good, asked, owed. What is certified too much or too little, with its sign, for an
    /// amendment; 0 where there is none.
    public let amount: Int64
    public let since: Instant
    /// Position of the certification, by which turns go; `nil` where nobody is certified.
    public let turn: UInt64?
    /// Of a card's debit.
    public let due: Day?
    /// Days left until `due` (below zero: gone by), else days since `since`, in Japan.
    public let days: Int
    /// Attempts to reach the member, where nobody did.
    public let tries: Int
    public let next: NextStep
}

extension Cases {
    /// One list, in the order in which to work. `now` counts the days, and tells a debit ahead from one gone by; it is no
    /// cut. O(events of the desks + lots of the victims).
    public func worklist(_ list: Worklist, now: Instant) -> [WorkItem] {
        switch list {
        case .debitsAhead: debits(now) { $0 >= Day(of: now) }
        case .debitsMissed: debits(now) { $0 < Day(of: now) }
        case .debitReturns: charges(list, now) { $0.source == .debitCard && reversals[$0.position]?.state == .requested }
        case .toRequest: charges(list, now) { Policy.Sources.cards.contains($0.source) && reversals[$0.position] == nil && $0.madeGoodAt == 0 }
        case .compensation: compensations(now)
        case .uncontacted: uncontacted(now)
        case .identified: identified(now)
        case .amendmentsDue: amendmentsDue(now)
        case .unmatchedReports:
            reports.values.filter { $0.account == 0 }.map { item(list, $0.event, nil, [], now, $0.event.amount, .match) }.inOrder
        case .unmatchedReversals:
            unmatched.values.map { item(list, $0, person(of: $0.subject.memberOrdinal ?? 0), $0.subject.accounts, now, $0.amount, .match) }.inOrder
        case .recoverables:
            owed.flatMap { account, parts in
                parts.map { item(list, $0.event, person(of: account), [account], now, $0.left, .collect) }
            }.inOrder
        case .disputes:
            disputes.values.filter(\.isOpen).map { dispute in
                item(list, dispute.event, person(of: dispute.event.subject.ordinal), dispute.event.subject.accounts, now, 0, .decideDispute)
            }.inOrder
        case .alerts:
            alerts.values.map { item(list, $0, person(of: $0.subject.memberOrdinal ?? 0), $0.subject.accounts, now, 0, .lookAtAlert) }.inOrder
        case .closed: closed(now)
        }
    }

    private func item(
        _ list: Worklist, _ event: Event, _ person: String?, _ accounts: [UInt64], _ now: Instant, _ amount: Int64, _ next: NextStep,
        due: Day? = nil, tries: Int = 0, source: FundingSource? = nil
    ) -> WorkItem {
        let today = Day(of: now).number
        return WorkItem(
            list: list, position: event.position, person: person, accounts: accounts, source: source ?? event.source, amount: amount,
            since: event.recordedAt, turn: person.flatMap { certifications[$0]?.position }, due: due,
            days: Int(due.map { $0.number - today } ?? today - Day(of: event.recordedAt).number), tries: tries, next: next)
    }

    private func event(at position: UInt64, of account: UInt64) -> Event? {
        guard let history = histories[account] else { return nil }
        var (low, high) = (0, history.count)
        while low < high {
            let middle = (low + high) / 2
            if history[middle].position < position { low = middle + 1 } else { high = middle }
        }
        return low < history.count && history[low].position == position ? history[low] : nil
    }

    // MARK: Charges

    private func debits(_ now: Instant, _ isWanted: (Day) -> Bool) -> [WorkItem] {
        var found: [WorkItem] = []
        for (account, attribution) in attributions {
            for lot in attribution.lots where lot.source == .creditCard && reversals[lot.position]?.state == .requested {
                guard let reversal = reversals[lot.position] else { continue }
                // Without a day known it may be any day.
                let isAhead = isWanted(reversal.debitDate ?? Day(number: .max))
                guard isAhead else { continue }
                let isMissed = reversal.debitDate.map { $0 < Day(of: now) } ?? false
                found.append(
                    item(
                        isMissed ? .debitsMissed : .debitsAhead, reversal.asked, person(of: account), [account], now, lot.amount - lot.corrected,
                        isMissed ? .settleAfterDebit : .awaitPartner, due: reversal.debitDate, source: lot.source))
            }
        }
        return found.sorted { ($0.due?.number ?? .max, $0.position) < ($1.due?.number ?? .max, $1.position) }
    }

    private func charges(_ list: Worklist, _ now: Instant, _ isWanted: (Attribution.Lot) -> Bool) -> [WorkItem] {
        var found: [WorkItem] = []
        for (account, attribution) in attributions {
            for lot in attribution.lots where lot.isFraud && isWanted(lot) {
                guard let event = reversals[lot.position]?.asked ?? event(at: lot.position, of: account) else { continue }
                let next = list == .toRequest ? NextStep.askPartner : .awaitPartner
                found.append(item(list, event, person(of: account), [account], now, lot.amount - lot.corrected, next, source: lot.source))
            }
        }
        return found.inTurn
    }

    // MARK: People

    private func compensations(_ now: Instant) -> [WorkItem] {
        var found: [WorkItem] = []
        for (person, certification) in certifications {
            for account in accounts(of: person) where isKnown(person) {
                let due = compensationDue(account)
                let promised = max(0, -(nets[.compensation(account)] ?? 0))
                guard due + promised > 0 else { continue }
                let hung = offers[account] ?? events.first { $0.position == certification.position }
                guard let hung else { continue }
                let next: NextStep = due == 0 ? .pay : offers[account] == nil ? .offer : .awaitAgreement
                found.append(item(.compensation, hung, person, [account], now, due + promised, next))
            }
        }
        return found.inTurn
    }

    /// What no partner makes good: points, refused cards, own balance.
    func compensationDue(_ account: UInt64) -> Int64 {
        attributions[account]?.compensationDue { reversals[$0]?.state == .rejected }.sums.total ?? 0
    }

    /// True if somebody of this person's accounts spoke with us.
    private func isKnown(_ person: String) -> Bool { accounts(of: person).contains { contacts[$0]?.inbound ?? 0 != 0 } }

    private func uncontacted(_ now: Instant) -> [WorkItem] {
        var found: [WorkItem] = []
        for (person, accounts) in accountsByPerson where !isKnown(person) {
            let reported = reports.values.filter { $0.account != 0 && accounts.contains($0.account) }.map(\.event)
            guard certifications[person] != nil || accounts.contains(where: hasFraud) || !reported.isEmpty else { continue }
            let tries = accounts.reduce(0) { $0 + (contacts[$1]?.tries ?? 0) }
            guard let first = firstWord(person, accounts, reported) else { continue }
            let amount = certifications[person]?.sums.total ?? accounts.reduce(0) { $0 + entitlement($1).total }
            found.append(item(.uncontacted, first, person, accounts, now, amount, tries == 0 ? .contact : .contactAgain, tries: tries))
        }
        return found.inTurn
    }

    /// Since when it is known that somebody is a victim.
    private func firstWord(_ person: String, _ accounts: [UInt64], _ reported: [Event]) -> Event? {
        let labels = accounts.flatMap { account in
            (histories[account] ?? []).filter { $0.kind == .eventLabelled && $0.tail.bytes(.label)?.first == Label.fraud.rawValue }.prefix(1)
        }
        let certified = events.first { $0.position == certifications[person]?.position }
        return (labels + reported + [certified].compactMap(\.self)).min { $0.position < $1.position }
    }

    private func identified(_ now: Instant) -> [WorkItem] {
        var found: [WorkItem] = []
        for (person, accounts) in accountsByPerson where certifications[person] == nil && accounts.contains(where: hasFraud) {
            guard let first = firstWord(person, accounts, []) else { continue }
            let amount = accounts.reduce(0) { $0 + entitlement($1).total }
            let start = accounts.compactMap { attributions[$0]?.firstFraud }.min() ?? 0
            let hasGap = accounts.contains { attributions[$0]?.firstUnlabelled(after: start) != nil }
            found.append(item(.identified, first, person, accounts, now, amount, hasGap ? .label : amount == 0 ? .nothing : .certify))
        }
        return found.inOrder
    }

    private func amendmentsDue(_ now: Instant) -> [WorkItem] {
        var found: [WorkItem] = []
        for line in report.persons {
            guard let certified = line.certified, !line.isCurrent, let event = events.first(where: { $0.position == line.position }) else { continue }
            let next: NextStep = line.recomputed.total == 0 ? .revoke : .amend
            found.append(item(.amendmentsDue, event, line.person, line.accounts, now, certified.total - line.recomputed.total, next))
        }
        return found.inTurn
    }

    private func closed(_ now: Instant) -> [WorkItem] {
        var found: [WorkItem] = []
        for line in report.persons where line.certified != nil && line.isCurrent && line.notBooked == 0 && !isOpen(line) {
            guard let event = events.first(where: { $0.position == line.amended }) else { continue }
            found.append(item(.closed, event, line.person, line.accounts, now, line.certified?.total ?? 0, .nothing))
        }
        for (person, position) in revoked {
            guard let event = events.first(where: { $0.position == position }) else { continue }
            found.append(item(.closed, event, person, accounts(of: person), now, 0, .nothing))
        }
        return found.inOrder
    }

    /// True if something of a person's is still held, promised, asked for, owed or disputed.
    private func isOpen(_ line: DamageReport.PersonLine) -> Bool {
        line.accounts.contains { account in
            [.fraudHold(account), .compensation(account), .recoverable(account)].contains { nets[$0] ?? 0 != 0 } || offers[account] != nil
                || disputes.values.contains { $0.isOpen && $0.event.subject == .member(account) }
                || attributions[account]?.lots.contains { reversals[$0.position]?.state == .requested } ?? false
        }
    }
}

extension [WorkItem] {
    fileprivate var inOrder: [WorkItem] { sorted { $0.position < $1.position } }
    /// By certification, whoever is not certified after them.
    fileprivate var inTurn: [WorkItem] { sorted { ($0.turn ?? .max, $0.position) < ($1.turn ?? .max, $1.position) } }
}

extension AccountCode {
    fileprivate var accounts: [UInt64] { memberOrdinal.map { [$0] } ?? [] }
}
