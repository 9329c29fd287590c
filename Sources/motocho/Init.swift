import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Wire

/// `init`: makes a ledger.
struct Init: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a ledger: currency, founding operators and their tokens.",
        discussion: """
            Founding operators hold the roles operator, approver and treasurer: they set
            policies and controls, settle, correct, refund. Some acts take two approvers
            besides the requester, so a real ledger has at least three. Their tokens are shown once and kept nowhere
            but in the file keys/founding-tokens: hand them out, then delete it.

            A scenario ledger's time is a story's and moves only by command; it can never
            become a real one.

            EXAMPLE: a yen ledger; one in Czech crowns without limits; one for a story:
              motocho init
              motocho init --data ./bank --currency CZK:2 --policy none
              motocho init --data ./story --clock scenario --start 2019-07-01T07:00+09:00

            A policy file limits charges; what is left out has no limit:
              {"balanceCap": "100000", "charge": {"atmCash": {"limit": "50000", "step": "1000"}}}
            """)

    enum Clock: String, CaseIterable, ExpressibleByArgument { case system, scenario }

    @OptionGroup var ledger: LedgerOptions

    @Option(help: ArgumentHelp("ISO 4217 letters and digits behind the point.", valueName: "code:digits"))
    var currency: Currency = .yen

    @Option(help: ArgumentHelp("Limits for charges from a JSON file, or none.", valueName: "file|none"))
    var policy: String = "none"

    @Option(
        name: .customLong("operator"),
        help: ArgumentHelp("A founding operator's name; repeat it. Default: \(Founding.names.joined(separator: ", ")).", valueName: "name"))
    var operators: [String] = []

    @Option(help: "system: the machine's clock. scenario: a story's time.")
    var clock: Clock = .system

    @Option(help: ArgumentHelp("The first instant of a scenario ledger.", valueName: "time"))
    var start: StoryTime?

    @Option(help: "How the founders' tokens are printed: table, json or csv.")
    var format: Format = .table

    /// A founding instant, as an argument.
    struct StoryTime: ExpressibleByArgument {
        let instant: Instant
        init?(argument: String) {
            guard let instant = Instant(argument) else { return nil }
            self.instant = instant
        }
    }

    func validate() throws {
        switch (clock, start) {
        case (.scenario, nil): throw ValidationError("A scenario ledger needs its first instant: --start 2019-07-01T07:00+09:00.")
        case (.system, .some): throw ValidationError("--start is for a scenario ledger: add --clock scenario.")
        default: break
        }
        guard operators.count <= 16 else { throw ValidationError("A ledger has at most 16 founding operators.") }
        guard Set(operators).count == operators.count else { throw ValidationError("Two founding operators have the same name.") }
        guard operators.isEmpty || clock == .scenario || operators.count >= Genesis.fewestFounders else {
            throw ValidationError("A real ledger needs at least \(Genesis.fewestFounders) founding operators; repeat --operator for each.")
        }
        for name in operators {
            do throws(Malformed) { try TextRule.check(name, "name") } catch { throw ValidationError("An operator's name \(error.reason).") }
            guard !name.contains(" "), name != Principal.anonymous.name else {
                throw ValidationError("An operator's name has no spaces, and is not anonymous.")
            }
        }
    }

    func run() async throws {
        let policy = try readPolicy()
        let founding = try found()
        if let policy { try await set(policy, founding) }
        show(founding)
    }

    private func readPolicy() throws -> Policy? {
        guard policy != "none" else { return nil }
        guard let bytes = FileManager.default.contents(atPath: policy) else {
            throw Failure("the policy file \(policy) cannot be read; give a JSON file, or none")
        }
        do throws(Fault) {
            return try PolicyJSON(currency: currency).policy(parsing: Array(bytes))
        } catch {
            throw Failure("the policy file \(policy) does not read: \(error.detail) `motocho init --help` shows one")
        }
    }

    private func found() throws -> Founding {
        try Founding(
            ledger.directory,
            Ledgers.Founding(currency: currency, operators: operators.isEmpty ? Founding.names : operators, start: start?.instant))
    }

    /// The first operator sets the policy, through the writer as always.
    private func set(_ policy: Policy, _ founding: Founding) async throws {
        let writer = try openWriter(founding.directory)
        let request = try Request(
            .service(.setPolicy(policy)), principal: Principal(name: founding.founders[0].name), key: "founding-policy", channel: .commandLine)
        let outcome = await writer.submit(request)
        stop(writer)
        guard case .recorded(let event, _) = outcome, event.rejection == nil else {
            throw Failure("the ledger is made, but its policy was not recorded; set it with POST /v1/policies")
        }
    }

    private func openWriter(_ directory: DataDirectory) throws -> Writer { try Keeping.open(directory).writer }
    private func stop(_ writer: Writer) { writer.stop() }

    private func show(_ founding: Founding) {
        let output = Output()
        switch format {
        case .table:
            output.line("Made a ledger in \(founding.directory.path): \(currency.code), \(currency.exponent) digits behind the point.")
            if clock == .scenario { output.line("A scenario ledger: its times are a story's, and its money is not real.") }
            output.line()
            var table = Table(output, [("operator", .left), ("token, shown this once", .left)])
            for founder in founding.founders { table.add([founder.name, founder.token]) }
            table.finish()
            output.line("\nThe tokens are also in \(Founding.tokens(founding.directory)): hand them out, then delete that file.")
            output.line("Next: motocho serve --data \(founding.directory.path)")
        case .json:
            var json = JSONWriter()
            for founder in founding.founders {
                json.object {
                    $0.member("operator", string: founder.name)
                    $0.member("token", string: founder.token)
                }
                json.endLine()
            }
            output.write(json.bytes)
        case .csv:
            output.line("operator,token")
            for founder in founding.founders { output.line(CSVLine.text([founder.name, founder.token])) }
        }
        output.flush()
    }
}
