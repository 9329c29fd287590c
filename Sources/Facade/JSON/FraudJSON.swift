public import Ledger
public import Projections
public import Wire

/// What monitoring finds, as `GET /v1/fraud/…` shows it. Each writes its members without braces.
public struct FraudJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    public func members(_ suspicious: SuspiciousAccount, _ json: inout JSONWriter) {
        json.member("account", decimal: suspicious.account)
        json.member("score", integer: suspicious.score)
        json.member("reasons", array: { list in
            for reason in suspicious.reasons {
                list.object {
                    rule(reason.rule, &$0)
                    $0.member("count", integer: reason.count)
                    $0.member("last", integer: reason.last)
                }
            }
        })
    }

    public func members(_ fan: FanOut, _ json: inout JSONWriter) {
        switch fan.source {
        case .address(let address): json.member("address", string: address.hexadecimal)
        case .network(let network): json.member("asn", integer: network)
        case .device(let device): json.member("device", integer: device)
        }
        json.member("day", string: Day(of: fan.day).description)
        json.member("attempts", integer: fan.attempts)
        json.member("successes", integer: fan.successes)
        json.member("unknownIds", integer: fan.unknownIDs)
        json.member("accounts", integer: fan.accounts)
        json.member("first", time: fan.first)
        json.member("last", time: fan.last)
    }

    public func members(_ cluster: StoreCluster, _ json: inout JSONWriter) {
        json.member("subject", string: cluster.subject)
        json.member("accounts", integer: cluster.accounts)
        json.member("windowStart", time: cluster.windowStart)
        json.member("recordedAt", time: cluster.recordedAt)
        json.member("payments", positions: cluster.payments)
    }

    public func members(_ theft: OwnBalanceTheft, _ json: inout JSONWriter) {
        json.member("account", decimal: theft.account)
        json.member("score", integer: theft.score)
        json.member("findings", array: { list in for finding in theft.findings { list.object { members(finding, &$0) } } })
    }

    public func members(_ finding: FraudFinding, _ json: inout JSONWriter) {
        rule(finding.rule, &json)
        json.member("ruleVersion", integer: finding.version)
        if finding.account != 0 { json.member("account", decimal: finding.account) }
        json.member("subject", string: finding.subject)
        json.member("windowStart", time: finding.windowStart)
        json.member("grave", bool: finding.isGrave)
        json.member("position", integer: finding.position)
        json.member("recordedAt", time: finding.recordedAt)
        json.member("weight", integer: finding.weight)
        json.member("score", integer: finding.score)
        json.member("matched", integer: finding.matched)
        json.member("events", positions: finding.events)
    }

    public func members(_ hour: FraudHour, _ json: inout JSONWriter) {
        json.member("start", time: hour.start)
        json.member("attempts", integer: hour.attempts)
        json.member("failures", integer: hour.failures)
        json.member("unknownIds", integer: hour.unknownIDs)
        json.member("successesFromAbroad", integer: hour.successesFromAbroad)
        json.member("cardCharges", integer: hour.cardCharges)
        json.member("findings", object: {
            for number in RuleNumber.allCases where hour[number] != 0 { $0.member(RuleSetJSON.key(number), integer: hour[number]) }
        })
    }

    public func members(_ step: AccessStep, _ json: inout JSONWriter) {
        json.member("position", integer: step.position)
        json.member("recordedAt", time: step.recordedAt)
        json.member("event", string: Names.of(step.kind))
        if let method = step.method { json.member("method", string: method.name) }
        if let failure = step.failure { json.member("failure", string: failure.name) }
        if let authentication = step.authentication { json.member("authentication", string: authentication.name) }
        if let country = step.country { json.member("country", string: country.description) }
        if step.network != 0 { json.member("asn", integer: step.network) }
        if let address = step.address { json.member("address", string: address.hexadecimal) }
        if step.device != 0 { json.member("device", integer: step.device) }
        if let bound = step.bound { json.member("bound", string: bound.hexadecimal) }
        if let provider = step.provider { json.member("provider", string: provider) }
        if let reset = step.reset { json.member("reset", string: reset.name) }
        if step.isAddressChanged { json.member("addressChanged", bool: true) }
    }

    /// An alert that nobody has looked at.
    func alert(_ event: Event, _ json: inout JSONWriter) {
        json.member("position", integer: event.position)
        json.member("recordedAt", time: event.recordedAt)
        if let number = event.tail.bytes(.fraudRule)?.first.flatMap(RuleNumber.init(rawValue:)) { rule(number, &json) }
        json.member("ruleVersion", integer: event.tail.number(.ruleVersion) ?? 0)
        if let account = event.subject.memberOrdinal { json.member("account", decimal: account) }
        json.member("subject", string: event.tail.text(.alertSubject) ?? "")
        json.member("windowStart", time: Instant(microseconds: event.tail.number(.windowStart) ?? 0))
        json.member("score", integer: event.tail.number(.score) ?? 0)
        json.member("events", positions: event.tail.positions(.events))
    }

    /// By number and name.
    private func rule(_ number: RuleNumber, _ json: inout JSONWriter) {
        json.member("rule", string: RuleSetJSON.key(number))
        json.member("name", string: number.name)
    }
}
