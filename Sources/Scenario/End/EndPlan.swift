internal import Ledger

/// What came after the month: the end of the service on 2019-09-30, and the refunds until the summer of 2020. Members spend
/// what they have left or forget it, victims are made whole, and whoever is left with a yen may claim it (domain.md §4).
///
/// ```swift
/// let end = EndPlan(month)
/// for act in end.acts() { … }         // goes on where month.acts() stopped
/// ```
///
/// What depends on the ledger (which refunds are ready, what they come to, what a batch holds) is looked up when it is
/// asked for: such an act is `Act.Asks.look`.
public struct EndPlan: Sendable {
    /// How many marks its acts use, those of the month among them.
    public let marks: Int
    /// What ordinary members will be left with, and how many of them will claim it.
    public let figures: Figures

    let month: MonthPlan
    let crowd: EndCrowd
    let payMarks: [UInt64: Mark]
    /// Everything but the crowd, in time order.
    let planned: [Act]

    /// People and yen, by the plan alone: without victims, and before stores' reversals.
    public struct Figures: Equatable, Sendable {
        public var july = Spread.Figure(people: 0, yen: 0)
        public var left = Spread.Figure(people: 0, yen: 0)
        public var claimed = Spread.Figure(people: 0, yen: 0)
    }

    public init(_ month: MonthPlan) {
        self.month = month
        let cases = CaseEnds(month)
        let waiting = cases.lateFound.map { [$0.claims, $0.forgets].compactMap { month.cases[$0].member } } ?? []
        let crowd = EndCrowd(month, waiting: Set(waiting))
        var script = Prompter(seed: month.seed, towns: month.towns, enrolment: month.enrolment, marks: Marks(after: month.marks))
        cases.write(&script)
        var company = Company(cases: cases, crowd: crowd, month: month)
        company.write(&script)
        payMarks = company.payMarks
        figures = crowd.figures
        self.crowd = crowd
        marks = script.marks.count
        planned = script.inOrder
    }

    /// From 2019-08-01 on, in time order; those of one moment in a fixed order.
    public func acts() -> EndActs { EndActs(self) }
}

/// The acts of the end: the planned ones and the crowd's, merged.
public struct EndActs: Sequence, IteratorProtocol {
    private let plan: EndPlan
    private let places: Places
    private var planned = 0
    private var deed = 0

    init(_ plan: EndPlan) {
        self.plan = plan
        places = Places(seed: plan.month.seed)
    }

    public mutating func next() -> Act? {
        let first = planned < plan.planned.count ? plan.planned[planned].at : nil
        let deeds = plan.crowd.deeds
        let second = deed < deeds.count ? July.instant(Int(deeds[deed].at)) : nil
        if let first, second.map({ first <= $0 }) ?? true {
            planned += 1
            return plan.planned[planned - 1]
        }
        guard second != nil else { return nil }
        deed += 1
        return act(deeds[deed - 1])
    }

    private func act(_ deed: EndDeed) -> Act {
        let (at, member) = (Int(deed.at), Int(deed.member))
        let account = AccountReference.external(Names.account(member))
        switch deed.what {
        case .reset:
            return Act(
                at, by: Acting.app, access: places.phone(member),
                .command(.accounts(.resetCredentials(account, .self, addressChanged: false))))
        case .pay:
            return Act(
                at, by: Acting.app,
                .command(
                    .money(
                        .pay(
                            account, store: plan.month.towns.name(Int(deed.store)), place: nil, register: "\(1 + member % 3)",
                            Amount(Int64(deed.amount))!))), mark: plan.payMarks[deed.key])
        case .logIn: return Act(at, by: Acting.identity, access: places.home(member), .command(.access(.logIn(account, .commonId))))
        case .claim:
            let wish = Wish(seed: plan.month.seed, member, isVictim: plan.crowd.isVictim[member])
            return wish.act(at, Payees(plan.month.seed), places)
        case .correct:
            let wish = Wish(seed: plan.month.seed, member, isVictim: plan.crowd.isVictim[member])
            let payee = Payees(plan.month.seed).payee(of: member, wish.method, attempt: 1)
            let isApp = wish.channel == .app
            return Act(
                at, by: isApp ? Acting.app : Staff.support[member % 2], access: isApp ? places.phone(member) : Places.support,
                .payee(payee) { .shutdown(.correctPayee(account, wish.method, payee: $0)) })
        case .withdraw:
            return Act(
                at, by: Acting.app, access: places.phone(member), .command(.shutdown(.withdrawClaim(account, reason: "changed my mind"))))
        case .reject:
            return Act(
                at, by: Staff.support[member % 2], access: Places.support,
                .command(.shutdown(.rejectClaim(account, reason: "the document shows somebody else"))))
        }
    }
}

/// The end's instants, as moments of the story.
enum Ending {
    /// "2019-08-19 10:00", in Japan.
    static func at(_ text: String) -> Moment {
        Int((Instant(text + " JST")!.microseconds - July.zero.microseconds) / 1_000_000)
    }

    static let begins = July.end
    static let ends = at("2019-10-01 00:00")
    static let claimsOpen = at("2019-10-01 09:00")
    static let claimsClose = at("2020-01-11 00:00")
    static let lastDay = Day("2020-01-10")!
    /// The claims agreed to for the first file came before, and for the second.
    static let firstApproval = at("2019-11-06 10:00")
    static let secondApproval = at("2020-01-16 10:00")
}
