import Foundation
import Journal
import Ledger
import Synchronization
import Testing

/// A directory for one test, removed with it, in which ledgers are made.
final class Scratch: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "views-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A new scenario ledger.
    func ledger(_ name: String = "ledger") throws -> DataDirectory {
        let directory = DataDirectory(path + "/" + name)
        try Ledgers.create(directory, Ledgers.Founding(operators: ["op-1", "op-2", "op-3"], start: Instant("2019-07-01T09:00+09:00")!))
        return directory
    }

    func copy(_ directory: DataDirectory, to name: String) throws -> DataDirectory {
        try FileManager.default.copyItem(atPath: directory.path, toPath: path + "/" + name)
        return DataDirectory(path + "/" + name)
    }
}

/// SplitMix64.
struct Random: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) {
        state = seed
        // Neighbouring seeds would give one stream, begun at different places.
        state = next()
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
    mutating func pick<T>(_ values: [T]) -> T { values[below(values.count)] }
}

/// Sends commands to a writer and waits for their outcomes.
final class Teller: Sendable {
    private let writer: Writer
    /// Of all tellers, so that no key is used twice.
    private static let sent = Atomic<UInt64>(0)

    init(_ writer: Writer) { self.writer = writer }

    private final class Answers: Reply {
        let outcomes: Mutex<[Outcome?]>
        let isDone = DispatchSemaphore(value: 0)

        init(_ count: Int) { outcomes = Mutex(Array(repeating: nil, count: count)) }

        func deliver(_ outcome: Outcome, index: Int) {
            let left = outcomes.withLock { outcomes in
                outcomes[index] = outcome
                return outcomes.contains { $0 == nil }
            }
            if !left { isDone.signal() }
        }
    }

    /// A command with who gives it (`nil`: whoever usually does) and where from.
    struct Asked {
        var command: Command
        var principal: String?
        var access = Access.none
    }

    /// One after the other in one submission; the outcomes in the same order.
    @discardableResult
    func ask(_ commands: [Command], by principal: String? = nil, access: Access = .none) throws -> [Outcome] {
        try ask(commands.map { Asked(command: $0, principal: principal, access: access) })
    }

    @discardableResult
    func ask(_ asked: [Asked]) throws -> [Outcome] {
        guard !asked.isEmpty else { return [] }
        let answers = Answers(asked.count)
        var tickets: [Ticket] = []
        for (index, one) in asked.enumerated() {
            // In letters: long numbers look like payment cards now and then.
            let number = "k" + String(Self.sent.add(1, ordering: .relaxed).newValue).utf8.map { Character(UnicodeScalar($0 + 49)) }
            let request = try Request(
                one.command, principal: Principal(name: one.principal ?? Self.usual(one.command)), key: number, channel: .story,
                access: one.access)
            tickets.append(Ticket(request, answers, index: index))
        }
        writer.submit(tickets)
        answers.isDone.wait()
        return answers.outcomes.withLock { $0.map { $0! } }
    }

    /// The last event of a command that must be recorded, and not as a refusal.
    @discardableResult
    func ask(_ command: Command, by principal: String? = nil, access: Access = .none) throws -> Event {
        let outcome = try ask([command], by: principal, access: access)[0]
        guard case .recorded(let event, false) = outcome, event.kind != .refused else { throw Unexpected(command: command, outcome: outcome) }
        return event
    }

    /// Proposes by the first operator and has the others approve as far as it takes; the last event.
    @discardableResult
    func carryOut(_ command: Command, by proposer: String = "op-1") throws -> Event {
        let proposal = try ask(.approvals(.propose(command, because: "needed")), by: proposer)
        var last = proposal
        for approver in ["op-1", "op-2", "op-3"].filter({ $0 != proposer }).prefix(Int(proposal.tail.bytes(.approvalsNeeded)!.first!)) {
            last = try ask(.approvals(.approve(proposal: proposal.position)), by: approver)
        }
        return last
    }

    struct Unexpected: Error {
        var command: Command?
        var outcome: Outcome?
    }

    private static func usual(_ command: Command) -> String {
        switch command {
        case .accounts(.close), .money(.correctCharge), .money(.refund), .money(.settlePartner), .money(.settleMerchant),
            .money(.fundByOwner), .money(.bookUnmatched), .service, .controls, .approvals, .people, .access(.revokeSessions),
            .access(.mandateReset):
            "op-1"
        case .fraud(.raise): "monitor"
        case .fraud, .compensation: "op-1"
        case .damage(.openDispute): "anonymous"
        case .damage: "cert"
        case .shutdown(.claim), .shutdown(.correctPayee), .shutdown(.withdrawClaim): "anonymous"
        case .shutdown: "op-1"
        case .accounts, .money, .access: "anonymous"
        }
    }
}

/// Opens a ledger for writing, with a vault that keeps nothing.
func opened(_ directory: DataDirectory) throws -> Writer {
    try Ledgers.open(directory, custody: Custody(keep: { _ in }, destroy: { _ in }))
}

/// Opens a ledger, works with its writer, and stops it. A writer that was stopped lets go of its files a moment later.
@discardableResult
func writing<R>(_ directory: DataDirectory, _ body: (Writer) throws -> R) throws -> R {
    let writer = try patiently { try opened(directory) }
    defer { writer.stop() }
    return try body(writer)
}

/// The log of a ledger that nobody writes.
func reading(_ directory: DataDirectory) throws -> Log { try patiently { try Log(directory, readOnly: true) } }

/// Tries again for a while.
func patiently<R>(_ body: () throws -> R) throws -> R {
    for _ in 0..<400 {
        if let result = try? body() { return result }
        usleep(5_000)
    }
    return try body()
}

extension Log {
    /// Every event.
    func events() throws -> [Event] {
        var events: [Event] = []
        try scan(from: 0) { view in
            events.append(view.event!)
            return true
        }
        return events
    }
}

func amount(_ units: Int64) -> Amount { Amount(units)! }

extension Command {
    static func open(_ person: String) -> Command { .accounts(.open(person: person, externalID: nil)) }
    static func charge(_ ordinal: UInt64, _ units: Int64, _ source: FundingSource = .registerCash) -> Command {
        .money(.charge(.ordinal(ordinal), source, amount(units), reference: nil))
    }
    static func pay(_ ordinal: UInt64, _ units: Int64, _ store: String = "s-1") -> Command {
        .money(.pay(.ordinal(ordinal), store: store, place: nil, register: nil, amount(units)))
    }
    static func reverse(_ ordinal: UInt64, _ payment: UInt64, _ units: Int64) -> Command {
        .money(.reversePayment(.ordinal(ordinal), payment: payment, amount(units), reason: nil))
    }
}
