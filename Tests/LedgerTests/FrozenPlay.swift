import Ledger

/// Random sequences in which charges are made good by partners and by the issuer, in part, twice, too much and for nothing; what
/// must hold is looked at after every accepted command.
struct FrozenPlay {
    private var random: Random
    private(set) var story: Story
    private(set) var wrong: [String] = []
    private(set) var codes: Set<String> = []

    init(seed: UInt64) throws {
        random = Random(seed: seed)
        story = try Story.desks()
        for person in ["p-1", "p-1", "p-2"] { try story.ask(row: "open \(person)") }
    }

    mutating func play(_ steps: Int) throws {
        for _ in 0..<steps where wrong.isEmpty { try ask(aRow()) }
        if wrong.isEmpty { try makeGood() }
        if wrong.isEmpty { wrong += audit(story.events, story.books) }
    }

    private mutating func below(_ bound: Int) -> Int { random.below(bound) }
    private mutating func near(_ most: Int64) -> Int64 { max(1, random.pick([most, most, most, most + 1, most / 2, Int64(1 + random.below(12))])) }

    func lots(_ account: Int) -> Attribution { Attribution(history: story.history(of: .member(UInt64(account)))) }

    private mutating func aRow() -> String? {
        let account = 1 + below(3)
        let lots = lots(account)
        let books = story.books
        func owed(_ code: AccountCode) -> Int64 { books.balance(code) }
        let ordinal = UInt64(account)
        let person = books.persons.name(books.standing(of: ordinal))!
        let charge = lots.lots.isEmpty ? nil : random.pick(lots.lots).position
        let payment = lots.payments.isEmpty ? nil : random.pick(lots.payments)
        switch below(34) {
        case 0..<4: return "charge \(account) \(random.pick(["registerCash", "creditCard", "creditCard", "debitCard", "point"])) \(1 + below(12))"
        case 4..<9: return "pay \(account) s-1 \(near(books.member(ordinal)!.balance))"
        case 9..<16:
            let all = lots.lots.map(\.position) + lots.payments
            let some = all.filter { _ in random.below(all.count) < 2 }
            guard !some.isEmpty else { return nil }
            let label = random.pick(["fraud", "fraud", "fraud", "genuine", "unknown"])
            return "\(below(2) == 0 ? "relabel" : "label") \(account) \(label) \(some.map { "\($0)" }.joined(separator: " "))"
        case 16: return "\(random.pick(["hold", "hold", "endHold"])) \(account) \(below(2) == 0 ? "" : charge.map { "\($0)" } ?? "")"
        case 17, 18: return payment.map { "reverse \(account) \($0) \(near(story.events[Int($0)].amount - (books.reversed[$0] ?? 0)))" }
        case 19: return charge.map { "correct \(account) \($0) \(near(lots.lot(at: $0)!.free))" }
        case 20: return "refund \(account) \(near(lots.ownFree)) smallAmount"
        case 21:
            if below(5) == 0 { return "close \(account) unclaimed" }
            if below(2) == 0 { return "unlock \(account) all" }
            return "\(random.pick(["lock", "unlock"])) \(account) all"
        case 22..<26:
            guard let charge, let lot = lots.lot(at: charge) else { return nil }
            let parts = lots.parts(of: lot)
            let source = lot.source == .debitCard || below(12) == 0 ? "debitCard" : "creditCard"
            let amount = random.pick([near(parts.unspent + parts.byFraud), near(parts.unspent), near(lot.amount)])
            return "back \(below(12) == 0 ? "-" : "\(account)") \(source) \(below(12) == 0 ? 1 : charge) \(amount)"
        case 26: return charge.map { "\(random.pick(["askBack", "refuseBack"])) \(account) \($0)" }
        case 27: return "offer \(account)"
        case 28: return "agree \(account) \(max(1, lots.compensationDue(books).sums.total))"
        case 29:
            return random.pick([
                "payOut \(account) \(near(owed(.compensation(ordinal))))", "bounced \(account) \(near(5))",
                "repay \(account) \(near(owed(.recoverable(ordinal))))", "waive \(account) \(near(owed(.recoverable(ordinal))))",
            ])
        case 30:
            guard let unmatched = books.damage.unmatched.keys.sorted().first, let charge else { return "culprit 3" }
            return "matchBack \(unmatched) \(account) \(charge)"
        case 31:
            let source = random.pick([FundingSource.creditCard, .debitCard])
            return "clear \(source.name) \(near(owed(.partnerClearing(source)))) \(random.pick(["netted", "paid"]))"
        case 32: return below(8) == 0 ? "join 1 3" : certification(person)
        default: return certification(person)
        }
    }

    private func entitlement(_ person: String) -> Entitlement {
        (1...3).reduce(Entitlement.zero) { sum, account in
            story.books.persons.name(story.books.standing(of: UInt64(account))) == person ? sum + lots(account).entitlement : sum
        }
    }

    private func words(_ sums: Entitlement) -> String {
        "creditCard \(sums.creditCard) debitCard \(sums.debitCard) point \(sums.point) own \(sums.ownBalance) genuine \(sums.genuineUse)"
    }

    private mutating func certification(_ person: String) -> String? {
        let sums = words(entitlement(person))
        let ordinal = story.books.persons.ordinal(of: person)!
        guard story.books.damage.certifications[ordinal] != nil else { return certificationRow(person) }
        return below(3) == 0 ? "uncertify \(person)" : "amend \(person) \(sums)"
    }

    /// With a dispute about something that was judged.
    private mutating func certificationRow(_ person: String) -> String? {
        for account in 1...3 where story.books.persons.name(story.books.standing(of: UInt64(account))) == person {
            let judged = lots(account).labels.filter { $0.value.label != .unknown }.keys.min()
            guard let judged, case .success? = try? story.ask(row: "dispute \(account) \(judged)") else { continue }
            return "certify \(person) \(words(entitlement(person))) dispute \(story.books.next - 1)"
        }
        return nil
    }

    // MARK: What must hold

    @discardableResult
    private mutating func ask(_ row: String?) throws -> Bool {
        guard let row else { return false }
        let before = (1...3).map { lots($0) }
        switch try story.ask(row: row)! {
        case .failure(let rejection):
            codes.insert(rejection.code.name)
            return false
        case .success:
            wrong += DamageLaws.broken(story).map { "\(row): \($0)" }
            let reversed = Set(story.books.reversed.keys)
            for account in 1...3 {
                let shifted = Self.shifted(before[account - 1], lots(account), reversed: reversed, row.hasPrefix("reverse"))
                wrong += shifted.map { "\(row): account \(account): \($0)" }
            }
            return true
        }
    }

    /// Law L5: what a made-good lot gave until then is as it was, whatever is labelled; only a reversal gives some of it back.
    static func shifted(_ before: Attribution, _ after: Attribution, reversed: Set<UInt64>, _ isReversal: Bool) -> [String] {
        var wrong: [String] = []
        for lot in before.lots where lot.madeGoodAt != 0 {
            guard let now = after.lot(at: lot.position) else { return ["lot \(lot.position) is gone"] }
            if now.madeGoodAt != lot.madeGoodAt || now.cancelled < lot.cancelled { wrong.append("L5: \(lot) is \(now)") }
            for taking in before.takings(of: lot.position) where taking.payment < lot.madeGoodAt {
                let found = after.takings(of: lot.position).first { $0.payment == taking.payment }
                // A member gets back what a genuine payment took, and owes the partner's making-good of it all the same.
                if isReversal, before.labels[taking.payment]?.label == .genuine { continue }
                if found?.made ?? 0 < taking.made { wrong.append("L5: \(taking) is \(found.map { "\($0)" } ?? "gone")") }
                // What was not made good may come back, and of which lot depends on the labels.
                if reversed.contains(taking.payment) { continue }
                if found?.amount != taking.amount { wrong.append("L5: \(taking) is \(found.map { "\($0)" } ?? "gone")") }
            }
        }
        // What came back to the issuer is so much of the payment as before, whichever of its lots is said to have given it.
        func recovered(_ lots: Attribution) -> [UInt64: Int64] { lots.takings.reduce(into: [:]) { $0[$1.payment, default: 0] += $1.recovered } }
        for (payment, amount) in recovered(before) where recovered(after)[payment] ?? 0 < amount { wrong.append("L5: of \(payment) \(amount) came back") }
        return wrong
    }

    /// Everything is judged, certified and made good; then nothing is open, and the laws are equations.
    private mutating func makeGood() throws {
        for account in 1...3 {
            let open = lots(account).payments.filter { ![.fraud, .genuine].contains(lots(account).labels[$0]?.label) }
            if !open.isEmpty, try !ask("relabel \(account) fraud \(open.map { "\($0)" }.joined(separator: " "))") { wrong.append("not labelled: \(open)") }
        }
        for account in 1...3 {
            let person = story.books.persons.name(story.books.standing(of: UInt64(account)))!
            if story.books.damage.certifications[story.books.persons.ordinal(of: person)!] == nil { try ask(certificationRow(person)) }
            for lot in lots(account).lots where lot.isFraud && lot.source != .point && story.books.damage.reversals[lot.position] != .rejected {
                let parts = lots(account).parts(of: lots(account).lot(at: lot.position)!)
                let due = parts.unspent + parts.byFraud
                if due > 0 { try ask("back \(account) \(lot.source.name) \(lot.position) \(due)") }
            }
            let due = lots(account).compensationDue(story.books).sums.total
            if due > 0 {
                try ask("offer \(account)")
                if try !ask("agree \(account) \(due)") { wrong.append("not agreed: \(due) of account \(account)") }
            }
        }
        wrong += DamageLaws.broken(story, everythingIsMadeGood: true)
    }
}
