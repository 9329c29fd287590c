import ArgumentParser

/// The command line: wiring and words, no rules. One command a file.
@main
struct Motocho: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "motocho",
        abstract: "Motocho (元帳): an event-sourced ledger for prepaid e-money.",
        discussion: """
            Every account action is an immutable event in a log; balances and reports are
            folded from it and can be rebuilt, rewound and proved.

            EXAMPLE: a first look, then a ledger of your own:
              motocho demo
              motocho init
              motocho serve
              motocho import actions.csv
              motocho balances

            Every command takes --data DIR (default $MOTOCHO_DATA, else ./motocho-data).
            The exit status is 0 only when all is well; 1 when something is wrong, told in
            one sentence on standard error; 64 when the command line is.
            """,
        version: "motocho 0.1",
        groupedSubcommands: [
            CommandGroup(name: "Begin", subcommands: [Demo.self, Init.self, Token.self, Serve.self]),
            CommandGroup(name: "Read", subcommands: [Replay.self, BalancesCommand.self, ControlsCommandLine.self, DecisionsCommandLine.self, DamageCommandLine.self, FraudCommandLine.self, RefundsCommandLine.self, ReportCommandLine.self, Export.self]),
            CommandGroup(name: "Write", subcommands: [Import.self, Propose.self, Approve.self, Withdraw.self, ActCommand.self]),
            CommandGroup(name: "Prove", subcommands: [Verify.self, Rebuild.self]),
            CommandGroup(name: "Inside", subcommands: [InspectLog.self]),
        ])
}
