public import Ledger
public import Wire

/// Why a request cannot be taken as it stands. It is answered and never recorded.
public struct Fault: Error, Equatable, Sendable {
    public enum Code: String, CaseIterable, Sendable {
        case malformedJSON = "malformed-json"
        case invalidField = "invalid-field"
        case cardNumber = "card-number"
        case missingKey = "missing-key"
        case invalidKey = "invalid-key"
        /// Not the caller's fault: this server has no vault, and the command holds a personal value.
        case noVault = "vault-unavailable"

        // A payee that no bank file and no certificate can carry, and a day on which banks transfer nothing.
        case nameEmpty = "name-empty"
        case nameNotKana = "name-not-kana"
        case nameHasWo = "name-has-wo"
        case nameTooLong = "name-too-long"
        case notDigits = "not-digits"
        case accountType = "account-type"
        case symbolUnknown = "symbol-unknown"
        case numberUnknown = "number-unknown"
        case postcodeWrong = "postcode-wrong"
        case textNotPlain = "text-not-plain"
        case textIsFormula = "text-is-formula"
        case holiday
        case dateNotCovered = "date-not-covered"

        /// Status of the answer.
        var status: Int {
            switch self {
            case .malformedJSON, .invalidField, .cardNumber, .missingKey, .invalidKey: 400
            case .noVault: 503
            // Well-formed, and nothing that can be paid.
            default: 422
            }
        }
    }

    public let code: Code
    /// The member or parameter at fault, where there is one.
    public let field: String?
    /// One sentence for people. Never holds a value of the request.
    public let detail: String

    init(_ code: Code, field: String? = nil, _ detail: String) {
        self.code = code
        self.field = field
        self.detail = detail
    }

    static let noVault = Fault(
        .noVault, "The command speaks of personal data, and this server has no vault to keep it in; nothing was taken.")

    static func invalid(_ field: String, _ what: String) -> Fault { Fault(.invalidField, field: field, "\(field) \(what)") }

    /// What a text, an amount or a key breaks.
    public init(_ malformed: Malformed) {
        let isKey = malformed.field == "Idempotency-Key" || malformed.field == "key"
        self.init(
            malformed.isCardNumber ? .cardNumber : isKey ? .invalidKey : .invalidField, field: malformed.field,
            "\(malformed.field) \(malformed.reason).")
    }

    /// What a body's JSON breaks. A member's name is quoted only if it is plain: it may be anything.
    public init(_ error: JSONError) {
        let code: Code
        var name: String?
        switch error.kind {
        case .missingMember(let member), .unknownMember(let member), .wrongType(let member, _, _), .notADecimal(let member):
            (code, name) = (.invalidField, member)
        case .duplicateKey(let member): (code, name) = (.malformedJSON, member)
        default: code = .malformedJSON
        }
        let isPlain = name.map(Self.isPlain) ?? true
        let said: String
        switch error.kind {
        case .unknownMember where !isPlain: said = "a member is not known"
        case .duplicateKey where !isPlain: said = "a member occurs twice"
        default: said = error.message
        }
        self.init(code, field: isPlain && code == .invalidField ? name : nil, "At byte \(error.offset): \(said).")
    }

    private static func isPlain(_ name: String) -> Bool {
        name.utf8.count <= 32 && name.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            && !CardNumber.appears(in: name)
    }
}
