import Ledger
import Testing

@Suite struct InstantTests {
    @Test(
        "One moment, many spellings",
        arguments: [
            ("1970-01-01T00:00Z", 0), ("1970-01-01T09:00+09:00", 0), ("1969-12-31T24:00Z", 0), ("1970-01-01 09:00 JST", 0),
            ("1970-01-01t00:00:00z", 0), ("1969-12-31T19:00-05:00", 0), ("1970-01-01T00:00:00.000001Z", 1),
            ("1969-12-31T23:59:59.999999Z", -1), ("1970-01-01T00:00:00.5Z", 500_000), ("1970-01-01T00:00:00.123456Z", 123_456),
            ("2019-07-31T17:00+09:00", 1_564_560_000_000_000), ("2019-07-31 08:00:00Z", 1_564_560_000_000_000),
            ("2019-07-31 17:00 JST", 1_564_560_000_000_000), ("2019-07-31T17:00:00.0+09:00", 1_564_560_000_000_000),
            ("2019-09-30 24:00 JST", 1_569_855_600_000_000), ("2019-10-01T00:00+09:00", 1_569_855_600_000_000),
            ("2019-09-30T24:00:00.000+09:00", 1_569_855_600_000_000), ("2000-02-29T00:00Z", 951_782_400_000_000),
            ("2000-03-01T00:00Z", 951_868_800_000_000), ("2016-12-31T24:00Z", 1_483_228_800_000_000),
            ("1900-01-01T00:00Z", -2_208_988_800_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
            ("2019-07-01T00:00-00:00", 1_561_939_200_000_000),
        ] as [(String, Int64)])
    func reading(text: String, microseconds: Int64) {
        #expect(Instant(text)?.microseconds == microseconds)
        #expect(Instant(cut: text)?.microseconds == microseconds)
    }

    @Test(
        "What names no moment is refused",
        arguments: [
            "", " ", "now", "2019", "2019-07", "2019-07-31T", "2019-07-31T17", "2019-07-31T17:00", "2019-07-31T17:0Z",
            "2019-07-31T17:00+9", "2019-07-31T17:00+0900", "2019-07-31T17:00+24:00", "2019-07-31T17:00+09:60",
            "2019-07-31T17:00JST", "2019-07-31T17:00 jst", "2019-07-31T17:00Z ", " 2019-07-31T17:00Z", "2019-07-31T17:00ZZ",
            "2019-02-29T00:00Z", "1900-02-29T00:00Z", "2100-02-29T00:00Z", "2019-04-31T00:00Z", "2019-00-01T00:00Z",
            "2019-13-01T00:00Z", "2019-01-00T00:00Z", "2019-01-32T00:00Z", "1899-12-31T00:00Z", "10000-01-01T00:00Z",
            "2019-07-31T24:01Z", "2019-07-31T24:00:01Z", "2019-07-31T24:00:00.000001Z", "2019-07-31T25:00Z", "2019-07-31T17:60Z",
            "2019-07-31T17:00:60Z", "2019-07-31T17:00:00.Z", "2019-07-31T17:00:00.1234567Z", "2019-07-31T17:00.5Z",
            "2019/07/31T17:00Z", "-2019-07-31T17:00Z", "+2019-07-31T17:00Z", "2019-7-31T17:00Z", "２０１９-07-31T17:00Z",
            "2019-07-31T17:00\u{0}Z", "2019-07-31  17:00Z", "1564560000", "2019-07-31T1e:00Z",
        ])
    func refusing(text: String) {
        #expect(Instant(text) == nil)
        #expect(Instant(cut: text) == nil)
    }

    @Test(
        "A day alone cuts at its end in Japan",
        arguments: [
            ("2019-09-30", "2019-09-30 24:00 JST"), ("2019-12-31", "2020-01-01T00:00+09:00"), ("2020-02-28", "2020-02-29T00:00+09:00"),
            ("1993-06-30", "1993-06-30T15:00Z"),
        ])
    func days(day: String, cut: String) {
        #expect(Instant(day) == nil)
        #expect(Instant(cut: day) == Instant(cut)!)
    }

    @Test(arguments: ["2019-02-29", "2019-9-30", "2019-09-30 ", "2019-09-30 JST", "2019-09-30Z", "1899-12-31"])
    func noDays(day: String) {
        #expect(Instant(cut: day) == nil)
    }

    @Test(arguments: [
        (0, "1970-01-01T09:00:00.000000+09:00", "1970-01-01 09:00:00"), (-1, "1970-01-01T08:59:59.999999+09:00", "1970-01-01 08:59:59"),
        (1_564_560_000_000_000, "2019-07-31T17:00:00.000000+09:00", "2019-07-31 17:00:00"),
        (1_569_855_600_000_000, "2019-10-01T00:00:00.000000+09:00", "2019-10-01 00:00:00"),
        (951_782_399_999_999, "2000-02-29T08:59:59.999999+09:00", "2000-02-29 08:59:59"),
        (-2_208_988_800_000_000, "1900-01-01T09:00:00.000000+09:00", "1900-01-01 09:00:00"),
    ] as [(Int64, String, String)])
    func writing(microseconds: Int64, text: String, short: String) {
        let instant = Instant(microseconds: microseconds)
        #expect(instant.description == text)
        #expect(instant.shortText == short)
    }

    @Test("Every day from 1900 to 2110 follows the day before it, and is read back")
    func calendar() {
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        var expected = Instant("1900-01-01T00:00+09:00")!
        var wrong: [String] = []
        for year in 1900...2110 {
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            for month in 1...12 {
                for day in 1...(lengths[month - 1] + (leap && month == 2 ? 1 : 0)) {
                    let text = "\(year)-\(month < 10 ? "0" : "")\(month)-\(day < 10 ? "0" : "")\(day)"
                    if Instant(text + "T00:00+09:00") != expected || expected.description != text + "T00:00:00.000000+09:00" {
                        wrong.append(text)
                    }
                    expected = expected + 86_400
                    if Instant(cut: text) != expected { wrong.append("end of \(text)") }
                }
            }
        }
        #expect(wrong == [])
    }

    @Test func anyInstantIsReadBack() {
        var random = Random(seed: 3)
        let span = Instant("9999-12-31T00:00Z")!.microseconds - Instant("1900-01-02T00:00Z")!.microseconds
        for _ in 0..<2000 {
            let instant = Instant(microseconds: Instant("1900-01-02T00:00Z")!.microseconds + Int64(random.next() % UInt64(span)))
            #expect(Instant(instant.description) == instant)
        }
    }

    @Test("Addition stops at the ends of time", arguments: [
        (0, 1, 1_000_000), (0, -1, -1_000_000), (.max, 1, .max), (.max, .max, .max), (.min, -1, .min), (0, .max, .max), (0, .min, .min),
        (.max, -1, .max - 1_000_000),
    ] as [(Int64, Int64, Int64)])
    func adding(start: Int64, seconds: Int64, end: Int64) {
        #expect((Instant(microseconds: start) + seconds).microseconds == end)
    }
}
