import ArgumentParser
import Foundation
import Journal

/// Looks at the log in a child process before this one opens it: LMDB maps its file, and a damaged one can end the
/// process that reads it. What ends the child becomes a sentence here. About 20 ms.
enum Preflight {
    @available(*, noasync)
    static func check(_ directory: DataDirectory) throws {
        guard directory.holdsLedger else { throw JournalError.noLedger(directory.path) }
        let child = Process()
        child.executableURL = executable
        child.arguments = [InspectLog._commandName, "--data", directory.path]
        var environment = ProcessInfo.processInfo.environment
        // A crash here is an answer, not something to print a backtrace of.
        environment["SWIFT_BACKTRACE"] = "enable=no"
        child.environment = environment
        let complaint = Pipe()
        child.standardInput = FileHandle.nullDevice
        child.standardOutput = FileHandle.nullDevice
        child.standardError = complaint
        do {
            try child.run()
        } catch {
            throw Failure("the log could not be looked at (\(error)); check that motocho may start itself as a child process")
        }
        let said = try complaint.fileHandleForReading.readToEnd() ?? Data()
        child.waitUntilExit()
        if child.terminationReason == .uncaughtSignal {
            throw JournalError.damaged("reading it ends in a crash (signal \(child.terminationStatus))")
        }
        guard child.terminationStatus == 0 else {
            throw Failure(sentence(said) ?? "the log could not be looked at; run `motocho verify --data \(directory.path)`")
        }
    }

    private static var executable: URL {
        let own = "/proc/self/exe"
        return FileManager.default.fileExists(atPath: own)
            ? URL(fileURLWithPath: own) : Bundle.main.executableURL ?? URL(fileURLWithPath: CommandLine.arguments[0])
    }

    private static func sentence(_ said: Data) -> String? {
        let text = String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard !text.isEmpty else { return nil }
        return text.hasPrefix("Error: ") ? String(text.dropFirst(7)) : text
    }
}

/// The child's side of `Preflight`.
struct InspectLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect-log",
        abstract: "Read what a start reads first, and say nothing if it holds.",
        discussion: """
            EXAMPLE:
              motocho inspect-log --data ./motocho-data
            """,
        shouldDisplay: false)

    @OptionGroup var ledger: LedgerOptions

    func run() throws {
        do {
            try Ledgers.inspect(ledger.directory)
        } catch let error as JournalError {
            throw error
        } catch {
            throw Failure(
                "the log cannot be read (\(error)); if the disk and your permissions are in order it is damaged, so restore "
                    + "the newest backup beside it and compare with `motocho verify`")
        }
    }
}
