internal import Ledger

/// What stands in which column of the fraud view's tables.
extension FraudWatch {
    enum Account {
        /// The sum of the weights of its findings; when money last moved; rows + 1 of `known` and `windows`; its last event.
        static let (score, money, known, window, last) = (0, 1, 2, 3, 4)
        static let width = 5
    }

    enum Known {
        static let addresses = 16
        static let devices = 4
        static let firstDevice = addresses
        static let width = addresses + 3 * devices
    }

    /// Of an account. Times in microseconds; heads are numbers of `notes`; marks as `Mark`.
    enum Window {
        static let (owner, touched) = (0, 1)
        /// In a row that is free.
        static let nextFree = touched
        /// F0: the day in Japan, what was charged and paid on it, its notes, 1 once found.
        static let (day, charged, paid, money, dayMark) = (2, 3, 4, 5, 6)
        /// F1: the rule's charges.
        static let (charges, chargesMark) = (7, 8)
        /// F2: the last filling and its event, fillings and drains of the window, how often.
        static let (filledAt, filled, drains, drainMark, cycles) = (9, 10, 11, 12, 13)
        /// F4: the last act from abroad.
        static let (abroadAt, abroad, abroadMark) = (14, 15, 16)
        /// F9: wrong passwords; the last success from an address never seen that followed enough of them.
        static let (errors, guessedAt, guessed, guessedMark) = (17, 18, 19, 20)
        /// F10: the last payment in a store whose place is known.
        static let (store, storeAt, storeEvent, travelMark) = (21, 22, 23, 24)
        /// F12: the rule's payments.
        static let (cartons, cartonsMark) = (25, 26)
        /// F13: the last reset to a changed address.
        static let (resetAt, reset, resetMark) = (27, 28, 29)
        /// F5, F14.
        static let (newDeviceMark, idleMark) = (30, 31)
        static let width = 32
    }

    enum Store {
        /// Its name in `words`; 1 if its place is known, and that.
        static let (name, hasPlace, latitude, longitude) = (0, 1, 2, 3)
        static let width = 4
    }

    enum Found {
        /// Rule and level (1, 2) in the two lowest bytes, version above; account; subject's kind and two words of it.
        static let (rule, account, kind, a, b) = (0, 1, 2, 3, 4)
        static let (start, position, time, weight, score) = (5, 6, 7, 8, 9)
        /// Place and number of the positions in `words`; how many things were counted.
        static let (evidence, evidenceCount, matched) = (10, 11, 12)
        static let width = 13
    }

    enum Report {
        /// 1 = an hour, 2 = a source of a day.
        static let kind = 0
        /// Of an hour, counted from 1970; findings by rule from `findings` on.
        static let (hour, attempts, failures, unknown, abroad, cards, findings) = (1, 2, 3, 4, 5, 6, 7)
        /// Of a source: day in Japan, tag, two words of it.
        static let (day, tag, a, b, tries, successes, unknownIDs, touched, first, last) = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
        static let width = findings + 15
    }

    /// Single numbers at the front of `words`.
    enum Word {
        static let (version, rules, home, freeWindow) = (0, 1, 2, 3)
        /// How many devices were met; row + 1 and end of the hour that counts; the day whose sources are counted; how many
        /// pairs of them.
        static let (devices, hourRow, hourEnd, sourceDay, touches) = (4, 5, 6, 7, 8)
        /// F8: version under which it was found on `days[0]`'s day; when the day's first unknown id came; how many came.
        static let (unknownMark, unknownStart, unknownCount) = (9, 10, 11)
        /// Position of the event that put the rules into force.
        static let activation = 12
        /// How many sources are counted on the day.
        static let sourceCount = 13
        /// Eight days, newest first: day, attempts, unknown ids.
        static let days = 16
        static let mostDays = 8
        /// Positions of the day's last events with unknown ids, by their number.
        static let unknownEvents = 48
        static let count = 256
    }

    /// What a row of `sources` or `pairs` is about. From `day` on they outlast a rule set.
    enum Tag {
        static let (device, till) = (Int64(6), Int64(11))
        static let (triesAddress, triesNetwork, triesDevice) = (Int64(16), Int64(17), Int64(18))
        static let day = Int64(32)
        static let (dayAddress, dayNetwork, dayDevice) = (Int64(32), Int64(33), Int64(34))
        /// Of `pairs`: a device's pseudonym; its value the ordinal.
        static let pseudonym = Int64(64)
    }

    /// Of a row of `sources` that counts a source's day, after the key.
    enum Daily {
        static let (attempts, successes, unknown, accounts, first, last) = (3, 4, 5, 6, 7, 8)
    }
}
