internal import Ledger

/// Names of the ledger's enumerations, made once: an enumeration's own `name` reflects upon itself each time, which
/// costs more than the rest of a bulk line.
enum Names {
    static let sources = Dictionary(uniqueKeysWithValues: FundingSource.allCases.map { ($0.name, $0) })
    static let scopes = Dictionary(uniqueKeysWithValues: LockScope.allCases.map { ($0.name, $0) })
    static let methods = Dictionary(uniqueKeysWithValues: ResetMethod.allCases.map { ($0.name, $0) })
    static let dispositions = Dictionary(uniqueKeysWithValues: Disposition.allCases.map { ($0.name, $0) })
    static let reasons = Dictionary(uniqueKeysWithValues: ExceptionalReason.allCases.map { ($0.name, $0) })
    static let merchantDirections = Dictionary(uniqueKeysWithValues: MerchantDirection.allCases.map { ($0.rawValue, $0) })
    static let bankDirections = Dictionary(uniqueKeysWithValues: BankDirection.allCases.map { ($0.rawValue, $0) })
    static let commands = Dictionary(uniqueKeysWithValues: Command.Name.allCases.map { ($0.name, $0) })

    /// By number; gaps are empty.
    private static let kinds: [String] = {
        var names = Array(repeating: "", count: Int(EventKind.allCases.map(\.rawValue).max() ?? 0) + 1)
        for kind in EventKind.allCases { names[Int(kind.rawValue)] = kind.name }
        return names
    }()

    static func of(_ kind: EventKind) -> String { kinds[Int(kind.rawValue)] }
}
