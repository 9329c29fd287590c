import Journal
import Ledger
import Projections
import Wire

/// The trial balance: debits and credits by class, receivables and fees by source, and the proof that they sum to zero.
struct TrialReport {
    private let currency: Currency
    private let trial: Trial
    private let end: UInt64

    @available(*, noasync)
    init(_ log: Log, end: UInt64) throws {
        currency = log.genesis.currency
        trial = try Views.read(Trial.self, log, at: end)
        self.end = end
    }

    /// False if the nets do not sum to zero.
    func show(_ output: Output, _ format: Format) -> Bool {
        let lines = trial.summary
        let (debits, credits) = lines.reduce((Int128(0), Int128(0))) { ($0.0 + $1.line.debits, $0.1 + $1.line.credits) }
        switch format {
        case .table:
            var table = Table(
                output, [("class", .left), ("accounts", .right), ("debits", .right), ("credits", .right), ("balance", .right)])
            for (name, accounts, line) in lines {
                table.add([name, "\(accounts)", text(line.debits), text(line.credits), text(line.balance)])
            }
            table.add(["sum", "", text(debits), text(credits), ""])
            table.finish()
            output.line("\nDebits less credits: \(text(debits - credits)) \(currency.code)" + (debits == credits ? ", as it must be." : "!"))
        case .json:
            var json = JSONWriter()
            for (name, accounts, line) in lines { write(name, accounts, line.debits, line.credits, balance: line.balance, to: &json) }
            write("sum", lines.reduce(0) { $0 + $1.accounts }, debits, credits, balance: debits - credits, to: &json)
            output.write(json.bytes)
        case .csv:
            output.line("class,accounts,debits,credits,balance")
            for (name, accounts, line) in lines {
                output.line(CSVLine.text([name, "\(accounts)", plain(line.debits), plain(line.credits), plain(line.balance)]))
            }
        }
        return debits == credits
    }

    private func write(_ name: String, _ accounts: Int, _ debits: Int128, _ credits: Int128, balance: Int128, to json: inout JSONWriter) {
        json.object {
            $0.member("class", string: name)
            $0.member("accounts", integer: accounts)
            $0.member("debits", string: plain(debits))
            $0.member("credits", string: plain(credits))
            $0.member("balance", string: plain(balance))
            $0.member("position", integer: end == 0 ? 0 : end - 1)
        }
        json.endLine()
    }

    private func text(_ units: Int128) -> String { Int64(exactly: units).map(currency.grouped) ?? plain(units) }

    /// A decimal string; sums may pass 64 bits.
    private func plain(_ units: Int128) -> String {
        if let small = Int64(exactly: units) { return currency.text(small) }
        let scale = (0..<currency.exponent).reduce(Int128(1)) { scale, _ in scale * 10 }
        let (whole, rest) = units.magnitude.quotientAndRemainder(dividingBy: scale.magnitude)
        guard currency.exponent > 0 else { return "\(units)" }
        let digits = "\(rest)"
        return (units < 0 ? "-" : "") + "\(whole)." + String(repeating: "0", count: currency.exponent - digits.utf8.count) + digits
    }
}
