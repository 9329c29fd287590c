import ArgumentParser
import Facade
import Journal
import Ledger
import Wire

/// `token`: lets a service call the server.
struct Token: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a token for a service that sends commands to the server, or a new one for an operator.",
        discussion: """
            The token is printed once; the ledger keeps only its hash. With a service's
            token there, every caller needs one. A name may have several, so that one can
            be replaced: make the new one, then remove the old one's line from
            keys/principals. A running server takes the change after its next start.

            EXAMPLE: a token for the point-of-sale gateway, and its use:
              motocho token pos-gateway
              curl -H "Authorization: Bearer mt_…" http://127.0.0.1:8080/v1/accounts/1
            """)

    @OptionGroup var ledger: LedgerOptions

    @Argument(help: ArgumentHelp("The service's name, as events will keep it; with --operator a founding operator's.", valueName: "name"))
    var name: String

    @Flag(name: .customLong("operator"), help: "For a founding operator of this ledger, whose token was lost or is to be replaced.")
    var isOperator = false

    @Option(help: "How the token is printed: table (the token alone), json or csv.")
    var format: Format = .table

    func run() throws {
        let directory = ledger.directory
        let founders = try ledger.openLog().genesis.founders
        guard founders.contains(name) == isOperator else {
            throw Failure(
                isOperator
                    ? "\(name) is no founding operator of this ledger; those are \(founders.joined(separator: ", "))"
                    : "\(name) is a founding operator; say --operator, or give the service another name")
        }
        let token: String
        do { token = try Principals.issue(name: name, role: isOperator ? .operator : .service, in: directory) } catch let error as PrincipalsError {
            throw Failure("no token was made: \(error)")
        }
        let output = Output()
        switch format {
        case .table: output.line(token)
        case .json:
            var json = JSONWriter()
            json.object {
                $0.member(isOperator ? "operator" : "service", string: name)
                $0.member("token", string: token)
            }
            json.endLine()
            output.write(json.bytes)
        case .csv:
            output.line(isOperator ? "operator,token" : "service,token")
            output.line(CSVLine.text([name, token]))
        }
        output.flush()
    }
}
