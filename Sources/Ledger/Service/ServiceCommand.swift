/// The service desk: policy and clock.
public enum ServiceCommand: Equatable, Sendable {
    /// Replaces the policy whole. An operator's act.
    case setPolicy(Policy)
    /// Moves a scenario ledger's time forward; refused on a real ledger.
    case advanceClock(to: Instant)
    /// After a jump of the machine's clock: an operator has looked and accepts the time. Refused on a scenario ledger.
    case confirmClock

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .setPolicy(let policy):
            bytes.add(policy.balanceCap)
            for source in FundingSource.allCases {
                bytes.add(policy[source].perCharge)
                bytes.add(policy[source].step)
            }
        case .advanceClock(let instant): bytes.add(instant.microseconds)
        case .confirmClock: break
        }
    }

    func checkNumbers() throws(Malformed) {
        guard case .setPolicy(let policy) = self else { return }
        let numbers = FundingSource.allCases.flatMap { [policy[$0].perCharge, policy[$0].step] } + [policy.balanceCap]
        guard numbers.allSatisfy({ $0 >= 0 }) else { throw Malformed(field: "policy", reason: "holds a number below zero") }
    }
}
