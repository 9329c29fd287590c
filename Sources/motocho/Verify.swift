import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Projections
import Vault
import Wire

/// `verify`: proves the ledger against itself.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prove the log and everything derived from it.",
        discussion: """
            Checksums, Merkle root and signed checkpoints; the invariants of every event;
            every projection against a checker that shares no code with it; the vault. --quick leaves
            it at hashes and signatures; --deep also reads every text for card numbers and
            rebuilds every projection. Works beside a running server and changes nothing.

            EXAMPLE:
              motocho verify
              motocho verify --deep --format json
            """)

    @OptionGroup var ledger: LedgerOptions

    @Flag(help: "Hashes, Merkle root and checkpoints only.")
    var quick = false

    @Flag(help: "Also card numbers in every text, and every projection rebuilt from zero.")
    var deep = false

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        guard !(quick && deep) else { throw ValidationError("--quick and --deep exclude each other.") }
    }

    func run() throws {
        let log = try ledger.openLog()
        var progress = Progress("verify")
        var result = try Verification.run(log, quick ? .quick : deep ? .deep : .full) { progress.show($0, of: $1) }
        if !quick { try checkVault(log, &result) }
        progress.finish()
        let output = Output()
        try Heading(log, end: result.events).show(output, format)
        show(result, output)
        output.flush()
        guard result.isSound else {
            throw Failure("the ledger does not hold against itself; write nothing to it, keep a copy, and compare with a backup")
        }
    }

    /// The vault, if the ledger has one: every key and every value opens, and erased persons have neither.
    @available(*, noasync)
    private func checkVault(_ log: Log, _ result: inout Verification) throws {
        guard FileManager.default.fileExists(atPath: ledger.directory.vault) else { return }
        let report = try Keeping.vault(of: ledger.directory, log.genesis).verify()
        result.add(
            "vault", "\(report.persons) persons, \(report.items) values, \(report.erased) erased", report.problems.map { "\($0)" })
    }

    private func show(_ result: Verification, _ output: Output) {
        switch format {
        case .table:
            var table = Table(output, [("check", .left), ("result", .left), ("", .left)])
            for check in result.checks {
                if check.problems.isEmpty { table.add([check.name, "ok", check.detail]) }
                for problem in check.problems { table.add([check.name, "WRONG", problem]) }
            }
            table.finish()
            output.line("\nMerkle root \(result.root) over \(result.events.grouped) events: \(result.isSound ? "all is well." : "NOT SOUND.")")
        case .json:
            var json = JSONWriter()
            for check in result.checks {
                json.object { json in
                    json.member("check", string: check.name)
                    json.member("ok", bool: check.problems.isEmpty)
                    json.member("detail", string: check.detail)
                    json.member("problems", array: { list in for problem in check.problems { list.element(string: problem) } })
                    json.member("events", integer: result.events)
                    json.member("root", string: result.root)
                }
                json.endLine()
            }
            output.write(json.bytes)
        case .csv:
            output.line("check,ok,detail,problem")
            for check in result.checks {
                for problem in check.problems.isEmpty ? [""] : check.problems {
                    output.line(CSVLine.text([check.name, "\(check.problems.isEmpty)", check.detail, problem]))
                }
            }
        }
    }
}
