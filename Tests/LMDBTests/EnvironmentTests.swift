import Foundation
import LMDB
import Testing

@Suite struct EnvironmentTests {
    let directory = try! Directory()

    @Test func aMissingTableIsNilUntilItIsCreated() throws {
        let environment = try Environment(path: directory.path)
        #expect(try environment.table("events", create: false) == nil)
        #expect(try environment.table("events", create: true) != nil)
        #expect(try environment.table("events", create: false) != nil)
    }

    @Test func thereAreNoMoreTablesThanAskedFor() throws {
        let environment = try Environment(path: directory.path, .init(maxTables: 2))
        _ = try environment.table("a", create: true)
        _ = try environment.table("b", create: true)
        #expect(refusal { _ = try environment.table("c", create: true) } == "MDB_DBS_FULL")
    }

    @Test func whatIsCommittedIsThereAfterReopening() throws {
        do {
            let environment = try Environment(path: directory.path)
            let table = try #require(try environment.table("t", create: true))
            try environment.write { try $0.put(7, [1, 2, 3], in: table) }
        }
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: false))
        #expect(try environment.read { try $0.bytes(7, in: table) } == [1, 2, 3])
    }

    @Test func aSecondOpenInOneProcessIsRefused() throws {
        do {
            let first = try Environment(path: directory.path)
            #expect(refusal { _ = try Environment(path: directory.path) } == "EBUSY")
            #expect(refusal { _ = try Environment(path: directory.path, .init(readOnly: true)) } == "EBUSY")
            let link = directory.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: directory.path)
            #expect(refusal { _ = try Environment(path: link) } == "EBUSY")
            try first.sync()
        }
        #expect(refusal { _ = try Environment(path: directory.path) } == nil)
    }

    @Test func aFailedOpenLeavesTheDirectoryFree() throws {
        let file = directory.path + "/data.mdb"
        try Data(repeating: 1, count: 8192).write(to: URL(filePath: file))
        #expect(refusal { _ = try Environment(path: directory.path) } == "MDB_INVALID")
        try FileManager.default.removeItem(atPath: file)
        #expect(refusal { _ = try Environment(path: directory.path) } == nil)
    }

    @Test func aPathThatIsNoDirectoryIsRefused() throws {
        #expect(refusal { _ = try Environment(path: directory.path + "/none") } == "ENOENT")
        try Data().write(to: URL(filePath: directory.path + "/file"))
        #expect(refusal { _ = try Environment(path: directory.path + "/file") } == "ENOTDIR")
    }

    @Test func aReadOnlyEnvironmentReadsAndRefusesToWrite() throws {
        do {
            let environment = try Environment(path: directory.path)
            let table = try #require(try environment.table("t", create: true))
            try environment.write { try $0.put(1, [9], in: table) }
        }
        let environment = try Environment(path: directory.path, .init(readOnly: true))
        let table = try #require(try environment.table("t", create: false))
        #expect(try environment.read { try $0.bytes(1, in: table) } == [9])
        #expect(refusal { try environment.write { try $0.put(2, [9], in: table) } } == "EACCES")
        #expect(refusal { _ = try environment.table("u", create: true) } == "EACCES")
    }

    @Test func infoCountsCommitsReadersAndBytes() throws {
        let environment = try Environment(path: directory.path, .init(mapSize: 1 << 20, maxReaders: 10))
        let table = try #require(try environment.table("t", create: true))
        let before = try environment.info()
        #expect(before.mapSize == 1 << 20 && before.maxReaders == 10)
        #expect(before.readersInUse == 0 && before.oldestSnapshot == nil)
        try environment.read { _ throws in
            try environment.write { try $0.put(1, [UInt8](repeating: 0, count: 40_000), in: table) }
            try environment.read { _ throws in
                let during = try environment.info()
                #expect(during.readersInUse == 2)
                #expect(during.oldestSnapshot == before.lastTransaction)
                #expect(during.lastTransaction == before.lastTransaction + 1)
                #expect(during.usedBytes >= before.usedBytes + 40_000)
                #expect(during.usedBytes % 4096 == 0)
            }
        }
        #expect(try environment.info().readersInUse == 0)
        #expect(try environment.clearStaleReaders() == 0)
    }

    @Test func aReaderThatDiedIsCleared() async throws {
        let environment = try Environment(path: directory.path)
        _ = try environment.table("t", create: true)
        await #expect(processExitsWith: .failure) { [path = directory.path as String] in try Misuse.dieReading(path) }
        #expect(try environment.info().readersInUse == 1)
        #expect(try environment.clearStaleReaders() == 1)
        #expect(try environment.info().readersInUse == 0)
    }

    @Test func snapshotsBeyondTheGreatestNumberAreRefused() throws {
        let environment = try Environment(path: directory.path, .init(maxReaders: 1))
        try environment.read { _ throws in
            #expect(refusal { try environment.read { _ in } } == "MDB_READERS_FULL")
        }
        #expect(refusal { try environment.read { _ in } } == nil)
    }

    @Test(arguments: [false, true])
    func aCopyHoldsTheLastCommit(compact: Bool) throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction throws in
            for key in 0..<1000 as Range<UInt64> {
                try transaction.append(key, [UInt8](repeating: 1, count: 300), to: table)
            }
        }
        let target = try directory.subdirectory("copy")
        try environment.copy(to: target, compact: compact)
        #expect(refusal { try environment.copy(to: target, compact: compact) } == "EEXIST")

        let copy = try Environment(path: target)
        let copied = try #require(try copy.table("t", create: false))
        #expect(try copy.read { try $0.count(in: copied) } == 1000)
        #expect(try copy.read { try $0.keys(copied) } == Array(0..<1000))
    }

    @Test func aFullMapRefusesOneTransactionAndStaysUsable() throws {
        let environment = try Environment(path: directory.path, .init(mapSize: 256 << 10))
        let table = try #require(try environment.table("t", create: true))
        try environment.write { try $0.put(0, [1], in: table) }
        #expect(
            refusal {
                try environment.write { transaction throws in
                    for key in 1...1000 as ClosedRange<UInt64> {
                        try transaction.append(key, [UInt8](repeating: 2, count: 2000), to: table)
                    }
                }
            } == "MDB_MAP_FULL")
        #expect(try environment.read { try $0.keys(table) } == [0])
        try environment.write { try $0.put(1, [2], in: table) }
        #expect(try environment.read { try $0.keys(table) } == [0, 1])
    }

    @Test func anErrorSwallowedInsideDoesNotCommit() throws {
        let environment = try Environment(path: directory.path, .init(mapSize: 128 << 10))
        let table = try #require(try environment.table("t", create: true))
        #expect(
            refusal {
                try environment.write { transaction throws in
                    for key in 1...100 as ClosedRange<UInt64> {
                        try? transaction.append(key, [UInt8](repeating: 2, count: 2000), to: table)
                    }
                }
            } == "MDB_BAD_TXN")
        #expect(try environment.read { try $0.count(in: table) } == 0)
    }

    @Test func aTableOfAnotherEnvironmentTraps() async {
        await #expect(processExitsWith: .failure) { [path = directory.path as String] in try Misuse.mixTables(path) }
    }

    @Test func aWriteInsideAWriteTraps() async {
        await #expect(processExitsWith: .failure) { [path = directory.path as String] in try Misuse.nestWrites(path) }
    }

    @Test func creatingATableInsideAWriteTraps() async {
        await #expect(processExitsWith: .failure) { [path = directory.path as String] in
            try Misuse.createInsideWrite(path)
        }
    }
}

/// What must end the process. An error thrown would end it too, so none may reach the exit test.
enum Misuse {
    static func mixTables(_ path: String) throws {
        let one = try Environment(path: path)
        try FileManager.default.createDirectory(atPath: path + "/two", withIntermediateDirectories: false)
        let two = try Environment(path: path + "/two")
        guard let table = try one.table("t", create: true), try two.table("t", create: true) != nil else { return }
        _ = refusal { try two.write { try $0.put(1, [1], in: table) } }
    }

    static func dieReading(_ path: String) throws {
        let environment = try Environment(path: path)
        try environment.read { _ in exit(1) }
    }

    static func nestWrites(_ path: String) throws {
        let environment = try Environment(path: path)
        _ = refusal { try environment.write { _ in try environment.write { _ in } } }
    }

    static func createInsideWrite(_ path: String) throws {
        let environment = try Environment(path: path)
        _ = refusal { try environment.write { _ in _ = try environment.table("t", create: true) } }
    }
}
