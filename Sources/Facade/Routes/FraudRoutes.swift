internal import Hummingbird
internal import Ledger

/// The fraud desk: the rules of monitoring, and what became of what they found. Alerts themselves come from the ledger's
/// own monitor and through no door.
extension Desk {
    var fraudRoutes: [Route] {
        [
            .post("/v1/rules") { request, _ in try await submit(request, .activateRules) },
            .post("/v1/alerts/{position}/clearances") { request, call in
                try await submit(request, .clearAlert, about: try subject(call, of: .alertUnknown))
            },
        ]
    }
}
