internal import Crypto
internal import Journal
internal import Ledger
internal import Projections
internal import ServiceLifecycle

/// The ledger's own monitor (モニタリング): appends an alert for what the rules find while the server runs, and proposes a
/// lock for an account whose score has reached the rule set's. It decides nothing: people look at alerts and approve locks.
///
/// It begins with the first finding each time it starts. What it said before is known by its key, so that a restart, or a
/// rebuild of the view it looks at, says nothing twice. Rebuilds and back-tests themselves append nothing.
struct Monitor: Service {
    /// What the rules found, and the rules in force.
    struct Sighting: Sendable {
        var findings: [FraudFinding]
        var version: UInt16
        var rules: RuleSet
        /// Findings completed from here on are still to come.
        var next: UInt64
    }

    /// Findings completed at or after a position.
    let look: @Sendable (_ since: UInt64) async throws -> Sighting
    let submit: @Sendable ([Ledger.Request]) async -> [Outcome]
    private static let interval = Duration.milliseconds(150)
    /// Commands handed over at once.
    private static let mostAtOnce = 256

    /// Looks until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var lookout = Lookout()
            while true {
                await pass(&lookout)
                // Cancelled by the group's shutdown.
                guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
            }
        }
    }

    /// One look: says what is new. Where the view or the writer cannot answer now, the next look says it again.
    func pass(_ lookout: inout Lookout) async {
        guard let sighting = try? await look(lookout.since) else { return }
        var after = lookout
        let commands = after.says(sighting.findings, version: sighting.version, rules: sighting.rules, next: sighting.next)
        if await say(commands) { lookout = after }
    }

    /// False if the writer did not take all of it.
    private func say(_ commands: [Ledger.Request]) async -> Bool {
        for start in stride(from: 0, to: commands.count, by: Self.mostAtOnce) {
            for outcome in await submit(Array(commands[start..<min(start + Self.mostAtOnce, commands.count)])) {
                switch outcome {
                case .recorded, .dismissed, .keyReused: break
                case .notAccepted, .unknown: return false
                }
            }
        }
        return true
    }
}

extension Monitor {
    /// Looks at a server's view, and hands what it has to say to its writer.
    init(_ writer: Writer, _ views: Views) {
        let thread = Pool("monitor", threads: 1)
        self.init(
            look: { since in
                try await thread.run {
                    // Brings the view up to date itself: an alert does not wait for the other views' checkpoints.
                    try views.fraud(atLeast: views.log.count) { view in
                        let (version, rules) = view.ruleSet
                        return Sighting(findings: view.findings(since: since), version: version, rules: rules, next: max(since, view.next))
                    }
                }
            }, submit: { await writer.submit($0) })
    }
}
