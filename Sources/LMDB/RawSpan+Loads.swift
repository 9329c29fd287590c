/// Reading the fields of a stored value. Every load checks its bounds and traps outside them; no offset need be aligned.
/// Stored integers are little-endian.
extension RawSpan {
    /// The little-endian integer at `byteOffset`.
    @inlinable
    public func load<T: FixedWidthInteger & BitwiseCopyable>(at byteOffset: Int, as type: T.Type = T.self) -> T {
        T(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: byteOffset, as: type))
    }

    @inlinable
    public func u8(at byteOffset: Int) -> UInt8 { load(at: byteOffset) }

    @inlinable
    public func u16(at byteOffset: Int) -> UInt16 { load(at: byteOffset) }

    @inlinable
    public func u32(at byteOffset: Int) -> UInt32 { load(at: byteOffset) }

    @inlinable
    public func u64(at byteOffset: Int) -> UInt64 { load(at: byteOffset) }

    /// A word as ``WriteTransaction/put(_:words:in:)`` writes it; word `i` is at offset `8 * i`.
    @inlinable
    public func int64(at byteOffset: Int) -> Int64 { load(at: byteOffset) }
}
