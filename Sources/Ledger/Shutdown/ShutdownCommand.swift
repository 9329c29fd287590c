/// The shutdown desk: the end of the service (廃止), the refunds of what was left unused (払戻し), and the regulator's papers.
public enum ShutdownCommand: Equatable, Sendable {
    /// Decides that the service ends at a future instant. Needs two approvals; the ledger carries it out by itself.
    case decide(effectiveAt: Instant, reason: String)
    /// Before the instant: another one, or not at all after all. Takes as many approvals as the decision.
    case reschedule(effectiveAt: Instant, reason: String)
    case withdrawDecision(reason: String)
    /// An authority or a court wants an account kept as it is (証拠保全).
    case placeLegalHold(AccountReference, reason: String)
    case liftLegalHold(AccountReference, reason: String)
    /// Refunds may be claimed from `from` (absent: now) to the end of `last`. Only once the three notices are recorded, and for
    /// at least 60 full days after the last of them.
    case openClaims(from: Instant?, last: Day)
    /// A later last day.
    case extendClaims(last: Day, reason: String)
    /// The holder claims the refund (払戻しの申出).
    case claim(AccountReference, Claim)
    case verifyIdentity(AccountReference, Identity)
    /// Another bank account or address, above all after the bank sent a refund back.
    case correctPayee(AccountReference, PayoutMethod, payee: Pseudonym)
    case rejectClaim(AccountReference, reason: String)
    case withdrawClaim(AccountReference, reason: String?)
    /// Agrees to pay these refunds, which come to `total`. Needs two approvals.
    case approve(accounts: [UInt64], total: Amount)
    /// Excluded, and paid all the same, after a check (任意の払戻し). Needs an approval.
    case acceptLate(AccountReference, Claim)
    /// Puts approved refunds into a batch for one transfer date: all, or the first `items`.
    case openBatch(PayoutMethod, date: Day, items: Int64?)
    /// The file made of a batch, by its SHA-256 value.
    case recordFile(batch: UInt64, FileFormat, contentHash: [UInt8], bytes: Int64)
    case cancelBatch(UInt64, reason: String)
    /// Lets the batch go out; the liability leaves the books here. By a person who approved nothing in it and did not make it.
    case releaseBatch(UInt64, contentHash: [UInt8])
    /// Handed to the bank.
    case sendBatch(UInt64, reference: String?)
    /// The bank's result file for a batch.
    case recordResult(batch: UInt64, contentHash: [UInt8], paid: Int64, returned: Int64)
    /// The bank's word that a payout was made, or came back. Outside facts: what does not fit goes to suspense.
    case confirmPayout(AccountReference, Amount, batch: UInt64?, reference: String?)
    case returnPayout(AccountReference, Amount, batch: UInt64?, reason: String?)
    /// What was filed with the regulator, or came from there.
    case recordFiling(Filing)
    /// Security for the unused balance (発行保証金): deposited, by a trust, or by a guarantee.
    case secure(SecurityForm, Amount, reference: String?)
    /// Takes security back, as the regulator approved in the filing named (取戻し).
    case reclaim(SecurityForm, Amount, approval: UInt64)

    public struct Claim: Equatable, Sendable {
        /// The person who claims, who must be the account's.
        public var claimant: String
        public var method: PayoutMethod
        /// Of the bank account or address; the vault keeps it.
        public var payee: Pseudonym
        public var channel: ClaimChannel
        public var identity: Identity?

        public init(claimant: String, method: PayoutMethod, payee: Pseudonym, channel: ClaimChannel, identity: Identity? = nil) {
            self.claimant = claimant
            self.method = method
            self.payee = payee
            self.channel = channel
            self.identity = identity
        }
    }

    /// How sure we are who claims, and how we know.
    public struct Identity: Equatable, Sendable {
        /// 1 … 3
        public var level: UInt8
        public var method: IdentityMethod
        public init(level: UInt8, method: IdentityMethod) {
            self.level = level
            self.method = method
        }
    }

    public struct Filing: Equatable, Sendable {
        public var kind: FilingKind
        /// The base date or other day it is about.
        public var day: Day?
        public var contentHash: [UInt8]
        /// With an approval to take security back: how much.
        public var amount: Amount?
        public var reference: String?

        public init(_ kind: FilingKind, day: Day? = nil, contentHash: [UInt8], amount: Amount? = nil, reference: String? = nil) {
            self.kind = kind
            self.day = day
            self.contentHash = contentHash
            self.amount = amount
            self.reference = reference
        }
    }

    var name: Command.Name {
        switch self {
        case .decide: .decideTermination
        case .reschedule: .rescheduleTermination
        case .withdrawDecision: .withdrawTermination
        case .placeLegalHold: .placeLegalHold
        case .liftLegalHold: .liftLegalHold
        case .openClaims: .openClaims
        case .extendClaims: .extendClaims
        case .claim: .claimRefund
        case .verifyIdentity: .verifyIdentity
        case .correctPayee: .correctPayee
        case .rejectClaim: .rejectClaim
        case .withdrawClaim: .withdrawClaim
        case .approve: .approveRefunds
        case .acceptLate: .acceptLateClaim
        case .openBatch: .openBatch
        case .recordFile: .recordBatchFile
        case .cancelBatch: .cancelBatch
        case .releaseBatch: .releaseBatch
        case .sendBatch: .sendBatch
        case .recordResult: .recordResultFile
        case .confirmPayout: .confirmPayout
        case .returnPayout: .returnPayout
        case .recordFiling: .recordFiling
        case .secure: .depositSecurity
        case .reclaim: .reclaimSecurity
        }
    }

    var account: AccountReference? {
        switch self {
        case .placeLegalHold(let account, _), .liftLegalHold(let account, _), .claim(let account, _), .verifyIdentity(let account, _),
            .correctPayee(let account, _, _), .rejectClaim(let account, _), .withdrawClaim(let account, _), .acceptLate(let account, _),
            .confirmPayout(let account, _, _, _), .returnPayout(let account, _, _, _):
            account
        default: nil
        }
    }

    /// What a member asks for.
    var isMembers: Bool {
        switch self {
        case .claim, .correctPayee, .withdrawClaim: true
        default: false
        }
    }

    var askedAmount: Int64 {
        switch self {
        case .approve(_, let amount), .confirmPayout(_, let amount, _, _), .returnPayout(_, let amount, _, _), .secure(_, let amount, _),
            .reclaim(_, let amount, _):
            amount.units
        default: 0
        }
    }

    /// Refunds one approval can be about.
    public static let mostApproved = 100

    func check() throws(Malformed) {
        switch self {
        case .decide(_, let reason), .reschedule(_, let reason), .withdrawDecision(let reason), .placeLegalHold(_, let reason),
            .liftLegalHold(_, let reason), .extendClaims(_, let reason), .rejectClaim(_, let reason), .cancelBatch(_, let reason):
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .withdrawClaim(_, let reason), .returnPayout(_, _, _, let reason): try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .claim(_, let claim), .acceptLate(_, let claim):
            try TextRule.check(claim.claimant, "claimant")
            if let identity = claim.identity { try Self.check(identity) }
        case .verifyIdentity(_, let identity): try Self.check(identity)
        case .approve(let accounts, _):
            guard (1...Self.mostApproved).contains(accounts.count), Set(accounts).count == accounts.count else {
                throw Malformed(field: "accounts", reason: "does not name 1 to \(Self.mostApproved) different accounts")
            }
        case .openBatch(_, _, let items):
            guard items.map({ $0 > 0 }) ?? true else { throw Malformed(field: "items", reason: "is not above zero") }
        case .recordFile(_, _, let hash, let bytes):
            try Self.check(hash: hash)
            guard bytes > 0 else { throw Malformed(field: "bytes", reason: "is not above zero") }
        case .releaseBatch(_, let hash): try Self.check(hash: hash)
        case .recordResult(_, let hash, let paid, let returned):
            try Self.check(hash: hash)
            guard paid >= 0, returned >= 0 else { throw Malformed(field: "paid", reason: "is below zero") }
        case .sendBatch(_, let text), .confirmPayout(_, _, _, let text), .secure(_, _, let text): try TextRule.check(text, "reference")
        case .recordFiling(let filing):
            try Self.check(hash: filing.contentHash)
            try TextRule.check(filing.reference, "reference")
            guard filing.kind != .reclaimApproval || filing.amount != nil else {
                throw Malformed(field: "amount", reason: "is missing: an approval says how much security may be taken back")
            }
        case .openClaims, .correctPayee, .reclaim: break
        }
    }

    private static func check(_ identity: Identity) throws(Malformed) {
        guard Authentication.levels.contains(identity.level) else { throw Malformed(field: "identity", reason: "has a level that is none of 1 to 3") }
    }

    private static func check(hash: [UInt8]) throws(Malformed) {
        guard hash.count == 32 else { throw Malformed(field: "contentHash", reason: "is not a SHA-256 value of 64 hexadecimal digits") }
    }
}

/// Where a refund was claimed.
public enum ClaimChannel: UInt8, Named, Sendable {
    /// After a login, so after the mandated reset.
    case app = 1
    /// For who cannot sign in any more; identity is shown otherwise.
    case webForm = 2
    case paper = 3
}

public enum IdentityMethod: UInt8, Named, Sendable {
    /// A login that was strong enough.
    case session = 1
    /// A copy of an official document.
    case document = 2
    /// Electronically (eKYC).
    case electronic = 3
    /// By a registered contact.
    case contact = 4
}

/// What a bank's file is.
public enum FileFormat: UInt8, Named, Sendable {
    /// 全銀協 総合振込
    case zengin = 1
    /// ISO 20022 pain.001.001.03
    case pain001 = 2
    /// The list of payment certificates (払出証書).
    case certificates = 3
}

/// Papers between issuer and regulator (財務局).
public enum FilingKind: UInt8, Named, Sendable {
    /// 廃止の届出
    case abolition = 1
    /// 払戻しの手続に関する届出
    case refundProcedure = 2
    /// 払戻しの完了報告
    case refundCompletion = 3
    /// 前払式支払手段の発行に関する報告書
    case baseDateReport = 4
    /// 発行保証金の供託の届出
    case depositReport = 5
    /// 取戻しの承認
    case reclaimApproval = 6
    case reclaimReport = 7
    /// 報告徴求命令への回答
    case reportOrderReply = 8
    case other = 9
}

public enum SecurityForm: UInt8, Named, Sendable {
    /// 供託
    case deposit = 1
    /// 信託契約
    case trust = 2
    /// 保全契約 (a guarantee)
    case guarantee = 3
}
