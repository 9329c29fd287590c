public import Ledger

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

    var isUrgent: Bool {
        if case .controls(.activate) = request.command { true } else { false }
    }
}

extension Writer {
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
    private let state: Locked<State>

    fileprivate init(_ count: Int) { state = Locked(State(outcomes: Array(repeating: nil, count: count), left: count)) }

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
