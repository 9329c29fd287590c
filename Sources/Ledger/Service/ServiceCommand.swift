/// The service desk: launch, notices, policy and clock.
public enum ServiceCommand: Equatable, Sendable {
    /// Replaces the policy whole. An operator's act; takes an approval once the service is launched.
    case setPolicy(Policy)
    /// Moves a scenario ledger's time forward; refused on a real ledger.
    case advanceClock(to: Instant)
    /// After a jump of the machine's clock: an operator has looked and accepts the time. Refused on a scenario ledger.
    case confirmClock
    /// The service begins (サービス開始). Once.
    case launch(reason: String?)
    /// A notice was published (重要なお知らせ): of what kind, where, and the hash of its text.
    case publishNotice(NoticeKind, place: String, contentHash: [UInt8], note: String?)

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .setPolicy(let policy):
            bytes.add(policy.balanceCap)
            for source in FundingSource.allCases {
                bytes.add(policy[source].perCharge)
                bytes.add(policy[source].step)
            }
            // Older policies have no such rules, and must keep their fingerprints.
            var rules = Tail()
            policy.writeRules(to: &rules)
            if !rules.isEmpty { bytes.add(blob: rules.bytes) }
        case .advanceClock(let instant): bytes.add(instant.microseconds)
        case .confirmClock: break
        case .launch(let reason): bytes.add(reason)
        case .publishNotice(let kind, let place, let hash, let note):
            bytes.add(Int64(kind.rawValue))
            bytes.add(place)
            bytes.add(blob: hash)
            bytes.add(note)
        }
    }

    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .setPolicy:
            let cap = try bytes.number()
            var limits: [FundingSource: Policy.SourceLimit] = [:]
            for source in FundingSource.allCases {
                limits[source] = Policy.SourceLimit(perCharge: try bytes.number(), step: try bytes.number())
            }
            var policy = Policy(reading: Tail(bytes: try bytes.blobIfNext() ?? []))
            policy.balanceCap = cap
            for (source, limit) in limits { policy[source] = limit }
            self = .setPolicy(policy)
        case .launchService: self = .launch(reason: try bytes.textIfAny())
        case .publishNotice:
            self = .publishNotice(
                try bytes.choice(), place: try bytes.text(), contentHash: try bytes.blob(), note: try bytes.textIfAny())
        default: return nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .setPolicy(let policy): try policy.check()
        case .advanceClock, .confirmClock: break
        case .launch(let reason): try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .publishNotice(_, let place, let hash, let note):
            try TextRule.check(place, "place")
            try TextRule.check(note, "note", limit: TextRule.noteLimit)
            guard hash.count == 32 else { throw Malformed(field: "contentHash", reason: "is not a SHA-256 value of 64 hexadecimal digits") }
        }
    }
}

/// What a notice is about.
public enum NoticeKind: UInt8, Named, Sendable {
    case incident = 1
    case control = 2
    case reset = 3
    case termination = 4
    case refund = 5
    case other = 6
    /// The three notices that must be recorded before refunds may be claimed: in a newspaper or electronically (公告), …
    case refundPublicNotice = 7
    /// … where the public sees it at all offices, and in the app (掲示), …
    case refundPosting = 8
    /// … and to the holders (利用者への情報提供).
    case refundInformation = 9

    static let requiredForClaims: [NoticeKind] = [.refundPublicNotice, .refundPosting, .refundInformation]
}
