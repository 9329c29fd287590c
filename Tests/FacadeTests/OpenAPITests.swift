import Foundation
import HTTPTypes
import Ledger
import Testing

@testable import Facade

/// `Specs/openapi.yaml` names what there is: no more, no less.
@Suite struct OpenAPITests {
    private let lines: [Substring]

    init() throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../../Specs/openapi.yaml")
        lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
    }

    /// The names of the one enumeration that has this one among them and begins with `first`.
    private func names(_ first: String) -> Set<String> {
        let line = lines.first { $0.contains("enum: [\(first), ") } ?? ""
        let list = line.drop { $0 != "[" }.dropFirst().prefix { $0 != "]" }
        return Set(list.split(separator: ",").map { $0.filter { $0 != " " } })
    }

    @Test func everyRouteIsDescribed() async throws {
        try await withShop { shop, _ in
            var described: Set<String> = []
            var path = ""
            for line in lines.prefix(while: { $0 != "components:" }) {
                if line.hasPrefix("  /") { path = line.trimmingCharacters(in: .whitespaces).replacing(":", with: "") }
                if line == "    get:" || line == "    post:" { described.insert(line.trimmingCharacters(in: .whitespaces).replacing(":", with: "").uppercased() + " " + path) }
            }
            let there = Set(shop.server.routes.map { $0.method.rawValue + " " + $0.path })
            #expect(there.subtracting(described).sorted() == [] && described.subtracting(there).sorted() == [])
        }
    }

    @Test func everyCommandRefusalAndEventIsNamed() {
        let commands = Set(Command.Name.allCases.map(\.name)).subtracting(["raiseAlert"])
        #expect(names("openAccount") == commands)
        let codes = Set(Rejection.Code.allCases.map(\.name) + Fault.Code.allCases.map(\.rawValue))
        #expect(codes.subtracting(names("account-unknown")).sorted() == [])
        // What no receipt is told from: it never stands last in a command's group, or comes through no door.
        let inside: Set<String> = [
            "genesis", "refused", "balanceDisposed", "glassBroken", "continuation", "holdEnded", "alertRaised", "lateClaimAccepted",
            // What the ledger does by itself.
            "serviceTerminated", "unusedBalanceFixed", "fixingCompleted", "refundHeld", "refundUnheld", "claimsClosed", "refundExcluded",
            "exclusionsCompleted", "refundBatched", "batchCompleted", "refundReleased", "releaseCompleted",
        ]
        #expect(Set(EventKind.allCases.map(\.name)).subtracting(inside) == names("policySet"))
    }
}
