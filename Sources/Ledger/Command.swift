/// What may be asked. Each desk has its enum; a command is one of them. All amounts are > 0 by type; texts are checked by
/// `Request.init`, the one gate every door goes through.
public enum Command: Equatable, Sendable {
    case accounts(AccountsCommand)
    case money(MoneyCommand)
    case service(ServiceCommand)
    case access(AccessCommand)
    case controls(ControlsCommand)
    case approvals(ApprovalsCommand)
    case people(PeopleCommand)
    case fraud(FraudCommand)
    case damage(DamageCommand)
    case compensation(CompensationCommand)
    case shutdown(ShutdownCommand)

    /// Number of the command, kept in refusals and in the fingerprint. Never reused.
    public enum Name: UInt8, CaseIterable, Sendable {
        case openAccount = 1
        case lock = 2
        case unlock = 3
        case resetCredentials = 4
        case closeAccount = 5
        case charge = 16
        case pay = 17
        case reversePayment = 18
        case correctCharge = 19
        case refund = 20
        case settlePartner = 24
        case settleMerchant = 25
        case fundByOwner = 26
        case bookUnmatched = 27
        case setPolicy = 32
        case advanceClock = 33
        case confirmClock = 34
        case launchService = 35
        case publishNotice = 36
        case activateControl = 40
        case liftControl = 41
        case confirmVoid = 42
        case logIn = 48
        case failLogin = 49
        case countLogins = 50
        case bindDevice = 51
        case unbindDevice = 52
        case linkExternalLogin = 53
        case unlinkExternalLogin = 54
        case linkFundingSource = 55
        case unlinkFundingSource = 56
        case registerContact = 57
        case revokeSession = 58
        case revokeSessions = 59
        case mandateReset = 60
        case propose = 72
        case approve = 73
        case withdraw = 74
        case breakGlass = 75
        case reviewBreakGlass = 76
        case grantRole = 77
        case revokeRole = 78
        case viewPersonalData = 80
        case erasePerson = 81
        case activateRules = 88
        case raiseAlert = 89
        case clearAlert = 90
        case openDispute = 96
        case closeDispute = 97
        case reportCharges = 98
        case matchReport = 99
        case recordContact = 100
        case label = 101
        case holdFraud = 102
        case endHold = 103
        case certifyVictim = 104
        case amendCertification = 105
        case revokeCertification = 106
        case linkAccounts = 107
        case requestReversal = 112
        case rejectReversal = 113
        case confirmReversal = 114
        case matchReversal = 115
        case settleClearing = 116
        case offerCompensation = 117
        case agreeCompensation = 118
        case payCompensation = 119
        case returnCompensation = 120
        case repayRecoverable = 121
        case waiveRecoverable = 122
        case bookCulpritPayment = 123
        case decideTermination = 136
        case rescheduleTermination = 137
        case withdrawTermination = 138
        case placeLegalHold = 139
        case liftLegalHold = 140
        case openClaims = 141
        case extendClaims = 142
        case claimRefund = 143
        case verifyIdentity = 144
        case correctPayee = 145
        case rejectClaim = 146
        case withdrawClaim = 147
        case approveRefunds = 148
        case acceptLateClaim = 149
        case openBatch = 150
        case recordBatchFile = 151
        case cancelBatch = 152
        case releaseBatch = 153
        case sendBatch = 154
        case recordResultFile = 155
        case confirmPayout = 156
        case returnPayout = 157
        case recordFiling = 158
        case depositSecurity = 159
        case reclaimSecurity = 160

        public var name: String { "\(self)" }
    }

    public var name: Name {
        switch self {
        case .accounts(.open): .openAccount
        case .accounts(.lock): .lock
        case .accounts(.unlock): .unlock
        case .accounts(.resetCredentials): .resetCredentials
        case .accounts(.close): .closeAccount
        case .money(.charge): .charge
        case .money(.pay): .pay
        case .money(.reversePayment): .reversePayment
        case .money(.correctCharge): .correctCharge
        case .money(.refund): .refund
        case .money(.settlePartner): .settlePartner
        case .money(.settleMerchant): .settleMerchant
        case .money(.fundByOwner): .fundByOwner
        case .money(.bookUnmatched): .bookUnmatched
        case .service(.setPolicy): .setPolicy
        case .service(.advanceClock): .advanceClock
        case .service(.confirmClock): .confirmClock
        case .service(.launch): .launchService
        case .service(.publishNotice): .publishNotice
        case .controls(.activate): .activateControl
        case .controls(.lift): .liftControl
        case .controls(.confirmVoid): .confirmVoid
        case .access(.logIn): .logIn
        case .access(.failLogin): .failLogin
        case .access(.countLogins): .countLogins
        case .access(.bindDevice): .bindDevice
        case .access(.unbindDevice): .unbindDevice
        case .access(.linkExternalLogin): .linkExternalLogin
        case .access(.unlinkExternalLogin): .unlinkExternalLogin
        case .access(.linkFundingSource): .linkFundingSource
        case .access(.unlinkFundingSource): .unlinkFundingSource
        case .access(.registerContact): .registerContact
        case .access(.revokeSession): .revokeSession
        case .access(.revokeSessions): .revokeSessions
        case .access(.mandateReset): .mandateReset
        case .approvals(.propose): .propose
        case .approvals(.approve): .approve
        case .approvals(.withdraw): .withdraw
        case .approvals(.breakGlass): .breakGlass
        case .approvals(.review): .reviewBreakGlass
        case .approvals(.grant): .grantRole
        case .approvals(.revoke): .revokeRole
        case .people(.view): .viewPersonalData
        case .people(.erase): .erasePerson
        case .fraud(let command): command.name
        case .damage(let command): command.name
        case .compensation(let command): command.name
        case .shutdown(let command): command.name
        }
    }

    /// The member account it is about, if it is about one.
    public var account: AccountReference? {
        switch self {
        case .accounts(.open): nil
        case .accounts(.lock(let account, _, _)), .accounts(.unlock(let account, _, _)),
            .accounts(.resetCredentials(let account, _, _, _)), .accounts(.close(let account, _, _)):
            account
        case .money(.charge(let account, _, _, _, _)), .money(.pay(let account, _, _, _, _)),
            .money(.reversePayment(let account, _, _, _)), .money(.correctCharge(let account, _, _, _)),
            .money(.refund(let account, _, _, _)):
            account
        case .money(.settlePartner), .money(.settleMerchant), .money(.fundByOwner), .money(.bookUnmatched): nil
        case .access(let command): command.account
        case .approvals(.propose(let command, _)), .approvals(.breakGlass(let command, _)): command.account
        case .damage(let command): command.account
        case .compensation(let command): command.account
        case .shutdown(let command): command.account
        case .fraud(.raise(let alert)): alert.account
        case .service, .controls, .approvals, .people, .fraud: nil
        }
    }
}

/// A member account by the ledger's ordinal or by the id another system knows it under.
public enum AccountReference: Equatable, Sendable {
    case ordinal(UInt64)
    case external(String)
}

/// Who asks. The name comes from a verified token, never from a request's body.
public struct Principal: Equatable, Sendable {
    public let name: String
    public init(name: String) { self.name = name }

    /// The member-acting service a server without service tokens takes every caller for.
    public static let anonymous = Principal(name: "anonymous")
    /// The ledger itself, which carries out what was decided for an instant. No token can have this name.
    public static let ledger = Principal(name: "ledger")
}

/// A command with who, under which key, when by the business's own account, and through which door.
public struct Request: Sendable {
    public let command: Command
    public let principal: Principal
    public let key: CommandKey
    /// Of the command's canonical bytes and `occurredAt`; the same key with another fingerprint is refused.
    public let fingerprint: UInt64
    /// `nil`: the moment it is recorded.
    public let occurredAt: Instant?
    public let channel: Channel
    /// The session, device and authentication behind it.
    public var access: Access { behind?.access ?? .none }
    /// Personal values the command speaks of by pseudonym, for the vault.
    public var personal: [PersonalDatum] { behind?.personal ?? [] }

    /// Apart, because requests are handed on several times and most bring neither.
    private let behind: Behind?

    private final class Behind: Sendable {
        let access: Access
        let personal: [PersonalDatum]

        init(_ access: Access, _ personal: [PersonalDatum]) {
            self.access = access
            self.personal = personal
        }
    }

    /// Throws what makes the command unfit to be looked at: texts too long, control characters, card numbers.
    public init(
        _ command: Command, principal: Principal, key: CommandKey, fingerprint: UInt64, occurredAt: Instant?, channel: Channel,
        access: Access = .none, personal: [PersonalDatum] = []
    ) throws(Malformed) {
        try command.checkTexts()
        if let authentication = access.authentication, !Authentication.levels.contains(authentication.level) {
            throw Malformed(field: "access", reason: "has an authentication whose level is none of 1 to 3")
        }
        self.command = command
        self.principal = principal
        self.key = key
        self.fingerprint = fingerprint
        self.occurredAt = occurredAt
        self.channel = channel
        behind = access.isEmpty && personal.isEmpty ? nil : Behind(access, personal)
    }
}

extension Command {
    /// Bytes that two commands share only if they are the same command: the number, then each part with its length.
    public func canonicalBytes(occurredAt: Instant?, access: Access = .none) -> [UInt8] {
        var bytes = CanonicalBytes(name)
        bytes.add(account)
        switch self {
        case .accounts(let command): command.write(to: &bytes)
        case .money(let command): command.write(to: &bytes)
        case .service(let command): command.write(to: &bytes)
        case .access(let command): command.write(to: &bytes)
        case .controls(let command): command.write(to: &bytes)
        case .approvals(let command): command.write(to: &bytes)
        case .people(let command): command.write(to: &bytes)
        case .fraud(let command): command.write(to: &bytes)
        case .damage(let command): command.write(to: &bytes)
        case .compensation(let command): command.write(to: &bytes)
        case .shutdown(let command): command.write(to: &bytes)
        }
        bytes.add(occurredAt?.microseconds)
        if access != .none { bytes.add(access) }
        return bytes.bytes
    }

    /// Reads what `canonicalBytes` wrote of a command that may wait for approvals; throws on anything else.
    public init(canonical bytes: some Sequence<UInt8>) throws(ImageError) {
        var reader = CanonicalReader(Array(bytes))
        guard let name = Command.Name(rawValue: try reader.byte()) else { throw ImageError() }
        let account = try reader.account()
        if let command = try AccountsCommand(name, account, reading: &reader) {
            self = .accounts(command)
        } else if let command = try MoneyCommand(name, account, reading: &reader) {
            self = .money(command)
        } else if let command = try ServiceCommand(name, reading: &reader) {
            self = .service(command)
        } else if let command = try AccessCommand(name, reading: &reader) {
            self = .access(command)
        } else if let command = try ControlsCommand(name, reading: &reader) {
            self = .controls(command)
        } else if let command = try ApprovalsCommand(name, reading: &reader) {
            self = .approvals(command)
        } else if let command = try PeopleCommand(name, reading: &reader) {
            self = .people(command)
        } else if let command = try FraudCommand(name, reading: &reader) {
            self = .fraud(command)
        } else if let command = try DamageCommand(name, account, reading: &reader) {
            self = .damage(command)
        } else if let command = try CompensationCommand(name, account, reading: &reader) {
            self = .compensation(command)
        } else if let command = try ShutdownCommand(name, account, reading: &reader) {
            self = .shutdown(command)
        } else {
            throw ImageError()
        }
        guard try reader.instantIfAny() == nil, reader.isAtEnd else { throw ImageError() }
    }

    func checkTexts() throws(Malformed) {
        if case .external(let id) = account { try TextRule.check(id, "externalId") }
        switch self {
        case .accounts(let command): try command.checkTexts()
        case .money(let command): try command.checkTexts()
        case .service(let command): try command.check()
        case .access(let command): try command.check()
        case .controls(let command): try command.check()
        case .approvals(let command): try command.check()
        case .people(let command): try command.check()
        case .fraud(let command): try command.check()
        case .damage(let command): try command.check()
        case .compensation(let command): try command.check()
        case .shutdown(let command): try command.check()
        }
    }
}
