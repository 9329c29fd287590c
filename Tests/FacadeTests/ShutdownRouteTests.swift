import Exchange
import Foundation
import Journal
import Ledger
import Testing
import Wire

@testable import Facade

/// The end of the service over HTTP, from the decision to the last late claim, and everything that must not go.
@Suite struct ShutdownRouteTests {
    static let start = Instant("2019-07-01T00:00+09:00")
    static let hash = String(repeating: "ab", count: 32)
    static let payee = #""payee":{"bank":"9998","branch":"002","type":"ordinary","number":"0123456","holder":"ヤマダ タロウ"}"#

    /// Members 1 … `count`, each with 1,000 yen times its number; a support clerk, a certifier, and two treasurers besides the founders.
    static func prepare(_ client: Client, members: Int = 4) async throws {
        for (name, role) in [("shien-1", "support"), ("data-1", "treasurer"), ("kanri-1b", "treasurer"), ("nintei-1", "certifier")] {
            let granted = try await client.decide(#""command":"grantRole","principal":"\#(name)","role":"\#(role)""#)
            guard granted.status == 201 else { throw Client.Unexpected(granted.text) }
        }
        let lines = (1...members).flatMap { number in
            [
                #"{"key":"o-\#(number)","command":"openAccount","person":"p-\#(number)"}"#,
                #"{"key":"c-\#(number)","command":"charge","account":"\#(number)","source":"point","amount":"\#(number * 1000)"}"#,
            ]
        }
        let results = try await client.bulk(lines)
        guard results.allSatisfy({ $0.number("status") == 201 }) else { throw Client.Unexpected("\(results)") }
    }

    /// Decided, ended at 2019-09-30 24:00 and noticed; the time to claim runs from 2019-10-01 09:00 to the end of 2020-01-10.
    static func end(_ client: Client) async throws {
        let acts = [
            try await client.decide(#""command":"decideTermination","effectiveAt":"2019-09-30 24:00 JST","reason":"board""#),
        ]
        for act in acts where act.status != 201 { throw Client.Unexpected(act.text) }
        try await client.advance(to: "2019-10-01T09:00+09:00")
        try await notice(client)
        let opened = try await client.decide(#""command":"openClaims","last":"2020-01-10""#, approvers: ["kanri-2"])
        guard opened.status == 201 else { throw Client.Unexpected(opened.text) }
    }

    static func notice(_ client: Client) async throws {
        for kind in ["refundPublicNotice", "refundPosting", "refundInformation"] {
            let reply = try await client.post("/v1/notices", #"{"kind":"\#(kind)","place":"web","contentHash":"\#(hash)"}"#, as: "kanri-1")
            guard reply.status == 201 else { throw Client.Unexpected(reply.text) }
        }
    }

    private static func claim(_ account: Int, channel: String = "app", _ more: String = "") -> Row {
        Row("/v1/accounts/\(account)/refund-claims", #"{"claimant":"p-\#(account)","method":"bank","channel":"\#(channel)",\#(payee)\#(more)}"#, 201, "refundClaimed")
    }

    // MARK: The end

    @Test func theEndIsDecidedMovedAndCarriedOut() async throws {
        try await withShop(start: Self.start) { _, client in
            try await Self.prepare(client)
            let decision = #""effectiveAt":"2019-09-30 24:00 JST","reason":"board""#
            try await play(client, [
                Row("/v1/shutdown", "{\(decision)}", "kanri-1", 403, "approvals-required"),
                Row("/v1/shutdown", "{\(decision)}", 403, "operator-required"),
                Row("/v1/shutdown", "{\(decision)}", "shien-1", 403, "role-required"),
                Row("/v1/shutdown", #"{"effectiveAt":"soon","reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/shutdown", #"{"reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/shutdown/withdraw", #"{"reason":"r"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/shutdown/reschedule", "{\(decision)}", "kanri-1", 403, "approvals-required"),
                Row("/v1/proposals", #"{"command":"withdrawTermination","reason":"r","because":"b"}"#, "kanri-1", 409, "termination-not-decided"),
                Row("/v1/proposals", "{\"command\":\"rescheduleTermination\",\(decision),\"because\":\"b\"}", "kanri-1", 409, "termination-not-decided"),
                Row("/v1/proposals", #"{"command":"openClaims","last":"2020-01-10","because":"b"}"#, "kanri-1", 409, "not-terminated"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, "kanri-1", 409, "not-terminated"),
                Self.claim(1).answering(409, "not-terminated"),
            ])
            #expect(try await client.get("/v1/shutdown", as: "kanri-1").json.text("state") == "running")
            #expect(try await client.decide(#""command":"decideTermination","effectiveAt":"2019-06-30T00:00+09:00","reason":"r""#).code == "effective-in-past")
            let decided = try await client.decide(#""command":"decideTermination",\#(decision)"#)
            #expect(decided.status == 201, "\(decided.text)")
            #expect(try decided.json.text("event") == "terminationDecided" && decided.json.text("effectiveAt") == "2019-10-01T00:00:00.000000+09:00")
            #expect(try await client.decide(#""command":"decideTermination",\#(decision)"#).code == "termination-decided")
            #expect(try await client.get("/v1/shutdown", as: "kanri-1").json.text("state") == "decided")
            let later = try await client.decide(#""command":"rescheduleTermination","effectiveAt":"2019-10-31 24:00 JST","reason":"r""#)
            #expect(try later.json.text("event") == "terminationRescheduled", "\(later.text)")
            #expect(try await client.decide(#""command":"withdrawTermination","reason":"r""#).json.text("event") == "terminationWithdrawn")
            #expect(try await client.decide(#""command":"decideTermination",\#(decision)"#).status == 201)
            try await client.advance(to: "2019-09-30T23:59:59.999999+09:00")
            #expect(try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1000"}"#).status == 201)
            try await client.advance(to: "2019-10-01T00:00+09:00")
            try await play(client, [
                Row("/v1/accounts/1/charges", #"{"source":"point","amount":"1000"}"#, 423, "service-terminated"),
                Row("/v1/accounts/1/payments", #"{"store":"s-1","amount":"100"}"#, 423, "service-terminated"),
                Row("/v1/accounts", #"{"person":"p-9"}"#, 423, "service-terminated"),
                Row(
                    "/v1/proposals", #"{"command":"decideTermination","effectiveAt":"2019-12-01T00:00+09:00","reason":"r","because":"b"}"#, "kanri-1", 409,
                    "already-terminated"),
                Row("/v1/proposals", #"{"command":"withdrawTermination","reason":"r","because":"b"}"#, "kanri-1", 409, "already-terminated"),
            ])
            let state = try await client.get("/v1/shutdown", as: "kanri-1").json
            let ended = state.inner("terminated")
            #expect(state.text("state") == "terminated" && ended?.text("effectiveAt") == "2019-10-01T00:00:00.000000+09:00")
            #expect(ended?.inner("fixed")?.number("count") == 4 && ended?.inner("fixed")?.text("total") == "11000")
            let account = try await client.get("/v1/accounts/1").json
            #expect(account.text("balance") == "0" && account.inner("refund")?.text("open") == "2000" && account.inner("refund")?.text("state") == "fixed")
            // Somewhere on the way the cut is moved to before the end.
            let inside = try #require(ended?.number("position")) + 2
            #expect(try await client.get("/v1/shutdown?at=\(inside)", as: "kanri-1").json.text("state") == "decided")
            let report = try await client.get("/v1/reports/base-date?baseDate=2019-09-30", as: "kanri-1").json
            #expect(report.inner("unused")?.text("total") == "11000" && report.text("due") == "2019-11-30", "\(report)")
            #expect(report["ties"] == .bool(true))
            #expect(try await client.get("/v1/reports/base-date?baseDate=2019-09-29", as: "kanri-1").code == "invalid-field")
            #expect(try await client.get("/v1/reports/deposit", as: "kanri-1").json.text("required") == "0")
        }
    }

    @Test func claimsOpenOnlyAfterNoticeAndForSixtyDays() async throws {
        try await withShop(start: Self.start) { _, client in
            try await Self.prepare(client, members: 1)
            #expect(try await client.decide(#""command":"decideTermination","effectiveAt":"2019-09-30 24:00 JST","reason":"r""#).status == 201)
            try await client.advance(to: "2019-10-01T09:00+09:00")
            #expect(try await client.decide(#""command":"openClaims","last":"2020-01-10""#).code == "notices-missing")
            try await Self.notice(client)
            let short = try await client.decide(#""command":"openClaims","last":"2019-11-29""#)
            #expect(short.code == "window-too-short" && short.status == 422)
            #expect(try short.json.text("lastDay") == "2019-11-30", "\(short.text)")
            try await play(client, [
                Row("/v1/claims", #"{"last":"2020-01-10"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/claims", #"{"last":"2020-13-10"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/claims", "{}", "kanri-1", 400, "invalid-field"),
                Self.claim(1).answering(409, "claims-not-open"),
            ])
            let ahead = #""command":"openClaims","from":"2019-10-07T09:00+09:00","last":"2020-01-10""#
            let opened = try await client.decide(ahead, approvers: ["kanri-2"])
            #expect(try opened.json.text("last") == "2020-01-10" && opened.json.text("effectiveAt") == "2019-10-07T09:00:00.000000+09:00", "\(opened.text)")
            #expect(try await client.decide(ahead).code == "claims-opened")
            try await play(client, [Self.claim(1).answering(409, "claims-not-open")])
            try await client.advance(to: "2019-10-07T09:00+09:00")
            try await play(client, [Self.claim(1)])
            #expect(try await client.decide(#""command":"extendClaims","last":"2020-01-09","reason":"r""#).code == "window-too-short")
            #expect(try await client.decide(#""command":"extendClaims","last":"2020-01-31","reason":"floods""#, approvers: ["kanri-3"]).status == 201)
            #expect(try await client.get("/v1/shutdown", as: "kanri-1").json.inner("claims")?.text("last") == "2020-01-31")
        }
    }

    // MARK: The whole procedure

    @Test func everyYenIsGivenBack() async throws {
        try await withShop(start: Self.start) { shop, client in
            try await Self.prepare(client)
            try await Self.end(client)
            try await play(client, [
                Self.claim(1), Self.claim(2, channel: "webForm", #","identity":{"level":1,"method":"document"}"#).answering(201, "identityVerified"),
                Self.claim(3),
                Self.claim(1).answering(409, "already-claimed"),
                Row("/v1/accounts/4/refund-claims", #"{"claimant":"p-1","method":"bank","channel":"app",\#(Self.payee)}"#, 403, "not-the-holder"),
                Row("/v1/accounts/9/refund-claims", #"{"claimant":"p-1","method":"bank","channel":"app",\#(Self.payee)}"#, 404, "account-unknown"),
                Self.claim(4, channel: "webForm").answering(422, "identity-required"),
                Row("/v1/proposals", #"{"command":"approveRefunds","accounts":["1"],"total":"1000","because":"b"}"#, "kanri-1", 422, "identity-too-weak"),
                Row("/v1/accounts/1/refund-claims/identity", #"{"level":2,"method":"session"}"#, "shien-1", 201, "identityVerified"),
                Row("/v1/accounts/3/refund-claims/identity", #"{"level":2,"method":"session"}"#, 403, "operator-required"),
                Row("/v1/accounts/3/refund-claims/identity", #"{"level":4,"method":"session"}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/accounts/3/refund-claims/identity", #"{"level":2,"method":"session"}"#, "shien-1", 201, "identityVerified"),
                Row("/v1/accounts/4/refund-claims/identity", #"{"level":2,"method":"session"}"#, "shien-1", 409, "not-claimed"),
                Row("/v1/refunds/approve", #"{"accounts":["1","2","3"],"total":"6000"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/refunds/approve", #"{"accounts":[],"total":"6000"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/refunds/approve", #"{"accounts":["1","1"],"total":"6000"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/refunds/approve", #"{"accounts":[1],"total":"6000"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, "kanri-1", 409, "nothing-to-batch"),
            ])
            #expect(try await client.decide(#""command":"approveRefunds","accounts":["1","2"],"total":"2999""#).code == "refund-total-differs")
            // One person agrees once, however many tokens there are, and not to what was proposed by himself.
            let proposed = try await client.post("/v1/proposals", #"{"command":"approveRefunds","accounts":["1","2","3"],"total":"6000","because":"checked"}"#, as: "kanri-1")
            let proposal = try #require(try proposed.json.number("position"))
            let approval = #"{"proposal":\#(proposal)}"#
            try await play(client, [
                Row("/v1/approvals", approval, "kanri-1", 403, "approver-is-proposer"),
                Row("/v1/approvals", approval, "kanri-2", 201, "approved"),
                Row("/v1/approvals", approval, "kanri-2", 403, "already-approved"),
                Row("/v1/approvals", approval, "kanri-3", 201, "refundApproved"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-16"}"#, "data-1", 422, "holiday"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-04"}"#, "data-1", 422, "holiday"),
                Row("/v1/batches", #"{"method":"bank","date":"2035-11-15"}"#, "data-1", 422, "date-not-covered"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-09-27"}"#, "data-1", 422, "effective-in-past"),
                Row("/v1/batches", #"{"method":"cheque","date":"2019-11-15"}"#, "data-1", 400, "invalid-field"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-15","items":0}"#, "data-1", 400, "invalid-field"),
                Row("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, "shien-1", 403, "role-required"),
            ])
            try await payOut(shop, client)
        }
    }

    private func payOut(_ shop: Shop, _ client: Client) async throws {
        let opening = try await client.post("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, key: "batch-1", token: shop.tokens["data-1"]!)
        let opened = try opening.json
        let batch = try #require(opened.number("position"))
        #expect(opened.text("event") == "batchOpened" && opened.number("items") == 3 && opened.text("total") == "6000" && opened.text("date") == "2019-11-15")
        // The same key again is the same batch, told in the same words.
        let again = try await client.post("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, key: "batch-1", token: shop.tokens["data-1"]!)
        #expect(again.isReplay && again.bytes == opening.bytes)
        let file = #"{"format":"zengin","contentHash":"\#(Self.hash)","bytes":720}"#
        let release = #"{"contentHash":"\#(Self.hash)"}"#
        try await play(client, [
            Row("/v1/batches", #"{"method":"bank","date":"2019-11-15"}"#, "data-1", 409, "nothing-to-batch"),
            Row("/v1/batches/<b>/release", release, "kanri-1b", 422, "file-missing"),
            Row("/v1/batches/<b>/file", #"{"format":"certificates","contentHash":"\#(Self.hash)","bytes":720}"#, "data-1", 422, "file-differs"),
            Row("/v1/batches/<b>/file", #"{"format":"zengin","contentHash":"AB","bytes":720}"#, "data-1", 400, "invalid-field"),
            Row("/v1/batches/999999/file", file, "data-1", 404, "batch-unknown"),
            Row("/v1/batches/x/file", file, "data-1", 404, "batch-unknown"),
            Row("/v1/batches/<b>/file", file, "data-1", 201, "batchFileRecorded"),
            Row("/v1/batches/<b>/release", #"{"contentHash":"\#(String(repeating: "0", count: 64))"}"#, "kanri-1b", 422, "file-differs"),
            Row("/v1/batches/<b>/release", release, "data-1", 403, "releaser-acted"),
            Row("/v1/batches/<b>/release", release, "kanri-2", 403, "releaser-acted"),
            Row("/v1/batches/<b>/sent", "{}", "kanri-1b", 409, "batch-is-past"),
            Row("/v1/batches/<b>/result", #"{"contentHash":"\#(Self.hash)","paid":3,"returned":0}"#, "data-1", 409, "batch-is-past"),
            Row("/v1/batches/<b>/release", release, "kanri-1b", 201, "batchReleased"),
            Row("/v1/batches/<b>/release", release, "kanri-1b", 409, "batch-is-past"),
            Row("/v1/batches/<b>/cancel", #"{"reason":"r"}"#, "data-1", 409, "batch-is-past"),
            Row("/v1/batches/<b>/sent", #"{"reference":"r-1"}"#, "data-1", 201, "batchSent"),
            Row("/v1/batches/<b>/result", #"{"contentHash":"\#(Self.hash)","paid":3,"returned":1}"#, "data-1", 422, "result-differs"),
            Row("/v1/batches/<b>/result", #"{"contentHash":"\#(Self.hash)","paid":2,"returned":1}"#, "data-1", 201, "resultFileRecorded"),
            Row("/v1/accounts/1/payouts/confirm", #"{"amount":"1000","batch":<b>}"#, "data-1", 201, "payoutConfirmed"),
            Row("/v1/accounts/2/payouts/confirm", #"{"amount":"2000","batch":"<b>","reference":"r-2"}"#, "data-1", 201, "payoutConfirmed"),
            Row("/v1/accounts/3/payouts/return", #"{"amount":"3000","batch":<b>,"reason":"no such account"}"#, "data-1", 201, "refundReturned"),
            Row("/v1/accounts/3/payouts/return", #"{"amount":"3000","batch":999999}"#, "data-1", 404, "batch-unknown"),
            // Paid once is all there is: more goes to suspense.
            Row("/v1/accounts/1/payouts/confirm", #"{"amount":"1000"}"#, "data-1", 201, "unmatchedReturned"),
        ], ["b": batch])
        let batches = try #require(try await client.get("/v1/batches", as: "kanri-1").json.objects("batches"))
        #expect(batches.count == 1 && batches[0].text("state") == "sent" && batches[0].inner("paid")?.text("total") == "3000")
        #expect(batches[0].inner("returned")?.number("count") == 1 && batches[0].inner("open")?.text("total") == "0")
        try await correctAndClose(client)
    }

    private func correctAndClose(_ client: Client) async throws {
        let corrected = #"{"method":"postal","payee":{"name":"山田 三郎","postcode":"100-0001","address":"東京都千代田区千代田1-1"}}"#
        try await play(client, [
            Row("/v1/accounts/3/refund-claims/payee", #"{"method":"postal",\#(Self.payee)}"#, 400, "invalid-field"),
            Row("/v1/accounts/3/refund-claims/payee", corrected, 201, "payeeCorrected"),
            Row("/v1/accounts/1/refund-claims/payee", corrected, 409, "not-claimed"),
            Row("/v1/accounts/1/refund-claims/reject", #"{"reason":"r"}"#, "shien-1", 409, "not-claimed"),
        ])
        #expect(try await client.decide(#""command":"approveRefunds","accounts":["3"],"total":"3000""#).status == 201)
        let postal = try await play(client, [
            Row("/v1/batches", #"{"method":"postal","date":"2019-11-20"}"#, "data-1", 201, "batchOpened", keep: "b"),
            // Placed on hold meanwhile, the batch is not what it says any more.
            Row("/v1/accounts/3/legal-holds", #"{"reason":"court"}"#, "nintei-1", 201, "legalHoldPlaced"),
            Row("/v1/accounts/3/legal-holds", #"{"reason":"court"}"#, "nintei-1", 409, "on-legal-hold"),
            Row("/v1/batches/<b>/file", #"{"format":"certificates","contentHash":"\#(Self.hash)","bytes":80}"#, "data-1", 409, "batch-changed"),
            Row("/v1/batches/<b>/cancel", #"{"reason":"held"}"#, "data-1", 201, "batchCancelled"),
            Row("/v1/accounts/3/legal-holds/lift", #"{"reason":"over"}"#, "kanri-1", 403, "approvals-required"),
            Row("/v1/proposals", #"{"command":"liftLegalHold","account":"4","reason":"over","because":"b"}"#, "kanri-1", 409, "not-on-legal-hold"),
        ])
        #expect(postal.known["b"] != nil)
        #expect(try await client.get("/v1/refunds?state=held", as: "kanri-1").json.objects("refunds")?.map { $0.text("account") } == ["3"])
        let held = try await client.decide(#""command":"approveRefunds","accounts":["3"],"total":"3000""#)
        #expect(held.status == 409 && held.code == "refund-is-held")
        #expect(try held.json.text("account") == "3", "\(held.text)")
        #expect(try await client.decide(#""command":"liftLegalHold","account":"3","reason":"over""#, approvers: ["kanri-2"]).status == 201)
        // After the last day the rest is excluded; a late claim brings it back.
        try await client.advance(to: "2020-01-11T00:00+09:00")
        try await play(client, [
            Self.claim(4).answering(409, "claims-are-closed"),
            Row("/v1/accounts/4/late-claims", #"{"claimant":"p-4","method":"bank","channel":"paper",\#(Self.payee)}"#, "kanri-1", 403, "approvals-required"),
            Row(
                "/v1/proposals", #"{"command":"acceptLateClaim","account":"1","claimant":"p-1","method":"bank","channel":"paper",\#(Self.payee),"because":"b"}"#,
                "kanri-1", 409, "not-excluded"),
        ])
        let refunds = try await client.get("/v1/refunds", as: "kanri-1").json
        #expect(refunds.objects("refunds")?.map { $0.text("state") } == ["paid", "paid", "verified", "excluded"], "\(refunds)")
        let asked = #"{"command":"acceptLateClaim","account":"4","claimant":"p-4","method":"bank","channel":"paper",\#(Self.payee),"because":"was ill"}"#
        let late = try await client.post("/v1/proposals", asked, as: "kanri-1")
        let proposal = try #require(try late.json.number("position"))
        let waiting = try #require(try await client.get("/v1/proposals", as: "kanri-2").json.objects("proposals")?.first?.inner("held"))
        #expect(waiting.text("claimant") == "p-4" && waiting.text("method") == "bank" && waiting.text("payee")?.utf8.count == 32, "\(waiting)")
        let accepted = try await client.post("/v1/approvals", #"{"proposal":\#(proposal)}"#, as: "kanri-2").json
        #expect(accepted.text("event") == "refundClaimed" && accepted.number("decision") != nil && accepted.text("account") == "4", "\(accepted)")
        let totals = try #require(try await client.get("/v1/refunds/totals", as: "kanri-1").json.inner("totals"))
        #expect(totals["ties"] == .bool(true) && totals.inner("paid")?.text("sum") == "3000" && totals.inner("fixed")?.text("sum") == "10000", "\(totals)")
        #expect(totals.inner("claimedNotPaid")?.text("sum") == "7000" && totals.inner("excluded")?.text("sum") == "0", "\(totals)")
        let one = try await client.get("/v1/accounts/4/refund", as: "kanri-1").json
        #expect(one.inner("refund")?["late"] == .bool(true) && (one.objects("history")?.count ?? 0) >= 3)
        #expect(try await client.get("/v1/accounts/9/refund", as: "kanri-1").code == "refund-unknown")
        let closure = try await client.get("/v1/reports/closure", as: "kanri-1").json
        #expect(closure.text("stillOpen") == "7000" && closure.objects("batches")?.count == 2 && closure.text("root")?.utf8.count == 64, "\(closure)")
    }
}

extension Row {
    /// The same, to be answered otherwise.
    func answering(_ status: Int, _ what: String) -> Row { Row(path, body, who, status, what) }
}
