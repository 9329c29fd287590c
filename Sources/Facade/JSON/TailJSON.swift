internal import Ledger
internal import Wire

/// The fields of an event's tail by their names: texts as strings, enumerations by their names, amounts as decimal
/// strings, times in RFC 3339, pseudonyms and hashes in hexadecimal. A policy stands as the document it was set with, in
/// `policy`, and the rules of monitoring in `ruleSet`. A field this version does not know is written as `field<number>` in hexadecimal.
struct TailJSON {
    let currency: Currency

    func write(_ tail: Tail, of kind: EventKind, to json: inout JSONWriter) {
        var fields: [(number: UInt8, value: ArraySlice<UInt8>)] = []
        tail.forEach { number, value in fields.append((number, value)) }
        var hasPolicy = kind == .policySet
        let isRuleSet = kind == .ruleSetActivated
        for (number, value) in fields {
            guard let field = Tail.Field(rawValue: number) else {
                json.member("field\(number)", string: Hexadecimal.text(value))
                continue
            }
            switch field {
            case .founder: break
            case .policyLimit, .policyCap, .policyRule: hasPolicy = true
            case .ruleSetName, .lockScore, .fraudRule: if !isRuleSet { member(field, value, &json) }
            case .verdict: verdict(value.first ?? 0, kind, &json)
            case .rejectionBound:
                BoundJSON(currency: currency).write(Self.rejection(tail), Tail.number(value), as: field.name, to: &json)
            default: member(field, value, &json)
            }
        }
        let founders = tail.all(.founder)
        if !founders.isEmpty { json.member(Tail.Field.founder.name, strings: founders.map(Self.text)) }
        if hasPolicy {
            json.name("policy")
            PolicyJSON(currency: currency).write(Policy(reading: tail), to: &json)
        }
        if isRuleSet {
            json.name("ruleSet")
            RuleSetJSON(currency: currency).write(RuleSet(reading: tail), to: &json)
        }
    }

    private static func rejection(_ tail: Tail) -> Rejection.Code? {
        tail.number(.rejection).flatMap { Rejection.Code(rawValue: UInt16(truncatingIfNeeded: $0)) }
    }

    private func member(_ field: Tail.Field, _ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        let byte = value.first ?? 0
        switch field {
        case .currency, .actorName, .person, .externalID, .store, .storePlace, .register, .partnerReference, .reason, .attestation,
            .provider, .cardToken, .brand, .last4, .because, .principal, .staffPerson, .purpose, .noticePlace,
            .basis, .message, .alertSubject, .ruleSetName:
            json.member(field.name, string: Self.text(value))
        case .ledgerID, .device, .loginID, .externalLogin, .contact, .contentHash, .payee:
            json.member(field.name, string: Hexadecimal.text(value))
        case .exponent, .approvalsNeeded: json.member(field.name, integer: byte)
        case .clock: name(field, byte, Genesis.ClockKind(rawValue: byte).map { "\($0)" }, &json)
        case .lockScope: name(field, byte, LockScope(rawValue: byte)?.name, &json)
        case .resetMethod: name(field, byte, ResetMethod(rawValue: byte)?.name, &json)
        case .disposition: name(field, byte, Disposition(rawValue: byte)?.name, &json)
        case .refundReason: name(field, byte, ExceptionalReason(rawValue: byte)?.name, &json)
        case .refusedCommand: name(field, byte, Command.Name(rawValue: byte)?.name, &json)
        case .loginMethod: name(field, byte, LoginMethod(rawValue: byte)?.name, &json)
        case .loginFailure: name(field, byte, LoginFailure(rawValue: byte)?.name, &json)
        case .threeDSecure: name(field, byte, ThreeDSecure(rawValue: byte)?.name, &json)
        case .contactKind: name(field, byte, ContactKind(rawValue: byte)?.name, &json)
        case .role: name(field, byte, Role(rawValue: byte)?.name, &json)
        case .contactVia: name(field, byte, ContactVia(rawValue: byte)?.name, &json)
        case .contactOutcome: name(field, byte, ContactOutcome(rawValue: byte)?.name, &json)
        case .label: name(field, byte, Label(rawValue: byte)?.name, &json)
        case .outcome: name(field, byte, DamageCommand.Outcome(rawValue: byte)?.name, &json)
        case .stage: name(field, byte, CompensationCommand.Stage(rawValue: byte)?.name, &json)
        case .fraudRule: name(field, byte, RuleNumber(rawValue: byte).map { $0.name }, &json)
        case .routes: json.member(field.name, strings: value.map { byte in Ledger.Route(rawValue: byte)?.name ?? "\(byte)" })
        case .events: json.member(field.name, array: { list in words(value).forEach { list.element(decimal: $0) } })
        case .entitlement: entitlement(value, &json)
        case .debitDate, .lastDay, .day: json.member(field.name, string: Day(number: Int32(truncatingIfNeeded: Tail.number(value))).description)
        case .dispute, .report, .ruleVersion, .score, .lockScore: json.member(field.name, integer: Tail.number(value))
        case .otherAccount: json.member(field.name, decimal: Tail.number(value))
        case .noticeKind: name(field, byte, NoticeKind(rawValue: byte)?.name, &json)
        case .addressChanged, .voidDue, .isInbound: json.member(field.name, bool: byte != 0)
        case .rejection:
            let number = Tail.number(value)
            json.member(field.name, string: Rejection.Code(rawValue: UInt16(truncatingIfNeeded: number))?.name ?? "\(number)")
        case .revokedSession: json.member(field.name, decimal: Tail.number(value))
        case .effectiveAt, .until, .expiresAt, .windowStart: json.member(field.name, time: Instant(microseconds: Tail.number(value)))
        case .controlStops:
            let stops = Stops(rawValue: UInt16(truncatingIfNeeded: Tail.number(value)))
            json.member(field.name, object: { StopsJSON.write(stops, to: &$0) })
        case .access: access(value, &json)
        case .heldCommand: held(value, &json)
        case .loginCounts: counts(value, &json)
        case .accountsTouched: accounts(value, &json)
        case .payoutMethod: name(field, byte, PayoutMethod(rawValue: byte)?.name, &json)
        case .claimChannel: name(field, byte, ClaimChannel(rawValue: byte)?.name, &json)
        case .identityMethod: name(field, byte, IdentityMethod(rawValue: byte)?.name, &json)
        case .fileFormat: name(field, byte, FileFormat(rawValue: byte)?.name, &json)
        case .filingKind: name(field, byte, FilingKind(rawValue: byte)?.name, &json)
        case .securityForm: name(field, byte, SecurityForm(rawValue: byte)?.name, &json)
        case .holdGrounds: json.member(field.name, strings: HoldGrounds(rawValue: byte).names)
        case .identityLevel: json.member(field.name, integer: byte)
        case .fileBytes: json.member(field.name, integer: Tail.number(value))
        case .sum: json.member(field.name, string: currency.text(Tail.number(value)))
        case .actSize: size(value, &json)
        case .agreedBy: actors(value, &json)
        case .resultCounts: results(value, &json)
        case .founder, .policyLimit, .policyCap, .policyRule, .rejectionBound, .verdict: break
        }
    }

    /// An enumeration's name; its number, where this version knows none.
    private func name(_ field: Tail.Field, _ byte: UInt8, _ name: String?, _ json: inout JSONWriter) {
        json.member(field.name, string: name ?? "\(byte)")
    }

    /// Of an emergency act, or of an alert.
    private func verdict(_ byte: UInt8, _ kind: EventKind, _ json: inout JSONWriter) {
        name(
            .verdict, byte,
            kind == .alertCleared ? FraudCommand.Verdict(rawValue: byte)?.name : ApprovalsCommand.Verdict(rawValue: byte)?.name, &json)
    }

    /// Eight bytes each.
    private func words(_ value: ArraySlice<UInt8>) -> [Int64] {
        stride(from: value.startIndex, to: value.endIndex - 7, by: 8).map { Tail.number(value[$0..<($0 + 8)]) }
    }

    private func entitlement(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        let sums = words(value)
        guard value.count == 40 else { return json.member(Tail.Field.entitlement.name, string: Hexadecimal.text(value)) }
        EntitlementJSON(currency: currency).write(
            Tail.Field.entitlement.name,
            Entitlement(creditCard: sums[0], debitCard: sums[1], point: sums[2], ownBalance: sums[3], genuineUse: sums[4]), to: &json)
    }

    /// How many, how much, and the digest of an act of many steps.
    private func size(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        let numbers = words(value)
        guard value.count == 48 else { return json.member(Tail.Field.actSize.name, string: Hexadecimal.text(value)) }
        json.member(Tail.Field.actSize.name, object: {
            $0.member("count", integer: numbers[0])
            $0.member("total", string: currency.text(numbers[1]))
            $0.member("digest", string: Hexadecimal.text(value.dropFirst(16)))
        })
    }

    /// Ordinals of actors, of four bytes each.
    private func actors(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        json.member(Tail.Field.agreedBy.name, array: { list in
            var at = value.startIndex
            while at + 4 <= value.endIndex {
                list.element(integer: value[at..<(at + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
                at += 4
            }
        })
    }

    /// What a bank's result file says: how many were paid, how many came back.
    private func results(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        let numbers = words(value)
        guard value.count == 16 else { return json.member(Tail.Field.resultCounts.name, string: Hexadecimal.text(value)) }
        json.member(Tail.Field.resultCounts.name, object: {
            $0.member("paid", integer: numbers[0])
            $0.member("returned", integer: numbers[1])
        })
    }

    /// Session and level of authentication stand in the event itself.
    private func access(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        guard let record = AccessRecord(value) else { return json.member(Tail.Field.access.name, string: Hexadecimal.text(value)) }
        json.member(Tail.Field.access.name, object: { access in
            if let via = record.via { access.member("via", string: via.name) }
            if record.device != 0 { access.member("device", integer: record.device) }
            if let address = record.address { access.member("address", string: address.hexadecimal) }
            if record.network != 0 { access.member("asn", integer: record.network) }
            if let country = record.country { access.member("country", string: country.description) }
            if let method = record.method { access.member("method", string: method.name) }
            if let at = record.authenticatedAt { access.member("authenticatedAt", time: at) }
        })
    }

    /// A held command, readable, and its bytes as they stand in the log.
    private func held(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        json.member(Tail.Field.heldCommand.name, object: { held in
            if let command = try? Command(canonical: value) {
                HeldJSON(currency: currency).write(command, to: &held)
            } else if let name = value.first.flatMap(Command.Name.init(rawValue:)) {
                held.member("command", string: name.name)
            }
            held.member("bytes", string: Hexadecimal.text(value))
        })
    }

    private func counts(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        guard value.count == 40 else { return json.member(Tail.Field.loginCounts.name, string: Hexadecimal.text(value)) }
        let numbers = stride(from: value.startIndex, to: value.endIndex, by: 8).map { Tail.number(value[$0..<($0 + 8)]) }
        json.member(Tail.Field.loginCounts.name, object: { counts in
            counts.member("minute", time: Instant(microseconds: numbers[0]))
            for (name, number) in zip(["attempts", "unknownIds", "wrongPasswords", "succeeded"], numbers.dropFirst()) {
                counts.member(name, integer: number)
            }
        })
    }

    /// Ordinals of four bytes each.
    private func accounts(_ value: ArraySlice<UInt8>, _ json: inout JSONWriter) {
        json.member(Tail.Field.accountsTouched.name, array: { list in
            var at = value.startIndex
            while at + 4 <= value.endIndex {
                list.element(decimal: value[at..<(at + 4)].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
                at += 4
            }
        })
    }

    private static func text(_ value: ArraySlice<UInt8>) -> String { String(decoding: value, as: UTF8.self) }
}
