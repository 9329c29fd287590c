import ArgumentParser
import Journal
import Ledger

/// The two languages of a paper for the regulator.
enum Language: String, CaseIterable, ExpressibleByArgument {
    case ja, en
}

/// A word in both.
struct Term {
    let en: String
    let ja: String

    init(_ en: String, _ ja: String) { (self.en, self.ja) = (en, ja) }

    subscript(language: Language) -> String { language == .ja ? ja : en }
}

enum SheetFormat: String, CaseIterable, ExpressibleByArgument {
    case table, json, csv, html
}

/// A paper: named figures and tables under headings, the same in every format. On each page stand the position in the log and the
/// Merkle root there, by which anybody can tell what it was made from.
struct Sheet {
    let title: Term
    let language: Language
    private let currency: Currency
    private let stand: [(Term, String)]
    private var sections: [Section] = []

    private struct Section {
        let heading: Term
        var figures: [(key: String, term: Term, value: String, isNumber: Bool)] = []
        var columns: [Term] = []
        var left: Set<Int> = []
        var rows: [[String]] = []
    }

    init(_ title: Term, _ language: Language, _ genesis: Genesis, position: UInt64, instant: Instant, root: Hash?) {
        self.title = title
        self.language = language
        currency = genesis.currency
        var stand = [
            (Term("Ledger", "台帳"), genesis.ledgerName), (Term("Events before position", "対象：位置（未満）"), "\(position)"),
            (Term("Last recorded", "最終記録日時"), instant.shortText + " JST"),
        ]
        if let root { stand.append((Term("Merkle root", "マークル根"), root.description)) }
        if genesis.clock == .scenario {
            stand.append((Term("Scenario", "シナリオ"), Term("its times are a story's, and its money is not real", "時刻は物語上のもので、金額は実在しません")[language]))
        }
        self.stand = stand
    }

    mutating func section(_ heading: Term) { sections.append(Section(heading: heading)) }

    mutating func money(_ key: String, _ term: Term, _ units: Int64) {
        sections[sections.count - 1].figures.append((key, term, currency.grouped(units), true))
    }

    mutating func count(_ key: String, _ term: Term, _ count: Int) {
        sections[sections.count - 1].figures.append((key, term, UInt64(max(0, count)).grouped, true))
    }

    mutating func text(_ key: String, _ term: Term, _ value: String) {
        sections[sections.count - 1].figures.append((key, term, value, false))
    }

    /// Columns in `left` hold words, the others numbers.
    mutating func table(_ columns: [Term], left: Set<Int>, _ rows: [[String]]) {
        sections[sections.count - 1].columns = columns
        sections[sections.count - 1].left = left
        sections[sections.count - 1].rows = rows
    }

    // MARK: Formats

    func write(_ output: Output, _ format: SheetFormat) {
        switch format {
        case .table: plain(output)
        case .csv: csv(output)
        case .html: output.write(html)
        case .json: preconditionFailure("a program reads the report itself")
        }
    }

    private var standing: String { stand.map { "\($0.0[language]): \($0.1)" }.joined(separator: "\n") }

    private func plain(_ output: Output) {
        output.line(title[language] + "\n")
        output.line(standing)
        for section in sections {
            output.line("\n" + section.heading[language] + "\n")
            if !section.figures.isEmpty {
                let width = section.figures.map { Table.width($0.term[language]) }.max() ?? 0
                let right = section.figures.filter(\.isNumber).map { Table.width($0.value) }.max() ?? 0
                for figure in section.figures {
                    let name = figure.term[language] + String(repeating: " ", count: width - Table.width(figure.term[language]))
                    let space = figure.isNumber ? String(repeating: " ", count: right - Table.width(figure.value)) : ""
                    output.line("\(name)  \(space)\(figure.value)")
                }
            }
            if !section.columns.isEmpty {
                var table = Table(output, section.columns.enumerated().map { ($1[language], section.left.contains($0) ? .left : .right) })
                for row in section.rows { table.add(row) }
                table.finish()
            }
        }
    }

    private func csv(_ output: Output) {
        output.line(CSVLine.text(["section", "item", "value"]))
        for (term, value) in stand { output.line(CSVLine.text([title[language], term[language], value])) }
        for section in sections {
            for figure in section.figures {
                output.line(CSVLine.text([section.heading[language], figure.term[language], figure.isNumber ? figure.value.filter { $0 != "," } : figure.value]))
            }
            guard !section.columns.isEmpty else { continue }
            for row in section.rows {
                for (column, cell) in zip(section.columns, row) {
                    output.line(CSVLine.text([section.heading[language] + " " + (row.first ?? ""), column[language], cell]))
                }
            }
        }
    }

    private var html: String {
        var page = Page(
            title: title[language], lead: stand.map { "\($0.0[language]): \($0.1)" }, language: language.rawValue,
            foot: stand.filter { $0.1 != "" }.map { "\($0.0[language]) \($0.1)" }.joined(separator: " · "))
        for section in sections {
            page.section(section.heading[language])
            if !section.figures.isEmpty {
                page.figures(section.figures.map { ($0.term[language], $0.value, $0.isNumber) })
            }
            if !section.columns.isEmpty { page.table(section.columns.map { $0[language] }, left: section.left, section.rows) }
        }
        return page.html
    }
}
