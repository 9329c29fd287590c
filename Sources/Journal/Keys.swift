internal import Crypto
public import Ledger
internal import LMDB

/// Keys and fingerprints as the log stores them.
extension CommandKey {
    /// The first 128 bits, as two little-endian words, of SHA-256(principal ‖ 0x00 ‖ key).
    public init(principal: String, key: String) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(principal.utf8.count + 1 + key.utf8.count)
        bytes.append(contentsOf: principal.utf8)
        bytes.append(0)
        bytes.append(contentsOf: key.utf8)
        let (high, low) = Hash.of(bytes).head
        self.init(high: high, low: low)
    }
}

extension Request {
    /// A request as a door makes it: checks the key and the texts, hashes the scoped key, takes the fingerprint (XXH64 of
    /// the command's canonical bytes: it tells one command of a caller from another, and guards nothing).
    public init(
        _ command: Command, principal: Principal, key: String, occurredAt: Instant? = nil, channel: Channel,
        access: Access = .none, personal: [PersonalDatum] = []
    ) throws(Malformed) {
        try TextRule.checkKey(key)
        let canonical = command.canonicalBytes(occurredAt: occurredAt, access: access)
        try self.init(
            command, principal: principal, key: CommandKey(principal: principal.name, key: key),
            fingerprint: canonical.withBytes { XXH64.hash($0) }, occurredAt: occurredAt, channel: channel,
            access: access, personal: personal)
    }
}
