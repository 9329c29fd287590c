internal import Ledger
internal import Wire

/// The commands of the controls, approvals and people desks, and notices.
extension CommandJSON {
    func controls(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource
    ) throws(Fault) -> ControlsCommand {
        switch name {
        case .activateControl:
            return .activate(
                try stops(object), effectiveAt: try object.instant("effectiveAt"), until: try object.instant("until"),
                reason: try object.text("reason"))
        case .liftControl:
            return .lift(
                control: try account.control(object), effectiveAt: try object.instant("effectiveAt"), reason: try object.text("reason"))
        default: return .confirmVoid(refusal: try object.position("refusal"), reference: try object.optionalText("reference"))
        }
    }

    private func stops(_ object: borrowing JSONObjectReader) throws(Fault) -> Stops {
        let kind = try object.text("control")
        let sources = try Fields.sources(object["sources"], "sources")
        guard Stops.kindNames.contains(kind) else { throw .invalid("control", "is not one of \(Stops.kindNames.joined(separator: ", ")).") }
        guard let stops = Stops(kindName: kind, sources: sources) else { throw .invalid("sources", "goes with the control charge only.") }
        return stops
    }

    func approvals(_ name: Command.Name, _ object: borrowing JSONObjectReader) throws(Fault) -> ApprovalsCommand {
        switch name {
        case .approve: return .approve(proposal: try object.position("proposal"))
        case .withdraw: return .withdraw(proposal: try object.position("proposal"), because: try object.optionalText("because"))
        case .reviewBreakGlass:
            return .review(
                act: try object.position("emergency"), try object.choice("verdict", Names.verdicts), note: try object.optionalText("note"))
        case .grantRole:
            return .grant(
                principal: try object.text("principal"), try object.choice("role", Names.roles), person: try object.optionalText("person"))
        default: return .revoke(principal: try object.text("principal"), try object.choice("role", Names.roles))
        }
    }

    func people(_ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource) throws(Fault) -> PeopleCommand {
        // What cannot be shown is not said to have been seen, and what cannot be destroyed not to have been erased.
        guard pseudonyms != nil else { throw .noVault }
        let person = try account.person(object)
        return name == .viewPersonalData
            ? .view(person: person, purpose: try object.text("purpose")) : .erase(person: person, reason: try object.text("reason"))
    }

    func notice(_ object: borrowing JSONObjectReader) throws(Fault) -> ServiceCommand {
        .publishNotice(
            try object.choice("kind", Names.notices), place: try object.text("place"), contentHash: try hash(object),
            note: try object.optionalText("note"))
    }

    func hash(_ object: borrowing JSONObjectReader) throws(Fault) -> [UInt8] {
        let digits = Array(try object.text("contentHash").utf8)
        let values = digits.compactMap { digit -> UInt8? in
            switch digit {
            case 48...57: digit - 48
            case 97...102: digit - 87
            default: nil
            }
        }
        guard digits.count == 64, values.count == 64 else {
            throw .invalid("contentHash", "is no SHA-256 value of 64 hexadecimal digits, in small letters.")
        }
        return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
