internal import HTTPTypes
internal import Hummingbird
internal import Ledger
internal import Wire

/// An error as the caller sees it (RFC 9457). Everything that is not a success leaves as one of these.
struct Problem: Error, Equatable, Sendable {
    let status: Int
    /// Stable; `urn:motocho:problem:<code>` is the problem's type.
    let code: String
    let title: String
    let detail: String
    /// The member, header or parameter at fault.
    var field: String?
    /// `Allow`, `Retry-After` or `WWW-Authenticate`.
    var header: Header?

    struct Header: Equatable, Sendable {
        let name: HTTPField.Name
        let value: String
    }

    init(_ status: Int, _ code: String, _ detail: String, field: String? = nil, header: Header? = nil) {
        self.status = status
        self.code = code
        title = ProblemTitle.of(code)
        self.detail = detail
        self.field = field
        self.header = header
    }

    /// Members of the problem's object, without its braces.
    func write(to json: inout JSONWriter, status isIncluded: Bool = true) {
        ProblemTitle.write(code, title, to: &json)
        if isIncluded { json.member("status", integer: status) }
        json.member("detail", string: detail)
        json.member("code", string: code)
        if let field { json.member("field", string: field) }
    }
}

enum ProblemTitle {
    /// `Insufficient balance` for `insufficient-balance`.
    static func of(_ code: String) -> String {
        let words = code.split(separator: "-").map { $0 == "json" ? "JSON" : $0 == "id" ? "id" : String($0) }.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    static let byRefusal = Dictionary(uniqueKeysWithValues: Rejection.Code.allCases.map { ($0, of($0.name)) })

    static func write(_ code: String, _ title: String, to json: inout JSONWriter) {
        json.member("type", string: "urn:motocho:problem:" + code)
        json.member("title", string: title)
    }
}

// MARK: The problems there are, beside the refusals of `Rejection.Code`

extension Problem {
    init(_ fault: Fault) { self.init(fault.code.status, fault.code.rawValue, fault.detail, field: fault.field) }

    /// A refusal that is answered and not recorded.
    init(_ rejection: Rejection) {
        self.init(rejection.code.status, rejection.code.name, rejection.code.explanation)
    }

    static let keyReused = Problem(
        422, "key-reused", "This idempotency key was used before for another command; use a new key for a new command.")
    static let outcomeUnknown = Problem(
        503, "outcome-unknown", "The commit failed, so the command may or may not be recorded; repeat it with the same key to find out.",
        header: .retryAfter(5))
    static let stopping = Problem(
        503, "stopping", "The server is stopping and did not take the command; repeat it with the same key.", header: .retryAfter(5))
    static let overloaded = Problem(
        503, "overloaded", "Too many commands are waiting and this one was not taken; repeat it later with the same key.",
        header: .retryAfter(1))
    static let clockJumped = Problem(
        503, "clock-jumped",
        "The machine's clock jumped and nothing is taken until an operator confirms the time with POST /v1/clock {\"confirm\": true}.",
        header: .retryAfter(30))
    static let viewUnavailable = Problem(
        503, "view-unavailable", "The view could not be read; the log is not affected. Try again.", header: .retryAfter(1))

    static let vaultUnavailable = Problem(
        503, "vault-unavailable",
        "The look at the person's data is recorded, but the vault could not be read; ask again with a new key.", header: .retryAfter(5))

    static let routeUnknown = Problem(404, "route-unknown", "There is no such route; Specs/openapi.yaml lists them.")
    static let accountUnknown = Problem(Rejection(.accountUnknown))
    static let viewUnknown = Problem(404, "view-unknown", "There is no view of that name.")
    static func methodNotAllowed(_ allowed: String) -> Problem {
        Problem(405, "method-not-allowed", "This route takes \(allowed) only.", header: Header(name: .allow, value: allowed))
    }
    static let unauthorized = Problem(
        401, "unauthorized", "Send the token of a known principal as Authorization: Bearer.",
        header: Header(name: .wwwAuthenticate, value: "Bearer"))
    static let operatorOnly = Problem(403, "operator-required", Rejection.Code.operatorRequired.explanation)
    static func contentType(_ wanted: String) -> Problem {
        Problem(415, "content-type", "Send the body as \(wanted).")
    }
    static func tooLarge(_ limit: Int) -> Problem {
        Problem(413, "body-too-large", "The body is larger than the \(limit) bytes this route takes.")
    }
    static let tooManyLines = Problem(413, "body-too-large", "A bulk request has at most \(Body.bulkLines) lines; send the rest in another.")
    static let tooSlow = Problem(408, "body-too-slow", "The body took too long to arrive; nothing was taken.", header: Header(name: .connection, value: "close"))
    static let missingKey = Problem(Fault(.missingKey, field: "Idempotency-Key", "Send an Idempotency-Key header, a value unique to this command."))
    static let internalError = Problem(500, "internal-error", "Something is wrong with the server; the command may or may not be recorded.")
}

extension Problem.Header {
    static func retryAfter(_ seconds: Int) -> Self { Self(name: .retryAfter, value: "\(seconds)") }
}

extension Rejection.Code {
    /// Status of the answer that carries this refusal.
    var status: Int {
        switch self {
        case _ where !isRecorded: 404
        // Who asks may not, or not like this
        case .operatorRequired, .roleRequired, .approvalsRequired, .approverIsProposer, .alreadyApproved, .notTheProposer,
            .reviewerBrokeGlass, .foreignAddress, .countryUnknown, .sessionEnded, .sessionOfAnotherAccount, .resetRequired,
            .stepUpRequired, .evidenceStale, .deviceRequired, .certifierOpenedDispute, .notTheHolder, .approverTookClaim, .releaserActed:
            403
        // It is so already, or not so any more
        case .externalIDTaken, .alreadyLocked, .notLocked, .proposalExpired, .proposalClosed, .roleHeld, .roleNotHeld,
            .alreadyLaunched, .alreadyStopped, .personErased, .deviceBound, .deviceNotBound, .externalLoginTaken,
            .externalLoginNotLinked, .fundingSourceLinked, .fundingSourceNotLinked, .labelledSo, .nothingToHold, .nothingHeld,
            .disputeClosed, .reportKnown, .reportMatched, .samePerson, .alreadyCertified, .notCertified, .certifiedSo, .reversalOpen,
            .reversalNotOpen, .madeGood, .notOffered, .terminationDecided, .terminationNotDecided, .alreadyTerminated, .notTerminated,
            .onLegalHold, .notOnLegalHold, .claimsOpened, .claimsNotOpen, .claimsAreClosed, .alreadyClaimed, .notClaimed, .notExcluded,
            .notVerified, .nothingToBatch, .batchIsPast, .batchChanged, .refundIsHeld:
            409
        case .serviceTerminated,  .accountLocked, .notLaunched, .chargesStopped, .paymentsStopped, .registrationStopped, .externalLoginStopped: 423
        // Later it may
        case .deviceCoolDown, .resetCoolDown, .contactCoolDown, .chargeVelocity: 429
        default: 422
        }
    }
}
