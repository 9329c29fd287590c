/// The damage desk: what members and partners report, what was found, who is certified to have lost what (被害の認定).
public enum DamageCommand: Equatable, Sendable {
    /// Somebody does not recognise these charges and payments. A fact: no lock, stop or mandated reset keeps it out.
    case openDispute(AccountReference, events: [UInt64], via: ContactVia, note: String?)
    case closeDispute(dispute: UInt64, Outcome, note: String?)
    /// A partner's message about charges. What matches nothing is recorded and waits (`matchReport`).
    case report(PartnerReport)
    case matchReport(report: UInt64, AccountReference, charges: [UInt64])
    case recordContact(AccountReference, isInbound: Bool, ContactVia, ContactOutcome, note: String?)
    /// Judges charges and payments of one account. `amends`, with its reason, where a certified or made-good event gets
    /// another label: the amendment and the money corrections follow in the same command, and two others must agree.
    case label(AccountReference, events: [UInt64], Label, basis: String, amends: String? = nil)
    /// Holds what is free of one fraud charge, or of all, now and whenever later labels make it so.
    case hold(AccountReference, charge: UInt64?, reason: String?)
    /// Gives back what is held, of one charge or of all.
    case endHold(AccountReference, charge: UInt64?, reason: String)
    /// Certifies a person's damage. The sums must be those the ledger finds itself.
    case certify(person: String, Entitlement, Grounds, note: String?)
    case amend(person: String, Entitlement, reason: String)
    case revoke(person: String, reason: String)
    /// Two accounts are one person's. Moves no money.
    case link(AccountReference, other: AccountReference, evidence: String)

    /// A message from whoever funds charges.
    public struct PartnerReport: Equatable, Sendable {
        public var source: FundingSource
        /// The partner's own number of the message: the same one twice is one report.
        public var message: String
        public var card: String?
        /// Whose charges and which, as far as whoever took the message could tell.
        public var account: AccountReference?
        public var charges: [UInt64]
        public var amount: Amount?
        public var note: String?

        public init(
            source: FundingSource, message: String, card: String? = nil, account: AccountReference? = nil, charges: [UInt64] = [],
            amount: Amount? = nil, note: String? = nil
        ) {
            self.source = source
            self.message = message
            self.card = card
            self.account = account
            self.charges = charges
            self.amount = amount
            self.note = note
        }
    }

    /// What a certification stands on: at least one.
    public struct Grounds: Equatable, Sendable {
        /// Route A: the dispute, confirmed event by event.
        public var dispute: UInt64?
        /// Route B: the partner's report, matched.
        public var report: UInt64?
        /// Route C: the alerts of the pattern, the version of the rules that raised them, and the score. Needs an approval.
        public var pattern: Pattern?

        public struct Pattern: Equatable, Sendable {
            public var ruleVersion: UInt16
            public var score: Int64
            public var events: [UInt64]
            public init(ruleVersion: UInt16, score: Int64, events: [UInt64]) {
                self.ruleVersion = ruleVersion
                self.score = score
                self.events = events
            }
        }

        public init(dispute: UInt64? = nil, report: UInt64? = nil, pattern: Pattern? = nil) {
            self.dispute = dispute
            self.report = report
            self.pattern = pattern
        }

        public var routes: [Route] {
            (dispute == nil ? [] : [.memberInquiry]) + (report == nil ? [] : [.cardCompanyInfo])
                + (pattern == nil ? [] : [.patternOwnDetermination])
        }
    }

    public enum Outcome: UInt8, Named, Sendable {
        case confirmed = 1
        case rejected = 2
        case withdrawn = 3
    }

    /// Positions one command may name.
    public static let mostEvents = 100

    var name: Command.Name {
        switch self {
        case .openDispute: .openDispute
        case .closeDispute: .closeDispute
        case .report: .reportCharges
        case .matchReport: .matchReport
        case .recordContact: .recordContact
        case .label: .label
        case .hold: .holdFraud
        case .endHold: .endHold
        case .certify: .certifyVictim
        case .amend: .amendCertification
        case .revoke: .revokeCertification
        case .link: .linkAccounts
        }
    }

    var account: AccountReference? {
        switch self {
        case .openDispute(let account, _, _, _), .matchReport(_, let account, _), .recordContact(let account, _, _, _, _),
            .label(let account, _, _, _, _), .hold(let account, _, _), .endHold(let account, _, _), .link(let account, _, _):
            account
        case .closeDispute, .report, .certify, .amend, .revoke: nil
        }
    }

    func check() throws(Malformed) {
        switch self {
        case .openDispute(_, let events, _, let note):
            try Self.checkPositions(events, "events")
            try TextRule.check(note, "note", limit: TextRule.noteLimit)
        case .closeDispute(_, _, let note), .recordContact(_, _, _, _, let note):
            try TextRule.check(note, "note", limit: TextRule.noteLimit)
        case .report(let report):
            try TextRule.check(report.message, "message")
            try TextRule.check(report.card, "card")
            try TextRule.check(report.note, "note", limit: TextRule.noteLimit)
            if case .external(let id)? = report.account { try TextRule.check(id, "externalId") }
            if !report.charges.isEmpty { try Self.checkPositions(report.charges, "charges") }
            guard report.charges.isEmpty || report.account != nil else {
                throw Malformed(field: "charges", reason: "are given without the account they belong to")
            }
            guard report.source != .registerCash, report.source != .atmCash else {
                throw Malformed(field: "source", reason: "is cash; creditCard, debitCard and point have partners who report")
            }
        case .matchReport(_, _, let charges): try Self.checkPositions(charges, "charges")
        case .label(_, let events, _, let basis, let amends):
            try Self.checkPositions(events, "events")
            try TextRule.check(basis, "basis", limit: TextRule.noteLimit)
            try TextRule.check(amends, "amends", limit: TextRule.noteLimit)
        case .hold(_, _, let reason): try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .endHold(_, _, let reason): try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .certify(let person, let sums, let grounds, let note):
            try TextRule.check(person, "person")
            try sums.check()
            try TextRule.check(note, "note", limit: TextRule.noteLimit)
            if let pattern = grounds.pattern { try Self.checkPositions(pattern.events, "pattern") }
            guard !grounds.routes.isEmpty else {
                throw Malformed(field: "dispute", reason: "is missing: a certification stands on a dispute, a report or a pattern")
            }
        case .amend(let person, let sums, let reason):
            try TextRule.check(person, "person")
            try sums.check()
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .revoke(let person, let reason):
            try TextRule.check(person, "person")
            try TextRule.check(reason, "reason", limit: TextRule.noteLimit)
        case .link(_, let other, let evidence):
            if case .external(let id) = other { try TextRule.check(id, "other") }
            try TextRule.check(evidence, "evidence", limit: TextRule.noteLimit)
        }
    }

    private static func checkPositions(_ positions: [UInt64], _ field: String) throws(Malformed) {
        guard (1...mostEvents).contains(positions.count) else {
            throw Malformed(field: field, reason: "does not name 1 to \(mostEvents) positions")
        }
        guard Set(positions).count == positions.count else { throw Malformed(field: field, reason: "names a position twice") }
    }
}

/// How we speak with members (連絡手段).
public enum ContactVia: UInt8, Named, Sendable {
    case supportLine = 1
    case app = 2
    case mail = 3
    case chat = 4
    case post = 5
    case shop = 6
}

/// What came of a contact.
public enum ContactOutcome: UInt8, Named, Sendable {
    case reached = 1
    case notReached = 2
    /// Reached, and says it was no fraud.
    case denied = 3
}
