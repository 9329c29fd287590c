internal import Foundation
public import Ledger

/// Where a system-clock ledger's time comes from: the machine's wall clock, held against its monotonic one, so that a
/// jump is noticed before it is believed.
public struct LedgerClock: Sendable {
    /// The time of day.
    public let wall: @Sendable () -> Instant
    /// Microseconds from any fixed start.
    let monotonic: @Sendable () -> Int64

    /// A wall clock that strays further than this from the monotonic one has jumped.
    public static let largestStep: Int64 = 5_000_000

    public init(wall: @escaping @Sendable () -> Instant, monotonic: @escaping @Sendable () -> Int64) {
        self.wall = wall
        self.monotonic = monotonic
    }

    public static let system: LedgerClock = {
        let start = ContinuousClock.now
        return LedgerClock(
            wall: { Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) },
            monotonic: {
                let (seconds, attoseconds) = (ContinuousClock.now - start).components
                return seconds * 1_000_000 + attoseconds / 1_000_000_000_000
            })
    }()
}

/// Watches the clock of one writer.
struct ClockWatch {
    private let clock: LedgerClock
    private var offset: Int64
    /// Why the time is not trusted, in microseconds of the jump; `nil` when it is.
    private(set) var jump: Int64?

    /// `last` is the newest recorded time: a machine whose clock stands well before it starts untrusted.
    init(_ clock: LedgerClock, last: Instant) {
        self.clock = clock
        let wall = clock.wall()
        offset = wall.microseconds - clock.monotonic()
        let behind = last.microseconds - wall.microseconds
        if behind > LedgerClock.largestStep { jump = -behind }
    }

    /// The time now, never before `last`; notices a jump.
    mutating func now(notBefore last: Instant) -> Instant {
        let wall = clock.wall()
        let step = wall.microseconds - clock.monotonic() - offset
        if abs(step) > LedgerClock.largestStep {
            if jump == nil { jump = step }
        } else if jump == nil {
            // Slow drift (the time service at work) is followed, so that it never adds up to a jump.
            offset += step / 16
        }
        return max(wall, last)
    }

    /// An operator has looked: this is the time from now on.
    mutating func confirm() {
        offset = clock.wall().microseconds - clock.monotonic()
        jump = nil
    }
}
