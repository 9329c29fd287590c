internal import Ledger

/// One account whose money the investigation looks at: a victim's, one that only looks like a victim's, or a heavy user's.
struct Case {
    var kind: Kind
    /// Number of the member; `nil`: the account of the hand-written second night.
    var member: Int?
    /// Every charge and payment of the account, in time order.
    var moves: [Move] = []
    /// The runner's phone, and when it signed in; for victims.
    var device = 0
    var takenAt: Moment = 0
    var foreignLoginAt: Moment = 0
    /// When the account is locked, if ever, and what the thief tries after that.
    var lockedAt: Moment?
    /// When the member calls; `nil`: never.
    var reportedAt: Moment?
    var routes: [Route] = []
    /// When its events are first judged, when it is certified, and when that is amended or revoked.
    var judgedAt: Moment = 0
    var certifiedAt: Moment = 0
    var amendedAt: Moment?

    enum Kind: Equatable {
        /// By what was taken: the source of the thief's charges, or none but the member's own balance.
        case victim(FundingSource?)
        /// Fits the pattern, is certified by it, and proves to be the member's own use.
        case lookalike
        /// Fits the first day's rule of thumb, and is never certified.
        case heavy
    }

    struct Move: Equatable {
        var at: Moment
        /// `nil`: a payment.
        var source: FundingSource?
        var amount: Int
        var store = 0
        /// What it really was.
        var isFraud: Bool
        /// What it is held for at first, if not what it was: its label then, `.unknown` for none.
        var taken: Label?
        var mark = Mark(number: 0)
        /// 1, 2, …: the thief's rounds of charging and buying; 0 = the member's own.
        var round = 0

        init(_ at: Moment, _ source: FundingSource?, _ amount: Int, store: Int = 0, isFraud: Bool, round: Int = 0, taken: Label? = nil) {
            self.at = at
            self.source = source
            self.amount = amount
            self.store = store
            self.isFraud = isFraud
            self.round = round
            self.taken = taken
        }

        var isCharge: Bool { source != nil }
        /// The label it ends with.
        var last: Label { isFraud ? .fraud : .genuine }
        /// The label it is given first.
        var first: Label { taken ?? last }
    }

    var isVictim: Bool { if case .victim = kind { true } else { false } }

    var account: String { member.map(Names.account) ?? Names.handWritten.account }
    var person: String { member.map(Names.person) ?? Names.handWritten.person }

    /// Moves that were, or were taken for, a thief's.
    var suspects: [Move] { moves.filter { $0.isFraud || $0.taken == .fraud } }
    var firstFraud: Moment { suspects.first?.at ?? 0 }
    var lastFraud: Moment { suspects.last?.at ?? 0 }
}

/// What members and their accounts are called.
enum Names {
    static func account(_ member: Int) -> String { "m-\(2_000_001 + member)" }
    static func person(_ member: Int) -> String { "p-\(2_000_001 + member)" }
    /// Whose money goes in the hand-written second night.
    static let handWritten = (account: "m-1001", person: "p-aoi")
}
