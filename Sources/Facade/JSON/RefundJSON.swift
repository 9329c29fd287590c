internal import Journal
public import Ledger
public import Projections
public import Wire

/// The end of the service and its refunds, as `GET /v1/shutdown`, `/v1/refunds` and `/v1/batches` show them; the figures on the command line too.
public struct RefundJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    // MARK: The end

    /// What is decided, what was carried out, the time to claim and the notices; members without braces.
    public func shutdown(_ list: RefundList, to json: inout JSONWriter) {
        json.member("state", string: list.terminated != nil ? "terminated" : list.decided != nil ? "decided" : "running")
        if let decided = list.decided { self.decided("decided", decided, &json) }
        if let terminated = list.terminated { self.terminated("terminated", terminated, &json) }
        if let window = list.window { self.window("claims", window, &json) }
        notices("notices", list.notices, &json)
        cut(list.cut, to: &json)
    }

    func decided(_ name: String, _ decided: RefundList.Decided, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("position", integer: decided.position)
            $0.member("recordedAt", time: decided.recordedAt)
            $0.member("effectiveAt", time: decided.effectiveAt)
        })
    }

    func terminated(_ name: String, _ terminated: RefundList.Terminated, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("position", integer: terminated.position)
            if terminated.completed != 0 { $0.member("completed", integer: terminated.completed) }
            $0.member("recordedAt", time: terminated.recordedAt)
            $0.member("effectiveAt", time: terminated.effectiveAt)
            size("fixed", terminated.size, &$0)
        })
    }

    func window(_ name: String, _ window: RefundList.Window, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("position", integer: window.position)
            $0.member("from", time: window.from)
            $0.member("last", string: window.last.description)
            if window.closed != 0 { $0.member("closed", integer: window.closed) }
        })
    }

    func notices(_ name: String, _ notices: [RefundList.Notice], _ json: inout JSONWriter) {
        json.member(name, array: { rows in
            for notice in notices {
                rows.object {
                    $0.member("position", integer: notice.position)
                    $0.member("recordedAt", time: notice.recordedAt)
                    $0.member("kind", string: notice.kind.name)
                    $0.member("place", string: notice.place)
                    $0.member("contentHash", string: Hexadecimal.text(notice.contentHash))
                }
            }
        })
    }

    // MARK: Refunds

    /// The whole list's figures, and what moved the liability otherwise than by its own procedure; members without braces.
    public func members(_ list: RefundList, to json: inout JSONWriter) {
        json.member("totals", object: { members(list.totals, to: &$0) })
        json.member("adjustments", array: { rows in
            for adjustment in list.adjustments { rows.object { members(adjustment, to: &$0) } }
        })
        cut(list.cut, to: &json)
    }

    /// One account's refund; members without braces.
    public func members(_ row: RefundList.Row, to json: inout JSONWriter) {
        json.member("account", decimal: row.account)
        json.member("person", string: row.person)
        if row.isErased { json.member("erased", bool: true) }
        json.member("state", string: row.stateName)
        json.member("step", string: row.state.name)
        if !row.holds.isEmpty { json.member("holds", strings: row.holds.names) }
        if let method = row.method { json.member("method", string: method.name) }
        if let channel = row.channel { json.member("channel", string: channel.name) }
        if row.claimed != 0 {
            json.member("identity", integer: row.identity)
            json.member("claimed", integer: row.claimed)
            if let at = row.claimedAt { json.member("claimedAt", time: at) }
        }
        if row.isLate { json.member("late", bool: true) }
        if row.batch != 0 { json.member("batch", integer: row.batch) }
        amount("fixed", row.fixed, &json)
        amount("adjustments", row.adjustments, &json)
        amount("open", row.open, &json)
        amount("inTransit", row.inTransit, &json)
        amount("paid", row.paid, &json)
        amount("excluded", row.excluded, &json)
        json.member("last", integer: row.last)
    }

    /// One event of a refund's history; members without braces.
    public func members(_ line: RefundList.HistoryLine, to json: inout JSONWriter) {
        json.member("position", integer: line.position)
        json.member("recordedAt", time: line.recordedAt)
        json.member("event", string: Names.of(line.kind))
        if let moved = line.amount { amount("amount", moved, &json) }
        json.member("actor", integer: line.actor)
        json.member("text", string: line.text)
    }

    /// Members without braces: a figure for each bucket, and whether they tie.
    public func members(_ totals: RefundList.Totals, to json: inout JSONWriter) {
        figure("fixed", totals.fixed, &json)
        figure("adjustments", totals.adjustments, &json)
        for bucket in RefundList.Bucket.allCases { figure(bucket.name, totals[bucket], &json) }
        json.member("ties", bool: totals.ties)
    }

    /// Members without braces.
    public func members(_ adjustment: RefundList.Adjustment, to json: inout JSONWriter) {
        json.member("position", integer: adjustment.position)
        json.member("recordedAt", time: adjustment.recordedAt)
        json.member("account", decimal: adjustment.account)
        json.member("event", string: Names.of(adjustment.kind))
        amount("amount", adjustment.amount, &json)
    }

    /// Members without braces.
    public func members(_ batch: RefundList.Batch, to json: inout JSONWriter) {
        json.member("batch", integer: batch.position)
        json.member("method", string: batch.method.name)
        json.member("date", string: batch.date.description)
        json.member("state", string: batch.state.name)
        if batch.isStale { json.member("changed", bool: true) }
        size("size", batch.size, &json)
        if let file = batch.file {
            json.member("file", object: {
                $0.member("position", integer: file.position)
                $0.member("format", string: file.format.name)
                $0.member("contentHash", string: Hexadecimal.text(file.contentHash))
                $0.member("bytes", integer: file.bytes)
            })
        }
        if batch.released != 0 { json.member("released", integer: batch.released) }
        if batch.sent != 0 { json.member("sent", integer: batch.sent) }
        sum("paid", batch.paid, &json)
        sum("returned", batch.returned, &json)
        sum("open", batch.open, &json)
        json.member("results", array: { rows in
            for result in batch.results {
                rows.object {
                    $0.member("position", integer: result.position)
                    $0.member("contentHash", string: Hexadecimal.text(result.contentHash))
                    $0.member("paid", integer: result.paid)
                    $0.member("returned", integer: result.returned)
                }
            }
        })
    }

    /// Where it stands: the last event that counts, when it was recorded, and the Merkle root over all up to it, where it was asked for.
    public func cut(_ cut: ReportCut, to json: inout JSONWriter) {
        json.member("recordedAt", time: cut.instant)
        json.member("position", integer: max(cut.position, 1) - 1)
        if let root = cut.root { json.member("root", string: root.description) }
    }

    // MARK: Parts

    func size(_ name: String, _ size: ActSize, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("count", integer: size.count)
            amount("total", size.total, &$0)
            $0.member("digest", string: Hexadecimal.text(size.digest))
        })
    }

    private func sum(_ name: String, _ sum: RefundList.Sum, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("count", integer: sum.count)
            amount("total", sum.total, &$0)
        })
    }

    private func figure(_ name: String, _ figure: RefundList.Figure, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("accounts", integer: figure.accounts)
            $0.member("people", integer: figure.people)
            amount("sum", figure.sum, &$0)
        })
    }

    private func amount(_ name: String, _ units: Int64, _ json: inout JSONWriter) { json.member(name, string: currency.text(units)) }
}
