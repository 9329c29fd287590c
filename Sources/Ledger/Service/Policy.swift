/// Limits a deployment sets for charging. A fresh ledger has none: every amount goes until a policy is set. A policy
/// replaces the one before it whole, and its version stands in every event decided under it.
public struct Policy: Equatable, Sendable {
    /// Largest balance an account may have after a charge; 0 = no cap.
    public var balanceCap: Int64 = 0
    /// By funding source; a source that is missing has no limit.
    public private(set) var limits: [SourceLimit]

    /// What one charge from a source may be; 0 = no limit, no step.
    public struct SourceLimit: Equatable, Sendable {
        public var perCharge: Int64 = 0
        public var step: Int64 = 0
        public init(perCharge: Int64 = 0, step: Int64 = 0) {
            self.perCharge = perCharge
            self.step = step
        }
    }

    public static let none = Policy()

    public init(balanceCap: Int64 = 0, limits: [FundingSource: SourceLimit] = [:]) {
        self.balanceCap = balanceCap
        self.limits = Array(repeating: SourceLimit(), count: FundingSource.allCases.count + 1)
        for (source, limit) in limits { self[source] = limit }
    }

    public subscript(source: FundingSource) -> SourceLimit {
        get { limits[Int(source.rawValue)] }
        set { limits[Int(source.rawValue)] = newValue }
    }

    func write(to tail: inout Tail) {
        if balanceCap > 0 { tail.add(.policyCap, number: balanceCap) }
        for source in FundingSource.allCases where self[source] != SourceLimit() {
            var image = ImageWriter()
            image.number(self[source].perCharge)
            image.number(self[source].step)
            tail.add(.policyLimit, bytes: [source.rawValue] + image.bytes)
        }
    }

    public init(reading tail: Tail) {
        self.init(balanceCap: tail.number(.policyCap) ?? 0)
        for slice in tail.all(.policyLimit) where slice.count == 17 {
            guard let source = FundingSource(rawValue: slice[slice.startIndex]) else { continue }
            let start = slice.startIndex + 1
            self[source] = SourceLimit(
                perCharge: Tail.number(slice[start..<(start + 8)]), step: Tail.number(slice[(start + 8)..<(start + 16)]))
        }
    }
}
