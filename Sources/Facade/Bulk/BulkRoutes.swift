internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import NIOCore
internal import Synchronization
internal import Wire

/// Many commands in one request: newline-delimited JSON in, one result a line out, each command on its own.
extension Desk {
    var bulkRoutes: [Route] {
        [.post("/v1/commands") { request, _ in try await commands(request) }]
    }

    static let ndjson = "application/x-ndjson"

    /// The whole request is read before the answer begins: a client that does not read while it sends cannot block us.
    /// Parsing goes on while earlier batches commit.
    private func commands(_ request: Hummingbird.Request) async throws -> Response {
        let caller = try caller(request)
        // An answer is held whole until it is sent, so only so many may be on their way.
        guard bulkRuns.enter() else { throw Problem.overloaded }
        defer { bulkRuns.leave() }
        try Body.requireType(request, Self.ndjson, "application/ndjson", "application/jsonl")
        if let declared = request.declaredLength, declared > Body.bulk { throw Problem.tooLarge(Body.bulk) }
        var run = BulkRun(writer: writer, commands: commands, disclosures: disclosures, principal: caller.principal)
        var splitter = NDJSONSplitter(maximumLineLength: Body.single)
        let deadline = ContinuousClock.now + Body.bulkDeadline
        var size = 0
        var cut: Problem?
        for try await part in request.body {
            size += part.readableBytes
            guard size <= Body.bulk else {
                cut = .tooLarge(Body.bulk)
                break
            }
            guard .now < deadline else {
                cut = .tooSlow
                break
            }
            guard splitter.lineNumber < Body.bulkLines else {
                cut = .tooManyLines
                break
            }
            splitter.append(part.readableBytesView)
            while splitter.lineNumber < Body.bulkLines, let line = splitter.nextLine() {
                run.take(line, splitter.bytes(of: line))
                if run.isFull { await run.submit() }
            }
        }
        if cut == nil {
            splitter.finish()
            while splitter.lineNumber < Body.bulkLines, let line = splitter.nextLine() { run.take(line, splitter.bytes(of: line)) }
            if splitter.nextLine() != nil { cut = .tooManyLines }
        }
        await run.finish()
        if let cut { run.cutOff(at: splitter.lineNumber, cut) }
        return Response(status: .ok, headers: [.contentType: Self.ndjson], body: Self.inPieces(ByteBuffer(bytes: run.takeResults())))
    }

    /// A long answer goes out piece by piece, so that a slow reader is seen to read.
    private static func inPieces(_ whole: ByteBuffer) -> ResponseBody {
        ResponseBody(contentLength: whole.readableBytes) { writer in
            var rest = whole
            while let piece = rest.readSlice(length: min(rest.readableBytes, 64 << 10)), piece.readableBytes > 0 { try await writer.write(piece) }
            try await writer.finish(nil)
        }
    }
}

/// How many bulk requests are being answered.
final class BulkRuns: Sendable {
    private let count = Atomic(0)
    private static let most = 32

    /// False if too many are on their way already.
    func enter() -> Bool {
        guard count.add(1, ordering: .relaxed).newValue <= Self.most else {
            leave()
            return false
        }
        return true
    }

    func leave() { count.subtract(1, ordering: .relaxed) }
}
