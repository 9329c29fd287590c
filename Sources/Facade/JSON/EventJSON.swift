public import Ledger
public import Wire

/// An event with every field, as `GET …/events` and `motocho replay --format json` show it.
public struct EventJSON: Sendable {
    public let currency: Currency
    /// The name of an actor's ordinal, where the caller knows it.
    private let actorName: (@Sendable (UInt32) -> String?)?

    public init(currency: Currency, actorName: (@Sendable (UInt32) -> String?)? = nil) {
        self.currency = currency
        self.actorName = actorName
    }

    /// Writes the event as the next document or element.
    public func write(_ event: Event, to json: inout JSONWriter) {
        json.object { members(event, &$0) }
    }

    /// One line of JSON Lines, without its end.
    public func line(_ event: Event) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        write(event, to: &json)
        return json.take()
    }

    private func members(_ event: Event, _ json: inout JSONWriter) {
        json.member("position", integer: event.position)
        json.member("recordedAt", string: event.recordedAt.description)
        json.member("occurredAt", string: event.occurredAt.description)
        json.member("kind", string: Names.of(event.kind))
        json.member("account", optional: event.subject.memberOrdinal.map { "\($0)" })
        json.member("subject", optional: name(event.subject))
        json.member("debit", optional: name(event.debit))
        json.member("credit", optional: name(event.credit))
        json.member("amount", string: currency.text(event.amount))
        json.member("balanceAfter", string: currency.text(event.balanceAfter))
        json.member("previous", integer: event.previous)
        json.member("reference", integer: event.reference)
        json.member("source", optional: event.source?.name)
        json.member("channel", string: event.channel.name)
        json.member("group", object: { group in
            group.member("index", integer: event.groupIndex)
            group.member("count", integer: event.groupCount)
        })
        json.member("actor", integer: event.actor)
        if let actorName { json.member("actorName", optional: actorName(event.actor)) }
        json.member("session", integer: event.session)
        json.member("authLevel", integer: event.authLevel)
        json.member("policyVersion", integer: event.policyVersion)
        json.member("key", string: event.key.hexadecimal)
        json.member("fingerprint", string: Hexadecimal.text(event.fingerprint))
        json.member("tail", object: { TailJSON(currency: currency).write(event.tail, of: event.kind, to: &$0) })
    }

    private func name(_ account: AccountCode) -> String? { account.isNone ? nil : account.description }
}

extension JSONWriter {
    mutating func member(_ name: String, time: Instant) { member(name, string: time.description) }

    mutating func member(_ name: String, strings: [String]) {
        member(name, array: { list in for string in strings { list.element(string: string) } })
    }

    /// Positions of events, as decimal strings.
    mutating func member(_ name: String, positions: [UInt64]) {
        member(name, array: { list in for position in positions { list.element(decimal: position) } })
    }

    /// A string, or null.
    mutating func member(_ name: String, optional text: String?) {
        if let text { member(name, string: text) } else { memberNull(name) }
    }
}

enum Hexadecimal {
    /// Sixteen digits.
    static func text(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }

    static func text(_ bytes: some Sequence<UInt8>) -> String {
        bytes.reduce(into: "") { text, byte in text += (byte < 16 ? "0" : "") + String(byte, radix: 16) }
    }
}
