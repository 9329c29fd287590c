internal import HTTPTypes
internal import NIOCore
internal import NIOHTTPTypes
internal import Wire

/// Keeps one connection within bounds that Hummingbird's idle time-out does not draw: a client that does not read its
/// answer, one that goes on sending a body after it was answered, and an answer that says `Connection: close`. It also
/// tells a client that waits for it to go on with its body, and gives a body to the bare 400 that answers bytes which
/// are no HTTP.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    private var isReadingRequest = false
    private var unanswered = 0
    private var closesAfterAnswer = false
    private var stalled: Scheduled<Void>?
    private var lingering: Scheduled<Void>?

    init(patience: TimeAmount) { self.patience = patience }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            isReadingRequest = true
            unanswered += 1
            // Not while an earlier answer is under way, nor for a body that no route takes.
            if unanswered == 1, head.headerFields[.expect]?.lowercased() == "100-continue", !Self.isTooLong(head) {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            isReadingRequest = false
            cancel(&lingering)
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head) where head.status == .badRequest && head.headerFields[.contentType] == nil:
            let body = Self.notHTTP
            var head = head
            head.headerFields[.contentType] = Answer.problem
            head.headerFields[.contentLength] = "\(body.count)"
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            context.write(wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: promise)
        case .head(let head):
            closesAfterAnswer = head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            context.write(data, promise: promise)
            if closesAfterAnswer {
                context.flush()
                context.close(promise: nil)
            } else if isReadingRequest, lingering == nil {
                lingering = close(context, in: patience)
            }
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            cancel(&stalled)
        } else if stalled == nil {
            stalled = close(context, in: patience)
        }
        context.fireChannelWritabilityChanged()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        cancel(&stalled)
        cancel(&lingering)
    }

    private func close(_ context: ChannelHandlerContext, in time: TimeAmount) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
    }

    private func cancel(_ timer: inout Scheduled<Void>?) {
        timer?.cancel()
        timer = nil
    }

    private static func isTooLong(_ head: HTTPRequest) -> Bool {
        head.headerFields[.contentLength].flatMap { Int($0) }.map { $0 > Body.bulk } ?? false
    }

    private static let notHTTP: [UInt8] = {
        var json = JSONWriter()
        json.object { Problem(400, "malformed-request", "The bytes are no HTTP request.").write(to: &$0) }
        return json.take()
    }()
}

@available(*, unavailable)
extension ConnectionGuard: Sendable {}
