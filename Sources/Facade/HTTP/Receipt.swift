internal import Journal
internal import Ledger
internal import Wire

/// What a command's caller is told. A recorded outcome is told from the last event of its group alone, so that a retry
/// gets the same bytes for ever; everything else is a `Problem`.
struct Receipt {
    let currency: Currency

    /// Status of the answer to a recorded command: 201, or the refusal's own.
    static func status(_ event: Event) -> Int { event.rejection.map(\.code.status) ?? 201 }

    /// Members of the answer, without its braces. `includesStatus`: a bulk line has its status already.
    func write(_ event: Event, _ times: inout TimeText, to json: inout JSONWriter, includesStatus: Bool = true) {
        if event.kind == .refused {
            guard let rejection = event.rejection else {
                return Problem.internalError.write(to: &json, status: includesStatus)
            }
            return refusal(event, rejection, &times, &json, includesStatus)
        }
        if let account = event.subject.memberOrdinal { json.member("account", decimal: account) }
        json.member("position", integer: event.position)
        json.member("recordedAt", string: times.text(event.recordedAt))
        json.member("event", string: Names.of(event.kind))
        if event.amount != 0 { json.member("amount", string: currency.text(event.amount)) }
        if !event.subject.isNone {
            if !event.subject.isMember { json.member("ledgerAccount", string: event.subject.description) }
            json.member("balance", string: currency.text(event.balanceAfter))
        }
        if event.reference != 0 { json.member("reference", integer: event.reference) }
        if event.groupCount > 1 { json.member("events", integer: event.groupCount) }
        if event.kind == .policySet { json.member("policyVersion", integer: UInt32(event.policyVersion) + 1) }
        gates(event, &times, &json)
    }

    /// What the desks of the gates add: a login's session, what a control stops and when, how many approvals are missing.
    private func gates(_ event: Event, _ times: inout TimeText, _ json: inout JSONWriter) {
        switch event.kind {
        case .loginSucceeded: json.member("session", decimal: event.session)
        case .controlActivated:
            StopsJSON.write(event.stops, to: &json)
            json.member("effectiveAt", string: times.text(event.effectiveAt))
            if let until = event.tail.number(.until) { json.member("until", time: Instant(microseconds: until)) }
        case .controlLifted, .terminationDecided, .terminationRescheduled: json.member("effectiveAt", string: times.text(event.effectiveAt))
        case .claimsOpened, .claimsExtended:
            if event.tail.bytes(.effectiveAt) != nil { json.member("effectiveAt", string: times.text(event.effectiveAt)) }
            json.member("last", string: event.lastDay.description)
        case .batchOpened, .batchReleased:
            json.member("items", integer: event.actSize?.count ?? 0)
            json.member("total", string: currency.text(event.actSize?.total ?? 0))
            if event.tail.bytes(.day) != nil { json.member("date", string: event.day.description) }
        case .proposed, .approved:
            json.member("approvalsLeft", integer: event.tail.bytes(.approvalsNeeded)?.first ?? 0)
            if let at = event.tail.number(.expiresAt) { json.member("expiresAt", time: Instant(microseconds: at)) }
        default: break
        }
        // Acts of one event that stand behind another: the approval they came with, or the emergency to be reviewed.
        if let sums = Entitlement(reading: event.tail) { EntitlementJSON(currency: currency).write("entitlement", sums, to: &json) }
        if event.groupIndex > 0, Self.decided.contains(event.kind) {
            json.member("decision", integer: event.position - UInt64(event.groupIndex))
        }
    }

    private static let decided: Set<EventKind> = [
        .controlActivated, .controlLifted, .policySet, .roleGranted, .roleRevoked, .personErased, .exceptionalRefundReleased,
        .chargeCorrected, .sessionsRevoked, .resetMandated, .accountLocked, .ruleSetActivated, .victimCertified, .certificationAmended,
        .certificationRevoked, .accountsLinked, .compensationFromHold, .compensationFromLoss, .compensationCancelled, .lossRecoverable,
        .lossReinstated, .recoverableWaived, .terminationDecided, .terminationRescheduled, .terminationWithdrawn, .legalHoldLifted,
        .claimsOpened, .claimsExtended, .refundApproved, .refundClaimed, .securityReclaimed, .guaranteeEnded,
    ]

    private func refusal(
        _ event: Event, _ rejection: Rejection, _ times: inout TimeText, _ json: inout JSONWriter, _ includesStatus: Bool
    ) {
        let code = rejection.code
        ProblemTitle.write(code.name, ProblemTitle.byRefusal[code] ?? code.name, to: &json)
        if includesStatus { json.member("status", integer: code.status) }
        json.member("detail", string: code.explanation)
        json.member("code", string: code.name)
        if let account = event.subject.memberOrdinal { json.member("account", decimal: account) }
        json.member("position", integer: event.position)
        json.member("recordedAt", string: times.text(event.recordedAt))
        if let bound = rejection.bound { BoundJSON(currency: currency).write(code, bound, to: &json) }
        // Whoever has taken the money gives it back, and says so with POST /v1/voids.
        if event.tail.bytes(.voidDue) != nil { json.member("voidDue", bool: true) }
    }
}

extension Outcome {
    /// The problem to answer with, unless something was recorded.
    var problem: Problem? {
        switch self {
        case .recorded: nil
        case .dismissed(let rejection): Problem(rejection)
        case .keyReused: .keyReused
        case .notAccepted(.stopping): .stopping
        case .notAccepted(.overloaded): .overloaded
        case .notAccepted(.clockJumped): .clockJumped
        case .unknown: .outcomeUnknown
        }
    }
}

/// Remembers the last instant rendered: the events of a batch share theirs.
struct TimeText {
    private var instant = Instant(microseconds: .min)
    private var rendered = ""

    mutating func text(_ time: Instant) -> String {
        if time != instant {
            instant = time
            rendered = time.description
        }
        return rendered
    }
}
