import Foundation

/// A line that tells how far a long command has come: on a terminal only, on standard error, a few times a second.
struct Progress {
    private let what: String
    private let isShown = Output.errorIsTerminal
    private let started = ContinuousClock.now
    private var last: ContinuousClock.Instant?
    private static let interval = Duration.milliseconds(200)

    init(_ what: String) { self.what = what }

    /// - Parameter share: how much of the whole is done, in any unit; without a size nobody knows.
    mutating func show(_ done: UInt64, _ unit: String = "events", _ share: (done: UInt64, size: UInt64?)) {
        let now = ContinuousClock.now
        guard isShown, last.map({ now - $0 >= Self.interval }) ?? (now - started >= Self.interval) else { return }
        last = now
        let seconds = Self.seconds(now - started)
        var text = "\(what): \(done.grouped) \(unit)"
        if let size = share.size, size > 0 { text += ", \(min(100, share.done * 100 / size)) %" }
        text += ", \(UInt64(Double(done) / max(seconds, 0.001)).grouped)/s"
        try? FileHandle.standardError.write(contentsOf: Data("\r\u{1B}[K\(text)".utf8))
    }

    /// So many of so many.
    mutating func show(_ done: UInt64, of total: UInt64, _ unit: String = "events") { show(done, unit, (done, total)) }

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
    /// `1.250`: three digits, for seconds.
    var thousandths: String {
        let whole = Int64((self * 1000).rounded())
        let rest = String(whole % 1000)
        return "\(whole / 1000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
    }
}
