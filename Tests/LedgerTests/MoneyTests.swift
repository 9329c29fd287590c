import Ledger
import Testing

@Suite struct MoneyTests {
    static let yen = Currency.yen
    static let koruna = Currency("CZK:2")!

    @Test(
        "A decimal string is minor units, or nothing",
        arguments: [
            // text, JPY:0, CZK:2
            ("0", 0, 0), ("1", 1, 100), ("3000", 3000, 300_000), ("007", 7, 700), ("700.5", nil, 70_050), ("700.50", nil, 70_050),
            ("700.555", nil, nil), ("0.01", nil, 1), ("1.0", nil, 100), ("1.", nil, nil), (".5", nil, nil), (".", nil, nil),
            ("", nil, nil), ("-1", nil, nil), ("+1", nil, nil), ("1e3", nil, nil), ("1,000", nil, nil), (" 1", nil, nil),
            ("1 ", nil, nil), ("1.2.3", nil, nil), ("1..2", nil, nil), ("0x10", nil, nil), ("１", nil, nil), ("٣", nil, nil), ("NaN", nil, nil),
            ("9223372036854775807", Int64.max, nil), ("9223372036854775808", nil, nil), ("92233720368547758.07", nil, .max),
            ("92233720368547758.08", nil, nil), ("92233720368547759", 92_233_720_368_547_759, nil),
            ("99999999999999999999999999", nil, nil), ("18446744073709551617", nil, nil),
            ("00000000000000000000000000000001", 1, 100),
        ] as [(String, Int64?, Int64?)])
    func parsing(text: String, yen: Int64?, koruna: Int64?) {
        #expect(Self.yen.units(parsing: text) == yen)
        #expect(Self.koruna.units(parsing: text) == koruna)
    }

    @Test(
        "Minor units are printed with the currency's digits, and grouped for people",
        arguments: [
            (0, "0", "0.00", "0", "0.00"), (1, "1", "0.01", "1", "0.01"), (-1, "-1", "-0.01", "-1", "-0.01"),
            (99, "99", "0.99", "99", "0.99"), (100, "100", "1.00", "100", "1.00"), (-100, "-100", "-1.00", "-100", "-1.00"),
            (1000, "1000", "10.00", "1,000", "10.00"), (-123_456, "-123456", "-1234.56", "-123,456", "-1,234.56"),
            (38_615_473, "38615473", "386154.73", "38,615,473", "386,154.73"),
            (
                .max, "9223372036854775807", "92233720368547758.07", "9,223,372,036,854,775,807", "92,233,720,368,547,758.07"
            ),
            (
                .min, "-9223372036854775808", "-92233720368547758.08", "-9,223,372,036,854,775,808", "-92,233,720,368,547,758.08"
            ),
        ] as [(Int64, String, String, String, String)])
    func printing(units: Int64, yen: String, koruna: String, yenGrouped: String, korunaGrouped: String) {
        #expect(Self.yen.text(units) == yen)
        #expect(Self.koruna.text(units) == koruna)
        #expect(Self.yen.grouped(units) == yenGrouped)
        #expect(Self.koruna.grouped(units) == korunaGrouped)
    }

    @Test("What is printed is read back", arguments: 0...4)
    func roundTrip(exponent: Int) {
        let currency = Currency(code: "XTS", exponent: exponent)!
        var random = Random(seed: UInt64(exponent) + 1)
        for _ in 0..<500 {
            let units = Int64(random.next() >> UInt64(1 + random.below(63)))
            #expect(currency.units(parsing: currency.text(units)) == units)
        }
    }

    @Test(arguments: [
        ("JPY:0", true), ("CZK:2", true), ("BHD:3", true), ("CLF:4", true), ("XXX:5", false), ("jpy:0", false), ("JPY", false),
        ("JPY:", false), ("JPY:x", false), ("JPY:-1", false), ("JPY:+0", false), ("JPY:00", false), ("JPY:0:0", false), (":0", false),
        ("YEN1:0", false), ("ＪＰＹ:0", false), ("", false),
    ])
    func currencies(text: String, good: Bool) {
        #expect((Currency(text) != nil) == good)
        if good { #expect(Currency(text)?.description == text) }
    }

    @Test(arguments: [
        (Int64.min, false), (-1, false), (0, false), (1, true), (999_999_999_999_999, true), (1_000_000_000_000_000, false), (.max, false),
    ])
    func amounts(units: Int64, good: Bool) {
        #expect((Amount(units) != nil) == good)
    }

    @Test("Account codes keep class and ordinal apart")
    func accountCodes() {
        for accountClass in AccountClass.allCases {
            for ordinal: UInt64 in [0, 1, 255, 1 << 55, (1 << 56) - 1] {
                let code = AccountCode(accountClass, ordinal)
                #expect(code.accountClass == accountClass && code.ordinal == ordinal)
                #expect(code.memberOrdinal == (accountClass == .member ? ordinal : nil))
            }
        }
        let names: [(AccountCode, String)] = [
            (.none, "none"), (.member(17), "liab.member.17"), (.merchant(2), "liab.merchant.2"), (.bank, "asset.bank"),
            (.receivable(.creditCard), "asset.receivable.creditCard"), (.partnerFee(.point), "expense.partnerFee.point"),
            (AccountCode(.receivable, 9), "asset.receivable.9"), (.equity, "equity.owner"), (.suspense, "liab.suspense"),
            (.payoutInTransit(3), "liab.payoutInTransit.3"), (.unclaimed(4), "liab.unclaimed.4"), (AccountCode(rawValue: 1), "unknown.1"),
        ]
        for (code, name) in names { #expect(code.description == name) }
        #expect(AccountCode.none.accountClass == nil && AccountCode.none.isNone)
    }
}

/// SplitMix64: the same seed, the same sequence, on every machine.
struct Random: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<T>(_ from: [T]) -> T { from[below(from.count)] }
}
