import Ledger

/// Random sequences of one to three accounts of two persons, asked of the ledger and of the coins.
struct DamagePlay {
    private var random: Random
    private(set) var story: Story
    private var accounts: [CoinModel] = [CoinModel(), CoinModel(), CoinModel()]
    /// Persons of accounts 1, 2, 3: the first two are one's.
    private var persons = [1, 1, 2]
    private var certified: [Int: (sums: Entitlement, amended: UInt64)] = [:]
    private(set) var wrong: [String] = []
    private(set) var codes: Set<String> = []
    private(set) var kinds: Set<EventKind> = []

    init(seed: UInt64) throws {
        random = Random(seed: seed)
        story = Self.opened
    }

    private static let opened: Story = {
        var story = try! Story.desks()
        for person in ["p-1", "p-1", "p-2"] { try! story.ask(row: "open \(person)") }
        return story
    }()

    mutating func play(_ steps: Int) throws {
        for _ in 0..<steps where wrong.isEmpty { try step() }
        if wrong.isEmpty { wrong += audit(story.events, story.books) + DamageLaws.broken(story) }
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func near(_ most: Int64) -> Int64 { max(1, random.pick([most, most, most + 1, most / 2, Int64(1 + random.below(12))])) }

    /// Asks, and holds the answer against what the model says.
    @discardableResult
    private mutating func ask(_ row: String, _ expected: (inout CoinModel, UInt64) throws(CoinModel.Refusal) -> [CoinModel.Booked], _ index: Int) throws -> Bool {
        let before = story.books.next
        let outcome = try story.ask(row: row)!
        var model = accounts[index]
        let answer: Result<[CoinModel.Booked], CoinModel.Refusal>
        do throws(CoinModel.Refusal) { answer = .success(try expected(&model, before)) } catch { answer = .failure(error) }
        switch (answer, outcome) {
        case (.failure(let refusal), .failure(let rejection)):
            codes.insert(refusal.code)
            if refusal.code != rejection.code.name { wrong.append("\(row): \(rejection.code.name), not \(refusal.code)") }
        case (.success(let booked), .success(let events)):
            accounts[index] = model
            let found = events.filter(\.hasPosting).map { CoinModel.Booked(kind: $0.kind, amount: $0.amount, reference: $0.reference) }
            kinds.formUnion(events.map(\.kind))
            if found != booked { wrong.append("\(row): \(found), not \(booked)") }
        default: wrong.append("\(row): \(outcome), not \(answer)")
        }
        compare(row, index)
        if case .success = outcome { return true }
        return false
    }

    private mutating func compare(_ row: String, _ index: Int) {
        let (account, model) = (UInt64(index) + 1, accounts[index])
        let lots = Attribution(history: story.history(of: .member(account)))
        if lots.lots.map(\.position) != model.charges { return wrong.append("\(row): charges") }
        for lot in lots.lots {
            let found = [lot.free, lot.held, lot.cancelled, lot.released]
            let counted = [CoinModel.Place.free, .held, .cancelled, .released].map { model.count(lot.position, $0) }
            if found != counted { wrong.append("\(row): lot \(lot.position) is \(found), not \(counted)") }
            for payment in model.payments {
                let taken = lots.takings(of: lot.position).reduce(0) { $0 + ($1.payment == payment ? $1.amount : 0) }
                if taken != model.count(lot.position, .paid(payment)) { wrong.append("\(row): \(payment) took \(taken) of \(lot.position)") }
            }
        }
        if lots.entitlement != model.entitlement { wrong.append("\(row): \(lots.entitlement), not \(model.entitlement)") }
        if lots.netLoss != model.netLoss { wrong.append("\(row): D6 \(lots.netLoss), not \(model.netLoss)") }
        let books = [story.books.balance(.member(account)), story.books.balance(.fraudHold(account))]
        if books != [model.balance, model.count(.held)] { wrong.append("\(row): books \(books)") }
    }

    private mutating func step() throws {
        let index = below(3)
        let (account, model) = (index + 1, accounts[index])
        let all = (model.charges + model.payments).sorted()
        switch below(24) {
        case 0..<5:
            let source = random.pick([FundingSource.registerCash, .creditCard, .creditCard, .debitCard, .point])
            let amount = Int64(1 + below(12))
            try ask("charge \(account) \(source.name) \(amount)", { model, at throws(CoinModel.Refusal) in try model.charge(at, source, amount) }, index)
        case 5..<10:
            let amount = near(model.balance)
            try ask("pay \(account) s-1 \(amount)", { model, at throws(CoinModel.Refusal) in try model.pay(at, amount) }, index)
        case 10..<15:
            guard !all.isEmpty else { return }
            let some = below(3) == 0 ? all.filter { _ in random.below(3) == 0 } : [random.pick(all)]
            guard !some.isEmpty else { return }
            let label = random.pick([Label.fraud, .fraud, .genuine, .unknown])
            try judge(index, some, label)
        case 15:
            let charge = below(2) == 0 || model.charges.isEmpty ? nil : random.pick(model.charges)
            try ask("hold \(account) \(charge.map { "\($0)" } ?? "")", { model, _ throws(CoinModel.Refusal) in try model.hold(charge) }, index)
        case 16:
            let charge = below(2) == 0 || model.charges.isEmpty ? nil : random.pick(model.charges)
            try ask("endHold \(account) \(charge.map { "\($0)" } ?? "")", { model, _ throws(CoinModel.Refusal) in try model.endHold(charge) }, index)
        case 17, 18:
            guard !model.payments.isEmpty else { return }
            let payment = random.pick(model.payments)
            let amount = near(model.unreversed[payment]!)
            try ask("reverse \(account) \(payment) \(amount)", { model, _ throws(CoinModel.Refusal) in try model.reverse(payment, amount) }, index)
        case 19:
            guard !model.charges.isEmpty else { return }
            let charge = random.pick(model.charges)
            let amount = near(model.count(charge, .free))
            try ask("correct \(account) \(charge) \(amount)", { model, _ throws(CoinModel.Refusal) in try model.correct(charge, amount) }, index)
        case 20:
            let amount = near(model.balance)
            try ask("refund \(account) \(amount) smallAmount", { model, _ throws(CoinModel.Refusal) in try model.refund(amount) }, index)
        case 21:
            if below(model.isClosed ? 20 : 2) == 0 {
                try ask("close \(account) unclaimed", { model, _ throws(CoinModel.Refusal) in try model.close() }, index)
            } else if !model.isClosed {
                let isLocked = model.isLocked
                try ask("\(isLocked ? "unlock" : "lock") \(account) all", { model, _ throws(CoinModel.Refusal) in model.isLocked.toggle(); return [] }, index)
            }
        case 22:
            guard below(6) == 0 else { return try certify(persons[index]) }
            try link()
        default: try certify(persons[index])
        }
    }

    private mutating func judge(_ index: Int, _ some: [UInt64], _ label: Label) throws {
        let person = persons[index]
        let amended = certified[person]?.amended
        let model = accounts[index]
        let isCertified = some.contains { model.label(of: $0) != .unknown && model.labelledAt[$0]! < amended ?? 0 }
        let amends = below(2) == 0
        let positions = some.map { "\($0)" }.joined(separator: " ")
        let isDone = try ask("\(amends ? "relabel" : "label") \(index + 1) \(label.name) \(positions)", { model, at throws(CoinModel.Refusal) in
            let booked = try model.judge(some, label, at: at)
            if isCertified, !amends { throw CoinModel.Refusal(code: "amendment-required") }
            return booked
        }, index)
        guard wrong.isEmpty, isDone, amends, let before = certified[person] else { return }
        let sums = entitlement(person)
        certified[person] = sums.total == 0 ? nil : sums == before.sums ? before : (sums, story.books.next - 1)
        compareCertified("relabel")
    }

    private func entitlement(_ person: Int) -> Entitlement {
        accounts.indices.reduce(Entitlement.zero) { $0 + (persons[$1] == person ? accounts[$1].entitlement : .zero) }
    }

    private func gap(_ person: Int) -> UInt64? {
        let own = accounts.indices.filter { persons[$0] == person }
        guard let first = own.compactMap({ accounts[$0].firstFraud }).min() else { return nil }
        return own.compactMap { accounts[$0].gap(after: first) }.min()
    }

    /// Certifies, amends or revokes; the sums are those the coins give, or a yen off.
    private mutating func certify(_ person: Int) throws {
        var sums = entitlement(person)
        let isRight = below(5) > 0
        if !isRight { sums.ownBalance += 1 }
        let words = "creditCard \(sums.creditCard) debitCard \(sums.debitCard) point \(sums.point) own \(sums.ownBalance) genuine \(sums.genuineUse)"
        let active = certified[person]
        var code: String?
        if !isRight { code = "differs-from-entitlement" }
        if entitlement(person).total == 0 { code = "not-entitled" }
        if gap(person) != nil { code = "labels-missing" }
        let row: String
        switch below(3) {
        case 0 where active != nil:
            (row, code) = ("uncertify p-\(person)", nil)
            certified[person] = nil
        case 1 where active != nil:
            row = "amend p-\(person) \(words)"
            if code == nil, active!.sums == sums { code = "certified-so" }
        default:
            let own = accounts.indices.filter { persons[$0] == person }
            let judged = own.flatMap { index in accounts[index].labels.filter { $0.value != .unknown }.keys.sorted().map { (index, $0) } }.first
            guard let (index, event) = judged else { return }
            try story.ask(row: "dispute \(index + 1) \(event)")
            row = "certify p-\(person) \(words) dispute \(story.books.next - 1)"
            if active != nil { code = "already-certified" }
        }
        let outcome = try story.ask(row: row)!
        switch outcome {
        case .success(let events):
            kinds.formUnion(events.map(\.kind))
            if code != nil { wrong.append("\(row): accepted, not \(code!)") }
            if !row.hasPrefix("uncertify") { certified[person] = (sums, events[0].position) }
        case .failure(let rejection):
            codes.insert(rejection.code.name)
            if rejection.code.name != code { wrong.append("\(row): \(rejection.code.name), not \(code ?? "ok")") }
        }
        compareCertified(row)
    }

    private mutating func link() throws {
        let outcome = try story.ask(row: "join 1 3")!
        if case .failure(let rejection) = outcome {
            if persons[2] != 1 || rejection.code != .samePerson { wrong.append("join: \(rejection.code.name)") }
            return
        }
        if persons[2] == 1 { wrong.append("join: accepted twice") }
        persons[2] = 1
        if let other = certified.removeValue(forKey: 2) {
            certified[1] = certified[1].map { ($0.sums + other.sums, max($0.amended, other.amended)) } ?? other
        }
        compareCertified("join")
    }

    private mutating func compareCertified(_ row: String) {
        let found = Dictionary(uniqueKeysWithValues: story.books.damage.certifications.map { (Int($0.key), $0.value.sums) })
        if found != certified.mapValues(\.sums) { wrong.append("\(row): certified \(found), not \(certified)") }
    }
}

