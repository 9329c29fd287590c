import Ledger
import Testing

/// The words of the damage, compensation and fraud desks.
extension Story {
    /// A story with people at the desks: `c` and `c2` certify, `i` investigates, `m` monitors, `s` answers members.
    static func desks() throws -> Story {
        var story = Story()
        for (name, role) in [("c", "certifier"), ("c2", "certifier"), ("i", "investigator"), ("m", "monitor"), ("s", "support")] {
            try story.ask(row: "grant \(name) \(role)")
        }
        return story
    }

    /// What `FrozenPlay` has not or seldom: reports, contacts, all routes, rules and alerts; paid, sent back, owed back.
    static func everyDesk() throws -> Story {
        var story = try Story.desks()
        try story.play(
            """
            rules
            open p-1
            A: charge 1 creditCard 30000
            F: pay 1 s-1 21000
            X: alert 1 1 A F
            clearAlert X confirmed
            D: dispute 1 A F
            R: report creditCard m-1
            T: report creditCard m-2 1 A
            matchReport R 1 A
            contacted 1 in reached
            label 1 fraud A F
            as c propose certify p-1 creditCard 30000 dispute D report T pattern 1 A F
            """)
        try story.play("as op-1 approve \(story.books.next - 1) | ok approved victimCertified")
        try story.play(
            """
            closeDispute D confirmed
            askBack 1 A 2019-07-26
            refuseBack 1 A
            open p-2
            charge 2 atmCash 900
            P: pay 2 s-1 900
            E: dispute 2 P
            label 2 fraud P
            certify p-2 own 900 dispute E
            offer 2
            agree 2 900
            payOut 2 600
            bounced 2 100
            relabel 2 genuine P
            repay 2 100
            relabel 2 fraud P
            """)
        return story
    }

    func parseDamage(_ words: [String]) throws -> Command {
        func word(_ index: Int) throws -> String {
            guard index < words.count else { throw Unreadable(words: words) }
            return words[index]
        }
        func some<T>(_ value: T?) throws -> T {
            guard let value else { throw Unreadable(words: words) }
            return value
        }
        func amount(_ index: Int) throws -> Amount { try some(Amount(try some(Int64(try word(index))))) }
        func positions(from index: Int) throws -> [UInt64] { try words.dropFirst(index).map { try position($0) } }
        func account(_ index: Int = 1) throws -> AccountReference {
            let text = try word(index)
            return UInt64(text).map { .ordinal($0) } ?? .external(text)
        }
        let third = words.count > 3 ? words[3] : nil
        switch words[0] {
        case "dispute": return .damage(.openDispute(try account(), events: try positions(from: 2), via: .supportLine, note: nil))
        case "closeDispute": return .damage(.closeDispute(dispute: try position(try word(1)), try some(.init(name: try word(2))), note: nil))
        // report creditCard m-1, then an account and charges if they are known
        case "report":
            let charges = try positions(from: 4)
            return .damage(
                .report(
                    .init(
                        source: try some(FundingSource(name: try word(1))), message: try word(2), card: "tok",
                        account: words.count > 3 ? try account(3) : nil, charges: charges, amount: Amount(5))))
        case "matchReport": return .damage(.matchReport(report: try position(try word(1)), try account(2), charges: try positions(from: 3)))
        case "contacted":
            return .damage(
                .recordContact(try account(), isInbound: try word(2) == "in", .mail, try some(ContactOutcome(name: try word(3))), note: nil))
        // label 1 fraud A B; relabel the same with its amendment
        case "label", "relabel":
            return .damage(
                .label(
                    try account(), events: try positions(from: 3), try some(Label(name: try word(2))), basis: "looked at",
                    amends: words[0] == "relabel" ? "found otherwise" : nil))
        case "hold": return .damage(.hold(try account(), charge: words.count > 2 ? try position(words[2]) : nil, reason: nil))
        case "endHold": return .damage(.endHold(try account(), charge: words.count > 2 ? try position(words[2]) : nil, reason: "a test"))
        case "certify", "amend":
            let (sums, at) = try entitlement(words, from: 2)
            if words[0] == "amend" { return .damage(.amend(person: try word(1), sums, reason: "a test")) }
            return .damage(.certify(person: try word(1), sums, try grounds(Array(words[at...])), note: nil))
        case "uncertify": return .damage(.revoke(person: try word(1), reason: "a test"))
        case "join": return .damage(.link(try account(), other: try account(2), evidence: "the same face"))
        case "askBack":
            return .compensation(.requestReversal(try account(), charge: try position(try word(2)), debitDate: try third.map { try some(Day($0)) }, note: nil))
        case "refuseBack": return .compensation(.rejectReversal(try account(), charge: try position(try word(2)), reason: nil))
        // back 1 creditCard A 30000; back - creditCard 99 30000
        case "back":
            let source = try some(FundingSource(name: try word(2)))
            return .compensation(
                .confirmReversal(
                    try word(1) == "-" ? nil : try account(), source, charge: try position(try word(3)), try amount(4),
                    source == .debitCard ? .toBankAccount : words.count > 5 ? .afterDebit : .beforeDebit, reference: nil))
        case "matchBack": return .compensation(.matchReversal(unmatched: try position(try word(1)), try account(2), charge: try position(try word(3))))
        case "clear":
            let source = try some(FundingSource(name: try word(1)))
            return .compensation(.settleClearing(source, try amount(2), try some(.init(name: try word(3))), statement: nil))
        case "offer": return .compensation(.offer(try account(), note: nil))
        case "agree": return .compensation(.agree(try account(), try amount(2)))
        case "payOut": return .compensation(.pay(try account(), try amount(2), reference: nil))
        case "bounced": return .compensation(.returned(try account(), try amount(2), reference: nil))
        case "repay": return .compensation(.repay(try account(), try amount(2), statement: nil))
        case "waive": return .compensation(.waive(try account(), try amount(2), reason: "a test"))
        case "culprit": return .compensation(.bookCulprit(try amount(1), statement: nil))
        case "rules": return .fraud(.activate(Self.someRules(words.count > 1 ? words[1] : "first"), reason: "a test"))
        // alert 1 2 A: version 1 of the rules, account 2 (or -), events
        case "alert":
            return .fraud(
                .raise(
                    .init(
                        version: UInt16(try word(1))!, rule: .chargeBurst, account: try word(2) == "-" ? nil : try account(2),
                        subject: "account:\(try word(2))", windowStart: Self.opening, score: 5, events: try positions(from: 3))))
        case "clearAlert": return .fraud(.clear(alert: try position(try word(1)), try some(.init(name: try word(2))), note: nil))
        default: return try parseShutdown(words)
        }
    }

    static func someRules(_ name: String) -> RuleSet {
        RuleSet(
            name: name, lockScore: 10,
            rules: [.init(.chargeBurst, weight: 5, thresholds: [3, 600, 5, 3600], sources: .cards), .init(.sharedDevice, weight: 5, thresholds: [3, 600])])
    }

    /// `creditCard 90000 own 1000 genuine 0`, and where it ends.
    private func entitlement(_ words: [String], from first: Int) throws -> (Entitlement, Int) {
        var (sums, at) = (Entitlement(), first)
        while at + 1 < words.count, let number = Int64(words[at + 1]) {
            switch words[at] {
            case "own": sums.ownBalance = number
            case "genuine": sums.genuineUse = number
            default:
                guard let source = FundingSource(name: words[at]) else { return (sums, at) }
                sums[source] = number
            }
            at += 2
        }
        return (sums, at)
    }

    /// `dispute D report R pattern 1 A B`
    private func grounds(_ words: [String]) throws -> DamageCommand.Grounds {
        var grounds = DamageCommand.Grounds()
        var at = 0
        while at < words.count {
            guard at + 1 < words.count else { throw Unreadable(words: words) }
            switch words[at] {
            case "dispute": grounds.dispute = try position(words[at + 1])
            case "report": grounds.report = try position(words[at + 1])
            case "pattern":
                grounds.pattern = .init(ruleVersion: UInt16(words[at + 1])!, score: 7, events: try words[(at + 2)...].map { try position($0) })
                return grounds
            default: throw Unreadable(words: words)
            }
            at += 2
        }
        return grounds
    }
}
