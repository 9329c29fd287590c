public import Ledger
public import Wire

/// The rules of monitoring as a document, the same for `POST /v1/rules`, a bulk line and a file of `Specs/rules`:
///
///     {"name": "v2", "lockScore": "100", "rules": {"F0": {"weight": "30", "amount": "10000", "percent": "10"},
///      "F1": {"weight": "40", "charges": "3", "seconds": "600", "manyCharges": "5", "manySeconds": "3600",
///             "sources": ["creditCard"]}}}
///
/// A rule that is left out is off. Every threshold of a rule stands there: nothing fires by a default nobody chose. Numbers
/// are decimal strings (integers are taken too), amounts decimal strings in the ledger's currency.
public struct RuleSetJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    /// Every member a rule set has.
    static let members = ["name", "lockScore", "rules"]

    /// Reads a document of its own; a member that is not known is refused.
    public func rules(parsing bytes: [UInt8]) throws(Fault) -> RuleSet {
        let object: JSONObject
        do {
            object = try JSONObject(parsing: bytes)
            try object.allow(Self.members)
        } catch { throw Fault(error) }
        return try rules(object["name"], object["lockScore"], object["rules"])
    }

    /// Reads the members of a larger object, and leaves the others to the caller.
    func rules(from object: borrowing JSONObjectReader) throws(Fault) -> RuleSet {
        try rules(object["name"], object["lockScore"], object["rules"])
    }

    private func rules(_ name: JSONValue?, _ lockScore: JSONValue?, _ rules: JSONValue?) throws(Fault) -> RuleSet {
        guard let name, let lockScore, let rules else {
            throw .invalid(name == nil ? "name" : lockScore == nil ? "lockScore" : "rules", "is missing.")
        }
        guard case .string(let title) = name else { throw .invalid("name", "must be a string, not \(name.type.phrase).") }
        do throws(Malformed) { try TextRule.check(title, "name") } catch { throw Fault(error) }
        guard case .object(let object) = rules else { throw .invalid("rules", "must be an object, not \(rules.type.phrase).") }
        guard object.count > 0 else { throw .invalid("rules", "is empty; rules that are not there find nothing.") }
        var set = RuleSet(name: title, lockScore: try Fields.wholeNumber(lockScore, "lockScore", Self.scores), rules: [])
        for member in object.members {
            guard let number = Self.numbers[member.name] else {
                throw .invalid("rules", "has a member that is none of \(RuleNumber.allCases.map(Self.key).joined(separator: ", ")).")
            }
            set.rules.append(try rule(number, member.value))
        }
        set.rules.sort { $0.number.rawValue < $1.number.rawValue }
        return set
    }

    private func rule(_ number: RuleNumber, _ value: JSONValue) throws(Fault) -> RuleSet.Rule {
        let path = "rules." + Self.key(number)
        let thresholds = number.thresholds
        let fields = try Fields(value, path, allowing: ["weight"] + thresholds.map(\.name) + ["sources"])
        var rule = RuleSet.Rule(number, weight: try fields.wholeNumber("weight", Self.weights), thresholds: [])
        for threshold in thresholds { rule.thresholds.append(try self.threshold(threshold, fields)) }
        let sources = try fields.sources("sources")
        if !sources.isEmpty { rule.sources = Policy.Sources(sources) }
        return rule
    }

    private func threshold(_ threshold: RuleNumber.Threshold, _ fields: Fields) throws(Fault) -> Int64 {
        let field = fields.name(threshold.name)
        guard let value = fields[threshold.name] else { throw .invalid(field, "is missing; a rule has all of its thresholds.") }
        let isAmount = Self.amounts.contains(threshold.name)
        var number: Int64?
        switch value {
        case .string(let text) where isAmount: number = try AmountText.units(text, field, currency)
        case .string(let text): number = PositionText.position(text).map { Int64($0) }
        case .integer(let integer) where !isAmount: number = integer
        case _ where isAmount: throw AmountText.notAString(field, value.type, currency)
        default: break
        }
        guard let number, threshold.range.contains(number) else {
            let (least, most) = (threshold.range.lowerBound, threshold.range.upperBound)
            let range = isAmount ? "\(currency.text(least)) to \(currency.text(most))" : "\(least) to \(most)"
            throw .invalid(field, "must be a whole number from \(range): with any other the rule never fires, or always does.")
        }
        return number
    }

    // MARK: Writing

    /// Writes the document it is read from: reading it again gives the same rules.
    public func write(_ set: RuleSet, to json: inout JSONWriter) {
        json.object { members(set, &$0) }
    }

    /// The document's members, without its braces.
    func members(_ set: RuleSet, _ json: inout JSONWriter) {
        json.member("name", string: set.name)
        json.member("lockScore", decimal: set.lockScore)
        json.member("rules", object: { rules in
            for rule in set.rules { rules.member(Self.key(rule.number), object: { write(rule, &$0) }) }
        })
    }

    private func write(_ rule: RuleSet.Rule, _ json: inout JSONWriter) {
        json.member("weight", decimal: rule.weight)
        for (threshold, number) in zip(rule.number.thresholds, rule.thresholds) {
            if Self.amounts.contains(threshold.name) {
                json.member(threshold.name, string: currency.text(number))
            } else {
                json.member(threshold.name, decimal: number)
            }
        }
        if rule.sources != Policy.Sources(FundingSource.allCases) { json.member("sources", strings: rule.sources.all.map(\.name)) }
    }

    // MARK: Names

    /// `F0`, as people and files call a rule.
    static func key(_ number: RuleNumber) -> String { "F\(number.rawValue)" }

    private static let numbers = Dictionary(uniqueKeysWithValues: RuleNumber.allCases.map { (key($0), $0) })
    /// Thresholds that are sums of money.
    private static let amounts: Set<String> = ["amount", "high", "cap", "unit"]
    private static let weights: ClosedRange<Int64> = 1...1_000_000
    private static let scores: ClosedRange<Int64> = 1...1_000_000_000
}
