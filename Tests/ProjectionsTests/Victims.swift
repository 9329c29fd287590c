import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// The damage desks at work on a real ledger: a certifier, an investigator, support, and three operators.
final class Victims {
    let scratch: Scratch
    let directory: DataDirectory
    let writer: Writer
    let teller: Teller
    /// The last account opened, or the one named.
    private(set) var account: UInt64 = 0
    /// Positions of what was played on the account, in order.
    private(set) var played: [UInt64] = []
    private var unlabelled: [(UInt64, Label)] = []

    init() throws {
        scratch = try Scratch()
        directory = try scratch.ledger()
        writer = try opened(directory)
        teller = Teller(writer)
        for (name, role) in [("cert", Role.certifier), ("inv", .investigator), ("sup", .support)] {
            try teller.carryOut(.approvals(.grant(principal: name, role, person: nil)))
        }
    }

    deinit { writer.stop() }

    var log: Log { writer.log }
    var count: UInt64 { log.count }
    private var reference: AccountReference { .ordinal(account) }

    @discardableResult
    func open(_ person: String) throws -> UInt64 {
        account = try teller.ask(.open(person)).subject.ordinal
        (played, unlabelled) = ([], [])
        return account
    }

    func turn(to account: UInt64) { (self.account, played, unlabelled) = (account, [], []) }

    /// Plays a row of accounting §3: o own cash, c d n fraud charges by credit, debit and points, f g u payments (fraud, genuine,
    /// unlabelled), H "hold all". Labels are given before a hold and at the end, unless `labels` is false.
    func play(_ row: String, labels: Bool = true) throws {
        for word in row.split(separator: " ") {
            let number = Int64(word.dropFirst()) ?? 0
            func charge(_ source: FundingSource, _ label: Label?) throws {
                let event = try teller.ask(.charge(account, number, source))
                played.append(event.position)
                if let label { unlabelled.append((event.position, label)) }
            }
            func pay(_ label: Label?) throws {
                let event = try teller.ask(.pay(account, number))
                played.append(event.position)
                if let label { unlabelled.append((event.position, label)) }
            }
            switch word.first {
            case "o": try charge(.registerCash, nil)
            case "c": try charge(.creditCard, .fraud)
            case "d": try charge(.debitCard, .fraud)
            case "n": try charge(.point, .fraud)
            case "f": try pay(.fraud)
            case "g": try pay(.genuine)
            case "u": try pay(nil)
            case "H":
                try labelPending()
                try teller.ask(.damage(.hold(reference, charge: nil, reason: nil)))
            default: throw Teller.Unexpected()
            }
        }
        if labels { try labelPending() }
    }

    func labelPending() throws {
        let pending = Dictionary(grouping: unlabelled, by: \.1)
        unlabelled = []
        for (label, events) in pending.sorted(by: { $0.key.rawValue < $1.key.rawValue }) { try self.label(events.map(\.0), label) }
    }

    @discardableResult
    func label(_ events: [UInt64], _ label: Label, amends: String? = nil) throws -> Event {
        let command = Command.damage(.label(reference, events: events, label, basis: "seen", amends: amends))
        return try amends == nil ? teller.ask(command, by: "inv") : teller.carryOut(command, by: "cert")
    }

    /// Refused, or the code is not the one that was expected.
    func refusal(_ command: Command, by principal: String) throws -> Rejection.Code? {
        switch try teller.ask([command], by: principal)[0] {
        case .recorded(let event, _): event.rejection?.code
        case .dismissed(let rejection): rejection.code
        default: nil
        }
    }

    func cases(to end: UInt64 = .max) throws -> Cases { try Cases.read(log: log, to: end) }

    /// What is recomputed for a person now.
    func found(_ person: String) throws -> Entitlement {
        let cases = try cases()
        return cases.accounts(of: person).reduce(.zero) { $0 + cases.entitlement($1) }
    }

    /// Opens a dispute over everything fraudulent and certifies on it; two agree where genuine payments took of fraud charges.
    @discardableResult
    func certify(_ person: String) throws -> Event {
        let cases = try cases()
        let fraud = cases.accounts(of: person).flatMap { account in
            cases.attributions[account]?.labels.filter { $0.value.label == .fraud }.keys.sorted() ?? []
        }
        let first = try #require(cases.accounts(of: person).first { cases.hasFraud($0) })
        let own = fraud.filter { position in cases.histories[first]!.contains { $0.position == position } }
        let dispute = try teller.ask(.damage(.openDispute(.ordinal(first), events: own, via: .supportLine, note: nil)))
        let sums = try found(person)
        let command = Command.damage(.certify(person: person, sums, DamageCommand.Grounds(dispute: dispute.position), note: nil))
        return try sums.genuineUse > 0 ? teller.carryOut(command, by: "cert") : teller.ask(command)
    }

    func confirm(_ charge: UInt64, _ source: FundingSource, _ units: Int64) throws {
        let stage: CompensationCommand.Stage = source == .creditCard ? .beforeDebit : .toBankAccount
        try teller.ask(.compensation(.confirmReversal(reference, source, charge: charge, amount(units), stage, reference: nil)))
    }

    /// Offers, agrees to and pays what no partner makes good.
    func compensate() throws {
        let due = try cases().compensationDue(account)
        try teller.ask(.compensation(.offer(reference, note: nil)))
        try teller.carryOut(.compensation(.agree(reference, amount(due))))
        try teller.ask(.compensation(.pay(reference, amount(due), reference: nil)))
    }

    func advance(_ day: String) throws { try teller.ask(.service(.advanceClock(to: Instant(day)!))) }

    /// Balance and hold of the account, by the trial balance.
    func left() throws -> [Int64] {
        let lines = try Trial.fold(log).lines
        return [AccountCode.member(account), .fraudHold(account)].map { code in Int64(lines.first { $0.account == code }?.balance ?? 0) }
    }

    /// Nothing wrong with the log, and no view differs from the audit, live, rebuilt or stored.
    func expectSound(_ location: SourceLocation = #_sourceLocation) throws {
        let events = try log.events()
        let audited = audit(events)
        #expect(audited.findings == [], sourceLocation: location)
        #expect(try Balances.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try Statements.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try Trial.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try Decisions.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try Damage.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try Refunds.fold(log).differences(from: audited) == [], sourceLocation: location)
        #expect(try compare(Balances.fold(log), Plain(events)) == [], sourceLocation: location)
    }
}
