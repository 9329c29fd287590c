import Foundation
import Ledger
import Testing
import Wire

@testable import Facade

@Suite struct RuleSetTests {
    private let json = RuleSetJSON(currency: .yen)

    private func rules(_ text: String) throws(Fault) -> RuleSet { try json.rules(parsing: Array(text.utf8)) }

    private func text(_ set: RuleSet) -> String {
        var writer = JSONWriter()
        json.write(set, to: &writer)
        return String(decoding: writer.take(), as: UTF8.self)
    }

    /// The files we hand out are read, put into force, and shown again as they are.
    @Test(arguments: ["v1-launch", "v2-strengthened"]) func filesOfTheRepository(name: String) async throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Specs/rules/\(name).json")
        let bytes = [UInt8](try Data(contentsOf: file))
        let set = try json.rules(parsing: bytes)
        #expect(set.name == name && (name == "v1-launch" ? [.dayTurnover, .largePayment] : RuleNumber.allCases) == set.rules.map(\.number))
        #expect(try JSONObject(parsing: Array(text(set).utf8)) == JSONObject(parsing: bytes))
        try await withShop { _, client in
            let members = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst().dropLast().joined()
            let none = try await client.get("/v1/rules", as: "kanri-1").json
            #expect(none.number("ruleVersion") == 0 && none["ruleSet"] == nil)
            #expect(try await client.post("/v1/rules", "{\(members),\"reason\":\"r\"}", as: "kanri-1").code == "approvals-required")
            let done = try await client.decide("\"command\":\"activateRules\",\(members),\"reason\":\"r\"", approvers: ["kanri-2"])
            #expect(try done.json.text("event") == "ruleSetActivated", "\(done.text)")
            let shown = try await client.get("/v1/rules", as: "kanri-1").json
            #expect(try shown.number("ruleVersion") == 1 && shown.inner("ruleSet") == JSONObject(parsing: bytes))
            #expect(try await client.get("/v1/rules").code == "operator-required")
        }
    }

    @Test func integersAndTheOrderOfTheRules() throws {
        let set = try rules(#"{"name":"v","lockScore":5,"rules":{"F10":{"weight":2,"kilometresPerHour":150,"kilometres":10,"seconds":900},"F3":{"weight":1,"amount":"9","high":"10"}}}"#)
        #expect(set.rules.map(\.number) == [.largePayment, .impossibleTravel] && set.lockScore == 5 && set[.impossibleTravel]?["seconds"] == 900)
        let crowns = RuleSetJSON(currency: Currency(code: "CZK", exponent: 2)!)
        let inCrowns = try crowns.rules(parsing: Array(#"{"name":"v","lockScore":"5","rules":{"F3":{"weight":"1","amount":"9.5","high":"10"}}}"#.utf8))
        #expect(inCrowns[.largePayment]?.thresholds == [950, 1000])
    }

    /// What is no rule set, and the member at fault.
    @Test(arguments: [
        (#"{"lockScore":"1","rules":{}}"#, "name"), (#"{"name":"v","rules":{}}"#, "lockScore"), (#"{"name":"v","lockScore":"1"}"#, "rules"),
        (#"{"name":"v","lockScore":"1","rules":{}}"#, "rules"), (#"{"name":"v","lockScore":"1","rules":[]}"#, "rules"),
        (#"{"name":"v","lockScore":"0","rules":{"F3":{"weight":"1","amount":"9","high":"9"}}}"#, "lockScore"),
        (#"{"name":7,"lockScore":"1","rules":{"F3":{"weight":"1","amount":"9","high":"9"}}}"#, "name"),
        (#"{"name":"v","lockScore":"1","colour":"red","rules":{"F3":{"weight":"1","amount":"9","high":"9"}}}"#, "colour"),
        (#"{"name":"v","lockScore":"1","rules":{"F15":{"weight":"1"}}}"#, "rules"),
        (#"{"name":"v","lockScore":"1","rules":{"largePayment":{"weight":"1","amount":"9","high":"9"}}}"#, "rules"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"1","amount":"9"}}}"#, "rules.F3.high"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"amount":"9","high":"9"}}}"#, "rules.F3.weight"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"0","amount":"9","high":"9"}}}"#, "rules.F3.weight"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"1","amount":"9","high":"9","percent":"9"}}}"#, "rules.F3"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"1","amount":9,"high":"9"}}}"#, "rules.F3.amount"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"1","amount":"10000001","high":"9"}}}"#, "rules.F3.amount"),
        (#"{"name":"v","lockScore":"1","rules":{"F3":{"weight":"1","amount":"0","high":"9"}}}"#, "rules.F3.amount"),
        (#"{"name":"v","lockScore":"1","rules":{"F0":{"weight":"1","amount":"9","percent":"101"}}}"#, "rules.F0.percent"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"-1"}}}"#, "rules.F4.seconds"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"060"}}}"#, "rules.F4.seconds"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"86401"}}}"#, "rules.F4.seconds"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"60","sources":[]}}}"#, "rules.F4.sources"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"60","sources":["gold"]}}}"#, "rules.F4.sources"),
        (#"{"name":"v","lockScore":"1","rules":{"F4":7}}"#, "rules.F4"),
    ]) func whatIsNoRuleSet(document: String, field: String) async throws {
        let fault = #expect(throws: Fault.self) { try rules(document) }
        #expect(fault?.field == field && fault?.code == .invalidField, "\(document): \(fault?.detail ?? "")")
    }

    @Test func aThresholdThatNeverFires() {
        let fault = #expect(throws: Fault.self) { try rules(#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"0"}}}"#) }
        #expect(fault?.detail == "rules.F4.seconds must be a whole number from 1 to 86400: with any other the rule never fires, or always does.")
    }

    @Test func twiceTheSameRule() {
        let fault = #expect(throws: Fault.self) {
            try rules(#"{"name":"v","lockScore":"1","rules":{"F4":{"weight":"1","seconds":"9"},"F4":{"weight":"1","seconds":"9"}}}"#)
        }
        #expect(fault?.code == .malformedJSON)
    }
}
