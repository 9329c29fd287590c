import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Ledger
import NIOCore
import NIOPosix
import Projections
import Wire

@testable import Facade

/// A ledger in a folder of its own, with writer, views and the server's application around it.
final class Shop: Sendable {
    let directory: DataDirectory
    let writer: Writer
    let views: Views
    let operatorToken: String
    let serviceToken: String?
    let server: Server

    init(service: Bool = false, start: Instant? = nil, currency: Currency = .yen, idleSeconds: Int = 60) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("facade-\(UUID().uuidString)").path
        directory = DataDirectory(path)
        try Ledgers.create(directory, .init(currency: currency, operators: ["kanri-1", "kanri-2", "kanri-3"], start: start))
        operatorToken = try Principals.issue(name: "kanri-1", role: .operator, in: directory)
        serviceToken = service ? try Principals.issue(name: "app", role: .service, in: directory) : nil
        writer = try Ledgers.open(directory)
        views = try Views(writer.log)
        views.start()
        server = try Server(
            writer: writer, views: views, principals: Principals(directory), options: .init(idleSeconds: idleSeconds))
    }

    func close() {
        writer.stop()
        views.stop()
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    /// The log's file as it is on disk.
    var logBytes: Data { FileManager.default.contents(atPath: directory.log + "/data.mdb") ?? Data() }
    var count: UInt64 { writer.log.count }
}

/// Runs a test against a shop over real sockets.
func withShop(
    service: Bool = false, start: Instant? = nil, currency: Currency = .yen, idleSeconds: Int = 60, _ setup: TestingSetup = .live,
    _ body: @Sendable (Shop, Client) async throws -> Void
) async throws {
    let shop = try open(service, start, currency, idleSeconds)
    do {
        try await shop.server.application(MultiThreadedEventLoopGroup.singleton).test(setup) { client in
            try await body(shop, Client(client: client, shop: shop))
        }
    } catch {
        close(shop)
        throw error
    }
    close(shop)
}

private func open(_ service: Bool, _ start: Instant?, _ currency: Currency, _ idle: Int) throws -> Shop {
    try Shop(service: service, start: start, currency: currency, idleSeconds: idle)
}
private func close(_ shop: Shop) { shop.close() }

/// A caller of the API.
struct Client: Sendable {
    let client: any TestClientProtocol
    let shop: Shop

    struct Reply: Sendable {
        let status: Int
        let headers: HTTPFields
        let bytes: [UInt8]
        var text: String { String(decoding: bytes, as: UTF8.self) }
        var json: JSONObject { get throws { try JSONObject(parsing: bytes) } }
        var code: String? { (try? json)?.text("code") }
        var isProblem: Bool { headers[.contentType] == "application/problem+json" }
        var isReplay: Bool { headers[HTTPField.Name("Idempotency-Replayed")!] == "true" }
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, key: String? = nil, token: String? = nil, type: String? = "application/json",
        body: [UInt8]? = nil
    ) async throws -> Reply {
        var headers = HTTPFields()
        if let key { headers[HTTPField.Name("Idempotency-Key")!] = key }
        if let token { headers[.authorization] = "Bearer " + token }
        if body != nil, let type { headers[.contentType] = type }
        let response = try await client.executeRequest(
            uri: path, method: method, headers: headers, body: body.map { ByteBuffer(bytes: $0) })
        return Reply(status: response.status.code, headers: response.headers, bytes: Array(response.body.readableBytesView))
    }

    /// A command under a key of its own, unless one is given.
    func post(_ path: String, _ body: String, key: String? = nil, token: String? = nil) async throws -> Reply {
        try await send(.post, path, key: key ?? UUID().uuidString.lowercased(), token: token, body: Array(body.utf8))
    }

    func get(_ path: String, token: String? = nil) async throws -> Reply { try await send(.get, path, token: token) }

    func bulk(_ lines: [String], type: String = "application/x-ndjson", token: String? = nil) async throws -> [JSONObject] {
        let reply = try await send(
            .post, "/v1/commands", token: token, type: type, body: Array(lines.joined(separator: "\n").utf8))
        return try reply.bytes.split(separator: 10).map { try JSONObject(parsing: Array($0)) }
    }
}

extension JSONObject {
    func text(_ name: String) -> String? { if case .string(let text)? = self[name] { text } else { nil } }
    func number(_ name: String) -> Int64? { if case .integer(let number)? = self[name] { number } else { nil } }
    var names: [String] { members.map(\.name) }
}
