import ArgumentParser
import Foundation
import Journal
import Ledger

/// Which ledger a command is about.
struct LedgerOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: ArgumentHelp("The ledger's folder.", valueName: "dir"))
    var path: String = ProcessInfo.processInfo.environment["MOTOCHO_DATA"].flatMap { $0.isEmpty ? nil : $0 } ?? "./motocho-data"

    var directory: DataDirectory { DataDirectory(path) }

    /// The log, for reading beside whoever writes it; looked at in a child process first.
    @available(*, noasync)
    func openLog() throws -> Log {
        try Preflight.check(directory)
        return try Log(directory, readOnly: true)
    }
}

/// How records are printed.
enum Format: String, CaseIterable, ExpressibleByArgument {
    case table, json, csv
}

/// A cut of the log, as an argument: an instant, or a day alone, which means its end in Japan.
struct Cut: ExpressibleByArgument {
    let instant: Instant

    init?(argument: String) {
        guard let instant = Instant(cut: argument) else { return nil }
        self.instant = instant
    }
}

/// Where a report stands: at a position, before an instant, or at the head.
struct CutOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Only events up to and including this position.", valueName: "position"))
    var at: UInt64?

    @Option(
        help: ArgumentHelp(
            """
            Only events recorded before this time: RFC 3339 (2019-07-01T12:00+09:00), "2019-07-01 24:00 JST", or a day \
            alone, which means its end in Japan.
            """, valueName: "time"))
    var asOf: Cut?

    func validate() throws {
        guard at == nil || asOf == nil else {
            throw ValidationError("--at is a position and --as-of a time; give one of the two.")
        }
    }

    var isGiven: Bool { at != nil || asOf != nil }

    /// The position after the last event to be read.
    @available(*, noasync)
    func end(_ log: Log) throws -> UInt64 {
        let head = try log.refresh()
        if let at {
            guard at < head else { throw Failure("there is no position \(at) yet; the last one is \(head - 1)") }
            return at + 1
        }
        guard let asOf else { return head }
        return try log.position(asOf: asOf.instant)
    }
}
