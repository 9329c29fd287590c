internal import Exchange
internal import Ledger

/// Names of the ledger's enumerations, made once: an enumeration's own `name` reflects upon itself each time, which
/// costs more than the rest of a bulk line.
enum Names {
    static let sources = table(FundingSource.allCases) { $0.name }
    static let scopes = table(LockScope.allCases) { $0.name }
    static let methods = table(ResetMethod.allCases) { $0.name }
    static let dispositions = table(Disposition.allCases) { $0.name }
    static let reasons = table(ExceptionalReason.allCases) { $0.name }
    static let merchantDirections = table(MerchantDirection.allCases) { $0.rawValue }
    static let bankDirections = table(BankDirection.allCases) { $0.rawValue }
    static let vias = table(Via.allCases) { $0.name }
    static let authentications = table(Authentication.Method.allCases) { $0.name }
    static let loginMethods = table(LoginMethod.allCases) { $0.name }
    static let loginFailures = table(LoginFailure.allCases) { $0.name }
    static let threeDSecure = table(ThreeDSecure.allCases) { $0.name }
    static let contactKinds = table(ContactKind.allCases) { $0.name }
    static let notices = table(NoticeKind.allCases) { $0.name }
    static let roles = table(Role.allCases) { $0.name }
    static let verdicts = table(ApprovalsCommand.Verdict.allCases) { $0.name }
    static let contactVias = table(ContactVia.allCases) { $0.name }
    static let contactOutcomes = table(ContactOutcome.allCases) { $0.name }
    /// True: the member spoke to us.
    static let contactDirections = ["inbound": true, "outbound": false]
    static let labels = table(Label.allCases) { $0.name }
    static let outcomes = table(DamageCommand.Outcome.allCases) { $0.name }
    static let stages = table(CompensationCommand.Stage.allCases) { $0.name }
    static let clearings = table(CompensationCommand.Settlement.allCases) { $0.name }
    static let alertVerdicts = table(FraudCommand.Verdict.allCases) { $0.name }
    static let payouts = table(PayoutMethod.allCases) { $0.name }
    static let claimChannels = table(ClaimChannel.allCases) { $0.name }
    static let identities = table(IdentityMethod.allCases) { $0.name }
    static let fileFormats = table(FileFormat.allCases) { $0.name }
    static let filings = table(FilingKind.allCases) { $0.name }
    static let securities = table(SecurityForm.allCases) { $0.name }
    static let accountTypes = table(AccountType.allCases) { $0.name }
    static let commands = table(Command.Name.allCases) { $0.name }

    private static func table<Choice>(_ choices: [Choice], _ name: (Choice) -> String) -> [String: Choice] {
        Dictionary(uniqueKeysWithValues: choices.map { (name($0), $0) })
    }

    /// By number; gaps are empty.
    private static let kinds: [String] = {
        var names = Array(repeating: "", count: Int(EventKind.allCases.map(\.rawValue).max() ?? 0) + 1)
        for kind in EventKind.allCases { names[Int(kind.rawValue)] = kind.name }
        return names
    }()

    static func of(_ kind: EventKind) -> String { kinds[Int(kind.rawValue)] }
}
