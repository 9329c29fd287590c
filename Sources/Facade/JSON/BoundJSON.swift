internal import Ledger
internal import Wire

/// The number that decided a refusal, in the form its code gives it: money as a decimal string, a count as an integer,
/// a day and an instant as they are written, the roles one of which is needed by name, an authentication as level and age.
struct BoundJSON {
    let currency: Currency

    /// Writes it as a member, under the name its meaning has; nothing where the code has no bound.
    func write(_ code: Rejection.Code, _ bound: Int64, to json: inout JSONWriter) {
        switch code.boundMeaning {
        case nil: break
        case .money(let name): json.member(name, string: currency.text(bound))
        case .count(let name): json.member(name, integer: bound)
        case .day(let name): json.member(name, string: Self.day(bound))
        case .time(let name): json.member(name, time: Instant(microseconds: bound))
        case .account: json.member("account", decimal: bound)
        case .roles: json.member("roles", strings: Self.roles(bound))
        case .step: json.member("step", object: { Self.step(bound, &$0) })
        }
    }

    /// The same under a name of the caller's.
    func write(_ code: Rejection.Code?, _ bound: Int64, as name: String, to json: inout JSONWriter) {
        switch code?.boundMeaning {
        case .money: json.member(name, string: currency.text(bound))
        case nil, .count: json.member(name, integer: bound)
        case .day: json.member(name, string: Self.day(bound))
        case .time: json.member(name, time: Instant(microseconds: bound))
        case .account: json.member(name, decimal: bound)
        case .roles: json.member(name, strings: Self.roles(bound))
        case .step: json.member(name, object: { Self.step(bound, &$0) })
        }
    }

    private static func day(_ bound: Int64) -> String { Day(number: Int32(truncatingIfNeeded: bound)).description }

    private static func roles(_ bound: Int64) -> [String] { Roles(rawValue: UInt32(truncatingIfNeeded: bound)).all.map(\.name) }

    private static func step(_ bound: Int64, _ json: inout JSONWriter) {
        json.member("requiredLevel", integer: bound & 0xFF)
        if bound >> 8 != 0 { json.member("withinSeconds", integer: bound >> 8) }
    }
}

/// What a control stops: `{"control": "charge", "sources": ["creditCard"]}`.
enum StopsJSON {
    static func write(_ stops: Stops, to json: inout JSONWriter) {
        json.member("control", string: stops.kindName)
        if !stops.sources.isEmpty { json.member("sources", strings: stops.sources.map(\.name)) }
    }
}
