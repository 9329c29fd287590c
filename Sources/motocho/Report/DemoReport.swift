import Journal
import Ledger
import Projections
import Scenario

/// The story on one page: what was attacked, what was stopped, what was lost, what the rules saw.
struct DemoReport {
    private let log: Log
    private let cases: Cases
    private let watch: FraudWatch
    private let decided: Decided
    private let score: FraudScore?
    private let currency: Currency

    /// Instants whose figures were made public in 2019, and what was said.
    static let published: [(instant: String, what: String, people: String, yen: String)] = [
        ("2019-07-04T06:00+09:00", "first estimate, by a simple rule", "about 900", "about 55,000,000"),
        ("2019-07-12T00:00+09:00", "confirmed by 07-11", "1,574", "about 32,400,000"),
        ("2019-07-29T17:00+09:00", "certified", "807", "38,605,335"),
        ("2019-07-31T17:00+09:00", "certified", "808", "38,615,473"),
    ]

    @available(*, noasync)
    init(_ log: Log, truth: String?) throws {
        self.log = log
        // The page is of the first month, however long the story went on.
        let end = try log.position(asOf: MonthPlan.end)
        cases = try Cases.read(log: log, to: end)
        let watch = try Views.read(FraudWatch.self, log, at: end)
        self.watch = watch
        decided = try Decided.read(log: log, to: end)
        let rules = watch.ruleSet.rules
        score = try truth.map { try TruthFile(path: $0).score(Backtest.watch(log, rules, to: end), log) }
        currency = log.genesis.currency
    }

    /// What the log gives for an instant that was made public.
    @available(*, noasync)
    static func figure(_ log: Log, asOf instant: Instant, isEstimate: Bool, _ watch: FraudWatch) throws -> (people: Int, yen: Int64, position: UInt64) {
        let end = try log.position(asOf: instant)
        if isEstimate {
            let rule = watch.ruleSet.rules[.dayTurnover] ?? RuleSet.Rule(.dayTurnover, weight: 1, thresholds: [10_000, 10], sources: .cards)
            let estimate = try FirstEstimate.read(log, to: end, rule)
            return (estimate.people, estimate.amount, end)
        }
        let report = try Cases.read(log: log, to: end).report
        return (report.certified.people, report.certified.total, end)
    }

    @available(*, noasync)
    func html() throws -> String {
        let report = cases.report
        var page = Page(
            title: "Four weeks of an attacked wallet",
            lead: [
                try Heading(log, end: cases.position, "rules version \(report.ruleVersion)").text.replacing("\n", with: " "),
                "Every figure is folded from the log; persons, stores and addresses are invented. Amounts are yen, days are Japan's.",
            ])
        try figures(&page)
        attack(&page)
        controls(&page)
        damage(report, &page)
        fanOut(&page)
        scores(&page)
        return page.html
    }

    // MARK: Sections

    @available(*, noasync)
    private func figures(_ page: inout Page) throws {
        page.section(
            "The published figures, asked of the log",
            "The same quantity at four instants. Nothing recorded at an instant or after it counts; certifications were made, amended and revoked in between.")
        var rows: [[String]] = []
        for (index, line) in Self.published.enumerated() {
            guard let instant = Instant(line.instant) else { continue }
            let found = try Self.figure(log, asOf: instant, isEstimate: index == 0, watch)
            rows.append([instant.shortText, line.what, line.people, line.yen, Plots.grouped(Int64(found.people)), currency.grouped(found.yen), "\(found.position)"])
        }
        page.table(["as of (JST)", "kind", "people, published", "yen, published", "people, by the log", "yen, by the log", "position"], left: [0, 1], rows)
    }

    private func attack(_ page: inout Page) {
        let hours = watch.timeline()
        guard let start = hours.first(where: { $0.failures > 0 })?.start, let first = Self.midnight(start) else { return }
        let count = 5 * 24
        func column(_ instant: Instant) -> Int { Int((instant.microseconds - first.microseconds) / 36_000_000) }
        func series(_ name: String, _ value: (FraudHour) -> Int64) -> Plots.Series {
            var values = Array(repeating: Int64(0), count: count)
            for hour in hours where (0..<(100 * count)).contains(column(hour.start)) { values[column(hour.start) / 100] += value(hour) }
            return Plots.Series(name: name, values: values)
        }
        let labels = (0..<count).map { hour in
            let text = (first + Int64(3600 * hour)).shortText
            return hour % 24 == 0 ? String(text.dropFirst(5).prefix(5)) : String(text.dropFirst(11).prefix(5))
        }
        let marks = decided.controls.map { Plots.Mark(at: column($0.effectiveAt), text: ControlWords.of($0.stops)) }.filter { (0..<(100 * count)).contains($0.at) }
        page.section("The attack by the hour", "Stolen id and password pairs are tried from abroad; what fits is used by runners at home. The dashed lines are stops.")
        page.add(Plots.columns("Sign-in attempts an hour", unit: "", labels: labels, [
            series("unknown ids") { $0.unknownIDs }, series("other failures") { $0.failures - $0.unknownIDs }, series("got in") { $0.attempts - $0.failures },
        ], labelEvery: 12))
        page.add(Plots.columns("Card charges an hour", unit: "", labels: labels, [series("card charges") { $0.cardCharges }], marks: marks, labelEvery: 12))
        page.add(Plots.columns("Findings of the rules an hour", unit: "", labels: labels, [series("findings") { $0.findings.reduce(0, +) }], labelEvery: 12))
    }

    private static func midnight(_ instant: Instant) -> Instant? { Instant(String(instant.shortText.prefix(10)) + "T00:00+09:00") }

    private func controls(_ page: inout Page) {
        page.section("Stopped, channel by channel", "Paying stayed open to the end.")
        guard let first = decided.controls.first.flatMap({ Self.midnight($0.effectiveAt) }) else { return }
        let start = first + Int64(-2 * 86_400)
        let days = 31
        func place(_ instant: Instant) -> Int { max(0, min(100 * days, Int((instant.microseconds - start.microseconds) / 864_000_000))) }
        page.add(
            Plots.spans(
                "Controls in force", days: (0..<days).map { String((start + Int64(86_400 * $0)).shortText.dropFirst(5).prefix(5)) },
                decided.controls.map { (ControlWords.of($0.stops), place($0.effectiveAt), $0.until.map(place) ?? 100 * days) }))
        page.table(
            ["control", "what", "from", "until", "decided by", "why"], left: [1, 2, 3, 4, 5],
            decided.controls.map {
                ["\($0.position)", ControlWords.of($0.stops), $0.effectiveAt.shortText, $0.until?.shortText ?? "", $0.decidedBy, $0.reason]
            })
    }

    private func damage(_ report: DamageReport, _ page: inout Page) {
        page.section(
            "The damage",
            "Certified: \(Plots.grouped(Int64(report.certified.people))) people, \(currency.grouped(report.certified.total)) yen. By the labels so far: \(currency.grouped(report.recomputed.total)) yen.")
        let occurred = report.byOccurrence
        page.add(
            Plots.columns(
                "Damage by the day it happened", unit: "yen", labels: occurred.map { String($0.day.description.dropFirst(5)) },
                [Plots.Series(name: "damage", values: occurred.map { max(0, $0.certified) })], labelEvery: 1))
        var sum: Int64 = 0
        let byThen = report.byRecording.map { line -> Int64 in
            sum += line.certified
            return sum
        }
        page.add(
            Plots.columns(
                "Certified by the end of each day", unit: "yen", labels: report.byRecording.map { String($0.day.description.dropFirst(5)) },
                [Plots.Series(name: "certified", values: byThen)], labelEvery: max(1, byThen.count / 12)))
        page.add(Plots.bars("By source", unit: "yen", report.bySource.map { ("\($0.source.name) (\($0.people))", $0.certified) }))
        page.add(Plots.bars("By route", unit: "yen", report.byRoute.map { ("\($0.route.letter) \($0.route.name) (\($0.people))", $0.certified) }, labelWidth: 230))
        let totals = report.persons.compactMap { $0.certified?.total }
        let steps = Array(stride(from: Int64(0), to: 200_000, by: 10_000))
        page.add(
            Plots.columns(
                "How much a person lost", unit: "people", labels: steps.map { $0 == 0 ? "0 k" : "\($0 / 1000) k" },
                [Plots.Series(name: "people", values: steps.map { step in Int64(totals.count { $0 >= step && ($0 < step + 10_000 || step == steps.last) }) })],
                labelEvery: 2))
        page.table(["figure", "people", "yen"], [
            ["certified", "\(report.certified.people)", currency.grouped(report.certified.total)],
            ["recomputed for the same people", "\(report.recomputed.people)", currency.grouped(report.recomputed.total)],
            ["identified", "\(report.identified.people)", currency.grouped(report.identified.total)],
            ["net loss of fraud payments", "", currency.grouped(report.money.netLoss)],
            ["booked as lost", "", currency.grouped(report.money.lossBooked)],
            ["certified, not booked yet", "", currency.grouped(report.money.notBooked)],
            ["held", "", currency.grouped(report.money.held)],
        ])
    }

    private func fanOut(_ page: inout Page) {
        let all = watch.fanOut(limit: 20_000)
        func top(_ isWanted: (FanOut.Source) -> Bool) -> [FanOut] {
            Array(all.filter { isWanted($0.source) }.sorted { ($1.accounts, $1.attempts) < ($0.accounts, $0.attempts) }.prefix(12))
        }
        page.section("Where from", "Different accounts that one address, network or device touched within a day.")
        for (title, lines) in [
            ("Addresses", top { if case .address = $0 { true } else { false } }), ("Networks", top { if case .network = $0 { true } else { false } }),
            ("Devices", top { if case .device = $0 { true } else { false } }),
        ] where !lines.isEmpty {
            page.add(
                Plots.bars(title, unit: "accounts", lines.map { ("\(String(Day(of: $0.day).description.dropFirst(5))) \($0.source.words)", $0.accounts) }))
        }
    }

    private func scores(_ page: inout Page) {
        guard let score else { return }
        page.section("The rules, held against the truth", "Had the last rules watched from the first day. Precision: of the accounts a rule pointed to, those that were attacked. Recall: of the attacked, those it pointed to.")
        func name(_ line: FraudScore.Line) -> String { line.rule.map { "F\($0.rawValue) \($0.name)" } ?? "all" }
        page.add(Plots.bars("Recall", unit: "‰", score.lines.map { (name($0), $0.recall) }))
        page.add(Plots.bars("Precision", unit: "‰", score.lines.map { (name($0), $0.precision ?? 0) }))
        page.table(
            ["rule", "findings", "precision", "recall", "caught", "genuine touched", "yen caught", "yen still ahead", "minutes to first"],
            score.lines.map { line in
                [
                    name(line), "\(line.findings)", line.precision.map(FraudScoreCommand.percent) ?? "", FraudScoreCommand.percent(line.recall),
                    "\(line.caught)", "\(line.genuineTouched)", currency.grouped(line.amountCaught), currency.grouped(line.amountAhead),
                    line.secondsToFirst.map { "\($0 / 60)" } ?? "",
                ]
            })
    }
}
