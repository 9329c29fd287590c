internal import Ledger

/// The rule set in force with its thresholds at hand: spans in microseconds, a rule that is not on is `nil`.
struct RulesInForce: Sendable {
    /// How many rule sets were put into force so far; 0 = none, nothing fires.
    let version: Int64

    struct Turnover { let amount, percent, weight: Int64, sources: Policy.Sources }
    struct Burst { let charges, span, manyCharges, manySpan, weight: Int64, sources: Policy.Sources
        var longest: Int64 { max(span, manySpan) }
    }
    struct Drain { let fill, drain, span, cycles, weight: Int64, sources: Policy.Sources }
    struct Large { let amount, high, weight: Int64 }
    struct Sequence { let span, weight: Int64, sources: Policy.Sources }
    struct Shared { let accounts, span, weight: Int64 }
    struct Tries { let accounts, span, successPercent, weight: Int64 }
    struct Unknown { let times, days, logins, percentBefore, weight: Int64 }
    struct Guessed { let errors, span, weight: Int64, sources: Policy.Sources }
    struct Travel { let kilometresPerHour, metres, span, weight: Int64 }
    struct Cluster { let accounts, amount, span, weight: Int64 }
    struct Cartons { let unit, amount, payments, span, weight: Int64 }
    struct Idle { let idle, deviceSpan, weight: Int64 }

    var turnover: Turnover?
    var burst: Burst?
    var drain: Drain?
    var large: Large?
    var foreign: Sequence?
    var newDevice: Sequence?
    var shared: Shared?
    var tries: Tries?
    var unknown: Unknown?
    var guessed: Guessed?
    var travel: Travel?
    var cluster: Cluster?
    var cartons: Cartons?
    var reset: Sequence?
    var idle: Idle?

    /// How far back notes are needed.
    private(set) var noteSpan: Int64 = 0
    var isNone: Bool { version == 0 }

    static let second: Int64 = 1_000_000
    static let day: Int64 = 86_400 * second

    init(_ set: RuleSet, version: Int64) {
        self.version = version
        for rule in set.rules { take(rule) }
        let spans = [burst?.longest, drain?.span, cartons?.span, guessed.map { 2 * $0.span }, turnover == nil ? nil : Self.day]
        noteSpan = spans.compactMap(\.self).max() ?? 0
    }

    private mutating func take(_ rule: RuleSet.Rule) {
        let (weight, sources) = (rule.weight, rule.sources)
        func span(_ name: String) -> Int64 { rule[name] * Self.second }
        switch rule.number {
        case .dayTurnover: turnover = Turnover(amount: rule["amount"], percent: rule["percent"], weight: weight, sources: sources)
        case .chargeBurst:
            burst = Burst(
                charges: rule["charges"], span: span("seconds"), manyCharges: rule["manyCharges"], manySpan: span("manySeconds"),
                weight: weight, sources: sources)
        case .fillAndDrain:
            drain = Drain(
                fill: rule["cap"] * rule["fillPercent"], drain: rule["cap"] * rule["drainPercent"], span: span("seconds"),
                cycles: rule["cycles"], weight: weight, sources: sources)
        case .largePayment: large = Large(amount: rule["amount"], high: rule["high"], weight: weight)
        case .foreignLoginThenPayment: foreign = Sequence(span: span("seconds"), weight: weight, sources: sources)
        case .newDeviceThenCharge: newDevice = Sequence(span: span("seconds"), weight: weight, sources: sources)
        case .sharedDevice: shared = Shared(accounts: rule["accounts"], span: span("seconds"), weight: weight)
        case .fanOut:
            tries = Tries(accounts: rule["accounts"], span: span("seconds"), successPercent: rule["successPercent"], weight: weight)
        case .unknownIDs:
            unknown = Unknown(
                times: rule["times"], days: rule["days"], logins: rule["logins"], percentBefore: rule["percentBefore"], weight: weight)
        case .guessedThenCharge: guessed = Guessed(errors: rule["errors"], span: span("seconds"), weight: weight, sources: sources)
        case .impossibleTravel:
            travel = Travel(
                kilometresPerHour: rule["kilometresPerHour"], metres: rule["kilometres"] * 1000, span: span("seconds"), weight: weight)
        case .storeCluster: cluster = Cluster(accounts: rule["accounts"], amount: rule["amount"], span: span("seconds"), weight: weight)
        case .cartonAmounts:
            cartons = Cartons(
                unit: rule["unit"], amount: rule["amount"], payments: rule["payments"], span: span("seconds"), weight: weight)
        case .resetThenCharge: reset = Sequence(span: span("seconds"), weight: weight, sources: sources)
        case .idleThenPayment: idle = Idle(idle: span("idleSeconds"), deviceSpan: span("deviceSeconds"), weight: weight)
        }
    }
}
