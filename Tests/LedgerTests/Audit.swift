import Ledger

/// Everything that must hold of a whole log and the books folded from it; what does not, in words.
func audit(_ events: [Event], _ books: Books) -> [String] {
    var wrong: [String] = []
    func must(_ holds: Bool, _ what: @autoclosure () -> String) { if !holds { wrong.append(what()) } }
    var nets: [AccountCode: Int64] = [:]
    var last: [AccountCode: UInt64] = [:]
    var histories: [AccountCode: [Event]] = [:]
    var groupAt = 0
    for (index, event) in events.enumerated() {
        let at = "event \(index) (\(event.kind.name))"
        must(event.position == UInt64(index), "\(at): position \(event.position)")
        must(index == 0 || event.recordedAt >= events[index - 1].recordedAt, "\(at): recorded before its predecessor")
        must(event.debit.isNone == event.credit.isNone, "\(at): half a posting")
        must(event.debit.accountClass == event.kind.posting?.debit, "\(at): debits \(event.debit)")
        must(event.credit.accountClass == event.kind.posting?.credit, "\(at): credits \(event.credit)")
        if event.hasPosting {
            must(event.amount > 0, "\(at): moves \(event.amount)")
            nets[event.debit, default: 0] += event.amount
            nets[event.credit, default: 0] -= event.amount
        } else {
            must(event.amount == 0 || event.kind == .refused || event.kind == .partnerReportReceived, "\(at): an amount without a posting")
        }
        for account in [event.debit, event.credit] {
            guard let kind = account.accountClass, [.member, .refund, .unclaimed, .payoutInTransit, .fraudHold, .compensation].contains(kind) else { continue }
            must(nets[account]! <= 0, "\(at): \(account) owes \(-nets[account]!)")
        }
        if !event.subject.isNone {
            let net = nets[event.subject] ?? 0
            let balance = event.subject.accountClass!.isDebitNormal ? net : -net
            must(event.balanceAfter == balance, "\(at): balance after \(event.balanceAfter), not \(balance)")
            must(event.previous == last[event.subject] ?? 0, "\(at): previous \(event.previous)")
            last[event.subject] = event.position
            histories[event.subject, default: []].append(event)
        }
        must(Int(event.groupIndex) == groupAt, "\(at): index in group")
        if groupAt > 0 {
            let before = events[index - 1]
            must(
                before.groupCount == event.groupCount && before.key == event.key && before.recordedAt == event.recordedAt
                    && before.fingerprint == event.fingerprint && before.actor == event.actor, "\(at): not like the rest of its group")
        }
        groupAt = event.isLastOfGroup ? 0 : groupAt + 1
    }
    must(groupAt == 0, "the last group is cut")
    // Wide, since the order in which they are added is any.
    must(nets.values.reduce(Int128(0)) { $0 + Int128($1) } == 0, "debits are not credits")
    for (account, net) in nets { must(books.net(account) == net, "the books say \(books.net(account)) of \(account), the log \(net)") }
    for (subject, position) in last { must(books.lastPosition(subject) == position, "last of \(subject)") }
    for (account, net) in books.otherAccounts { must(net == nets[account] ?? 0, "\(account) has \(net) in reports") }
    for (subject, history) in histories where subject.isMember {
        let lots = Attribution(history: history)
        // What is free stands in the balance, and after the end of the service in the refund.
        must(lots.free == books.balance(subject) + books.balance(.refund(subject.ordinal)), "\(subject): free lots \(lots.free)")
        must(lots.held == books.balance(.fraudHold(subject.ordinal)), "\(subject): held lots \(lots.held)")
        let takenByLot = lots.takings.reduce(into: [:]) { $0[$1.lot, default: 0] += $1.amount }
        for (index, lot) in lots.lots.enumerated() {
            let taken = takenByLot[index] ?? 0
            must(lot.free + lot.held + taken + lot.cancelled + lot.released == lot.amount, "\(subject): parts of lot \(lot.position)")
            must(min(lot.free, lot.held, lot.cancelled, lot.released) >= 0, "\(subject): a part of lot \(lot.position) below zero")
        }
    }
    wrong += auditActs(events)
    var again = Books()
    for event in events { again.evolve(event) }
    must(again.image() == books.image(), "books rebuilt from the log differ")
    return wrong
}

/// An act of many steps: so many as it said, that come to what it said, and nothing between.
private func auditActs(_ events: [Event]) -> [String] {
    var wrong: [String] = []
    var act: (opened: Event, size: ActSize, steps: [UInt64], count: Int64, total: Int64)?
    for event in events {
        let at = "event \(event.position) (\(event.kind.name))"
        if let running = act {
            if event.kind.closesAct {
                if event.reference != running.opened.position || event.actSize != running.size { wrong.append("\(at) closes another act") }
                if running.count != running.size.count || running.total != running.size.total { wrong.append("\(at): \(running.count) steps, \(running.total)") }
                if digest(of: running.steps) != running.size.digest { wrong.append("\(at): other steps than announced") }
                act = nil
            } else {
                if event.kind.stepOfAct != running.opened.kind.opensAct || event.reference != running.opened.position {
                    wrong.append("\(at) stands within the act at \(running.opened.position)")
                }
                act = (running.opened, running.size, running.steps + event.stepWords, running.count + 1, running.total + event.stepAmount)
            }
            if event.groupCount != 1 || event.actor == 0 || event.key != .none { wrong.append("\(at) is not the ledger's own") }
        } else if event.kind.opensAct != nil {
            guard let size = event.actSize else {
                wrong.append("\(at) says no size")
                continue
            }
            act = (event, size, [], 0, 0)
        } else if event.kind.closesAct || event.kind.isStepOfAct && event.kind != .refundExcluded {
            wrong.append("\(at) stands outside an act")
        }
    }
    if act != nil { wrong.append("the last act is cut") }
    return wrong
}
