internal import Foundation
internal import LMDB
internal import Ledger

/// `views/books.v1`: the books and the Merkle frontier at some position, so that a start need not read the whole log.
/// Made by a follower with its own fold; deleting or damaging it changes nothing but the start-up time.
enum BooksSnapshot {
    private static let chunk = 1 << 20

    /// The newest snapshot, or `nil` if there is none that reads and belongs to this ledger. Whether it belongs to this
    /// history shows only when its frontier, carried on to the head, is the log's (`Log.continues`).
    @available(*, noasync)
    static func load(_ directory: DataDirectory, genesis: Genesis) -> (books: Books, frontier: Frontier)? {
        let folder = directory.booksSnapshot
        guard directory.exists(folder + "/data.mdb") else { return nil }
        var image: [UInt8] = []
        var digest: [UInt8] = []
        var frontierBytes: [UInt8] = []
        do {
            let environment = try Environment(path: folder, Environment.Options(readOnly: true))
            guard let chunks = try environment.table("image", create: false), let meta = try environment.table("meta", create: false)
            else { return nil }
            try environment.read { snapshot in
                if let bytes = try snapshot.get("digest", in: meta) { digest = [UInt8](bytes) }
                if let bytes = try snapshot.get("frontier", in: meta) { frontierBytes = [UInt8](bytes) }
                try snapshot.scan(chunks, from: 0) { _, bytes in
                    image.append(contentsOf: [UInt8](bytes))
                    return true
                }
            }
        } catch { return nil }
        guard Hash.of(frontierBytes + image).bytes == digest, let frontier = Frontier(bytes: frontierBytes),
            let books = try? Books(image: image), books.next == frontier.size, books.genesis == genesis
        else { return nil }
        return (books, frontier)
    }

    /// Replaces the snapshot in one transaction.
    @available(*, noasync)
    static func save(_ directory: DataDirectory, books: Books, frontier: Frontier) throws {
        let folder = directory.booksSnapshot
        try directory.make(folder)
        let image = books.image()
        let frontierBytes = frontier.bytes
        let environment = try Environment(path: folder)
        guard let chunks = try environment.table("image", create: true), let meta = try environment.table("meta", create: true)
        else { return }
        try environment.write { transaction in
            try transaction.removeAll(in: chunks)
            var number: UInt64 = 0
            for start in stride(from: 0, to: image.count, by: chunk) {
                let end = min(start + chunk, image.count)
                try image.withBytes { try transaction.append(number, $0.extracting(start..<end), to: chunks) }
                number += 1
            }
            try frontierBytes.withBytes { try transaction.put("frontier", $0, in: meta) }
            try Hash.of(frontierBytes + image).bytes.withBytes { try transaction.put("digest", $0, in: meta) }
        }
    }
}

/// Follows the log with a fold of its own and leaves a snapshot now and then. Only beside the writer of this process:
/// opening it has held the snapshot against the log, or thrown it away.
public struct BooksFollower {
    private let log: Log
    private var books: Books
    private var saved: UInt64
    /// A start after a crash folds at most about this many events.
    public static let interval: UInt64 = 500_000

    /// From the newest snapshot, or from the genesis.
    @available(*, noasync)
    public init(_ log: Log) {
        self.log = log
        books = BooksSnapshot.load(log.directory, genesis: log.genesis)?.books ?? Books()
        saved = books.next
    }

    /// Takes in what was committed; saves a snapshot when one is due, or at the end.
    @available(*, noasync)
    public mutating func follow(isLast: Bool = false) throws {
        let (frontier, _) = try log.head()
        try log.scan(from: books.next, to: frontier.size) { view in
            guard let event = view.event else { throw JournalError.notOfThisVersion("event \(view.position) has an unknown kind") }
            books.evolve(event)
            return true
        }
        guard books.next == frontier.size, books.next - saved >= (isLast ? 1 : Self.interval) else { return }
        try BooksSnapshot.save(log.directory, books: books, frontier: frontier)
        saved = books.next
    }
}
