import Foundation
import Ledger
import Testing

@testable import Journal

/// Real system calls made to fail by a tracer, in a child process.
@Suite("A commit that fails", .serialized, .timeLimit(.minutes(5)))
struct FaultTests {
    @Test(
        "waiting commands are told unknown, the marker is left, and a retry with the same key finds out",
        arguments: ["fdatasync:error=EIO:when=3", "fdatasync:error=EIO:when=2+", "pwrite64:error=EIO:when=4", "pwrite64,writev:error=ENOSPC:when=7"])
    func injected(_ fault: String) async throws {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") else {
            print("skipped: strace is not installed")
            return
        }
        let place = try Place.founded()
        try await place.session { writer in await open(writer, 1) }
        let calls = String(fault.prefix { $0 != ":" })
        let (status, output) = try await Child.run(
            "commit", place, before: ["/usr/bin/strace", "-f", "-qq", "-o", "/dev/null", "-e", "trace=\(calls)", "-e", "inject=\(fault)"])
        if output.contains("ptrace") {
            print("skipped: tracing is not permitted here")
            return
        }
        #expect(status == 0, "\(output)")
        let lines = output.split(separator: "\n").filter { $0.hasPrefix("outcome ") }.map { $0.split(separator: " ", maxSplits: 2).map(String.init) }
        let recorded = lines.filter { $0[2].hasPrefix("recorded") }.map { $0[1] }
        let unknown = lines.filter { $0[2] == "unknown" }.map { $0[1] }
        #expect(unknown.count == 3, "\(output)")
        #expect(lines.last?[2] == "notAccepted stopping")
        let told = output.split(separator: "\n").first { $0.hasPrefix("told ") } ?? ""
        #expect(told.contains("committing events from"), "\(output)")
        #expect(place.directory.exists(place.directory.failedCommit))
        // The next start copies, verifies and opens; then the truth is known.
        try await place.session { writer in
            #expect(!place.directory.exists(place.directory.failedCommit))
            for key in recorded {
                let outcome = await writer.submit(Command.charge(1, 10).asked(key))
                #expect(outcome.replayed != nil, "\(key) was acknowledged and is \(outcome.summary)")
            }
            let before = writer.log.count
            var fresh = 0
            for key in unknown where await writer.submit(Command.charge(1, 10).asked(key)).fresh != nil { fresh += 1 }
            // A commit is whole or absent.
            #expect(fresh == 0 || fresh == unknown.count)
            #expect(writer.log.count == before + UInt64(fresh))
            let balance = await writer.submit(Command.charge(1, 10).asked("last")).fresh?.balanceAfter
            #expect(balance == Int64(recorded.count + unknown.count + 1) * 10)
        }
    }
}
