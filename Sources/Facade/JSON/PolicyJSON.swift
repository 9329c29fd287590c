public import Ledger
public import Wire

/// A policy as a document, the same for `POST /v1/policies`, a bulk line and `motocho init --policy FILE`:
///
///     {"balanceCap": "100000", "charge": {"atmCash": {"limit": "50000", "step": "1000"}}, "requiresLaunch": true,
///      "daily": {"charge": "100000"}, "evidence": {"bindDevice": {"level": 2, "withinSeconds": 300}}}
///
/// What is left out has no limit. Amounts are decimal strings in the ledger's currency; seconds, counts and levels are
/// JSON integers.
public struct PolicyJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    /// Every member a policy may have.
    static let members = [
        "balanceCap", "charge", "requiresLaunch", "homeCountry", "sessionSeconds", "proposalSeconds", "daily", "chargeWindows",
        "devices", "afterReset", "afterContactChange", "resetsToRegisteredContact", "evidence",
        "compensationFrom", "claims", "batch", "retentionSeconds",
    ]

    /// Reads a document of its own; a member that is not known is refused.
    public func policy(parsing bytes: [UInt8]) throws(Fault) -> Policy {
        let object: JSONObject
        do {
            object = try JSONObject(parsing: bytes)
            try object.allow(Self.members)
        } catch { throw Fault(error) }
        return try policy(Dictionary(uniqueKeysWithValues: object.members.map { ($0.name, $0.value) }))
    }

    /// Reads a policy's members of a larger object, and leaves the others to the caller.
    public func policy(from object: borrowing JSONObjectReader) throws(Fault) -> Policy {
        var values: [String: JSONValue] = [:]
        for member in Self.members { values[member] = object[member] }
        return try policy(values)
    }

    private func policy(_ values: [String: JSONValue]) throws(Fault) -> Policy {
        var policy = Policy(balanceCap: try amount(values["balanceCap"], "balanceCap"))
        if let charge = values["charge"] { try readLimits(charge, &policy) }
        policy.requiresLaunch = try flag(values["requiresLaunch"], "requiresLaunch")
        if let country = values["homeCountry"] {
            guard case .string(let text) = country else { throw .invalid("homeCountry", "must be a string, not \(country.type.phrase).") }
            policy.homeCountry = try CommandJSON.country(text, "homeCountry")
        }
        policy.sessionSeconds = try seconds(values["sessionSeconds"], "sessionSeconds")
        policy.proposalSeconds = try seconds(values["proposalSeconds"], "proposalSeconds")
        if let daily = values["daily"] {
            let fields = try Fields(daily, "daily", allowing: ["charge", "cardCharge", "payment"])
            policy.dailyCharge = try amount(fields["charge"], fields.name("charge"))
            policy.dailyCardCharge = try amount(fields["cardCharge"], fields.name("cardCharge"))
            policy.dailyPayment = try amount(fields["payment"], fields.name("payment"))
        }
        if let windows = values["chargeWindows"] { policy.chargeWindows = try self.windows(windows) }
        if let devices = values["devices"] { try readDevices(devices, &policy) }
        policy.resetCoolDown = try coolDown(values["afterReset"], "afterReset")
        policy.contactCoolDown = try coolDown(values["afterContactChange"], "afterContactChange")
        policy.resetsToRegisteredContact = try flag(values["resetsToRegisteredContact"], "resetsToRegisteredContact")
        if let from = values["compensationFrom"] {
            guard case .string(let text) = from, let instant = Instant(text) else { throw .noTime("compensationFrom") }
            policy.compensationFrom = instant
        }
        try readRefunds(values, &policy)
        if let evidence = values["evidence"] { try readEvidence(evidence, &policy) }
        return policy
    }

    // MARK: Parts

    private func readLimits(_ value: JSONValue, _ policy: inout Policy) throws(Fault) {
        let charge = try Fields(value, "charge", allowing: FundingSource.allCases.map(\.name))
        for source in FundingSource.allCases {
            guard let value = charge[source.name] else { continue }
            let limits = try Fields(value, charge.name(source.name), allowing: ["limit", "step"])
            policy[source] = Policy.SourceLimit(
                perCharge: try amount(limits["limit"], limits.name("limit")), step: try amount(limits["step"], limits.name("step")))
        }
    }

    private func windows(_ value: JSONValue) throws(Fault) -> [Policy.ChargeWindowLimit] {
        guard case .array(let elements) = value, elements.count <= Policy.mostWindows else {
            throw .invalid("chargeWindows", "must be an array of at most \(Policy.mostWindows) windows.")
        }
        var windows: [Policy.ChargeWindowLimit] = []
        for element in elements {
            let fields = try Fields(element, "chargeWindows", allowing: ["sources", "count", "seconds"])
            windows.append(
                Policy.ChargeWindowLimit(
                    try sources(fields), count: try fields.number("count", 1...10_000),
                    seconds: try fields.number("seconds", 1...Policy.longestWindow)))
        }
        return windows
    }

    private func readDevices(_ value: JSONValue, _ policy: inout Policy) throws(Fault) {
        let fields = try Fields(
            value, "devices", allowing: ["perAccount", "sources", "coolDownSeconds", "firstLimit", "firstSeconds"])
        policy.devicesPerAccount = try fields.optionalNumber("perAccount", 0...10_000) ?? 0
        policy.deviceSources = Policy.Sources(try fields.sources("sources"))
        policy.deviceCoolDown = try seconds(fields["coolDownSeconds"], fields.name("coolDownSeconds"))
        policy.deviceFirst = Policy.FirstLimit(
            amount: try amount(fields["firstLimit"], fields.name("firstLimit")),
            seconds: try seconds(fields["firstSeconds"], fields.name("firstSeconds")))
        guard (policy.deviceFirst.amount > 0) == (policy.deviceFirst.seconds > 0) else {
            throw .invalid("devices", "has one of firstLimit and firstSeconds without the other.")
        }
        guard !policy.deviceSources.isEmpty || policy.deviceCoolDown == 0 && policy.deviceFirst.amount == 0 else {
            throw .invalid("devices.sources", "is missing; a cool-down and a first limit hold for charges from some sources.")
        }
    }

    private func coolDown(_ value: JSONValue?, _ field: String) throws(Fault) -> Policy.CoolDown {
        guard let value else { return Policy.CoolDown() }
        let fields = try Fields(value, field, allowing: ["sources", "seconds"])
        return Policy.CoolDown(try sources(fields), seconds: try fields.number("seconds", 1...Policy.longestSpan))
    }

    private func sources(_ fields: Fields) throws(Fault) -> Policy.Sources {
        let sources = try fields.sources("sources")
        guard !sources.isEmpty else { throw .invalid(fields.name("sources"), "is missing.") }
        return Policy.Sources(sources)
    }

    private func readRefunds(_ values: [String: JSONValue], _ policy: inout Policy) throws(Fault) {
        if let claims = values["claims"] {
            let fields = try Fields(claims, "claims", allowing: ["identity", "fromAbroad"])
            let levels = Int64(Authentication.levels.lowerBound)...Int64(Authentication.levels.upperBound)
            policy.claimIdentity = UInt8(try fields.optionalNumber("identity", levels) ?? 1)
            policy.claimsFromAbroad = try flag(fields["fromAbroad"], fields.name("fromAbroad"))
        }
        if let batch = values["batch"] {
            let fields = try Fields(batch, "batch", allowing: ["items", "total"])
            policy.batchItems = try fields.optionalNumber("items", 1...Self.mostItems) ?? 0
            policy.batchTotal = try amount(fields["total"], fields.name("total"))
        }
        policy.retentionSeconds = try seconds(values["retentionSeconds"], "retentionSeconds")
    }

    /// What the trailer of a bank's file can count.
    private static let mostItems: Int64 = 999_999

    private func readEvidence(_ value: JSONValue, _ policy: inout Policy) throws(Fault) {
        guard case .object(let object) = value else { throw .invalid("evidence", "must be an object, not \(value.type.phrase).") }
        for member in object.members {
            let source = member.name.hasPrefix(Self.chargePrefix) ? Names.sources[String(member.name.dropFirst(Self.chargePrefix.count))] : nil
            let command = Names.commands[member.name]
            guard source != nil || command != nil else {
                throw .invalid("evidence", "has a member that is neither a command nor charge. with a funding source, such as charge.creditCard.")
            }
            let fields = try Fields(member.value, "evidence." + member.name, allowing: ["level", "withinSeconds"])
            let minimum = Policy.Minimum(
                level: UInt8(try fields.number("level", 1...Int64(Authentication.levels.upperBound))),
                seconds: try seconds(fields["withinSeconds"], fields.name("withinSeconds")))
            if let source { policy[minimum: source] = minimum } else if let command { policy[minimum: command] = minimum }
        }
    }

    static let chargePrefix = "charge."

    // MARK: Values

    private func amount(_ value: JSONValue?, _ field: String) throws(Fault) -> Int64 {
        guard let value else { return 0 }
        guard case .string(let text) = value else { throw AmountText.notAString(field, value.type, currency) }
        guard let amount = Amount(try AmountText.units(text, field, currency)) else { throw AmountText.outOfRange(field, currency) }
        return amount.units
    }

    private func seconds(_ value: JSONValue?, _ field: String) throws(Fault) -> Int64 {
        guard let value else { return 0 }
        return try Fields.number(value, field, 0...Policy.longestSpan)
    }

    private func flag(_ value: JSONValue?, _ field: String) throws(Fault) -> Bool {
        guard let value else { return false }
        guard case .bool(let flag) = value else { throw .invalid(field, "must be true or false, not \(value.type.phrase).") }
        return flag
    }
}
