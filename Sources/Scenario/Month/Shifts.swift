internal import Ledger

/// When each stolen account is emptied, and by which runner's phone: seven or eight accounts each, most of them between
/// the evening of 07-02 and the card stop (domain.md §6.1).
struct Shifts {
    /// The phone of each victim and when it signs in, in the victims' order.
    private(set) var all: [(start: Moment, shift: Script.Shift)] = []

    private static let apart: Moment = 14 * 60

    init(seed: UInt64, losses: [Loss], towns: Towns) {
        var chance = Chance(seed, .timing)
        var device = 1
        all = Array(repeating: (0, Script.Shift(device: 0, start: 0, store: 0)), count: losses.count)
        let cards = losses.indices.filter { losses[$0].source == .creditCard || losses[$0].source == .debitCard }
        let phones = (cards.count + 6) / 7
        var windows = Deck(
            [
                (July.at(2, 5)...July.at(2, 14), 12), (July.at(2, 17)...July.at(2, 19, 30), 42), (July.at(2, 21, 45)...July.at(2, 23), 5),
                (July.at(3, 0, 10)...July.at(3, 5), 27), (July.at(3, 6, 30)...July.at(3, 11), 14),
            ], count: phones, &chance)
        assign(cards, towns, &device, &chance) { chance in chance.within(windows.draw()) }
        // Points could be charged until 07-04 14:00, and were found later.
        let points = losses.indices.filter { losses[$0].source == .point }
        assign(points, towns, &device, &chance) { chance in chance.within(July.at(2, 20)...July.at(4, 10)) }
        ownBalances(losses, towns, &device, &chance)
    }

    private mutating func assign(
        _ victims: [Int], _ towns: Towns, _ device: inout Int, _ chance: inout Chance, start: (inout Chance) -> Moment
    ) {
        var place = 0
        while place < victims.count {
            let shift = Script.Shift(device: device, start: start(&chance), store: towns.far(&chance))
            let size = chance.percent(50) ? 7 : 8
            for (slot, victim) in victims[place..<min(place + size, victims.count)].enumerated() {
                all[victim] = (shift.start + slot * Self.apart + chance.below(300), shift)
            }
            place += size
            device += 1
        }
    }

    /// Once nothing can be charged, balances are spent: a clerk at her own till in the night to 07-05, others one by one
    /// until mid-July, and then none.
    private mutating func ownBalances(_ losses: [Loss], _ towns: Towns, _ device: inout Int, _ chance: inout Chance) {
        let victims = losses.indices.filter { losses[$0].source == nil }
        let clerk = Script.Shift(device: device, start: July.at(4, 22), store: towns.far(&chance))
        device += 1
        for (place, victim) in victims.dropLast().enumerated() {
            if place < 5 {
                all[victim] = (clerk.start + place * 1_900, clerk)
                continue
            }
            // Half of them by 07-06, the last on 07-13.
            let share = (place - 5) * 1_000 / max(1, victims.count - 6)
            let days = share < 500 ? share * 3 * July.day / 500 : 3 * July.day + (share - 500) * 7 * July.day / 500
            let evening = July.at(3, 17) + days
            let shift = Script.Shift(device: device + place / 8, start: evening, store: towns.far(&chance))
            all[victim] = (evening + chance.below(3 * 3600), shift)
        }
        guard let last = victims.last else { return }
        all[last] = (July.at(12, 19, 10), Script.Shift(device: device + victims.count / 8, start: July.at(12, 19), store: towns.far(&chance)))
    }
}
