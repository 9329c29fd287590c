internal import HTTPTypes
internal import Hummingbird
internal import Logging
internal import Synchronization

/// The outermost layer: whatever a handler, the router or the machine throws leaves as a problem, and answers are
/// counted. Nothing of a request is ever logged.
struct Boundary: RouterMiddleware {
    typealias Context = Call
    let tally: ResponseTally
    /// Answers for every path there is, whatever the method: 405 with what it takes.
    let otherMethods: OtherMethods

    func handle(_ request: Request, context: Call, next: (Request, Call) async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let problem as Problem {
            response = Answer.of(problem)
        } catch let error as HTTPError where error.status == .notFound {
            response = Answer.of(otherMethods.problem(for: request.uri.path))
        } catch let error as HTTPError where error.status.kind == .clientError {
            response = Answer.of(Problem(error.status.code, "request-refused", "The request cannot be taken as it stands."))
        } catch let error as any HTTPResponseError where error.status == .contentTooLarge {
            response = Answer.of(.tooLarge(Body.single))
        } catch {
            if "\(type(of: error))" == "HTTPParserError" { throw error }
            context.logger.error("request failed", metadata: ["error": "\(type(of: error))"])
            response = Answer.of(.internalError)
        }
        tally.count(response.status.code)
        if request.method == .head { response.body = ResponseBody() }
        return response
    }
}

/// HTTP answers by status class since the start.
final class ResponseTally: Sendable {
    private let second = Atomic<UInt64>(0)
    private let fourth = Atomic<UInt64>(0)
    private let fifth = Atomic<UInt64>(0)

    func count(_ status: Int) {
        switch status {
        case ..<400: second.wrappingAdd(1, ordering: .relaxed)
        case ..<500: fourth.wrappingAdd(1, ordering: .relaxed)
        default: fifth.wrappingAdd(1, ordering: .relaxed)
        }
    }

    var classes: [(name: String, count: UInt64)] {
        [("2xx", second.load(ordering: .relaxed)), ("4xx", fourth.load(ordering: .relaxed)), ("5xx", fifth.load(ordering: .relaxed))]
    }
}
