/// The accounts desk's rules.
func decide(_ books: Books, _ command: AccountsCommand, _ request: Request, _ rules: inout Rules) -> [Event] {
    if case .open(let person, let externalID) = command {
        if let externalID { rules.require(books.externalIDs.ordinal(of: externalID) == nil, .externalIDTaken) }
        rules.require(books.members.count < Int(UInt32.max), .ledgerFull)
        rules.require(books.persons.ordinal(of: person).map { !books.erased.contains($0) } ?? true, .personErased)
        var event = Event(.accountOpened, subject: .member(UInt64(books.members.count) + 1))
        event.tail.add(.person, person)
        event.tail.add(.externalID, externalID)
        return [event]
    }
    guard let (ordinal, account) = rules.account(books, Command.accounts(command).account) else { return [] }
    let subject = AccountCode.member(ordinal)
    rules.require(!account.isClosed, .accountClosed)
    var event: Event
    switch command {
    case .open: return []
    case .lock(_, let scope, let reason):
        rules.require(account.locks & scope.rawValue == 0, .alreadyLocked)
        event = Event(.accountLocked, subject: subject)
        event.tail.add(.lockScope, bytes: [scope.rawValue])
        event.tail.add(.reason, reason)
    case .unlock(_, let scope, let reason):
        rules.require(scope == .all ? account.locks != 0 : account.locks & scope.rawValue != 0, .notLocked)
        event = Event(.accountUnlocked, subject: subject)
        event.tail.add(.lockScope, bytes: [scope.rawValue])
        event.tail.add(.reason, reason)
    case .resetCredentials(_, let method, let addressChanged, let contact):
        if books.policy.resetsToRegisteredContact, method != .mass {
            let known = contact.flatMap { books.access.contacts.ordinal(of: $0) }
            rules.require(
                !addressChanged && (contact == nil || known.flatMap { books.access.link(ordinal, .contact, $0) } != nil),
                .contactNotRegistered)
        }
        event = Event(.credentialsReset, subject: subject)
        event.tail.add(.resetMethod, bytes: [method.rawValue])
        if addressChanged { event.tail.add(.addressChanged, bytes: [1]) }
        if let contact { event.tail.add(.contact, bytes: contact.bytes) }
    case .close(_, let disposition, let reason):
        rules.require(account.balance == 0 || disposition != nil, .dispositionRequired, bound: account.balance)
        let held = books.balance(.fraudHold(ordinal))
        rules.require(held == 0, .moneyHeld, bound: held)
        let refund = books.balance(.refund(ordinal)) + books.balance(.payoutInTransit(ordinal))
        rules.require(refund == 0, .refundIsOpen, bound: refund)
        event = Event(.accountClosed, subject: subject)
        event.tail.add(.reason, reason)
        guard account.balance > 0, let disposition else { return [event] }
        var disposed = Event(
            .balanceDisposed, subject: subject, debit: subject, credit: .unclaimed(ordinal), amount: account.balance, balanceAfter: 0)
        disposed.tail.add(.disposition, bytes: [disposition.rawValue])
        return [disposed, event]
    }
    event.balanceAfter = account.balance
    return [event]
}

extension Rules {
    /// The account a command speaks of; breaks `accountUnknown` if there is none.
    mutating func account(_ books: Books, _ reference: AccountReference?) -> (ordinal: UInt64, Books.MemberAccount)? {
        guard let reference, let ordinal = books.resolve(reference), let account = books.member(ordinal) else {
            require(false, .accountUnknown)
            return nil
        }
        return (ordinal, account)
    }
}
