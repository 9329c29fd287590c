import Facade
import Journal
import Ledger
import Projections
import Wire

/// The parts of the refund list, in the three formats.
struct RefundSections {
    private let output: Output
    private let format: Format
    private let currency: Currency

    init(_ output: Output, _ format: Format, _ currency: Currency) {
        (self.output, self.format, self.currency) = (output, format, currency)
    }

    private func money(_ units: Int64) -> String { format == .table ? currency.grouped(units) : currency.text(units) }

    /// Nothing is left of a column that says nothing.
    private func some(_ units: Int64) -> String { units == 0 && format == .table ? "" : money(units) }

    func rows(_ rows: [RefundList.Row]) {
        var records = Records(
            output, format,
            [
                ("account", .right), ("person", .left), ("state", .left), ("why", .left), ("method", .left), ("fixed", .right),
                ("adjustments", .right), ("open", .right), ("on its way", .right), ("paid", .right), ("excluded", .right), ("late", .left),
                ("claimed", .left), ("batch", .right), ("last", .right),
            ])
        for row in rows {
            records.add([
                "\(row.account)", row.isErased ? "(erased)" : row.person, row.stateName, row.holds.names.joined(separator: " "),
                row.method?.name ?? "", money(row.fixed), some(row.adjustments), some(row.open), some(row.inTransit), some(row.paid),
                some(row.excluded), row.isLate ? "late" : "", row.claimedAt.map { records.time($0) } ?? "", row.batch == 0 ? "" : "\(row.batch)",
                row.last == 0 ? "" : "\(row.last)",
            ])
        }
        records.finish()
    }

    func one(_ row: RefundList.Row) {
        var text = "Account \(row.account), \(row.isErased ? "a person whose data was destroyed" : row.person): \(row.stateName)"
        if row.isHeld { text += " (\(row.holds.names.joined(separator: ", ")))" }
        output.line(text)
        let parts = [
            ("fixed", row.fixed), ("adjustments", row.adjustments), ("open", row.open), ("on its way", row.inTransit), ("paid", row.paid),
            ("excluded", row.excluded),
        ].filter { $0.1 != 0 }
        output.line(parts.map { "\($0.0) \(money($0.1))" }.joined(separator: ", "))
        if let channel = row.channel, let method = row.method {
            output.line("claimed \(channel.name), to be paid by \(method.name), identity level \(row.identity)" + (row.isLate ? ", late" : ""))
        }
    }

    func history(_ lines: [RefundList.HistoryLine]) {
        var records = Records(output, format, [("position", .right), ("recorded", .left), ("event", .left), ("amount", .right), ("what", .left)])
        for line in lines {
            records.add(["\(line.position)", records.time(line.recordedAt), line.kind.name, line.amount.map { money($0) } ?? "", line.text])
        }
        records.finish()
    }

    func totals(_ list: RefundList) {
        let totals = list.totals
        if format == .json {
            var json = JSONWriter()
            json.object { RefundJSON(currency: currency).members(list, to: &$0) }
            json.endLine()
            return output.write(json.bytes)
        }
        if format == .table { summary(list) }
        var records = Records(output, format, [("what", .left), ("accounts", .right), ("people", .right), ("yen", .right)])
        for (name, figure) in [
            ("fixed at the end", totals.fixed), ("adjustments since", totals.adjustments), ("paid", totals.paid), ("on its way", totals.inFlight),
            ("held", totals.held), ("claimed, not paid", totals.claimedNotPaid), ("open", totals.open), ("excluded", totals.excluded),
        ] {
            records.add([name, UInt64(figure.accounts).grouped, UInt64(figure.people).grouped, money(figure.sum)])
        }
        records.finish()
        if format == .table {
            output.line("\nfixed + adjustments = paid + on its way + held + claimed + open + excluded: " + (totals.ties ? "it ties" : "IT DOES NOT TIE"))
        }
    }

    private func summary(_ list: RefundList) {
        if let ended = list.terminated {
            output.line("The service ended \(ended.effectiveAt.shortText) JST, position \(ended.position).")
        } else if let decided = list.decided {
            output.line("The service ends \(decided.effectiveAt.shortText) JST, decided at position \(decided.position).")
        } else {
            output.line("No end of the service is decided.")
        }
        if let window = list.window {
            output.line("Claims from \(window.from.shortText) JST to the end of \(window.last)\(window.closed == 0 ? "" : ", closed at position \(window.closed)").")
        }
        output.line()
    }

    func batches(_ batches: [RefundList.Batch]) {
        var records = Records(
            output, format,
            [
                ("batch", .right), ("method", .left), ("date", .left), ("state", .left), ("refunds", .right), ("yen", .right), ("paid", .right),
                ("yen paid", .right), ("came back", .right), ("yen back", .right), ("file", .left),
            ])
        for batch in batches {
            records.add([
                "\(batch.position)", batch.method.name, batch.date.description, batch.state.name + (batch.isStale ? " (changed)" : ""),
                "\(batch.size.count)", money(batch.size.total), "\(batch.paid.count)", money(batch.paid.total), "\(batch.returned.count)",
                money(batch.returned.total), batch.file.map { "\($0.format.name) \(Self.hex($0.contentHash, short: format == .table))" } ?? "",
            ])
        }
        records.finish()
    }

    func adjustments(_ adjustments: [RefundList.Adjustment]) {
        var records = Records(output, format, [("position", .right), ("recorded", .left), ("account", .right), ("why", .left), ("yen", .right)])
        for line in adjustments {
            records.add(["\(line.position)", records.time(line.recordedAt), "\(line.account)", line.kind.name, money(line.amount)])
        }
        records.finish()
    }

    func reconciliation(_ report: Reconciliation, hasFiles: Bool) {
        var records = Records(
            output, format,
            [
                ("batch", .right), ("state", .left), ("members", .right), ("yen", .right), ("released", .right), ("yen released", .right),
                ("answered", .right), ("yen answered", .right), ("file", .left), ("result", .left),
            ])
        for line in report.lines {
            let answered = (line.batch.paid.count + line.batch.returned.count, line.batch.paid.total + line.batch.returned.total)
            let file = line.batch.file == nil ? "none recorded" : !hasFiles ? "not looked at" : line.file == nil ? "missing" : "found"
            records.add([
                "\(line.batch.position)", line.batch.state.name, "\(line.members.count)", money(line.members.total), "\(line.released.count)",
                money(line.released.total), "\(answered.0)", money(answered.1), file,
                line.differences.isEmpty ? "agrees" : line.differences.joined(separator: "; "),
            ])
        }
        records.finish()
        guard format == .table else { return }
        for difference in report.differences { output.line("over all: \(difference)") }
        output.line(report.isSound ? "\nFiles, events and liabilities agree." : "\nTHEY DO NOT AGREE.")
    }

    static func hex(_ bytes: [UInt8], short: Bool) -> String {
        let text = (short ? Array(bytes.prefix(4)) : bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return short ? text + "…" : text
    }
}
