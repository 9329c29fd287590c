internal import Hummingbird
internal import Journal
internal import Ledger
internal import Projections
internal import Wire

/// What machines ask: is it alive, does it take commands, how is it doing. Open to all; tells nothing about people.
extension Desk {
    var probeRoutes: [Route] {
        [
            .get("/livez") { _, _ in
                Answer.ok {
                    $0.member("status", string: "alive")
                    $0.member("ledger", string: writer.log.genesis.ledgerName)
                }
            },
            .get("/readyz") { _, _ in
                guard writer.isAccepting else { throw writer.metrics.clockJumped ? Problem.clockJumped : Problem.stopping }
                return Answer.ok { $0.member("status", string: "ready") }
            },
            .get("/metrics") { _, _ in Answer.text(await exposition(), type: "text/plain; version=0.0.4") },
        ]
    }

    /// Prometheus text, from our own counters.
    private func exposition() async -> String {
        let gates = await gateCounts()
        let counters = writer.metrics
        let (keys, runs) = writer.keyExtent
        let head = writer.log.count
        var text = MetricText()
        text.add("motocho_events_total", "counter", "Events committed since the start.", counters.events)
        text.add("motocho_commits_total", "counter", "Commits since the start.", counters.commits)
        text.add("motocho_replays_total", "counter", "Commands answered from an earlier recording.", counters.replays)
        text.add("motocho_dismissed_total", "counter", "Commands answered and not recorded.", counters.dismissed)
        text.add("motocho_largest_batch_events", "gauge", "Most events in one commit since the start.", counters.largestBatch)
        text.add("motocho_commit_microseconds_total", "counter", "Time spent in commits.", counters.commitMicroseconds)
        text.add(
            "motocho_commit_mean_microseconds", "gauge", "Mean time of a commit since the start.",
            counters.commits == 0 ? 0 : counters.commitMicroseconds / counters.commits)
        text.add("motocho_clock_jumped", "gauge", "1 while the machine's clock awaits an operator's confirmation.", counters.clockJumped ? 1 : 0)
        text.add("motocho_accepting", "gauge", "1 while commands are taken.", writer.isAccepting ? 1 : 0)
        if let gates {
            text.add("motocho_controls_in_force", "gauge", "Controls that stop something now.", gates.controls)
            text.add("motocho_break_glass_unreviewed", "gauge", "Emergency acts that nobody has reviewed.", gates.unreviewed)
            text.add("motocho_voids_outstanding", "gauge", "Refused charges whose money must still be given back.", gates.voids)
        }
        text.add("motocho_log_events", "gauge", "Events in the log.", head)
        text.add("motocho_keys", "gauge", "Idempotency keys known.", UInt64(keys))
        text.add("motocho_key_runs", "gauge", "Sorted runs that hold older keys.", UInt64(runs))
        if let size = try? writer.log.size() {
            text.add("motocho_log_bytes", "gauge", "Bytes of the log's file in use.", UInt64(size.used))
            text.add("motocho_log_map_bytes", "gauge", "Address space the log may grow into.", UInt64(size.map))
        }
        let status = views.status
        text.add("motocho_view_position", "gauge", "Next position of a view.", label: "view", status.map { ($0.name, $0.position) })
        text.add(
            "motocho_view_lag_events", "gauge", "Events a view has not taken in.", label: "view",
            status.map { ($0.name, head > $0.position ? head - $0.position : 0) })
        text.add("motocho_http_responses_total", "counter", "HTTP answers by status class.", label: "class", tally.classes)
        return text.text
    }
}

/// The Prometheus text format, version 0.0.4.
private struct MetricText {
    private(set) var text = ""

    mutating func add(_ name: String, _ type: String, _ help: String, _ value: UInt64) {
        describe(name, type, help)
        text += "\(name) \(value)\n"
    }

    mutating func add(_ name: String, _ type: String, _ help: String, label: String, _ values: [(String, UInt64)]) {
        describe(name, type, help)
        for (key, value) in values { text += "\(name){\(label)=\"\(key)\"} \(value)\n" }
    }

    private mutating func describe(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }
}
