public import Ledger

/// The ten days after: the attack of the second night, and each stop from 2019-07-03 to 07-11 thrown, tried and answered.
/// Addresses are of the ranges kept for documentation, the foreign country is a code no country has, and clock times that
/// are not known are assumed.
public enum Stops {
    /// The rules that were missing: a bound device, a second factor, patience after a change, few charges at a time.
    public static let policy: Policy = {
        var policy = FirstDay.policy
        policy.devicesPerAccount = 1
        policy.deviceSources = .cards
        policy.deviceCoolDown = 86_400
        policy.deviceFirst = .init(amount: 30_000, seconds: 172_800)
        policy.resetCoolDown = .init(.cards, seconds: 86_400)
        policy.contactCoolDown = .init(.cards, seconds: 86_400)
        policy.chargeWindows = [.init(.cards, count: 3, seconds: 600)]
        policy.resetsToRegisteredContact = true
        policy.dailyPayment = 50_000
        policy[minimum: .bindDevice] = .init(level: 2, seconds: 300)
        policy[minimum: FundingSource.creditCard] = .init(level: 2, seconds: 300)
        policy[minimum: FundingSource.debitCard] = .init(level: 2, seconds: 300)
        return policy
    }()

    public static let steps: [Step] = night + third + fourth + project + eleventh

    /// Tuesday night: lists of stolen passwords are tried, and one fits.
    private static let night: [Step] = [
        Step(
            time("07-02 04:10"), by: Acting.identity, "1,830 sign-ins in a minute from one foreign address, 1,791 with unknown ids",
            access: { away(&$0) }
        ) { _ in
            .access(.countLogins(LoginCounts(
                minute: time("07-02 04:09"), attempts: 1_830, unknownIds: 1_791, wrongPasswords: 37, succeeded: 2,
                accounts: [.ordinal(1), .ordinal(4)])))
        },
        Step(time("07-02 04:11"), by: Acting.identity, "a wrong password for account 1, from there", access: { away(&$0) }) { stage in
            let id = stage.pseudonym(.loginID, "aoi@mail.example")
            return .access(.failLogin(.ordinal(1), loginID: id, .commonId, .wrongPassword))
        },
        Step(time("07-02 04:12"), by: Acting.identity, "the right one: session 1", access: { away(&$0) }) { _ in
            .access(.logIn(.ordinal(1), .commonId))
        },
        Step(time("07-02 21:58"), by: Acting.identity, "a runner's phone signs in as account 1: session 2", access: { runner(&$0) }) { _ in
            .access(.logIn(.ordinal(1), .commonId))
        },
        charge("07-02 22:03", "it charges 30,000 by the member's credit card", 1, .creditCard, 30_000, session: 2),
        charge("07-02 22:03", "and 30,000", 1, .creditCard, 30_000, session: 2),
        charge("07-02 22:04", "and 30,000", 1, .creditCard, 30_000, session: 2),
        pay("07-02 22:41", "and pays 95,000 in a far store", 1, "s-0303", 95_000, session: 2),
        Step(time("07-02 23:15"), by: Acting.app, "the member reports it by phone; everything is locked") { _ in
            .accounts(.lock(.ordinal(1), .all, reason: "charges and a payment the member does not know"))
        },
        pay("07-02 23:20", "the runner pays again", 1, "s-0303", 4_000, session: 2),
    ]

    private static let third: [Step] = [
        notice("07-03 09:00", .incident, "the notice on the websites", "unknown charges: what to do"),
        stop("07-03 16:00", .foreignIp, "access from foreign addresses is blocked", label: "abroad"),
        stop("07-03 16:00", [.charge(.creditCard), .charge(.debitCard)], "charging by card is stopped", label: "cards"),
        Step(time("07-03 16:01"), by: Acting.identity, "a sign-in from abroad", access: { away(&$0) }) { _ in
            .access(.logIn(.ordinal(4), .commonId))
        },
        Step(time("07-03 16:02"), by: Acting.identity, "a sign-in from nobody knows where", access: { _ in from(.app) }) { _ in
            .access(.logIn(.ordinal(4), .commonId))
        },
        Step(time("07-03 16:03"), by: Acting.identity, "a sign-in from home: session 3", access: { home(&$0) }) { _ in
            .access(.logIn(.ordinal(4), .commonId))
        },
        charge("07-03 16:05", "4 charges by credit card", 4, .creditCard, 5_000, session: 3),
        charge("07-03 16:06", "4 charges at a register", 4, .registerCash, 5_000),
    ]

    private static let fourth: [Step] = [
        stop(
            "07-04 13:20", [.charge(.registerCash), .charge(.atmCash), .charge(.point)], at: time("07-04 14:00"),
            "every other charge will stop at 14:00", label: "cash"),
        charge("07-04 13:59", "2 charges at an ATM", 2, .atmCash, 3_000),
        charge("07-04 14:00", "2 charges at a register, as the clock strikes", 2, .registerCash, 2_000, label: "late"),
        charge("07-04 14:00", "4 turns points into balance", 4, .point, 300),
        pay("07-04 14:10", "paying stays open", 2, "s-0101", 820),
        Step(time("07-04 14:35"), by: Acting.chief, "the register gave its 2,000 back") {
            .controls(.confirmVoid(refusal: $0["late"], reference: "till-void-7008"))
        },
        stop("07-04 17:00", .registration, "registration is stopped", label: "registration"),
        Step(time("07-04 17:01"), by: Acting.app, "somebody opens an account", access: { home(&$0) }) { _ in
            .accounts(.open(person: "p-fuji", externalID: "m-1006"))
        },
    ]

    private static let project: [Step] =
        Acting.agreed(
            time("07-05 10:00"), "the security project's investigator gets a role", because: "the project begins today", approvals: 2,
            label: "project"
        ) { _ in .approvals(.grant(principal: "investigator-1", .investigator, person: nil)) }
        + [
            Step(time("07-05 11:00"), by: Principal(name: "investigator-1"), "the investigator books money") { _ in
                .money(.fundByOwner(Amount(1_000_000)!, statement: nil))
            }
        ]
        + Acting.agreed(
            time("07-06 10:00"), "stronger rules for devices and cards", because: "what the attack used", approvals: 1, label: "rules"
        ) { _ in .service(.setPolicy(policy)) }
        + [
            Step(
                time("07-06 12:00"), by: Acting.app, "a device is bound after a password alone",
                access: { home(&$0, level: 1, .password, at: time("07-06 11:59")) }
            ) { .access(.bindDevice(.ordinal(4), $0.pseudonym(.device, "phone-daichi"), attestation: nil)) },
            Step(
                time("07-06 12:02"), by: Acting.app, "with a code sent to the member it is",
                access: { home(&$0, level: 2, .oneTimeCode, at: time("07-06 12:01")) }
            ) { .access(.bindDevice(.ordinal(4), $0.pseudonym(.device, "phone-daichi"), attestation: nil)) },
        ]

    private static let eleventh: [Step] =
        [
            stop(
                "07-11 10:00", .externalIdLogin, at: time("07-12 17:00"), "signing in with other providers' ids will stop tomorrow",
                label: "tomorrow"),
            stop("07-11 15:00", .externalIdLogin, at: time("07-11 17:00"), "no: today at 17:00", label: "external"),
            Step(time("07-11 16:59"), by: Acting.identity, "2 signs in with another provider's id: session 4", access: { home(&$0) }) { _ in
                .access(.logIn(.ordinal(2), .externalId))
            },
            Step(time("07-11 17:00"), by: Acting.identity, "4 signs in with one, as the clock strikes", access: { home(&$0) }) { _ in
                .access(.logIn(.ordinal(4), .externalId))
            },
            pay("07-11 17:05", "who is signed in goes on", 2, "s-0101", 410, session: 4),
            Step(time("07-11 17:20"), by: Acting.chief, "one operator alone lifts the card stop") {
                .controls(.lift(control: $0["cards"], effectiveAt: nil, reason: "members ask for it"))
            },
            Step(time("07-11 17:21"), by: Acting.chief, "it is proposed", label: "lift") {
                .approvals(.propose(
                    .controls(.lift(control: $0["cards"], effectiveAt: nil, reason: "members ask for it")), because: "sales fell"))
            },
            Step(time("07-11 17:22"), by: Acting.chief, "and approved by who proposed it") { .approvals(.approve(proposal: $0["lift"])) },
            Step(time("07-11 17:40"), by: Acting.second, "the second operator withdraws it") {
                .approvals(.withdraw(proposal: $0["lift"], because: "the cause is not found yet"))
            },
        ]

    // MARK: How the sentences are written

    private static func time(_ text: String) -> Instant { Instant("2019-\(text) JST")! }

    private static func stop(_ at: String, _ what: Ledger.Stops, at effective: Instant? = nil, _ telling: String, label: String) -> Step {
        Step(time(at), by: Acting.chief, telling, label: label) { _ in
            .controls(.activate(what, effectiveAt: effective, until: nil, reason: "unknown charges reported since 07-02"))
        }
    }

    private static func notice(_ at: String, _ kind: NoticeKind, _ telling: String, _ note: String) -> Step {
        Step(time(at), by: Acting.chief, telling) { _ in
            .service(.publishNotice(kind, place: "websites", contentHash: (0..<32).map { UInt8($0 * 7) }, note: note))
        }
    }

    private static func charge(
        _ at: String, _ telling: String, _ account: UInt64, _ source: FundingSource, _ amount: Int64, session: UInt32 = 0,
        label: String? = nil
    ) -> Step {
        Step(time(at), by: Acting.app, telling, label: label, access: { _ in signedIn(session) }) { _ in
            .money(.charge(.ordinal(account), source, Amount(amount)!, reference: nil))
        }
    }

    private static func pay(_ at: String, _ telling: String, _ account: UInt64, _ store: String, _ amount: Int64, session: UInt32 = 0) -> Step {
        Step(time(at), by: Acting.app, telling, access: { _ in signedIn(session) }) { _ in
            .money(.pay(.ordinal(account), store: store, place: store == "s-0303" ? "Shinjuku" : nil, register: "1", Amount(amount)!))
        }
    }

    private static func from(_ via: Via) -> Access {
        var access = Access()
        access.via = via
        return access
    }

    private static func signedIn(_ session: UInt32) -> Access {
        var access = Access()
        access.session = session
        return access
    }

    private static func away(_ stage: inout Stage) -> Access {
        var access = from(.web)
        access.address = stage.pseudonym(.address, "198.51.100.23")
        access.network = 64_496
        access.country = Country("XA")
        return access
    }

    private static func runner(_ stage: inout Stage) -> Access {
        var access = from(.app)
        access.device = stage.pseudonym(.device, "phone-runner")
        access.address = stage.pseudonym(.address, "203.0.113.77")
        access.network = 64_511
        access.country = .japan
        return access
    }

    private static func home(
        _ stage: inout Stage, level: UInt8 = 1, _ method: Authentication.Method = .password, at: Instant? = nil
    ) -> Access {
        var access = from(.app)
        access.device = stage.pseudonym(.device, "phone-daichi")
        access.address = stage.pseudonym(.address, "192.0.2.45")
        access.network = 64_500
        access.country = .japan
        access.authentication = at.map { Authentication(level: level, method: method, at: $0) }
        return access
    }
}
