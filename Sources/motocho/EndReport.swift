import Journal
import Ledger
import Projections

/// The end of the story in figures: what was left at which date, and what became of it.
struct EndReport {
    private let log: Log
    private let list: RefundList

    @available(*, noasync)
    init(_ log: Log) throws {
        self.log = log
        list = try RefundList.read(log)
    }

    @available(*, noasync)
    func show(_ output: Output, _ currency: Currency) throws {
        output.line("\nThe end, date by date (motocho refunds totals --as-of …)\n")
        var dates = Records(
            output, .table,
            [("date (JST)", .left), ("what", .left), ("people", .right), ("yen", .right), ("came back", .right), ("yen back", .right), ("position", .right)])
        var rows: [(at: UInt64, cells: [String])] = []
        func add(
            _ date: String, _ what: String, _ people: Int64? = nil, _ yen: Int64? = nil, back: RefundList.Sum? = nil, at position: UInt64? = nil
        ) {
            // What has no position belongs to the row before it.
            rows.append((position ?? rows.last?.at ?? 0, [
                date, what, people.map { UInt64($0).grouped } ?? "", yen.map(currency.grouped) ?? "", back.map { UInt64($0.count).grouped } ?? "",
                back.map { currency.grouped($0.total) } ?? "", position.map { "\($0)" } ?? "",
            ]))
        }
        if let decided = list.decided {
            add(decided.recordedAt.shortText, "the end is decided, for \(decided.effectiveAt.shortText)", at: decided.position)
        }
        if let terminated = list.terminated {
            let then = try RefundList.read(log, before: log.position(asOf: terminated.effectiveAt + 1), isHashed: false)
            add(Self.end(terminated.effectiveAt), "what is left is fixed", Int64(then.totals.fixed.people), then.totals.fixed.sum, at: terminated.position)
            add("", "of it held, a case being open", Int64(then.totals.held.people), then.totals.held.sum)
        }
        if let window = list.window { add(window.from.shortText, "claims are taken, until \(window.last)", at: window.position) }
        for batch in list.batches {
            let what = batch.method == .bank ? "bank file" : "certificates"
            add("\(batch.date)", "\(what), \(batch.state.name)", batch.size.count, batch.size.total, at: batch.position)
            add("", "  paid, and came back", batch.paid.count, batch.paid.total, back: batch.returned)
        }
        if let window = list.window, window.closed > 0, let closing = try log.event(at: window.closed), let size = closing.actSize {
            add("\(window.last) 24:00", "excluded: nobody claimed it", size.count, size.total, at: window.closed)
        }
        let accepted = list.rows.filter(\.isLate)
        if !accepted.isEmpty {
            let first = accepted.compactMap(\.claimedAt).min().map { "\(Day(of: $0)) on" }
            add(first ?? "", "claimed late, and accepted", Int64(accepted.count), accepted.reduce(0) { $0 + $1.fixed + $1.adjustments })
        }
        for row in rows.enumerated().sorted(by: { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }) { dates.add(row.element.cells) }
        dates.finish()

        output.line("\nWhere it is at the end: the fixed sum and \(list.adjustments.count) adjustments, and their parts\n")
        var parts = Records(output, .table, [("part", .left), ("accounts", .right), ("people", .right), ("yen", .right)])
        let totals = list.totals
        func part(_ name: String, _ figure: RefundList.Figure) {
            parts.add([name, UInt64(figure.accounts).grouped, UInt64(figure.people).grouped, currency.grouped(figure.sum)])
        }
        part("fixed", totals.fixed)
        part("adjustments", totals.adjustments)
        for bucket in RefundList.Bucket.allCases { part("  \(bucket.name)", totals[bucket]) }
        parts.finish()
        output.line(totals.ties ? "They tie." : "They do NOT tie.")
        try papers(output, currency)
    }

    /// An instant at which a day begins is the end of the day before, as notices say it (24時).
    private static func end(_ instant: Instant) -> String {
        let day = Day(of: instant)
        return day.start == instant ? "\(Day(number: day.number - 1)) 24:00" : instant.shortText
    }

    /// What goes to the regulator, by base date.
    @available(*, noasync)
    private func papers(_ output: Output, _ currency: Currency) throws {
        output.line("\nThe base dates (motocho report base-date)\n")
        var papers = Records(
            output, .table,
            [("base date", .left), ("unused before", .right), ("issued", .right), ("recovered", .right), ("unused", .right), ("due", .left), ("", .left)])
        for day in ["2019-09-30", "2020-03-31"] {
            guard let base = Day(day).flatMap({ BaseDate($0) }) else { continue }
            let report = try BaseDateReport.read(log, base: base, isHashed: false)
            guard report.isFinal else { continue }
            papers.add([
                day, currency.grouped(report.previous.total), currency.grouped(report.issued), currency.grouped(report.recovered.total),
                currency.grouped(report.unused.total), "\(report.due)", report.ties ? "ties" : "does not tie",
            ])
        }
        papers.finish()
    }
}
