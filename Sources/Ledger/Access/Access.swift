/// Through which session, device and address a command came, and how its sender had been authenticated (認証の証跡). Given
/// by the service that authenticated the member; stored with the event, judged by the policy in force.
public struct Access: Equatable, Sendable {
    /// The live session it belongs to, as its login's receipt named it; 0 = none given. What the command itself does not
    /// say is taken from there.
    public var session: UInt32 = 0
    public var via: Via?
    public var device: Pseudonym?
    public var address: Pseudonym?
    /// Number of the network the address belongs to (autonomous system); 0 = not known.
    public var network: UInt32 = 0
    public var country: Country?
    public var authentication: Authentication?

    public static let none = Access()
    public init() {}

    var isEmpty: Bool { self == .none }
}

/// How a person was authenticated, how strongly, and when.
public struct Authentication: Equatable, Sendable {
    /// 1 = something known or presented once, 2 = two factors, 3 = two factors one of which is bound to hardware.
    public let level: UInt8
    public let method: Method
    public let at: Instant

    public static let levels: ClosedRange<UInt8> = 1...3

    public enum Method: UInt8, Named, Sendable {
        case password = 1
        /// The second password asked for when charging (認証パスワード).
        case chargePassword = 2
        /// A code sent or generated for one use.
        case oneTimeCode = 3
        case biometric = 4
        case externalId = 5
        /// The card issuer's own step (3-D Secure).
        case threeDSecure = 6
        /// An operator looked at papers or asked questions.
        case staff = 7
    }

    public init(level: UInt8, method: Method, at: Instant) {
        self.level = level
        self.method = method
        self.at = at
    }
}

/// Where a command was given (チャネル). The program that sent it is the authenticated principal.
public enum Via: UInt8, Named, Sendable {
    case app = 1
    case web = 2
    case store = 3
    case atm = 4
    case support = 5
    case partner = 6
    case backOffice = 7

    /// The member's own hands: an Internet address is behind it.
    var isMembers: Bool { self == .app || self == .web }
}

/// A country by its two letters (ISO 3166-1 alpha-2).
public struct Country: Hashable, Sendable, CustomStringConvertible {
    /// Two ASCII letters, the first in the high byte; 0 = not known.
    let code: UInt16

    public static let japan = Country("JP")!

    /// `nil` unless the text is two capital letters.
    public init?(_ text: String) {
        let letters = Array(text.utf8)
        guard letters.count == 2, letters.allSatisfy({ (65...90).contains($0) }) else { return nil }
        code = UInt16(letters[0]) << 8 | UInt16(letters[1])
    }

    init?(code: UInt16) {
        guard (65...90).contains(code >> 8), (65...90).contains(code & 255) else { return nil }
        self.code = code
    }

    public var description: String { String(decoding: [UInt8(code >> 8), UInt8(code & 255)], as: UTF8.self) }
}

/// What an event stores of its command's access: the tail field `access`, 36 bytes little endian. Session and level of
/// authentication stand in the header.
public struct AccessRecord: Equatable, Sendable {
    public var via: Via?
    public var method: Authentication.Method?
    public var country: Country?
    public var network: UInt32 = 0
    /// The device's ordinal; its pseudonym stands in the first event that names it.
    public var device: UInt32 = 0
    public var authenticatedAt: Instant?
    public var address: Pseudonym?

    static let size = 36

    init(_ access: Access, device: UInt32) {
        via = access.via
        method = access.authentication?.method
        country = access.country
        network = access.network
        self.device = device
        authenticatedAt = access.authentication?.at
        address = access.address
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    func write(to bytes: inout [UInt8]) {
        let start = bytes.count
        bytes.append(contentsOf: repeatElement(0, count: Self.size))
        var place = bytes.mutableSpan
        place[start] = via?.rawValue ?? 0
        place[start + 1] = method?.rawValue ?? 0
        Self.put(UInt64(country?.code ?? 0), at: start + 2, 2, &place)
        Self.put(UInt64(network), at: start + 4, 4, &place)
        Self.put(UInt64(device), at: start + Self.devicePlace, 4, &place)
        Self.put(UInt64(bitPattern: authenticatedAt?.microseconds ?? 0), at: start + 12, 8, &place)
        // A pseudonym stands most significant byte first.
        guard let address else { return }
        Self.put(address.high.byteSwapped, at: start + 20, 8, &place)
        Self.put(address.low.byteSwapped, at: start + 28, 8, &place)
    }

    private static func put(_ word: UInt64, at start: Int, _ count: Int, _ place: inout MutableSpan<UInt8>) {
        for index in 0..<count { place[start + index] = UInt8(truncatingIfNeeded: word >> UInt64(8 * index)) }
    }

    private static let devicePlace = 8

    /// The device alone, without the rest; 0 if there is none.
    static func device(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        guard bytes.count == size else { return 0 }
        let start = bytes.startIndex + devicePlace
        return (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << UInt32(8 * $1) }
    }

    public init?(_ bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.size else { return nil }
        let start = bytes.startIndex
        func word(_ at: Int, _ count: Int) -> UInt64 {
            bytes[(start + at)..<(start + at + count)].reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
        via = Via(rawValue: bytes[start])
        method = Authentication.Method(rawValue: bytes[start + 1])
        country = Country(code: UInt16(word(2, 2)))
        network = UInt32(word(4, 4))
        device = UInt32(word(8, 4))
        let at = Int64(bitPattern: word(12, 8))
        authenticatedAt = method == nil ? nil : Instant(microseconds: at)
        let address = bytes[(start + 20)..<(start + 36)]
        self.address = address.allSatisfy { $0 == 0 } ? nil : Pseudonym(address)
    }
}

extension Event {
    /// What is stored of its command's access; only the first event of a group has it.
    public var access: AccessRecord? { tail.bytes(.access).flatMap { AccessRecord($0) } }
}
