import LMDB
import Testing

/// Random operations on a table and on a `Dictionary`, which must agree after every transaction.
@Suite struct ModelTests {
    struct Change: Error {}

    struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }

    enum Operation {
        case put(UInt64, [UInt8])
        case append(UInt64, [UInt8])
        case delete(UInt64)
        case removeAll

        static func random(_ random: inout SplitMix) -> Operation {
            let key = UInt64.random(in: 0..<200, using: &random)
            let size = [3, 60, 700, 2022, 2023, 9000].randomElement(using: &random)!
            let value = [UInt8](repeating: .random(in: 0...255, using: &random), count: size)
            switch Int.random(in: 0..<100, using: &random) {
            case 0: return .removeAll
            case 1..<50: return .put(key, value)
            case 50..<65: return .append(key + .random(in: 0...200, using: &random), value)
            default: return .delete(key)
            }
        }

        func apply(to model: inout [UInt64: [UInt8]]) -> Bool {
            switch self {
            case .put(let key, let value): model[key] = value
            case .append(let key, let value):
                if let last = model.keys.max(), last >= key { return false }
                model[key] = value
            case .delete(let key): return model.removeValue(forKey: key) != nil
            case .removeAll: model = [:]
            }
            return true
        }

        func apply(to transaction: borrowing WriteTransaction, _ table: Table) throws -> Bool {
            switch self {
            case .put(let key, let value): try transaction.put(key, value, in: table)
            case .append(let key, let value):
                do {
                    try transaction.append(key, value, to: table)
                } catch let error as LMDBError where error.name == "MDB_KEYEXIST" {
                    return false
                }
            case .delete(let key): return try transaction.delete(key, in: table)
            case .removeAll: try transaction.removeAll(in: table)
            }
            return true
        }
    }

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func tableAndDictionaryAgree(seed: UInt64) throws {
        let directory = try Directory()
        var random = SplitMix(state: seed)
        var model: [UInt64: [UInt8]] = [:]
        let environment = try Environment(path: directory.path)
        let table = try #require(try environment.table("t", create: true))
        for _ in 0..<60 {
            var changed = model
            let abort = Int.random(in: 0..<5, using: &random) == 0
            do {
                try environment.write { transaction throws in
                    for _ in 0..<Int.random(in: 0..<40, using: &random) {
                        let operation = Operation.random(&random)
                        #expect(try operation.apply(to: transaction, table) == operation.apply(to: &changed))
                    }
                    try agree(transaction, table, changed)
                    if abort { throw Change() }
                }
                model = changed
            } catch is Change {}
            try environment.read { try agree($0, table, model) }
            let from = UInt64.random(in: 0..<420, using: &random)
            #expect(
                try environment.read { try $0.keys(table, from: from) } == model.keys.filter { $0 >= from }.sorted())
        }
    }

    func agree<Reader: TableReader & ~Copyable & ~Escapable>(
        _ reader: borrowing Reader, _ table: Table, _ model: [UInt64: [UInt8]]
    ) throws {
        var found: [UInt64: [UInt8]] = [:]
        try reader.scan(table, from: 0) { key, value in
            found[key] = [UInt8](value)
            return true
        }
        #expect(found == model)
        #expect(try reader.count(in: table) == model.count)
        #expect(try reader.last(in: table) == model.keys.max())
        for key in 0..<200 as Range<UInt64> { #expect(try reader.bytes(key, in: table) == model[key]) }
    }
}
