public import Journal
internal import Ledger

extension BaseDateReport {
    /// O(events before the base date): a few ns a charge or payment, beside reading the log.
    ///
    /// - Parameters:
    ///   - base: absent: the last base date that was over when the cut was.
    ///   - end: also of events before the base date, only those before this position.
    @available(*, noasync)
    public static func read(_ log: Log, base: BaseDate? = nil, before end: UInt64 = .max, isHashed: Bool = true) throws -> BaseDateReport {
        let base = try base ?? .last(in: log, before: end)
        let position = try log.position(asOf: base.instant)
        let cut = try ReportCut.at(min(end, position), log, isHashed: isHashed)
        let before = min(try ReportCut.standing(log, before: log.position(asOf: base.previous.instant)), cut.position)
        var issuance = Issuance()
        try issuance.follow(log, to: before)
        let then = issuance
        try issuance.follow(log, to: cut.position)
        return BaseDateReport(
            base: base, cut: cut, isFinal: position <= end && position < log.count, previousPosition: before, previous: then.unused,
            issued: issuance.issued - then.issued, recovered: issuance.recovered - then.recovered, unused: issuance.unused,
            latePayable: issuance.latePayable, latePaid: issuance.latePaid)
    }
}

extension BaseDateReport.Recovered {
    static func - (left: Self, right: Self) -> Self {
        var less = left
        less.goods -= right.goods
        less.goodsToLoss -= right.goodsToLoss
        less.refunded -= right.refunded
        less.excluded -= right.excluded
        less.corrected -= right.corrected
        less.returnedToPartners -= right.returnedToPartners
        less.compensated -= right.compensated
        less.forfeited -= right.forfeited
        return less
    }
}

extension BaseDate {
    /// The last one that was over when a cut was, by the ledger's clock.
    @available(*, noasync)
    static func last(in log: Log, before end: UInt64) throws -> BaseDate {
        let position = try ReportCut.standing(log, before: end)
        let instant = position > 0 ? try log.event(at: position - 1)?.recordedAt : nil
        return BaseDate(before: instant ?? Instant(microseconds: 0))
    }
}

extension DepositReport {
    /// The security there is at the cut, against what a base date's unused balance asks for.
    @available(*, noasync)
    public static func read(_ log: Log, base: BaseDate? = nil, before end: UInt64 = .max, isHashed: Bool = true) throws -> DepositReport {
        let base = try base ?? .last(in: log, before: end)
        let cut = try ReportCut.at(end, log, isHashed: isHashed)
        var issuance = Issuance()
        try issuance.follow(log, to: min(cut.position, ReportCut.standing(log, before: log.position(asOf: base.instant))))
        let unused = issuance.unused.total
        try issuance.follow(log, to: cut.position)
        func secured(_ form: SecurityForm) -> Int64 { issuance.security[form] ?? 0 }
        return DepositReport(
            base: base, cut: cut, unused: unused, deposit: secured(.deposit), trust: secured(.trust), guarantee: secured(.guarantee))
    }
}

extension ClosureReport {
    @available(*, noasync)
    public static func read(_ log: Log, before end: UInt64 = .max, isHashed: Bool = true) throws -> ClosureReport {
        let cut = try ReportCut.at(end, log, isHashed: isHashed)
        let view = try Views.read(Refunds.self, log, at: cut.position)
        let (list, papers) = (try RefundList(view, cut, log), try Papers(view, log))
        var issuance = Issuance()
        try issuance.follow(log, to: cut.position)
        let approved = papers.filings.reduce(Int64(0)) { $0 + ($1.kind == .reclaimApproval ? $1.amount ?? 0 : 0) }
        let taken = papers.security.reduce(Int64(0)) { $0 - ($1.approval > 0 ? $1.amount : 0) }
        return ClosureReport(
            cut: cut, decided: list.decided, terminated: list.terminated, window: list.window, notices: list.notices, totals: list.totals,
            batches: list.batches, filings: papers.filings, security: papers.security, unused: issuance.unused,
            latePayable: issuance.latePayable, latePaid: issuance.latePaid, lateAccounts: issuance.lateAccounts, erased: papers.erased.count,
            reclaimable: approved - taken)
    }
}
