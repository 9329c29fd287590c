internal import Crypto
internal import Foundation

/// A signed statement of how many events the log holds and what their Merkle root is, in the C2SP formats
/// tlog-checkpoint and signed-note, so that any tool of that family can check it.
public struct Checkpoint: Equatable, Sendable {
    /// The log's name: `motocho.ledger/` and the ledger id.
    public let origin: String
    public let size: UInt64
    public let root: Hash

    /// The three lines that are signed.
    public var body: String { "\(origin)\n\(size)\n\(Data(root.bytes).base64EncodedString())\n" }

    public init(origin: String, size: UInt64, root: Hash) {
        self.origin = origin
        self.size = size
        self.root = root
    }

    /// Reads a note and checks the signature of `key`; `nil` if it is no checkpoint, or the signature is not that key's.
    public init?(note: String, verifiedBy key: VerifierKey) {
        guard let gap = note.range(of: "\n\n") else { return nil }
        let body = String(note[..<gap.lowerBound]) + "\n"
        let lines = body.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, let size = UInt64(lines[1]), let hash = Data(base64Encoded: String(lines[2])), let root = Hash(hash)
        else { return nil }
        let signed = note[gap.upperBound...].split(separator: "\n").contains { line in
            let parts = line.split(separator: " ")
            guard parts.count == 3, parts[0] == "\u{2014}", parts[1] == key.name, let blob = Data(base64Encoded: String(parts[2])) else {
                return false
            }
            return key.verifies(Array(blob), body)
        }
        guard signed else { return nil }
        self.init(origin: String(lines[0]), size: size, root: root)
        guard self.body == body else { return nil }
    }
}

/// The log's Ed25519 key.
public struct LogKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey
    public let verifier: VerifierKey

    /// A fresh key for a log of this name.
    init(name: String) { self.init(name: name, key: Curve25519.Signing.PrivateKey()) }

    /// From the 32 bytes of `rawBytes`; `nil` if they are no key.
    init?(name: String, rawBytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: rawBytes) else { return nil }
        self.init(name: name, key: key)
    }

    private init(name: String, key: Curve25519.Signing.PrivateKey) {
        self.key = key
        verifier = VerifierKey(name: name, publicKey: Array(key.publicKey.rawRepresentation))
    }

    var rawBytes: [UInt8] { Array(key.rawRepresentation) }

    /// The checkpoint as a signed note. 15–30 µs.
    func sign(_ checkpoint: Checkpoint) throws -> String {
        let signature = try key.signature(for: Data(checkpoint.body.utf8))
        let blob = Data(verifier.hash + Array(signature)).base64EncodedString()
        return checkpoint.body + "\n\u{2014} \(verifier.name) \(blob)\n"
    }
}

/// The public half, as auditors get it: `name+hash+base64(0x01 ‖ public key)`.
public struct VerifierKey: Equatable, Sendable, CustomStringConvertible {
    public let name: String
    let publicKey: [UInt8]

    /// The first four bytes of SHA-256(name ‖ newline ‖ 0x01 ‖ public key).
    var hash: [UInt8] { Array(Hash.of(Array(name.utf8) + [0x0A, 0x01] + publicKey).bytes[0..<4]) }

    init(name: String, publicKey: [UInt8]) {
        self.name = name
        self.publicKey = publicKey
    }

    /// Reads `description`; `nil` if it is malformed or its hash does not fit.
    public init?(_ text: String) {
        let parts = text.split(separator: "+", maxSplits: 2)
        guard parts.count == 3, let blob = Data(base64Encoded: String(parts[2])), blob.count == 33, blob.first == 1 else { return nil }
        self.init(name: String(parts[0]), publicKey: Array(blob.dropFirst()))
        guard parts[1] == hashText else { return nil }
    }

    private var hashText: String { hash.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() }

    public var description: String { "\(name)+\(hashText)+\(Data([1] + publicKey).base64EncodedString())" }

    func verifies(_ blob: [UInt8], _ body: String) -> Bool {
        guard blob.count == 68, Array(blob[0..<4]) == hash, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        else { return false }
        return key.isValidSignature(blob[4...], for: Data(body.utf8))
    }
}
