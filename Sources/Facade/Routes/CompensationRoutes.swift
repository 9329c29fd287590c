internal import Hummingbird
internal import Ledger

/// The compensation desk: what partners reverse, what the issuer makes good, what is owed back.
extension Desk {
    var compensationRoutes: [Route] {
        [
            ofAccount("reversals", .requestReversal), ofAccount("reversals/rejections", .rejectReversal),
            ofAccount("offers", .offerCompensation), ofAccount("agreements", .agreeCompensation),
            ofAccount("compensations", .payCompensation), ofAccount("compensations/returns", .returnCompensation),
            ofAccount("recoverables/repayments", .repayRecoverable), ofAccount("recoverables/waivers", .waiveRecoverable),
            .post("/v1/reversals") { request, _ in try await submit(request, .confirmReversal) },
            .post("/v1/reversals/{position}/matches") { request, call in
                try await submit(request, .matchReversal, about: try subject(call, of: .unmatchedUnknown))
            },
            .post("/v1/clearing") { request, _ in try await submit(request, .settleClearing) },
            .post("/v1/culprits") { request, _ in try await submit(request, .bookCulpritPayment) },
        ]
    }
}
