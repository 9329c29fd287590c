import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// The fraud view as a whole: rule sets that change, restarts, its check, and what it is asked.
@Suite struct FraudWatchTests {
    private static let every: [RuleSet.Rule] = [
        .of(.dayTurnover, weight: 1, 3_000, 30), .of(.chargeBurst, weight: 2, 3, 120, 4, 600),
        .of(.fillAndDrain, weight: 3, 4_000, 90, 30, 900, 2), .of(.largePayment, weight: 4, 3_000, 6_000),
        .of(.foreignLoginThenPayment, weight: 5, 600), .of(.newDeviceThenCharge, weight: 6, 300), .of(.sharedDevice, weight: 7, 3, 900),
        .of(.fanOut, weight: 8, 3, 300, 40), .of(.unknownIDs, weight: 9, 2, 3, 6, 30), .of(.guessedThenCharge, weight: 10, 1, 600),
        .of(.impossibleTravel, weight: 11, 100, 5, 600), .of(.storeCluster, weight: 12, 2, 1_000, 300),
        .of(.cartonAmounts, weight: 13, 500, 1_000, 2, 300), .of(.resetThenCharge, weight: 14, 900), .of(.idleThenPayment, weight: 15, 900, 3_600),
    ]

    @Test("Before any rule set nothing is found, nor under one that names no rule that fits")
    func noRules() throws {
        let town = try Town()
        let steps: [Step] = [.charge(30_000), .charge(30_000), .charge(30_000), .pay(90_000), .fail(nil, .unknownId)]
        try town.play(steps)
        let before = try town.view()
        #expect(before.findings() == [] && before.suspiciousAccounts() == [] && before.ruleSet.version == 0 && before.ruleSet.rules == .none)
        try town.play([.rules([.of(.largePayment, 1_000_000, 1_000_000)])] + steps)
        #expect(try town.view().findings() == [])
    }

    @Test("A rule set looks only at what was recorded under it, and finds again what another one found")
    func versions() throws {
        let burst = RuleSet.Rule.of(.chargeBurst, 3, 60, 50, 60)
        let town = try Town()
        try town.play([.charge(1), .charge(1), .rules([burst]), .charge(1), .charge(1)])
        #expect(try town.view().findings() == [])
        try town.play([.charge(1), .rules([burst]), .charge(1), .charge(1), .charge(1), .rules([.of(.largePayment, 5, 50)]), .pay(5)])
        let view = try town.view()
        #expect(view.findings().map(\.version) == [1, 2, 3])
        #expect(view.findings().map(\.score) == [10, 20, 30] && view.score(of: 1) == 30 && view.ruleSet.version == 3)
        let second = view.findings()[1]
        #expect(second.events.count == 3 && second.events.allSatisfy { $0 > town.activated[1] } && second.position == second.events[2])
        #expect(view.findings(since: second.position).count == 2 && view.findings(since: second.position + 1).count == 1)
        #expect(view.ruleSet.rules[.largePayment]?["high"] == 50)
    }

    @Test("Evidence is the last hundred; the window begins with the first")
    func evidence() throws {
        let town = try Town()
        try town.play([.rules([.of(.cartonAmounts, 2, 2, 150, 600)])])
        try town.play([.pay(2), .wait(1)] + Array(repeating: .pay(2), count: 149))
        let found = try town.view().findings()
        #expect(found.count == 1 && found[0].events.count == 100 && found[0].matched == 150 && found[0].windowStart == Town.start)
        #expect(found[0].events == Array((found[0].position - 99)...found[0].position))
    }

    /// Random traffic close to every threshold.
    private func play(_ town: Town, _ random: inout Random, _ count: Int) throws {
        var sessions: [UInt32: UInt64] = [:]
        try town.writer.log.scan(from: 0) { event in
            if event.kind == .loginSucceeded { sessions[event.event!.session] = event.subject.ordinal }
            return true
        }
        var steps: [Step] = []
        for _ in 0..<count {
            let account = UInt64(1 + random.below(4))
            var access = Access.none
            if random.below(3) == 0 {
                access = Town.access(
                    device: random.below(2) == 0 ? UInt64(random.below(7)) : nil, address: random.below(2) == 0 ? UInt64(random.below(20)) : nil,
                    network: random.pick([0, 64_500, 64_501]), country: random.pick([nil, "JP", "KR"]))
            }
            let from = Town.access(address: UInt64(random.below(2)), network: 64_500)
            switch random.below(17) {
            case 0..<3: steps.append(.charge(random.pick([500, 1_000, 3_000, 4_000]), random.pick([.creditCard, .debitCard, .registerCash]), of: account, access))
            case 3..<7:
                let number = random.below(5)
                let place = [nil, "35.6,139.7 A", "35.65,139.7", "35.9,139.7 C", "somewhere"][number]
                steps.append(.pay(
                    random.pick([100, 500, 1_000, 3_000, 3_600]), in: "s-\(number)", at: place, register: random.pick([nil, "1"]), of: account, access))
            case 7, 8: steps.append(.login(account, access))
            case 9: steps.append(.fail(account, random.pick([.wrongPassword, .secondFactor]), from))
            case 10: steps.append(.fail(nil, .unknownId, id: random.pick([nil, Pseudonym(high: account, low: 1)]), from))
            case 11:
                let counts = LoginCounts(
                    minute: Town.start, attempts: 5, unknownIds: Int64(random.below(3)), wrongPasswords: Int64(random.below(3)), succeeded: 0,
                    accounts: random.pick([[], [.ordinal(account)], [.ordinal(account), .ordinal(5)]]))
                steps.append(.count(counts, from))
            case 12: steps.append(.reset(changed: random.below(2) == 0, of: account, access))
            case 13..<16: steps.append(.wait(random.pick([1, 60, 120, 300, 600, 600, 900, 3_600].map { $0 * Town.second })))
            default: steps.append(.wait(random.pick([30_000, 86_400, 100_000].map { $0 * Town.second })))
            }
        }
        // A session ends with a reset: what is refused is part of the play.
        try town.teller.ask(steps.map { step in
            var asked = town.asked(step)
            if random.below(6) == 0, case .money(.pay(.ordinal(let account), _, _, _, _)) = asked.command, asked.access == .none,
                let session = sessions.filter({ $0.value == account }).keys.max()
            {
                asked.access.session = session
            }
            return asked
        })
    }

    @Test("Under all rules together the view and its check agree at every position, hours and sources too, over changes of rules and restarts", arguments: 1...6)
    func together(seed: Int) throws {
        var random = Random(seed: UInt64(seed))
        let town = try Town(money: 40_000)
        for _ in 0..<4 {
            try play(town, &random, 60)
            let rules = Self.every.filter { _ in random.below(6) != 0 }
            try town.play([.rules(rules.isEmpty ? Self.every : rules)])
            for _ in 0..<3 { try play(town, &random, 60) }
        }
        let log = town.writer.log
        var (view, check) = (FraudWatch(), FraudCheck())
        try log.scan(from: 0) { event in
            try view.apply(event, log)
            check.take(event.event!)
            let wrong = view.differences(from: check)
            if !wrong.isEmpty { Issue.record("at \(event.position): \(wrong.prefix(2))") }
            return wrong.isEmpty
        }
        let digest = try FraudWatch.fold(log).digest()
        #expect(view.digest() == digest)
        for _ in 0..<8 { try town.restarted(at: 1 + UInt64(random.below(Int(log.count) - 1)), digest) }
        if seed == 1 { #expect(Set(view.findings().map(\.rule)).count >= 12, "\(Set(view.findings().map(\.rule)))") }
        // Hours and days' sources were held against the check as well, and there were some.
        #expect(view.timeline().count > 30 && view.timeline().contains { $0.successesFromAbroad > 0 && $0.cardCharges > 0 })
        #expect(Set(view.fanOut().map(\.day)).count > 3)
    }

    @Test("The check objects to any word of a finding or a score that says something else, and to one too many or too few")
    func tampered() throws {
        var random = Random(seed: 7)
        let town = try Town(money: 40_000)
        try town.play([.rules(Self.every)])
        for _ in 0..<3 { try play(town, &random, 60) }
        let clean = try town.view()
        let check = try town.check(to: clean.next)
        let findings = clean.tables[13]
        #expect(clean.differences(from: check) == [] && findings.count > 5)
        for row in 0..<findings.count {
            for column in 0..<findings.width {
                var view = clean
                view.found[row, column] ^= 1
                // An account's subject says nothing with its second word, nor a network's or a device's.
                let isUnused = column == FraudWatch.Found.b && findings[row, FraudWatch.Found.kind] != 2
                    || column == FraudWatch.Found.a && findings[row, FraudWatch.Found.kind] == 6
                if !isUnused, column != FraudWatch.Found.evidence { #expect(view.differences(from: check) != [], "row \(row), column \(column)") }
            }
            var view = clean
            view.words[Int(findings[row, FraudWatch.Found.evidence]), 0] += 1
            #expect(view.differences(from: check) != [])
        }
        for account in 0..<4 {
            var view = clean
            view.accounts[account, FraudWatch.Account.score] += 1
            if clean.score(of: UInt64(account) + 1) != 0 { #expect(view.differences(from: check) != []) }
        }
        var early = try FraudWatch.fold(town.writer.log, to: clean.next - 1)
        #expect(early.differences(from: check) != [])
        try early.follow(town.writer.log, to: clean.next)
        #expect(early.differences(from: check) == [])
        var longer = clean
        longer.found[findings.count, 0] = 1
        #expect(longer.differences(from: check) != [])
    }

    @Test("A view whose links do not hold is not used")
    func damaged() throws {
        let town = try Town()
        try town.play([.rules(Self.every), .login(1, Town.access(device: 1, address: 1)), .charge(5_000), .pay(5_000)])
        let clean = try town.view()
        func isRefused(_ change: (inout FraudWatch) -> Void) -> Bool {
            var view = clean
            change(&view)
            do { try view.restore(next: clean.next) } catch { return true }
            return false
        }
        #expect(!isRefused { _ in })
        #expect(isRefused { $0.accounts[0, FraudWatch.Account.window] = 99 })
        #expect(isRefused { $0.accounts[0, FraudWatch.Account.known] = -1 })
        #expect(isRefused { $0.found[0, FraudWatch.Found.evidence] = 1 << 40 })
        #expect(isRefused { $0.found[0, FraudWatch.Found.evidenceCount] = -1 })
        #expect(isRefused { $0.words[FraudWatch.Word.rules, 0] = 3 })
        #expect(isRefused { view in
            var tables = view.tables
            tables[4][0, 1] = 1 << 50
            view.tables = tables
        })
    }

    @Test("What windows held is given back when they are over")
    func bounded() throws {
        let town = try Town()
        try town.play([.rules(Self.every)])
        let day = 86_400 * Town.second
        var sizes: [[Int]] = []
        for round in 0..<6 {
            var steps: [Step] = []
            for account in UInt64(1)...6 {
                let access = Town.access(device: account, address: account + UInt64(round) * 10, network: 64_500)
                steps += [.fail(account, .wrongPassword, access), .login(account, access)]
                steps += [.charge(5_000, .creditCard, of: account), .pay(5_000, register: "1", of: account)]
            }
            try town.play(steps + [.wait(3 * day)])
            // Texts, findings and reports stay.
            sizes.append(try town.view().tables.prefix(12).map(\.count))
        }
        #expect(sizes[1] == sizes[5], "\(sizes)")
    }

    @Test("Sources, hours, clusters, thefts and paths are told")
    func reports() throws {
        let town = try Town()
        let (home, far) = (Town.access(device: 1, address: 1, network: 10, country: "JP"), Town.access(device: 9, address: 2, network: 20, country: "CN"))
        try town.play([.rules([
            .of(.foreignLoginThenPayment, 3600), .of(.newDeviceThenCharge, 600), .of(.storeCluster, 2, 1_000, 600), .of(.idleThenPayment, 3600, 3600),
        ])])
        try town.play([
            .login(1, home), .wait(7200 * Town.second), .fail(1, .wrongPassword, far), .fail(nil, .unknownId, id: Pseudonym(high: 8, low: 8), far),
            .count(LoginCounts(minute: Town.start, attempts: 40, unknownIds: 30, wrongPasswords: 10, accounts: [.ordinal(1), .ordinal(2)]), far),
            .login(1, far), .pay(2_000, register: "1", far), .pay(2_000, register: "1", of: 2), .reset(changed: true), .login(3, far), .charge(3_000, .creditCard, of: 3),
        ])
        let view = try town.view()
        let out = view.fanOut()
        let network = try #require(out.first { $0.source == .network(20) })
        #expect(network.attempts == 44 && network.successes == 2 && network.unknownIDs == 31 && network.accounts == 3)
        #expect(out.contains { $0.source == .address(Pseudonym(high: 2, low: 1)) } && out.contains { $0.source == .device(2) })
        #expect(out.map(\.attempts) == out.map(\.attempts).sorted(by: >) && network.first < network.last || network.first == network.last)
        let hours = view.timeline()
        let attack = try #require(hours.last)
        #expect(attack.attempts == 44 && attack.failures == 42 && attack.unknownIDs == 31 && attack.successesFromAbroad == 2 && attack.cardCharges == 1)
        #expect(attack[.foreignLoginThenPayment] == 1 && attack[.storeCluster] == 1 && attack[.newDeviceThenCharge] == 1)
        #expect(view.storeClusters.map(\.subject) == ["store:s-1#1"] && view.storeClusters[0].accounts == 2 && view.storeClusters[0].payments.count == 2)
        #expect(view.ownBalanceThefts.map(\.account) == [1])
        #expect(view.ownBalanceThefts[0].findings.map(\.rule) == [.foreignLoginThenPayment, .idleThenPayment])
        #expect(view.suspiciousAccounts().map(\.account) == [1, 3] && view.suspiciousAccounts(atLeast: 11).map(\.account) == [1])
        #expect(view.suspiciousAccounts()[0].reasons.map(\.rule) == [.foreignLoginThenPayment, .idleThenPayment])
        let payment = view.findings()[0].position
        let path = try view.accessPath(of: 1, town.writer.log, before: payment)
        #expect(path.map(\.kind) == [.loginSucceeded, .loginFailed, .loginSucceeded] && path[2].country == Country("CN") && path[1].failure == .wrongPassword)
        #expect(try view.accessPath(of: 1, town.writer.log, before: view.next).last?.isAddressChanged == true)
        // A day later the day's sources are a report.
        try town.play([.wait(86_400 * Town.second), .login(1, home)])
        let later = try town.view().fanOut()
        #expect(later.count == out.count + 3 && Array(later.dropFirst(3)) == out)
    }
}

/// Places as stores give them.
@Suite struct FraudPlaceTests {
    @Test("Both readers of places agree, and refuse the same")
    func reading() {
        for (text, place) in [
            ("35.68,139.767", (35_680_000, 139_767_000)), ("35.6812345678,139 Tokyo, Marunouchi", (35_681_234, 139_000_000)),
            ("-33.9,+151.2", (-33_900_000, 151_200_000)), ("90,180", (90_000_000, 180_000_000)), ("0,0", (0, 0)), ("-0.5,-0.25 x", (-500_000, -250_000)),
            ("90.1,0", nil), ("1,180.000001", nil), ("35.68", nil), ("35.68,139.7,1", nil), ("35.,139", nil), ("1000,1", nil), ("a,b", nil),
            ("", nil), (" 1,2", nil), ("1, 2", nil), ("--1,2", nil), ("1e1,2", nil), ("٣,2", nil),
        ] as [(String, (Int64, Int64)?)] {
            #expect(Place(Array(text.utf8)).map { $0.latitude } == place?.0 && Place(Array(text.utf8)).map { $0.longitude } == place?.1, "\(text)")
            #expect(CheckedPlace.read(text).map { $0.0 } == place?.0 && CheckedPlace.read(text).map { $0.1 } == place?.1, "\(text)")
        }
    }

    @Test("Both measures agree, and come close to what is known")
    func distance() {
        let (tokyo, osaka) = (Place(latitude: 35_681_236, longitude: 139_767_125), Place(latitude: 34_702_485, longitude: 135_495_951))
        // 403 km along the great circle.
        #expect((402_500...404_000).contains(tokyo.metres(to: osaka)))
        var random = Random(seed: 3)
        for _ in 0..<20_000 {
            let one = (Int64(random.below(180_000_001)) - 90_000_000, Int64(random.below(360_000_001)) - 180_000_000)
            let far = random.below(2) == 0
            let other = far
                ? (Int64(random.below(180_000_001)) - 90_000_000, Int64(random.below(360_000_001)) - 180_000_000)
                : (max(-90_000_000, one.0 - Int64(random.below(50_000))), min(180_000_000, one.1 + Int64(random.below(50_000))))
            let mine = Place(latitude: one.0, longitude: one.1).metres(to: Place(latitude: other.0, longitude: other.1))
            #expect(mine == CheckedPlace.metres(one, other), "\(one) \(other)")
        }
    }
}
