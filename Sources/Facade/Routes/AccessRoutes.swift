internal import Hummingbird
internal import Ledger

/// The access desk: logins, devices, external logins, funding sources, contacts, sessions.
extension Desk {
    var accessRoutes: [Route] {
        [
            ofAccount("logins", .logIn), ofAccount("login-failures", .failLogin), ofAccount("devices", .bindDevice),
            ofAccount("device-removals", .unbindDevice), ofAccount("external-logins", .linkExternalLogin),
            ofAccount("external-login-removals", .unlinkExternalLogin), ofAccount("funding-sources", .linkFundingSource),
            ofAccount("funding-source-removals", .unlinkFundingSource), ofAccount("contacts", .registerContact),
            ofAccount("session-revocations", .revokeSession),
            .post("/v1/login-failures") { request, _ in try await submit(request, .failLogin, about: .nobody) },
            .post("/v1/login-counts") { request, _ in try await submit(request, .countLogins) },
            .post("/v1/session-revocations") { request, _ in try await submit(request, .revokeSessions) },
            .post("/v1/reset-mandates") { request, _ in try await submit(request, .mandateReset) },
        ]
    }
}
