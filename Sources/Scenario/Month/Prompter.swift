internal import Ledger

/// Writes down who does what and when: the planned part of the month, to be read in time order.
struct Prompter {
    let places: Places
    let payees: Payees
    let towns: Towns
    let enrolment: Enrolment
    let seed: UInt64
    var marks: Marks
    private var acts: [Act] = []
    /// The cases whose turns are told, being the first of their kind.
    private(set) var told = Told()
    /// Of each case: the member's dispute and the partner's report.
    private var ofCases: [(dispute: Mark, report: Mark)] = []
    /// What partners gave back in the month.
    var reversed: [(at: Moment, source: FundingSource, amount: Int)] = []

    init(seed: UInt64, towns: Towns, enrolment: Enrolment, marks: Marks) {
        self.seed = seed
        self.towns = towns
        self.enrolment = enrolment
        self.marks = marks
        places = Places(seed: seed)
        payees = Payees(seed)
    }

    /// By time; of one moment, in the order they were written down.
    var inOrder: [Act] {
        acts.indices.sorted { (acts[$0].at, $0) < (acts[$1].at, $1) }.map { acts[$0] }
    }

    mutating func tell(_ cases: [Case]) { told = Told(cases) }

    mutating func add(_ act: Act) { acts.append(act) }

    mutating func add(staff steps: [Step]) { for step in steps { acts.append(Act(step, mark: nil, truth: nil)) } }

    mutating func add(
        _ at: Moment, _ by: Principal, _ command: Command, access: Access = .none, mark: Mark? = nil, telling: String? = nil,
        truth: Truth? = nil, isRefused: Bool = false
    ) {
        acts.append(Act(at, by: by, access: access, .command(command), mark: mark, telling: telling, truth: truth, isRefused: isRefused))
    }

    /// Speaks of earlier acts.
    mutating func later(
        _ at: Moment, _ by: Principal, mark: Mark? = nil, telling: String? = nil, access: Access = .none,
        _ command: @escaping @Sendable (Positions) -> Command?
    ) {
        acts.append(Act(at, by: by, access: access, .later(command), mark: mark, telling: telling))
    }

    /// Looks at the books first.
    mutating func look(
        _ at: Moment, _ by: Principal, mark: Mark? = nil, telling: String? = nil, _ commands: @escaping @Sendable (Books, Positions) -> [Command]
    ) {
        acts.append(Act(at, by: by, .look(commands), mark: mark, telling: telling))
    }

    /// Proposed by one, approved by as many as it takes within hours. The last approval comes at `done`.
    mutating func agreed(
        at moment: Moment, done: Moment, _ by: Principal, because: String, approvals: Int, telling: String? = nil,
        _ command: @escaping @Sendable (Positions) -> Command?
    ) {
        let proposal = marks.next()
        later(moment, by, mark: proposal, telling: telling.map { "\($0): proposed" }) { positions in
            command(positions).map { .approvals(.propose($0, because: because)) }
        }
        for (index, approver) in Staff.approvers.prefix(approvals).enumerated() {
            let isLast = index + 1 == approvals
            let at = isLast ? done : moment + (done - moment) / 2
            later(at, approver, telling: isLast ? telling.map { "\($0): agreed, and done" } : nil) { positions in
                positions[proposal].map { .approvals(.approve(proposal: $0)) }
            }
        }
    }

    /// Everything about one case, from its opening to what the investigation made of it.
    mutating func add(_ found: Case, _ number: Int) {
        precondition(number == ofCases.count, "cases come in order")
        ofCases.append((marks.next(), marks.next()))
        if let member = found.member { live(found, member) }
        switch found.kind {
        case .heavy: ask(found, number)
        case .victim, .lookalike:
            report(found, number)
            judge(found, number)
            if found.isVictim { makeGood(found, number) }
        }
    }

    func caseMarks(_ number: Int) -> (dispute: Mark, report: Mark) { ofCases[number] }

    // MARK: What happened on the account

    private mutating func live(_ found: Case, _ member: Int) {
        let account = AccountReference.external(found.account)
        let opened = enrolment.moment(member)
        add(opened, Acting.app, .accounts(.open(person: found.person, externalID: found.account)), access: places.app)
        add(opened + 20, Acting.identity, .access(.logIn(account, .commonId)), access: places.home(member))
        for move in found.moves { add(move, found, account, member) }
        guard found.isVictim else { return }
        takeOver(found, account, member)
    }

    private mutating func add(_ move: Case.Move, _ found: Case, _ account: AccountReference, _ member: Int) {
        let kind = move.isCharge ? Truth.Kind.fraudCharge : .fraudPayment
        let truth = move.isFraud ? Truth(account: found.account, person: found.person, kind: kind, amount: Int64(move.amount)) : nil
        let amount = Amount(Int64(move.amount))!
        if let source = move.source {
            let isApp = source != .registerCash && source != .atmCash
            let access = move.isFraud ? places.runner(found.device) : isApp ? places.phone(member) : .none
            add(
                move.at, Acting.app, .money(.charge(account, source, amount, reference: isApp ? "pr-\(move.mark.number)" : nil)), access: access,
                mark: move.mark, truth: truth)
        } else {
            let store = towns.name(move.store)
            add(
                move.at, Acting.app,
                .money(.pay(account, store: store, place: towns.place(move.store), register: "\(1 + (move.isFraud ? found.device : member) % 3)", amount)),
                access: move.isFraud ? places.runner(found.device) : .none, mark: move.mark, truth: truth)
        }
    }

    /// Wrong passwords, the right one, the runner's phone; and what is tried in vain.
    private mutating func takeOver(_ found: Case, _ account: AccountReference, _ member: Int) {
        var chance = Chance(seed, .timing, member)
        let address = Stuffing.address(of: member, seed)
        for miss in 0..<chance.pick([(0, 30), (1, 50), (2, 20)]) {
            add(
                found.foreignLoginAt - 40 + 15 * miss, Acting.identity, .access(.failLogin(account, loginID: nil, .commonId, .wrongPassword)),
                access: places.away(address))
        }
        func truth(_ kind: Truth.Kind) -> Truth { Truth(account: found.account, person: found.person, kind: kind, amount: 0) }
        add(
            found.foreignLoginAt, Acting.identity, .access(.logIn(account, .commonId)), access: places.away(address), truth: truth(.takeover))
        add(
            found.takenAt, Acting.identity, .access(.logIn(account, .commonId)), access: places.runner(found.device), truth: truth(.runnerLogin))
        if case .victim(nil) = found.kind, chance.percent(40) {
            add(
                found.takenAt + 30, Acting.app, .money(.charge(account, .creditCard, Amount(30_000)!, reference: nil)),
                access: places.runner(found.device), isRefused: true)
        }
        guard let locked = found.lockedAt else { return }
        let desk = Staff.support[member % 2]
        add(locked, desk, .accounts(.lock(account, .all, reason: "charges and payments the member does not know")), access: Places.support)
        if let last = found.moves.last(where: { $0.isFraud }), locked - last.at < 5_000, chance.percent(50) {
            add(
                locked + chance.within(60...1_500), Acting.app,
                .money(.pay(account, store: towns.name(last.store == 0 ? 1 : last.store), place: nil, register: "\(1 + found.device % 3)", Amount(5_000)!)),
                access: places.runner(found.device), isRefused: true)
        }
    }
}

/// Cases that the story speaks of.
struct Told {
    private(set) var lookalike: Int?
    private(set) var revoked: Int?
    private(set) var amended: Int?
    private(set) var reported: Int?
    private(set) var called: Int?

    init() {}

    init(_ cases: [Case]) {
        func first(_ fits: (Case) -> Bool, _ at: (Case) -> Moment) -> Int? {
            cases.indices.filter { fits(cases[$0]) }.min { (at(cases[$0]), $0) < (at(cases[$1]), $1) }
        }
        lookalike = first({ $0.kind == .lookalike }) { $0.certifiedAt }
        revoked = first({ $0.kind == .lookalike }) { $0.amendedAt ?? .max }
        amended = first({ $0.isVictim && $0.amendedAt != nil }) { $0.amendedAt ?? .max }
        called = first({ $0.reportedAt != nil }) { $0.reportedAt ?? .max }
        reported = first({ $0.routes.first == .cardCompanyInfo }) { $0.judgedAt }
    }
}
