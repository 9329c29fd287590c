internal import Hummingbird
internal import Journal
internal import Ledger
internal import Vault
internal import Wire

/// The people desk: who looks at a person's data, and who has it erased.
extension Desk {
    var peopleRoutes: [Route] {
        [
            .post("/v1/people/{person}/disclosures") { request, call in try await disclose(request, call) },
            .post("/v1/people/{person}/erasure") { request, call in try await submit(request, .erasePerson, about: try person(call)) },
        ]
    }

    var disclosures: Disclosures { Disclosures(vault: vault, readers: readers) }

    private func disclose(_ request: Hummingbird.Request, _ call: Call) async throws -> Response {
        let outcome = try await outcome(request, about: try person(call)) { _ in (.viewPersonalData, .none) }
        // One event, one look: a repetition says that it was recorded and shows nothing.
        guard case .recorded(let event, replayed: false) = outcome, event.kind == .personalDataViewed else { return answer.of(outcome) }
        let data = try await disclosures.data(event)
        return answer.of(outcome) { data.write(to: &$0) }
    }
}

/// Shows what the vault keeps of a person, once the event that says so is on disk.
struct Disclosures {
    let vault: Vault?
    let readers: Pool

    struct Data: Sendable {
        fileprivate let contents: Vault.Contents

        func write(to json: inout JSONWriter) {
            switch contents {
            case .erased: json.member("erased", bool: true)
            case .unknown: json.member("data", array: { _ in })
            case .kept(let data): json.member("data", array: { list in for datum in data { list.object { Self.write(datum, to: &$0) } } })
            }
        }

        private static func write(_ datum: PersonalDatum, to json: inout JSONWriter) {
            switch datum.kind {
            case .loginID: json.member("kind", string: "loginId")
            default: json.member("kind", string: datum.kind.name)
            }
            // An external id is kept under its provider's name.
            let end = datum.kind == .externalLogin ? datum.value.firstIndex(of: "\n") : nil
            if let end {
                json.member("provider", string: String(datum.value[..<end]))
                json.member("value", string: String(datum.value[datum.value.index(after: end)...]))
            } else {
                json.member("value", string: datum.value)
            }
        }
    }

    /// What is kept of the person an event speaks of.
    func data(_ event: Event) async throws(Problem) -> Data {
        guard let vault, let person = event.tail.text(.person) else { throw .vaultUnavailable }
        do {
            return Data(contents: try await readers.run { try vault.all(of: person) })
        } catch {
            throw .vaultUnavailable
        }
    }
}
