import Wire

/// A small deterministic generator, so that a failing seed can be run again.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }
}

/// Random objects, written through the writer under test.
struct RandomJSON {
    var random: SplitMix

    init(seed: Int) { random = SplitMix(seed: seed) }

    /// A flat command-like object; `plain` keeps it free of escapes.
    mutating func flat(plain: Bool, members: Int) -> [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        for index in 0..<members {
            json.name("\(text(plain: plain))#\(index)")
            scalar(plain: plain, into: &json)
        }
        json.endObject()
        return json.take()
    }

    mutating func nested(depth: Int) -> [UInt8] {
        var json = JSONWriter()
        object(depth: depth, into: &json)
        return json.take()
    }

    mutating func text(plain: Bool) -> String {
        let alphabet: [Unicode.Scalar] =
            plain
            ? ["a", "k", "0", "-", " ", "é", "ま", "\u{10FFFF}", "\u{7F}", "{", ",", "/"]
            : ["a", "\"", "\\", "\n", "\u{0}", "\u{1F}", "é", "\u{2028}", "😀", "\u{301}", "e", "/"]
        var result = String.UnicodeScalarView()
        for _ in 0..<random.below(20) { result.append(alphabet[random.below(alphabet.count)]) }
        return String(result)
    }

    private mutating func scalar(plain: Bool, into json: inout JSONWriter) {
        switch random.below(6) {
        case 0, 1, 2: json.element(string: text(plain: plain))
        case 3: json.element(integer: Int64(truncatingIfNeeded: random.next()) >> Int64(random.below(64)))
        case 4: json.element(bool: random.below(2) == 0)
        default: json.elementNull()
        }
    }

    private mutating func object(depth: Int, into json: inout JSONWriter) {
        json.beginObject()
        for index in 0..<random.below(5) {
            json.name("\(text(plain: false))#\(index)")
            value(depth: depth - 1, into: &json)
        }
        json.endObject()
    }

    private mutating func value(depth: Int, into json: inout JSONWriter) {
        switch depth > 0 ? random.below(4) : 3 {
        case 0: object(depth: depth, into: &json)
        case 1:
            json.beginArray()
            for _ in 0..<random.below(4) { value(depth: depth - 1, into: &json) }
            json.endArray()
        default: scalar(plain: false, into: &json)
        }
    }
}
