internal import Ledger
internal import Logging
internal import Synchronization

/// Decides who a request comes from. Tokens that are issued or removed while the server runs count within a second.
final class Gate: Sendable {
    private struct State {
        var principals: Principals
        var lookedAt: ContinuousClock.Instant
        /// Said once, not with every request.
        var trouble: String?
    }
    private let state: Mutex<State>
    private let isLoopback: Bool
    private static let logger = Server.logger

    init(principals: Principals, isLoopback: Bool) {
        state = Mutex(State(principals: principals, lookedAt: .now))
        self.isLoopback = isLoopback
    }

    /// A token that is not ours is refused even where none is needed.
    func entry(_ authorization: String?) throws(Problem) -> (principal: Ledger.Principal, isOperator: Bool) {
        let principals = current()
        guard let authorization else {
            // Only this machine can call, and no service has a token.
            guard isLoopback, !principals.hasService else { throw .unauthorized }
            return (.anonymous, false)
        }
        guard let entry = principals.authenticate(authorization) else { throw .unauthorized }
        return (entry.principal, entry.role == .operator)
    }

    /// Looks at the file at most once a second. One that does not read leaves the tokens as they are.
    private func current() -> Principals {
        state.withLock { state in
            guard .now - state.lookedAt >= .seconds(1) else { return state.principals }
            state.lookedAt = .now
            do {
                if let changed = try state.principals.reread() { state.principals = changed }
                state.trouble = nil
            } catch {
                let trouble = "\(error)"
                if state.trouble != trouble {
                    Self.logger.error("keys/principals was changed and does not read; its tokens stay as they were: \(trouble)")
                }
                state.trouble = trouble
            }
            return state.principals
        }
    }
}
