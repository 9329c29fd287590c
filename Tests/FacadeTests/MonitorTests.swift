import Foundation
import Journal
import Ledger
import ServiceLifecycle
import Testing
import Wire

@testable import Facade
@testable import Projections

/// What the rules find becomes an alert, and a high score a proposal, each once for ever.
@Suite struct MonitorTests {
    private static let rules = #""name":"v","lockScore":"100","reason":"r","rules":{"F3":{"weight":"60","amount":"1000","high":"5000"}}"#

    /// Three accounts: one pays little, one much once, one much twice.
    private func prepare(_ client: Client) async throws {
        #expect(try await client.decide("\"command\":\"activateRules\",\(Self.rules)", approvers: ["kanri-2"]).status == 201)
        for (account, payments) in [(1, [999]), (2, [1000]), (3, [1000, 1500, 1000])] {
            _ = try await client.post("/v1/accounts", #"{"person":"p-\#(account)"}"#)
            _ = try await client.post("/v1/accounts/\(account)/charges", #"{"source":"registerCash","amount":"50000"}"#)
            // Each in an instant of its own.
            for amount in payments {
                #expect(try await client.post("/v1/accounts/\(account)/payments", #"{"store":"s-1","amount":"\#(amount)"}"#).status == 201)
            }
        }
    }

    /// Looks until the view has taken everything in.
    private func pass(_ shop: Shop, _ lookout: inout Lookout) async throws {
        for _ in 0..<200 where lookout.since < shop.count {
            await shop.server.monitor.pass(&lookout)
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test func findingsBecomeAlerts() async throws {
        try await withShop { shop, client in
            try await prepare(client)
            var lookout = Lookout()
            let count = shop.count
            try await pass(shop, &lookout)
            // Four alerts and one proposal.
            #expect(shop.count == count + 5)
            let alerts = try #require(try await client.get("/v1/alerts", as: "chosa-1").json.objects("alerts"))
            #expect(alerts.map { $0.text("account") } == ["2", "3", "3", "3"] && alerts.map { $0.number("score") } == [60, 60, 120, 180])
            #expect(alerts.allSatisfy { $0.text("rule") == "F3" && $0.text("name") == "largePayment" && $0.number("ruleVersion") == 1 })
            #expect(alerts[0].text("subject") == "account:2" && alerts[0].texts("events")?.count == 1)
            let proposals = try #require(try await client.get("/v1/proposals", as: "kanri-2").json.objects("proposals"))
            #expect(proposals.count == 1 && proposals[0].text("proposedBy") == "monitor")
            #expect(proposals[0].inner("held")?.text("command") == "lock" && proposals[0].inner("held")?.text("account") == "3")
            // A restart, a rebuild of the view and another look say nothing twice.
            _ = try await client.post("/v1/views/fraud/rebuild", "{}", as: "kanri-1")
            var again = Lookout()
            try await pass(shop, &again)
            await shop.server.monitor.pass(&lookout)
            #expect(shop.count == count + 5)
            // More of the same is an alert more and no second proposal.
            _ = try await client.post("/v1/accounts/3/payments", #"{"store":"s-1","amount":"2000"}"#)
            try await pass(shop, &lookout)
            #expect(shop.count == count + 7)
            // A person looks, and another agrees to the lock.
            let first = try #require(alerts[0].number("position"))
            try await play(client, [
                Row("/v1/alerts/\(first)/clearances", #"{"verdict":"fine"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/alerts/\(first)/clearances", #"{"verdict":"falseAlarm"}"#, 403, "operator-required"),
                Row("/v1/alerts/\(first)/clearances", #"{"verdict":"falseAlarm","note":"a television"}"#, "kanri-1", 201, "alertCleared"),
                Row("/v1/alerts/\(first)/clearances", #"{"verdict":"confirmed"}"#, "kanri-1", 404, "alert-unknown"),
                Row("/v1/alerts/x/clearances", #"{"verdict":"confirmed"}"#, "kanri-1", 404, "alert-unknown"),
                Row("/v1/approvals", #"{"proposal":\#(proposals[0].number("proposal") ?? 0)}"#, "kanri-1", 201, "accountLocked"),
            ])
            #expect(try await client.get("/v1/alerts", as: "chosa-1").json.objects("alerts")?.count == 4)
            #expect(try await client.get("/v1/accounts/3").json.texts("locks") == ["all"])
        }
    }

    /// What the view says of fraud, over HTTP.
    @Test func reads() async throws {
        try await withShop { shop, client in
            try await prepare(client)
            let suspicious = try await client.get("/v1/fraud/suspicious?least=100", as: "chosa-1").json
            #expect(suspicious.objects("accounts")?.map { $0.text("account") } == ["3"])
            #expect(suspicious.objects("accounts")?.first?.objects("reasons")?.first?.number("count") == 3)
            _ = try await client.post(
                "/v1/accounts/2/logins", #"{"method":"commonId","access":{"via":"app","address":"203.0.113.9","asn":64500,"country":"JP","device":"d"}}"#)
            let fans = try await client.get("/v1/fraud/fan-out?limit=10", as: "chosa-1").json.objects("sources") ?? []
            #expect(fans.compactMap { $0.number("asn") } == [64500] && fans.contains { $0["address"] != nil })
            #expect(try await client.get("/v1/fraud/own-balance", as: "chosa-1").json.objects("accounts")?.count == 2)
            #expect(try await client.get("/v1/fraud/stores", as: "chosa-1").json.objects("clusters")?.isEmpty == true)
            let hours = try await client.get("/v1/fraud/timeline?from=2019-07-01T00:00Z", as: "chosa-1").json.objects("hours") ?? []
            #expect(hours.compactMap { $0.inner("findings")?.number("F3") }.reduce(0, +) == 4)
            let steps = try await client.get("/v1/fraud/path?account=2", as: "chosa-1").json.objects("steps") ?? []
            #expect(steps.map { $0.text("event") } == ["loginSucceeded"] && steps[0].number("asn") == 64500)
            #expect(try await client.get("/v1/fraud/path?account=2&before=\(steps[0].number("position")!)", as: "chosa-1").json.objects("steps")?.isEmpty == true)
            for path in ["suspicious", "fan-out", "stores", "own-balance", "timeline", "path?account=1"] {
                #expect(try await client.get("/v1/fraud/" + path).code == "operator-required", "\(path)")
            }
            for path in ["suspicious?least=0", "suspicious?limit=1001", "timeline?from=then", "path", "path?account=x", "fan-out?limit=0"] {
                #expect(try await client.get("/v1/fraud/" + path, as: "chosa-1").code == "invalid-field", "\(path)")
            }
        }
    }

    /// The service of a running server: on its own, until it is told to stop.
    @Test func itRunsByItself() async throws {
        try await withShop { shop, client in
            try await prepare(client)
            let count = shop.count
            let running = Task { try await shop.server.monitor.run() }
            for _ in 0..<300 where shop.count < count + 5 { try await Task.sleep(for: .milliseconds(10)) }
            #expect(shop.count == count + 5)
            running.cancel()
            try await running.value
        }
    }

    /// A store's long name, and an address that reads like a card number, still make an alert.
    @Test func subjectsThatAreNoTexts() throws {
        func finding(_ subject: String) -> FraudFinding {
            FraudFinding(
                rule: .fanOut, version: 1, account: 0, subject: subject, windowStart: Instant("2019-07-01T00:00Z")!, isGrave: false, events: [1],
                position: 1, recordedAt: Instant("2019-07-01T00:00Z")!, weight: 1, score: 0, matched: 1)
        }
        for subject in ["address:4111111111111111aaaaaaaaaaaaaaaa", "store:" + String(repeating: "x", count: 64) + "#3", "store:s 1"] {
            let request = try #require(Lookout.alert(finding(subject)))
            guard case .fraud(.raise(let alert)) = request.command else { throw Client.Unexpected("no alert") }
            #expect(alert.subject.hasPrefix(subject.prefix { $0 != ":" } + ":"), "\(alert.subject)")
        }
    }

    /// Where the writer is busy, nothing is lost.
    @Test func whatWasNotTakenIsSaidAgain() async throws {
        let finding = FraudFinding(
            rule: .largePayment, version: 1, account: 1, subject: "account:1", windowStart: Instant("2019-07-01T00:00Z")!, isGrave: false, events: [1],
            position: 1, recordedAt: Instant("2019-07-01T00:00Z")!, weight: 200, score: 200, matched: 1)
        let rules = RuleSet(name: "v", lockScore: 100, rules: [])
        let monitor = Monitor(look: { _ in .init(findings: [finding], version: 1, rules: rules, next: 5) }) { requests in
            #expect(requests.count == 2 && requests.allSatisfy { $0.principal == .monitor })
            return requests.map { _ in .notAccepted(.overloaded) }
        }
        var lookout = Lookout()
        await monitor.pass(&lookout)
        await monitor.pass(&lookout)
        #expect(lookout.since == 0)
    }

    /// Nobody is given the monitor's name.
    @Test func theNameIsTaken() throws {
        let directory = DataDirectory(FileManager.default.temporaryDirectory.appendingPathComponent("monitor-\(UUID().uuidString)").path)
        #expect(throws: PrincipalsError.name) { try Principals.issue(name: "monitor", role: .service, in: directory) }
        let hash = String(repeating: "0", count: 64)
        #expect(throws: PrincipalsError.line(1)) { try Principals(text: "monitor service \(hash)\n") }
    }
}
