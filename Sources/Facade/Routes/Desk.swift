internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import Journal
internal import Ledger
internal import NIOCore
internal import Projections
internal import Vault
internal import Wire

/// One route: what the router matches and who answers.
struct Route: Sendable {
    let method: HTTPRequest.Method
    /// As in the OpenAPI document: `/v1/accounts/{account}`.
    let path: String
    let handle: @Sendable (Hummingbird.Request, Call) async throws -> Response

    static func get(_ path: String, _ handle: @escaping @Sendable (Hummingbird.Request, Call) async throws -> Response) -> Route {
        Route(method: .get, path: path, handle: handle)
    }

    static func post(_ path: String, _ handle: @escaping @Sendable (Hummingbird.Request, Call) async throws -> Response) -> Route {
        Route(method: .post, path: path, handle: handle)
    }
}

/// What every route needs, and the way a single command goes: who asks, which key, what body, decide and commit, answer.
struct Desk: Sendable {
    let writer: Writer
    let views: Views
    let gate: Gate
    let vault: Vault?
    let commands: CommandJSON
    let answer: Answer
    let tally: ResponseTally
    /// For reads, which take milliseconds, and for rebuilds, which take long.
    let readers = Pool("read", threads: 4)
    let rebuilders = Pool("rebuild", threads: 1)
    let bulkRuns = BulkRuns()

    init(writer: Writer, views: Views, vault: Vault?, gate: Gate, tally: ResponseTally) {
        self.writer = writer
        self.views = views
        self.vault = vault
        self.gate = gate
        self.tally = tally
        commands = CommandJSON(
            currency: writer.log.genesis.currency, pseudonyms: vault.map { vault in Pseudonyms { vault.pseudonym($0, $1) } })
        answer = Answer(currency: writer.log.genesis.currency)
    }

    var currency: Currency { commands.currency }

    func caller(_ request: Hummingbird.Request) throws(Problem) -> (principal: Ledger.Principal, isOperator: Bool) {
        try gate.entry(request.headers[.authorization])
    }

    /// Which command a body means, for routes where the path alone does not say.
    typealias Naming = @Sendable (borrowing JSONObjectReader) throws(Fault) -> (Command.Name, CommandJSON.Envelope)

    func submit(
        _ request: Hummingbird.Request, _ name: Command.Name, about subject: CommandJSON.Subject = .inObject
    ) async throws -> Response {
        try await submit(request, about: subject) { _ in (name, .none) }
    }

    func submit(
        _ request: Hummingbird.Request, about subject: CommandJSON.Subject, naming: Naming
    ) async throws -> Response {
        answer.of(try await outcome(request, about: subject, naming: naming))
    }

    /// What became of the command in the request's body.
    func outcome(
        _ request: Hummingbird.Request, about subject: CommandJSON.Subject, naming: Naming
    ) async throws -> Outcome {
        let caller = try caller(request)
        guard let key = request.headers[Answer.key] else { throw Problem.missingKey }
        do { try TextRule.checkKey(key) } catch { throw Problem(Fault(error)) }
        try Body.requireType(request, Answer.json)
        let body = try await Body.read(request)
        let command: Ledger.Request
        do {
            command = try read(body, caller.principal, key, subject, naming)
        } catch {
            throw Problem(error)
        }
        return await writer.submit(command)
    }

    private func read(
        _ body: ByteBuffer, _ principal: Ledger.Principal, _ key: String, _ subject: CommandJSON.Subject, _ naming: Naming
    ) throws(Fault) -> Ledger.Request {
        let object: JSONObjectReader
        do { object = try JSONObjectReader(body.readableBytesUInt8Span) } catch { throw Fault(error) }
        let (name, envelope) = try naming(object)
        return try commands.command(name, from: object, subject: subject, envelope: envelope).request(principal, key)
    }

    /// Runs a read, which blocks, on a thread that may wait.
    func reading<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        do { return try await readers.run(body) } catch { throw Problem.viewUnavailable }
    }

    // MARK: Paths

    /// The account a path names. What is no number is no account.
    func account(_ call: Call) throws(Problem) -> UInt64 {
        guard let ordinal = Self.number(call, "account") else { throw .accountUnknown }
        return ordinal
    }

    func subject(_ call: Call) throws(Problem) -> CommandJSON.Subject { .given(.ordinal(try account(call))) }

    func subject(_ call: Call, event unknown: Rejection.Code) throws(Problem) -> CommandJSON.Subject {
        guard let position = Self.number(call, "position") else { throw Problem(Rejection(unknown)) }
        return .given(.ordinal(try account(call)), event: position)
    }

    /// Below a dispute, a report, an alert or an unmatched reversal.
    func subject(_ call: Call, of unknown: Rejection.Code) throws(Problem) -> CommandJSON.Subject {
        guard let position = Self.number(call, "position") else { throw Problem(Rejection(unknown)) }
        return .event(position)
    }

    /// The position that a part of the path is.
    func position(_ call: Call, _ name: Substring, else unknown: Rejection.Code) throws(Problem) -> UInt64 {
        guard let position = Self.number(call, name) else { throw Problem(Rejection(unknown)) }
        return position
    }

    /// A command about the account its path names: `POST /v1/accounts/{account}/…`.
    func ofAccount(_ path: String, _ name: Command.Name) -> Route {
        .post("/v1/accounts/{account}/" + path) { request, call in try await submit(request, name, about: try subject(call)) }
    }

    func control(_ call: Call) throws(Problem) -> CommandJSON.Subject {
        guard let position = Self.number(call, "control") else { throw Problem(Rejection(.controlUnknown)) }
        return .control(position)
    }

    /// The caller's own name of a person, percent-encoded where it needs to be.
    func person(_ call: Call) throws(Problem) -> CommandJSON.Subject {
        guard let person = call.parameters["person"].flatMap({ String($0).removingPercentEncoding }), !person.isEmpty else {
            throw Problem(Rejection(.personUnknown))
        }
        return .person(person)
    }

    // MARK: Queries

    static func parameter(_ text: Substring?, _ name: String, _ range: ClosedRange<UInt64>) throws(Problem) -> UInt64? {
        guard let text else { return nil }
        guard text.utf8.count <= 20, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = UInt64(text), range.contains(number)
        else { throw Problem(Fault.invalid(name, "is a whole number from \(range.lowerBound) to \(range.upperBound).")) }
        return number
    }

    static func instant(_ text: Substring?, _ name: String) throws(Problem) -> Instant? {
        guard let text else { return nil }
        // A plus that was not encoded reads as a space.
        guard let instant = Instant(String(text)) ?? Instant(String(text).replacing(" ", with: "+")) else { throw Problem(Fault.noTime(name)) }
        return instant
    }

    /// A decimal number of 1 or more, without leading zeros.
    private static func number(_ call: Call, _ name: Substring) -> UInt64? {
        guard let text = call.parameters[name], text.utf8.first != UInt8(ascii: "0"), text.utf8.allSatisfy({ (48...57).contains($0) })
        else { return nil }
        return Int64(text).map { UInt64($0) }
    }
}

extension CommandJSON.Reading {
    /// The request for the writer.
    func request(_ principal: Ledger.Principal, _ key: String) throws(Fault) -> Ledger.Request {
        do {
            return try Ledger.Request(
                command, principal: principal, key: key, occurredAt: occurredAt, channel: .http, access: access, personal: personal)
        } catch { throw Fault(error) }
    }
}
