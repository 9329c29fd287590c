/// A page that stands alone: one file, no script, nothing fetched; readable in light and dark, on screen and on paper.
struct Page {
    private var body = ""
    private let title: String
    private let language: String
    /// Printed at the foot of every page.
    private let foot: String?

    init(title: String, lead: [String], language: String = "en", foot: String? = nil) {
        self.title = title
        self.language = language
        self.foot = foot
        body += "<h1>\(Self.escaped(title))</h1>\n"
        for line in lead { body += "<p class=\"lead\">\(Self.escaped(line))</p>\n" }
    }

    mutating func section(_ heading: String, _ note: String? = nil) {
        body += "<h2>\(Self.escaped(heading))</h2>\n"
        if let note { body += "<p>\(Self.escaped(note))</p>\n" }
    }

    mutating func add(_ plot: String) { body += "<figure>\(plot)</figure>\n" }

    /// Numbers stand to the right: every column but those named.
    mutating func table(_ columns: [String], left: Set<Int> = [0], _ rows: [[String]]) {
        func cells(_ row: [String], _ tag: String) -> String {
            row.enumerated().map { "<\(tag)\(left.contains($0) ? "" : " class=\"n\"")>\(Self.escaped($1))</\(tag)>" }.joined()
        }
        body += "<div class=\"wide\"><table><thead><tr>\(cells(columns, "th"))</tr></thead><tbody>\n"
        for row in rows { body += "<tr>\(cells(row, "td"))</tr>\n" }
        body += "</tbody></table></div>\n"
    }

    /// Names and what they come to.
    mutating func figures(_ figures: [(name: String, value: String, isNumber: Bool)]) {
        body += "<div class=\"wide\"><table><tbody>\n"
        for figure in figures {
            body += "<tr><td>\(Self.escaped(figure.name))</td><td class=\"\(figure.isNumber ? "n" : "t")\">\(Self.escaped(figure.value))</td></tr>\n"
        }
        body += "</tbody></table></div>\n"
    }

    var html: String {
        """
        <!DOCTYPE html>
        <html lang="\(language)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(Self.escaped(title))</title>
        <style>
        \(Self.style)
        </style>
        </head>
        <body>
        <main>
        \(body)</main>
        \(foot.map { "<footer>\(Self.escaped($0))</footer>" } ?? "")
        </body>
        </html>

        """
    }

    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text.unicodeScalars {
            switch character {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            default: escaped.unicodeScalars.append(character)
            }
        }
        return escaped
    }

    /// Series colours differ in lightness too, so that they can be told apart without colour.
    private static let style = """
        :root { --ink:#1c2430; --soft:#5b6675; --line:#d5dbe3; --ground:#ffffff; --s0:#1f5fae; --s1:#e0862d; --s2:#3c9d6b; --s3:#8c4fa3; --mark:#c0392b; }
        @media (prefers-color-scheme: dark) { :root { --ink:#e6eaf0; --soft:#9aa6b5; --line:#39424f; --ground:#14181e; --s0:#6ea8ee; --s1:#f0ad63; --s2:#6fcb98; --s3:#c792dd; --mark:#ef7668; } }
        body { margin:0; background:var(--ground); color:var(--ink); font:15px/1.5 system-ui, sans-serif; }
        main { max-width:1000px; margin:0 auto; padding:24px 16px 64px; }
        h1 { font-size:26px; margin:0 0 8px; } h2 { font-size:19px; margin:40px 0 4px; border-top:1px solid var(--line); padding-top:16px; }
        p { margin:4px 0 12px; color:var(--soft); } p.lead { margin:2px 0; }
        figure { margin:12px 0; } svg { width:100%; height:auto; display:block; }
        .wide { overflow-x:auto; } table { border-collapse:collapse; font-variant-numeric:tabular-nums; margin:8px 0 16px; }
        th, td { text-align:left; padding:3px 12px 3px 0; border-bottom:1px solid var(--line); white-space:nowrap; }
        th { font-weight:600; } .n { text-align:right; }
        svg text { fill:var(--ink); font:11px system-ui, sans-serif; } svg .soft { fill:var(--soft); } svg .head { font-weight:600; font-size:13px; }
        svg .grid { stroke:var(--line); stroke-width:1; } svg .mark { stroke:var(--mark); stroke-width:1; stroke-dasharray:4 3; } svg .marked { fill:var(--mark); }
        .s0 { fill:var(--s0); } .s1 { fill:var(--s1); } .s2 { fill:var(--s2); } .s3 { fill:var(--s3); }
        footer { display:none; font-size:9px; color:var(--soft); }
        @page { margin:18mm 14mm 20mm; }
        @media print { main { max-width:none; padding:0; } h2 { break-after:avoid; } tr { break-inside:avoid; } td, th { white-space:normal; }
          footer { display:block; position:fixed; bottom:0; left:0; right:0; overflow-wrap:anywhere; } }

        """
}
