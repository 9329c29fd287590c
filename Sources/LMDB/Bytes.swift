/// Between bytes that are owned and bytes that are borrowed.

extension [UInt8] {
    /// The bytes, lent for as long as the array is not changed.
    @inlinable
    public var rawSpan: RawSpan {
        @_lifetime(borrow self)
        get { unsafe span.bytes }
    }

    /// Lends the bytes to `body`.
    @inlinable
    public func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try body(unsafe span.bytes)
    }

    /// Copies borrowed bytes, to keep them beyond their transaction.
    @inlinable
    public init(_ bytes: RawSpan) {
        self = unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) }
    }
}

extension String {
    /// Lends the UTF-8 bytes to `body`.
    @inlinable
    public func withBytes<R: ~Copyable, E: Error>(_ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try [UInt8](utf8).withBytes(body)
    }

    /// The text that borrowed bytes are the UTF-8 of; `nil` when they are not UTF-8.
    @inlinable
    public init?(validating bytes: RawSpan) {
        self.init(validating: [UInt8](bytes), as: UTF8.self)
    }

    /// The UTF-8 bytes, in place when they are contiguous.
    func withPointer<R>(
        _ body: (UnsafeRawBufferPointer) throws(LMDBError) -> R
    ) throws(LMDBError) -> R {
        var text = self
        let result: Result<R, LMDBError> = text.withUTF8 { utf8 in
            do throws(LMDBError) {
                return .success(unsafe try body(UnsafeRawBufferPointer(utf8)))
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}

extension RawSpan {
    /// Whether two runs of bytes are the same, byte for byte. O(n).
    @inlinable
    public func isEqual(to other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        for offset in 0..<byteCount where u8(at: offset) != other.u8(at: offset) { return false }
        return true
    }
}
