import Ledger
import Testing

/// Plays the little language of `Specs/golden-damage.md` through the real rules.
struct Golden {
    /// Labels are given all at the end, or before the first word that needs them.
    let isLate: Bool
    private(set) var story: Story
    /// `c1`: where it stands and whose it is.
    private(set) var named: [String: (position: UInt64, account: UInt64, amount: Int64)] = [:]
    private var counts: [Character: Int] = [:]
    private var pending: [(account: UInt64, label: String, position: UInt64)] = []
    private var account: UInt64 = 0
    private var mark = 0

    init(isLate: Bool) throws {
        self.isLate = isLate
        story = try Story.desks()
    }

    /// One sequence, on a new account of `person`.
    mutating func play(_ sequence: String, person: String) throws {
        try open(person)
        for word in sequence.split(separator: " ") {
            let parts = word.split(separator: "*")
            for _ in 0..<(parts.count == 2 ? Int(parts[0])! : 1) { try step(String(parts.last!)) }
        }
        try label()
    }

    private mutating func open(_ person: String) throws {
        try must("open \(person)", nil)
        account = UInt64(story.books.members.count)
    }

    /// Asks, and must be answered with this code; without one the answer must be ok.
    mutating func must(_ row: String, _ code: String?) throws {
        switch try #require(try story.ask(row: row)) {
        case .success: #expect(code == nil, "\(row): accepted")
        case .failure(let rejection): #expect(rejection.code.name == code, "\(row): \(rejection.code.name)")
        }
    }

    private mutating func label() throws {
        for (account, label, position) in pending { try must("label \(account) \(label) \(position)", nil) }
        pending = []
    }

    private mutating func step(_ word: String) throws {
        let sides = word.split(separator: "!", maxSplits: 1).map { String($0) }
        let parts = sides[0].split(separator: ":").map { String($0) }
        let code = sides.count == 2 ? sides[1] : nil
        func named(_ index: Int) throws -> (position: UInt64, account: UInt64, amount: Int64) { try #require(self.named[parts[index]], "\(word)") }
        if let check = word.firstIndex(of: "=") {
            try label()
            let found = try value(String(word[..<check]))
            #expect(found == Int64(word[word.index(after: check)...]), "\(word): \(found)")
            return
        }
        if let amount = Int64(sides[0].dropFirst()), let first = word.first, first != "@" { return try move(first, amount, code) }
        if word.hasPrefix("@") { return try open(parts.count > 1 ? parts[1] : "p-1") }
        if parts[0] != "ret" && parts[0] != "lock" { try label() }
        switch parts[0] {
        case "ret": try must("reverse \(named(1).account) \(named(1).position) \(parts[2])", code)
        case "label", "relabel": try must("\(parts[0]) \(named(1).account) \(parts[2]) \(named(1).position)", code)
        case "hold": try must("hold \(account)", code)
        case "lock": try must("lock \(account) all", code)
        case "refund": try must("refund \(account) \(parts[1]) smallAmount", code)
        case "back":
            let source = parts[1].hasPrefix("d") ? "debitCard" : "creditCard"
            try must("back \(named(1).account) \(source) \(named(1).position) \(parts.count > 2 ? parts[2] : String(named(1).amount))", code)
        case "net": try must("clear creditCard \(parts[2]) netted", code)
        case "agree": try agree(account)
        case "paid": try must("payOut \(account) \(parts[1])", code)
        case "certify": for person in Set(story.books.members.map(\.person)).sorted() { try certify(person) }
        case "revoke": try must("uncertify p-1", code)
        case "link": try must("join 1 2", code)
        case "mark": mark = story.events.count
        default: throw Story.Unreadable(words: [word])
        }
    }

    private mutating func move(_ letter: Character, _ amount: Int64, _ code: String?) throws {
        counts[letter, default: 0] += 1
        let sources: [Character: String] = ["o": "registerCash", "c": "creditCard", "x": "creditCard", "d": "debitCard", "n": "point"]
        try must(sources[letter].map { "charge \(account) \($0) \(amount)" } ?? "pay \(account) s-1 \(amount)", code)
        guard code == nil else { return }
        let position = story.books.next - 1
        named["\(letter)\(counts[letter]!)"] = (position, account, amount)
        guard "cdnfg".contains(letter) else { return }
        pending.append((account, letter == "g" ? "genuine" : "fraud", position))
        if !isLate { try label() }
    }

    // MARK: Making good

    func attribution(_ account: UInt64) -> Attribution { Attribution(history: story.history(of: .member(account))) }
    private var accounts: ClosedRange<UInt64> { 1...UInt64(story.books.members.count) }

    /// Certifies a person for what the ledger finds, on a dispute taken down by somebody else; the code, if it is refused.
    @discardableResult
    mutating func certify(_ person: UInt32) throws -> String? {
        guard story.books.damage.certifications[story.books.damage.person(person)] == nil else { return nil }
        let name = try #require(story.books.persons.name(person))
        let own = accounts.filter { story.books.standing(of: $0) == story.books.damage.person(person) }
        let sums = own.reduce(Entitlement.zero) { $0 + attribution($1).entitlement }
        let labelled = own.compactMap { account in attribution(account).labels.filter { $0.value.label != .unknown }.keys.min().map { (account, $0) } }
        let (of, judged) = try #require(labelled.first)
        try must("dispute \(of) \(judged)", nil)
        let dispute = story.books.next - 1
        let text = "certify \(name) creditCard \(sums.creditCard) debitCard \(sums.debitCard) point \(sums.point) own"
        let rest = "genuine \(sums.genuineUse) dispute \(dispute)"
        // A yen more is not what the ledger finds.
        var other = story
        if case .success? = try other.ask(row: "\(text) \(sums.ownBalance + 1) \(rest)") { Issue.record("certified a yen too much") }
        if sums.genuineUse > 0 {
            other = story
            guard case .failure(let rejection)? = try other.ask(row: "as c \(text) \(sums.ownBalance) \(rest)") else { return nil }
            #expect(rejection.code == .approvalsRequired || rejection.code < .approvalsRequired)
            if rejection.code == .approvalsRequired { #expect(rejection.bound == 2) }
        }
        guard case .failure(let rejection)? = try story.ask(row: "\(text) \(sums.ownBalance) \(rest)") else { return nil }
        return rejection.code.name
    }

    private mutating func agree(_ account: UInt64) throws {
        try must("offer \(account)", nil)
        let due = attribution(account).compensationDue(story.books).sums.total
        try must("agree \(account) \(due + 1)", "compensation-differs")
        try must("agree \(account) \(due)", nil)
    }

    /// Makes everything good that is not yet.
    mutating func makeGood() throws {
        for account in accounts {
            for lot in attribution(account).lots where lot.isFraud && lot.source != .point {
                let parts = attribution(account).parts(of: lot)
                let due = parts.unspent + parts.byFraud
                if due > 0 { try must("back \(account) \(lot.source.name) \(lot.position) \(due)", nil) }
            }
            if attribution(account).compensationDue(story.books).sums.total > 0 { try agree(account) }
        }
    }

    // MARK: What is looked at

    func value(_ name: String) throws -> Int64 {
        func all(_ body: (UInt64) -> Int64) -> Int64 { accounts.reduce(0) { $0 + body($1) } }
        func sum(_ body: (Attribution) -> Int64) -> Int64 { all { body(attribution($0)) } }
        let books = story.books
        switch name {
        case "own": return all { books.balance(.member($0)) }
        case "held": return all { books.balance(.fraudHold($0)) }
        case "loss": return all { books.balance(.fraudLoss($0)) }
        case "compensation": return all { books.balance(.compensation($0)) }
        case "recoverable": return all { books.balance(.recoverable($0)) }
        case "receivable": return books.balance(.receivable(.creditCard))
        case "people": return Int64(books.damage.certifications.count)
        case "people@mark":
            var then = Books()
            for event in story.events[..<mark] { then.evolve(event) }
            return Int64(then.damage.certifications.count)
        case "figure": return books.damage.certifications.values.reduce(0) { $0 + $1.sums.total }
        case "D3": return sum { $0.entitlement.total - $0.entitlement.ownBalance + $0.entitlement.genuineUse }
        case "D4": return sum { $0.entitlement.ownBalance }
        case "D8": return sum { $0.entitlement.genuineUse }
        case "E": return sum { $0.entitlement.total }
        case "D6": return sum { $0.netLoss }
        case "credit": return sum { $0.entitlement.creditCard }
        case "debit": return sum { $0.entitlement.debitCard }
        case "points": return sum { $0.entitlement.point }
        case "spent.c", "spent.d", "spent.n":
            let source = ["c": FundingSource.creditCard, "d": .debitCard, "n": .point][name.suffix(1)]
            return sum { whole in
                whole.takings.reduce(0) { sum, taking in
                    let lot = whole.lots[taking.lot]
                    return sum + (lot.isFraud && lot.source == source && whole.labels[taking.payment]?.label == .fraud ? taking.amount : 0)
                }
            }
        default: throw Story.Unreadable(words: [name])
        }
    }
}
