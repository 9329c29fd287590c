import Journal
import Ledger

/// Random commands through a real writer: often right, often just beyond a bound, sometimes about nothing.
struct Play {
    var random: Random
    let teller: Teller
    let log: Log
    private(set) var events: [Event]

    init(seed: UInt64, _ writer: Writer) throws {
        random = Random(seed: seed)
        teller = Teller(writer)
        log = writer.log
        events = try log.events()
    }

    /// Plays until the log holds at least `count` events more, a few commands a commit.
    mutating func go(_ count: Int) throws {
        let end = events.count + count
        while events.count < end {
            let plain = Plain(events)
            let gates = PlainGates(events)
            var asked: [Teller.Asked] = []
            for _ in 0..<(1 + random.below(12)) {
                asked.append(random.below(3) == 0 ? aDecision(plain, gates) : Teller.Asked(command: aCommand(plain), access: anAccess(gates)))
            }
            if random.below(12) == 0 {
                let principal = random.pick(["anonymous", "op-2", "till-7"])
                for index in asked.indices { asked[index].principal = principal }
            }
            try teller.ask(asked)
            try log.scan(from: UInt64(events.count)) { view in
                events.append(view.event!)
                return true
            }
        }
    }

    private mutating func aCommand(_ plain: Plain) -> Command {
        let accounts = plain.accounts.count
        if accounts < 2 || random.below(20) == 0 { return .open("p-\(random.below(1000))") }
        // Mostly one of the first that are not closed.
        let open = plain.accounts.filter { !$0.value.isClosed }.keys.sorted().prefix(6)
        let ordinal = random.below(6) == 0 || open.isEmpty ? UInt64(1 + random.below(min(6, accounts))) : random.pick(Array(open))
        let account = AccountReference.ordinal(random.below(40) == 0 ? UInt64(accounts + 1) : ordinal)
        let balance = plain.accounts[ordinal]?.balance ?? 0
        let source = random.pick(FundingSource.allCases)
        let store = random.pick(["s-1", "s-1", "s-2", "s-3"])
        func near(_ bound: Int64, _ random: inout Random) -> Amount {
            let choices = [1, 100, bound, bound, bound / 2, bound + 1, Int64(1 + random.below(3000)), Int64(100 * (1 + random.below(40)))]
            return amount(max(1, random.pick(choices)))
        }
        let own = events.filter { $0.subject == .member(ordinal) }
        switch random.below(43) {
        case 0..<10: return .money(.charge(account, source, near(1000, &random), reference: nil))
        case 10..<18: return .money(.pay(account, store: store, place: nil, register: nil, near(balance, &random)))
        case 18..<23:
            let payments = own.filter { $0.kind == .paymentAccepted }
            guard !payments.isEmpty else { return .charge(ordinal, 500) }
            let payment = random.pick(payments)
            let part = near(random.below(2) == 0 ? payment.amount : max(1, payment.amount / 3), &random)
            return .money(.reversePayment(account, payment: payment.position, part, reason: nil))
        case 23..<25:
            let charges = own.filter { $0.kind == .chargeSettled }
            guard !charges.isEmpty else { return .charge(ordinal, 700) }
            let charge = random.pick(charges)
            let free = plain.lots(ordinal).first { $0.position == charge.position }?.free ?? 1
            return .money(.correctCharge(account, charge: charge.position, near(free, &random), reason: nil))
        case 25: return .money(.refund(account, near(balance, &random), random.pick([nil, .smallAmount, .unavoidableCircumstances]), note: nil))
        case 27:
            let gross = near(plain.net(.receivable(source)), &random)
            return .money(.settlePartner(source, gross: gross, fee: min(gross.units, random.pick([0, 0, 30, 500])), statement: nil))
        case 28:
            return .money(.settleMerchant(store: store, near(1500, &random), random.pick(MerchantDirection.allCases), statement: nil))
        case 29: return .money(.bookUnmatched(near(300, &random), random.pick(BankDirection.allCases), statement: nil))
        case 30: return .money(.fundByOwner(near(1000, &random), statement: nil))
        case 31: return .accounts(.lock(account, random.pick(LockScope.allCases), reason: nil))
        case 32: return .accounts(.unlock(account, .all, reason: nil))
        case 36: return .accounts(.unlock(account, random.pick(LockScope.allCases), reason: nil))
        case 35: return .service(.advanceClock(to: events.last!.recordedAt + Int64(random.below(4000) - 500)))
        case 33: return .accounts(.resetCredentials(account, random.pick(ResetMethod.allCases), addressChanged: false))
        case 34:
            switch random.below(4) {
            case 0: return .service(.setPolicy(aPolicy()))
            case 1: return .accounts(.close(account, .unclaimed, reason: nil))
            case 2: return .accounts(.close(account, nil, reason: nil))
            default: return .service(.advanceClock(to: events.last!.recordedAt + Int64(random.below(4000) - 500)))
            }
        default: return anErrand(ordinal)
        }
    }

    private mutating func aPolicy() -> Policy {
        var policy = Policy(balanceCap: random.pick([0, 0, 50_000]), limits: [.atmCash: .init(step: 100)])
        policy.dailyCharge = random.pick([0, 0, 4_000])
        policy.dailyCardCharge = random.pick([0, 0, 2_000])
        policy.dailyPayment = random.pick([0, 0, 3_000])
        if random.below(3) == 0 { policy.chargeWindows = [.init(.cards, count: 3, seconds: 900), .init(Policy.Sources([.point]), count: 2, seconds: 7200)] }
        policy.sessionSeconds = random.pick([0, 0, 20_000])
        policy.proposalSeconds = random.pick([0, 9_000])
        return policy
    }

    /// From a few devices, networks and countries, now and then with a session.
    private mutating func anAccess(_ gates: PlainGates) -> Access {
        var access = Access()
        guard random.below(3) == 0 else { return access }
        access.via = random.pick([nil, .app, .store, .web])
        if random.below(2) == 0 { access.device = Pseudonym(high: 7, low: UInt64(random.below(5))) }
        access.country = random.pick([nil, .japan, .japan, Country("KR")])
        if random.below(2) == 0 { access.authentication = Authentication(level: 2, method: .password, at: events.last!.recordedAt) }
        if random.below(3) == 0, gates.sessions > 0 { access.session = UInt32(1 + random.below(Int(gates.sessions))) }
        return access
    }

    /// Something of the access desk.
    private mutating func anErrand(_ ordinal: UInt64) -> Command {
        let account = AccountReference.ordinal(ordinal)
        let one = Pseudonym(high: 7, low: UInt64(random.below(5)))
        let now = events.last!.recordedAt
        switch random.below(14) {
        case 0..<4: return .access(.logIn(account, random.pick(LoginMethod.allCases)))
        case 4: return .access(.failLogin(random.pick([nil, account]), loginID: one, .commonId, .wrongPassword))
        case 5:
            let minute = Instant(microseconds: now.microseconds / 60_000_000 * 60_000_000)
            return .access(.countLogins(LoginCounts(minute: minute, attempts: 9, wrongPasswords: 4, accounts: [account])))
        case 6: return .access(.bindDevice(account, one, attestation: nil))
        case 7: return .access(.unbindDevice(account, one))
        case 8: return .access(.linkExternalLogin(account, provider: "line", one))
        case 9: return .access(.unlinkExternalLogin(account, provider: "line", one))
        case 10: return .access(.linkFundingSource(account, .creditCard, token: "t-\(random.below(4))", brand: nil, last4: "1234", .authenticated))
        case 11: return .access(.unlinkFundingSource(account, token: "t-\(random.below(4))"))
        case 12: return .access(.registerContact(account, random.pick(ContactKind.allCases), one))
        default: return .access(.revokeSession(account, session: random.pick([nil, UInt32(1 + random.below(9))])))
        }
    }

    /// Something only operators do.
    private mutating func aDecision(_ plain: Plain, _ gates: PlainGates) -> Teller.Asked {
        let who = random.pick(["op-1", "op-2", "op-3", "eye", "data"])
        let now = events.last!.recordedAt
        func asked(_ command: Command) -> Teller.Asked { Teller.Asked(command: command, principal: who) }
        switch random.below(22) {
        case 0..<8 where !gates.open.isEmpty: return asked(.approvals(.approve(proposal: random.pick(gates.open))))
        case 8 where !gates.open.isEmpty: return asked(.approvals(.withdraw(proposal: random.pick(gates.open), because: nil)))
        case 9, 10:
            let stops = random.pick([.charge(.creditCard), .charge(.point), .pay, .registration, .externalIdLogin, .foreignIp, Stops.anyCharge])
            let start = random.pick([nil, now + Int64(random.below(900))])
            let end = random.below(5) == 0 ? nil : (start ?? now) + Int64(1 + random.below(2000))
            return asked(.controls(.activate(stops, effectiveAt: start, until: end, reason: "seen")))
        case 11 where !gates.controls.isEmpty, 12 where !gates.controls.isEmpty:
            let lift = Command.controls(
                .lift(control: random.pick(gates.controls), effectiveAt: random.pick([nil, nil, now + 200]), reason: "over"))
            return asked(.approvals(random.below(3) == 0 ? .breakGlass(lift, because: "now") : .propose(lift, because: "over")))
        case 13 where !gates.unreviewed.isEmpty: return asked(.approvals(.review(act: random.pick(gates.unreviewed), .justified, note: nil)))
        case 14 where !gates.voids.isEmpty: return asked(.controls(.confirmVoid(refusal: random.pick(gates.voids), reference: nil)))
        case 15:
            let (name, role): (String, Role) = random.pick([("eye", .investigator), ("data", .dataOfficer), ("eye", .certifier), ("op-2", .support), ("op-4", .approver)])
            return asked(.approvals(.propose(.approvals(random.below(4) == 0 ? .revoke(principal: name, role) : .grant(principal: name, role, person: nil)), because: "duty")))
        case 16: return asked(.people(.view(person: "p-\(random.below(20))", purpose: "a call")))
        case 17: return asked(.approvals(.propose(.people(.erase(person: gates.persons.isEmpty ? "p-1" : random.pick(gates.persons), reason: "asked")), because: "asked")))
        case 18:
            return asked(
                random.pick([
                    .service(.launch(reason: nil)), .access(.revokeSessions(random.pick([nil, .externalId]), reason: "seen")),
                    .service(.publishNotice(.control, place: "web", contentHash: Array(repeating: 7, count: 32), note: nil)),
                    random.below(4) == 0 ? .access(.mandateReset(reason: "seen")) : .service(.setPolicy(aPolicy())),
                ]))
        case 19: return asked(.approvals(.propose(.service(.setPolicy(aPolicy())), because: "better")))
        default:
            let own = aCommand(plain)
            switch own {
            case .money(.refund), .money(.correctCharge), .money(.settleMerchant), .money(.bookUnmatched), .accounts(.close):
                return asked(.approvals(.propose(own, because: "asked")))
            default:
                let lots = plain.lots(1)
                guard let lot = lots.first else { return Teller.Asked(command: .charge(1, 900)) }
                return asked(.approvals(.propose(.money(.correctCharge(.ordinal(1), charge: lot.position, amount(1), reason: nil)), because: "typed")))
            }
        }
    }
}

/// What the gates hold, just well enough to ask for something sensible.
struct PlainGates {
    private(set) var open: [UInt64] = []
    private(set) var controls: [UInt64] = []
    private(set) var unreviewed: [UInt64] = []
    private(set) var voids: [UInt64] = []
    private(set) var persons: [String] = []
    private(set) var sessions: UInt32 = 0

    init(_ events: [Event]) {
        for event in events {
            switch event.kind {
            case .proposed: open.append(event.position)
            case .approved where event.tail.bytes(.approvalsNeeded)?.first == 0, .withdrawn: open.removeAll { $0 == event.reference }
            case .controlActivated: controls.append(event.position)
            case .controlLifted: controls.removeAll { $0 == event.reference }
            case .glassBroken: unreviewed.append(event.position)
            case .glassReviewed: unreviewed.removeAll { $0 == event.reference }
            case .refused where event.tail.bytes(.voidDue) != nil: voids.append(event.position)
            case .upstreamVoidConfirmed: voids.removeAll { $0 == event.reference }
            case .accountOpened: persons.append(event.tail.text(.person)!)
            case .loginSucceeded: sessions = event.session
            default: break
            }
        }
        open = open.suffix(6)
    }
}

/// What the views must show, said over again as plainly as possible.
struct Plain {
    struct Account: Equatable {
        var balance: Int64 = 0
        var opened: UInt64 = 0
        var last: UInt64 = 0
        var locks: Set<UInt8> = []
        var isClosed = false
    }
    private(set) var accounts: [UInt64: Account] = [:]
    private(set) var statements: [AccountCode: [UInt64]] = [:]
    private(set) var debits: [AccountCode: Int128] = [:]
    private(set) var credits: [AccountCode: Int128] = [:]
    private(set) var count: UInt64 = 0
    private(set) var decisions: [UInt64] = []
    private(set) var damages: [UInt64] = []
    private var judged: Set<AccountCode> = []
    private var histories: [UInt64: [Event]] = [:]

    init(_ events: some Sequence<Event>) {
        for event in events {
            count += 1
            if Self.isDecision(event) || event.kind == .genesis || event.tail.text(.actorName) != nil { decisions.append(event.position) }
            let number = event.kind.rawValue
            if (96...98).contains(number) || (128...178).contains(number) || (228...230).contains(number) || judged.contains(event.subject) { damages.append(event.position) }
            if event.kind == .eventLabelled { judged.insert(event.subject) }
            if !event.subject.isNone { statements[event.subject, default: []].append(event.position) }
            if !event.debit.isNone {
                debits[event.debit, default: 0] += Int128(event.amount)
                credits[event.credit, default: 0] += Int128(event.amount)
                if event.debit.isMember { accounts[event.debit.ordinal]!.balance -= event.amount }
                if event.credit.isMember { accounts[event.credit.ordinal]!.balance += event.amount }
            }
            guard event.subject.isMember else { continue }
            var account = accounts[event.subject.ordinal] ?? Account()
            account.last = event.position
            let scope = event.tail.bytes(.lockScope)?.first ?? 0
            switch event.kind {
            case .accountOpened: account.opened = event.position
            case .accountLocked: account.locks.insert(scope)
            case .accountUnlocked: if scope == 4 { account.locks = [] } else { account.locks.remove(scope) }
            case .accountClosed: account.isClosed = true
            default: break
            }
            accounts[event.subject.ordinal] = account
            histories[event.subject.ordinal, default: []].append(event)
        }
    }

    /// By the numbers of the kinds: operators' acts on money 48 to 54, the gates' desks from 75 on, compensation from 144 on, and
    /// a few more.
    private static func isDecision(_ event: Event) -> Bool {
        let number = event.kind.rawValue
        return [3, 5, 6, 7, 20, 33, 37, 129, 131, 133, 134, 135, 138, 139, 140, 141, 176, 178].contains(number)
            || [198, 199, 210, 213, 214, 222].contains(number) || (192...195).contains(number) || (202...204).contains(number)
            || (217...219).contains(number) || (231...236).contains(number) || (48...54).contains(number) || (75...113).contains(number) || (144...163).contains(number)
            || event.kind == .refused && event.tail.bytes(.voidDue) != nil
    }

    func net(_ account: AccountCode) -> Int64 { Int64((debits[account] ?? 0) - (credits[account] ?? 0)) }

    /// Lots with something left, by the one place that attributes.
    func lots(_ ordinal: UInt64) -> [Attribution.Lot] {
        Attribution(history: histories[ordinal] ?? []).lots.filter { $0.free > 0 || $0.held > 0 }
    }
}
