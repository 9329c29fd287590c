import Foundation
import Ledger
import Testing
@Suite struct ZZ {
    @Test func gen() throws {
        guard ProcessInfo.processInfo.environment["GEN"] != nil else { return }
        for code in Rejection.Code.allCases { print("REJ| \(code.rawValue) | `\(code.name)` | \(code.explanation) |") }
        print("NUM codes", Rejection.Code.allCases.map(\.rawValue))
        print("NUM kinds", EventKind.allCases.map(\.rawValue))
        print("NUM commands", Command.Name.allCases.map(\.rawValue))
        func short(_ a: AccountClass) -> String { a == .bank ? "bank" : a == .equity ? "equity" : String(a.name.split(separator: ".")[1]) }
        for k in EventKind.allCases where k.rawValue >= 128 { print("KIND| \(k.rawValue) | \(k.name) | \(k.posting.map { "\(short($0)) → \(short($1)) " } ?? "")|") }
        for k in Command.Name.allCases where k.rawValue >= 88 { print("CMD| \(k.rawValue) | \(k.name) |") }
        for k in Tail.Field.allCases where k.rawValue >= 59 { print("FIELD| \(k.rawValue) | \(k.name) |") }
        for k in AccountClass.allCases where k.rawValue >= 10 { print("CLASS| \(k.rawValue) | \(k.name) | | \(k.isDebitNormal) |") }
    }
}
