internal import Ledger

/// How the cases of the month end: partners give back what is left of a thief's card charges, points and own balance are
/// made good from 2019-08-19 on in turn. Some victims are never reached, and their cases stay open.
struct CaseEnds {
    /// The case whose victim is found in December and claims in January, within an own time; and one who then does not claim.
    private(set) var lateFound: (claims: Int, forgets: Int)?

    private let month: MonthPlan
    private static let guidance = Ending.at("2019-08-19 10:00")

    /// How one case goes on.
    enum Fate {
        case madeGood
        /// Reached in December only.
        case late
        case open
    }

    init(_ month: MonthPlan) {
        self.month = month
        let silent = month.cases.indices.filter { isUnreached($0) && Self.own(month.cases[$0]) > 100 && month.cases[$0].member != nil }
        if silent.count >= 2 { lateFound = (silent[0], silent[1]) }
    }

    func fate(_ number: Int) -> Fate {
        if let late = lateFound, number == late.claims || number == late.forgets { return .late }
        // What a member spent of a thief's charges is argued about with the card company beyond the end of the story.
        if month.cases[number].entitlement(first: false).genuineUse > 0 { return .open }
        return isUnreached(number) ? .open : .madeGood
    }

    /// Something is owed that no partner gives back, and the victim neither called nor answers.
    private func isUnreached(_ number: Int) -> Bool {
        let found = month.cases[number]
        guard found.isVictim, found.reportedAt == nil, due(found, number).total > 0 else { return false }
        var chance = Chance(month.seed, .ending, number)
        return chance.percent(42)
    }

    // MARK: What is left, and what is owed

    /// What is the member's own after the thief, in yen.
    static func own(_ found: Case) -> Int {
        Int(found.attribution(first: false).lots.reduce(0) { $0 + ($1.isFraud ? 0 : $1.free) })
    }

    /// What the issuer itself has to make good.
    private func due(_ found: Case, _ number: Int) -> Entitlement {
        var rejected: Set<UInt64> = []
        for reversal in Reversals(found, number, seed: month.seed).all where reversal.isRejected {
            guard let index = found.moves.firstIndex(where: { $0.mark == reversal.charge.mark }) else { continue }
            rejected.insert(UInt64(index) + 1)
        }
        return found.attribution(first: false).compensationDue { rejected.contains($0) }.sums
    }

    // MARK: Acts

    func write(_ script: inout Prompter) {
        for number in month.cases.indices where month.cases[number].isVictim {
            closeDispute(number, &script)
            let fate = fate(number)
            if month.cases[number].entitlement(first: false).genuineUse == 0 { giveBack(number, &script) }
            if fate != .open { compensate(number, isLate: fate == .late, &script) }
        }
    }

    private func closeDispute(_ number: Int, _ script: inout Prompter) {
        let found = month.cases[number]
        guard let closed = Prompter.disputeClosed(found, number, seed: month.seed), closed >= July.end else { return }
        let dispute = month.caseMarks[number].dispute
        script.later(closed, Staff.support[number % 2], access: Places.support) { positions in
            positions[dispute].map { .damage(.closeDispute(dispute: $0, .confirmed, note: nil)) }
        }
    }

    /// What partners did not answer in July.
    private func giveBack(_ number: Int, _ script: inout Prompter) {
        let found = month.cases[number]
        var chance = Chance(month.seed, .ending, 10_000 + number)
        let asked = Self.workday(chance.within(0...6), from: "2019-08-02 09:00", &chance)
        let answered = Self.daytime(asked + chance.within(3 * July.day...38 * July.day))
        for reversal in Reversals(found, number, seed: month.seed).all where reversal.answeredInJuly == nil {
            let mark = reversal.charge.mark
            let debitDate = reversal.source == .creditCard ? reversal.debitDate : nil
            if reversal.askedInJuly == nil {
                script.later(asked, Staff.certifiers[number % 2]) { positions in
                    positions[mark].map { .compensation(.requestReversal(.external(found.account), charge: $0, debitDate: debitDate, note: nil)) }
                }
            }
            // What is refused is made good by the issuer from the 19th on.
            if reversal.isRejected {
                script.reject(reversal, found, at: min(answered, Self.guidance - July.day))
            } else {
                let isMissed = reversal.debitDate.map { Day(of: July.instant(answered)) > $0 } ?? false
                script.confirm(reversal, found, at: answered, isMissed: isMissed)
            }
        }
    }

    private func compensate(_ number: Int, isLate: Bool, _ script: inout Prompter) {
        let found = month.cases[number]
        let account = AccountReference.external(found.account)
        guard let amount = Amount(due(found, number).total) else { return }
        var chance = Chance(month.seed, .ending, 20_000 + number)
        let from = isLate ? "2019-12-02 10:00" : "2019-08-19 10:00"
        let isFirst = number == 0
        let offered = Self.workday(isLate ? number % 2 : isFirst ? 0 : chance.within(0...18), from: from, &chance)
        if found.reportedAt == nil {
            script.add(
                offered - 1_200, Staff.support[number % 2],
                .damage(.recordContact(account, isInbound: isLate, .supportLine, .reached, note: nil)), access: Places.support,
                telling: isLate && number == lateFound?.claims ? "a victim nobody had reached calls at last" : nil)
        }
        script.add(
            offered, Staff.certifiers[number % 2], .compensation(.offer(account, note: nil)),
            telling: isFirst ? "guidance begins: the first victim is offered what was taken of the own balance" : nil)
        let agreed = Self.daytime(offered + chance.within(July.day...(isLate ? 2 : 6) * July.day))
        script.agreed(
            at: agreed, done: agreed + 3_600, Staff.treasurer, because: "the member agreed in writing", approvals: 2,
            telling: isFirst ? "the victim agrees" : nil
        ) { _ in .compensation(.agree(account, amount)) }
        let paid = Self.daytime(agreed + chance.within(July.day...5 * July.day))
        let pay = Command.compensation(.pay(account, amount, reference: "cp-\(number)"))
        let telling = isFirst ? "and is paid" : isLate && number == lateFound?.claims ? "and is paid: the case ends, the refund waits no longer" : nil
        guard !isLate, chance.percent(1) else { return script.add(paid, Staff.treasurer, pay, telling: telling) }
        script.add(paid, Staff.treasurer, pay, telling: telling)
        script.add(paid + 2 * July.day, Staff.treasurer, .compensation(.returned(account, amount, reference: "cp-\(number)")))
        script.add(paid + 6 * July.day, Staff.treasurer, .compensation(.pay(account, amount, reference: "cp-\(number)-2")))
    }

    /// Another hour of that day, if it is night; 09:00 to 16:59.
    private static func daytime(_ moment: Moment) -> Moment { moment / July.day * July.day + 9 * 3600 + moment % (8 * 3600) }

    /// So many working days after one, in working hours; Monday to Friday, holidays are worked through.
    private static func workday(_ number: Int, from: String, _ chance: inout Chance) -> Moment {
        let first = Ending.at(from)
        // 2019-07-01 is a Monday.
        var day = first / July.day
        var left = number
        while left > 0 || day % 7 > 4 {
            day += 1
            if day % 7 <= 4 { left -= 1 }
        }
        return day * July.day + first % July.day + chance.below(7 * 3600)
    }
}

extension Case {
    /// Lots and labels as the ledger will have them, under the first labels or the last; position n+1 is move n's.
    func attribution(first: Bool) -> Attribution {
        var attribution = Attribution()
        var position: UInt64 = 0
        for move in moves {
            position += 1
            var event = Event(move.isCharge ? .chargeSettled : .paymentAccepted)
            event.position = position
            event.source = move.source
            event.amount = Int64(move.amount)
            attribution.apply(event)
        }
        for (index, move) in moves.enumerated() where move.at >= firstFraud {
            // A member's own charge is what it is without a label.
            let label = first ? move.first : move.last
            if label == .fraud || label == .genuine && !move.isCharge { attribution.set(label, of: UInt64(index) + 1, at: position + UInt64(index)) }
        }
        attribution.settle()
        return attribution
    }

    /// What the ledger will find under the labels first given, or under the last.
    func entitlement(first: Bool) -> Entitlement { attribution(first: first).entitlement }
}
