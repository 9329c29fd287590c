import Foundation
import HummingbirdTesting
import Journal
import Ledger
import Synchronization
import Testing
import Vault
import Wire

@testable import Facade

/// What people try who should not, and what comes together that should not.
@Suite struct GatesHostileTests {
    @Test func nobodyApprovesWhatHeProposed() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            // kanri-1 has a second login: one person, two tokens.
            let second = try await client.decide(
                #""command":"grantRole","principal":"kanri-1b","role":"approver","person":"kanri-1""#, as: "kanri-2", approvers: ["kanri-1", "kanri-3"])
            #expect(try second.json.text("event") == "roleGranted", "\(second.text)")
            let control = try await client.post("/v1/controls", #"{"control":"pay","reason":"r"}"#, as: "kanri-1")
            let lift = #"{"command":"liftControl","control":\#(try control.json.number("position")!),"reason":"r","because":"b"}"#
            let proposed = try await client.post("/v1/proposals", lift, as: "kanri-1")
            let approval = #"{"proposal":\#(try proposed.json.number("position")!)}"#
            for name in ["kanri-1", "kanri-1b"] {
                let reply = try await client.post("/v1/approvals", approval, as: name)
                #expect(reply.status == 403 && reply.code == "approver-is-proposer", "\(name): \(reply.text)")
            }
            // Nor does one person's two tokens make two approvals.
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            _ = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"100"}"#)
            let refund = try await client.post(
                "/v1/proposals", #"{"command":"refund","account":"1","amount":"1","reason":"smallAmount","because":"b"}"#, as: "kanri-2")
            let agree = #"{"proposal":\#(try refund.json.number("position")!)}"#
            #expect(try await client.post("/v1/approvals", agree, as: "kanri-1").json.number("approvalsLeft") == 1)
            for name in ["kanri-1", "kanri-1b"] {
                let reply = try await client.post("/v1/approvals", agree, as: name)
                #expect(reply.status == 403 && reply.code == "already-approved", "\(name): \(reply.text)")
            }
            #expect(try await client.post("/v1/approvals", agree, as: "kanri-3").json.text("event") == "exceptionalRefundReleased")
            // Done once, it is not done twice.
            #expect(try await client.post("/v1/approvals", agree, as: "kanri-3").code == "proposal-closed")
            #expect(try await client.get("/v1/accounts/1").json.text("balance") == "99")
        }
    }

    @Test func proposalsExpire() async throws {
        try await withShop(start: Instant("2019-07-01T00:00+09:00")) { _, client in
            _ = try await client.post("/v1/policies", #"{"proposalSeconds":60}"#, as: "kanri-1")
            let control = try await client.post("/v1/controls", #"{"control":"pay","reason":"r"}"#, as: "kanri-1")
            let lift = #"{"command":"liftControl","control":\#(try control.json.number("position")!),"reason":"r","because":"b"}"#
            let proposed = try await client.post("/v1/proposals", lift, as: "kanri-1")
            #expect(try proposed.json.text("expiresAt") == "2019-07-01T00:01:00.000000+09:00")
            let approval = #"{"proposal":\#(try proposed.json.number("position")!)}"#
            try await client.advance(to: "2019-07-01T00:01+09:00")
            let late = try await client.post("/v1/approvals", approval, as: "kanri-2")
            #expect(late.status == 409 && late.code == "proposal-expired", "\(late.text)")
            #expect(try await client.get("/v1/proposals", as: "kanri-1").json.objects("proposals")?.isEmpty == true)
            #expect(try await client.get("/v1/decisions", as: "kanri-1").json.objects("decisions")?.last?.text("state") == "expired")
        }
    }

    /// A held command cannot carry what its own route would refuse, and nothing else beside it.
    @Test func heldCommandsAreReadAsStrictly() async throws {
        try await withShop { shop, client in
            let count = shop.count
            for (body, field) in [
                (#"{"because":"b"}"#, "command"), (#"{"command":"fly","because":"b"}"#, "command"), (#"{"command":7,"because":"b"}"#, "command"),
                (#"{"command":"liftControl","control":1,"reason":"r"}"#, "because"), (#"{"command":"liftControl","control":"1","reason":"r","because":"b"}"#, "control"),
                (#"{"command":"liftControl","control":1,"reason":"r","because":"b","amount":"1"}"#, "amount"),
                (#"{"command":"setPolicy","balanceCap":"-1","because":"b"}"#, "balanceCap"), (#"{"command":"setPolicy","cap":"1","because":"b"}"#, "cap"),
                (#"{"command":"refund","account":"1","amount":1,"because":"b"}"#, "amount"),
                (#"{"command":"liftControl","control":1,"reason":"r","because":""}"#, "because"), (#"{"act":"liftControl","control":1,"reason":"r","because":"b"}"#, "command"),
            ] {
                for path in ["/v1/proposals", "/v1/emergencies"] {
                    let reply = try await client.post(path, body, as: "kanri-1")
                    #expect(try reply.status == 400 && reply.json.text("field") == field, "\(path) \(body): \(reply.text)")
                }
            }
            let card = try await client.post("/v1/proposals", #"{"command":"liftControl","control":1,"reason":"4111111111111111","because":"b"}"#, as: "kanri-1")
            #expect(card.code == "card-number" && !card.text.contains("4111"))
            #expect(shop.count == count)
        }
    }

    @Test func accessIsReadStrictly() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let count = shop.count
            let now = Instant(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000))
            for (access, field) in [
                ("[]", "access"), (#""app""#, "access"), (#"{"colour":"red"}"#, "access"), (#"{"session":17}"#, "access.session"),
                (#"{"session":"0"}"#, "access.session"), (#"{"session":"-1"}"#, "access.session"), (#"{"session":"4294967296"}"#, "access.session"),
                (#"{"via":"fax"}"#, "access.via"), (#"{"device":""}"#, "access.device"), (#"{"device":5}"#, "access.device"),
                (#"{"address":"203.0.113"}"#, "access.address"), (#"{"address":"203.0.113.256"}"#, "access.address"),
                (#"{"address":"example.com"}"#, "access.address"), (#"{"address":"fe80::1%eth0"}"#, "access.address"),
                (#"{"address":"203.0.113.9\u0000x"}"#, "access.address"), (#"{"address":"203.0.113.9:80"}"#, "access.address"), (#"{"address":""}"#, "access.address"),
                (#"{"asn":0}"#, "access.asn"), (#"{"asn":4294967296}"#, "access.asn"), (#"{"asn":"64500"}"#, "access.asn"), (#"{"asn":1.0}"#, "access.asn"),
                (#"{"country":"jp"}"#, "access.country"), (#"{"country":"JPN"}"#, "access.country"), (#"{"auth":5}"#, "access.auth"),
                (#"{"auth":{"level":2,"method":"oneTimeCode"}}"#, "access.auth.at"),
                (#"{"auth":{"level":0,"method":"oneTimeCode","at":"\#(now)"}}"#, "access.auth.level"),
                (#"{"auth":{"level":4,"method":"oneTimeCode","at":"\#(now)"}}"#, "access.auth.level"),
                (#"{"auth":{"level":"2","method":"oneTimeCode","at":"\#(now)"}}"#, "access.auth.level"),
                (#"{"auth":{"level":2,"method":"guess","at":"\#(now)"}}"#, "access.auth.method"),
                (#"{"auth":{"level":2,"method":"oneTimeCode","at":"yesterday"}}"#, "access.auth.at"),
                (#"{"auth":{"level":2,"method":"oneTimeCode","at":"\#(now)","x":1}}"#, "access.auth"),
            ] {
                let reply = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":\#(access)}"#)
                #expect(try reply.status == 400 && reply.code == "invalid-field" && reply.json.text("field") == field, "\(access): \(reply.text)")
            }
            #expect(shop.count == count)
            // Evidence from the future is no evidence; a clock a little ahead is.
            for (ahead, status) in [(Int64(1200), 422), (300, 201)] {
                let auth = #"{"auth":{"level":2,"method":"oneTimeCode","at":"\#(now + ahead)"}}"#
                let reply = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1","access":\#(auth)}"#)
                #expect(reply.status == status && (status == 201 || reply.code == "evidence-in-future"), "\(reply.text)")
            }
        }
    }

    /// One address, one device, one contact: however it is written.
    @Test func normalForms() throws {
        for (given, form) in [
            ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"), ("::FFFF:CB00:7109", "203.0.113.9"),
            ("2001:DB8:0:0:0:0:0:1", "2001:db8::1"), ("::1", "::1"),
        ] { #expect(try PersonalForm.address(given, "a") == form, "\(given)") }
        for (kind, given, form) in [
            (ContactKind.mail, " Taro@Example.COM ", "taro@example.com"), (.phone, "+81 90-1234-5678", "+819012345678"), (.phone, "090 1234 5678", "09012345678"),
            (.postal, " 1-1 Nagoya ", "1-1 Nagoya"),
        ] { #expect(try PersonalForm.contact(kind, given, "v") == form, "\(given)") }
        for (kind, given) in [
            (ContactKind.mail, "a"), (.mail, "a@b@c"), (.mail, "@b"), (.mail, "a@"), (.mail, "a b@c"), (.phone, "12345"), (.phone, "1234567890123456"),
            (.phone, "+"), (.phone, "0901234567x"), (.phone, "09+01234567"), (.postal, ""), (.mail, ""),
        ] {
            let fault = #expect(throws: Fault.self) { try PersonalForm.contact(kind, given, "v") }
            #expect(given.isEmpty || fault.map { !$0.detail.contains(given) || given.count < 3 } ?? false, "\(given)")
        }
    }

    /// What is personal stands in the vault, and in no other file.
    @Test func noRawValueLeavesTheVault() async throws {
        try await withShop { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let access = #""access":{"via":"app","device":"device-Zq81","address":"198.51.100.77","asn":64500,"country":"JP"}"#
            let commands = [
                ("/v1/accounts/1/logins", #"{"method":"commonId",\#(access)}"#), ("/v1/accounts/1/devices", #"{"device":"device-Zq81",\#(access)}"#),
                ("/v1/accounts/1/devices", #"{"device":"device-Zq81"}"#), ("/v1/accounts/1/device-removals", #"{"device":"device-Other"}"#),
                ("/v1/accounts/1/contacts", #"{"kind":"mail","value":"Hanako.Secret@example.com"}"#),
                ("/v1/accounts/1/contacts", #"{"kind":"phone","value":"+81 80-5555-1234"}"#), ("/v1/accounts/1/contacts", #"{"kind":"postal","value":"Sakae 9-9"}"#),
                ("/v1/accounts/1/external-logins", #"{"provider":"idp","id":"ext-Kp77"}"#),
                ("/v1/accounts/1/login-failures", #"{"method":"commonId","reason":"wrongPassword","loginId":"hanako-Typed"}"#),
                ("/v1/login-failures", #"{"method":"commonId","reason":"unknownId","loginId":"attacker-Typed",\#(access)}"#),
                ("/v1/accounts/1/resets", #"{"method":"reminder","deliveredTo":{"kind":"mail","value":"hanako.secret@example.com"}}"#),
                ("/v1/accounts/1/payments", #"{"store":"s","amount":"1",\#(access)}"#),
            ]
            for (path, body) in commands { #expect(try await client.post(path, body).status < 500) }
            _ = try await client.bulk([#"{"key":"b","command":"bindDevice","account":"1","device":"device-Bulk"}"#])
            #expect(try shop.vault.read(person: "p", kind: .device, pseudonym: shop.vault.pseudonym(.device, "device-Bulk")) == "device-Bulk")
            // What the views hold is on disk once they stop.
            shop.stop()
            let secrets = [
                "device-Zq81", "device-Other", "device-Bulk", "198.51.100.77", "anako.", "805555", "80-5555", "Sakae", "ext-Kp77", "hanako-Typed", "attacker-Typed",
            ]
            let files = shop.bytesOutsideTheVault
            #expect(files.contains { $0.name.hasPrefix("log/") })
            for (name, bytes) in files {
                for secret in secrets { #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(secret) in \(name)") }
            }
        }
    }

    /// Two hundred and fifty-six clients charge while one operator stops charging: behind the stop not one is settled.
    @Test func aStopHoldsFromItsPositionOn() async throws {
        try await withShop(.ahc()) { shop, client in
            _ = try await client.post("/v1/accounts", #"{"person":"p"}"#)
            let seen = Seen()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<256 {
                    group.addTask {
                        for turn in 0..<200 {
                            let reply = try await client.post("/v1/accounts/1/charges", #"{"source":"point","amount":"1"}"#, key: "c-\(number)-\(turn)")
                            let position = try #require(try reply.json.number("position"))
                            if reply.status == 201 {
                                seen.take { $0.settled.append(position) }
                            } else {
                                #expect(reply.status == 423 && reply.code == "charges-stopped", "\(reply.text)")
                                seen.take { $0.refused.append(position) }
                                return
                            }
                        }
                    }
                }
                group.addTask {
                    while seen.now.settled.count < 400 { try await Task.sleep(for: .milliseconds(1)) }
                    let reply = try await client.post("/v1/controls", #"{"control":"charge","sources":["point"],"reason":"r"}"#, as: "kanri-1")
                    #expect(reply.status == 201, "\(reply.text)")
                    let position = try reply.json.number("position")
                    seen.take { $0.stop = position }
                }
                try await group.waitForAll()
            }
            let position = try #require(seen.now.stop)
            let (before, after) = (seen.now.settled, seen.now.refused)
            #expect(before.count >= 400 && after.count == 256)
            #expect(before.allSatisfy { $0 < position } && after.allSatisfy { $0 > position })
            // The log says the same as the answers.
            #expect(try await client.get("/v1/accounts/1").json.text("balance") == "\(before.count)")
            #expect(shop.count == UInt64(2 + before.count + 1 + after.count))
        }
    }
}

/// Positions as clients are told them, by many at once.
private final class Seen: Sendable {
    struct Positions: Sendable {
        var settled: [Int64] = []
        var refused: [Int64] = []
        var stop: Int64?
    }
    private let positions = Mutex(Positions())
    var now: Positions { positions.withLock { $0 } }
    func take(_ body: (inout Positions) -> Void) { positions.withLock { body(&$0) } }
}
