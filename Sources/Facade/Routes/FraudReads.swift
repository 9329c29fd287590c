internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// What monitoring finds, and the rules it goes by. For the staff: whoever knows the thresholds keeps below them.
extension Desk {
    var fraudReads: [Route] {
        [
            .get("/v1/rules") { request, _ in try await showRules(request) },
            .get("/v1/alerts") { request, _ in try await showAlerts(request) },
            .get("/v1/fraud/suspicious") { request, _ in try await showSuspicious(request) },
            .get("/v1/fraud/fan-out") { request, _ in
                let limit = try Self.limit(request)
                return try await showFraud(request, "sources", { $0.fanOut(limit: limit) }) { $0.members($1, &$2) }
            },
            .get("/v1/fraud/stores") { request, _ in
                try await showFraud(request, "clusters", { $0.storeClusters }) { $0.members($1, &$2) }
            },
            .get("/v1/fraud/own-balance") { request, _ in
                try await showFraud(request, "accounts", { $0.ownBalanceThefts }) { $0.members($1, &$2) }
            },
            .get("/v1/fraud/timeline") { request, _ in try await showTimelineOfFraud(request) },
            .get("/v1/fraud/path") { request, _ in try await showPath(request) },
        ]
    }

    private static func limit(_ request: Hummingbird.Request) throws(Problem) -> Int {
        Int(try parameter(request.uri.queryParameters["limit"], "limit", 1...1000) ?? 1000)
    }

    /// A list of what the view says, with every event taken in that there was when asked.
    private func showFraud<Item: Sendable>(
        _ request: Hummingbird.Request, _ name: String, _ read: @escaping @Sendable (borrowing FraudWatch) throws -> [Item],
        _ write: (FraudJSON, Item, inout JSONWriter) -> Void
    ) async throws -> Response {
        try operatorOnly(request)
        let asked = writer.log.count
        let (items, next) = try await reading { [views] in
            try views.fraud(atLeast: asked) { (try read($0), $0.next) }
        }
        return Answer.ok {
            $0.member(name, array: { list in
                let fraud = FraudJSON(currency: currency)
                for item in items { list.object { write(fraud, item, &$0) } }
            })
            $0.member("position", integer: max(next, 1) - 1)
            $0.member("askedPosition", integer: asked - 1)
        }
    }

    private func showSuspicious(_ request: Hummingbird.Request) async throws -> Response {
        let limit = try Self.limit(request)
        let least = Int64(try Self.parameter(request.uri.queryParameters["least"], "least", 1...UInt64(Int64.max)) ?? 1)
        return try await showFraud(request, "accounts", { Array($0.suspiciousAccounts(atLeast: least).prefix(limit)) }) {
            $0.members($1, &$2)
        }
    }

    private func showTimelineOfFraud(_ request: Hummingbird.Request) async throws -> Response {
        let query = request.uri.queryParameters
        let (from, to) = (try Self.instant(query["from"], "from"), try Self.instant(query["to"], "to"))
        return try await showFraud(request, "hours", { $0.timeline(from: from, to: to) }) { $0.members($1, &$2) }
    }

    /// How an account was reached, before an event of it or at all.
    private func showPath(_ request: Hummingbird.Request) async throws -> Response {
        let query = request.uri.queryParameters
        guard let account = try Self.parameter(query["account"], "account", 1...UInt64(Int64.max)) else {
            throw Problem(Fault.invalid("account", "is missing; it is an account's number."))
        }
        let before = try Self.parameter(query["before"], "before", 1...UInt64(Int64.max)) ?? .max
        let limit = try Self.limit(request)
        let log = writer.log
        return try await showFraud(request, "steps", { try $0.accessPath(of: account, log, before: before, limit: limit) }) {
            $0.members($1, &$2)
        }
    }

    private func showRules(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let asked = writer.log.count
        let (set, next) = try await reading { [views] in try views.fraud(atLeast: asked) { ($0.ruleSet, $0.next) } }
        return Answer.ok {
            $0.member("ruleVersion", integer: set.version)
            if set.version > 0 { $0.member("ruleSet", object: { RuleSetJSON(currency: currency).members(set.rules, &$0) }) }
            $0.member("position", integer: max(next, 1) - 1)
            $0.member("askedPosition", integer: asked - 1)
        }
    }

    /// Alerts nobody has looked at.
    private func showAlerts(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let asked = writer.log.count
        let (alerts, position) = try await reading { [writer, views] in
            let cases = try views.cases(to: nil, atLeast: asked)
            return (try cases.worklist(.alerts, now: cases.instant).compactMap { try writer.log.event(at: $0.position) }, cases.position)
        }
        return Answer.ok {
            $0.member("alerts", array: { list in
                let fraud = FraudJSON(currency: currency)
                for alert in alerts { list.object { fraud.alert(alert, &$0) } }
            })
            $0.member("position", integer: max(position, 1) - 1)
            $0.member("askedPosition", integer: asked - 1)
        }
    }
}
