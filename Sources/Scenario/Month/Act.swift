public import Ledger

/// One thing somebody asks for in the month, at its time. Most are an ordinary member's and a few words long; those of the
/// story have a telling.
public struct Act: Sendable {
    /// When it is asked; the ledger's clock is moved here first. Never before the act before it.
    public let at: Instant
    public let by: Principal
    public let access: Access
    public let asks: Asks
    /// A number under which later acts speak of the position this one is recorded at.
    public let mark: Mark?
    /// What happens, in one line for people.
    public let telling: String?
    /// What it really was; never a part of the log.
    public let truth: Truth?
    /// The plan wants this to be refused.
    public let isRefused: Bool
    /// When it happened by the business's own account, if not when it is asked.
    public let occurredAt: Instant?

    public enum Asks: Sendable {
        case command(Command)
        /// Speaks of earlier acts; `nil` while one of them has no position yet.
        case later(@Sendable (Positions) -> Command?)
        /// A step of a hand-written chapter.
        case step(Step)
        /// What somebody does who looks at the books first: none, one or many commands, none of them refused. The mark is the
        /// last one's.
        case look(@Sendable (Books, Positions) -> [Command])
        /// Brings where a refund is to be paid: the vault keeps it, the command has its pseudonym.
        case payee(InventedPayee, @Sendable (Pseudonym) -> Command)
        /// A paper that goes to a bank or comes from there. Nothing, if its batch was never opened.
        case paper(Paper)
        /// Nobody asks for anything: time comes, and the ledger does by itself what is due.
        case wait
    }

    /// Of a batch, under the mark it was opened at.
    public enum Paper: Sendable {
        /// The bank's file, or the list of certificates, is made and its hash recorded.
        case file(batch: Mark)
        /// The batch is let go out with that hash.
        case release(batch: Mark)
        /// The bank's result file comes, is recorded, and each of its lines.
        case result(batch: Mark)
    }

    init(
        _ moment: Moment, by: Principal, access: Access = .none, _ asks: Asks, mark: Mark? = nil, telling: String? = nil, truth: Truth? = nil,
        isRefused: Bool = false, occurredAt: Instant? = nil
    ) {
        self.init(
            at: July.instant(moment), by: by, access: access, asks, mark: mark, telling: telling, truth: truth, isRefused: isRefused,
            occurredAt: occurredAt)
    }

    private init(
        at: Instant, by: Principal, access: Access, _ asks: Asks, mark: Mark?, telling: String?, truth: Truth?, isRefused: Bool,
        occurredAt: Instant? = nil
    ) {
        self.at = at
        self.by = by
        self.access = access
        self.asks = asks
        self.mark = mark
        self.telling = telling
        self.truth = truth
        self.isRefused = isRefused
        self.occurredAt = occurredAt
    }

    init(_ step: Step, mark: Mark?, truth: Truth?) {
        self.init(
            at: step.at, by: step.who, access: .none, .step(step), mark: mark, telling: step.telling, truth: truth, isRefused: false)
    }
}

/// Names an act whose position others will need: 0, 1, … in no order of time.
public struct Mark: Hashable, Sendable {
    public let number: Int
}

/// Where marked acts were recorded, as the receipts said.
public struct Positions: Sendable {
    private var all: [UInt64]

    public init(count: Int) { all = Array(repeating: 0, count: count) }

    /// `nil` before it is recorded.
    public subscript(mark: Mark) -> UInt64? { all[mark.number] == 0 ? nil : all[mark.number] }

    public mutating func set(_ mark: Mark, _ position: UInt64) { all[mark.number] = position }

    /// All of them, or `nil` if one is missing.
    func all(_ marks: [Mark]) -> [UInt64]? {
        var found: [UInt64] = []
        for mark in marks {
            guard let position = self[mark] else { return nil }
            found.append(position)
        }
        return found
    }
}

/// What an act of the attack really was. Written to a file of its own, beside the ledger: whoever measures the rules
/// compares what they found with this.
public struct Truth: Equatable, Sendable {
    /// The account's external id; `nil`: a flood over many accounts.
    public let account: String?
    public let person: String?
    public let kind: Kind
    /// Yen; of a flood, how many attempts.
    public let amount: Int64

    public enum Kind: String, CaseIterable, Sendable {
        case stuffing, takeover, runnerLogin, fraudCharge, fraudPayment
    }
}
