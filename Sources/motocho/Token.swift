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
            keys/principals. A running server takes the change within a second or two.

            EXAMPLE: a token for the point-of-sale gateway, and its use:
              motocho token pos-gateway
              curl -H "Authorization: Bearer mt_…" http://127.0.0.1:8080/v1/accounts/1
            """)

    @OptionGroup var ledger: LedgerOptions

    @Argument(help: ArgumentHelp("The service's name, as events will keep it; with --operator that of one who holds a role.", valueName: "name"))
    var name: String

    @Flag(name: .customLong("operator"), help: "For one who holds a role: newly granted, or to replace a token that was lost.")
    var isOperator = false

    @Option(help: "How the token is printed: table (the token alone), json or csv.")
    var format: Format = .table

    func run() throws {
        let directory = ledger.directory
        let staff = try Ledgers.books(ledger.openLog()).approvals.staff.filter { !$0.value.roles.isEmpty }
        guard staff.keys.contains(name) == isOperator else {
            throw Failure(
                isOperator
                    ? "\(name) holds no role in this ledger; those who do are \(staff.keys.sorted().joined(separator: ", ")). Propose to grant one first"
                    : "\(name) holds a role; say --operator, or give the service another name")
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
