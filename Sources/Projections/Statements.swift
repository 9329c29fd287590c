public import Journal
public import Ledger

/// `statements`: for every member account and every store, how many events it has, the last one, and the position of
/// every 64th, so that a page in the middle of a long history is found without reading the rest. The events themselves
/// are read from the log along their back-chain.
public struct Statements: Projection {
    public static let name = "statements"
    public static let version = 1

    public private(set) var next: UInt64 = 0
    /// events, last, last mark (index + 1).
    private var members = DenseTable("members", width: 3)
    private var stores = DenseTable("stores", width: 3)
    /// position, mark before it (index + 1).
    private var marks = DenseTable("marks", width: 2)

    static let spacing: Int64 = 64

    public init() {}

    public var tables: [DenseTable] {
        get { [members, stores, marks] }
        set { (members, stores, marks) = (newValue[0], newValue[1], newValue[2]) }
    }

    public mutating func restore(next: UInt64) throws {
        guard brokenLinks.isEmpty else { throw ViewError.damaged }
        self.next = next
    }

    public mutating func apply(_ event: EventView, _ log: Log) throws {
        next = event.position + 1
        let subject = event.subject
        switch subject.accountClass {
        case .member: Self.note(event.position, &members, Int(subject.ordinal) - 1, &marks)
        case .merchant: Self.note(event.position, &stores, Int(subject.ordinal) - 1, &marks)
        default: break
        }
    }

    private static func note(_ position: UInt64, _ rows: inout DenseTable, _ row: Int, _ marks: inout DenseTable) {
        let count = rows[row, 0] + 1
        rows[row, 0] = count
        rows[row, 1] = Int64(bitPattern: position)
        guard count % spacing == 0 else { return }
        let mark = marks.count
        marks[mark, 0] = Int64(bitPattern: position)
        marks[mark, 1] = rows[row, 2]
        rows[row, 2] = Int64(mark + 1)
    }

    public func digest() -> Hash {
        var hash = HashBuilder()
        hash.add([next, UInt64(members.count), UInt64(stores.count), UInt64(marks.count)])
        for table in tables { hash.add(table.words.map { UInt64(bitPattern: $0) }) }
        return hash.finalize()
    }

    /// What is wrong with the links between rows. Every mark must hang on one account, once; chains run to lower rows.
    var brokenLinks: [String] {
        var (seen, broken): (Int, [String]) = (0, [])
        for (kind, rows) in [(AccountClass.member, members), (.merchant, stores)] {
            for row in 0..<rows.count {
                var (link, above) = (rows[row, 2], Int64(marks.count) + 1)
                var length: Int64 = 0
                while link > 0, link < above {
                    length += 1
                    (link, above) = (marks[Int(link) - 1, 1], link)
                }
                seen += Int(length)
                if link != 0 || length != rows[row, 0] / Self.spacing {
                    broken.append("\(AccountCode(kind, UInt64(row) + 1)): its chain of marks is broken")
                    if broken.count == Audit.mostFindings { return broken }
                }
            }
        }
        if broken.isEmpty, seen != marks.count { broken.append("\(marks.count) marks, \(seen) of them with an account") }
        return broken
    }

    // MARK: Reading

    /// How many events an account has, and the position of the last.
    public func extent(of account: AccountCode) -> (count: Int, last: UInt64) {
        guard let (rows, row) = place(account) else { return (0, 0) }
        return (Int(rows[row, 0]), UInt64(bitPattern: rows[row, 1]))
    }

    /// Positions of every 64th event of an account, newest first.
    public func marks(of account: AccountCode) -> [UInt64] {
        guard let (rows, row) = place(account) else { return [] }
        var found: [UInt64] = []
        var mark = Int(rows[row, 2]) - 1
        while mark >= 0 {
            found.append(UInt64(bitPattern: marks[mark, 0]))
            mark = Int(marks[mark, 1]) - 1
        }
        return found
    }

    private func place(_ account: AccountCode) -> (rows: DenseTable, row: Int)? {
        let rows: DenseTable
        switch account.accountClass {
        case .member: rows = members
        case .merchant: rows = stores
        default: return nil
        }
        guard account.ordinal >= 1, account.ordinal <= UInt64(rows.count) else { return nil }
        return (rows, Int(account.ordinal) - 1)
    }

    /// Where to start walking back so that at least `limit` events after `position` are met: a mark, or the last event.
    func start(of account: AccountCode, after position: UInt64, limit: Int) -> UInt64 {
        let last = extent(of: account).last
        let later = marks(of: account).prefix { $0 > position }
        // From the position to the k-th mark after it there are at least 64·(k−1) + 1 events, that mark's included.
        let wanted = (max(1, limit) - 1) / Int(Self.spacing) + 2
        return later.count >= wanted ? later[later.endIndex - wanted] : last
    }

    /// Up to `limit` events of an account after `position`, oldest first. O(limit + marks).
    @available(*, noasync)
    public func events(of account: AccountCode, after position: UInt64, limit: Int, _ log: Log) throws -> [Event] {
        try Self.walk(log, back: start(of: account, after: position, limit: limit), to: position, limit: limit)
    }

    /// Walks the back-chain from an event down to `position`, and gives the oldest `limit` of what it met, oldest first.
    @available(*, noasync)
    static func walk(_ log: Log, back start: UInt64, to position: UInt64, limit: Int) throws -> [Event] {
        var found: [Event] = []
        var at = start
        try log.lookUp { stored in
            while at > position, let event = try stored(at) {
                found.append(event)
                at = event.previous
            }
        }
        return Array(found.reversed().prefix(limit))
    }
}
