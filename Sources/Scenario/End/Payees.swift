public import Ledger

/// Where an invented member wants a refund: banks, names and addresses that nobody has.
public enum InventedPayee: Hashable, Sendable {
    /// Names in full-width katakana, as people type them; digits as banks have them.
    case bank(bank: String, bankName: String, branch: String, branchName: String, number: String, holder: String)
    case postal(name: String, postcode: String, address: String)

    public var method: PayoutMethod {
        switch self {
        case .bank: .bank
        case .postal: .postal
        }
    }
}

/// What the story's bank does with a transfer: a number that begins with 0 is no account's if it is even, and another person's if
/// it is odd.
public enum InventedBank {
    public enum Answer: Sendable { case paid, noSuchAccount, nameDiffers }

    public static func answer(to number: String) -> Answer {
        guard number.utf8.first == UInt8(ascii: "0") else { return .paid }
        return (number.utf8.last ?? 0) % 2 == 0 ? .noSuchAccount : .nameDiffers
    }

    /// The issuer's own account, from which refunds are paid.
    public static let originator = (
        code: "9990000001", name: "モトチヨウ ハライモドシ", bank: "9998", bankName: "カクウ", branch: "001", branchName: "ホンテン", number: "7000001"
    )
}

struct Payees {
    let seed: UInt64

    init(_ seed: UInt64) { self.seed = seed }

    private static let banks = [("9998", "カクウ", 55), ("9997", "ミホン", 25), ("9900", "ユウチヨ", 20)]
    private static let branches = [
        ("001", "ホンテン"), ("002", "ヒガシ"), ("003", "ニシ"), ("004", "ミナミ"), ("005", "キタ"), ("018", "ゼロイチハチ"), ("058", "ゼロゴハチ"), ("108", "イチゼロハチ"),
    ]
    private static let families = [
        "ソラノ", "ウミベ", "カワカミ", "ヤマシタ", "モリナガ", "イシハラ", "ハナムラ", "ツキシマ", "ホシノ", "カゼマ", "ユキタ", "アメミヤ", "クモイ", "タケウチ", "マツオカ", "ウメダ", "サクライ",
        "モモセ", "フジノ", "スギヤマ",
    ]
    private static let given = [
        "アオイ", "ハルカ", "ナツキ", "アキラ", "フユミ", "ヒナタ", "ミナト", "カエデ", "スミレ", "ツバサ", "ノゾミ", "ヒカル", "マコト", "ユズル", "リクト", "ワカバ", "サツキ", "チヒロ", "トモエ", "コハル",
    ]
    private static let towns = ["架空区見本町", "架空市想像町", "空想市例示町", "見本郡試作町"]

    /// The first attempt may be wrong, the second is right.
    func payee(of member: Int, _ method: PayoutMethod, attempt: Int) -> InventedPayee {
        var chance = Chance(seed, .payee, member)
        let name = "\(Self.families[chance.below(Self.families.count)]) \(Self.given[chance.below(Self.given.count)])"
        guard method == .bank else {
            let postcode = String(1_000_000 + chance.below(8_990_000))
            let address = "\(Self.towns[chance.below(Self.towns.count)])\(chance.within(1...9))-\(chance.within(1...28))-\(chance.within(1...15))"
            return .postal(name: name, postcode: postcode, address: address)
        }
        let bank = chance.pick(Self.banks.map { (($0.0, $0.1), $0.2) })
        let isPost = bank.0 == "9900"
        let branch = Self.branches[isPost ? chance.within(5...7) : chance.below(5)]
        // Different members have different numbers, so that no transfer stands in a file twice.
        let number = 2_000_000 + member
        let digits = attempt == 0 ? "0" + String(String(number).suffix(6)) : String(number)
        return .bank(bank: bank.0, bankName: bank.1, branch: branch.0, branchName: branch.1, number: digits, holder: name)
    }
}
