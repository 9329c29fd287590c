import Exchange
import Foundation
import Journal
import Ledger
import Testing
import Wire

@testable import Facade

/// What must not go at the refund desk, and what must stand nowhere but in the vault.
@Suite struct RefundHostileTests {
    private static func bank(_ members: String) -> String { #""method":"bank","payee":{\#(members)}"# }
    private static let account = #""bank":"9998","branch":"002","type":"ordinary","number":"0123456""#

    /// A payee, the code that says why it is none, and the member at fault.
    private static let noPayees: [(String, String, String)] = [
        (bank(#"\#(account),"holder":"山田 太郎""#), "name-not-kana", "payee.holder"),
        (bank(#"\#(account),"holder":"ミヲ""#), "name-has-wo", "payee.holder"),
        (bank(#"\#(account),"holder":"  ""#), "name-empty", "payee.holder"),
        (bank(#"\#(account),"holder":"ガギグゲゴザジズゼゾダヂヅデドバ""#), "name-too-long", "payee.holder"),
        (bank(#"\#(account),"holder":"ヤマダ","bankName":"日本""#), "name-not-kana", "payee.bankName"),
        (bank(#""bank":"99980","branch":"002","type":"ordinary","number":"1","holder":"ヤマダ""#), "not-digits", "payee.bank"),
        (bank(#""bank":"9998","branch":"2","type":"ordinary","number":"1","holder":"ヤマダ""#), "not-digits", "payee.branch"),
        (bank(#""bank":"9998","branch":"002","type":"ordinary","number":"12345678","holder":"ヤマダ""#), "not-digits", "payee.number"),
        (bank(#""bank":"9998","branch":"002","type":"fixed","number":"1","holder":"ヤマダ""#), "invalid-field", "payee.type"),
        (bank(#""bank":"9998","branch":"002","type":"ordinary","holder":"ヤマダ""#), "invalid-field", "payee.number"),
        (bank(#"\#(account),"holder":"ヤマダ","iban":"x""#), "invalid-field", "payee"),
        (bank(#"\#(account),"holder":5"#), "invalid-field", "payee.holder"),
        (bank(#""symbol":"30530","number":"12345671","holder":"ヤマダ""#), "symbol-unknown", "payee.symbol"),
        (bank(#""symbol":"10530","number":"12345672","holder":"ヤマダ""#), "number-unknown", "payee.number"),
        (bank(#""symbol":"10530","number":"12345671","holder":"ヤマダ","branch":"002""#), "invalid-field", "payee"),
        (bank(#""name":"山田","postcode":"1000001","address":"東京""#), "invalid-field", "payee"),
        (#""method":"postal","payee":{\#(account),"holder":"ヤマダ"}"#, "invalid-field", "payee"),
        (#""method":"postal","payee":{"name":"山田","postcode":"100","address":"東京"}"#, "postcode-wrong", "payee.postcode"),
        (#""method":"postal","payee":{"name":"=山田","postcode":"1000001","address":"東京"}"#, "text-is-formula", "payee.name"),
        (#""method":"postal","payee":{"name":"山田","postcode":"1000001","address":"東|京"}"#, "text-not-plain", "payee.address"),
        (#""method":"postal","payee":"山田""#, "invalid-field", "payee"),
        (#""method":"bank""#, "invalid-field", "payee"),
        (#""method":"cheque","payee":{\#(account),"holder":"ヤマダ"}"#, "invalid-field", "method"),
    ]

    /// Refused with its own code before the ledger sees it, and never repeated.
    @Test func whatNoBankTakes() async throws {
        try await withShop(start: ShutdownRouteTests.start) { shop, client in
            try await ShutdownRouteTests.prepare(client, members: 1)
            try await ShutdownRouteTests.end(client)
            let count = shop.count
            for (members, code, field) in Self.noPayees {
                for (path, more) in [("refund-claims", #""claimant":"p-1","channel":"app","#), ("refund-claims/payee", "")] {
                    let reply = try await client.post("/v1/accounts/1/\(path)", "{\(more)\(members)}")
                    let status = code == "invalid-field" ? 400 : 422
                    #expect(reply.status == status && reply.code == code, "\(path) \(members): \(reply.text)")
                    #expect(try reply.json.text("field") == field, "\(path) \(members): \(reply.text)")
                    for value in ["山田", "ミヲ", "ガギグ", "0123456", "12345678", "東|京"] where !value.isEmpty { #expect(!reply.text.contains(value)) }
                }
            }
            #expect(shop.count == count)
            // Every code of a payee has its own here.
            for code in ExchangeCode.allCases.prefix(while: { $0 != .noItems }) { #expect(Fault.Code(rawValue: code.rawValue) != nil, "\(code)") }
        }
    }

    @Test func whoIsPaidStandsInTheVaultAlone() async throws {
        try await withShop(start: ShutdownRouteTests.start) { shop, client in
            try await ShutdownRouteTests.prepare(client, members: 3)
            #expect(try await client.decide(#""command":"grantRole","principal":"kanri-3","role":"dataOfficer""#).status == 201)
            try await ShutdownRouteTests.end(client)
            let taken = #""method":"bank","channel":"app","payee":{\#(Self.account),"holder":"すずき ﾊﾅｺ"}"#
            let strangers = #""method":"bank","channel":"app","payee":{"bank":"9998","branch":"002","type":"savings","number":"7654321","holder":"タニン"}"#
            let replies = try await play(client, [
                Row("/v1/accounts/1/refund-claims", #"{"claimant":"p-1",\#(taken)}"#, 201, "refundClaimed"),
                Row("/v1/accounts/2/refund-claims", #"{"claimant":"p-1",\#(strangers)}"#, 403, "not-the-holder"),
                Row("/v1/accounts/3/refund-claims", #"{"claimant":"p-3","method":"bank","channel":"paper","payee":{"symbol":"10530","number":"12345671","holder":"ヨーコ"}}"#, 201, "refundClaimed"),
                Row("/v1/people/p-1/disclosures", #"{"purpose":"pay out"}"#, "kanri-3", 201, "personalDataViewed"),
                Row("/v1/people/p-2/disclosures", #"{"purpose":"pay out"}"#, "kanri-3", 201, "personalDataViewed"),
                Row("/v1/people/p-3/disclosures", #"{"purpose":"pay out"}"#, "kanri-3", 201, "personalDataViewed"),
            ]).replies
            #expect(try replies[3].json.objects("data")?.map { $0.text("value") } == ["bank|9998||002||ordinary|0123456|ｽｽﾞｷ ﾊﾅｺ"])
            #expect(try replies[3].json.objects("data")?.map { $0.text("kind") } == ["payee"])
            #expect(try replies[4].json.objects("data")?.isEmpty ?? true, "\(replies[4].text)")
            #expect(replies[5].text.contains("bank|9900|ﾕｳﾁﾖ|058|ｾﾞﾛｺﾞﾊﾁ|ordinary|1234567|ﾖ-ｺ"), "\(replies[5].text)")
            for (name, bytes) in shop.bytesOutsideTheVault {
                for value in ["すずき", "ｽｽﾞｷ", "0123456", "タニン", "ﾀﾆﾝ", "7654321"] { #expect(bytes.range(of: Data(value.utf8)) == nil, "\(value) in \(name)") }
            }
            // Closed, and so erased, only when nothing is open.
            try await play(client, [
                Row("/v1/accounts/1/closure", #"{"reason":"r"}"#, "kanri-1", 422, "refund-is-open"),
                Row("/v1/proposals", #"{"command":"erasePerson","person":"p-1","reason":"r","because":"b"}"#, "kanri-3", 422, "person-has-open-accounts"),
            ])
        }
    }

    @Test func noOneWithoutTheVaultClaims() async throws {
        try await withShop(start: ShutdownRouteTests.start, hasVault: false) { _, client in
            try await ShutdownRouteTests.prepare(client, members: 1)
            try await ShutdownRouteTests.end(client)
            let reply = try await client.post("/v1/accounts/1/refund-claims", #"{"claimant":"p-1","method":"bank","channel":"app",\#(ShutdownRouteTests.payee)}"#)
            #expect(reply.status == 503 && reply.code == "vault-unavailable")
        }
    }

    /// The whole procedure through the bulk door, each line sent twice.
    @Test func linesDoTheSame() async throws {
        try await withShop(start: ShutdownRouteTests.start) { shop, client in
            try await ShutdownRouteTests.prepare(client, members: 2)
            try await ShutdownRouteTests.end(client)
            let (payee, hash) = (ShutdownRouteTests.payee, ShutdownRouteTests.hash)
            func send(_ lines: [String], as name: String) async throws -> [JSONObject] {
                let first = try await client.bulk(lines, token: shop.tokens[name]!)
                let again = try await client.bulk(lines, token: shop.tokens[name]!)
                for (first, again) in zip(first, again) where first.number("position") != nil {
                    #expect(again["replayed"] == .bool(true) && again.number("position") == first.number("position"), "\(again)")
                }
                return first
            }
            let claimed = try await send(
                [
                    #"{"key":"l-1","command":"claimRefund","account":"1","claimant":"p-1","method":"bank","channel":"app",\#(payee)}"#,
                    #"{"key":"l-2","command":"verifyIdentity","account":"1","level":1,"method":"session"}"#,
                    #"{"key":"l-3","command":"correctPayee","account":"1","method":"bank",\#(payee)}"#,
                    #"{"key":"l-4","command":"claimRefund","account":"2","claimant":"p-2","method":"bank","channel":"app",\#(payee)}"#,
                    #"{"key":"l-5","command":"withdrawClaim","account":"2"}"#,
                    #"{"key":"l-6","command":"claimRefund","account":"2","claimant":"p-2","method":"bank","channel":"app",\#(payee)}"#,
                    #"{"key":"l-7","command":"rejectClaim","account":"2","reason":"r"}"#,
                    #"{"key":"l-8","command":"placeLegalHold","account":"2","reason":"r"}"#,
                    #"{"key":"l-9","command":"claimRefund","account":"1","claimant":"p-1","method":"bank","channel":"app","payee":{"bank":"9998"}}"#,
                    #"{"key":"l-10","command":"openBatch","method":"bank","date":"2019-11-15","batch":5}"#,
                ], as: "shien-1")
            let events = ["refundClaimed", "identityVerified", "payeeCorrected", "refundClaimed", "claimWithdrawn", "refundClaimed", "claimRejected", "legalHoldPlaced"]
            #expect(claimed.prefix(8).map { $0.text("event") } == events, "\(claimed)")
            #expect(claimed[8...].map { $0.number("status") } == [400, 400], "\(claimed)")
            let proposed = try await send(
                [#"{"key":"l-11","command":"propose","act":"approveRefunds","accounts":["1"],"total":"1000","because":"b"}"#], as: "kanri-1")
            let proposal = try #require(proposed[0].number("position"))
            for name in ["kanri-2", "kanri-3"] {
                #expect(try await send([#"{"key":"l-12","command":"approve","proposal":\#(proposal)}"#], as: name)[0].number("status") == 201)
            }
            let opened = try await send([#"{"key":"l-13","command":"openBatch","method":"bank","date":"2019-11-15","items":1}"#], as: "data-1")
            let batch = try #require(opened[0].number("position"))
            let recorded = try await send([#"{"key":"l-14","command":"recordBatchFile","batch":\#(batch),"format":"pain001","contentHash":"\#(hash)","bytes":1}"#], as: "data-1")
            let released = try await send([#"{"key":"l-15","command":"releaseBatch","batch":"\#(batch)","contentHash":"\#(hash)"}"#], as: "kanri-1b")
            #expect(recorded[0].text("event") == "batchFileRecorded" && released[0].text("event") == "batchReleased", "\(recorded) \(released)")
            let paid = try await send(
                [
                    #"{"key":"l-16","command":"sendBatch","batch":\#(batch)}"#,
                    #"{"key":"l-17","command":"recordResultFile","batch":\#(batch),"contentHash":"\#(hash)","paid":1,"returned":0}"#,
                    #"{"key":"l-18","command":"confirmPayout","account":"1","amount":"1000","batch":\#(batch)}"#,
                    #"{"key":"l-19","command":"cancelBatch","batch":\#(batch),"reason":"r"}"#,
                    #"{"key":"l-20","command":"returnPayout","account":"1","amount":"1000","batch":\#(batch)}"#,
                    #"{"key":"l-21","command":"recordFiling","kind":"other","day":"2019-12-01","contentHash":"\#(hash)"}"#,
                ], as: "data-1")
            let after = ["batchSent", "resultFileRecorded", "payoutConfirmed", nil, "refundSentBack", "filingRecorded"]
            #expect(paid.map { $0.text("event") } == after && paid[3].text("code") == "batch-is-past", "\(paid)")
            let row = try await client.get("/v1/accounts/1/refund", as: "kanri-1").json.inner("refund")
            #expect(row?.text("step") == "returned" && row?.text("open") == "1000" && row?.text("paid") == "0", "\(String(describing: row))")
        }
    }

    @Test func security() async throws {
        try await withShop(start: ShutdownRouteTests.start) { _, client in
            try await ShutdownRouteTests.prepare(client, members: 1)
            let hash = ShutdownRouteTests.hash
            let known = try await play(client, [
                Row("/v1/securities", #"{"form":"deposit","amount":"10000","reference":"r"}"#, "data-1", 201, "securityDeposited"),
                Row("/v1/securities", #"{"form":"guarantee","amount":"500"}"#, "data-1", 201, "securityGuaranteed"),
                Row("/v1/securities", #"{"form":"gold","amount":"500"}"#, "data-1", 400, "invalid-field"),
                Row("/v1/securities", #"{"form":"trust","amount":"0"}"#, "data-1", 400, "invalid-field"),
                Row("/v1/securities", #"{"form":"trust","amount":"5"}"#, "shien-1", 403, "role-required"),
                Row("/v1/filings", #"{"kind":"reclaimApproval","contentHash":"\#(hash)"}"#, "data-1", 400, "invalid-field"),
                Row("/v1/filings", #"{"kind":"reclaimApproval","contentHash":"\#(hash)","amount":"4000","reference":"no. 7"}"#, "data-1", 201, "filingRecorded", keep: "f"),
                Row("/v1/filings", #"{"kind":"baseDateReport","day":"2019-09-31","contentHash":"\#(hash)"}"#, "data-1", 400, "invalid-field"),
                Row("/v1/filings", #"{"kind":"baseDateReport","day":"2019-09-30","contentHash":"\#(hash)"}"#, "shien-1", 403, "role-required"),
                Row("/v1/securities/reclaim", #"{"form":"deposit","amount":"4000","approval":<f>}"#, "data-1", 403, "approvals-required"),
            ]).known
            let filing = try #require(known["f"])
            func reclaim(_ amount: Int, _ approval: Int64) async throws -> Client.Reply {
                try await client.decide(#""command":"reclaimSecurity","form":"deposit","amount":"\#(amount)","approval":\#(approval)"#, approvers: ["kanri-2"])
            }
            #expect(try await reclaim(4000, 1).code == "approval-missing")
            let more = try await reclaim(4001, filing)
            #expect(more.code == "security-exceeds")
            #expect(try more.json.text("remaining") == "4000", "\(more.text)")
            let taken = try await reclaim(4000, filing).json
            #expect(taken.text("event") == "securityReclaimed" && taken.text("balance") == "6000" && taken.number("decision") != nil, "\(taken)")
            #expect(try await reclaim(1, filing).code == "security-exceeds")
            let deposit = try await client.get("/v1/reports/deposit?baseDate=2019-03-31", as: "kanri-1").json
            #expect(deposit.text("deposit") == "6000" && deposit.text("guarantee") == "500" && deposit.text("secured") == "6500", "\(deposit)")
        }
    }

    @Test func readsAreForTheStaff() async throws {
        try await withShop(service: true, start: ShutdownRouteTests.start) { shop, client async throws in
            let paths = [
                "/v1/shutdown", "/v1/refunds", "/v1/refunds/totals", "/v1/batches", "/v1/accounts/1/refund", "/v1/reports/base-date",
                "/v1/reports/deposit", "/v1/reports/closure",
            ]
            for path in paths {
                #expect(try await client.get(path).status == 401)
                #expect(try await client.get(path, token: shop.serviceToken).code == "operator-required")
                #expect(try await client.get(path, as: "shien-1").status == (path.hasSuffix("/refund") ? 404 : 200), "\(path)")
                #expect(try await client.get(path + "?at=999999", as: "shien-1").code == "invalid-field")
                #expect(try await client.get(path + "?at=0&asOf=2019-07-01T00:00Z", as: "shien-1").code == "invalid-field")
                #expect(try await client.get(path + "?asOf=then", as: "shien-1").code == "invalid-field")
            }
            for query in ["state=lost", "limit=0", "limit=1001", "after=-1"] {
                #expect(try await client.get("/v1/refunds?" + query, as: "shien-1").code == "invalid-field", "\(query)")
            }
            #expect(try await client.get("/v1/accounts/9223372036854775807", token: shop.serviceToken).code == "account-unknown")
            #expect(try await client.get("/v1/accounts/9223372036854775807/refund", as: "shien-1").code == "refund-unknown")
        }
    }

    /// A list is cut into pages, and a past one is what it was.
    @Test func pagesAndCuts() async throws {
        try await withShop(start: ShutdownRouteTests.start) { _, client in
            try await ShutdownRouteTests.prepare(client, members: 5)
            try await ShutdownRouteTests.end(client)
            let before = try await client.get("/v1/refunds?limit=1000", as: "kanri-1").json
            let position = try #require(before.number("position"))
            let claim = #"{"claimant":"p-2","method":"bank","channel":"app",\#(ShutdownRouteTests.payee)}"#
            #expect(try await client.post("/v1/accounts/2/refund-claims", claim).status == 201)
            var (seen, next): ([String?], String?) = ([], "0")
            while let after = next {
                let page = try await client.get("/v1/refunds?limit=2&after=\(after)", as: "kanri-1").json
                seen += (page.objects("refunds") ?? []).map { $0.text("account") }
                next = page.text("next")
            }
            #expect(seen == ["1", "2", "3", "4", "5"])
            #expect(try await client.get("/v1/refunds?state=claimed", as: "kanri-1").json.objects("refunds")?.count == 1)
            #expect(try await client.get("/v1/refunds?at=\(position)", as: "kanri-1").json.list("refunds") == before.list("refunds"))
        }
    }

    @Test func nobodyHasTheLedgersName() throws {
        for name in ["ledger", "monitor", "anonymous"] {
            #expect(throws: PrincipalsError.self) { try Principals(text: "\(name) operator \(String(repeating: "a", count: 64))\n") }
        }
    }
}
