public import Journal
public import Ledger

/// The estimate that can be made before anything is certified (被害の推計): accounts that charged at least so much by card and spent
/// about the same on the same day in Japan (the shape of rule F0), and what they charged. Such an estimate stands before any
/// label and is higher than the damage: some members do just that.
public struct FirstEstimate: Equatable, Sendable {
    public let people: Int
    /// What those accounts charged by card on those days, in minor units.
    public let amount: Int64

    /// - Parameters:
    ///   - end: events before this position count.
    ///   - rule: `dayTurnover` with its thresholds; percent is of what was charged.
    /// O(events), and memory for the accounts that charged by card.
    @available(*, noasync)
    public static func read(_ log: Log, to end: UInt64, _ rule: RuleSet.Rule) throws -> FirstEstimate {
        struct Sums {
            var charged: Int64 = 0
            var paid: Int64 = 0
        }
        var (least, percent) = (rule["amount"], rule["percent"])
        if least == 0 { (least, percent) = (10_000, 10) }
        // Within one day in Japan; looked at when the day is over, or at the cut.
        var today: [UInt64: Sums] = [:]
        var day: Int64 = .min
        var found: Set<UInt64> = []
        var amount: Int64 = 0
        func close() {
            for (account, sums) in today where sums.charged >= least && abs(sums.paid - sums.charged) * 100 <= sums.charged * percent {
                found.insert(account)
                amount += sums.charged
            }
            today.removeAll(keepingCapacity: true)
        }
        try log.scan(from: 0, to: end) { event in
            guard let kind = event.kind, kind == .chargeSettled || kind == .paymentAccepted, let account = event.subject.memberOrdinal else { return true }
            let itsDay = event.recordedAt.microseconds.japaneseDay
            if itsDay != day {
                close()
                day = itsDay
            }
            if kind == .paymentAccepted {
                today[account]?.paid += event.amount
            } else if let source = event.source, rule.sources.contains(source), Policy.Sources.cards.contains(source) {
                today[account, default: Sums()].charged += event.amount
            }
            return true
        }
        close()
        return FirstEstimate(people: found.count, amount: amount)
    }
}
