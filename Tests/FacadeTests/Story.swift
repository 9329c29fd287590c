import Testing
import Wire

@testable import Facade

/// A row of a story: `name` keeps the receipt's position for later bodies, where it stands as `<name>`.
struct Row {
    let path: String
    let body: String
    let who: String?
    let status: Int
    let what: String
    var keep: String?

    init(_ path: String, _ body: String, _ status: Int, _ what: String, keep: String? = nil) {
        self.init(path, body, nil, status, what, keep: keep)
    }

    init(_ path: String, _ body: String, _ who: String?, _ status: Int, _ what: String, keep: String? = nil) {
        (self.path, self.body, self.who, self.status, self.what, self.keep) = (path, body, who, status, what, keep)
    }
}

/// Plays rows in order; each must end as it says.
@discardableResult
func play(_ client: Client, _ rows: [Row], _ known: [String: Int64] = [:]) async throws -> (replies: [Client.Reply], known: [String: Int64]) {
    var known = known
    var replies: [Client.Reply] = []
    for row in rows {
        func filled(_ text: String) -> String { known.reduce(text) { $0.replacing("<\($1.key)>", with: "\($1.value)") } }
        let reply = try await client.post(filled(row.path), filled(row.body), as: row.who)
        let json = try reply.json
        let said = json.text("event") ?? json.text("code")
        #expect(reply.status == row.status && said == row.what, "\(row.path) \(filled(row.body)) as \(row.who ?? "nobody"): \(reply.text)")
        #expect(reply.isProblem == (row.status != 201))
        if let keep = row.keep { known[keep] = json.number("position") }
        replies.append(reply)
    }
    return (replies, known)
}
