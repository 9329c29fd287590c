import Journal
import Ledger
import Testing

@testable import Projections

/// The check of what the fraud view shows of hours and of days' sources.
@Suite struct FraudViewsTests {
    private static let day = 86_400 * Town.second

    /// Two days with logins of every kind, charges and findings, and a third that is not over.
    private func town() throws -> Town {
        let town = try Town()
        let (home, far) = (Town.access(device: 1, address: 1, network: 10, country: "JP"), Town.access(device: 9, address: 2, network: 20, country: "KR"))
        var signed = Town.access(network: 30)
        signed.address = Pseudonym(high: .max, low: .max)
        let counts = LoginCounts(
            minute: Town.start, attempts: 40, unknownIds: 20, wrongPasswords: 10, succeeded: 3, accounts: [.ordinal(1), .ordinal(2), .ordinal(2)])
        let busy: [Step] = [
            .login(1, home), .wait(7_200 * Town.second), .fail(1, .wrongPassword, far), .fail(nil, .unknownId, id: Pseudonym(high: 8, low: 8), far),
            .count(counts, far), .login(2, far), .login(2), .charge(3_000, .creditCard, of: 3, far), .charge(3_000, .debitCard), .charge(3_000),
            .charge(5_000, .registerCash), .fail(4, .secondFactor, signed), .fail(nil, .unknownId, signed), .login(3, signed), .pay(9_000),
        ]
        var policy = Policy()
        policy.homeCountry = Country("KR")!
        try town.play([.rules([.of(.chargeBurst, 2, 60, 3, 60), .of(.largePayment, 5_000, 9_000), .of(.fanOut, 3, 600, 40)])])
        try town.play(busy + [.wait(Self.day), .policy(policy)] + busy + [.wait(2 * Self.day)] + busy)
        return town
    }

    @Test("The check objects to any word of an hour and of a day's source that says something else, and to one too many or too few")
    func tampered() throws {
        let town = try town()
        let clean = try town.view()
        let check = try town.check(to: clean.next)
        #expect(clean.differences(from: check) == [])
        typealias Report = FraudWatch.Report
        var words = [0, 0]
        for row in 0..<clean.reports.count {
            let isHour = clean.reports[row, Report.kind] == 1
            let isAddress = !isHour && clean.reports[row, Report.tag] == FraudWatch.Tag.dayAddress
            for column in 0...(isHour ? Report.width - 1 : Report.last) where isHour || isAddress || column != Report.b {
                var view = clean
                view.reports[row, column] ^= 1
                #expect(view.differences(from: check) != [], "row \(row), column \(column)")
                words[isHour ? 0 : 1] += 1
            }
        }
        #expect(words[0] >= 6 * Report.width && words[1] >= 100, "\(words)")
        let live = clean.dailyRows
        #expect(live.count >= 7)
        for row in live {
            for column in FraudWatch.Daily.attempts...FraudWatch.Daily.last {
                var view = clean
                view.sources[row, column] ^= 1
                #expect(view.differences(from: check) != [], "source \(row), column \(column)")
            }
        }
        var view = clean
        view.words[FraudWatch.Word.sourceDay, 0] += 1
        #expect(view.differences(from: check) != [])
        view = clean
        view.sources.remove(live[0])
        #expect(view.differences(from: check) != [])
        for kind in [Int64(1), 2] {
            var longer = clean
            longer.reports[clean.reports.count, Report.kind] = kind
            longer.reports[clean.reports.count, Report.tag] = FraudWatch.Tag.dayNetwork
            #expect(longer.differences(from: check) != [], "kind \(kind)")
        }
        // Two lines of a day that changed places.
        let rows = (0..<clean.reports.count).filter { clean.reports[$0, Report.kind] == 2 }
        view = clean
        for column in 0..<Report.width {
            (view.reports[rows[0], column], view.reports[rows[1], column]) = (clean.reports[rows[1], column], clean.reports[rows[0], column])
        }
        #expect(view.differences(from: check) != [])
    }

    @Test("Of a day with more than a thousand sources the first thousand are compared")
    func thousand() throws {
        let town = try Town()
        let fails = (0..<1_040).map { number in
            var access = Access.none
            access.address = Pseudonym(high: UInt64(number % 3) << 62 | 1, low: UInt64(number) << 54)
            return Step.fail(nil, .unknownId, access)
        }
        try town.play(fails + fails.prefix(20) + [.wait(Self.day)] + fails.reversed() + fails.suffix(20))
        let view = try FraudWatch.fold(town.writer.log)
        let check = try town.check(to: view.next)
        #expect(view.differences(from: check) == [])
        let lines = view.fanOut(limit: 3_000)
        #expect(lines.count == 2_000 && lines.prefix(20).allSatisfy { $0.attempts == 2 } && lines[20...].prefix(980).allSatisfy { $0.attempts == 1 })
        for row in [0, 19, 20, 500, 999] {
            var wrong = view
            wrong.sources[view.dailyRows[row], FraudWatch.Daily.attempts] += 1
            #expect(wrong.differences(from: check) != [], "\(row)")
        }
        // What is not shown may say anything.
        var hidden = view
        hidden.sources[view.dailyRows[1_039], FraudWatch.Daily.unknown] += 1
        #expect(hidden.differences(from: check) == [])
    }

    @Test("Where the view counts no more so exactly, just that is not compared")
    func bounds() throws {
        let town = try town()
        let clean = try town.view()
        let days = clean.fanOut().map(\.day)
        func check(_ change: (inout FraudCheck.Shown) -> Void) throws -> FraudCheck {
            var check = FraudCheck()
            change(&check.shown)
            try town.writer.log.scan(from: 0, to: clean.next) { event in
                check.take(event.event!)
                return true
            }
            return check
        }
        func tampered(_ column: Int) -> FraudWatch {
            var view = clean
            view.sources[clean.dailyRows[0], column] += 1
            return view
        }
        let sources = days.count { $0 == days[0] }
        let exact = try check { $0.mostSources = sources }
        #expect(clean.differences(from: exact) == [] && tampered(FraudWatch.Daily.attempts).differences(from: exact) != [])
        let few = try check { $0.mostSources = sources - 1 }
        #expect(clean.differences(from: few) == [] && tampered(FraudWatch.Daily.attempts).differences(from: few) == [])
        let pairs = try check { $0.mostPairs = 2 }
        #expect(clean.differences(from: pairs) == [] && tampered(FraudWatch.Daily.accounts).differences(from: pairs) == [])
        #expect(tampered(FraudWatch.Daily.attempts).differences(from: pairs) != [])
        var hour = clean
        hour.reports[Int(clean.words[FraudWatch.Word.hourRow, 0]) - 1, FraudWatch.Report.attempts] += 1
        #expect(hour.differences(from: few) != [])
    }
}
