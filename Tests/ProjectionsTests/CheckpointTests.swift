import Foundation
import Journal
import LMDB
import Ledger
import Testing

@testable import Projections

/// A view is what its last checkpoint and the log make it; a checkpoint that does not fit is as good as none.
@Suite struct CheckpointTests {
    @Test("Saved, dropped and opened again at random points it goes on from the last checkpoint", arguments: [11, 12])
    func restarts(seed: Int) throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        var play = try Play(seed: UInt64(seed), writer)
        var saved: UInt64 = 0
        for _ in 0..<12 {
            try play.go(25)
            // Dropping a follower that did not finish is what a killed process leaves.
            let follower = try Follower<Balances>(writer.log)
            let others = (try Follower<Statements>(writer.log), try Follower<Trial>(writer.log), try Follower<Decisions>(writer.log))
            #expect(follower.position == saved && others.0.position == saved && others.1.position == saved && others.2.position == saved)
            let plain = Plain(play.events)
            #expect(try follower.read(atLeast: writer.log.count) { compare($0, plain) } == [])
            #expect(try others.0.read(atLeast: writer.log.count) { compare($0, plain) } == [])
            #expect(try others.1.read(atLeast: writer.log.count) { compare($0, plain) } == [])
            #expect(try others.2.read(atLeast: writer.log.count) { compare($0, plain) } == [])
            guard play.random.below(2) == 0 else { continue }
            try follower.finish()
            try others.0.finish()
            try others.1.finish()
            try others.2.finish()
            saved = writer.log.count
        }
    }

    @Test("Beside another ledger's view, a later one, another history's, a damaged one or none it begins from zero")
    func unfit() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        let events = try writing(directory) { writer in
            try Teller(writer).ask([.open("p")] + (0..<70).map { _ in .charge(1, 10) } + [.pay(1, 50), .money(.settleMerchant(store: "s-1", amount(9), .toStore, statement: nil))])
            var play = try Play(seed: 5, writer)
            try play.go(120)
            return play.events
        }
        let early = try scratch.copy(directory, to: "early")
        try playOn(directory, seed: 6, 60)
        let stranger = try scratch.ledger("stranger")
        try playOn(stranger, seed: 7, 40)

        let log = try reading(early)
        let plain = Plain(events)
        try fromZero(log, plain, "no view")
        try fromZero(log, plain, "a folder without a checkpoint") { try FileManager.default.createDirectory(atPath: $0, withIntermediateDirectories: true) }
        for other in [directory, stranger] {
            try fromZero(log, plain, "views of \(other.path)") { path in
                try FileManager.default.copyItem(atPath: path.replacingOccurrences(of: early.path, with: other.path), toPath: path)
            }
        }
        try fromZero(log, plain, "a file that is no view") { path in
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try Data(repeating: 7, count: 9000).write(to: URL(fileURLWithPath: path + "/data.mdb"))
        }
        try damages(log, plain, Balances.self)
        try damages(log, plain, Statements.self)
        try damages(log, plain, Trial.self)
        try damages(log, plain, Decisions.self)
        try damages(log, plain, Damage.self)
    }

    @Test("A view of a log that was put back from a copy, and went on differently past it, is not taken")
    func otherHistory() throws {
        let scratch = try Scratch()
        let directory = try scratch.ledger()
        try playOn(directory, seed: 8, 60)
        let early = try scratch.copy(directory, to: "early")
        try playOn(directory, seed: 9, 20)
        try writing(early) { writer in
            var play = try Play(seed: 10, writer)
            try play.go(60)
            try FileManager.default.removeItem(atPath: early.views)
            try FileManager.default.copyItem(atPath: directory.views, toPath: early.views)
            let plain = Plain(play.events)
            #expect(try compare(Views.read(Balances.self, writer.log), plain) == [])
            let follower = try Follower<Balances>(writer.log)
            #expect(follower.position == 0)
            #expect(try follower.read(atLeast: writer.log.count) { compare($0, plain) } == [])
        }
    }

    @Test("A second follower of this process is refused and harms nothing")
    func twice() throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        try Teller(writer).ask([.open("p"), .charge(1, 70)])
        let follower = try Follower<Balances>(writer.log)
        try follower.finish()
        #expect(throws: LMDBError.self) { try Follower<Balances>(writer.log) }
        try Teller(writer).ask([.charge(1, 30)])
        try follower.finish()
        #expect(try Views.read(Balances.self, writer.log)[1]?.balance == 100)
    }

    @Test("What a rebuild leaves when it is cut off is cleared away, or put back")
    func cutOff() throws {
        let scratch = try Scratch()
        let writer = try opened(try scratch.ledger())
        defer { writer.stop() }
        try Teller(writer).ask([.open("p"), .charge(1, 70)])
        try Follower<Balances>(writer.log).finish()
        let path = ViewStore.path(Balances.self, writer.log.directory)
        let files = FileManager.default
        try files.copyItem(atPath: path, toPath: path + ".new")
        try files.moveItem(atPath: path, toPath: path + ".old")
        #expect(try Follower<Balances>(writer.log).position == writer.log.count)
        #expect(files.fileExists(atPath: path) && !files.fileExists(atPath: path + ".new") && !files.fileExists(atPath: path + ".old"))
    }

    /// Plays random commands on and leaves views at the end.
    private func playOn(_ directory: DataDirectory, seed: UInt64, _ count: Int) throws {
        try writing(directory) { writer in
            var play = try Play(seed: seed, writer)
            try play.go(count)
            try Follower<Balances>(writer.log).finish()
            try Follower<Statements>(writer.log).finish()
            try Follower<Trial>(writer.log).finish()
            try Follower<Decisions>(writer.log).finish()
            try Follower<Damage>(writer.log).finish()
        }
    }

    /// Makes the views unfit and holds that each begins from zero, for its reader and for its follower, with right answers.
    private func fromZero(_ log: Log, _ plain: Plain, _ what: String, _ prepare: (String) throws -> Void = { _ in }) throws {
        try fromZero(Balances.self, log, plain, what, prepare)
        try fromZero(Statements.self, log, plain, what, prepare)
        try fromZero(Trial.self, log, plain, what, prepare)
        try fromZero(Decisions.self, log, plain, what, prepare)
        try fromZero(Damage.self, log, plain, what, prepare)
    }

    private func fromZero<P: Compared>(_: P.Type, _ log: Log, _ plain: Plain, _ what: String, _ prepare: (String) throws -> Void) throws {
        let path = ViewStore.path(P.self, log.directory)
        try? FileManager.default.removeItem(atPath: path)
        try prepare(path)
        #expect((try? Views.stored(P.self, log)) == nil, "\(what)")
        #expect(try Views.read(P.self, log).parts(from: plain) == [], "\(what)")
        let follower = try Follower<P>(log)
        #expect(follower.position == 0, "\(what)")
        #expect(try follower.read(atLeast: log.count) { $0.parts(from: plain) } == [], "\(what)")
        try follower.finish()
    }

    /// One bit of every value of every table, and whole blocks lost.
    private func damages<P: Compared>(_ log: Log, _ plain: Plain, _: P.Type) throws {
        let path = ViewStore.path(P.self, log.directory)
        let names = P().tables.map(\.name)
        for name in names {
            try fromZero(P.self, log, plain, "\(P.name).\(name) lost a block") { path in
                var view = try P.fold(log)
                try view.keep(log)
                try tamper(path, name, 0) { $0 = [] }
            }
        }
        for (name, bit) in names.flatMap({ name in [0, 70, 8 * 4 - 1].map { (name, $0) } }) + [0, 8, 63, 64, 130].map({ ("meta", $0) }) {
            try fromZero(P.self, log, plain, "\(path) \(name) bit \(bit)") { path in
                var view = try P.fold(log)
                try view.keep(log)
                try tamper(path, name, 0) { $0[bit / 8 % $0.count] ^= 1 << UInt8(bit % 8) }
            }
        }
        for key in ["ledger", "leaf"] {
            try fromZero(P.self, log, plain, "\(path) \(key)") { path in
                var view = try P.fold(log)
                try view.keep(log)
                try tamper(path, "meta", key) { $0[5] ^= 1 }
            }
        }
    }
}
