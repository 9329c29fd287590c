internal import Hummingbird
internal import Ledger
internal import Wire

/// The controls and approvals desks: stop, lift, give back what came too late; propose, approve, act in an emergency.
extension Desk {
    var gateRoutes: [Route] {
        [
            .post("/v1/controls") { request, _ in try await submit(request, .activateControl) },
            .post("/v1/controls/{control}/lift") { request, call in
                try await submit(request, .liftControl, about: try control(call))
            },
            .post("/v1/voids") { request, _ in try await submit(request, .confirmVoid) },
            .post("/v1/proposals") { request, _ in try await submit(request, .propose) },
            .post("/v1/approvals") { request, _ in try await submit(request, .approve) },
            .post("/v1/withdrawals") { request, _ in try await submit(request, .withdraw) },
            .post("/v1/emergencies") { request, _ in try await submit(request, .breakGlass) },
            .post("/v1/reviews") { request, _ in try await submit(request, .reviewBreakGlass) },
            .post("/v1/roles") { request, _ in try await submit(request, .grantRole) },
            .post("/v1/role-revocations") { request, _ in try await submit(request, .revokeRole) },
            .get("/v1/controls") { request, _ in try await showControls(request) },
            .get("/v1/controls/timeline") { request, _ in try await showTimeline(request) },
            .get("/v1/voids") { request, _ in try await showVoids(request) },
            .get("/v1/proposals") { request, _ in try await showProposals(request) },
            .get("/v1/decisions") { request, _ in try await showDecisions(request) },
            .get("/v1/roles") { request, _ in try await showRoles(request) },
        ]
    }
}
