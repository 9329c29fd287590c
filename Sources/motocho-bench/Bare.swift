import Hummingbird

/// A POST that does nothing, on the same stack: collects the body and answers 201.
enum Bare {
    static func serve(port: Int) async throws {
        let router = Router()
        router.post("**") { request, _ -> Response in
            let body = try await request.body.collect(upTo: 1 << 20)
            return Response(
                status: .created, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: body.readableBytes > 0 ? ByteBuffer(string: #"{"position":"1"}"#) : ByteBuffer()))
        }
        let application = Application(router: router, configuration: .init(address: .hostname("127.0.0.1", port: port)))
        try await application.runService()
    }
}
