public import Ledger
public import Wire

/// The one place that reads a command from JSON. Routes, the bulk door and the CLI all come through here; the member
/// names are the same everywhere, and a member that is not known is refused.
public struct CommandJSON: Sendable {
    public let currency: Currency
    /// `nil`: there is no vault, and a command with a personal value is not taken.
    let pseudonyms: Pseudonyms?

    public init(currency: Currency, pseudonyms: Pseudonyms? = nil) {
        self.currency = currency
        self.pseudonyms = pseudonyms
    }

    /// Who or what the command is about: the route's path names it, or members of the object do.
    public enum Subject: Sendable {
        /// For routes below a payment or a charge, `event` is its position.
        case given(AccountReference, event: UInt64? = nil)
        /// The dispute, report, alert, unmatched reversal or batch of this position; an account it is about stands in the object.
        case event(UInt64)
        /// The control of this position.
        case control(UInt64)
        case person(String)
        /// A route about no account: a failed login with an id nobody has.
        case nobody
        /// `"account"` (the ordinal as a decimal string) or `"externalId"`; `"control"` or `"person"`.
        case inObject
    }

    /// A command with what goes with it into a request.
    public struct Reading: Sendable {
        public var command: Command
        public var occurredAt: Instant?
        public var access: Access
        /// What the vault is to keep.
        public var personal: [PersonalDatum]
    }

    /// Reads a command of this name.
    ///
    /// - Parameter envelope: members beside the command's own that the caller has looked at, such as `key`.
    public func command(
        _ name: Command.Name, from object: borrowing JSONObjectReader, subject: Subject = .inObject, envelope: Envelope = .none
    ) throws(Fault) -> Reading {
        var values = PersonalValues(pseudonyms)
        let command: Command
        if name == .propose || name == .breakGlass {
            command = .approvals(try holding(name, object, envelope, &values))
        } else {
            try allow(name, object, subject, envelope)
            command = try self.command(name, object, AccountSource(subject: subject), &values)
        }
        return Reading(
            command: command, occurredAt: try object.instant("occurredAt"), access: try access(object, &values), personal: values.data)
    }

    private func allow(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ subject: Subject, _ envelope: Envelope
    ) throws(Fault) {
        try Self.refuseTypedHold(name, object)
        let isInObject = if case .inObject = subject { true } else { false }
        do { try object.allow(MemberNames.of(name, envelope, naming: isInObject)) } catch { throw Fault(error) }
    }

    private func command(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource, _ values: inout PersonalValues
    ) throws(Fault) -> Command {
        switch name {
        case .openAccount, .lock, .unlock, .resetCredentials, .closeAccount:
            .accounts(try accounts(name, object, account, &values))
        case .charge, .pay, .reversePayment, .correctCharge, .refund:
            .money(try money(name, object, account))
        case .settlePartner, .settleMerchant, .fundByOwner, .bookUnmatched:
            .money(try settlement(name, object))
        case .setPolicy, .advanceClock, .confirmClock, .launchService, .publishNotice:
            .service(try service(name, object))
        case .activateControl, .liftControl, .confirmVoid:
            .controls(try controls(name, object, account))
        case .logIn, .failLogin, .countLogins, .bindDevice, .unbindDevice, .linkExternalLogin, .unlinkExternalLogin,
            .linkFundingSource, .unlinkFundingSource, .registerContact, .revokeSession, .revokeSessions, .mandateReset:
            .access(try accessCommand(name, object, account, &values))
        case .propose, .approve, .withdraw, .breakGlass, .reviewBreakGlass, .grantRole, .revokeRole:
            .approvals(try approvals(name, object))
        case .viewPersonalData, .erasePerson:
            .people(try people(name, object, account))
        case .activateRules, .raiseAlert, .clearAlert:
            .fraud(try fraud(name, object, account))
        case .openDispute, .closeDispute, .reportCharges, .matchReport, .recordContact, .label, .holdFraud, .endHold, .certifyVictim,
            .amendCertification, .revokeCertification, .linkAccounts:
            .damage(try damage(name, object, account))
        case .requestReversal, .rejectReversal, .confirmReversal, .matchReversal, .settleClearing, .offerCompensation, .agreeCompensation,
            .payCompensation, .returnCompensation, .repayRecoverable, .waiveRecoverable, .bookCulpritPayment:
            .compensation(try compensation(name, object, account))
        case .decideTermination, .rescheduleTermination, .withdrawTermination, .placeLegalHold, .liftLegalHold, .openClaims, .extendClaims,
            .claimRefund, .verifyIdentity, .correctPayee, .rejectClaim, .withdrawClaim, .approveRefunds, .acceptLateClaim, .openBatch,
            .recordBatchFile, .cancelBatch, .releaseBatch, .sendBatch, .recordResultFile, .confirmPayout, .returnPayout, .recordFiling,
            .depositSecurity, .reclaimSecurity:
            .shutdown(try shutdown(name, object, account, &values))
        }
    }

    /// A proposal or an emergency act: the held command's members stand beside `because`. In a line, where `command` says
    /// `propose`, its name is `act`.
    private func holding(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ envelope: Envelope, _ values: inout PersonalValues
    ) throws(Fault) -> ApprovalsCommand {
        let field = envelope == .line ? "act" : "command"
        let held = try object.choice(field, Names.commands)
        if [.propose, .approve, .withdraw, .breakGlass, .reviewBreakGlass].contains(held) {
            throw .invalid(field, "needs no approval; send it by itself.")
        }
        try allow(held, object, .inObject, envelope == .line ? .heldInLine : .held)
        let command = try self.command(held, object, AccountSource(subject: .inObject), &values)
        let because = try object.text("because")
        return name == .propose ? .propose(command, because: because) : .breakGlass(command, because: because)
    }

    /// Members a door has of its own.
    public enum Envelope: Int, CaseIterable, Sendable {
        case none
        /// A line of the bulk door: `key` and `command`.
        case line
        /// A settlement's `kind`.
        case settlement
        /// The `confirm` of a clock's confirmation.
        case confirmation
        /// A proposal or an emergency act around another command.
        case held
        /// The same as a line of the bulk door.
        case heldInLine

        var members: [String] {
            switch self {
            case .none: []
            case .line: ["key", "command"]
            case .settlement: ["kind"]
            case .confirmation: ["confirm"]
            case .held: ["command", "because"]
            case .heldInLine: ["key", "command", "act", "because"]
            }
        }
    }

    /// The command of this name, as lines and exports write it.
    public static func name(_ text: String) -> Command.Name? { Names.commands[text] }

    // MARK: Desks

    private func accounts(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource, _ values: inout PersonalValues
    ) throws(Fault) -> AccountsCommand {
        switch name {
        case .lock:
            return .lock(try account.read(object), try scope(object), reason: try object.optionalText("reason"))
        case .unlock:
            return .unlock(try account.read(object), try scope(object), reason: try object.optionalText("reason"))
        case .resetCredentials:
            let method = try object.choice("method", Names.methods)
            return .resetCredentials(
                try account.read(object), method, addressChanged: try object.flag("addressChanged"),
                deliveredTo: try contact(object, "deliveredTo", &values))
        case .closeAccount:
            let disposition = try object.optionalChoice("disposition", Names.dispositions)
            return .close(try account.read(object), disposition, reason: try object.optionalText("reason"))
        default:
            return .open(person: try object.text("person"), externalID: try object.optionalText("externalId"))
        }
    }

    private func scope(_ object: borrowing JSONObjectReader) throws(Fault) -> LockScope {
        try object.choice("scope", Names.scopes)
    }

    private func money(_ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource) throws(Fault) -> MoneyCommand {
        let amount = try object.amount("amount", currency)
        switch name {
        case .charge:
            return .charge(
                try account.read(object), try source(object), amount, reference: try object.optionalText("reference"),
                card: try object.optionalText("card"))
        case .pay:
            return .pay(
                try account.read(object), store: try object.text("store"), place: try object.optionalText("place"),
                register: try object.optionalText("register"), amount)
        case .reversePayment:
            return .reversePayment(
                try account.read(object), payment: try account.position("payment", object), amount,
                reason: try object.optionalText("reason"))
        case .correctCharge:
            return .correctCharge(
                try account.read(object), charge: try account.position("charge", object), amount,
                reason: try object.optionalText("reason"))
        default:
            let reason = try object.optionalChoice("reason", Names.reasons)
            return .refund(try account.read(object), amount, reason, note: try object.optionalText("note"))
        }
    }

    func source(_ object: borrowing JSONObjectReader) throws(Fault) -> FundingSource {
        try object.choice("source", Names.sources)
    }

    private func settlement(_ name: Command.Name, _ object: borrowing JSONObjectReader) throws(Fault) -> MoneyCommand {
        let amount = try object.amount("amount", currency)
        let statement = try object.optionalText("statement")
        switch name {
        case .settlePartner:
            let fee = object.type(of: "fee") == nil ? 0 : try object.units("fee", currency)
            return .settlePartner(try source(object), gross: amount, fee: fee, statement: statement)
        case .settleMerchant:
            let direction = try object.optionalChoice("direction", Names.merchantDirections)
            return .settleMerchant(store: try object.text("store"), amount, direction ?? .toStore, statement: statement)
        case .bookUnmatched:
            let direction = try object.choice("direction", Names.bankDirections)
            return .bookUnmatched(amount, direction, statement: statement)
        default:
            return .fundByOwner(amount, statement: statement)
        }
    }

    private func service(_ name: Command.Name, _ object: borrowing JSONObjectReader) throws(Fault) -> ServiceCommand {
        switch name {
        case .setPolicy: return .setPolicy(try PolicyJSON(currency: currency).policy(from: object))
        case .advanceClock:
            guard let instant = try object.instant("to") else { throw .invalid("to", "is missing.") }
            return .advanceClock(to: instant)
        case .launchService: return .launch(reason: try object.optionalText("reason"))
        case .publishNotice: return try notice(object)
        default: return .confirmClock
        }
    }
}

/// Where the account, and the event a command is about, are named.
struct AccountSource {
    let subject: CommandJSON.Subject

    func read(_ object: borrowing JSONObjectReader) throws(Fault) -> AccountReference {
        if case .given(let account, _) = subject { return account }
        return try reference(object, "account", "externalId")
    }

    /// The second account of two.
    func other(_ object: borrowing JSONObjectReader) throws(Fault) -> AccountReference {
        try reference(object, "other", "otherExternalId")
    }

    private func reference(_ object: borrowing JSONObjectReader, _ name: String, _ externalName: String) throws(Fault) -> AccountReference {
        let external = try object.optionalText(externalName)
        guard object.type(of: name) != nil else {
            guard let external else { throw .invalid(name, "is missing; name the account by \(name) or by \(externalName).") }
            return .external(external)
        }
        guard external == nil else { throw .invalid(externalName, "stands beside \(name); name the account by one of them.") }
        let number: Int64
        do { number = try object.decimal(name) } catch { throw Fault(error) }
        guard number > 0 else { throw .invalid(name, "is not an account's number.") }
        return .ordinal(UInt64(number))
    }

    /// The same where a command may be about no account.
    func readIfAny(_ object: borrowing JSONObjectReader) throws(Fault) -> AccountReference? {
        switch subject {
        case .nobody: return nil
        case .inObject where object.type(of: "account") == nil && object.type(of: "externalId") == nil: return nil
        default: return try read(object)
        }
    }

    func person(_ object: borrowing JSONObjectReader) throws(Fault) -> String {
        if case .person(let person) = subject { return person }
        return try object.text("person")
    }

    func control(_ object: borrowing JSONObjectReader) throws(Fault) -> UInt64 {
        if case .control(let position) = subject { return position }
        return try object.position("control")
    }

    func position(_ name: String, _ object: borrowing JSONObjectReader) throws(Fault) -> UInt64 {
        if case .given(_, let event?) = subject { return event }
        return try object.position(name)
    }

    /// A dispute, a report, an alert, an unmatched reversal or a batch.
    func event(_ name: String, _ object: borrowing JSONObjectReader) throws(Fault) -> UInt64 {
        if case .event(let event) = subject { return event }
        return try object.eventPosition(name)
    }
}
