internal import Ledger

/// The two hand-written chapters as acts of the month, and the case of the second night in them.
struct HandWritten {
    private(set) var acts: [Act] = []
    /// Account m-1001: three charges of 30,000 by card, and a payment of 95,000.
    private(set) var found = Case(kind: .victim(.creditCard), member: nil)

    init(_ marks: inout Marks) {
        found.moves = [
            Case.Move(July.at(1, 7, 41), .creditCard, 10_000, isFraud: false), Case.Move(July.at(1, 11, 58), nil, 900, isFraud: false),
        ]
        for index in found.moves.indices { found.moves[index].mark = marks.next() }
        for step in FirstDay.steps + Stops.steps {
            var mark: Mark?
            var truth: Truth?
            if step.at >= Instant("2019-07-02 22:00 JST")!, step.at < Instant("2019-07-02 23:00 JST")!, let move = Self.move(step) {
                mark = marks.next()
                found.moves.append(move)
                found.moves[found.moves.count - 1].mark = mark!
                truth = Truth(
                    account: Names.handWritten.account, person: Names.handWritten.person, kind: move.isCharge ? .fraudCharge : .fraudPayment,
                    amount: Int64(move.amount))
            }
            acts.append(Act(step, mark: mark, truth: truth))
        }
        found.reportedAt = July.at(2, 23, 16)
        found.judgedAt = July.at(5, 12, 40)
        found.certifiedAt = July.at(5, 16, 30)
        found.routes = [.memberInquiry]
        found.takenAt = July.at(2, 21, 58)
    }

    /// The charge or the payment of that night's thief.
    private static func move(_ step: Step) -> Case.Move? {
        var stage = Stage(positions: [:]) { _, _ in Pseudonym(high: 0, low: 0) }
        guard case .money(let command) = step.command(&stage) else { return nil }
        let moment = Int((step.at.microseconds - July.zero.microseconds) / 1_000_000)
        return switch command {
        case .charge(.ordinal(1), let source, let amount, _, _): Case.Move(moment, source, Int(amount.units), isFraud: true, round: 1)
        case .pay(.ordinal(1), _, _, _, let amount): Case.Move(moment, nil, Int(amount.units), isFraud: true, round: 1)
        default: nil
        }
    }
}
