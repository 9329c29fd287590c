import Ledger
import Testing

@Suite struct NameTableTests {
    @Test func ordinalsAreDenseAndInOrder() {
        var table = NameTable()
        #expect(table.count == 0 && table.ordinal(of: "a") == nil && table.name(0) == nil && table.name(1) == nil)
        let rows: [(String, UInt32)] = [
            ("s-1", 1), ("s-2", 2), ("s-1", 1), ("渋谷店", 3), ("s", 4), ("s-", 5), ("", 6), ("s-2", 2), ("", 6),
            // Equality is of bytes: a letter with an accent, and the letter and its accent.
            ("\u{E9}", 7), ("e\u{301}", 8), ("aaaaaaaa", 9), ("aaaaaaaaa", 10), ("aaaaaaaa", 9), ("\u{0}", 11), ("\u{0}\u{0}", 12),
        ]
        for (name, ordinal) in rows { #expect(table.intern(name) == ordinal, "\(name)") }
        for (name, ordinal) in rows {
            #expect(table.ordinal(of: name) == ordinal)
            #expect(table.name(ordinal).map { Array($0.utf8) } == Array(name.utf8))
        }
        #expect(table.count == 12 && table.name(13) == nil && table.name(.max) == nil)
    }

    @Test("Against a dictionary")
    func plainModel() {
        var table = NameTable()
        var model: [String: UInt32] = [:]
        var random = Random(seed: 11)
        for _ in 0..<5000 {
            let name = "n\(random.below(1500))"
            if let known = model[name] {
                #expect(table.ordinal(of: name) == known)
            } else {
                #expect(table.ordinal(of: name) == nil)
                model[name] = UInt32(model.count) + 1
            }
            #expect(table.intern(name) == model[name])
            #expect(table.count == model.count)
        }
    }
}

@Suite struct TailTests {
    @Test func fieldsAreReadBackInOrder() {
        var tail = Tail()
        #expect(tail.isEmpty && tail.text(.store) == nil && tail.all(.founder).isEmpty)
        tail.add(.store, "渋谷")
        tail.add(.reason, String?.none)
        tail.add(.founder, "a")
        tail.add(.founder, "")
        tail.add(.rejectionBound, number: -2)
        tail.add(.clock, bytes: [9, 8])
        #expect(tail.text(.store) == "渋谷")
        #expect(tail.text(.reason) == nil)
        #expect(tail.all(.founder).map { Array($0) } == [[97], []])
        #expect(tail.number(.rejectionBound) == -2)
        #expect(tail.bytes(.clock) == [9, 8])
        #expect(tail.number(.clock) == nil)
        #expect(Tail(bytes: tail.bytes) == tail)
        #expect(Array(tail.bytes.prefix(9)) == [10, 6, 0] + Array("渋谷".utf8))
        var numbers: [UInt8] = []
        #expect(tail.forEach { number, _ in numbers.append(number) })
        #expect(numbers == [10, 5, 5, 21, 4])
    }

    @Test(arguments: [Int64.min, -1, 0, 1, 255, 256, 1 << 40, .max]) func numbers(value: Int64) {
        var tail = Tail()
        tail.add(.policyCap, number: value)
        #expect(tail.number(.policyCap) == value)
    }

    @Test("Unknown fields are skipped, cut ones end the reading")
    func damage() {
        let tail = Tail(bytes: [200, 1, 0, 7, 10, 1, 0, 65])
        #expect(tail.text(.store) == "A")
        for cut in [[10], [10, 1], [10, 1, 0], [10, 2, 0, 65], [10, 255, 255, 65]] as [[UInt8]] {
            #expect(Tail(bytes: cut).text(.store) == nil)
            #expect(!Tail(bytes: cut).forEach { _, _ in })
            #expect(!Tail(bytes: tail.bytes + cut).forEach { _, _ in })
            #expect(Tail(bytes: tail.bytes + cut).text(.store) == "A")
        }
    }

    @Test("The longest texts, asked by somebody new, fit an event")
    func longest() throws {
        var story = Story()
        try story.play("open p-1 x-1\ncharge 1 point 1000\npay 1 s-1 10")
        let name = String(repeating: "n", count: TextRule.nameLimit)
        let note = String(repeating: "t", count: TextRule.noteLimit)
        let account = AccountReference.ordinal(1)
        let one = Amount(1)!
        let commands: [Command] = [
            .accounts(.open(person: name, externalID: name)), .accounts(.lock(account, .pay, reason: note)),
            .accounts(.unlock(account, .pay, reason: note)), .money(.charge(account, .point, one, reference: name)),
            .money(.pay(account, store: name, place: name, register: name, one)),
            .money(.reversePayment(account, payment: 3, one, reason: note)),
        ]
        for (index, command) in commands.enumerated() {
            let someone = Principal(name: "\(index)" + String(repeating: "p", count: TextRule.keyLimit))
            guard case .success(let events) = try story.ask(command, by: someone) else {
                Issue.record("\(command.name) refused")
                continue
            }
            #expect(events[0].tail.bytes.count <= Tail.longest)
        }
        #expect(audit(story.events, story.books) == [])
    }
}
