internal import Ledger

/// What the company does at the end, in the order of its papers: decides, announces, closes the books, pays out. Clock times are
/// assumed.
struct Company {
    let cases: CaseEnds
    let crowd: EndCrowd
    let month: MonthPlan
    /// Of payments of the crowd that a store takes back, by `EndDeed.key`.
    private(set) var payMarks: [UInt64: Mark] = [:]

    init(cases: CaseEnds, crowd: EndCrowd, month: MonthPlan) {
        self.cases = cases
        self.crowd = crowd
        self.month = month
    }

    static let group = Principal(name: "group-1")
    static let payer = Principal(name: "treasurer-1")
    /// Lets files go out, and does nothing else.
    static let releaser = Principal(name: "treasurer-2")

    mutating func write(_ script: inout Prompter) {
        script.add(staff: Self.decision + Self.procedure + Self.opening + Self.roles + Self.papers)
        daily(&script)
        books(&script)
        neighbours(&script)
        reversals(&script)
        lateClaims(&script)
        payouts(&script)
        security(&script)
    }

    // MARK: Hand-written

    private static let decision: [Step] =
        role("2019-08-01 09:00", .group, group, "the parent company's group gets a role, to decide the end of the service")
        + [
            Step(time("2019-08-01 11:00"), by: group, "the end is proposed, for 2019-09-30 24:00", label: "end") { _ in
                .approvals(.propose(
                    .shutdown(.decide(effectiveAt: Instant("2019-09-30 24:00 JST")!, reason: "a safe start again would take too long")),
                    because: "the board's resolution of 08-01"))
            },
            Step(time("2019-08-01 11:20"), by: Acting.second, "operator-2 approves") { .approvals(.approve(proposal: $0["end"])) },
            Step(time("2019-08-01 11:40"), by: Acting.third, "operator-3 approves, and it is decided", label: "ended") {
                .approvals(.approve(proposal: $0["end"]))
            },
            notice("2019-08-01 15:00", .termination, "it is announced: the service ends on 09-30 at 24:00"),
        ]

    private static let procedure: [Step] =
        [
            notice("2019-09-27 10:00", .refundPublicNotice, "the way of refunds is announced in the official gazette"),
            notice("2019-09-27 10:30", .refundPosting, "and posted in stores and in the app"),
            notice("2019-09-27 11:00", .refundInformation, "and told to everybody who has a balance"),
            filing("2019-09-27 16:00", .refundProcedure, "the procedure is filed with the regulator"),
        ]
        + Acting.agreed(
            time("2019-09-27 17:00"), "claims take a strong sign-in or a document, and may come from abroad", because: "the refunds",
            approvals: 1, label: "refund rules"
        ) { _ in .service(.setPolicy(policy)) }

    /// Stronger than before; and members on a journey may claim.
    private static let policy: Policy = {
        var policy = Stops.policy
        policy.claimIdentity = 2
        policy.claimsFromAbroad = true
        return policy
    }()

    private static let opening: [Step] = Acting.agreed(
        time("2019-10-01 05:00"), "claims will be taken from 09:00 on, until 2020-01-10", because: "the procedure as announced", approvals: 1,
        label: "claims"
    ) { _ in .shutdown(.openClaims(from: July.instant(Ending.claimsOpen), last: Ending.lastDay)) }

    private static let roles: [Step] =
        role("2019-10-02 09:00", .treasurer, payer, "who makes the files gets a role")
        + role("2019-10-02 09:30", .treasurer, releaser, "and who lets them go out, and does nothing else")

    private static let papers: [Step] = [
        filing("2019-10-01 10:00", .abolition, "the end of the service is filed with the regulator"),
        filing("2019-11-28 16:00", .baseDateReport, "the report of the base date is filed", day: "2019-09-30"),
        filing("2019-11-29 15:00", .depositReport, "and what was deposited", day: "2019-09-30"),
        filing("2020-02-28 15:00", .refundCompletion, "the end of the refund procedure is filed"),
        filing("2020-05-20 15:00", .baseDateReport, "the report of the second base date is filed", day: "2020-03-31"),
        filing("2020-06-22 15:00", .reclaimReport, "and what was taken back"),
    ]

    static func time(_ text: String) -> Instant { Instant("\(text) JST")! }

    private static func role(_ at: String, _ role: Role, _ who: Principal, _ telling: String) -> [Step] {
        Acting.agreed(time(at), telling, because: "the end of the service", approvals: 2, label: "role of \(who.name)") { _ in
            .approvals(.grant(principal: who.name, role, person: nil))
        }
    }

    private static func notice(_ at: String, _ kind: NoticeKind, _ telling: String) -> Step {
        Step(time(at), by: Acting.chief, telling) { _ in
            .service(.publishNotice(kind, place: "websites", contentHash: hash(at), note: nil))
        }
    }

    private static func filing(_ at: String, _ kind: FilingKind, _ telling: String, day: String? = nil) -> Step {
        Step(time(at), by: Acting.chief, telling) { _ in
            .shutdown(.recordFiling(.init(kind, day: day.flatMap { Day($0) }, contentHash: hash(at))))
        }
    }

    /// Stands for an invented paper's.
    static func hash(_ text: String) -> [UInt8] {
        var chance = Chance(text.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }, .ending)
        return (0..<4).flatMap { _ in
            let word = chance.next()
            return (0..<8).map { UInt8(truncatingIfNeeded: word >> (8 * UInt64($0))) }
        }
    }

    // MARK: Looked up

    /// Monitoring's findings are looked at, week by week, and the day after the end.
    private func daily(_ script: inout Prompter) {
        var days = (0..<8).map { Ending.at("2019-08-05 10:00") + $0 * 7 * July.day }
        days += ["2019-09-27 18:00", "2019-10-02 10:00", "2019-10-15 10:00", "2019-11-05 10:00", "2019-12-16 10:00"].map(Ending.at)
        days += ["2020-01-10 18:00", "2020-01-15 09:00", "2020-02-07 10:00"].map(Ending.at)
        for (place, day) in days.enumerated() {
            script.look(
                day, Staff.investigators[place % 2], telling: place == 0 ? "every alert of July is looked at" : nil, Worklists.clearAlerts)
        }
    }

    /// What stores and partners are owed, and owe.
    private func books(_ script: inout Prompter) {
        for week in 0..<11 {
            let monday = Ending.at("2019-08-05 10:30") + week * 7 * July.day
            let statement = "st-\(Day(of: July.instant(monday)))"
            script.look(monday, Staff.treasurer) { books, _ in Worklists.settleStores(books, statement) }
            script.look(monday + 1_800, Staff.treasurer) { books, _ in Worklists.settleClearing(books, statement) }
        }
        script.look(Ending.at("2019-10-16 11:00"), Staff.treasurer, telling: "partners settle the last of what was charged") { books, _ in
            Worklists.settlePartners(books, "st-last")
        }
    }

    /// The people of the first day, and who else asks for what is not to be had.
    private func neighbours(_ script: inout Prompter) {
        let (botan, daichi) = (AccountReference.external("m-1002"), AccountReference.external("m-1004"))
        for (account, day) in [(botan, "2019-08-05 12:10"), (daichi, "2019-08-06 19:20")] {
            script.add(
                Ending.at(day), Acting.app, .accounts(.resetCredentials(account, .self, addressChanged: false)), access: script.places.app)
        }
        script.add(
            Ending.at("2019-08-02 10:00"), Staff.treasurer,
            .shutdown(.confirmPayout(daichi, Amount(5_500)!, batch: nil, reference: "xr-1")),
            telling: "the bank confirms what was refunded to Daichi by exception")
        script.add(
            Act(
                Ending.ends, by: Acting.app, .wait,
                telling: "the service ends: the ledger fixes by itself what everybody has left"))
        script.add(
            Act(
                Ending.at("2019-10-01 03:00"), by: Acting.app, .command(.money(.pay(botan, store: "s-0101", place: nil, register: "1", Amount(120)!))),
                telling: "a store sends a payment it says it took a second before the end", isRefused: true,
                occurredAt: Instant("2019-09-30 23:59:59 JST")))
        func claim(
            _ at: String, _ account: AccountReference, _ person: String, _ telling: String, by channel: ClaimChannel = .app, isRefused: Bool = false
        ) {
            let member = person == "p-daichi" ? 4_000_004 : person == "p-aoi" ? 4_000_001 : 4_000_002
            script.add(
                Wish.act(
                    Ending.at(at), account, person, channel, script.payees.payee(of: member, .bank, attempt: 1), app: script.places.app,
                    telling: telling, isRefused: isRefused))
        }
        claim("2019-10-01 08:00", daichi, "p-daichi", "Daichi claims an hour too early", isRefused: true)
        claim("2019-10-01 09:00", daichi, "p-daichi", "as the clock strikes it is taken")
        claim("2019-10-01 09:01", daichi, "p-daichi", "and once more: it is one refund", isRefused: true)
        claim("2019-10-01 09:05", botan, "p-chidori", "Chidori claims what Botan has left", isRefused: true)
        claim("2019-10-04 20:15", .external("m-1001"), "p-aoi", "Aoi, whose money was stolen, claims what was left by the form", by: .webForm)
        claim("2020-01-11 00:05", botan, "p-botan", "Botan claims, five minutes late", isRefused: true)
        script.add(
            Act(
                Ending.claimsClose, by: Acting.app, .wait,
                telling: "the time to claim is over: the ledger excludes by itself what nobody claimed"))
    }

    /// Stores give back: in the two months, and once more when there is nothing to pay with any more.
    private mutating func reversals(_ script: inout Prompter) {
        let pays = crowd.deeds.filter { $0.what == .pay && $0.amount >= 200 }
        guard !pays.isEmpty else { return }
        let step = max(1, pays.count / 36)
        var chosen = stride(from: 0, to: pays.count, by: step).map { pays[$0] }
        let last = pays.suffix(4).filter { deed in !chosen.contains { $0.member == deed.member } }
        chosen += last
        for (place, deed) in chosen.enumerated() {
            let account = AccountReference.external(Names.account(Int(deed.member)))
            let (at, amount) = (Int(deed.at), Int64(deed.amount))
            let isLast = place >= chosen.count - last.count
            let back = isLast ? Ending.at("2019-10-03 11:00") + place * 600 : at + 5_400
            guard isLast || back < Ending.ends else { continue }
            let mark = script.marks.next()
            payMarks[deed.key] = mark
            let part = Amount(max(1, amount / (place % 2 == 0 ? 1 : 3)))!
            script.later(
                back, Acting.app, telling: isLast && place == chosen.count - 1 ? "a store gives back after the end: it goes into the refund" : nil
            ) { positions in
                positions[mark].map { .money(.reversePayment(account, payment: $0, part, reason: "goods returned")) }
            }
        }
    }
}
