internal import Ledger

extension Books {
    /// Every line of the shutdown desk's part of the books that differs from the audit's.
    func differences(inShutdown audit: Audit) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ mine: T, _ theirs: T) {
            if mine != theirs, found.count < Audit.mostFindings { found.append("\(what): \(mine), should be \(theirs)") }
        }
        let desk = audit.shutdown
        compare("decision of the end", shutdown.decided?.position, desk.decided?.position)
        compare("the end is to be at", shutdown.decided?.effectiveAt, desk.decided?.effectiveAt)
        compare("the end", shutdown.terminated, desk.terminated)
        compare("act under way", shutdown.act?.opened, desk.act?.opened)
        compare("steps done", shutdown.act?.done, desk.act?.count)
        compare("notices", Dictionary(uniqueKeysWithValues: shutdown.notices.map { ($0.key.rawValue, $0.value) }), desk.notices)
        compare("time to claim", shutdown.window?.position, desk.window?.position)
        compare("time to claim begins", shutdown.window?.from, desk.window?.from)
        compare("time to claim ends", shutdown.window?.until, desk.window?.until)
        compare("time to claim is over", shutdown.window?.isClosed, desk.window?.isClosed)
        compare("legal holds", shutdown.legalHolds.sorted(), desk.legalHolds.sorted())
        compare("own times to claim", shutdown.ownWindows, desk.refunds.compactMapValues(\.own))
        compare("guarantee", shutdown.guarantee, desk.guarantee)
        compare("security that may be taken back", shutdown.reclaimable, desk.reclaimable)
        for (index, mine) in shutdown.refunds.enumerated() where found.count < Audit.mostFindings {
            let account = UInt64(index) + 1
            let theirs = desk.refunds[account] ?? Audit.Shutdown.Refund()
            compare("refund \(account) was fixed", mine.fixed, theirs.fixed)
            compare("refund \(account) is open", Int128(mine.open), audit.refund(account))
            compare("refund \(account) is", mine.state, theirs.state)
            compare("refund \(account) is held", mine.holds.rawValue, theirs.holds)
            guard let claim = shutdown.claim(account) else {
                compare("refund \(account) is claimed", 0, theirs.claimed)
                continue
            }
            compare("claim of \(account)", [claim.method.rawValue, claim.identity], [theirs.method, theirs.identity])
            compare("who took the claim of \(account)", claim.taker, theirs.taker)
            compare("batch of \(account)", claim.batch, theirs.batch)
        }
        compare("batches", shutdown.batches.keys.sorted(), desk.batches.keys.sorted())
        for (position, mine) in shutdown.batches {
            guard let theirs = desk.batches[position] else { continue }
            compare("batch \(position) is", mine.state, theirs.state)
            compare("batch \(position) changed since", mine.isStale, theirs.isStale)
            compare("file of batch \(position)", mine.file, theirs.file)
            compare("batch \(position) pays by", [Int64(mine.method.rawValue), Int64(mine.date.number)], [Int64(theirs.method), theirs.day])
            compare("people of batch \(position)", [mine.opener, mine.recorder], [theirs.opener, theirs.recorder])
            compare("digest of batch \(position)", mine.size.digest, Array(theirs.size[16...]))
        }
        return found
    }
}

extension Refunds {
    /// Every line that differs from the audit; empty when all is well. Both must stand at the same position.
    public func differences(from audit: Audit) -> [String] {
        var found: [String] = []
        func compare<T: Equatable>(_ what: String, _ mine: T, _ theirs: T) {
            if mine != theirs, found.count < Audit.mostFindings { found.append("\(what): \(mine), should be \(theirs)") }
        }
        compare("refunds stands at", next, audit.next)
        compare("the end", terminated, audit.shutdown.terminated)
        for (ordinal, member) in audit.members {
            let isClosed = audit.shutdown.closedBefore.contains(ordinal) || audit.shutdown.terminated == 0 && member.isClosed
            compare("account \(ordinal) was opened", opened[Int(ordinal) - 1, 0], Int64(bitPattern: member.opened) * (isClosed ? -1 : 1))
        }
        compare("accounts", opened.count, audit.members.count)
        compare("accounts with a refund", accounts.count, audit.shutdown.refunds.keys.max().map(Int.init) ?? 0)
        for row in 0..<accounts.count where found.count < Audit.mostFindings {
            let account = UInt64(row) + 1
            let mine = (0..<Column.count).map { accounts[row, $0] }
            compare("refund \(account)", mine, words(audit.shutdown.refunds[account], Int64(truncatingIfNeeded: audit.refund(account))))
        }
        compare("adjustments", (0..<adjustments.count).map { line in (0..<4).map { adjustments[line, $0] } }, audit.shutdown.adjustments)
        compare("papers", (0..<papers.count).map { UInt64(bitPattern: papers[$0, 0]) }, audit.shutdown.papers)
        compare(
            "scalars", (0..<scalars.count).map { scalars[$0, 0] },
            [Int64(bitPattern: audit.shutdown.terminated), audit.gates.limits.claimIdentity, Int64(bitPattern: audit.shutdown.releasing)])
        let expected = audit.shutdown.batches.sorted { $0.key < $1.key }.map { position, batch in
            [Int64(bitPattern: position), Int64(batch.state.rawValue), batch.isStale ? 1 : 0] + batch.positions + batch.said
        }
        compare("batches", (0..<batches.count).map { row in (0..<BatchColumn.count).map { batches[row, $0] } }, expected)
        return found
    }

    /// An account's columns, as the audit has them.
    private func words(_ one: Audit.Shutdown.Refund?, _ open: Int64) -> [Int64] {
        guard let one else { return Array(repeating: 0, count: Column.count) }
        var word: Int64 = 0
        for byte in [one.isLate ? 1 : 0, one.channel, one.method, one.identity, one.holds, one.state.rawValue] { word = word << 8 | Int64(byte) }
        return [one.fixed, one.adjusted, open, one.transit, one.paid, one.excluded, one.exceptional, one.exceptionalPaid, word]
            + [one.lastBatch, one.released, one.claimed].map { Int64(bitPattern: $0) } + [one.claimedAt, Int64(bitPattern: one.last)]
    }
}
