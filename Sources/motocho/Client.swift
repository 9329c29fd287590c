import ArgumentParser
import Facade
import Foundation
import Journal
import Wire

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// The token a command shows to a live server.
struct TokenOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Token for a running server. Default: $MOTOCHO_TOKEN, else the first in keys/founding-tokens.", valueName: "token"))
    var token: String?

    func find(_ directory: DataDirectory) -> String? {
        token ?? ProcessInfo.processInfo.environment["MOTOCHO_TOKEN"] ?? Founding.operatorToken(directory)
    }
}

/// A live server, as the commands that write see it.
struct Client: Sendable {
    private let address: String
    private let token: String?
    private let session: URLSession

    /// `nil` if no server has the ledger open.
    private init?(_ directory: DataDirectory, token: String?) {
        guard let address = directory.serverAddress else { return nil }
        self.address = address
        self.token = token
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 600
        session = URLSession(configuration: configuration)
    }

    var name: String { "http://\(address)" }

    /// The server that has the ledger open, if one does; makes sure that it is this ledger's before anything is sent to it.
    static func find(_ directory: DataDirectory, token: String?) async throws -> Client? {
        guard let client = Client(directory, token: token) else { return nil }
        let id = directory.read(directory.verifierKey)?.split(separator: "+").first?.split(separator: "/").last.map(String.init)
        guard let url = URL(string: client.name + "/livez"), let (data, _) = try? await client.session.data(from: url),
            let said = try? JSONObject(parsing: Array(data)), let id, said["ledger"] == .string(id)
        else {
            throw Failure("the server named in \(directory.lock) does not answer for this ledger; end process \(directory.holder?.process ?? "?") or wait for it, then try again")
        }
        return client
    }

    /// Posts a body and gives the answer's; throws a sentence for anything but a success.
    func post(_ path: String, _ body: [UInt8], type: String, key: String? = nil) async throws -> [UInt8] {
        guard let url = URL(string: name + path) else { throw Failure("\(name) is no address; end the server and start it anew") }
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue(type, forHTTPHeaderField: "Content-Type")
        if let key { request.setValue(key, forHTTPHeaderField: "Idempotency-Key") }
        if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
        request.httpBody = Data(body)
        let data: Data
        let response: URLResponse
        do {
            (data, response) = try await session.data(for: request)
        } catch {
            throw Failure("the server at \(name) did not answer (\(error.localizedDescription)); run the same command again, nothing is done twice")
        }
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard (200..<300).contains(status) else { throw Failure(Self.sentence(status, Array(data), name)) }
        return Array(data)
    }

    private static func sentence(_ status: Int, _ body: [UInt8], _ name: String) -> String {
        let problem = try? JSONObject(parsing: body)
        let detail: String
        if case .string(let text) = problem?["detail"] { detail = text } else { detail = "no reason was given" }
        let hint = status == 401 || status == 403 ? " Give a token with --token or $MOTOCHO_TOKEN." : ""
        return "the server at \(name) answered \(status): \(detail)\(hint)"
    }
}
