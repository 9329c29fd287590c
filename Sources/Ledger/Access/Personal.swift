/// Personal data on its way past the ledger: the core sees pseudonyms, the vault keeps the values.

/// The first 128 bits of a keyed hash (HMAC-SHA-256 under the ledger's own pepper) of a personal value. Equal values have
/// equal pseudonyms, so that one address on many accounts shows; without the pepper a value cannot be guessed from it.
public struct Pseudonym: Hashable, Sendable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// `nil` unless there are 16 bytes.
    public init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var words: (UInt64, UInt64) = (0, 0)
        for (index, byte) in bytes.enumerated() {
            if index < 8 { words.0 = words.0 << 8 | UInt64(byte) } else { words.1 = words.1 << 8 | UInt64(byte) }
        }
        self.init(high: words.0, low: words.1)
    }

    /// Most significant byte first.
    public var bytes: [UInt8] {
        [high, low].flatMap { word in stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) } }
    }

    /// Thirty-two hexadecimal digits.
    public var hexadecimal: String {
        [high, low].map { word in
            let digits = String(word, radix: 16)
            return String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }.joined()
    }
}

/// A personal value with what it is and its pseudonym. Values are already in their normal form.
public struct PersonalDatum: Equatable, Sendable {
    /// What the value is. Numbers are stored by the vault and never reused.
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// An Internet address, IPv4 or IPv6.
        case address = 1
        /// What an app knows its device by.
        case device = 2
        /// What was typed as a login id.
        case loginID = 3
        /// The id another provider knows the member under.
        case externalLogin = 4
        case mail = 5
        case phone = 6
        case postal = 7
        /// Where a refund is paid to: a bank account, or a name and an address.
        case payee = 8

        public var name: String { "\(self)" }
    }

    public let kind: Kind
    public let value: String
    public let pseudonym: Pseudonym

    public init(_ kind: Kind, value: String, pseudonym: Pseudonym) {
        self.kind = kind
        self.value = value
        self.pseudonym = pseudonym
    }
}

/// A personal value and whose it is; `nil`: nobody's whom the ledger knows (an attacker's address).
public struct PersonalRecord: Equatable, Sendable {
    public let person: String?
    public let datum: PersonalDatum

    public init(person: String?, _ datum: PersonalDatum) {
        self.person = person
        self.datum = datum
    }
}
