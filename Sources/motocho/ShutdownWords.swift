import Ledger

/// What happened at the shutdown desk, in words.
struct ShutdownWords {
    let event: Event
    let currency: Currency

    init(_ event: Event, _ currency: Currency) {
        self.event = event
        self.currency = currency
    }

    /// `nil`: it is of another desk.
    var text: String? { end ?? refund ?? batch ?? papers }

    private var end: String? {
        switch event.kind {
        case .terminationDecided: "the service ends \(effective), decided"
        case .terminationRescheduled: "the service ends \(effective) instead"
        case .terminationWithdrawn: "the service goes on: its end of \(at) was withdrawn"
        case .serviceTerminated: "THE SERVICE HAS ENDED, as of \(effective): \(size("balances")) become refunds"
        case .unusedBalanceFixed: "\(amount) unused at the end: to be refunded"
        case .fixingCompleted: "every balance is fixed: \(size("refunds"))"
        case .legalHoldPlaced: "put under a legal hold"
        case .legalHoldLifted: "the legal hold was lifted"
        case .refundHeld: "the refund waits (\(HoldGrounds(rawValue: byte(.holdGrounds)).names.joined(separator: ", ")))"
        case .refundUnheld: "the refund waits no more"
        case .claimsOpened: "refunds may be claimed from \(effective) to the end of \(event.lastDay)"
        case .claimsExtended: "refunds may be claimed to the end of \(event.lastDay)"
        case .claimsClosed: "THE TIME TO CLAIM IS OVER: \(size("refunds")) nobody claimed are excluded"
        case .refundExcluded: "\(amount) nobody claimed: excluded"
        case .exclusionsCompleted: "every unclaimed refund is excluded: \(size("refunds"))"
        default: nil
        }
    }

    private var refund: String? {
        switch event.kind {
        case .refundClaimed:
            "refund claimed by \(event.tail.text(.person) ?? "?"), \(name(.claimChannel, ClaimChannel.init(rawValue:))), to be paid by \(method)"
        case .identityVerified: "identity shown: level \(byte(.identityLevel)) by \(name(.identityMethod, IdentityMethod.init(rawValue:)))"
        case .payeeCorrected: "another payee was given, to be paid by \(method)"
        case .claimRejected: "the claim was rejected"
        case .claimWithdrawn: "the claim was withdrawn"
        case .refundApproved: "a refund of \(sum) was approved by \(event.tail.actors(.agreedBy).count) people"
        case .lateClaimAccepted: "\(amount) excluded before is to be refunded all the same"
        case .refundBatched: "a refund of \(sum) stands in batch \(at)"
        case .refundReleased: "\(amount) is on its way"
        case .payoutConfirmed: "the bank paid \(amount)" + inBatch
        case .refundReturned: "the bank could not pay \(amount)" + inBatch
        case .refundSentBack: "\(amount) was paid and came back" + inBatch
        case .exceptionalRefundReturned: "the bank could not pay the exceptional refund of \(amount)"
        case .exceptionalRefundSentBack: "the exceptional refund of \(amount) was paid and came back"
        case .fraudHeldFromRefund: "\(amount) of the fraud charge of \(at) held from the refund"
        case .holdReleasedToRefund: "\(amount) of the charge of \(at) given back from the hold to the refund"
        case .paymentReversedToRefund: "got back \(amount) of the payment at \(at), to be refunded"
        default: nil
        }
    }

    private var batch: String? {
        switch event.kind {
        case .batchOpened: "batch by \(method) for \(event.day): \(size("refunds"))"
        case .batchCompleted: "batch \(at) is complete: \(size("refunds"))"
        case .batchFileRecorded: "the \(name(.fileFormat, FileFormat.init(rawValue:))) file of batch \(at) was made: \(hash)"
        case .batchCancelled: "batch \(at) was cancelled"
        case .batchReleased: "BATCH \(at) WAS RELEASED: \(size("refunds"))"
        case .releaseCompleted: "every refund of the batch is on its way: \(size("refunds"))"
        case .batchSent: "batch \(at) was sent to the bank"
        case .resultFileRecorded: "the bank's result of batch \(at): \(counts), \(hash)"
        default: nil
        }
    }

    private var papers: String? {
        switch event.kind {
        case .filingRecorded:
            "filed with the regulator: \(name(.filingKind, FilingKind.init(rawValue:)))"
                + (event.tail.number(.day).map { " of \(Day(number: Int32(truncatingIfNeeded: $0)))" } ?? "")
                + (event.tail.number(.sum).map { " over \(currency.grouped($0))" } ?? "") + ", \(hash)"
        case .securityDeposited: "security of \(amount) given (\(form))"
        case .securityReclaimed: "security of \(amount) taken back (\(form)), as approved at \(at)"
        case .securityGuaranteed: "security of \(sum) guaranteed"
        case .guaranteeEnded: "a guarantee of \(sum) ended, as approved at \(at)"
        default: nil
        }
    }

    // MARK: Parts

    private var amount: String { currency.grouped(event.amount) }
    private var sum: String { currency.grouped(event.tail.number(.sum) ?? 0) }
    private var at: String { "\(event.reference)" }
    private var effective: String { event.effectiveAt.shortText }
    private var method: String { name(.payoutMethod, PayoutMethod.init(rawValue:)) }
    private var form: String { name(.securityForm, SecurityForm.init(rawValue:)) }
    private var inBatch: String { event.reference == 0 ? "" : " of batch \(at)" }

    private func size(_ what: String) -> String {
        guard let size = event.actSize else { return "? \(what)" }
        return "\(UInt64(size.count).grouped) \(what), \(currency.grouped(size.total))"
    }

    private var counts: String {
        let bytes = Array(event.tail.bytes(.resultCounts) ?? [])
        guard bytes.count == 16 else { return "?" }
        return "\(Tail.number(bytes[0..<8])) paid, \(Tail.number(bytes[8..<16])) returned"
    }

    private var hash: String {
        let bytes = (event.tail.bytes(.contentHash) ?? []).prefix(4)
        return "SHA-256 " + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + "…"
    }

    private func byte(_ field: Tail.Field) -> UInt8 { event.tail.bytes(field)?.first ?? 0 }

    private func name<Choice: Named>(_ field: Tail.Field, _ make: (UInt8) -> Choice?) -> String { make(byte(field))?.name ?? "?" }
}
