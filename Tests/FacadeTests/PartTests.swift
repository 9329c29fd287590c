import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Journal
import Ledger
import NIOCore
import Projections
import Testing
import Wire

@testable import Facade

@Suite struct PartTests {
    @Test func listenAddresses() {
        #expect(ListenAddress("127.0.0.1:8080") == ListenAddress(host: "127.0.0.1", port: 8080))
        #expect(ListenAddress("[::1]:0")?.description == "[::1]:0")
        for text in ["", "8080", ":80", "h:99999", "::1:80", "h:-1"] { #expect(ListenAddress(text) == nil, "\(text)") }
        for (host, loopback) in [("localhost", true), ("127.1.2.3", true), ("::1", true), ("0.0.0.0", false), ("127.evil.example", false), ("::", false)] {
            #expect(ListenAddress(host: host, port: 1).isLoopback == loopback, "\(host)")
        }
    }

    @Test func principalsFile() throws {
        let hash = String(repeating: "ab", count: 32)
        #expect(try Principals(text: "").entries.isEmpty)
        #expect(try Principals(text: "a operator \(hash)\n").entries == [.init(name: "a", role: .operator)])
        for text in ["a operator", "a admin \(hash)", "a operator \(hash.uppercased())", "anonymous service \(hash)", "a  service \(hash)"] {
            #expect(throws: PrincipalsError.line(1), "\(text)") { try Principals(text: text) }
        }
    }

    @Test func tokensAreIssuedOnceAndKeptNowhere() throws {
        let shop = try Shop()
        defer { shop.close() }
        let directory = shop.directory
        let token = try Principals.issue(name: "app", role: .service, in: directory)
        let second = try Principals.issue(name: "app", role: .service, in: directory)
        #expect(token != second && token.hasPrefix("mt_") && token.utf8.count == 46)
        #expect(throws: PrincipalsError.otherRole("app")) { try Principals.issue(name: "app", role: .operator, in: directory) }
        #expect(throws: PrincipalsError.name) { try Principals.issue(name: "anonymous", role: .service, in: directory) }
        #expect(throws: PrincipalsError.name) { try Principals.issue(name: "a b", role: .service, in: directory) }
        let principals = try Principals(directory)
        #expect(principals.hasService)
        for good in ["Bearer \(token)", "bearer \(token)", "Bearer \(second)"] {
            #expect(principals.authenticate(good) == .init(name: "app", role: .service))
        }
        for bad in [token, "Basic \(token)", "Bearer", "Bearer \(token) x", "Bearer \(token)x", "Bearer \(token.dropFirst(3))"] {
            #expect(principals.authenticate(bad) == nil, "\(bad)")
        }
        let mode = try FileManager.default.attributesOfItem(atPath: directory.principals)[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func othersMustBringTokens() throws {
        let shop = try Shop()
        defer { shop.close() }
        let address = ListenAddress(host: "0.0.0.0", port: 0)
        #expect(throws: ServerError.needsServiceToken(address)) {
            try Server(writer: shop.writer, views: shop.views, principals: Principals(shop.directory), options: .init(address: address))
        }
    }

    @Test func policies() throws {
        let json = PolicyJSON(currency: Currency(code: "CZK", exponent: 2)!)
        let policy = try json.policy(parsing: Array(#"{"balanceCap":"1000","charge":{"atmCash":{"limit":"50.5","step":"0.5"},"point":{}}}"#.utf8))
        #expect(policy == Policy(balanceCap: 100_000, limits: [.atmCash: .init(perCharge: 5050, step: 50)]))
        #expect(try json.policy(parsing: Array("{}".utf8)) == Policy.none)
        for (text, field) in [
            (#"{"cap":"1"}"#, "cap"), (#"{"balanceCap":1}"#, "balanceCap"), (#"{"balanceCap":"0"}"#, "balanceCap"), (#"{"charge":[]}"#, "charge"),
            (#"{"charge":{"cheque":{}}}"#, "charge"), (#"{"charge":{"point":{"cap":"1"}}}"#, "charge.point"),
            (#"{"charge":{"point":{"step":"-1"}}}"#, "charge.point.step"),
        ] {
            let fault = #expect(throws: Fault.self) { try json.policy(parsing: Array(text.utf8)) }
            #expect(fault?.field == field, "\(text)")
        }
    }

    /// Every member, in one order: what exports and receivers may rely on.
    @Test func anEventInFull() {
        var event = Event(.paymentAccepted, subject: .member(1), debit: .member(1), credit: .merchant(2), amount: 500, balanceAfter: 2500)
        event.position = 3
        event.recordedAt = Instant("2019-07-01T09:00:00+09:00")!
        event.occurredAt = event.recordedAt
        event.channel = .http
        event.previous = 2
        event.key = CommandKey(high: 1, low: 0xFF)
        event.fingerprint = 16
        event.actor = 4
        event.tail.add(.store, "s-\"1\"")
        event.tail.add(.register, "2")
        let text = String(decoding: EventJSON(currency: .yen, actorName: { $0 == 4 ? "anonymous" : nil }).line(event), as: UTF8.self)
        #expect(
            text == #"{"position":3,"recordedAt":"2019-07-01T09:00:00.000000+09:00","occurredAt":"2019-07-01T09:00:00.000000+09:00","#
                + #""kind":"paymentAccepted","account":"1","subject":"liab.member.1","debit":"liab.member.1","credit":"liab.merchant.2","#
                + #""amount":"500","balanceAfter":"2500","previous":2,"reference":0,"source":null,"channel":"http","group":{"index":0,"count":1},"#
                + #""actor":4,"actorName":"anonymous","session":0,"authLevel":0,"policyVersion":0,"key":"0100000000000000ff00000000000000","#
                + #""fingerprint":"0000000000000010","tail":{"store":"s-\"1\"","register":"2"}}"#)
    }

    @Test func everyTailFieldHasAForm() throws {
        var tail = Tail()
        let byBytes: Set<Tail.Field> = [.ledgerID, .exponent, .clock, .lockScope, .resetMethod, .addressChanged, .disposition, .refundReason, .refusedCommand]
        let byNumber: Set<Tail.Field> = [.rejection, .rejectionBound, .policyCap]
        for field in Tail.Field.allCases where field != .policyLimit {
            if byBytes.contains(field) {
                tail.add(field, bytes: [1])
            } else if byNumber.contains(field) {
                tail.add(field, number: 600)
            } else {
                tail.add(field, "t")
            }
        }
        var json = JSONWriter()
        json.object { TailJSON(currency: .yen).write(tail, to: &$0) }
        let object = try JSONObject(parsing: json.take())
        #expect(Set(object.names) == Set(Tail.Field.allCases.filter { $0 != .policyLimit }.map(\.name)))
        #expect(object.text("rejection") == "refund-forbidden" && object.text("refusedCommand") == "openAccount" && object.text("lockScope") == "charge")
        #expect(object["founder"] == .array([.string("t")]))
    }

    /// Names made once are the enumerations' own.
    @Test func namesAreTheLedgers() {
        for kind in EventKind.allCases { #expect(Names.of(kind) == kind.name) }
        for name in Command.Name.allCases { #expect(CommandJSON.name(name.name) == name) }
    }

    @Test func titles() {
        #expect(ProblemTitle.of("insufficient-balance") == "Insufficient balance")
        #expect(ProblemTitle.of("malformed-json") == "Malformed JSON")
        #expect(ProblemTitle.of("external-id-taken") == "External id taken")
    }
}
