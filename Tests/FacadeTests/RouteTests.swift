import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Ledger
import NIOCore
import Projections
import Testing
import Wire

@testable import Facade

@Suite struct RouteTests {
    @Test func aDayAtTheCounter() async throws {
        try await withShop { shop, client in
            // path | body | status | event or code | balance; a number before a body: whose token, if not the first founder's
            let table: [(String, String, Int, String, String?)] = [
                ("/v1/accounts", #"{"person":"p-1","externalId":"x-1"}"#, 201, "accountOpened", "0"),
                ("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"3000","reference":"r-1"}"#, 201, "chargeSettled", "3000"),
                ("/v1/accounts/1/payments", #"{"store":"s-1","register":"2","place":"Nagoya","amount":"500"}"#, 201, "paymentAccepted", "2500"),
                ("/v1/accounts/1/payments/3/reversals", #"{"amount":"100","reason":"one can too many"}"#, 201, "paymentReversed", "2600"),
                ("/v1/accounts/1/charges/2/corrections", #"{"amount":"600"}"#, 403, "approvals-required", nil),
                ("/v1/proposals", #"{"command":"correctCharge","account":"1","charge":2,"amount":"600","because":"typed twice"}"#, 201, "proposed", "2600"),
                ("2/v1/approvals", #"{"proposal":6}"#, 201, "approved", nil),
                ("3/v1/approvals", #"{"proposal":6}"#, 201, "chargeCorrected", "2000"),
                ("/v1/accounts/1/locks", #"{"scope":"pay","reason":"phone stolen"}"#, 201, "accountLocked", "2000"),
                ("/v1/accounts/1/payments", #"{"store":"s-1","amount":"500"}"#, 423, "account-locked", nil),
                ("/v1/accounts/1/unlocks", #"{"scope":"all"}"#, 201, "accountUnlocked", "2000"),
                ("/v1/accounts/1/resets", #"{"method":"reminder","addressChanged":true}"#, 201, "credentialsReset", "2000"),
                ("/v1/accounts/1/refunds", #"{"amount":"10","reason":"smallAmount"}"#, 403, "approvals-required", nil),
                ("/v1/proposals", #"{"command":"refund","account":"1","amount":"10","because":"asked for"}"#, 422, "refund-forbidden", nil),
                ("/v1/proposals", #"{"command":"refund","account":"1","amount":"10","reason":"smallAmount","note":"n","because":"asked for"}"#, 201, "proposed", "2000"),
                ("2/v1/approvals", #"{"proposal":16}"#, 201, "approved", nil),
                ("3/v1/approvals", #"{"proposal":16}"#, 201, "exceptionalRefundReleased", "1990"),
                ("/v1/accounts/1/closure", "{}", 422, "disposition-required", "1990"),
                ("/v1/accounts/1/closure", #"{"disposition":"unclaimed","reason":"moved"}"#, 422, "refund-is-open", nil),
                ("/v1/accounts/1/payouts/confirm", #"{"amount":"10"}"#, 201, "payoutConfirmed", "1990"),
                ("/v1/accounts/1/closure", #"{"disposition":"unclaimed","reason":"moved"}"#, 201, "accountClosed", "0"),
                ("/v1/settlements", #"{"kind":"partner","source":"creditCard","amount":"2400","fee":"40","statement":"b-1"}"#, 201, "partnerSettled", "0"),
                ("/v1/settlements", #"{"kind":"merchant","store":"s-1","amount":"400"}"#, 201, "merchantSettled", "0"),
                ("/v1/settlements", #"{"kind":"owner","amount":"1000000"}"#, 201, "ownerFunded", "1000000"),
                ("/v1/settlements", #"{"kind":"unmatched","amount":"7","direction":"in"}"#, 201, "unmatchedReceived", "7"),
                ("/v1/policies", #"{"balanceCap":"100000","charge":{"atmCash":{"limit":"50000","step":"1000"}}}"#, 201, "policySet", nil),
            ]
            for (row, body, status, what, balance) in table {
                let path = String(row.drop { $0 != "/" })
                let reply = try await client.post(path, body, as: "kanri-" + (row.hasPrefix("/") ? "1" : row.prefix(1)))
                let json = try reply.json
                #expect(reply.status == status, "\(path) \(body): \(reply.text)")
                #expect(json.text("event") ?? json.text("code") == what, "\(path) \(body): \(reply.text)")
                #expect(json.text("balance") == balance, "\(path) \(body): \(reply.text)")
                #expect(reply.isProblem == (status != 201))
                #expect(json.number("position") == Int64(shop.count) - 1)
            }
            let account = try await client.get("/v1/accounts/1")
            #expect(try account.json.text("status") == "closed")
            #expect(try account.json.text("externalId") == "x-1")
            #expect(try account.json.text("person") == "p-1")
        }
    }

    @Test func aReplayHasTheSameBytes() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let table = [
                ("/v1/accounts", #"{"person":"q"}"#), ("/v1/accounts/1/charges", #"{"source":"point","amount":"10"}"#),
                ("/v1/accounts/1/payments", #"{"store":"s","amount":"11"}"#),
            ]
            for (index, (path, body)) in table.enumerated() {
                let first = try await client.post(path, body, key: "k-\(index)")
                _ = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#)
                let count = shop.count
                let again = try await client.post(path, body, key: "k-\(index)")
                #expect(first.bytes == again.bytes)
                #expect(first.status == again.status)
                #expect(first.headers[.contentType] == again.headers[.contentType])
                #expect(first.headers[.location] == again.headers[.location])
                #expect(!first.isReplay && again.isReplay)
                // Written otherwise, it is the same command still.
                let spaced = try await client.post(path, body.replacing(":", with: " : "), key: "k-\(index)")
                #expect(spaced.bytes == first.bytes && spaced.isReplay)
                let other = try await client.post("/v1/accounts", #"{"person":"r"}"#, key: "k-\(index)")
                #expect(other.status == 422 && other.code == "key-reused")
                // Another caller's key is another key.
                let foreign = try await client.post("/v1/accounts", #"{"person":"z"}"#, key: "k-\(index)", token: shop.operatorToken)
                #expect(foreign.status == 201 && !foreign.isReplay)
                #expect(shop.count == count + 1)
            }
        }
    }

    @Test func everyRefusalHasItsStatus() {
        let table: [(Int, [Rejection.Code])] = [
            (403, [
                .operatorRequired, .roleRequired, .approvalsRequired, .approverIsProposer, .alreadyApproved, .notTheProposer, .reviewerBrokeGlass,
                .foreignAddress, .countryUnknown, .sessionEnded, .sessionOfAnotherAccount, .resetRequired, .stepUpRequired, .evidenceStale,
                .deviceRequired, .certifierOpenedDispute, .notTheHolder, .approverTookClaim, .releaserActed,
            ]),
            (404, [
                .accountUnknown, .storeUnknown, .paymentUnknown, .chargeUnknown, .sessionUnknown, .controlUnknown, .voidUnknown, .proposalUnknown,
                .breakGlassUnknown, .personUnknown, .eventUnknown, .disputeUnknown, .reportUnknown, .alertUnknown, .unmatchedUnknown,
                .batchUnknown,
            ]),
            (409, [
                .externalIDTaken, .alreadyLocked, .notLocked, .proposalExpired, .proposalClosed, .roleHeld, .roleNotHeld, .alreadyLaunched,
                .alreadyStopped, .personErased, .deviceBound, .deviceNotBound, .externalLoginTaken, .externalLoginNotLinked, .fundingSourceLinked,
                .fundingSourceNotLinked, .labelledSo, .nothingToHold, .nothingHeld, .disputeClosed, .reportKnown, .reportMatched,
                .samePerson, .alreadyCertified, .notCertified, .certifiedSo, .reversalOpen, .reversalNotOpen, .madeGood, .notOffered,
                .terminationDecided, .terminationNotDecided, .alreadyTerminated, .notTerminated, .onLegalHold, .notOnLegalHold, .claimsOpened,
                .claimsNotOpen, .claimsAreClosed, .alreadyClaimed, .notClaimed, .notExcluded, .notVerified, .nothingToBatch, .batchIsPast,
                .batchChanged, .refundIsHeld,
            ]),
            (423, [.accountLocked, .notLaunched, .chargesStopped, .paymentsStopped, .registrationStopped, .externalLoginStopped, .serviceTerminated]),
            (429, [.deviceCoolDown, .resetCoolDown, .contactCoolDown, .chargeVelocity]),
        ]
        for code in Rejection.Code.allCases {
            #expect(code.status == table.first { $0.1.contains(code) }?.0 ?? 422, "\(code)")
        }
    }

    @Test func refusalsOverHTTP() async throws {
        try await withShop { shop, client in
            for body in [#"{"person":"p-1","externalId":"x"}"#, #"{"person":"p-2"}"#] { _ = try await client.post("/v1/accounts", body) }
            _ = try await client.post("/v1/policies", #"{"balanceCap":"9000","charge":{"atmCash":{"limit":"5000","step":"1000"}}}"#, token: shop.operatorToken)
            _ = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"2000"}"#)
            let paid = try await client.post("/v1/accounts/1/payments", #"{"store":"s","amount":"300"}"#)
            let position = try #require(try paid.json.number("position"))
            _ = try await client.post("/v1/accounts/2/closure", "{}", token: shop.operatorToken)
            // path | body | as operator | status | code | member and its value | recorded
            let table: [(String, String, Bool, Int, String, String?, String?, Bool)] = [
                ("/v1/accounts/9/charges", #"{"source":"point","amount":"1"}"#, false, 404, "account-unknown", nil, nil, false),
                ("/v1/accounts/x/charges", #"{"source":"point","amount":"1"}"#, false, 404, "account-unknown", nil, nil, false),
                ("/v1/accounts/01/charges", #"{"source":"point","amount":"1"}"#, false, 404, "account-unknown", nil, nil, false),
                ("/v1/accounts/18446744073709551616/charges", #"{"source":"point","amount":"1"}"#, false, 404, "account-unknown", nil, nil, false),
                ("/v1/accounts/1/payments/4/reversals", #"{"amount":"1"}"#, false, 404, "payment-unknown", nil, nil, false),
                ("/v1/accounts/1/payments/zero/reversals", #"{"amount":"1"}"#, false, 404, "payment-unknown", nil, nil, false),
                ("/v1/accounts/1/charges/999/corrections", #"{"amount":"1"}"#, true, 404, "charge-unknown", nil, nil, false),
                ("/v1/settlements", #"{"kind":"merchant","store":"nobody","amount":"1"}"#, true, 404, "store-unknown", nil, nil, false),
                ("/v1/settlements", #"{"kind":"owner","amount":"1"}"#, false, 403, "operator-required", nil, nil, true),
                ("/v1/accounts", #"{"person":"p","externalId":"x"}"#, false, 409, "external-id-taken", nil, nil, true),
                ("/v1/accounts/1/unlocks", #"{"scope":"charge"}"#, false, 409, "not-locked", nil, nil, true),
                ("/v1/accounts/2/locks", #"{"scope":"charge"}"#, false, 422, "account-closed", nil, nil, true),
                ("/v1/accounts/1/charges", #"{"source":"atmCash","amount":"1500"}"#, false, 422, "amount-step", "step", "1000", true),
                ("/v1/accounts/1/charges", #"{"source":"atmCash","amount":"6000"}"#, false, 422, "source-limit", "limit", "5000", true),
                ("/v1/accounts/1/charges", #"{"source":"point","amount":"8000"}"#, false, 422, "balance-cap", "limit", "9000", true),
                ("/v1/accounts/1/payments", #"{"store":"s","amount":"1701"}"#, false, 422, "insufficient-balance", "balance", "1700", true),
                ("/v1/accounts/1/payments/\(position)/reversals", #"{"amount":"301"}"#, false, 422, "reversal-exceeds-payment", "remaining", "300", true),
                ("/v1/proposals", #"{"command":"correctCharge","account":"1","charge":4,"amount":"1701","because":"b"}"#, true, 422, "charge-already-spent", "remaining", "1700", true),
                ("/v1/settlements", #"{"kind":"merchant","store":"s","amount":"301"}"#, true, 422, "settlement-exceeds-balance", "owed", "300", true),
                ("/v1/settlements", #"{"kind":"unmatched","amount":"1","direction":"out"}"#, true, 422, "unmatched-exceeds-suspense", "owed", "0", true),
                ("/v1/accounts/1/closure", "{}", true, 422, "disposition-required", "balance", "1700", true),
                ("/v1/clock", #"{"to":"2031-01-01T00:00Z"}"#, true, 422, "real-clock", nil, nil, true),
                ("/v1/accounts/1/charges", #"{"source":"point","amount":"1","occurredAt":"9999-01-01T00:00Z"}"#, false, 422, "occurred-in-future", nil, nil, true),
            ]
            for (index, row) in table.enumerated() {
                let (path, body, asOperator, status, code, member, value, isRecorded) = row
                let count = shop.count
                let token = asOperator ? shop.operatorToken : nil
                let reply = try await client.post(path, body, key: "t-\(index)", token: token)
                let json = try reply.json
                #expect(reply.status == status && json.text("code") == code, "\(path) \(body): \(reply.text)")
                #expect(reply.isProblem && json.text("type") == "urn:motocho:problem:" + code && json.number("status") == Int64(status))
                if let member { #expect(json.text(member) == value, "\(reply.text)") }
                #expect(shop.count == count + (isRecorded ? 1 : 0), "\(path) \(body)")
                #expect((json.number("position") == Int64(count)) == isRecorded)
                let again = try await client.post(path, body, key: "t-\(index)", token: token)
                #expect(again.bytes == reply.bytes && again.isReplay == isRecorded)
            }
        }
    }

    @Test func readsAreNeverOlderThanAsked() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            for amount in 1...30 {
                let receipt = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"\#(amount)"}"#).json
                let read = try await client.get("/v1/accounts/1").json
                #expect(read.text("balance") == receipt.text("balance"))
                let position = try #require(receipt.number("position"))
                #expect(try #require(read.number("position")) >= position)
                #expect(try #require(read.number("askedPosition")) >= position)
            }
            var seen: [Int64] = []
            var path = "/v1/accounts/1/events?limit=7"
            while true {
                let page = try await client.get(path).json
                guard case .array(let events)? = page["events"] else { break }
                for case .object(let event) in events { seen.append(event.number("position")!) }
                guard let next = page.text("next") else { break }
                path = "/v1/accounts/1/events?limit=7&after=" + next
            }
            #expect(seen == Array(1...31))
            #expect(try await client.get("/v1/accounts/2").code == "account-unknown")
            #expect(try await client.get("/v1/accounts/2/events").status == 404)
            for query in ["limit=0", "limit=1001", "limit=x", "after=-1", "after="] {
                #expect(try await client.get("/v1/accounts/1/events?" + query).status == 400, "\(query)")
            }
        }
    }

    @Test func amountsFollowTheCurrency() async throws {
        try await withShop(currency: Currency(code: "CZK", exponent: 2)!) { _, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let reply = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"700.5"}"#)
            #expect(try reply.json.text("balance") == "700.50")
            #expect(try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"0.001"}"#).status == 400)
        }
    }

    @Test func aStorysTimeMoves() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            let moved = try await client.post("/v1/clock", #"{"to":"2019-07-04T15:00+09:00"}"#)
            #expect(try moved.json.text("recordedAt") == "2019-07-04T15:00:00.000000+09:00")
            #expect(try await client.post("/v1/clock", #"{"to":"2019-07-04T14:00+09:00"}"#).code == "clock-backwards")
            #expect(try await client.post("/v1/clock", #"{"confirm":true}"#, token: shop.operatorToken).code == "scenario-clock")
            #expect(try await client.post("/v1/clock", #"{"confirm":false}"#).status == 400)
            #expect(try await client.post("/v1/clock", #"{"to":"2019-07-05T14:00Z","confirm":true}"#).status == 400)
        }
    }

    @Test func probesAndRebuild() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            #expect(try await client.get("/livez").status == 200)
            #expect(try await client.get("/readyz").status == 200)
            let metrics = try await client.get("/metrics").text
            for line in ["motocho_events_total 1", "motocho_commits_total 1", #"motocho_http_responses_total{class="2xx"} 3"#, "motocho_clock_jumped 0"] {
                #expect(metrics.contains(line + "\n"), "\(line) in \(metrics)")
            }
            let rebuilt = try await client.send(.post, "/v1/views/balances/rebuild", token: shop.operatorToken)
            #expect(try rebuilt.status == 200 && rebuilt.json["matches"] == .bool(true), "\(rebuilt.text)")
            #expect(try await client.send(.post, "/v1/views/balances/rebuild").code == "operator-required")
            #expect(try await client.send(.post, "/v1/views/none/rebuild", token: shop.operatorToken).code == "view-unknown")
        }
    }

    @Test func headAnswersWithoutABody() async throws {
        try await withShop { _, client in
            let reply = try await client.send(.head, "/livez")
            #expect(reply.status == 200 && reply.bytes.isEmpty)
            let unknown = try await client.send(.head, "/nowhere")
            #expect(unknown.status == 404 && unknown.bytes.isEmpty)
        }
    }
}
