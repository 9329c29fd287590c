/// What a checker must see of the books that no rule outside the core needs.

extension Books {
    /// Accounts of a person that are not closed.
    public func openAccounts(of person: String) -> Int {
        persons.ordinal(of: person).map { Int(openAccounts[Int($0) - 1]) } ?? 0
    }

    /// The last reset an account's member made; 0 if none.
    public func lastReset(_ account: UInt64) -> UInt64 { access.member(account)?.reset ?? 0 }
}

extension AccessBooks {
    /// Account by session, of every session that is live. O(sessions).
    public var liveSessions: [UInt32: UInt64] {
        var live: [UInt32: UInt64] = [:]
        for ordinal in slots.keys { if let session = session(ordinal) { live[ordinal] = UInt64(session.account) } }
        return live
    }
}
