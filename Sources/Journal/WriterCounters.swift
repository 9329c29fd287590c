extension Writer {
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
}
