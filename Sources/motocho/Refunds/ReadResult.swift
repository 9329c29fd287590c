import ArgumentParser
import Exchange
import Facade
import Foundation
import Journal
import Ledger
import Vault
import Wire

/// `refunds result`: what the bank says became of a batch.
struct ReadResult: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Read the bank's result file of a batch: what was paid and what came back.",
        discussion: """
            The file is read whole and held against the batch before anything is recorded:
            another batch, a file cut off, a wrong total or another encoding is refused with
            its reason. Run twice it records nothing twice.

            EXAMPLE:
              motocho refunds result r812.txt --batch 812
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Argument(help: ArgumentHelp("The bank's file.", valueName: "file"))
    var file: String

    @Option(help: ArgumentHelp("The batch's position.", valueName: "position"))
    var batch: UInt64

    private static let chunk = 2000

    func run() async throws {
        guard let data = FileManager.default.contents(atPath: file) else { throw Failure("\(file) cannot be read") }
        let bytes = [UInt8](data)
        let result = try await read(bytes)
        let hash = "\(Hash.of(bytes))"
        let sending = Sending(ledger, token, .table)
        var lines = [line(hash, result)]
        lines += result.lines.map { line($0, hash) }
        var recorded = 0
        for start in stride(from: 0, to: lines.count, by: Self.chunk) {
            recorded += try await sending.sendAll(Array(lines[start..<min(lines.count, start + Self.chunk)]))
        }
        print(
            "batch \(batch): \(result.paidCount) paid, \(UInt64(result.paidTotal).grouped) yen; \(result.returnedCount) came back, "
                + "\(UInt64(result.returnedTotal).grouped) yen" + (recorded == 0 ? "; all of it was recorded before" : ""))
    }

    private func line(_ hash: String, _ result: BankResult.File) -> [UInt8] {
        Self.line(Command.Name.recordResultFile, "refunds-result/\(batch)/\(Self.letters(hash))") {
            $0.member("batch", integer: batch)
            $0.member("contentHash", string: hash)
            $0.member("paid", integer: result.paidCount)
            $0.member("returned", integer: result.returnedCount)
        }
    }

    private func line(_ line: BankResult.Line, _ hash: String) -> [UInt8] {
        let name: Command.Name = line.outcome == .paid ? .confirmPayout : .returnPayout
        return Self.line(name, "refunds-result/\(batch)/\(Self.letters(hash))/\(line.refund)") {
            $0.member("account", decimal: line.refund)
            $0.member("amount", string: "\(line.amount)")
            $0.member("batch", integer: batch)
            if case .returned(let reason) = line.outcome { $0.member("reason", string: reason.name) }
        }
    }

    /// A key must not look like a card number: no digits.
    private static func letters(_ hash: String) -> String {
        String(hash.prefix(32).map { $0.hexDigitValue.map { Character(Unicode.Scalar(UInt8(97 + $0))) } ?? $0 })
    }

    private static func line(_ name: Command.Name, _ key: String, _ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var json = JSONWriter()
        json.object {
            $0.member("key", string: key)
            $0.member("command", string: name.name)
            write(&$0)
        }
        return json.take()
    }

    private func read(_ bytes: [UInt8]) async throws -> BankResult.File {
        try await withCheckedThrowingContinuation { done in
            DispatchQueue.global().async { done.resume(with: Result { try compared(bytes) }) }
        }
    }

    /// Held against the batch as the log has it, account by account.
    @available(*, noasync)
    private func compared(_ bytes: [UInt8]) throws -> BankResult.File {
        let log = try ledger.openLog()
        guard let size = try log.event(at: batch)?.actSize, try log.event(at: batch)?.kind == .batchOpened else {
            throw Failure("there is no batch at position \(batch); motocho refunds list --batches shows them")
        }
        let result = try BankResult.read(bytes, batch: batch, expected: Int(size.count), total: size.total)
        let books = try Ledgers.books(log)
        let sent = try BatchFile(log, books, try Keeping.vault(of: ledger.directory, log.genesis), batch: batch)
        try result.compare(with: try sent.transfers(result.originator))
        return result
    }
}
