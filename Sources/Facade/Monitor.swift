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

    /// How far it has looked.
    struct Progress: Sendable {
        var since: UInt64 = 0
        /// Rule sets it has seen in force, by version.
        fileprivate var rules: [UInt16: RuleSet] = [:]
        /// Accounts whose lock it proposed, by version of the rules.
        fileprivate var proposed: [UInt16: Set<UInt64>] = [:]
    }

    /// Looks until the server stops.
    func run() async throws {
        await cancelWhenGracefulShutdown {
            var progress = Progress()
            while true {
                await pass(&progress)
                // Cancelled by the group's shutdown.
                guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
            }
        }
    }

    /// One look: says what is new. Where the view or the writer cannot answer now, the next look says it again.
    func pass(_ progress: inout Progress) async {
        guard let sighting = try? await look(progress.since) else { return }
        var after = progress
        after.rules[sighting.version] = sighting.rules
        after.since = sighting.next
        var commands: [Ledger.Request] = []
        for finding in sighting.findings {
            if let alert = Self.alert(finding) { commands.append(alert) }
            // The first finding of these rules with the score, which is the same one after a restart.
            guard finding.account != 0, let rules = after.rules[finding.version], finding.score >= rules.lockScore,
                after.proposed[finding.version, default: []].insert(finding.account).inserted, let lock = Self.lock(finding, rules)
            else { continue }
            commands.append(lock)
        }
        if await say(commands) { progress = after }
    }

    /// False if the writer did not take all of it.
    private func say(_ commands: [Ledger.Request]) async -> Bool {
        for start in stride(from: 0, to: commands.count, by: Self.mostAtOnce) {
            for outcome in await submit(Array(commands[start..<min(start + Self.mostAtOnce, commands.count)])) {
                switch outcome {
                // A graver finding of the same window has the key of the one before it: one alert a window.
                case .recorded, .dismissed, .keyReused: break
                case .notAccepted, .unknown: return false
                }
            }
        }
        return true
    }

    // MARK: Commands

    static func alert(_ finding: FraudFinding) -> Ledger.Request? {
        let key = "v\(finding.version):\(RuleSetJSON.key(finding.rule)):\(finding.subject):\(finding.windowStart.microseconds)"
        func request(_ subject: String) -> Ledger.Request? {
            let alert = FraudCommand.Alert(
                version: finding.version, rule: finding.rule, account: finding.account == 0 ? nil : .ordinal(finding.account), subject: subject,
                windowStart: finding.windowStart, score: finding.score, events: finding.events)
            return self.request(.fraud(.raise(alert)), key)
        }
        // A store's name may be too long for a subject, and the digits of an address may look like a card number.
        let kind = finding.subject.prefix { $0 != ":" }
        return request(finding.subject) ?? request("\(kind):" + letters(finding.subject))
    }

    /// Once an account and version of the rules.
    static func lock(_ finding: FraudFinding, _ rules: RuleSet) -> Ledger.Request? {
        let why = "score \(finding.score) by rules \(rules.name), version \(finding.version); lock proposed from \(rules.lockScore) on"
        let lock = Command.accounts(.lock(.ordinal(finding.account), .all, reason: why))
        return request(.approvals(.propose(lock, because: why)), "v\(finding.version):lock:\(finding.account)")
    }

    private static func request(_ command: Command, _ key: String) -> Ledger.Request? {
        func request(_ key: String) -> Ledger.Request? {
            try? Ledger.Request(command, principal: .monitor, key: key, channel: .ledger)
        }
        return request(key) ?? request(letters(key))
    }

    /// 32 letters that stand for a text that cannot be a key: no digits, so that they look like no card number.
    private static func letters(_ text: String) -> String {
        String(decoding: SHA256.hash(data: Array(text.utf8)).prefix(16).flatMap { [0x61 + $0 >> 4, 0x61 + $0 & 15] }, as: UTF8.self)
    }
}

extension Monitor {
    /// Looks at a server's view, and hands what it has to say to its writer.
    init(_ writer: Writer, _ views: Views) {
        let thread = Pool("monitor", threads: 1)
        self.init(
            look: { since in
                try await thread.run {
                    try views.fraud(atLeast: 0) { view in
                        let (version, rules) = view.ruleSet
                        return Sighting(findings: view.findings(since: since), version: version, rules: rules, next: max(since, view.next))
                    }
                }
            }, submit: { await writer.submit($0) })
    }
}
