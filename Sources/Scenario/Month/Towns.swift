/// Where stores stand. Towns are real, stores invented.
struct Towns {
    let stores: Int
    private let seed: UInt64
    /// The town of each store.
    private let towns: [UInt8]
    private let byTown: [[UInt16]]

    struct Town {
        let name: String
        /// Ten-thousandths of a degree.
        let latitude: Int
        let longitude: Int
        let weight: Int

        init(_ name: String, _ latitude: Int, _ longitude: Int, _ weight: Int) {
            self.name = name
            self.latitude = latitude
            self.longitude = longitude
            self.weight = weight
        }
    }

    static let all = [
        Town("Shinjuku", 356_938, 1_397_034, 9), Town("Edogawa", 357_067, 1_398_683, 8),
        Town("Toshima", 357_263, 1_397_167, 6), Town("Ota", 355_614, 1_397_161, 7),
        Town("Hachioji", 356_664, 1_393_160, 5), Town("Yokohama", 354_437, 1_396_380, 9),
        Town("Kawasaki", 355_308, 1_397_029, 6), Town("Saitama", 358_617, 1_396_455, 7),
        Town("Chiba", 356_073, 1_401_063, 6), Town("Utsunomiya", 365_551, 1_398_828, 3),
        Town("Sendai", 382_682, 1_408_694, 4), Town("Sapporo", 430_618, 1_413_545, 5),
        Town("Niigata", 379_162, 1_390_364, 2), Town("Kanazawa", 365_613, 1_366_562, 2),
        Town("Nagano", 366_513, 1_381_810, 2), Town("Shizuoka", 349_756, 1_383_828, 4),
        Town("Nagoya", 351_815, 1_369_066, 8), Town("Kyoto", 350_116, 1_357_681, 4),
        Town("Osaka", 346_937, 1_355_023, 10), Town("Kobe", 346_901, 1_351_956, 5),
        Town("Hiroshima", 343_853, 1_324_553, 4), Town("Matsuyama", 338_392, 1_327_657, 2),
        Town("Fukuoka", 335_904, 1_304_017, 6), Town("Kagoshima", 315_966, 1_305_571, 2),
    ]
    /// Where the runners buy: the first towns, around the capital.
    private static let runners = 5

    init(seed: UInt64, stores: Int) {
        self.seed = seed
        self.stores = stores
        var chance = Chance(seed, .places)
        var deck = Deck(Self.all.indices.map { ($0, Self.all[$0].weight) }, count: stores, &chance)
        let towns = (0..<stores).map { _ in UInt8(deck.draw()) }
        var byTown: [[UInt16]] = Array(repeating: [], count: Self.all.count)
        for (store, town) in towns.enumerated() { byTown[Int(town)].append(UInt16(store)) }
        self.towns = towns
        self.byTown = byTown
    }

    func name(_ store: Int) -> String { "s-\(1001 + store)" }

    /// "35.693,139.703 Shinjuku": where the store stands, to a hundred metres; with one more digit each, some would look like
    /// card numbers, which no text of the ledger may.
    func place(_ store: Int) -> String {
        var chance = Chance(seed, .places, store + 1)
        let town = Self.all[Int(towns[store])]
        let (north, east) = (town.latitude + chance.within(-400...400), town.longitude + chance.within(-400...400))
        return "\(Self.degrees(north)),\(Self.degrees(east)) \(town.name)"
    }

    private static func degrees(_ number: Int) -> String {
        let rest = String(number % 10_000 / 10)
        return "\(number / 10_000)." + String(repeating: "0", count: 3 - rest.utf8.count) + rest
    }

    /// The store a member lives beside, and one more in the same town.
    func home(of member: Int) -> (near: Int, other: Int) {
        var chance = Chance(seed, .home, member)
        let near = chance.below(stores)
        let town = byTown[Int(towns[near])]
        return (near, Int(town[chance.below(town.count)]))
    }

    /// A store in one of the towns the runners work in.
    func far(_ chance: inout Chance) -> Int {
        var town: [UInt16] = []
        while town.isEmpty { town = byTown[chance.below(Self.runners)] }
        return Int(town[chance.below(town.count)])
    }
}
