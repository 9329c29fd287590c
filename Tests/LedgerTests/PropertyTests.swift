import Ledger
import Testing

/// Random ledgers against the plain model. A failure names its seed; `aLedger(seed:)` plays it again.
@Suite struct PropertyTests {
    @Test("The core answers every command as the plain model does", arguments: 0..<4)
    func againstTheModel(part: Int) throws {
        var refusals: Set<String> = []
        for seed in (part * 300 + 1)...(part * 300 + 300) {
            let (story, wrong, codes) = try aLedger(seed: UInt64(seed))
            refusals.formUnion(codes)
            if !wrong.isEmpty || !audit(story.events, story.books).isEmpty {
                Issue.record("seed \(seed): \(wrong) \(audit(story.events, story.books))")
                return
            }
        }
        // What random commands never break cannot have been compared.
        #expect(Set(Model.order).subtracting(refusals) == ["policy-versions-exhausted", "ledger-full"])
    }

    @Test("Whatever is asked of all desks together, nothing traps and the gates hold")
    func allDesks() throws {
        var (kinds, codes): (Set<EventKind>, Set<Rejection.Code>) = ([], [])
        for seed in 1...240 {
            let story = try Chance.play(seed: UInt64(seed), 400)
            let wrong = audit(story.events, story.books) + GateAudit(story.events).wrong
            if !wrong.isEmpty {
                Issue.record("seed \(seed): \(wrong.prefix(3))")
                return
            }
            kinds.formUnion(story.events.map(\.kind))
            codes.formUnion(story.events.compactMap { $0.tail.number(.rejection) }.compactMap { Rejection.Code(rawValue: UInt16($0)) })
        }
        // What random requests never do cannot have been looked at. Partners' money is the plain model's matter, above; the damage
        // desks' is that of `FrozenTests` and of their tables.
        let damage = Set(EventKind.allCases.filter { (128..<192).contains($0.rawValue) }).subtracting([.eventLabelled, .holdOrdered, .fraudHeld, .chargeReversedUnmatched])
        let partners: Set<EventKind> = [.partnerSettled, .partnerFeeBooked, .merchantSettled, .merchantRepaid, .unmatchedReceived, .unmatchedReturned]
        // The shutdown desk's is that of `ShutdownPlay`.
        let others = partners.union(damage).union(EventKind.allCases.filter { (192..<240).contains($0.rawValue) })
        #expect(Set(EventKind.allCases).subtracting(kinds).subtracting(others).map(\.name).sorted() == ["clockConfirmed", "continuation"])
        let elsewhere: Set<Rejection.Code> = [
            .realClock, .scenarioClock, .occurredInFuture, .tooManyProposals, .tooManyControls, .externalIDTaken, .amountStep, .sourceLimit,
            .policyVersionsExhausted, .settlementExceedsBalance, .unmatchedExceedsSuspense, .ledgerFull,
        ]
        let desks: [ClosedRange<UInt16>] = [365...369, 377...378, 392...395, 451...452, 530...589, 591...592, 651...655]
        let uncovered = Set(Rejection.Code.allCases.filter(\.isRecorded)).subtracting(codes).subtracting(elsewhere)
        #expect(uncovered.filter { code in !desks.contains { $0.contains(code.rawValue) } }.map(\.name).sorted() == [])
    }

    @Test("Books are their image", arguments: [1, 2, 77, 778] as [UInt64])
    func images(seed: UInt64) throws {
        let books = try aLedger(seed: seed).story.books
        let image = books.image()
        let again = try Books(image: image)
        #expect(again.image() == image)
        #expect(again.members == books.members)
        #expect(again.genesis == books.genesis && again.policy == books.policy && again.policyVersion == books.policyVersion)
        #expect(again.next == books.next && again.now == books.now && again.reversed == books.reversed)
        for store in ["s-1", "s-2", "s-3"] { #expect(again.stores.ordinal(of: store) == books.stores.ordinal(of: store)) }
        for id in ["x-1", "x-2"] { #expect(again.resolve(.external(id)) == books.resolve(.external(id))) }
        #expect(try Books(image: Books().image()).image() == Books().image())
    }

    @Test("A damaged image is an error or some books, never a trap")
    func damagedImages() throws {
        let image = try aLedger(seed: 5).story.books.image()
        #expect((0..<image.count).filter { (try? Books(image: Array(image[..<$0]))) != nil } == [])
        #expect(throws: ImageError.self) { try Books(image: image + [0]) }
        var random = Random(seed: 17)
        var refused = 0
        for round in 0..<2000 {
            var damaged = image
            for _ in 0...random.below(3) { damaged[random.below(image.count)] = UInt8(truncatingIfNeeded: random.next()) }
            // Counts and lengths that lead far astray.
            if round % 4 == 0 {
                let at = random.below(image.count / 8) * 8
                for offset in 0..<8 where at + offset < image.count { damaged[at + offset] = offset == 7 && round % 8 == 0 ? 0x7F : 0xFF }
            }
            guard let books = try? Books(image: damaged) else {
                refused += 1
                continue
            }
            _ = books.image()
            _ = books.otherAccounts
            for id in ["x-1", "x-2", "p"] { _ = books.resolve(.external(id)).flatMap { books.member($0) } }
            for ordinal in 0..<UInt32(books.stores.count + 2) { _ = books.stores.name(ordinal) }
        }
        #expect(refused > 100)
    }

    @Test("Zeroes, ones and noise are no image")
    func noImages() {
        for length in 0..<300 {
            #expect(throws: ImageError.self) { try Books(image: Array(repeating: 0xFF, count: length)) }
            #expect(throws: ImageError.self) { try Books(image: Array(repeating: 0, count: length)) }
        }
    }
}

/// Plays some 100 random commands to the core and to the model, and says where they part.
func aLedger(seed: UInt64) throws -> (story: Story, wrong: [String], refusals: Set<String>) {
    var random = Random(seed: seed)
    let isScenario = random.below(4) > 0
    var story = Story(clock: isScenario ? .scenario : .system)
    var model = Model(isScenario: isScenario, time: Story.opening.microseconds)
    var lots: [AccountCode: Attribution] = [:]
    var refusals: Set<String> = []
    let names = ["anonymous", "op-1", "op-1", "op-2", "op-3", "op-3", "till-2", "op-4"]
    for step in 0..<(40 + random.below(100)) {
        let command = aCommand(&random, story, model)
        let name = random.pick(names)
        let ahead: Int64? = random.below(6) == 0 ? random.pick([-86_400, 0, 599, 600, 601, 999_999]) : nil
        let first = story.books.next
        let occurredAt = ahead.map { story.books.now + $0 }
        let isApproved = story.approvalsNeeded(command) > 0 && name.hasPrefix("op-") && name != "op-4" && random.below(10) > 0
        let expected = model.answer(command, by: name, approved: isApproved, ahead: ahead, at: first)
        let outcome =
            isApproved
            ? try story.approved(command, by: Principal(name: name), occurredAt: occurredAt)
            : try story.ask(command, by: Principal(name: name), occurredAt: occurredAt)
        var wrong: [String] = []
        switch (expected, outcome) {
        case (.failure(let refusal), .failure(let rejection)):
            refusals.insert(refusal.code)
            if refusal != Model.Refusal(code: rejection.code.name, bound: rejection.bound) { wrong.append("\(rejection), not \(refusal)") }
            if story.books.next != first + (rejection.code.isRecorded ? 1 : 0) { wrong.append("recorded \(story.books.next - first)") }
        case (.success(let postings), .success(let events)):
            let booked = events.filter(\.hasPosting)
            for (event, posting) in zip(booked, postings) {
                let (debit, credit) = (story.account(posting.debit), story.account(posting.credit))
                if event.amount != posting.amount || event.debit != debit || event.credit != credit {
                    wrong.append("\(event), not \(posting)")
                }
            }
            if booked.count != postings.count || events.isEmpty { wrong.append("\(events.count) events, \(postings)") }
        default: wrong.append("\(outcome), not \(expected)")
        }
        for name in model.nets.keys where story.balance(name) != model.balance(name) {
            wrong.append("\(name) is \(story.balance(name) ?? 0), not \(model.balance(name))")
        }
        for event in story.events[Int(first)...] where event.subject.isMember { lots[event.subject, default: Attribution()].apply(event) }
        for (index, account) in model.accounts.enumerated() {
            let code = AccountCode.member(UInt64(index) + 1)
            let live = story.books.member(UInt64(index) + 1)
            if live?.balance != account.balance || live?.isClosed != account.isClosed { wrong.append("\(code): \(live!), not \(account)") }
            let found = lots[code]?.lots ?? []
            if found.map(\.position) != account.lots.map(\.position) || found.map(\.free) != account.lots.map(\.free)
                || found.map(\.amount) != account.lots.map(\.amount) || lots[code]?.free != account.balance
            {
                wrong.append("\(code): lots \(found), not \(account.lots)")
            }
        }
        if story.books.members.count != model.accounts.count { wrong.append("\(story.books.members.count) accounts") }
        if !wrong.isEmpty { return (story, ["step \(step): \(name) asks \(command)"] + wrong, refusals) }
    }
    return (story, [], refusals)
}

/// A command that is often right, often just beyond a bound, and sometimes about nothing.
private func aCommand(_ random: inout Random, _ story: Story, _ model: Model) -> Command {
    let accounts = model.accounts.count
    let ordinal = random.below(12) == 0 ? accounts + random.below(2) : 1 + random.below(max(1, accounts))
    let account: AccountReference =
        random.below(8) == 0 ? .external(random.pick(["x-1", "x-2", "x-9"])) : .ordinal(UInt64(ordinal))
    let balance = story.books.resolve(account).flatMap { story.books.member($0)?.balance } ?? 0
    let source = random.pick(FundingSource.allCases)
    let store = random.pick(["s-1", "s-1", "s-2", "s-3"])
    func amount(_ near: Int64) -> Amount {
        let (any, round) = (Int64(1 + random.below(3000)), Int64(100 * (1 + random.below(50))))
        let choices = [1, 10, 500, near, near, near + 1, near / 2, any, round]
        return Amount(random.below(200) == 0 ? Amount.greatest : min(Amount.greatest, max(1, random.pick(choices))))!
    }
    func position(_ kinds: Set<EventKind>) -> UInt64 {
        let subject = story.books.resolve(account).map { AccountCode.member($0) }
        let own = story.events.filter { kinds.contains($0.kind) && (random.below(10) == 0 || $0.subject == subject) }
        return random.below(8) == 0 || own.isEmpty ? UInt64(random.below(story.events.count + 2)) : random.pick(own).position
    }
    if accounts == 0 || random.below(25) == 0 {
        return .accounts(.open(person: "p-\(accounts)", externalID: random.below(2) == 0 ? random.pick(["x-1", "x-2"]) : nil))
    }
    switch random.below(40) {
    case 0..<10: return .money(.charge(account, source, amount(1000), reference: nil))
    case 10..<20: return .money(.pay(account, store: store, place: nil, register: nil, amount(balance)))
    case 20..<25:
        let payment = position([.paymentAccepted])
        let paid = model.payments[payment]?.left ?? 50
        return .money(.reversePayment(account, payment: payment, amount(paid), reason: nil))
    case 25..<28:
        let charge = position([.chargeSettled])
        let free = model.accounts.flatMap(\.lots).first { $0.position == charge }?.free ?? 50
        return .money(.correctCharge(account, charge: charge, amount(free), reason: nil))
    case 28: return .money(.refund(account, amount(balance), random.pick([nil, .smallAmount, .unavoidableCircumstances]), note: nil))
    case 29, 30:
        let gross = amount(story.books.net(.receivable(source)))
        let fee = random.pick([0, 0, gross.units, min(30, gross.units), gross.units / 2])
        return .money(.settlePartner(source, gross: gross, fee: fee, statement: nil))
    case 31, 32:
        let owed = amount(abs(story.balance("store.\(store)") ?? 0))
        return .money(.settleMerchant(store: store, owed, random.pick(MerchantDirection.allCases), statement: nil))
    case 33:
        let held = amount(story.books.balance(.suspense))
        return .money(.bookUnmatched(held, random.pick(BankDirection.allCases), statement: nil))
    case 34:
        if random.below(3) == 0 { return .money(.fundByOwner(amount(1000), statement: nil)) }
        return .accounts(.resetCredentials(account, random.pick(ResetMethod.allCases), addressChanged: false))
    case 35: return .accounts(.lock(account, random.pick(LockScope.allCases), reason: nil))
    case 36, 37: return .accounts(.unlock(account, random.pick(LockScope.allCases), reason: nil))
    case 38:
        switch random.below(4) {
        case 0: return .service(.confirmClock)
        case 1: return .service(.advanceClock(to: story.books.now + Int64(random.below(4000) - 500)))
        default: break
        }
        var policy = Policy(balanceCap: random.pick([0, 0, 5000, 20_000]))
        for source in FundingSource.allCases where random.below(2) == 0 {
            policy[source] = .init(perCharge: random.pick([0, 3000, 10_000]), step: random.pick([0, 0, 10, 100]))
        }
        return .service(.setPolicy(policy))
    default: return .accounts(.close(account, random.below(2) == 0 ? .unclaimed : nil, reason: nil))
    }
}
