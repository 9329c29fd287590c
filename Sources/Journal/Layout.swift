internal import LMDB
public import Ledger

/// How an event lies in bytes: a header of 128, little endian, then the tail. Drawn in `Specs/event-format.md`, proved
/// by `Specs/vectors`. A stored layout is never changed, only added to (`layout`).
///
///      0 position 8 │  8 recordedAt 8 │ 16 occurredAt 8 │ 24 kind 2 │ 26 layout 1 │ 27 source 1
///     28 channel 1 │ 29 groupIndex 1 │ 30 groupCount 1 │ 31 authLevel 1 │ 32 subject 8 │ 40 previous 8
///     48 debit 8 │ 56 credit 8 │ 64 amount 8 │ 72 balanceAfter 8 │ 80 reference 8 │ 88 key 16
///    104 fingerprint 8 │ 112 actor 4 │ 116 session 4 │ 120 policyVersion 2 │ 122 tailLength 2 │ 124 checksum 4
public enum Layout {
    public static let version: UInt8 = 1

    static let position = 0
    static let recordedAt = position + 8
    static let occurredAt = recordedAt + 8
    static let kind = occurredAt + 8
    static let layout = kind + 2
    static let source = layout + 1
    static let channel = source + 1
    static let groupIndex = channel + 1
    static let groupCount = groupIndex + 1
    static let authLevel = groupCount + 1
    static let subject = authLevel + 1
    static let previous = subject + 8
    static let debit = previous + 8
    static let credit = debit + 8
    static let amount = credit + 8
    static let balanceAfter = amount + 8
    static let reference = balanceAfter + 8
    static let keyHigh = reference + 8
    static let keyLow = keyHigh + 8
    static let fingerprint = keyLow + 8
    static let actor = fingerprint + 8
    static let session = actor + 4
    static let policyVersion = session + 4
    static let tailLength = policyVersion + 2
    static let checksum = tailLength + 2
    public static let headerSize = checksum + 4
    /// LMDB keeps values up to this inside a leaf page.
    public static let largestEvent = 2022

    /// Holds the layout against the document; called once at start, and by the tests.
    public static func assertSizes() {
        precondition(headerSize == 128 && kind == 24 && subject == 32 && amount == 64 && keyHigh == 88 && checksum == 124)
        precondition(headerSize + Tail.longest == largestEvent)
        precondition(1.littleEndian == 1, "the log is little endian")
    }

    /// XXH64 of the header but its last four bytes, seeded with XXH64 of the tail (seed 0); the low 32 bits.
    static func checksum(of event: RawSpan) -> UInt32 {
        let tail = XXH64.hash(event.extracting(headerSize..<event.byteCount))
        return UInt32(truncatingIfNeeded: XXH64.hash(event.extracting(0..<checksum), seed: tail))
    }
}

/// Encoded events, one after the other, each begun on a word's edge.
public struct EventBuffer: Sendable {
    private var words: [UInt64] = []
    private var starts: [Int] = []
    private var sizes: [Int] = []

    public init() {}

    public var count: Int { starts.count }

    public mutating func removeAll() {
        words.removeAll(keepingCapacity: true)
        starts.removeAll(keepingCapacity: true)
        sizes.removeAll(keepingCapacity: true)
    }

    /// Calls `body` with the bytes of event `index`.
    public func withEvent<R, E: Error>(_ index: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        let start = starts[index] * 8
        return try words.withBytes { bytes throws(E) in try body(bytes.extracting(start..<(start + sizes[index]))) }
    }

    /// Makes room for as much as another buffer holds.
    mutating func reserve(like other: EventBuffer) {
        words.reserveCapacity(other.words.count)
        starts.reserveCapacity(other.starts.count)
        sizes.reserveCapacity(other.sizes.count)
    }

    /// Encodes an event. About 40 ns.
    public mutating func append(_ event: Event) {
        let tail = event.tail.bytes.span
        precondition(tail.count <= Tail.longest)
        let start = words.count
        let size = Layout.headerSize + tail.count
        starts.append(start)
        sizes.append(size)
        let places = UInt64(event.channel.rawValue) << 32 | UInt64(event.groupIndex) << 40 | UInt64(event.groupCount) << 48
        let what = UInt64(event.kind.rawValue) | UInt64(Layout.version) << 16 | UInt64(event.source?.rawValue ?? 0) << 24
        words.append(contentsOf: repeatElement(0, count: (size + 7) / 8))
        var place = words.mutableSpan
        place[start] = event.position
        place[start + 1] = UInt64(bitPattern: event.recordedAt.microseconds)
        place[start + 2] = UInt64(bitPattern: event.occurredAt.microseconds)
        place[start + 3] = what | places | UInt64(event.authLevel) << 56
        place[start + 4] = event.subject.rawValue
        place[start + 5] = event.previous
        place[start + 6] = event.debit.rawValue
        place[start + 7] = event.credit.rawValue
        place[start + 8] = UInt64(bitPattern: event.amount)
        place[start + 9] = UInt64(bitPattern: event.balanceAfter)
        place[start + 10] = event.reference
        place[start + 11] = event.key.high
        place[start + 12] = event.key.low
        place[start + 13] = event.fingerprint
        place[start + 14] = UInt64(event.actor) | UInt64(event.session) << 32
        place[start + 15] = UInt64(event.policyVersion) | UInt64(tail.count) << 16
        for index in tail.indices {
            place[start + (Layout.headerSize + index) / 8] |= UInt64(tail[index]) << UInt64(index % 8 * 8)
        }
        let sum = withEvent(starts.count - 1) { Layout.checksum(of: $0) }
        words[start + 15] |= UInt64(sum) << 32
    }
}

/// A stored event, read in place. Fields as in `Event`.
public struct EventView: ~Escapable {
    public let bytes: RawSpan

    /// `nil` unless the bytes are a whole event of this layout, at this position, with the right checksum.
    @_lifetime(copy bytes)
    public init?(_ bytes: RawSpan, at position: UInt64) {
        guard bytes.byteCount >= Layout.headerSize, bytes.u64(at: Layout.position) == position,
            bytes.u8(at: Layout.layout) == Layout.version,
            Layout.headerSize + Int(bytes.u16(at: Layout.tailLength)) == bytes.byteCount,
            bytes.u32(at: Layout.checksum) == Layout.checksum(of: bytes)
        else { return nil }
        self.bytes = bytes
    }

    public var position: UInt64 { bytes.u64(at: Layout.position) }
    public var recordedAt: Instant { Instant(microseconds: bytes.int64(at: Layout.recordedAt)) }
    public var occurredAt: Instant { Instant(microseconds: bytes.int64(at: Layout.occurredAt)) }
    /// `nil`: written by a later version.
    public var kind: EventKind? { EventKind(rawValue: bytes.u16(at: Layout.kind)) }
    public var source: FundingSource? { FundingSource(rawValue: bytes.u8(at: Layout.source)) }
    public var groupIndex: UInt8 { bytes.u8(at: Layout.groupIndex) }
    public var groupCount: UInt8 { bytes.u8(at: Layout.groupCount) }
    public var subject: AccountCode { AccountCode(rawValue: bytes.u64(at: Layout.subject)) }
    public var previous: UInt64 { bytes.u64(at: Layout.previous) }
    public var debit: AccountCode { AccountCode(rawValue: bytes.u64(at: Layout.debit)) }
    public var credit: AccountCode { AccountCode(rawValue: bytes.u64(at: Layout.credit)) }
    public var amount: Int64 { bytes.int64(at: Layout.amount) }
    public var balanceAfter: Int64 { bytes.int64(at: Layout.balanceAfter) }
    public var reference: UInt64 { bytes.u64(at: Layout.reference) }
    public var key: CommandKey { CommandKey(high: bytes.u64(at: Layout.keyHigh), low: bytes.u64(at: Layout.keyLow)) }
    public var fingerprint: UInt64 { bytes.u64(at: Layout.fingerprint) }
    public var hasTail: Bool { bytes.byteCount > Layout.headerSize }

    public var tail: Tail {
        guard hasTail else { return Tail() }
        return Tail(bytes: [UInt8](bytes.extracting(Layout.headerSize..<bytes.byteCount)))
    }

    /// The event as a value; `nil` if its kind is not known.
    public var event: Event? { event(withTail: true) }

    /// A charge or a payment as a rule looks at it, without its tail; any other event whole.
    var brief: Event? { event(withTail: kind != .chargeSettled && kind != .paymentAccepted) }

    private func event(withTail: Bool) -> Event? {
        guard let kind else { return nil }
        var event = Event(kind, subject: subject)
        event.position = position
        event.recordedAt = recordedAt
        event.occurredAt = occurredAt
        event.source = source
        event.channel = Channel(rawValue: bytes.u8(at: Layout.channel)) ?? .ledger
        event.groupIndex = groupIndex
        event.groupCount = groupCount
        event.authLevel = bytes.u8(at: Layout.authLevel)
        event.previous = previous
        event.debit = debit
        event.credit = credit
        event.amount = amount
        event.balanceAfter = balanceAfter
        event.reference = reference
        event.key = key
        event.fingerprint = fingerprint
        event.actor = bytes.u32(at: Layout.actor)
        event.session = bytes.u32(at: Layout.session)
        event.policyVersion = bytes.u16(at: Layout.policyVersion)
        if withTail { event.tail = tail }
        return event
    }
}
