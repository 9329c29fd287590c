import Journal
import Ledger

/// What happened, in words: one short sentence an event.
struct Words {
    let currency: Currency
    /// For the names of stores; events hold their ordinals.
    let books: Books

    init(_ books: Books) {
        currency = books.genesis.currency
        self.books = books
    }

    func of(_ event: Event) -> String {
        var text = plain(event)
        if let place = event.tail.text(.storePlace) { text += " in \(place)" }
        if let register = event.tail.text(.register) { text += ", register \(register)" }
        if let statement = event.tail.text(.partnerReference) { text += ", \(statement)" }
        if let reason = event.tail.text(.reason) ?? event.tail.text(.because) { text += ": \(reason)" }
        return text
    }

    /// Without reasons, and a policy by its size: for tables that have a column for why.
    func brief(_ event: Event) -> String {
        guard event.kind == .policySet else { return plain(event) }
        let rules = event.tail.all(.policyLimit).count + event.tail.all(.policyRule).count + event.tail.all(.policyCap).count
        return "policy set, version \(Int(event.policyVersion) + 1): \(rules) rules"
    }

    private func plain(_ event: Event) -> String {
        let amount = currency.grouped(event.amount)
        let source = event.source?.name ?? "an unknown source"
        switch event.kind {
        case .genesis:
            return "ledger founded in \(currency.code) by \(Genesis(event)?.founders.joined(separator: ", ") ?? "nobody")"
        case .refused: return refusal(event)
        case .policySet: return policy(Policy(reading: event.tail))
        case .clockAdvanced: return "the story's clock was advanced"
        case .clockConfirmed: return "an operator confirmed the clock"
        case .accountOpened:
            let external = event.tail.text(.externalID).map { ", external id \($0)" } ?? ""
            return "opened for \(event.tail.text(.person) ?? "nobody")" + external
        case .accountLocked: return "locked for \(scope(event))"
        case .accountUnlocked: return "unlocked for \(scope(event))"
        case .credentialsReset:
            let method = event.tail.bytes(.resetMethod)?.first.flatMap(ResetMethod.init(rawValue:))?.name ?? "an unknown method"
            return "credentials reset by \(method)" + (event.tail.bytes(.addressChanged) == nil ? "" : ", to a changed address")
        case .accountClosed: return "closed"
        case .balanceDisposed: return "\(amount) left on it became unclaimed money"
        case .chargeSettled: return "charged \(amount) from \(source)"
        case .chargeCorrected: return "charge at \(event.reference) corrected by \(amount)"
        case .paymentAccepted: return "paid \(amount) at \(store(event.credit))"
        case .paymentReversed: return "got back \(amount) of the payment at \(event.reference)"
        case .paymentReversedToUnclaimed:
            return "\(amount) of the payment at \(event.reference) came back after closing and is unclaimed"
        case .exceptionalRefundReleased:
            let why = event.tail.bytes(.refundReason)?.first.flatMap(ExceptionalReason.init(rawValue:))?.name ?? "no reason"
            return "refunded \(amount) by exception (\(why))"
        case .partnerSettled: return "partner for \(source) paid \(amount)"
        case .partnerFeeBooked: return "partner for \(source) kept \(amount) as its fee"
        case .merchantSettled: return "\(store(event.debit)) was paid \(amount)"
        case .merchantRepaid: return "\(store(event.credit)) paid back \(amount)"
        case .ownerFunded: return "the owner put in \(amount)"
        case .unmatchedReceived: return "\(amount) came in that matches nothing"
        case .unmatchedReturned: return "\(amount) that matched nothing was given back"
        case .continuation: return "more of the event before"
        default: return DamageWords(event, currency).text ?? ShutdownWords(event, currency).text ?? GateWords(event).text
        }
    }

    private func refusal(_ event: Event) -> String {
        let command = event.tail.bytes(.refusedCommand)?.first.flatMap(Command.Name.init(rawValue:))?.name ?? "a command"
        let amount = event.amount > 0 ? " " + currency.grouped(event.amount) : ""
        return "refused: \(command)\(amount) (\(event.rejection?.code.name ?? "unknown rule"))"
    }

    private func policy(_ policy: Policy) -> String {
        var parts = policy.balanceCap > 0 ? ["balance at most \(currency.grouped(policy.balanceCap))"] : []
        for source in FundingSource.allCases {
            let limit = policy[source]
            guard limit.perCharge > 0 || limit.step > 0 else { continue }
            parts.append(
                source.name + (limit.perCharge > 0 ? " at most \(currency.grouped(limit.perCharge))" : "")
                    + (limit.step > 0 ? " in steps of \(currency.grouped(limit.step))" : ""))
        }
        parts += GateWords.rules(policy, currency)
        return "policy set: " + (parts.isEmpty ? "no limits" : parts.joined(separator: "; "))
    }

    private func scope(_ event: Event) -> String {
        event.tail.bytes(.lockScope)?.first.flatMap(LockScope.init(rawValue:))?.name ?? "an unknown scope"
    }

    private func store(_ account: AccountCode) -> String {
        books.stores.name(UInt32(truncatingIfNeeded: account.ordinal)) ?? "\(account)"
    }
}
