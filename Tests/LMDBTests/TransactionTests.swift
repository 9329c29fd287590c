import Foundation
import LMDB
import Synchronization
import Testing

/// An environment that threads of a test can share.
final class Shared: Sendable {
    let environment: Environment
    let table: Table

    init(_ path: String) throws {
        environment = try Environment(path: path)
        table = try #require(try environment.table("t", create: true))
    }
}

@Suite struct TransactionTests {
    let directory = try! Directory()

    struct Change: Error {}

    @Test func appendingOutOfOrderIsRefused() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction throws in
            try transaction.append(5, [5], to: table)
            #expect(refusal { try transaction.append(5, [0], to: table) } == "MDB_KEYEXIST")
            #expect(refusal { try transaction.append(4, [0], to: table) } == "MDB_KEYEXIST")
            try transaction.append(256, [6], to: table)
            try transaction.append(.max, [7], to: table)
        }
        #expect(try environment.read { try $0.keys(table) } == [5, 256, .max])
        #expect(try environment.read { try $0.bytes(5, in: table) } == [5])
    }

    @Test func aThrowingClosureLeavesNothing() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        #expect(throws: Change.self) {
            try environment.write { transaction throws in
                try transaction.put(1, [1], in: table)
                #expect(try transaction.bytes(1, in: table) == [1])
                throw Change()
            }
        }
        #expect(try environment.read { try $0.bytes(1, in: table) } == nil)
        let answer = try environment.write { transaction throws in
            try transaction.put(1, [2], in: table)
            return 42
        }
        #expect(answer == 42)
        #expect(try environment.read { try $0.bytes(1, in: table) } == [2])
    }

    @Test func aSnapshotDoesNotSeeWhatAnotherThreadCommits() throws {
        let shared = try Shared(directory.path)
        try shared.environment.write { try $0.put(1, [1], in: shared.table) }
        try shared.environment.read { snapshot throws in
            guard let value = try snapshot.get(1, in: shared.table) else { throw Change() }
            onAnotherThread {
                for key in 1...2000 as ClosedRange<UInt64> {
                    try shared.environment.write {
                        try $0.put(key % 40, [UInt8](repeating: 9, count: 500), in: shared.table)
                    }
                }
            }
            #expect([UInt8](value) == [1])
            #expect(try snapshot.keys(shared.table) == [1])
            #expect(try snapshot.last(in: shared.table) == 1)
        }
        #expect(try shared.environment.read { try $0.count(in: shared.table) } == 40)
    }

    @Test func readersAndWritersOnManyThreadsSeeWholeCommits() throws {
        let shared = try Shared(directory.path)
        let torn = Atomic<Int>(0)
        try shared.environment.write { for key in 0..<10 as Range<UInt64> { try $0.put(key, [0], in: shared.table) } }
        DispatchQueue.concurrentPerform(iterations: 8) { worker in
            for round in 0..<100 {
                do {
                    if worker % 2 == 0 {
                        try shared.environment.write { transaction throws in
                            for key in 0..<10 as Range<UInt64> {
                                try transaction.put(key, [UInt8(round), UInt8(worker)], in: shared.table)
                            }
                        }
                    } else {
                        try shared.environment.read { snapshot throws in
                            let first = try snapshot.bytes(0, in: shared.table)
                            for key in 1..<10 as Range<UInt64> where try snapshot.bytes(key, in: shared.table) != first
                            {
                                torn.add(1, ordering: .relaxed)
                            }
                        }
                    }
                } catch {
                    torn.add(1, ordering: .relaxed)
                }
            }
        }
        #expect(torn.load(ordering: .relaxed) == 0)
    }

    @Test func aReadInsideAWriteSeesTheLastCommitOnly() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction throws in
            try transaction.put(1, [1], in: table)
            #expect(try environment.read { try $0.count(in: table) } == 0)
            #expect(try transaction.count(in: table) == 1)
        }
    }

    /// LMDB itself would let the later writes run over the pages that the value lies on.
    @Test func aValueReadWhileWritingStaysWhatItWas() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        let old = [UInt8](repeating: 1, count: 5000)
        try environment.write { transaction throws in
            for key in 0..<50 as Range<UInt64> { try transaction.put(key, old, in: table) }
            guard let value = try transaction.get(20, in: table) else { throw Change() }
            for key in 0..<50 as Range<UInt64> {
                try transaction.put(key, [UInt8](repeating: 2, count: 100 + 150 * Int(key)), in: table)
            }
            try transaction.removeAll(in: table)
            try transaction.put(20, [3], in: table)
            #expect([UInt8](value) == old)
        }
    }

    @Test func aScanMayChangeTheTableItIsOn() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction throws in
            for key in 0..<300 as Range<UInt64> {
                try transaction.put(key, [UInt8](repeating: 1, count: 900), in: table)
            }
        }
        try environment.write { transaction throws in
            var seen: [UInt64] = []
            try transaction.scan(table, from: 0) { key, value in
                seen.append(key)
                if key % 2 == 0 {
                    try transaction.delete(key, in: table)
                } else {
                    try transaction.put(key, [2], in: table)
                }
                let (size, end) = (value.byteCount, value.u8(at: 899))
                #expect(size == 900 && end == 1)
                return true
            }
            #expect(seen == Array(0..<300))
        }
        #expect(try environment.read { try $0.keys(table) } == (0..<150).map { 2 * $0 + 1 })
        #expect(try environment.read { try $0.bytes(299, in: table) } == [2])
        try environment.write { transaction throws in
            try transaction.scan(table, from: 0) { _, _ in
                try transaction.removeAll(in: table)
                return true
            }
        }
        #expect(try environment.read { try $0.count(in: table) } == 0)
    }

    private func onAnotherThread(_ body: @escaping @Sendable () throws -> Void) {
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            #expect(throws: Never.self) { try body() }
            done.signal()
        }
        done.wait()
    }
}
