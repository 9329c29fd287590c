import Foundation
import Journal
import Ledger
import Wire

/// What became of an import's lines, and the one place that tells about them.
struct ImportTally {
    private(set) var lines: UInt64 = 0
    private(set) var recorded: UInt64 = 0
    private(set) var alreadyThere: UInt64 = 0
    private(set) var refused: UInt64 = 0
    private(set) var malformed: UInt64 = 0
    private(set) var keysReused: UInt64 = 0
    private(set) var accountsOpened: UInt64 = 0
    let currency: Currency
    private let started = ContinuousClock.now

    init(_ currency: Currency) { self.currency = currency }

    /// The numbers are those of a rehearsal, and nothing was recorded.
    private(set) var isRehearsal = false

    mutating func forgetRehearsal() {
        isRehearsal = true
        (recorded, accountsOpened) = (0, 0)
    }

    var failed: UInt64 { refused + malformed + keysReused }

    /// Why a line was not taken.
    enum Trouble: Sendable {
        case malformed(Malformed)
        case refused(code: String, explanation: String, isReplayed: Bool)
        case keyReused
    }

    mutating func note(lines: UInt64, recorded: UInt64, alreadyThere: UInt64, accountsOpened: UInt64) {
        self.lines += lines
        self.recorded += recorded
        self.alreadyThere += alreadyThere
        self.accountsOpened += accountsOpened
    }

    /// Counts what went wrong with a line and says it on standard error.
    mutating func note(_ trouble: Trouble, line: UInt64) {
        switch trouble {
        case .malformed(let fault):
            malformed += 1
            Output.note("line \(line): \(fault.field) \(fault.reason)")
        case .refused(let code, let explanation, let isReplayed):
            refused += 1
            Output.note("line \(line): refused (\(code))\(isReplayed ? " when it first came" : ""): \(explanation)")
        case .keyReused:
            keysReused += 1
            Output.note("line \(line): its reference was used before for something else; give the line a reference of its own")
        }
    }

    static func refusal(_ rejection: Rejection, replayed: Bool, _ currency: Currency) -> Trouble {
        var explanation = rejection.code.explanation
        if let bound = rejection.bound, case .money(let name) = rejection.code.boundMeaning { explanation += " \(name): \(currency.text(bound))." }
        return .refused(code: rejection.code.name, explanation: explanation, isReplayed: replayed)
    }

    // MARK: The end

    func show(_ format: Format) {
        let seconds = Progress.seconds(ContinuousClock.now - started)
        let output = Output()
        let rows: [(String, UInt64)] = [
            ("lines", lines), ("recorded", recorded), ("alreadyThere", alreadyThere), ("refused", refused), ("malformed", malformed),
            ("keyReused", keysReused), ("accountsOpened", accountsOpened),
        ]
        switch format {
        case .json:
            var json = JSONWriter()
            json.object { json in
                for (name, count) in rows { json.member(name, integer: count) }
                json.member("seconds", raw: Array(seconds.thousandths.utf8))
            }
            json.endLine()
            output.write(json.bytes)
        case .csv:
            output.line(CSVLine.text(rows.map(\.0) + ["seconds"]))
            output.line(CSVLine.text(rows.map { "\($0.1)" } + [seconds.thousandths]))
        case .table:
            let words = ["lines": "lines read", "alreadyThere": "already there", "keyReused": "reference reused", "accountsOpened": "accounts opened"]
            var table = Table(output, [("import", .left), ("", .right)])
            for (name, count) in rows { table.add([words[name] ?? name, count.grouped]) }
            table.add(["seconds", seconds.thousandths])
            table.finish()
        }
        output.flush()
    }
}
