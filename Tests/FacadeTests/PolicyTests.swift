import Ledger
import Testing
import Wire

@testable import Facade

@Suite struct PolicyTests {
    private let json = PolicyJSON(currency: .yen)

    private func policy(_ text: String) throws(Fault) -> Policy { try json.policy(parsing: Array(text.utf8)) }

    private func text(_ policy: Policy) -> String {
        var writer = JSONWriter()
        json.write(policy, to: &writer)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    /// Everything a policy can say, in the order it is written.
    private let whole =
        #"{"balanceCap":"100000","charge":{"creditCard":{"limit":"30000"},"atmCash":{"limit":"50000","step":"1000"}},"requiresLaunch":true,"#
        + #""homeCountry":"KR","sessionSeconds":3600,"proposalSeconds":60,"daily":{"charge":"90000","cardCharge":"30000","payment":"80000"},"#
        + #""chargeWindows":[{"sources":["creditCard","debitCard"],"count":3,"seconds":600},{"sources":["point"],"count":1,"seconds":60}],"#
        + #""devices":{"perAccount":1,"sources":["creditCard"],"coolDownSeconds":86400,"firstLimit":"30000","firstSeconds":172800},"#
        + #""afterReset":{"sources":["creditCard"],"seconds":3600},"afterContactChange":{"sources":["creditCard","point"],"seconds":7200},"#
        + #""resetsToRegisteredContact":true,"evidence":{"bindDevice":{"level":2,"withinSeconds":300},"erasePerson":{"level":3},"#
        + #""charge.creditCard":{"level":2}},"compensationFrom":"2019-08-19T00:00:00.000000+09:00","#
        + #""claims":{"identity":2,"fromAbroad":true},"batch":{"items":5000,"total":"1000000000"},"retentionSeconds":315360000}"#

    @Test func aPolicyIsWrittenAsItWasRead() throws {
        let policy = try policy(whole)
        #expect(text(policy) == whole)
        #expect(policy.deviceFirst == .init(amount: 30_000, seconds: 172_800) && policy.devicesPerAccount == 1)
        #expect(policy.chargeWindows == [.init(.cards, count: 3, seconds: 600), .init(.init([.point]), count: 1, seconds: 60)])
        #expect(policy[minimum: .bindDevice] == .init(level: 2, seconds: 300) && policy[minimum: .creditCard] == .init(level: 2))
        #expect(try self.policy("{}") == Policy.none && text(.none) == "{}")
    }

    /// What an event keeps of it is the whole of it, and a proposal shows it whole.
    @Test func anEventKeepsThePolicy() async throws {
        try await withShop { _, client in
            #expect(try await client.post("/v1/policies", whole, as: "kanri-1").status == 201)
            let decisions = try #require(try await client.get("/v1/decisions", as: "kanri-1").json.objects("decisions"))
            #expect(try decisions.first?.objects("events")?.first?.inner("tail")?.inner("policy") == JSONObject(parsing: Array(whole.utf8)))
            // Launched, so that another must agree to a change.
            #expect(try await client.post("/v1/launch", "{}", as: "kanri-1").status == 201)
            let proposal = "{\"command\":\"setPolicy\",\"because\":\"b\"," + whole.dropFirst()
            #expect(try await client.post("/v1/proposals", proposal, as: "kanri-1").status == 201)
            let held = try await client.get("/v1/proposals", as: "kanri-2").json.objects("proposals")?.first?.inner("held")
            let members = try JSONObject(parsing: Array(whole.utf8)).members
            #expect(held?.members.dropFirst().map(\.value) == members.map(\.value) && held?.text("command") == "setPolicy")
        }
    }

    @Test func currenciesWithDecimals() throws {
        let json = PolicyJSON(currency: Currency(code: "CZK", exponent: 2)!)
        let policy = try json.policy(parsing: Array(#"{"balanceCap":"1000","charge":{"atmCash":{"limit":"50.5","step":"0.5"},"point":{}}}"#.utf8))
        #expect(policy == Policy(balanceCap: 100_000, limits: [.atmCash: .init(perCharge: 5050, step: 50)]))
    }

    /// What is no policy, and the member at fault.
    @Test(arguments: [
        (#"{"cap":"1"}"#, "cap"), (#"{"balanceCap":1}"#, "balanceCap"), (#"{"balanceCap":"0"}"#, "balanceCap"), (#"{"balanceCap":"-1"}"#, "balanceCap"),
        (#"{"balanceCap":"1.5"}"#, "balanceCap"), (#"{"charge":[]}"#, "charge"), (#"{"charge":{"cheque":{}}}"#, "charge"),
        (#"{"charge":{"point":{"cap":"1"}}}"#, "charge.point"), (#"{"charge":{"point":{"step":"-1"}}}"#, "charge.point.step"),
        (#"{"requiresLaunch":"yes"}"#, "requiresLaunch"), (#"{"requiresLaunch":1}"#, "requiresLaunch"), (#"{"homeCountry":"jp"}"#, "homeCountry"),
        (#"{"homeCountry":"JPN"}"#, "homeCountry"), (#"{"homeCountry":5}"#, "homeCountry"), (#"{"sessionSeconds":-1}"#, "sessionSeconds"),
        (#"{"sessionSeconds":1.5}"#, "sessionSeconds"), (#"{"sessionSeconds":"60"}"#, "sessionSeconds"),
        (#"{"sessionSeconds":315360001}"#, "sessionSeconds"), (#"{"proposalSeconds":null}"#, "proposalSeconds"), (#"{"daily":{"refund":"1"}}"#, "daily"),
        (#"{"daily":{"charge":100}}"#, "daily.charge"), (#"{"daily":{"payment":"-5"}}"#, "daily.payment"), (#"{"chargeWindows":{}}"#, "chargeWindows"),
        (#"{"chargeWindows":[{"count":1,"seconds":1}]}"#, "chargeWindows.sources"),
        (#"{"chargeWindows":[{"sources":[],"count":1,"seconds":1}]}"#, "chargeWindows.sources"),
        (#"{"chargeWindows":[{"sources":["point","point"],"count":1,"seconds":1}]}"#, "chargeWindows.sources"),
        (#"{"chargeWindows":[{"sources":["point"],"count":0,"seconds":1}]}"#, "chargeWindows.count"),
        (#"{"chargeWindows":[{"sources":["point"],"count":1.0,"seconds":1}]}"#, "chargeWindows.count"),
        (#"{"chargeWindows":[{"sources":["point"],"count":1,"seconds":86401}]}"#, "chargeWindows.seconds"),
        (#"{"chargeWindows":[{"sources":["point"],"count":1,"seconds":1,"x":1}]}"#, "chargeWindows"),
        (#"{"devices":{"perAccount":-1}}"#, "devices.perAccount"), (#"{"devices":{"coolDownSeconds":5}}"#, "devices.sources"),
        (#"{"devices":{"sources":["point"],"firstLimit":"5"}}"#, "devices"), (#"{"devices":{"most":1}}"#, "devices"),
        (#"{"afterReset":{"sources":["point"]}}"#, "afterReset.seconds"), (#"{"afterReset":{"seconds":5}}"#, "afterReset.sources"),
        (#"{"afterContactChange":{"sources":["point"],"seconds":-5}}"#, "afterContactChange.seconds"),
        (#"{"resetsToRegisteredContact":0}"#, "resetsToRegisteredContact"), (#"{"evidence":{"fly":{"level":2}}}"#, "evidence"),
        (#"{"evidence":{"charge.cheque":{"level":2}}}"#, "evidence"), (#"{"evidence":{"pay":{"level":4}}}"#, "evidence.pay.level"),
        (#"{"evidence":{"pay":{"level":0}}}"#, "evidence.pay.level"), (#"{"evidence":{"pay":{}}}"#, "evidence.pay.level"),
        (#"{"evidence":{"pay":{"level":2,"withinSeconds":-1}}}"#, "evidence.pay.withinSeconds"), (#"{"evidence":[]}"#, "evidence"),
        (#"{"claims":{"identity":0}}"#, "claims.identity"), (#"{"claims":{"identity":4}}"#, "claims.identity"), (#"{"claims":2}"#, "claims"),
        (#"{"claims":{"fromAbroad":"no"}}"#, "claims.fromAbroad"), (#"{"claims":{"level":2}}"#, "claims"), (#"{"batch":{"items":0}}"#, "batch.items"),
        (#"{"batch":{"items":1000000}}"#, "batch.items"), (#"{"batch":{"total":5}}"#, "batch.total"), (#"{"batch":[]}"#, "batch"),
        (#"{"retentionSeconds":-1}"#, "retentionSeconds"), (#"{"retentionSeconds":315360001}"#, "retentionSeconds"),
    ])
    func whatIsNoPolicy(_ text: String, _ field: String) {
        let fault = #expect(throws: Fault.self) { try policy(text) }
        #expect(fault?.field == field && fault?.code == .invalidField, "\(text): \(String(describing: fault))")
    }
}
