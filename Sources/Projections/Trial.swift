public import Journal
public import Ledger

/// `trial`: debits and credits of every ledger account. All nets sum to zero at every position.
public struct Trial: Projection {
    public static let name = "trial"
    public static let version = 1

    public private(set) var next: UInt64 = 0
    /// debits low, debits high, credits low, credits high: sums of amounts can pass 64 bits.
    private var members = DenseTable("members", width: 4)
    private var stores = DenseTable("stores", width: 4)
    /// code, then the four.
    private var others = DenseTable("others", width: 5)
    private var places: [AccountCode: Int] = [:]

    public init() {}

    public var tables: [DenseTable] {
        get { [members, stores, others] }
        set { (members, stores, others) = (newValue[0], newValue[1], newValue[2]) }
    }

    public mutating func restore(next: UInt64) throws {
        self.next = next
        places = [:]
        for row in 0..<others.count { places[AccountCode(rawValue: UInt64(bitPattern: others[row, 0]))] = row }
        guard places.count == others.count else { throw ViewError.damaged }
    }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        guard !event.debit.isNone else { return }
        add(event.amount, event.debit, credit: false)
        add(event.amount, event.credit, credit: true)
    }

    private mutating func add(_ amount: Int64, _ account: AccountCode, credit: Bool) {
        switch account.accountClass {
        case .member: Self.add(amount, &members, Int(account.ordinal) - 1, credit ? 2 : 0)
        case .merchant: Self.add(amount, &stores, Int(account.ordinal) - 1, credit ? 2 : 0)
        default:
            let row = places[account] ?? others.count
            if row == others.count {
                places[account] = row
                others[row, 0] = Int64(bitPattern: account.rawValue)
            }
            Self.add(amount, &others, row, credit ? 3 : 1)
        }
    }

    private static func add(_ amount: Int64, _ table: inout DenseTable, _ row: Int, _ column: Int) {
        let (sum, carry) = UInt64(bitPattern: table[row, column]).addingReportingOverflow(UInt64(amount))
        table[row, column] = Int64(bitPattern: sum)
        if carry { table[row, column + 1] += 1 }
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next])
        for line in lines {
            hash.add([
                line.account.rawValue, UInt64(truncatingIfNeeded: line.debits), UInt64(truncatingIfNeeded: line.debits >> 64),
                UInt64(truncatingIfNeeded: line.credits), UInt64(truncatingIfNeeded: line.credits >> 64),
            ])
        }
        return hash.finalize()
    }

    // MARK: Reading

    public struct Line: Equatable, Sendable {
        public let account: AccountCode
        public let debits: Int128
        public let credits: Int128
        /// Debits less credits.
        public var net: Int128 { debits - credits }
        /// On the account's normal side.
        public var balance: Int128 { account.accountClass?.isDebitNormal == true ? net : -net }
    }

    /// Every account that ever had a posting, by code.
    public var lines: [Line] {
        var found: [Line] = []
        for row in 0..<members.count { found.append(Self.line(.member(UInt64(row) + 1), members, row, 0)) }
        for row in 0..<stores.count { found.append(Self.line(.merchant(UInt64(row) + 1), stores, row, 0)) }
        for row in 0..<others.count {
            found.append(Self.line(AccountCode(rawValue: UInt64(bitPattern: others[row, 0])), others, row, 1))
        }
        return found.filter { $0.debits != 0 || $0.credits != 0 }.sorted { $0.account < $1.account }
    }

    private static func line(_ account: AccountCode, _ table: DenseTable, _ row: Int, _ column: Int) -> Line {
        func total(_ column: Int) -> Int128 {
            Int128(table[row, column + 1]) << 64 | Int128(UInt64(bitPattern: table[row, column]))
        }
        return Line(account: account, debits: total(column), credits: total(column + 2))
    }

    /// One line a class; receivables, fees and clearing by source: what a person reads. Sums to zero.
    public var summary: [(name: String, accounts: Int, line: Line)] {
        var sums: [String: (Int, Line, AccountCode)] = [:]
        for line in lines {
            let isSourced = [.receivable, .partnerFee, .partnerClearing].contains(line.account.accountClass)
            let name = isSourced ? line.account.description : line.account.accountClass?.name ?? "unknown"
            let before = sums[name]
            sums[name] = (
                (before?.0 ?? 0) + 1,
                Line(
                    account: before?.2 ?? line.account, debits: (before?.1.debits ?? 0) + line.debits,
                    credits: (before?.1.credits ?? 0) + line.credits), before?.2 ?? line.account
            )
        }
        return sums.map { (name: $0.key, accounts: $0.value.0, line: $0.value.1) }.sorted { $0.line.account < $1.line.account }
    }
}
