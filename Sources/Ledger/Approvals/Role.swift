/// What a person may do beyond a member's own commands (権限). Granted and revoked by events, judged as of the event.
public enum Role: UInt8, Named, Sendable {
    /// Controls, policies, launch, notices, mandated resets, closing accounts.
    case `operator` = 1
    /// Approves what others propose.
    case approver = 2
    /// Moves the issuer's money: settlements, corrections, exceptional refunds, voids.
    case treasurer = 3
    /// Reads everything, proposes controls; moves no money and approves nothing (セキュリティ対策プロジェクト).
    case investigator = 4
    /// Certifies damage; pays nothing.
    case certifier = 5
    /// Members' own commands on their behalf (サポートセンター), and what it needs to see of them.
    case support = 6
    /// Reads and erases personal data.
    case dataOfficer = 7
    /// Decides the end of the service (親会社).
    case group = 8
    /// Rule sets and alerts (モニタリング).
    case monitor = 9
    /// Those who read and change nothing: external auditor, governance reviewer (検証チーム), regulator, group overseer.
    case auditor = 10
    case reviewer = 11
    case regulator = 12
    case overseer = 13
}

public struct Roles: OptionSet, Hashable, Sendable {
    public let rawValue: UInt32
    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ role: Role) { rawValue = 1 << UInt32(role.rawValue) }
    public init(_ roles: Role...) { self = roles.reduce(into: []) { $0.formUnion(Roles($1)) } }

    public var all: [Role] { Role.allCases.filter { contains(Roles($0)) } }

    /// What a founding operator holds from the genesis on.
    public static let founder = Roles(.operator, .approver, .treasurer)

    /// What the ledger's own monitor may: raise alerts, which nobody else can, and propose locks.
    static let ledgersMonitor = Roles(rawValue: Roles(.monitor).rawValue | 1 << 31)

    /// Duties that no one person may hold together: who investigates moves no money and approves nothing, who pays does not
    /// certify.
    static let apart: [(Role, Role)] = [(.investigator, .treasurer), (.investigator, .approver), (.certifier, .treasurer)]

    /// The role this one may not stand beside among those held.
    func conflict(with role: Role) -> Bool {
        Self.apart.contains { $0 == role && contains(Roles($1)) || $1 == role && contains(Roles($0)) }
    }
}

extension Command {
    /// Who may do this; empty: a member-acting service may.
    var doers: Roles {
        switch self {
        case .accounts(.close), .service(.setPolicy), .service(.confirmClock), .service(.launch), .service(.publishNotice),
            .controls(.activate), .controls(.lift), .access(.mandateReset), .access(.revokeSessions):
            Roles(.operator)
        case .money(.correctCharge), .money(.refund), .money(.settlePartner), .money(.settleMerchant), .money(.fundByOwner),
            .money(.bookUnmatched), .controls(.confirmVoid):
            Roles(.treasurer)
        case .approvals(.propose(let command, _)): command.doers.union(command.proposers)
        case .approvals(.breakGlass(let command, _)): command.doers
        case .approvals(.approve): Roles(.approver)
        case .approvals(.withdraw): Roles(rawValue: .max)
        case .approvals(.review): Roles(.approver, .reviewer)
        case .approvals(.grant), .approvals(.revoke): Roles(.operator)
        case .people(.view): Roles(.dataOfficer, .support, .investigator)
        case .people(.erase): Roles(.dataOfficer)
        case .fraud(.activate): Roles(.operator, .monitor)
        case .fraud(.raise): Roles.ledgersMonitor.subtracting(Roles(.monitor))
        case .fraud(.clear): Roles(.monitor, .investigator, .operator)
        case .damage(.openDispute): []
        case .damage(.recordContact): Roles(.support, .certifier, .operator)
        case .damage(.closeDispute), .damage(.report), .damage(.matchReport): Roles(.support, .certifier, .investigator, .operator)
        case .damage(.label): Roles(.investigator, .certifier)
        case .damage(.hold), .damage(.endHold): Roles(.certifier, .operator)
        case .damage(.certify), .damage(.amend), .damage(.revoke): Roles(.certifier)
        case .damage(.link): Roles(.certifier, .support, .operator)
        case .compensation(.requestReversal), .compensation(.offer): Roles(.treasurer, .certifier)
        case .compensation: Roles(.treasurer)
        case .shutdown(.decide), .shutdown(.reschedule), .shutdown(.withdrawDecision): Roles(.group, .operator)
        case .shutdown(.placeLegalHold): Roles(.operator, .certifier, .investigator, .support)
        case .shutdown(.liftLegalHold), .shutdown(.openClaims), .shutdown(.extendClaims): Roles(.operator)
        case .shutdown(.claim), .shutdown(.correctPayee), .shutdown(.withdrawClaim): []
        case .shutdown(.verifyIdentity), .shutdown(.rejectClaim): Roles(.support, .operator)
        case .shutdown(.acceptLate), .shutdown(.recordFiling): Roles(.operator, .treasurer)
        case .shutdown: Roles(.treasurer)
        case .accounts, .money, .access, .service(.advanceClock): []
        }
    }

    /// Who may propose it though not do it: it then takes an approval even if doing it takes none.
    var proposers: Roles {
        switch self {
        case .controls(.activate), .access(.mandateReset), .access(.revokeSessions): Roles(.investigator)
        // A score over its threshold proposes a lock; a person decides (the ledger's own monitor holds this role).
        case .accounts(.lock): Roles(.monitor, .investigator)
        default: []
        }
    }

    /// Approvals it takes besides the one who asks (四つの目).
    func approvalsNeeded(_ books: Books) -> Int {
        switch self {
        case .controls(.lift), .approvals(.revoke), .people(.erase): 1
        case .money(.refund), .money(.correctCharge), .approvals(.grant): 2
        // While the service is being set up one operator sets the rules; once members rely on them, another must agree.
        case .service(.setPolicy): books.launchedAt == nil ? 0 : 1
        case .fraud(.activate), .damage(.endHold): 1
        case .damage(.label(_, _, _, _, let amends)): amends == nil ? 0 : 2
        // What a person spent of a thief's charges is always looked at by two; a pattern without the member's word by one.
        case .damage(.certify(_, let sums, let grounds, _)): sums.genuineUse > 0 ? 2 : grounds.pattern != nil ? 1 : 0
        case .damage(.amend), .damage(.revoke), .damage(.link), .compensation(.agree), .compensation(.waive): 2
        case .shutdown(.decide), .shutdown(.reschedule), .shutdown(.withdrawDecision), .shutdown(.approve): 2
        case .shutdown(let command) where command.isHeldForApproval: 1
        default: 0
        }
    }

    /// Acts that may be done alone in an emergency, to be reviewed afterwards: none that moves money, gives power or
    /// cannot be undone.
    var isBreakable: Bool {
        switch self {
        case .controls(.lift), .service(.setPolicy), .approvals(.revoke): true
        default: false
        }
    }

    /// Acts that may wait for approvals.
    var isProposable: Bool {
        switch self {
        case .approvals(.grant), .approvals(.revoke), .people(.erase): true
        case .approvals, .people, .service(.confirmClock): false
        case .accounts(.lock), .fraud(.activate), .compensation(.agree), .compensation(.waive): true
        case .damage(.label), .damage(.endHold), .damage(.certify), .damage(.amend), .damage(.revoke), .damage(.link): true
        case .fraud, .damage, .compensation: false
        case .shutdown(let command): command.isHeldForApproval
        default: !doers.isEmpty
        }
    }
}
