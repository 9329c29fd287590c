internal import Ledger
internal import Wire

/// The access desk's commands, and the member `access` that every command may have.
extension CommandJSON {
    func accessCommand(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource, _ values: inout PersonalValues
    ) throws(Fault) -> AccessCommand {
        switch name {
        case .logIn: return .logIn(try account.read(object), try object.choice("method", Names.loginMethods))
        case .failLogin: return try failure(object, account, &values)
        case .countLogins: return .countLogins(try counts(object))
        case .bindDevice:
            let device = try PersonalForm.device(try object.text("device"), "device")
            return .bindDevice(
                try account.read(object), try values.keep(.device, device), attestation: try object.optionalText("attestation"))
        case .unbindDevice:
            let device = try PersonalForm.device(try object.text("device"), "device")
            return .unbindDevice(try account.read(object), try values.pseudonym(.device, device))
        case .linkExternalLogin, .unlinkExternalLogin:
            let provider = try object.text("provider")
            let id = try PersonalForm.externalLogin(provider: provider, try object.text("id"))
            let reference = try account.read(object)
            return name == .linkExternalLogin
                ? .linkExternalLogin(reference, provider: provider, try values.keep(.externalLogin, id))
                : .unlinkExternalLogin(reference, provider: provider, try values.pseudonym(.externalLogin, id))
        case .linkFundingSource:
            return .linkFundingSource(
                try account.read(object), try source(object), token: try object.text("token"), brand: try object.optionalText("brand"),
                last4: try object.optionalText("last4"), try object.optionalChoice("threeDSecure", Names.threeDSecure))
        case .unlinkFundingSource: return .unlinkFundingSource(try account.read(object), token: try object.text("token"))
        case .registerContact:
            let kind = try object.choice("kind", Names.contactKinds)
            let value = try PersonalForm.contact(kind, try object.text("value"), "value")
            return .registerContact(try account.read(object), kind, try values.keep(kind.datum, value))
        case .revokeSession: return .revokeSession(try account.read(object), session: try object.session("session"))
        case .revokeSessions:
            return .revokeSessions(try object.optionalChoice("method", Names.loginMethods), reason: try object.text("reason"))
        default: return .mandateReset(reason: try object.text("reason"))
        }
    }

    private func failure(
        _ object: borrowing JSONObjectReader, _ account: AccountSource, _ values: inout PersonalValues
    ) throws(Fault) -> AccessCommand {
        let reference = try account.readIfAny(object)
        var id: Pseudonym?
        if let typed = try object.optionalText("loginId") {
            id = try values.keep(.loginID, try PersonalForm.loginID(typed, "loginId"))
        } else if reference == nil {
            throw .invalid("loginId", "is missing; without an account it says whose login failed.")
        }
        return .failLogin(
            reference, loginID: id, try object.choice("method", Names.loginMethods), try object.choice("reason", Names.loginFailures))
    }

    private func counts(_ object: borrowing JSONObjectReader) throws(Fault) -> LoginCounts {
        guard let minute = try object.instant("minute") else { throw .invalid("minute", "is missing.") }
        let range = Int64(0)...1_000_000_000
        return LoginCounts(
            minute: minute, attempts: try object.number("attempts", range), unknownIds: try object.optionalNumber("unknownIds", range) ?? 0,
            wrongPasswords: try object.optionalNumber("wrongPasswords", range) ?? 0,
            succeeded: try object.optionalNumber("succeeded", range) ?? 0, accounts: try touched(object))
    }

    private func touched(_ object: borrowing JSONObjectReader) throws(Fault) -> [AccountReference] {
        guard object.type(of: "accounts") != nil else { return [] }
        let elements: [JSONValue]
        do { elements = try object.array("accounts") } catch { throw Fault(error) }
        return try Self.accountNumbers(elements, "accounts").map { .ordinal($0) }
    }

    /// Accounts' numbers, as decimal strings.
    static func accountNumbers(_ elements: [JSONValue], _ field: String) throws(Fault) -> [UInt64] {
        var accounts: [UInt64] = []
        for element in elements {
            guard case .string(let text) = element, text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ (48...57).contains($0) }),
                let number = Int64(text)
            else { throw .invalid(field, "holds what is no account's number, such as \"1\".") }
            accounts.append(UInt64(number))
        }
        return accounts
    }

    /// `{"kind": "mail", "value": "…"}`
    func contact(_ object: borrowing JSONObjectReader, _ name: String, _ values: inout PersonalValues) throws(Fault) -> Pseudonym? {
        guard let value = object[name] else { return nil }
        let fields = try Fields(value, name, allowing: ["kind", "value"])
        let kind = try fields.choice("kind", Names.contactKinds)
        let contact = try PersonalForm.contact(kind, try fields.text("value"), fields.name("value"))
        return try values.keep(kind.datum, contact)
    }

    // MARK: Access

    private static let members = ["session", "via", "device", "address", "asn", "country", "auth"]

    /// Through what session, device and address the command came, and how its sender was authenticated.
    func access(_ object: borrowing JSONObjectReader, _ values: inout PersonalValues) throws(Fault) -> Access {
        guard let value = object["access"] else { return .none }
        let fields = try Fields(value, "access", allowing: Self.members)
        var access = Access()
        if let session = try fields.optionalText("session") { access.session = try SessionText.number(session, fields.name("session")) }
        access.via = try fields.optionalChoice("via", Names.vias)
        if let device = try fields.optionalText("device") {
            access.device = try values.keep(.device, try PersonalForm.device(device, fields.name("device")))
        }
        if let address = try fields.optionalText("address") {
            access.address = try values.keep(.address, try PersonalForm.address(address, fields.name("address")))
        }
        access.network = UInt32(try fields.optionalNumber("asn", 1...Int64(UInt32.max)) ?? 0)
        if let country = try fields.optionalText("country") { access.country = try Self.country(country, fields.name("country")) }
        if let value = fields["auth"] { access.authentication = try authentication(value, fields.name("auth")) }
        return access
    }

    static func country(_ text: String, _ field: String) throws(Fault) -> Country {
        guard let country = Country(text) else { throw .invalid(field, "is no country of two capital letters such as JP.") }
        return country
    }

    private func authentication(_ value: JSONValue, _ path: String) throws(Fault) -> Authentication {
        let fields = try Fields(value, path, allowing: ["level", "method", "at"])
        let levels = Int64(Authentication.levels.lowerBound)...Int64(Authentication.levels.upperBound)
        return Authentication(
            level: UInt8(try fields.number("level", levels)), method: try fields.choice("method", Names.authentications),
            at: try fields.instant("at"))
    }
}
