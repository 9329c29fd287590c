import Foundation

/// One line of the result: what we reach, what could be reached at most on this machine in the same run, what we want.
struct Row: Encodable {
    var name: String
    /// `nil`: it could not be measured; `note` says why.
    var ours: Double?
    var limit: Double?
    var unit: String
    var ratio: Double?
    /// In words: `ratio >= 0.4`, `ours < 2`. Empty: none, the number is for information.
    var goal: String
    var p50: Double?
    var p99: Double?
    var note: String?

    init(
        _ name: String, _ ours: Double?, limit: Double? = nil, _ unit: String, goal: String = "", p50: Double? = nil, p99: Double? = nil,
        note: String? = nil
    ) {
        self.name = name
        self.ours = ours
        self.limit = limit
        self.unit = unit
        self.goal = goal
        self.p50 = p50
        self.p99 = p99
        self.note = note
        if let ours, let limit, limit > 0 { ratio = ours / limit }
    }

    private enum Column: String, CodingKey { case name, ours, limit, unit, ratio, goal, met, p50, p99, note }

    /// Every column in every line, `null` where there is nothing.
    func encode(to encoder: any Encoder) throws {
        var columns = encoder.container(keyedBy: Column.self)
        try columns.encode(name, forKey: .name)
        try columns.encode(ours, forKey: .ours)
        try columns.encode(limit, forKey: .limit)
        try columns.encode(unit, forKey: .unit)
        try columns.encode(ratio, forKey: .ratio)
        try columns.encode(goal, forKey: .goal)
        try columns.encode(isMet, forKey: .met)
        try columns.encodeIfPresent(p50, forKey: .p50)
        try columns.encodeIfPresent(p99, forKey: .p99)
        try columns.encodeIfPresent(note, forKey: .note)
    }

    /// Whether every part of the goal holds; `nil` without a goal or a number.
    var isMet: Bool? {
        guard !goal.isEmpty, ours != nil else { return nil }
        for part in goal.components(separatedBy: " and ") {
            let words = part.split(separator: " ")
            guard words.count == 3, let bound = Double(words[2]), let value = words[0] == "ratio" ? ratio : ours else { return nil }
            switch words[1] {
            case ">=": if value < bound { return false }
            case "<=": if value > bound { return false }
            default: if value >= bound { return false }
            }
        }
        return true
    }
}

/// Prints rows as they come.
struct Printer {
    let isJSON: Bool

    func heading() {
        guard !isJSON else { return }
        line(["", "ours", "limit", "ratio", "p50 ms", "p99 ms", "unit", "goal", ""])
    }

    func print(_ row: Row) {
        if isJSON {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            guard let bytes = try? encoder.encode(row) else { return }
            FileHandle.standardOutput.write(bytes + Data("\n".utf8))
            return
        }
        let met = row.isMet.map { $0 ? "met" : "MISSED" } ?? ""
        line([
            row.name, Self.text(row.ours), Self.text(row.limit), Self.text(row.ratio), Self.text(row.p50), Self.text(row.p99), row.unit,
            row.goal, [met, row.note ?? ""].filter { !$0.isEmpty }.joined(separator: "; "),
        ])
    }

    private func line(_ cells: [String]) {
        let widths = [62, 12, 12, 8, 9, 9, 12, 34, 0]
        var line = ""
        for (index, cell) in cells.enumerated() {
            let space = String(repeating: " ", count: max(0, widths[index] - cell.count))
            line += (1...5).contains(index) ? space + cell + " " : cell + space + " "
            if index == 5 { line += " " }
        }
        while line.hasSuffix(" ") { line.removeLast() }
        FileHandle.standardOutput.write(Data((line + "\n").utf8))
    }

    private static func text(_ number: Double?) -> String {
        guard let number else { return "-" }
        if number >= 1000 {
            var digits = String(Int(number.rounded()))
            var at = digits.count - 3
            while at > 0 {
                digits.insert(",", at: digits.index(digits.startIndex, offsetBy: at))
                at -= 3
            }
            return digits
        }
        return String(format: number >= 100 ? "%.0f" : number >= 10 ? "%.1f" : "%.2f", number)
    }
}

/// The one in the middle.
func median(_ numbers: [Double]) -> Double? {
    guard !numbers.isEmpty else { return nil }
    let sorted = numbers.sorted()
    return sorted.count % 2 == 1 ? sorted[sorted.count / 2] : (sorted[sorted.count / 2 - 1] + sorted[sorted.count / 2]) / 2
}

func percentile(_ sorted: [Double], _ part: Double) -> Double? {
    sorted.isEmpty ? nil : sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
}

func elapsed(since start: ContinuousClock.Instant) -> Double {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Double(seconds) + Double(attoseconds) / 1e18
}
