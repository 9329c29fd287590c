extension ShutdownCommand {
    func write(to bytes: inout CanonicalBytes) {
        switch self {
        case .decide(let instant, let reason), .reschedule(let instant, let reason):
            bytes.add(instant.microseconds)
            bytes.add(reason)
        case .withdrawDecision(let reason), .placeLegalHold(_, let reason), .liftLegalHold(_, let reason), .rejectClaim(_, let reason):
            bytes.add(reason)
        case .openClaims(let from, let last):
            bytes.add(from?.microseconds)
            bytes.add(Int64(last.number))
        case .extendClaims(let last, let reason):
            bytes.add(Int64(last.number))
            bytes.add(reason)
        case .claim(_, let claim), .acceptLate(_, let claim): claim.write(to: &bytes)
        case .verifyIdentity(_, let identity): identity.write(to: &bytes)
        case .correctPayee(_, let method, let payee):
            bytes.add(Int64(method.rawValue))
            bytes.add(payee)
        case .withdrawClaim(_, let reason): bytes.add(reason)
        case .approve(let accounts, let total):
            bytes.add(Int64(accounts.count))
            for account in accounts { bytes.add(Int64(bitPattern: account)) }
            bytes.add(total.units)
        case .openBatch(let method, let date, let items):
            bytes.add(Int64(method.rawValue))
            bytes.add(Int64(date.number))
            bytes.add(items)
        case .recordFile(let batch, let format, let hash, let size):
            bytes.add(Int64(bitPattern: batch))
            bytes.add(Int64(format.rawValue))
            bytes.add(blob: hash)
            bytes.add(size)
        case .cancelBatch(let batch, let reason):
            bytes.add(Int64(bitPattern: batch))
            bytes.add(reason)
        case .releaseBatch(let batch, let hash):
            bytes.add(Int64(bitPattern: batch))
            bytes.add(blob: hash)
        case .sendBatch(let batch, let reference):
            bytes.add(Int64(bitPattern: batch))
            bytes.add(reference)
        case .recordResult(let batch, let hash, let paid, let returned):
            bytes.add(Int64(bitPattern: batch))
            bytes.add(blob: hash)
            bytes.add(paid)
            bytes.add(returned)
        case .confirmPayout(_, let amount, let batch, let text), .returnPayout(_, let amount, let batch, let text):
            bytes.add(amount.units)
            bytes.add(batch.map { Int64(bitPattern: $0) })
            bytes.add(text)
        case .recordFiling(let filing):
            bytes.add(Int64(filing.kind.rawValue))
            bytes.add(filing.day.map { Int64($0.number) })
            bytes.add(blob: filing.contentHash)
            bytes.add(filing.amount?.units)
            bytes.add(filing.reference)
        case .secure(let form, let amount, let reference):
            bytes.add(Int64(form.rawValue))
            bytes.add(amount.units)
            bytes.add(reference)
        case .reclaim(let form, let amount, let approval):
            bytes.add(Int64(form.rawValue))
            bytes.add(amount.units)
            bytes.add(Int64(bitPattern: approval))
        }
    }

    /// The acts that may wait for approvals; `nil` for any other.
    init?(_ name: Command.Name, _ account: AccountReference?, reading bytes: inout CanonicalReader) throws(ImageError) {
        switch name {
        case .decideTermination: self = .decide(effectiveAt: Instant(microseconds: try bytes.number()), reason: try bytes.text())
        case .rescheduleTermination: self = .reschedule(effectiveAt: Instant(microseconds: try bytes.number()), reason: try bytes.text())
        case .withdrawTermination: self = .withdrawDecision(reason: try bytes.text())
        case .liftLegalHold: self = .liftLegalHold(try account.orThrow(), reason: try bytes.text())
        case .openClaims: self = .openClaims(from: try bytes.instantIfAny(), last: try bytes.day())
        case .extendClaims: self = .extendClaims(last: try bytes.day(), reason: try bytes.text())
        case .approveRefunds:
            var accounts: [UInt64] = []
            for _ in 0..<max(0, min(try bytes.number(), Int64(Self.mostApproved))) { accounts.append(try bytes.position()) }
            self = .approve(accounts: accounts, total: try bytes.amount())
        case .acceptLateClaim: self = .acceptLate(try account.orThrow(), try Claim(reading: &bytes))
        case .reclaimSecurity: self = .reclaim(try bytes.choice(), try bytes.amount(), approval: try bytes.position())
        default: return nil
        }
    }

    /// The acts above, which are those that take approvals.
    var isHeldForApproval: Bool {
        switch self {
        case .decide, .reschedule, .withdrawDecision, .liftLegalHold, .openClaims, .extendClaims, .approve, .acceptLate, .reclaim: true
        default: false
        }
    }
}

extension ShutdownCommand.Claim {
    func write(to bytes: inout CanonicalBytes) {
        bytes.add(claimant)
        bytes.add(Int64(method.rawValue))
        bytes.add(payee)
        bytes.add(Int64(channel.rawValue))
        if let identity { identity.write(to: &bytes) } else { bytes.add(nil as Int64?) }
    }

    init(reading bytes: inout CanonicalReader) throws(ImageError) {
        claimant = try bytes.text()
        method = try bytes.choice()
        payee = try bytes.pseudonym()
        channel = try bytes.choice()
        identity = nil
        if let level = try bytes.numberIfAny() {
            identity = ShutdownCommand.Identity(level: UInt8(truncatingIfNeeded: level), method: try bytes.choice())
        }
    }
}

extension ShutdownCommand.Identity {
    func write(to bytes: inout CanonicalBytes) {
        bytes.add(Int64(level))
        bytes.add(Int64(method.rawValue))
    }
}

extension CanonicalReader {
    fileprivate mutating func day() throws(ImageError) -> Day { Day(number: Int32(truncatingIfNeeded: try number())) }
}
