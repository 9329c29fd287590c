import Exchange
import Facade
import Foundation
import Journal
import Ledger
import Scenario
import Vault

/// What is played one act at a time: staff who look at the books first, the bank's papers, and the ledger by itself.
extension MonthPlayer {
    func playAlone(_ act: Act, _ table: inout Table) async throws {
        let before = writer.log.count
        try move(to: act.at)
        // The next command is not looked at before the ledger is done with what was due.
        if case .wait = act.asks { try move(to: act.at + 1) }
        try await drain(&table)
        turnDay(act, &table)
        var told: Event?
        switch act.asks {
        case .look(let list):
            let commands = try lookUp(list)
            told = try await ask(commands.map { ($0, []) }, act)
            if let mark = act.mark, let told, told.rejection == nil { positions.set(mark, told.position) }
        case .paper(let paper): told = try await play(paper, act)
        case .wait, .command, .later, .payee, .step: break
        }
        guard let telling = act.telling else { return }
        let count = tally.lastAsked
        tally.lastAsked = 0
        if let words = try ownWords(from: before) {
            row(act.at, telling, words, "", &table)
        } else if let told {
            if count > 1 {
                row(act.at, telling, "\(UInt64(count).grouped) times, last \(told.kind.name), position \(told.position)", "", &table)
            } else {
                row(act.at, telling, told, &table)
            }
        } else {
            row(act.at, telling, "nothing to do", "", &table)
        }
    }

    /// Asks one after the other; tells the last answer.
    private func ask(_ commands: [(command: Command, personal: [PersonalDatum])], _ act: Act) async throws -> Event? {
        var last: Event?
        for start in stride(from: 0, to: commands.count, by: Self.batch) {
            let requests = try commands[start..<min(start + Self.batch, commands.count)].map {
                try Request($0.command, principal: act.by, key: key("end"), channel: .story, access: act.access, personal: $0.personal)
            }
            for (request, outcome) in zip(requests, await writer.submit(requests)) {
                let event = try recorded(outcome)
                judge(act, event, request, outcome, isMarked: false)
                last = event ?? last
            }
        }
        tally.acts += commands.count
        tally.lastAsked = commands.count
        return last
    }

    // MARK: The books

    /// The list is made of the books as they stand now.
    private func lookUp(_ list: (Books, Positions) -> [Command]) throws -> [Command] {
        try catchUpBooks()
        guard let books else { return [] }
        return list(books, positions)
    }

    private func catchUpBooks() throws {
        if books == nil { books = Books() }
        let log = writer.log
        try log.scan(from: books?.next ?? 0, to: log.count) { view in
            guard let event = view.event else { throw Failure("event \(view.position) cannot be read") }
            books?.evolve(event)
            return true
        }
    }

    /// What the ledger did by itself since a position, if it ended an act of many steps.
    private func ownWords(from position: UInt64) throws -> String? {
        let log = writer.log
        var words: String?
        let currency = log.genesis.currency
        try log.scan(from: position, to: log.count) { view in
            guard let kind = view.kind, kind.closesAct, let event = view.event, let size = event.actSize else { return true }
            words = "\(kind.name), \(UInt64(size.count).grouped) for \(currency.grouped(size.total)), position \(event.position)"
            return true
        }
        return words
    }

    // MARK: The bank

    /// The vault's value for a payee.
    func datum(_ payee: InventedPayee) throws -> PersonalDatum {
        let text = try Self.text(payee)
        return PersonalDatum(.payee, value: text, pseudonym: vault.pseudonym(.payee, text))
    }

    private static func text(_ payee: InventedPayee) throws -> String {
        switch payee {
        case .bank(let bank, let bankName, let branch, let branchName, let number, let holder):
            Payee.bank(
                try BankAccount(
                    bank: bank, bankName: bankName, branch: branch, branchName: branchName, type: .ordinary, number: number, holder: holder)
            ).text
        case .postal(let name, let postcode, let address):
            Payee.postal(try PostalAddress(name: name, postcode: postcode, address: address)).text
        }
    }

    private func play(_ paper: Act.Paper, _ act: Act) async throws -> Event? {
        switch paper {
        case .file(let mark):
            guard let position = positions[mark] else { return nil }
            let (format, bytes) = try file(of: position, at: act.at)
            let hash = Hash.of(bytes).bytes
            hashes[position] = hash
            let record = ShutdownCommand.recordFile(batch: position, format, contentHash: hash, bytes: Int64(bytes.count))
            return try await ask([(.shutdown(record), [])], act)
        case .release(let mark):
            guard let position = positions[mark], let hash = hashes[position] else { return nil }
            return try await ask([(.shutdown(.releaseBatch(position, contentHash: hash)), [])], act)
        case .result(let mark):
            guard let position = positions[mark] else { return nil }
            return try await ask(try answers(to: position).map { (.shutdown($0), []) }, act)
        }
    }

    private func file(of position: UInt64, at instant: Instant) throws -> (FileFormat, [UInt8]) {
        let made = try batchFile(position)
        let format: FileFormat = made.method == .bank ? .zengin : .certificates
        let bytes = try made.bytes(format, try Self.originator, limits: FileLimits()!, BusinessDays.japan, createdAt: instant)
        try save(bytes, "batch-\(position).\(format == .zengin ? "txt" : "csv")")
        return (format, bytes)
    }

    private func batchFile(_ position: UInt64) throws -> BatchFile {
        try catchUpBooks()
        return try BatchFile(writer.log, books ?? Books(), vault, batch: position)
    }

    /// The bank writes its result file; it is read as anybody's would be, and held against what was sent.
    private func answers(to position: UInt64) throws -> [ShutdownCommand] {
        let sent = try batchFile(position).transfers(try Self.originator)
        var outcomes: [UInt64: BankResult.Outcome] = [:]
        for instruction in sent.instructions {
            switch InventedBank.answer(to: instruction.payee.number) {
            case .paid: break
            case .noSuchAccount: outcomes[instruction.refund] = .returned(.noSuchAccount)
            case .nameDiffers: outcomes[instruction.refund] = .returned(.nameDiffers)
            }
        }
        let name = "result-\(position).txt"
        try save(try BankResult.write(sent, outcomes: outcomes), name)
        guard let data = FileManager.default.contents(atPath: files + "/" + name) else { throw Failure("\(name) cannot be read") }
        let result = try BankResult.read([UInt8](data), for: sent)
        let record = ShutdownCommand.recordResult(
            batch: position, contentHash: Hash.of([UInt8](data)).bytes, paid: Int64(result.paidCount), returned: Int64(result.returnedCount))
        return try [record]
            + result.lines.map { line in
                guard let amount = Amount(line.amount) else { throw Failure("a line of \(name) has no amount") }
                let account = AccountReference.ordinal(line.refund)
                switch line.outcome {
                case .paid: return .confirmPayout(account, amount, batch: position, reference: nil)
                case .returned(let reason): return .returnPayout(account, amount, batch: position, reason: reason.name)
                }
            }
    }

    /// They hold names and bank accounts, and are for the owner's eyes.
    private func save(_ bytes: [UInt8], _ name: String) throws {
        try FileManager.default.createDirectory(atPath: files, withIntermediateDirectories: true)
        let path = files + "/" + name
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes), attributes: [.posixPermissions: 0o600]) else {
            throw Failure("\(path) cannot be written")
        }
    }

    private static var originator: Originator {
        get throws {
            let ours = InventedBank.originator
            return try Originator(
                code: ours.code, name: ours.name, bank: ours.bank, bankName: ours.bankName, branch: ours.branch, branchName: ours.branchName,
                type: .ordinary, number: ours.number)
        }
    }
}
