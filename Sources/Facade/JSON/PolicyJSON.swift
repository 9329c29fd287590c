public import Ledger
public import Wire

/// A policy as a document, the same for `POST /v1/policies`, a bulk line and `motocho init --policy FILE`:
///
///     {"balanceCap": "100000", "charge": {"atmCash": {"limit": "50000", "step": "1000"}}}
///
/// What is left out has no limit. Amounts are decimal strings in the ledger's currency.
public struct PolicyJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    /// Reads a document of its own; a member that is not known is refused.
    public func policy(parsing bytes: [UInt8]) throws(Fault) -> Policy {
        let object: JSONObject
        do {
            object = try JSONObject(parsing: bytes)
            try object.allow("balanceCap", "charge")
        } catch { throw Fault(error) }
        return try policy(object["balanceCap"], object["charge"])
    }

    /// Reads the two members of a larger object, and leaves the others to the caller.
    public func policy(from object: borrowing JSONObjectReader) throws(Fault) -> Policy {
        try policy(object["balanceCap"], object["charge"])
    }

    private func policy(_ cap: JSONValue?, _ charge: JSONValue?) throws(Fault) -> Policy {
        var policy = Policy(balanceCap: try limit(cap, "balanceCap"))
        guard let charge else { return policy }
        guard case .object(let sources) = charge else { throw .invalid("charge", "must be an object with a member for each source.") }
        for member in sources.members {
            guard let source = FundingSource(name: member.name) else {
                throw .invalid("charge", "has a member that is not one of \(FundingSource.allCases.map(\.name).joined(separator: ", ")).")
            }
            let field = "charge.\(source.name)"
            guard case .object(let limits) = member.value else { throw .invalid(field, "must be an object.") }
            guard limits.unknownMember(besides: ["limit", "step"]) == nil else { throw .invalid(field, "has a member that is neither limit nor step.") }
            policy[source] = Policy.SourceLimit(
                perCharge: try limit(limits["limit"], field + ".limit"), step: try limit(limits["step"], field + ".step"))
        }
        return policy
    }

    private func limit(_ value: JSONValue?, _ field: String) throws(Fault) -> Int64 {
        guard let value else { return 0 }
        guard case .string(let text) = value else { throw AmountText.notAString(field, value.type, currency) }
        guard let amount = Amount(try AmountText.units(text, field, currency)) else { throw AmountText.outOfRange(field, currency) }
        return amount.units
    }
}
