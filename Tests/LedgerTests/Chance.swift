import Ledger

/// Random requests to every desk: often right, often at an edge, sometimes about nothing.
struct Chance {
    var random: Random
    private static let founders = ["op-1", "op-2", "op-3"]
    private static let staff = ["a", "b", "c", "d"]

    init(seed: UInt64) { random = Random(seed: seed) }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func pick<T>(_ from: [T]) -> T { random.pick(from) }
    /// True once in `times`.
    private mutating func once(in times: Int) -> Bool { random.below(times) == 0 }
    private mutating func pseudonym(_ kind: String, _ count: Int) -> Pseudonym { Pseudonym(named: "\(kind)\(below(count))") }

    /// A story with a policy, some roles given, and a person whose only account is closed.
    mutating func aStory() throws -> Story {
        var story = Story()
        try story.ask(.service(.setPolicy(aPolicy())))
        for (name, role) in [("a", Role.treasurer), ("b", .approver), ("c", .investigator), ("d", .dataOfficer)] where !once(in: 4) {
            try story.approved(.approvals(.grant(principal: name, role, person: nil)))
        }
        for row in ["open p-4", "close 1"] { try story.ask(row: row) }
        return story
    }

    /// A play of so many requests.
    static func play(seed: UInt64, _ steps: Int) throws -> Story {
        var chance = Chance(seed: seed)
        var story = try chance.aStory()
        for _ in 0..<steps { try chance.ask(&story) }
        return story
    }

    /// Asks a story for one thing more.
    mutating func ask(_ story: inout Story) throws {
        let command = aCommand(story)
        let isMembers = switch command {
        case .access(.mandateReset), .access(.revokeSessions), .accounts(.close): false
        case .accounts, .access, .money(.charge), .money(.pay), .money(.reversePayment): true
        default: false
        }
        var name = isMembers ? (once(in: 6) ? pick(Self.founders + Self.staff) : "anonymous") : pick(Self.founders + Self.founders + Self.staff)
        if case .approvals(.propose(.people, _)) = command, once(in: 2) { name = "d" }
        if case .approvals(.approve) = command, once(in: 3) { name = "b" }
        if command.isDamage { name = pick(["anonymous", "c", "c", "c"]) }
        if case .damage(.hold) = command { name = "op-1" }
        if once(in: 40) { name = "anonymous" }
        try story.ask(command, by: Principal(name: name), access: anAccess(story, isMembers))
    }

    private mutating func anAccess(_ story: Story, _ isMembers: Bool) -> Access {
        var access = Access()
        guard isMembers ? !once(in: 5) : once(in: 10) else { return access }
        let count = Int(story.books.access.sessionCount)
        if once(in: 3), count > 0 { access.session = UInt32(max(1, count - below(5) + (once(in: 20) ? 1 : 0))) }
        if once(in: 2) { access.via = pick(Via.allCases) }
        if !once(in: 3) { access.country = Country(once(in: 6) ? "US" : "JP") }
        if once(in: 2) { access.device = pseudonym("d", 4) }
        if once(in: 4) { access.address = pseudonym("ip", 3) }
        if once(in: 2) {
            let ago = pick([0, 0, 0, 60, 600, 601, -601]) as Int64
            access.authentication = Authentication(
                level: UInt8(1 + below(3)), method: pick(Authentication.Method.allCases), at: story.books.now + -ago)
        }
        return access
    }

    private mutating func aPosition(_ story: Story, _ kinds: Set<EventKind>) -> UInt64 {
        let found = story.events.filter { kinds.contains($0.kind) }
        return found.isEmpty || once(in: 10) ? UInt64(below(story.events.count + 2)) : pick(Array(found.suffix(6))).position
    }

    /// An act that takes approvals, or that somebody may only propose.
    private mutating func anAct(_ story: Story, _ account: AccountReference) -> Command {
        let near = story.books.resolve(account).flatMap { story.books.member($0)?.balance } ?? 0
        let amount = Amount(max(1, pick([1, 50, near, near + 1])))!
        switch below(12) {
        case 0, 1:
            let end = once(in: 3) ? story.books.now + Int64(below(90)) : nil
            return .controls(.lift(control: aPosition(story, [.controlActivated]), effectiveAt: end, reason: "r"))
        case 2: return .money(.refund(account, amount, once(in: 8) ? nil : .smallAmount, note: nil))
        case 3, 4:
            let charges = story.events.filter { $0.kind == .chargeSettled }
            let charge = charges.isEmpty || once(in: 8) ? story.events[0] : pick(charges)
            return .money(.correctCharge(.ordinal(max(1, charge.subject.ordinal)), charge: charge.position, Amount(1)!, reason: nil))
        case 5, 6:
            let principal = pick(Self.staff + Self.staff + Self.founders)
            return .approvals(.grant(principal: principal, pick(Role.allCases), person: once(in: 3) ? pick(["a", "b"]) : nil))
        case 7:
            if once(in: 2) { return .approvals(.revoke(principal: "b", .approver)) }
            return .approvals(.revoke(principal: pick(Self.staff + Self.founders), pick([.operator, .approver, .treasurer, .investigator])))
        case 8: return .people(.erase(person: pick(["p-1", "p-4", "p-4", "p-9"]), reason: "r"))
        case 9: return .service(.setPolicy(once(in: 2) ? story.books.policy : aPolicy()))
        case 10: return aStop(story)
        default:
            if once(in: 6) { return .access(.mandateReset(reason: "r")) }
            return .access(.revokeSessions(once(in: 2) ? nil : pick(LoginMethod.allCases), reason: "r"))
        }
    }

    private mutating func aStop(_ story: Story) -> Command {
        let sources = FundingSource.allCases.filter { _ in once(in: 3) }
        let kind = pick(Stops.kindNames)
        let stops = Stops(kindName: kind, sources: kind == "charge" ? sources : [])!
        let from = once(in: 2) ? nil : story.books.now + Int64(below(60) - 3)
        let until = once(in: 6) ? nil : story.books.now + Int64(below(90))
        return .controls(.activate(stops, effectiveAt: from, until: until, reason: "r"))
    }

    private mutating func aPolicy() -> Policy {
        var policy = Policy(balanceCap: pick([0, 0, 2000]))
        if once(in: 6) { policy.requiresLaunch = true }
        if once(in: 4) { policy.sessionSeconds = 300 }
        if once(in: 2) { policy.proposalSeconds = 120 }
        if once(in: 3) {
            let sources = pick([.cards, Policy.Sources(FundingSource.allCases)])
            policy.chargeWindows = [.init(sources, count: Int64(1 + below(3)), seconds: Int64(1 + below(120)))]
        }
        if once(in: 4) { (policy.dailyCharge, policy.dailyCardCharge, policy.dailyPayment) = (3000, 1000, 500) }
        if once(in: 3) { policy.devicesPerAccount = 2 }
        if once(in: 3) {
            policy.deviceSources = .cards
            policy.deviceCoolDown = pick([0, 20])
            policy.deviceFirst = .init(amount: pick([0, 200, 200]), seconds: 3600)
        }
        if once(in: 4) { policy.resetCoolDown = .init(.cards, seconds: 60) }
        if once(in: 2) { policy.contactCoolDown = .init(Policy.Sources(FundingSource.allCases), seconds: 600) }
        if once(in: 6) { policy.resetsToRegisteredContact = true }
        if once(in: 4) { policy[minimum: pick([.pay, .logIn, .bindDevice])] = .init(level: UInt8(1 + below(3)), seconds: pick([0, 600])) }
        if once(in: 6) { policy[minimum: .creditCard] = .init(level: 2) }
        if once(in: 8) { policy.homeCountry = Country("US")! }
        return policy
    }

    private mutating func aCommand(_ story: Story) -> Command {
        let accounts = story.books.members.count
        if accounts < 3 || once(in: 25) { return .accounts(.open(person: pick(["p-1", "p-2", "p-3", "p-4"]), externalID: nil)) }
        let account = AccountReference.ordinal(UInt64(once(in: 40) ? accounts + 1 : max(1, accounts - below(5))))
        let amount = Amount(Int64(once(in: 4) ? 1500 : 1 + below(400)))!
        let act = anAct(story, account)
        switch below(60) {
        case 0..<6:
            return .money(
                .charge(account, pick(FundingSource.allCases), amount, reference: once(in: 3) ? "r-1" : nil,
                    card: once(in: 8) ? "t\(below(3))" : nil))
        case 6..<9: return .money(.pay(account, store: pick(["s-1", "s-2"]), place: nil, register: nil, amount))
        case 9:
            let payments = story.events.filter { $0.kind == .paymentAccepted }
            let payment = payments.isEmpty || once(in: 8) ? story.events[0] : pick(payments)
            let whose = once(in: 8) ? account : .ordinal(payment.subject.ordinal)
            return .money(.reversePayment(whose, payment: payment.position, once(in: 3) ? amount : Amount(1)!, reason: nil))
        case 10: return .accounts(.lock(account, pick(LockScope.allCases), reason: nil))
        case 11, 12: return .accounts(.unlock(account, pick(LockScope.allCases), reason: nil))
        case 13, 14:
            let contact = once(in: 2) ? pseudonym("c", 3) : nil
            return .accounts(.resetCredentials(account, pick(ResetMethod.allCases), addressChanged: once(in: 5), deliveredTo: contact))
        case 15:
            if once(in: 2) { return .money(.fundByOwner(amount, statement: nil)) }
            return .accounts(.close(account, once(in: 4) ? nil : .unclaimed, reason: nil))
        case 16..<20: return .access(.logIn(account, pick(LoginMethod.allCases)))
        case 20: return .access(.failLogin(once(in: 2) ? nil : account, loginID: pseudonym("id", 3), .commonId, pick(LoginFailure.allCases)))
        case 21: return .access(.countLogins(LoginCounts(minute: Instant(microseconds: 0), attempts: 9, accounts: once(in: 2) ? [] : [account])))
        case 22, 23: return .access(.bindDevice(account, pseudonym("d", 4), attestation: nil))
        case 24: return .access(.unbindDevice(account, pseudonym("d", 4)))
        case 25: return .access(.linkExternalLogin(account, provider: "x", pseudonym("e", 3)))
        case 26: return .access(.unlinkExternalLogin(account, provider: "x", pseudonym("e", 3)))
        case 27:
            let source = pick([FundingSource.creditCard, .debitCard])
            let result = once(in: 4) ? ThreeDSecure.failed : nil
            return .access(.linkFundingSource(account, source, token: "t\(below(3))", brand: nil, last4: nil, result))
        case 28: return .access(.unlinkFundingSource(account, token: "t\(below(3))"))
        case 29, 53: return .access(.registerContact(account, pick([.mail, .mail, .phone]), pseudonym("c", 4)))
        case 30:
            let session = UInt32(1 + below(Int(story.books.access.sessionCount) + 1))
            return .access(.revokeSession(account, session: once(in: 2) ? nil : session))
        case 31..<33:
            let micros = pick([1, 1, 999_999, 10_000_000, 30_000_000, 60_000_000, once(in: 3) ? 7_200_000_000 : -1] as [Int64])
            return .service(.advanceClock(to: Instant(microseconds: story.books.now.microseconds + micros)))
        case 33:
            if once(in: 3) { return .service(.launch(reason: nil)) }
            return .service(.publishNotice(.other, place: "web", contentHash: Array(repeating: 1, count: 32), note: nil))
        case 34: return aStop(story)
        case 35:
            let due = story.books.controls.voids.sorted()
            let refusal = due.isEmpty || once(in: 8) ? aPosition(story, [.refused]) : pick(due)
            return .controls(.confirmVoid(refusal: refusal, reference: nil))
        case 36, 37: return .people(.view(person: pick(["p-1", "p-2", "p-9"]), purpose: "p"))
        case 38..<41, 54, 55: return .approvals(.propose(act, because: "b"))
        case 41..<51:
            let open = story.books.approvals.proposals.keys.sorted()
            return .approvals(.approve(proposal: open.isEmpty || once(in: 10) ? aPosition(story, [.proposed]) : pick(open)))
        case 51: return .approvals(.withdraw(proposal: aPosition(story, [.proposed]), because: nil))
        case 52:
            switch act {
            case .controls(.lift), .service(.setPolicy), .approvals(.revoke): return .approvals(.breakGlass(act, because: "b"))
            default: return .approvals(.review(act: aPosition(story, [.glassBroken]), pick(ApprovalsCommand.Verdict.allCases), note: nil))
            }
        case 56, 57: return aDamage(story)
        default: return act
        }
    }

    /// Something of the damage and compensation desks, whatever else stands in the way.
    private mutating func aDamage(_ story: Story) -> Command {
        let money = story.events.filter { $0.kind == .chargeSettled || $0.kind == .paymentAccepted }
        let event = money.isEmpty || once(in: 10) ? story.events[below(story.events.count)] : pick(Array(money.suffix(8)))
        let account = AccountReference.ordinal(max(1, event.subject.ordinal))
        let amount = Amount(Int64(1 + below(400)))!
        switch below(10) {
        case 0..<4: return .damage(.label(account, events: [event.position], pick([.fraud, .fraud, .genuine, .unknown]), basis: "b", amends: nil))
        case 4, 5: return .damage(.hold(account, charge: once(in: 2) ? nil : event.position, reason: nil))
        case 6: return .damage(.openDispute(account, events: [event.position], via: .app, note: nil))
        case 7: return .compensation(.confirmReversal(once(in: 5) ? nil : account, .creditCard, charge: event.position, amount, .beforeDebit, reference: nil))
        case 8: return .compensation(.requestReversal(account, charge: event.position, debitDate: nil, note: nil))
        default: return .compensation(pick([.offer(account, note: nil), .pay(account, amount, reference: nil), .settleClearing(.creditCard, amount, .paid, statement: nil)]))
        }
    }
}
