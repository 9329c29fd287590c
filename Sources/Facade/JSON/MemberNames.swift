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
                    envelope.members + (naming ? aboutWhat(name) : []) + fields(name) + ["occurredAt", "access"]
                }
            }
        }
        return table
    }()

    private static func aboutWhat(_ name: Command.Name) -> [String] {
        switch name {
        case .reversePayment: ["account", "externalId", "payment"]
        case .correctCharge: ["account", "externalId", "charge"]
        case .lock, .unlock, .resetCredentials, .closeAccount, .charge, .pay, .refund, .logIn, .failLogin, .bindDevice,
            .unbindDevice, .linkExternalLogin, .unlinkExternalLogin, .linkFundingSource, .unlinkFundingSource, .registerContact,
            .revokeSession, .openDispute, .recordContact, .label, .holdFraud, .endHold, .linkAccounts, .requestReversal, .rejectReversal,
            .offerCompensation, .agreeCompensation, .payCompensation, .returnCompensation, .repayRecoverable, .waiveRecoverable,
            .placeLegalHold, .liftLegalHold, .claimRefund, .verifyIdentity, .correctPayee, .rejectClaim, .withdrawClaim, .acceptLateClaim,
            .confirmPayout, .returnPayout:
            ["account", "externalId"]
        case .recordBatchFile, .cancelBatch, .releaseBatch, .sendBatch, .recordResultFile: ["batch"]
        case .closeDispute: ["dispute"]
        case .matchReport: ["report"]
        case .matchReversal: ["unmatched"]
        case .clearAlert: ["alert"]
        case .liftControl: ["control"]
        case .viewPersonalData, .erasePerson: ["person"]
        case .openAccount, .settlePartner, .settleMerchant, .fundByOwner, .bookUnmatched, .setPolicy, .advanceClock, .confirmClock,
            .launchService, .publishNotice, .activateControl, .confirmVoid, .countLogins, .revokeSessions, .mandateReset, .propose,
            .approve, .withdraw, .breakGlass, .reviewBreakGlass, .grantRole, .revokeRole, .activateRules, .raiseAlert, .reportCharges, .certifyVictim,
            .amendCertification, .revokeCertification, .confirmReversal, .settleClearing, .bookCulpritPayment,
            .decideTermination, .rescheduleTermination, .withdrawTermination, .openClaims, .extendClaims, .approveRefunds, .openBatch,
            .recordFiling, .depositSecurity, .reclaimSecurity:
            []
        }
    }

    private static func fields(_ name: Command.Name) -> [String] {
        switch name {
        case .openAccount: ["person", "externalId"]
        case .lock, .unlock: ["scope", "reason"]
        case .resetCredentials: ["method", "addressChanged", "deliveredTo"]
        case .closeAccount: ["disposition", "reason"]
        case .charge: ["source", "amount", "reference", "card"]
        case .pay: ["store", "register", "place", "amount"]
        case .reversePayment, .correctCharge: ["amount", "reason"]
        case .refund: ["amount", "reason", "note"]
        case .settlePartner: ["source", "amount", "fee", "statement"]
        case .settleMerchant: ["store", "amount", "direction", "statement"]
        case .fundByOwner: ["amount", "statement"]
        case .bookUnmatched: ["amount", "direction", "statement"]
        case .setPolicy: PolicyJSON.members
        case .advanceClock: ["to"]
        case .confirmClock: []
        case .launchService: ["reason"]
        case .publishNotice: ["kind", "place", "contentHash", "note"]
        case .activateControl: ["control", "sources", "effectiveAt", "until", "reason"]
        case .liftControl: ["effectiveAt", "reason"]
        case .confirmVoid: ["refusal", "reference"]
        case .logIn: ["method"]
        case .failLogin: ["method", "reason", "loginId"]
        case .countLogins: ["minute", "attempts", "unknownIds", "wrongPasswords", "succeeded", "accounts"]
        case .bindDevice: ["device", "attestation"]
        case .unbindDevice: ["device"]
        case .linkExternalLogin, .unlinkExternalLogin: ["provider", "id"]
        case .linkFundingSource: ["source", "token", "brand", "last4", "threeDSecure"]
        case .unlinkFundingSource: ["token"]
        case .registerContact: ["kind", "value"]
        case .revokeSession: ["session"]
        case .revokeSessions: ["method", "reason"]
        case .mandateReset: ["reason"]
        // Of these two, the held command's own members are added by its row.
        case .propose, .breakGlass: ["because"]
        case .approve: ["proposal"]
        case .withdraw: ["proposal", "because"]
        case .reviewBreakGlass: ["emergency", "verdict", "note"]
        case .grantRole: ["principal", "role", "person"]
        case .revokeRole: ["principal", "role"]
        case .viewPersonalData: ["purpose"]
        case .erasePerson: ["reason"]
        case .activateRules: RuleSetJSON.members + ["reason"]
        // Refused whatever it says.
        case .raiseAlert: []
        case .clearAlert: ["verdict", "note"]
        case .openDispute: ["events", "via", "note"]
        case .closeDispute: ["outcome", "note"]
        case .reportCharges: ["source", "message", "card", "account", "externalId", "charges", "amount", "note"]
        case .matchReport: ["account", "externalId", "charges"]
        case .recordContact: ["direction", "via", "outcome", "note"]
        case .label: ["events", "label", "basis", "amends"]
        case .holdFraud, .endHold: ["charge", "reason"]
        case .certifyVictim: ["person"] + EntitlementJSON.members + ["dispute", "report", "pattern", "note"]
        case .amendCertification: ["person"] + EntitlementJSON.members + ["reason"]
        case .revokeCertification: ["person", "reason"]
        case .linkAccounts: ["other", "otherExternalId", "evidence"]
        case .requestReversal: ["charge", "debitDate", "note"]
        case .rejectReversal: ["charge", "reason"]
        case .confirmReversal: ["source", "account", "externalId", "charge", "amount", "stage", "reference"]
        case .matchReversal: ["account", "externalId", "charge"]
        case .settleClearing: ["source", "amount", "by", "statement"]
        case .offerCompensation: ["note"]
        case .agreeCompensation: ["amount"]
        case .payCompensation, .returnCompensation: ["amount", "reference"]
        case .repayRecoverable, .bookCulpritPayment: ["amount", "statement"]
        case .waiveRecoverable: ["amount", "reason"]
        default: shutdown(name)
        }
    }

    private static func shutdown(_ name: Command.Name) -> [String] {
        switch name {
        case .decideTermination, .rescheduleTermination: ["effectiveAt", "reason"]
        case .withdrawTermination, .placeLegalHold, .liftLegalHold, .rejectClaim, .withdrawClaim, .cancelBatch: ["reason"]
        case .openClaims: ["from", "last"]
        case .extendClaims: ["last", "reason"]
        case .claimRefund, .acceptLateClaim: ["claimant", "method", "payee", "channel", "identity"]
        case .verifyIdentity: ["level", "method"]
        case .correctPayee: ["method", "payee"]
        case .approveRefunds: ["accounts", "total"]
        case .openBatch: ["method", "date", "items"]
        case .recordBatchFile: ["format", "contentHash", "bytes"]
        case .releaseBatch: ["contentHash"]
        case .sendBatch: ["reference"]
        case .recordResultFile: ["contentHash", "paid", "returned"]
        case .confirmPayout: ["amount", "batch", "reference"]
        case .returnPayout: ["amount", "batch", "reason"]
        case .recordFiling: ["kind", "day", "contentHash", "amount", "reference"]
        case .depositSecurity: ["form", "amount", "reference"]
        case .reclaimSecurity: ["form", "amount", "approval"]
        default: []
        }
    }
}
