/// The controls desk: stop, lift, and the charges refused too late for whoever took the money.
public enum ControlsCommand: Equatable, Sendable {
    /// Stops something from `effectiveAt` (absent: now) to `until` (absent: until it is lifted). One operator's act.
    case activate(Stops, effectiveAt: Instant?, until: Instant?, reason: String)
    /// Ends a control, named by its position, at `effectiveAt` (absent: now; one that has not begun never will). Needs an approval.
    case lift(control: UInt64, effectiveAt: Instant?, reason: String)
    /// Whoever had taken the money of a refused charge has given it back.
    case confirmVoid(refusal: UInt64, reference: String?)

    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .activate(let stops, let effectiveAt, let until, let reason):
            bytes.add(Int64(stops.rawValue))
            bytes.add(effectiveAt?.microseconds)
            bytes.add(until?.microseconds)
            bytes.add(reason)
        case .lift(let control, let effectiveAt, let reason):
            bytes.add(Int64(bitPattern: control))
            bytes.add(effectiveAt?.microseconds)
            bytes.add(reason)
        case .confirmVoid(let refusal, let reference):
            bytes.add(Int64(bitPattern: refusal))
            bytes.add(reference)
        }
    }

    init?(_ name: Command.Name, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .activateControl:
            self = .activate(
                Stops(rawValue: UInt16(truncatingIfNeeded: try bytes.number())), effectiveAt: try bytes.instantIfAny(),
                until: try bytes.instantIfAny(), reason: try bytes.text())
        case .liftControl:
            self = .lift(control: try bytes.position(), effectiveAt: try bytes.instantIfAny(), reason: try bytes.text())
        case .confirmVoid: self = .confirmVoid(refusal: try bytes.position(), reference: try bytes.textIfAny())
        default: return nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .activate(let stops, _, _, let reason):
            guard stops.isOneKind else { throw Malformed(field: "control", reason: "is no control this ledger knows") }
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .lift(_, _, let reason): try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .confirmVoid(_, let reference): try TextRule.check(reference, "reference")
        }
    }
}
