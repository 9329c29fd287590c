internal import Ledger

/// What each projection must equal, line by line, by the audit's own derivation. A checker shares no code with the
/// projection it checks.

extension Books {
    /// Every line of the books that differs from the audit; empty when all is well. The audit stands at their position.
    func differences(from audit: Audit) -> [String] {
        var found: [String] = []
        if members.count != audit.members.count { found.append("the books have \(members.count) accounts, the log \(audit.members.count)") }
        for (index, account) in members.enumerated() where found.count < Audit.mostFindings {
            let ordinal = UInt64(index) + 1
            let expected = audit.members[ordinal] ?? Audit.Member()
            let last = audit.histories[.member(ordinal)]?.last ?? 0
            guard Int128(account.balance) == expected.balance, account.opened == expected.opened, account.last == last,
                account.locks == expected.locks, account.isClosed == expected.isClosed
            else {
                found.append("account \(ordinal): \(account), should be \(expected.balance), locks \(expected.locks), last \(last)")
                continue
            }
        }
        for (account, net) in otherAccounts where found.count < Audit.mostFindings {
            let expected = (audit.debits[account] ?? 0) - (audit.credits[account] ?? 0)
            if Int128(net) != expected { found.append("\(account): \(net), should be \(expected)") }
        }
        for (payment, amount) in audit.reversals where Int128(reversed[payment] ?? 0) != amount && found.count < Audit.mostFindings {
            found.append("payment \(payment): \(reversed[payment] ?? 0) reversed, should be \(amount)")
        }
        if reversed.count != audit.reversals.count { found.append("\(reversed.count) payments are reversed, should be \(audit.reversals.count)") }
        return found + differences(from: audit.gates) + differences(from: audit.desks) + differences(inShutdown: audit)
    }
}

extension Balances {
    /// Every line that differs from the audit; empty when all is well. Both must stand at the same position.
    public func differences(from audit: Audit) -> [String] {
        var found = brokenLinks
        guard found.isEmpty else { return found }
        if next != audit.next { found.append("balances stands at \(next), the audit at \(audit.next)") }
        if count != UInt64(audit.members.count) { found.append("balances has \(count) accounts, the log \(audit.members.count)") }
        let rows = tables[0]
        for (ordinal, expected) in audit.members.sorted(by: { $0.key < $1.key }) where found.count < Audit.mostFindings {
            guard let account = self[ordinal] else {
                found.append("account \(ordinal) is missing")
                continue
            }
            let last = audit.histories[.member(ordinal)]?.last ?? 0
            let flags = Int64(expected.locks) | (expected.isClosed ? 256 : 0) | (audit.desks.stories[ordinal] == nil ? 0 : 512)
            if rows[Int(ordinal) - 1, 3] != flags { found.append("account \(ordinal): other flags than locks, closure and labels are set") }
            if Int128(account.balance) != expected.balance { found.append("account \(ordinal): balance \(account.balance), should be \(expected.balance)") }
            if account.opened != expected.opened || account.last != last {
                found.append("account \(ordinal): opened \(account.opened), last \(account.last), should be \(expected.opened), \(last)")
            }
            if account.locks != expected.locks || account.isClosed != expected.isClosed {
                found.append("account \(ordinal): locks \(account.locks), closed \(account.isClosed), should be \(expected.locks), \(expected.isClosed)")
            }
            let open = audit.openLots(ordinal).map { OpenLot(position: $0.position, source: $0.source, amount: $0.amount, free: $0.free, held: $0.held) }
            let lots = lots(of: ordinal)
            if lots != open {
                func text(_ lots: [OpenLot]) -> [String] { lots.map { "\($0.position):\($0.free)+\($0.held)" } }
                found.append("account \(ordinal): lots \(text(lots)), should be \(text(open))")
            }
        }
        return found
    }
}

extension Statements {
    /// Every line that differs from the audit; empty when all is well.
    public func differences(from audit: Audit) -> [String] {
        var found = brokenLinks
        guard found.isEmpty else { return found }
        if next != audit.next { found.append("statements stands at \(next), the audit at \(audit.next)") }
        // Rows of accounts that have no events of their own are empty.
        for (rows, accountClass) in [(tables[0], AccountClass.member), (tables[1], .merchant)] {
            for row in 0..<rows.count where audit.histories[AccountCode(accountClass, UInt64(row) + 1)] == nil && found.count < Audit.mostFindings {
                if (0..<rows.width).contains(where: { rows[row, $0] != 0 }) {
                    found.append("\(AccountCode(accountClass, UInt64(row) + 1)): has no events, but a line")
                }
            }
        }
        for (account, positions) in audit.histories.sorted(by: { $0.key < $1.key }) where found.count < Audit.mostFindings {
            guard account.accountClass == .member || account.accountClass == .merchant else { continue }
            let (count, last) = extent(of: account)
            if count != positions.count || last != positions.last {
                found.append("\(account): \(count) events to \(last), should be \(positions.count) to \(positions.last ?? 0)")
            }
            var every64: [UInt64] = []
            for number in stride(from: 63, to: positions.count, by: 64) { every64.append(positions[number]) }
            if marks(of: account) != every64.reversed() { found.append("\(account): the marks do not stand at every 64th event") }
        }
        return found
    }
}

extension Trial {
    /// Every line that differs from the audit, and a sum that is not zero; empty when all is well.
    public func differences(from audit: Audit) -> [String] {
        var found: [String] = []
        if next != audit.next { found.append("trial stands at \(next), the audit at \(audit.next)") }
        var sum: Int128 = 0
        var seen: Set<AccountCode> = []
        for line in lines where found.count < Audit.mostFindings {
            seen.insert(line.account)
            let (debits, credits) = (audit.debits[line.account] ?? 0, audit.credits[line.account] ?? 0)
            if line.debits != debits || line.credits != credits {
                found.append("\(line.account): debits \(line.debits), credits \(line.credits), should be \(debits), \(credits)")
            } else {
                sum += line.net
            }
        }
        let others = seen.filter { $0.accountClass != .member && $0.accountClass != .merchant }.count
        if tables[2].count != others { found.append("trial has \(tables[2].count) rows beside members and stores, \(others) with postings") }
        if found.isEmpty, sum != 0 { found.append("the trial balance sums to \(sum)") }
        for account in Set(audit.debits.keys).union(audit.credits.keys).subtracting(seen).sorted() where found.count < Audit.mostFindings {
            found.append("\(account) is missing")
        }
        return found
    }
}

extension Decisions {
    /// Every line that differs from the audit; empty when all is well.
    public func differences(from audit: Audit) -> [String] {
        var found: [String] = []
        if next != audit.next { found.append("decisions stands at \(next), the audit at \(audit.next)") }
        let rows = tables[0]
        if rows.count != audit.decisions.count { found.append("decisions has \(rows.count) lines, should be \(audit.decisions.count)") }
        for (row, (position, what)) in audit.decisions.enumerated() where found.count < Audit.mostFindings {
            if rows[row, 0] != Int64(bitPattern: position) || rows[row, 1] != what {
                found.append("line \(row) is event \(rows[row, 0]), bits \(rows[row, 1]), should be \(position), \(what)")
            }
        }
        return found
    }
}

extension Damage {
    /// Every line that differs from the audit; empty when all is well.
    public func differences(from audit: Audit) -> [String] {
        var found: [String] = []
        if next != audit.next { found.append("damage stands at \(next), the audit at \(audit.next)") }
        let (rows, opened) = (tables[0], tables[1])
        if rows.count != audit.damages.count { found.append("damage has \(rows.count) lines, should be \(audit.damages.count)") }
        for (row, (position, what)) in audit.damages.enumerated() where found.count < Audit.mostFindings {
            if rows[row, 0] != Int64(bitPattern: position) || rows[row, 1] != what {
                found.append("line \(row) is event \(rows[row, 0]), \(rows[row, 1]), should be \(position), \(what)")
            }
        }
        if opened.count != audit.members.count { found.append("damage has \(opened.count) accounts, should be \(audit.members.count)") }
        for (ordinal, member) in audit.members where found.count < Audit.mostFindings && opened[Int(ordinal) - 1, 0] != Int64(bitPattern: member.opened) {
            found.append("account \(ordinal) was opened at \(member.opened), not \(opened[Int(ordinal) - 1, 0])")
        }
        return found
    }
}
