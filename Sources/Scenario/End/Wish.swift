internal import Ledger

/// How one member claims: drawn from the seed and the member's number alone.
struct Wish {
    let member: Int
    let at: Moment
    let channel: ClaimChannel
    let method: PayoutMethod
    /// The first payee has no such account, or another's name.
    let isWrong: Bool
    private(set) var correctedAt: Moment?
    private(set) var withdrawnAt: Moment?
    private(set) var rejectedAt: Moment?

    /// Weights of the days of claiming, from the first on: at once, later, hardly any more, and the last days.
    private static let days: [(Int, Int)] = (0..<102).map { day in
        (day, day < 7 ? 60 : day < 14 ? 30 : day < 46 ? 9 : day < 90 ? 4 : 11)
    }

    init(seed: UInt64, _ member: Int, isVictim: Bool) {
        var chance = Chance(seed, .claim, member)
        _ = chance.next()
        self.member = member
        let day = chance.pick(Self.days)
        let hour = chance.pick(Enrolment.hours.enumerated().map { ($0.offset, $0.element) })
        at = Ending.ends + day * July.day + max(day == 0 ? 9 : 6, hour) * 3600 + 200 + chance.below(3_300)
        // A victim's account is locked: whoever cannot sign in uses the form.
        channel = isVictim ? chance.pick([(.webForm, 80), (.paper, 20)]) : chance.pick([(.app, 90), (.webForm, 7), (.paper, 3)])
        method = chance.percent(channel == .paper ? 60 : 3) ? .postal : .bank
        isWrong = method == .bank && chance.percent(4)
        if isWrong, chance.percent(80) {
            // The first file's returns are known from 11-18 on, the second's from 01-27 on.
            let isFirst = at < Ending.firstApproval - July.day && channel != .webForm
            let from = Ending.at(isFirst ? "2019-11-20 09:00" : "2020-01-29 09:00")
            correctedAt = from + chance.below((isFirst ? 40 : 9) * July.day)
        }
        if channel == .app, at < Ending.at("2019-10-28 00:00"), chance.below(1_000) < 4 {
            withdrawnAt = at + chance.within(3_600...5 * July.day)
        }
        // Before anybody verified the others.
        if channel == .webForm, !isVictim, chance.percent(4) {
            rejectedAt = min(at + chance.within(July.day...12 * July.day), Ending.at("2020-01-14 12:00") + chance.below(20_000))
        }
    }

    func act(_ moment: Moment, _ payees: Payees, _ places: Places) -> Act {
        let (account, person) = (AccountReference.external(Names.account(member)), Names.person(member))
        return Self.act(
            moment, account, person, channel, payees.payee(of: member, method, attempt: isWrong ? 0 : 1), app: places.phone(member),
            desk: Staff.support[member % 2])
    }

    static let web = Principal(name: "web")

    static func act(
        _ moment: Moment, _ account: AccountReference, _ person: String, _ channel: ClaimChannel, _ payee: InventedPayee, app: Access = .none,
        desk: Principal = Staff.support[0], telling: String? = nil, isRefused: Bool = false
    ) -> Act {
        let identity: ShutdownCommand.Identity
        let (who, access): (Principal, Access)
        switch channel {
        case .app: (identity, who, access) = (.init(level: 2, method: .session), Acting.app, app)
        // Who sends the form can read the registered mail; documents are looked at later.
        case .webForm: (identity, who, access) = (.init(level: 1, method: .contact), web, form)
        case .paper: (identity, who, access) = (.init(level: 2, method: .document), desk, Places.support)
        }
        return Act(
            moment, by: who, access: access,
            .payee(payee) {
                .shutdown(.claim(account, .init(claimant: person, method: payee.method, payee: $0, channel: channel, identity: identity)))
            }, telling: telling, isRefused: isRefused)
    }

    /// The form on the website, from home.
    static let form: Access = {
        var access = Access()
        access.via = .web
        access.country = .japan
        return access
    }()
}
