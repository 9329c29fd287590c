import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Ledger
import NIOCore
import NIOPosix
import Projections
import Synchronization
import Vault
import Wire

@testable import Facade

/// A ledger in a folder of its own, with vault, writer, views and the server's application around it.
final class Shop: Sendable {
    let directory: DataDirectory
    let writer: Writer
    let views: Views
    let vault: Vault
    /// Of the founders and of staff who hold no role to begin with, by name.
    let tokens: [String: String]
    let serviceToken: String?
    let server: Server

    static let founders = ["kanri-1", "kanri-2", "kanri-3"]
    static let staff = ["data-1", "shien-1", "kanri-1b", "chosa-1", "nintei-1"]

    var operatorToken: String { tokens["kanri-1"]! }

    init(
        service: Bool = false, start: Instant? = nil, currency: Currency = .yen, idleSeconds: Int = 60, hasVault: Bool = true
    ) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("facade-\(UUID().uuidString)").path
        directory = DataDirectory(path)
        try Ledgers.create(directory, .init(currency: currency, operators: Self.founders, start: start))
        var tokens: [String: String] = [:]
        for name in Self.founders + Self.staff { tokens[name] = try Principals.issue(name: name, role: .operator, in: directory) }
        self.tokens = tokens
        serviceToken = service ? try Principals.issue(name: "app", role: .service, in: directory) : nil
        (writer, vault) = try Keeping.open(directory)
        views = try Views(writer.log)
        views.start()
        server = try Server(
            writer: writer, views: views, principals: Principals(directory), vault: hasVault ? vault : nil,
            options: .init(idleSeconds: idleSeconds))
    }

    func stop() {
        writer.stop()
        views.stop()
    }

    func close() {
        stop()
        try? FileManager.default.removeItem(atPath: directory.path)
    }

    /// The log's file as it is on disk.
    var logBytes: Data { FileManager.default.contents(atPath: directory.log + "/data.mdb") ?? Data() }
    var count: UInt64 { writer.log.count }

    /// Every file of the ledger but the vault's, which keeps what must stand nowhere else.
    var bytesOutsideTheVault: [(name: String, bytes: Data)] {
        let names = FileManager.default.enumerator(atPath: directory.path)?.compactMap { $0 as? String } ?? []
        return names.filter { !$0.hasPrefix("vault") }.compactMap { name in
            FileManager.default.contents(atPath: directory.path + "/" + name).map { (name, $0) }
        }
    }
}

/// Each shop's files take much of the address space, so only a few are open at a time.
private final class Places: Sendable {
    private struct State {
        var free = 4
        var waiting: [CheckedContinuation<Void, Never>] = []
    }
    private let state = Mutex(State())
    static let shared = Places()

    func take() async {
        await withCheckedContinuation { continuation in
            let isFree = state.withLock { state in
                guard state.free > 0 else {
                    state.waiting.append(continuation)
                    return false
                }
                state.free -= 1
                return true
            }
            if isFree { continuation.resume() }
        }
    }

    func free() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.free += 1
            return nil
        }
        next?.resume()
    }
}

/// Runs a test against a shop over real sockets.
func withShop(
    service: Bool = false, start: Instant? = nil, currency: Currency = .yen, idleSeconds: Int = 60, hasVault: Bool = true,
    _ setup: TestingSetup = .live, _ body: @Sendable (Shop, Client) async throws -> Void
) async throws {
    await Places.shared.take()
    defer { Places.shared.free() }
    let shop = try open(service, start, currency, idleSeconds, hasVault)
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

private func open(_ service: Bool, _ start: Instant?, _ currency: Currency, _ idle: Int, _ hasVault: Bool) throws -> Shop {
    try Shop(service: service, start: start, currency: currency, idleSeconds: idle, hasVault: hasVault)
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
        var json: JSONObject { get throws { try JSONObject(parsing: bytes, maximumDepth: 16) } }
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

    /// The same in the name of a founder or a member of staff; `nil`: of a member-acting service.
    func post(_ path: String, _ body: String, as name: String?) async throws -> Reply {
        try await post(path, body, token: name.map { shop.tokens[$0]! })
    }

    /// Proposes and has others approve until it is done; the last answer, or the first that says no.
    func decide(_ members: String, as name: String = "kanri-1", approvers: [String] = ["kanri-2", "kanri-3"]) async throws -> Reply {
        let proposed = try await post("/v1/proposals", #"{\#(members),"because":"it must be"}"#, as: name)
        guard proposed.status == 201, let proposal = try proposed.json.number("position") else { return proposed }
        var last = proposed
        for approver in approvers {
            last = try await post("/v1/approvals", #"{"proposal":\#(proposal)}"#, as: approver)
            if try last.status != 201 || last.json.text("event") != "approved" { break }
        }
        return last
    }

    /// Moves a story's time.
    func advance(to time: String) async throws {
        let reply = try await post("/v1/clock", #"{"to":"\#(time)"}"#)
        guard reply.status == 201 else { throw Unexpected(reply.text) }
    }

    struct Unexpected: Error {
        let text: String
        init(_ text: String) { self.text = text }
    }

    func get(_ path: String, as name: String) async throws -> Reply { try await send(.get, path, token: shop.tokens[name]!) }

    func get(_ path: String, token: String? = nil) async throws -> Reply { try await send(.get, path, token: token) }

    func bulk(_ lines: [String], type: String = "application/x-ndjson", token: String? = nil) async throws -> [JSONObject] {
        let reply = try await send(
            .post, "/v1/commands", token: token, type: type, body: Array(lines.joined(separator: "\n").utf8))
        return try reply.bytes.split(separator: 10).map { try JSONObject(parsing: Array($0)) }
    }
}

extension JSONObject {
    func text(_ name: String) -> String? { if case .string(let text)? = self[name] { text } else { nil } }
    func list(_ name: String) -> [JSONValue]? { if case .array(let list)? = self[name] { list } else { nil } }
    func inner(_ name: String) -> JSONObject? { if case .object(let object)? = self[name] { object } else { nil } }
    /// The strings of an array.
    func texts(_ name: String) -> [String]? {
        list(name)?.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }
    /// The objects of an array.
    func objects(_ name: String) -> [JSONObject]? {
        list(name)?.compactMap { if case .object(let object) = $0 { object } else { nil } }
    }
    func number(_ name: String) -> Int64? { if case .integer(let number)? = self[name] { number } else { nil } }
    var names: [String] { members.map(\.name) }
}
