public import Ledger
public import Projections
public import Wire

/// What the damage desks know, as `GET /v1/damage`, `/v1/worklists` and `/v1/cases` show it; the figures on the command line too.
public struct DamageJSON: Sendable {
    public let currency: Currency

    public init(currency: Currency) { self.currency = currency }

    /// A breakdown of the figures.
    public enum Breakdown: String, CaseIterable, Sendable {
        case source
        case route
        /// By the day on which it happened.
        case occurrence
        /// By the day on which it was certified, amended or revoked.
        case recording
        case person
    }

    // MARK: The report

    /// The report's members, without braces. `people` and `amount` are the certified figure: the one that is published.
    ///
    /// - Parameter asOf: the instant that was asked for, if one was; else it is that of the last event that counts.
    public func members(_ report: DamageReport, by breakdowns: [Breakdown], asOf: Instant?, _ json: inout JSONWriter) {
        json.member("people", integer: report.certified.people)
        amount("amount", report.certified.total, &json)
        figure("certified", report.certified, &json)
        figure("recomputed", report.recomputed, &json)
        figure("identified", report.identified, &json)
        money(report.money, &json)
        for breakdown in Breakdown.allCases where breakdowns.contains(breakdown) { lines(breakdown, report, &json) }
        json.member("ruleVersion", integer: report.ruleVersion)
        json.member("asOf", time: asOf ?? report.instant)
        json.member("recordedAt", time: report.instant)
        json.member("position", integer: max(report.position, 1) - 1)
    }

    private func figure(_ name: String, _ figure: DamageReport.Figure, _ json: inout JSONWriter) {
        json.member(name, object: {
            $0.member("people", integer: figure.people)
            EntitlementJSON(currency: currency).members(figure.sums, &$0)
            amount("total", figure.total, &$0)
        })
    }

    private func money(_ money: DamageReport.Money, _ json: inout JSONWriter) {
        json.member("money", object: {
            amount("netLoss", money.netLoss, &$0)
            amount("lossBooked", money.lossBooked, &$0)
            amount("culpritsPaid", money.culpritsPaid, &$0)
            amount("promised", money.promised, &$0)
            amount("notBooked", money.notBooked, &$0)
            amount("held", money.held, &$0)
            amount("recoverable", money.recoverable, &$0)
            amount("goodwill", money.goodwill, &$0)
            amount("clearing", money.clearing, &$0)
        })
    }

    private func lines(_ breakdown: Breakdown, _ report: DamageReport, _ json: inout JSONWriter) {
        switch breakdown {
        case .source:
            list("bySource", report.bySource, &json) {
                $1.member("source", string: $0.source.name)
                $1.member("people", integer: $0.people)
                amount("certified", $0.certified, &$1)
                amount("recomputed", $0.recomputed, &$1)
            }
        case .route:
            list("byRoute", report.byRoute, &json) {
                $1.member("route", string: $0.route.name)
                $1.member("people", integer: $0.people)
                amount("certified", $0.certified, &$1)
            }
        case .occurrence:
            list("byOccurrence", report.byOccurrence, &json) {
                $1.member("day", string: $0.day.description)
                $1.member("identifiedPeople", integer: $0.identifiedPeople)
                amount("identified", $0.identified, &$1)
                $1.member("certifiedPeople", integer: $0.certifiedPeople)
                amount("certified", $0.certified, &$1)
            }
        case .recording:
            list("byRecording", report.byRecording, &json) {
                $1.member("day", string: $0.day.description)
                $1.member("people", integer: $0.people)
                amount("certified", $0.certified, &$1)
            }
        case .person: list("persons", report.persons, &json) { person($0, &$1) }
        }
    }

    func person(_ line: DamageReport.PersonLine, _ json: inout JSONWriter) {
        json.member("person", string: line.person)
        accounts(line.accounts, &json)
        json.member("routes", strings: line.routes.map(\.name))
        if let certified = line.certified { EntitlementJSON(currency: currency).write("certified", certified, to: &json) }
        EntitlementJSON(currency: currency).write("recomputed", line.recomputed, to: &json)
        json.member("isCurrent", bool: line.isCurrent)
        if line.position != 0 {
            json.member("certification", integer: line.position)
            json.member("amended", integer: line.amended)
        }
        amount("netLoss", line.netLoss, &json)
        amount("booked", line.booked, &json)
        amount("notBooked", line.notBooked, &json)
    }

    // MARK: Worklists and files

    /// One row's members, without braces.
    public func members(_ item: WorkItem, _ json: inout JSONWriter) {
        json.member("list", string: item.list.name)
        json.member("position", integer: item.position)
        if let person = item.person { json.member("person", string: person) }
        accounts(item.accounts, &json)
        if let source = item.source { json.member("source", string: source.name) }
        amount("amount", item.amount, &json)
        json.member("since", time: item.since)
        if let turn = item.turn { json.member("turn", integer: turn) }
        if let due = item.due { json.member("due", string: due.description) }
        json.member("days", integer: item.days)
        json.member("tries", integer: item.tries)
        json.member("next", string: item.next.name)
    }

    /// One person's file, without braces.
    public func members(_ file: CaseFile, _ json: inout JSONWriter) {
        json.member("person", string: file.person)
        json.member("names", strings: file.names)
        accounts(file.accounts, &json)
        if let line = file.line { json.member("damage", object: { person(line, &$0) }) }
        json.member("labels", array: { list in
            for (position, label) in file.labels.sorted(by: { $0.key < $1.key }) {
                list.object {
                    $0.member("event", decimal: position)
                    $0.member("label", string: label.name)
                }
            }
        })
        json.member("events", array: { list in
            let events = EventJSON(currency: currency)
            for event in file.events { events.write(event, to: &list) }
        })
        json.member("position", integer: max(file.position, 1) - 1)
    }

    // MARK: Parts

    private func amount(_ name: String, _ units: Int64, _ json: inout JSONWriter) { json.member(name, string: currency.text(units)) }

    private func accounts(_ accounts: [UInt64], _ json: inout JSONWriter) {
        json.member("accounts", array: { list in for account in accounts { list.element(decimal: account) } })
    }

    private func list<Line>(_ name: String, _ lines: [Line], _ json: inout JSONWriter, _ write: (Line, inout JSONWriter) -> Void) {
        json.member(name, array: { list in for line in lines { list.object { write(line, &$0) } } })
    }
}
