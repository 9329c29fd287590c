import Foundation
import LMDB
import Ledger
import Testing

@testable import Journal

/// `Specs/vectors/events.json` is made from the document by another program; here it is held against this one.
@Suite("Golden vectors")
struct VectorTests {
    private struct File: Decodable {
        let events: [Stored]
        let roots: [String]
        let frontier: String
        let checkpoint: Note
        let keys: [Key]
        let commands: [CommandRow]
        let xxh64: [Sum]
    }
    private struct Stored: Decodable {
        let name: String
        let position: UInt64, previous: UInt64, reference: UInt64, fingerprint: UInt64
        let subject: UInt64, debit: UInt64, credit: UInt64
        let recordedAt: Int64, occurredAt: Int64, amount: Int64, balanceAfter: Int64
        let kind: UInt16, policyVersion: UInt16
        let source: UInt8, channel: UInt8, groupIndex: UInt8, groupCount: UInt8, authLevel: UInt8
        let actor: UInt32, session: UInt32
        let key: String
        let tail: [Field]
        let bytes: String
        let leaf: String
    }
    private struct Field: Decodable {
        let field: UInt8
        let value: String
    }
    private struct Note: Decodable {
        let verifierKey: String
        let privateKey: String
        let note: String
    }
    private struct Key: Decodable {
        let principal: String
        let key: String
        let hash: String
    }
    private struct CommandRow: Decodable {
        let name: String
        let canonical: String
        let fingerprint: UInt64
    }
    private struct Sum: Decodable {
        let bytes: String
        let seed: UInt64
        let hash: UInt64
    }

    private let file: File

    init() throws {
        // From this file's place, or from where the sources are if the tests are built elsewhere.
        var folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        while folder.path() != "/", !FileManager.default.fileExists(atPath: folder.appending(path: "Specs/vectors").path()) {
            folder.deleteLastPathComponent()
        }
        file = try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: "Specs/vectors/events.json")))
    }

    @Test("fields to bytes")
    func encodes() throws {
        #expect(file.events.count >= 12)
        for stored in file.events {
            #expect(Hex.text(LayoutTests.encode(try Self.event(stored))) == stored.bytes, "\(stored.name)")
        }
    }

    @Test("bytes to fields")
    func decodes() throws {
        for stored in file.events {
            let read = try Hex.bytes(stored.bytes).withBytes { EventView($0, at: stored.position)?.event }
            #expect(try read == Self.event(stored), "\(stored.name)")
        }
    }

    @Test("leaves, roots and the frontier")
    func tree() throws {
        var frontier = Frontier()
        for (count, stored) in file.events.enumerated() {
            #expect(Hex.text(frontier.root.bytes) == file.roots[count])
            let leaf = try Hex.bytes(stored.bytes).withBytes { Hash.leaf($0) }
            #expect(Hex.text(leaf.bytes) == stored.leaf)
            frontier.append(leaf: leaf)
        }
        #expect(Hex.text(frontier.root.bytes) == file.roots.last)
        #expect(Hex.text(frontier.bytes) == file.frontier)
        #expect(try Frontier(bytes: Hex.bytes(file.frontier)) == frontier)
    }

    @Test("checkpoint, signature and verifier key")
    func checkpoint() throws {
        let verifier = try #require(VerifierKey(file.checkpoint.verifierKey))
        let read = try #require(Checkpoint(note: file.checkpoint.note, verifiedBy: verifier))
        #expect(read.size == UInt64(file.events.count) && Hex.text(read.root.bytes) == file.roots.last)
        let key = try #require(LogKey(name: read.origin, rawBytes: Hex.bytes(file.checkpoint.privateKey)))
        #expect(key.verifier == verifier)
        #expect(key.verifier.description == file.checkpoint.verifierKey)
        #expect(try Checkpoint(note: key.sign(read), verifiedBy: verifier) == read)
    }

    @Test("key hashes")
    func keys() throws {
        for row in file.keys {
            let key = CommandKey(principal: row.principal, key: row.key)
            #expect(try [key.high, key.low].withBytes { [UInt8]($0) } == Hex.bytes(row.hash))
        }
    }

    @Test("XXH64, as the reference implementation gives it")
    func xxh64() throws {
        for row in file.xxh64 { #expect(try Hex.bytes(row.bytes).withBytes { XXH64.hash($0, seed: row.seed) } == row.hash) }
        // Published with the algorithm.
        #expect([UInt8]().withBytes { XXH64.hash($0) } == 0xEF46_DB37_51D8_E999)
        #expect("a".withBytes { XXH64.hash($0) } == 0xD24E_C4F1_A98C_6E5B)
        #expect("abc".withBytes { XXH64.hash($0) } == 0x44BC_2CF5_AD77_0999)
    }

    @Test("canonical bytes and fingerprints of commands")
    func fingerprints() throws {
        let noon = Instant(microseconds: 1_561_950_000_000_000)
        let one = AccountReference.ordinal(1)
        let lift = Command.controls(.lift(control: 19, effectiveAt: nil, reason: "mended"))
        let limits: [FundingSource: Policy.SourceLimit] = [.creditCard: .init(perCharge: 30_000, step: 1000)]
        let commands: [(String, Command, Instant?)] = [
            ("open person p-1", .open(), nil),
            ("open person p-1 externalId bank-0001", .open("p-1", "bank-0001"), nil),
            ("charge 1 creditCard 3000 occurredAt", .charge(1, 3000), noon),
            ("charge external point 10 reference", .money(.charge(.external("bank-0001"), .point, Amount(10)!, reference: "自動")), nil),
            ("pay 1 s-1 register 2 500", .money(.pay(one, store: "s-1", place: nil, register: "2", Amount(500)!)), nil),
            ("reverse 1 payment 5 200", .reverse(1, 5, 200), nil),
            ("lock 1 all phone stolen", .accounts(.lock(one, .all, reason: "phone stolen")), nil),
            ("reset 1 mass changed", .accounts(.resetCredentials(one, .mass, addressChanged: true)), nil),
            ("close 1 unclaimed", .close(1), nil),
            (
                "settle partner creditCard 30000 fee 600",
                .money(.settlePartner(.creditCard, gross: Amount(30_000)!, fee: 600, statement: "2019-07")), nil
            ),
            ("settle store s-1 700 from", .money(.settleMerchant(store: "s-1", Amount(700)!, .fromStore, statement: nil)), nil),
            ("policy cap 100000, creditCard 30000/1000", .service(.setPolicy(Policy(balanceCap: 100_000, limits: limits))), nil),
            ("advance", .service(.advanceClock(to: noon)), nil),
            ("confirm", .service(.confirmClock), nil),
            ("lift control 19 mended", lift, nil),
            ("propose lifting control 19", .approvals(.propose(lift, because: "tested twice")), nil),
            ("approve proposal 20", .approvals(.approve(proposal: 20)), nil),
            (
                "stop credit and debit charges from noon",
                .controls(.activate([.charge(.creditCard), .charge(.debitCard)], effectiveAt: noon, until: nil, reason: "unknown charges")), nil
            ),
            ("grant investigator to anna", .approvals(.grant(principal: "anna", .investigator, person: nil)), nil),
            ("mandate", .access(.mandateReset(reason: "stolen lists")), nil),
            ("label 1 events 3 5 fraud", .damage(.label(one, events: [3, 5], .fraud, basis: "unknown to the member")), nil),
            (
                "certify p-1 by a dispute",
                .damage(.certify(
                    person: "p-1", Entitlement(creditCard: 30_000, point: 2000, ownBalance: 138, genuineUse: 500),
                    DamageCommand.Grounds(dispute: 18), note: nil)), nil
            ),
            (
                "confirm a reversal of 29300",
                .compensation(.confirmReversal(one, .creditCard, charge: 3, Amount(29_300)!, .beforeDebit, reference: "r-9")), nil
            ),
            ("agree to 2138", .compensation(.agree(one, Amount(2138)!)), nil),
            ("decide the end", .shutdown(.decide(effectiveAt: noon + 92 * 86_400, reason: "no way to mend it in time")), nil),
            (
                "claim the refund of 2 by web form",
                .shutdown(
                    .claim(
                        .ordinal(2),
                        ShutdownCommand.Claim(
                            claimant: "p-2", method: .bank, payee: Pseudonym(0xA0...0xAF)!, channel: .webForm,
                            identity: ShutdownCommand.Identity(level: 2, method: .document)))), nil
            ),
            ("approve 2 and 5, 900 together", .shutdown(.approve(accounts: [2, 5], total: Amount(900)!)), nil),
            ("open a batch for a day", .shutdown(.openBatch(.bank, date: Day(number: 18_215), items: nil)), nil),
        ]
        #expect(commands.map(\.0) == file.commands.map(\.name))
        for (row, command) in zip(file.commands, commands) {
            #expect(Hex.text(command.1.canonicalBytes(occurredAt: command.2)) == row.canonical, "\(row.name)")
            #expect(command.1.asked("k", at: command.2).fingerprint == row.fingerprint, "\(row.name)")
        }
    }

    @Test("what stands inside the gates' fields")
    func gates() throws {
        let noon: Int64 = 1_561_950_000_000_000
        func event(_ name: String) throws -> Event { try Self.event(try #require(file.events.first { $0.name.hasPrefix(name) })) }
        let login = try event("a login")
        let access = try #require(login.access)
        #expect(access.via == .app && access.method == .oneTimeCode && access.country == .japan && access.network == 64_500)
        #expect(access.device == 7 && access.authenticatedAt == Instant(microseconds: noon - 60_000_000))
        #expect(access.address?.hexadecimal == "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf" && login.loginMethod == .externalId)
        let policy = Policy(reading: try event("policy rules").tail)
        #expect(policy[minimum: .bindDevice] == .init(level: 2, seconds: 300))
        #expect(policy.chargeWindows == [.init(.cards, count: 3, seconds: 600)])
        let stop = try event("card charges stopped")
        #expect(stop.stops == [.charge(.creditCard), .charge(.debitCard)] && stop.effectiveAt.microseconds == noon)
        #expect(stop.until.microseconds == noon + 86_400_000_000)
        let held = try #require(try event("its lifting").tail.bytes(.heldCommand))
        #expect(try Command(canonical: held) == .controls(.lift(control: 19, effectiveAt: nil, reason: "mended")))
    }

    @Test("what stands inside the damage desks' fields")
    func damage() throws {
        func event(_ name: String) throws -> Event { try Self.event(try #require(file.events.first { $0.name.hasPrefix(name) })) }
        let certified = try event("a certification by routes A and C").tail
        #expect(Entitlement(reading: certified) == Entitlement(creditCard: 30_000, point: 2000, ownBalance: 138, genuineUse: 500))
        #expect(certified.positions(.events) == [3, 5] && certified.number(.dispute) == 18 && certified.number(.score) == 85)
        #expect(certified.bytes(.routes)?.compactMap(Route.init(rawValue:)) == [.memberInquiry, .patternOwnDetermination])
        let rules = RuleSet(reading: try event("a rule set of two rules").tail)
        #expect(rules == RuleSet(name: "v2", lockScore: 100, rules: [
            RuleSet.Rule(.chargeBurst, weight: 40, thresholds: [3, 60, 5, 2400], sources: .cards),
            RuleSet.Rule(.largePayment, weight: 20, thresholds: [10_000, 50_000]),
        ]))
        #expect(try event("a charge judged a fraud").tail.bytes(.label)?.first == Label.fraud.rawValue)
    }

    private static func event(_ stored: Stored) throws -> Event {
        var event = Event(try #require(EventKind(rawValue: stored.kind)), subject: AccountCode(rawValue: stored.subject))
        event.position = stored.position
        event.recordedAt = Instant(microseconds: stored.recordedAt)
        event.occurredAt = Instant(microseconds: stored.occurredAt)
        event.source = FundingSource(rawValue: stored.source)
        event.channel = try #require(Channel(rawValue: stored.channel))
        event.groupIndex = stored.groupIndex
        event.groupCount = stored.groupCount
        event.authLevel = stored.authLevel
        event.previous = stored.previous
        event.debit = AccountCode(rawValue: stored.debit)
        event.credit = AccountCode(rawValue: stored.credit)
        event.amount = stored.amount
        event.balanceAfter = stored.balanceAfter
        event.reference = stored.reference
        let key = try Hex.bytes(stored.key)
        event.key = key.withBytes { CommandKey(high: $0.u64(at: 0), low: $0.u64(at: 8)) }
        event.fingerprint = stored.fingerprint
        event.actor = stored.actor
        event.session = stored.session
        event.policyVersion = stored.policyVersion
        var tail: [UInt8] = []
        for field in stored.tail {
            let value = try Hex.bytes(field.value)
            tail += [field.field, UInt8(value.count & 255), UInt8(value.count >> 8)] + value
        }
        event.tail = Tail(bytes: tail)
        return event
    }
}

enum Hex {
    static func text(_ bytes: some Sequence<UInt8>) -> String { bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    static func bytes(_ text: String) throws -> [UInt8] {
        let digits = try text.utf8.map { try #require(Character(UnicodeScalar($0)).hexDigitValue) }
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
