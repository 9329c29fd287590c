import ArgumentParser
import Journal
import Ledger
import Projections

/// `decisions`: who decided what, when, why, approved by whom.
struct DecisionsCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "Show who decided what, when, why, and who approved it.",
        discussion: """
            Every act of an operator is one line: controls, policies, roles, corrections,
            refunds, settlements, readings of personal data. What took approvals names its
            proposer and its approvers; what was done alone in an emergency says so, and
            whether it was reviewed. --open lists what waits for somebody; --roles who
            holds which role.

            EXAMPLE:
              motocho decisions
              motocho decisions --open
              motocho decisions --as-of 2019-07-11 --format csv
              motocho decisions --roles
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Flag(help: "Only what waits: proposals to approve, emergency acts to review.")
    var open = false

    @Flag(help: "Who holds which role.")
    var roles = false

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        guard !(open && roles) else { throw ValidationError("--open and --roles exclude each other.") }
    }

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let decided = try Decided.read(log: log, to: end)
        let books = try Ledgers.books(log)
        let output = Output()
        try Heading(log, end: end).show(output, format, isCut: cut.isGiven)
        if roles {
            showRoles(decided, output)
        } else {
            let last = end > 0 ? try log.event(at: end - 1)?.recordedAt : nil
            let wall = log.genesis.clock == .system && !cut.isGiven ? LedgerClock.system.wall() : nil
            show(decided, Words(books), cut.asOf?.instant ?? wall ?? last ?? Instant(microseconds: 0), output)
        }
        output.flush()
    }

    private func show(_ decided: Decided, _ words: Words, _ now: Instant, _ output: Output) {
        var records = Records(
            output, format,
            [
                ("position", .right), ("decided", .left), ("what", .left), ("state", .left), ("by", .left), ("approved by", .left), ("why", .left),
            ])
        var isEmpty = true
        for entry in decided.entries(now: now) where !open || entry.waits {
            isEmpty = false
            records.add([
                "\(entry.position)", records.time(entry.recordedAt), words.brief(entry.what), entry.stateName, entry.proposedBy ?? entry.decidedBy,
                entry.approvedBy.joined(separator: ", "), entry.why ?? "",
            ])
        }
        records.finish()
        if format == .table, isEmpty { output.line(open ? "Nothing waits for anybody." : "Nothing was decided yet.") }
    }

    private func showRoles(_ decided: Decided, _ output: Output) {
        var records = Records(output, format, [("principal", .left), ("person", .left), ("roles", .left)])
        for line in decided.roles() { records.add([line.principal, line.person, line.roles.map(\.name).joined(separator: ", ")]) }
        records.finish()
    }
}

extension DecisionEntry {
    /// True if somebody must still approve or review it.
    fileprivate var waits: Bool {
        switch state {
        case .open, .emergency(nil): true
        default: false
        }
    }

    fileprivate var stateName: String {
        switch state {
        case .done: "done"
        case .open(let missing, let expiresAt): "open, \(missing) to approve by \(expiresAt.shortText)"
        case .expired(let at): "expired \(at.shortText)"
        case .withdrawn(let by, _, let because): "withdrawn by \(by)" + (because.map { ": \($0)" } ?? "")
        case .emergency(nil): "EMERGENCY, to be reviewed"
        case .emergency(let review?): "emergency, \(review.verdict.name) by \(review.by)"
        }
    }
}
