/// The switches that stop the service part by part (停止措置). Each is in force from `effectiveAt`, inclusive, to `until`,
/// exclusive, judged by the ledger's own clock: a switch needs no further act when it falls due, and holds though the
/// process was down.
public struct Controls: Equatable, Sendable {
    /// Those that are not over yet, in the order they were decided.
    public private(set) var all: [Control] = []
    /// What is stopped from `steadyFrom` until `steadyUntil`, so that a command need not look at each.
    private var steady: Stops = []
    private var steadyFrom = Instant(microseconds: .min)
    private var steadyUntil = Instant(microseconds: .max)
    /// Refused charges whose money was taken in already and must be given back upstream, by the refusal's position.
    public internal(set) var voids: Set<UInt64> = []

    public init() {}

    public struct Control: Equatable, Sendable {
        /// Position of the event that decided it; its name.
        public var position: UInt64
        public var stops: Stops
        public var effectiveAt: Instant
        /// The largest instant: open.
        public var until: Instant

        public func isInForce(at now: Instant) -> Bool { effectiveAt <= now && now < until }
    }

    public subscript(position: UInt64) -> Control? { all.first { $0.position == position } }

    /// What is stopped at `now`. O(1) between two changes.
    public func stops(at now: Instant) -> Stops {
        if now >= steadyFrom, now < steadyUntil { return steady }
        return compute(at: now)
    }

    private func compute(at now: Instant) -> Stops {
        all.reduce(into: []) { stops, control in if control.isInForce(at: now) { stops.formUnion(control.stops) } }
    }

    /// Takes in one of this desk's events; any other changes nothing.
    public mutating func evolve(_ event: Event) {
        switch event.kind {
        case .controlActivated:
            all.removeAll { $0.until <= event.recordedAt }
            all.append(
                Control(
                    position: event.position, stops: event.stops, effectiveAt: event.effectiveAt, until: event.until))
        case .controlLifted:
            for index in all.indices where all[index].position == event.reference { all[index].until = event.effectiveAt }
            all.removeAll { $0.until <= event.recordedAt || $0.until <= $0.effectiveAt }
        default: return
        }
        settle(at: event.recordedAt)
    }

    mutating func settle(at now: Instant) {
        steady = compute(at: now)
        steadyFrom = now
        steadyUntil = all.flatMap { [$0.effectiveAt, $0.until] }.filter { $0 > now }.min() ?? Instant(microseconds: .max)
    }

    mutating func restore(_ controls: [Control], voids: Set<UInt64>, now: Instant) {
        all = controls
        self.voids = voids
        settle(at: now)
    }
}

/// What a switch stops: charging by source, paying, and so on. A bit each, stored in the event.
public struct Stops: OptionSet, Hashable, Sendable {
    public let rawValue: UInt16
    public init(rawValue: UInt16) { self.rawValue = rawValue }

    /// Charging from one source (チャージ停止): bits 1 … 5.
    public static func charge(_ source: FundingSource) -> Stops { Stops(rawValue: 1 << UInt16(source.rawValue)) }
    public static let pay = Stops(rawValue: 1 << 8)
    /// Opening accounts (新規会員登録停止).
    public static let registration = Stops(rawValue: 1 << 9)
    /// Signing in with another provider's id (外部IDログイン停止). Sessions that exist live on unless they are revoked.
    public static let externalIdLogin = Stops(rawValue: 1 << 10)
    /// Members' commands from foreign addresses (海外IP遮断).
    public static let foreignIp = Stops(rawValue: 1 << 11)

    public static let anyCharge = FundingSource.allCases.reduce(into: Stops()) { $0.formUnion(.charge($1)) }
    public static let everything: Stops = [.anyCharge, .pay, .registration, .externalIdLogin, .foreignIp]

    public var sources: [FundingSource] { FundingSource.allCases.filter { contains(.charge($0)) } }

    /// `charge`, `pay` …; a control is of one of these kinds.
    public var kindName: String {
        switch self {
        case .pay: "pay"
        case .registration: "registration"
        case .externalIdLogin: "externalIdLogin"
        case .foreignIp: "foreignIp"
        default: "charge"
        }
    }

    /// The switch of this name; charging needs sources, an empty list means all five.
    public init?(kindName: String, sources: [FundingSource]) {
        switch kindName {
        case "charge":
            self = sources.isEmpty ? .anyCharge : sources.reduce(into: Stops()) { $0.formUnion(.charge($1)) }
        case "pay": self = .pay
        case "registration": self = .registration
        case "externalIdLogin": self = .externalIdLogin
        case "foreignIp": self = .foreignIp
        default: return nil
        }
        guard kindName == "charge" || sources.isEmpty else { return nil }
    }

    public static let kindNames = ["charge", "pay", "registration", "externalIdLogin", "foreignIp"]

    /// True if it is one switch: some charging, or one other thing.
    var isOneKind: Bool {
        !isEmpty && isSubset(of: .everything) && (isSubset(of: .anyCharge) || rawValue.nonzeroBitCount == 1)
    }
}

extension Event {
    public var stops: Stops { Stops(rawValue: UInt16(truncatingIfNeeded: tail.number(.controlStops) ?? 0)) }
    public var effectiveAt: Instant { tail.number(.effectiveAt).map(Instant.init) ?? recordedAt }
    /// When it ends; the largest instant if it does not end by itself.
    public var until: Instant { Instant(microseconds: tail.number(.until) ?? .max) }
}
