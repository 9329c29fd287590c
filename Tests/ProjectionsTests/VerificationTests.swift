import Foundation
import Journal
import Ledger
import Synchronization
import Testing

@testable import Projections

/// `verify` is silent on a sound ledger and speaks on any other.
@Suite struct VerificationTests {
    /// A ledger that was written and closed, with views.
    private func ledger(_ scratch: Scratch, _ name: String = "ledger", seed: UInt64 = 41) throws -> DataDirectory {
        let directory = try scratch.ledger(name)
        try writing(directory) { writer in
            let views = try Views(writer.log)
            views.start()
            var play = try Play(seed: seed, writer)
            try play.go(160)
            writer.stop()
            views.stop()
        }
        return directory
    }

    private func problems(_ directory: DataDirectory, _ depth: Verification.Depth) throws -> [String] {
        let result = try Verification.run(try reading(directory), depth)
        #expect(result.isSound == result.checks.allSatisfy(\.problems.isEmpty))
        return result.checks.filter { !$0.problems.isEmpty }.map(\.name)
    }

    private func problemsAtEveryDepth(_ directory: DataDirectory) throws -> [[String]] {
        try Verification.Depth.allCases.map { try problems(directory, $0) }
    }

    @Test("A sound ledger is sound at every depth, with and without its views")
    func sound() throws {
        let scratch = try Scratch()
        let directory = try ledger(scratch)
        #expect(try problemsAtEveryDepth(directory) == [[], [], []])
        let log = try reading(directory)
        var told: [UInt64] = []
        let result = try Verification.run(log, .deep) { position, _ in told.append(position) }
        #expect(result.events == log.count && result.ledger == log.origin && told == [0])
        #expect(try log.head().frontier.root.description == result.root)
        #expect(result.checks.filter { $0.detail.contains("checkpoint after event \(log.count - 1)") }.count == Views.names.count)
        try FileManager.default.removeItem(atPath: directory.views)
        #expect(try Verification.run(log, .deep).isSound)
    }

    @Test("A changed line in a stored view, a damaged one and a strange one are found")
    func views() throws {
        let scratch = try Scratch()
        let directory = try ledger(scratch)
        let strange = try ledger(scratch, "strange", seed: 42)
        do {
            let log = try reading(directory)
            var balances = try Balances.fold(log)
            balances.tables[0][0, 0] += 1
            var trial = try Trial.fold(log)
            trial.tables[2][0, 1] += 1
            for path in [ViewStore.path(Balances.self, directory), ViewStore.path(Trial.self, directory)] {
                try FileManager.default.removeItem(atPath: path)
            }
            try balances.keep(log)
            try trial.keep(log)
        }
        let expected = ["projection balances", "projection trial"]
        #expect(try problemsAtEveryDepth(directory) == [[], expected, expected])
        let path = ViewStore.path(Statements.self, directory)
        try tamper(path, "members", 0) { $0[9] ^= 4 }
        #expect(try problems(directory, .full) == ["projection balances", "projection statements", "projection trial"])
        try FileManager.default.removeItem(atPath: directory.views)
        try FileManager.default.copyItem(atPath: strange.views, toPath: directory.views)
        #expect(try problems(directory, .full) == Views.names.map { "projection \($0)" })
    }

    @Test("A flipped bit, a changed event with a right checksum, a missing and a last event taken off are found")
    func log() throws {
        let scratch = try Scratch()
        let sound = try ledger(scratch)
        let count = try reading(sound).count
        let flipped = try scratch.copy(sound, to: "flipped")
        try tamper(flipped.log, "events", 50) { $0[70] ^= 1 }
        for depth in Verification.Depth.allCases { #expect(try problems(flipped, depth).contains("events")) }
        for (number, change) in changes.enumerated() {
            let changed = try scratch.copy(sound, to: "changed-\(number)")
            let position = try reading(sound).events().first { $0.kind == .paymentAccepted }!.position
            try replaceEvent(changed, at: position, change)
            #expect(try problemsAtEveryDepth(changed).allSatisfy { $0.contains("merkle root") && !$0.contains("events") })
        }
        let missing = try scratch.copy(sound, to: "missing")
        try tamper(missing.log, "events", 50) { $0 = [] }
        #expect(try problems(missing, .quick).contains("events"))
        let cut = try scratch.copy(sound, to: "cut")
        try tamper(cut.log, "events", count - 1) { $0 = [] }
        #expect(try problems(cut, .quick) == ["events"])
        let forged = try scratch.copy(sound, to: "forged")
        try tamper(forged.log, "meta", "frontier") { $0[20] ^= 1 }
        #expect(try problems(forged, .quick) == ["merkle root", "checkpoint in the log"])
    }

    private var changes: [(inout Event) -> Void] {
        [
            { $0.amount += 1 }, { $0.amount = -5 }, { $0.amount = .min }, { $0.subject = .member(1 << 50) },
            { $0.debit = .member(0) }, { $0.credit = AccountCode(rawValue: .max) },
        ]
    }

    @Test("A missing, a foreign and an older checkpoint, and one that covers more than there is, are told apart")
    func checkpoints() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        let founding = directory.read(directory.checkpoint)!
        try writing(directory) { writer in
            var play = try Play(seed: 44, writer)
            try play.go(60)
        }
        let early = try scratch.copy(directory, to: "early")
        try writing(directory) { writer in
            var play = try Play(seed: 45, writer)
            try play.go(30)
        }
        let strange = try ledger(scratch, "strange", seed: 42)
        #expect(try problems(directory, .quick) == [])
        try directory.replace(directory.checkpoint, with: founding)
        #expect(try problems(directory, .quick) == [])
        try directory.replace(directory.checkpoint, with: strange.read(strange.checkpoint)!)
        #expect(try problems(directory, .quick) == ["checkpoint outside"])
        try FileManager.default.removeItem(atPath: directory.checkpoint)
        #expect(try problems(directory, .quick) == ["checkpoint outside"])

        #expect(try problems(early, .quick) == [])
        try writing(directory) { _ = try Teller($0).ask([.open("z")]) }
        try early.replace(early.checkpoint, with: directory.read(directory.checkpoint)!)
        #expect(try problems(early, .quick) == ["checkpoint outside"])
        let told = try Verification.run(try reading(early), .quick).checks.flatMap(\.problems)
        #expect(told.count == 1 && told[0].hasSuffix("events are missing"))
        try FileManager.default.removeItem(atPath: early.verifierKey)
        #expect(try problems(early, .full).contains("checkpoints"))
        try early.replace(early.verifierKey, with: strange.read(strange.verifierKey)!)
        #expect(try problems(early, .quick) == ["checkpoint in the log", "checkpoint outside"])
    }

    @Test("Beside a writer at work it finds nothing, again and again")
    func live() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        try writing(directory) { writer in
            let isDone = Atomic(false)
            let group = DispatchGroup()
            DispatchQueue(label: "teller").async(group: group) {
                let teller = Teller(writer)
                _ = try? teller.ask((0..<5).map { .open("p-\($0)") })
                while !isDone.load(ordering: .relaxed) {
                    _ = try? teller.ask((0..<20).map { .charge(UInt64(1 + $0 % 5), 5) })
                }
            }
            for _ in 0..<12 {
                // A checkpoint may be taken at any moment.
                var view = try Views.read(Statements.self, writer.log)
                try? FileManager.default.removeItem(atPath: ViewStore.path(Statements.self, directory))
                try view.keepWhole(writer.log)
                let result = try Verification.run(writer.log, .full)
                #expect(result.isSound, "\(result.checks)")
            }
            isDone.store(true, ordering: .relaxed)
            group.wait()
        }
    }
}

extension Projection {
    /// A checkpoint of all of it, whatever was written before.
    mutating func keepWhole(_ log: Log) throws {
        var fresh = try Self.fold(log, to: next)
        try fresh.keep(log)
        self = fresh
    }
}
