import LMDB
import Testing

@Suite struct TableTests {
    let directory = try! Directory()

    struct Missing: Error {}

    @Test func scansBeginAtTheKeyOrAfterItAndStopWhenTold() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        #expect(try environment.read { try $0.keys(table) } == [])
        #expect(try environment.read { try $0.last(in: table) } == nil)
        try environment.write { transaction throws in
            for key in [2, 4, 255, 256, 65_536] as [UInt64] {
                try transaction.append(key, [UInt8(key & 255)], to: table)
            }
        }
        try environment.read { snapshot throws in
            #expect(try snapshot.keys(table) == [2, 4, 255, 256, 65_536])
            #expect(try snapshot.keys(table, from: 4) == [4, 255, 256, 65_536])
            #expect(try snapshot.keys(table, from: 5) == [255, 256, 65_536])
            #expect(try snapshot.keys(table, from: 65_537) == [])
            #expect(try snapshot.keys(table, from: 3, limit: 2) == [4, 255])
            #expect(try snapshot.last(in: table) == 65_536)
            #expect(try snapshot.count(in: table) == 5)
        }
    }

    @Test func aScanThrowsWhatItsBodyThrows() throws {
        struct Enough: Error {}
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { try $0.put(1, [1], in: table) }
        #expect(throws: Enough.self) { try environment.read { try $0.scan(table, from: 0) { _, _ in throw Enough() } } }
        #expect(try environment.read { try $0.keys(table) } == [1])
    }

    @Test func keysOfBytesAreInByteOrder() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        let keys: [[UInt8]] = [[0], [1, 0], [1, 0, 0], [1, 255], [2], [UInt8](repeating: 9, count: 511)]
        try environment.write { transaction throws in
            for key in keys.reversed() { try key.withBytes { try transaction.put($0, $0, in: table) } }
        }
        try environment.read { snapshot throws in
            #expect(try snapshot.keysOfBytes(table, from: []) == keys)
            #expect(try snapshot.keysOfBytes(table, from: [1, 0, 0]) == Array(keys[2...]))
            #expect(try snapshot.keysOfBytes(table, from: [1, 1]) == Array(keys[3...]))
            #expect(try snapshot.keysOfBytes(table, from: [10]) == [])
        }
        try environment.write { transaction throws in
            try [UInt8](repeating: 10, count: 3).withBytes { try transaction.append(key: $0, value: $0, to: table) }
            #expect(
                refusal { try [3].withBytes { try transaction.append(key: $0, value: $0, to: table) } }
                    == "MDB_KEYEXIST")
            #expect(try [1, 0].withBytes { try transaction.delete($0, in: table) })
            #expect(try [1, 0].withBytes { try transaction.delete($0, in: table) } == false)
            let gone = try [1, 0].withBytes { try transaction.get($0, in: table) == nil }
            #expect(gone)
        }
    }

    @Test func numbersAreNotReadFromKeysOfOtherLengths() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction in try [1].withBytes { try transaction.put("state", $0, in: table) } }
        #expect(refusal { try environment.read { _ = try $0.last(in: table) } } == "MDB_INCOMPATIBLE")
        #expect(refusal { try environment.read { _ = try $0.keys(table) } } == "MDB_INCOMPATIBLE")
    }

    @Test func textKeys() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        try environment.write { transaction throws in
            try "東京".withBytes { try transaction.put("frontier", $0, in: table) }
            try "Ω".withBytes { try transaction.put("元帳", $0, in: table) }
        }
        try environment.write { transaction throws in
            #expect(try transaction.text("frontier", in: table) == "東京")
            #expect(try transaction.text("元帳", in: table) == "Ω")
            #expect(try transaction.text("none", in: table) == nil)
            #expect(try transaction.delete("frontier", in: table))
            #expect(try transaction.delete("frontier", in: table) == false)
        }
        #expect(try environment.read { try $0.text("frontier", in: table) } == nil)
        #expect(try environment.read { try $0.text("元帳", in: table) } == "Ω")
    }

    @Test func keysOfNoneOrTooManyBytesAreRefused() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        for key in ["", String(repeating: "k", count: 512)] {
            #expect(
                refusal {
                    try environment.write { transaction in try [1].withBytes { try transaction.put(key, $0, in: table) }
                    }
                }
                    == "MDB_BAD_VALSIZE")
        }
    }

    @Test func words() throws {
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        let words: [Int64] = [0, -1, .max, .min, 0x0102_0304_0506_0708]
        try environment.write { try $0.put(3, words: words.span, in: table) }
        try environment.read { snapshot throws in
            guard let value = try snapshot.get(3, in: table) else { throw Missing() }
            let size = value.byteCount
            #expect(size == 8 * words.count)
            for (index, word) in words.enumerated() {
                let read = value.int64(at: 8 * index)
                #expect(read == word)
            }
            let (one, two, four, eight) = (value.u8(at: 32), value.u16(at: 32), value.u32(at: 33), value.u64(at: 32))
            #expect(one == 8 && two == 0x0708 && four == 0x0405_0607 && eight == 0x0102_0304_0506_0708)
            let half = value.load(at: 8, as: Int32.self)
            #expect(half == -1)
        }
    }

    @Test func aLoadBeyondTheValueTraps() async {
        await #expect(processExitsWith: .failure) {
            [0, 0, 0, 0, 0, 0, 0, 0, 0].withBytes { print($0.int64(at: 2)) }
        }
    }

    @Test func valuesOfAllSizesComeBack() throws {
        let sizes = Array(0...40) + Array(1990...2060) + Array(4060...4110) + [100_000, 5_000_000]
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        func value(_ size: Int) -> [UInt8] { (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ size) } }
        try environment.write { transaction throws in
            for (key, size) in sizes.enumerated() { try transaction.append(UInt64(key), value(size), to: table) }
            for (key, size) in sizes.enumerated() {
                #expect(try transaction.bytes(UInt64(key), in: table) == value(size))
            }
        }
        try environment.read { snapshot throws in
            for (key, size) in sizes.enumerated() {
                #expect(try snapshot.bytes(UInt64(key), in: table) == value(size))
            }
            try snapshot.scan(table, from: 0) { key, bytes in
                #expect([UInt8](bytes) == value(sizes[Int(key)]))
                return true
            }
        }
    }
}
