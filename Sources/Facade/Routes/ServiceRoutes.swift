internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import Projections
internal import Wire

/// The service desk: policy, clock, launch, notices, views.
extension Desk {
    var serviceRoutes: [Route] {
        [
            .post("/v1/policies") { request, _ in try await submit(request, .setPolicy) },
            .post("/v1/clock") { request, _ in try await submit(request, about: .inObject, naming: Self.clock) },
            .post("/v1/launch") { request, _ in try await submit(request, .launchService) },
            .post("/v1/notices") { request, _ in try await submit(request, .publishNotice) },
            .post("/v1/views/{name}/rebuild") { request, call in try await rebuild(request, call) },
        ]
    }

    /// `{"to": …}` moves a scenario's time, `{"confirm": true}` accepts the machine's.
    private static let clock: Naming = { object throws(Fault) in
        guard object.type(of: "confirm") != nil else { return (.advanceClock, .none) }
        guard try object.flag("confirm") else { throw .invalid("confirm", "can only be true.") }
        return (.confirmClock, .confirmation)
    }

    private func rebuild(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        guard try caller(request).isOperator else { throw Problem.operatorOnly }
        guard let name = call.parameters["name"].map(String.init), Views.names.contains(name) else { throw Problem.viewUnknown }
        let report: RebuildReport?
        do {
            report = try await rebuilders.run { try views.rebuild(name) }
        } catch { throw Problem.viewUnavailable }
        guard let report else { throw Problem.viewUnknown }
        return Answer.ok {
            $0.member("name", string: report.name)
            $0.member("position", integer: report.position)
            $0.member("digest", string: report.digest)
            $0.member("before", string: report.before)
            $0.member("matches", bool: report.matches)
            $0.member("milliseconds", integer: Int(report.seconds * 1000))
        }
    }
}
