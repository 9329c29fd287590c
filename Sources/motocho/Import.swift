import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger

/// `import`: account actions from a file.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Record account actions from a CSV file, at speed; run twice it adds nothing.",
        discussion: """
            The first line names the columns, in any order:

              reference   unique for ever: the command's idempotency key
              occurredAt  when the business says it happened (RFC 3339; a day alone is
                          its beginning in Japan); empty: the time of recording
              account     the account's external id; an unknown one is opened
              action      charge or pay
              amount      a decimal in the ledger's currency, above zero
              source      of a charge: creditCard, debitCard, registerCash, atmCash or
                          point; of a payment: not looked at
              store       of a payment: the store's id; of a charge: not looked at

            RFC 4180: fields may be quoted, lines end in LF or CRLF, the text is UTF-8. A
            line that is not taken is told with its number and reason on standard error,
            the rest goes on, and the exit status is 1. An import that was interrupted is
            resumed by running it again. If a server has the ledger open the lines go to
            it, under the principal of the token; else they are recorded here, under
            --principal (the first founding operator's name, if it is left out, since that
            is whose token is used with a server). Makes a yen ledger if there is none.

            EXAMPLE:
              $ cat actions.csv
              reference,occurredAt,account,action,amount,source,store
              r-1,2019-07-01T10:00:00+09:00,m-1,charge,3000,creditCard,
              r-2,2019-07-01T12:30:00+09:00,m-1,pay,500,,s-1
              $ motocho import actions.csv
            """)

    @OptionGroup var ledger: LedgerOptions
    @OptionGroup var token: TokenOptions

    @Argument(help: ArgumentHelp("The CSV file, or - for standard input.", valueName: "file"))
    var file: String

    @Flag(help: "First run on a copy of the books; append nothing unless every line would be accepted.")
    var allOrNothing = false

    @Option(help: ArgumentHelp("Who the lines are recorded as. Keys are the principal's own: keep it from run to run.", valueName: "name"))
    var principal: String?

    @Option(help: "How the summary is printed: table, json or csv.")
    var format: Format = .table

    func validate() throws {
        do throws(Malformed) { try TextRule.check(principal, "principal") } catch { throw ValidationError("The principal's name \(error.reason).") }
    }

    func run() async throws {
        let directory = ledger.directory
        let input = try ImportInput(file, isReadTwice: allOrNothing)
        let tally: ImportTally
        if let client = try await Client.find(directory, token: token.find(directory)) {
            tally = try await send(input, client)
        } else {
            tally = try record(input)
        }
        tally.show(format)
        guard tally.failed == 0 else {
            if allOrNothing, tally.isRehearsal {
                let share = "\(tally.failed.grouped) of \(tally.lines.grouped)"
                throw Failure("nothing was recorded, since \(share) lines would not be accepted; mend them and import again")
            }
            throw ExitCode.failure
        }
    }

    /// Into this process's own writer.
    private func record(_ input: ImportInput) throws -> ImportTally {
        try Founding.ensure(ledger.directory)
        try Preflight.check(ledger.directory)
        let writer = try Keeping.open(ledger.directory).writer
        defer { writer.stop() }
        let (currency, books) = (writer.log.genesis.currency, try Ledgers.books(writer.log))
        let who = Principal(name: principal ?? writer.log.genesis.founders.first ?? "import")
        var file = try ActionFile(input.open(), currency: currency)
        if allOrNothing {
            var tally = try Rehearsal.run(writer.log, &file, who, books)
            guard tally.failed == 0 else {
                tally.forgetRehearsal()
                return tally
            }
            file = try ActionFile(input.open(), currency: currency)
        }
        var run = LocalImport(writer, who, books)
        return try run.run(&file)
    }

    /// Through a live server.
    private func send(_ input: ImportInput, _ client: Client) async throws -> ImportTally {
        let (log, books) = try read()
        let authorization = token.find(ledger.directory).map { "Bearer \($0)" }
        let who = try authorization.flatMap { try Principals(ledger.directory).authenticate($0)?.principal } ?? .anonymous
        // Keys are a principal's own: under another name the same file would be booked a second time.
        let wanted = principal ?? log.genesis.founders.first ?? "import"
        guard who.name == wanted else {
            throw Failure(
                "the running server would record these lines as \(who.name), and imports of this ledger are recorded as \(wanted): "
                    + "give \(wanted)'s token with --token, or say --principal \(who.name) if that is who earlier runs were recorded as")
        }
        var file = try ActionFile(input.open(), currency: log.genesis.currency)
        if allOrNothing {
            var tally = try rehearse(log, &file, who, books)
            guard tally.failed == 0 else {
                tally.forgetRehearsal()
                return tally
            }
            file = try ActionFile(input.open(), currency: log.genesis.currency)
        }
        var run = RemoteImport(client, who, books)
        return try await run.run(&file)
    }

    private func read() throws -> (Log, Books) {
        let log = try ledger.openLog()
        return (log, try Ledgers.books(log))
    }

    private func rehearse(_ log: Log, _ file: inout ActionFile, _ who: Principal, _ books: Books) throws -> ImportTally {
        try Rehearsal.run(log, &file, who, books)
    }
}

/// What is to be imported. Standard input that must be read twice is kept in memory.
struct ImportInput {
    private let path: String
    private let memory: [UInt8]?

    init(_ path: String, isReadTwice: Bool) throws {
        self.path = path
        var source = try ByteSource(path: path)
        memory = path == "-" && isReadTwice ? try source.rest() : nil
    }

    func open() throws -> ByteSource {
        if let memory { return ByteSource(memory: memory) }
        return try ByteSource(path: path)
    }
}

/// Decides a whole file on a copy of the books; nothing is recorded.
enum Rehearsal {
    @available(*, noasync)
    static func run(_ log: Log, _ file: inout ActionFile, _ principal: Principal, _ books: Books) throws -> ImportTally {
        var known = books.externalIDs
        var tally = ImportTally(log.genesis.currency)
        var progress = Progress("rehearsal")
        try Ledgers.rehearse(log) { decide in
            var batch = ImportBatch()
            func settle() throws {
                let outcomes = try batch.entries.map { try decide($0.request) }
                if let stop = tally.note(batch, outcomes, beforeTalking: { progress.finish() }) { throw stop }
                batch = ImportBatch()
            }
            while let line = try file.next() {
                batch.add(line, principal, &known)
                guard batch.lines == 2000 else { continue }
                try settle()
                progress.show(file.lines, "lines", file.progress)
            }
            try settle()
        }
        progress.finish()
        return tally
    }
}
