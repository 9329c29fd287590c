internal import Ledger

/// The flood: lists of stolen ids and passwords, tried from the early morning of 07-02 on from a few dozen addresses. Tens
/// of millions of attempts at full scale, told by minute and address (domain.md §6.1).
enum Stuffing {
    static let addresses = 40
    static let attempts = 34_000_000
    private static let begins = July.at(2, 3, 50)
    private static let ends = July.at(8, 23, 58)
    /// Rows there will be, at most: at a small scale fewer addresses and minutes, not fewer attempts in each.
    private static let mostRows = 60_000

    /// Of a thousand attempts, by the hours since it began: a flood for a day and a half, then what is left of it.
    private static func strength(_ moment: Moment) -> Int {
        switch moment {
        case ..<July.cardStop: 100
        case ..<July.at(5, 0): 25
        default: 4
        }
    }

    /// The address from which a member's password was found.
    static func address(of member: Int, _ seed: UInt64) -> Int {
        var chance = Chance(seed, .source, member)
        return chance.below(addresses)
    }

    /// Each row: the minute, the address, and how many of what.
    static func rows(seed: UInt64, scale: Int) -> [(moment: Moment, address: Int, counts: LoginCounts)] {
        let all = attempts / scale
        let rows = min(mostRows, max(600, all / 150))
        let minutes = Array(stride(from: begins, to: ends, by: 60))
        let weight = minutes.reduce(0) { $0 + strength($1) }
        var found: [(moment: Moment, address: Int, counts: LoginCounts)] = []
        var chance = Chance(seed, .stuffing)
        var due = 0
        for minute in minutes {
            due += rows * strength(minute)
            var used: Set<Int> = []
            while due >= weight {
                due -= weight
                let address = chance.below(min(addresses, max(6, rows / 900)))
                guard used.insert(address).inserted else { continue }
                let tried = max(30, all / rows * chance.within(60...140) / 100)
                let wrong = tried * chance.within(15...40) / 1_000
                let succeeded = chance.percent(6) ? 1 : 0
                found.append(
                    (
                        minute + 61, address,
                        LoginCounts(
                            minute: July.instant(minute), attempts: Int64(tried), unknownIds: Int64(tried - wrong - succeeded - tried / 200),
                            wrongPasswords: Int64(wrong), succeeded: Int64(succeeded))
                    ))
            }
        }
        return found
    }
}

extension Prompter {
    /// The flood's minutes; and those in which a victim's password was found, with the account.
    mutating func addStuffing(_ cases: [Case], scale: Int) {
        func flood(_ counts: LoginCounts) -> Truth { Truth(account: nil, person: nil, kind: .stuffing, amount: counts.attempts) }
        for row in Stuffing.rows(seed: seed, scale: scale) {
            add(row.moment, Acting.identity, .access(.countLogins(row.counts)), access: places.away(row.address), truth: flood(row.counts))
        }
        for found in cases where found.isVictim {
            guard let member = found.member else { continue }
            var chance = Chance(seed, .stuffing, member + 1)
            let address = Stuffing.address(of: member, seed)
            let minute = found.foreignLoginAt / 60 * 60
            let counts = LoginCounts(
                minute: July.instant(minute), attempts: Int64(chance.within(40...180)), unknownIds: 36, wrongPasswords: 2, succeeded: 1,
                accounts: [.external(found.account)])
            add(minute + 61, Acting.identity, .access(.countLogins(counts)), access: places.away(address), truth: flood(counts))
        }
    }
}
