public import Ledger

/// A short first day of the wallet, 2019-07-01: everything the ledger's spine can do, once. All persons and stores are
/// invented.
public enum FirstDay {
    public static let cast = Cast(start: moment("07:00"), operators: ["operator-1", "operator-2", "operator-3"])

    /// Charges of the service this is modelled on: steps and limits by source, and a cap of 100,000 on the balance.
    /// Nothing is asked of devices, and nothing of how a member signed in: what happened then can happen.
    public static let policy: Policy = {
        var policy = Policy(
            balanceCap: 100_000,
            limits: [
                .creditCard: .init(perCharge: 30_000, step: 1_000), .debitCard: .init(perCharge: 30_000, step: 1_000),
                .registerCash: .init(perCharge: 49_000, step: 1_000), .atmCash: .init(perCharge: 100_000, step: 1_000),
                .point: .init(perCharge: 100_000, step: 1),
            ])
        policy.requiresLaunch = true
        return policy
    }()

    public static let steps: [Step] =
        [
            act("07:00", by: Acting.chief, "the launch policy: steps, limits, a cap of 100,000", .service(.setPolicy(policy))),
            act("07:00", by: Acting.chief, "the service is launched", .service(.launch(reason: nil))),
            act("07:10", "Aoi opens account 1", open("p-aoi", "m-1001")),
            act("07:15", "Botan opens account 2", open("p-botan", "m-1002")),
            act("07:20", "Chidori opens account 3", open("p-chidori", "m-1003")),
            act("07:25", "Daichi opens account 4", open("p-daichi", "m-1004")),
            act("07:30", "Enju opens account 5", open("p-enju", "m-1005")),
            act("07:41", "1 charges 10,000 by credit card", charge(1, .creditCard, 10_000, "card-7001")),
            act("07:52", "2 charges 5,000 by debit card", charge(2, .debitCard, 5_000, "debit-7002")),
            act("08:03", "3 charges at a register: 30,000, where 3,000 was meant", charge(3, .registerCash, 30_000, "till-7003"), label: "typo"),
        ]
        + Acting.agreed(
            moment("08:04"), "the till's typing error is corrected, 27,000 back", because: "the till's journal shows 3,000", approvals: 2,
            label: "correction"
        ) { .money(.correctCharge(.ordinal(3), charge: $0["typo"], Amount(27_000)!, reason: "typing error at the till")) }
        + [
            act("08:20", "4 charges 20,000 at an ATM", charge(4, .atmCash, 20_000, "atm-7004")),
            act("08:45", "5 turns 850 points into balance", charge(5, .point, 850, "point-7005")),
            act("09:00", "1 tries to charge 35,000 by credit card: above the limit", charge(1, .creditCard, 35_000, "card-7006")),
            act("11:58", "1 pays 1,280 for lunch at store s-0101", pay(1, "s-0101", "2", 1_280, place: "Shinagawa"), label: "lunch"),
            Step(moment("12:06"), by: Acting.app, "one item is returned: 380 of it reversed") {
                .money(.reversePayment(.ordinal(1), payment: $0["lunch"], Amount(380)!, reason: "one item returned"))
            },
            act("12:15", "2 pays 648 at store s-0101", pay(2, "s-0101", "1", 648)),
            act("12:31", "3 pays 3,000 at store s-0202: every yen of it", pay(3, "s-0202", "4", 3_000, place: "Edogawa")),
            act("13:10", "4 pays 4,500 at store s-0202", pay(4, "s-0202", "4", 4_500)),
            act("15:02", "2 has lost the phone: payments are locked", .accounts(.lock(.ordinal(2), .pay, reason: "phone lost"))),
            act("15:20", "somebody pays with it: refused", pay(2, "s-0202", "3", 2_000)),
            act("16:45", "2 resets the password", .accounts(.resetCredentials(.ordinal(2), .self, addressChanged: false))),
            act("16:46", "2 is unlocked", .accounts(.unlock(.ordinal(2), .pay, reason: "phone found, password reset"))),
            act("17:05", "2 pays 298 at store s-0101", pay(2, "s-0101", "1", 298)),
        ]
        + Acting.agreed(
            moment("18:00"), "4 leaves the country, 5,500 refunded by exception", because: "papers seen by the support centre", approvals: 2,
            label: "exception"
        ) { _ in .money(.refund(.ordinal(4), Amount(5_500)!, .unavoidableCircumstances, note: "moves abroad for good")) }
        + [
            act("18:30", "5 pays 351 at store s-0101", pay(5, "s-0101", "2", 351)),
            act(
                "18:40", by: Acting.chief, "5 closes the account; the 499 left stay unclaimed",
                .accounts(.close(.ordinal(5), .unclaimed, reason: "member's wish"))),
            act(
                "21:00", by: Acting.chief, "the card partner settles 10,000 less a fee of 320",
                .money(.settlePartner(.creditCard, gross: Amount(10_000)!, fee: 320, statement: "st-2019-07-01"))),
            act(
                "21:30", by: Acting.chief, "store s-0101 is paid what it is owed",
                .money(.settleMerchant(store: "s-0101", Amount(2_197)!, .toStore, statement: "st-s0101-01"))),
        ]

    private static func moment(_ clock: String) -> Instant { Instant("2019-07-01T\(clock)+09:00")! }

    private static func act(
        _ clock: String, by who: Principal = Acting.app, _ telling: String, _ command: Command, label: String? = nil
    ) -> Step {
        Step(moment(clock), by: who, telling, label: label) { _ in command }
    }

    private static func open(_ person: String, _ id: String) -> Command { .accounts(.open(person: person, externalID: id)) }

    private static func charge(_ account: UInt64, _ source: FundingSource, _ amount: Int64, _ reference: String) -> Command {
        .money(.charge(.ordinal(account), source, Amount(amount)!, reference: reference))
    }

    private static func pay(_ account: UInt64, _ store: String, _ register: String, _ amount: Int64, place: String? = nil) -> Command {
        .money(.pay(.ordinal(account), store: store, place: place, register: register, Amount(amount)!))
    }
}
