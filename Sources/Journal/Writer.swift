internal import Dispatch
public import Ledger
internal import Synchronization

/// Who waits for a command's outcome. Called once, on the writer's thread: be quick.
public protocol Reply: AnyObject, Sendable {
    func deliver(_ outcome: Outcome, index: Int)
}

/// A command on its way to the writer. `index` is handed back, so that one reply can serve many.
public struct Ticket: Sendable {
    let request: Request
    let reply: any Reply
    let index: Int

    public init(_ request: Request, _ reply: any Reply, index: Int = 0) {
        self.request = request
        self.reply = reply
        self.index = index
    }
}

/// The one writer of a ledger. One thread owns the books and decides, one owns the log and commits; the next batch is
/// decided and hashed while this one commits. An outcome leaves only after the commit that holds its event. If a commit
/// fails, memory is ahead of the disk: everything that waits is answered `unknown` and the writer stops for good.
public final class Writer: Sendable {
    public let log: Log
    private let clock: LedgerClock
    private let key: LogKey
    private let keys: KeyIndex
    private let checkpointEachCommit: Bool
    /// Held as long as the writer lives.
    private let lock: FileLock

    private struct Inbox {
        var tickets: [Ticket] = []
        /// Taken by the decider, not decided yet.
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
    private let inbox = Mutex(Inbox())
    private let deciderWakes = DispatchSemaphore(value: 0)
    private let committerWakes = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let committerEnded = Atomic(false)
    private let checkpointPause = DispatchSemaphore(value: 0)
    private let newestNote = Mutex<(note: String, isWritten: Bool)>(("", true))
    private let counters = Mutex(Counters())
    /// Told once, when everybody who waited has been answered.
    private let onFailure: @Sendable (String) -> Void

    /// Commands waiting beyond this are refused as `overloaded`.
    static let mostWaiting = 1 << 17

    /// What the writer has done since it started.
    public struct Counters: Sendable {
        public var commits: UInt64 = 0
        public var events: UInt64 = 0
        public var replays: UInt64 = 0
        public var dismissed: UInt64 = 0
        public var largestBatch: UInt64 = 0
        public var commitMicroseconds: UInt64 = 0
        public var clockJumped = false
    }

    init(
        log: Log, books: Books, frontier: Frontier, keys: KeyIndex, key: LogKey, clock: LedgerClock, lock: FileLock,
        checkpointEachCommit: Bool, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.log = log
        self.key = key
        self.keys = keys
        self.clock = clock
        self.lock = lock
        self.checkpointEachCommit = checkpointEachCommit
        self.onFailure = onFailure
        let decider = Mutex<Decider?>(Decider(books: books, frontier: frontier, keys: keys, log: log))
        DispatchQueue(label: "motocho.decider").async { [self] in
            var mine = decider.withLock { $0.take() }!
            decideUntilStopped(&mine)
        }
        DispatchQueue(label: "motocho.committer").async { [self] in commitUntilStopped() }
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
            if inbox.tickets.count + inbox.taken + tickets.count > Self.mostWaiting { return .notAccepted(.overloaded) }
            inbox.tickets.append(contentsOf: tickets)
            wake(&inbox)
            return nil
        }
        guard let refusal else { return }
        for ticket in tickets { ticket.reply.deliver(refusal, index: ticket.index) }
    }

    /// Submits one command and waits for its outcome.
    public func submit(_ request: Request) async -> Outcome {
        await withCheckedContinuation { continuation in
            submit([Ticket(request, SingleReply(continuation))])
        }
    }

    /// Hands commands over now, in order and with none of another caller's between them; the outcomes come later.
    public func enqueue(_ requests: [Request]) -> Submission {
        let submission = Submission(requests.count)
        submit(requests.enumerated().map { Ticket($1, submission, index: $0) })
        return submission
    }

    /// Submits commands in order and waits for all outcomes, in the same order.
    public func submit(_ requests: [Request]) async -> [Outcome] { await enqueue(requests).outcomes }

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
    }

    // MARK: The decider's thread

    private func decideUntilStopped(_ decider: inout Decider) {
        var watch = ClockWatch(clock, last: decider.books.now)
        let isScenario = log.genesis.clock == .scenario
        // Taken from the inbox; decided up to `next`.
        var queue: [Ticket] = []
        var next = 0
        note(watch)
        while true {
            if next == queue.count {
                queue.removeAll(keepingCapacity: true)
                next = 0
            }
            let (isStopping, failed) = inbox.withLock { inbox in
                if queue.isEmpty { swap(&queue, &inbox.tickets) }
                inbox.taken = queue.count - next
                return (inbox.isStopping, inbox.failure != nil)
            }
            if failed { break }
            if next < queue.count {
                let now = isScenario ? decider.books.now : watch.now(notBefore: decider.books.now)
                while next < queue.count, decider.open.buffer.count < Batch.cap {
                    let ticket = queue[next]
                    next += 1
                    guard decide(ticket, &decider, &watch, now: isScenario ? decider.books.now : max(now, decider.books.now)) else { break }
                }
                note(watch)
            }
            let isFull = decider.open.buffer.count >= Batch.cap
            let hasWork = !decider.open.answers.isEmpty
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
            if isStopping, !hasWork, next == queue.count { break }
            let sleeps = inbox.withLock { inbox in
                let hasMore = !isFull && (next < queue.count || !inbox.tickets.isEmpty)
                let canHand = hasWork && inbox.handed == nil && (inbox.committerIdle || isFull || inbox.isStopping)
                guard !hasMore, !canHand, inbox.failure == nil, inbox.isStopping == isStopping else { return false }
                inbox.deciderSleeps = true
                return true
            }
            if sleeps { deciderWakes.wait() }
        }
        let left = inbox.withLock { inbox in
            inbox.isStopping = true
            inbox.deciderEnded = true
            let left = queue[next...] + inbox.tickets
            inbox.tickets = []
            inbox.taken = 0
            return left
        }
        // After a failure only: what was decided is ahead of the disk, what was not is as if never sent.
        for (ticket, _) in decider.open.answers { ticket.reply.deliver(.unknown, index: ticket.index) }
        for ticket in left { ticket.reply.deliver(.notAccepted(.stopping), index: ticket.index) }
        committerWakes.signal()
        leave()
    }

    private func note(_ watch: ClockWatch) {
        let jumped = watch.jump != nil && log.genesis.clock == .system
        counters.withLock { $0.clockJumped = jumped }
    }

    /// False when nothing more can be decided.
    private func decide(_ ticket: Ticket, _ decider: inout Decider, _ watch: inout ClockWatch, now: Instant) -> Bool {
        let request = ticket.request
        do {
            // While the time is not trusted nothing is recorded but an operator's word on it; what was recorded before is told.
            if watch.jump != nil, log.genesis.clock == .system,
                request.command != .service(.confirmClock) || !decider.books.isOperator(request.principal)
            {
                decider.answer(ticket, try decider.earlier(request) ?? .notAccepted(.clockJumped))
                return true
            }
            let outcome = try decider.decide(request, now: now)
            if case .recorded(let event, false) = outcome, event.kind == .clockConfirmed { watch.confirm() }
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

    private func commitUntilStopped() {
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
                try commit(batch)
            } catch {
                fail("committing events from \(batch.first): \(error)")
                // The decider hands nothing over after a failure.
                let waiting = inbox.withLock { inbox in
                    let handed = inbox.handed
                    inbox.handed = nil
                    wake(&inbox)
                    return batch.answers + (handed?.answers ?? [])
                }
                for (ticket, _) in waiting { ticket.reply.deliver(.unknown, index: ticket.index) }
                break
            }
            inbox.withLock { inbox in
                inbox.committerIdle = true
                wake(&inbox)
            }
            count(batch)
            for (ticket, outcome) in batch.answers { ticket.reply.deliver(outcome, index: ticket.index) }
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
        ended.signal()
        if let failure { onFailure(failure) }
    }

    private func commit(_ batch: Batch) throws {
        guard batch.buffer.count > 0 else { return }
        let started = ContinuousClock.now
        let note = try key.sign(Checkpoint(origin: log.origin, size: batch.frontier.size, root: batch.frontier.root))
        try log.commit(batch.buffer, from: batch.first, frontier: batch.frontier, note: note)
        if checkpointEachCommit { try log.directory.replace(log.directory.checkpoint, with: note) }
        newestNote.withLock { $0 = (note, checkpointEachCommit) }
        let (seconds, attoseconds) = (ContinuousClock.now - started).components
        counters.withLock { $0.commitMicroseconds += UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000) }
    }

    private func count(_ batch: Batch) {
        var (replays, dismissed) = (UInt64(0), UInt64(0))
        for (_, outcome) in batch.answers {
            switch outcome {
            case .recorded(_, replayed: true): replays += 1
            case .recorded: break
            default: dismissed += 1
            }
        }
        counters.withLock { counters in
            if batch.buffer.count > 0 { counters.commits += 1 }
            counters.events += UInt64(batch.buffer.count)
            counters.replays += replays
            counters.dismissed += dismissed
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

private final class SingleReply: Reply {
    private let continuation: CheckedContinuation<Outcome, Never>
    init(_ continuation: CheckedContinuation<Outcome, Never>) { self.continuation = continuation }
    func deliver(_ outcome: Outcome, index: Int) { continuation.resume(returning: outcome) }
}

/// Commands that were handed over together and are on their way.
public final class Submission: Reply {
    private struct State {
        var outcomes: [Outcome?]
        var left: Int
        var waiter: CheckedContinuation<Void, Never>?
    }
    private let state: Mutex<State>

    fileprivate init(_ count: Int) { state = Mutex(State(outcomes: Array(repeating: nil, count: count), left: count)) }

    public func deliver(_ outcome: Outcome, index: Int) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.outcomes[index] = outcome
            state.left -= 1
            return state.left == 0 ? state.waiter.take() : nil
        }
        waiter?.resume()
    }

    /// All outcomes, in the commands' order. Wait for them once.
    public var outcomes: [Outcome] {
        get async {
            await withCheckedContinuation { continuation in
                let isDone = state.withLock { state in
                    if state.left > 0 { state.waiter = continuation }
                    return state.left == 0
                }
                if isDone { continuation.resume() }
            }
            return state.withLock { $0.outcomes.map { $0! } }
        }
    }
}
