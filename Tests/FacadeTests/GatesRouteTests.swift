import Foundation
import Journal
import Ledger
import Testing
import Vault
import Wire

@testable import Facade

/// Every route of the gates, once as it should be and more than once as it should not.
@Suite struct GatesRouteTests {
    @Test func theAccessDesk() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            let (replies, _) = try await play(client, [
                Row("/v1/accounts", #"{"person":"p-1"}"#, 201, "accountOpened"),
                Row("/v1/accounts", #"{"person":"p-2"}"#, 201, "accountOpened"),
                Row(
                    "/v1/accounts/1/logins",
                    #"{"method":"commonId","access":{"via":"app","device":"d-1","address":"203.0.113.9","asn":64500,"country":"JP","#
                        + #""auth":{"level":2,"method":"oneTimeCode","at":"2019-07-01T00:00:00+09:00"}}}"#, 201, "loginSucceeded"),
                Row("/v1/accounts/1/logins", #"{"method":"fax"}"#, 400, "invalid-field"),
                Row("/v1/accounts/9/logins", #"{"method":"commonId"}"#, 404, "account-unknown"),
                Row("/v1/accounts/1/login-failures", #"{"method":"commonId","reason":"wrongPassword","loginId":"Taro"}"#, 201, "loginFailed"),
                Row("/v1/accounts/1/login-failures", #"{"method":"commonId","reason":"tired"}"#, 400, "invalid-field"),
                Row("/v1/login-failures", #"{"method":"commonId","reason":"unknownId","loginId":" nobody@example.com "}"#, 201, "loginFailed"),
                Row("/v1/login-failures", #"{"method":"commonId","reason":"unknownId"}"#, 400, "invalid-field"),
                Row("/v1/login-failures", #"{"method":"commonId","reason":"unknownId","loginId":"x","account":"1"}"#, 400, "invalid-field"),
                Row(
                    "/v1/login-counts",
                    #"{"minute":"2019-07-01T00:00+09:00","attempts":1200,"unknownIds":1000,"wrongPasswords":190,"succeeded":10,"accounts":["1","2"]}"#, 201,
                    "loginsCounted"),
                Row("/v1/login-counts", #"{"minute":"2019-07-01T00:00+09:00","attempts":"1200"}"#, 400, "invalid-field"),
                Row("/v1/login-counts", #"{"minute":"2019-07-01T00:00:30+09:00","attempts":1200}"#, 400, "invalid-field"),
                Row("/v1/login-counts", #"{"minute":"2019-07-01T00:00+09:00","attempts":1,"succeeded":2}"#, 400, "invalid-field"),
                Row("/v1/login-counts", #"{"minute":"2019-07-01T00:00+09:00","attempts":1,"accounts":["9"]}"#, 404, "account-unknown"),
                Row("/v1/login-counts", #"{"minute":"2019-07-01T01:00+09:00","attempts":1}"#, 422, "occurred-in-future"),
                Row("/v1/accounts/1/devices", #"{"device":"d-1","attestation":"a-1"}"#, 201, "deviceBound"),
                Row("/v1/accounts/1/devices", #"{"device":"d-1"}"#, 409, "device-bound"),
                Row("/v1/accounts/1/device-removals", #"{"device":"d-2"}"#, 409, "device-not-bound"),
                Row("/v1/accounts/1/device-removals", #"{"device":"d-1"}"#, 201, "deviceUnbound"),
                Row("/v1/accounts/1/external-logins", #"{"provider":"idp","id":"x-9"}"#, 201, "externalLoginLinked"),
                Row("/v1/accounts/2/external-logins", #"{"provider":"idp","id":"x-9"}"#, 409, "external-login-taken"),
                Row("/v1/accounts/2/external-logins", #"{"provider":"other","id":"x-9"}"#, 201, "externalLoginLinked"),
                Row("/v1/accounts/2/external-login-removals", #"{"provider":"idp","id":"x-9"}"#, 409, "external-login-not-linked"),
                Row("/v1/accounts/1/external-login-removals", #"{"provider":"idp","id":"x-9"}"#, 201, "externalLoginUnlinked"),
                Row(
                    "/v1/accounts/1/funding-sources",
                    #"{"source":"creditCard","token":"tok-1","brand":"visa","last4":"1234","threeDSecure":"authenticated"}"#, 201, "fundingSourceLinked"),
                Row("/v1/accounts/1/funding-sources", #"{"source":"creditCard","token":"tok-2","threeDSecure":"failed"}"#, 422, "three-d-secure-failed"),
                Row("/v1/accounts/1/funding-sources", #"{"source":"creditCard","token":"tok-2","last4":"12345"}"#, 400, "invalid-field"),
                Row("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"10","card":"tok-1"}"#, 201, "chargeSettled"),
                Row("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"10","card":"tok-2"}"#, 409, "funding-source-not-linked"),
                Row("/v1/accounts/1/funding-source-removals", #"{"token":"tok-2"}"#, 409, "funding-source-not-linked"),
                Row("/v1/accounts/1/funding-source-removals", #"{"token":"tok-1"}"#, 201, "fundingSourceUnlinked"),
                Row("/v1/accounts/1/contacts", #"{"kind":"mail","value":" Taro@Example.COM "}"#, 201, "contactRegistered"),
                Row("/v1/accounts/1/contacts", #"{"kind":"mail","value":"taro.example.com"}"#, 400, "invalid-field"),
                Row("/v1/accounts/1/contacts", #"{"kind":"phone","value":"+81 90-1234-5678"}"#, 201, "contactRegistered"),
                Row("/v1/accounts/1/contacts", #"{"kind":"phone","value":"12345"}"#, 400, "invalid-field"),
                Row("/v1/accounts/1/session-revocations", #"{"session":"1"}"#, 201, "sessionRevoked"),
                Row("/v1/accounts/1/session-revocations", #"{"session":"1"}"#, 403, "session-ended"),
                Row("/v1/accounts/1/session-revocations", #"{"session":"99"}"#, 404, "session-unknown"),
                Row("/v1/accounts/1/session-revocations", #"{"session":"0"}"#, 400, "invalid-field"),
                Row("/v1/accounts/1/session-revocations", "{}", 201, "sessionRevoked"),
                Row("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":{"session":"1"}}"#, 403, "session-ended"),
                Row("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":{"session":"5"}}"#, 404, "session-unknown"),
                Row("/v1/accounts/1/resets", #"{"method":"reminder","deliveredTo":{"kind":"mail","value":"taro@example.com"}}"#, 201, "credentialsReset"),
                Row("/v1/accounts/1/resets", #"{"method":"reminder","deliveredTo":{"kind":"pigeon","value":"x"}}"#, 400, "invalid-field"),
                Row("/v1/session-revocations", #"{"method":"externalId","reason":"stolen"}"#, "kanri-1", 201, "sessionsRevoked"),
                Row("/v1/session-revocations", #"{"reason":"stolen"}"#, 403, "operator-required"),
                Row("/v1/reset-mandates", #"{"reason":"stolen"}"#, 403, "operator-required"),
                Row("/v1/reset-mandates", #"{"reason":"stolen"}"#, "kanri-1", 201, "resetMandated"),
                Row("/v1/accounts/1/payments", #"{"store":"s","amount":"1"}"#, 403, "reset-required"),
                Row("/v1/reset-mandates", "{}", "kanri-1", 400, "invalid-field"),
            ])
            #expect(try replies[2].json.text("session") == "1")
            // What the login's event says of its access: pseudonyms, nothing else.
            let page = try await client.get("/v1/accounts/1/events").json
            let login = try #require(page.objects("events")?.first { $0.text("kind") == "loginSucceeded" })
            #expect(login.number("session") == 1 && login.number("authLevel") == 2)
            let access = try #require(login.inner("tail")?.inner("access"))
            #expect(access.text("address") == shop.vault.pseudonym(.address, "203.0.113.9").hexadecimal)
            #expect(access.number("asn") == 64500 && access.text("country") == "JP" && access.text("method") == "oneTimeCode")
            #expect(login.inner("tail")?.text("device") == shop.vault.pseudonym(.device, "d-1").hexadecimal)
            // The vault has the values in their normal form, for the account's person; what nobody owns is nobody's.
            guard case .kept(let data) = try shop.vault.all(of: "p-1") else { return #expect(Bool(false), "nothing was kept") }
            #expect(data.map(\.value).sorted() == ["+819012345678", "203.0.113.9", "Taro", "d-1", "idp\nx-9", "taro@example.com"])
            let nobody = shop.vault.pseudonym(.loginID, "nobody@example.com")
            #expect(try shop.vault.read(person: nil, kind: .loginID, pseudonym: nobody) == "nobody@example.com")
        }
    }

    @Test func theControlsDesk() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            var (replies, known) = try await play(client, [
                Row("/v1/accounts", #"{"person":"p-1"}"#, 201, "accountOpened"),
                Row("/v1/accounts/1/charges", #"{"source":"point","amount":"100"}"#, 201, "chargeSettled"),
                Row("/v1/controls", #"{"control":"pay","reason":"r"}"#, 403, "operator-required"),
                Row("/v1/controls", #"{"control":"pay","reason":"r"}"#, "shien-1", 403, "operator-required"),
                Row("/v1/controls", #"{"control":"everything","reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/controls", #"{"control":"pay","sources":["point"],"reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/controls", #"{"control":"charge","sources":[],"reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/controls", #"{"control":"charge","sources":["cheque"],"reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/controls", #"{"control":"pay"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/controls", #"{"control":"pay","effectiveAt":"2019-06-30T00:00+09:00","reason":"r"}"#, "kanri-1", 422, "effective-in-past"),
                Row(
                    "/v1/controls", #"{"control":"pay","effectiveAt":"2019-07-02T00:00+09:00","until":"2019-07-01T12:00+09:00","reason":"r"}"#, "kanri-1",
                    422, "control-ends-before-it-begins"),
                Row("/v1/controls", #"{"control":"pay","until":"2019-07-02T00:00+09:00","reason":"r"}"#, "kanri-1", 201, "controlActivated", keep: "pay"),
                Row("/v1/controls", #"{"control":"pay","until":"2019-07-01T10:00+09:00","reason":"r"}"#, "kanri-1", 409, "already-stopped"),
                Row("/v1/accounts/1/payments", #"{"store":"s","amount":"1"}"#, 423, "payments-stopped"),
                Row("/v1/controls", #"{"control":"charge","sources":["creditCard","debitCard"],"reason":"r"}"#, "kanri-2", 201, "controlActivated", keep: "cards"),
                Row("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"700","reference":"r-7"}"#, 423, "charges-stopped", keep: "late"),
                Row("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"700"}"#, 423, "charges-stopped"),
                Row("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#, 201, "chargeSettled"),
                Row("/v1/controls/<cards>/lift", #"{"reason":"found"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/controls/999/lift", #"{"reason":"found"}"#, "kanri-1", 404, "control-unknown"),
                Row("/v1/controls/x/lift", #"{"reason":"found"}"#, "kanri-1", 404, "control-unknown"),
                Row("/v1/controls/<cards>/lift", #"{"reason":"found","control":3}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/voids", #"{"refusal":<late>,"reference":"v-7"}"#, 403, "operator-required"),
            ])
            #expect(try replies[11].json.text("control") == "pay" && replies[11].json.text("until") == "2019-07-02T00:00:00.000000+09:00")
            #expect(try replies[14].json.texts("sources") == ["creditCard", "debitCard"])
            #expect(try replies[15].json["voidDue"] == .bool(true) && replies[16].json["voidDue"] == nil)
            #expect(try replies[18].json.number("approvals") == 1)

            let controls = try await client.get("/v1/controls").json
            #expect(controls.inner("stopped")?.texts("charge") == ["creditCard", "debitCard"] && controls.inner("stopped")?["pay"] == .bool(true))
            #expect(controls.objects("controls")?.map { $0.number("position") } == [known["pay"], known["cards"]])
            #expect(controls.objects("controls")?.first?.text("decidedBy") == "kanri-1")
            let before = try await client.get("/v1/controls?asOf=2019-06-30T00:00%2B09:00").json
            #expect(before.objects("controls")?.isEmpty == true && before.inner("stopped")?["pay"] == .bool(false))
            let later = try await client.get("/v1/controls?asOf=2019-07-02T00:00+09:00").json
            #expect(later.inner("stopped")?["pay"] == .bool(false) && later.objects("controls")?.count == 1)
            #expect(try await client.get("/v1/controls?asOf=yesterday").code == "invalid-field")

            #expect(try await client.get("/v1/voids").code == "operator-required")
            let voids = try await client.get("/v1/voids", as: "kanri-1").json
            #expect(voids.objects("voids")?.map { $0.number("refusal") } == [known["late"]])
            #expect(voids.objects("voids")?.first?.text("amount") == "700" && voids.objects("voids")?.first?.text("reference") == "r-7")
            #expect(try await metric("motocho_voids_outstanding", client) == 1)
            #expect(try await metric("motocho_controls_in_force", client) == 2)

            (replies, known) = try await play(client, [
                Row("/v1/voids", #"{"refusal":<late>,"reference":"v-7"}"#, "kanri-1", 201, "upstreamVoidConfirmed"),
                Row("/v1/voids", #"{"refusal":<late>}"#, "kanri-1", 404, "void-unknown"),
                Row("/v1/voids", #"{"refusal":"1"}"#, "kanri-1", 400, "invalid-field"),
            ], known)
            let lifted = try await client.decide(#""command":"liftControl","control":\#(known["cards"]!),"reason":"patched""#, approvers: ["kanri-2"])
            #expect(try lifted.json.text("event") == "controlLifted" && lifted.json.number("reference") == known["cards"], "\(lifted.text)")
            #expect(try await client.post("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"1"}"#).status == 201)
            #expect(try await client.get("/v1/voids", as: "kanri-1").json.objects("voids")?.isEmpty == true)
            let timeline = try await client.get("/v1/controls/timeline").json
            #expect(timeline.objects("controls")?.count == 2)
            #expect(timeline.objects("controls")?.last?.inner("lift")?.texts("approvedBy") == ["kanri-2"])
            // All of it happened at one instant of the story: pay alone lasts, to its end.
            #expect(timeline.objects("changes")?.map { $0.inner("stopped")?["pay"] } == [.bool(true), .bool(false)])
        }
    }

    @Test func theServiceAndApprovalDesks() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            let hash = String(repeating: "0a", count: 32)
            var (replies, known) = try await play(client, [
                Row("/v1/accounts", #"{"person":"p-1"}"#, 201, "accountOpened"),
                Row("/v1/launch", "{}", 403, "operator-required"),
                Row("/v1/launch", #"{"reason":"as announced"}"#, "kanri-1", 201, "serviceLaunched"),
                Row("/v1/launch", "{}", "kanri-1", 409, "already-launched"),
                Row("/v1/notices", #"{"kind":"incident","place":"https://example.com/n1","contentHash":"\#(hash)","note":"first"}"#, "kanri-1", 201, "noticePublished"),
                Row("/v1/notices", #"{"kind":"incident","place":"https://example.com/n1","contentHash":"\#(hash)0"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/notices", #"{"kind":"rumour","place":"p","contentHash":"\#(hash)"}"#, "kanri-1", 400, "invalid-field"),
                // Once members rely on the rules, another must agree.
                Row("/v1/policies", #"{"balanceCap":"100"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/proposals", #"{"command":"setPolicy","balanceCap":"100000","proposalSeconds":600,"because":"b"}"#, "kanri-1", 201, "proposed", keep: "policy"),
                Row("/v1/approvals", #"{"proposal":<policy>}"#, "kanri-1", 403, "approver-is-proposer"),
                Row("/v1/approvals", #"{"proposal":<policy>}"#, "shien-1", 403, "operator-required"),
                Row("/v1/approvals", #"{"proposal":<policy>}"#, "kanri-2", 201, "policySet"),
                Row("/v1/approvals", #"{"proposal":<policy>}"#, "kanri-3", 409, "proposal-closed"),
                Row("/v1/approvals", #"{"proposal":9999}"#, "kanri-3", 404, "proposal-unknown"),
                Row("/v1/approvals", #"{"proposal":-1}"#, "kanri-3", 400, "invalid-field"),
                Row("/v1/proposals", #"{"command":"charge","account":"1","source":"point","amount":"1","because":"b"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/proposals", #"{"command":"propose","because":"b"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/proposals", #"{"command":"launchService","because":"b"}"#, "kanri-1", 422, "no-approval-needed"),
                Row("/v1/proposals", #"{"command":"mandateReset","reason":"r"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/proposals", #"{"command":"refund","account":"1","amount":"1","reason":"smallAmount","because":"b"}"#, "kanri-1", 422, "insufficient-balance"),
                Row("/v1/proposals", #"{"command":"grantRole","principal":"data-1","role":"dataOfficer","because":"b"}"#, 403, "operator-required"),
                Row("/v1/proposals", #"{"command":"grantRole","principal":"x","role":"king","because":"b"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/proposals", #"{"command":"grantRole","principal":"data-1","role":"dataOfficer","because":"b"}"#, "kanri-1", 201, "proposed", keep: "grant"),
                Row("/v1/withdrawals", #"{"proposal":<grant>,"because":"wrong name"}"#, 403, "operator-required"),
                Row("/v1/withdrawals", #"{"proposal":<grant>,"because":"wrong name"}"#, "kanri-1", 201, "withdrawn"),
                Row("/v1/withdrawals", #"{"proposal":<grant>}"#, "kanri-1", 409, "proposal-closed"),
                Row("/v1/withdrawals", #"{"proposal":1}"#, "kanri-1", 404, "proposal-unknown"),
                Row("/v1/roles", #"{"principal":"data-1","role":"dataOfficer"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/roles", #"{"principal":"data-1"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/role-revocations", #"{"principal":"kanri-2","role":"treasurer"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/role-revocations", #"{"principal":"kanri-2","role":"treasurer"}"#, 403, "operator-required"),
                // An emergency, and its review.
                Row("/v1/controls", #"{"control":"pay","reason":"r"}"#, "kanri-1", 201, "controlActivated", keep: "pay"),
                Row("/v1/controls", #"{"control":"registration","reason":"r"}"#, "kanri-1", 201, "controlActivated", keep: "register"),
                Row("/v1/emergencies", #"{"command":"refund","account":"1","amount":"1","because":"b"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/emergencies", #"{"command":"liftControl","control":<pay>,"reason":"r","because":"tills stand still"}"#, 403, "operator-required"),
                Row("/v1/emergencies", #"{"command":"liftControl","control":<pay>,"reason":"r","because":"tills stand still"}"#, "kanri-1", 201, "controlLifted"),
                Row("/v1/emergencies", #"{"command":"liftControl","control":<register>,"reason":"r","because":"b"}"#, "kanri-1", 422, "break-glass-unreviewed"),
            ])
            #expect(try replies[7].json.number("approvals") == 1)
            #expect(try replies[8].json.number("approvalsLeft") == 1 && replies[8].json.text("expiresAt") == "2019-07-04T00:00:00.000000+09:00")
            #expect(try replies[11].json.number("decision") == replies[11].json.number("position").map { $0 - 1 })
            #expect(try replies[23].json.text("code") == "operator-required")
            known["glass"] = try replies[35].json.number("decision")
            #expect(try await metric("motocho_break_glass_unreviewed", client) == 1)
            try await play(client, [
                Row("/v1/reviews", #"{"emergency":<glass>,"verdict":"justified"}"#, "kanri-1", 403, "reviewer-broke-glass"),
                Row("/v1/reviews", #"{"emergency":<glass>,"verdict":"fine"}"#, "kanri-2", 400, "invalid-field"),
                Row("/v1/reviews", #"{"emergency":<glass>,"verdict":"justified","note":"seen the tills"}"#, "kanri-2", 201, "glassReviewed"),
                Row("/v1/reviews", #"{"emergency":<glass>,"verdict":"justified"}"#, "kanri-3", 404, "break-glass-unknown"),
            ], known)
            #expect(try await metric("motocho_break_glass_unreviewed", client) == 0)

            // What stands open, and what was decided.
            let open = try await client.post("/v1/proposals", #"{"command":"revokeRole","principal":"kanri-2","role":"treasurer","because":"moves on"}"#, as: "kanri-1")
            #expect(try await client.get("/v1/proposals").code == "operator-required")
            let proposals = try #require(try await client.get("/v1/proposals", as: "kanri-2").json.objects("proposals"))
            #expect(try proposals.count == 1 && proposals[0].number("proposal") == open.json.number("position"))
            #expect(proposals[0].text("proposedBy") == "kanri-1" && proposals[0].text("because") == "moves on" && proposals[0].number("approvalsLeft") == 1)
            let held = try #require(proposals[0].inner("held"))
            #expect(held.text("command") == "revokeRole" && held.text("principal") == "kanri-2" && held.text("role") == "treasurer")

            let all = try #require(try await client.get("/v1/decisions", as: "kanri-1").json.objects("decisions"))
            #expect(all.map { $0.text("event") } == [
                "serviceLaunched", "noticePublished", "policySet", "proposed", "controlActivated", "controlActivated", "controlLifted", "proposed",
            ])
            #expect(all.map { $0.text("state") } == ["done", "done", "done", "withdrawn", "done", "done", "emergency", "open"])
            #expect(all[2].text("decidedBy") == "kanri-1" && all[2].texts("approvedBy") == ["kanri-2"] && all[2].text("why") == "b")
            #expect(all[2].objects("events")?.first?.inner("tail")?.inner("policy")?.text("balanceCap") == "100000")
            #expect(all[6].inner("review")?.text("by") == "kanri-2" && all[6].inner("review")?.text("verdict") == "justified")
            var seen: [Int64?] = []
            var path: String? = "/v1/decisions?limit=3"
            while let next = path {
                let page = try await client.get(next, as: "kanri-1").json
                seen += page.objects("decisions")?.map { $0.number("position") } ?? []
                path = page.text("next").map { "/v1/decisions?limit=3&after=" + $0 }
            }
            #expect(seen == all.map { $0.number("position") })
            #expect(try await client.get("/v1/decisions").code == "operator-required")
            #expect(try await client.get("/v1/decisions?limit=0", as: "kanri-1").code == "invalid-field")

            #expect(try await client.get("/v1/roles").code == "operator-required")
            _ = try await client.decide(#""command":"grantRole","principal":"chosa-1","role":"investigator","person":"chosa""#)
            let roles = try #require(try await client.get("/v1/roles", as: "kanri-1").json.objects("roles"))
            #expect(roles.map { $0.text("principal") } == ["chosa-1", "kanri-1", "kanri-2", "kanri-3"])
            #expect(roles[0].text("person") == "chosa" && roles[0].texts("roles") == ["investigator"])
            #expect(roles[1].texts("roles") == ["operator", "approver", "treasurer"])
            // An investigator may propose a stop, and needs one who agrees.
            let stop = try await client.decide(#""command":"activateControl","control":"foreignIp","reason":"r""#, as: "chosa-1", approvers: ["kanri-3"])
            #expect(try stop.json.text("event") == "controlActivated" && stop.json.number("decision") != nil, "\(stop.text)")
        }
    }

    @Test func thePeopleDesk() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"山田/1"}"#)
            _ = try await client.post("/v1/accounts/1/contacts", #"{"kind":"mail","value":"taro@example.com"}"#)
            _ = try await client.post("/v1/accounts/1/external-logins", #"{"provider":"idp","id":"x-9"}"#)
            let granted = try await client.decide(#""command":"grantRole","principal":"data-1","role":"dataOfficer""#)
            #expect(try granted.json.text("event") == "roleGranted", "\(granted.text)")
            let path = "/v1/people/%E5%B1%B1%E7%94%B0%2F1/disclosures"
            let reading = #"{"purpose":"asked by the member"}"#

            #expect(try await client.post(path, reading).code == "operator-required")
            let refused = try await client.post(path, reading, as: "kanri-1")
            #expect(try refused.status == 403 && refused.code == "role-required" && refused.json.texts("roles") == ["investigator", "support", "dataOfficer"])
            #expect(try await client.post("/v1/people/nobody/disclosures", reading, as: "data-1").code == "person-unknown")
            #expect(try await client.post("/v1/people/%FF/disclosures", reading, as: "data-1").status == 404)
            #expect(try await client.post(path, "{}", as: "data-1").code == "invalid-field")

            let count = shop.count
            let seen = try await client.post(path, reading, key: "look-1", token: shop.tokens["data-1"])
            let json = try seen.json
            #expect(seen.status == 201 && json.text("event") == "personalDataViewed" && json.number("position") == Int64(count))
            #expect(json.objects("data")?.map { $0.text("kind") } == ["externalLogin", "mail"])
            #expect(json.objects("data")?.map { $0.text("value") } == ["x-9", "taro@example.com"])
            #expect(json.objects("data")?.first?.text("provider") == "idp")
            // A look is one event: its repetition shows nothing.
            let again = try await client.post(path, reading, key: "look-1", token: shop.tokens["data-1"])
            #expect(try again.status == 201 && again.isReplay && again.json["data"] == nil && !again.text.contains("taro"))
            // A line of the bulk door shows the same, under an event of its own.
            let line = try await client.bulk([#"{"key":"look-2","command":"viewPersonalData","person":"山田/1","purpose":"asked"}"#], token: shop.tokens["data-1"])[0]
            #expect(line.number("status") == 201 && line.objects("data")?.count == 2)

            let erasure = "/v1/people/%E5%B1%B1%E7%94%B0%2F1/erasure"
            #expect(try await client.post(erasure, #"{"reason":"asked"}"#).code == "operator-required")
            #expect(try await client.post(erasure, #"{"reason":"asked"}"#, as: "data-1").code == "approvals-required")
            let members = #""command":"erasePerson","person":"山田/1","reason":"asked""#
            #expect(try await client.decide(members, as: "data-1", approvers: ["kanri-1"]).code == "person-has-open-accounts")
            #expect(try await client.post("/v1/accounts/1/closure", "{}", as: "kanri-1").status == 201)
            let erased = try await client.decide(members, as: "data-1", approvers: ["kanri-1"])
            #expect(try erased.json.text("event") == "personErased", "\(erased.text)")
            #expect(try shop.vault.all(of: "山田/1") == .erased)
            let after = try await client.post(path, reading, as: "data-1")
            #expect(try after.status == 201 && after.json["erased"] == .bool(true) && after.json["data"] == nil)
            #expect(try await client.decide(members, as: "data-1", approvers: ["kanri-1"]).code == "person-erased")
            #expect(try await client.post("/v1/accounts", #"{"person":"山田/1"}"#).code == "person-erased")
        }
    }

    @Test func stepsUpAreNamed() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            _ = try await client.post(
                "/v1/policies",
                #"{"evidence":{"bindDevice":{"level":2,"withinSeconds":300}},"devices":{"perAccount":1},"afterReset":{"sources":["creditCard"],"seconds":3600},"#
                    + #""chargeWindows":[{"sources":["point"],"count":2,"seconds":60}]}"#, as: "kanri-1")
            let none = try await client.post("/v1/accounts/1/devices", #"{"device":"d-1"}"#)
            #expect(try none.status == 403 && none.code == "step-up-required" && none.json.inner("step")?.number("requiredLevel") == 2)
            func auth(_ level: Int, _ at: String) -> String { #""access":{"auth":{"level":\#(level),"method":"oneTimeCode","at":"\#(at)"}}"# }
            let stale = try await client.post("/v1/accounts/1/devices", #"{"device":"d-1",\#(auth(2, "2019-06-30T23:54+09:00"))}"#)
            #expect(try stale.code == "evidence-stale" && stale.json.inner("step")?.number("withinSeconds") == 300)
            #expect(try await client.post("/v1/accounts/1/devices", #"{"device":"d-1",\#(auth(2, "2019-06-30T23:55+09:00"))}"#).status == 201)
            let most = try await client.post("/v1/accounts/1/devices", #"{"device":"d-2",\#(auth(3, "2019-07-01T00:00+09:00"))}"#)
            #expect(try most.status == 422 && most.code == "too-many-devices" && most.json.number("most") == 1)
            _ = try await client.post("/v1/accounts/1/resets", #"{"method":"reminder"}"#)
            let wait = try await client.post("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"1"}"#)
            #expect(try wait.status == 429 && wait.code == "reset-cool-down" && wait.json.number("waitSeconds") == 3600)
            for _ in 0..<2 { #expect(try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#).status == 201) }
            let fast = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#)
            #expect(try fast.status == 429 && fast.code == "charge-velocity" && fast.json.number("most") == 2)
        }
    }

    @Test func withoutAVaultPersonalValuesAreNotTaken() async throws {
        try await withShop(hasVault: false) { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let count = shop.count
            for (path, body) in [
                ("/v1/accounts/1/contacts", #"{"kind":"mail","value":"a@b"}"#), ("/v1/accounts/1/devices", #"{"device":"d"}"#),
                ("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":{"address":"192.0.2.1"}}"#),
                ("/v1/people/p/disclosures", #"{"purpose":"r"}"#),
            ] {
                let reply = try await client.post(path, body, as: "kanri-1")
                #expect(reply.status == 503 && reply.code == "vault-unavailable", "\(path): \(reply.text)")
            }
            #expect(try await client.decide(#""command":"erasePerson","person":"p","reason":"r""#).code == "vault-unavailable")
            #expect(shop.count == count)
            #expect(try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":{"country":"JP"}}"#).status == 201)
        }
    }

    /// A token that is issued or removed counts while the server runs.
    @Test func tokensChangeWhileTheServerRuns() async throws {
        try await withShop { shop, client in
            let file = shop.directory.principals
            let before = try #require(shop.directory.read(file))
            let token = try await Task.detached { try Principals.issue(name: "late-1", role: .operator, in: shop.directory) }.value
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await client.get("/v1/roles", token: token).status == 200)
            // What does not read leaves the tokens as they were.
            try shop.directory.replace(file, with: "nonsense\n")
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await client.get("/v1/roles", token: token).status == 200)
            try shop.directory.replace(file, with: before)
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await client.get("/v1/roles", token: token).status == 401)
            #expect(try await client.get("/v1/roles", as: "kanri-1").status == 200)
            // With a service's token nobody is anonymous any more.
            #expect(try await client.get("/v1/controls").status == 200)
            _ = try await Task.detached { try Principals.issue(name: "app", role: .service, in: shop.directory) }.value
            try await Task.sleep(for: .milliseconds(1100))
            #expect(try await client.get("/v1/controls").status == 401)
        }
    }

    private func metric(_ name: String, _ client: Client) async throws -> Int? {
        // A view follows within a moment; reading it brings it up to date.
        _ = try await client.get("/v1/controls")
        return try await client.get("/metrics").text.split(separator: "\n").first { $0.hasPrefix(name + " ") }
            .flatMap { Int($0.split(separator: " ")[1]) }
    }
}
