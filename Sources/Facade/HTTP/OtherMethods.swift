internal import HTTPTypes
internal import Hummingbird

/// Knows every path of the API and the methods it takes, for the answer to any other method.
struct OtherMethods: Sendable {
    private struct Pattern {
        let parts: [Substring]
        var methods: [String]
    }
    private var patterns: [Pattern] = []

    mutating func add(_ path: String, _ method: HTTPRequest.Method) {
        let parts = path.split(separator: "/")
        let names = method == .get ? ["GET", "HEAD"] : [method.rawValue]
        if let index = patterns.firstIndex(where: { $0.parts == parts }) {
            patterns[index].methods += names
        } else {
            patterns.append(Pattern(parts: parts, methods: names))
        }
    }

    /// 405 for a path there is, 404 for any other.
    func problem(for path: String) -> Problem {
        let parts = path.split(separator: "/")
        let found = patterns.first { pattern in
            pattern.parts.count == parts.count && zip(pattern.parts, parts).allSatisfy { $0.hasPrefix("{") || $0 == $1 }
        }
        guard let found else { return .routeUnknown }
        return .methodNotAllowed(found.methods.joined(separator: ", "))
    }
}
