internal import Ledger

/// Which members a command's object may have; everything else is refused.
enum MemberNames {
    static func of(_ name: Command.Name, _ envelope: CommandJSON.Envelope, naming: Bool) -> [String] {
        table[Int(name.rawValue)][envelope.rawValue * 2 + (naming ? 1 : 0)]
    }

    /// By command number, then envelope, then whether the object names what the command is about.
    private static let table: [[[String]]] = {
        var table = Array(repeating: [[String]](), count: Int(Command.Name.allCases.map(\.rawValue).max() ?? 0) + 1)
        for name in Command.Name.allCases {
            table[Int(name.rawValue)] = CommandJSON.Envelope.allCases.flatMap { envelope in
                [false, true].map { naming in
                    envelope.members + (naming ? aboutWhat(name) : []) + fields(name) + ["occurredAt"]
                }
            }
        }
        return table
    }()

    private static func aboutWhat(_ name: Command.Name) -> [String] {
        switch name {
        case .openAccount, .settlePartner, .settleMerchant, .fundByOwner, .bookUnmatched, .setPolicy, .advanceClock, .confirmClock: []
        case .reversePayment: ["account", "externalId", "payment"]
        case .correctCharge: ["account", "externalId", "charge"]
        case .lock, .unlock, .resetCredentials, .closeAccount, .charge, .pay, .refund: ["account", "externalId"]
        }
    }

    private static func fields(_ name: Command.Name) -> [String] {
        switch name {
        case .openAccount: ["person", "externalId"]
        case .lock, .unlock: ["scope", "reason"]
        case .resetCredentials: ["method", "addressChanged"]
        case .closeAccount: ["disposition", "reason"]
        case .charge: ["source", "amount", "reference"]
        case .pay: ["store", "register", "place", "amount"]
        case .reversePayment, .correctCharge: ["amount", "reason"]
        case .refund: ["amount", "reason", "note"]
        case .settlePartner: ["source", "amount", "fee", "statement"]
        case .settleMerchant: ["store", "amount", "direction", "statement"]
        case .fundByOwner: ["amount", "statement"]
        case .bookUnmatched: ["amount", "direction", "statement"]
        case .setPolicy: ["balanceCap", "charge"]
        case .advanceClock: ["to"]
        case .confirmClock: []
        }
    }
}
