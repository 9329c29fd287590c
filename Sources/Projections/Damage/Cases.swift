public import Journal
public import Ledger

/// What the damage desks knew before a position (被害の把握): the one reading of their events, for figures, worklists and files.
/// Pure over the events: the same position gives the same answer for ever, whatever was recorded since.
///
/// Everything is counted by recording (`recordedAt`, that is by position); when things happened is only ever a breakdown.
public struct Cases: Sendable {
    /// Every event before this one is taken in, and none after.
    public let position: UInt64
    /// `recordedAt` of the last event taken in.
    public let instant: Instant
    /// Rule sets of monitoring activated so far: the version in force, 0 = none.
    public private(set) var ruleVersion: UInt16 = 0

    /// The desks' events, in order.
    let events: [Event]
    /// Every event of each account of which something is judged, oldest first.
    let histories: [UInt64: [Event]]
    /// The same, as attributed to charges in the light of the labels.
    let attributions: [UInt64: Attribution]
    /// Persons as the accounts' openings name them.
    let names: [UInt64: String]
    /// By account, of those met.
    let openings: [UInt64: UInt64]

    /// Accounts the desks know, oldest first, by the person who stands for all.
    private(set) var accountsByPerson: [String: [UInt64]] = [:]
    /// Who stands for a person that was found to be another's as well; a person that stands for itself is missing.
    private(set) var linked: [String: String] = [:]
    /// By the person who stands for all.
    private(set) var certifications: [String: Certification] = [:]
    /// Certifications that were revoked and not renewed: position of the revocation.
    private(set) var revoked: [String: UInt64] = [:]
    /// What each event of certification changed: people and sums.
    private(set) var changes: [Change] = []
    private(set) var disputes: [UInt64: Dispute] = [:]
    private(set) var reports: [UInt64: Report] = [:]
    private(set) var contacts: [UInt64: Contact] = [:]
    /// By the charge's position.
    private(set) var reversals: [UInt64: Reversal] = [:]
    private(set) var unmatched: [UInt64: Event] = [:]
    /// Open offers by account.
    private(set) var offers: [UInt64: Event] = [:]
    private(set) var alerts: [UInt64: Event] = [:]
    /// Debits less credits of the accounts only these desks post to, and what was booked for each account as made good.
    private(set) var nets: [AccountCode: Int64] = [:]
    private(set) var booked: [UInt64: Int64] = [:]
    /// What made an account owe, oldest first: position and amount not paid back.
    private(set) var owed: [UInt64: [(event: Event, left: Int64)]] = [:]

    struct Certification {
        var position: UInt64
        var amended: UInt64
        var recordedAt: Instant
        var name: String
        var sums: Entitlement
        var routes: Set<Route>
    }

    struct Change {
        let event: Event
        let people: Int
        let sums: Int64
    }

    struct Dispute {
        let event: Event
        var isOpen = true
    }

    struct Report {
        let event: Event
        /// 0 = matched to none yet.
        var account: UInt64
    }

    struct Contact {
        /// Positions of the first word from the member; 0 = none yet.
        var inbound: UInt64 = 0
        var tries = 0
        var lastTry: Event?
    }

    struct Reversal {
        var state: State
        let asked: Event
        var debitDate: Day?
        enum State { case requested, rejected, confirmed }
    }

    /// - Parameters:
    ///   - events: every event of the desks before the position, in order.
    ///   - histories: of every account of which something is judged.
    ///   - openings: the opening event of every account that either speaks of.
    init(_ events: [Event], histories: [UInt64: [Event]], openings: [UInt64: Event], position: UInt64, instant: Instant) {
        (self.events, self.histories, self.position, self.instant) = (events, histories, position, instant)
        attributions = histories.mapValues { Attribution(history: $0) }
        names = openings.mapValues { $0.tail.text(.person) ?? "" }
        self.openings = openings.mapValues(\.position)
        for event in events { take(event) }
        accountsByPerson = Dictionary(grouping: names.keys.sorted()) { standing(names[$0]!) }
    }

    /// Who stands for an account's person.
    public func person(of account: UInt64) -> String? { names[account].map(standing) }

    func standing(_ name: String) -> String { linked[name] ?? name }

    /// A person's accounts that the desks know, oldest first.
    public func accounts(of person: String) -> [UInt64] { accountsByPerson[standing(person)] ?? [] }

    /// What is found of an account by its labels.
    func entitlement(_ account: UInt64) -> Entitlement { attributions[account]?.entitlement ?? .zero }

    func hasFraud(_ account: UInt64) -> Bool { attributions[account]?.firstFraud != nil }
}

// MARK: Taking in

extension Cases {
    private mutating func take(_ event: Event) {
        let account = event.subject.memberOrdinal ?? 0
        if event.hasPosting { post(event, account) }
        switch event.kind {
        case .ruleSetActivated: ruleVersion &+= 1
        case .alertRaised: alerts[event.position] = event
        case .alertCleared: alerts[event.reference] = nil
        case .disputeOpened:
            disputes[event.position] = Dispute(event: event)
            // Who disputes has spoken with us.
            if contacts[account, default: Contact()].inbound == 0 { contacts[account, default: Contact()].inbound = event.position }
        case .disputeClosed: disputes[event.reference]?.isOpen = false
        case .partnerReportReceived: reports[event.position] = Report(event: event, account: account)
        case .partnerReportMatched: reports[event.reference]?.account = account
        case .memberContacted:
            if event.tail.bytes(.isInbound)?.first == 1 {
                if contacts[account, default: Contact()].inbound == 0 { contacts[account, default: Contact()].inbound = event.position }
            } else {
                contacts[account, default: Contact()].tries += 1
                contacts[account, default: Contact()].lastTry = event
            }
        case .victimCertified, .certificationAmended, .certificationRevoked: certify(event)
        case .accountsLinked: link(event, account, UInt64(bitPattern: event.tail.number(.otherAccount) ?? 0))
        case .chargeReversalRequested:
            let day = event.tail.number(.debitDate).map { Day(number: Int32(truncatingIfNeeded: $0)) }
            reversals[event.reference] = Reversal(state: .requested, asked: event, debitDate: day)
        case .chargeReversalRejected: reversals[event.reference]?.state = .rejected
        case .chargeReversedFromHold, .chargeReversedFromLoss, .chargeReversedFromRecoverable:
            reversals[event.reference, default: Reversal(state: .confirmed, asked: event)].state = .confirmed
        case .chargeReversedUnmatched: unmatched[event.position] = event
        case .unmatchedReversalMatched: unmatched[event.reference] = nil
        case .compensationOffered: offers[account] = event
        case .compensationFromHold, .compensationFromLoss: offers[account] = nil
        default: break
        }
    }

    private mutating func post(_ event: Event, _ account: UInt64) {
        for (code, amount) in [(event.debit, event.amount), (event.credit, -event.amount)] {
            switch code.accountClass {
            case .fraudHold, .compensation, .recoverable, .fraudLoss, .goodwillLoss, .partnerClearing: nets[code, default: 0] += amount
            default: break
            }
        }
        switch event.kind {
        case .chargeReversedFromHold, .chargeReversedFromLoss, .compensationFromHold, .compensationFromLoss, .lossReinstated:
            booked[account, default: 0] += event.amount
        case .compensationCancelled, .lossRecoverable: booked[account, default: 0] -= event.amount
        default: break
        }
        if event.debit == .recoverable(account) { owed[account, default: []].append((event, event.amount)) }
        if event.credit == .recoverable(account) {
            var left = event.amount
            for index in owed[account, default: []].indices where left > 0 {
                let part = min(left, owed[account]![index].left)
                owed[account]![index].left -= part
                left -= part
            }
            owed[account]?.removeAll { $0.left == 0 }
        }
    }

    private mutating func certify(_ event: Event) {
        let name = event.tail.text(.person) ?? ""
        let person = standing(name)
        let before = certifications[person]
        let sums = Entitlement(reading: event.tail) ?? .zero
        switch event.kind {
        case .victimCertified:
            certifications[person] = Certification(
                position: event.position, amended: event.position, recordedAt: event.recordedAt, name: name, sums: sums,
                routes: Set(event.tail.bytes(.routes)?.compactMap(Route.init(rawValue:)) ?? []))
            revoked[person] = nil
        case .certificationAmended:
            certifications[person]?.sums = sums
            certifications[person]?.amended = event.position
        default:
            certifications[person] = nil
            revoked[person] = event.position
        }
        let after = certifications[person]
        changes.append(
            Change(
                event: event, people: (after == nil ? 0 : 1) - (before == nil ? 0 : 1),
                sums: (after?.sums.total ?? 0) - (before?.sums.total ?? 0)))
    }

    /// Two persons are one from now on: the one known longer stands for both, with both certifications.
    private mutating func link(_ event: Event, _ account: UInt64, _ other: UInt64) {
        guard let first = person(of: account), let second = person(of: other), first != second else { return }
        let (kept, gone) = since(first) <= since(second) ? (first, second) : (second, first)
        for (name, standing) in linked where standing == gone { linked[name] = kept }
        linked[gone] = kept
        if let position = revoked.removeValue(forKey: gone) { revoked[kept] = max(position, revoked[kept] ?? 0) }
        defer { if certifications[kept] != nil { revoked[kept] = nil } }
        guard let merged = certifications.removeValue(forKey: gone) else { return }
        guard var both = certifications[kept] else {
            certifications[kept] = merged
            return
        }
        both.sums = both.sums + merged.sums
        both.amended = max(both.amended, merged.amended)
        both.routes.formUnion(merged.routes)
        certifications[kept] = both
        changes.append(Change(event: event, people: -1, sums: 0))
    }

    /// Where the first of a person's accounts that the desks know was opened.
    private func since(_ person: String) -> UInt64 {
        names.filter { $0.value == person }.keys.compactMap { openings[$0] }.min() ?? .max
    }
}

// MARK: From a log

extension Cases {
    /// For a reader in a process of its own: the stored view if it serves, and the rest folded in memory. Without a view
    /// O(events of the log), some 0.2 µs each; with one O(events of the desks + histories of victims).
    ///
    /// - Parameter end: take in events before this position (`Log.position(asOf:)` gives that of an instant); `.max` for all.
    @available(*, noasync)
    public static func read(log: Log, to end: UInt64 = .max) throws -> Cases {
        // A view that went further holds the past as well: its rows are never changed.
        if let stored = try? Views.stored(Damage.self, log), stored.next > end { return try at(end, stored, log) }
        let view = try Views.read(Damage.self, log, at: end)
        return try at(min(end, view.next), view, log)
    }

    @available(*, noasync)
    private static func at(_ end: UInt64, _ view: Damage, _ log: Log) throws -> Cases {
        try read(log, view.places(before: end), to: end) { view.opening(of: $0) }
    }

    /// Reads what the view points to.
    @available(*, noasync)
    static func read(
        _ log: Log, _ places: Damage.Places, to end: UInt64, _ opening: (UInt64) throws -> UInt64?
    ) throws -> Cases {
        let events = try Decided.events(places.events, log)
        var histories: [UInt64: [Event]] = [:]
        var openings: [UInt64: Event] = [:]
        var met = Set(places.lastOfJudged.keys)
        for event in events {
            if let account = event.subject.memberOrdinal { met.insert(account) }
            if let other = event.tail.number(.otherAccount) { met.insert(UInt64(bitPattern: other)) }
        }
        var instant = Instant(microseconds: 0)
        try log.lookUp { event in
            for (account, last) in places.lastOfJudged {
                var history: [Event] = []
                var at = last
                while at != 0, let found = try event(at) {
                    history.append(found)
                    at = found.previous
                }
                histories[account] = history.reversed()
            }
            for account in met {
                guard let position = try opening(account), position < end, let found = try event(position) else { continue }
                openings[account] = found
            }
            if end > 0, let last = try event(end - 1) { instant = last.recordedAt }
        }
        return Cases(events, histories: histories, openings: openings, position: end, instant: instant)
    }
}

extension Views {
    /// What the damage desks knew before `end` (`nil`: with all that is taken in), with every event before `atLeast` taken in.
    @available(*, noasync)
    public func cases(to end: UInt64?, atLeast: UInt64) throws -> Cases {
        let (places, opened, next) = try damagePlaces(before: end ?? .max, atLeast: max(atLeast, min(end ?? 0, log.count)))
        return try Cases.read(log, places, to: min(end ?? .max, next), opened)
    }
}
