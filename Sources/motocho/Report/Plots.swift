/// Plots as SVG text, in whole units of a drawing 960 wide. Nothing is left to a script; every bar says its number when pointed at.
enum Plots {
    struct Series {
        let name: String
        let values: [Int64]
    }

    struct Mark {
        /// Index of the column it stands before, in hundredths of a column.
        let at: Int
        let text: String
    }

    private static let width = 960
    private static let (left, right) = (84, 12)

    /// Columns, those of several series on top of each other.
    static func columns(
        _ title: String, unit: String, labels: [String], _ series: [Series], marks: [Mark] = [], height: Int = 240, labelEvery: Int? = nil
    ) -> String {
        let top = 34 + (marks.isEmpty ? 0 : 14 * min(marks.count, 8))
        let bottom = 22
        let plot = (width: width - left - right, height: height)
        let count = max(1, labels.count)
        let sums = labels.indices.map { index in series.reduce(0) { $0 + $1.values[index] } }
        let scale = Scale(most: sums.max() ?? 0)
        func y(_ value: Int64) -> Int { top + plot.height - Int(value * Int64(plot.height) / scale.top) }
        func x(_ column: Int) -> Int { left + column * plot.width / count }
        var svg = frame(title, height: top + plot.height + bottom)
        if series.count > 1 { svg += legend(series.map(\.name), titleWidth: title.utf8.count * 8) }
        for value in scale.steps {
            svg += "<line class=\"grid\" x1=\"\(left)\" x2=\"\(width - right)\" y1=\"\(y(value))\" y2=\"\(y(value))\"/>"
            svg += text(left - 6, y(value) + 4, short(value) + (value == scale.top ? " \(unit)" : ""), anchor: "end", soft: true)
        }
        let every = labelEvery ?? max(1, count / 12)
        for column in labels.indices {
            var base: Int64 = 0
            for (index, one) in series.enumerated() where one.values[column] > 0 {
                let (high, low) = (y(base + one.values[column]), y(base))
                let gap = plot.width / count > 4 ? 1 : 0
                svg += "<rect class=\"s\(index % 4)\" x=\"\(x(column) + gap)\" y=\"\(high)\" width=\"\(max(1, x(column + 1) - x(column) - 2 * gap))\""
                svg += " height=\"\(max(1, low - high))\"><title>\(Page.escaped("\(labels[column]), \(one.name): \(grouped(one.values[column])) \(unit)"))</title></rect>"
                base += one.values[column]
            }
            if column % every == 0 { svg += text(x(column) + plot.width / count / 2, top + plot.height + 15, labels[column], anchor: "middle", soft: true) }
        }
        for (row, mark) in marks.enumerated() {
            let at = left + mark.at * plot.width / count / 100
            let height = 34 + 14 * (row % 8)
            svg += "<line class=\"mark\" x1=\"\(at)\" x2=\"\(at)\" y1=\"\(height)\" y2=\"\(top + plot.height)\"/>"
            let isLeft = at > width * 2 / 3
            svg += "<text class=\"marked\" x=\"\(at + (isLeft ? -4 : 4))\" y=\"\(height + 8)\" text-anchor=\"\(isLeft ? "end" : "start")\">\(Page.escaped(mark.text))</text>"
        }
        return svg + "</svg>"
    }

    /// One bar a line, the longest first if so given.
    static func bars(_ title: String, unit: String, _ rows: [(label: String, value: Int64)], labelWidth: Int = 190) -> String {
        let most = max(1, rows.map(\.value).max() ?? 1)
        let room = width - labelWidth - 130
        var svg = frame(title, height: 34 + 20 * max(1, rows.count))
        for (index, row) in rows.enumerated() {
            let y = 30 + 20 * index
            let length = Int(row.value * Int64(room) / most)
            svg += text(labelWidth - 8, y + 12, row.label, anchor: "end")
            svg += "<rect class=\"s0\" x=\"\(labelWidth)\" y=\"\(y)\" width=\"\(max(1, length))\" height=\"15\"/>"
            svg += text(labelWidth + max(1, length) + 6, y + 12, "\(grouped(row.value)) \(unit)", soft: true)
        }
        return svg + "</svg>"
    }

    /// From when until when something was in force, over days.
    static func spans(_ title: String, days: [String], _ rows: [(label: String, from: Int, to: Int)]) -> String {
        let labelWidth = 270
        let room = width - labelWidth - right
        let height = 34 + 22 * rows.count + 20
        var svg = frame(title, height: height)
        let every = max(1, days.count / 12)
        for (index, day) in days.enumerated() where index % every == 0 {
            let at = labelWidth + index * room / days.count
            svg += "<line class=\"grid\" x1=\"\(at)\" x2=\"\(at)\" y1=\"28\" y2=\"\(height - 18)\"/>" + text(at, height - 5, day, anchor: "middle", soft: true)
        }
        for (index, row) in rows.enumerated() {
            let y = 30 + 22 * index
            let from = labelWidth + row.from * room / days.count / 100
            let to = labelWidth + row.to * room / days.count / 100
            svg += text(labelWidth - 8, y + 13, row.label, anchor: "end")
            svg += "<rect class=\"s1\" x=\"\(from)\" y=\"\(y + 2)\" width=\"\(max(2, to - from))\" height=\"14\"><title>\(Page.escaped(row.label))</title></rect>"
        }
        return svg + "</svg>"
    }

    // MARK: Parts

    private static func frame(_ title: String, height: Int) -> String {
        "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(Page.escaped(title))\"><text class=\"head\" x=\"0\" y=\"16\">\(Page.escaped(title))</text>"
    }

    private static func text(_ x: Int, _ y: Int, _ text: String, anchor: String = "start", soft: Bool = false) -> String {
        "<text\(soft ? " class=\"soft\"" : "") x=\"\(x)\" y=\"\(y)\" text-anchor=\"\(anchor)\">\(Page.escaped(text))</text>"
    }

    private static func legend(_ names: [String], titleWidth: Int) -> String {
        var at = max(titleWidth + 24, width - names.reduce(0) { $0 + $1.utf8.count * 7 + 30 })
        var svg = ""
        for (index, name) in names.enumerated() {
            svg += "<rect class=\"s\(index % 4)\" x=\"\(at)\" y=\"7\" width=\"10\" height=\"10\"/>" + text(at + 14, 16, name)
            at += name.utf8.count * 7 + 30
        }
        return svg
    }

    /// A round number at or above the largest value, and the lines below it.
    private struct Scale {
        let top: Int64
        let steps: [Int64]

        init(most: Int64) {
            var unit: Int64 = 1
            while unit * 10 < max(1, most) { unit *= 10 }
            let step = [1, 2, 5, 10].map { unit * $0 }.first { $0 * 4 >= most } ?? unit * 10
            let quarter = max(1, step)
            let count = max(1, (most + quarter - 1) / quarter)
            top = quarter * count
            steps = (0...count).map { $0 * quarter }
        }
    }

    static func grouped(_ value: Int64) -> String {
        let digits = Array(String(value.magnitude))
        var text = value < 0 ? "−" : ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return text
    }

    private static func short(_ value: Int64) -> String {
        if value >= 1_000_000, value % 100_000 == 0 { return tenths(value / 100_000) + " M" }
        if value >= 10_000, value % 1000 == 0 { return grouped(value / 1000) + " k" }
        return grouped(value)
    }

    private static func tenths(_ value: Int64) -> String { value % 10 == 0 ? "\(value / 10)" : "\(value / 10).\(value % 10)" }
}
