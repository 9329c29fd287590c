/// The rules a deployment sets. A fresh ledger has none: every amount goes until a policy is set. A policy replaces the
/// one before it whole, and its version stands in every event decided under it. Zero, everywhere, is "no such rule".
public struct Policy: Equatable, Sendable {
    /// Largest balance an account may have after a charge.
    public var balanceCap: Int64 = 0
    /// By funding source; a source that is missing has no limit.
    public private(set) var limits: [SourceLimit]

    /// Nothing but operators' acts before the service is launched.
    public var requiresLaunch = false
    /// The country whose addresses are not foreign.
    public var homeCountry = Country.japan

    /// Seconds a session lasts, a proposal stays open (three days unless set).
    public var sessionSeconds: Int64 = 0
    public var proposalSeconds: Int64 = 0

    /// What may be charged or paid in one day (in Japan) by one account.
    public var dailyCharge: Int64 = 0
    public var dailyCardCharge: Int64 = 0
    public var dailyPayment: Int64 = 0
    /// At most `count` charges from these sources within any `seconds`.
    public var chargeWindows: [ChargeWindowLimit] = []

    /// Devices bound to one account at a time.
    public var devicesPerAccount: Int64 = 0
    /// Sources that may be charged from only through a device bound to the account.
    public var deviceSources = Sources()
    /// No charge from those sources for this long after the device was bound; then, within `seconds` of the binding, no
    /// more than `amount` together.
    public var deviceCoolDown: Int64 = 0
    public var deviceFirst = FirstLimit()
    /// No charge from these sources for this long after the credentials were reset, after a contact was changed.
    public var resetCoolDown = CoolDown()
    public var contactCoolDown = CoolDown()
    /// A reset is delivered only to a contact that was registered before it was asked for.
    public var resetsToRegisteredContact = false

    /// Compensation is not offered before this instant.
    public var compensationFrom = Instant(microseconds: 0)

    /// The least level of identity a refund is paid on.
    public var claimIdentity: UInt8 = 1
    /// Once the service has ended, a block of foreign addresses does not keep claims out.
    public var claimsFromAbroad = false
    /// What the bank takes in one file; 0 = what its format can hold.
    public var batchItems: Int64 = 0
    public var batchTotal: Int64 = 0
    /// The most transfers, and yen, in one file.
    public var fileItems: Int64 { batchItems > 0 ? batchItems : 999_999 }
    public var fileTotal: Int64 { batchTotal > 0 ? batchTotal : 999_999_999_999 }
    /// How long after an account's last event its person may not be erased (帳簿の保存).
    public var retentionSeconds: Int64 = 0

    /// The least authentication a command takes, by the command and, for a charge, by its source.
    public private(set) var minimums: [Minimum]
    public private(set) var sourceMinimums: [Minimum]

    /// What one charge from a source may be.
    public struct SourceLimit: Equatable, Sendable {
        public var perCharge: Int64 = 0
        public var step: Int64 = 0
        public init(perCharge: Int64 = 0, step: Int64 = 0) {
            self.perCharge = perCharge
            self.step = step
        }
    }

    public struct ChargeWindowLimit: Equatable, Sendable {
        public var sources: Sources
        public var count: Int64
        public var seconds: Int64
        public init(_ sources: Sources, count: Int64, seconds: Int64) {
            self.sources = sources
            self.count = count
            self.seconds = seconds
        }
    }

    public struct FirstLimit: Equatable, Sendable {
        public var amount: Int64 = 0
        public var seconds: Int64 = 0
        public init(amount: Int64 = 0, seconds: Int64 = 0) {
            self.amount = amount
            self.seconds = seconds
        }
    }

    public struct CoolDown: Equatable, Sendable {
        public var sources = Sources()
        public var seconds: Int64 = 0
        public init(_ sources: Sources = Sources(), seconds: Int64 = 0) {
            self.sources = sources
            self.seconds = seconds
        }
    }

    public struct Minimum: Equatable, Sendable {
        /// Of `Authentication.level`.
        public var level: UInt8 = 0
        /// How old the authentication may be; 0 = of any age.
        public var seconds: Int64 = 0
        public init(level: UInt8 = 0, seconds: Int64 = 0) {
            self.level = level
            self.seconds = seconds
        }
    }

    /// Some of the funding sources: bits 1 … 5.
    public struct Sources: OptionSet, Hashable, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }
        public init(_ sources: [FundingSource]) { rawValue = sources.reduce(0) { $0 | 1 << $1.rawValue } }
        public static let cards = Sources([.creditCard, .debitCard])
        public func contains(_ source: FundingSource) -> Bool { rawValue & (1 << source.rawValue) != 0 }
        public var all: [FundingSource] { FundingSource.allCases.filter { contains($0) } }
    }

    public static let none = Policy()
    /// A window is at most this long, so that what must be remembered stays small.
    public static let longestWindow: Int64 = 86_400
    public static let mostWindows = 8
    /// Any other span: ten years.
    public static let longestSpan: Int64 = 315_360_000

    public init(balanceCap: Int64 = 0, limits: [FundingSource: SourceLimit] = [:]) {
        self.balanceCap = balanceCap
        self.limits = Array(repeating: SourceLimit(), count: FundingSource.allCases.count + 1)
        minimums = Array(repeating: Minimum(), count: Int(UInt8.max) + 1)
        sourceMinimums = Array(repeating: Minimum(), count: FundingSource.allCases.count + 1)
        for (source, limit) in limits { self[source] = limit }
    }

    public subscript(source: FundingSource) -> SourceLimit {
        get { limits[Int(source.rawValue)] }
        set { limits[Int(source.rawValue)] = newValue }
    }

    public subscript(minimum name: Command.Name) -> Minimum {
        get { minimums[Int(name.rawValue)] }
        set { minimums[Int(name.rawValue)] = newValue }
    }

    public subscript(minimum source: FundingSource) -> Minimum {
        get { sourceMinimums[Int(source.rawValue)] }
        set { sourceMinimums[Int(source.rawValue)] = newValue }
    }

    /// How long a proposal stays open.
    var proposalLifetime: Int64 { proposalSeconds > 0 ? proposalSeconds : 259_200 }
    /// How far back charges must be remembered.
    var longestWindow: Int64 { chargeWindows.reduce(0) { max($0, $1.seconds) } }
    var countsDays: Bool { dailyCharge > 0 || dailyCardCharge > 0 || dailyPayment > 0 }
}

// MARK: As an event stores it

extension Policy {
    /// The rules beyond caps and source limits, each a tail field `policyRule`: number, scope, and two numbers.
    /// Numbers are never reused.
    enum Rule: UInt8 {
        case minimum = 1
        case sourceMinimum = 2
        case chargeWindow = 3
        case dailyCharge = 4
        case dailyCardCharge = 5
        case dailyPayment = 6
        case devicesPerAccount = 7
        case deviceSources = 8
        case deviceCoolDown = 9
        case deviceFirst = 10
        case resetCoolDown = 11
        case contactCoolDown = 12
        case resetsToRegisteredContact = 13
        case sessionSeconds = 14
        case proposalSeconds = 15
        case homeCountry = 16
        case requiresLaunch = 17
        case compensationFrom = 18
        case claimIdentity = 19
        case claimsFromAbroad = 20
        case batchLimits = 21
        case retention = 22
    }

    /// Every rule that says something: number, scope, a, b.
    private var rules: [(Rule, UInt8, Int64, Int64)] {
        var rules: [(Rule, UInt8, Int64, Int64)] = []
        for name in Command.Name.allCases where self[minimum: name] != Minimum() {
            rules.append((.minimum, name.rawValue, Int64(self[minimum: name].level), self[minimum: name].seconds))
        }
        for source in FundingSource.allCases where self[minimum: source] != Minimum() {
            rules.append((.sourceMinimum, source.rawValue, Int64(self[minimum: source].level), self[minimum: source].seconds))
        }
        for window in chargeWindows { rules.append((.chargeWindow, window.sources.rawValue, window.count, window.seconds)) }
        let single: [(Rule, UInt8, Int64, Int64)] = [
            (.dailyCharge, 0, dailyCharge, 0), (.dailyCardCharge, 0, dailyCardCharge, 0), (.dailyPayment, 0, dailyPayment, 0),
            (.devicesPerAccount, 0, devicesPerAccount, 0), (.deviceSources, deviceSources.rawValue, 0, 0),
            (.deviceCoolDown, 0, deviceCoolDown, 0), (.deviceFirst, 0, deviceFirst.amount, deviceFirst.seconds),
            (.resetCoolDown, resetCoolDown.sources.rawValue, resetCoolDown.seconds, 0),
            (.contactCoolDown, contactCoolDown.sources.rawValue, contactCoolDown.seconds, 0),
            (.resetsToRegisteredContact, 0, resetsToRegisteredContact ? 1 : 0, 0), (.sessionSeconds, 0, sessionSeconds, 0),
            (.proposalSeconds, 0, proposalSeconds, 0), (.homeCountry, 0, homeCountry == .japan ? 0 : Int64(homeCountry.code), 0),
            (.requiresLaunch, 0, requiresLaunch ? 1 : 0, 0), (.compensationFrom, 0, compensationFrom.microseconds, 0),
            (.claimIdentity, 0, claimIdentity == 1 ? 0 : Int64(claimIdentity), 0), (.claimsFromAbroad, 0, claimsFromAbroad ? 1 : 0, 0),
            (.batchLimits, 0, batchItems, batchTotal), (.retention, 0, retentionSeconds, 0),
        ]
        return rules + single.filter { $0.1 != 0 || $0.2 != 0 || $0.3 != 0 }
    }

    func write(to tail: inout Tail) {
        if balanceCap > 0 { tail.add(.policyCap, number: balanceCap) }
        for source in FundingSource.allCases where self[source] != SourceLimit() {
            var image = ImageWriter()
            image.number(self[source].perCharge)
            image.number(self[source].step)
            tail.add(.policyLimit, bytes: [source.rawValue] + image.bytes)
        }
        writeRules(to: &tail)
    }

    func writeRules(to tail: inout Tail) {
        for (rule, scope, a, b) in rules {
            var image = ImageWriter()
            image.number(a)
            image.number(b)
            tail.add(.policyRule, bytes: [rule.rawValue, scope] + image.bytes)
        }
    }

    /// The bytes of the tail a policy would have.
    var tailSize: Int {
        (balanceCap > 0 ? 11 : 0) + 20 * FundingSource.allCases.filter { self[$0] != SourceLimit() }.count + 21 * rules.count
    }

    public init(reading tail: Tail) {
        self.init(balanceCap: tail.number(.policyCap) ?? 0)
        for slice in tail.all(.policyLimit) where slice.count == 17 {
            guard let source = FundingSource(rawValue: slice[slice.startIndex]) else { continue }
            let start = slice.startIndex + 1
            self[source] = SourceLimit(
                perCharge: Tail.number(slice[start..<(start + 8)]), step: Tail.number(slice[(start + 8)..<(start + 16)]))
        }
        for slice in tail.all(.policyRule) where slice.count == 18 {
            let start = slice.startIndex
            guard let rule = Rule(rawValue: slice[start]) else { continue }
            take(rule, slice[start + 1], Tail.number(slice[(start + 2)..<(start + 10)]), Tail.number(slice[(start + 10)..<(start + 18)]))
        }
    }

    private mutating func take(_ rule: Rule, _ scope: UInt8, _ a: Int64, _ b: Int64) {
        let sources = Sources(rawValue: scope)
        switch rule {
        case .minimum: minimums[Int(scope)] = Minimum(level: UInt8(truncatingIfNeeded: a), seconds: b)
        case .sourceMinimum:
            if let source = FundingSource(rawValue: scope) { self[minimum: source] = Minimum(level: UInt8(truncatingIfNeeded: a), seconds: b) }
        case .chargeWindow: chargeWindows.append(ChargeWindowLimit(sources, count: a, seconds: b))
        case .dailyCharge: dailyCharge = a
        case .dailyCardCharge: dailyCardCharge = a
        case .dailyPayment: dailyPayment = a
        case .devicesPerAccount: devicesPerAccount = a
        case .deviceSources: deviceSources = sources
        case .deviceCoolDown: deviceCoolDown = a
        case .deviceFirst: deviceFirst = FirstLimit(amount: a, seconds: b)
        case .resetCoolDown: resetCoolDown = CoolDown(sources, seconds: a)
        case .contactCoolDown: contactCoolDown = CoolDown(sources, seconds: a)
        case .resetsToRegisteredContact: resetsToRegisteredContact = a != 0
        case .sessionSeconds: sessionSeconds = a
        case .proposalSeconds: proposalSeconds = a
        case .homeCountry: homeCountry = Country(code: UInt16(truncatingIfNeeded: a)) ?? .japan
        case .requiresLaunch: requiresLaunch = a != 0
        case .compensationFrom: compensationFrom = Instant(microseconds: a)
        case .claimIdentity: claimIdentity = UInt8(truncatingIfNeeded: a)
        case .claimsFromAbroad: claimsFromAbroad = a != 0
        case .batchLimits: (batchItems, batchTotal) = (a, b)
        case .retention: retentionSeconds = a
        }
    }

    /// Throws at a number that means nothing: below zero, a window without an end, a rule no command can meet.
    func check() throws(Malformed) {
        let amounts = FundingSource.allCases.flatMap { [self[$0].perCharge, self[$0].step] }
            + [balanceCap, dailyCharge, dailyCardCharge, dailyPayment, devicesPerAccount, deviceFirst.amount, batchItems, batchTotal]
        guard amounts.allSatisfy({ $0 >= 0 }) else { throw Malformed(field: "policy", reason: "holds a number below zero") }
        let spans = [sessionSeconds, proposalSeconds, deviceCoolDown, deviceFirst.seconds, resetCoolDown.seconds, contactCoolDown.seconds, retentionSeconds]
            + minimums.map(\.seconds) + sourceMinimums.map(\.seconds)
        guard spans.allSatisfy({ (0...Self.longestSpan).contains($0) }) else {
            throw Malformed(field: "policy", reason: "holds a span of seconds below zero or above ten years")
        }
        guard Authentication.levels.contains(claimIdentity) else {
            throw Malformed(field: "policy", reason: "holds a level of identity for claims that is none of 1 to \(Authentication.levels.upperBound)")
        }
        guard (minimums + sourceMinimums).allSatisfy({ $0.level <= Authentication.levels.upperBound }) else {
            throw Malformed(field: "policy", reason: "holds a level of authentication above \(Authentication.levels.upperBound)")
        }
        guard chargeWindows.count <= Self.mostWindows else {
            throw Malformed(field: "policy", reason: "holds more than \(Self.mostWindows) charge windows")
        }
        for window in chargeWindows {
            guard !window.sources.isEmpty, (1...10_000).contains(window.count), (1...Self.longestWindow).contains(window.seconds) else {
                throw Malformed(field: "policy", reason: "holds a charge window without sources, or not of 1 to 10,000 charges in 1 to \(Self.longestWindow) seconds")
            }
        }
        guard deviceFirst.amount == 0 || deviceFirst.seconds > 0 else {
            throw Malformed(field: "policy", reason: "holds a limit for a device's first hours without their seconds")
        }
        guard deviceSources.isEmpty == false || deviceCoolDown == 0 && deviceFirst.amount == 0 else {
            throw Malformed(field: "policy", reason: "holds a device's cool-down or first limit without the sources it is for")
        }
        guard tailSize <= 1100 else { throw Malformed(field: "policy", reason: "holds more rules than one event can; name fewer commands") }
    }
}
