import Ledger

/// The words of the gates' desks: controls, access, approvals, people, launch. Names of devices, contacts and the like
/// stand for pseudonyms.
extension Story {
    func position(_ text: String) throws -> UInt64 {
        guard let position = labels[text] ?? UInt64(text) else { throw Unreadable(words: [text]) }
        return position
    }

    /// Seconds with up to six decimals, as microseconds.
    func micros(_ text: String?) throws -> Int64 {
        let parts = (text ?? "").split(separator: ".").map { String($0) }
        guard let seconds = parts.first.flatMap({ Int64($0) }), parts.count < 2 || parts[1].utf8.count == 6 else {
            throw Unreadable(words: [text ?? ""])
        }
        return seconds * 1_000_000 + (parts.count == 2 ? Int64(parts[1])! : 0)
    }

    func later(_ text: String) throws -> Instant { Instant(microseconds: books.now.microseconds + (try micros(text))) }

    /// `app JP device d1 address a1 session 3 level 2 ago 600`.
    func access(_ words: [String]) throws -> Access {
        var access = Access()
        var (level, ago): (UInt8?, Int64) = (nil, 0)
        var at = 0
        func next() throws -> String {
            at += 1
            guard at < words.count else { throw Unreadable(words: words) }
            return words[at]
        }
        while at < words.count {
            let word = words[at]
            switch word {
            case "device": access.device = Pseudonym(named: try next())
            case "address": access.address = Pseudonym(named: try next())
            case "session": access.session = UInt32(try next())!
            case "level": level = UInt8(try next())!
            case "ago": ago = try micros(try next())
            default:
                if let via = Via(name: word) { access.via = via } else if let country = Country(word) { access.country = country } else {
                    throw Unreadable(words: words)
                }
            }
            at += 1
        }
        if let level {
            access.authentication = Authentication(
                level: level, method: .oneTimeCode, at: Instant(microseconds: books.now.microseconds - ago))
        }
        return access
    }

    func parseGates(_ words: [String]) throws -> Command {
        func word(_ index: Int) throws -> String {
            guard index < words.count else { throw Unreadable(words: words) }
            return words[index]
        }
        func some<T>(_ value: T?) throws -> T {
            guard let value else { throw Unreadable(words: words) }
            return value
        }
        let last = words.count > 1 ? words[words.count - 1] : ""
        func account() throws -> AccountReference {
            let text = try word(1)
            return UInt64(text).map { .ordinal($0) } ?? .external(text)
        }
        func pseudonym(_ index: Int) throws -> Pseudonym { Pseudonym(named: try word(index)) }
        switch words[0] {
        case "launch": return .service(.launch(reason: nil))
        // stop charge creditCard debitCard from 60 until 120
        case "stop":
            let sources = words.compactMap { FundingSource(name: $0) }
            let from = try words.firstIndex(of: "from").map { try later(word($0 + 1)) }
            let until = try words.firstIndex(of: "until").map { try later(word($0 + 1)) }
            let stops = try some(Stops(kindName: try word(1), sources: sources))
            return .controls(.activate(stops, effectiveAt: from, until: until, reason: "a test"))
        case "lift":
            let at = words.count > 2 ? try later(last) : nil
            return .controls(.lift(control: try position(try word(1)), effectiveAt: at, reason: "a test"))
        case "void": return .controls(.confirmVoid(refusal: try position(try word(1)), reference: words.count > 2 ? last : nil))
        case "login": return .access(.logIn(try account(), try some(LoginMethod(name: try word(2)))))
        // fail 1 wrongPassword; fail nobody unknownId id-1
        case "fail":
            let nobody = try word(1) == "nobody"
            return .access(
                .failLogin(
                    nobody ? nil : try account(), loginID: words.count > 3 ? try pseudonym(3) : nil, .commonId,
                    try some(LoginFailure(name: try word(2)))))
        // count 90 of this minute, then accounts
        case "count":
            let minute = books.now.microseconds / 60_000_000 * 60_000_000
            return .access(
                .countLogins(
                    LoginCounts(
                        minute: Instant(microseconds: minute), attempts: try some(Int64(try word(1))),
                        accounts: words.dropFirst(2).map { .ordinal(UInt64($0)!) })))
        case "bind": return .access(.bindDevice(try account(), try pseudonym(2), attestation: nil))
        case "unbind": return .access(.unbindDevice(try account(), try pseudonym(2)))
        case "link": return .access(.linkExternalLogin(try account(), provider: "example", try pseudonym(2)))
        case "unlink": return .access(.unlinkExternalLogin(try account(), provider: "example", try pseudonym(2)))
        case "card":
            let source = try some(FundingSource(name: try word(2)))
            let result = words.count > 4 ? try some(ThreeDSecure(name: last)) : nil
            return .access(.linkFundingSource(try account(), source, token: try word(3), brand: nil, last4: nil, result))
        case "uncard": return .access(.unlinkFundingSource(try account(), token: try word(2)))
        // A charge with a linked card: chargeBy tok-1 1 creditCard 1000
        case "chargeWith":
            return .money(
                .charge(
                    try account(), try some(FundingSource(name: try word(2))), try some(Amount(Int64(try word(3))!)), reference: nil,
                    card: try word(4)))
        case "contact": return .access(.registerContact(try account(), try some(ContactKind(name: try word(2))), try pseudonym(3)))
        case "resetTo":
            return .accounts(.resetCredentials(try account(), .reminder, addressChanged: false, deliveredTo: try pseudonym(2)))
        case "end": return .access(.revokeSession(try account(), session: words.count > 2 ? UInt32(last)! : nil))
        case "endAll": return .access(.revokeSessions(words.count > 1 ? try some(LoginMethod(name: last)) : nil, reason: "a test"))
        case "mandate": return .access(.mandateReset(reason: "a test"))
        case "propose": return .approvals(.propose(try parse(Array(words.dropFirst())), because: "a test"))
        case "approve": return .approvals(.approve(proposal: try position(try word(1))))
        case "withdraw": return .approvals(.withdraw(proposal: try position(try word(1)), because: nil))
        case "break": return .approvals(.breakGlass(try parse(Array(words.dropFirst())), because: "a test"))
        case "review":
            return .approvals(.review(act: try position(try word(1)), try some(ApprovalsCommand.Verdict(name: try word(2))), note: nil))
        case "grant":
            return .approvals(.grant(principal: try word(1), try some(Role(name: try word(2))), person: words.count > 3 ? last : nil))
        case "revoke": return .approvals(.revoke(principal: try word(1), try some(Role(name: try word(2)))))
        case "view": return .people(.view(person: try word(1), purpose: "a test"))
        case "erase": return .people(.erase(person: try word(1), reason: "a test"))
        default: return try parseDamage(words)
        }
    }
}

extension Pseudonym {
    /// Equal names, equal pseudonyms, as a keyed hash would give.
    init(named name: String) {
        let word = name.utf8.reduce(UInt64(14_695_981_039_346_656_037)) { ($0 ^ UInt64($1)) &* 1_099_511_628_211 }
        self.init(high: word, low: ~word)
    }
}

extension Story {
    /// Sets the policy in force with something changed.
    mutating func rule(_ change: (inout Policy) -> Void) throws {
        var policy = books.policy
        change(&policy)
        let command = Command.service(.setPolicy(policy))
        let outcome = approvalsNeeded(command) > 0 ? try approved(command) : try ask(command)
        guard case .success = outcome else { throw Unreadable(words: ["\(outcome)"]) }
    }
}
