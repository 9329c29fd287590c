internal import Ledger

/// What members and partners report, and how the desk judges it: disputes, messages, labels, holds, certifications, and
/// their corrections.
extension Prompter {
    private func account(_ found: Case) -> AccountReference { .external(found.account) }

    // MARK: What is reported

    /// The member's call, the partner's message, or the company's own call that nobody answers. The marks of the first
    /// dispute and of the report stand beside the case's number.
    mutating func report(_ found: Case, _ number: Int) {
        var chance = Chance(seed, .report, 50_000 + number)
        let desk = Staff.support[number % 2]
        let events = found.suspects.filter { $0.first == .fraud }.map(\.mark)
        let account = account(found)
        if let reported = found.reportedAt {
            let dispute = dispute(number)
            let telling =
                number == told.called ? "the first report of something unknown, by phone"
                : found.member == nil ? "the report becomes a dispute: three charges and a payment" : nil
            later(reported, desk, mark: dispute, telling: telling, access: Places.support) { positions in
                positions.all(events).map { .damage(.openDispute(account, events: $0, via: .supportLine, note: nil)) }
            }
            add(
                reported + 40, desk, .damage(.recordContact(account, isInbound: true, .supportLine, .reached, note: nil)), access: Places.support)
            _ = chance.next()
            if found.isVictim, let closed = Self.disputeClosed(found, number, seed: seed), closed < July.end {
                later(closed, desk, access: Places.support) { positions in
                    positions[dispute].map { .damage(.closeDispute(dispute: $0, .confirmed, note: nil)) }
                }
            }
        } else if found.isVictim, chance.percent(50) {
            // Called, and not reached: who never calls back stays on the list.
            add(
                found.certifiedAt + chance.within(40_000...200_000), desk,
                .damage(.recordContact(account, isInbound: false, .supportLine, .notReached, note: nil)), access: Places.support)
        }
        if found.routes.contains(.cardCompanyInfo) { partner(found, number, &chance) }
    }

    /// When the desk is done with what a victim reported; `nil`: nothing was.
    static func disputeClosed(_ found: Case, _ number: Int, seed: UInt64) -> Moment? {
        var chance = Chance(seed, .report, 50_000 + number)
        return found.reportedAt.map { max(found.certifiedAt, $0) + chance.within(30_000...100_000) }
    }

    /// A message of the card company: three in ten name no account of ours, and are matched by hand.
    private mutating func partner(_ found: Case, _ number: Int, _ chance: inout Chance) {
        guard let charge = found.moves.first(where: { $0.isFraud && $0.isCharge }), let source = charge.source else { return }
        let charges = found.moves.filter { $0.isFraud && $0.isCharge && $0.first == .fraud }
        let marks = charges.map(\.mark)
        let amount = Amount(Int64(charges.reduce(0) { $0 + $1.amount }))
        let account = account(found)
        let message = "msg-\(source == .creditCard ? "cc" : "dc")-\(10_000 + number)"
        let desk = Staff.support[number % 2]
        let report = self.report(number)
        let judged = found.judgedAt
        let known = max(judged - chance.within(5_000...70_000), found.lastFraud + 900)
        if chance.percent(30), known + 600 < judged {
            add(
                known, desk,
                .damage(.report(.init(source: source, message: message, card: "tok-\(number)", amount: amount, note: "no account named"))),
                access: Places.support, mark: report,
                telling: number == told.reported ? "a card company's message names no account, and waits for a match" : nil)
            later(known + (judged - known) / 2, desk, access: Places.support) { positions in
                guard let position = positions[report], let charges = positions.all(marks) else { return nil }
                return .damage(.matchReport(report: position, account, charges: charges))
            }
        } else {
            let telling = number == told.reported ? "a card company names charges its holders do not know" : nil
            later(min(known, judged - 60), desk, mark: report, telling: telling, access: Places.support) { positions in
                positions.all(marks).map {
                    .damage(.report(.init(source: source, message: message, card: "tok-\(number)", account: account, charges: $0, amount: amount)))
                }
            }
        }
    }

    /// The company calls whoever spent much: it was the member.
    mutating func ask(_ found: Case, _ number: Int) {
        var chance = Chance(seed, .report, 50_000 + number)
        guard chance.percent(60) else { return }
        add(
            Findings.workday(chance.within(4...8), &chance), Staff.support[number % 2],
            .damage(.recordContact(account(found), isInbound: false, .supportLine, .denied, note: "bills paid at the till")), access: Places.support)
    }

    private func dispute(_ number: Int) -> Mark { caseMarks(number).0 }
    private func report(_ number: Int) -> Mark { caseMarks(number).1 }

    // MARK: What is judged

    mutating func judge(_ found: Case, _ number: Int) {
        let investigator = Staff.investigators[found.judgedAt < July.at(5, 12, 50) ? 0 : number % 2]
        let account = account(found)
        label(
            found.moves.filter { $0.first == .fraud && $0.at >= found.firstFraud }, found, at: found.judgedAt, investigator, .fraud,
            basis: basis(found.routes[0]))
        label(
            found.moves.filter { $0.first == .genuine && !$0.isCharge && $0.at > found.firstFraud }, found, at: found.judgedAt + 40, investigator,
            .genuine, basis: "within the member's own habits")
        if found.leavesFraudFree {
            add(found.judgedAt + 300, Staff.certifiers[number % 2], .damage(.hold(account, charge: nil, reason: "unspent charges of a thief")))
        }
        certify(found, number)
        if found.amendedAt != nil { correct(found, number, investigator) }
    }

    private func basis(_ route: Route) -> String {
        switch route {
        case .memberInquiry: "confirmed with the member, event by event"
        case .cardCompanyInfo: "the card company's message"
        case .patternOwnDetermination: "fits the pattern of the attack"
        }
    }

    private mutating func label(
        _ moves: [Case.Move], _ found: Case, at moment: Moment, _ who: Principal, _ label: Label, basis: String
    ) {
        guard !moves.isEmpty else { return }
        let marks = moves.map(\.mark)
        let account = account(found)
        later(moment, who) { positions in
            positions.all(marks).map { .damage(.label(account, events: $0, label, basis: basis)) }
        }
    }

    private mutating func certify(_ found: Case, _ number: Int) {
        let sums = found.entitlement(first: true)
        let person = found.person
        let (dispute, report) = caseMarks(number)
        let routes = found.routes
        let pattern = found.moves.filter { $0.first == .fraud }.map(\.mark)
        let score = found.isVictim ? Staff.strengthened.lockScore + 30 : Staff.strengthened.lockScore
        let telling = telling(found, number)
        let command: @Sendable (Positions) -> Command? = { positions in
            var grounds = DamageCommand.Grounds()
            if routes.contains(.memberInquiry) {
                guard let position = positions[dispute] else { return nil }
                grounds.dispute = position
            }
            if routes.contains(.cardCompanyInfo) {
                guard let position = positions[report] else { return nil }
                grounds.report = position
            }
            if routes.contains(.patternOwnDetermination) {
                guard let events = positions.all(pattern) else { return nil }
                grounds.pattern = .init(ruleVersion: Staff.patternVersion, score: score, events: events)
            }
            return .damage(.certify(person: person, sums, grounds, note: nil))
        }
        let approvals = sums.genuineUse > 0 ? 2 : routes.contains(.patternOwnDetermination) ? 1 : 0
        let who = Staff.certifiers[number % 2]
        if approvals == 0 {
            later(found.certifiedAt, who, telling: telling, command)
        } else {
            agreed(
                at: found.judgedAt + 1_800, done: found.certifiedAt, who, because: "judged event by event", approvals: approvals, telling: telling,
                command)
        }
    }

    private func telling(_ found: Case, _ number: Int) -> String? {
        if number == told.lookalike { return "the first account is certified because it fits the pattern" }
        if found.member == nil { return "the first victim is certified: 90,000 of a card, 5,000 of the member's own" }
        if found.certifiedAt > July.secondCount { return "one more victim, called in late: own balance, taken on 07-12" }
        return nil
    }

    /// Later knowledge: further rounds were the thief's too, or it was the member all along.
    private mutating func correct(_ found: Case, _ number: Int, _ investigator: Principal) {
        guard let amended = found.amendedAt else { return }
        let wrong = found.moves.filter { $0.taken != nil }
        guard let label = wrong.first?.last else { return }
        let marks = wrong.map(\.mark)
        let account = account(found)
        let reason: String
        switch (found.isVictim, label) {
        case (false, _): reason = "the member's own charge and purchases"
        case (true, .fraud): reason = "the card statement shows more than was known"
        default: reason = "the member remembers this purchase"
        }
        if !found.isVictim {
            add(
                amended - 5_400, Staff.support[number % 2],
                .damage(.recordContact(account, isInbound: false, .supportLine, .denied, note: nil)), access: Places.support)
        }
        agreed(
            at: amended - 3_600, done: amended, investigator, because: reason, approvals: 2,
            telling: amended > July.secondCount || number == told.amended
                ? "a certification is corrected: \(reason)" : number == told.revoked ? "a pattern was wrong: \(reason)" : nil
        ) { positions in
            positions.all(marks).map { .damage(.label(account, events: $0, label, basis: reason, amends: reason)) }
        }
    }

    // MARK: What is made good in this month

    /// Card companies are asked to stop the debit, debit brands to pay back; some answer within the month. Nothing is booked
    /// before the last label, so that later knowledge is no correction of money.
    mutating func makeGood(_ found: Case, _ number: Int) {
        let account = account(found)
        for reversal in Reversals(found, number, seed: seed).all {
            let mark = reversal.charge.mark
            let debitDate = reversal.source == .creditCard ? reversal.debitDate : nil
            guard let asked = reversal.askedInJuly else { continue }
            later(asked, Staff.certifiers[number % 2]) { positions in
                positions[mark].map { .compensation(.requestReversal(account, charge: $0, debitDate: debitDate, note: nil)) }
            }
            guard let answered = reversal.answeredInJuly else { continue }
            if reversal.isRejected {
                reject(reversal, found, at: answered)
            } else {
                confirm(reversal, found, at: answered, isMissed: answered >= July.at(26, 0) && reversal.debitDate == Day("2019-07-26"))
                reversed.append((answered, reversal.source, reversal.charge.amount))
            }
        }
    }

    mutating func reject(_ reversal: Reversals.Reversal, _ found: Case, at moment: Moment) {
        let (account, mark) = (account(found), reversal.charge.mark)
        later(moment, Staff.treasurer) { positions in
            positions[mark].map { .compensation(.rejectReversal(account, charge: $0, reason: "the cardholder's own authentication")) }
        }
    }

    mutating func confirm(_ reversal: Reversals.Reversal, _ found: Case, at moment: Moment, isMissed: Bool) {
        let (account, mark, source) = (account(found), reversal.charge.mark, reversal.source)
        let amount = Amount(Int64(reversal.charge.amount))!
        let stage: CompensationCommand.Stage = source == .creditCard ? isMissed ? .afterDebit : .beforeDebit : .toBankAccount
        later(moment, Staff.treasurer) { positions in
            positions[mark].map {
                .compensation(.confirmReversal(account, source, charge: $0, amount, stage, reference: "rv-\(mark.number)"))
            }
        }
    }

    /// What partners gave back is settled with them every Monday, against what they owe us.
    mutating func addClearing() {
        for date in [15, 22, 29] {
            let (from, to) = (July.at(date - 7, 0), July.at(date, 0))
            for source in [FundingSource.creditCard, .debitCard] {
                let sum = reversed.reduce(0) { $0 + ($1.source == source && (date == 15 ? true : $1.at >= from) && $1.at < to ? $1.amount : 0) }
                guard let amount = Amount(Int64(sum)) else { continue }
                add(
                    July.at(date, 11), Staff.treasurer,
                    .compensation(.settleClearing(source, amount, .netted, statement: "cl-\(source.name)-07-\(date)")),
                    telling: "what \(source == .creditCard ? "card companies" : "debit brands") gave back is settled with them")
            }
        }
    }
}

extension Case {
    /// True if the thief left something of what was charged, now or under later labels.
    var leavesFraudFree: Bool {
        let fraud = suspects.filter { $0.first == .fraud || $0.last == .fraud }
        return fraud.reduce(0) { $0 + ($1.isCharge ? $1.amount : -$1.amount) } > 0
    }
}

/// Of a victim's card charges: when partners are asked to give them back, and when and what they answer within the month.
struct Reversals {
    private(set) var all: [Reversal] = []

    struct Reversal {
        let charge: Case.Move
        let source: FundingSource
        let debitDate: Day?
        /// `nil`: not in this month.
        let askedInJuly: Moment?
        let answeredInJuly: Moment?
        let isRejected: Bool
    }

    init(_ found: Case, _ number: Int, seed: UInt64) {
        var chance = Chance(seed, .partner, number)
        let known = max(found.certifiedAt, found.amendedAt ?? 0)
        let debitDate = Day(chance.pick([("2019-07-26", 20), ("2019-08-05", 20), ("2019-08-13", 20), ("2019-08-27", 40)]))
        let asked = known + chance.within(15_000...180_000)
        let isAnswered = found.entitlement(first: false).genuineUse == 0 && chance.percent(55)
        let isRejected = chance.percent(3)
        let last = July.end - July.day
        for charge in found.moves where charge.isFraud && charge.isCharge {
            guard let source = charge.source, source == .creditCard || source == .debitCard else { continue }
            let answered = asked < last ? asked + chance.within(150_000...600_000) : last
            all.append(
                Reversal(
                    charge: charge, source: source, debitDate: debitDate, askedInJuly: asked < last ? asked : nil,
                    answeredInJuly: isAnswered && answered < last ? answered : nil, isRejected: isRejected))
        }
    }
}
