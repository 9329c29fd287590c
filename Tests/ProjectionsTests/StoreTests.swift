import Foundation
import Journal
import Ledger
import Testing

@testable import Projections

/// Words in, words out, however they were saved.
@Suite struct StoreTests {
    /// No fold at all: words written at will.
    struct Scribble: Projection {
        static let name = "scribble"
        static let version = 1
        var next: UInt64 = 0
        var tables = [DenseTable("narrow", width: 1), DenseTable("five", width: 5), DenseTable("wide", width: 700)]
        mutating func apply(_ event: EventView, _ log: Log) throws { next += 1 }
        mutating func restore(next: UInt64) throws { self.next = next }
        func digest() -> Hash { Hash.of([]) }
        var words: [[Int64]] { tables.map(\.words) }
    }

    @Test("Random words over many blocks are what was written, after every checkpoint", arguments: [1, 2, 3])
    func randomWords(seed: UInt64) throws {
        let scratch = try Scratch()
        let log = try Log(try scratch.ledger(), readOnly: true)
        var random = Random(seed: seed)
        var (view, plain) = (Scribble(), [[Int64]](repeating: [], count: 3))
        for _ in 0..<12 {
            for _ in 0..<random.below(60) {
                let table = random.below(3)
                let width = view.tables[table].width
                let rows = view.tables[table].count
                let row = random.below(rows + [400, 150, 2][table])
                let (column, value) = (random.below(width), Int64(truncatingIfNeeded: random.next()))
                view.tables[table][row, column] = value
                if plain[table].count < (row + 1) * width { plain[table] += Array(repeating: 0, count: (row + 1) * width - plain[table].count) }
                plain[table][row * width + column] = value
            }
            #expect(view.words == plain)
            switch random.below(4) {
            case 0:
                // A checkpoint that could not be written is written with the next.
                let lost = view.takeChanges()
                view.putBack(lost)
            case 1: view = try Views.stored(Scribble.self, log) ?? Scribble()
            default: try view.keep(log)
            }
            try view.keep(log)
            plain = view.words
            #expect(try Views.stored(Scribble.self, log)?.words == plain)
        }
        #expect(view.tables.allSatisfy { $0.words.count > 2 * DenseTable.blockWords })
    }

    @Test("A block lost, shortened, lengthened, put in another's place or with a word changed is damage")
    func lostBlocks() throws {
        let scratch = try Scratch()
        let log = try Log(try scratch.ledger(), readOnly: true)
        let path = ViewStore.path(Scribble.self, log.directory)
        var view = Scribble()
        for row in 0..<1500 { view.tables[0][row, 0] = Int64(row) }
        for (what, key, change): (String, UInt64, (inout [UInt8]) -> Void) in [
            ("the last is lost", 2, { $0 = [] }), ("the middle is lost", 1, { $0 = [] }), ("the first is lost", 0, { $0 = [] }),
            ("one is short", 2, { $0.removeLast(8) }), ("one is cut", 1, { $0.removeLast(3) }), ("one is long", 2, { $0 += [0, 0, 0, 0, 0, 0, 0, 0] }),
            ("a word is changed", 1, { $0[17] &+= 1 }), ("its checksum is changed", 1, { $0[$0.count - 1] &+= 1 }),
        ] {
            try? FileManager.default.removeItem(atPath: path)
            var whole = view
            try whole.keep(log)
            #expect(try Views.stored(Scribble.self, log)?.words == view.words)
            try tamper(path, "narrow", key, change)
            #expect(throws: ViewError.self, "\(what)") { try Views.stored(Scribble.self, log) }
        }
    }
}
