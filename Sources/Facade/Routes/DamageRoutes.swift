internal import Hummingbird
internal import Ledger

/// The damage desk: disputes, partners' reports, contacts, labels, holds, certifications.
extension Desk {
    var damageRoutes: [Route] {
        [
            ofAccount("conversations", .recordContact), ofAccount("labels", .label), ofAccount("holds", .holdFraud),
            ofAccount("holds/ends", .endHold), ofAccount("links", .linkAccounts),
            .post("/v1/disputes") { request, _ in try await submit(request, .openDispute) },
            .post("/v1/disputes/{position}/closings") { request, call in
                try await submit(request, .closeDispute, about: try subject(call, of: .disputeUnknown))
            },
            .post("/v1/reports") { request, _ in try await submit(request, .reportCharges) },
            .post("/v1/reports/{position}/matches") { request, call in
                try await submit(request, .matchReport, about: try subject(call, of: .reportUnknown))
            },
            .post("/v1/certifications") { request, _ in try await submit(request, .certifyVictim) },
            .post("/v1/certifications/amendments") { request, _ in try await submit(request, .amendCertification) },
            .post("/v1/certifications/revocations") { request, _ in try await submit(request, .revokeCertification) },
        ]
    }
}
