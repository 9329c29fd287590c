/// Who holds which role, and what waits for approvals. A principal is a login; a person may have several, and counts once.
public struct Approvals: Sendable {
    /// By the principal's name.
    public internal(set) var staff: [String: Staff] = [:]
    /// By the position of the event that proposed.
    public internal(set) var proposals: [UInt64: Proposal] = [:]
    /// Emergency acts nobody has reviewed yet: position, and who did it.
    public internal(set) var unreviewed: [UInt64: String] = [:]

    public init() {}

    public struct Staff: Equatable, Sendable {
        public var roles: Roles
        /// The human being behind the principal.
        public var person: String
    }

    public struct Proposal: Equatable, Sendable {
        public var command: Command
        /// The principal who asked.
        public var proposer: String
        public var approvers: [String]
        public var needed: Int
        /// The first instant at which it is no longer open.
        public var expiresAt: Instant
    }

    public func roles(_ principal: String) -> Roles {
        principal == Principal.monitor.name ? .ledgersMonitor : staff[principal]?.roles ?? []
    }
    public func person(_ principal: String) -> String { staff[principal]?.person ?? principal }

    /// Different human beings who hold a role, one principal left out.
    func people(with role: Role, besides left: String) -> Int {
        Set(staff.filter { $0.key != left && $0.value.roles.contains(Roles(role)) }.values.map(\.person)).count
    }

    /// Open proposals at one time, expired ones that nobody withdrew among them.
    static let mostProposals = 10_000
    /// Some acts take two approvers besides the one who asks.
    static let fewestApprovers = 3
}
