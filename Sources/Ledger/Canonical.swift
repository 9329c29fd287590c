/// Builds a fingerprint's input.
struct CanonicalBytes {
    private(set) var bytes: [UInt8] = []

    init(_ name: Command.Name) {
        bytes.reserveCapacity(96)
        bytes.append(name.rawValue)
    }

    mutating func add(_ value: Int64?) {
        guard let value else { return bytes.append(0) }
        bytes.append(1)
        let word = UInt64(bitPattern: value)
        for shift in stride(from: UInt64(0), to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    mutating func add(_ value: String?) {
        guard let value else { return bytes.append(0) }
        let size = value.utf8.count
        bytes.append(2)
        bytes.append(UInt8(truncatingIfNeeded: size))
        bytes.append(UInt8(truncatingIfNeeded: size >> 8))
        bytes.append(contentsOf: value.utf8)
    }

    mutating func add(_ pseudonym: Pseudonym?) {
        guard let pseudonym else { return bytes.append(0) }
        bytes.append(3)
        bytes.append(contentsOf: pseudonym.bytes)
    }

    mutating func add(blob: [UInt8]) {
        bytes.append(4)
        bytes.append(UInt8(truncatingIfNeeded: blob.count))
        bytes.append(UInt8(truncatingIfNeeded: blob.count >> 8))
        bytes.append(contentsOf: blob)
    }

    mutating func add(held command: Command) { add(blob: command.canonicalBytes(occurredAt: nil)) }

    mutating func add(_ access: Access) {
        add(Int64(access.session))
        add(blob: AccessRecord(access, device: 0).bytes)
        add(access.device)
        add(access.authentication.map { Int64($0.level) })
    }

    mutating func add(_ account: AccountReference?) {
        switch account {
        case nil: bytes.append(0)
        case .ordinal(let ordinal): add(Int64(bitPattern: ordinal))
        case .external(let id): add(id)
        }
    }
}

/// Reads back the parts `CanonicalBytes` wrote, in their order.
struct CanonicalReader {
    private let bytes: [UInt8]
    private var at = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { at == bytes.count }

    mutating func byte() throws(ImageError) -> UInt8 {
        guard at < bytes.count else { throw ImageError() }
        defer { at += 1 }
        return bytes[at]
    }

    private mutating func take(_ count: Int) throws(ImageError) -> ArraySlice<UInt8> {
        guard bytes.count - at >= count else { throw ImageError() }
        defer { at += count }
        return bytes[at..<(at + count)]
    }

    private mutating func short() throws(ImageError) -> Int { Int(try byte()) | Int(try byte()) << 8 }

    mutating func numberIfAny() throws(ImageError) -> Int64? {
        switch try byte() {
        case 0: return nil
        case 1: return Tail.number(try take(8))
        default: throw ImageError()
        }
    }

    mutating func textIfAny() throws(ImageError) -> String? {
        switch try byte() {
        case 0: return nil
        case 2:
            let count = try short()
            return String(decoding: try take(count), as: UTF8.self)
        default: throw ImageError()
        }
    }

    mutating func blob() throws(ImageError) -> [UInt8] {
        guard try byte() == 4 else { throw ImageError() }
        let count = try short()
        return Array(try take(count))
    }

    /// A blob, if one stands here.
    mutating func blobIfNext() throws(ImageError) -> [UInt8]? {
        guard at < bytes.count, bytes[at] == 4 else { return nil }
        return try blob()
    }

    mutating func account() throws(ImageError) -> AccountReference? {
        guard at < bytes.count else { throw ImageError() }
        if bytes[at] == 2 { return try textIfAny().map { .external($0) } }
        return try numberIfAny().map { .ordinal(UInt64(bitPattern: $0)) }
    }

    mutating func number() throws(ImageError) -> Int64 {
        guard let number = try numberIfAny() else { throw ImageError() }
        return number
    }

    mutating func text() throws(ImageError) -> String {
        guard let text = try textIfAny() else { throw ImageError() }
        return text
    }

    mutating func pseudonym() throws(ImageError) -> Pseudonym {
        guard try byte() == 3, let pseudonym = Pseudonym(try take(16)) else { throw ImageError() }
        return pseudonym
    }

    mutating func position() throws(ImageError) -> UInt64 { UInt64(bitPattern: try number()) }

    mutating func instantIfAny() throws(ImageError) -> Instant? { try numberIfAny().map(Instant.init) }

    mutating func amount() throws(ImageError) -> Amount {
        guard let amount = Amount(try number()) else { throw ImageError() }
        return amount
    }

    /// One of an enumeration's numbers, or none.
    mutating func choice<Choice: RawRepresentable>() throws(ImageError) -> Choice? where Choice.RawValue == UInt8 {
        guard let number = try numberIfAny() else { return nil }
        guard let choice = UInt8(exactly: number).flatMap(Choice.init(rawValue:)) else { throw ImageError() }
        return choice
    }

    mutating func choice<Choice: RawRepresentable>() throws(ImageError) -> Choice where Choice.RawValue == UInt8 {
        guard let choice: Choice = try choice() else { throw ImageError() }
        return choice
    }
}

extension AccountReference? {
    func orThrow() throws(ImageError) -> AccountReference {
        guard let self else { throw ImageError() }
        return self
    }
}
