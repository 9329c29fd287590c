import Foundation
import Journal
import Ledger
import Projections
import Testing
import Wire

@testable import Facade

/// Every route of the damage and compensation desks, once as it should be and more than once as it should not.
@Suite struct DamageRouteTests {
    /// Two members, one charged by card and one by points, each with a payment; and whoever judges them.
    private func prepare(_ client: Client) async throws -> [String: Int64] {
        for (name, role) in [("chosa-1", "investigator"), ("nintei-1", "certifier"), ("shien-1", "support")] {
            #expect(try await client.decide(#""command":"grantRole","principal":"\#(name)","role":"\#(role)""#).status == 201)
        }
        return try await play(client, [
            Row("/v1/accounts", #"{"person":"p-1"}"#, 201, "accountOpened", keep: "open"),
            Row("/v1/accounts", #"{"person":"p-2","externalId":"x-2"}"#, 201, "accountOpened"),
            Row("/v1/accounts/1/charges", #"{"source":"creditCard","amount":"10000"}"#, 201, "chargeSettled", keep: "c"),
            Row("/v1/accounts/1/payments", #"{"store":"s-1","amount":"3000"}"#, 201, "paymentAccepted", keep: "p"),
            Row("/v1/accounts/1/charges", #"{"source":"registerCash","amount":"500"}"#, 201, "chargeSettled", keep: "cash"),
            Row("/v1/accounts/2/charges", #"{"source":"point","amount":"2000"}"#, 201, "chargeSettled", keep: "c2"),
            Row("/v1/accounts/2/payments", #"{"store":"s-1","amount":"500"}"#, 201, "paymentAccepted", keep: "p2"),
        ]).known
    }

    @Test func disputesAndReports() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            let (replies, known) = try await play(client, [
                Row("/v1/disputes", #"{"account":"1","events":["<c>",<p>],"via":"supportLine","note":"both unknown"}"#, 201, "disputeOpened", keep: "d"),
                Row("/v1/disputes", #"{"externalId":"x-2","events":["<c2>"],"via":"app"}"#, 201, "disputeOpened"),
                Row("/v1/disputes", #"{"externalId":"x-2","events":["<c>"],"via":"app"}"#, 404, "event-unknown"),
                Row("/v1/disputes", #"{"account":"1","events":["<open>"],"via":"app"}"#, 422, "not-money"),
                Row("/v1/disputes", #"{"account":"9","events":["<c>"],"via":"app"}"#, 404, "account-unknown"),
                Row("/v1/disputes", #"{"account":"1","events":[],"via":"app"}"#, 400, "invalid-field"),
                Row("/v1/disputes", #"{"account":"1","events":"<c>","via":"app"}"#, 400, "invalid-field"),
                Row("/v1/disputes", #"{"account":"1","events":["0<c>"],"via":"app"}"#, 400, "invalid-field"),
                Row("/v1/disputes", #"{"account":"1","events":[-1],"via":"app"}"#, 400, "invalid-field"),
                Row("/v1/disputes", #"{"account":"1","events":["<c>","<c>"],"via":"app"}"#, 400, "invalid-field"),
                Row("/v1/disputes", #"{"account":"1","events":["<c>"],"via":"fax"}"#, 400, "invalid-field"),
                Row("/v1/disputes/<d>/closings", #"{"outcome":"confirmed"}"#, 403, "operator-required"),
                Row("/v1/disputes/<d>/closings", #"{"outcome":"lost"}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/disputes/<d>/closings", #"{"outcome":"confirmed","note":"n"}"#, "shien-1", 201, "disputeClosed"),
                Row("/v1/disputes/<c>/closings", #"{"outcome":"confirmed"}"#, "shien-1", 404, "dispute-unknown"),
                Row("/v1/disputes/x/closings", #"{"outcome":"confirmed"}"#, "shien-1", 404, "dispute-unknown"),
                Row(
                    "/v1/reports", #"{"source":"creditCard","message":"m-1","card":"tok","account":"1","charges":["<c>"],"amount":"10000"}"#, "shien-1",
                    201, "partnerReportReceived", keep: "r"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-1"}"#, "shien-1", 409, "report-known"),
                Row("/v1/reports", #"{"source":"debitCard","message":"m-1"}"#, "shien-1", 201, "partnerReportReceived"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-2","account":"1","charges":["<p>"]}"#, "shien-1", 201, "partnerReportReceived", keep: "r2"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-3"}"#, 403, "operator-required"),
                Row("/v1/reports", #"{"source":"atmCash","message":"m-3"}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-3","charges":["<c>"]}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-3","amount":100}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/reports/<r2>/matches", #"{"account":"1","charges":["<p>"]}"#, "shien-1", 404, "charge-unknown"),
                Row("/v1/reports/<r2>/matches", #"{"charges":["<c>"]}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/reports/<r2>/matches", #"{"account":"1","charges":["<c>"]}"#, "shien-1", 201, "partnerReportMatched"),
                Row("/v1/reports/<r2>/matches", #"{"account":"1","charges":["<c>"]}"#, "shien-1", 409, "report-matched"),
                Row("/v1/reports/<c>/matches", #"{"account":"1","charges":["<c>"]}"#, "shien-1", 404, "report-unknown"),
                Row("/v1/accounts/1/conversations", #"{"direction":"inbound","via":"supportLine","outcome":"reached","note":"n"}"#, "shien-1", 201, "memberContacted"),
                Row("/v1/accounts/1/conversations", #"{"direction":"sideways","via":"mail","outcome":"reached"}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/accounts/1/conversations", #"{"direction":"outbound","via":"mail","outcome":"denied"}"#, 403, "operator-required"),
            ], try await prepare(client))
            // A report twice says where the first one stands, beside its own position.
            let twice = try replies[17].json
            #expect(twice.number("eventPosition") == known["r"] && twice.number("position") != known["r"])
            #expect(try replies[3].json.number("eventPosition") == known["open"])
        }
    }

    @Test func labelsHoldsAndCertifications() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            let (replies, known) = try await play(client, [
                Row("/v1/disputes", #"{"account":"1","events":["<c>","<p>"],"via":"supportLine"}"#, "shien-1", 201, "disputeOpened", keep: "d"),
                Row("/v1/disputes", #"{"account":"2","events":["<c2>"],"via":"supportLine"}"#, "nintei-1", 201, "disputeOpened", keep: "d2"),
                Row("/v1/accounts/1/labels", #"{"events":["999"],"label":"fraud","basis":"b"}"#, "chosa-1", 404, "event-unknown"),
                Row("/v1/accounts/1/labels", #"{"events":["<c2>"],"label":"fraud","basis":"b"}"#, "chosa-1", 404, "event-unknown"),
                Row("/v1/accounts/1/labels", #"{"events":["<open>"],"label":"fraud","basis":"b"}"#, "chosa-1", 422, "not-money"),
                Row("/v1/accounts/1/labels", #"{"events":["<cash>"],"label":"fraud","basis":"b"}"#, "chosa-1", 422, "cash-is-own"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"bad","basis":"b"}"#, "chosa-1", 400, "invalid-field"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"fraud"}"#, "chosa-1", 400, "invalid-field"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"fraud","basis":"b"}"#, 403, "operator-required"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"fraud","basis":"b"}"#, "kanri-1", 403, "role-required"),
                Row("/v1/accounts/1/holds", "{}", "nintei-1", 422, "charge-not-fraud"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"fraud","basis":"report m-1"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"fraud","basis":"b"}"#, "chosa-1", 409, "labelled-so"),
                // A hold's amount is never typed.
                Row("/v1/accounts/1/holds", #"{"amount":"7000"}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/accounts/1/holds", #"{"charge":"x"}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/accounts/1/holds", #"{"charge":999}"#, "nintei-1", 404, "charge-unknown"),
                Row("/v1/accounts/1/holds", #"{"charge":"<c>","reason":"taken over"}"#, "nintei-1", 201, "fraudHeld"),
                Row("/v1/accounts/1/holds", #"{"charge":<c>}"#, "nintei-1", 409, "nothing-to-hold"),
                Row("/v1/accounts/1/holds/ends", #"{"reason":"r"}"#, "nintei-1", 403, "approvals-required"),
                Row("/v1/accounts/1/holds/ends", #"{"amount":"1","reason":"r"}"#, "nintei-1", 400, "invalid-field"),
                // Not everything is judged yet.
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>}"#, "nintei-1", 422, "disputed-unlabelled"),
                Row("/v1/accounts/1/labels", #"{"events":["<p>"],"label":"fraud","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/accounts/1/payments", #"{"store":"s-1","amount":"100"}"#, 201, "paymentAccepted", keep: "later"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>}"#, "nintei-1", 422, "labels-missing"),
                Row("/v1/accounts/1/labels", #"{"events":["<later>"],"label":"genuine","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                // Not what the ledger finds.
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"9999","dispute":<d>}"#, "nintei-1", 422, "differs-from-entitlement"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000"}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":10000,"dispute":<d>}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"-1","dispute":<d>}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"p-1","total":"10000","dispute":<d>}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"nobody","creditCard":"10000","dispute":<d>}"#, "nintei-1", 404, "person-unknown"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d2>}"#, "nintei-1", 422, "evidence-of-another"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":999}"#, "nintei-1", 404, "dispute-unknown"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","report":999}"#, "nintei-1", 404, "report-unknown"),
                Row(
                    "/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>,"pattern":{"ruleVersion":"1","score":10,"events":["<c>"]}}"#,
                    "nintei-1", 403, "approvals-required"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","pattern":{"ruleVersion":0,"score":1,"events":["<c>"]}}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","pattern":{"events":["<c>"]}}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>,"note":"n"}"#, "kanri-1", 403, "role-required"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>,"note":"n"}"#, "nintei-1", 201, "victimCertified", keep: "v"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>}"#, "nintei-1", 409, "already-certified"),
                Row("/v1/certifications/amendments", #"{"person":"p-1","creditCard":"9000","reason":"r"}"#, "nintei-1", 403, "approvals-required"),
                Row("/v1/certifications/amendments", #"{"person":"p-1","creditCard":"9000"}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/certifications/revocations", #"{"person":"p-1","reason":"r"}"#, "nintei-1", 403, "approvals-required"),
                // A certified event gets another label only with its amendment.
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"unknown","basis":"b"}"#, "chosa-1", 422, "amendment-required"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>"],"label":"unknown","basis":"b","amends":"a"}"#, "chosa-1", 403, "approvals-required"),
                Row("/v1/accounts/1/links", #"{"other":"2","evidence":"e"}"#, "shien-1", 403, "approvals-required"),
                Row("/v1/accounts/1/links", #"{"evidence":"e"}"#, "shien-1", 400, "invalid-field"),
                Row("/v1/accounts/1/links", #"{"other":"2","otherExternalId":"x-2","evidence":"e"}"#, "shien-1", 400, "invalid-field"),
                // Who took the dispute down does not certify it.
                Row("/v1/accounts/2/labels", #"{"events":["<c2>","<p2>"],"label":"fraud","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/certifications", #"{"person":"p-2","point":"2000","dispute":<d2>}"#, "nintei-1", 403, "certifier-opened-dispute"),
            ], try await prepare(client))
            let held = try replies[16].json
            #expect(held.text("amount") == "7000" && held.number("reference") == known["c"] && held.text("balance") == "500")
            #expect(try replies[13].json.text("field") == "amount" && replies[13].text.contains("is found by the ledger itself"))
            #expect(try replies[23].json.number("eventPosition") == known["later"] && replies[25].json.text("entitlement") == "10000")
            let certified = try replies[38].json
            #expect(certified.inner("entitlement")?.text("creditCard") == "10000" && certified.inner("entitlement")?.text("total") == "10000")
            // A hold ends, two accounts become one person's, a certification is revoked: by those who may, and others who agree.
            #expect(try await client.decide(#""command":"endHold","account":"1","reason":"r""#, as: "nintei-1", approvers: ["kanri-1"]).json.text("event") == "holdReleased")
            let link = #""command":"linkAccounts","account":"1","otherExternalId":"x-2","evidence":"one passport""#
            let linked = try await client.decide(link, as: "shien-1", approvers: ["kanri-1", "kanri-2"])
            #expect(try linked.json.text("event") == "accountsLinked" && linked.json.number("decision") != nil)
            let revoked = try await client.decide(#""command":"revokeCertification","person":"p-1","reason":"r""#, as: "nintei-1", approvers: ["kanri-1", "kanri-2"])
            #expect(try revoked.json.text("event") == "certificationRevoked", "\(revoked.text)")
        }
    }

    /// What waits for approvals is shown whole to those who approve.
    @Test func proposalsShowWhatTheyHold() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            let known = try await prepare(client)
            func filled(_ text: String) -> String { known.reduce(text) { $0.replacing("<\($1.key)>", with: "\($1.value)") } }
            for row in [
                Row("/v1/accounts/1/labels", #"{"events":["<c>","<p>"],"label":"fraud","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/accounts/1/holds", "{}", "nintei-1", 201, "fraudHeld"),
                Row("/v1/reports", #"{"source":"creditCard","message":"m-1","account":"1","charges":["<c>"]}"#, "shien-1", 201, "partnerReportReceived"),
            ] { try await play(client, [row], known) }
            // who | the command and its members
            let table: [(String, String)] = [
                ("nintei-1", #"{"command":"endHold","account":"1","charge":<c>,"reason":"r"}"#),
                ("nintei-1", #"{"command":"linkAccounts","account":"1","other":"2","evidence":"e"}"#),
                ("nintei-1", #"{"command":"linkAccounts","account":"1","otherExternalId":"x-2","evidence":"e"}"#),
                ("chosa-1", #"{"command":"label","account":"1","events":["<p>"],"label":"genuine","basis":"b","amends":"a"}"#),
                (
                    "kanri-1",
                    #"{"command":"activateRules","name":"v2","lockScore":"100","rules":{"F3":{"weight":"1","amount":"10000","high":"50000"},"#
                        + #""F8":{"weight":"2","times":"3","days":"7","logins":"100","percentBefore":"50"}},"reason":"r"}"#
                ),
                ("chosa-1", #"{"command":"lock","account":"2","scope":"all","reason":"r"}"#),
            ]
            for (who, text) in table {
                let command = filled(text)
                let reply = try await client.post("/v1/proposals", command.dropLast() + #","because":"b"}"#, as: who)
                #expect(reply.status == 201, "\(command): \(reply.text)")
                let held = try await client.get("/v1/proposals", as: "kanri-2").json.objects("proposals")?.last?.inner("held")
                #expect(try held == JSONObject(parsing: Array(command.utf8)), "\(command)")
            }
        }
    }

    @Test func reversals() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            let (replies, _) = try await play(client, [
                Row("/v1/accounts/1/reversals", #"{"charge":<c>,"debitDate":"2019-07-26"}"#, "kanri-1", 422, "charge-not-fraud"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>","<p>"],"label":"fraud","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/accounts/2/labels", #"{"events":["<c2>"],"label":"fraud","basis":"b"}"#, "chosa-1", 201, "eventLabelled"),
                Row("/v1/accounts/1/reversals", #"{"charge":<c>,"debitDate":"2019-07-26"}"#, 403, "operator-required"),
                Row("/v1/accounts/1/reversals", #"{"charge":<c>,"debitDate":"26 July"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/accounts/1/reversals", #"{"charge":<c>,"debitDate":"2019-02-30"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/accounts/1/reversals", #"{"charge":999}"#, "kanri-1", 404, "charge-unknown"),
                Row("/v1/accounts/2/reversals", #"{"charge":<c2>}"#, "kanri-1", 422, "not-reversible"),
                Row("/v1/accounts/1/reversals", #"{"charge":<c>,"debitDate":"2019-07-26","note":"n"}"#, "kanri-1", 201, "chargeReversalRequested"),
                Row("/v1/accounts/1/reversals", #"{"charge":<c>}"#, "kanri-1", 409, "reversal-open"),
                Row("/v1/accounts/1/reversals/rejections", #"{"charge":<c>,"reason":"too late"}"#, "kanri-1", 201, "chargeReversalRejected"),
                Row("/v1/accounts/1/reversals/rejections", #"{"charge":<c>}"#, "kanri-1", 409, "reversal-not-open"),
                Row("/v1/reversals", #"{"source":"creditCard","account":"1","charge":<c>,"amount":"10000","stage":"later"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/reversals", #"{"source":"creditCard","account":"1","charge":<c>,"amount":"10000","stage":"toBankAccount"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/reversals", #"{"source":"point","account":"2","charge":<c2>,"amount":"2000","stage":"beforeDebit"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/reversals", #"{"source":"creditCard","account":"1","charge":<c>,"amount":"10000","stage":"beforeDebit"}"#, 403, "operator-required"),
                Row(
                    "/v1/reversals", #"{"source":"creditCard","account":"1","charge":<c>,"amount":"10000","stage":"beforeDebit","reference":"x-7"}"#, "kanri-1",
                    201, "chargeReversedFromLoss"),
                // What fits no charge of ours waits in suspense.
                Row(
                    "/v1/reversals", #"{"source":"creditCard","charge":999,"amount":"500","stage":"afterDebit","reference":"x-8"}"#, "kanri-1", 201,
                    "chargeReversedUnmatched", keep: "u"),
                Row("/v1/reversals/<u>/matches", #"{"account":"1","charge":999}"#, "kanri-1", 404, "charge-unknown"),
                Row("/v1/reversals/<c>/matches", #"{"account":"1","charge":<c>}"#, "kanri-1", 404, "unmatched-unknown"),
                Row("/v1/reversals/<u>/matches", #"{"charge":<c>}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/clearing", #"{"source":"creditCard","amount":"10501","by":"netted"}"#, "kanri-1", 422, "clearing-exceeds-balance"),
                Row("/v1/clearing", #"{"source":"creditCard","amount":"10500","by":"netted"}"#, "kanri-1", 422, "netted-exceeds-receivable"),
                Row("/v1/clearing", #"{"source":"creditCard","amount":"10000","by":"cash"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/clearing", #"{"source":"creditCard","amount":"10000","by":"netted","statement":"st-1"}"#, "kanri-1", 201, "clearingNetted"),
                Row("/v1/clearing", #"{"source":"creditCard","amount":"500","by":"paid"}"#, "kanri-1", 201, "clearingPaid"),
                Row("/v1/culprits", #"{"amount":"700","statement":"st-2"}"#, "kanri-1", 201, "culpritPaid"),
                Row("/v1/culprits", #"{"amount":"0"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/culprits", #"{"amount":"700"}"#, 403, "operator-required"),
            ], try await prepare(client))
            #expect(try replies[16].json.number("events") == 3 && replies[21].json.text("owed") == "10500" && replies[22].json.text("owed") == "10000")
        }
    }

    @Test func compensation() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            let known = try await play(client, [
                Row("/v1/disputes", #"{"account":"2","events":["<c2>","<p2>"],"via":"app"}"#, 201, "disputeOpened", keep: "d"),
                Row("/v1/accounts/2/offers", "{}", "nintei-1", 409, "not-certified"),
                Row("/v1/accounts/2/labels", #"{"events":["<c2>","<p2>"],"label":"fraud","basis":"b"}"#, "nintei-1", 201, "eventLabelled"),
                Row("/v1/certifications", #"{"person":"p-2","point":"2000","dispute":<d>}"#, "nintei-1", 201, "victimCertified"),
                Row("/v1/policies", #"{"compensationFrom":"2019-08-19"}"#, "kanri-1", 400, "invalid-field"),
                Row("/v1/policies", #"{"compensationFrom":"2019-08-19T00:00+09:00"}"#, "kanri-1", 201, "policySet"),
                Row("/v1/accounts/2/offers", "{}", "nintei-1", 422, "compensation-too-early"),
                Row("/v1/clock", #"{"to":"2019-08-19T00:00+09:00"}"#, 201, "clockAdvanced"),
                Row("/v1/accounts/2/offers", "{}", 403, "operator-required"),
                Row("/v1/accounts/2/agreements", #"{"amount":"2000"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/accounts/2/offers", #"{"note":"by mail","amount":"2000"}"#, "nintei-1", 400, "invalid-field"),
                Row("/v1/accounts/2/offers", #"{"note":"by mail"}"#, "nintei-1", 201, "compensationOffered"),
                Row("/v1/accounts/2/compensations", #"{"amount":"1"}"#, "kanri-1", 422, "compensation-exceeds"),
            ], try await prepare(client)).known
            #expect(try await client.decide(#""command":"agreeCompensation","account":"2","amount":"1999""#).json.text("code") == "compensation-differs")
            let agreed = try await client.decide(#""command":"agreeCompensation","account":"2","amount":"2000""#)
            #expect(try agreed.json.text("event") == "compensationFromLoss" && agreed.json.number("decision") != nil, "\(agreed.text)")
            try await play(client, [
                Row("/v1/accounts/2/compensations", #"{"amount":"2000","reference":"bank-1"}"#, "kanri-1", 201, "compensationPaid"),
                Row("/v1/accounts/2/compensations", #"{"amount":"2000"}"#, 403, "operator-required"),
                Row("/v1/accounts/2/compensations/returns", #"{"amount":"2000","reference":"bank-2"}"#, "kanri-1", 201, "compensationReturned"),
                Row("/v1/accounts/2/compensations/returns", #"{"amount":"1"}"#, "kanri-1", 201, "unmatchedReceived"),
                Row("/v1/accounts/2/recoverables/repayments", #"{"amount":"100","statement":"st-3"}"#, "kanri-1", 201, "unmatchedReceived"),
                Row("/v1/accounts/2/recoverables/waivers", #"{"amount":"100","reason":"r"}"#, "kanri-1", 403, "approvals-required"),
                Row("/v1/accounts/2/recoverables/waivers", #"{"amount":"100"}"#, "kanri-1", 400, "invalid-field"),
            ], known)
        }
    }

    // MARK: Reads

    @Test func figuresWorklistsAndFiles() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            let known = try await play(client, [
                Row("/v1/disputes", #"{"account":"1","events":["<c>","<p>"],"via":"app"}"#, 201, "disputeOpened", keep: "d"),
                Row("/v1/accounts/1/labels", #"{"events":["<c>","<p>"],"label":"fraud","basis":"b"}"#, "nintei-1", 201, "eventLabelled", keep: "l"),
                Row("/v1/certifications", #"{"person":"p-1","creditCard":"10000","dispute":<d>}"#, "nintei-1", 201, "victimCertified", keep: "v"),
                Row("/v1/reports", #"{"source":"debitCard","message":"m-9"}"#, "shien-1", 201, "partnerReportReceived", keep: "r"),
            ], try await prepare(client)).known
            let staff = "chosa-1"
            let damage = try await client.get("/v1/damage?by=source,route,occurrence,recording,person", as: staff)
            let report = try damage.json
            #expect(damage.status == 200 && report.number("people") == 1 && report.text("amount") == "10000", "\(damage.text)")
            #expect(report.inner("certified")?.text("creditCard") == "10000" && report.inner("money")?.text("netLoss") == "3000")
            #expect(report.objects("bySource")?.first?.text("certified") == "10000" && report.objects("byRoute")?.first?.text("route") == "memberInquiry")
            #expect(report.objects("byOccurrence")?.first?.text("day") == "2019-07-01" && report.objects("byRecording")?.count == 1)
            #expect(report.objects("persons")?.first?.number("certification") == known["v"] && report.number("position") == known["r"])
            // Before the certification nothing was certified, and what was found is told.
            let before = try await client.get("/v1/damage?at=\(known["l"]!)", as: staff).json
            #expect(before.number("people") == 0 && before.inner("identified")?.text("total") == "10000" && before.number("position") == known["l"])
            #expect(try await client.get("/v1/damage?asOf=2019-06-30T00:00%2B09:00", as: staff).json.number("people") == 0)
            for list in Worklist.allCases {
                let reply = try await client.get("/v1/worklists/\(list.name)", as: staff)
                #expect(reply.status == 200, "\(list.name): \(reply.text)")
                let items = try reply.json.objects("items") ?? []
                #expect(items.allSatisfy { $0.text("list") == list.name })
                switch list {
                case .unmatchedReports: #expect(items.map { $0.number("position") } == [known["r"]] && items[0].text("next") == "match")
                case .toRequest: #expect(items.map { $0.text("amount") } == ["10000"] && items[0].texts("accounts") == ["1"])
                case .disputes: #expect(items.map { $0.number("position") } == [known["d"]])
                default: break
                }
            }
            let file = try await client.get("/v1/cases/p-1", as: staff).json
            #expect(file.texts("accounts") == ["1"] && file.objects("labels")?.count == 2 && file.inner("damage")?.text("netLoss") == "3000")
            #expect(file.objects("events")?.contains { $0.text("kind") == "victimCertified" } ?? false)
            // path | as | status | code
            let table: [(String, String?, Int, String)] = [
                ("/v1/damage", nil, 403, "operator-required"), ("/v1/worklists/alerts", nil, 403, "operator-required"),
                ("/v1/cases/p-1", nil, 403, "operator-required"), ("/v1/damage?by=colour", staff, 400, "invalid-field"),
                ("/v1/damage?at=1&asOf=2019-07-01T00:00Z", staff, 400, "invalid-field"), ("/v1/damage?at=999999", staff, 400, "invalid-field"),
                ("/v1/damage?asOf=yesterday", staff, 400, "invalid-field"), ("/v1/worklists/holiday", staff, 404, "worklist-unknown"),
                ("/v1/cases/nobody", staff, 404, "case-unknown"),
            ]
            for (path, who, status, code) in table {
                let reply = try await client.get(path, token: who.map { shop.tokens[$0]! })
                #expect(reply.status == status && reply.code == code && reply.isProblem, "\(path): \(reply.text)")
            }
        }
    }
}
