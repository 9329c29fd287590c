import Ledger

/// What happened at the damage, compensation and fraud desks, in words.
struct DamageWords {
    let event: Event
    let currency: Currency

    init(_ event: Event, _ currency: Currency) {
        self.event = event
        self.currency = currency
    }

    /// `nil`: it is of another desk.
    var text: String? {
        switch event.kind {
        case .disputeOpened: "does not recognise \(events), said by \(via)"
        case .disputeClosed: "the dispute of \(at) was closed: \(name(.outcome, DamageCommand.Outcome.init(rawValue:)))"
        case .partnerReportReceived: report
        case .partnerReportMatched: "the report of \(at) is about \(events)"
        case .memberContacted:
            (byte(.isInbound) == 0 ? "we spoke to the member by " : "the member spoke to us by ")
                + "\(via): \(name(.contactOutcome, ContactOutcome.init(rawValue:)))"
        case .eventLabelled:
            "\(at) judged \(name(.label, Label.init(rawValue:))): basis \(event.tail.text(.basis) ?? "?")"
        case .holdOrdered: "what is free of \(charges) is to be held"
        case .holdEnded: "the hold of \(charges) was ended"
        case .fraudHeld: "\(amount) of the fraud charge of \(at) held"
        case .holdReleased: "\(amount) of the charge of \(at) given back from the hold"
        case .victimCertified: "damage of \(person) certified: \(sums) by \(routes)"
        case .certificationAmended: "certification of \(person) amended to \(sums)"
        case .certificationRevoked: "certification of \(person) revoked"
        case .accountsLinked:
            "account \(event.tail.number(.otherAccount) ?? 0) is the same person's: evidence \(event.tail.text(.basis) ?? "?")"
        case .paymentReversedToHold: "\(amount) of the payment of \(at) came back from a fraud charge and is held"
        case .paymentReversedToLoss: "\(amount) of the payment of \(at) came back, made good before: less is lost"
        default: compensation ?? fraud
        }
    }

    private var compensation: String? {
        switch event.kind {
        case .chargeReversalRequested:
            "the partner for \(source) was asked to reverse the charge of \(at)"
                + (event.tail.number(.debitDate).map { ", debited on \(Day(number: Int32(truncatingIfNeeded: $0)))" } ?? "")
        case .chargeReversalRejected: "the partner for \(source) will not reverse the charge of \(at)"
        case .chargeReversedFromHold: "partner for \(source) reversed the charge of \(at): \(amount) from the hold"
        case .chargeReversedFromLoss: "partner for \(source) reversed the charge of \(at): \(amount) of our loss"
        case .chargeReversedFromRecoverable: "partner for \(source) reversed the charge of \(at): \(amount) the member owes back"
        case .chargeReversedUnmatched: "partner for \(source) reversed \(amount) for \(events), which is no fraud charge: it waits"
        case .unmatchedReversalMatched: "the unmatched reversal of \(at), \(amount), was matched"
        case .clearingNetted: "\(amount) given back by the partner for \(source) settled by netting"
        case .clearingPaid: "\(amount) given back by the partner for \(source) paid to it"
        case .compensationOffered: "compensation offered: \(sums)"
        case .compensationFromHold: "compensation agreed: \(amount) held of the charge of \(at)"
        case .compensationFromLoss:
            "compensation agreed: \(amount) " + (event.reference == 0 ? "of the member's own balance" : "spent of the charge of \(at)")
        case .compensationPaid: "compensation of \(amount) paid"
        case .compensationReturned: "compensation of \(amount) was sent back by the bank"
        case .compensationCancelled: "compensation of \(amount) is no longer owed"
        case .lossRecoverable: "\(amount) was no loss by fraud: the member owes it back"
        case .lossReinstated: "\(amount) is a loss by fraud after all: the member does not owe it"
        case .recoverableRepaid: "the member paid back \(amount)"
        case .recoverableWaived: "\(amount) that the member owed was given up"
        case .culpritPaid: "a culprit paid \(amount)"
        default: nil
        }
    }

    private var fraud: String? {
        switch event.kind {
        case .ruleSetActivated:
            "rules \(event.tail.text(.ruleSetName) ?? "?") put into force: "
                + RuleSet(reading: event.tail).rules.map { "F\($0.number.rawValue)" }.joined(separator: ", ")
        case .alertRaised:
            "F\(byte(.fraudRule)) (\(name(.fraudRule, RuleNumber.init(rawValue:)))) of rules \(event.tail.number(.ruleVersion) ?? 0) found "
                + "\(event.tail.text(.alertSubject) ?? "?"): score \(event.tail.number(.score) ?? 0), \(events)"
        case .alertCleared: "the alert of \(at) was found \(name(.verdict, FraudCommand.Verdict.init(rawValue:)))"
        default: nil
        }
    }

    // MARK: Parts

    private var report: String {
        var text = "partner for \(source) reported message \(event.tail.text(.message) ?? "?")"
        if event.amount > 0 { text += " over \(amount)" }
        if event.tail.bytes(.events) != nil { text += ": \(events)" }
        return text + (event.subject.isNone ? ", matched to no account yet" : "")
    }

    private var amount: String { currency.grouped(event.amount) }
    private var at: String { "\(event.reference)" }
    private var source: String { event.source?.name ?? "an unknown source" }
    private var person: String { event.tail.text(.person) ?? "?" }
    private var via: String { name(.contactVia, ContactVia.init(rawValue:)) }
    private var charges: String { event.reference == 0 ? "all fraud charges" : "the charge of \(at)" }
    private var routes: String {
        (event.tail.bytes(.routes) ?? []).map { Route(rawValue: $0)?.name ?? "?" }.joined(separator: ", ")
    }

    /// The first few; how many there are, where there are more.
    private var events: String {
        let positions = event.tail.positions(.events)
        let shown = positions.prefix(5).map { "\($0)" }.joined(separator: ", ")
        return positions.count > 5 ? "\(shown) and \(positions.count - 5) more" : shown
    }

    private var sums: String {
        guard let sums = Entitlement(reading: event.tail) else { return "?" }
        let parts = [("credit card", sums.creditCard), ("debit card", sums.debitCard), ("points", sums.point), ("own balance", sums.ownBalance)]
            .filter { $0.1 > 0 }.map { "\($0.0) \(currency.grouped($0.1))" }
        let taken = sums.genuineUse > 0 ? [" after \(currency.grouped(sums.genuineUse)) of genuine use"] : []
        return currency.grouped(sums.total) + " (" + parts.joined(separator: ", ") + ")" + taken.joined()
    }

    private func byte(_ field: Tail.Field) -> UInt8 { event.tail.bytes(field)?.first ?? 0 }

    private func name<Choice: Named>(_ field: Tail.Field, _ make: (UInt8) -> Choice?) -> String { make(byte(field))?.name ?? "?" }
}
