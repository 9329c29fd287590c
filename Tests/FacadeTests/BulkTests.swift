import Foundation
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

@Suite struct BulkTests {
    @Test func everyCommandHasALine() async throws {
        let hash = String(repeating: "0", count: 64)
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            // who | command and its members | status | event or code
            let table: [(String, String, Int, String)] = [
                ("kanri-1", #""command":"openAccount","person":"p-1","externalId":"x-1""#, 201, "accountOpened"),
                ("kanri-1", #""command":"charge","account":"1","source":"creditCard","amount":"3000""#, 201, "chargeSettled"),
                ("kanri-1", #""command":"pay","externalId":"x-1","store":"s-1","amount":"500""#, 201, "paymentAccepted"),
                ("kanri-1", #""command":"reversePayment","account":"1","payment":3,"amount":"100""#, 201, "paymentReversed"),
                ("kanri-1", #""command":"correctCharge","account":"1","charge":2,"amount":"100""#, 403, "approvals-required"),
                ("kanri-1", #""command":"propose","act":"correctCharge","account":"1","charge":2,"amount":"100","because":"b""#, 201, "proposed"),
                ("kanri-2", #""command":"approve","proposal":6"#, 201, "approved"),
                ("kanri-3", #""command":"approve","proposal":6"#, 201, "chargeCorrected"),
                ("kanri-1", #""command":"lock","account":"1","scope":"all""#, 201, "accountLocked"),
                ("kanri-1", #""command":"pay","account":"1","store":"s-1","amount":"1""#, 423, "account-locked"),
                ("kanri-1", #""command":"unlock","account":"1","scope":"all""#, 201, "accountUnlocked"),
                ("kanri-1", #""command":"resetCredentials","account":"1","method":"mass""#, 201, "credentialsReset"),
                ("kanri-1", #""command":"refund","account":"1","amount":"1","reason":"smallAmount""#, 403, "approvals-required"),
                ("kanri-1", #""command":"settlePartner","source":"creditCard","amount":"2900","fee":"10""#, 201, "partnerSettled"),
                ("kanri-1", #""command":"settleMerchant","store":"s-1","amount":"400""#, 201, "merchantSettled"),
                ("kanri-1", #""command":"fundByOwner","amount":"1""#, 201, "ownerFunded"),
                ("kanri-1", #""command":"bookUnmatched","amount":"1","direction":"in""#, 201, "unmatchedReceived"),
                ("kanri-1", #""command":"setPolicy","balanceCap":"10000","devices":{"perAccount":5}"#, 201, "policySet"),
                ("kanri-1", #""command":"advanceClock","to":"2019-07-02T00:00+09:00""#, 201, "clockAdvanced"),
                ("kanri-1", #""command":"confirmClock""#, 422, "scenario-clock"),
                ("app", #""command":"logIn","account":"1","method":"commonId","access":{"via":"app","address":"::ffff:192.0.2.1"}"#, 201, "loginSucceeded"),
                ("app", #""command":"failLogin","externalId":"x-1","method":"externalId","reason":"secondFactor""#, 201, "loginFailed"),
                ("app", #""command":"failLogin","loginId":"nobody","method":"commonId","reason":"unknownId""#, 201, "loginFailed"),
                ("app", #""command":"failLogin","method":"commonId","reason":"unknownId""#, 400, "invalid-field"),
                ("app", #""command":"countLogins","minute":"2019-07-01T23:59+09:00","attempts":9,"accounts":["1"]"#, 201, "loginsCounted"),
                ("app", #""command":"bindDevice","account":"1","device":"d""#, 201, "deviceBound"),
                ("app", #""command":"unbindDevice","account":"1","device":"d""#, 201, "deviceUnbound"),
                ("app", #""command":"linkExternalLogin","account":"1","provider":"idp","id":"x""#, 201, "externalLoginLinked"),
                ("app", #""command":"unlinkExternalLogin","account":"1","provider":"idp","id":"x""#, 201, "externalLoginUnlinked"),
                ("app", #""command":"linkFundingSource","account":"1","source":"debitCard","token":"t""#, 201, "fundingSourceLinked"),
                ("app", #""command":"unlinkFundingSource","account":"1","token":"t""#, 201, "fundingSourceUnlinked"),
                ("app", #""command":"registerContact","account":"1","kind":"postal","value":"Nagoya""#, 201, "contactRegistered"),
                ("app", #""command":"revokeSession","account":"1","session":"1""#, 201, "sessionRevoked"),
                ("kanri-1", #""command":"revokeSessions","reason":"r""#, 201, "sessionsRevoked"),
                ("kanri-1", #""command":"launchService","reason":"r""#, 201, "serviceLaunched"),
                ("kanri-1", #""command":"publishNotice","kind":"other","place":"p","contentHash":"\#(String(repeating: "00", count: 32))""#, 201, "noticePublished"),
                ("kanri-1", #""command":"activateControl","control":"charge","reason":"r""#, 201, "controlActivated"),
                ("app", #""command":"charge","account":"1","source":"atmCash","amount":"1""#, 423, "charges-stopped"),
                ("kanri-1", #""command":"confirmVoid","refusal":<1>"#, 201, "upstreamVoidConfirmed"),
                ("kanri-1", #""command":"liftControl","control":<3>,"reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"breakGlass","act":"liftControl","control":<4>,"reason":"r","because":"b""#, 201, "controlLifted"),
                ("kanri-2", #""command":"reviewBreakGlass","emergency":<2>,"verdict":"unjustified""#, 201, "glassReviewed"),
                ("kanri-1", #""command":"propose","act":"setPolicy","balanceCap":"5","because":"b""#, 201, "proposed"),
                ("kanri-1", #""command":"withdraw","proposal":<1>"#, 201, "withdrawn"),
                ("kanri-1", #""command":"propose","command2":"setPolicy","because":"b""#, 400, "invalid-field"),
                ("kanri-1", #""command":"grantRole","principal":"x","role":"support""#, 403, "approvals-required"),
                ("kanri-1", #""command":"revokeRole","principal":"kanri-2","role":"approver""#, 403, "approvals-required"),
                ("kanri-1", #""command":"viewPersonalData","person":"p-1","purpose":"r""#, 403, "role-required"),
                ("kanri-1", #""command":"erasePerson","person":"p-1","reason":"r""#, 403, "role-required"),
                ("kanri-1", #""command":"mandateReset","reason":"r""#, 201, "resetMandated"),
                ("kanri-1", #""command":"openDispute","account":"1","events":["2",3],"via":"supportLine""#, 201, "disputeOpened"),
                ("kanri-1", #""command":"closeDispute","dispute":<1>,"outcome":"withdrawn""#, 201, "disputeClosed"),
                ("kanri-1", #""command":"reportCharges","source":"creditCard","message":"m-1""#, 201, "partnerReportReceived"),
                ("kanri-1", #""command":"matchReport","report":<1>,"externalId":"x-1","charges":[2]"#, 201, "partnerReportMatched"),
                ("kanri-1", #""command":"recordContact","account":"1","direction":"outbound","via":"mail","outcome":"notReached""#, 201, "memberContacted"),
                ("kanri-1", #""command":"label","account":"1","events":["2"],"label":"fraud","basis":"b""#, 403, "role-required"),
                ("kanri-1", #""command":"holdFraud","account":"1","charge":2"#, 422, "charge-not-fraud"),
                ("kanri-1", #""command":"holdFraud","account":"1","amount":"2""#, 400, "invalid-field"),
                ("kanri-1", #""command":"endHold","account":"1","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"certifyVictim","person":"p-1","creditCard":"1","dispute":3"#, 404, "dispute-unknown"),
                ("kanri-1", #""command":"amendCertification","person":"p-1","reason":"r""#, 403, "role-required"),
                ("kanri-1", #""command":"revokeCertification","person":"p-1","reason":"r""#, 403, "role-required"),
                ("kanri-1", #""command":"linkAccounts","account":"1","other":"2","evidence":"e""#, 404, "account-unknown"),
                ("kanri-1", #""command":"requestReversal","account":"1","charge":2,"debitDate":"2019-07-26""#, 422, "charge-not-fraud"),
                ("kanri-1", #""command":"rejectReversal","account":"1","charge":2"#, 409, "reversal-not-open"),
                (
                    "kanri-1", #""command":"confirmReversal","source":"creditCard","charge":2,"amount":"1","stage":"beforeDebit""#, 201,
                    "chargeReversedUnmatched"
                ),
                ("kanri-1", #""command":"matchReversal","unmatched":<1>,"account":"1","charge":2"#, 422, "charge-not-fraud"),
                ("kanri-1", #""command":"settleClearing","source":"creditCard","amount":"1","by":"paid""#, 201, "clearingPaid"),
                ("kanri-1", #""command":"offerCompensation","account":"1""#, 409, "not-certified"),
                ("kanri-1", #""command":"agreeCompensation","account":"1","amount":"1""#, 403, "approvals-required"),
                ("kanri-1", #""command":"payCompensation","account":"1","amount":"1""#, 422, "compensation-exceeds"),
                ("kanri-1", #""command":"returnCompensation","account":"1","amount":"1""#, 201, "unmatchedReceived"),
                ("kanri-1", #""command":"repayRecoverable","account":"1","amount":"1""#, 201, "unmatchedReceived"),
                ("kanri-1", #""command":"waiveRecoverable","account":"1","amount":"1","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"bookCulpritPayment","amount":"1""#, 201, "culpritPaid"),
                (
                    "kanri-1",
                    #""command":"activateRules","name":"v","lockScore":"9","reason":"r","rules":{"F3":{"weight":"1","amount":"9","high":"9"}}"#, 403,
                    "approvals-required"
                ),
                ("kanri-1", #""command":"clearAlert","alert":1,"verdict":"falseAlarm""#, 404, "alert-unknown"),
                ("kanri-1", #""command":"raiseAlert""#, 400, "invalid-field"),
                ("kanri-1", #""command":"propose","act":"raiseAlert","because":"b""#, 400, "invalid-field"),
                ("kanri-1", #""command":"decideTermination","effectiveAt":"2040-09-30 24:00 JST","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"rescheduleTermination","effectiveAt":"2040-09-30 24:00 JST","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"withdrawTermination","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"placeLegalHold","account":"1","reason":"r""#, 201, "legalHoldPlaced"),
                ("kanri-1", #""command":"liftLegalHold","account":"1","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"openClaims","last":"2040-12-31""#, 403, "approvals-required"),
                ("kanri-1", #""command":"extendClaims","last":"2040-12-31","reason":"r""#, 403, "approvals-required"),
                ("kanri-1", #""command":"claimRefund","account":"1","claimant":"p-1","channel":"app","method":"postal","payee":{"name":"n","postcode":"100-0001","address":"a"}"#, 409, "not-terminated"),
                ("kanri-1", #""command":"verifyIdentity","account":"1","level":1,"method":"document""#, 409, "not-terminated"),
                ("kanri-1", #""command":"correctPayee","externalId":"x-1","method":"postal","payee":{"name":"n","postcode":"100-0001","address":"a"}"#, 409, "not-terminated"),
                ("kanri-1", #""command":"rejectClaim","account":"1","reason":"r""#, 409, "not-terminated"),
                ("kanri-1", #""command":"withdrawClaim","account":"1""#, 409, "not-terminated"),
                ("kanri-1", #""command":"approveRefunds","accounts":["1"],"total":"1""#, 403, "approvals-required"),
                ("kanri-1", #""command":"acceptLateClaim","account":"1","claimant":"p-1","channel":"app","method":"postal","payee":{"name":"n","postcode":"100-0001","address":"a"}"#, 403, "approvals-required"),
                ("kanri-1", #""command":"openBatch","method":"postal","date":"2021-11-15","items":5"#, 409, "not-terminated"),
                ("kanri-1", #""command":"openBatch","method":"postal","date":"2021-11-14""#, 422, "holiday"),
                ("kanri-1", #""command":"recordBatchFile","batch":1,"format":"zengin","contentHash":"\#(hash)","bytes":1"#, 404, "batch-unknown"),
                ("kanri-1", #""command":"cancelBatch","batch":"1","reason":"r""#, 404, "batch-unknown"),
                ("kanri-1", #""command":"releaseBatch","batch":1,"contentHash":"\#(hash)""#, 404, "batch-unknown"),
                ("kanri-1", #""command":"sendBatch","batch":1"#, 404, "batch-unknown"),
                ("kanri-1", #""command":"recordResultFile","batch":1,"contentHash":"\#(hash)","paid":1,"returned":0"#, 404, "batch-unknown"),
                ("kanri-1", #""command":"confirmPayout","account":"1","amount":"1""#, 201, "unmatchedReturned"),
                ("kanri-1", #""command":"returnPayout","account":"1","amount":"1","reason":"r""#, 201, "unmatchedReceived"),
                ("kanri-1", #""command":"recordFiling","kind":"abolition","day":"2019-09-30","contentHash":"\#(hash)""#, 201, "filingRecorded"),
                ("kanri-1", #""command":"depositSecurity","form":"trust","amount":"1""#, 201, "securityDeposited"),
                ("kanri-1", #""command":"reclaimSecurity","form":"trust","amount":"1","approval":1"#, 403, "approvals-required"),
                ("kanri-1", #""command":"closeAccount","account":"1","disposition":"unclaimed""#, 201, "accountClosed"),
                ("kanri-1", #""command":"charge","account":"7","source":"point","amount":"1""#, 404, "account-unknown"),
                ("kanri-1", #""command":"charge","account":1,"source":"point","amount":"1""#, 400, "invalid-field"),
                ("kanri-1", #""command":"charge","account":"1","externalId":"x-1","source":"point","amount":"1""#, 400, "invalid-field"),
                ("kanri-1", #""command":"charge","source":"point","amount":"1""#, 400, "invalid-field"),
                ("kanri-1", #""command":"reversePayment","account":"1","payment":-3,"amount":"100""#, 400, "invalid-field"),
                ("kanri-1", #""command":"fly""#, 400, "invalid-field"),
            ]
            for (index, row) in table.enumerated() {
                // "<n>" is the position of the n-th event before.
                let line = (1...4).reduce(row.1) { $0.replacing("<\($1)>", with: "\(Int(shop.count) - $1)") }
                let token = row.0 == "app" ? nil : shop.tokens[row.0]
                let result = try #require(try await client.bulk([#"{"key":"k-\#(index)",\#(line)}"#], token: token).first)
                #expect(result.text("key") == "k-\(index)")
                #expect(result.number("status") == Int64(row.2), "\(line): \(result)")
                #expect(result.text("event") ?? result.text("code") == row.3, "\(line): \(result)")
            }
            let covered = Set(table.compactMap { $0.1.split(separator: "\"").dropFirst(2).first.map(String.init) })
            #expect(Command.Name.allCases.filter { !covered.contains($0.name) }.isEmpty)
        }
    }

    @Test func linesStandOnTheirOwn() async throws {
        try await withShop { shop, client in
            let open = #"{"key":"o","command":"openAccount","person":"p"}"#
            let results = try await client.bulk(
                [
                    open, "", "  ", open, #"{"key":"o","command":"openAccount","person":"q"}"#, "nonsense", #"{"command":"openAccount","person":"p"}"#,
                    #"{"key":"bad key","command":"openAccount","person":"p"}"#, #"{"key":"k","command":"openAccount","person":"p","x":1}"#,
                    #"{"key":"long","command":"openAccount","person":"\#(String(repeating: "x", count: 70_000))"}"#,
                    #"{"key":"l","command":"openAccount","person":"last"}"#,
                ], type: "application/jsonl")
            #expect(results.map { $0.number("line") } == [1, 4, 5, 6, 7, 8, 9, 10, 11])
            #expect(results.map { $0.number("status") } == [201, 201, 422, 400, 400, 400, 400, 413, 201])
            #expect(results.map { $0.text("code") } == [nil, nil, "key-reused", "malformed-json", "missing-key", "invalid-key", "invalid-field", "body-too-large", nil])
            #expect(results.map { $0.text("key") } == ["o", "o", "o", nil, nil, nil, "k", nil, "l"])
            #expect(results.map { $0["replayed"] != nil } == [false, true] + Array(repeating: false, count: 7))
            #expect(shop.count == 3)
        }
    }

    /// A line's result and the answer to the same command sent alone say the same.
    @Test func aLineSaysWhatTheRouteSays() async throws {
        try await withShop { _, client in
            _ = try await client.bulk([#"{"key":"a","command":"openAccount","person":"p"}"#])
            let alone = try await client.post("/v1/accounts", #"{"person":"p"}"#, key: "a")
            #expect(alone.isReplay)
            let line = try await client.bulk([#"{"key":"a","command":"openAccount","person":"p"}"#])[0]
            let own = ["line", "key", "status", "replayed"]
            let said = try alone.json.members.filter { !["status"].contains($0.name) }
            #expect(line.members.filter { !own.contains($0.name) } == said)
        }
    }

    @Test func manyBatchesKeepTheirOrder() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let lines = (1...5000).map { (number: Int) -> String in
                number % 7 == 0 ? "oops" : #"{"key":"k-\#(number)","command":"charge","account":"1","source":"point","amount":"1"}"#
            }
            let results = try await client.bulk(lines)
            #expect(results.map { $0.number("line") } == (1...5000).map { Int64($0) })
            var balance = 0
            for (index, result) in results.enumerated() {
                if (index + 1) % 7 != 0 {
                    balance += 1
                    #expect(result.text("balance") == "\(balance)")
                    #expect(result.text("key") == "k-\(index + 1)")
                } else {
                    #expect(result.number("status") == 400)
                }
            }
            #expect(shop.count == UInt64(balance) + 2)
            #expect(shop.writer.metrics.commits < 60)
        }
    }

    @Test func clientsShareCommits() async throws {
        try await withShop(.ahc()) { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let before = shop.writer.metrics
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<256 {
                    group.addTask {
                        for turn in 0..<4 {
                            let reply = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#, key: "c-\(number)-\(turn)")
                            #expect(reply.status == 201)
                        }
                    }
                }
                try await group.waitForAll()
            }
            let after = shop.writer.metrics
            #expect(after.events - before.events == 1024)
            #expect(after.commits - before.commits < after.events - before.events)
            #expect(try await client.get("/v1/accounts/1").json.text("balance") == "1024")
        }
    }
}
