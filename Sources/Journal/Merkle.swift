/// The Merkle tree of RFC 6962 over the log's events, as its frontier: the roots of the complete subtrees that make up
/// the tree, largest first. Enough to append and to give the root; at most 64 hashes.
public struct Frontier: Equatable, Sendable {
    /// Leaves so far: the number of events.
    public private(set) var size: UInt64 = 0
    private(set) var roots: [Hash] = []

    public init() {}

    /// Amortised one node hash beside the leaf's own.
    public mutating func append(leaf: Hash) {
        var hash = leaf
        var level = size
        while level & 1 == 1 {
            hash = Hash.node(roots.removeLast(), hash)
            level >>= 1
        }
        roots.append(hash)
        size += 1
    }

    /// The tree's root; of the empty tree, SHA-256 of nothing. O(log size).
    public var root: Hash {
        guard var root = roots.last else { return Hash.of([]) }
        for hash in roots.dropLast().reversed() { root = Hash.node(hash, root) }
        return root
    }

    /// Size (8 bytes, little endian) and the roots, largest first.
    var bytes: [UInt8] {
        var bytes = (0..<8).map { UInt8(truncatingIfNeeded: size >> UInt64(8 * $0)) }
        for root in roots { bytes += root.bytes }
        return bytes
    }

    /// `nil` unless there is one root for each bit set in the size.
    init?(bytes: [UInt8]) {
        guard bytes.count >= 8 else { return nil }
        size = bytes[0..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        guard bytes.count == 8 + 32 * size.nonzeroBitCount else { return nil }
        for start in stride(from: 8, to: bytes.count, by: 32) { roots.append(Hash(bytes[start..<(start + 32)])!) }
    }
}
