import Foundation
import Ledger

@testable import Exchange

/// The batch of `Specs/bank-files.md`, and ways to change it.
enum Sample {
    static let originator = try! Originator(
        code: "1234567890", name: "テストハッコウシャ（カ", bank: "9998", bankName: "テストギンコウ", branch: "001", branchName: "ホンテン",
        type: .ordinary, number: "7654321")
    static let yamada = try! BankAccount(
        bank: "9998", bankName: "テストギンコウ", branch: "002", branchName: "ヒガシシテン", type: .ordinary, number: "0000123", holder: "ヤマダ　タロウ")
    static let suzuki = try! JapanPost.account(symbol: "10530", number: "12345671", holder: "ヨーコ　スズキ")
    static let friday = Day("2019-11-15")!

    static let batch = TransferBatch(
        originator: originator, date: friday,
        instructions: [
            TransferInstruction(refund: 101, batch: 1, payee: yamada, amount: 514),
            TransferInstruction(refund: 102, batch: 1, payee: suzuki, amount: 1000),
        ])

    static func batch(date: Day = friday, _ instructions: [TransferInstruction]) -> TransferBatch {
        TransferBatch(originator: originator, date: date, instructions: instructions)
    }

    static func pay(_ refund: UInt64, _ amount: Int64, batch: UInt64 = 1, to payee: BankAccount = yamada) -> TransferInstruction {
        TransferInstruction(refund: refund, batch: batch, payee: payee, amount: amount)
    }

    static func encoded(_ lineEnds: LineEnds = .crlf) -> [UInt8] {
        try! Zengin.encode(batch, limits: .layout, businessDays: .japan, lineEnds: lineEnds)
    }

    static func result(_ lineEnds: LineEnds = .crlf) -> [UInt8] {
        try! BankResult.write(batch, outcomes: [102: .returned(.accountClosed)], lineEnds: lineEnds)
    }

    /// A file of `Specs`.
    static func specs(_ path: String) throws -> [UInt8] {
        let specs = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Specs")
        return Array(try Data(contentsOf: specs.appending(path: path)))
    }
}

/// A seed makes a sequence (SplitMix64).
struct Random {
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
    mutating func digits(_ width: Int) -> String { (0..<width).map { _ in String(below(10)) }.joined() }

    /// A name that needs no normalising. A voicing mark has its kana before it.
    mutating func name(_ limit: Int, _ more: String = "") -> String {
        let letters = "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝABCXYZ0189-\(more)".unicodeScalars.map(String.init)
        var name = pick(Array(letters.prefix(45)))
        var length = 1
        let wanted = 1 + below(limit)
        while length < wanted {
            let next = wanted - length >= 3 && below(8) == 0 ? " " : pick(letters)
            if next == " " {
                name += " ｶﾞ"
                length += 3
            } else {
                name += next
                length += 1
            }
        }
        return name
    }

    mutating func account() -> BankAccount {
        let names = below(3) > 0
        return try! BankAccount(
            bank: digits(4), bankName: names ? name(15) : "", branch: digits(3), branchName: names ? name(15) : "",
            type: pick(AccountType.allCases), number: digits(7), holder: name(30, "()."))
    }

    mutating func batch() -> TransferBatch {
        let number = 1 + next() % FileLimits.greatestNumber
        let originator = try! Originator(
            code: digits(10), name: name(40, "()."), bank: digits(4), bankName: name(15), branch: digits(3), branchName: name(15),
            type: pick([.ordinary, .current, .other]), number: digits(7))
        let first = 1 + next() % 1_000_000_000
        let instructions = (0..<1 + below(40)).map { index in
            TransferInstruction(
                refund: first + UInt64(index), batch: number, payee: account(),
                amount: below(10) == 0 ? FileLimits.greatestAmount : Int64(1 + below(100_000)))
        }
        return TransferBatch(originator: originator, date: Day("2019-12-02")!, instructions: instructions)
    }
}

/// SHA-256 (FIPS 180-4), in hexadecimal.
func sha256(_ message: [UInt8]) -> String {
    func primes(_ count: Int) -> [Double] {
        var found: [Int] = []
        var next = 2
        while found.count < count {
            if found.allSatisfy({ next % $0 != 0 }) { found.append(next) }
            next += 1
        }
        return found.map(Double.init)
    }
    func fraction(_ root: Double) -> UInt32 { UInt32((root - root.rounded(.down)) * 4_294_967_296) }
    func turn(_ word: UInt32, _ by: UInt32) -> UInt32 { (word >> by) | (word << (32 - by)) }
    let k = primes(64).map { fraction(cbrt($0)) }
    var state = primes(8).map { fraction($0.squareRoot()) }
    var padded = message + [0x80]
    while padded.count % 64 != 56 { padded.append(0) }
    padded += (0..<8).map { UInt8(truncatingIfNeeded: (message.count * 8) >> (56 - 8 * $0)) }
    for block in stride(from: 0, to: padded.count, by: 64) {
        var w = (0..<16).map { i in (0..<4).reduce(UInt32(0)) { $0 << 8 | UInt32(padded[block + 4 * i + $1]) } }
        for i in 16..<64 {
            let s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ w[i - 15] >> 3
            let s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ w[i - 2] >> 10
            w.append(w[i - 16] &+ s0 &+ w[i - 7] &+ s1)
        }
        var h = state
        for i in 0..<64 {
            let s1 = turn(h[4], 6) ^ turn(h[4], 11) ^ turn(h[4], 25)
            let first = h[7] &+ s1 &+ (h[4] & h[5] ^ ~h[4] & h[6]) &+ k[i] &+ w[i]
            let s0 = turn(h[0], 2) ^ turn(h[0], 13) ^ turn(h[0], 22)
            let second = s0 &+ (h[0] & h[1] ^ h[0] & h[2] ^ h[1] & h[2])
            h = [first &+ second, h[0], h[1], h[2], h[3] &+ first, h[4], h[5], h[6]]
        }
        for i in 0..<8 { state[i] = state[i] &+ h[i] }
    }
    return state.map { String($0 + 0, radix: 16) }.map { String(repeating: "0", count: 8 - $0.count) + $0 }.joined()
}
