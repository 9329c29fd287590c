internal import Crypto
internal import Foundation
public import Journal
public import Ledger

/// Who may call the server: the file `keys/principals` (readable by its owner alone) holds a line for each token,
///
///     name role sha256-of-the-token-in-hexadecimal
///
/// A name may have several tokens, so that one can be replaced. A running server takes a change within a second. Tokens
/// themselves are shown once, when they are issued, and not kept here.
public struct Principals: Sendable {
    /// What a principal's tokens are for. What an operator may do beyond the facade's own acts is the ledger's rule.
    public enum Role: String, CaseIterable, Sendable {
        case `operator`
        case service
    }

    public struct Entry: Equatable, Sendable {
        public let name: String
        public let role: Role
        public var principal: Ledger.Principal { Ledger.Principal(name: name) }
    }

    private let byHash: [String: Entry]
    /// Where they were read, and what the file looked like then.
    private let directory: DataDirectory?
    private let stamp: FileStamp?

    /// Every token's owner.
    public var entries: [Entry] { byHash.values.sorted { $0.name < $1.name } }

    /// With a service's token in the file, nobody is anonymous any more.
    public let hasService: Bool

    /// Reads the file; there is none before the first token. Throws `PrincipalsError` at a line that does not read.
    public init(_ directory: DataDirectory) throws {
        // Looked at before it is read: a change in between is taken in the next time.
        let stamp = FileStamp(directory.principals)
        try self.init(text: directory.read(directory.principals) ?? "", directory, stamp)
    }

    /// The file as it is now, if it looks different; `nil` where nothing changed or there is no file to look at.
    func reread() throws -> Principals? {
        guard let directory, FileStamp(directory.principals) != stamp else { return nil }
        return try Principals(directory)
    }

    init(text: String) throws(PrincipalsError) { try self.init(text: text, nil, nil) }

    private init(text: String, _ directory: DataDirectory?, _ stamp: FileStamp?) throws(PrincipalsError) {
        self.directory = directory
        self.stamp = stamp
        var byHash: [String: Entry] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
            let parts = line.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 3, let role = Role(rawValue: String(parts[1])), Self.isName(String(parts[0])),
                parts[2].utf8.count == 64, parts[2].utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) })
            else { throw PrincipalsError.line(index + 1) }
            byHash[String(parts[2])] = Entry(name: String(parts[0]), role: role)
        }
        self.byHash = byHash
        hasService = byHash.values.contains { $0.role == .service }
    }

    /// Makes a token, appends its hash to the file and returns the token: `mt_` and 43 characters of base64url. Not for
    /// two processes at once.
    public static func issue(name: String, role: Role, in directory: DataDirectory) throws -> String {
        guard isName(name) else { throw PrincipalsError.name }
        let text = directory.read(directory.principals) ?? ""
        let known = try Principals(text: text)
        if known.byHash.values.contains(where: { $0.name == name && $0.role != role }) { throw PrincipalsError.otherRole(name) }
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: 0...255, using: &random) }
        let secret = Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        let token = prefix + secret
        let end = text.isEmpty || text.hasSuffix("\n") ? "" : "\n"
        try directory.replace(directory.principals, with: text + end + "\(name) \(role.rawValue) \(hash(token))\n")
        return token
    }

    /// The owner of the token in an `Authorization` header's value, `nil` if it is no bearer token of ours. The token is
    /// looked up by its hash, so how long a wrong one takes says nothing about the right one.
    public func authenticate(_ authorization: String) -> Entry? {
        let parts = authorization.split(separator: " ")
        guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].utf8.count <= 128, parts[1].hasPrefix(Self.prefix) else {
            return nil
        }
        return byHash[Self.hash(parts[1])]
    }

    private static let prefix = "mt_"

    private static func hash(_ token: some StringProtocol) -> String {
        Hexadecimal.text(SHA256.hash(data: Array(token.utf8)))
    }

    private static func isName(_ name: String) -> Bool {
        let reserved: [Ledger.Principal] = [.anonymous, .monitor, .ledger]
        guard !reserved.contains(where: { $0.name == name }), !name.utf8.contains(UInt8(ascii: " ")) else { return false }
        do { try TextRule.check(name, "name") } catch { return false }
        return true
    }
}

/// Why the file of principals does not serve.
public enum PrincipalsError: Error, Equatable, CustomStringConvertible, Sendable {
    case line(Int)
    case name
    case otherRole(String)

    public var description: String {
        switch self {
        case .line(let number): "keys/principals, line \(number): a line is a name, `operator` or `service`, and 64 hexadecimal digits"
        case .name: "a principal's name is 1 to 64 bytes without spaces, and none of `anonymous`, `monitor` and `ledger`"
        case .otherRole(let name): "\(name) has a token with another role; a name has one role"
        }
    }
}

/// What tells one state of a file from another without reading it.
private struct FileStamp: Equatable, Sendable {
    private let modified: Date?
    private let size: UInt64
    private let node: UInt64

    init(_ path: String) {
        let attributes = (try? FileManager.default.attributesOfItem(atPath: path)) ?? [:]
        modified = attributes[.modificationDate] as? Date
        size = (attributes[.size] as? NSNumber)?.uint64Value ?? 0
        node = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
    }
}
