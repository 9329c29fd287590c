import Ledger
import Testing

@Suite struct TextTests {
    @Test(
        "What may be written as a name",
        arguments: [
            (nil, true), ("a", true), ("s-1", true), ("渋谷店", true), ("Café №5", true), ("two words", true), ("👍", true),
            (String(repeating: "a", count: 64), true), (String(repeating: "a", count: 65), false), (String(repeating: "店", count: 21), true),
            (String(repeating: "店", count: 22), false), ("", false), (" ", false), (" a", false), ("a ", false), ("\u{3000}店", false),
            ("店\u{3000}", false), ("a\u{A0}", false), ("a\nb", false), ("a\tb", false), ("a\u{0}", false), ("\u{7F}", false),
            ("a\u{85}b", false), ("a\u{2028}b", false), ("a\u{2029}b", false), ("a\u{202E}b", false), ("a\u{200B}b", false),
            ("a\u{FEFF}b", false), ("a\u{200F}b", false), ("a\u{E000}b", false), ("a\u{378}b", false), ("4111111111111111", false),
        ] as [(String?, Bool)])
    func names(text: String?, good: Bool) {
        #expect(((try? TextRule.check(text, "store")) != nil) == good)
    }

    @Test func limits() {
        let note = String(repeating: "a", count: 400)
        #expect(throws: Never.self) { try TextRule.check(note, "reason", limit: TextRule.noteLimit) }
        #expect(throws: Malformed(field: "reason", reason: "is 401 bytes long; at most 400 are taken")) {
            try TextRule.check(note + "a", "reason", limit: TextRule.noteLimit)
        }
    }

    @Test(
        "What may be a key",
        arguments: [
            ("k-1", true), ("550e8400-e29b-41d4-a716-446655440000", true), (String(repeating: "k", count: 128), true), ("!~", true),
            (String(repeating: "k", count: 129), false), ("", false), ("a b", false), ("é", false), ("a\n", false),
            ("4111-1111-1111-1111", false), ("pay:5555555555554444", false),
        ])
    func keys(key: String, good: Bool) {
        #expect(((try? TextRule.checkKey(key)) != nil) == good)
    }

    @Test("Every text of every command is looked at, and the field is named")
    func fields() {
        let card = "4111 1111 1111 1111"
        let one = Amount(1)!
        let account = AccountReference.ordinal(1)
        let commands: [(Command, String)] = [
            (.accounts(.open(person: card, externalID: nil)), "person"),
            (.accounts(.open(person: "p", externalID: card)), "externalId"),
            (.accounts(.lock(.external(card), .all, reason: nil)), "externalId"),
            (.accounts(.lock(account, .all, reason: card)), "reason"),
            (.accounts(.unlock(account, .all, reason: card)), "reason"),
            (.accounts(.close(account, nil, reason: card)), "reason"),
            (.money(.charge(account, .point, one, reference: card)), "reference"),
            (.money(.pay(account, store: card, place: nil, register: nil, one)), "store"),
            (.money(.pay(account, store: "s", place: card, register: nil, one)), "place"),
            (.money(.pay(account, store: "s", place: nil, register: card, one)), "register"),
            (.money(.reversePayment(account, payment: 1, one, reason: card)), "reason"),
            (.money(.correctCharge(account, charge: 1, one, reason: card)), "reason"),
            (.money(.refund(account, one, nil, note: card)), "note"),
            (.money(.settlePartner(.point, gross: one, fee: 0, statement: card)), "statement"),
            (.money(.settleMerchant(store: card, one, .toStore, statement: nil)), "store"),
            (.money(.settleMerchant(store: "s", one, .toStore, statement: card)), "statement"),
            (.money(.fundByOwner(one, statement: card)), "statement"),
            (.money(.bookUnmatched(one, .in, statement: card)), "statement"),
        ]
        for (command, field) in commands {
            do {
                _ = try request(command)
                Issue.record("\(command.name) took a card number as \(field)")
            } catch {
                #expect(error.field == field && error.isCardNumber, "\(command.name)")
                #expect(!error.reason.contains("1111"))
            }
        }
    }
}

/// The card numbers are those that card schemes and processors publish for tests.
@Suite struct CardNumberTests {
    @Test(arguments: [
        "4111111111111111", "4111 1111 1111 1111", "4111-1111-1111-1111", "4111.1111.1111.1111", "4111/1111/1111/1111",
        "４１１１１１１１１１１１１１１１", "４１１１　１１１１　１１１１　１１１１", "４１１１－１１１１－１１１１－１１１１", "4111ー1111ー1111ー1111", "4111–1111–1111–1111",
        "4111\u{A0}1111\u{A0}1111\u{A0}1111", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
        "4012888888881881", "4222222222222", "5555555555554444", "5105105105105100", "2223003122003222", "378282246310005",
        "3714 496353 98431", "30569309025904", "38520000023237", "3530111333300000", "6011111111111117", "6200000000000005",
        "6205500000000000004", "card 4111111111111111 stolen", "カード4111111111111111です", "(5555 5555 5555 4444)", "ref:378282246310005.",
        "4111 1111 1111 1111 12/25 123", "4111 1111 1111 1111 12/2025 123", "2 4111111111111111", "12 4111 1111 1111 1111 34",
        "03-0000-0000 4111 1111 1111 1111 03-0000-0000", "x 4111 1111 1111 1112, 5555555555554444",
        "4111  1111  1111  1111", "4111,1111,1111,1111", "4111 - 1111 - 1111 - 1111", "4111・1111・1111・1111",
        // Near a UUID, and none.
        "41111111-1111-1111-0000-000000000000", "card 4111111111111111 of f9a62475-55", "ab4111111111111111cd0000000000000",
    ])
    func found(text: String) {
        #expect(CardNumber.appears(in: text))
    }

    @Test(arguments: [
        "", "s-1", "4111111111111112", "4111 1111 1111 1112", "4111    1111    1111    1111", "411111111111", "4111111111111", "1234567890123456",
        "0000000000000000", "9111111111111111", "1111111111111117", "+00-00-0000-0000", "000-0000-0000 / 000-0000-0000",
        "1563868800000", "1563868800000000", "1564560000.123456", "2019-07-31 17:00:00.123456", "20190731170000",
        "550e8400-e29b-41d4-a716-446655440000", "00000000-0000-0000-0000-000000000000", "01890a5d-ac96-774b-bcce-b302099a8057",
        // Random UUIDs whose digits pass for a card's.
        "740d3dad-c463-4740-9939-535633d79ae1", "F9A62475-5524-4618-982E-F3C399EDD911", "f9a6247555244618982ef3c399edd911",
        "order 2019070100001234", "JP-000123456789012", "4111x1111x1111x1111", "41111111111111110000000000000000000000000000",
        "渋谷店４１１１", "500 / 1000 / 3000",
    ])
    func notFound(text: String) {
        #expect(!CardNumber.appears(in: text))
    }

    @Test("Any one wrong digit clears a number")
    func oneWrongDigit() {
        for place in 1..<16 {
            var digits = Array("4111111111111111")
            digits[place] = digits[place] == "2" ? "1" : "2"
            #expect(!CardNumber.appears(in: String(digits)))
        }
    }
}
