internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// The end of the service, the refund list and the regulator's papers. For the staff.
extension Desk {
    var refundReads: [Route] {
        [
            .get("/v1/shutdown") { request, _ in
                try await showRefunds(request) { $0.shutdown($1, to: &$2) }
            },
            .get("/v1/refunds") { request, _ in try await listRefunds(request) },
            .get("/v1/refunds/totals") { request, _ in
                try await showRefunds(request) { $0.members($1, to: &$2) }
            },
            .get("/v1/accounts/{account}/refund") { request, call in try await showRefund(request, call) },
            .get("/v1/batches") { request, _ in
                try await showRefunds(request) { writer, list, json in
                    json.member("batches", array: { rows in for batch in list.batches { rows.object { writer.members(batch, to: &$0) } } })
                    writer.cut(list.cut, to: &json)
                }
            },
            .get("/v1/reports/base-date") { request, _ in
                try operatorOnly(request)
                let base = try Self.baseDate(request)
                return try await report(request, { try BaseDateReport.read($0, base: base, before: $1) }) { $0.members($1, to: &$2) }
            },
            .get("/v1/reports/deposit") { request, _ in
                try operatorOnly(request)
                let base = try Self.baseDate(request)
                return try await report(request, { try DepositReport.read($0, base: base, before: $1) }) { $0.members($1, to: &$2) }
            },
            .get("/v1/reports/closure") { request, _ in
                try await report(request, { try ClosureReport.read($0, before: $1) }) { $0.members($1, to: &$2) }
            },
        ]
    }

    // MARK: Cuts

    /// Where a read is cut: before this position, if one was asked for.
    private struct Cut: Sendable {
        let end: UInt64?
        /// How many events there were when asked.
        let asked: UInt64
    }

    private func cut(_ request: Hummingbird.Request) async throws -> Cut {
        let query = request.uri.queryParameters
        let asOf = try Self.instant(query["asOf"], "asOf")
        let at = try Self.parameter(query["at"], "at", 0...UInt64(Int64.max))
        guard asOf == nil || at == nil else { throw Problem(Fault.invalid("at", "is a position and asOf a time; give one of the two.")) }
        let asked = writer.log.count
        if let at, at >= asked { throw Problem(Fault.invalid("at", "lies ahead; the last position is \(asked - 1).")) }
        guard let asOf else { return Cut(end: at.map { $0 + 1 }, asked: asked) }
        let log = writer.log
        return Cut(end: try await reading { try log.position(asOf: asOf) }, asked: asked)
    }

    private func list(_ cut: Cut, isHashed: Bool = false) async throws -> RefundList {
        try await reading { [views] in try views.refundList(before: cut.end, atLeast: cut.end == nil ? cut.asked : 0, isHashed: isHashed) }
    }

    // MARK: Refunds

    private func showRefunds(
        _ request: Hummingbird.Request, _ write: (RefundJSON, RefundList, inout JSONWriter) -> Void
    ) async throws -> Response {
        try operatorOnly(request)
        let cut = try await cut(request)
        let list = try await list(cut)
        return Answer.ok {
            write(RefundJSON(currency: currency), list, &$0)
            $0.member("askedPosition", integer: cut.asked - 1)
        }
    }

    private func listRefunds(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let query = request.uri.queryParameters
        let state = try query["state"].map { try Self.state($0) }
        let after = try Self.parameter(query["after"], "after", 0...UInt64(Int64.max)) ?? 0
        let limit = Int(try Self.parameter(query["limit"], "limit", 1...1000) ?? 100)
        let cut = try await cut(request)
        let list = try await list(cut)
        let rows = list.rows.lazy.filter { $0.account > after && (state == nil || $0.stateName == state) }
        let page = Array(rows.prefix(limit + 1))
        return Answer.ok {
            let refunds = RefundJSON(currency: currency)
            $0.member("refunds", array: { json in for row in page.prefix(limit) { json.object { refunds.members(row, to: &$0) } } })
            if page.count > limit { $0.member("next", decimal: page[limit - 1].account) }
            refunds.cut(list.cut, to: &$0)
            $0.member("askedPosition", integer: cut.asked - 1)
        }
    }

    private static let states = ShutdownBooks.State.allCases.map(\.name) + ["held"]

    private static func state(_ text: Substring) throws(Problem) -> String {
        guard states.contains(String(text)) else { throw Problem(Fault.invalid("state", "is not one of \(states.joined(separator: ", ")).")) }
        return String(text)
    }

    private func showRefund(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        try operatorOnly(request)
        let ordinal = try account(call)
        let cut = try await cut(request)
        let list = try await list(cut)
        guard let row = list.row(ordinal) else { throw Problem.refundUnknown }
        let history = try await reading { [writer] in try list.history(of: ordinal, writer.log) }
        return Answer.ok {
            let refunds = RefundJSON(currency: currency)
            $0.member("refund", object: { refunds.members(row, to: &$0) })
            $0.member("history", array: { json in for line in history { json.object { refunds.members(line, to: &$0) } } })
            refunds.cut(list.cut, to: &$0)
            $0.member("askedPosition", integer: cut.asked - 1)
        }
    }

    // MARK: Papers

    private static func baseDate(_ request: Hummingbird.Request) throws(Problem) -> BaseDate? {
        guard let text = request.uri.queryParameters["baseDate"] else { return nil }
        guard let base = Day(String(text)).flatMap({ BaseDate($0) }) else {
            throw Problem(Fault.invalid("baseDate", "is no base date: 31 March or 30 September, such as 2019-09-30."))
        }
        return base
    }

    /// A paper is read from the log, as anybody with the log would, and carries its root.
    private func report<Report: Sendable>(
        _ request: Hummingbird.Request, _ read: @escaping @Sendable (Log, UInt64) throws -> Report,
        _ write: (RegulatorJSON, Report, inout JSONWriter) -> Void
    ) async throws -> Response {
        try operatorOnly(request)
        let cut = try await cut(request)
        let log = writer.log
        let end = cut.end ?? cut.asked
        // The whole log is read, which takes as long as a rebuild.
        let report: Report
        do { report = try await rebuilders.run { try read(log, end) } } catch { throw Problem.viewUnavailable }
        return Answer.ok {
            write(RegulatorJSON(currency: currency), report, &$0)
            $0.member("askedPosition", integer: cut.asked - 1)
        }
    }
}

extension Problem {
    static let refundUnknown = Problem(404, "refund-unknown", "Nothing of this account is or was to be refunded.")
}
