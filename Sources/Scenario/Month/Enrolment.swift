/// When members register: a curve over the four days until registration stopped, steep by day, flat by night. Members are
/// numbered in the order they come, so that one's time is found without the others'.
struct Enrolment {
    let count: Int
    private let seed: UInt64
    /// Share of all members who have come by the end of each hour from 07-01 00:00 on, in millionths of a whole.
    private let cumulated: [Int]

    /// Of 24 hours, by how many people look at their phones.
    static let hours = [6, 3, 2, 1, 1, 2, 5, 10, 13, 14, 15, 17, 20, 17, 15, 15, 16, 18, 20, 21, 21, 20, 17, 12]
    /// Of the four days: the first is the launch, the last ends at 17:00. All but a few had come by 07-03 24:00.
    private static let days = [38, 33, 26, 3]

    init(seed: UInt64, count: Int) {
        self.seed = seed
        self.count = count
        var sums: [Int] = []
        var sum = 0
        for (day, share) in Self.days.enumerated() {
            let open = (0..<24).map { hour in
                let begin = July.at(day + 1, hour)
                return begin < July.at(1, 8) || begin >= July.registrationStop ? 0 : Self.hours[hour]
            }
            let all = open.reduce(0, +)
            for weight in open {
                sum += share * 10_000 * weight / all
                sums.append(sum)
            }
        }
        cumulated = sums
    }

    /// When member `number` (from 0) opens the account. Never falls with the number.
    func moment(_ number: Int) -> Moment {
        var chance = Chance(seed, .enrolment, number)
        let grain = 1024
        let place = (number * grain + chance.below(grain)) * (cumulated.last ?? 1) / (count * grain)
        // The first hour that ends beyond the place.
        var low = 0
        var high = cumulated.count - 1
        while low < high {
            let middle = (low + high) / 2
            if cumulated[middle] > place { high = middle } else { low = middle + 1 }
        }
        let before = low == 0 ? 0 : cumulated[low - 1]
        return low * 3600 + (place - before) * 3600 / max(1, cumulated[low] - before)
    }

    /// How many have come before a moment.
    func members(before moment: Moment) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self.moment(middle) < moment { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
