public import Ledger

/// The days on which banks in Japan transfer money: not Saturdays, Sundays and holidays, not 31 December to 3 January
/// (銀行営業日). A list of holidays knows the years it names holidays of; a day of another year is unknown, never open.
public struct BusinessDays: Equatable, Sendable {
    private let holidays: Set<Day>
    /// The years the list covers.
    public let covers: Set<Int>

    public init(holidays: Set<Day>) {
        self.holidays = holidays
        covers = Set(holidays.map { $0.calendar.year }).subtracting([0])
    }

    /// Reads lines `2019-10-22,name`. Empty lines, lines that begin with `#` and the header `date,name` are passed over.
    /// - Throws: `holiday-list`, with the line in `record`.
    public init(csv: String) throws(TransferError) {
        var holidays: Set<Day> = []
        let lines = csv.split(omittingEmptySubsequences: false) { $0.isNewline }
        for (index, line) in lines.enumerated() where !line.isEmpty && line.first != "#" && line != "date,name" {
            let parts = line.split(separator: ",", omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[1].isEmpty, let day = Day(String(parts[0])) else {
                throw TransferError(.holidayList, "line", record: index + 1, "a line must read like 2019-10-22,name")
            }
            guard holidays.insert(day).inserted else {
                throw TransferError(.holidayList, "line", record: index + 1, "\(day) stands in the list twice; take one out")
            }
        }
        guard !holidays.isEmpty else {
            throw TransferError(.holidayList, "line", "the list names no holiday; give a line for each, like 2019-10-22,name")
        }
        self.init(holidays: holidays)
    }

    /// False also for a day of a year that the list does not cover.
    public func isBusinessDay(_ day: Day) -> Bool {
        let (year, month, date) = day.calendar
        guard covers.contains(year), !holidays.contains(day) else { return false }
        let isNewYear = month == 1 && date <= 3 || month == 12 && date == 31
        return !isNewYear && !day.isWeekend
    }

    /// The first business day from this one on. `nil` if the list ends before it knows one.
    public func onOrAfter(_ day: Day) -> Day? {
        var day = day
        while covers.contains(day.calendar.year), day.number < .max {
            if isBusinessDay(day) { return day }
            day = Day(number: day.number + 1)
        }
        return nil
    }
}

extension Day {
    /// The parts of the date; zeros outside of the years 1900 to 9999.
    var calendar: (year: Int, month: Int, day: Int) {
        guard (-25_567...2_932_896).contains(number) else { return (0, 0, 0) }
        let parts = description.split(separator: "-").map { Int($0) ?? 0 }
        guard parts.count == 3 else { return (0, 0, 0) }
        return (parts[0], parts[1], parts[2])
    }

    /// Day 0 was a Thursday.
    var isWeekend: Bool {
        let sinceSunday = ((number % 7) + 7 + 4) % 7
        return sinceSunday == 0 || sinceSunday == 6
    }
}

/// A day as a bank file has it: without its year (MMDD).
public struct MonthDay: Hashable, Sendable, CustomStringConvertible {
    public let month: Int
    public let day: Int

    /// `nil` unless some year has this day.
    public init?(month: Int, day: Int) {
        guard (1...12).contains(month), (1...Self.lengths[month - 1]).contains(day) else { return nil }
        self.month = month
        self.day = day
    }

    public init(of day: Day) { (_, month, self.day) = day.calendar }

    /// `11-15`
    public var description: String { (month < 10 ? "0" : "") + String(month) + "-" + (day < 10 ? "0" : "") + String(day) }

    private static let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}
