import Ledger
import Testing

@testable import Exchange

@Suite struct BatchTests {
    @Test(
        "A batch that must not go to a bank, and why",
        arguments: [
            // transfers, limits, date, code
            ([], .layout, "2019-11-15", .noItems),
            ([Sample.pay(1, 1), Sample.pay(2, 2)], FileLimits(items: 1)!, "2019-11-15", .tooManyItems),
            ([Sample.pay(1, 0)], .layout, "2019-11-15", .amountZero),
            ([Sample.pay(1, -1)], .layout, "2019-11-15", .amountZero),
            ([Sample.pay(1, .min)], .layout, "2019-11-15", .amountZero),
            ([Sample.pay(1, 10_000_000_000)], .layout, "2019-11-15", .amountTooLarge),
            ([Sample.pay(1, .max), Sample.pay(2, .max)], .layout, "2019-11-15", .amountTooLarge),
            ([Sample.pay(1, 600), Sample.pay(2, 401)], FileLimits(total: 1000)!, "2019-11-15", .totalTooLarge),
            ([Sample.pay(0, 1)], .layout, "2019-11-15", .customerNumber),
            ([Sample.pay(10_000_000_000, 1)], .layout, "2019-11-15", .customerNumber),
            ([Sample.pay(1, 1, batch: 0)], .layout, "2019-11-15", .customerNumber),
            ([Sample.pay(1, 1, batch: .max)], .layout, "2019-11-15", .customerNumber),
            ([Sample.pay(1, 1), Sample.pay(2, 2, batch: 2)], .layout, "2019-11-15", .otherBatch),
            ([Sample.pay(1, 1), Sample.pay(1, 2)], .layout, "2019-11-15", .refundTwice),
            ([Sample.pay(1, 5), Sample.pay(2, 5)], .layout, "2019-11-15", .duplicate),
            ([Sample.pay(1, 5)], .layout, "2019-11-16", .holiday),
            ([Sample.pay(1, 5)], .layout, "2019-10-22", .holiday),
            ([Sample.pay(1, 5)], .layout, "2019-12-31", .holiday),
            ([Sample.pay(1, 5)], .layout, "2020-01-03", .holiday),
            ([Sample.pay(1, 5)], .layout, "2018-11-15", .dateNotCovered),
            ([Sample.pay(1, 5)], .layout, "2021-12-31", .dateNotCovered),
            ([Sample.pay(1, 5)], .layout, "2022-01-04", .dateNotCovered),
        ] as [([TransferInstruction], FileLimits, String, ExchangeCode)])
    func refused(instructions: [TransferInstruction], limits: FileLimits, date: String, code: ExchangeCode) {
        let batch = Sample.batch(date: Day(date)!, instructions)
        #expect { _ = try Zengin.encode(batch, limits: limits, businessDays: .japan) } throws: { ($0 as? TransferError)?.code == code }
        #expect {
            _ = try Pain001.encode(batch, messageID: "M", createdAt: Instant(microseconds: 0), limits: limits, businessDays: .japan)
        } throws: {
            ($0 as? TransferError)?.code == code
        }
    }

    @Test("What looks like a duplicate and is none, and a duplicate somebody allowed") func duplicates() throws {
        let other = try BankAccount(bank: "9998", branch: "002", type: .current, number: "0000123", holder: "ヤマダ")
        let near = try BankAccount(bank: "9998", branch: "002", type: .ordinary, number: "0000124", holder: "ヤマダ タロウ")
        let batch = Sample.batch([Sample.pay(1, 5), Sample.pay(2, 6), Sample.pay(3, 5, to: other), Sample.pay(4, 5, to: near)])
        _ = try Zengin.encode(batch, limits: .layout, businessDays: .japan)
        let twice = Sample.batch([Sample.pay(1, 5), Sample.pay(2, 5)])
        let bytes = try Zengin.encode(twice, limits: FileLimits(duplicatesAllowed: true)!, businessDays: .japan)
        #expect(try Zengin.decode(bytes).instructions == twice.instructions)
        // The holder's name does not make another account.
        let renamed = try BankAccount(bank: "9998", branch: "002", type: .ordinary, number: "123", holder: "ヤマダ")
        #expect { _ = try Zengin.encode(Sample.batch([Sample.pay(1, 5), Sample.pay(2, 5, to: renamed)]), limits: .layout, businessDays: .japan) } throws: {
            ($0 as? TransferError)?.code == .duplicate && ($0 as? TransferError)?.refund == 2
        }
    }

    @Test("As much as fits") func greatest() throws {
        let most = Sample.batch((1...101).map { Sample.pay($0 == 101 ? FileLimits.greatestNumber : UInt64($0), FileLimits.greatestAmount) })
        #expect { _ = try Zengin.encode(most, limits: FileLimits(duplicatesAllowed: true)!, businessDays: .japan) } throws: {
            ($0 as? TransferError)?.code == .totalTooLarge
        }
        let fits = Sample.batch(Array(most.instructions.dropFirst()))
        let bytes = try Zengin.encode(fits, limits: FileLimits(duplicatesAllowed: true)!, businessDays: .japan, lineEnds: .none)
        let file = try Zengin.decode(bytes)
        #expect(file.total == 999_999_999_900 && file.instructions == fits.instructions)
    }

    @Test("Limits are within the layout", arguments: [(0, 1, false), (1, 0, false), (1, 1, true), (999_999, 999_999_999_999, true), (1_000_000, 1, false), (1, 1_000_000_000_000, false), (-1, 1, false)])
    func limits(items: Int, total: Int64, good: Bool) {
        #expect((FileLimits(items: items, total: total) != nil) == good)
    }

    @Test(
        "Business days",
        arguments: [
            // day, open, the first open day from it on
            ("2019-10-11", true, "2019-10-11"), ("2019-10-12", false, "2019-10-15"), ("2019-10-14", false, "2019-10-15"), ("2019-10-22", false, "2019-10-23"),
            ("2019-11-04", false, "2019-11-05"), ("2019-11-15", true, "2019-11-15"), ("2019-11-29", true, "2019-11-29"), ("2019-11-30", false, "2019-12-02"),
            ("2019-12-01", false, "2019-12-02"), ("2019-12-30", true, "2019-12-30"), ("2019-12-31", false, "2020-01-06"), ("2020-01-01", false, "2020-01-06"),
            ("2020-01-02", false, "2020-01-06"), ("2020-01-03", false, "2020-01-06"), ("2020-01-06", true, "2020-01-06"), ("2020-01-13", false, "2020-01-14"),
            ("2019-04-27", false, "2019-05-07"), ("2020-02-24", false, "2020-02-25"), ("2020-02-29", false, "2020-03-02"), ("2020-07-23", false, "2020-07-27"),
            ("2021-07-19", true, "2021-07-19"), ("2021-07-22", false, "2021-07-26"), ("2021-12-30", true, "2021-12-30"), ("2021-12-31", false, nil),
            ("2018-12-28", false, nil), ("2019-01-01", false, "2019-01-04"), ("2022-03-01", false, nil),
        ] as [(String, Bool, String?)])
    func businessDays(day: String, open: Bool, next: String?) {
        #expect(BusinessDays.japan.isBusinessDay(Day(day)!) == open)
        #expect(BusinessDays.japan.onOrAfter(Day(day)!)?.description == next)
    }

    @Test("The list that is built in is the list in Specs") func builtIn() throws {
        let csv = String(decoding: try Sample.specs("holidays-japan.csv"), as: UTF8.self)
        #expect(try BusinessDays(csv: csv) == .japan)
        #expect(BusinessDays.japan.covers == [2019, 2020, 2021])
        let lines = csv.split(separator: "\n").filter { !$0.hasPrefix("#") }.dropFirst()
        #expect(lines.map(String.init) == BusinessDays.holidaysOfJapan.map { "\($0.date),\($0.name)" })
        #expect(BusinessDays.holidaysOfJapan.count == 57)
    }

    @Test(arguments: [
        ("2019-01-01,x\r\n2019-01-14,y\r\n", nil), ("2019-01-01,x\n2019-01-01,x\n", 2), ("2019-1-1,x", 1), ("date,name\n2019-02-29,x", 2), ("2019-01-01", 1),
        ("2019-01-01,", 1), ("2019-01-01,x,y", 1), ("x", 1), ("", 0), ("# only a comment\n", 0),
    ] as [(String, Int?)])
    func holidayLists(csv: String, line: Int?) {
        guard let line else {
            #expect(throws: Never.self) { _ = try BusinessDays(csv: csv) }
            return
        }
        #expect { _ = try BusinessDays(csv: csv) } throws: {
            ($0 as? TransferError)?.code == .holidayList && (($0 as? TransferError)?.record ?? 0) == line
        }
    }

    @Test("The ends of representable time are closed") func endsOfTime() {
        for number in [Int32.min, -1, 0, .max] {
            #expect(!BusinessDays.japan.isBusinessDay(Day(number: number)))
            #expect(BusinessDays.japan.onOrAfter(Day(number: number)) == nil)
            let batch = Sample.batch(date: Day(number: number), [Sample.pay(1, 1)])
            #expect { _ = try Zengin.encode(batch, limits: .layout, businessDays: .japan) } throws: { ($0 as? TransferError)?.code == .dateNotCovered }
            #expect(throws: Never.self) { _ = try BankResult.write(batch) }
        }
    }

    @Test("Each code is explained") func codes() throws {
        let page = String(decoding: try Sample.specs("bank-files.md"), as: UTF8.self)
        for code in ExchangeCode.allCases { #expect(page.contains("`\(code.rawValue)`"), "\(code.rawValue)") }
    }
}

/// A file handed out is known again by what it comes to.
@Suite struct SummaryTests {
    @Test func whatWasWrittenIsCounted() throws {
        let rows = try (1...3).map {
            PaymentCertificates.Row(
                refund: $0, payee: try PostalAddress(name: "見本花子", postcode: "1000001", address: "東京都千代田区千代田1-1"), amount: Int64($0) * 100)
        }
        let list = try PaymentCertificates.csv(rows)
        #expect(try #require(PaymentCertificates.summary(list)) == (3, 600))
        #expect(PaymentCertificates.summary(Array(list.dropLast(3))) == nil)
        #expect(Pain001.summary(list) == nil)
        let xml = try Pain001.encode(Sample.batch, messageID: "m-1", createdAt: Instant(microseconds: 0), limits: .layout, businessDays: .japan)
        #expect(try #require(Pain001.summary(xml)) == (2, 1514))
        #expect(PaymentCertificates.summary(xml) == nil)
    }
}
