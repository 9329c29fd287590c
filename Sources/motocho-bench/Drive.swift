import Dispatch
import Journal
import Ledger
import Synchronization

/// Keeps a number of commands in flight: whatever is answered makes room for as many new ones, submitted by the thread
/// that drives.
final class Drive: Reply {
    private struct State {
        var answered = 0
        var refused = 0
        var waits = false
        var samples: [Double] = []
    }
    private let state = Mutex(State())
    private let wake = DispatchSemaphore(value: 0)
    /// When a sampled command was submitted, in microseconds since `start`, by its place in the ring.
    private let submitted: Mutex<[Double]>
    private let start = ContinuousClock.now
    private let spacing: Int

    private init(inFlight: Int) {
        // A command in sixteen is timed where there are many.
        spacing = inFlight >= 128 ? 16 : 1
        submitted = Mutex(Array(repeating: 0, count: 4096))
    }

    func deliver(_ outcome: Outcome, index: Int) {
        var isRefused = true
        if case .recorded(let event, replayed: false) = outcome, event.kind != .refused { isRefused = false }
        var sample: Double?
        if index % spacing == 0 { sample = elapsed(since: start) - submitted.withLock { $0[index / spacing % $0.count] } }
        let signals = state.withLock { state in
            state.answered += 1
            if isRefused { state.refused += 1 }
            if let sample { state.samples.append(sample) }
            guard state.waits else { return false }
            state.waits = false
            return true
        }
        if signals { wake.signal() }
    }

    struct Result {
        var perSecond: Double
        var p50: Double
        var p99: Double
        /// Events a commit, on average.
        var batch: Double
    }

    /// Sends `count` commands with `inFlight` at a time. `request` makes the n-th.
    static func run(_ writer: Writer, _ count: Int, inFlight: Int, _ request: (Int) -> Request) -> Result {
        let drive = Drive(inFlight: inFlight)
        let before = writer.metrics
        let started = ContinuousClock.now
        var sent = 0
        var answered = 0
        while answered < count {
            let more = min(count - sent, inFlight - (sent - answered))
            if more > 0 {
                var tickets: [Ticket] = []
                tickets.reserveCapacity(more)
                for index in sent..<(sent + more) { tickets.append(Ticket(request(index), drive, index: index)) }
                drive.note(sent, more)
                sent += more
                writer.submit(tickets)
            }
            answered = drive.wait(beyond: answered)
        }
        let time = elapsed(since: started)
        var (refused, samples) = drive.state.withLock { ($0.refused, $0.samples) }
        precondition(refused == 0, "\(refused) of \(count) commands were not recorded; the writer says: \(writer.failure ?? "nothing")")
        samples.sort()
        let commits = writer.metrics.commits - before.commits
        return Result(
            perSecond: Double(count) / time, p50: (percentile(samples, 0.5) ?? 0) * 1000, p99: (percentile(samples, 0.99) ?? 0) * 1000,
            batch: Double(count) / Double(max(1, commits)))
    }

    /// Sends requests that stand ready.
    @discardableResult
    static func run(_ writer: Writer, _ requests: [Request], inFlight: Int) -> Result {
        run(writer, requests.count, inFlight: inFlight) { requests[$0] }
    }

    private func note(_ first: Int, _ count: Int) {
        let time = elapsed(since: start)
        submitted.withLock { times in
            for index in first..<(first + count) where index % spacing == 0 { times[index / spacing % times.count] = time }
        }
    }

    /// Waits until more than `seen` are answered; how many are.
    private func wait(beyond seen: Int) -> Int {
        while true {
            let answered = state.withLock { state -> Int? in
                if state.answered > seen { return state.answered }
                state.waits = true
                return nil
            }
            if let answered { return answered }
            wake.wait()
        }
    }
}
