internal import Hummingbird
internal import Ledger
internal import Wire

/// The money desk: charge, pay, reverse, correct, refund by exception, settle.
extension Desk {
    var moneyRoutes: [Route] {
        [
            .post("/v1/accounts/{account}/charges") { request, call in
                try await submit(request, .charge, about: try subject(call))
            },
            .post("/v1/accounts/{account}/payments") { request, call in
                try await submit(request, .pay, about: try subject(call))
            },
            .post("/v1/accounts/{account}/payments/{position}/reversals") { request, call in
                try await submit(request, .reversePayment, about: try subject(call, event: .paymentUnknown))
            },
            .post("/v1/accounts/{account}/charges/{position}/corrections") { request, call in
                try await submit(request, .correctCharge, about: try subject(call, event: .chargeUnknown))
            },
            .post("/v1/accounts/{account}/refunds") { request, call in
                try await submit(request, .refund, about: try subject(call))
            },
            .post("/v1/settlements") { request, _ in
                try await submit(request, about: .inObject, naming: Self.settlement)
            },
        ]
    }

    private static let settlements: [String: Command.Name] = [
        "partner": .settlePartner, "merchant": .settleMerchant, "owner": .fundByOwner, "unmatched": .bookUnmatched,
    ]

    private static let settlement: Naming = { object throws(Fault) in
        let name = try object.choice("kind", settlements)
        return (name, .settlement)
    }
}
