import Foundation
import Ledger
import Synchronization
import Testing

@testable import Journal

@Suite("Opening a ledger")
struct OpeningTests {
    @Test("books after a restart are the books before")
    func restart() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 5000)
        let before = try await Self.image(place)
        try await place.session { writer in #expect(writer.log.count == 5008) }
        #expect(try await Self.image(place) == before)
        #expect(try await Self.fromZero(place) == before)
    }

    @Test("no ledger, a ledger already, a checkpoint without its log: each is said")
    func creation() async throws {
        let place = try Place()
        #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
        #expect(throws: JournalError.self) { try Log(place.directory, readOnly: true) }
        // A creation that did not come to its end is begun again.
        try place.directory.make(place.directory.keys)
        try place.directory.replace(place.directory.logKey, with: "half")
        try place.directory.make(place.directory.log + ".new")
        try await offThread { try Ledgers.create(place.directory, .init(operators: ["a", "b", "c"], start: Place.opening)) }
        #expect(throws: JournalError.self) { try Ledgers.create(place.directory, .init(operators: ["a", "b", "c"])) }
        try await Self.fill(place, 1)
        place.directory.remove(place.directory.log)
        #expect(throws: JournalError.self) { try Ledgers.create(place.directory, .init(operators: ["a", "b", "c"])) }
        let key = try #require(Files.read(place.directory.logKey))
        #expect(key.count == 45)
    }

    // MARK: Snapshots of the books

    @Test("a snapshot of the books, there or not, whole or not, ours or not: the same books", arguments: Snapshot.allCases)
    func snapshot(_ state: Snapshot) async throws {
        let place = try Place.founded()
        try await Self.fill(place, 3000)
        try await Self.takeSnapshot(place)
        try await Self.fill(place, 100, from: 3000)
        let folder = place.directory.booksSnapshot
        switch state {
        case .whole: break
        case .deleted: place.directory.remove(folder)
        case .corrupted: try place.edit(folder) { bytes in for at in stride(from: 900, to: bytes.count, by: 501) { bytes[at] ^= 4 } }
        case .cut: try place.edit(folder) { $0.removeLast($0.count / 2) }
        case .empty: try place.edit(folder) { $0 = [] }
        case .ofAnother:
            let other = try Place.founded()
            try await Self.fill(other, 2000)
            try await Self.takeSnapshot(other)
            try place.copy(other.directory.booksSnapshot, to: folder)
        }
        #expect(try await Self.image(place) == Self.fromZero(place))
        try await place.session { writer in
            #expect(await writer.submit(Command.charge(1, 1).asked("after")).fresh != nil)
        }
        #expect(try await Self.image(place) == Self.fromZero(place))
    }

    enum Snapshot: CaseIterable { case whole, deleted, corrupted, cut, empty, ofAnother }

    @Test("after an older copy was put back, what was derived from the lost history is thrown away")
    func otherHistory() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 100)
        let saved = Place.Copy(place)
        try saved.take()
        try await Self.fill(place, 6000, from: 100, amount: 3)
        try await Self.takeSnapshot(place)
        try saved.putBack()
        // The same keys again, with other outcomes: the runs of the lost history must not answer.
        try await Self.fill(place, 7000, from: 100, amount: 7)
        try await Self.takeSnapshot(place)
        #expect(try await Self.image(place) == Self.fromZero(place))
        try await place.session { writer in
            #expect(await writer.submit(Self.command(105, amount: 7)).replayed?.amount == 700)
        }
    }

    @Test("a snapshot of a lost history of the same length is found out by its frontier")
    func fork() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 10)
        let saved = Place.Copy(place)
        try saved.take()
        try await Self.fill(place, 4000, from: 10, amount: 3)
        try await Self.takeSnapshot(place)
        try place.copy(place.directory.views, to: place.path + "/lost")
        try saved.putBack()
        place.directory.remove(place.directory.views)
        try await Self.fill(place, 5000, from: 10, amount: 7)
        place.directory.remove(place.directory.views)
        try place.copy(place.path + "/lost", to: place.directory.views)
        let expected = try await Self.fromZero(place)
        #expect(try await Self.image(place) == expected)
        try await place.session { writer in
            #expect(await writer.submit(Self.command(20, amount: 7)).replayed?.amount == 700)
            #expect(await writer.submit(Self.command(4500, amount: 7)).replayed?.amount == 700)
        }
        try await Self.takeSnapshot(place)
        #expect(try await Self.image(place) == expected)
    }

    // MARK: Checkpoints

    @Test("a log shorter than the checkpoint outside is refused")
    func shorter() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 50)
        let saved = Place.Copy(place)
        try saved.take()
        try await Self.fill(place, 50, from: 50)
        try saved.putBack(checkpointToo: false)
        let error = #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
        guard case .shorterThanCheckpoint(let log, let checkpoint) = error else { Issue.record("\(String(describing: error))"); return }
        #expect(log == 58 && checkpoint == 108)
    }

    @Test("a log whose events were replaced is refused: as long, or longer")
    func replaced() async throws {
        for more in [50, 80] {
            let place = try Place.founded()
            try await Self.fill(place, 10)
            let saved = Place.Copy(place)
            try saved.take()
            try await Self.fill(place, 50, from: 10)
            let note = try #require(Files.read(place.directory.checkpoint))
            try saved.putBack()
            try await Self.fill(place, more, from: 10, amount: 7)
            try Files.replace(place.directory.checkpoint, with: note)
            let error = #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
            guard case .checkpointDiffers = error else { Issue.record("\(String(describing: error))"); continue }
        }
    }

    @Test("another ledger's log, key or checkpoint is refused")
    func others() async throws {
        let other = try Place.founded()
        try await Self.fill(other, 30)
        for exchange in [\DataDirectory.log, \.logKey, \.checkpoint] {
            let place = try Place.founded()
            try await Self.fill(place, 20)
            try place.copy(other.directory[keyPath: exchange], to: place.directory[keyPath: exchange])
            #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
        }
        let place = try Place.founded()
        try place.directory.replace(place.directory.checkpoint, with: "nothing of the kind\n")
        #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
    }

    // MARK: Damage

    /// Opens a ledger and prints the digest of its books; ends with a signal where LMDB does.
    @Test("a damaged file becomes an error, a crash of the child that looks, or the same books: never others", .timeLimit(.minutes(5)))
    func damage() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 400)
        place.directory.remove(place.directory.views)
        let expected = Hash.of(try await Self.fromZero(place)).description
        let whole = try #require(Files.read(place.directory.log + "/data.mdb"))
        var dice = Dice(11)
        var kinds: [String: Int] = [:]
        var cases: [(String, [UInt8])] = []
        for part in 1..<8 { cases.append(("cut", Array(whole.prefix(whole.count * part / 8)))) }
        cases.append(("cut", []))
        for page in 0..<min(20, whole.count / 4096) {
            var bytes = whole
            for at in (page * 4096)..<(page * 4096 + 4096) { bytes[at] = 0 }
            cases.append(("page \(page)", bytes))
        }
        for _ in 0..<32 {
            var bytes = whole
            let at = Int.random(in: 0..<whole.count, using: &dice)
            bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &dice)
            cases.append(("bit \(at)", bytes))
        }
        for (name, bytes) in cases {
            try Data(bytes).write(to: URL(filePath: place.directory.log + "/data.mdb"))
            place.directory.remove(place.directory.log + "/lock.mdb")
            place.directory.remove(place.directory.views)
            let (status, output) = try await Child.run("inspectAndOpen", place)
            let books = output.split(separator: "\n").first { $0.hasPrefix("books ") }.map { String($0.dropFirst(6)) }
            if let books {
                if books != expected { Issue.record("\(name): other books") }
                kinds["same", default: 0] += 1
            } else if output.contains("refused ") {
                kinds["error", default: 0] += 1
            } else {
                if status == 0 { Issue.record("\(name): neither books nor an error: \(output)") }
                kinds["crash", default: 0] += 1
            }
        }
        #expect(kinds["error", default: 0] > 20, "\(kinds)")
    }

    // MARK: A failed commit

    @Test("after a failed commit the log is copied to a new file, verified, and the marker goes")
    func failedCommit() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 3000)
        let before = try await Self.image(place)
        let file = place.directory.log + "/data.mdb"
        let inode = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? UInt64
        try place.directory.replace(place.directory.failedCommit, with: "it failed\n")
        try await place.session { writer in
            #expect(!place.directory.exists(place.directory.failedCommit))
            #expect(!place.directory.exists(place.directory.failedLog) && !place.directory.exists(place.directory.log + ".copy"))
            #expect(await writer.submit(Self.command(5)).replayed != nil)
        }
        let now = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber] as? UInt64
        #expect(inode != now)
        #expect(try await Self.image(place) == before)
        // Interrupted between the two renames: the ledger is still known, and the old log is taken back.
        try place.directory.replace(place.directory.failedCommit, with: "it failed\n")
        try FileManager.default.moveItem(atPath: place.directory.log, toPath: place.directory.failedLog)
        #expect(place.directory.holdsLedger)
        try await place.session { writer in #expect(writer.log.count == 3008) }
        #expect(!place.directory.exists(place.directory.failedCommit) && !place.directory.exists(place.directory.failedLog))
        #expect(try await Self.image(place) == before)
    }

    @Test("a copy that does not verify does not take the log's place")
    func failedCopy() async throws {
        let place = try Place.founded()
        try await Self.fill(place, 300)
        let file = place.directory.log + "/data.mdb"
        let whole = try #require(Files.read(file))
        // A byte of a stored event.
        let needle = Array("ext-3".utf8)
        let at = try #require((0..<(whole.count - 5)).first { Array(whole[$0..<($0 + 5)]) == needle })
        try place.edit(file) { $0[at] ^= 1 }
        try place.directory.replace(place.directory.failedCommit, with: "it failed\n")
        let damaged = try #require(Files.read(file))
        let error = #expect(throws: JournalError.self) { try Ledgers.open(place.directory) }
        guard case .damaged = error else { Issue.record("\(String(describing: error))"); return }
        #expect(Files.read(file) == damaged && place.directory.exists(place.directory.failedCommit))
    }

    // MARK: -

    static func command(_ number: Int, amount: Int64 = 5) -> Request {
        switch number % 5 {
        case 0, 1, 2: Command.charge(UInt64(number % 7) + 1, amount * 100).asked("f-\(number)")
        case 3: Command.pay(UInt64(number % 7) + 1, amount, "s-\(number % 11)").asked("f-\(number)")
        default: Command.settlePartner(amount, fee: 0).asked("f-\(number)", by: "op-\(number % 3 + 1)")
        }
    }

    /// Seven accounts, then that many commands of one event each.
    static func fill(_ place: Place, _ count: Int, from: Int = 0, amount: Int64 = 5) async throws {
        try await place.session { writer in
            if from == 0 { await open(writer, 7) }
            let outcomes = await writer.submit((from..<(from + count)).map { command($0, amount: amount) })
            if let odd = outcomes.first(where: { $0.fresh == nil }) { Issue.record("\(odd.summary)") }
        }
    }

    static func takeSnapshot(_ place: Place) async throws {
        try await place.session { writer in
            let log = writer.log
            try await offThread {
                var follower = BooksFollower(log)
                try follower.follow(isLast: true)
            }
        }
        #expect(place.directory.exists(place.directory.booksSnapshot))
    }

    static func image(_ place: Place) async throws -> [UInt8] { try await place.reading { try Ledgers.books($0).image() } }

    static func fromZero(_ place: Place) async throws -> [UInt8] {
        try await place.reading { log in
            var books = Books()
            try log.scan(from: 0) { view in
                books.evolve(try Ledgers.known(view))
                return true
            }
            return books.image()
        }
    }
}

extension Place {
    /// A copy of log and checkpoint, to be put back later.
    struct Copy {
        let place: Place
        init(_ place: Place) { self.place = place }

        func take() throws {
            try place.copy(place.directory.log, to: place.path + "/saved")
            try place.copy(place.directory.checkpoint, to: place.path + "/saved-note")
        }

        func putBack(checkpointToo: Bool = true) throws {
            try place.copy(place.path + "/saved", to: place.directory.log)
            if checkpointToo { try place.copy(place.path + "/saved-note", to: place.directory.checkpoint) }
        }
    }
}
