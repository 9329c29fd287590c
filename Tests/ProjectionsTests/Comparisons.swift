import Foundation
import Journal
import Ledger

@testable import Projections

/// Where a view and the plain fold part, in words.

func compare(_ view: Balances, _ plain: Plain) -> [String] {
    var wrong: [String] = []
    if view.next != plain.count || view.count != UInt64(plain.accounts.count) { wrong.append("at \(view.next), \(view.count) accounts") }
    for (ordinal, account) in plain.accounts {
        let locks = account.locks.reduce(0, |)
        let expected = Balances.Account(
            ordinal: ordinal, balance: account.balance, opened: account.opened, last: account.last, locks: locks, isClosed: account.isClosed)
        if view[ordinal] != expected { wrong.append("\(String(describing: view[ordinal])), not \(expected)") }
        let lots = plain.lots(ordinal).map { Balances.OpenLot(position: $0.position, source: $0.source, amount: $0.amount, free: $0.free, held: $0.held) }
        if view.lots(of: ordinal) != lots { wrong.append("account \(ordinal): lots \(view.lots(of: ordinal)), not \(lots)") }
        if lots.reduce(0, { $0 + $1.free }) != account.balance - plain.net(.refund(ordinal)) { wrong.append("account \(ordinal): L3") }
        if lots.reduce(0, { $0 + $1.held }) != -plain.net(.fraudHold(ordinal)) { wrong.append("account \(ordinal): L3, held") }
    }
    return wrong + view.brokenLinks
}

func compare(_ view: Statements, _ plain: Plain) -> [String] {
    var wrong: [String] = view.next == plain.count ? [] : ["at \(view.next)"]
    for (account, positions) in plain.statements {
        let isShown = account.accountClass == .member || account.accountClass == .merchant
        let (count, last) = view.extent(of: account)
        if (count, last) != (isShown ? (positions.count, positions.last!) : (0, 0)) { wrong.append("\(account): \(count) events to \(last)") }
        let marks = stride(from: 63, to: positions.count, by: 64).map { positions[$0] }
        if isShown, view.marks(of: account) != marks.reversed() { wrong.append("\(account): marks") }
    }
    return wrong + view.brokenLinks
}

func compare(_ view: Trial, _ plain: Plain) -> [String] {
    var wrong: [String] = view.next == plain.count ? [] : ["at \(view.next)"]
    let lines = Set(plain.debits.keys).union(plain.credits.keys).sorted().map {
        Trial.Line(account: $0, debits: plain.debits[$0] ?? 0, credits: plain.credits[$0] ?? 0)
    }
    if view.lines != lines { wrong.append("\(view.lines), not \(lines)") }
    if view.lines.reduce(0, { $0 + $1.net }) != 0 { wrong.append("its nets do not sum to zero") }
    if view.summary.reduce(0, { $0 + $1.line.net }) != 0 { wrong.append("the summary's nets do not sum to zero") }
    if view.summary.reduce(0, { $0 + $1.accounts }) != lines.count { wrong.append("the summary leaves accounts out") }
    return wrong
}

func compare(_ view: Decisions, _ plain: Plain) -> [String] {
    var wrong: [String] = view.next == plain.count ? [] : ["at \(view.next)"]
    if view.positions() != plain.decisions { wrong.append("\(view.positions()), not \(plain.decisions)") }
    return wrong
}

func compare(_ view: Damage, _ plain: Plain) -> [String] {
    var wrong: [String] = view.next == plain.count ? [] : ["at \(view.next)"]
    let rows = view.tables[0]
    let positions = (0..<rows.count).map { UInt64(bitPattern: rows[$0, 0]) }
    if positions != plain.damages { wrong.append("\(positions), not \(plain.damages)") }
    for (ordinal, account) in plain.accounts where view.opening(of: ordinal) != account.opened { wrong.append("account \(ordinal): opened") }
    return wrong
}

/// A projection with the plain comparison, so that one test serves all.
protocol Compared: Projection {
    func parts(from plain: Plain) -> [String]
    func objections(_ audit: Audit) -> [String]
}

extension Balances: Compared {
    func parts(from plain: Plain) -> [String] { compare(self, plain) }
    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}
extension Statements: Compared {
    func parts(from plain: Plain) -> [String] { compare(self, plain) }
    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}
extension Trial: Compared {
    func parts(from plain: Plain) -> [String] { compare(self, plain) }
    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}
extension Decisions: Compared {
    func parts(from plain: Plain) -> [String] { compare(self, plain) }
    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}
extension Damage: Compared {
    func parts(from plain: Plain) -> [String] { compare(self, plain) }
    func objections(_ audit: Audit) -> [String] { differences(from: audit) }
}

extension Projection {
    /// Folded from zero in one go.
    static func fold(_ log: Log, to end: UInt64 = .max) throws -> Self {
        var view = Self()
        try view.follow(log, to: min(end, log.count))
        return view
    }

    /// A checkpoint in the place where views are kept.
    mutating func keep(_ log: Log) throws {
        let path = ViewStore.path(Self.self, log.directory)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try ViewStore(path: path, readOnly: false).save(takeChanges(), log)
    }
}

func audit(_ events: some Sequence<Event>) -> Audit {
    let events = Array(events)
    var audit = Audit(readsTexts: true, of: events)
    for event in events { audit.take(event) }
    audit.finish()
    return audit
}

extension Audit {
    /// One that looks earlier events up among these.
    init(readsTexts: Bool = false, of events: [Event]) {
        self.init(readsTexts: readsTexts) { events[safe: $0] }
    }
}

extension [Event] {
    /// The event at a position, if there is one.
    subscript(safe position: UInt64) -> Event? { position < UInt64(count) ? self[Int(position)] : nil }
}
