import Ledger

/// The words of `Story.play`: one row, one command.
extension Story {
    /// A row that cannot be read.
    struct Unreadable: Error { let words: [String] }

    func parse(_ words: [String]) throws -> Command {
        func word(_ index: Int) -> String? { index < words.count ? words[index] : nil }
        func amount(_ index: Int) throws -> Amount {
            guard let text = word(index), let amount = Amount(text == "greatest" ? Amount.greatest : Int64(text) ?? 0) else {
                throw Unreadable(words: words)
            }
            return amount
        }
        func position(_ index: Int) throws -> UInt64 {
            guard let text = word(index), let position = labels[text] ?? UInt64(text) else { throw Unreadable(words: words) }
            return position
        }
        func some<T>(_ value: T?) throws -> T {
            guard let value else { throw Unreadable(words: words) }
            return value
        }
        var account: AccountReference {
            let text = word(1) ?? ""
            return UInt64(text).map { .ordinal($0) } ?? .external(text)
        }
        switch word(0) {
        case "open": return .accounts(.open(person: try some(word(1)), externalID: word(2)))
        case "lock": return .accounts(.lock(account, try some(LockScope(name: words[2])), reason: word(3)))
        case "unlock": return .accounts(.unlock(account, try some(LockScope(name: words[2])), reason: word(3)))
        case "reset":
            let method = try some(ResetMethod(name: words[2]))
            return .accounts(.resetCredentials(account, method, addressChanged: word(3) == "moved"))
        case "close": return .accounts(.close(account, word(2).flatMap { Disposition(name: $0) }, reason: nil))
        case "charge": return .money(.charge(account, try some(FundingSource(name: words[2])), try amount(3), reference: word(4)))
        case "pay": return .money(.pay(account, store: words[2], place: word(4), register: word(5), try amount(3)))
        case "reverse": return .money(.reversePayment(account, payment: try position(2), try amount(3), reason: word(4)))
        case "correct": return .money(.correctCharge(account, charge: try position(2), try amount(3), reason: word(4)))
        case "refund": return .money(.refund(account, try amount(2), word(3).flatMap { ExceptionalReason(name: $0) }, note: word(4)))
        case "settle":
            let source = try some(FundingSource(name: words[1]))
            return .money(.settlePartner(source, gross: try amount(2), fee: try some(Int64(word(4) ?? "0")), statement: nil))
        case "settleStore":
            return .money(.settleMerchant(store: words[1], try amount(3), try some(MerchantDirection(rawValue: words[2])), statement: nil))
        case "fund": return .money(.fundByOwner(try amount(1), statement: nil))
        case "unmatched": return .money(.bookUnmatched(try amount(2), try some(BankDirection(rawValue: words[1])), statement: nil))
        case "policy":
            var policy = Policy.none
            var source: FundingSource?
            var at = 1
            while at + 1 < words.count {
                if let named = FundingSource(name: words[at]) {
                    source = named
                    at += 1
                    continue
                }
                let number = try some(Int64(words[at + 1]))
                switch words[at] {
                case "cap": policy.balanceCap = number
                case "limit": policy[try some(source)].perCharge = number
                case "step": policy[try some(source)].step = number
                default: throw Unreadable(words: words)
                }
                at += 2
            }
            return .service(.setPolicy(policy))
        case "after": return .service(.advanceClock(to: Instant(microseconds: books.now.microseconds + (try micros(word(1))))))
        case "clock": return .service(.advanceClock(to: try some(Instant(words[1...].joined(separator: " ")))))
        case "confirm": return .service(.confirmClock)
        default: return try parseGates(words)
        }
    }
}
