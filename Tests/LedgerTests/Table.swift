import Ledger
import Testing

/// A ledger in memory, driven as a writer drives it: fetch the evidence from the events so far, decide, stamp, evolve.
struct Story {
    private(set) var books = Books()
    private(set) var events: [Event] = []
    /// Positions that rows have named: `A: charge …`.
    private var labels: [String: UInt64] = [:]
    private var keys: UInt64 = 0

    static let opening = Instant("2019-07-01T09:00+09:00")!

    /// What became of a command: its events, or the rule it broke.
    typealias Outcome = Result<[Event], Rejection>

    init(clock: Genesis.ClockKind = .scenario, currency: Currency = .yen, founders: [String] = ["op-1", "op-2", "op-3"]) {
        var genesis = Genesis(
            ledgerID: Array(1...16), currency: currency, clock: clock, founders: founders
        ).event
        genesis.recordedAt = Self.opening
        genesis.occurredAt = Self.opening
        keep(genesis)
    }

    private mutating func keep(_ event: Event) {
        books.evolve(event)
        events.append(event)
    }

    func history(of subject: AccountCode) -> [Event] { events.filter { $0.subject == subject } }

    func evidence(for command: Command) -> Evidence {
        switch command.evidenceNeeded(books) {
        case .none: .none
        case .event(let position): .event(position < UInt64(events.count) ? events[Int(position)] : nil)
        case .history(let subject): .history(history(of: subject))
        }
    }

    /// Operators ask for operator acts, the member-acting service for the rest, unless the row says who.
    static func usualPrincipal(_ command: Command) -> Principal {
        switch command {
        case .accounts(.close), .money(.correctCharge), .money(.refund), .money(.settlePartner), .money(.settleMerchant),
            .money(.fundByOwner), .money(.bookUnmatched), .service:
            Principal(name: "op-1")
        case .accounts, .money: .anonymous
        }
    }

    @discardableResult
    mutating func ask(_ command: Command, by principal: Principal? = nil, occurredAt: Instant? = nil) throws -> Outcome {
        keys += 1
        let request = try Request(
            command, principal: principal ?? Self.usualPrincipal(command), key: CommandKey(high: 7, low: keys),
            fingerprint: keys &* 31, occurredAt: occurredAt, channel: .story)
        do {
            let decided = try decide(books, request, evidence(for: command), now: books.now)
            var time = books.now
            if case .service(.advanceClock(let instant)) = command { time = instant }
            let first = events.count
            for (index, event) in decided.enumerated() {
                var event = event
                books.stamp(&event, index: index, of: decided.count, request, now: time)
                keep(event)
            }
            return .success(Array(events[first...]))
        } catch {
            if error.code.isRecorded {
                var event = books.refusal(of: request, error)
                books.stamp(&event, index: 0, of: 1, request, now: books.now)
                keep(event)
            }
            return .failure(error)
        }
    }

    /// Plays a table, a command a row, and compares each answer with what stands right of the bar:
    ///
    ///     A: charge 1 creditCard 3000  | ok balance 3000 receivable.creditCard 3000
    ///        pay 1 s-1 4000            | insufficient-balance 3000
    ///        correct 1 A 500           | ok chargeCorrected balance 2500
    ///
    /// `ok` may be followed by the kinds of the events, then by balances: `balance` is the last event's `balanceAfter`, the
    /// others name an account. A code may be followed by its bound. `as NAME` before the command says who asks, `@+601` behind
    /// it that it occurred 601 seconds after now. Rows that begin with `--` are remarks. At the end the whole log is audited.
    mutating func play(_ table: String, _ here: SourceLocation = #_sourceLocation) throws {
        for row in table.split(separator: "\n") {
            let sides = row.split(separator: "|", maxSplits: 1).map { String($0) }
            var words = sides[0].split(separator: " ").map { String($0) }
            guard let word = words.first, word != "--" else { continue }
            var label: String?
            if word.hasSuffix(":") { label = String(words.removeFirst().dropLast()) }
            var principal: Principal?
            if words.first == "as" {
                principal = Principal(name: words[1])
                words.removeFirst(2)
            }
            var occurredAt: Instant?
            if let last = words.last, last.hasPrefix("@") {
                occurredAt = books.now + Int64(last.dropFirst())!
                words.removeLast()
            }
            let outcome = try ask(try parse(words), by: principal, occurredAt: occurredAt)
            if let label { labels[label] = books.next - 1 }
            if sides.count == 2 {
                let found = answer(outcome, like: sides[1])
                #expect(found == normal(sides[1]), "\(row)", sourceLocation: here)
            } else if case .failure(let rejection) = outcome {
                Issue.record("\(row): \(rejection.code.name)", sourceLocation: here)
            }
        }
        #expect(audit(events, books) == [], sourceLocation: here)
    }

    private func normal(_ text: String) -> String { text.split(separator: " ").joined(separator: " ") }

    /// The outcome in the words the row expects it in.
    private func answer(_ outcome: Outcome, like expected: String) -> String {
        switch outcome {
        case .failure(let rejection):
            return ([rejection.code.name] + (rejection.bound.map { [String($0)] } ?? [])).joined(separator: " ")
        case .success(let events):
            var words = ["ok"]
            let wanted = expected.split(separator: " ").dropFirst().map { String($0) }
            if wanted.contains(where: { EventKind(name: $0) != nil }) { words += events.map(\.kind.name) }
            for name in wanted where EventKind(name: name) == nil && Int64(name) == nil {
                words += [name, name == "balance" ? String(events.last!.balanceAfter) : balance(name).map { String($0) } ?? "?"]
            }
            return words.joined(separator: " ")
        }
    }

    /// `member.1`, `unclaimed.1`, `transit.1`, `store.s-1`, `receivable.point`, `fee.point`, `bank`, `equity`, `suspense`.
    func balance(_ name: String) -> Int64? { account(name).map(books.balance) }

    func account(_ name: String) -> AccountCode? {
        let parts = name.split(separator: ".", maxSplits: 1).map { String($0) }
        let rest = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "member": return UInt64(rest).map { .member($0) }
        case "unclaimed": return UInt64(rest).map { .unclaimed($0) }
        case "transit": return UInt64(rest).map { .payoutInTransit($0) }
        case "store": return books.stores.ordinal(of: rest).map { .merchant(UInt64($0)) }
        case "receivable": return FundingSource(name: rest).map { .receivable($0) }
        case "fee": return FundingSource(name: rest).map { .partnerFee($0) }
        case "bank": return .bank
        case "equity": return .equity
        case "suspense": return .suspense
        default: return nil
        }
    }

    /// A row that cannot be read.
    struct Unreadable: Error { let words: [String] }

    private func parse(_ words: [String]) throws -> Command {
        func word(_ index: Int) -> String? { index < words.count ? words[index] : nil }
        func amount(_ index: Int) throws -> Amount {
            guard let text = word(index), let amount = Amount(text == "greatest" ? Amount.greatest : Int64(text) ?? 0) else {
                throw Unreadable(words: words)
            }
            return amount
        }
        func position(_ index: Int) throws -> UInt64 {
            guard let text = word(index), let position = labels[text] ?? UInt64(text) else { throw Unreadable(words: words) }
            return position
        }
        func some<T>(_ value: T?) throws -> T {
            guard let value else { throw Unreadable(words: words) }
            return value
        }
        var account: AccountReference {
            let text = word(1) ?? ""
            return UInt64(text).map { .ordinal($0) } ?? .external(text)
        }
        switch word(0) {
        case "open": return .accounts(.open(person: try some(word(1)), externalID: word(2)))
        case "lock": return .accounts(.lock(account, try some(LockScope(name: words[2])), reason: word(3)))
        case "unlock": return .accounts(.unlock(account, try some(LockScope(name: words[2])), reason: word(3)))
        case "reset":
            let method = try some(ResetMethod(name: words[2]))
            return .accounts(.resetCredentials(account, method, addressChanged: word(3) == "moved"))
        case "close": return .accounts(.close(account, word(2).flatMap { Disposition(name: $0) }, reason: nil))
        case "charge": return .money(.charge(account, try some(FundingSource(name: words[2])), try amount(3), reference: word(4)))
        case "pay": return .money(.pay(account, store: words[2], place: word(4), register: word(5), try amount(3)))
        case "reverse": return .money(.reversePayment(account, payment: try position(2), try amount(3), reason: word(4)))
        case "correct": return .money(.correctCharge(account, charge: try position(2), try amount(3), reason: word(4)))
        case "refund": return .money(.refund(account, try amount(2), word(3).flatMap { ExceptionalReason(name: $0) }, note: word(4)))
        case "settle":
            let source = try some(FundingSource(name: words[1]))
            return .money(.settlePartner(source, gross: try amount(2), fee: try some(Int64(word(4) ?? "0")), statement: nil))
        case "settleStore":
            return .money(.settleMerchant(store: words[1], try amount(3), try some(MerchantDirection(rawValue: words[2])), statement: nil))
        case "fund": return .money(.fundByOwner(try amount(1), statement: nil))
        case "unmatched": return .money(.bookUnmatched(try amount(2), try some(BankDirection(rawValue: words[1])), statement: nil))
        case "policy":
            var policy = Policy.none
            var source: FundingSource?
            var at = 1
            while at + 1 < words.count {
                if let named = FundingSource(name: words[at]) {
                    source = named
                    at += 1
                    continue
                }
                let number = try some(Int64(words[at + 1]))
                switch words[at] {
                case "cap": policy.balanceCap = number
                case "limit": policy[try some(source)].perCharge = number
                case "step": policy[try some(source)].step = number
                default: throw Unreadable(words: words)
                }
                at += 2
            }
            return .service(.setPolicy(policy))
        case "clock": return .service(.advanceClock(to: try some(Instant(words[1...].joined(separator: " ")))))
        case "confirm": return .service(.confirmClock)
        default: throw Unreadable(words: words)
        }
    }
}

/// Everything that must hold of a whole log and the books folded from it; what does not, in words.
func audit(_ events: [Event], _ books: Books) -> [String] {
    var wrong: [String] = []
    func must(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { wrong.append(what()) } }
    var nets: [AccountCode: Int64] = [:]
    var last: [AccountCode: UInt64] = [:]
    var histories: [AccountCode: [Event]] = [:]
    var groupAt = 0
    for (index, event) in events.enumerated() {
        let at = "event \(index) (\(event.kind.name))"
        must(event.position == UInt64(index), "\(at): position \(event.position)")
        must(index == 0 || event.recordedAt >= events[index - 1].recordedAt, "\(at): recorded before its predecessor")
        must(event.debit.isNone == event.credit.isNone, "\(at): half a posting")
        must(event.debit.accountClass == event.kind.posting?.debit, "\(at): debits \(event.debit)")
        must(event.credit.accountClass == event.kind.posting?.credit, "\(at): credits \(event.credit)")
        if event.hasPosting {
            must(event.amount > 0, "\(at): moves \(event.amount)")
            nets[event.debit, default: 0] += event.amount
            nets[event.credit, default: 0] -= event.amount
        } else {
            must(event.amount == 0 || event.kind == .refused, "\(at): an amount without a posting")
        }
        for account in [event.debit, event.credit] {
            guard let kind = account.accountClass, [.member, .unclaimed, .payoutInTransit].contains(kind) else { continue }
            must(nets[account]! <= 0, "\(at): \(account) owes \(-nets[account]!)")
        }
        if !event.subject.isNone {
            let net = nets[event.subject] ?? 0
            let balance = event.subject.accountClass!.isDebitNormal ? net : -net
            must(event.balanceAfter == balance, "\(at): balance after \(event.balanceAfter), not \(balance)")
            must(event.previous == last[event.subject] ?? 0, "\(at): previous \(event.previous)")
            last[event.subject] = event.position
            histories[event.subject, default: []].append(event)
        }
        must(Int(event.groupIndex) == groupAt, "\(at): index in group")
        if groupAt > 0 {
            let before = events[index - 1]
            must(
                before.groupCount == event.groupCount && before.key == event.key && before.recordedAt == event.recordedAt
                    && before.fingerprint == event.fingerprint && before.actor == event.actor, "\(at): not like the rest of its group")
        }
        groupAt = event.isLastOfGroup ? 0 : groupAt + 1
    }
    must(groupAt == 0, "the last group is cut")
    must(nets.values.reduce(0, +) == 0, "debits are not credits")
    for (account, net) in nets { must(books.net(account) == net, "the books say \(books.net(account)) of \(account), the log \(net)") }
    for (subject, position) in last { must(books.lastPosition(subject) == position, "last of \(subject)") }
    for (account, net) in books.otherAccounts { must(net == nets[account] ?? 0, "\(account) has \(net) in reports") }
    for (subject, history) in histories where subject.isMember {
        let lots = Lots(history: history)
        must(lots.free == books.balance(subject), "\(subject): free lots \(lots.free)")
        for lot in lots.lots {
            must(lot.free + lot.spent + lot.cancelled + lot.released == lot.amount, "\(subject): parts of lot \(lot.position)")
            must(min(lot.free, lot.spent, lot.cancelled, lot.released) >= 0, "\(subject): a part of lot \(lot.position) below zero")
        }
    }
    var again = Books()
    for event in events { again.evolve(event) }
    must(again.image() == books.image(), "books rebuilt from the log differ")
    return wrong
}
