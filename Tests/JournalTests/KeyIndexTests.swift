import Foundation
import Ledger
import Testing

@testable import Journal

/// With 2,048 keys a generation instead of 262,144, so that runs, merges and borders come within a test's time.
@Suite("Idempotency for ever", .serialized)
struct KeyIndexTests {
    private static let count = 36_000

    private static func request(_ number: Int) -> Request {
        try! Request(
            .charge(1, 1), principal: Principal(name: "wallet"), key: key(number), fingerprint: UInt64(number), occurredAt: nil, channel: .story)
    }

    private static func key(_ number: Int) -> CommandKey {
        var dice = Dice(UInt64(number))
        return CommandKey(high: dice.next(), low: dice.next())
    }

    /// Every key answers with its position, and those never used with none.
    private static func check(_ place: Place, upTo count: Int) async throws {
        try await place.session { writer in
            #expect(writer.log.count == UInt64(count) + 2)
            let asked = Array(stride(from: 0, to: count, by: 7)) + [0, 2046, 2047, 2048, 2049, 16_383, 16_384, count - 1].filter { $0 < count }
            let outcomes = await writer.submit(asked.map(request))
            for (number, outcome) in zip(asked, outcomes) where outcome.replayed?.position != UInt64(number) + 2 {
                Issue.record("key \(number): \(outcome.summary)")
                break
            }
            #expect(writer.log.count == UInt64(count) + 2)
        }
    }

    @Test("over generations, merges and restarts, with the runs gone, damaged, or of another history", .timeLimit(.minutes(5)))
    func generations() async throws {
        let place = try Place.founded()
        let count = Self.count
        try await place.session { writer in
            await open(writer, 1)
            for start in stride(from: 0, to: count, by: 9000) {
                let outcomes = await writer.submit((start..<(start + 9000)).map(Self.request))
                if outcomes.contains(where: { $0.fresh == nil }) { Issue.record("from \(start)") }
            }
            // Every key again while runs are being written and merged.
            let again = await writer.submit(stride(from: 0, to: count, by: 11).map(Self.request))
            #expect(again.enumerated().allSatisfy { $1.replayed?.position == UInt64($0 * 11) + 2 })
        }
        // 17 full generations: two merged runs of eight, a single one.
        let names = try FileManager.default.contentsOfDirectory(atPath: place.directory.keyRuns)
        #expect(names.count == 3 && !names.contains { $0.hasSuffix(".new") }, "\(names)")
        try await Self.check(place, upTo: count)
        // One in the middle is gone: it and what follows is derived again.
        let sorted = names.sorted { Int($0.split(separator: "-")[1])! < Int($1.split(separator: "-")[1])! }
        place.directory.remove(place.directory.keyRuns + "/" + sorted[1])
        try await Self.check(place, upTo: count)
        place.directory.remove(place.directory.keyRuns)
        try await Self.check(place, upTo: count)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.directory.keyRuns).count == 3)
        // A merged run beside one of its parts, as a crash leaves them; and a half-written one.
        try place.copy(place.directory.keyRuns + "/" + sorted[1], to: place.directory.keyRuns + "/run-0-99999999")
        try place.copy(place.directory.keyRuns + "/" + sorted[2], to: place.directory.keyRuns + "/" + sorted[2] + ".new")
        try await Self.check(place, upTo: count)
        #expect(Set(try FileManager.default.contentsOfDirectory(atPath: place.directory.keyRuns)) == Set(names))
    }

    @Test("a damaged run stops the writer or is dropped; no key is forgotten", .timeLimit(.minutes(5)))
    func damage() async throws {
        let place = try Place.founded()
        let count = 4200
        try await place.session { writer in
            await open(writer, 1)
            _ = await writer.submit((0..<count).map(Self.request))
        }
        let whole = place.path + "/whole"
        try place.copy(place.directory.keyRuns, to: whole)
        var dice = Dice(5)
        var noticed = 0
        for round in 0..<20 {
            try place.copy(whole, to: place.directory.keyRuns)
            let run = place.directory.keyRuns + "/" + (try FileManager.default.contentsOfDirectory(atPath: whole).sorted()[round % 2])
            try place.edit(run) { bytes in
                if round % 10 == 9 { bytes.removeLast(Int.random(in: 1..<bytes.count, using: &dice)) }
                for _ in 0..<(round % 4 * 10 + 1) where !bytes.isEmpty {
                    bytes[Int.random(in: 0..<bytes.count, using: &dice)] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
                }
            }
            for _ in 0..<2 {
                let outcomes = try await place.session { writer in await writer.submit((0..<count).map(Self.request)) }
                if outcomes.contains(where: { if case .unknown = $0 { true } else { false } }) {
                    noticed += 1
                    continue
                }
                if let wrong = outcomes.enumerated().first(where: { $1.replayed?.position != UInt64($0) + 2 }) {
                    Issue.record("round \(round): key \(wrong.offset) is \(wrong.element.summary)")
                }
                break
            }
            try await place.reading { log in #expect(log.count == UInt64(count) + 2) }
        }
        #expect(noticed > 4)
    }

    @Test("runs know no command that the log does not")
    func ahead() async throws {
        let place = try Place.founded()
        try await place.session { writer in
            await open(writer, 1)
            _ = await writer.submit((0..<1000).map(Self.request))
        }
        let saved = Place.Copy(place)
        try saved.take()
        try await place.session { writer in _ = await writer.submit((1000..<9000).map(Self.request)) }
        // The later runs stay, the log does not.
        try saved.putBack()
        try await place.session { writer in
            let outcomes = await writer.submit((500..<9000).map(Self.request))
            #expect(outcomes.prefix(500).allSatisfy { $0.replayed != nil } && outcomes.dropFirst(500).allSatisfy { $0.fresh != nil })
        }
        try await Self.check(place, upTo: 9000)
        // A key that never was.
        try await place.session { writer in
            #expect(await writer.submit(Self.request(123_456)).fresh != nil)
        }
    }

    @Test("a run finds every key it holds, however they lie, and no other")
    func run() throws {
        let place = try Place()
        for even in [true, false] {
            let entries = (0..<5000).map { number in
                KeyTable.Entry(high: even ? Self.key(number).high : 7 + UInt64(number % 3), low: Self.key(number).low, place: UInt64(number) + 1)
            }
            var rest = entries.sorted()[...]
            let run = try KeyRun.write(folder: place.path, from: 0, to: even ? 5000 : 5001, leaf: Hash.of([1]), count: 5000) { rest.popFirst() }
            #expect(run.leaf == Hash.of([1]) && run.count == 5000)
            for entry in entries {
                if try run.position(of: CommandKey(high: entry.high, low: entry.low)) != entry.place - 1 { Issue.record("\(entry)") }
                if try run.position(of: CommandKey(high: entry.high, low: entry.low ^ 1)) != nil { Issue.record("a stranger") }
            }
        }
        #expect(throws: JournalError.self) { try KeyRun.write(folder: place.path, from: 0, to: 9, leaf: Hash.of([]), count: 2) { nil } }
    }

    @Test("a filter forgets nothing and lets few strangers pass")
    func filter() {
        var filter = KeyFilter(keys: 10_000)
        for number in 0..<10_000 { filter.insert(Self.key(number)) }
        #expect((0..<10_000).allSatisfy { filter.mayHold(Self.key($0)) })
        let passed = (10_000..<110_000).count { filter.mayHold(Self.key($0)) }
        #expect(passed < 600, "\(passed) of 100,000")
        #expect(KeyFilter(words: filter.words)?.mayHold(Self.key(1)) == true && KeyFilter(words: []) == nil && KeyFilter(words: [1]) == nil)
    }
}
