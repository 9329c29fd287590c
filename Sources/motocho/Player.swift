import Journal
import Ledger
import Scenario
import Vault

/// Plays a story's steps into a ledger, each as a table row: what was asked, and what the ledger answered.
final class Player {
    private let writer: Writer
    private let vault: Vault
    private var positions: [String: UInt64] = [:]

    init(_ writer: Writer, _ vault: Vault) {
        self.writer = writer
        self.vault = vault
    }

    func play(_ steps: [Step], _ chapter: String, _ output: Output) async {
        let currency = writer.log.genesis.currency
        var table = Table(output, [("time", .left), ("what happens", .left), ("answer", .left), ("balance", .right)])
        for (number, step) in steps.enumerated() {
            _ = await submit(.service(.advanceClock(to: step.at)), by: step.who, key: "\(chapter)-clock-\(number)")
            let outcome = await submit(step, key: "\(chapter)-\(number)")
            let time = String(step.at.shortText.dropFirst(5).prefix(11))
            guard case .recorded(let event, _)? = outcome else {
                table.add([time, step.telling, "not recorded: \(outcome.map { "\($0)" } ?? "malformed")", ""])
                continue
            }
            if let label = step.label { positions[label] = event.position }
            let answer = event.rejection.map { "refused: \($0.code.name)" } ?? "\(event.kind.name), position \(event.position)"
            table.add([time, step.telling, answer, event.subject.isNone ? "" : currency.grouped(event.balanceAfter)])
        }
        table.finish()
    }

    private func submit(_ step: Step, key: String) async -> Outcome? {
        let vault = vault
        var stage = Stage(positions: positions, pseudonym: { vault.pseudonym($0, $1) })
        let access = step.access(&stage)
        let command = step.command(&stage)
        return await submit(command, by: step.who, key: key, access: access, personal: stage.personal)
    }

    private func submit(
        _ command: Command, by who: Principal, key: String, access: Access = .none, personal: [PersonalDatum] = []
    ) async -> Outcome? {
        guard
            let request = try? Request(command, principal: who, key: key, channel: .story, access: access, personal: personal)
        else { return nil }
        return await writer.submit(request)
    }
}
