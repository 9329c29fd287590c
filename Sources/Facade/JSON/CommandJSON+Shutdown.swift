internal import Exchange
internal import Ledger
internal import Wire

/// The commands of the shutdown desk.
extension CommandJSON {
    func shutdown(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource, _ values: inout PersonalValues
    ) throws(Fault) -> ShutdownCommand {
        switch name {
        case .decideTermination: return .decide(effectiveAt: try requiredInstant(object, "effectiveAt"), reason: try object.text("reason"))
        case .rescheduleTermination: return .reschedule(effectiveAt: try requiredInstant(object, "effectiveAt"), reason: try object.text("reason"))
        case .withdrawTermination: return .withdrawDecision(reason: try object.text("reason"))
        case .placeLegalHold: return .placeLegalHold(try account.read(object), reason: try object.text("reason"))
        case .liftLegalHold: return .liftLegalHold(try account.read(object), reason: try object.text("reason"))
        case .openClaims: return .openClaims(from: try object.instant("from"), last: try requiredDay(object, "last"))
        case .extendClaims: return .extendClaims(last: try requiredDay(object, "last"), reason: try object.text("reason"))
        case .claimRefund: return .claim(try account.read(object), try claim(object, &values))
        case .verifyIdentity: return .verifyIdentity(try account.read(object), try identity(object))
        case .correctPayee:
            let method = try object.choice("method", Names.payouts)
            return .correctPayee(try account.read(object), method, payee: try payee(object, method, &values))
        case .rejectClaim: return .rejectClaim(try account.read(object), reason: try object.text("reason"))
        case .withdrawClaim: return .withdrawClaim(try account.read(object), reason: try object.optionalText("reason"))
        case .approveRefunds: return .approve(accounts: try accountNumbers(object, "accounts"), total: try object.amount("total", currency))
        case .acceptLateClaim: return .acceptLate(try account.read(object), try claim(object, &values))
        case .recordFiling: return .recordFiling(try filing(object))
        case .depositSecurity:
            return .secure(
                try object.choice("form", Names.securities), try object.amount("amount", currency),
                reference: try object.optionalText("reference"))
        case .reclaimSecurity:
            return .reclaim(
                try object.choice("form", Names.securities), try object.amount("amount", currency),
                approval: try object.eventPosition("approval"))
        default: return try payouts(name, object, account)
        }
    }

    /// Batches, and what the bank says of them.
    private func payouts(
        _ name: Command.Name, _ object: borrowing JSONObjectReader, _ account: AccountSource
    ) throws(Fault) -> ShutdownCommand {
        switch name {
        case .openBatch:
            return .openBatch(
                try object.choice("method", Names.payouts), date: try transferDate(object),
                items: try object.optionalNumber("items", 1...Self.mostThings))
        case .recordBatchFile:
            return .recordFile(
                batch: try account.event("batch", object), try object.choice("format", Names.fileFormats), contentHash: try hash(object),
                bytes: try object.number("bytes", 1...Self.mostThings))
        case .cancelBatch: return .cancelBatch(try account.event("batch", object), reason: try object.text("reason"))
        case .releaseBatch: return .releaseBatch(try account.event("batch", object), contentHash: try hash(object))
        case .sendBatch: return .sendBatch(try account.event("batch", object), reference: try object.optionalText("reference"))
        case .recordResultFile:
            return .recordResult(
                batch: try account.event("batch", object), contentHash: try hash(object), paid: try object.number("paid", 0...Self.mostThings),
                returned: try object.number("returned", 0...Self.mostThings))
        case .confirmPayout:
            return .confirmPayout(
                try account.read(object), try object.amount("amount", currency), batch: try object.optionalPosition("batch"),
                reference: try object.optionalText("reference"))
        default:
            return .returnPayout(
                try account.read(object), try object.amount("amount", currency), batch: try object.optionalPosition("batch"),
                reason: try object.optionalText("reason"))
        }
    }

    private static let mostThings: Int64 = 1_000_000_000_000

    // MARK: Parts

    private func claim(_ object: borrowing JSONObjectReader, _ values: inout PersonalValues) throws(Fault) -> ShutdownCommand.Claim {
        let method = try object.choice("method", Names.payouts)
        var shown: ShutdownCommand.Identity?
        if let value = object["identity"] {
            let fields = try Fields(value, "identity", allowing: ["level", "method"])
            shown = ShutdownCommand.Identity(
                level: UInt8(try fields.number("level", Self.levels)), method: try fields.choice("method", Names.identities))
        }
        return ShutdownCommand.Claim(
            claimant: try object.text("claimant"), method: method, payee: try payee(object, method, &values),
            channel: try object.choice("channel", Names.claimChannels), identity: shown)
    }

    private static let levels = Int64(Authentication.levels.lowerBound)...Int64(Authentication.levels.upperBound)

    private func identity(_ object: borrowing JSONObjectReader) throws(Fault) -> ShutdownCommand.Identity {
        ShutdownCommand.Identity(
            level: UInt8(try object.number("level", Self.levels)), method: try object.choice("method", Names.identities))
    }

    /// The payee in the form a bank or a postman takes, kept by the vault; the command has its pseudonym.
    private func payee(
        _ object: borrowing JSONObjectReader, _ method: PayoutMethod, _ values: inout PersonalValues
    ) throws(Fault) -> Pseudonym {
        guard let value = object["payee"] else { throw .invalid("payee", "is missing.") }
        return try values.keep(.payee, try PayeeJSON.read(value, method).text)
    }

    /// A day on which banks transfer money; any other is refused before the ledger sees it.
    private func transferDate(_ object: borrowing JSONObjectReader) throws(Fault) -> Day {
        let date = try requiredDay(object, "date")
        guard !BusinessDays.japan.isBusinessDay(date) else { return date }
        guard BusinessDays.japan.covers.contains(where: { "\($0)" == date.description.prefix(4) }) else {
            throw Fault(.dateNotCovered, field: "date", "date lies in a year whose holidays are not known here; name a day of a year that is.")
        }
        let next = BusinessDays.japan.onOrAfter(date).map { "; the next business day is \($0)" } ?? ""
        throw Fault(.holiday, field: "date", "date is no day on which banks transfer money\(next).")
    }

    private func filing(_ object: borrowing JSONObjectReader) throws(Fault) -> ShutdownCommand.Filing {
        ShutdownCommand.Filing(
            try object.choice("kind", Names.filings), day: try object.day("day"), contentHash: try hash(object),
            amount: object.type(of: "amount") == nil ? nil : try object.amount("amount", currency),
            reference: try object.optionalText("reference"))
    }

    private func requiredInstant(_ object: borrowing JSONObjectReader, _ name: String) throws(Fault) -> Instant {
        guard let instant = try object.instant(name) else { throw .invalid(name, "is missing.") }
        return instant
    }

    private func requiredDay(_ object: borrowing JSONObjectReader, _ name: String) throws(Fault) -> Day {
        guard let day = try object.day(name) else { throw .invalid(name, "is missing.") }
        return day
    }

    /// `["1", "2"]`
    private func accountNumbers(_ object: borrowing JSONObjectReader, _ name: String) throws(Fault) -> [UInt64] {
        let elements: [JSONValue]
        do { elements = try object.array(name) } catch { throw Fault(error) }
        return try Self.accountNumbers(elements, name)
    }
}

/// Where a refund goes, as callers write it: `{"bank": "9998", "branch": "002", "type": "ordinary", "number": "0123456",
/// "holder": "ヤマダ タロウ"}`, Japan Post Bank's `{"symbol": "10530", "number": "12345671", "holder": …}`, or by post
/// `{"name": …, "postcode": …, "address": …}`. What cannot be written is refused; its value is never repeated.
enum PayeeJSON {
    static let bankMembers = ["bank", "bankName", "branch", "branchName", "type", "number", "holder"]
    static let japanPostMembers = ["symbol", "number", "holder"]
    static let postalMembers = ["name", "postcode", "address"]

    static func read(_ value: JSONValue, _ method: PayoutMethod) throws(Fault) -> Payee {
        switch method {
        case .postal:
            let fields = try Fields(value, "payee", allowing: postalMembers)
            let (name, postcode, address) = (try fields.text("name"), try fields.text("postcode"), try fields.text("address"))
            do { return .postal(try PostalAddress(name: name, postcode: postcode, address: address)) } catch { throw Fault(error) }
        case .bank:
            guard case .object(let object) = value, object["symbol"] != nil else {
                return .bank(try account(try Fields(value, "payee", allowing: bankMembers)))
            }
            let fields = try Fields(value, "payee", allowing: japanPostMembers)
            let (symbol, number, holder) = (try fields.text("symbol"), try fields.text("number"), try fields.text("holder"))
            do { return .bank(try JapanPost.account(symbol: symbol, number: number, holder: holder)) } catch { throw Fault(error) }
        }
    }

    private static func account(_ fields: Fields) throws(Fault) -> BankAccount {
        let (bank, branch, number, holder) = (
            try fields.text("bank"), try fields.text("branch"), try fields.text("number"), try fields.text("holder")
        )
        let (bankName, branchName) = (try fields.optionalText("bankName") ?? "", try fields.optionalText("branchName") ?? "")
        let type = try fields.choice("type", Names.accountTypes)
        do {
            return try BankAccount(
                bank: bank, bankName: bankName, branch: branch, branchName: branchName, type: type, number: number, holder: holder)
        } catch { throw Fault(error) }
    }
}

extension Fault {
    /// What of a payee cannot be sent to a bank.
    init(_ error: PayeeError) {
        self.init(Code(rawValue: error.code.rawValue) ?? .invalidField, field: "payee." + error.field, "payee.\(error.field) \(error.reason).")
    }
}
