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
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { shop, client in
            // command and its members | status | event or code
            let table: [(String, Int, String)] = [
                (#""command":"openAccount","person":"p-1","externalId":"x-1""#, 201, "accountOpened"),
                (#""command":"charge","account":"1","source":"creditCard","amount":"3000""#, 201, "chargeSettled"),
                (#""command":"pay","externalId":"x-1","store":"s-1","amount":"500""#, 201, "paymentAccepted"),
                (#""command":"reversePayment","account":"1","payment":3,"amount":"100""#, 201, "paymentReversed"),
                (#""command":"correctCharge","account":"1","charge":2,"amount":"100""#, 201, "chargeCorrected"),
                (#""command":"lock","account":"1","scope":"all""#, 201, "accountLocked"),
                (#""command":"pay","account":"1","store":"s-1","amount":"1""#, 423, "account-locked"),
                (#""command":"unlock","account":"1","scope":"all""#, 201, "accountUnlocked"),
                (#""command":"resetCredentials","account":"1","method":"mass""#, 201, "credentialsReset"),
                (#""command":"refund","account":"1","amount":"1","reason":"smallAmount""#, 201, "exceptionalRefundReleased"),
                (#""command":"settlePartner","source":"creditCard","amount":"2900","fee":"10""#, 201, "partnerSettled"),
                (#""command":"settleMerchant","store":"s-1","amount":"400""#, 201, "merchantSettled"),
                (#""command":"fundByOwner","amount":"1""#, 201, "ownerFunded"),
                (#""command":"bookUnmatched","amount":"1","direction":"in""#, 201, "unmatchedReceived"),
                (#""command":"setPolicy","balanceCap":"10000""#, 201, "policySet"),
                (#""command":"advanceClock","to":"2019-07-02T00:00+09:00""#, 201, "clockAdvanced"),
                (#""command":"confirmClock""#, 422, "scenario-clock"),
                (#""command":"closeAccount","account":"1","disposition":"unclaimed""#, 201, "accountClosed"),
                (#""command":"charge","account":"7","source":"point","amount":"1""#, 404, "account-unknown"),
                (#""command":"charge","account":1,"source":"point","amount":"1""#, 400, "invalid-field"),
                (#""command":"charge","account":"1","externalId":"x-1","source":"point","amount":"1""#, 400, "invalid-field"),
                (#""command":"charge","source":"point","amount":"1""#, 400, "invalid-field"),
                (#""command":"reversePayment","account":"1","payment":-3,"amount":"100""#, 400, "invalid-field"),
                (#""command":"fly""#, 400, "invalid-field"),
            ]
            let results = try await client.bulk(
                table.enumerated().map { (index, row) -> String in #"{"key":"k-\#(index)",\#(row.0)}"# }, token: shop.operatorToken)
            #expect(results.count == table.count)
            for (index, (result, row)) in zip(results, table).enumerated() {
                #expect(result.number("line") == Int64(index + 1))
                #expect(result.text("key") == "k-\(index)")
                #expect(result.number("status") == Int64(row.1), "\(row): \(result)")
                #expect(result.text("event") ?? result.text("code") == row.2, "\(row): \(result)")
            }
            let covered = Set(table.compactMap { $0.0.split(separator: "\"").dropFirst(2).first.map(String.init) })
            #expect(Command.Name.allCases.allSatisfy { covered.contains($0.name) })
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
