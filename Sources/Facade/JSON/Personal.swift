public import Ledger
internal import NIOCore

/// Makes pseudonyms of personal values: the vault's own way.
public struct Pseudonyms: Sendable {
    public let make: @Sendable (PersonalDatum.Kind, String) -> Pseudonym

    public init(_ make: @escaping @Sendable (PersonalDatum.Kind, String) -> Pseudonym) { self.make = make }
}

/// Takes the personal values of one command: brings each into its normal form, hands the command a pseudonym in its
/// place, and keeps the value for the vault. A value is never repeated in an error.
struct PersonalValues {
    private let pseudonyms: Pseudonyms?
    private(set) var data: [PersonalDatum] = []

    init(_ pseudonyms: Pseudonyms?) { self.pseudonyms = pseudonyms }

    /// The pseudonym of a value that the vault is to keep.
    mutating func keep(_ kind: PersonalDatum.Kind, _ value: String) throws(Fault) -> Pseudonym {
        let pseudonym = try self.pseudonym(kind, value)
        data.append(PersonalDatum(kind, value: value, pseudonym: pseudonym))
        return pseudonym
    }

    /// The pseudonym of a value that is named only to be found.
    func pseudonym(_ kind: PersonalDatum.Kind, _ value: String) throws(Fault) -> Pseudonym {
        guard let pseudonyms else { throw .noVault }
        return pseudonyms.make(kind, value)
    }
}

/// The normal forms of personal values: what counts as the same value has the same form.
enum PersonalForm {
    /// Most bytes of a device's, a login's or an external id, and of a mail address or a phone number.
    static let limit = 254

    static func device(_ text: String, _ field: String) throws(Fault) -> String { try checked(text, field, limit) }

    /// What somebody typed: only the space around it does not count.
    static func loginID(_ text: String, _ field: String) throws(Fault) -> String { try checked(trimmed(text), field, limit) }

    /// Ids of different providers are different ids.
    static func externalLogin(provider: String, _ id: String) throws(Fault) -> String {
        do throws(Malformed) { try TextRule.check(provider, "provider") } catch { throw Fault(error) }
        return provider + "\n" + (try checked(id, "id", limit))
    }

    static func contact(_ kind: ContactKind, _ text: String, _ field: String) throws(Fault) -> String {
        switch kind {
        case .mail: try mail(text, field)
        case .phone: try phone(text, field)
        case .postal: try checked(trimmed(text), field, TextRule.noteLimit)
        }
    }

    private static func mail(_ text: String, _ field: String) throws(Fault) -> String {
        let mail = try checked(trimmed(text).lowercased(), field, limit)
        let parts = mail.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, !mail.contains(where: \.isWhitespace) else {
            throw .invalid(field, "is no mail address: one @ stands between name and host.")
        }
        return mail
    }

    private static func phone(_ text: String, _ field: String) throws(Fault) -> String {
        let phone = text.utf8.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
        let digits = phone.first == UInt8(ascii: "+") ? phone.dropFirst() : phone[...]
        guard (6...15).contains(digits.count), digits.allSatisfy({ (48...57).contains($0) }) else {
            throw .invalid(field, "is no phone number: 6 to 15 digits, with a + before them if it is international.")
        }
        return try checked(String(decoding: phone, as: UTF8.self), field, limit)
    }

    /// One spelling for each address; an IPv4 address inside IPv6 is that IPv4 address.
    static func address(_ text: String, _ field: String) throws(Fault) -> String {
        // What a system call would cut off or resolve is no address to begin with.
        let isPlain = text.utf8.count <= 45 && text.utf8.allSatisfy {
            (48...57).contains($0) || (65...70).contains($0) || (97...102).contains($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":")
        }
        guard isPlain, let parsed = try? SocketAddress(ipAddress: text, port: 0), let spelled = parsed.ipAddress else {
            throw .invalid(field, "is no IPv4 or IPv6 address.")
        }
        let mapped = "::ffff:"
        return spelled.hasPrefix(mapped) && spelled.contains(".") ? String(spelled.dropFirst(mapped.count)) : spelled
    }

    private static func checked(_ text: String, _ field: String, _ limit: Int) throws(Fault) -> String {
        do throws(Malformed) { try TextRule.check(text, field, limit: limit) } catch { throw Fault(error) }
        return text
    }

    private static func trimmed(_ text: String) -> String {
        let rest = text.drop { $0.isWhitespace }
        return String(rest.prefix(rest.count - rest.reversed().prefix { $0.isWhitespace }.count))
    }
}

extension ContactKind {
    /// What the vault keeps a contact of this kind as.
    var datum: PersonalDatum.Kind {
        switch self {
        case .mail: .mail
        case .phone: .phone
        case .postal: .postal
        }
    }
}
