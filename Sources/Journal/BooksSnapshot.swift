internal import Ledger

/// `views/books.v1`: the books and the Merkle frontier at some position, so that a start need not read the whole log.
/// Made by a follower with its own fold; deleting or damaging it changes nothing but the start-up time. A plain file, since
/// a damaged LMDB file could end the process that reads it: SHA-256 of the rest, frontier with its length, image of the books.
enum BooksSnapshot {
    /// The newest snapshot, or `nil` if there is none that reads and belongs to this ledger. Whether it belongs to this
    /// history shows only when its frontier, carried on to the head, is the log's (`Log.continues`).
    static func load(_ directory: DataDirectory, genesis: Genesis) -> (books: Books, frontier: Frontier)? {
        guard let file = Files.read(directory.booksSnapshot), file.count > 32 else { return nil }
        let content = Array(file[32...])
        guard Hash.of(content).bytes.elementsEqual(file[..<32]) else { return nil }
        var reader = ImageReader(content)
        guard let bytes = try? reader.bytes(), let frontier = Frontier(bytes: bytes), let image = try? reader.bytes(), reader.isAtEnd,
            let books = try? Books(image: image), books.next == frontier.size, books.genesis == genesis
        else { return nil }
        return (books, frontier)
    }

    /// Replaces the snapshot.
    static func save(_ directory: DataDirectory, books: Books, frontier: Frontier) throws {
        try directory.make(directory.views)
        var writer = ImageWriter()
        writer.bytes(frontier.bytes)
        writer.bytes(books.image())
        try Files.replace(directory.booksSnapshot, with: Hash.of(writer.bytes).bytes + writer.bytes)
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
