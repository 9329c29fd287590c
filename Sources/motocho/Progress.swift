import Foundation

/// A line that tells how far a long command has come: on a terminal only, on standard error, a few times a second.
struct Progress {
    private let what: String
    private let isShown = Output.errorIsTerminal
    private let started = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    private static let interval = Duration.milliseconds(200)

    init(_ what: String) { self.what = what }

    /// - Parameter total: in the same unit as `done`; `nil` if nobody knows.
    mutating func show(_ done: UInt64, of total: UInt64? = nil, _ unit: String = "events") {
        let now = ContinuousClock.now
        guard isShown, last.map({ now - $0 >= Self.interval }) ?? (now - started >= Self.interval) else { return }
        last = now
        let seconds = Self.seconds(now - started)
        let rate = seconds > 0 ? UInt64(Double(done) / seconds) : 0
        var text = "\(what): \(done.grouped) \(unit)"
        if let total, total > 0 { text += " of \(total.grouped), \(min(100, done * 100 / total)) %" }
        text += ", \(rate.grouped)/s"
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
    }

    /// Wipes the line.
    mutating func finish() {
        guard isShown, last != nil else { return }
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K".utf8))
        last = nil
    }

    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}

extension UInt64 {
    /// `1,234,567`
    var grouped: String {
        var digits = ""
        for (index, digit) in String(self).reversed().enumerated() {
            if index > 0, index % 3 == 0 { digits.append(",") }
            digits.append(digit)
        }
        return String(digits.reversed())
    }
}

extension Double {
    /// `1.25`: two digits, for seconds.
    var hundredths: String {
        let whole = Int64((self * 100).rounded())
        let rest = whole % 100
        return "\(whole / 100).\(rest < 10 ? "0" : "")\(rest)"
    }
}
