internal import Ledger

/// One batch on its way to the disk, with who waits for it.
struct Batch: Sendable {
    /// Position of the first event.
    var first: UInt64
    var buffer = EventBuffer()
    var answers: [Answer] = []
    /// Of the answers: how many were given before, and how many stand in no event.
    var replays = 0
    var dismissed = 0
    /// Personal values its events speak of by pseudonym, and the persons whose data it has destroyed.
    var personal: [PersonalRecord] = []
    var erased: [String] = []

    /// Who waits, and what he is told when the batch is on disk.
    struct Answer: Sendable {
        let reply: any Reply
        let index: Int
        let outcome: Outcome
    }

    /// Position after its last event.
    var end: UInt64 { first + UInt64(buffer.count) }

    func event(at position: UInt64) -> Event? {
        guard position >= first, position < end else { return nil }
        return buffer.withEvent(Int(position - first)) { EventView($0, at: position)?.event }
    }

    /// A batch is cut here: larger ones are slower and make everybody wait longer.
    static let cap = 1024
}

/// Takes commands one after the other: idempotency, evidence, decide, stamp, evolve, encode. Owned by one thread;
/// also driven without a log to write to, for a dry run.
struct Decider {
    private(set) var books: Books
    private let keys: KeyIndex
    private let log: Log
    /// Decided, not handed to the committer yet.
    private(set) var open: Batch
    /// Handed to the committer, perhaps not in the log yet.
    private var inFlight: [Batch] = []
    private var lastHistory: (account: AccountCode, events: [Event]) = (.none, [])

    init(books: Books, keys: KeyIndex, log: Log) {
        self.books = books
        self.keys = keys
        self.log = log
        open = Batch(first: books.next)
    }

    /// What became of the command whose key this is, if there was one.
    func earlier(_ request: Request) throws -> Outcome? {
        guard let earlier = try keys.position(of: request.key) else { return nil }
        guard let first = try event(at: earlier), first.key == request.key, first.groupCount > 0 else {
            throw JournalError.damaged("event \(earlier) does not have the key that is known for it")
        }
        guard first.fingerprint == request.fingerprint else { return .keyReused }
        guard first.groupCount > 1 else { return .recorded(first, replayed: true) }
        guard let last = try event(at: earlier + UInt64(first.groupCount - 1)) else {
            throw JournalError.damaged("the last event of the command at \(earlier) is missing")
        }
        return .recorded(last, replayed: true)
    }

    /// Decides one command. The outcome may be told only when the open batch is on disk.
    mutating func decide(_ request: Request, now: Instant) throws -> Outcome {
        if let earlier = try earlier(request) { return earlier }
        var events: [Event]
        do {
            events = try Ledger.decide(books, request, try evidence(request.command), now: now)
        } catch let rejection as Rejection {
            guard rejection.code.isRecorded else { return .dismissed(rejection) }
            events = [books.refusal(of: request, rejection)]
        }
        var recordedAt = now
        if case .service(.advanceClock(let instant)) = request.command, events[0].kind == .clockAdvanced { recordedAt = instant }
        keys.insert(request.key, books.next)
        if !request.personal.isEmpty { keep(request) }
        let count = events.count
        precondition(count > 0, "a command that is not refused has events")
        for index in 0..<count {
            books.stamp(&events[index], index: index, of: count, request, now: recordedAt)
            append(events[index])
        }
        return .recorded(events[count - 1], replayed: false)
    }

    /// Whose the values are that a command brings: its account's person's, the named person's, or nobody's.
    private mutating func keep(_ request: Request) {
        var person: String?
        // Not by a method handed to flatMap: that would copy the books into a closure.
        if let reference = request.command.account, let account = books.resolve(reference) { person = books.person(of: account) }
        if case .accounts(.open(let name, _)) = request.command { person = name }
        open.personal += request.personal.map { PersonalRecord(person: person, $0) }
    }

    private mutating func append(_ event: Event) {
        books.evolve(event)
        if event.kind == .personErased, let person = event.tail.text(.person) { open.erased.append(person) }
        open.buffer.append(event)
    }

    mutating func answer(_ ticket: Ticket, _ outcome: Outcome) {
        switch outcome {
        case .recorded(_, replayed: true): open.replays += 1
        case .recorded: break
        default: open.dismissed += 1
        }
        open.answers.append(Batch.Answer(reply: ticket.reply, index: ticket.index, outcome: outcome))
    }

    /// Cuts the open batch off for the committer.
    mutating func cut() -> Batch {
        let batch = open
        let committed = log.count
        inFlight.removeAll { $0.end <= committed }
        if batch.buffer.count > 0 {
            inFlight.append(batch)
            inFlight[inFlight.count - 1].answers = []
            inFlight[inFlight.count - 1].personal = []
        }
        open = Batch(first: books.next)
        // The next batch is likely to be as large.
        open.answers.reserveCapacity(batch.answers.count)
        open.buffer.reserve(like: batch.buffer)
        return batch
    }

    private mutating func evidence(_ command: Command) throws -> Evidence {
        switch command.evidenceNeeded(books) {
        case .none: return .none
        case .event(let position): return .event(try event(at: position))
        case .histories(let accounts):
            var histories: [UInt64: [Event]] = [:]
            for account in accounts { histories[account] = try history(of: .member(account)) }
            return .histories(histories)
        }
    }

    /// Every event of an account, oldest first. Acts on a case come one after the other, so the last account's is kept.
    private mutating func history(of account: AccountCode) throws -> [Event] {
        var history = lastHistory.account == account ? lastHistory.events : []
        lastHistory = (account, [])
        var new = try log.chain(back: books.lastPosition(account), to: history.last?.position ?? 0, pending: pending)
        new.reverse()
        if history.isEmpty { history = new } else { history += new }
        lastHistory.events = history
        return history
    }

    private func event(at position: UInt64) throws -> Event? {
        if let event = pending(position) { return event }
        return position < books.next ? try log.event(at: position) : nil
    }

    /// An event that is decided and perhaps not in the log yet.
    private func pending(_ position: UInt64) -> Event? {
        if position >= open.first { return open.event(at: position) }
        guard let oldest = inFlight.first, position >= oldest.first else { return nil }
        for batch in inFlight where position >= batch.first && position < batch.end { return batch.event(at: position) }
        return nil
    }
}
