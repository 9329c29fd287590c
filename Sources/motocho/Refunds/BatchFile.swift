import Exchange
import Facade
import Foundation
import Journal
import Ledger
import Vault
import Wire

/// The members of a batch, as the log fixed them, with the payees the vault keeps: what a bank's file is made of.
struct BatchFile {
    let position: UInt64
    let method: PayoutMethod
    let date: Day
    /// In the order of the batch.
    let members: [Member]

    struct Member {
        let account: UInt64
        let amount: Int64
        let payee: Payee
    }

    /// Reads the steps behind the event that opened the batch, and each payee. O(members × events of a claim).
    @available(*, noasync)
    init(_ log: Log, _ books: Books, _ vault: Vault, batch position: UInt64) throws {
        guard let opening = try log.event(at: position), opening.kind == .batchOpened, let size = opening.actSize else {
            throw Failure("there is no batch at position \(position); motocho refunds list --batches shows them")
        }
        self.position = position
        method = opening.tail.bytes(.payoutMethod)?.first.flatMap(PayoutMethod.init(rawValue:)) ?? .bank
        date = opening.day
        var members: [Member] = []
        members.reserveCapacity(Int(size.count))
        for place in (position + 1)..<(position + 1 + UInt64(size.count)) {
            guard let step = try log.event(at: place), step.kind == .refundBatched else {
                throw Failure("batch \(position) is not complete yet; try again in a moment")
            }
            members.append(Member(account: step.subject.ordinal, amount: step.stepAmount, payee: try Self.payee(of: step, log, books, vault)))
        }
        self.members = members
    }

    /// The payee last given before the batch; the vault keeps it with the account's own person.
    @available(*, noasync)
    private static func payee(of step: Event, _ log: Log, _ books: Books, _ vault: Vault) throws -> Payee {
        let account = step.subject.ordinal
        var place = step.previous
        while place != 0, let event = try log.event(at: place) {
            if let pseudonym = event.tail.bytes(.payee).flatMap({ Pseudonym($0) }) {
                guard let text = try vault.read(person: books.person(of: account), kind: .payee, pseudonym: pseudonym), let payee = Payee(text: text)
                else { throw Failure("the payee of account \(account) is not in the vault; `motocho verify` says more") }
                return payee
            }
            place = event.previous
        }
        throw Failure("account \(account) stands in a batch without a claim")
    }

    /// As the bank's encoders take it.
    func transfers(_ originator: Originator) throws -> TransferBatch {
        let instructions = try members.map { member in
            guard case .bank(let account) = member.payee else {
                throw Failure("account \(member.account) is to be paid by certificate; its batch is of another method")
            }
            return TransferInstruction(refund: member.account, batch: position, payee: account, amount: member.amount)
        }
        return TransferBatch(originator: originator, date: date, instructions: instructions)
    }

    /// The file in a format.
    func bytes(_ format: FileFormat, _ originator: Originator?, limits: FileLimits, _ calendar: BusinessDays, createdAt: Instant) throws -> [UInt8] {
        switch format {
        case .certificates:
            return try PaymentCertificates.csv(
                members.map { member in
                    guard case .postal(let address) = member.payee else {
                        throw Failure("account \(member.account) is to be paid into a bank account; its batch is of another method")
                    }
                    return PaymentCertificates.Row(refund: member.account, payee: address, amount: member.amount)
                })
        case .zengin, .pain001:
            guard let originator else { throw Failure("a bank's file needs the originator: --originator FILE") }
            let batch = try transfers(originator)
            if format == .zengin { return try Zengin.encode(batch, limits: limits, businessDays: calendar) }
            return try Pain001.encode(
                batch, messageID: "refund-\(position)", createdAt: createdAt, limits: limits, businessDays: calendar)
        }
    }
}
