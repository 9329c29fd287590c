internal import Ledger

/// What the company does in the month beyond the hand-written stops: who gets a role, which rules watch, what is announced.
/// Clock times are assumed.
enum Staff {
    static let support = [Principal(name: "support-1"), Principal(name: "support-2")]
    static let investigators = [Principal(name: "investigator-1"), Principal(name: "investigator-2")]
    static let certifiers = [Principal(name: "certifier-1"), Principal(name: "certifier-2")]
    static let treasurer = Acting.chief
    static let approvers = [Acting.second, Acting.third]

    static let steps: [Step] =
        [
            Step(time("07-01 07:06"), by: Acting.chief, "the issuer brings in its own funds") { _ in
                .money(.fundByOwner(Amount(500_000_000)!, statement: "st-own-funds"))
            }
        ]
        + watch("07-01 07:08", launch, because: "the service begins", "the first rules of monitoring")
        + role("07-01 07:32", .support, support[0], "the support centre's first desk gets its role")
        + role("07-01 07:36", .support, support[1], "and the second")
        + role("07-05 10:20", .investigator, investigators[1], "the project's second investigator gets a role")
        + role("07-05 10:30", .certifier, certifiers[0], "who certifies damage gets a role, and moves no money")
        + role("07-05 10:40", .certifier, certifiers[1], "and a second")
        + watch("07-06 11:00", strengthened, because: "what the attack did", "monitoring is strengthened: the attack's own pattern")
        + [
            notice("07-12 15:00", .incident, "the company says what the authority asked of it", "report order received"),
            notice("07-30 09:00", .reset, "every password will have to be reset", "mass reset of the common id's passwords"),
            Step(time("07-30 10:00"), by: Acting.chief, "every member must reset the password before anything else") { _ in
                .access(.mandateReset(reason: "to reduce the risk from any stolen id and password to a minimum"))
            },
        ]

    /// What watched at the launch (`Specs/rules/v1-launch.json`): thresholds nobody reached.
    static let launch = RuleSet(
        name: "v1-launch", lockScore: 1_000,
        rules: [
            RuleSet.Rule(.dayTurnover, weight: 10, thresholds: [100_000, 1], sources: .cards),
            RuleSet.Rule(.largePayment, weight: 1, thresholds: [100_000, 1_000_000]),
        ])

    /// The second set there is.
    static let patternVersion: UInt16 = 2

    /// The attack's own pattern (`Specs/rules/v2-strengthened.json`).
    static let strengthened = RuleSet(
        name: "v2-strengthened", lockScore: 100,
        rules: [
            RuleSet.Rule(.dayTurnover, weight: 30, thresholds: [10_000, 10], sources: .cards),
            RuleSet.Rule(.chargeBurst, weight: 40, thresholds: [3, 60, 5, 2_400], sources: .cards),
            RuleSet.Rule(.fillAndDrain, weight: 40, thresholds: [100_000, 95, 5, 1_800, 2], sources: .cards),
            RuleSet.Rule(.largePayment, weight: 2, thresholds: [10_000, 50_000]),
            RuleSet.Rule(.foreignLoginThenPayment, weight: 60, thresholds: [3_600]),
            RuleSet.Rule(.newDeviceThenCharge, weight: 30, thresholds: [600], sources: .cards),
            RuleSet.Rule(.sharedDevice, weight: 40, thresholds: [3, 86_400]),
            RuleSet.Rule(.fanOut, weight: 30, thresholds: [20, 600, 5]),
            RuleSet.Rule(.unknownIDs, weight: 10, thresholds: [3, 7, 100, 50]),
            RuleSet.Rule(.guessedThenCharge, weight: 60, thresholds: [1, 1_800], sources: .cards),
            RuleSet.Rule(.impossibleTravel, weight: 40, thresholds: [150, 10, 900]),
            RuleSet.Rule(.storeCluster, weight: 30, thresholds: [3, 5_000, 1_800]),
            RuleSet.Rule(.cartonAmounts, weight: 10, thresholds: [5_000, 5_000, 2, 3_600]),
            RuleSet.Rule(.resetThenCharge, weight: 60, thresholds: [86_400], sources: .cards),
            RuleSet.Rule(.idleThenPayment, weight: 60, thresholds: [259_200, 86_400]),
        ])

    private static func time(_ text: String) -> Instant { Instant("2019-\(text) JST")! }

    private static func role(_ at: String, _ role: Role, _ who: Principal, _ telling: String) -> [Step] {
        Acting.agreed(time(at), telling, because: "the work begins", approvals: 2, label: "role of \(who.name)") { _ in
            .approvals(.grant(principal: who.name, role, person: nil))
        }
    }

    private static func watch(_ at: String, _ rules: RuleSet, because: String, _ telling: String) -> [Step] {
        Acting.agreed(time(at), telling, because: because, approvals: 1, label: rules.name) { _ in
            .fraud(.activate(rules, reason: because))
        }
    }

    private static func notice(_ at: String, _ kind: NoticeKind, _ telling: String, _ note: String) -> Step {
        Step(time(at), by: Acting.chief, telling) { _ in
            .service(.publishNotice(kind, place: "websites", contentHash: (0..<32).map { UInt8($0 * 5 + 3) }, note: note))
        }
    }
}
