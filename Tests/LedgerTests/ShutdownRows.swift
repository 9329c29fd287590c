import Ledger
import Testing

/// The words of the shutdown desk.
extension Story {
    /// A story with people at the desks, among them `t`, who releases batches and agrees to nothing, and `a`, who agrees to late
    /// claims only.
    static func shutdownDesks(opening: Instant = Self.opening) throws -> Story {
        var story = Story(opening: opening)
        let staff = [("c", "certifier"), ("i", "investigator"), ("m", "monitor"), ("s", "support"), ("t", "treasurer"), ("t2", "treasurer"), ("a", "approver")]
        for (name, role) in staff { try story.ask(row: "grant \(name) \(role)") }
        return story
    }

    /// The same with members of these balances, ended at midnight after `opening`.
    static func ended(_ balances: [Int64]) throws -> Story {
        var story = try shutdownDesks()
        for (index, balance) in balances.enumerated() {
            try story.ask(row: "open p-\(index + 1)")
            if balance > 0 { try story.ask(row: "charge \(index + 1) registerCash \(balance)") }
        }
        try story.play("decideEnd 2019-07-02T00:00+09:00\nclock 2019-07-02T00:00+09:00")
        return story
    }

    /// The three notices, and claims open from now to the end of a day.
    mutating func openClaims(until last: String = "2019-09-30") throws {
        try play("notice refundPublicNotice\nnotice refundPosting\nnotice refundInformation\nopenClaims \(last)")
    }

    /// From a claim to a batch released: who is not claimed yet claims; all are approved; the batch is at `B`.
    mutating func release(_ accounts: [Int], day: String) throws {
        for account in accounts {
            if books.shutdown.refund(UInt64(account))!.state == .fixed { try play("claim \(account) p-\(account) bank web 2") }
        }
        let total = accounts.reduce(0) { $0 + books.balance(.refund(UInt64($1))) }
        try play(
            """
            approveRefunds \(total) \(accounts.map { "\($0)" }.joined(separator: " "))
            B: batch bank \(day)
            file B zengin f
            releaseBatch B f
            """)
    }

    /// Every kind of event that the shutdown desk has.
    static func everyShutdown() throws -> Story {
        var story = try shutdownDesks()
        try story.play(
            """
            open p-1
            charge 1 registerCash 1000
            A: charge 1 creditCard 500
            P: pay 1 s-1 200
            open p-2
            charge 2 registerCash 300
            open p-3
            charge 3 registerCash 700
            refund 3 100 smallAmount
            bankReturned 3 40
            bankPaid 3 60
            bankReturned 3 20
            open p-4
            charge 4 registerCash 90
            decideEnd 2019-07-02T00:00+09:00
            moveEnd 2019-07-03T00:00+09:00
            withdrawEnd
            decideEnd 2019-07-02T00:00+09:00
            legalHold 4
            secure deposit 500
            secure guarantee 50
            clock 2019-07-02T00:00+09:00
            liftLegalHold 4
            reverse 1 P 50
            label 1 fraud A
            hold 1
            label 1 genuine A
            """)
        try story.openClaims()
        try story.play(
            """
            extendClaims 2019-10-31
            claim 2 p-2 bank paper
            identify 2 2
            payee 2 postal
            rejectClaim 2
            claim 2 p-2 bank web 2
            withdrawClaim 2
            """)
        try story.release([1, 3], day: "2019-07-02")
        try story.play(
            """
            sendBatch B
            result B 1 1
            bankPaid 1 \(story.balance("transit.1")!) B
            bankReturned 1 5 B
            bankReturned 3 \(story.balance("transit.3")!) B
            claim 4 p-4 postal paper 2
            approveRefunds 90 4
            C: batch postal 2019-07-02
            cancelBatch C
            clock 2019-11-01T00:00+09:00
            late 2 p-2 bank web 2
            F: filing reclaimApproval 500
            reclaim deposit 450 F
            reclaim guarantee 50 F
            """)
        return story
    }

    static func hash(_ name: String) -> [UInt8] { Pseudonym(named: name).bytes + Pseudonym(named: name + "'").bytes }

    func parseShutdown(_ words: [String]) throws -> Command {
        func word(_ index: Int) throws -> String {
            guard index < words.count else { throw Unreadable(words: words) }
            return words[index]
        }
        func some<T>(_ value: T?) throws -> T {
            guard let value else { throw Unreadable(words: words) }
            return value
        }
        func amount(_ index: Int) throws -> Amount { try some(Amount(try some(Int64(try word(index))))) }
        func account() throws -> AccountReference {
            let text = try word(1)
            return UInt64(text).map { .ordinal($0) } ?? .external(text)
        }
        func instant(_ index: Int) throws -> Instant { try some(Instant(try word(index))) }
        func day(_ index: Int) throws -> Day { try some(Day(try word(index))) }
        func batch(_ index: Int = 1) throws -> UInt64 { try position(try word(index)) }
        let third = words.count > 3 ? words[3] : nil
        switch words[0] {
        case "decideEnd": return .shutdown(.decide(effectiveAt: try instant(1), reason: "a test"))
        case "moveEnd": return .shutdown(.reschedule(effectiveAt: try instant(1), reason: "a test"))
        case "withdrawEnd": return .shutdown(.withdrawDecision(reason: "a test"))
        case "legalHold": return .shutdown(.placeLegalHold(try account(), reason: "a test"))
        case "liftLegalHold": return .shutdown(.liftLegalHold(try account(), reason: "a test"))
        case "notice": return .service(.publishNotice(try some(NoticeKind(name: try word(1))), place: "web", contentHash: Self.hash("n"), note: nil))
        // openClaims 2019-12-31, then from when
        case "openClaims": return .shutdown(.openClaims(from: words.count > 2 ? try instant(2) : nil, last: try day(1)))
        case "extendClaims": return .shutdown(.extendClaims(last: try day(1), reason: "a test"))
        // claim 1 p-1 bank web 2: by whom, to what, where, and with which level of identity
        case "claim": return .shutdown(.claim(try account(), try claim(words)))
        case "late": return .shutdown(.acceptLate(try account(), try claim(words)))
        case "identify": return .shutdown(.verifyIdentity(try account(), .init(level: try some(UInt8(try word(2))), method: .document)))
        case "payee": return .shutdown(.correctPayee(try account(), try some(PayoutMethod(name: try word(2))), payee: Pseudonym(named: third ?? "payee")))
        case "rejectClaim": return .shutdown(.rejectClaim(try account(), reason: "a test"))
        case "withdrawClaim": return .shutdown(.withdrawClaim(try account(), reason: nil))
        // approveRefunds 5500 1 2
        case "approveRefunds": return .shutdown(.approve(accounts: try words.dropFirst(2).map { try some(UInt64($0)) }, total: try amount(1)))
        case "batch":
            return .shutdown(.openBatch(try some(PayoutMethod(name: try word(1))), date: try day(2), items: try third.map { try some(Int64($0)) }))
        case "file":
            return .shutdown(.recordFile(batch: try batch(), try some(FileFormat(name: try word(2))), contentHash: Self.hash(try word(3)), bytes: 120))
        case "cancelBatch": return .shutdown(.cancelBatch(try batch(), reason: "a test"))
        case "releaseBatch": return .shutdown(.releaseBatch(try batch(), contentHash: Self.hash(try word(2))))
        case "sendBatch": return .shutdown(.sendBatch(try batch(), reference: nil))
        case "result":
            return .shutdown(
                .recordResult(batch: try batch(), contentHash: Self.hash("r"), paid: try some(Int64(try word(2))), returned: try some(Int64(try word(3)))))
        case "bankPaid": return .shutdown(.confirmPayout(try account(), try amount(2), batch: try third.map { try position($0) }, reference: nil))
        case "bankReturned": return .shutdown(.returnPayout(try account(), try amount(2), batch: try third.map { try position($0) }, reason: nil))
        case "filing":
            return .shutdown(
                .recordFiling(.init(try some(FilingKind(name: try word(1))), contentHash: Self.hash("p"), amount: words.count > 2 ? try amount(2) : nil)))
        case "secure": return .shutdown(.secure(try some(SecurityForm(name: try word(1))), try amount(2), reference: nil))
        case "reclaim": return .shutdown(.reclaim(try some(SecurityForm(name: try word(1))), try amount(2), approval: try batch(3)))
        default: throw Unreadable(words: words)
        }
    }

    private func claim(_ words: [String]) throws -> ShutdownCommand.Claim {
        let names = ["web": ClaimChannel.webForm, "app": .app, "paper": .paper]
        guard words.count > 4, let method = PayoutMethod(name: words[3]), let channel = names[words[4]] else { throw Unreadable(words: words) }
        let level = words.count > 5 ? UInt8(words[5]) : nil
        return ShutdownCommand.Claim(
            claimant: words[2], method: method, payee: Pseudonym(named: "payee of \(words[1])"), channel: channel,
            identity: level.map { .init(level: $0, method: .document) })
    }
}
