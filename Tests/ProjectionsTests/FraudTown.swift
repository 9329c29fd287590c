import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// What happens in a test of the fraud view, in order. Times in microseconds.
enum Step {
    case wait(Int64)
    case charge(Int64, FundingSource = .creditCard, of: UInt64 = 1, Access = .none)
    case pay(Int64, in: String = "s-1", at: String? = nil, register: String? = nil, of: UInt64 = 1, Access = .none)
    case login(UInt64 = 1, Access = .none)
    case fail(UInt64?, LoginFailure = .wrongPassword, id: Pseudonym? = nil, Access = .none)
    case count(LoginCounts, Access)
    case bind(Pseudonym, of: UInt64 = 1, Access = .none)
    case reset(changed: Bool, of: UInt64 = 1, Access = .none)
    case policy(Policy)
    case rules([RuleSet.Rule])
}

/// A ledger with six accounts, and the view of it held against its check.
final class Town {
    let scratch: Scratch
    let writer: Writer
    let teller: Teller
    var now: Instant
    private(set) var activated: [UInt64] = []

    static let second: Int64 = 1_000_000
    static let accounts: UInt64 = 6
    /// Midnight in Japan and an hour, three days after the founding.
    static let start = Instant("2019-07-04T01:00+09:00")!

    init(money: Int64 = 5_000_000) throws {
        scratch = try Scratch()
        writer = try opened(try scratch.ledger())
        teller = Teller(writer)
        now = Self.start
        let people = (1...Self.accounts).map { Command.open("p-\($0)") }
        try teller.ask(people + (1...Self.accounts).map { .charge($0, money, .registerCash) })
        try teller.ask(.service(.advanceClock(to: now)))
    }

    deinit { writer.stop() }

    /// In one submission between changes of rules.
    func play(_ steps: [Step]) throws {
        var asked: [Teller.Asked] = []
        func send() throws {
            for outcome in try teller.ask(asked) {
                guard case .recorded(let event, _) = outcome, event.kind != .refused else { throw Teller.Unexpected() }
            }
            asked = []
        }
        for step in steps {
            if case .rules(let rules) = step {
                try send()
                activated.append(try activate(rules))
            } else {
                asked.append(self.asked(step))
            }
        }
        try send()
    }

    private func activate(_ rules: [RuleSet.Rule]) throws -> UInt64 {
        try teller.carryOut(.fraud(.activate(RuleSet(name: "test", lockScore: 100, rules: rules), reason: "seen"))).position
    }

    func asked(_ step: Step) -> Teller.Asked {
        func by(_ command: Command, _ access: Access = .none, _ principal: String = "anonymous") -> Teller.Asked {
            Teller.Asked(command: command, principal: principal, access: access)
        }
        switch step {
        case .wait(let micros):
            now = Instant(microseconds: now.microseconds + micros)
            return by(.service(.advanceClock(to: now)), .none, "op-1")
        case .charge(let units, let source, let account, let access):
            return by(.money(.charge(.ordinal(account), source, amount(units), reference: nil)), access)
        case .pay(let units, let store, let place, let register, let account, let access):
            return by(.money(.pay(.ordinal(account), store: store, place: place, register: register, amount(units))), access)
        case .login(let account, let access): return by(.access(.logIn(.ordinal(account), .commonId)), access)
        case .fail(let account, let failure, let id, let access):
            return by(.access(.failLogin(account.map { .ordinal($0) }, loginID: id, .commonId, failure)), access)
        case .count(let counts, let access): return by(.access(.countLogins(counts)), access)
        case .bind(let device, let account, let access): return by(.access(.bindDevice(.ordinal(account), device, attestation: nil)), access)
        case .reset(let isChanged, let account, let access):
            return by(.accounts(.resetCredentials(.ordinal(account), .reminder, addressChanged: isChanged)), access)
        case .policy(let policy): return by(.service(.setPolicy(policy)), .none, "op-1")
        case .rules: preconditionFailure()
        }
    }

    /// The view folded at once; its check, a restart in the middle and slices agree with it.
    func view(_ sourceLocation: SourceLocation = #_sourceLocation) throws -> FraudWatch {
        let log = writer.log
        let view = try FraudWatch.fold(log)
        #expect(try view.differences(from: check(to: log.count)) == [], sourceLocation: sourceLocation)
        let digest = view.digest()
        for cut in Set([1, activated.first ?? 1, log.count / 2, log.count - 1]) where cut > 0 {
            try restarted(at: cut, digest, sourceLocation)
        }
        return view
    }

    func check(to end: UInt64) throws -> FraudCheck {
        var check = FraudCheck()
        try writer.log.scan(from: 0, to: end) { event in
            check.take(event.event!)
            return true
        }
        return check
    }

    /// A view kept at a position, read again and followed to the end has the digest.
    func restarted(at cut: UInt64, _ digest: Hash, _ sourceLocation: SourceLocation = #_sourceLocation) throws {
        let log = writer.log
        try? FileManager.default.removeItem(atPath: ViewStore.path(FraudWatch.self, log.directory))
        var early = try FraudWatch.fold(log, to: cut / 2)
        if cut > 3 { try early.keep(log) }
        try early.follow(log, to: cut)
        try early.keep(log)
        let stored = try #require(try Views.stored(FraudWatch.self, log))
        #expect(stored.next == cut && stored.digest() == early.digest(), sourceLocation: sourceLocation)
        #expect(try Views.read(FraudWatch.self, log).digest() == digest, "restarted at \(cut)", sourceLocation: sourceLocation)
    }

    static func device(_ number: UInt64) -> Pseudonym { Pseudonym(high: 1, low: number) }

    static func access(
        device: UInt64? = nil, address: UInt64? = nil, network: UInt32 = 0, country: String? = nil, session: UInt32 = 0
    ) -> Access {
        var access = Access()
        access.device = device.map { Self.device($0) }
        access.address = address.map { Pseudonym(high: 2, low: $0) }
        access.network = network
        access.country = country.flatMap { Country($0) }
        access.session = session
        return access
    }
}

extension RuleSet.Rule {
    static func of(_ number: RuleNumber, weight: Int64 = 10, _ thresholds: Int64..., sources: Policy.Sources = .cards) -> RuleSet.Rule {
        RuleSet.Rule(number, weight: weight, thresholds: thresholds, sources: sources)
    }
}

/// What of a finding most tests look at.
struct Told: Equatable, CustomStringConvertible {
    let rule: RuleNumber
    let subject: String
    let matched: Int64
    var isGrave = false

    init(_ rule: RuleNumber, _ subject: String = "account:1", matched: Int64 = 1, isGrave: Bool = false) {
        (self.rule, self.subject, self.matched, self.isGrave) = (rule, subject, matched, isGrave)
    }

    init(_ finding: FraudFinding) {
        self.init(finding.rule, finding.subject, matched: finding.matched, isGrave: finding.isGrave)
    }

    var description: String { "\(rule) \(subject) \(matched)\(isGrave ? " grave" : "")" }
}
