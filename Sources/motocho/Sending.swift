import ArgumentParser
import Facade
import Foundation
import Journal
import Ledger
import Wire

/// Sends one command to the server that has the ledger open, or decides it here if none has; tells what came of it.
struct Sending {
    private let directory: DataDirectory
    private let token: TokenOptions
    private let format: ReceiptFormat

    init(_ ledger: LedgerOptions, _ token: TokenOptions, _ format: ReceiptFormat) {
        directory = ledger.directory
        self.token = token
        self.format = format
    }

    /// A member's value, typed by what the interface expects of that member.
    enum Value {
        case text(String)
        case number(UInt64)
        case list([String])
        case json([UInt8])
        case value(JSONValue)

        /// Members that are lists, whose parts are written with commas between.
        private static let lists: Set<String> = ["sources", "accounts", "events", "charges"]
        /// Members that are positions or counts of events.
        private static let numbers: Set<String> = [
            "control", "refusal", "charge", "payment", "proposal", "emergency", "attempts", "unknownIds", "wrongPasswords", "succeeded",
            "dispute", "report", "alert", "unmatched", "batch", "approval", "items", "bytes", "paid", "returned", "level",
        ]

        init(_ text: String, member: String) {
            if Self.lists.contains(member) {
                self = .list(text.split(separator: ",").map(String.init))
            } else if Self.numbers.contains(member), let number = UInt64(text) {
                self = .number(number)
            } else if text.hasPrefix("{") || text.hasPrefix("[") || text == "true" || text == "false" {
                self = .json(Array(text.utf8))
            } else {
                self = .text(text)
            }
        }

        func write(_ name: String, to json: inout JSONWriter) {
            switch self {
            case .text(let text): json.member(name, string: text)
            case .number(let number): json.member(name, integer: number)
            case .list(let list): json.member(name, array: { for text in list { $0.element(string: text) } })
            case .json(let bytes): json.member(name, raw: bytes)
            case .value(let value): json.member(name, value: value)
            }
        }
    }

    func send(_ command: String, _ members: [String: Value]) async throws {
        let token = try who()
        var json = JSONWriter()
        json.object { json in
            json.member("key", string: UUID().uuidString.lowercased())
            json.member("command", string: command)
            for (name, value) in members.sorted(by: { $0.key < $1.key }) { value.write(name, to: &json) }
        }
        let line = json.take()
        let answer: [UInt8]
        if let client = try await Client.find(directory, token: token) {
            answer = try await client.post("/v1/commands", line + [0x0A], type: "application/x-ndjson")
        } else {
            answer = try await decide(line, token)
        }
        try show(answer, command)
    }

    private func who() throws -> String {
        guard let token = token.find(directory) else {
            throw Failure("say who you are with --token or $MOTOCHO_TOKEN; `motocho token NAME --operator` makes one")
        }
        return token
    }

    /// Sends many commands, each a line with its own key. How many of them were new; throws at the first that is refused.
    func sendAll(_ lines: [[UInt8]]) async throws -> Int {
        let token = try who()
        let answers: [[UInt8]]
        if let client = try await Client.find(directory, token: token) {
            var body: [UInt8] = []
            for line in lines { body += line + [0x0A] }
            let answer = try await client.post("/v1/commands", body, type: "application/x-ndjson")
            answers = answer.split(separator: 0x0A).map { Array($0) }
        } else {
            let (writer, door) = try open(token)
            answers = await door.answers(lines)
            await stop(writer)
        }
        var new = 0
        for answer in answers {
            let object = try JSONObject(parsing: Array(answer.prefix { $0 != 0x0A }))
            guard case .integer(let status)? = object["status"], status == 201 || status == 200 else {
                guard case .string(let detail)? = object["detail"] else { throw Failure("refused, without a reason") }
                throw Failure("refused: \(detail) What came before it is recorded; run the same command again after mending it")
            }
            if object["replayed"] != .bool(true) { new += 1 }
        }
        guard answers.count == lines.count else { throw Failure("the answer ended early; run the same command again, nothing is done twice") }
        return new
    }

    private func stop(_ writer: Writer) async {
        await withCheckedContinuation { done in
            DispatchQueue.global().async {
                writer.stop()
                done.resume()
            }
        }
    }

    private func decide(_ line: [UInt8], _ token: String) async throws -> [UInt8] {
        let (writer, door) = try open(token)
        let answer = await door.answer(line)
        await stop(writer)
        return answer
    }

    private func open(_ token: String) throws -> (Writer, LocalDoor) {
        try Preflight.check(directory)
        let (writer, vault) = try Keeping.open(directory)
        do {
            guard let door = try LocalDoor(writer, vault, token: token) else {
                throw Failure("the token is nobody's in this ledger; `motocho token NAME --operator` makes one")
            }
            return (writer, door)
        } catch {
            writer.stop()
            throw error
        }
    }

    private func show(_ answer: [UInt8], _ command: String) throws {
        let output = Output()
        let object = try JSONObject(parsing: Array(answer.prefix { $0 != 0x0A }))
        func text(_ member: String) -> String? {
            switch object[member] {
            case .string(let text)?: text
            case .integer(let number)?: "\(number)"
            default: nil
            }
        }
        let isDone = text("status") == "201"
        if format == .json {
            output.write(answer.last == 0x0A ? answer : answer + [0x0A])
        } else if isDone {
            var line = "\(text("event") ?? command), position \(text("position") ?? "?")"
            if let left = text("approvalsLeft") {
                line += left == "0" ? ", carried out" : ", \(left) more to approve"
                if text("event") == "proposed" { line += ": motocho approve \(text("position") ?? "")" }
            }
            output.line(line)
            if case .bool(true)? = object["erased"] { output.line("erased: nothing is kept of this person any more") }
            if case .array(let data)? = object["data"] {
                for case .object(let datum) in data {
                    let parts = ["kind", "provider", "value"].compactMap { name -> String? in
                        if case .string(let text)? = datum[name] { text } else { nil }
                    }
                    output.line(parts.joined(separator: " "))
                }
            }
        }
        output.flush()
        guard !isDone else { return }
        throw Failure("refused (\(text("code") ?? "unknown")): \(text("detail") ?? "no reason was given")")
    }
}
