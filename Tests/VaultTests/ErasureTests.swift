import Foundation
import LMDB
import Ledger
import Testing

@testable import Vault

@Suite struct ErasureTests {
    let pad = try! Scratchpad()

    @Test func afterDestroyingNoFileHoldsTheKey() throws {
        try pad.open { try $0.keep([$0.record("p-1", .mail, "taro@example.jp"), $0.record("p-2", .mail, "hana@example.jp")]) }
        let (gone, other) = (try pad.key(2), try pad.key(3))
        #expect(try pad.files(holding: gone) == ["keys"])
        try pad.open { vault throws in
            try vault.destroy(["p-1"])
            #expect(try pad.files(holding: gone) == [])
            #expect(try pad.files(holding: Array("taro@example.jp".utf8)) == [])
            #expect(try vault.all(of: "p-1") == .erased)
            #expect(try vault.value("p-1", .mail, "taro@example.jp") == nil)
            #expect(try vault.value("p-2", .mail, "hana@example.jp") == "hana@example.jp")
        }
        #expect(try pad.key(2) == [UInt8](repeating: 0, count: 32))
        #expect(try pad.files(holding: other) == ["keys"])
        try pad.open { vault throws in
            #expect(try vault.all(of: "p-1") == .erased)
            #expect(try vault.verify() == Vault.Report(persons: 1, erased: 1, items: 1))
        }
    }

    @Test func theKeysFileIsNeverReplaced() throws {
        func inode() throws -> Int? {
            (try FileManager.default.attributesOfItem(atPath: pad.path + "/keys")[.systemFileNumber] as? NSNumber)?.intValue
        }
        let before = try pad.open { vault throws in
            try vault.keep("p", .mail, "a@b")
            return try inode()
        }
        try pad.open { try $0.keep("q", .mail, "a@b") }
        try pad.open { try $0.destroy(["p", "q"]) }
        #expect(try inode() == before)
    }

    @Test func destroyingTwiceIsDestroyingOnce() throws {
        try pad.open { vault throws in
            try vault.keep("p", .mail, "a@b")
            try vault.destroy(["p", "never", "p"])
            let last = try vault.store.environment.info().lastTransaction
            try vault.destroy(["p", "never"])
            try vault.destroy([])
            #expect(try vault.store.environment.info().lastTransaction == last)
        }
        try pad.open { vault throws in
            try vault.destroy(["never", "p"])
            #expect(try vault.all(of: "p") == .erased)
            #expect(try vault.all(of: "never") == .erased)
            #expect(try vault.verify() == Vault.Report(erased: 2))
        }
    }

    @Test func nothingIsKeptForAnErasedPerson() throws {
        try pad.open { vault throws in
            try vault.keep("p", .mail, "a@b")
            try vault.destroy(["p", "never"])
            #expect(try vault.keep("p", .mail, "a@b") == refused)
            #expect(try vault.keep("p", .phone, "1") == refused)
            #expect(try vault.keep("never", .phone, "1") == refused)
            let mixed = [vault.record("p", .mail, "x"), vault.record("q", .mail, "x"), vault.record(nil, .mail, "x")]
            #expect(try vault.keep(mixed) == Vault.Kept(stored: 2, refused: 1))
            #expect(try vault.value("p", .mail, "a@b") == nil)
        }
        try pad.open { vault throws in
            #expect(try vault.keep("p", .mail, "a@b") == refused)
            #expect(try vault.all(of: "p") == .erased)
            #expect(try vault.verify() == Vault.Report(persons: 1, erased: 2, items: 2))
        }
    }

    @Test func thousandsAtOnce() throws {
        try pad.open { vault throws in
            let persons = (0..<2500).map { "p-\($0)" }
            try vault.keep(persons.flatMap { [vault.record($0, .mail, $0), vault.record($0, .device, $0)] })
            try vault.destroy(Array(persons[..<2300]))
            #expect(try vault.verify() == Vault.Report(persons: 200, erased: 2300, items: 400))
        }
    }

    @Test func keepingAndDestroyingAtOnce() throws {
        try pad.open { vault throws in
            let failed = Locked(0)
            DispatchQueue.concurrentPerform(iterations: 6) { worker in
                for round in 0..<30 {
                    do {
                        let person = "p-\(round)"
                        switch worker {
                        case 0, 1:
                            try vault.destroy([person])
                            guard try vault.all(of: person) == .erased else { failed.withLock { $0 += 1 }; continue }
                        case 2:
                            if round % 10 == 0, try !vault.verify().isWhole { failed.withLock { $0 += 1 } }
                        default:
                            try vault.keep(person, .device, "\(worker)")
                            _ = try vault.all(of: person)
                        }
                    } catch {
                        failed.withLock { $0 += 1 }
                    }
                }
            }
            #expect(failed.withLock { $0 } == 0)
            let report = try vault.verify()
            #expect(report.isWhole && report.erased == 30 && report.items == 0 && report.unreadable == 0)
        }
    }

    /// A plain dictionary says what each answer has to be.
    @Test(arguments: 1...4) func asAModelSays(seed: UInt64) throws {
        var random = Steps(state: seed)
        var model: [String: Set<String>?] = [:]
        for _ in 0..<6 {
            try pad.open { vault throws in
                for _ in 0..<40 {
                    let person = "p-\(random.below(9))"
                    switch random.below(10) {
                    case 0:
                        try vault.destroy([person])
                        model[person] = .some(nil)
                    case 1...6:
                        let values = (0...random.below(3)).map { _ in "v-\(random.below(6))" }
                        let kept = try vault.keep(values.map { vault.record(person, .device, $0) })
                        guard let before = model[person, default: []] else {
                            #expect(kept == Vault.Kept(refused: values.count))
                            continue
                        }
                        let new = Set(values).subtracting(before).count
                        #expect(kept == Vault.Kept(stored: new, known: values.count - new))
                        model[person] = before.union(values)
                    default:
                        let contents: Vault.Contents =
                            switch model[person] {
                            case nil: .unknown
                            case .some(nil): .erased
                            case .some(let values?): .kept(values.sorted().map { vault.datum(.device, $0) })
                            }
                        #expect(try vault.all(of: person) == contents)
                    }
                }
                #expect(try vault.verify().isWhole)
            }
        }
    }
}

/// A repeatable sequence (SplitMix64).
struct Steps {
    var state: UInt64

    mutating func below(_ limit: UInt64) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ z >> 31) % limit)
    }
}
