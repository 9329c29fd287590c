import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Ledger
import NIOCore
import NIOPosix
import Synchronization
import Projections
import Testing
import Wire

@testable import Facade

/// What must never appear in an answer or in the log.
private let card = "4111111111111111"

@Suite struct HostileTests {
    @Test func bodiesThatCannotBeTaken() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let count = shop.count
            func charge(_ amount: String) -> String { #"{"source":"creditCard","amount":\#(amount)}"# }
            // path | body | code | field
            let table: [(String, String, String, String?)] = [
                ("charges", "", "malformed-json", nil),
                ("charges", "null", "malformed-json", nil),
                ("charges", "[]", "malformed-json", nil),
                ("charges", "{", "malformed-json", nil),
                ("charges", #"{"source":"creditCard","amount":"1"} x"#, "malformed-json", nil),
                ("charges", #"{'source':"creditCard"}"#, "malformed-json", nil),
                ("charges", #"{"source":"creditCard","amount":"1","amount":"1"}"#, "malformed-json", nil),
                ("charges", #"{"\#(card)":1,"\#(card)":1}"#, "malformed-json", nil),
                ("charges", String(repeating: #"{"a":"#, count: 50), "malformed-json", nil),
                ("charges", #"{"source":"creditCard","amount":"1","reference":"\u0001"}"#, "invalid-field", "reference"),
                ("charges", #"{"source":"creditCard","amount":"1","reference":"a\u202Eb"}"#, "invalid-field", "reference"),
                ("charges", #"{"source":"creditCard","amount":"1","reference":""}"#, "invalid-field", "reference"),
                ("charges", #"{"source":"creditCard","amount":"1","reference":"\#(String(repeating: "x", count: 65))"}"#, "invalid-field", "reference"),
                ("charges", #"{"source":"creditCard","amount":"1","reference":null}"#, "invalid-field", "reference"),
                ("charges", #"{"source":"creditCard","amount":"1","colour":"red"}"#, "invalid-field", "colour"),
                ("charges", #"{"source":"creditCard","amount":"1","account":"1"}"#, "invalid-field", "account"),
                ("charges", #"{"source":"creditCard","amount":"1","\#(card)":"1"}"#, "invalid-field", nil),
                ("charges", #"{"source":"cheque","amount":"1"}"#, "invalid-field", "source"),
                ("charges", #"{"source":5,"amount":"1"}"#, "invalid-field", "source"),
                ("charges", #"{"amount":"1"}"#, "invalid-field", "source"),
                ("charges", #"{"source":"creditCard"}"#, "invalid-field", "amount"),
                ("charges", #"{"source":"creditCard","amount":"1","occurredAt":"yesterday"}"#, "invalid-field", "occurredAt"),
                ("locks", #"{"scope":"everything"}"#, "invalid-field", "scope"),
                ("resets", #"{"method":"self","addressChanged":"yes"}"#, "invalid-field", "addressChanged"),
                ("refunds", #"{"amount":"1","reason":"because"}"#, "invalid-field", "reason"),
            ]
            let amounts = [
                "500", "1.5", "1e3", "-1", "true", "null", "9223372036854775808", "[]", "{}", #""0""#, #""-1""#, #""1.5""#, #""1e3""#, #""""#,
                #"" 1""#, #""1,000""#, #""٣""#, #""007""#, #""9223372036854775808""#, #""9223372036854775807""#, #""1000000000000000""#,
            ]
            var rows = table.map { ($0.0, Array($0.1.utf8), $0.2, $0.3) }
            for amount in amounts { rows.append(("charges", Array(charge(amount).utf8), "invalid-field", "amount")) }
            for byte in [[0xC3, 0x28], [0x01], [0xFF], [0xED, 0xA0, 0x80]] as [[UInt8]] {
                rows.append(("charges", Array(#"{"source":"creditCard","amount":"1","reference":"a"#.utf8) + byte + Array(#""}"#.utf8), "malformed-json", nil))
            }
            for (path, body, code, field) in rows {
                let reply = try await client.send(.post, "/v1/accounts/1/" + path, key: UUID().uuidString, body: body)
                let what = "\(path) \(String(decoding: body, as: UTF8.self)): \(reply.text)"
                #expect(reply.status == 400 && reply.isProblem && reply.code == code, "\(what)")
                #expect(try reply.json.text("field") == field, "\(what)")
                #expect(!reply.text.contains(card), "\(what)")
            }
            // A number is told to be a string.
            let told = try await client.post("/v1/accounts/1/charges", charge("500"))
            #expect(try told.json.text("detail")?.contains("decimal string") == true)
            #expect(shop.count == count)
        }
    }

    @Test func cardNumbersGoNowhere() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            _ = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"10"}"#)
            let count = shop.count
            let spelled = [card, "4111 1111 1111 1111", "4111-1111-1111-1111", "４１１１１１１１１１１１１１１１", "no. 5555555555554444 ok"]
            // path | body with %
            let table = [
                ("/v1/accounts", #"{"person":"%"}"#, "person"), ("/v1/accounts", #"{"person":"p","externalId":"%"}"#, "externalId"),
                ("/v1/accounts/1/charges", #"{"source":"point","amount":"1","reference":"%"}"#, "reference"),
                ("/v1/accounts/1/payments", #"{"store":"%","amount":"1"}"#, "store"),
                ("/v1/accounts/1/payments", #"{"store":"s","place":"%","amount":"1"}"#, "place"),
                ("/v1/accounts/1/payments", #"{"store":"s","register":"%","amount":"1"}"#, "register"),
                ("/v1/accounts/1/payments/2/reversals", #"{"amount":"1","reason":"%"}"#, "reason"),
                ("/v1/accounts/1/charges/2/corrections", #"{"amount":"1","reason":"%"}"#, "reason"),
                ("/v1/accounts/1/locks", #"{"scope":"all","reason":"%"}"#, "reason"),
                ("/v1/accounts/1/unlocks", #"{"scope":"all","reason":"%"}"#, "reason"),
                ("/v1/accounts/1/refunds", #"{"amount":"1","reason":"smallAmount","note":"%"}"#, "note"),
                ("/v1/accounts/1/closure", #"{"reason":"%"}"#, "reason"),
                ("/v1/settlements", #"{"kind":"partner","source":"point","amount":"1","statement":"%"}"#, "statement"),
                ("/v1/settlements", #"{"kind":"merchant","store":"%","amount":"1"}"#, "store"),
                ("/v1/settlements", #"{"kind":"owner","amount":"1","statement":"%"}"#, "statement"),
                ("/v1/settlements", #"{"kind":"unmatched","direction":"in","amount":"1","statement":"%"}"#, "statement"),
            ]
            for (path, body, field) in table {
                for number in spelled {
                    let reply = try await client.post(path, body.replacing("%", with: number), token: shop.operatorToken)
                    #expect(reply.status == 400 && reply.code == "card-number", "\(path) \(body): \(reply.text)")
                    #expect(try reply.json.text("field") == field)
                    #expect(!reply.text.contains(number) && !reply.text.contains(card))
                }
            }
            for key in [card, "4111-1111-1111-1111"] {
                let reply = try await client.post("/v1/accounts", #"{"person":"p"}"#, key: key)
                #expect(reply.status == 400 && reply.code == "card-number" && !reply.text.contains(key))
            }
            let lines = try await client.bulk([
                #"{"key":"\#(card)","command":"openAccount","person":"p"}"#, #"{"key":"k","command":"openAccount","person":"\#(card)"}"#,
                #"{"key":"k2","command":"\#(card)"}"#, #"{"key":"k3","command":"charge","externalId":"\#(card)","source":"point","amount":"1"}"#,
            ])
            #expect(lines.map { $0.text("code") } == ["card-number", "card-number", "invalid-field", "card-number"])
            #expect(lines.allSatisfy { line in !line.members.contains { $0.value == .string(card) } })
            // In places that name things.
            for path in ["/v1/accounts/\(card)", "/v1/\(card)", "/v1/accounts/\(card)/events", "/v1/accounts/1/events?after=\(card)x"] {
                let reply = try await client.get(path)
                #expect((400...404).contains(reply.status) && !reply.text.contains(card), "\(path): \(reply.text)")
            }
            #expect(shop.count == count)
            #expect(shop.logBytes.range(of: Data(card.utf8)) == nil)
            #expect(shop.logBytes.range(of: Data("5555555555554444".utf8)) == nil)
        }
    }

    @Test func keysTypesMethodsTokens() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let count = shop.count
            let body = Array(#"{"person":"p"}"#.utf8)
            #expect(try await client.send(.post, "/v1/accounts", body: body).code == "missing-key")
            for key in [String(repeating: "k", count: 129), "two words", "ключ"] {
                let reply = try await client.send(.post, "/v1/accounts", key: key, body: body)
                #expect(reply.status == 400 && reply.code == "invalid-key", "\(reply.text)")
            }
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", nil] {
                let reply = try await client.send(.post, "/v1/accounts", key: "k", type: type, body: body)
                #expect(reply.status == 415 && reply.isProblem, "\(type ?? "none"): \(reply.text)")
            }
            #expect(try await client.send(.post, "/v1/commands", type: "application/json", body: body).status == 415)
            #expect(try await client.send(.post, "/v1/accounts", key: "charset", type: "application/json; charset=utf-8", body: body).status == 201)
            for method in [HTTPRequest.Method.put, .delete, .patch, .get, .options, .trace, .init("PROPFIND")!] {
                let reply = try await client.send(method, "/v1/accounts")
                #expect(reply.status == 405 && reply.isProblem && reply.headers[.allow] == "POST", "\(method): \(reply.status)")
            }
            #expect(try await client.send(.post, "/livez").headers[.allow] == "GET, HEAD")
            for path in ["/", "/v1", "/v2/accounts", "/v1/accounts/1/nothing", "/v1/accounts/1/charges/2"] {
                let reply = try await client.get(path)
                #expect(reply.status == 404 && reply.isProblem && reply.code == "route-unknown", "\(path): \(reply.text)")
            }
            for token in ["mt_x", "x", "", String(repeating: "y", count: 5000), "mt_" + String(repeating: "A", count: 43)] {
                for reply in [
                    try await client.post("/v1/accounts", #"{"person":"p"}"#, token: token), try await client.get("/v1/accounts/1", token: token),
                ] {
                    #expect(reply.status == 401 && reply.code == "unauthorized" && reply.headers[.wwwAuthenticate] == "Bearer")
                    #expect(token.utf8.count < 5 || !reply.text.contains(token))
                }
            }
            #expect(shop.count == count + 1)
        }
    }

    @Test func withAServiceNobodyIsAnonymous() async throws {
        try await withShop(service: true) { shop, client in
            #expect(try await client.post("/v1/accounts", #"{"person":"p"}"#).status == 401)
            #expect(try await client.get("/v1/accounts/1").status == 401)
            #expect(try await client.send(.post, "/v1/commands", type: "application/x-ndjson", body: []).status == 401)
            #expect(try await client.get("/livez").status == 200)
            #expect(try await client.post("/v1/accounts", #"{"person":"p"}"#, token: shop.serviceToken).status == 201)
            #expect(try await client.get("/v1/accounts/1", token: shop.serviceToken).status == 200)
            #expect(try await client.send(.post, "/v1/views/balances/rebuild", token: shop.serviceToken).status == 403)
            let file = try #require(shop.directory.read(shop.directory.principals))
            #expect(!file.contains(shop.operatorToken) && !file.contains(shop.serviceToken!))
        }
    }

    @Test func largeBodies() async throws {
        try await withShop { shop, client in
            let count = shop.count
            let large = Array(#"{"person":""#.utf8) + Array(repeating: UInt8(ascii: "x"), count: 10 << 20) + Array(#""}"#.utf8)
            let reply = try await client.send(.post, "/v1/accounts", key: "k", body: large)
            #expect(reply.status == 413 && reply.isProblem && reply.code == "body-too-large")
            let edge = Array(#"{"person":"p"}"#.utf8)
            let padded = edge + Array(repeating: UInt8(ascii: " "), count: Body.single - edge.count)
            #expect(try await client.send(.post, "/v1/accounts", key: "k1", body: padded).status == 201)
            #expect(try await client.send(.post, "/v1/accounts", key: "k2", body: padded + [32]).status == 413)
            let bulk = Array(repeating: UInt8(ascii: "\n"), count: Body.bulk + 1)
            let refused = try await client.send(.post, "/v1/commands", type: "application/x-ndjson", body: bulk)
            #expect(refused.status == 413 && refused.isProblem)
            #expect(shop.count == count + 1)
        }
    }

    /// A client that opens a request and never goes on loses its connection; so does one that sends no HTTP.
    @Test func slowAndStrangeClients() async throws {
        try await withShop(idleSeconds: 1, .ahc()) { shop, client in
            let port = try #require(client.client.port)
            let count = shop.count
            for text in [
                "POST /v1/accounts HTTP/1.1\r\nHost: x\r\n", "",
                "POST /v1/accounts HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\nContent-Length: 100\r\n\r\n{",
                "\u{1}\u{2} GARBAGE\r\n\r\n",
            ] {
                let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "localhost", port: port).get()
                try await channel.writeAndFlush(ByteBuffer(string: text)).get()
                let timeout = channel.eventLoop.scheduleTask(in: .seconds(20)) { channel.close(promise: nil) }
                let started = ContinuousClock.now
                try await channel.closeFuture.get()
                timeout.cancel()
                #expect(ContinuousClock.now - started < .seconds(15), "\(text)")
            }
            #expect(shop.count == count)
            #expect(try await client.get("/livez").status == 200)
        }
    }

    /// A client that sends many lines and never reads their results is let go.
    @Test func aClientThatDoesNotRead() async throws {
        try await withShop(idleSeconds: 1, .ahc()) { shop, client in
            let port = try #require(client.client.port)
            let received = Received()
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelOption(.autoRead, value: false)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Counter(received)) }
                }
                .connect(host: "localhost", port: port).get()
            let body = String(repeating: "x\n", count: 200_000)
            let head = "POST /v1/commands HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
            try await channel.writeAndFlush(ByteBuffer(string: head + body)).get()
            // Longer than the answer takes and the server's patience lasts.
            try await Task.sleep(for: .seconds(8))
            try? await channel.setOption(.autoRead, value: true).get()
            let timeout = channel.eventLoop.scheduleTask(in: .seconds(30)) { channel.close(promise: nil) }
            try? await channel.closeFuture.get()
            timeout.cancel()
            #expect(received.bytes.load(ordering: .relaxed) < 30_000_000)
            #expect(try await client.get("/livez").status == 200)
        }
    }
}

private final class Received: Sendable {
    let bytes = Atomic<Int>(0)
}

private final class Counter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    private let received: Received
    init(_ received: Received) { self.received = received }
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        received.bytes.wrappingAdd(unwrapInboundIn(data).readableBytes, ordering: .relaxed)
    }
}
