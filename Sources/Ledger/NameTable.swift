/// External names (stores, operators, members' ids) interned to dense ordinals from 1, in the order they first appear.
/// Names live in one arena; a lookup costs one hash and, nearly always, one comparison. Equality is of bytes.
public struct NameTable: Sendable {
    private var arena: [UInt8] = []
    /// `ends[n]` is where name n+1 ends in the arena.
    private var ends: [UInt32] = []
    /// Open addressing, linear probing: an ordinal, or 0 for a free slot. Size is a power of two, at most half full.
    private var slots: [UInt32] = Array(repeating: 0, count: 16)

    public init() {}

    public var count: Int { ends.count }

    /// The ordinal of `name`, if it is known. O(length).
    public func ordinal(of name: String) -> UInt32? {
        let found = slots[slot(for: name)]
        return found == 0 ? nil : found
    }

    /// The name with this ordinal, or `nil`.
    public func name(_ ordinal: UInt32) -> String? {
        guard ordinal >= 1, Int(ordinal) <= ends.count else { return nil }
        return String(decoding: arena[range(ordinal)], as: UTF8.self)
    }

    /// Gives `name` the next ordinal unless it has one.
    public mutating func intern(_ name: String) -> UInt32 {
        let place = slot(for: name)
        if slots[place] != 0 { return slots[place] }
        arena.append(contentsOf: name.utf8)
        ends.append(UInt32(arena.count))
        let ordinal = UInt32(ends.count)
        slots[place] = ordinal
        if ends.count * 2 > slots.count { grow() }
        return ordinal
    }

    private func range(_ ordinal: UInt32) -> Range<Int> {
        let index = Int(ordinal) - 1
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    private func slot(for name: String) -> Int {
        let mask = slots.count - 1
        let bytes = name.utf8.span
        var at = Self.hash(bytes) & mask
        while slots[at] != 0, !isName(slots[at], bytes) { at = (at + 1) & mask }
        return at
    }

    private func isName(_ ordinal: UInt32, _ bytes: Span<UInt8>) -> Bool {
        let range = range(ordinal)
        guard range.count == bytes.count else { return false }
        let known = arena.span.extracting(range)
        for index in known.indices where known[index] != bytes[index] { return false }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        let mask = slots.count - 1
        for ordinal in 1...UInt32(ends.count) {
            var at = Self.hash(arena.span.extracting(range(ordinal))) & mask
            while slots[at] != 0 { at = (at + 1) & mask }
            slots[at] = ordinal
        }
    }

    /// Seeded anew in each process (SipHash), so nobody outside can choose names that collide; ordinals never depend on it.
    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        var word: UInt64 = 0
        var filled = 0
        for index in bytes.indices {
            word = word << 8 | UInt64(bytes[index])
            filled += 1
            if filled == 8 {
                hasher.combine(word)
                (word, filled) = (0, 0)
            }
        }
        hasher.combine(word)
        hasher.combine(filled)
        return hasher.finalize()
    }
}

extension NameTable {
    /// Writes the names for a snapshot.
    func encode(into image: inout ImageWriter) {
        image.number(UInt64(ends.count))
        for end in ends { image.number(UInt64(end)) }
        image.bytes(arena)
    }

    init(from image: inout ImageReader) throws(ImageError) {
        let count = try image.count()
        ends.reserveCapacity(count)
        for _ in 0..<count { ends.append(UInt32(truncatingIfNeeded: try image.number())) }
        arena = try image.bytes()
        guard ends.last.map(Int.init) ?? 0 == arena.count, zip(ends, ends.dropFirst()).allSatisfy({ $0 <= $1 }) else {
            throw ImageError()
        }
        var size = 16
        while size < ends.count * 2 { size *= 2 }
        slots = Array(repeating: 0, count: size)
        let mask = size - 1
        for ordinal in 0..<UInt32(ends.count) {
            var at = Self.hash(arena.span.extracting(range(ordinal + 1))) & mask
            while slots[at] != 0 { at = (at + 1) & mask }
            slots[at] = ordinal + 1
        }
    }
}
