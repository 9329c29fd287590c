public import Ledger

/// How a plan's damage is spread: what it will be certified as at the published instants, and over whom.
public struct Spread: Sendable {
    /// People and yen with an active certification before an instant.
    public struct Figure: Equatable, Sendable {
        public let people: Int
        public let yen: Int64
    }

    public let victims: Int
    /// Certified at 07-11 24:00, 07-29 17:00 and 07-31 17:00; and what the rule of thumb counts at 07-04 06:00.
    public let firstCount: Figure
    public let secondCount: Figure
    public let lastCount: Figure
    public let estimate: Figure
    /// Victims by what was taken from them: a source, or their own balance alone.
    public let bySource: [(name: String, people: Int, yen: Int64)]
    /// By the first of the routes they are certified on.
    public let byRoute: [(route: Route, people: Int, yen: Int64)]
    /// Victims' amounts, smallest first.
    public let amounts: [Int64]
    /// By date of July: victims whose last loss is of that day.
    public let lastLossByDate: [Int: Int]
    public let runnerDevices: Int

    /// The amount that so many hundredths of the victims stay at or below.
    public func quantile(_ hundredths: Int) -> Int64 { amounts[min(amounts.count - 1, amounts.count * hundredths / 100)] }

    /// One line a figure, for a terminal.
    public var lines: [String] {
        func line(_ name: String, _ people: Int, _ yen: Int64) -> String {
            name + String(repeating: " ", count: max(1, 36 - name.count)) + "\(people) people, \(yen) yen"
        }
        return [
            line("rule of thumb, as of 07-04 06:00", estimate.people, estimate.yen),
            line("certified, as of 07-11 24:00", firstCount.people, firstCount.yen),
            line("certified, as of 07-29 17:00", secondCount.people, secondCount.yen),
            line("certified, as of 07-31 17:00", lastCount.people, lastCount.yen),
        ]
            + bySource.map { line("  of it \($0.name)", $0.people, $0.yen) } + byRoute.map { line("  by route \($0.route.name)", $0.people, $0.yen) }
            + ["  a victim's amount: " + [5, 25, 50, 75, 95, 100].map { "\($0) % ≤ \(quantile($0))" }.joined(separator: ", ")]
            + ["  runners' phones: \(runnerDevices)"]
    }
}

extension MonthPlan {
    /// What will be certified before a moment, if everything goes as planned.
    func certified(before moment: Moment) -> Spread.Figure {
        var figure = (people: 0, yen: Int64(0))
        for found in cases where found.kind != .heavy && found.certifiedAt < moment {
            let isAmended = found.amendedAt.map { $0 < moment } ?? false
            let yen = found.entitlement(first: !isAmended).total
            if yen > 0 { figure = (figure.people + 1, figure.yen + yen) }
        }
        return Spread.Figure(people: figure.people, yen: figure.yen)
    }

    public var spread: Spread {
        let victims = cases.filter(\.isVictim)
        let totals = victims.map { $0.entitlement(first: false).total }
        func group(_ belongs: (Case) -> Bool) -> (people: Int, yen: Int64) {
            zip(victims, totals).reduce((0, 0)) { sum, one in belongs(one.0) ? (sum.people + 1, sum.yen + one.1) : sum }
        }
        let sources: [FundingSource?] = [.creditCard, .debitCard, .point, nil]
        let estimate = Findings.estimate(cases)
        return Spread(
            victims: victims.count, firstCount: certified(before: July.firstCount), secondCount: certified(before: July.secondCount),
            lastCount: certified(before: July.lastCount), estimate: Spread.Figure(people: estimate.people, yen: Int64(estimate.yen)),
            bySource: sources.map { source in
                let found = group { $0.kind == .victim(source) }
                return (source?.name ?? "own balance alone", found.people, found.yen)
            },
            byRoute: Route.allCases.map { route in
                let found = group { $0.routes.first == route }
                return (route, found.people, found.yen)
            },
            amounts: totals.sorted(),
            lastLossByDate: victims.reduce(into: [:]) { $0[($1.moves.last { $0.isFraud }?.at ?? 0) / July.day + 1, default: 0] += 1 },
            runnerDevices: Set(victims.map(\.device)).count)
    }
}
