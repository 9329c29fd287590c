internal import Ledger
internal import Wire

/// The fields of an event's tail by their names: texts as strings, enumerations by their names, amounts as decimal
/// strings. A field this version does not know is written as `field<number>` in hexadecimal.
struct TailJSON {
    let currency: Currency

    func write(_ tail: Tail, to json: inout JSONWriter) {
        let founders = tail.all(.founder)
        let limits = tail.all(.policyLimit)
        var fields: [(number: UInt8, value: ArraySlice<UInt8>)] = []
        tail.forEach { number, value in fields.append((number, value)) }
        for (number, value) in fields {
            guard let field = Tail.Field(rawValue: number) else {
                json.member("field\(number)", string: Hexadecimal.text(value))
                continue
            }
            if field != .founder, field != .policyLimit { member(field, value, &json) }
        }
        if !founders.isEmpty {
            json.member("founder", array: { list in for founder in founders { list.element(string: Self.text(founder)) } })
        }
        if !limits.isEmpty {
            let policy = Policy(reading: tail)
            json.member("policyLimit", array: { list in
                for source in FundingSource.allCases where policy[source] != Policy.SourceLimit() {
                    list.object {
                        $0.member("source", string: source.name)
                        $0.member("limit", string: currency.text(policy[source].perCharge))
                        $0.member("step", string: currency.text(policy[source].step))
                    }
                }
            })
        }
    }

    private func member(_ field: Tail.Field, _ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        let byte = value.first ?? 0
        switch field {
        case .currency, .actorName, .person, .externalID, .store, .storePlace, .register, .partnerReference, .reason:
            json.member(field.name, string: Self.text(value))
        case .ledgerID: json.member(field.name, string: Hexadecimal.text(value))
        case .exponent: json.member(field.name, integer: byte)
        case .clock: json.member(field.name, string: Genesis.ClockKind(rawValue: byte).map { "\($0)" } ?? "\(byte)")
        case .lockScope: json.member(field.name, string: LockScope(rawValue: byte)?.name ?? "\(byte)")
        case .resetMethod: json.member(field.name, string: ResetMethod(rawValue: byte)?.name ?? "\(byte)")
        case .addressChanged: json.member(field.name, bool: byte != 0)
        case .disposition: json.member(field.name, string: Disposition(rawValue: byte)?.name ?? "\(byte)")
        case .refundReason: json.member(field.name, string: ExceptionalReason(rawValue: byte)?.name ?? "\(byte)")
        case .rejection:
            let number = Tail.number(value)
            json.member(field.name, string: Rejection.Code(rawValue: UInt16(truncatingIfNeeded: number))?.name ?? "\(number)")
        case .refusedCommand: json.member(field.name, string: Command.Name(rawValue: byte)?.name ?? "\(byte)")
        case .rejectionBound, .policyCap: json.member(field.name, string: currency.text(Tail.number(value)))
        case .founder, .policyLimit: break
        }
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String { String(decoding: value, as: UTF8.self) }
}
