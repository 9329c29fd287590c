import Dispatch
import Journal
import Ledger

/// Feeds a file of actions to this process's own writer: parsing on one thread, deciding on another, committing on a
/// third, with several batches under way.
struct LocalImport {
    let writer: Writer
    let principal: Principal
    private var known: NameTable
    private var tally: ImportTally
    private var progress = Progress("import")
    private var underWay: [(batch: ImportBatch, reply: ImportReply)] = []
    private var batch = ImportBatch()

    private static let batchLines = 2000
    private static let mostUnderWay = 12

    init(_ writer: Writer, _ principal: Principal, _ books: Books) {
        self.writer = writer
        self.principal = principal
        known = books.externalIDs
        tally = ImportTally(writer.log.genesis.currency)
    }

    @available(*, noasync)
    mutating func run(_ file: inout ActionFile) throws -> ImportTally {
        while let line = try file.next() {
            batch.add(line, principal, &known)
            if batch.lines == Self.batchLines {
                try send()
                progress.show(file.lines, "lines", file.progress)
            }
        }
        try send()
        while !underWay.isEmpty { try finishOldest() }
        progress.finish()
        return tally
    }

    @available(*, noasync)
    private mutating func send() throws {
        if underWay.count == Self.mostUnderWay { try finishOldest() }
        let reply = ImportReply(batch.entries.count)
        writer.submit(batch.entries.enumerated().map { Ticket($1.request, reply, index: $0) })
        underWay.append((batch, reply))
        batch = ImportBatch()
    }

    @available(*, noasync)
    private mutating func finishOldest() throws {
        let (oldest, reply) = underWay.removeFirst()
        if let stop = tally.note(oldest, reply.wait(), beforeTalking: { progress.finish() }) {
            progress.finish()
            throw stop
        }
    }
}

