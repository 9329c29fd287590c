import Journal
import Ledger
import Projections
import Wire

/// Prints members' balances as they come.
struct BalancesReport {
    private let output: Output
    private let format: Format
    private let currency: Currency
    private let lots: Bool
    private var table: Table
    private var json = JSONWriter(capacity: 4096)
    private var count: UInt64 = 0
    private var total: Int128 = 0

    init(_ output: Output, _ format: Format, _ currency: Currency, lots: Bool) {
        self.output = output
        self.format = format
        self.currency = currency
        self.lots = lots
        table = Table(
            output,
            [("account", .right), ("external id", .left), ("status", .left), ("balance", .right)]
                + (lots ? [("charge at", .right), ("source", .left), ("charged", .right), ("left", .right)] : []))
        if format == .csv {
            output.line("account,externalId,balance" + (lots ? ",lotPosition,lotSource,lotAmount,lotFree" : ""))
        }
    }

    mutating func add(_ ordinal: UInt64, _ externalID: String?, _ balance: Int64, _ status: String, _ lines: [Balances.OpenLot]) {
        count += 1
        total += Int128(balance)
        switch format {
        case .json: writeJSON(ordinal, externalID, balance, lines)
        case .csv: writeCSV(ordinal, externalID, balance, lines)
        case .table:
            let cells = ["\(ordinal)", externalID ?? "", status, currency.grouped(balance)]
            guard lots else { return table.add(cells) }
            for (index, lot) in lines.enumerated() {
                table.add(
                    (index == 0 ? cells : ["", "", "", ""])
                        + ["\(lot.position)", lot.source?.name ?? "", currency.grouped(lot.amount), currency.grouped(lot.free)])
            }
            if lines.isEmpty { table.add(cells + ["", "", "", ""]) }
        }
    }

    private mutating func writeJSON(_ ordinal: UInt64, _ externalID: String?, _ balance: Int64, _ lines: [Balances.OpenLot]) {
        json.object { json in
            json.member("account", decimal: ordinal)
            if let externalID { json.member("externalId", string: externalID) } else { json.memberNull("externalId") }
            json.member("balance", string: currency.text(balance))
            guard lots else { return }
            json.member("lots", array: { list in
                for lot in lines {
                    list.object {
                        $0.member("position", integer: lot.position)
                        if let source = lot.source { $0.member("source", string: source.name) } else { $0.memberNull("source") }
                        $0.member("amount", string: currency.text(lot.amount))
                        $0.member("free", string: currency.text(lot.free))
                    }
                }
            })
        }
        json.endLine()
        output.write(json.bytes)
        json.removeAll()
    }

    private func writeCSV(_ ordinal: UInt64, _ externalID: String?, _ balance: Int64, _ lines: [Balances.OpenLot]) {
        let fields = ["\(ordinal)", externalID ?? "", currency.text(balance)]
        guard lots, !lines.isEmpty else { return output.line(CSVLine.text(fields + (lots ? ["", "", "", ""] : []))) }
        for lot in lines {
            output.line(
                CSVLine.text(fields + ["\(lot.position)", lot.source?.name ?? "", currency.text(lot.amount), currency.text(lot.free)]))
        }
    }

    mutating func finish() {
        guard format == .table else { return }
        table.finish()
        let sum = Int64(exactly: total).map(currency.grouped) ?? "\(total) minor units"
        output.line("\n\(count.grouped) \(count == 1 ? "account" : "accounts"), \(sum) \(currency.code) in all")
    }
}

extension BalancesReport {
    /// Every account (or one) as the log's first `end` events have it.
    @available(*, noasync)
    mutating func addAll(_ log: Log, _ end: UInt64, _ account: UInt64? = nil) throws {
        let view = try Views.read(Balances.self, log, at: end)
        try log.lookUp { event in
            for ordinal in account.map({ $0...$0 }) ?? 1...max(1, view.count) {
                guard let row = view[ordinal] else { continue }
                add(ordinal, try event(row.opened)?.tail.text(.externalID), row.balance, Self.status(row), lots ? view.lots(of: ordinal) : [])
            }
        }
    }

    private static func status(_ row: Balances.Account) -> String {
        if row.isClosed { return "closed" }
        let locks = LockScope.allCases.filter { row.locks & $0.rawValue != 0 }.map(\.name)
        return locks.isEmpty ? "open" : "locked (\(locks.joined(separator: ", ")))"
    }
}
