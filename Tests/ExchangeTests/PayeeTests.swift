import Ledger
import Testing

@testable import Exchange

@Suite struct PayeeTests {
    @Test(
        "Japan Post: symbol and number become a branch and an account",
        arguments: [
            ("10530", "12345671", "058", "ｾﾞﾛｺﾞﾊﾁ", AccountType.ordinary, "1234567"), ("１０５３０", "１２３４５６７１", "058", "ｾﾞﾛｺﾞﾊﾁ", .ordinary, "1234567"),
            ("10000", "11", "008", "ｾﾞﾛｾﾞﾛﾊﾁ", .ordinary, "0000001"), ("19990", "123451", "998", "ｷﾕｳｷﾕｳﾊﾁ", .ordinary, "0012345"),
            ("14270", "00000011", "428", "ﾖﾝﾆﾊﾁ", .ordinary, "0000001"), ("13660", "1231", "368", "ｻﾝﾛｸﾊﾁ", .ordinary, "0000123"),
            ("11710", "77777771", "178", "ｲﾁﾅﾅﾊﾁ", .ordinary, "7777777"), ("00120", "654321", "019", "ｾﾞﾛｲﾁｷﾕｳ", .current, "0654321"), ("00990", "5", "099", "ｾﾞﾛｷﾕｳｷﾕｳ", .current, "0000005"),
        ])
    func japanPost(symbol: String, number: String, branch: String, name: String, type: AccountType, account: String) throws {
        let payee = try JapanPost.account(symbol: symbol, number: number, holder: "ヨーコ スズキ")
        #expect(payee.bank == "9900" && payee.bankName == "ﾕｳﾁﾖ" && payee.branch == branch && payee.branchName == name)
        #expect(payee.type == type && payee.number == account && payee.holder == "ﾖ-ｺ ｽｽﾞｷ")
    }

    @Test(arguments: [
        ("1053", "12345671", ExchangeCode.notDigits), ("105300", "12345671", .notDigits), ("1053A", "12345671", .notDigits), ("", "1", .notDigits), ("20530", "12345671", .symbolUnknown),
        ("10530", "", .notDigits), ("10530", "123456781", .notDigits), ("10530", "1234567-1", .notDigits), ("10530", "12345672", .numberUnknown), ("10530", "1", .numberUnknown),
        ("00120", "12345678", .numberUnknown), ("00120", "", .notDigits), ("10530", "٣١", .notDigits),
    ])
    func japanPostRefused(symbol: String, number: String, code: ExchangeCode) {
        #expect { _ = try JapanPost.account(symbol: symbol, number: number, holder: "A") } throws: { ($0 as? PayeeError)?.code == code }
    }

    @Test(
        "Accounts that are none",
        arguments: [
            ("999", "001", "1", "A", "bank"), ("99999", "001", "1", "A", "bank"), ("", "001", "1", "A", "bank"), ("99 9", "001", "1", "A", "bank"), ("-999", "001", "1", "A", "bank"),
            ("9998", "01", "1", "A", "branch"), ("9998", "0001", "1", "A", "branch"), ("9998", "001", "", "A", "number"), ("9998", "001", "12345678", "A", "number"),
            ("9998", "001", "1 2", "A", "number"), ("9998", "001", "+1", "A", "number"), ("9998", "001", "1", "", "holder"), ("9998", "001", "1", "山田", "holder"),
        ])
    func accounts(bank: String, branch: String, number: String, holder: String, field: String) {
        #expect { _ = try BankAccount(bank: bank, branch: branch, type: .ordinary, number: number, holder: holder) } throws: {
            ($0 as? PayeeError)?.field == field
        }
    }

    @Test func normalised() throws {
        let account = try BankAccount(bank: "０００１", bankName: "みずほ", branch: "００１", branchName: "", type: .savings, number: "４２", holder: "おだ　をさむ", mapsWo: true)
        #expect(account.bank == "0001" && account.bankName == "ﾐｽﾞﾎ" && account.branch == "001" && account.number == "0000042" && account.holder == "ｵﾀﾞ ｵｻﾑ")
        #expect { _ = try BankAccount(bank: "0001", bankName: "ミツビシユーエフジェイギンコウ", branch: "001", type: .ordinary, number: "1", holder: "A") } throws: {
            ($0 as? PayeeError)?.code == .nameTooLong && ($0 as? PayeeError)?.field == "bankName"
        }
        #expect { _ = try Originator(code: "1", name: "A", bank: "0001", branch: "001", type: .savings, number: "1") } throws: { ($0 as? PayeeError)?.code == .accountType }
        #expect { _ = try Originator(code: "12345678901", name: "A", bank: "0001", branch: "001", type: .other, number: "1") } throws: { ($0 as? PayeeError)?.field == "code" }
        #expect(try Originator(code: "1", name: "A", bank: "0001", branch: "001", type: .other, number: "1").code == "0000000001")
    }

    @Test("A payee is one line and is read from it", arguments: 0..<50) func lines(seed: Int) throws {
        var random = Random(seed: UInt64(seed) + 7)
        let payee = Payee.bank(random.account())
        #expect(Payee(text: payee.text) == payee)
        #expect(!payee.text.contains("\n") && !CardNumber.appears(in: payee.text))
    }

    @Test func lineForms() throws {
        let bank = "bank|9900|ﾕｳﾁﾖ|058|ｾﾞﾛｺﾞﾊﾁ|ordinary|1234567|ﾖ-ｺ ｽｽﾞｷ"
        #expect(Payee.bank(Sample.suzuki).text == bank && Payee(text: bank) == .bank(Sample.suzuki))
        let address = try PostalAddress(name: "山田 太郎", postcode: "１００－０００１", address: "東京都千代田区千代田1-1, \"皇居\"")
        let postal = "postal|1000001|山田 太郎|東京都千代田区千代田1-1, \"皇居\""
        #expect(Payee.postal(address).text == postal && Payee(text: postal) == .postal(address))
    }

    @Test(
        "One value has one form",
        arguments: [
            "", "bank", "bank|", "postal|1000001|A", "postal|1000001|A|B|C", "postal|100-0001|A|B", "postal|100000|A|B", "postal|1000001||B", "postal|1000001|A|",
            "postal|1000001| A|B", "postal|1000001|A|B\n", "Postal|1000001|A|B", "card|1|A|B", "postal|1000001|は\u{3099}|B", "postal|1000001|=A|B",
            "bank|9900|ﾕｳﾁﾖ|058|ｾﾞﾛｺﾞﾊﾁ|ordinary|1234567|ヨーコ スズキ", "bank|9900|ユウチヨ|058|ｾﾞﾛｺﾞﾊﾁ|ordinary|1234567|ﾖ-ｺ ｽｽﾞｷ", "bank|9900|||058||ordinary|1234567|A",
            "bank|9900||058||1|1234567|A", "bank|9900||058||ordinary|123|A", "bank|9900||058||ordinary|1234567| A", "bank|9900||058||ordinary|1234567|A ",
            "bank|9900||058||ordinary|1234567|a", "bank|9900||58||ordinary|1234567|A", "bank|9900||058||ordinary|1234567|", "bank|9900||058||fixed|1234567|A",
            "bank|9900||058||ordinary|1234567|A|", "bank|９９００||058||ordinary|1234567|A",
        ])
    func otherForms(text: String) {
        #expect(Payee(text: text) == nil)
    }

    @Test(
        "Postal addresses",
        arguments: [
            // name, postcode, address, code
            ("山田", "100-0001", "東京都", nil), ("山田", "1000001", "東京都", nil), ("山田", "100‐0001", "A", nil), ("辻\u{E0100}", "1000001", "A", nil),
            ("山田", "100ー0001", "A", nil), ("山田", "10-00001", "A", .postcodeWrong), ("山田", "〒100-0001", "A", .postcodeWrong), ("山田", "", "A", .postcodeWrong),
            ("山田", "100 0001", "A", .postcodeWrong), ("", "1000001", "A", .textNotPlain), ("山田", "1000001", "", .textNotPlain), (" 山田", "1000001", "A", .textNotPlain),
            ("山田|", "1000001", "A", .textNotPlain), ("山田", "1000001", "A|B", .textNotPlain), ("山田\n", "1000001", "A", .textNotPlain), ("山\u{200D}田", "1000001", "A", .textNotPlain),
            ("\u{202E}田", "1000001", "A", .textNotPlain), ("e\u{301}", "1000001", "A", .textNotPlain), ("あ\u{3099}", "1000001", "A", .textNotPlain),
            ("=1+1", "1000001", "A", .textIsFormula), ("+81", "1000001", "A", .textIsFormula), ("-1", "1000001", "A", .textIsFormula), ("@A", "1000001", "A", .textIsFormula),
            ("A", "1000001", "=A", .textIsFormula), ("A", "1000001", "＝A", .textIsFormula), (String(repeating: "山", count: 22), "1000001", "A", .textNotPlain),
            ("A", "1000001", "4111 1111 1111 1111", .textNotPlain),
        ] as [(String, String, String, ExchangeCode?)])
    func postal(name: String, postcode: String, address: String, code: ExchangeCode?) {
        do {
            let made = try PostalAddress(name: name, postcode: postcode, address: address)
            #expect(code == nil && made.postcode == "1000001" && made.name.utf8.elementsEqual(name.utf8))
        } catch {
            #expect(error.code == code, "\(error)")
        }
    }

    @Test("A kana and a combining mark become one, other kanji stay other") func composition() throws {
        let plain = "うかきくけこさしすせそたちつてとはひふへほウカキクケコサシスセソタチツテトハヒフヘホ"
        let voiced = "ゔがぎぐげござじずぜぞだぢづでどばびぶべぼヴガギグゲゴザジズゼゾダヂヅデドバビブベボ"
        for (plain, voiced) in zip(plain.unicodeScalars, voiced.unicodeScalars) {
            let made = try PostalAddress(name: "\(plain)\u{3099}", postcode: "1000001", address: "A")
            #expect(Array(made.name.unicodeScalars) == [voiced])
        }
        let half = try PostalAddress(name: "は\u{309A}ひ\u{309A}ふ\u{309A}へ\u{309A}ほ\u{309A}ハ\u{309A}ホ\u{309A}", postcode: "1000001", address: "A")
        #expect(Array(half.name.unicodeScalars) == Array("ぱぴぷぺぽパポ".unicodeScalars))
        let (first, second) = ("\u{795E}", "\u{FA19}")
        #expect(first == second)
        #expect(try PostalAddress(name: first, postcode: "1000001", address: "A") != PostalAddress(name: second, postcode: "1000001", address: "A"))
    }

    @Test func certificates() throws {
        let rows = [
            PaymentCertificates.Row(refund: 7, payee: try PostalAddress(name: "山田 太郎", postcode: "060-0001", address: "札幌市中央区, 北一条"), amount: 514),
            PaymentCertificates.Row(refund: 9, payee: try PostalAddress(name: "A \"B\" C", postcode: "1000001", address: "X"), amount: 6000),
        ]
        let text = String(decoding: try PaymentCertificates.csv(rows), as: UTF8.self)
        #expect(
            text == "refund,name,postcode,address,amount\r\n7,山田 太郎,060-0001,\"札幌市中央区, 北一条\",514\r\n9,\"A \"\"B\"\" C\",100-0001,X,6000\r\ntotal,2,,,6514\r\n")
        func refused(_ rows: [PaymentCertificates.Row], _ code: ExchangeCode) {
            #expect { _ = try PaymentCertificates.csv(rows) } throws: { ($0 as? TransferError)?.code == code }
        }
        refused([], .noItems)
        refused([rows[0], rows[0]], .refundTwice)
        for amount in [0, -1, Int64.min] { refused([PaymentCertificates.Row(refund: 1, payee: rows[0].payee, amount: amount)], .amountZero) }
        for amount in [10_000_000_000, Int64.max] { refused([PaymentCertificates.Row(refund: 1, payee: rows[0].payee, amount: amount)], .amountTooLarge) }
    }
}
