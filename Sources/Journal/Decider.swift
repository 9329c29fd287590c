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
    /// Over the steps of the large act under way; `nil` if there is none, or a start found it half done.
    private var actDigest: HashBuilder?
    /// Who asked for a large act, or moved the clock to where one is due, is told when its last step is on disk.
    private var waitingForAct: [Batch.Answer] = []
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
        if !request.personal.isEmpty { keep(request, isRefused: events[0].kind == .refused) }
        let count = events.count
        precondition(count > 0, "a command that is not refused has events")
        for index in 0..<count {
            books.stamp(&events[index], index: index, of: count, request, now: recordedAt)
            append(events[index])
            note(events[index])
        }
        return .recorded(events[count - 1], replayed: false)
    }

    /// Whose the values are that a command brings: its account's person's, the named person's, or nobody's. A payee that was
    /// refused is nobody's business: no event speaks of it, and it may be a stranger's.
    private mutating func keep(_ request: Request, isRefused: Bool) {
        var person: String?
        // Not by a method handed to flatMap: that would copy the books into a closure.
        if let reference = request.command.account, let account = books.resolve(reference) { person = books.person(of: account) }
        if case .accounts(.open(let name, _)) = request.command { person = name }
        open.personal += request.personal.filter { !isRefused || $0.kind != .payee }.map { PersonalRecord(person: person, $0) }
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
        let answer = Batch.Answer(reply: ticket.reply, index: ticket.index, outcome: outcome)
        if isSettled { open.answers.append(answer) } else { waitingForAct.append(answer) }
    }

    /// No large act is under way. Whoever moves a scenario's clock waits for all that falls due by it.
    private var isSettled: Bool {
        books.shutdown.act == nil && !(books.genesis.clock == .scenario && books.shutdown.isDue(at: books.now))
    }

    /// Those who wait for an act that will not end here.
    mutating func takeWaiting() -> [Batch.Answer] {
        defer { waitingForAct = [] }
        return waitingForAct
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
        case .digest(let rows): return .digest(rows.digest)
        }
    }

    // MARK: The ledger's own acts

    /// Does the next thing the ledger is due to do by itself, if there is one. A step of a large act is one event.
    mutating func actByItself(now: Instant) throws -> Bool {
        guard let due = books.dueAct(at: now) else { return false }
        var event: Event
        switch due {
        case .event(let one): event = one
        case .opening(let opening, let rows):
            event = opening
            event.tail.add(ActSize(count: Int64(rows.count), total: rows.total, digest: rows.digest))
        }
        let (kind, running) = (event.kind, books.shutdown.act)
        if let running, kind.closesAct {
            // The steps are what the act said they would be, or nothing goes on.
            let digest = try actDigest ?? digestOfSteps(running)
            precondition(digest.finalize().bytes == running.size.digest, "the steps of the act at \(running.opened) are not those it announced")
        }
        books.stamp(&event, index: 0, of: 1, books.ownRequest(for: event), now: now)
        append(event)
        note(event)
        return true
    }

    /// Keeps the digest of a running act's steps, unless a start found it half done.
    private mutating func note(_ event: Event) {
        if event.kind.opensAct != nil { actDigest = HashBuilder() }
        if event.kind.isStepOfAct { actDigest?.add(event.stepWords) }
        if event.kind.closesAct { actDigest = nil }
        guard !waitingForAct.isEmpty, isSettled else { return }
        open.answers += waitingForAct
        waitingForAct = []
    }

    private func digestOfSteps(_ act: LargeAct) throws -> HashBuilder {
        var digest = HashBuilder()
        for position in (act.opened + 1)..<(act.opened + 1 + UInt64(act.size.count)) {
            guard let step = try self.event(at: position) else { throw JournalError.damaged("the step at \(position) of an act is missing") }
            digest.add(step.stepWords)
        }
        return digest
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

extension RefundRows {
    /// SHA-256 over accounts and amounts.
    var digest: [UInt8] {
        var digest = HashBuilder()
        digest.add(words)
        return digest.finalize().bytes
    }
}
