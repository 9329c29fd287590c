import Journal
import Ledger
import Wire

/// Sends a file of actions to a live server's bulk door, some thousand lines a request, the next one being read while
/// one is answered.
struct RemoteImport {
    private let client: Client
    private let principal: Principal
    private var known: NameTable
    private var tally: ImportTally
    private var progress = Progress("import")

    private static let chunkLines = 5000

    /// Lines as the server takes them, and which line of the file each is.
    private struct Chunk {
        var json = JSONWriter(capacity: 1 << 20)
        /// `nil` for the opening of an account.
        var numbers: [UInt64?] = []
        var troubles: [(line: UInt64, ImportTally.Trouble)] = []
        var lines: UInt64 = 0
    }

    init(_ client: Client, _ principal: Principal, _ books: Books) {
        self.client = client
        self.principal = principal
        known = books.externalIDs
        tally = ImportTally(books.genesis.currency)
    }

    mutating func run(_ file: inout ActionFile) async throws -> ImportTally {
        var chunk = try read(&file)
        while chunk.lines > 0 {
            let (body, client) = (chunk.json.bytes, client)
            async let answer = body.isEmpty ? [] : client.post("/v1/commands", body, type: "application/x-ndjson")
            let next = try read(&file)
            try settle(chunk, try await answer)
            progress.show(tally.lines, "lines", file.progress)
            chunk = next
        }
        progress.finish()
        return tally
    }

    private mutating func read(_ file: inout ActionFile) throws -> Chunk {
        var chunk = Chunk()
        while chunk.lines < Self.chunkLines, let line = try file.next() {
            chunk.lines += 1
            do throws(Malformed) {
                let action = try line.action.get()
                // Looked at here as well, so that a bad line is told in the same words as without a server.
                _ = try Request(
                    action.command, principal: principal, key: action.reference, occurredAt: action.occurredAt, channel: .fileImport)
                if known.ordinal(of: action.account) == nil {
                    write(opening: action.account, &chunk)
                    _ = known.intern(action.account)
                }
                write(action, line.number, &chunk)
            } catch {
                chunk.troubles.append((line.number, .malformed(error)))
            }
        }
        return chunk
    }

    private func write(opening account: String, _ chunk: inout Chunk) {
        chunk.json.object {
            $0.member("key", string: ImportBatch.openingKey(account))
            $0.member("command", string: Command.Name.openAccount.name)
            $0.member("person", string: account)
            $0.member("externalId", string: account)
        }
        chunk.json.endLine()
        chunk.numbers.append(nil)
    }

    private func write(_ action: ActionFile.Action, _ line: UInt64, _ chunk: inout Chunk) {
        let currency = tally.currency
        chunk.json.object { json in
            json.member("key", string: action.reference)
            json.member("command", string: action.command.name.name)
            json.member("externalId", string: action.account)
            switch action.command {
            case .money(.charge(_, let source, let amount, _, _)):
                json.member("source", string: source.name)
                json.member("amount", string: currency.text(amount.units))
            case .money(.pay(_, let store, _, _, let amount)):
                json.member("store", string: store)
                json.member("amount", string: currency.text(amount.units))
            default: preconditionFailure("a file holds charges and payments")
            }
            if let occurredAt = action.occurredAt { json.member("occurredAt", string: occurredAt.description) }
        }
        chunk.json.endLine()
        chunk.numbers.append(line)
    }

    private mutating func settle(_ chunk: Chunk, _ answer: [UInt8]) throws {
        var troubles = chunk.troubles
        var (recorded, alreadyThere, opened) = (UInt64(0), UInt64(0), UInt64(0))
        var index = 0
        var start = 0
        while start < answer.count {
            let end = answer[start...].firstIndex(of: 0x0A) ?? answer.count
            let line = answer.span.extracting(start..<end)
            start = end + 1
            guard index < chunk.numbers.count, let result = try? JSONObjectReader(line), let status = try? result.integer("status") else {
                throw Failure("the server gave a result that does not read; is it of the same version?")
            }
            let number = chunk.numbers[index]
            index += 1
            let isReplay = (try? result.boolIfPresent("replayed")) == true
            switch status {
            case 200..<300:
                if number == nil { opened += isReplay ? 0 : 1 } else if isReplay { alreadyThere += 1 } else { recorded += 1 }
            case 500...:
                progress.finish()
                let reason = (try? result.string("detail")) ?? "no reason was given."
                throw Failure(
                    "the server stopped taking commands: \(reason) Run the same import again later; what is recorded is passed over")
            default:
                if let number { troubles.append((number, Self.trouble(result, isReplay))) }
            }
        }
        guard index == chunk.numbers.count else {
            throw Failure("the server's answer ended early; run the same import again: what is recorded is passed over")
        }
        tally.note(lines: chunk.lines, recorded: recorded, alreadyThere: alreadyThere, accountsOpened: opened)
        guard !troubles.isEmpty else { return }
        progress.finish()
        for (line, trouble) in troubles.sorted(by: { $0.line < $1.line }) { tally.note(trouble, line: line) }
    }

    private static func trouble(_ result: borrowing JSONObjectReader, _ isReplay: Bool) -> ImportTally.Trouble {
        let code = (try? result.string("code")) ?? "no code"
        if code == "key-reused" { return .keyReused }
        return .refused(code: code, explanation: (try? result.string("detail")) ?? "no reason was given", isReplayed: isReplay)
    }
}
