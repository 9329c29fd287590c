internal import Ledger

/// Seconds since 2019-07-01 00:00 in Japan: the month's own count of time.
typealias Moment = Int

/// The month's instants (domain.md §2.2). Clock times nobody published are assumed, and are those of the hand-written chapters.
enum July {
    static let zero = Instant("2019-07-01 00:00 JST")!
    static let day: Moment = 86_400

    static func at(_ date: Int, _ hour: Int, _ minute: Int = 0, _ second: Int = 0) -> Moment {
        (date - 1) * day + hour * 3600 + minute * 60 + second
    }

    static func instant(_ moment: Moment) -> Instant { zero + Int64(moment) }

    /// Members come from here on; the hand-written first day opens its five accounts before.
    static let opening = at(1, 7, 31)
    /// Access from abroad and charges by card stop (assumed).
    static let cardStop = at(3, 16)
    /// Every other charge stops.
    static let chargeStop = at(4, 14)
    /// Registration stops (assumed).
    static let registrationStop = at(4, 17)
    /// Every password must be reset (assumed).
    static let reset = at(30, 10)
    static let end = at(32, 0)

    /// Cuts that figures were published of.
    static let estimate = at(4, 6)
    static let firstCount = at(12, 0)
    static let secondCount = at(29, 17)
    static let lastCount = at(31, 17)

    /// True while a charge from this source goes through.
    static func isOpen(_ source: FundingSource, at moment: Moment) -> Bool {
        source == .creditCard || source == .debitCard ? moment < cardStop : moment < chargeStop
    }
}
