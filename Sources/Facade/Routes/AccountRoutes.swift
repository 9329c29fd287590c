internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// The accounts desk: open, lock, unlock, reset, close, and reads of an account.
extension Desk {
    var accountRoutes: [Route] {
        [
            .post("/v1/accounts") { request, _ in try await submit(request, .openAccount) },
            .post("/v1/accounts/{account}/locks") { request, call in
                try await submit(request, .lock, about: try subject(call))
            },
            .post("/v1/accounts/{account}/unlocks") { request, call in
                try await submit(request, .unlock, about: try subject(call))
            },
            .post("/v1/accounts/{account}/resets") { request, call in
                try await submit(request, .resetCredentials, about: try subject(call))
            },
            .post("/v1/accounts/{account}/closure") { request, call in
                try await submit(request, .closeAccount, about: try subject(call))
            },
            .get("/v1/accounts/{account}") { request, call in try await show(request, call) },
            .get("/v1/accounts/{account}/events") { request, call in try await events(request, call) },
        ]
    }

    private func show(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        _ = try caller(request)
        let ordinal = try account(call)
        let asked = writer.log.count
        let (found, position, refund) = try await reading { () -> (Views.Account?, UInt64, RefundList.Row?) in
            let refund = try views.refund(of: ordinal, atLeast: asked)
            let (found, position) = try views.account(ordinal, atLeast: asked)
            return (found, position, refund)
        }
        guard let account = found else { throw Problem.accountUnknown }
        return Answer.ok {
            $0.member("account", decimal: ordinal)
            if let id = account.externalID { $0.member("externalId", string: id) }
            if let person = account.person { $0.member("person", string: person) }
            $0.member("status", string: account.isClosed ? "closed" : "open")
            $0.member("locks", array: { list in
                for scope in LockScope.allCases where account.locks & scope.rawValue != 0 { list.element(string: scope.name) }
            })
            $0.member("balance", string: currency.text(account.balance))
            if let refund {
                $0.member("refund", object: {
                    $0.member("state", string: refund.stateName)
                    $0.member("step", string: refund.state.name)
                    $0.member("open", string: currency.text(refund.open))
                    if refund.inTransit != 0 { $0.member("inTransit", string: currency.text(refund.inTransit)) }
                    if refund.paid != 0 { $0.member("paid", string: currency.text(refund.paid)) }
                })
            }
            $0.member("position", integer: position)
            $0.member("askedPosition", integer: asked - 1)
        }
    }

    private func events(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        _ = try caller(request)
        let ordinal = try account(call)
        let query = request.uri.queryParameters
        let after = try Self.parameter(query["after"], "after", 0...UInt64(Int64.max)) ?? 0
        let limit = try Self.parameter(query["limit"], "limit", 1...1000) ?? 100
        let asked = writer.log.count
        let page = try await reading { () -> (events: [Event], next: UInt64?, position: UInt64)? in
            guard try views.account(ordinal, atLeast: asked).account != nil else { return nil }
            return try views.statement(of: ordinal, after: after, limit: Int(limit), atLeast: asked)
        }
        guard let page else { throw Problem.accountUnknown }
        return Answer.ok {
            $0.member("account", decimal: ordinal)
            $0.member("events", array: { list in
                let writer = EventJSON(currency: currency)
                for event in page.events { writer.write(event, to: &list) }
            })
            if let next = page.next { $0.member("next", decimal: next) }
            $0.member("position", integer: page.position)
            $0.member("askedPosition", integer: asked - 1)
        }
    }
}
