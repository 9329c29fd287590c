/// Plain little-endian images of the books for snapshots: disposable, versioned by the view's name, checked by digest
/// by whoever stores them.

public struct ImageError: Error, Sendable {
    public init() {}
}

public struct ImageWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func number(_ value: UInt64) {
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
    }

    public mutating func number(_ value: Int64) { number(UInt64(bitPattern: value)) }

    public mutating func bytes(_ value: [UInt8]) {
        number(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    public mutating func text(_ value: String) { bytes(Array(value.utf8)) }

    /// A list with its length.
    mutating func numbers(_ values: [UInt64]) {
        number(UInt64(values.count))
        for value in values { number(value) }
    }
}

public struct ImageReader: Sendable {
    private let image: [UInt8]
    private var at = 0

    public init(_ image: [UInt8]) { self.image = image }

    public var isAtEnd: Bool { at == image.count }

    public mutating func number() throws(ImageError) -> UInt64 {
        guard image.count - at >= 8 else { throw ImageError() }
        var value: UInt64 = 0
        for offset in 0..<8 { value |= UInt64(image[at + offset]) << UInt64(8 * offset) }
        at += 8
        return value
    }

    public mutating func signed() throws(ImageError) -> Int64 { Int64(bitPattern: try number()) }

    /// A number of things that still follow, each at least one byte, so a damaged count cannot ask for more memory
    /// than the image has bytes.
    public mutating func count() throws(ImageError) -> Int {
        let value = try number()
        guard value <= UInt64(image.count - at) else { throw ImageError() }
        return Int(value)
    }

    public mutating func bytes() throws(ImageError) -> [UInt8] {
        let length = try count()
        defer { at += length }
        return Array(image[at..<(at + length)])
    }

    mutating func numbers() throws(ImageError) -> [UInt64] {
        var values: [UInt64] = []
        for _ in 0..<(try count()) { values.append(try number()) }
        return values
    }

    public mutating func text() throws(ImageError) -> String { String(decoding: try bytes(), as: UTF8.self) }
}
