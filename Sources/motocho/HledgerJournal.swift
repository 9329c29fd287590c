import Journal
import Ledger
import Projections

/// The ledger as a journal for hledger (plain-text accounting).
struct HledgerJournal {
    private let log: Log
    private let books: Books
    private let end: UInt64
    private let currency: Currency

    init(_ log: Log, _ books: Books, end: UInt64) {
        self.log = log
        self.books = books
        self.end = end
        currency = log.genesis.currency
    }

    @available(*, noasync)
    func write(_ output: Output) throws {
        try heading(output)
        for line in try Views.read(Trial.self, log, at: end).lines {
            output.line("account \(Self.name(line.account))" + (try comment(line.account).map { "  ; \($0)" } ?? ""))
        }
        try log.scan(from: 0, to: end) { event in
            guard !event.debit.isNone else { return true }
            output.line("\n\(event.recordedAt.shortText.prefix(10)) * (\(event.position)) \(event.kind?.name ?? "unknown kind")")
            output.line("    \(Self.name(event.debit))    \(currency.text(event.amount)) \(currency.code)")
            output.line("    \(Self.name(event.credit))    \(currency.text(-event.amount)) \(currency.code)")
            return true
        }
    }

    @available(*, noasync)
    private func heading(_ output: Output) throws {
        for line in try Heading(log, end: end).text.split(separator: "\n") { output.line("; \(line)") }
        // Without digits behind it, the decimal mark must still stand in the directive.
        output.line("commodity \(currency.exponent == 0 ? "1000." : currency.text(1000 * Self.scale(currency))) \(currency.code)\n")
    }

    private static func scale(_ currency: Currency) -> Int64 { (0..<currency.exponent).reduce(1) { scale, _ in scale * 10 } }

    /// What the account is called outside, as a comment: names may hold what hledger gives a meaning to.
    @available(*, noasync)
    private func comment(_ account: AccountCode) throws -> String? {
        switch account.accountClass {
        case .member: try books.member(account.ordinal).flatMap { try log.event(at: $0.opened) }?.tail.text(.externalID)
        case .merchant: books.stores.name(UInt32(truncatingIfNeeded: account.ordinal))
        default: nil
        }
    }

    /// `liabilities:member:17`, `assets:receivable:creditCard`: hledger knows an account's type by its first part.
    static func name(_ account: AccountCode) -> String {
        let source = FundingSource(rawValue: UInt8(truncatingIfNeeded: account.ordinal))?.name ?? "\(account.ordinal)"
        return switch account.accountClass {
        case .member: "liabilities:member:\(account.ordinal)"
        case .merchant: "liabilities:merchant:\(account.ordinal)"
        case .receivable: "assets:receivable:\(source)"
        case .bank: "assets:bank"
        case .equity: "equity:owner"
        case .partnerFee: "expenses:partnerFee:\(source)"
        case .payoutInTransit: "liabilities:payoutInTransit:\(account.ordinal)"
        case .unclaimed: "liabilities:unclaimed:\(account.ordinal)"
        case .suspense: "liabilities:suspense"
        case .fraudHold: "liabilities:fraudHold:\(account.ordinal)"
        case .partnerClearing: "liabilities:partnerClearing:\(source)"
        case .compensation: "liabilities:compensation:\(account.ordinal)"
        case .recoverable: "assets:recoverable:\(account.ordinal)"
        case .fraudLoss: "expenses:fraudLoss:\(account.ordinal)"
        case .goodwillLoss: "expenses:goodwillLoss"
        case .securityDeposit: "assets:securityDeposit:\(SecurityForm(rawValue: UInt8(truncatingIfNeeded: account.ordinal))?.name ?? "\(account.ordinal)")"
        case .refund: "liabilities:refund:\(account.ordinal)"
        case nil: "unknown:\(account.rawValue)"
        }
    }
}
