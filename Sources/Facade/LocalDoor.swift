public import Journal
internal import Ledger
public import Vault
internal import Wire

/// One command at a time without a server: the bulk door's line in, its result line out. For the command line, on a ledger
/// that nobody else has open.
public struct LocalDoor: Sendable {
    private let writer: Writer
    private let vault: Vault
    private let principal: Ledger.Principal

    /// Throws `PrincipalsError` where the file of principals does not read; `nil` where the token is nobody's.
    public init?(_ writer: Writer, _ vault: Vault, token: String) throws {
        guard let entry = try Principals(writer.log.directory).authenticate("Bearer " + token) else { return nil }
        self.writer = writer
        self.vault = vault
        principal = entry.principal
    }

    /// Decides and commits the command of a line: `{"key": …, "command": …, …}`.
    public func answer(_ line: [UInt8]) async -> [UInt8] { await answers([line])[0] }

    /// Many at once, in order: they share commits.
    public func answers(_ lines: [[UInt8]]) async -> [[UInt8]] {
        let vault = vault
        let commands = CommandJSON(currency: writer.log.genesis.currency, pseudonyms: Pseudonyms { vault.pseudonym($0, $1) })
        var requests: [Ledger.Request] = []
        var faults: [Int: Fault] = [:]
        for (index, line) in lines.enumerated() {
            do throws(Fault) { requests.append(try read(line, commands)) } catch { faults[index] = error }
        }
        var outcomes = await writer.submit(requests)[...]
        var answers: [[UInt8]] = []
        for index in lines.indices {
            if let fault = faults[index] {
                answers.append(Self.text(Problem(fault)))
            } else if let outcome = outcomes.popFirst() {
                answers.append(await text(outcome))
            }
        }
        return answers
    }

    private func text(_ outcome: Outcome) async -> [UInt8] {
        guard case .recorded(let event, let isReplay) = outcome else { return Self.text(outcome.problem ?? .internalError) }
        let shown = await disclosed(outcome)
        var json = JSONWriter()
        json.object { json in
            var times = TimeText()
            json.member("status", integer: Receipt.status(event))
            Receipt(currency: writer.log.genesis.currency).write(event, &times, to: &json, includesStatus: false)
            if isReplay { json.member("replayed", bool: true) }
            shown?.write(to: &json)
        }
        return json.take()
    }

    private static func text(_ problem: Problem) -> [UInt8] {
        var json = JSONWriter()
        json.object { json in
            json.member("status", integer: problem.status)
            problem.write(to: &json, status: false)
        }
        return json.take()
    }

    /// What a look at a person's data shows, once it is recorded; a repetition shows nothing.
    private func disclosed(_ outcome: Outcome) async -> Disclosures.Data? {
        guard case .recorded(let event, replayed: false) = outcome, event.kind == .personalDataViewed else { return nil }
        return try? await Disclosures(vault: vault, readers: Pool("read", threads: 1)).data(event)
    }

    private func read(_ line: [UInt8], _ commands: CommandJSON) throws(Fault) -> Ledger.Request {
        let object: JSONObjectReader
        do { object = try JSONObjectReader(line.span) } catch { throw Fault(error) }
        guard let name = CommandJSON.name(try object.text("command")) else {
            throw .invalid("command", "is not the name of a command, such as charge or activateControl.")
        }
        let reading = try commands.command(name, from: object, envelope: .line)
        do {
            return try Ledger.Request(
                reading.command, principal: principal, key: try object.text("key"), occurredAt: reading.occurredAt, channel: .commandLine,
                access: reading.access, personal: reading.personal)
        } catch let error as Malformed {
            throw Fault(error)
        } catch let error as Fault {
            throw error
        } catch {
            throw .invalid("command", "cannot be read.")
        }
    }
}
