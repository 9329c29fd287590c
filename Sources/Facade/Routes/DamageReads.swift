internal import Foundation
internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// What the damage desks know, and what is to be done. For the staff.
extension Desk {
    var damageReads: [Route] {
        [
            .get("/v1/damage") { request, _ in try await showDamage(request) },
            .get("/v1/worklists/{name}") { request, call in try await showWorklist(request, call) },
            .get("/v1/cases/{person}") { request, call in try await showCase(request, call) },
        ]
    }

    /// What was known at a position or a time, or now.
    private struct Look: Sendable {
        let cases: Cases
        let now: Instant
        let asOf: Instant?
        let asked: UInt64
    }

    private func look(_ request: Hummingbird.Request) async throws -> Look {
        let query = request.uri.queryParameters
        let asOf = try Self.instant(query["asOf"], "asOf")
        let at = try Self.parameter(query["at"], "at", 0...UInt64(Int64.max))
        guard asOf == nil || at == nil else { throw Problem(Fault.invalid("at", "is a position and asOf a time; give one of the two.")) }
        let asked = writer.log.count
        if let at, at >= asked { throw Problem(Fault.invalid("at", "lies ahead; the last position is \(asked - 1).")) }
        return try await reading { [writer, views] in
            let log = writer.log
            let end = try asOf.map { try log.position(asOf: $0) } ?? at.map { $0 + 1 }
            let cases = try views.cases(to: end, atLeast: end == nil ? asked : 0)
            // The days of a worklist are counted to the instant of the cut, or to now.
            let now = end == nil ? try Self.now(log, cases.position) : asOf ?? cases.instant
            return Look(cases: cases, now: now, asOf: asOf, asked: asked)
        }
    }

    private func showDamage(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let breakdowns = try Self.breakdowns(request.uri.queryParameters["by"])
        let look = try await look(request)
        let report = try await reading { look.cases.report }
        return Answer.ok {
            DamageJSON(currency: currency).members(report, by: breakdowns, asOf: look.asOf, &$0)
            $0.member("askedPosition", integer: look.asked - 1)
        }
    }

    /// One or several, with commas between.
    private static func breakdowns(_ text: Substring?) throws(Problem) -> [DamageJSON.Breakdown] {
        guard let text else { return [] }
        var breakdowns: [DamageJSON.Breakdown] = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let breakdown = DamageJSON.Breakdown(rawValue: String(name)) else {
                throw Problem(Fault.notAmong("by", Dictionary(uniqueKeysWithValues: DamageJSON.Breakdown.allCases.map { ($0.rawValue, $0) })))
            }
            breakdowns.append(breakdown)
        }
        return breakdowns
    }

    private func showWorklist(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        try operatorOnly(request)
        guard let list = call.parameters["name"].flatMap({ Worklist(name: String($0)) }) else { throw Problem.worklistUnknown }
        let look = try await look(request)
        let items = try await reading { look.cases.worklist(list, now: look.now) }
        return Answer.ok {
            $0.member("list", string: list.name)
            $0.member("now", time: look.now)
            $0.member("items", array: { rows in
                let writer = DamageJSON(currency: currency)
                for item in items { rows.object { writer.members(item, &$0) } }
            })
            $0.member("position", integer: max(look.cases.position, 1) - 1)
            $0.member("askedPosition", integer: look.asked - 1)
        }
    }

    private func showCase(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        try operatorOnly(request)
        guard case .person(let person) = try person(call) else { throw Problem(Rejection(.personUnknown)) }
        let look = try await look(request)
        let file = try await reading { [writer] in try look.cases.file(of: person, writer.log) }
        guard let file else { throw Problem.caseUnknown }
        return Answer.ok {
            DamageJSON(currency: currency).members(file, &$0)
            $0.member("askedPosition", integer: look.asked - 1)
        }
    }
}

extension Problem {
    static let worklistUnknown = Problem(
        404, "worklist-unknown", "There is no worklist of that name; those there are: \(Worklist.allCases.map(\.name).joined(separator: ", ")).")
    static let caseUnknown = Problem(404, "case-unknown", "The damage desks know nothing of such a person.")
}
