/// A point in time: microseconds since 1970-01-01T00:00:00Z. Order in the ledger is the position, never a time.
public struct Instant: Hashable, Comparable, Sendable {
    public var microseconds: Int64

    public init(microseconds: Int64) { self.microseconds = microseconds }

    public static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }
    /// Stops at the ends of representable time.
    public static func + (left: Instant, seconds: Int64) -> Instant {
        let (micros, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        let (sum, overflow2) = left.microseconds.addingReportingOverflow(micros)
        return Instant(microseconds: overflow || overflow2 ? (seconds < 0 ? .min : .max) : sum)
    }

    /// Japan Standard Time is fixed at UTC+09:00, without daylight saving.
    public static let japanOffset: Int64 = 9 * 3600
}

extension Instant {
    /// Reads RFC 3339 with the seconds optional (`2019-07-31T17:00+09:00`, `2019-07-31 08:00:00.5Z`) and the Japanese
    /// form (`2019-09-30 24:00 JST`, where 24:00 is the end of that day). At most six digits of a second are kept;
    /// more are refused. `nil` if the text is neither, or names no day of the calendar (years 1900 … 9999).
    public init?(_ text: String) {
        var reader = Digits(text)
        guard let day = reader.day() else { return nil }
        guard reader.skip("T") || reader.skip("t") || reader.skip(" ") else { return nil }
        guard let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2) else { return nil }
        var second: Int64 = 0
        var micros: Int64 = 0
        if reader.skip(":") {
            guard let s = reader.number(2), s < 60 else { return nil }
            second = s
            if reader.skip(".") {
                guard let fraction = reader.fraction() else { return nil }
                micros = fraction
            }
        }
        let endOfDay = hour == 24 && minute == 0 && second == 0 && micros == 0
        guard hour < 24 || endOfDay, minute < 60, let offset = reader.offset(), reader.isAtEnd else { return nil }
        let seconds = day * 86_400 + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: seconds * 1_000_000 + micros)
    }

    /// Reads a cut of the log: an instant as `init(_:)`, or a day alone (`1993-06-30`), which means the end of that
    /// day in Japan (24:00 JST), so that "as of a day" includes the day. Cuts are strict: what is at the instant is out.
    public init?(cut text: String) {
        var reader = Digits(text)
        if let day = reader.day(), reader.isAtEnd {
            self.init(microseconds: ((day + 1) * 86_400 - Self.japanOffset) * 1_000_000)
        } else {
            self.init(text)
        }
    }

    /// RFC 3339 in Japan Standard Time with six digits of a second: `2019-07-31T17:00:00.000000+09:00`.
    public var description: String { rendered(fraction: true) + "+09:00" }

    /// For tables: `2019-07-31 17:00:00`, Japan Standard Time.
    public var shortText: String { rendered(fraction: false, separator: " ") }

    private func rendered(fraction: Bool, separator: String = "T") -> String {
        let (seconds, micros) = microseconds.flooredDivision(by: 1_000_000)
        let (days, secondOfDay) = (seconds + Self.japanOffset).flooredDivision(by: 86_400)
        let (year, month, day) = Calendar.date(ofDay: days)
        var text = "\(year.padded(4))-\(month.padded(2))-\(day.padded(2))\(separator)"
        text += "\((secondOfDay / 3600).padded(2)):\((secondOfDay / 60 % 60).padded(2)):\((secondOfDay % 60).padded(2))"
        if fraction { text += ".\(micros.padded(6))" }
        return text
    }
}

extension Instant: CustomStringConvertible {}

/// The Gregorian calendar, extended backwards: days since 1970-01-01 and back (after H. Hinnant's civil-day algorithms).
enum Calendar {
    static func day(year: Int64, month: Int64, day: Int64) -> Int64 {
        let y = month <= 2 ? year - 1 : year
        let era = y.flooredDivision(by: 400).quotient
        let yearOfEra = y - era * 400
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    static func date(ofDay days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = (days + 719_468).flooredDivision(by: 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}

extension Int64 {
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }

    func padded(_ width: Int) -> String {
        let digits = String(self)
        return String(repeating: "0", count: Swift.max(0, width - digits.utf8.count)) + digits
    }
}

/// Reads fixed-width numbers and separators from the left of a text.
private struct Digits {
    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ text: StaticString) -> Bool {
        let wanted = text.description.utf8
        guard rest.starts(with: wanted) else { return false }
        rest = rest.dropFirst(wanted.count)
        return true
    }

    mutating func number(_ width: Int) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    mutating func fraction() -> Int64? {
        let digits = rest.prefix { (48...57).contains($0) }
        guard (1...6).contains(digits.count) else { return nil }
        rest = rest.dropFirst(digits.count)
        let value = digits.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        return (digits.count..<6).reduce(value) { value, _ in value * 10 }
    }

    /// Days since 1970-01-01.
    mutating func day() -> Int64? {
        guard let year = number(4), skip("-"), let month = number(2), skip("-"), let day = number(2),
            year >= 1900, (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        let days = Calendar.day(year: year, month: month, day: day)
        return Calendar.date(ofDay: days) == (year, month, day) ? days : nil
    }

    /// Seconds east of UTC.
    mutating func offset() -> Int64? {
        if skip("Z") || skip("z") { return 0 }
        if skip(" JST") { return Instant.japanOffset }
        let sign: Int64
        if skip("+") { sign = 1 } else if skip("-") { sign = -1 } else { return nil }
        guard let hours = number(2), skip(":"), let minutes = number(2), hours < 24, minutes < 60 else { return nil }
        return sign * (hours * 3600 + minutes * 60)
    }
}
