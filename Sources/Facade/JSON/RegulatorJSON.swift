public import Ledger
public import Projections
public import Wire

/// The regulator's papers, as `GET /v1/reports/…` shows them; the figures on the command line too. Members without braces.
public struct RegulatorJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    private var refunds: RefundJSON { RefundJSON(currency: currency) }

    public func members(_ report: BaseDateReport, to json: inout JSONWriter) {
        json.member("baseDate", string: report.base.day.description)
        unused("previous", report.previous, &json)
        amount("issued", report.issued, &json)
        json.member("recovered", object: { recovered(report.recovered, &$0) })
        unused("unused", report.unused, &json)
        amount("latePayable", report.latePayable, &json)
        amount("latePaid", report.latePaid, &json)
        json.member("ties", bool: report.ties)
        json.member("final", bool: report.isFinal)
        json.member("due", string: report.due.description)
        json.member("previousPosition", integer: max(report.previousPosition, 1) - 1)
        refunds.cut(report.cut, to: &json)
    }

    private func recovered(_ recovered: BaseDateReport.Recovered, _ json: inout JSONWriter) {
        amount("goods", recovered.goods, &json)
        amount("goodsToLoss", recovered.goodsToLoss, &json)
        amount("refunded", recovered.refunded, &json)
        amount("excluded", recovered.excluded, &json)
        amount("corrected", recovered.corrected, &json)
        amount("returnedToPartners", recovered.returnedToPartners, &json)
        amount("compensated", recovered.compensated, &json)
        amount("forfeited", recovered.forfeited, &json)
        amount("cancelled", recovered.cancelled, &json)
        amount("total", recovered.total, &json)
    }

    public func members(_ report: DepositReport, to json: inout JSONWriter) {
        json.member("baseDate", string: report.base.day.description)
        amount("unused", report.unused, &json)
        amount("threshold", DepositReport.threshold, &json)
        amount("required", report.required, &json)
        amount("deposit", report.deposit, &json)
        amount("trust", report.trust, &json)
        amount("guarantee", report.guarantee, &json)
        amount("secured", report.secured, &json)
        amount("topUp", report.topUp, &json)
        json.member("due", string: report.due.description)
        json.member("overdue", bool: report.isOverdue)
        refunds.cut(report.cut, to: &json)
    }

    public func members(_ report: ClosureReport, to json: inout JSONWriter) {
        if let decided = report.decided { refunds.decided("decided", decided, &json) }
        if let terminated = report.terminated { refunds.terminated("terminated", terminated, &json) }
        if let window = report.window { refunds.window("claims", window, &json) }
        refunds.notices("notices", report.notices, &json)
        json.member("totals", object: { refunds.members(report.totals, to: &$0) })
        json.member("batches", array: { rows in for batch in report.batches { rows.object { refunds.members(batch, to: &$0) } } })
        json.member("filings", array: { rows in for filing in report.filings { rows.object { self.filing(filing, &$0) } } })
        json.member("security", array: { rows in for line in report.security { rows.object { security(line, &$0) } } })
        json.member("secured", object: {
            for form in SecurityForm.allCases { amount(form.name, report.secured(form), &$0) }
        })
        unused("unused", report.unused, &json)
        amount("latePayable", report.latePayable, &json)
        amount("latePaid", report.latePaid, &json)
        json.member("lateAccounts", integer: report.lateAccounts)
        json.member("erased", integer: report.erased)
        amount("reclaimable", report.reclaimable, &json)
        amount("stillOpen", report.stillOpen, &json)
        refunds.cut(report.cut, to: &json)
    }

    private func filing(_ filing: ClosureReport.Filing, _ json: inout JSONWriter) {
        json.member("position", integer: filing.position)
        json.member("recordedAt", time: filing.recordedAt)
        json.member("kind", string: filing.kind.name)
        if let day = filing.day { json.member("day", string: day.description) }
        json.member("contentHash", string: Hexadecimal.text(filing.contentHash))
        if let units = filing.amount { amount("amount", units, &json) }
        if let reference = filing.reference { json.member("reference", string: reference) }
    }

    private func security(_ line: ClosureReport.Security, _ json: inout JSONWriter) {
        json.member("position", integer: line.position)
        json.member("recordedAt", time: line.recordedAt)
        json.member("form", string: line.form.name)
        amount("amount", line.amount, &json)
        if line.approval != 0 { json.member("approval", integer: line.approval) }
    }

    private func unused(_ name: String, _ unused: BaseDateReport.Unused, _ json: inout JSONWriter) {
        json.member(name, object: {
            amount("members", unused.members, &$0)
            amount("held", unused.held, &$0)
            amount("refunds", unused.refunds, &$0)
            amount("inTransit", unused.inTransit, &$0)
            amount("fixed", unused.fixed, &$0)
            amount("total", unused.total, &$0)
        })
    }

    private func amount(_ name: String, _ units: Int64, _ json: inout JSONWriter) { json.member(name, string: currency.text(units)) }
}
