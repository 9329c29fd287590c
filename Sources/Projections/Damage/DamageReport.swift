public import Ledger

/// The damage as of a position (被害状況): people and yen, certified and recomputed side by side (accounting laws L6, L7, L12). A
/// figure means nothing without the position, the instant and the version of the rules it was found under.
public struct DamageReport: Equatable, Sendable {
    /// Events strictly before this position count.
    public let position: UInt64
    /// `recordedAt` of the last of them.
    public let instant: Instant
    /// Of the monitoring rules in force; 0 = none.
    public let ruleVersion: UInt16

    /// The figure that is published: active certifications.
    public let certified: Figure
    /// The same people, as the labels and the lots give it now.
    public let recomputed: Figure
    /// Everybody with a fraud label, certified or not, as the labels and the lots give it now.
    public let identified: Figure

    /// Credit, debit, points, own balance, in this order.
    public let bySource: [SourceLine]
    /// By the first of the routes A, B, C that led to the certification.
    public let byRoute: [RouteLine]
    /// By the day in Japan on which the events happened (`occurredAt`): a charge on its own day, less what its member spent of it; what
    /// was taken of own balance on the payment's day. Sums to `identified` and `recomputed`.
    public let byOccurrence: [DayLine]
    /// By the day in Japan on which the certifications, amendments, revocations and links were recorded. Sums to `certified`.
    public let byRecording: [DeltaLine]
    /// Everybody certified or with a fraud label, by certification, then by name.
    public let persons: [PersonLine]
    public let money: Money

    /// Different people, and what they are to be made good for, in minor units.
    public struct Figure: Equatable, Sendable {
        public let people: Int
        public let sums: Entitlement
        public var total: Int64 { sums.total }
    }

    public struct SourceLine: Equatable, Sendable {
        public let source: DamageSource
        /// With an amount above zero from this source; a person may have several sources.
        public let people: Int
        public let certified: Int64
        public let recomputed: Int64
    }

    public struct RouteLine: Equatable, Sendable {
        public let route: Route
        public let people: Int
        public let certified: Int64
    }

    public struct DayLine: Equatable, Sendable {
        public let day: Day
        public let identifiedPeople: Int
        public let identified: Int64
        /// Of them: certified.
        public let certifiedPeople: Int
        public let certified: Int64
    }

    public struct DeltaLine: Equatable, Sendable {
        public let day: Day
        public let people: Int
        public let certified: Int64
    }

    public struct PersonLine: Equatable, Sendable {
        public let person: String
        /// Those the desks know, oldest first.
        public let accounts: [UInt64]
        public let routes: [Route]
        /// `nil`: not certified.
        public let certified: Entitlement?
        public let recomputed: Entitlement
        /// Position of the certification, and of it or its last amendment; 0 = none.
        public let position: UInt64
        public let amended: UInt64
        /// D6: fraud payments less what came back of them.
        public let netLoss: Int64
        /// Of the certified sum: reversed, returned or agreed to be compensated so far.
        public let booked: Int64
        /// Certified, and neither.
        public var notBooked: Int64 { max(0, (certified?.total ?? 0) - booked) }
        /// False where an amendment is due.
        public var isCurrent: Bool { certified == nil || certified == recomputed }
    }

    /// What it comes to in the books, in minor units.
    public struct Money: Equatable, Sendable {
        /// D6 of everybody with a fraud label.
        public let netLoss: Int64
        /// `loss.fraud` of the victims' accounts, and what culprits paid of it.
        public let lossBooked: Int64
        public let culpritsPaid: Int64
        /// `liab.compensation`: agreed and not paid.
        public let promised: Int64
        /// Certified, and not yet reversed, returned or agreed (law L12).
        public let notBooked: Int64
        /// `liab.fraudHold`, `asset.recoverable`, `loss.goodwill`.
        public let held: Int64
        public let recoverable: Int64
        public let goodwill: Int64
        /// `liab.partnerClearing`: partners gave back for us, and have not settled it.
        public let clearing: Int64
    }
}

/// What damage was taken from (被害の区分).
public enum DamageSource: UInt8, Named, Sendable {
    case creditCard = 1
    case debitCard = 2
    case point = 3
    /// What the member had charged.
    case ownBalance = 4
}

extension Entitlement {
    public subscript(source: DamageSource) -> Int64 {
        switch source {
        case .creditCard: creditCard
        case .debitCard: debitCard
        case .point: point
        case .ownBalance: ownBalance
        }
    }
}

extension Cases {
    /// The report as of `position`. O(events of the desks + lots of the victims).
    public var report: DamageReport {
        let persons = personLines
        let certified = persons.filter { $0.certified != nil }
        let identified = persons.filter { $0.accounts.contains(where: hasFraud) }
        func figure(_ lines: [DamageReport.PersonLine], _ sums: (DamageReport.PersonLine) -> Entitlement) -> DamageReport.Figure {
            DamageReport.Figure(people: lines.count, sums: lines.reduce(.zero) { $0 + sums($1) })
        }
        return DamageReport(
            position: position, instant: instant, ruleVersion: ruleVersion, certified: figure(certified) { $0.certified ?? .zero },
            recomputed: figure(certified) { $0.recomputed }, identified: figure(identified) { $0.recomputed },
            bySource: DamageSource.allCases.map { source in
                DamageReport.SourceLine(
                    source: source, people: certified.count { ($0.certified?[source] ?? 0) > 0 },
                    certified: certified.reduce(0) { $0 + ($1.certified?[source] ?? 0) },
                    recomputed: certified.reduce(0) { $0 + $1.recomputed[source] })
            },
            byRoute: Route.allCases.map { route in
                let lines = certified.filter { $0.routes.first == route }
                return DamageReport.RouteLine(route: route, people: lines.count, certified: lines.reduce(0) { $0 + ($1.certified?.total ?? 0) })
            },
            byOccurrence: byOccurrence(Set(certified.map(\.person))), byRecording: byRecording, persons: persons, money: money(persons))
    }

    /// Everybody certified or with a fraud label.
    private var personLines: [DamageReport.PersonLine] {
        var lines: [DamageReport.PersonLine] = []
        for (person, accounts) in accountsByPerson {
            let certification = certifications[person]
            guard certification != nil || accounts.contains(where: hasFraud) else { continue }
            lines.append(
                DamageReport.PersonLine(
                    person: person, accounts: accounts, routes: (certification?.routes ?? []).sorted { $0.rawValue < $1.rawValue },
                    certified: certification?.sums, recomputed: accounts.reduce(.zero) { $0 + entitlement($1) },
                    position: certification?.position ?? 0, amended: certification?.amended ?? 0,
                    netLoss: accounts.reduce(0) { $0 + (attributions[$1]?.netLoss ?? 0) },
                    booked: accounts.reduce(0) { $0 + (booked[$1] ?? 0) }))
        }
        return lines.sorted { ($0.position == 0 ? .max : $0.position, $0.person) < ($1.position == 0 ? .max : $1.position, $1.person) }
    }

    private func byOccurrence(_ certified: Set<String>) -> [DamageReport.DayLine] {
        var all: [Day: [String: Int64]] = [:]
        for (account, attribution) in attributions {
            guard let person = person(of: account) else { continue }
            var days: [UInt64: Day] = [:]
            for event in histories[account] ?? [] where attribution.label(of: event.position) == .fraud { days[event.position] = Day(of: event.occurredAt) }
            func add(_ event: UInt64, _ amount: Int64) {
                guard amount != 0, let day = days[event] else { return }
                all[day, default: [:]][person, default: 0] += amount
            }
            attribution.forEachPart { part in
                switch part {
                case .charge(let charge, _, let amount): add(charge, amount)
                case .ownBalance(let payment, let amount): add(payment, amount)
                case .genuineUse(let charge, _, let amount): add(charge, -amount)
                }
            }
        }
        return all.sorted { $0.key < $1.key }.map { day, amounts in
            let ofCertified = amounts.filter { certified.contains($0.key) }
            return DamageReport.DayLine(
                day: day, identifiedPeople: amounts.values.count { $0 != 0 }, identified: amounts.values.reduce(0, +),
                certifiedPeople: ofCertified.values.count { $0 != 0 }, certified: ofCertified.values.reduce(0, +))
        }
    }

    private var byRecording: [DamageReport.DeltaLine] {
        var days: [Day: (people: Int, sums: Int64)] = [:]
        for change in changes {
            days[Day(of: change.event.recordedAt), default: (0, 0)].people += change.people
            days[Day(of: change.event.recordedAt), default: (0, 0)].sums += change.sums
        }
        return days.sorted { $0.key < $1.key }.map { DamageReport.DeltaLine(day: $0.key, people: $0.value.people, certified: $0.value.sums) }
    }

    private func money(_ persons: [DamageReport.PersonLine]) -> DamageReport.Money {
        func net(_ accountClass: AccountClass) -> Int64 {
            nets.reduce(0) { $0 + ($1.key.accountClass == accountClass && ($1.key.ordinal > 0 || accountClass != .fraudLoss) ? $1.value : 0) }
        }
        return DamageReport.Money(
            netLoss: persons.reduce(0) { $0 + $1.netLoss }, lossBooked: net(.fraudLoss), culpritsPaid: -(nets[.fraudLoss(0)] ?? 0),
            promised: -net(.compensation), notBooked: persons.reduce(0) { $0 + $1.notBooked }, held: -net(.fraudHold),
            recoverable: net(.recoverable), goodwill: net(.goodwillLoss), clearing: -net(.partnerClearing))
    }
}
