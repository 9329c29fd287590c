public import Journal
public import Ledger

/// Where a report stands: what was recorded strictly before a position, and the Merkle root over it, by which anybody with the log can
/// tell that it is the same log.
public struct ReportCut: Equatable, Sendable {
    public let position: UInt64
    /// `recordedAt` of the last event before the position.
    public let instant: Instant
    /// Over the first `position` events; `nil` if it was not asked for.
    public let root: Hash?

    /// The cut nearest to `end` at which a report may stand: never inside an act of many steps, which is moved back to before its
    /// opening. O(1): the event before the cut says of which act it is.
    @available(*, noasync)
    public static func standing(_ log: Log, before end: UInt64) throws -> UInt64 {
        let end = min(end, try log.refresh())
        guard end > 0, let last = try log.event(at: end - 1) else { return end }
        // A step without a reference is an act of its own.
        let opened = last.kind.opensAct != nil ? last.position : last.kind.isStepOfAct && last.reference > 0 ? last.reference : nil
        guard let opened, let opening = try log.event(at: opened) else { return end }
        return opened - UInt64(opening.groupIndex)
    }

    /// The cut at a position, which is moved as `standing` says. With the root O(position), some 0.6 µs an event, unless it is the
    /// log's end.
    @available(*, noasync)
    static func at(_ end: UInt64, _ log: Log, isHashed: Bool) throws -> ReportCut {
        let position = try standing(log, before: end)
        let instant = position > 0 ? try log.event(at: position - 1)?.recordedAt : nil
        return ReportCut(
            position: position, instant: instant ?? Instant(microseconds: 0), root: isHashed ? try root(log, of: position) : nil)
    }

    @available(*, noasync)
    private static func root(_ log: Log, of size: UInt64) throws -> Hash {
        let head = try log.head().frontier
        guard head.size != size else { return head.root }
        var frontier = Frontier()
        try log.scan(from: 0, to: size) { view in
            frontier.append(leaf: Hash.leaf(view.bytes))
            return true
        }
        return frontier.root
    }
}
