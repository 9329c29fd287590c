import Foundation
import Journal
import Ledger
import Testing
import Wire

@testable import Facade

/// `Specs/permission-matrix.csv`, cell by cell, over HTTP: what the file says is what the server does.
@Suite struct MatrixRouteTests {
    private struct Period {
        let name: String
        let from: String
        let cells: [String: String]
    }

    private static let periods = [
        "beforeLaunch", "launch", "cardStop", "cashStop", "registrationStop", "externalLoginStop", "massReset", "closed", "claims", "afterClaims",
    ]

    private static func matrix() throws -> (columns: [String], periods: [Period]) {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Specs/permission-matrix.csv")
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").filter { !$0.hasPrefix("#") }
        let head = lines[0].split(separator: ",").map(String.init)
        let columns = Array(head[3...])
        let periods = lines[1...].map { line in
            let parts = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
            return Period(name: parts[0], from: parts[1], cells: Dictionary(uniqueKeysWithValues: zip(columns, parts[3...])))
        }
        return (columns, periods)
    }

    /// Codes by which a cell says no.
    private static let closed: Set<String> = [
        "charges-stopped", "registration-stopped", "external-login-stopped", "foreign-address", "service-terminated", "not-terminated",
        "claims-not-open",
    ]

    @Test func everyCellHolds() async throws {
        let (columns, periods) = try Self.matrix()
        #expect(periods.map(\.name) == Self.periods && columns.count == 19)
        try await withShop(start: Instant(periods[0].from)) { shop, client in
            try await prepare(client)
            // An account of its own for each cell after the launch.
            var accounts: [String: Int] = [:]
            for period in periods.dropFirst() { for column in columns { accounts[period.name + column] = accounts.count + 1 } }
            for period in periods {
                // To the last moment before it: what was, still is.
                if period.name != "beforeLaunch" {
                    let last = Instant(microseconds: Instant(period.from)!.microseconds - 1)
                    try await client.advance(to: last.description)
                    try await expectLastMoment(before: period, of: periods, client)
                    try await client.advance(to: period.from)
                }
                try await begin(period.name, periods, client)
                if period.name == "launch" {
                    try await open(accounts.count, byCard: Set(accounts.filter { $0.key.hasSuffix("cardReversal") }.values), client)
                }
                for column in columns {
                    let cell = try #require(period.cells[column])
                    let account = accounts[period.name + column] ?? 1
                    let what = "\(period.name), \(column): \(cell)"
                    let first = try await attempt(column, account, client)
                    switch cell {
                    case "yes": #expect(first.status == 201, "\(what): \(first.text)")
                    case "no": #expect(first.status != 201 && Self.closed.contains(first.code ?? ""), "\(what): \(first.text)")
                    case "-": #expect(["not-launched", "account-unknown"].contains(first.code), "\(what): \(first.text)")
                    case "lateOnly":
                        #expect(first.status == 409 && first.code == "claims-are-closed", "\(what): \(first.text)")
                        let late = try await client.decide(#""command":"acceptLateClaim","account":"\#(account)",\#(Self.claim(account))"#, approvers: ["kanri-2"])
                        #expect(late.status == 201, "\(what): \(late.text)")
                    // A login that serves a claim is bound by the mandate as any other.
                    case "afterReset", "claimOnly":
                        #expect(first.status == 403 && first.code == "reset-required", "\(what): \(first.text)")
                        // One made for all does not satisfy the mandate.
                        #expect(try await client.post("/v1/accounts/\(account)/resets", #"{"method":"mass",\#(Self.home)}"#).status == 201)
                        #expect(try await attempt(column, account, client).code == "reset-required", "\(what), after a mass reset")
                        #expect(try await client.post("/v1/accounts/\(account)/resets", #"{"method":"self",\#(Self.home)}"#).status == 201)
                        let second = try await attempt(column, account, client)
                        #expect(second.status == 201, "\(what), after the reset: \(second.text)")
                    default: Issue.record("\(what): a cell this test does not know")
                    }
                }
            }
        }
    }

    /// What no launch and no stop keeps out.
    private static let ofStaff: Set<String> = ["paymentReversal", "exceptionalRefund", "dispute", "cardReversal", "compensation"]
    /// What is asked for by members, and has another reason before: the service has not ended.
    private static let ofTheEnd = "refundClaim"

    /// With accounts from before the rule, a launch that is still to come closes what members ask for.
    @Test func beforeTheLaunchNothingIsAskedForByMembers() async throws {
        let columns = try Self.matrix().columns
        try await withShop(start: Instant("2019-06-30T00:00+09:00")) { _, client in
            try await open(columns.count, client)
            try await prepare(client)
            for (index, column) in columns.enumerated() where !Self.ofStaff.contains(column) && column != Self.ofTheEnd {
                let reply = try await attempt(column, index + 1, client)
                #expect(reply.status == 423 && reply.code == "not-launched", "\(column): \(reply.text)")
            }
        }
    }

    // MARK: The story

    private func prepare(_ client: Client) async throws {
        for (name, role) in [("chosa-1", "investigator"), ("nintei-1", "certifier")] {
            let granted = try await client.decide(#""command":"grantRole","principal":"\#(name)","role":"\#(role)""#)
            guard granted.status == 201 else { throw Client.Unexpected(granted.text) }
        }
        let set = try await client.post("/v1/policies", #"{"requiresLaunch":true}"#, as: "kanri-1")
        guard set.status == 201 else { throw Client.Unexpected(set.text) }
    }

    /// Accounts with some money, a payment of 100 at a known position each, and a lock on the charges.
    private func open(_ count: Int, byCard: Set<Int> = [], _ client: Client) async throws {
        var lines: [String] = []
        for number in 1...count {
            lines.append(#"{"key":"o-\#(number)","command":"openAccount","person":"p-\#(number)"}"#)
            lines.append(#"{"key":"c-\#(number)","command":"charge","account":"\#(number)","source":"\#(byCard.contains(number) ? "creditCard" : "point")","amount":"10000"}"#)
            lines.append(#"{"key":"p-\#(number)","command":"pay","account":"\#(number)","store":"s-1","amount":"100"}"#)
        }
        let results = try await client.bulk(lines)
        guard results.allSatisfy({ $0.number("status") == 201 }) else { throw Client.Unexpected("\(results)") }
    }

    private func begin(_ period: String, _ periods: [Period], _ client: Client) async throws {
        var acts: [(path: String, body: String)] = []
        switch period {
        case "launch": acts = [("/v1/launch", "{}")]
        case "cardStop":
            acts = [
                ("/v1/controls", #"{"control":"charge","sources":["creditCard","debitCard"],"reason":"unknown charges"}"#),
                ("/v1/controls", #"{"control":"foreignIp","reason":"attack from abroad"}"#),
            ]
        case "cashStop": acts = [("/v1/controls", #"{"control":"charge","sources":["registerCash","atmCash","point"],"reason":"all charging"}"#)]
        case "registrationStop":
            // The next stop is decided ahead, and falls due by itself.
            let due = periods.first { $0.name == "externalLoginStop" }!.from
            acts = [
                ("/v1/controls", #"{"control":"registration","reason":"no new members"}"#),
                ("/v1/controls", #"{"control":"externalIdLogin","effectiveAt":"\#(due)","reason":"takeovers"}"#),
            ]
        case "massReset":
            acts = [("/v1/reset-mandates", #"{"reason":"all passwords"}"#)]
            // The ledger ends the service by itself.
            let end = periods.first { $0.name == "closed" }!.from
            let decided = try await client.decide(#""command":"decideTermination","effectiveAt":"\#(end)","reason":"board""#)
            #expect(decided.status == 201, "\(decided.text)")
        case "claims":
            try await ShutdownRouteTests.notice(client)
            let opened = try await client.decide(#""command":"openClaims","last":"2020-01-10""#, approvers: ["kanri-2"])
            #expect(opened.status == 201, "\(opened.text)")
        default: break
        }
        for act in acts {
            let reply = try await client.post(act.path, act.body, as: "kanri-1")
            #expect(reply.status == 201, "\(period): \(reply.text)")
        }
    }

    /// A microsecond before a stop that was decided ahead, the row before it holds.
    private func expectLastMoment(before period: Period, of periods: [Period], _ client: Client) async throws {
        guard period.name == "externalLoginStop" else { return }
        #expect(try await attempt("loginExternalId", 1, client).status == 201)
    }

    private static let sources = [
        "chargeCreditCard": ("creditCard", "app"), "chargeDebitCard": ("debitCard", "app"), "chargeRegisterCash": ("registerCash", "store"),
        "chargeAtmCash": ("atmCash", "atm"), "chargePoint": ("point", "app"),
    ]

    /// A member at home, in the app.
    private static let home = #""access":{"via":"app","country":"JP"}"#

    /// A command of a column, by a member at home, all else in order.
    private func attempt(_ column: String, _ account: Int, _ client: Client) async throws -> Client.Reply {
        let path = "/v1/accounts/\(account)"
        let home = Self.home
        if let (source, via) = Self.sources[column] {
            return try await client.post(path + "/charges", #"{"source":"\#(source)","amount":"1000","access":{"via":"\#(via)","country":"JP"}}"#)
        }
        switch column {
        case "loginCommonId": return try await client.post(path + "/logins", #"{"method":"commonId",\#(home)}"#)
        case "loginExternalId": return try await client.post(path + "/logins", #"{"method":"externalId",\#(home)}"#)
        case "foreignAddress": return try await client.post(path + "/logins", #"{"method":"commonId","access":{"via":"app","country":"US"}}"#)
        case "register": return try await client.post("/v1/accounts", #"{"person":"new",\#(home)}"#)
        case "pay": return try await client.post(path + "/payments", #"{"store":"s-1","amount":"100","access":{"via":"store"}}"#)
        case "lock": return try await client.post(path + "/locks", #"{"scope":"pay",\#(home)}"#)
        case "unlock":
            // Locking goes in every period from the launch on.
            _ = try await client.post(path + "/locks", #"{"scope":"pay",\#(home)}"#)
            return try await client.post(path + "/unlocks", #"{"scope":"pay",\#(home)}"#)
        case "reset": return try await client.post(path + "/resets", #"{"method":"reminder",\#(home)}"#)
        case "paymentReversal":
            let events = try await client.get(path + "/events").json.objects("events") ?? []
            let payment = events.first { $0.text("kind") == "paymentAccepted" }?.number("position") ?? 1
            return try await client.post(path + "/payments/\(payment)/reversals", #"{"amount":"10"}"#)
        case "exceptionalRefund":
            return try await client.decide(#""command":"refund","account":"\#(account)","amount":"10","reason":"unavoidableCircumstances""#)
        case "dispute":
            let payment = try await events(account, client)["paymentAccepted"] ?? 1
            return try await client.post("/v1/disputes", #"{"account":"\#(account)","events":["\#(payment)"],"via":"supportLine"}"#)
        case "cardReversal": return try await reverse(account, client)
        case "compensation": return try await compensate(account, client)
        // By web form, which brings evidence of identity instead of a login.
        case "refundClaim": return try await client.post(path + "/refund-claims", "{\(Self.claim(account)),\(home)}")
        default: throw Client.Unexpected("a column this test does not know: \(column)")
        }
    }

    private static func claim(_ account: Int) -> String {
        #""claimant":"p-\#(account)","method":"bank","channel":"webForm","identity":{"level":2,"method":"document"},\#(ShutdownRouteTests.payee)"#
    }

    /// The first of each kind.
    private func events(_ account: Int, _ client: Client) async throws -> [String: Int64] {
        let events = try await client.get("/v1/accounts/\(account)/events").json.objects("events") ?? []
        return Dictionary(events.compactMap { event in event.text("kind").map { ($0, event.number("position") ?? 0) } }) { first, _ in first }
    }

    /// The partner is asked for a card charge that was judged a fraud.
    private func reverse(_ account: Int, _ client: Client) async throws -> Client.Reply {
        let path = "/v1/accounts/\(account)"
        guard let charge = try await events(account, client)["chargeSettled"] else {
            return try await client.post(path + "/reversals", #"{"charge":1}"#, as: "kanri-1")
        }
        _ = try await client.post(path + "/labels", #"{"events":["\#(charge)"],"label":"fraud","basis":"b"}"#, as: "chosa-1")
        return try await client.post(path + "/reversals", #"{"charge":\#(charge)}"#, as: "kanri-1")
    }

    /// A certified victim is offered compensation.
    private func compensate(_ account: Int, _ client: Client) async throws -> Client.Reply {
        let path = "/v1/accounts/\(account)"
        let events = try await events(account, client)
        if let charge = events["chargeSettled"], let payment = events["paymentAccepted"] {
            let both = #""events":["\#(charge)","\#(payment)"]"#
            let dispute = try await client.post("/v1/disputes", #"{"account":"\#(account)",\#(both),"via":"app"}"#).json.number("position") ?? 0
            _ = try await client.post(path + "/labels", #"{\#(both),"label":"fraud","basis":"b"}"#, as: "nintei-1")
            let person = #""person":"p-\#(account)""#
            let certified = try await client.post("/v1/certifications", #"{\#(person),"point":"10000","dispute":\#(dispute)}"#, as: "nintei-1")
            guard certified.status == 201 else { return certified }
        }
        return try await client.post(path + "/offers", "{}", as: "nintei-1")
    }
}
