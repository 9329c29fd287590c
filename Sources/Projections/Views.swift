internal import Dispatch
public import Journal
internal import LMDB
public import Ledger
internal import Synchronization

/// The live projections of one server, and the snapshot of the books.
public final class Views: Sendable {
    public let log: Log
    private let balances: Follower<Balances>
    private let statements: Follower<Statements>
    private let trial: Follower<Trial>
    private let decisions: Follower<Decisions>
    private let damage: Follower<Damage>
    private let watch: Follower<FraudWatch>
    private let refunds: Follower<Refunds>
    private let isStarted = Atomic(false)
    private let isStopping = Atomic(false)
    private let pause = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)
    private let trouble = Locked<String?>(nil)

    /// Every projection there is.
    public static let names = [Balances.name, Statements.name, Trial.name, Decisions.name, Damage.name, FraudWatch.name, Refunds.name]
    private static let interval = 50

    /// Opens what is stored; a view that is missing or does not fit is built from zero as it follows.
    @available(*, noasync)
    public init(_ log: Log) throws {
        self.log = log
        balances = try Follower(log)
        statements = try Follower(log)
        trial = try Follower(log)
        decisions = try Follower(log)
        damage = try Follower(log)
        watch = try Follower(log)
        refunds = try Follower(log)
    }

    /// Follows the log on a thread of its own until `stop`.
    public func start() {
        guard !isStarted.exchange(true, ordering: .acquiringAndReleasing) else { return }
        DispatchQueue(label: "motocho.views").async { [self] in
            var books = BooksFollower(log)
            var readersClearedAt = ContinuousClock.now
            while true {
                let isLast = isStopping.load(ordering: .acquiring)
                // Each on its own: where one cannot go on, the others do.
                let failures = [
                    Self.failure { try isLast ? balances.finish() : balances.follow() },
                    Self.failure { try isLast ? statements.finish() : statements.follow() },
                    Self.failure { try isLast ? trial.finish() : trial.follow() },
                    Self.failure { try isLast ? decisions.finish() : decisions.follow() },
                    Self.failure { try isLast ? damage.finish() : damage.follow() },
                    Self.failure { try isLast ? watch.finish() : watch.follow() },
                    Self.failure { try isLast ? refunds.finish() : refunds.follow() },
                    Self.failure { try books.follow(isLast: isLast) },
                ]
                trouble.withLock { $0 = failures.compactMap(\.self).first }
                // A reading process that was killed would hold back the reuse of pages for ever.
                if ContinuousClock.now - readersClearedAt > .seconds(60) {
                    _ = try? log.clearStaleReaders()
                    readersClearedAt = .now
                }
                if isLast { break }
                _ = pause.wait(timeout: .now() + .milliseconds(Self.interval))
            }
            ended.signal()
        }
    }

    @available(*, noasync)
    private static func failure(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch {
            return "\(error)"
        }
    }

    /// Takes in the rest, leaves checkpoints, and returns. Call after the writer has stopped.
    @available(*, noasync)
    public func stop() {
        isStopping.store(true, ordering: .releasing)
        guard isStarted.load(ordering: .acquiring) else { return }
        pause.signal()
        ended.wait()
        ended.signal()
    }

    /// Next position of each projection, for metrics. Never waits.
    public var status: [(name: String, position: UInt64)] {
        [
            (Balances.name, balances.position), (Statements.name, statements.position), (Trial.name, trial.position),
            (Decisions.name, decisions.position), (Damage.name, damage.position), (FraudWatch.name, watch.position),
            (Refunds.name, refunds.position),
        ]
    }

    /// Why the views do not follow, if they do not.
    public var failure: String? { trouble.withLock { $0 } }

    /// An account with the names its opening event gave it.
    public struct Account: Sendable {
        public let ordinal: UInt64
        public let balance: Int64
        /// Bits of `LockScope`.
        public let locks: UInt8
        public let isClosed: Bool
        public let opened: UInt64
        public let last: UInt64
        public let externalID: String?
        public let person: String?
    }

    /// The account with every event before `position` taken in; the answer's own position is the last one it knows.
    @available(*, noasync)
    public func account(_ ordinal: UInt64, atLeast position: UInt64) throws -> (account: Account?, position: UInt64) {
        let (found, next) = try balances.read(atLeast: position) { ($0[ordinal], $0.next) }
        guard let found else { return (nil, next - 1) }
        let opening = try log.event(at: found.opened)
        return (
            Account(
                ordinal: ordinal, balance: found.balance, locks: found.locks, isClosed: found.isClosed, opened: found.opened,
                last: found.last, externalID: opening?.tail.text(.externalID), person: opening?.tail.text(.person)), next - 1
        )
    }

    /// Up to `limit` events of a member account after a position, oldest first, and the cursor to go on from.
    @available(*, noasync)
    public func statement(
        of ordinal: UInt64, after position: UInt64, limit: Int, atLeast: UInt64
    ) throws -> (events: [Event], next: UInt64?, position: UInt64) {
        let account = AccountCode.member(ordinal)
        let (start, last, next) = try statements.read(atLeast: atLeast) {
            ($0.start(of: account, after: position, limit: limit), $0.extent(of: account).last, $0.next)
        }
        let page = try Statements.walk(log, back: start, to: position, limit: limit)
        let end = page.last?.position ?? position
        return (page, end < last ? end : nil, next - 1)
    }

    /// Positions before `end` of what was decided and what names a principal, once everything before `atLeast` is in.
    @available(*, noasync)
    func decisionPositions(before end: UInt64, atLeast: UInt64) throws -> (positions: [UInt64], next: UInt64) {
        try decisions.read(atLeast: atLeast) { ($0.positions(before: end), $0.next) }
    }

    /// Reads the fraud view, once everything before `atLeast` is in; its `next` says how far it stands.
    @available(*, noasync)
    public func fraud<R: Sendable>(atLeast position: UInt64, _ body: (borrowing FraudWatch) throws -> R) throws -> R {
        try watch.read(atLeast: position, body)
    }

    /// What one account's refund comes to, without its person; `nil`: the service runs, or nothing is or was to be refunded. O(1).
    @available(*, noasync)
    public func refund(of account: UInt64, atLeast position: UInt64) throws -> RefundList.Row? {
        try refunds.read(atLeast: position) {
            $0.terminated == 0 || account > UInt64($0.accounts.count) ? nil : RefundList.row($0, Int(account) - 1)
        }
    }

    /// The refund view as it stands once everything before `atLeast` is in. A copy: the live one copies its tables at the next
    /// refund's event.
    @available(*, noasync)
    func refundsView(atLeast position: UInt64) throws -> Refunds { try refunds.read(atLeast: position) { copy $0 } }

    /// Where the desks' events and the victims' histories lie before `end`, once everything before `atLeast` is in; and where
    /// an account was opened.
    @available(*, noasync)
    func damagePlaces(before end: UInt64, atLeast: UInt64) throws -> (Damage.Places, opening: (UInt64) throws -> UInt64?, next: UInt64) {
        let (places, next) = try damage.read(atLeast: atLeast) { ($0.places(before: end), $0.next) }
        return (places, { [damage] account in try damage.read(atLeast: 0) { $0.opening(of: account) } }, next)
    }

    /// Builds one projection anew beside the live one and swaps. `nil` if there is none of that name.
    @available(*, noasync)
    public func rebuild(_ name: String, _ progress: (UInt64, UInt64) -> Void = { _, _ in }) throws -> RebuildReport? {
        switch name {
        case Balances.name: try balances.rebuild(progress)
        case Statements.name: try statements.rebuild(progress)
        case Trial.name: try trial.rebuild(progress)
        case Decisions.name: try decisions.rebuild(progress)
        case Damage.name: try damage.rebuild(progress)
        case FraudWatch.name: try watch.rebuild(progress)
        case Refunds.name: try refunds.rebuild(progress)
        default: nil
        }
    }

    /// A projection for a reader in a process of its own, beside a server or without one: the stored view if it serves,
    /// and the rest folded in memory. Nothing is written.
    ///
    /// - Parameter end: take in events before this position; `.max` for all.
    @available(*, noasync)
    public static func read<P: Projection>(_: P.Type, _ log: Log, at end: UInt64 = .max) throws -> P {
        // Before the log's end is looked up: a server may move both meanwhile.
        let stored = try? stored(P.self, log)
        let head = min(end, try log.refresh())
        var projection = P()
        if let stored, stored.next <= head { projection = stored }
        try projection.follow(log, to: head)
        return projection
    }

    /// What the view's last checkpoint holds; `nil` if there is none. Throws `ViewError` where it cannot be used, EBUSY
    /// where this process itself keeps the view.
    @available(*, noasync)
    static func stored<P: Projection>(_: P.Type, _ log: Log) throws -> P? {
        do {
            return try ViewStore(path: ViewStore.path(P.self, log.directory), readOnly: true).load(P.self, log)
        } catch let error as LMDBError where error.name == "ENOENT" {
            return nil
        } catch ViewError.none {
            return nil
        }
    }
}
