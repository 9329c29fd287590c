internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads request bodies within bounds of size and time. A client that sends nothing is cut off by the idle time-out;
/// one that trickles meets the deadline.
enum Body {
    /// Most bytes of a single command, and of a bulk line.
    static let single = 64 << 10
    /// Most bytes of a bulk request.
    static let bulk = 32 << 20
    /// Most lines of a bulk request: the shortest lines have answers many times their length.
    static let bulkLines = 250_000
    static let singleDeadline = Duration.seconds(20)
    static let bulkDeadline = Duration.seconds(300)

    /// Throws 415 unless the body is declared as one of these media types.
    static func requireType(_ request: Request, _ types: String...) throws(Problem) {
        if let type = request.headers[.contentType]?.prefix(while: { $0 != ";" && $0 != " " }).lowercased(), types.contains(type) { return }
        throw .contentType(types[0])
    }

    /// The whole body of a single command.
    static func read(_ request: Request) async throws -> ByteBuffer {
        if let declared = request.declaredLength, declared > single { throw Problem.tooLarge(single) }
        var whole: ByteBuffer?
        var deadline: ContinuousClock.Instant?
        for try await part in request.body {
            guard whole != nil else {
                whole = part
                guard part.readableBytes <= single else { throw Problem.tooLarge(single) }
                continue
            }
            if deadline == nil { deadline = .now + singleDeadline }
            guard let deadline, .now < deadline else { throw Problem.tooSlow }
            guard whole!.readableBytes + part.readableBytes <= single else { throw Problem.tooLarge(single) }
            whole!.writeImmutableBuffer(part)
        }
        return whole ?? ByteBuffer()
    }
}

extension Request {
    var declaredLength: Int? { headers[.contentLength].flatMap { Int($0) } }
}
