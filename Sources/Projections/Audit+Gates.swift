internal import Journal
internal import Ledger

extension Audit {
    /// What the controls, sessions, roles, proposals and policies say of each event, from state of its own: dictionaries and
    /// plain loops, none of the code that decided.
    struct Gates {
        var found: [String] = []
        /// Names of principals by their ordinals.
        var names: [UInt32: String] = [:]
        var isScenario = false
        var launchedAt: Instant?
        /// The first event of the group, and what was approved or done in an emergency in it.
        var head: Event?
        var held: Command?
        /// The proposal it was, and what was agreed of its sum so far.
        var carried: Proposal?
        var agreed: Int64 = 0

        var staff: [String: Staff] = [:]
        /// Proposals that were neither carried out nor withdrawn.
        var proposals: [UInt64: Proposal] = [:]
        /// Emergency acts without a review: who did them.
        var unreviewed: [UInt64: String] = [:]

        /// Controls that are not over: position, what they stop, from, until.
        var controls: [(position: UInt64, stops: UInt16, from: Instant, until: Instant)] = []
        var voids: Set<UInt64> = []
        var mandate: UInt64 = 0
        /// Position of each account's last reset that the member made.
        var resets: [UInt64: UInt64] = [:]

        var sessions: [UInt32: Session] = [:]
        var sessionsOf: [UInt64: [UInt32]] = [:]
        var sessionCount: UInt32 = 0
        /// Devices by their pseudonyms.
        var devices: [Pseudonym: UInt32] = [:]

        var externals: [String: UInt64] = [:]
        /// The person of each account, how many accounts of theirs are open, and whose data was destroyed.
        var persons: [UInt64: String] = [:]
        var open: [String: Int] = [:]
        var erased: Set<String> = []

        var limits = Limits()
        /// The service has ended, and when refunds are claimed.
        var isTerminated = false
        var claims: (from: Instant, until: Instant)?

        struct Staff {
            var roles: Set<Role> = []
            var person: String
        }

        struct Proposal {
            let command: Command
            let bytes: [UInt8]
            let proposer: String
            var approvers: [String] = []
            let needed: Int
            let expiresAt: Instant
        }

        struct Session {
            let account: UInt64
            let device: UInt32
            let begunAt: Instant
            let country: String?
            let isExternal: Bool
        }

        mutating func object(_ holds: Bool, _ rule: @autoclosure () -> String) {
            if !holds { found.append(rule()) }
        }

        func name(_ event: Event) -> String { names[event.actor] ?? "" }
        /// The ledger's own monitor holds a role without a grant.
        func roles(_ name: String) -> Set<Role> { name == "monitor" ? [.monitor] : staff[name]?.roles ?? [] }
        func person(_ name: String) -> String { staff[name]?.person ?? name }

        /// Takes in the next event and says what does not hold. `opened` is where its account was opened, 0 if it has none.
        mutating func take(_ event: Event, opened: UInt64) -> [String] {
            if event.groupIndex == 0 { (head, held, carried, agreed) = (event, nil, nil, 0) }
            if event.actor > UInt32(names.count), let name = event.tail.text(.actorName) { names[UInt32(names.count) + 1] = name }
            switch event.kind {
            case .loginSucceeded, .refused: break
            case .loginFailed, .loginsCounted: object(event.session == 0, "a failed login has no session")
            default: if event.session != 0 { checkSession(event) }
            }
            // A late claim is accepted by staff.
            if Self.isService(event.kind), event.kind != .refundClaimed || event.groupIndex == 0 { checkService(event, opened) }
            // A command that came from somewhere may introduce a device, refused or not.
            if !event.tail.isEmpty { noteDevice(event) }
            switch event.kind {
            case .chargeSettled, .paymentAccepted: limits.count(event, &found)
            case .refused: if event.tail.bytes(.voidDue) != nil { noteVoid(event) }
            case .accountLocked where event.groupIndex == 0, .accountUnlocked, .clockAdvanced, .paymentReversed, .paymentReversedToUnclaimed, .loginFailed,
                .loginsCounted, .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked, .fundingSourceUnlinked,
                .contactRegistered, .continuation:
                break
            case .fundingSourceLinked: object(event.source != nil, "a funding source is of one kind")
            case .genesis: found(event)
            case .accountOpened: openAccount(event)
            case .credentialsReset: reset(event)
            case .loginSucceeded: begin(event)
            case .sessionRevoked: revoke(event)
            default: decide(event)
            }
            object(event.kind != .clockAdvanced || isScenario, "a real ledger's time is not set")
            object(event.kind != .clockConfirmed || !isScenario, "a scenario's time is not confirmed")
            return takeFindings()
        }

        mutating func takeFindings() -> [String] {
            guard !found.isEmpty else { return [] }
            defer { found.removeAll() }
            return found
        }

        private mutating func found(_ event: Event) {
            guard let genesis = Genesis(event) else { return }
            isScenario = genesis.clock == .scenario
            for founder in genesis.founders {
                names[UInt32(names.count) + 1] = founder
                staff[founder] = Staff(roles: [.operator, .approver, .treasurer], person: founder)
            }
        }

        // MARK: Accounts and persons

        private mutating func openAccount(_ event: Event) {
            let account = event.subject.ordinal
            if let id = event.tail.text(.externalID) { externals[id] = account }
            guard let person = event.tail.text(.person) else { return object(false, "an account is somebody's") }
            persons[account] = person
            open[person, default: 0] += 1
            object(!erased.contains(person), "\(person)'s data was destroyed")
        }

        private mutating func noteVoid(_ event: Event) {
            voids.insert(event.position)
            object(event.source != nil && event.rejection?.code == .chargesStopped, "only a charge that was stopped is given back upstream")
        }

        // MARK: Sessions and devices

        private mutating func checkSession(_ event: Event) {
            guard event.groupIndex == 0 else { return object(false, "only the first event of a command names its session") }
            guard let session = sessions[event.session] else { return object(false, "session \(event.session) is not live") }
            let isOwn = event.kind == .accountOpened || event.subject.memberOrdinal.map { $0 == session.account } ?? true
            object(isOwn, "session \(event.session) is of account \(session.account)")
            let isOver = limits.sessionSeconds > 0 && session.begunAt + limits.sessionSeconds <= event.recordedAt
            object(!isOver, "session \(event.session) is over")
        }

        private mutating func noteDevice(_ event: Event) {
            let named = event.tail.bytes(.device).flatMap { Pseudonym($0) }
            if let named {
                let isNew = devices[named] == nil
                if isNew { devices[named] = UInt32(devices.count) + 1 }
                if event.kind != .deviceBound, event.kind != .deviceUnbound {
                    object(isNew && event.access?.device == devices[named], "it introduces a device that is known, or that it did not come from")
                }
            }
            if let device = event.access?.device { object(device <= UInt32(devices.count), "device \(device) was never named") }
        }

        private mutating func begin(_ event: Event) {
            let account = event.subject.ordinal
            let (number, due) = (event.session, sessionCount + 1)
            object(number == due, "the session that begins is \(due), not \(number)")
            sessionCount = number
            let access = event.access
            let method = event.tail.bytes(.loginMethod)?.first ?? 0
            object(method == 1 || method == 2, "a login is by one of the methods")
            // One a device, at most eight.
            for other in sessionsOf[account] ?? [] where sessions[other]?.device == access?.device ?? 0 { end(other) }
            if let all = sessionsOf[account], all.count >= 8 { end(all[0]) }
            sessions[number] = Session(
                account: account, device: access?.device ?? 0, begunAt: event.recordedAt, country: access?.country?.description,
                isExternal: method == 2)
            sessionsOf[account, default: []].append(number)
        }

        private mutating func end(_ number: UInt32) {
            guard let session = sessions.removeValue(forKey: number) else { return }
            sessionsOf[session.account]?.removeAll { $0 == number }
        }

        private mutating func revoke(_ event: Event) {
            let account = event.subject.ordinal
            guard let named = event.tail.number(.revokedSession) else {
                for session in sessionsOf[account] ?? [] { end(session) }
                return
            }
            let number = UInt32(truncatingIfNeeded: named)
            object(sessions[number]?.account == account, "session \(named) is no live one of this account")
            end(number)
        }

        /// By everybody, or by those who signed in with one of the methods.
        mutating func endAll(_ method: UInt8?) {
            for (number, session) in sessions where method == nil || session.isExternal == (method == 2) { end(number) }
        }

        private mutating func reset(_ event: Event) {
            let account = event.subject.ordinal
            for session in sessionsOf[account] ?? [] { end(session) }
            if event.tail.bytes(.resetMethod)?.first != ResetMethod.mass.rawValue { resets[account] = event.position }
        }

        // MARK: What is open to members

        /// Kinds that members and stores bring about.
        private static func isService(_ kind: EventKind) -> Bool {
            switch kind {
            case .chargeSettled, .paymentAccepted, .accountOpened, .accountLocked, .accountUnlocked, .credentialsReset, .loginSucceeded,
                .deviceBound, .deviceUnbound, .externalLoginLinked, .externalLoginUnlinked, .fundingSourceLinked, .fundingSourceUnlinked,
                .contactRegistered, .sessionRevoked, .refundClaimed, .payeeCorrected, .claimWithdrawn:
                true
            default: false
            }
        }

        private mutating func checkService(_ event: Event, _ opened: UInt64) {
            if limits.requiresLaunch { object(launchedAt != nil, "the service was not launched") }
            if !controls.isEmpty { checkControls(event) }
            if isTerminated { object(isOpenAfterTheEnd(event), "INV-10 the service has ended") }
            guard mandate > 0 else { return }
            switch event.kind {
            case .accountOpened, .accountLocked, .credentialsReset: return
            // Who claims otherwise than in the app shows who he is otherwise.
            case .refundClaimed where event.tail.bytes(.claimChannel)?.first != ClaimChannel.app.rawValue: return
            default: break
            }
            let isStaff = !roles(name(event)).isDisjoint(with: [.support, .operator])
            let (since, due) = (max(opened, resets[event.subject.ordinal] ?? 0), mandate)
            object(since > due || isStaff, "INV-09 the account was not reset since event \(due) mandated it")
        }

        /// An account is protected and a refund is claimed; a member signs in to claim, with the issuer's own id.
        private func isOpenAfterTheEnd(_ event: Event) -> Bool {
            switch event.kind {
            case .chargeSettled, .paymentAccepted, .accountOpened, .externalLoginLinked, .fundingSourceLinked: false
            case .loginSucceeded:
                event.tail.bytes(.loginMethod)?.first != 2 && claims.map { $0.from <= event.recordedAt && event.recordedAt < $0.until } ?? false
            default: true
            }
        }

        private mutating func checkControls(_ event: Event) {
            let now = event.recordedAt
            var stopped: UInt16 = 0
            for control in controls where control.from <= now && now < control.until { stopped |= control.stops }
            guard stopped != 0 else { return }
            let source = event.source?.rawValue ?? 0
            let isExternal = event.tail.bytes(.loginMethod)?.first == 2
            object(event.kind != .chargeSettled || stopped & 1 << UInt16(source) == 0, "INV-07 charging from \(event.source?.name ?? "nothing") is stopped")
            object(event.kind != .paymentAccepted || stopped & 1 << 8 == 0, "INV-07 payments are stopped")
            object(event.kind != .accountOpened || stopped & 1 << 9 == 0, "INV-08 registration is stopped")
            object(event.kind != .loginSucceeded || !isExternal || stopped & 1 << 10 == 0, "INV-08 signing in with an external id is stopped")
            guard stopped & 1 << 11 != 0, !(limits.claimsFromAbroad && isTerminated) else { return }
            let access = event.access
            // A login's own session begins with it.
            let session = event.kind == .loginSucceeded ? nil : sessions[event.session]
            if let country = access?.country?.description ?? session?.country {
                object(country == limits.homeCountry, "INV-08 addresses of \(country) are blocked")
                return
            }
            let via = access?.via ?? (event.kind == .paymentAccepted || source == FundingSource.registerCash.rawValue && event.kind == .chargeSettled
                ? .store : source == FundingSource.atmCash.rawValue && event.kind == .chargeSettled ? .atm : .app)
            let isStaff = !roles(name(event)).isDisjoint(with: [.support, .operator])
            object(via != .app && via != .web || isStaff, "INV-08 foreign addresses are blocked and its country is not known")
        }
    }
}
