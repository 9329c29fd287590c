import Foundation
import Journal
import Projections

/// One thing for long enough that a profiler sees it.
enum Profiled {
    static func drive(_ folder: String, _ numbers: [Int]) throws {
        guard numbers.count == 3 else { return }
        let directory = DataDirectory(folder)
        try Ledgers.create(directory, Story.founding)
        let writer = try Ledgers.open(directory)
        var story = Story(accounts: numbers[0], name: "p")
        Drive.run(writer, story.opening(through: numbers[0]), inFlight: 2048)
        for _ in 0..<3 {
            let requests = story.requests(numbers[1])
            let before = clock()
            let result = Drive.run(writer, requests, inFlight: numbers[2])
            let cost = Double(clock() - before) / Double(numbers[1])
            print(Int(result.perSecond), "events/s,", Int(result.batch), "a commit,", cost, "us of the processors an event")
        }
        writer.stop()
    }

    static func fold(_ folder: String, _ times: Int) throws {
        let log = try Log(DataDirectory(folder), readOnly: true)
        for _ in 0..<times {
            let started = ContinuousClock.now
            var balances = Balances()
            try balances.follow(log, to: log.count)
            print(Int(Double(log.count) / elapsed(since: started)), "events/s")
        }
    }
}
