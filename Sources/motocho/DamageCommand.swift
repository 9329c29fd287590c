import ArgumentParser
import Facade
import Journal
import Ledger
import Projections
import Wire

/// `damage`: who lost what, as of any instant, from the log alone.
struct DamageCommandLine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "damage",
        abstract: "Show the damage: people and yen, certified and recomputed, as of any instant.",
        discussion: """
            Certified is the sum of the certifications in force before that instant: the
            figure that is published. Recomputed is what labels and charges give for the
            same people by then; where they differ, an amendment is due. --by breaks it
            down; --list shows what is to be done, by list; --case one person's file.
            Nothing recorded at the instant itself counts, nor anything after it.

            EXAMPLE: as published; by source; a day's victims; what waits; one file:
              motocho damage --as-of 2019-07-31T17:00+09:00
              motocho damage --as-of 2019-07-31T17:00+09:00 --by source
              motocho damage --by occurred-day --format csv
              motocho damage --list uncontacted
              motocho damage --case p-17
            """)

    enum Breakdown: String, CaseIterable, ExpressibleByArgument {
        case source, route
        case occurredDay = "occurred-day"
        case recordedDay = "recorded-day"
        case person
    }

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var cut: CutOptions

    @Option(help: "source, route, occurred-day, recorded-day or person.")
    var by: Breakdown?

    @Option(
        help: ArgumentHelp(
            "What is to be done: \(Worklist.allCases.map(\.name).joined(separator: ", ")).", valueName: "name"))
    var list: String?

    @Option(name: .customLong("case"), help: ArgumentHelp("Everything the log holds of one person's case.", valueName: "person"))
    var person: String?

    @Option(help: "table, json (JSON Lines) or csv.")
    var format: Format = .table

    func validate() throws {
        guard [by != nil, list != nil, person != nil].count(where: { $0 }) <= 1 else {
            throw ValidationError("--by, --list and --case exclude each other.")
        }
        if let list, Worklist(name: list) == nil {
            throw ValidationError("\(list) is no list; those there are: \(Worklist.allCases.map(\.name).joined(separator: ", ")).")
        }
    }

    func run() throws {
        let log = try ledger.openLog()
        let end = try cut.end(log)
        let cases = try Cases.read(log: log, to: end)
        let output = Output()
        let more = "rules version \(cases.ruleVersion)" + (cut.asOf.map { ", as of \($0.instant.shortText) JST" } ?? "")
        try Heading(log, end: end, more).show(output, format, isCut: cut.isGiven)
        let sections = DamageSections(output, format, log.genesis.currency, asOf: cut.asOf?.instant)
        if let person {
            guard let file = try cases.file(of: person, log) else {
                throw Failure("nothing is known of a case of \(person); `motocho damage --by person` lists those there are")
            }
            try show(file, log, sections, output)
        } else if let list, let worklist = Worklist(name: list) {
            let isNow = !cut.isGiven && log.genesis.clock == .system
            sections.worklist(cases.worklist(worklist, now: cut.asOf?.instant ?? (isNow ? LedgerClock.system.wall() : cases.instant)))
        } else {
            let report = cases.report
            switch by {
            case nil: sections.summary(report)
            case .source?: sections.bySource(report)
            case .route?: sections.byRoute(report)
            case .occurredDay?: sections.byOccurrence(report)
            case .recordedDay?: sections.byRecording(report)
            case .person?: sections.byPerson(report)
            }
        }
        output.flush()
    }

    @available(*, noasync)
    private func show(_ file: CaseFile, _ log: Log, _ sections: DamageSections, _ output: Output) throws {
        if format == .table {
            output.line("Person \(file.person), \(file.accounts.count == 1 ? "account" : "accounts") \(file.accounts.map { "\($0)" }.joined(separator: ", "))")
            if let line = file.line { sections.line(line) }
            output.line()
        }
        var printer = EventPrinter(output, format, try Ledgers.books(log), log, isStory: true)
        for event in file.events { printer.add(event) }
        printer.finish()
    }
}

/// The parts of the damage report, in the three formats.
struct DamageSections {
    private let output: Output
    private let format: Format
    private let currency: Currency
    private let asOf: Instant?

    init(_ output: Output, _ format: Format, _ currency: Currency, asOf: Instant? = nil) {
        (self.output, self.format, self.currency, self.asOf) = (output, format, currency, asOf)
    }

    private func money(_ units: Int64) -> String { format == .table ? currency.grouped(units) : currency.text(units) }

    func summary(_ report: DamageReport) {
        guard format == .table else { return figures(report) }
        var records = Records(output, format, [("figure", .left), ("people", .right), ("yen", .right), ("", .left)])
        records.add(["certified", "\(report.certified.people)", money(report.certified.total), "the published kind of figure"])
        records.add(["recomputed", "\(report.recomputed.people)", money(report.recomputed.total), "the same people, by the labels so far"])
        records.add(["identified", "\(report.identified.people)", money(report.identified.total), "everybody with an event judged a fraud"])
        records.finish()
        output.line("\nBy source\n")
        bySource(report)
        output.line("\nBy route\n")
        byRoute(report)
        output.line("\nIn the books\n")
        let sums = report.money
        var books = Records(output, format, [("what", .left), ("yen", .right)])
        for (name, sum) in [
            ("net loss of fraud payments", sums.netLoss), ("of it booked as lost", sums.lossBooked), ("certified, not booked yet", sums.notBooked),
            ("agreed, not paid", sums.promised), ("held", sums.held), ("given back by partners, to be settled", sums.clearing),
            ("owed by members", sums.recoverable), ("given up", sums.goodwill), ("paid by culprits", sums.culpritsPaid),
        ] { books.add([name, money(sum)]) }
        books.finish()
    }

    /// One line for a program.
    private func figures(_ report: DamageReport) {
        if format == .csv {
            output.line(CSVLine.text(["people", "amount", "recomputedPeople", "recomputed", "identifiedPeople", "identified", "position", "asOf", "ruleVersion"]))
            output.line(
                CSVLine.text([
                    "\(report.certified.people)", money(report.certified.total), "\(report.recomputed.people)", money(report.recomputed.total),
                    "\(report.identified.people)", money(report.identified.total), "\(lastPosition(report))", (asOf ?? report.instant).description,
                    "\(report.ruleVersion)",
                ]))
            return
        }
        var json = JSONWriter()
        json.object { DamageJSON(currency: currency).members(report, by: [], asOf: asOf, &$0) }
        json.endLine()
        output.write(json.bytes)
    }

    /// Of the last event that counts.
    private func lastPosition(_ report: DamageReport) -> UInt64 { report.position == 0 ? 0 : report.position - 1 }

    func bySource(_ report: DamageReport) {
        var records = Records(output, format, [("source", .left), ("people", .right), ("certified", .right), ("recomputed", .right)])
        for line in report.bySource { records.add([line.source.name, "\(line.people)", money(line.certified), money(line.recomputed)]) }
        records.finish()
    }

    func byRoute(_ report: DamageReport) {
        var records = Records(output, format, [("route", .left), ("people", .right), ("certified", .right)])
        for line in report.byRoute { records.add([line.route.name, "\(line.people)", money(line.certified)]) }
        records.finish()
    }

    func byOccurrence(_ report: DamageReport) {
        var records = Records(
            output, format, [("occurred", .left), ("people", .right), ("identified", .right), ("certified people", .right), ("certified", .right)])
        for line in report.byOccurrence {
            records.add([line.day.description, "\(line.identifiedPeople)", money(line.identified), "\(line.certifiedPeople)", money(line.certified)])
        }
        records.finish()
    }

    func byRecording(_ report: DamageReport) {
        var records = Records(
            output, format, [("recorded", .left), ("people", .right), ("yen", .right), ("people by then", .right), ("yen by then", .right)])
        var (people, sum) = (0, Int64(0))
        for line in report.byRecording {
            people += line.people
            sum += line.certified
            records.add([line.day.description, line.people > 0 ? "+\(line.people)" : "\(line.people)", money(line.certified), "\(people)", money(sum)])
        }
        records.finish()
    }

    func byPerson(_ report: DamageReport) {
        var records = Records(
            output, format,
            [
                ("person", .left), ("accounts", .left), ("routes", .left), ("credit card", .right), ("debit card", .right), ("point", .right),
                ("own balance", .right), ("certified", .right), ("recomputed", .right), ("booked", .right), ("position", .right),
            ])
        for line in report.persons {
            let sums = line.certified ?? .zero
            records.add([
                line.person, line.accounts.map { "\($0)" }.joined(separator: " "), line.routes.map(\.letter).joined(), money(sums.creditCard),
                money(sums.debitCard), money(sums.point), money(sums.ownBalance), line.certified == nil ? "" : money(sums.total),
                money(line.recomputed.total), money(line.booked), line.position == 0 ? "" : "\(line.position)",
            ])
        }
        records.finish()
    }

    /// One person in one sentence.
    func line(_ line: DamageReport.PersonLine) {
        let certified = line.certified.map { "certified \(money($0.total)) by route \(line.routes.map(\.letter).joined(separator: ", "))" } ?? "not certified"
        output.line("\(certified); by the labels so far \(money(line.recomputed.total)); made good \(money(line.booked))")
    }

    func worklist(_ items: [WorkItem]) {
        if format == .table, items.isEmpty { return output.line("Nothing waits on this list.") }
        var records = Records(
            output, format,
            [
                ("position", .right), ("person", .left), ("accounts", .left), ("source", .left), ("amount", .right), ("since", .left),
                ("due", .left), ("days", .right), ("tries", .right), ("next", .left),
            ])
        for item in items {
            records.add([
                "\(item.position)", item.person ?? "", item.accounts.map { "\($0)" }.joined(separator: " "), item.source?.name ?? "",
                item.amount == 0 ? "" : money(item.amount), records.time(item.since), item.due?.description ?? "", "\(item.days)",
                item.tries == 0 ? "" : "\(item.tries)", item.next.name,
            ])
        }
        records.finish()
    }
}

extension Route {
    /// As the notice numbers them.
    var letter: String {
        switch self {
        case .memberInquiry: "A"
        case .cardCompanyInfo: "B"
        case .patternOwnDetermination: "C"
        }
    }
}
