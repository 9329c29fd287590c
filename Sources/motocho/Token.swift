import ArgumentParser
import Facade
import Journal
import Ledger
import Wire

/// `token`: lets a service call the server.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a token for a service that sends commands to the server.",
        discussion: """
            The token is printed once; the ledger keeps only its hash. With a service's
            token there, every caller needs one. A name may have several, so that one can
            be replaced. A running server takes it after its next start.

            EXAMPLE: a token for the point-of-sale gateway, and its use:
              motocho token pos-gateway
              curl -H "Authorization: Bearer mt_…" http://127.0.0.1:8080/v1/accounts/1
            """)

    @OptionGroup var ledger: LedgerOptions

    @Argument(help: ArgumentHelp("The service's name, as events will keep it.", valueName: "name"))
    var name: String

    @Option(help: "How the token is printed: table (the token alone), json or csv.")
    var format: Format = .table

    func run() throws {
        let directory = ledger.directory
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        let token: String
        do { token = try Principals.issue(name: name, role: .service, in: directory) } catch let error as PrincipalsError {
            throw Failure("no token was made: \(error)")
        }
        let output = Output()
        switch format {
        case .table: output.line(token)
        case .json:
            var json = JSONWriter()
            json.object {
                $0.member("service", string: name)
                $0.member("token", string: token)
            }
            json.endLine()
            output.write(json.bytes)
        case .csv:
            output.line("service,token")
            output.line(CSVLine.text([name, token]))
        }
        output.flush()
    }
}
