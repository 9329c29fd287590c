import ArgumentParser
import Exchange
import Facade
import Foundation
import Journal
import Ledger
import Vault

/// `refunds export`: the bank's file of a batch.
struct ExportBatch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the bank's file of a batch, and record its hash.",
        discussion: """
            The file is made of what the log fixed and the payees the vault keeps. Its
            SHA-256 value is an event before a byte is written, so who took the names and
            bank accounts out, and when, stands in the log. The same batch gives the same
            bytes; the file last made counts. Whoever releases the batch names its hash, and
            did none of this.
            The originator is a JSON object; --example prints one.

            EXAMPLE: a bank file; ISO 20022; payment certificates:
              motocho refunds export --batch 812 --originator us.json --out b812.txt
              motocho refunds export --batch 812 --format pain001 --originator us.json --out b812.xml
              motocho refunds export --batch 813 --format certificates --out c813.csv
            """)

    enum FileKind: String, CaseIterable, ExpressibleByArgument {
        case zengin, pain001, certificates

        var format: FileFormat {
            switch self {
            case .zengin: .zengin
            case .pain001: .pain001
            case .certificates: .certificates
            }
        }
    }

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Option(help: ArgumentHelp("The batch's position.", valueName: "position"))
    var batch: UInt64?

    @Option(help: "zengin (総合振込), pain001 (ISO 20022) or certificates (CSV).")
    var format: FileKind = .zengin

    @Option(help: ArgumentHelp("Who pays: a JSON object in a file.", valueName: "file"))
    var originator: String?

    @Option(help: ArgumentHelp("Bank holidays, as a CSV of date,name; absent: Japan's as built in.", valueName: "file"))
    var holidays: String?

    @Option(help: ArgumentHelp("Where to write; must not exist.", valueName: "file"))
    var out: String?

    @Flag(help: "Allow two transfers of one amount to one account.")
    var allowDuplicates = false

    @Flag(help: "Print an originator to start from.")
    var example = false

    func validate() throws {
        guard example || batch != nil && out != nil else { throw ValidationError("give --batch and --out, or --example.") }
    }

    func run() async throws {
        if example { return print(OriginatorFile.example) }
        guard let batch, let out else { return }
        guard !FileManager.default.fileExists(atPath: out) else { throw Failure("\(out) exists; a bank's file is never written over") }
        let bytes = try await Self.make(batch, self)
        let hash = "\(Hash.of(bytes))"
        // The trace stands in the log before anybody has the names.
        try await Sending(ledger, token, .table).send(
            Command.Name.recordBatchFile.name,
            ["batch": .number(batch), "format": .text(format.rawValue), "contentHash": .text(hash), "bytes": .number(UInt64(bytes.count))])
        guard FileManager.default.createFile(atPath: out, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw Failure("\(out) cannot be written; mend that and run the same command again")
        }
        print("\(out): \(bytes.count) bytes, SHA-256 \(hash)")
    }

    private static func make(_ batch: UInt64, _ options: ExportBatch) async throws -> [UInt8] {
        try await withCheckedThrowingContinuation { done in
            DispatchQueue.global().async { done.resume(with: Result { try options.bytes(of: batch) }) }
        }
    }

    @available(*, noasync)
    private func bytes(of batch: UInt64) throws -> [UInt8] {
        let log = try ledger.openLog()
        let books = try Ledgers.books(log)
        let file = try BatchFile(log, books, try Keeping.vault(of: ledger.directory, log.genesis), batch: batch)
        guard let limits = FileLimits(
            items: Int(books.policy.fileItems), total: books.policy.fileTotal, duplicatesAllowed: allowDuplicates)
        else { throw Failure("the policy's limits of a file are more than a file can hold") }
        // Made from the log alone, so that it is the same whenever it is made again.
        let createdAt = try log.event(at: batch)?.recordedAt ?? books.now
        return try file.bytes(
            format.format, try originator.map { try OriginatorFile.read($0) }, limits: limits, try Holidays.read(holidays), createdAt: createdAt)
    }
}

/// Which days banks are closed: data, not code.
enum Holidays {
    static func read(_ path: String?) throws -> BusinessDays {
        guard let path else { return .japan }
        guard let data = FileManager.default.contents(atPath: path) else { throw Failure("\(path) cannot be read") }
        return try BusinessDays(csv: String(decoding: data, as: UTF8.self))
    }
}
