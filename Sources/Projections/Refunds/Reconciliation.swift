public import Journal
internal import Ledger

/// Files, events and liabilities held against each other, batch by batch; what differs, in words.
public struct Reconciliation: Equatable, Sendable {
    public let cut: ReportCut
    public private(set) var lines: [Line] = []
    /// What does not tie over all batches: what is in transit, the liabilities, INV-13.
    public private(set) var differences: [String] = []

    public var isSound: Bool { differences.isEmpty && lines.allSatisfy(\.differences.isEmpty) }

    public struct Line: Equatable, Sendable {
        public let batch: RefundList.Batch
        /// As its steps say.
        public internal(set) var members = RefundList.Sum()
        public internal(set) var released = RefundList.Sum()
        /// What the caller's file says, if there is one.
        public internal(set) var file: Contents?
        public internal(set) var differences: [String] = []
    }

    /// A bank file as it lies on disk.
    public struct Contents: Equatable, Sendable {
        public let contentHash: [UInt8]
        /// Of its instructions; `nil`: it does not read.
        public let count: Int64?
        public let total: Int64?
        public init(contentHash: [UInt8], count: Int64?, total: Int64?) {
            (self.contentHash, self.count, self.total) = (contentHash, count, total)
        }
    }

    /// O(events), for the sums; the batches' own steps are read once more.
    ///
    /// - Parameter files: what the caller has on disk, by the batch's position.
    @available(*, noasync)
    public static func read(
        _ log: Log, before end: UInt64 = .max, files: [UInt64: Contents] = [:], isHashed: Bool = true
    ) throws -> Reconciliation {
        let list = try RefundList.read(log, before: end, isHashed: isHashed)
        var found = Reconciliation(cut: list.cut)
        for batch in list.batches { found.lines.append(try line(batch, files[batch.position], log)) }
        var issuance = Issuance()
        try issuance.follow(log, to: list.cut.position)
        found.compare(list, issuance)
        return found
    }

    // MARK: One batch

    @available(*, noasync)
    private static func line(_ batch: RefundList.Batch, _ file: Contents?, _ log: Log) throws -> Line {
        var line = Line(batch: batch)
        line.file = file
        let members = try steps(batch.position, batch.size.count, .refundBatched, log)
        line.members = members.sum
        func differ(_ isAlike: Bool, _ text: @autoclosure () -> String) { if !isAlike { line.differences.append(text()) } }
        let size = batch.size
        differ(line.members.count == size.count, "\(line.members.count) refunds stand in it, it says \(size.count)")
        differ(line.members.total == size.total, "its refunds come to \(line.members.total), it says \(size.total)")
        differ(members.digest == size.digest, "its refunds are not those its digest is over")
        if batch.released > 0 {
            let released = try steps(batch.released, size.count, .refundReleased, log)
            line.released = released.sum
            differ(released.sum == line.members, "\(released.sum.count) refunds of \(released.sum.total) were released, not \(line.members.count) of \(line.members.total)")
            differ(released.digest == members.digest, "what was released is not what stands in it")
            let agreed = try log.event(at: batch.released)?.tail.bytes(.contentHash).map(Array.init)
            differ(agreed == batch.file?.contentHash, "it was released with another file than the one recorded")
            let (left, answered) = (batch.open, batch.paid.count + batch.returned.count)
            differ(left.count >= 0 && left.total >= 0, "the bank answered for more than was released")
            // The same file twice says the same.
            var seen: Set<[UInt8]> = []
            let results = batch.results.filter { seen.insert($0.contentHash).inserted }
            let said = results.reduce(Int64(0)) { $0 + $1.paid + $1.returned }
            differ(results.isEmpty || said == answered, "result files speak of \(said) refunds, \(answered) are booked as paid or returned")
            // What was paid may come back later, without a result file.
            let returned = results.reduce(Int64(0)) { $0 + $1.returned }
            differ(results.isEmpty || returned <= batch.returned.count, "result files return \(returned) refunds, \(batch.returned.count) are booked")
        } else {
            differ(batch.results.isEmpty && batch.paid.count == 0 && batch.returned.count == 0, "the bank answered for it, and it was not released")
        }
        if let file {
            differ(batch.file != nil, "there is a file, and none is recorded")
            differ(batch.file.map { $0.contentHash == file.contentHash } ?? true, "the file is not the one recorded")
            differ(file.count.map { $0 == size.count } ?? false, "the file has \(file.count.map { "\($0)" } ?? "no readable") instructions, the batch \(size.count)")
            differ(file.total.map { $0 == size.total } ?? false, "the file comes to \(file.total.map { "\($0)" } ?? "nothing readable"), the batch to \(size.total)")
        }
        return line
    }

    /// The steps that follow the opening of an act.
    @available(*, noasync)
    private static func steps(
        _ opened: UInt64, _ count: Int64, _ kind: EventKind, _ log: Log
    ) throws -> (sum: RefundList.Sum, digest: [UInt8]) {
        var sum = RefundList.Sum()
        var digest = HashBuilder()
        guard count > 0 else { return (sum, digest.finalize().bytes) }
        try log.scan(from: opened + 1, to: opened + 1 + UInt64(count)) { view in
            guard let event = view.event, event.kind == kind, event.reference == opened else { return false }
            sum.count += 1
            sum.total += event.stepAmount
            digest.add(event.stepWords)
            return true
        }
        return (sum, digest.finalize().bytes)
    }

    // MARK: All of them

    private mutating func compare(_ list: RefundList, _ issuance: Issuance) {
        func differ(_ isAlike: Bool, _ text: @autoclosure () -> String) { if !isAlike { differences.append(text()) } }
        guard let terminated = list.terminated else { return }
        let totals = list.totals
        differ(totals.ties, "INV-13 fixed and adjustments come to \(totals.fixed.sum + totals.adjustments.sum), paid, on the way, held and open do not")
        differ(
            totals.fixed.sum == terminated.size.total && Int64(totals.fixed.accounts) == terminated.size.count,
            "\(totals.fixed.accounts) refunds of \(totals.fixed.sum) are fixed, the end of the service fixed \(terminated.size.count) of \(terminated.size.total)")
        let open = totals.held.sum + totals.claimedNotPaid.sum + totals.open.sum
        differ(open == issuance.refunds, "the list owes \(open), liab.refund is \(issuance.refunds)")
        let batched = lines.reduce(Int64(0)) { $0 + $1.batch.open.total }
        differ(batched == totals.inFlight.sum, "batches have \(batched) on the way, the list \(totals.inFlight.sum)")
        // What is left of it went out by exception before the end.
        differ(
            totals.inFlight.sum + issuance.exceptional == issuance.transit,
            "\(totals.inFlight.sum) is on the way, and \(issuance.exceptional) by exception; liab.payoutInTransit is \(issuance.transit)")
    }
}
