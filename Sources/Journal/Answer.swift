public import Ledger

/// What became of a command.
public enum Outcome: Sendable {
    /// It is recorded and on disk: done, or refused by a rule. `event` is the last of its group; an answer is made from
    /// it alone, so a retry gets the same one for ever.
    case recorded(Event, replayed: Bool)
    /// Broken in a way that is answered and not recorded.
    case dismissed(Rejection)
    /// The key was used before for another command.
    case keyReused
    /// Not accepted now; nothing happened. Try again.
    case notAccepted(Reason)
    /// The commit failed: it may or may not be on disk. A retry with the same key finds out.
    case unknown

    public enum Reason: String, Sendable {
        case stopping
        case overloaded
        /// The machine's clock jumped; an operator must confirm the time.
        case clockJumped
    }
}

extension Event {
    /// The rule a recorded refusal broke.
    public var rejection: Rejection? {
        guard kind == .refused, let number = tail.number(.rejection),
            let code = Rejection.Code(rawValue: UInt16(truncatingIfNeeded: number))
        else { return nil }
        return Rejection(code, bound: tail.number(.rejectionBound))
    }
}
