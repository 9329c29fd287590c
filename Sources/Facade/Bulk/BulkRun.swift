internal import Journal
internal import Ledger
internal import Wire

/// One bulk request on its way: lines become commands, commands go to the writer in batches, outcomes become result
/// lines in the order of the request.
struct BulkRun {
    private let writer: Writer
    private let commands: CommandJSON
    private let principal: Ledger.Principal
    private let disclosures: Disclosures
    private var open = Batch()
    /// Submitted, oldest first.
    private var inFlight: [(batch: Batch, submission: Submission)] = []
    private var results = JSONWriter(capacity: 1 << 14)
    private var times = TimeText()

    private struct Batch {
        /// `key` is absent where the line gave none that may be repeated; a problem is one that kept the line from the writer.
        var lines: [(number: Int, key: String?, hasProblem: Bool)] = []
        var requests: [Ledger.Request] = []
        var problems: [Problem] = []
    }

    static let batchSize = 1024
    static let mostInFlight = 2

    init(writer: Writer, commands: CommandJSON, disclosures: Disclosures, principal: Ledger.Principal) {
        self.writer = writer
        self.commands = commands
        self.disclosures = disclosures
        self.principal = principal
    }

    var isFull: Bool { open.lines.count >= Self.batchSize }

    // MARK: Lines

    mutating func take(_ line: NDJSONLine, _ bytes: Span<UInt8>) {
        guard !line.isTooLong else { return refuse(line, nil, .lineTooLarge) }
        var key: String?
        do {
            open.requests.append(try request(bytes, &key))
            open.lines.append((line.number, key, false))
        } catch {
            refuse(line, key, error)
        }
    }

    private mutating func refuse(_ line: NDJSONLine, _ key: String?, _ problem: Problem) {
        open.lines.append((line.number, key, true))
        open.problems.append(problem)
    }

    private func request(_ bytes: Span<UInt8>, _ key: inout String?) throws(Problem) -> Ledger.Request {
        do {
            let object: JSONObjectReader
            do { object = try JSONObjectReader(bytes) } catch { throw Fault(error) }
            guard object.type(of: "key") != nil else { throw Fault(.missingKey, field: "key", "key is missing: a value unique to this command.") }
            let given = try object.text("key")
            do { try TextRule.checkKey(given) } catch { throw Fault(Malformed(error, field: "key")) }
            key = given
            guard let name = CommandJSON.name(try object.text("command")) else {
                throw Fault.invalid("command", "is not the name of a command, such as charge or pay.")
            }
            return try commands.command(name, from: object, envelope: .line).request(principal, given)
        } catch let error as Fault {
            throw Problem(error)
        } catch {
            throw .internalError
        }
    }

    // MARK: Batches

    /// Sends the open batch to the writer; waits for the oldest if enough are on their way.
    mutating func submit() async {
        // Handed over here and now: a later batch may speak of what an earlier one opened.
        inFlight.append((open, writer.enqueue(open.requests)))
        open = Batch()
        if inFlight.count > Self.mostInFlight { await collect() }
    }

    mutating func finish() async {
        if !open.lines.isEmpty { await submit() }
        while !inFlight.isEmpty { await collect() }
    }

    private mutating func collect() async {
        let (batch, submission) = inFlight.removeFirst()
        let outcomes = await submission.outcomes
        var (outcome, problem) = (0, 0)
        for line in batch.lines {
            if line.hasProblem {
                write(line.number, line.key, batch.problems[problem])
                problem += 1
            } else {
                await write(line.number, line.key, outcomes[outcome])
                outcome += 1
            }
        }
    }

    // MARK: Results

    private mutating func write(_ line: Int, _ key: String?, _ outcome: Outcome) async {
        guard case .recorded(let event, let isReplay) = outcome else {
            return write(line, key, outcome.problem ?? .internalError)
        }
        var disclosed: Disclosures.Data?
        if event.kind == .personalDataViewed, !isReplay {
            do { disclosed = try await disclosures.data(event) } catch { return write(line, key, error) }
        }
        begin(line, key, status: Receipt.status(event))
        Receipt(currency: commands.currency).write(event, &times, to: &results, includesStatus: false)
        disclosed?.write(to: &results)
        if isReplay { results.member("replayed", bool: true) }
        end()
    }

    private mutating func write(_ line: Int, _ key: String?, _ problem: Problem) {
        begin(line, key, status: problem.status)
        problem.write(to: &results, status: false)
        end()
    }

    private mutating func begin(_ line: Int, _ key: String?, status: Int) {
        results.beginObject()
        results.member("line", integer: line)
        if let key { results.member("key", string: key) }
        results.member("status", integer: status)
    }

    private mutating func end() {
        results.endObject()
        results.endLine()
    }

    /// The last result of a request that was not read to its end.
    mutating func cutOff(at line: Int, _ problem: Problem) {
        write(line, nil, Problem(problem.status, problem.code, problem.detail + " This line and all after it were not read."))
    }

    mutating func takeResults() -> [UInt8] { results.take() }
}

extension Malformed {
    /// The same under the name the caller used.
    fileprivate init(_ malformed: Malformed, field: String) {
        self.init(field: field, reason: malformed.reason, isCardNumber: malformed.isCardNumber)
    }
}

extension Problem {
    fileprivate static let lineTooLarge = Problem(413, "body-too-large", "The line is longer than the \(Body.single) bytes a line may have.")
}
