import Journal
import Ledger

/// What is charged and paid in the measurements: three charges to seven payments at stores that are known, at a register,
/// under a policy with a cap, limits and steps; every command is accepted, under a key of its own.
struct Story {
    let accounts: Int
    private let name: String
    /// How far each account is in its round of ten.
    private var steps: [UInt8]
    private var random: UInt64
    private var count: UInt64 = 0

    static let `operator` = Principal(name: "operator-1")
    private static let stores = 50
    /// A round of ten, three charges and seven payments, from a balance that never runs out.
    private static let round: [Bool] = [true, false, false, true, false, false, true, false, false, false]
    private static let charge = Amount(7000)!
    private static let payment = Amount(3000)!
    private static let first = Amount(10_000)!

    private let sources: [FundingSource]

    init(accounts: Int, name: String, sources: [FundingSource] = FundingSource.allCases) {
        self.accounts = accounts
        self.name = name
        self.sources = sources
        steps = Array(repeating: 0, count: accounts)
        random = 0x9E37_79B9_7F4A_7C15
        for index in steps.indices { steps[index] = accounts == 1 ? 0 : UInt8(draw(10)) }
    }

    static let founding = Ledgers.Founding(operators: ["operator-1", "operator-2", "operator-3"])

    /// Policy, accounts with their first charge, and a payment at every store.
    func opening(from first: Int = 1, through last: Int) -> [Request] {
        var requests: [Request] = []
        requests.reserveCapacity((last - first + 1) * 2 + Self.stores + 1)
        if first == 1 {
            let limits = Policy.SourceLimit(perCharge: 30_000, step: 1000)
            let policy = Policy(
                balanceCap: 100_000, limits: Dictionary(uniqueKeysWithValues: FundingSource.allCases.map { ($0, limits) }))
            requests.append(Self.request(.service(.setPolicy(policy)), "\(name)-policy", Self.operator))
        }
        for account in first...last {
            requests.append(Self.request(.accounts(.open(person: "person-\(account)", externalID: nil)), "\(name)-open-\(account)"))
            requests.append(Self.request(
                .money(.charge(.ordinal(UInt64(account)), .registerCash, Self.first, reference: nil)), "\(name)-first-\(account)"))
            guard account == 1 else { continue }
            for store in 0..<Self.stores {
                requests.append(Self.request(.money(Self.pay(1, store, Amount(1)!)), "\(name)-store-\(store)"))
            }
        }
        return requests
    }

    /// The next command and its key.
    mutating func next() -> (command: MoneyCommand, key: String) {
        let account = accounts == 1 ? 0 : Int(draw(UInt64(accounts)))
        let isCharge = Self.round[Int(steps[account])]
        steps[account] = (steps[account] + 1) % 10
        count += 1
        let key = "\(name)-\(String(draw(.max), radix: 36))-\(String(count, radix: 36))"
        guard isCharge else { return (Self.pay(account + 1, Int(draw(UInt64(Self.stores))), Self.payment), key) }
        let source = sources[Int(draw(UInt64(sources.count)))]
        return (.charge(.ordinal(UInt64(account + 1)), source, Self.charge, reference: nil), key)
    }

    /// The next requests, whole: keys hashed, texts checked. `access` gives what stands behind an account's command.
    mutating func requests(_ count: Int, access: (UInt64) -> Access = { _ in .none }) -> [Request] {
        var requests: [Request] = []
        requests.reserveCapacity(count)
        for _ in 0..<count {
            let (command, key) = next()
            guard case .ordinal(let account)? = Command.money(command).account else { continue }
            requests.append(Self.request(.money(command), key, access: access(account)))
        }
        return requests
    }

    static func request(
        _ command: Command, _ key: String, _ principal: Principal = .anonymous, access: Access = .none
    ) -> Request {
        do {
            return try Request(command, principal: principal, key: key, channel: .http, access: access)
        } catch {
            preconditionFailure("\(command): \(error)")
        }
    }

    private static func pay(_ account: Int, _ store: Int, _ amount: Amount) -> MoneyCommand {
        .pay(.ordinal(UInt64(account)), store: "store-\(store)", place: nil, register: "\(store % 9 + 1)", amount)
    }

    /// Splitmix.
    private mutating func draw(_ bound: UInt64) -> UInt64 {
        random &+= 0x9E37_79B9_7F4A_7C15
        var mixed = random
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return (mixed ^ mixed >> 31).multipliedFullWidth(by: bound).high
    }
}
