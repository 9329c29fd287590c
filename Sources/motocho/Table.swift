/// A table for people: aligned columns, numbers to the right, wide characters counted as two. It looks at the first
/// thousand rows to find its widths and then goes on row by row, so a table of millions needs no memory.
struct Table {
    enum Side { case left, right }

    private let output: Output
    private let columns: [(title: String, side: Side)]
    private var widths: [Int]
    private var waiting: [[String]] = []
    private var isFlowing = false
    private static let looked = 1000

    init(_ output: Output, _ columns: [(String, Side)]) {
        self.output = output
        self.columns = columns.map { (title: $0.0, side: $0.1) }
        widths = columns.map { Self.width($0.0) }
    }

    mutating func add(_ cells: [String]) {
        if isFlowing { return line(cells) }
        waiting.append(cells)
        if waiting.count == Self.looked { flow() }
    }

    /// Prints what waits; call once after the last row.
    mutating func finish() { if !isFlowing { flow() } }

    private mutating func flow() {
        isFlowing = true
        for cells in waiting {
            for (index, cell) in cells.enumerated() { widths[index] = max(widths[index], Self.width(cell)) }
        }
        line(columns.map(\.title))
        line(widths.map { String(repeating: "─", count: $0) })
        for cells in waiting { line(cells) }
        waiting = []
    }

    private func line(_ cells: [String]) {
        var text = ""
        for (index, cell) in cells.enumerated() {
            if index > 0 { text += "  " }
            let space = String(repeating: " ", count: max(0, widths[index] - Self.width(cell)))
            switch columns[index].side {
            case .right: text += space + cell
            case .left: text += index == cells.count - 1 ? cell : cell + space
            }
        }
        output.line(text)
    }

    /// Columns a terminal gives the text.
    static func width(_ text: String) -> Int {
        var width = 0
        for scalar in text.unicodeScalars { width += columns(scalar) }
        return width
    }

    /// East Asian wide and full-width forms take two columns, combining marks none.
    private static func columns(_ scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format: return 0
        default: break
        }
        switch scalar.value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD:
            return 2
        default: return 1
        }
    }
}
