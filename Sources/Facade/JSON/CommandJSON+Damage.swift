internal import Ledger
internal import Wire

/// The commands of the damage, compensation and fraud desks.
extension CommandJSON {
    func damage(_ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource) throws(Fault) -> DamageCommand {
        switch name {
        case .openDispute:
            return .openDispute(
                try account.read(object), events: try object.positions("events"), via: try object.choice("via", Names.contactVias),
                note: try object.optionalText("note"))
        case .closeDispute:
            return .closeDispute(
                dispute: try account.event("dispute", object), try object.choice("outcome", Names.outcomes),
                note: try object.optionalText("note"))
        case .reportCharges: return .report(try report(object, account))
        case .matchReport:
            return .matchReport(
                report: try account.event("report", object), try account.read(object), charges: try object.positions("charges"))
        case .recordContact:
            return .recordContact(
                try account.read(object), isInbound: try object.choice("direction", Names.contactDirections),
                try object.choice("via", Names.contactVias), try object.choice("outcome", Names.contactOutcomes),
                note: try object.optionalText("note"))
        case .label:
            return .label(
                try account.read(object), events: try object.positions("events"), try object.choice("label", Names.labels),
                basis: try object.text("basis"), amends: try object.optionalText("amends"))
        case .holdFraud:
            return .hold(
                try account.read(object), charge: try object.optionalPosition("charge"), reason: try object.optionalText("reason"))
        case .endHold:
            return .endHold(try account.read(object), charge: try object.optionalPosition("charge"), reason: try object.text("reason"))
        case .certifyVictim:
            return .certify(
                person: try account.person(object), try EntitlementJSON(currency: currency).read(object), try grounds(object),
                note: try object.optionalText("note"))
        case .amendCertification:
            return .amend(
                person: try account.person(object), try EntitlementJSON(currency: currency).read(object), reason: try object.text("reason"))
        case .revokeCertification: return .revoke(person: try account.person(object), reason: try object.text("reason"))
        default: return .link(try account.read(object), other: try account.other(object), evidence: try object.text("evidence"))
        }
    }

    private func report(_ object: borrowing JSONObjectReader, _ account: AccountSource) throws(Fault) -> DamageCommand.PartnerReport {
        DamageCommand.PartnerReport(
            source: try source(object), message: try object.text("message"), card: try object.optionalText("card"),
            account: try account.readIfAny(object), charges: object.type(of: "charges") == nil ? [] : try object.positions("charges"),
            amount: object.type(of: "amount") == nil ? nil : try object.amount("amount", currency), note: try object.optionalText("note"))
    }

    private func grounds(_ object: borrowing JSONObjectReader) throws(Fault) -> DamageCommand.Grounds {
        var grounds = DamageCommand.Grounds(
            dispute: try object.optionalPosition("dispute"), report: try object.optionalPosition("report"))
        if let value = object["pattern"] {
            let fields = try Fields(value, "pattern", allowing: ["ruleVersion", "score", "events"])
            grounds.pattern = DamageCommand.Grounds.Pattern(
                ruleVersion: UInt16(try fields.wholeNumber("ruleVersion", 1...Int64(UInt16.max))),
                score: try fields.wholeNumber("score", 0...Int64(Int32.max)), events: try fields.positions("events"))
        }
        return grounds
    }

    // MARK: Compensation

    func compensation(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource
    ) throws(Fault) -> CompensationCommand {
        switch name {
        case .requestReversal:
            return .requestReversal(
                try account.read(object), charge: try object.eventPosition("charge"), debitDate: try object.day("debitDate"),
                note: try object.optionalText("note"))
        case .rejectReversal:
            return .rejectReversal(
                try account.read(object), charge: try object.eventPosition("charge"), reason: try object.optionalText("reason"))
        case .confirmReversal:
            return .confirmReversal(
                try account.readIfAny(object), try source(object), charge: try object.eventPosition("charge"),
                try object.amount("amount", currency), try object.choice("stage", Names.stages),
                reference: try object.optionalText("reference"))
        case .matchReversal:
            return .matchReversal(
                unmatched: try account.event("unmatched", object), try account.read(object), charge: try object.eventPosition("charge"))
        case .settleClearing:
            return .settleClearing(
                try source(object), try object.amount("amount", currency), try object.choice("by", Names.clearings),
                statement: try object.optionalText("statement"))
        case .offerCompensation: return .offer(try account.read(object), note: try object.optionalText("note"))
        case .agreeCompensation: return .agree(try account.read(object), try object.amount("amount", currency))
        case .payCompensation:
            return .pay(
                try account.read(object), try object.amount("amount", currency), reference: try object.optionalText("reference"))
        case .returnCompensation:
            return .returned(
                try account.read(object), try object.amount("amount", currency), reference: try object.optionalText("reference"))
        case .repayRecoverable:
            return .repay(
                try account.read(object), try object.amount("amount", currency), statement: try object.optionalText("statement"))
        case .waiveRecoverable:
            return .waive(try account.read(object), try object.amount("amount", currency), reason: try object.text("reason"))
        default: return .bookCulprit(try object.amount("amount", currency), statement: try object.optionalText("statement"))
        }
    }

    // MARK: Fraud

    func fraud(_ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource) throws(Fault) -> FraudCommand {
        switch name {
        case .activateRules: return .activate(try RuleSetJSON(currency: currency).rules(from: object), reason: try object.text("reason"))
        case .clearAlert:
            return .clear(
                alert: try account.event("alert", object), try object.choice("verdict", Names.alertVerdicts),
                note: try object.optionalText("note"))
        // No door takes it: alerts come from the ledger's own monitor.
        default: throw .invalid("command", "is the ledger's own: alerts are raised by its monitor only.")
        }
    }

    /// What is held is never typed by hand.
    static func refuseTypedHold(_ name: Command.Name, _ object: borrowing JSONObjectReader) throws(Fault) {
        guard name == .holdFraud || name == .endHold, object.type(of: "amount") != nil else { return }
        throw .invalid("amount", "is found by the ledger itself; name a charge or leave it out.")
    }
}

/// The sums of a certification, as decimal strings; one that is left out is 0.
struct EntitlementJSON {
    let currency: Currency

    static let members = ["creditCard", "debitCard", "point", "ownBalance", "genuineUse"]

    func read(_ object: borrowing JSONObjectReader) throws(Fault) -> Entitlement {
        func sum(_ name: String) throws(Fault) -> Int64 { object.type(of: name) == nil ? 0 : try object.units(name, currency) }
        return Entitlement(
            creditCard: try sum("creditCard"), debitCard: try sum("debitCard"), point: try sum("point"), ownBalance: try sum("ownBalance"),
            genuineUse: try sum("genuineUse"))
    }

    /// The members, without braces: each sum, zero ones too.
    func members(_ sums: Entitlement, _ json: inout JSONWriter) {
        let numbers = [sums.creditCard, sums.debitCard, sums.point, sums.ownBalance, sums.genuineUse]
        for (name, number) in zip(Self.members, numbers) { json.member(name, string: currency.text(number)) }
    }

    /// With what they come to.
    func write(_ name: String, _ sums: Entitlement, to json: inout JSONWriter) {
        json.member(name, object: {
            members(sums, &$0)
            $0.member("total", string: currency.text(sums.total))
        })
    }
}
