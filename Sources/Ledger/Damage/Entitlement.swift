/// What a person is to be made good for (accounting law L6): charges a thief made, and what a thief took of the person's
/// own balance, less what the person spent of a thief's charges. In minor units. This is what is certified and published.
public struct Entitlement: Equatable, Hashable, Sendable {
    /// Fraud charges by source, less what genuine payments took of them (D3 − D8).
    public var creditCard: Int64
    public var debitCard: Int64
    public var point: Int64
    /// What fraud payments took of the member's own charges (D4).
    public var ownBalance: Int64
    /// What genuine payments took of fraud charges (D8); already taken off above.
    public var genuineUse: Int64

    public init(creditCard: Int64 = 0, debitCard: Int64 = 0, point: Int64 = 0, ownBalance: Int64 = 0, genuineUse: Int64 = 0) {
        self.creditCard = creditCard
        self.debitCard = debitCard
        self.point = point
        self.ownBalance = ownBalance
        self.genuineUse = genuineUse
    }

    public static let zero = Entitlement()
    public var total: Int64 { creditCard + debitCard + point + ownBalance }

    /// Of one source of fraud charges; cash is only ever the member's own.
    public subscript(source: FundingSource) -> Int64 {
        get {
            switch source {
            case .creditCard: creditCard
            case .debitCard: debitCard
            case .point: point
            case .registerCash, .atmCash: 0
            }
        }
        set {
            switch source {
            case .creditCard: creditCard = newValue
            case .debitCard: debitCard = newValue
            case .point: point = newValue
            case .registerCash, .atmCash: break
            }
        }
    }

    public static func + (left: Entitlement, right: Entitlement) -> Entitlement {
        Entitlement(
            creditCard: left.creditCard + right.creditCard, debitCard: left.debitCard + right.debitCard, point: left.point + right.point,
            ownBalance: left.ownBalance + right.ownBalance, genuineUse: left.genuineUse + right.genuineUse)
    }

    var numbers: [Int64] { [creditCard, debitCard, point, ownBalance, genuineUse] }

    init?(numbers: [Int64]) {
        guard numbers.count == 5 else { return nil }
        self.init(creditCard: numbers[0], debitCard: numbers[1], point: numbers[2], ownBalance: numbers[3], genuineUse: numbers[4])
    }

    /// What a certification or an amendment says.
    public init?(reading tail: Tail) {
        guard let bytes = tail.bytes(.entitlement), bytes.count == 40 else { return nil }
        self.init(numbers: stride(from: bytes.startIndex, to: bytes.endIndex, by: 8).map { Tail.number(bytes[$0..<($0 + 8)]) })
    }

    /// Throws at numbers that no account of people's money has.
    func check() throws(Malformed) {
        let most: Int64 = 1 << 52
        for (name, number) in zip(["creditCard", "debitCard", "point", "ownBalance", "genuineUse"], numbers) {
            guard (0...most).contains(number) else { throw Malformed(field: name, reason: "is below zero or beyond all money there is") }
        }
    }
}

/// What a charge or a payment was found to be (認定区分). Without a label nothing is known.
public enum Label: UInt8, Named, Sendable {
    case unknown = 1
    case fraud = 2
    case genuine = 3
}

/// How a person's damage came to be known (被害認定の経路); a person counts under the first that applies.
public enum Route: UInt8, Named, Sendable {
    /// Facts confirmed between customer and company (お客様からのお問合せ).
    case memberInquiry = 1
    /// Information from a card company (カード会社からの情報).
    case cardCompanyInfo = 2
    /// Use that fits the pattern of the attack, found by the company itself.
    case patternOwnDetermination = 3
}
