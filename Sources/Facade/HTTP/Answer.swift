internal import HTTPTypes
internal import Hummingbird
internal import Journal
internal import Ledger
internal import Wire

/// Makes HTTP responses.
struct Answer: Sendable {
    let currency: Currency

    static let json = "application/json"
    static let problem = "application/problem+json"
    static let replayed = HTTPField.Name("Idempotency-Replayed")!
    static let key = HTTPField.Name("Idempotency-Key")!

    /// `more` writes what stands beside the receipt.
    func of(_ outcome: Outcome, more: (inout JSONWriter) -> Void = { _ in }) -> Response {
        guard case .recorded(let event, let isReplay) = outcome else {
            return Self.of(outcome.problem ?? .internalError)
        }
        var json = JSONWriter()
        var times = TimeText()
        json.object {
            Receipt(currency: currency).write(event, &times, to: &$0)
            more(&$0)
        }
        let status = Receipt.status(event)
        var headers = HTTPFields()
        headers.append(HTTPField(name: .contentType, value: status == 201 ? Self.json : Self.problem))
        if isReplay { headers.append(HTTPField(name: Self.replayed, value: "true")) }
        if event.kind == .accountOpened, let account = event.subject.memberOrdinal {
            headers.append(HTTPField(name: .location, value: "/v1/accounts/\(account)"))
        }
        return Self.response(status, headers, json.take())
    }

    static func of(_ problem: Problem) -> Response {
        var json = JSONWriter()
        json.object { problem.write(to: &$0) }
        var headers = HTTPFields()
        headers.append(HTTPField(name: .contentType, value: Self.problem))
        if let header = problem.header { headers.append(HTTPField(name: header.name, value: header.value)) }
        return response(problem.status, headers, json.take())
    }

    static func ok(_ body: (inout JSONWriter) -> Void, status: Int = 200) -> Response {
        var json = JSONWriter()
        json.object(body)
        return response(status, [.contentType: Self.json], json.take())
    }

    static func text(_ text: String, type: String) -> Response {
        response(200, [.contentType: type], Array(text.utf8))
    }

    private static func response(_ status: Int, _ headers: HTTPFields, _ bytes: [UInt8]) -> Response {
        Response(status: .init(code: status), headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
