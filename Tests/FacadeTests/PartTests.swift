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
        let ofPolicy: Set<Tail.Field> = [.policyLimit, .policyCap, .policyRule]
        let numbers: Set<Tail.Field> = [
            .rejection, .rejectionBound, .revokedSession, .controlStops, .effectiveAt, .until, .expiresAt,
            .events, .debitDate, .dispute, .report, .ruleVersion, .score, .otherAccount, .lockScore, .windowStart,
        ]
        let texts: Set<Tail.Field> = [
            .currency, .founder, .actorName, .person, .externalID, .store, .storePlace, .register, .partnerReference, .reason, .attestation,
            .provider, .cardToken, .brand, .last4, .because, .principal, .staffPerson, .purpose, .noticePlace,
            .basis, .message, .ruleSetName, .alertSubject,
        ]
        var tail = Tail()
        for field in Tail.Field.allCases where !ofPolicy.contains(field) {
            switch field {
            case .entitlement: tail.add(field, bytes: [UInt8](repeating: 0, count: 8) + [7] + [UInt8](repeating: 0, count: 31))
            case .accountsTouched: tail.add(field, bytes: [1, 0, 0, 0, 0, 1, 0, 0])
            case .loginCounts: tail.add(field, bytes: [UInt8](repeating: 0, count: 8) + [7] + [UInt8](repeating: 0, count: 31))
            case .heldCommand: tail.add(field, bytes: Command.access(.mandateReset(reason: "because")).canonicalBytes(occurredAt: nil))
            case .access:
                let address = [UInt8](repeating: 0xAB, count: 16)
                tail.add(field, bytes: [1, 3, UInt8(ascii: "P"), UInt8(ascii: "J"), 9, 0, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + address)
            case _ where numbers.contains(field): tail.add(field, number: field == .controlStops ? 2 : field == .rejectionBound ? 5 : 600)
            case _ where texts.contains(field): tail.add(field, "t")
            default: tail.add(field, bytes: [1])
            }
        }
        var json = JSONWriter()
        json.object { TailJSON(currency: .yen).write(tail, of: .refused, to: &$0) }
        let object = try JSONObject(parsing: json.take())
        #expect(Set(object.names) == Set(Tail.Field.allCases.filter { !ofPolicy.contains($0) }.map(\.name)))
        #expect(object.text("rejection") == "refund-forbidden" && object.text("refusedCommand") == "openAccount" && object.text("lockScope") == "charge")
        #expect(object.texts("founder") == ["t"] && object.texts("accountsTouched") == ["1", "256"] && object.number("rejectionBound") == 5)
        #expect(object.inner("loginCounts")?.number("attempts") == 7)
        #expect(object.inner("heldCommand")?.text("command") == "mandateReset" && object.inner("heldCommand")?.text("reason") == "because")
        #expect(object.inner("controlStops")?.text("control") == "charge" && object.inner("controlStops")?.texts("sources") == ["creditCard"])
        #expect(object.texts("events") == ["600"] && object.texts("routes") == ["memberInquiry"] && object["isInbound"] == .bool(true))
        #expect(object.inner("entitlement")?.text("debitCard") == "7" && object.inner("entitlement")?.text("total") == "7")
        #expect(object.number("dispute") == 600 && object.number("score") == 600 && object.number("lockScore") == 600)
        let access = try #require(object.inner("access"))
        #expect(access.text("via") == "app" && access.text("country") == "JP" && access.number("asn") == 9 && access.number("device") == 2)
        #expect(access.text("method") == "oneTimeCode" && access.text("address") == String(repeating: "ab", count: 16))
        for (field, name) in [
            ("role", "operator"), ("verdict", "justified"), ("noticeKind", "incident"), ("contactKind", "mail"), ("threeDSecure", "authenticated"),
            ("loginMethod", "commonId"), ("loginFailure", "unknownId"), ("device", "01"), ("revokedSession", "600"),
            ("contactVia", "supportLine"), ("contactOutcome", "reached"), ("label", "unknown"), ("outcome", "confirmed"), ("stage", "beforeDebit"),
            ("fraudRule", "chargeBurst"), ("otherAccount", "600"), ("debitDate", "1971-08-24"),
        ] { #expect(object.text(field) == name, "\(field)") }
    }

    /// Rules are told as the document they were set with, and what an alert was found to be in its own words.
    @Test func whatDependsOnTheKind() throws {
        let json = RuleSetJSON(currency: .yen)
        var event = Event(.ruleSetActivated)
        event.tail.add(.ruleSetName, "v2")
        event.tail.add(.lockScore, number: 100)
        event.tail.add(.fraudRule, bytes: [1, Policy.Sources([.creditCard]).rawValue] + [5, 2, 60, 3, 90].flatMap { [$0] + [UInt8](repeating: 0, count: 7) })
        func tail(_ event: Event) throws -> JSONObject {
            var writer = JSONWriter()
            writer.object { TailJSON(currency: .yen).write(event.tail, of: event.kind, to: &$0) }
            return try JSONObject(parsing: writer.take())
        }
        let object = try tail(event)
        #expect(object.names == ["ruleSet"] && object.inner("ruleSet")?.inner("rules")?.names == ["F1"])
        var writer = JSONWriter()
        json.write(RuleSet(reading: event.tail), to: &writer)
        #expect(
            String(decoding: writer.take(), as: UTF8.self)
                == #"{"name":"v2","lockScore":"100","rules":{"F1":{"weight":"5","charges":"2","seconds":"60","manyCharges":"3","manySeconds":"90","#
                + #""sources":["creditCard"]}}}"#)
        var cleared = Event(.alertCleared)
        cleared.tail.add(.verdict, bytes: [2])
        #expect(try tail(cleared).text("verdict") == "falseAlarm")
    }

    /// The number that decided a refusal is told as what it is, in an event too.
    @Test func boundsMeanWhatTheirCodesSay() throws {
        for (code, bound, expected) in [
            (Rejection.Code.balanceCap, Int64(9000), JSONValue.string("9000")), (.tooManyDevices, 3, .integer(3)),
            (.roleRequired, Int64(Roles(.operator, .support).rawValue), .array([.string("operator"), .string("support")])),
        ] {
            var tail = Tail()
            tail.add(.rejection, number: Int64(code.rawValue))
            tail.add(.rejectionBound, number: bound)
            var json = JSONWriter()
            json.object { TailJSON(currency: .yen).write(tail, of: .refused, to: &$0) }
            #expect(try JSONObject(parsing: json.take())["rejectionBound"] == expected, "\(code)")
        }
        var json = JSONWriter()
        json.object { BoundJSON(currency: .yen).write(.evidenceStale, 2 | 300 << 8, to: &$0) }
        #expect(String(decoding: json.take(), as: UTF8.self) == #"{"step":{"requiredLevel":2,"withinSeconds":300}}"#)
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
