import Foundation
import Journal
import Ledger

/// Makes a ledger with a number of events through the writer, as fast as it goes.
struct Making {
    let directory: DataDirectory
    let accounts: Int
    /// All events, the openings among them.
    let events: Int
    /// Leaves a snapshot of the books before the last so many events; `nil`: leaves none.
    let tail: Int?
    private static let piece = 200_000

    init(_ directory: DataDirectory, accounts: Int, events: Int, tail: Int?) {
        self.directory = directory
        self.accounts = accounts
        self.events = events
        self.tail = tail
    }

    /// Returns with the ledger closed, or ends this process as `kill -9` does, the writer still open.
    func run(killed: Bool = false) throws {
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        var story = Story(accounts: accounts, name: "m")
        for first in stride(from: 1, through: accounts, by: Self.piece / 2) {
            Drive.run(writer, story.opening(from: first, through: min(accounts, first + Self.piece / 2 - 1)), inFlight: 4096)
        }
        let stop = events - (tail ?? 0)
        try add(&story, writer, upTo: stop)
        if tail != nil {
            var follower = BooksFollower(writer.log)
            try follower.follow(isLast: true)
            try add(&story, writer, upTo: events)
        }
        if killed { kill(getpid(), SIGKILL) }
        writer.stop()
    }

    private func add(_ story: inout Story, _ writer: Writer, upTo end: Int) throws {
        while writer.log.count < UInt64(end) {
            Drive.run(writer, story.requests(min(Self.piece, end - Int(writer.log.count))), inFlight: 4096)
        }
    }
}
