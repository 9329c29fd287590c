import Foundation
import Ledger
import Synchronization
import Testing

@testable import Journal

/// A ledger's folder for one test, removed with it.
final class Place: Sendable {
    let directory: DataDirectory
    var path: String { directory.path }

    init() throws {
        Log.mapSize.store(1 << 30, ordering: .relaxed)
        let url = FileManager.default.temporaryDirectory.appending(path: "journal-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        directory = DataDirectory(url.path())
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// With a fresh ledger: a scenario's unless `real`.
    static func founded(real: Bool = false) throws -> Place {
        let place = try Place()
        try Ledgers.create(place.directory, Ledgers.Founding(operators: ["op-1", "op-2", "op-3"], start: real ? nil : opening))
        return place
    }

    static let opening = Instant("2019-07-01T09:00+09:00")!

    /// Opens, runs `body`, stops, and waits until nothing of the writer is left. Off the cooperative threads.
    @discardableResult
    func session<R: Sendable>(
        clock: LedgerClock = .system, keyCapacity: Int = 2048, onFailure: @escaping @Sendable (String) -> Void = { _ in },
        _ body: @escaping @Sendable (Writer) async throws -> R
    ) async throws -> R {
        let directory = directory
        let writer = try await offThread {
            try Ledgers.open(directory, clock: clock, keyCapacity: keyCapacity, onFailure: onFailure)
        }
        let result: Result<R, any Error>
        do { result = .success(try await body(writer)) } catch { result = .failure(error) }
        try await offThread { writer.stop() }
        weak let gone = writer.log
        _ = consume writer
        try await Self.eventually { gone == nil }
        return try result.get()
    }

    /// A log opened to read, and closed again.
    func reading<R: Sendable>(_ body: @escaping @Sendable (Log) throws -> R) async throws -> R {
        let directory = directory
        return try await offThread { try body(try Log(directory, readOnly: true)) }
    }

    func copy(_ from: String, to: String) throws {
        try? FileManager.default.removeItem(atPath: to)
        try FileManager.default.copyItem(atPath: from, toPath: to)
    }

    /// Changes a file that nobody has open.
    func edit(_ file: String, _ change: (inout [UInt8]) -> Void) throws {
        var bytes = try #require(Files.read(file))
        change(&bytes)
        try Data(bytes).write(to: URL(filePath: file))
    }

    static func eventually(_ holds: () -> Bool) async throws {
        for _ in 0..<5000 {
            if holds() { return }
            try await Task.sleep(for: .milliseconds(1))
        }
        Issue.record("not within five seconds")
    }
}

/// Runs what blocks on a thread of its own.
func offThread<R: Sendable>(_ body: @escaping @Sendable () throws -> R) async throws -> R {
    let result: Result<R, any Error> = await withCheckedContinuation { continuation in
        Thread.detachNewThread { continuation.resume(returning: Result { try body() }) }
    }
    return try result.get()
}


extension Command {
    static func open(_ person: String = "p-1", _ externalID: String? = nil) -> Command { .accounts(.open(person: person, externalID: externalID)) }
    static func charge(_ account: UInt64, _ amount: Int64, _ source: FundingSource = .creditCard) -> Command {
        .money(.charge(.ordinal(account), source, Amount(amount)!, reference: nil))
    }
    static func pay(_ account: UInt64, _ amount: Int64, _ store: String = "s-1") -> Command {
        .money(.pay(.ordinal(account), store: store, place: nil, register: nil, Amount(amount)!))
    }
    static func reverse(_ account: UInt64, _ payment: UInt64, _ amount: Int64) -> Command {
        .money(.reversePayment(.ordinal(account), payment: payment, Amount(amount)!, reason: nil))
    }
    static func correct(_ account: UInt64, _ charge: UInt64, _ amount: Int64) -> Command {
        .money(.correctCharge(.ordinal(account), charge: charge, Amount(amount)!, reason: nil))
    }
    static func close(_ account: UInt64) -> Command { .accounts(.close(.ordinal(account), .unclaimed, reason: nil)) }
    static func settlePartner(_ gross: Int64, fee: Int64) -> Command {
        .money(.settlePartner(.creditCard, gross: Amount(gross)!, fee: fee, statement: nil))
    }

    func asked(_ key: String, by principal: String = "wallet", at occurredAt: Instant? = nil) -> Request {
        try! Request(self, principal: Principal(name: principal), key: key, occurredAt: occurredAt, channel: .story)
    }
}

extension Outcome {
    /// The event, if there is one, whether told for the first time or again.
    var event: Event? { if case .recorded(let event, _) = self { event } else { nil } }
    var fresh: Event? { if case .recorded(let event, false) = self { event } else { nil } }
    var replayed: Event? { if case .recorded(let event, true) = self { event } else { nil } }

    /// In a word, to compare outcomes.
    var summary: String {
        switch self {
        case .recorded(let event, let replayed): "\(replayed ? "replayed" : "recorded") \(event)"
        case .dismissed(let rejection): "dismissed \(rejection.code.name)"
        case .keyReused: "keyReused"
        case .notAccepted(let reason): "notAccepted \(reason)"
        case .unknown: "unknown"
        }
    }
}

/// A repeatable source of randomness.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }
}
