import Exchange
import Foundation
import Ledger
import Wire

/// Who pays, as the bank knows us: a JSON object with the members code, name, bank, branch, type and number, and if wanted
/// bankName and branchName.
enum OriginatorFile {
    static let example = """
        {"code": "1234567890", "name": "テストハツコウシャ(カ", "bank": "9998", "bankName": "テストギンコウ",
         "branch": "001", "branchName": "ホンテン", "type": "ordinary", "number": "7654321"}
        """

    static func read(_ path: String) throws -> Originator {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw Failure("\(path) cannot be read; it is to hold the originator, such as \(example)")
        }
        let object: JSONObject
        do { object = try JSONObject(parsing: [UInt8](data)) } catch { throw Failure("\(path) holds no JSON object: \(error)") }
        func text(_ name: String) throws -> String {
            guard case .string(let text)? = object[name] else { throw Failure("\(path) lacks \(name); an originator is \(example)") }
            return text
        }
        func optional(_ name: String) -> String { if case .string(let text)? = object[name] { text } else { "" } }
        guard let type = AccountType.allCases.first(where: { $0.name == optional("type") }) else {
            throw Failure("\(path): type is to be ordinary, current or other")
        }
        return try Originator(
            code: try text("code"), name: try text("name"), bank: try text("bank"), bankName: optional("bankName"), branch: try text("branch"),
            branchName: optional("branchName"), type: type, number: try text("number"))
    }
}
