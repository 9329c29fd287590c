import Dispatch
import Journal
import Ledger
import Synchronization

/// Some lines of a file as commands for the ledger.
struct ImportBatch {
    struct Entry {
        let request: Request
        /// `nil` for the opening of an account, which is no line of the file.
        let line: UInt64?
    }

    private(set) var lines: UInt64 = 0
    private(set) var entries: [Entry] = []
    private(set) var troubles: [(line: UInt64, ImportTally.Trouble)] = []

    /// Takes a line in, and the opening of its account before it if nobody knows the account.
    mutating func add(_ line: ActionFile.Line, _ principal: Principal, _ known: inout NameTable) {
        lines += 1
        do throws(Malformed) {
            let action = try line.action.get()
            let request = try Request(
                action.command, principal: principal, key: action.reference, occurredAt: action.occurredAt, channel: .fileImport)
            if known.ordinal(of: action.account) == nil {
                entries.append(Entry(request: try Self.open(action.account, principal), line: nil))
                _ = known.intern(action.account)
            }
            entries.append(Entry(request: request, line: line.number))
        } catch {
            troubles.append((line.number, .malformed(error)))
        }
    }

    /// Opens an account for an external id. The same for every file, so that it is recorded once.
    private static func open(_ account: String, _ principal: Principal) throws(Malformed) -> Request {
        try Request(
            .accounts(.open(person: account, externalID: account)), principal: principal, key: openingKey(account), channel: .fileImport)
    }

    /// An id that cannot stand in a key is told by its hash, in letters, so that no digits look like a card's.
    static func openingKey(_ account: String) -> String {
        let key = "open:" + account
        guard (try? TextRule.checkKey(key)) == nil else { return key }
        let letters = Array("abcdefghijklmnop")
        return "open:sha256:" + String(Hash.of(Array(account.utf8)).bytes.flatMap { [letters[Int($0 >> 4)], letters[Int($0 & 15)]] })
    }
}

/// Gathers the outcomes of a batch on the writer's thread.
final class ImportReply: Reply {
    struct Found {
        var outcomes: [Outcome?]
        var left: Int
    }

    private let found: Mutex<Found>
    private let done = DispatchSemaphore(value: 0)

    init(_ count: Int) {
        found = Mutex(Found(outcomes: Array(repeating: nil, count: count), left: count))
        if count == 0 { done.signal() }
    }

    func deliver(_ outcome: Outcome, index: Int) {
        let isLast = found.withLock { found in
            found.outcomes[index] = outcome
            found.left -= 1
            return found.left == 0
        }
        if isLast { done.signal() }
    }

    @available(*, noasync)
    func wait() -> [Outcome] {
        done.wait()
        return found.withLock { $0.outcomes.compactMap(\.self) }
    }
}

extension ImportTally {
    /// Counts a batch's outcomes and tells what went wrong, in the order of the lines. Gives a failure if nothing more
    /// can be recorded.
    mutating func note(_ batch: ImportBatch, _ outcomes: [Outcome], beforeTalking: () -> Void = {}) -> Failure? {
        var troubles = batch.troubles
        var (recorded, alreadyThere, opened) = (UInt64(0), UInt64(0), UInt64(0))
        for (entry, outcome) in zip(batch.entries, outcomes) {
            switch outcome {
            case .notAccepted, .unknown: return Self.stop(outcome)
            case .recorded(let event, let replayed):
                guard let line = entry.line else {
                    if event.kind == .accountOpened, !replayed { opened += 1 }
                    continue
                }
                if let rejection = event.rejection {
                    troubles.append((line, Self.refusal(rejection, replayed: replayed, currency)))
                } else if replayed {
                    alreadyThere += 1
                } else {
                    recorded += 1
                }
            case .dismissed(let rejection):
                if let line = entry.line { troubles.append((line, Self.refusal(rejection, replayed: false, currency))) }
            case .keyReused:
                if let line = entry.line { troubles.append((line, .keyReused)) }
            }
        }
        note(lines: batch.lines, recorded: recorded, alreadyThere: alreadyThere, accountsOpened: opened)
        guard !troubles.isEmpty else { return nil }
        beforeTalking()
        for (line, trouble) in troubles.sorted(by: { $0.line < $1.line }) { note(trouble, line: line) }
        return nil
    }

    private static func stop(_ outcome: Outcome) -> Failure {
        switch outcome {
        case .notAccepted(.clockJumped):
            Failure(
                "the machine's clock jumped, so nothing is recorded: start `motocho serve`, confirm the time with POST /v1/clock "
                    + "{\"confirm\": true} as an operator, then import again; what is recorded is passed over")
        default:
            Failure("the ledger stopped taking commands; look at the disk, then run the same import again: what is recorded is passed over")
        }
    }
}
