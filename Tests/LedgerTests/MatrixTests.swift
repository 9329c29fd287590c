import Foundation
import Ledger
import Testing

/// `Specs/permission-matrix.csv`, played: every column in every period, at the period's first microsecond and at its last.
/// What is expected is read from the table and nowhere else.
@Suite struct MatrixTests {
    struct Period {
        let name: String
        let from: Instant
        let until: Instant?
        let cells: [String: String]
    }

    static func specs(_ name: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "Specs/\(name)"), encoding: .utf8)
    }

    static func table() throws -> (columns: [String], periods: [Period]) {
        let text = try specs("permission-matrix.csv")
        let rows = text.split(separator: "\n").filter { !$0.hasPrefix("#") }
            .map { $0.split(separator: ",", omittingEmptySubsequences: false).map { String($0) } }
        let columns = Array(rows[0].dropFirst(3))
        let periods = try rows.dropFirst().map { row in
            try #require(row.count == rows[0].count, "\(row[0])")
            return Period(
                name: row[0], from: try #require(Instant(row[1])), until: Instant(row[2]),
                cells: Dictionary(uniqueKeysWithValues: zip(columns, row.dropFirst(3))))
        }
        return (columns, periods)
    }

    /// What begins a period, as `permission-matrix.md` says; founders do it.
    static let boundaries: [String: [String]] = [
        "beforeLaunch": [], "launch": ["launch"], "cardStop": ["stop charge creditCard debitCard", "stop foreignIp"],
        "cashStop": ["stop charge registerCash atmCash point"], "registrationStop": ["stop registration"],
        "externalLoginStop": ["stop externalIdLogin"], "massReset": ["mandate", "decideEnd 2019-10-01T00:00+09:00"],
        // The ledger ends the service, and the time to claim, by itself.
        "closed": [], "afterClaims": [],
        "claims": ["notice refundPublicNotice", "notice refundPosting", "notice refundInformation", "openClaims 2020-01-10"],
    ]

    /// What a column tries, of the member `who`, if all else is in order; a payment to reverse stands at `P`, a fraud charge at
    /// `A`.
    static func act(_ column: String, _ who: Int, try number: Int) -> String? {
        switch column {
        case "loginCommonId": "login \(who) commonId <app JP>"
        case "loginExternalId": "login \(who) externalId <app JP>"
        case "foreignAddress": "login \(who) commonId <app US>"
        case "register": "open new-\(number) <app JP>"
        case "chargeCreditCard": "charge \(who) creditCard 1 <app JP>"
        case "chargeDebitCard": "charge \(who) debitCard 1 <app JP>"
        case "chargeRegisterCash": "charge \(who) registerCash 1 <store JP>"
        case "chargeAtmCash": "charge \(who) atmCash 1 <atm JP>"
        case "chargePoint": "charge \(who) point 1 <app JP>"
        case "pay": "pay \(who) s-1 1 <store JP>"
        case "lock": "lock \(who) charge <app JP>"
        case "unlock": "unlock \(who) pay <app JP>"
        case "reset": "reset \(who) self <app JP>"
        case "paymentReversal": "reverse \(who) P 1"
        case "exceptionalRefund": "refund \(who) 1 smallAmount"
        case "dispute": "dispute \(who) A <app US>"
        case "cardReversal": "back \(who) creditCard A 1"
        case "compensation": "offer \(who)"
        case "refundClaim": "claim \(who) p-\(who) bank web 2 <web JP>"
        case "lateClaim": "late \(who) p-\(who) bank web 2"
        default: nil
        }
    }

    /// The page that explains the table shows it; a cell or a time changed in one of them alone is a mistake.
    @Test func thePageShowsTheTable() throws {
        let text = try Self.specs("permission-matrix.md")
        let rows = text.split(separator: "\n").filter { $0.hasPrefix("| ") }
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " `")) } }
        let (columns, periods) = try Self.table()
        let short = ["yes": "yes", "no": "·", "-": "-", "afterReset": "res", "claimOnly": "claim", "lateOnly": "late"]
        for column in columns {
            let row = try #require(rows.first { $0[0] == column && $0.count == periods.count + 1 }, "\(column)")
            #expect(Array(row.dropFirst()) == periods.map { short[$0.cells[column]!]! }, "\(column)")
        }
        let from = try #require(rows.first { $0[0] == "from" })
        for (shown, period) in zip(from.dropFirst(), periods) {
            let written = shown.count == 11 ? "2019-\(shown)" : shown
            #expect(Instant(written + " JST") == period.from, "\(period.name)")
        }
    }

    @Test("The table and this test speak of the same columns and periods")
    func columns() throws {
        let (columns, periods) = try Self.table()
        #expect(columns.filter { Self.act($0, 1, try: 0) == nil } == [])
        #expect(Set(Self.boundaries.keys) == Set(periods.map(\.name)))
        #expect(Set(columns).count == columns.count && Set(periods.map(\.name)).count == periods.count)
        for (period, next) in zip(periods, periods.dropFirst()) { #expect(period.until == next.from && period.from < next.from) }
        let known: Set = ["yes", "no", "-", "afterReset", "claimOnly", "lateOnly"]
        for period in periods {
            for column in columns { #expect(known.contains(period.cells[column]!), "\(period.name) \(column)") }
        }
    }

    /// Member 1 has done no reset, 2 resets of its own accord after the mandate, 3 is reset with all others, 4 reset before.
    /// Each has 100, a payment of 50 and a lock on paying that `unlock` opens; paying is tried by 5 to 8, likewise but unlocked. Each has
    /// a fraud charge by card and one with points, held and certified. Refunds are claimed by 9 to 12, who have 100 and nothing open.
    static func aStory(opening: Instant = Story.opening, requiresLaunch: Bool) throws -> (Story, payments: [UInt64]) {
        var story = Story(opening: opening)
        try story.play("grant c certifier\ngrant a approver")
        var payments: [UInt64] = []
        for member in 1...8 {
            try story.play(
                """
                open p-\(member)
                charge \(member) point 150
                P: pay \(member) s-1 50
                A: charge \(member) creditCard 30
                B: charge \(member) point 20
                label \(member) fraud A B
                hold \(member)
                D: dispute \(member) A
                certify p-\(member) creditCard 30 point 20 dispute D
                """)
            payments.append(try story.position("P"))
            if member <= 4 { try story.play("lock \(member) pay") }
        }
        for member in 9...12 { try story.play("open p-\(member)\ncharge \(member) point 100") }
        try story.rule { $0.requiresLaunch = requiresLaunch }
        return (story, payments)
    }

    /// Tries a column for one member on a copy of the ledger: `ok`, or why not.
    private func attempt(_ column: String, _ member: Int, _ story: Story, _ payments: [UInt64]) throws -> String {
        var copy = story
        let who = column == "pay" ? member + 4 : column.hasSuffix("Claim") ? member + 8 : member
        let payment = payments.isEmpty ? 1 : payments[(who - 1) % payments.count]
        (copy.labels["P"], copy.labels["A"]) = (payment, payment + 1)
        switch try copy.ask(row: try #require(Self.act(column, who, try: member))) {
        case .success: return "ok"
        case .failure(let rejection): return rejection.code.name
        case nil: return "nothing"
        }
    }

    @Test("Every cell, at both edges of its period; controls decided at their time, or long before", arguments: [false, true])
    func cells(areScheduled: Bool) throws {
        let (columns, all) = try Self.table()
        let (periods, built) = (all, columns)
        var (story, payments) = try Self.aStory(opening: periods[0].from, requiresLaunch: true)
        var tried = 0
        for period in periods {
            if period.from > story.books.now { try story.ask(.service(.advanceClock(to: period.from))) }
            if period.name == "massReset" { try story.play("reset 4 self <app JP>\nreset 8 self <app JP>") }
            for act in try #require(Self.boundaries[period.name]) where !(areScheduled && act.hasPrefix("stop")) { try story.play(act) }
            if period.name == "launch", areScheduled { try schedule(periods, &story) }
            if period.name == "massReset" {
                try story.play("reset 2 self <app JP>\nreset 6 self <app JP>\nreset 3 mass <app JP>\nreset 7 mass <app JP>")
            }
            let last = period.until.map { Instant(microseconds: $0.microseconds - 1) } ?? period.from + 400 * 86_400
            for (edge, instant) in [("first", period.from), ("last", last)] {
                if instant > story.books.now { try story.ask(.service(.advanceClock(to: instant))) }
                try #require(story.books.now == instant)
                for column in built where !(period.name == "beforeLaunch" && Self.ours.contains(column)) {
                    let cell = try #require(period.cells[column])
                    for member in 1...4 {
                        let answer = try attempt(column, member, story, payments)
                        #expect(
                            Self.isExpected(answer, cell, column, member: member),
                            "\(period.name), \(edge) instant, \(column) of member \(member): \(cell), but \(answer)")
                        if column == "refundClaim" {
                            let late = try attempt("lateClaim", member, story, payments)
                            #expect((late == "ok") == (cell == "lateOnly"), "\(period.name), \(edge) instant, late: \(late)")
                        }
                        tried += 1
                    }
                }
            }
        }
        #expect(tried == (periods.count * built.count - Self.ours.count) * 2 * 4)
        #expect(audit(story.events, story.books) == [])
    }

    /// Decides every control at once, each from the first instant of its period on.
    private func schedule(_ periods: [Period], _ story: inout Story) throws {
        for period in periods {
            let seconds = (period.from.microseconds - story.books.now.microseconds) / 1_000_000
            for act in Self.boundaries[period.name]! where act.hasPrefix("stop") { try story.play("\(act) from \(seconds)") }
        }
    }

    /// Outside facts and our own acts, which ask for no launch: before it they find nothing they could be about.
    static let ours: Set<String> = ["paymentReversal", "exceptionalRefund", "dispute", "cardReversal", "compensation"]

    @Test("Before the launch nothing is there, and nothing comes")
    func nothingBefore() throws {
        let (columns, periods) = try Self.table()
        let before = try #require(periods.first)
        var story = Story()
        try story.rule { $0.requiresLaunch = true }
        for column in columns {
            #expect(before.cells[column] == "-", "\(column)")
            // A partner's word is recorded whatever it says.
            #expect(try (attempt(column, 1, story, []) != "ok") == (column != "cardReversal"), "\(column)")
        }
        #expect(try attempt("register", 1, story, []) == "not-launched")
    }

    private static func isExpected(_ answer: String, _ cell: String, _ column: String, member: Int) -> Bool {
        switch cell {
        case "yes": answer == "ok"
        case "afterReset", "claimOnly": answer == (member == 2 ? "ok" : "reset-required")
        case "lateOnly": answer == "claims-are-closed"
        // What has not begun has not ended either.
        case "-": answer == (column == "refundClaim" ? "not-terminated" : "not-launched")
        // Refused by what the period has closed, and for no other reason.
        case "no": 
            [
                "charges-stopped", "registration-stopped", "external-login-stopped", "foreign-address", "service-terminated", "not-terminated",
                "claims-not-open",
            ].contains(answer)
        default: false
        }
    }

    @Test("The mandate binds members: staff unlock without it")
    func staffedUnlock() throws {
        var (story, _) = try Self.aStory(requiresLaunch: false)
        try story.play(
            """
            grant s support
            grant m monitor
            mandate
            unlock 1 pay                      | reset-required
            as m unlock 1 pay                 | reset-required
            as s unlock 1 pay                 | ok
            as op-1 unlock 2 pay              | ok
            lock 1 pay                        | ok
            open p-99
            charge 13 point 5                 | ok
            -- a second mandate binds anew
            mandate
            charge 13 point 5                 | reset-required
            reset 13 reminder
            charge 13 point 5                 | ok
            """)
    }

    @Test("After the end no lifted control opens a charge, a payment, a registration or a refund by exception")
    func nothingReopens() throws {
        var (story, _) = try Self.aStory(requiresLaunch: false)
        try story.play("X: stop charge\nY: stop pay\nZ: stop registration\nW: stop foreignIp\nV: stop externalIdLogin")
        try story.play("decideEnd 2019-07-02T00:00+09:00\nclock 2019-07-02T00:00+09:00")
        try story.play("pay 9 s-1 1 | payments-stopped\ncharge 9 point 1 | charges-stopped\nopen new | registration-stopped")
        for control in ["X", "Y", "Z", "W", "V"] { try story.play("lift \(control)") }
        try story.openClaims()
        for row in ["pay 9 s-1 1", "open new", "login 9 externalId", "refund 9 1 smallAmount", "correct 9 \(story.history(of: .member(9))[1].position) 1"]
            + FundingSource.allCases.map({ "charge 9 \($0.name) 1" })
        {
            try story.play("\(row) | service-terminated")
        }
        try story.play("login 9 commonId\nlock 9 all\nunlock 9 all\nreset 9 self\nend 9")
        #expect(story.books.balance(.refund(9)) == 100)
    }

    @Test("Claims from abroad are a matter of policy; without it the block stands, and nothing else opens with it")
    func fromAbroad() throws {
        var (story, _) = try Self.aStory(requiresLaunch: false)
        try story.play("F: stop foreignIp\ndecideEnd 2019-07-02T00:00+09:00")
        try story.rule { $0.claimsFromAbroad = true }
        try story.play("login 9 commonId <app US> | foreign-address\nclock 2019-07-02T00:00+09:00")
        try story.openClaims()
        try story.play(
            """
            login 9 commonId <app US>
            claim 9 p-9 bank app <app US>
            claim 10 p-10 bank web 2 <web>
            pay 11 s-1 1 <app US>                    | service-terminated
            """)
        try story.rule { $0.claimsFromAbroad = false }
        try story.play(
            """
            login 11 commonId <app US>               | foreign-address
            claim 11 p-11 bank web 2 <web US>        | foreign-address
            claim 11 p-11 bank web 2 <web>           | country-unknown
            claim 11 p-11 bank web 2 <web JP>
            as s claim 12 p-12 bank paper 2 <backOffice>
            """)
    }

    @Test("The mandate binds a claim in the app; by web form, with identity, it is taken; without identity it is not")
    func withoutTheReset() throws {
        var (story, _) = try Self.aStory(requiresLaunch: false)
        try story.play("mandate\ndecideEnd 2019-07-02T00:00+09:00\nclock 2019-07-02T00:00+09:00")
        try story.openClaims()
        try story.play(
            """
            claim 9 p-9 bank app                     | reset-required
            claim 9 p-9 bank app 2                   | reset-required
            claim 9 p-9 bank web                     | identity-required
            claim 9 p-9 bank web 1                   | ok
            claim 10 p-10 bank paper                 | ok
            reset 11 self
            claim 11 p-11 bank app                   | ok
            payee 10 postal                          | reset-required
            withdrawClaim 10                         | reset-required
            """)
    }
}
