internal import Ledger

/// What stands in which column of the fraud view's tables.
extension FraudWatch {
    enum Account {
        /// The sum of the weights of its findings; when money last moved; rows + 1 of `known` and `windows`; its last event.
        static let score = 0, money = 1, known = 2, window = 3, last = 4
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
        static let owner = 0, touched = 1
        /// In a row that is free.
        static let nextFree = touched
        /// F0: the day in Japan, what was charged and paid on it, its notes, 1 once found.
        static let day = 2, charged = 3, paid = 4, money = 5, dayMark = 6
        /// F1: the rule's charges.
        static let charges = 7, chargesMark = 8
        /// F2: the last filling and its event, fillings and drains of the window, how often.
        static let filledAt = 9, filled = 10, drains = 11, drainMark = 12, cycles = 13
        /// F4: the last act from abroad.
        static let abroadAt = 14, abroad = 15, abroadMark = 16
        /// F9: wrong passwords; the last success from an address never seen that followed enough of them.
        static let errors = 17, guessedAt = 18, guessed = 19, guessedMark = 20
        /// F10: the last payment in a store whose place is known.
        static let store = 21, storeAt = 22, storeEvent = 23, travelMark = 24
        /// F12: the rule's payments.
        static let cartons = 25, cartonsMark = 26
        /// F13: the last reset to a changed address.
        static let resetAt = 27, reset = 28, resetMark = 29
        /// F5, F14.
        static let newDeviceMark = 30, idleMark = 31
        static let width = 32
    }

    enum Store {
        /// Its name in `words`; 1 if its place is known, and that.
        static let name = 0, hasPlace = 1, latitude = 2, longitude = 3
        static let width = 4
    }

    enum Found {
        /// Rule and level (1, 2) in the two lowest bytes, version above; account; subject's kind and two words of it.
        static let rule = 0, account = 1, kind = 2, a = 3, b = 4
        static let start = 5, position = 6, time = 7, weight = 8, score = 9
        /// Place and number of the positions in `words`; how many things were counted.
        static let evidence = 10, evidenceCount = 11, matched = 12
        static let width = 13
    }

    enum Report {
        /// 1 = an hour, 2 = a source of a day.
        static let kind = 0
        /// Of an hour, counted from 1970; findings by rule from `findings` on.
        static let hour = 1, attempts = 2, failures = 3, unknown = 4, abroad = 5, cards = 6, findings = 7
        /// Of a source: day in Japan, tag, two words of it.
        static let day = 1, tag = 2, a = 3, b = 4, tries = 5, successes = 6, unknownIDs = 7, touched = 8, first = 9, last = 10
        static let width = findings + 15
    }

    /// Single numbers at the front of `words`.
    enum Word {
        static let version = 0, rules = 1, home = 2, freeWindow = 3
        /// How many devices were met; row + 1 and end of the hour that counts; the day whose sources are counted; how many
        /// pairs of them.
        static let devices = 4, hourRow = 5, hourEnd = 6, sourceDay = 7, touches = 8
        /// F8: version under which it was found on `days[0]`'s day; when the day's first unknown id came; how many came.
        static let unknownMark = 9, unknownStart = 10, unknownCount = 11
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
        static let device = Int64(6), till = Int64(11)
        static let triesAddress = Int64(16), triesNetwork = Int64(17), triesDevice = Int64(18)
        static let day = Int64(32)
        static let dayAddress = Int64(32), dayNetwork = Int64(33), dayDevice = Int64(34)
        /// Of `pairs`: a device's pseudonym; its value the ordinal.
        static let pseudonym = Int64(64)
    }

    /// Of a row of `sources` that counts a source's day, after the key.
    enum Daily {
        static let attempts = 3, successes = 4, unknown = 5, accounts = 6, first = 7, last = 8
    }
}
