import ArgumentParser
import Foundation
import Journal
import Ledger
import Projections
import Wire

/// `rebuild`: projections afresh.
struct Rebuild: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Build projections from zero beside the live ones, compare, and swap.",
        discussion: """
            A running server is asked to do it and goes on serving; without one it is done
            here. The digests of the old and the new projection are compared at the same
            position: a difference is an error.

            EXAMPLE: all of them; one:
              motocho rebuild
              motocho rebuild balances
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Argument(help: ArgumentHelp("Which: \(Views.names.joined(separator: ", ")). Default: all.", valueName: "name"))
    var names: [String] = []

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    /// What is told of one projection.
    struct Row {
        let name: String
        let position: UInt64
        let digest: String
        let matches: Bool
        let seconds: Double
    }

    func validate() throws {
        for name in names where !Views.names.contains(name) {
            throw ValidationError("There is no projection \(name); there are \(Views.names.joined(separator: ", ")).")
        }
    }

    func run() async throws {
        let wanted = names.isEmpty ? Views.names : Views.names.filter(names.contains)
        guard ledger.directory.holdsLedger else { throw JournalError.noLedger(ledger.directory.path) }
        let rows: [Row]
        if let client = try await Client.find(ledger.directory, token: token.find(ledger.directory)) {
            var found: [Row] = []
            for name in wanted { found.append(try await ask(client, name)) }
            rows = found
        } else {
            rows = try here(wanted)
        }
        show(rows)
        let wrong = rows.filter { !$0.matches }.map(\.name)
        guard wrong.isEmpty else {
            throw Failure(
                "rebuilt from the log, \(wrong.joined(separator: " and ")) differed from what was there: "
                    + "the new ones stand now; run `motocho verify --deep`")
        }
    }

    private func here(_ names: [String]) throws -> [Row] {
        try Preflight.check(ledger.directory)
        return try Ledgers.withLock(ledger.directory) {
            let views = try Views(try Log(ledger.directory, readOnly: true))
            return try names.compactMap { name in
                var progress = Progress(name)
                let report = try views.rebuild(name) { progress.show($0, of: $1) }
                progress.finish()
                return report.map {
                    Row(name: $0.name, position: $0.position, digest: $0.digest, matches: $0.matches, seconds: $0.seconds)
                }
            }
        }
    }

    private func ask(_ client: Client, _ name: String) async throws -> Row {
        let body = try await client.post("/v1/views/\(name)/rebuild", [], type: "application/json", key: UUID().uuidString)
        guard let answer = try? JSONObject(parsing: body), let position = try? answer.integer("position"),
            let digest = try? answer.string("digest"), let matches = try? answer.bool("matches"),
            let milliseconds = try? answer.integer("milliseconds")
        else { throw Failure("the server at \(client.name) gave an answer that does not read; is it of the same version?") }
        return Row(
            name: name, position: UInt64(max(0, position)), digest: digest, matches: matches, seconds: Double(milliseconds) / 1000)
    }

    private func show(_ rows: [Row]) {
        let output = Output()
        switch format {
        case .table:
            var table = Table(
                output, [("projection", .left), ("events", .right), ("seconds", .right), ("matches", .left), ("digest", .left)])
            for row in rows {
                table.add([row.name, (row.position + 1).grouped, row.seconds.thousandths, row.matches ? "yes" : "NO", row.digest])
            }
            table.finish()
        case .json:
            var json = JSONWriter()
            for row in rows {
                json.object {
                    $0.member("name", string: row.name)
                    $0.member("events", integer: row.position + 1)
                    $0.member("digest", string: row.digest)
                    $0.member("matches", bool: row.matches)
                    $0.member("seconds", raw: Array(row.seconds.thousandths.utf8))
                }
                json.endLine()
            }
            output.write(json.bytes)
        case .csv:
            output.line("name,events,digest,matches,seconds")
            for row in rows {
                output.line(CSVLine.text([row.name, "\(row.position + 1)", row.digest, "\(row.matches)", row.seconds.thousandths]))
            }
        }
        output.flush()
    }
}
