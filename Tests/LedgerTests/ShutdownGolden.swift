import Ledger
import Testing

/// Plays the little language of `Specs/golden-shutdown.md` through the real rules.
struct ShutdownGolden {
    private(set) var story: Story
    private var account: UInt64 = 0
    private var named: [String: (position: UInt64, account: UInt64, amount: Int64)] = [:]
    private var counts: [Character: Int] = [:]
    /// Payouts on their way when the service ended.
    private var transitAtEnd: Int64?

    static let opening = Instant("2019-09-30T09:00+09:00")!

    init(_ sequence: String) throws {
        story = try Story.shutdownDesks(opening: Self.opening)
        try open("p-1")
        for word in sequence.split(separator: " ") {
            let parts = word.split(separator: "*")
            for _ in 0..<(parts.count == 2 ? Int(parts[0])! : 1) { try step(String(parts.last!)) }
            if story.books.shutdown.isTerminated, transitAtEnd == nil { transitAtEnd = try value("transit") }
        }
    }

    private mutating func open(_ person: String) throws {
        try must("open \(person)", nil)
        account = UInt64(story.books.members.count)
    }

    /// Asks, and must be answered with this code; without one the answer must be ok.
    private mutating func must(_ row: String, _ code: String?) throws {
        switch try #require(try story.ask(row: row)) {
        case .success: #expect(code == nil, "\(row): accepted")
        case .failure(let rejection): #expect(rejection.code.name == code, "\(row): \(rejection.code.name)")
        }
    }

    private mutating func step(_ word: String) throws {
        let sides = word.split(separator: "!", maxSplits: 1).map { String($0) }
        let parts = sides[0].split(separator: ":", maxSplits: 2).map { String($0) }
        let code = sides.count == 2 ? sides[1] : nil
        if let check = word.firstIndex(of: "=") {
            let found = try text(String(word[..<check]))
            #expect(found == word[word.index(after: check)...], "\(word): \(found)")
            return
        }
        if let amount = Int64(sides[0].dropFirst()), let first = word.first, first != "@" { return try move(first, amount, code) }
        let second = parts.count > 1 ? parts[1] : ""
        switch parts[0] {
        case let at where at.hasPrefix("@"): try open(second)
        case "on": account = UInt64(second)!
        case "day": try must("clock \(second)T00:00+09:00", code)
        case "time": try must("clock \(parts[1...].joined(separator: ":"))+09:00", code)
        case "decide": try must("decideEnd 2019-10-01T00:00+09:00", code)
        case "move": try must("moveEnd \(second)T00:00+09:00", code)
        case "takeBack": try must("withdrawEnd", code)
        case "end":
            if story.books.shutdown.decided == nil { try must("decideEnd 2019-10-01T00:00+09:00", nil) }
            try must("clock 2019-10-01T00:00+09:00", nil)
        case "open":
            for row in ["clock 2019-10-01T09:00+09:00", "notice refundPublicNotice", "notice refundPosting", "notice refundInformation"] {
                try must(row, nil)
            }
            try must("openClaims \(second.isEmpty ? "2020-01-10" : second)", code)
        case "openOnly": try must("openClaims \(second)", code)
        case "notice": try must("notice \(second)", code)
        case "extend": try must("extendClaims \(second)", code)
        case "close": try must("clock 2020-01-11T00:00+09:00", nil)
        default: try refund(parts[0], second, parts, code)
        }
    }

    private mutating func refund(_ name: String, _ second: String, _ parts: [String], _ code: String?) throws {
        let person = second.hasPrefix("p-") ? second : story.books.person(of: account) ?? ""
        let transit = story.books.balance(.payoutInTransit(account))
        switch name {
        case "claim": try must("claim \(account) \(person) \(second == "postal" ? "postal" : "bank") \(second == "app" ? "app" : "web") 2", code)
        case "late": try must("late \(account) \(person) bank web 2", code)
        case "approve": try must("approveRefunds \(max(1, story.books.balance(.refund(account)))) \(account)", code)
        case "batch":
            try must("B: batch bank \(String("\(story.books.now)".prefix(10)))", code)
            if code == nil { try must("file B zengin f", nil) }
        case "release": try must("releaseBatch B f", code)
        case "cancel": try must("cancelBatch B", code)
        case "out":
            for word in code.map({ ["approve!\($0)"] }) ?? ["approve", "batch", "release"] { try step(word) }
        case "paid": try must("bankPaid \(account) \(second.isEmpty ? "\(transit)" : second)", code)
        case "returned":
            // Without a sum: all that is on its way, or was paid last.
            let last = story.history(of: .member(account)).last { $0.kind == .payoutConfirmed }?.amount ?? 0
            try must("bankReturned \(account) \(second.isEmpty ? "\(transit > 0 ? transit : last)" : second)", code)
        case "correct": try must("payee \(account) bank other", code)
        case "withdraw": try must("withdrawClaim \(account)", code)
        case "reject": try must("rejectClaim \(account)", code)
        case "legal": try must("legalHold \(account)", code)
        case "unlegal": try must("liftLegalHold \(account)", code)
        case "closeAccount": try must("close \(account)", code)
        case "mandate": try must("mandate", code)
        case "exceptional": try must("refund \(account) \(second) smallAmount", code)
        case "deposit", "trust", "guarantee": try must("secure \(name) \(second)", code)
        case "allow": try must("F: filing reclaimApproval \(second)", code)
        case "reclaim": try must("reclaim \(second) \(parts[2]) \(story.labels["F"] ?? 1)", code)
        default: try damage(name, second, parts, code)
        }
    }

    private mutating func damage(_ name: String, _ second: String, _ parts: [String], _ code: String?) throws {
        func positions(_ names: String) throws -> String {
            try names.split(separator: "+").map { "\(try #require(named[String($0)], "\(names)").position)" }.joined(separator: " ")
        }
        switch name {
        case "dispute":
            let mine = named.values.filter { $0.account == account }.map(\.position).sorted()
            try must("D: dispute \(account) \(mine.map { "\($0)" }.joined(separator: " "))", code)
        case "resolve": try must("closeDispute D confirmed", code)
        case "label", "relabel": try must("\(name) \(account) \(parts[2]) \(try positions(second))", code)
        case "ret":
            let payment = try #require(named[second])
            try must("reverse \(payment.account) \(payment.position) \(parts[2])", code)
        case "hold": try must("hold \(account)", code)
        case "back":
            let charge = try #require(named[second])
            try must("back \(charge.account) creditCard \(charge.position) \(parts.count > 2 ? parts[2] : "\(charge.amount)")", code)
        case "certify":
            let lots = Attribution(history: story.history(of: .member(account)))
            let sums = lots.entitlement
            let judged = lots.labels.filter { $0.value.label != .unknown }.keys.min()!
            try must("E: dispute \(account) \(judged)", nil)
            let words = "creditCard \(sums.creditCard) debitCard \(sums.debitCard) point \(sums.point) own \(sums.ownBalance) genuine \(sums.genuineUse)"
            try must("certify \(story.books.person(of: account)!) \(words) dispute E", code)
            try must("closeDispute E confirmed", nil)
        case "agree":
            try must("offer \(account)", nil)
            try must("agree \(account) \(Attribution(history: story.history(of: .member(account))).compensationDue(story.books).sums.total)", code)
        case "compensated": try must("payOut \(account) \(second)", code)
        case "link": try must("join 1 2", code)
        default: throw Story.Unreadable(words: parts)
        }
    }

    private mutating func move(_ letter: Character, _ amount: Int64, _ code: String?) throws {
        let sources: [Character: String] = ["o": "registerCash", "c": "creditCard", "x": "creditCard", "n": "point"]
        try must(sources[letter].map { "charge \(account) \($0) \(amount)" } ?? "pay \(account) s-1 \(amount)", code)
        guard code == nil else { return }
        counts[letter, default: 0] += 1
        let position = story.books.next - 1
        named["\(letter)\(counts[letter]!)"] = (position, account, amount)
        if "cnf".contains(letter) { try must("label \(account) fraud \(position)", nil) }
    }

    // MARK: What is looked at

    private func text(_ name: String) throws -> String {
        let refund = story.books.shutdown.refund(account)
        switch name {
        case "state": return refund?.state.name ?? "none"
        case "holds": return refund.map { $0.holds.isEmpty ? "none" : $0.holds.names.joined(separator: "+") } ?? "none"
        // The last day of an account's own time to claim.
        case "last":
            guard let until = story.books.shutdown.ownWindows[account] else { return "none" }
            return String("\(Instant(microseconds: until.microseconds - 1))".prefix(10))
        default: return String(try value(name))
        }
    }

    func value(_ name: String) throws -> Int64 {
        let books = story.books
        let accounts = 1...UInt64(books.members.count)
        func all(_ code: (UInt64) -> AccountCode) -> Int64 { accounts.reduce(0) { $0 + books.balance(code($1)) } }
        func moved(_ kinds: Set<EventKind>) -> Int64 { story.events.filter { kinds.contains($0.kind) }.reduce(0) { $0 + $1.amount } }
        /// Since the end.
        func after(_ kinds: Set<EventKind>) -> Int64 {
            guard books.shutdown.isTerminated else { return 0 }
            return story.events.filter { kinds.contains($0.kind) && $0.position > books.shutdown.terminated }.reduce(0) { $0 + $1.amount }
        }
        switch name {
        case "own": return all { .member($0) }
        case "held": return all { .fraudHold($0) }
        case "open": return all { .refund($0) }
        case "transit": return all { .payoutInTransit($0) }
        case "excluded": return all { .unclaimed($0) }
        case "compensation": return all { .compensation($0) }
        case "suspense": return books.balance(.suspense)
        case "security": return books.balance(.security(.deposit)) + books.balance(.security(.trust)) + books.shutdown.guarantee
        case "fixed": return moved([.unusedBalanceFixed])
        case "paid": return after([.payoutConfirmed]) - after([.refundSentBack])
        case "adjusted":
            return (transitAtEnd ?? 0) + after([.paymentReversedToRefund, .holdReleasedToRefund, .paymentReversedToUnclaimed]) - after([.fraudHeldFromRefund])
        default: throw Story.Unreadable(words: [name])
        }
    }
}
