extension Books {
    /// The books as bytes, for a snapshot. O(accounts).
    public func image() -> [UInt8] {
        var image = ImageWriter()
        image.bytes(genesis.ledgerID)
        image.text(genesis.currency.code)
        image.number(UInt64(genesis.currency.exponent))
        image.number(UInt64(genesis.clock.rawValue))
        image.number(UInt64(genesis.founders.count))
        for founder in genesis.founders { image.text(founder) }
        image.number(next)
        image.number(now.microseconds)
        var tail = Tail()
        policy.write(to: &tail)
        image.bytes(tail.bytes)
        image.number(UInt64(policyVersion))
        image.number(UInt64(members.count))
        for member in members {
            image.number(member.balance)
            image.number(member.last)
            image.number(member.opened)
            image.number(UInt64(member.locks) | (member.isClosed ? 256 : 0) | UInt64(member.person) << 32)
            image.number(UInt64(member.sibling))
        }
        image.number(UInt64(others.count))
        for (code, account) in others.sorted(by: { $0.key < $1.key }) {
            image.number(code.rawValue)
            image.number(account.net)
            image.number(account.last)
        }
        image.number(UInt64(merchants.count))
        for merchant in merchants {
            image.number(merchant.net)
            image.number(merchant.last)
        }
        actors.encode(into: &image)
        stores.encode(into: &image)
        externalIDs.encode(into: &image)
        for account in externalAccounts { image.number(UInt64(account)) }
        image.number(UInt64(reversed.count))
        for (payment, amount) in reversed.sorted(by: { $0.key < $1.key }) {
            image.number(payment)
            image.number(amount)
        }
        persons.encode(into: &image)
        for index in openAccounts.indices { image.number(UInt64(openAccounts[index]) | UInt64(newestAccount[index]) << 32) }
        image.numbers(erased.sorted().map { UInt64($0) })
        image.number(launchedAt?.microseconds ?? .min)
        controls.encode(into: &image)
        access.encode(into: &image)
        approvals.encode(into: &image)
        damage.encode(into: &image)
        shutdown.encode(into: &image)
        return image.bytes
    }

    /// Reads what `image()` wrote; throws on anything else.
    public init(image bytes: [UInt8]) throws(ImageError) {
        self.init()
        var image = ImageReader(bytes)
        let ledgerID = try image.bytes()
        let code = try image.text()
        guard let currency = Currency(code: code, exponent: Int(truncatingIfNeeded: try image.number())),
            let clock = Genesis.ClockKind(rawValue: UInt8(truncatingIfNeeded: try image.number()))
        else { throw ImageError() }
        var founders: [String] = []
        for _ in 0..<(try image.count()) { founders.append(try image.text()) }
        genesis = Genesis(ledgerID: ledgerID, currency: currency, clock: clock, founders: founders)
        next = try image.number()
        now = Instant(microseconds: try image.signed())
        policy = Policy(reading: Tail(bytes: try image.bytes()))
        policyVersion = UInt16(truncatingIfNeeded: try image.number())
        let memberCount = try image.count()
        members.reserveCapacity(memberCount)
        for _ in 0..<memberCount {
            var member = MemberAccount()
            member.balance = try image.signed()
            member.last = try image.number()
            member.opened = try image.number()
            let flags = try image.number()
            member.locks = UInt8(truncatingIfNeeded: flags)
            member.isClosed = flags & 256 != 0
            member.person = UInt32(flags >> 32)
            member.sibling = UInt32(truncatingIfNeeded: try image.number())
            members.append(member)
        }
        for _ in 0..<(try image.count()) {
            let code = AccountCode(rawValue: try image.number())
            others[code] = LedgerAccount(net: try image.signed(), last: try image.number())
        }
        for _ in 0..<(try image.count()) {
            merchants.append(LedgerAccount(net: try image.signed(), last: try image.number()))
        }
        actors = try NameTable(from: &image)
        stores = try NameTable(from: &image)
        externalIDs = try NameTable(from: &image)
        for _ in 0..<externalIDs.count { externalAccounts.append(UInt32(truncatingIfNeeded: try image.number())) }
        for _ in 0..<(try image.count()) {
            let payment = try image.number()
            reversed[payment] = try image.signed()
        }
        persons = try NameTable(from: &image)
        for _ in 0..<persons.count {
            let accounts = try image.number()
            openAccounts.append(UInt32(truncatingIfNeeded: accounts))
            newestAccount.append(UInt32(accounts >> 32))
        }
        erased = Set(try image.numbers().map { UInt32(truncatingIfNeeded: $0) })
        let launched = try image.signed()
        launchedAt = launched == .min ? nil : Instant(microseconds: launched)
        controls = try Controls(from: &image, now: now)
        access = try AccessBooks(from: &image)
        approvals = try Approvals(from: &image)
        damage = try DamageBooks(from: &image)
        shutdown = try ShutdownBooks(from: &image)
        guard image.isAtEnd, stores.count == merchants.count else { throw ImageError() }
    }
}
