internal import Dispatch
internal import Ledger
internal import Synchronization

/// The one writer of a ledger. One thread owns the books and decides, one owns the log, hashes and commits; the next batch
/// is decided while this one commits. An outcome leaves only after the commit that holds its event. If a commit
/// fails, memory is ahead of the disk: everything that waits is answered `unknown` and the writer stops for good.
public final class Writer: Sendable {
    public let log: Log
    private let clock: LedgerClock
    private let key: LogKey
    private let keys: KeyIndex
    private let checkpointEachCommit: Bool
    private let custody: Custody
    /// Held as long as the writer lives.
    private let lock: FileLock

    private struct Inbox {
        /// As they were submitted, so that the lock is never held while tickets are copied.
        var tickets: [[Ticket]] = []
        /// Controls go before whatever waits: a stop must not queue behind what it stops.
        var urgent: [Ticket] = []
        /// Of those, and of what the decider has taken and not decided yet.
        var waiting = 0
        var taken = 0
        var deciderSleeps = false
        var committerIdle = true
        var handed: Batch?
        var isStopping = false
        var deciderEnded = false
        var failure: String?
        /// Of decider and committer; the last to end tells of the failure.
        var running = 2
    }
    private let inbox = Locked(Inbox())
    private let deciderWakes = DispatchSemaphore(value: 0)
    private let committerWakes = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let committerEnded = Atomic(false)
    private let checkpointPause = DispatchSemaphore(value: 0)
    private let newestNote = Locked<(note: String, isWritten: Bool)>(("", true))
    private let counters = Locked(Counters())
    /// Told once, when everybody who waited has been answered.
    private let onFailure: @Sendable (String) -> Void

    /// Commands waiting beyond this are refused as `overloaded`.
    static let mostWaiting = 1 << 17

    init(
        log: Log, books: Books, frontier: Frontier, keys: KeyIndex, key: LogKey, clock: LedgerClock, lock: FileLock,
        checkpointEachCommit: Bool, custody: Custody, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.log = log
        self.key = key
        self.keys = keys
        self.clock = clock
        self.lock = lock
        self.checkpointEachCommit = checkpointEachCommit
        self.custody = custody
        self.onFailure = onFailure
        let decider = Locked<Decider?>(Decider(books: books, keys: keys, log: log))
        DispatchQueue(label: "motocho.decider").async { [self] in
            var mine = decider.withLock { $0.take() }!
            decideUntilStopped(&mine)
        }
        DispatchQueue(label: "motocho.committer").async { [self] in commitUntilStopped(from: frontier) }
        DispatchQueue(label: "motocho.checkpoint").async { [self] in copyCheckpoints() }
    }

    public var metrics: Counters { counters.withLock { $0 } }
    public var keyExtent: (keys: Int, runs: Int) { keys.extent }
    /// Why the writer stopped by itself.
    public var failure: String? { inbox.withLock { $0.failure } }
    public var isAccepting: Bool { inbox.withLock { $0.failure == nil && !$0.isStopping } && !metrics.clockJumped }

    /// Tells others where this writer's server listens.
    public func announce(address: String?) {
        lock.write("process \(ProcessNumber.own)\n" + (address.map { "address \($0)\n" } ?? ""))
    }

    // MARK: Submitting

    /// Hands commands to the writer, in order. Each reply is called exactly once.
    public func submit(_ tickets: [Ticket]) {
        let refusal: Outcome? = inbox.withLock { inbox in
            if inbox.failure != nil || inbox.isStopping { return .notAccepted(.stopping) }
            if inbox.waiting + inbox.taken + inbox.urgent.count + tickets.count > Self.mostWaiting { return .notAccepted(.overloaded) }
            if tickets.allSatisfy(\.isUrgent) {
                inbox.urgent += tickets
            } else {
                inbox.tickets.append(tickets)
                inbox.waiting += tickets.count
            }
            wake(&inbox)
            return nil
        }
        guard let refusal else { return }
        for ticket in tickets { ticket.reply.deliver(refusal, index: ticket.index) }
    }

    /// Accepts nothing more, finishes what was accepted, copies the checkpoint out and returns.
    @available(*, noasync)
    public func stop() {
        inbox.withLock { inbox in
            inbox.isStopping = true
            inbox.deciderSleeps = false
        }
        deciderWakes.signal()
        keys.letGo()
        // The decider, the committer and the checkpoint copier each end once.
        for _ in 0..<3 { ended.wait() }
        for _ in 0..<3 { ended.signal() }
        keys.stop()
        announce(address: nil)
    }

    // MARK: The decider's thread

    private func decideUntilStopped(_ decider: inout Decider) {
        var watch = ClockWatch(clock, last: decider.books.now)
        let isScenario = log.genesis.clock == .scenario
        // Taken from the inbox; decided up to ticket `next` of the first group.
        var queue: ArraySlice<[Ticket]> = []
        var next = 0
        var left = 0
        var unheard: [Ticket] = []
        note(watch)
        while true {
            let (isStopping, failed, urgent) = inbox.withLock { inbox in
                let urgent = inbox.urgent
                inbox.urgent = []
                if queue.isEmpty {
                    queue = inbox.tickets[...]
                    left = inbox.waiting
                    inbox.tickets = []
                    inbox.waiting = 0
                }
                inbox.taken = left
                return (inbox.isStopping, inbox.failure != nil, urgent)
            }
            // The clock is looked at when there is something to decide, or something may have fallen due.
            let isIdle = urgent.isEmpty && queue.isEmpty && decider.books.shutdown.nextDue == Instant(microseconds: .max)
            let now = isScenario || isIdle ? decider.books.now : watch.now(notBefore: decider.books.now)
            guard !failed, actByItself(&decider, watch, now: now) else {
                unheard += urgent
                break
            }
            // What is due and did not fit into this batch keeps everything else waiting, controls too.
            let isActing = isDue(decider.books, watch, now)
            for (index, ticket) in urgent.enumerated() where !isActing {
                guard decide(ticket, &decider, &watch, now: now) else {
                    unheard += urgent[(index + 1)...]
                    break
                }
            }
            if isActing, !urgent.isEmpty { inbox.withLock { $0.urgent = urgent + $0.urgent } }
            if !queue.isEmpty, !isActing {
                // Where no full batch waits behind it, a large one is offered to the committer half-way, so that neither idles.
                let stop = left > Batch.cap ? Batch.cap : min(Batch.cap, decider.open.buffer.count + Batch.cap / 2)
                deciding: while let group = queue.first, decider.open.buffer.count < stop {
                    let tickets = group.span
                    while next < tickets.count, decider.open.buffer.count < stop {
                        let time = isScenario ? decider.books.now : max(now, decider.books.now)
                        next += 1
                        left -= 1
                        guard decide(tickets[next - 1], &decider, &watch, now: time) else { break deciding }
                        // What has fallen due, and what an act just opened has still to do, goes first.
                        if isDue(decider.books, watch, isScenario ? decider.books.now : time) { break deciding }
                    }
                    guard next == tickets.count else { break }
                    queue.removeFirst()
                    next = 0
                }
                note(watch)
            }
            let isFull = decider.open.buffer.count >= Batch.cap
            let hasWork = !decider.open.answers.isEmpty || decider.open.buffer.count > 0
            // Hand over when the committer is free; a full batch may also wait in its slot.
            let handed = hasWork && inbox.withLock { inbox in
                guard inbox.failure == nil, inbox.handed == nil, inbox.committerIdle || isFull || isStopping else { return false }
                inbox.handed = decider.cut()
                return true
            }
            if handed {
                committerWakes.signal()
                continue
            }
            if isStopping, !hasWork, queue.isEmpty, !isActing { break }
            let dueAt = decider.books.shutdown.nextDue
            let isDue = isDue(decider.books, watch, isScenario ? decider.books.now : now)
            let sleeps = inbox.withLock { inbox in
                let hasMore = !isFull && (!queue.isEmpty || !inbox.tickets.isEmpty || isDue) || !inbox.urgent.isEmpty && !isActing
                let canHand = hasWork && inbox.handed == nil && (inbox.committerIdle || isFull || inbox.isStopping)
                guard !hasMore, !canHand, inbox.failure == nil, inbox.isStopping == isStopping else { return false }
                inbox.deciderSleeps = true
                return true
            }
            if sleeps { sleep(until: isScenario ? nil : dueAt, now) }
        }
        queue += inbox.withLock { inbox in
            inbox.isStopping = true
            inbox.deciderEnded = true
            inbox.waiting = 0
            inbox.taken = 0
            unheard += inbox.urgent
            inbox.urgent = []
            defer { inbox.tickets = [] }
            return inbox.tickets
        }
        // After a failure only: what was decided is ahead of the disk, what was not is as if never sent.
        for answer in decider.open.answers + decider.takeWaiting() { answer.reply.deliver(.unknown, index: answer.index) }
        for ticket in unheard { ticket.reply.deliver(.notAccepted(.stopping), index: ticket.index) }
        for ticket in queue.joined().dropFirst(next) { ticket.reply.deliver(.notAccepted(.stopping), index: ticket.index) }
        committerWakes.signal()
        leave()
    }

    /// What the ledger is due to do by itself, as much of it as one batch takes. False when the log cannot be read.
    private func actByItself(_ decider: inout Decider, _ watch: ClockWatch, now: Instant) -> Bool {
        do {
            while decider.open.buffer.count < Batch.cap, isDue(decider.books, watch, now) {
                // An act under way goes on though the time is not trusted: its steps bear the last one that was.
                let isTrusted = watch.jump == nil || log.genesis.clock == .scenario
                guard try decider.actByItself(now: isTrusted ? max(now, decider.books.now) : decider.books.now) else { break }
            }
            return true
        } catch {
            fail("reading the log: \(error)")
            return false
        }
    }

    private func isDue(_ books: Books, _ watch: ClockWatch, _ now: Instant) -> Bool {
        books.shutdown.act != nil || (watch.jump == nil || log.genesis.clock == .scenario) && books.shutdown.isDue(at: now)
    }

    /// Until there is something to decide, or something falls due. A clock set forward is noticed within a minute.
    private func sleep(until due: Instant?, _ now: Instant) {
        // Due already, and still asleep: the batch is full, or the time is not trusted. Either ends with a signal.
        guard let due, due > now, due < Instant(microseconds: .max) else { return deciderWakes.wait() }
        let left = min(max(due.microseconds - now.microseconds, 1000), 60_000_000)
        guard deciderWakes.wait(timeout: .now() + .microseconds(Int(left))) == .timedOut else { return }
        // Whoever saw it sleep has signalled; that signal must not wake it twice.
        let wasWoken = inbox.withLock { inbox in
            defer { inbox.deciderSleeps = false }
            return !inbox.deciderSleeps
        }
        if wasWoken { deciderWakes.wait() }
    }

    private func note(_ watch: ClockWatch) {
        let jumped = watch.jump != nil && log.genesis.clock == .system
        counters.withLock { $0.clockJumped = jumped }
    }

    /// False when nothing more can be decided.
    private func decide(_ ticket: Ticket, _ decider: inout Decider, _ watch: inout ClockWatch, now: Instant) -> Bool {
        do {
            // While the time is not trusted nothing is recorded but an operator's word on it; what was recorded before is told.
            if watch.jump != nil, log.genesis.clock == .system,
                ticket.request.command != .service(.confirmClock) || !decider.books.approvals.roles(ticket.request.principal.name).contains(Roles(.operator))
            {
                decider.answer(ticket, try decider.earlier(ticket.request) ?? .notAccepted(.clockJumped))
                return true
            }
            let outcome = try decider.decide(ticket.request, now: now)
            if case .service(.confirmClock) = ticket.request.command, case .recorded(let event, false) = outcome,
                event.kind == .clockConfirmed
            {
                watch.confirm()
            }
            decider.answer(ticket, outcome)
            return true
        } catch {
            // The log could not be read: nothing was decided, and nothing more can be.
            fail("reading the log: \(error)")
            decider.answer(ticket, .unknown)
            return false
        }
    }

    // MARK: The committer's thread

    private func commitUntilStopped(from start: Frontier) {
        var frontier = start
        while true {
            committerWakes.wait()
            let (batch, deciderEnded) = inbox.withLock { inbox -> (Batch?, Bool) in
                guard let batch = inbox.handed else { return (nil, inbox.deciderEnded) }
                inbox.handed = nil
                inbox.committerIdle = false
                // A full batch may be waiting for the slot.
                wake(&inbox)
                return (batch, false)
            }
            guard let batch else {
                if deciderEnded { break }
                continue
            }
            do {
                try commit(batch, &frontier)
            } catch {
                fail("committing events from \(batch.first): \(error)")
                // The decider hands nothing over after a failure.
                let waiting = inbox.withLock { inbox in
                    let handed = inbox.handed
                    inbox.handed = nil
                    wake(&inbox)
                    return batch.answers + (handed?.answers ?? [])
                }
                for answer in waiting { answer.reply.deliver(.unknown, index: answer.index) }
                break
            }
            count(batch)
            let answers = batch.answers.span
            for index in answers.indices { answers[index].reply.deliver(answers[index].outcome, index: answers[index].index) }
            // Not before: who sends again at once then shares the next commit with the others.
            inbox.withLock { inbox in
                inbox.committerIdle = true
                wake(&inbox)
            }
        }
        committerEnded.store(true, ordering: .releasing)
        checkpointPause.signal()
        leave()
    }

    private func wake(_ inbox: inout Inbox) {
        guard inbox.deciderSleeps else { return }
        inbox.deciderSleeps = false
        deciderWakes.signal()
    }

    /// Decider and committer each end here; when both have, nobody waits for an answer any more.
    private func leave() {
        let failure = inbox.withLock { inbox -> String? in
            inbox.running -= 1
            return inbox.running == 0 ? inbox.failure : nil
        }
        if let failure { onFailure(failure) }
        ended.signal()
    }

    /// Hashes, signs and commits. Hashing is done here because deciding takes as long as hashing and writing do: the two
    /// threads then share the work evenly.
    private func commit(_ batch: Batch, _ frontier: inout Frontier) throws {
        guard batch.buffer.count > 0 else { return }
        let started = ContinuousClock.now
        for index in 0..<batch.buffer.count { frontier.append(leaf: batch.buffer.withEvent(index, Hash.leaf)) }
        let note = try key.sign(Checkpoint(origin: log.origin, size: frontier.size, root: frontier.root))
        // A value is kept before the event that speaks of it, and destroyed after the event that says so.
        if !batch.personal.isEmpty { try custody.keep(batch.personal) }
        try log.commit(batch.buffer, from: batch.first, frontier: frontier, note: note)
        if checkpointEachCommit { try log.directory.replace(log.directory.checkpoint, with: note) }
        if !batch.erased.isEmpty { try custody.destroy(batch.erased) }
        newestNote.withLock { $0 = (note, checkpointEachCommit) }
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        counters.withLock { $0.commitMicroseconds += UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000) }
    }

    private func count(_ batch: Batch) {
        counters.withLock { counters in
            if batch.buffer.count > 0 { counters.commits += 1 }
            counters.events += UInt64(batch.buffer.count)
            counters.replays += UInt64(batch.replays)
            counters.dismissed += UInt64(batch.dismissed)
            counters.largestBatch = max(counters.largestBatch, UInt64(batch.buffer.count))
        }
    }

    private func fail(_ what: String) {
        let isFirst = inbox.withLock { inbox in
            guard inbox.failure == nil else { return false }
            inbox.failure = what
            inbox.isStopping = true
            return true
        }
        guard isFirst else { return }
        try? log.directory.replace(log.directory.failedCommit, with: what + "\n")
    }

    // MARK: The checkpoint outside the log

    /// The copy outside follows a commit within this many milliseconds.
    static let checkpointDelay = 150

    private func copyCheckpoints() {
        while true {
            // Asked before the note is: the committer's last one is not missed.
            let isLast = committerEnded.load(ordering: .acquiring)
            let note = newestNote.withLock { $0.isWritten ? nil : $0.note }
            if let note, (try? log.directory.replace(log.directory.checkpoint, with: note)) != nil {
                newestNote.withLock { if $0.note == note { $0.isWritten = true } }
            }
            if isLast { break }
            _ = checkpointPause.wait(timeout: .now() + .milliseconds(Self.checkpointDelay))
        }
        ended.signal()
    }
}
