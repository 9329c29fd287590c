import Ledger

/// What happened at the gates, in words: sessions, devices, controls, approvals, people.
struct GateWords {
    let event: Event

    init(_ event: Event) { self.event = event }

    var text: String {
        let from = place
        switch event.kind {
        case .serviceLaunched: return "the service was launched"
        case .noticePublished: return "notice (\(NoticeKind(rawValue: byte(.noticeKind))?.name ?? "?")) published on \(event.tail.text(.noticePlace) ?? "?")"
        case .loginSucceeded: return "signed in by \(method)\(from): session \(event.session)"
        case .loginFailed: return "sign-in by \(method) failed (\(LoginFailure(rawValue: byte(.loginFailure))?.name ?? "?"))\(from)"
        case .loginsCounted: return counts + from
        case .deviceBound: return "a device was bound"
        case .deviceUnbound: return "a device was unbound"
        case .externalLoginLinked: return "an id of \(event.tail.text(.provider) ?? "?") was linked"
        case .externalLoginUnlinked: return "an id of \(event.tail.text(.provider) ?? "?") was unlinked"
        case .fundingSourceLinked: return "\(source) \(event.tail.text(.cardToken) ?? "?")\(digits) was linked\(holder)"
        case .fundingSourceUnlinked: return "\(source) \(event.tail.text(.cardToken) ?? "?") was unlinked"
        case .contactRegistered: return "a \(ContactKind(rawValue: byte(.contactKind))?.name ?? "?") contact was registered"
        case .sessionRevoked: return event.tail.number(.revokedSession).map { "session \($0) was ended" } ?? "every session of the account was ended"
        case .sessionsRevoked: return "every session was ended" + (event.loginMethod.map { " that began by \($0.name)" } ?? "")
        case .resetMandated: return "every member must reset the credentials; every session was ended"
        case .controlActivated: return "\(ControlWords.of(event.stops)) stopped\(span)"
        case .controlLifted: return "the control of \(event.reference) ends \(event.effectiveAt.shortText)"
        case .upstreamVoidConfirmed: return "the money of the charge refused at \(event.reference) was given back"
        case .proposed: return "proposed: \(held), \(byte(.approvalsNeeded)) to approve by \(time(.expiresAt))"
        case .approved:
            let left = byte(.approvalsNeeded)
            return "approved: proposal \(event.reference), " + (left == 0 ? "and carried out" : "\(left) more to approve")
        case .withdrawn: return "withdrawn: proposal \(event.reference)"
        case .glassBroken: return "EMERGENCY, done alone: \(held)"
        case .glassReviewed: return "the emergency act of \(event.reference) was found \(ApprovalsCommand.Verdict(rawValue: byte(.verdict))?.name ?? "?")"
        case .roleGranted: return "\(principal) was given the role \(role)" + (event.tail.text(.staffPerson).map { $0 == principal ? "" : ", person \($0)" } ?? "")
        case .roleRevoked: return "the role \(role) was taken from \(principal)"
        case .personalDataViewed: return "personal data of \(event.tail.text(.person) ?? "?") was read for: \(event.tail.text(.purpose) ?? "?")"
        case .personErased: return "personal data of \(event.tail.text(.person) ?? "?") was destroyed"
        default: return event.kind.name
        }
    }

    private func byte(_ field: Tail.Field) -> UInt8 { event.tail.bytes(field)?.first ?? 0 }
    private func time(_ field: Tail.Field) -> String { event.tail.number(field).map { Instant(microseconds: $0).shortText } ?? "?" }
    private var method: String { event.loginMethod?.name ?? "?" }
    private var source: String { event.source?.name ?? "?" }
    private var principal: String { event.tail.text(.principal) ?? "?" }
    private var role: String { Role(rawValue: byte(.role))?.name ?? "?" }
    private var digits: String { event.tail.text(.last4).map { " …\($0)" } ?? "" }
    private var holder: String { ThreeDSecure(rawValue: byte(.threeDSecure)).map { " (\($0.name))" } ?? "" }

    private var held: String {
        event.tail.bytes(.heldCommand).flatMap { try? Command(canonical: $0) }.map { $0.name.name } ?? "?"
    }

    /// Where a command came from, as far as it said.
    private var place: String {
        guard let access = event.access else { return "" }
        var parts: [String] = []
        if let country = access.country { parts.append("from \(country)") }
        if access.network != 0 { parts.append("AS\(access.network)") }
        if access.device != 0 { parts.append("device \(access.device)") }
        return parts.isEmpty ? "" : ", " + parts.joined(separator: ", ")
    }

    private var counts: String {
        let bytes = Array(event.tail.bytes(.loginCounts) ?? [])
        guard bytes.count == 40 else { return "sign-ins counted" }
        let numbers = stride(from: 0, to: 40, by: 8).map { Tail.number(bytes[$0..<($0 + 8)]) }
        let touched = (event.tail.bytes(.accountsTouched)?.count ?? 0) / 4
        return "\(UInt64(numbers[1]).grouped) sign-ins in the minute from \(Instant(microseconds: numbers[0]).shortText): "
            + "\(UInt64(numbers[2]).grouped) unknown ids, \(UInt64(numbers[3]).grouped) wrong passwords, \(UInt64(numbers[4]).grouped) succeeded, "
            + "\(touched) accounts touched"
    }

    private var span: String {
        var text = ""
        if event.effectiveAt != event.recordedAt { text += " from \(event.effectiveAt.shortText)" }
        if event.until.microseconds != .max { text += " until \(event.until.shortText)" }
        return text
    }
}

extension GateWords {
    /// What a policy asks beyond caps and steps.
    static func rules(_ policy: Policy, _ currency: Currency) -> [String] {
        var parts: [String] = []
        if policy.requiresLaunch { parts.append("nothing before launch") }
        for (name, amount) in [("charged", policy.dailyCharge), ("charged by card", policy.dailyCardCharge), ("paid", policy.dailyPayment)]
        where amount > 0 {
            parts.append("at most \(currency.grouped(amount)) \(name) a day")
        }
        for window in policy.chargeWindows {
            parts.append("at most \(window.count) charges from \(names(window.sources)) in \(window.seconds) s")
        }
        if policy.devicesPerAccount > 0 { parts.append("\(policy.devicesPerAccount) device an account") }
        if !policy.deviceSources.isEmpty {
            parts.append("\(names(policy.deviceSources)) from a bound device only")
            if policy.deviceCoolDown > 0 { parts.append("\(policy.deviceCoolDown) s after its binding") }
            if policy.deviceFirst.amount > 0 {
                parts.append("at most \(currency.grouped(policy.deviceFirst.amount)) in its first \(policy.deviceFirst.seconds) s")
            }
        }
        for (name, rest) in [("a reset", policy.resetCoolDown), ("a change of contact", policy.contactCoolDown)] where rest.seconds > 0 {
            parts.append("no \(names(rest.sources)) for \(rest.seconds) s after \(name)")
        }
        if policy.resetsToRegisteredContact { parts.append("resets to a registered contact only") }
        if policy.compensationFrom.microseconds > 0 { parts.append("no compensation offered before \(policy.compensationFrom.shortText)") }
        for name in Command.Name.allCases where policy[minimum: name].level > 0 { parts.append("\(name.name): \(level(policy[minimum: name]))") }
        for source in FundingSource.allCases where policy[minimum: source].level > 0 {
            parts.append("charge from \(source.name): \(level(policy[minimum: source]))")
        }
        return parts
    }

    private static func names(_ sources: Policy.Sources) -> String { sources.all.map(\.name).joined(separator: ", ") }

    private static func level(_ minimum: Policy.Minimum) -> String {
        "authentication level \(minimum.level)" + (minimum.seconds > 0 ? " within \(minimum.seconds) s" : "")
    }
}

enum ControlWords {
    /// `charging from creditCard, debitCard`, `paying` …
    static func of(_ stops: Stops) -> String {
        switch stops.kindName {
        case "pay": "paying"
        case "registration": "registration"
        case "externalIdLogin": "signing in with external ids"
        case "foreignIp": "access from foreign addresses"
        default: "charging from " + (stops == .anyCharge ? "any source" : stops.sources.map(\.name).joined(separator: ", "))
        }
    }
}
