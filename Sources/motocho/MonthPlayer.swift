import Facade
import Journal
import Ledger
import Projections
import Scenario
import Vault

/// Plays a generated story into a ledger: the crowd's acts by the thousand, several batches under way; the story's steps one
/// at a time, each as a table row.
final class MonthPlayer {
    /// Not the command `motocho act`.
    typealias Act = Scenario.Act

    let writer: Writer
    let vault: Vault
    /// Where bank files go and come from.
    let files: String
    /// Takes the truth of the attack, a line of JSON an act. It never goes into the log.
    private let truth: (String) -> Void

    var positions: Positions
    /// Of the hand-written steps: positions by label, and the sessions their logins began, in order.
    private var labels: [String: UInt64] = [:]
    private var sessions: [UInt32] = []
    private var open: [Entry] = []
    private var underWay: [(entries: [Entry], submission: Submission)] = []
    private var now: Instant?
    private var number = 0
    var tally = Tally()
    /// What the rules see, looked at once an hour of the story; a server looks all the time.
    private var watch = FraudWatch()
    private var lookout = Lookout()
    private var hour: Int64 = 0
    /// What the crowd did in the span under way, for its line: days in July, weeks after it.
    private var day = DayTally()
    /// What staff look at; there once somebody looked, and brought up to the log each time.
    var books: Books?
    /// Of each batch, the file that was made: what is released is what was recorded.
    var hashes: [UInt64: [UInt8]] = [:]

    static let batch = 1_000
    private static let mostUnderWay = 8
    /// Moves the clock between the acts.
    private static let clock = Principal(name: "app")

    private struct Entry {
        let request: Request
        /// `nil`: the clock is moved.
        let act: Act?
    }

    struct Tally {
        var acts = 0
        /// Refused as the plan wanted it.
        var refused = 0
        /// Alerts raised and locks proposed by the monitor.
        var alerts = 0
        /// Commands of the last act played alone.
        var lastAsked = 0
        /// What went otherwise than planned: the first few, in words, and how many.
        var surprises: [String] = []
        var surpriseCount = 0
    }

    /// Sums of one day in Japan, or of one week.
    private struct DayTally {
        var span: Int64 = -1
        /// Its last day so far, and whether it is a day alone.
        var date = ""
        var isWeek = false
        var opened = 0
        var claims = 0
        var attempts: Int64 = 0
        var charges = 0
        var charged: Int64 = 0
        var payments = 0
        var paid: Int64 = 0

        mutating func add(_ event: Event, _ act: Act) {
            switch event.kind {
            case .accountOpened: opened += 1
            case .chargeSettled: (charges, charged) = (charges + 1, charged + event.amount)
            case .paymentAccepted: (payments, paid) = (payments + 1, paid + event.amount)
            case .loginsCounted: attempts += act.truth?.amount ?? 0
            case .identityVerified: if case .payee = act.asks { claims += 1 }
            default: return
            }
        }
    }

    init(_ writer: Writer, _ vault: Vault, marks: Int, files: String, truth: @escaping (String) -> Void = { _ in }) {
        self.writer = writer
        self.vault = vault
        self.files = files
        self.truth = truth
        positions = Positions(count: marks)
    }

    /// Plays acts whole, in their order. Throws if the ledger stops taking commands.
    func play(_ acts: some Sequence<Act>, _ name: String, _ output: Output) async throws {
        var table = Table(output, [("time", .left), ("what happens", .left), ("answer", .left), ("balance", .right)])
        var progress = Progress(name)
        for act in acts {
            let looked = act.at.microseconds / (act.at < Self.quiet ? Self.hourLong : 24 * Self.hourLong)
            if looked != hour {
                hour = looked
                try await drain(&table)
                try await lookOut()
            }
            switch act.asks {
            case .step(let step):
                try await drain(&table)
                try await play(step, act, &table)
            case .look, .paper, .wait:
                try await drain(&table)
                try await playAlone(act, &table)
            case .command, .later, .payee: try await add(act, &table)
            }
            if tally.acts % 4_096 == 0 { progress.show(UInt64(tally.acts), "acts", (0, nil)) }
        }
        try await drain(&table)
        endDay(&table)
        day = DayTally()
        progress.finish()
        table.finish()
    }

    private static let hourLong: Int64 = 3_600_000_000
    /// From here on there is little to find: once a day will do.
    private static let quiet = Instant("2019-08-01 00:00 JST")!

    /// Raises an alert for what the rules found since, as a server's monitor would.
    private func lookOut() async throws {
        try catchUp()
        let (version, rules) = watch.ruleSet
        let commands = lookout.says(watch.findings(since: lookout.since), version: version, rules: rules, next: watch.next)
        guard !commands.isEmpty else { return }
        for outcome in await writer.submit(commands) {
            if let event = try recorded(outcome) {
                tally.alerts += 1
                if event.rejection != nil { note("an alert was refused") }
            }
        }
    }

    private func catchUp() throws { try watch.follow(writer.log, to: writer.log.count) }

    // MARK: The crowd and the desks

    private func add(_ act: Act, _ table: inout Table) async throws {
        let command: Command
        var personal: [PersonalDatum] = []
        switch act.asks {
        case .command(let known): command = known
        case .later(let make):
            if let known = make(positions) {
                command = known
            } else {
                // It speaks of an act that is still under way.
                try await drain(&table)
                guard let known = make(positions) else {
                    return note("\(act.at.shortText) \(act.by.name): speaks of an act that was not recorded")
                }
                command = known
            }
        case .payee(let payee, let make):
            let datum = try datum(payee)
            personal = [datum]
            command = make(datum.pseudonym)
        case .step, .look, .paper, .wait: return
        }
        try move(to: act.at)
        let request = try Request(
            command, principal: act.by, key: key("month"), occurredAt: act.occurredAt, channel: .story, access: act.access, personal: personal)
        open.append(Entry(request: request, act: act))
        tally.acts += 1
        if open.count >= Self.batch {
            send()
            if underWay.count > Self.mostUnderWay { try await finishOldest(&table) }
        }
    }

    func move(to time: Instant) throws {
        guard now != time else { return }
        now = time
        let request = try Request(.service(.advanceClock(to: time)), principal: Self.clock, key: key("clock"), channel: .story)
        open.append(Entry(request: request, act: nil))
    }

    func key(_ what: String) -> String {
        number += 1
        return "\(what)-\(number)"
    }

    private func send() {
        guard !open.isEmpty else { return }
        underWay.append((open, writer.enqueue(open.map(\.request))))
        open.removeAll(keepingCapacity: true)
    }

    func drain(_ table: inout Table) async throws {
        send()
        while !underWay.isEmpty { try await finishOldest(&table) }
    }

    private func finishOldest(_ table: inout Table) async throws {
        let (entries, submission) = underWay.removeFirst()
        for (entry, outcome) in zip(entries, await submission.outcomes) {
            let event = try recorded(outcome)
            guard let act = entry.act else {
                if event.map({ $0.rejection != nil }) ?? true { note("the clock was not moved") }
                continue
            }
            turnDay(act, &table)
            judge(act, event, entry.request, outcome)
            if let event, event.rejection == nil { day.add(event, act) }
            if let event, let telling = act.telling { row(act.at, telling, event, &table) }
        }
    }

    /// `isMarked`: the act is this one command, and its position the mark's.
    func judge(_ act: Act, _ event: Event?, _ request: Request, _ outcome: Outcome, isMarked: Bool = true) {
        let rejection = event?.rejection
        if event == nil || (rejection != nil) != act.isRefused {
            let answer = rejection.map { "refused: \($0.code.name) \($0.bound.map(String.init) ?? "")" } ?? (event == nil ? "\(outcome)" : "accepted")
            note("\(act.at.shortText) \(act.by.name), \(request.command.name.name) \(request.command.account.map { "\($0)" } ?? ""): \(answer)")
        }
        guard let event else { return }
        if rejection != nil { tally.refused += 1 } else if isMarked { keep(act, event) }
    }

    func keep(_ act: Act, _ event: Event) {
        if let mark = act.mark { positions.set(mark, event.position) }
        guard let truth = act.truth else { return }
        let account = truth.account.map { "\"\($0)\"" } ?? "null"
        let person = truth.person.map { "\"\($0)\"" } ?? "null"
        self.truth(
            "{\"position\":\(event.position),\"account\":\(account),\"person\":\(person),\"kind\":\"\(truth.kind.rawValue)\",\"amount\":\(truth.amount)}")
    }

    func note(_ surprise: String) {
        tally.surpriseCount += 1
        if tally.surprises.count < 20 { tally.surprises.append(surprise) }
    }

    /// The event, if there is one; throws if nothing can be recorded any more.
    func recorded(_ outcome: Outcome) throws -> Event? {
        switch outcome {
        case .recorded(let event, _): event
        case .dismissed, .keyReused: nil
        case .notAccepted, .unknown: throw Failure("the ledger stopped taking commands; look at the disk, then play again: demo --fresh")
        }
    }

    // MARK: The hand-written steps

    private func play(_ step: Step, _ act: Act, _ table: inout Table) async throws {
        let vault = vault
        var stage = Stage(positions: labels, pseudonym: { vault.pseudonym($0, $1) })
        var access = step.access(&stage)
        // A step names sessions by the order of the story's own logins.
        if access.session > 0, Int(access.session) <= sessions.count { access.session = sessions[Int(access.session) - 1] }
        let command = step.command(&stage)
        try move(to: step.at)
        try await drain(&table)
        let request = try Request(command, principal: step.who, key: key("month"), channel: .story, access: access, personal: stage.personal)
        tally.acts += 1
        turnDay(act, &table)
        guard let event = try recorded(await writer.submit(request)) else {
            return note("\(step.at.shortText) \(step.telling): not recorded")
        }
        if let label = step.label { labels[label] = event.position }
        if event.kind == .loginSucceeded { sessions.append(event.session) }
        if event.rejection == nil { keep(act, event) } else { tally.refused += 1 }
        row(step.at, step.telling, event, &table)
    }

    /// At midnight, one line of what the many did; on Sundays from August on.
    func turnDay(_ act: Act, _ table: inout Table) {
        let isWeek = act.at >= Self.quiet
        // 1970-01-01 is a Thursday.
        let number = Int64(Day(of: act.at).number)
        let span = isWeek ? (number + 3) / 7 : number
        if span != day.span || isWeek != day.isWeek {
            endDay(&table)
            day = DayTally()
            (day.span, day.isWeek) = (span, isWeek)
        }
        day.date = String(act.at.shortText.prefix(10).dropFirst(5))
    }

    private func endDay(_ table: inout Table) {
        guard day.charges + day.payments + day.claims > 0 else { return }
        let currency = writer.log.genesis.currency
        var parts: [String] = []
        if day.opened > 0 { parts.append("\(UInt64(day.opened).grouped) register") }
        if day.attempts > 0 { parts.append("\(UInt64(day.attempts).grouped) sign-ins are tried from abroad") }
        if day.charges > 0 { parts.append("\(UInt64(day.charges).grouped) charge \(currency.grouped(day.charged))") }
        if day.payments > 0 { parts.append("\(UInt64(day.payments).grouped) pay \(currency.grouped(day.paid))") }
        if day.claims > 0 { parts.append("\(UInt64(day.claims).grouped) claim") }
        table.add(["\(day.date) 24:00", "that \(day.isWeek ? "week" : "day"): " + parts.joined(separator: ", "), "", ""])
    }

    func row(_ at: Instant, _ telling: String, _ event: Event, _ table: inout Table) {
        let answer = event.rejection.map { "refused: \($0.code.name)" } ?? "\(event.kind.name), position \(event.position)"
        let currency = writer.log.genesis.currency
        row(at, telling, answer, event.subject.isNone ? "" : currency.grouped(event.balanceAfter), &table)
    }

    func row(_ at: Instant, _ telling: String, _ answer: String, _ balance: String = "", _ table: inout Table) {
        table.add([String(at.shortText.dropFirst(5).prefix(11)), telling, answer, balance])
    }
}
