public import Ledger

extension Log {
    /// The position that a recorded time means: that of the first event recorded at or after it, so that everything
    /// before the position was recorded strictly before the time. A cut never parts the events of one command, since they share their time.
    /// O(log events), since `recordedAt` never runs backwards.
    @available(*, noasync)
    public func position(asOf time: Instant) throws -> UInt64 {
        var (low, high) = (UInt64(0), count)
        try lookUp { event in
            while low < high {
                let middle = low + (high - low) / 2
                guard let found = try event(middle) else { throw JournalError.damaged("event \(middle) is missing") }
                if found.recordedAt < time { low = middle + 1 } else { high = middle }
            }
        }
        return low
    }
}
