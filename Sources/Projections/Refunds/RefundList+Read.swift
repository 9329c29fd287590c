public import Journal
internal import Ledger

extension RefundList {
    /// For a reader in a process of its own: the stored view if it serves, and the rest folded in memory. A cut inside an act of many
    /// steps is moved back to before its opening.
    ///
    /// - Parameters:
    ///   - end: take in events before this position (`Log.position(asOf:)` gives that of an instant); `.max` for all.
    ///   - isHashed: also the Merkle root over what counts.
    @available(*, noasync)
    public static func read(_ log: Log, before end: UInt64 = .max, isHashed: Bool = true) throws -> RefundList {
        let cut = try ReportCut.at(end, log, isHashed: isHashed)
        return try RefundList(Views.read(Refunds.self, log, at: cut.position), cut, log)
    }

    /// As `ReportCut.standing`.
    @available(*, noasync)
    public static func standing(_ log: Log, before end: UInt64) throws -> UInt64 { try ReportCut.standing(log, before: end) }

    /// What a view that stands at the cut comes to. O(accounts with a refund), and a look at the opening of each.
    @available(*, noasync)
    init(_ view: Refunds, _ cut: ReportCut, _ log: Log) throws {
        self.cut = cut
        let papers = try Papers(view, log)
        (decided, terminated, window, notices) = (papers.decided, papers.terminated, papers.window, papers.notices)
        guard terminated != nil else { return }
        try log.lookUp { event in
            batches = try (0..<view.batches.count).map { try Self.batch(view, $0, papers.results, event) }
            adjustments = try (0..<view.adjustments.count).map { line in
                let position = UInt64(bitPattern: view.adjustments[line, 0])
                return Adjustment(
                    position: position, recordedAt: try event(position)?.recordedAt ?? cut.instant, account: UInt64(view.adjustments[line, 1]),
                    kind: EventKind(rawValue: UInt16(view.adjustments[line, 2])) ?? .refused, amount: view.adjustments[line, 3])
            }
            for index in 0..<view.accounts.count {
                guard var row = Self.row(view, index) else { continue }
                let opening = view.opened[index, 0]
                row.person = opening > 0 ? try event(UInt64(opening))?.tail.text(.person) ?? "" : ""
                row.isErased = papers.erased.contains(row.person)
                rows.append(row)
            }
        }
        totals = Self.totals(rows, standing: papers.linked)
    }

    /// `nil`: nothing of the account is or was a refund.
    static func row(_ view: borrowing Refunds, _ index: Int) -> Row? {
        typealias Column = Refunds.Column
        let table = view.accounts
        guard view.opened[index, 0] > 0 else { return nil }
        let isOfList = [Column.fixed, Column.adjusted, Column.open, Column.transit, Column.paid, Column.excluded, Column.claimed]
            .contains { table[index, $0] != 0 }
        guard isOfList else { return nil }
        var row = Row(account: UInt64(index) + 1)
        (row.state, row.holds, row.method, row.channel) = (view.state(index), view.holds(index), view.method(index), view.channel(index))
        (row.identity, row.isLate, row.batch) = (view.identity(index), view.isLate(index), UInt64(bitPattern: table[index, Column.batch]))
        row.claimed = UInt64(bitPattern: table[index, Column.claimed])
        if row.claimed > 0 { row.claimedAt = Instant(microseconds: table[index, Column.claimedAt]) }
        (row.fixed, row.adjustments, row.open) = (table[index, Column.fixed], table[index, Column.adjusted], table[index, Column.open])
        (row.inTransit, row.paid, row.excluded) = (table[index, Column.transit], table[index, Column.paid], table[index, Column.excluded])
        row.last = UInt64(bitPattern: table[index, Column.last])
        return row
    }

    private static func batch(
        _ view: Refunds, _ row: Int, _ results: [UInt64: [Batch.Result]], _ event: (UInt64) throws -> Event?
    ) throws -> Batch {
        typealias Column = Refunds.BatchColumn
        func number(_ column: Int) -> Int64 { view.batches[row, column] }
        let position = UInt64(bitPattern: number(Column.position))
        guard let opening = try event(position), let size = opening.actSize else { throw JournalError.damaged("batch \(position) does not read") }
        var batch = Batch(
            position: position, method: opening.tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:)) ?? .bank,
            date: opening.day, size: size, state: ShutdownBooks.BatchState(rawValue: UInt8(number(Column.state))) ?? .open)
        batch.isStale = number(Column.isStale) != 0
        (batch.released, batch.sent) = (UInt64(bitPattern: number(Column.released)), UInt64(bitPattern: number(Column.sent)))
        batch.paid = Sum(count: number(Column.paidCount), total: number(Column.paidTotal))
        batch.returned = Sum(count: number(Column.returnedCount), total: number(Column.returnedTotal))
        batch.results = results[position] ?? []
        let file = UInt64(bitPattern: number(Column.file))
        if file > 0, let tail = try event(file)?.tail, let format = tail.bytes(.fileFormat)?.first.flatMap(FileFormat.init(rawValue:)) {
            batch.file = Batch.File(
                position: file, format: format, contentHash: Array(tail.bytes(.contentHash) ?? []), bytes: tail.number(.fileBytes) ?? 0)
        }
        return batch
    }

    // MARK: Totals

    private static func totals(_ rows: [Row], standing: [String: String]) -> Totals {
        var totals = Totals()
        /// By name, and the bits of what has counted the person already.
        var seen: [String: UInt8] = [:]
        for row in rows {
            var bits: UInt8 = 0
            func add(_ figure: WritableKeyPath<Totals, Figure>, _ amount: Int64, _ bit: UInt8) {
                guard amount != 0 else { return }
                totals[keyPath: figure].accounts += 1
                totals[keyPath: figure].sum += amount
                bits |= 1 << bit
            }
            add(\.fixed, row.fixed, 0)
            add(\.adjustments, row.adjustments, 1)
            add(\.paid, row.paid, 2)
            add(\.inFlight, row.inTransit, 3)
            add(\.excluded, row.excluded, 4)
            switch row.bucket {
            case .held: add(\.held, row.open, 5)
            case .claimedNotPaid: add(\.claimedNotPaid, row.open, 6)
            default: add(\.open, row.open, 7)
            }
            guard bits != 0 else { continue }
            let person = standing[row.person] ?? row.person
            let new = bits & ~seen[person, default: 0]
            seen[person, default: 0] |= bits
            if new & 1 != 0 { totals.fixed.people += 1 }
            if new & 2 != 0 { totals.adjustments.people += 1 }
            if new & 4 != 0 { totals.paid.people += 1 }
            if new & 8 != 0 { totals.inFlight.people += 1 }
            if new & 16 != 0 { totals.excluded.people += 1 }
            if new & 32 != 0 { totals.held.people += 1 }
            if new & 64 != 0 { totals.claimedNotPaid.people += 1 }
            if new & 128 != 0 { totals.open.people += 1 }
        }
        return totals
    }
}

/// What is about no one account, read from the log at the positions the view kept.
struct Papers {
    var decided: RefundList.Decided?
    var terminated: RefundList.Terminated?
    var window: RefundList.Window?
    var notices: [RefundList.Notice] = []
    var results: [UInt64: [RefundList.Batch.Result]] = [:]
    var filings: [ClosureReport.Filing] = []
    var security: [ClosureReport.Security] = []
    var erased: Set<String> = []
    /// Who stands for a person found to be another's as well.
    var linked: [String: String] = [:]

    @available(*, noasync)
    init(_ view: Refunds, _ log: Log) throws {
        try log.lookUp { event in
            for row in 0..<view.papers.count {
                let position = UInt64(bitPattern: view.papers[row, 0])
                guard let found = try event(position) else { throw JournalError.damaged("event \(position) is missing") }
                if found.kind == .accountsLinked { try link(found, view, event) } else { take(found) }
            }
        }
    }

    private mutating func take(_ event: Event) {
        let tail = event.tail
        switch event.kind {
        case .terminationDecided:
            decided = RefundList.Decided(position: event.position, recordedAt: event.recordedAt, effectiveAt: event.effectiveAt)
        case .terminationRescheduled: decided?.effectiveAt = event.effectiveAt
        case .terminationWithdrawn: decided = nil
        case .fixingCompleted:
            guard let opened, let size = event.actSize else { return }
            terminated = RefundList.Terminated(
                position: opened.position, completed: event.position, recordedAt: opened.recordedAt, effectiveAt: opened.effectiveAt, size: size)
        case .serviceTerminated: opened = event
        case .claimsOpened: window = RefundList.Window(position: event.position, from: event.effectiveAt, last: event.lastDay)
        case .claimsExtended: window?.last = event.lastDay
        case .claimsClosed: window?.closed = event.position
        case .noticePublished:
            guard let kind = tail.bytes(.noticeKind)?.first.flatMap(NoticeKind.init(rawValue:)) else { return }
            notices.append(
                RefundList.Notice(
                    position: event.position, recordedAt: event.recordedAt, kind: kind, place: tail.text(.noticePlace) ?? "",
                    contentHash: Array(tail.bytes(.contentHash) ?? [])))
        case .resultFileRecorded:
            let counts = tail.bytes(.resultCounts).map(Array.init) ?? []
            guard counts.count == 16 else { return }
            results[event.reference, default: []].append(
                RefundList.Batch.Result(
                    position: event.position, contentHash: Array(tail.bytes(.contentHash) ?? []), paid: Tail.number(counts[0..<8]),
                    returned: Tail.number(counts[8..<16])))
        case .filingRecorded:
            guard let kind = tail.bytes(.filingKind)?.first.flatMap(FilingKind.init(rawValue:)) else { return }
            filings.append(
                ClosureReport.Filing(
                    position: event.position, recordedAt: event.recordedAt, kind: kind, day: tail.number(.day).map { _ in event.day },
                    contentHash: Array(tail.bytes(.contentHash) ?? []), amount: tail.number(.sum), reference: tail.text(.partnerReference)))
        case .securityDeposited: secure(event, event.amount)
        case .securityReclaimed: secure(event, -event.amount)
        case .securityGuaranteed: secure(event, tail.number(.sum) ?? 0)
        case .guaranteeEnded: secure(event, -(tail.number(.sum) ?? 0))
        case .personErased: if let person = tail.text(.person) { erased.insert(person) }
        default: break
        }
    }

    /// The end, until its last fixing stands.
    private var opened: Event?

    private mutating func secure(_ event: Event, _ amount: Int64) {
        guard let form = event.tail.bytes(.securityForm)?.first.flatMap(SecurityForm.init(rawValue:)) else { return }
        security.append(
            ClosureReport.Security(
                position: event.position, recordedAt: event.recordedAt, form: form, amount: amount, approval: event.reference))
    }

    /// One person from now on, under either name; which of the two does not matter for counting.
    private mutating func link(_ event: Event, _ view: Refunds, _ stored: (UInt64) throws -> Event?) throws {
        func name(_ account: UInt64) throws -> String? {
            guard account >= 1 else { return nil }
            let position = abs(view.opened[Int(account) - 1, 0])
            return try position > 0 ? stored(UInt64(position))?.tail.text(.person) : nil
        }
        guard let first = try name(event.subject.ordinal), let second = try name(UInt64(bitPattern: event.tail.number(.otherAccount) ?? 0)) else { return }
        let (kept, gone) = (linked[first] ?? first, linked[second] ?? second)
        guard kept != gone else { return }
        for (person, standing) in linked where standing == gone { linked[person] = kept }
        linked[gone] = kept
    }
}

extension Views {
    /// The list before `end` (`nil`: with all that is taken in), with every event before `atLeast` taken in. A cut in the past is
    /// folded from the log.
    @available(*, noasync)
    public func refundList(before end: UInt64? = nil, atLeast: UInt64 = 0, isHashed: Bool = true) throws -> RefundList {
        let live = try refundsView(atLeast: max(atLeast, min(end ?? 0, log.count)))
        let cut = try ReportCut.at(min(end ?? .max, live.next), log, isHashed: isHashed)
        guard live.next != cut.position else { return try RefundList(live, cut, log) }
        var view = Refunds()
        try view.follow(log, to: cut.position)
        return try RefundList(view, cut, log)
    }
}
