internal import Ledger

extension Audit {
    /// What a policy allows in a day and in a window, and what was moved since. Counted from the policy on that named
    /// such a limit.
    struct Limits {
        var dailyCharge: Int64 = 0
        var dailyCardCharge: Int64 = 0
        var dailyPayment: Int64 = 0
        /// Bits of sources, charges, seconds.
        var windows: [(sources: UInt8, count: Int64, seconds: Int64)] = []
        var sessionSeconds: Int64 = 0
        var proposalSeconds: Int64 = 259_200
        var homeCountry = "JP"
        var requiresLaunch = false
        /// Nothing is offered to victims before.
        var compensationFrom = Instant(microseconds: 0)
        /// Of claims: the least level of identity, and whether a block of foreign addresses lets them in.
        var claimIdentity: Int64 = 1
        var claimsFromAbroad = false
        var batchItems: Int64 = 0
        var batchTotal: Int64 = 0

        /// By account: the day in Japan, and what was charged, charged by card and paid on it.
        private(set) var days: [UInt64: (day: Int64, charged: Int128, byCard: Int128, paid: Int128)] = [:]
        /// By account: when it was charged from what, oldest first, within a day.
        private var charges: [UInt64: [(at: Instant, source: UInt8)]] = [:]

        /// The rules of a policy as its event stores them: number, scope and two numbers, eighteen bytes.
        mutating func read(_ event: Event) {
            let before = windows.map(\.seconds).max() ?? 0
            (dailyCharge, dailyCardCharge, dailyPayment, windows) = (0, 0, 0, [])
            (sessionSeconds, proposalSeconds, homeCountry, requiresLaunch) = (0, 259_200, "JP", false)
            compensationFrom = Instant(microseconds: 0)
            (claimIdentity, claimsFromAbroad, batchItems, batchTotal) = (1, false, 0, 0)
            for bytes in event.tail.all(.policyRule) where bytes.count == 18 {
                let bytes = Array(bytes)
                let a = Tail.number(bytes[2..<10])
                switch bytes[0] {
                case 3: windows.append((bytes[1], a, Tail.number(bytes[10..<18])))
                case 4: dailyCharge = a
                case 5: dailyCardCharge = a
                case 6: dailyPayment = a
                case 14: sessionSeconds = a
                case 15: proposalSeconds = a
                case 16: homeCountry = String(decoding: [UInt8(truncatingIfNeeded: a >> 8), UInt8(truncatingIfNeeded: a)], as: UTF8.self)
                case 17: requiresLaunch = a != 0
                case 18: compensationFrom = Instant(microseconds: a)
                case 19: claimIdentity = a
                case 20: claimsFromAbroad = a != 0
                case 21: (batchItems, batchTotal) = (a, Tail.number(bytes[10..<18]))
                default: break
                }
            }
            // What was charged before may not have been remembered for so long.
            if windows.map(\.seconds).max() ?? 0 > before {
                charges = [:]
            }
        }

        mutating func count(_ event: Event, _ found: inout [String]) {
            let isCharge = event.kind == .chargeSettled
            if dailyCharge > 0 || dailyCardCharge > 0 || dailyPayment > 0 { countDay(event, isCharge, &found) }
            if isCharge, !windows.isEmpty { countWindows(event, &found) }
        }

        private mutating func countDay(_ event: Event, _ isCharge: Bool, _ found: inout [String]) {
            let account = event.subject.ordinal
            var seconds = event.recordedAt.microseconds / 1_000_000
            if event.recordedAt.microseconds % 1_000_000 < 0 { seconds -= 1 }
            seconds += 9 * 3600
            let day = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
            var today = days[account] ?? (day, 0, 0, 0)
            if today.day != day { today = (day, 0, 0, 0) }
            let isCard = event.source == .creditCard || event.source == .debitCard
            if isCharge { today.charged += Int128(event.amount) } else { today.paid += Int128(event.amount) }
            if isCharge, isCard { today.byCard += Int128(event.amount) }
            days[account] = today
            let isOver =
                isCharge && dailyCharge > 0 && today.charged > Int128(dailyCharge)
                || isCharge && isCard && dailyCardCharge > 0 && today.byCard > Int128(dailyCardCharge)
                || !isCharge && dailyPayment > 0 && today.paid > Int128(dailyPayment)
            if isOver { found.append("the account moves more in one day than the policy allows") }
        }

        private mutating func countWindows(_ event: Event, _ found: inout [String]) {
            let account = event.subject.ordinal
            let source = event.source?.rawValue ?? 0
            var own = charges[account] ?? []
            own.removeAll { $0.at + 86_400 <= event.recordedAt }
            for window in windows where window.sources & 1 << source != 0 {
                var count: Int64 = 0
                for charge in own where charge.at + window.seconds > event.recordedAt && window.sources & 1 << charge.source != 0 { count += 1 }
                if count >= window.count { found.append("\(count + 1) charges within \(window.seconds) seconds, the policy allows \(window.count)") }
            }
            own.append((event.recordedAt, source))
            charges[account] = own
        }
    }
}
