/// The plan's chance: every draw is a hash of the seed, of what it is for and of a number, so that any member's day can be
/// drawn without the days before it, and the same seed gives the same month (SplitMix64).
struct Chance {
    private var state: UInt64

    /// What is drawn: equal numbers of different streams have nothing to do with each other.
    enum Stream: UInt64 {
        case enrolment = 1, profile, day, device, home, places, shuffle, source, script, amount, timing, report, stuffing, partner
        case spending, claim, payee, ending
    }

    init(_ seed: UInt64, _ stream: Stream, _ number: Int = 0) {
        state = Self.mix(seed &+ stream.rawValue &* 0xD6E8_FEB8_6659_FD93) ^ Self.mix(UInt64(bitPattern: Int64(number)) &+ 0x9E37_79B9_7F4A_7C15)
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    private static func mix(_ word: UInt64) -> UInt64 {
        var z = word
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// 0 ..< count, each as likely.
    mutating func below(_ count: Int) -> Int { Int(next().multipliedFullWidth(by: UInt64(count)).high) }

    mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.upperBound - range.lowerBound + 1) }

    /// True in `share` of 100 cases.
    mutating func percent(_ share: Int) -> Bool { below(100) < share }

    /// One of these, each as likely as its weight says.
    mutating func pick<Value>(_ choices: [(Value, Int)]) -> Value {
        var left = below(choices.reduce(0) { $0 + $1.1 })
        for (value, weight) in choices {
            left -= weight
            if left < 0 { return value }
        }
        return choices[choices.count - 1].0
    }

    mutating func shuffle<Value>(_ values: inout [Value]) {
        var left = values.count
        while left > 1 {
            values.swapAt(left - 1, below(left))
            left -= 1
        }
    }
}

/// Hands out choices in their exact shares, in an order that chance has shuffled: what many draws come to then hangs little
/// on the seed.
struct Deck<Value> {
    private var cards: [Value] = []

    init(_ choices: [(Value, Int)], count: Int, _ chance: inout Chance) {
        let all = choices.reduce(0) { $0 + $1.1 }
        cards.reserveCapacity(count)
        for place in 0..<count {
            // The middle of each card's share of the pack.
            var left = ((2 * place + 1) * all) / (2 * count)
            cards.append(
                choices.first { choice in
                    left -= choice.1
                    return left < 0
                }?.0 ?? choices[choices.count - 1].0)
        }
        chance.shuffle(&cards)
    }

    mutating func draw() -> Value { cards.removeLast() }
}
