import Journal
import Ledger

/// Where a report stands: ledger, position and instant; a scenario ledger says so on every report.
struct Heading {
    let text: String

    /// - Parameter end: the position after the last event the report has taken in.
    @available(*, noasync)
    init(_ log: Log, end: UInt64, _ more: String? = nil) throws {
        let genesis = log.genesis
        var text = "Ledger \(genesis.ledgerName.prefix(8)), \(genesis.currency.code)"
        if end > 0, let last = try log.event(at: end - 1) {
            text += ", at position \(last.position), recorded \(last.recordedAt.shortText) JST"
        } else {
            text += ", before its first event"
        }
        if let more { text += ", " + more }
        if genesis.clock == .scenario { text += "\nA scenario ledger: its times are a story's, and its money is not real." }
        self.text = text
    }

    /// Above a table; beside records on standard error, so that a pipe carries records alone, and only where a person
    /// looks or a cut was asked for.
    func show(_ output: Output, _ format: Format, isCut: Bool = false) {
        if format == .table { output.line(text + "\n") } else if isCut || Output.errorIsTerminal { Output.note(text) }
    }
}
