import ArgumentParser
import Foundation
import Journal
import Ledger
import Wire

/// `propose`: asks that something be done once enough others agree.
struct Propose: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Propose what takes others' approval: lifting a control, a role, a refund, rules, a certification.",
        discussion: """
            Names the command and its members as the HTTP interface does. Nothing is done
            until as many others have approved as the act takes; it is then decided again,
            by that moment's balances and rules. Goes to the server that has the ledger
            open, or to the ledger itself if none has. The token says who asks.

            EXAMPLE: lift a control; give a role; refund by exception:
              motocho propose liftControl control=12 reason=mended --because "tested twice"
              motocho propose grantRole principal=anna role=investigator --because joins
              motocho propose refund account=4 amount=900 reason=smallAmount --because end
              motocho propose activateRules @rules.json reason=new --because attacked
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions
    @OptionGroup var act: ActOptions

    @Option(help: ArgumentHelp("Why, for those who approve.", valueName: "text"))
    var because: String

    func run() async throws {
        try await act.send("propose", ["act": .text(act.command), "because": .text(because)], ledger, token)
    }
}

/// `approve`: agrees with a proposal.
struct Approve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Approve a proposal; with the last approval it is carried out.",
        discussion: """
            Nobody approves what he proposed, under another name either, and nobody twice.
            The token says who approves; `motocho decisions --open` lists what waits.

            EXAMPLE:
              motocho decisions --open
              motocho approve 14 --token mt_…
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Argument(help: ArgumentHelp("The proposal's position.", valueName: "position"))
    var proposal: UInt64

    @Option(help: "table (a sentence) or json (the receipt).")
    var format: ReceiptFormat = .table

    func run() async throws {
        try await Sending(ledger, token, format).send("approve", ["proposal": .number(proposal)])
    }
}

/// `withdraw`: takes a proposal back.
struct Withdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Withdraw a proposal: its proposer, or an operator.",
        discussion: """
            EXAMPLE:
              motocho withdraw 14 --because "no longer needed" --token mt_…
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Argument(help: ArgumentHelp("The proposal's position.", valueName: "position"))
    var proposal: UInt64

    @Option(help: ArgumentHelp("Why.", valueName: "text"))
    var because: String?

    @Option(help: "table (a sentence) or json (the receipt).")
    var format: ReceiptFormat = .table

    func run() async throws {
        var members: [String: Sending.Value] = ["proposal": .number(proposal)]
        if let because { members["because"] = .text(because) }
        try await Sending(ledger, token, format).send("withdraw", members)
    }
}

/// `act`: any command, by one who may do it.
struct ActCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "act",
        abstract: "Do an operator's act: stop something, confirm a void, end sessions, break the glass.",
        discussion: """
            Names the command and its members as the HTTP interface does. What takes others'
            approval is refused: propose it, or in an emergency do it alone with breakGlass,
            which is shown to everybody until another person has reviewed it.

            EXAMPLE: stop card charges; end sessions; an emergency, reviewed; a dispute:
              motocho act activateControl control=charge sources=creditCard reason=fraud
              motocho act revokeSessions method=externalId reason="tokens were guessed"
              motocho act breakGlass act=liftControl control=12 reason=tills because=alone
              motocho act reviewBreakGlass emergency=15 verdict=justified --token mt_…
              motocho act openDispute account=4 events=8 via=supportLine

            effectiveAt=2019-07-11T17:00+09:00 and until=… make a control begin or end later;
            without sources= every charge is stopped.
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions
    @OptionGroup var act: ActOptions

    func run() async throws { try await act.send(act.command, [:], ledger, token) }
}

/// A command and its members, as words.
struct ActOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The command's name, such as liftControl.", valueName: "command"))
    var command: String

    @Argument(
        help: ArgumentHelp(
            "Its members: control=12 reason=\"…\" sources=creditCard,debitCard; @FILE takes those of a JSON object in a file.",
            valueName: "member=value"))
    var members: [String] = []

    @Option(help: "table (a sentence) or json (the receipt).")
    var format: ReceiptFormat = .table

    func validate() throws {
        guard Command.Name.allCases.contains(where: { $0.name == command }) else {
            throw ValidationError("\(command) is no command; those there are: \(Command.Name.allCases.map(\.name).joined(separator: ", ")).")
        }
        for member in members where !member.hasPrefix("@") && !member.contains("=") {
            throw ValidationError("\(member) is no member: write it as name=value, or @FILE.")
        }
    }

    func send(_ name: String, _ more: [String: Sending.Value], _ ledger: LedgerOptions, _ token: TokenOptions) async throws {
        var values = more
        for member in members where member.hasPrefix("@") {
            for part in try file(String(member.dropFirst())).members { values[part.name] = .value(part.value) }
        }
        for member in members where !member.hasPrefix("@") {
            let parts = member.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard values.updateValue(Sending.Value(parts[1], member: parts[0]), forKey: parts[0]) == nil else {
                throw ValidationError("\(parts[0]) is given twice.")
            }
        }
        try await Sending(ledger, token, format).send(name, values)
    }

    private func file(_ path: String) throws -> JSONObject {
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
        do { return try JSONObject(parsing: [UInt8](data)) } catch { throw Failure("\(path) holds no JSON object: \(error)") }
    }
}

enum ReceiptFormat: String, CaseIterable, ExpressibleByArgument { case table, json }
