import Testing

@testable import Exchange

@Suite struct KanaTests {
    @Test(
        "A name as it was typed, and as a bank takes it",
        arguments: [
            ("ヤマダ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ヤマダ　タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("やまだ たろう", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ﾔﾏﾀﾞ ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
            ("ヤマタ\u{3099} タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ヤマタ\u{309B} タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ﾔﾏﾀ\u{3099} ﾀﾛｳ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ヤマタﾞ タロウ", "ﾔﾏﾀﾞ ﾀﾛｳ"),
            ("  ヤマダ 　  タロウ ", "ﾔﾏﾀﾞ ﾀﾛｳ"), ("ヨーコ スズキ", "ﾖ-ｺ ｽｽﾞｷ"), ("ﾖｰｺ", "ﾖ-ｺ"), ("よーこ", "ﾖ-ｺ"), ("ヨ－コ", "ﾖ-ｺ"), ("ヨ-コ", "ﾖ-ｺ"),
            ("ヨ―コ", "ﾖ-ｺ"), ("ヨ\u{2212}コ", "ﾖ-ｺ"), ("ヨ‐コ", "ﾖ-ｺ"), ("キョウト", "ｷﾖｳﾄ"), ("きょうと", "ｷﾖｳﾄ"), ("ｷｮｳﾄ", "ｷﾖｳﾄ"), ("ハッタ", "ﾊﾂﾀ"), ("ﾊｯﾀ", "ﾊﾂﾀ"),
            ("ァィゥェォャュョヮヵヶ", "ｱｲｳｴｵﾔﾕﾖﾜｶｹ"), ("ｧｨｩｪｫｬｭｮ", "ｱｲｳｴｵﾔﾕﾖ"), ("ぁぃぅぇぉっゃゅょゎゕゖ", "ｱｲｳｴｵﾂﾔﾕﾖﾜｶｹ"),
            ("ガギグゲゴザジズゼゾダヂヅデド", "ｶﾞｷﾞｸﾞｹﾞｺﾞｻﾞｼﾞｽﾞｾﾞｿﾞﾀﾞﾁﾞﾂﾞﾃﾞﾄﾞ"), ("バビブベボパピプペポ", "ﾊﾞﾋﾞﾌﾞﾍﾞﾎﾞﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟ"),
            ("ハ\u{309A}ヒ\u{309C}ﾌﾟ", "ﾊﾟﾋﾟﾌﾟ"), ("ヴァン", "ｳﾞｱﾝ"), ("ゔ", "ｳﾞ"), ("ウ\u{3099}", "ｳﾞ"), ("ｳﾞ", "ｳﾞ"),
            ("アイウエオカキクケコサシスセソタチツテト", "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄ"), ("ナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン", "ﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝ"),
            ("John Smith", "JOHN SMITH"), ("ＪｏｈｎＳｍｉｔｈ", "JOHNSMITH"), ("カ）モトチョウ．１２３", "ｶ)ﾓﾄﾁﾖｳ.123"), ("(カ", "(ｶ"), ("A", "A"), ("7", "7"),
            (String(repeating: "ガ", count: 15), String(repeating: "ｶﾞ", count: 15)), (String(repeating: "ア", count: 30) + "  ", String(repeating: "ｱ", count: 30)),
        ])
    func taken(typed: String, name: String) throws {
        let result = try Kana.normalise(typed, field: .holder, limit: 30)
        // Byte for byte: `==` takes canonically equal texts for one.
        #expect(Array(result.utf8) == Array(name.utf8))
        #expect(try Kana.normalise(result, field: .holder, limit: 30) == result)
        #expect(Kana.text(Kana.bytes(result)!) == result)
        #expect(Kana.bytes(result)!.count == result.unicodeScalars.count)
    }

    @Test(
        "A name that no bank file can carry",
        arguments: [
            ("", ExchangeCode.nameEmpty), (" ", .nameEmpty), ("　　", .nameEmpty), ("---", .nameEmpty), ("().", .nameEmpty), ("ー", .nameEmpty),
            ("山田 太郎", .nameNotKana), ("ヤマダ太郎", .nameNotKana), ("佐々木", .nameNotKana), ("々", .nameNotKana), ("ハ一ト", .nameNotKana), ("𠮷田", .nameNotKana),
            ("〇", .nameNotKana), ("ヰ", .nameNotKana), ("ゑ", .nameNotKana), ("ヱビス", .nameNotKana), ("ヷ", .nameNotKana), ("ミスヾ", .nameNotKana), ("いすゞ", .nameNotKana),
            ("ジョン・スミス", .nameNotKana), ("ｼﾞｮﾝ･ｽﾐｽ", .nameNotKana), ("ヤマダ、タロウ", .nameNotKana), ("ﾔﾏﾀﾞ｡", .nameNotKana), ("YAMADA,TARO", .nameNotKana),
            ("ヤマダ/タロウ", .nameNotKana), ("ﾔﾏﾀﾞ｢ﾀﾛｳ｣", .nameNotKana), ("¥", .nameNotKana), ("￥", .nameNotKana), ("A\\B", .nameNotKana), ("O'Neil", .nameNotKana), ("A&B", .nameNotKana),
            ("😀", .nameNotKana), ("ヤマダ😀", .nameNotKana), ("👨‍👩‍👧", .nameNotKana), ("ヤマ\u{200D}ダ", .nameNotKana), ("ヤマ\u{200B}ダ", .nameNotKana),
            ("\u{FEFF}ヤマダ", .nameNotKana), ("ヤマダ\u{FE0F}", .nameNotKana), ("\u{202E}ヤマダ", .nameNotKana), ("ヤマダ\u{A0}タロウ", .nameNotKana),
            ("゛", .nameNotKana), ("ﾞ", .nameNotKana), ("\u{3099}", .nameNotKana), ("ア゛", .nameNotKana), ("ｱﾞ", .nameNotKana), ("カ゜", .nameNotKana), ("ガ゛", .nameNotKana),
            ("カ ゛", .nameNotKana), ("ｶﾞﾞ", .nameNotKana), ("バ\u{309A}", .nameNotKana), ("ッ゛", .nameNotKana), ("ｯﾞ", .nameNotKana), ("ヵ゛", .nameNotKana), ("ン\u{3099}", .nameNotKana),
            ("A\u{3099}", .nameNotKana), ("é", .nameNotKana), ("e\u{301}", .nameNotKana), ("ß", .nameNotKana), ("Ω", .nameNotKana), ("한글", .nameNotKana), ("Ивáн", .nameNotKana),
            ("ヤマダ\0", .nameNotKana), ("ヤマダ\n", .nameNotKana), ("ヤマダ\r\n", .nameNotKana), ("\tヤマダ", .nameNotKana), ("ヤマダ\u{7F}", .nameNotKana), ("ヤマダ\u{85}", .nameNotKana),
            ("㈱モトチョウ", .nameNotKana), ("㌔", .nameNotKana), ("ㇰ", .nameNotKana), ("ｦﾀﾞ", .nameHasWo), ("ヲダ", .nameHasWo), ("をだ", .nameHasWo),
            (String(repeating: "ア", count: 31), .nameTooLong), (String(repeating: "ガ", count: 15) + "ア", .nameTooLong), (String(repeating: "ア", count: 29) + "ガ", .nameTooLong),
            (String(repeating: "A ", count: 15) + "BC", .nameTooLong), (String(repeating: "ア", count: 100_000), .nameTooLong),
        ])
    func refused(typed: String, code: ExchangeCode) {
        #expect {
            _ = try Kana.normalise(typed, field: .holder, limit: 30)
        } throws: {
            guard let error = $0 as? PayeeError else { return false }
            // The sentence tells what is wrong, never the name.
            let word = typed.split(separator: " ").first.map(String.init) ?? ""
            return error.code == code && error.field == "holder" && (word.unicodeScalars.count < 4 || !error.description.contains(word))
        }
    }

    @Test("ヲ by setting, and where it is allowed") func wo() throws {
        #expect(try Kana.normalise("ヲダ", field: .holder, limit: 30, mapsWo: true) == "ｵﾀﾞ")
        #expect(try Kana.normalise("ヲダ", field: .ediInfo, limit: 20) == "ｦﾀﾞ")
        #expect(try Kana.normalise("ヲ\\/｢｣", field: .ediInfo, limit: 20) == "ｦ\\/｢｣")
        #expect { _ = try Kana.normalise("ヲ゛", field: .holder, limit: 30, mapsWo: true) } throws: { ($0 as? PayeeError)?.code == .nameNotKana }
    }

    @Test("Banks' names take fewer signs", arguments: [("ミズホ", true), ("ミズホ-2", true), ("(カ", false), ("A.B", false), ("A/B", false)])
    func bankNames(name: String, good: Bool) {
        #expect(((try? Kana.normalise(name, field: .bankName, limit: 15)) != nil) == good)
        #expect(((try? Kana.normalise(name, field: .branchName, limit: 15)) != nil) == good)
    }

    @Test("Which bytes an alphabet holds") func alphabets() {
        let bank = Set(Kana.bytes("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝﾞﾟ -")!)
        let party = bank.union(Kana.bytes("().")!)
        let edi = party.union(Kana.bytes("ｦ\\/｢｣")!)
        for byte in UInt8.min...UInt8.max {
            #expect(Alphabet.bank.holds(byte) == bank.contains(byte))
            #expect(Alphabet.party.holds(byte) == party.contains(byte))
            #expect(Alphabet.edi.holds(byte) == edi.contains(byte))
            #expect((Kana.text([byte]) != nil) == Alphabet.isPrintable(byte))
            if let text = Kana.text([byte]) { #expect(Kana.bytes(text) == [byte]) }
        }
        #expect(Kana.bytes("ア") == nil && Kana.bytes("ｱ\n") == nil && Kana.bytes("") == [])
    }

    @Test("Whatever scalars are given: a name of the alphabet that stays as it is, or a refusal", arguments: 0..<20)
    func anything(seed: Int) throws {
        var random = Random(seed: UInt64(seed) + 100)
        for _ in 0..<500 {
            var text = ""
            for _ in 0..<random.below(12) {
                let value = random.pick([0x3041 + random.below(0xC0), 0xFF00 + random.below(0xF0), 0x20 + random.below(0x60), 0x3099 + random.below(4), random.below(0x3000)])
                if let scalar = Unicode.Scalar(UInt32(value)) { text.unicodeScalars.append(scalar) }
            }
            guard let name = try? Kana.normalise(text, field: .holder, limit: 30) else { continue }
            #expect(Kana.bytes(name)!.allSatisfy(Alphabet.party.holds) && Kana.bytes(name)!.count <= 30)
            #expect(try Kana.normalise(name, field: .holder, limit: 30) == name)
        }
    }
}
