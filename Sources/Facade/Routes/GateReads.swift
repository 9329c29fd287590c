internal import Foundation
internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// What is stopped, what waits for whom, and who decided what. Controls may be read by any caller; the rest by operators.
extension Desk {
    /// What was decided, as of a read: never older than the last event when asked.
    private struct Look: Sendable {
        let decided: Decided
        /// The instant that tells what is in force from what is over.
        let now: Instant
        let asked: UInt64

        func positions(_ json: inout JSONWriter) {
            // Before the genesis nothing is known.
            json.member("position", integer: max(decided.position, 1) - 1)
            json.member("askedPosition", integer: asked - 1)
        }
    }

    private func look(asOf: Instant? = nil) async throws -> Look {
        let asked = writer.log.count
        return try await reading { [writer, views] in
            let log = writer.log
            let end = try asOf.map { try log.position(asOf: $0) }
            let decided = try views.decided(to: end, atLeast: end == nil ? asked : 0)
            return Look(decided: decided, now: try asOf ?? Self.now(log, decided.position), asked: asked)
        }
    }

    /// A story's time is that of its last event; the machine's may be a little behind it.
    static func now(_ log: Log, _ end: UInt64) throws -> Instant {
        let last = try log.event(at: max(end, 1) - 1)?.recordedAt ?? Instant(microseconds: 0)
        guard log.genesis.clock == .system else { return last }
        return max(last, Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)))
    }

    func operatorOnly(_ request: Hummingbird.Request) throws(Problem) {
        guard try caller(request).isOperator else { throw .operatorOnly }
    }

    // MARK: Controls

    func showControls(_ request: Hummingbird.Request) async throws -> Response {
        _ = try caller(request)
        let look = try await look(asOf: try Self.instant(request.uri.queryParameters["asOf"], "asOf"))
        return Answer.ok {
            $0.member("asOf", time: look.now)
            $0.member("stopped", object: { Self.stopped(look.decided.stops(at: look.now), &$0) })
            $0.member("controls", array: { list in
                // One that was lifted before it began never is in force.
                for control in look.decided.controls where control.until.map({ look.now < $0 && control.effectiveAt < $0 }) ?? true {
                    list.object { Self.control(control, look.now, &$0) }
                }
            })
            look.positions(&$0)
        }
    }

    /// Every control there ever was, and what was stopped from each change to the next.
    func showTimeline(_ request: Hummingbird.Request) async throws -> Response {
        _ = try caller(request)
        let look = try await look()
        let controls = look.decided.controls
        let spans = controls.filter { control in control.until.map { control.effectiveAt < $0 } ?? true }
        let changes = Set(spans.flatMap { [$0.effectiveAt] + [$0.until].compactMap(\.self) }).sorted()
        return Answer.ok {
            $0.member("asOf", time: look.now)
            $0.member("controls", array: { list in for control in controls { list.object { Self.control(control, look.now, &$0) } } })
            $0.member("changes", array: { list in
                for instant in changes {
                    let stops = spans.reduce(into: Stops()) { stops, span in
                        if span.isInForce(at: instant) { stops.formUnion(span.stops) }
                    }
                    list.object {
                        $0.member("at", time: instant)
                        $0.member("stopped", object: { Self.stopped(stops, &$0) })
                    }
                }
            })
            look.positions(&$0)
        }
    }

    private static func stopped(_ stops: Stops, _ json: inout JSONWriter) {
        json.member("charge", strings: stops.sources.map(\.name))
        for (name, stop) in [("pay", Stops.pay), ("registration", .registration), ("externalIdLogin", .externalIdLogin), ("foreignIp", .foreignIp)] {
            json.member(name, bool: stops.contains(stop))
        }
    }

    private static func control(_ control: ControlSpan, _ now: Instant, _ json: inout JSONWriter) {
        json.member("position", integer: control.position)
        StopsJSON.write(control.stops, to: &json)
        json.member("inForce", bool: control.isInForce(at: now))
        json.member("effectiveAt", time: control.effectiveAt)
        if let until = control.until { json.member("until", time: until) }
        json.member("reason", string: control.reason)
        json.member("decidedBy", string: control.decidedBy)
        json.member("approvedBy", strings: control.approvedBy)
        json.member("recordedAt", time: control.recordedAt)
        guard let lift = control.lift else { return }
        json.member("lift", object: {
            $0.member("position", integer: lift.position)
            $0.member("effectiveAt", time: lift.effectiveAt)
            $0.member("reason", string: lift.reason)
            $0.member("decidedBy", string: lift.by)
            $0.member("approvedBy", strings: lift.approvedBy)
            $0.member("recordedAt", time: lift.recordedAt)
            $0.member("brokeGlass", bool: control.brokeGlass)
        })
    }

    func showVoids(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let look = try await look()
        return Answer.ok {
            $0.member("voids", array: { list in
                for due in look.decided.voids {
                    list.object {
                        $0.member("refusal", integer: due.refusal)
                        $0.member("account", decimal: due.account)
                        if let source = due.source { $0.member("source", string: source.name) }
                        $0.member("amount", string: currency.text(due.amount))
                        if let reference = due.reference { $0.member("reference", string: reference) }
                        $0.member("recordedAt", time: due.recordedAt)
                    }
                }
            })
            look.positions(&$0)
        }
    }

    // MARK: Decisions

    /// What waits for approvals.
    func showProposals(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let look = try await look()
        let entries = look.decided.entries(now: look.now).filter { if case .open = $0.state { true } else { false } }
        return Answer.ok {
            $0.member("proposals", array: { list in
                let decisions = DecisionJSON(currency: currency)
                for entry in entries { list.object { decisions.proposal(entry, &$0) } }
            })
            look.positions(&$0)
        }
    }

    func showDecisions(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let query = request.uri.queryParameters
        let after = try Self.parameter(query["after"], "after", 0...UInt64(Int64.max)) ?? 0
        let limit = Int(try Self.parameter(query["limit"], "limit", 1...1000) ?? 100)
        let look = try await look()
        let rest = look.decided.entries(now: look.now).filter { $0.position > after }
        return Answer.ok {
            $0.member("decisions", array: { list in
                let decisions = DecisionJSON(currency: currency)
                for entry in rest.prefix(limit) { list.object { decisions.decision(entry, &$0) } }
            })
            if rest.count > limit { $0.member("next", decimal: rest[limit - 1].position) }
            look.positions(&$0)
        }
    }

    func showRoles(_ request: Hummingbird.Request) async throws -> Response {
        try operatorOnly(request)
        let look = try await look()
        return Answer.ok {
            $0.member("roles", array: { list in
                for staff in look.decided.roles() {
                    list.object {
                        $0.member("principal", string: staff.principal)
                        $0.member("person", string: staff.person)
                        $0.member("roles", strings: staff.roles.map(\.name))
                    }
                }
            })
            look.positions(&$0)
        }
    }

    // MARK: Metrics

    /// What operators watch of the gates; `nil` while the view cannot be read.
    func gateCounts() async -> GateCounts? {
        let log = writer.log
        return try? await readers.run { [views] in
            let decided = try views.decided(to: nil, atLeast: 0)
            let now = try Self.now(log, decided.position)
            return GateCounts(
                controls: UInt64(decided.controls.filter { $0.isInForce(at: now) }.count),
                unreviewed: UInt64(decided.entries(now: now).filter { $0.state == .emergency(nil) }.count), voids: UInt64(decided.voids.count))
        }
    }
}

struct GateCounts: Sendable {
    let controls: UInt64
    let unreviewed: UInt64
    let voids: UInt64
}
