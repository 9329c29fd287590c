internal import Hummingbird
internal import Ledger

/// The shutdown desk: the end of the service, claims, batches, what the bank answers, and the regulator's papers.
extension Desk {
    var shutdownRoutes: [Route] {
        [
            .post("/v1/shutdown") { request, _ in try await submit(request, .decideTermination) },
            .post("/v1/shutdown/reschedule") { request, _ in try await submit(request, .rescheduleTermination) },
            .post("/v1/shutdown/withdraw") { request, _ in try await submit(request, .withdrawTermination) },
            ofAccount("legal-holds", .placeLegalHold), ofAccount("legal-holds/lift", .liftLegalHold),
            .post("/v1/claims") { request, _ in try await submit(request, .openClaims) },
            .post("/v1/claims/extend") { request, _ in try await submit(request, .extendClaims) },
            ofAccount("refund-claims", .claimRefund), ofAccount("refund-claims/identity", .verifyIdentity),
            ofAccount("refund-claims/payee", .correctPayee), ofAccount("refund-claims/reject", .rejectClaim),
            ofAccount("refund-claims/withdraw", .withdrawClaim), ofAccount("late-claims", .acceptLateClaim),
            .post("/v1/refunds/approve") { request, _ in try await submit(request, .approveRefunds) },
            .post("/v1/batches") { request, _ in try await submit(request, .openBatch) },
            ofBatch("file", .recordBatchFile), ofBatch("cancel", .cancelBatch), ofBatch("release", .releaseBatch),
            ofBatch("sent", .sendBatch), ofBatch("result", .recordResultFile),
            ofAccount("payouts/confirm", .confirmPayout), ofAccount("payouts/return", .returnPayout),
            .post("/v1/filings") { request, _ in try await submit(request, .recordFiling) },
            .post("/v1/securities") { request, _ in try await submit(request, .depositSecurity) },
            .post("/v1/securities/reclaim") { request, _ in try await submit(request, .reclaimSecurity) },
        ]
    }

    /// A command about the batch its path names: `POST /v1/batches/{batch}/…`.
    private func ofBatch(_ path: String, _ name: Command.Name) -> Route {
        .post("/v1/batches/{batch}/" + path) { request, call in
            try await submit(request, name, about: .event(try position(call, "batch", else: .batchUnknown)))
        }
    }
}
