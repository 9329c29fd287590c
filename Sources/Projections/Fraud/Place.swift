/// Where a store stands, in millionths of a degree. No floating point: the same on every machine.
struct Place: Equatable, Sendable {
    let latitude: Int64
    let longitude: Int64

    init(latitude: Int64, longitude: Int64) { (self.latitude, self.longitude) = (latitude, longitude) }

    /// Reads `lat,lon` in decimal degrees (`35.68,139.767`, at most 90 and 180, digits beyond the sixth are dropped),
    /// alone or before a space and a name.
    init?(_ text: some Collection<UInt8>) {
        let number = text.prefix { $0 != UInt8(ascii: " ") }
        let parts = number.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 2, let latitude = Self.degrees(parts[0]), let longitude = Self.degrees(parts[1]),
            latitude.magnitude <= 90_000_000, longitude.magnitude <= 180_000_000
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }

    /// An optional sign, one to three digits, and perhaps a point with digits behind it.
    private static func degrees(_ text: some Collection<UInt8>) -> Int64? {
        var rest = Array(text)
        var isNegative = false
        if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
            isNegative = sign == UInt8(ascii: "-")
            rest.removeFirst()
        }
        let parts = rest.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, (1...3).contains(whole.count), parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy { (48...57).contains($0) } })
        else { return nil }
        var value = whole.reduce(Int64(0)) { $0 * 10 + Int64($1 - 48) }
        let fraction = parts.count == 2 ? Array(parts[1].prefix(6)) : []
        for index in 0..<6 { value = value * 10 + (index < fraction.count ? Int64(fraction[index] - 48) : 0) }
        return isNegative ? -value : value
    }

    /// Metres along the ground, on a sphere of 6,371 km, flat between the two (equirectangular: below 0.1 % off within 500 km
    /// in Japan). A difference in longitude is shortened by the cosine of the mean latitude, between whole degrees by a line.
    func metres(to other: Place) -> Int64 {
        let north = latitude - other.latitude
        let around = Int64((longitude - other.longitude).magnitude)
        let mean = Int64((latitude + other.latitude).magnitude) / 2
        let east = min(around, 360_000_000 - around) * Self.cosine(mean) / 1_000_000
        return Self.root(UInt64(north * north + east * east)) * 111_195 / 1_000_000
    }

    /// In millionths.
    private static func cosine(_ angle: Int64) -> Int64 {
        let (degree, rest) = (Int(angle / 1_000_000), angle % 1_000_000)
        return rest == 0 ? cosines[degree] : cosines[degree] - (cosines[degree] - cosines[degree + 1]) * rest / 1_000_000
    }

    /// The whole part of the square root. O(64).
    private static func root(_ square: UInt64) -> Int64 {
        var (rest, root, bit): (UInt64, UInt64, UInt64) = (square, 0, 1 << 62)
        while bit > rest { bit >>= 2 }
        while bit != 0 {
            if rest >= root + bit {
                rest -= root + bit
                root = (root >> 1) + bit
            } else {
                root >>= 1
            }
            bit >>= 2
        }
        return Int64(root)
    }

    /// Of 0 to 90 degrees, in millionths.
    private static let cosines: [Int64] = [
        1_000_000, 999_848, 999_391, 998_630, 997_564, 996_195, 994_522, 992_546, 990_268, 987_688, 984_808, 981_627,
        978_148, 974_370, 970_296, 965_926, 961_262, 956_305, 951_057, 945_519, 939_693, 933_580, 927_184, 920_505,
        913_545, 906_308, 898_794, 891_007, 882_948, 874_620, 866_025, 857_167, 848_048, 838_671, 829_038, 819_152,
        809_017, 798_636, 788_011, 777_146, 766_044, 754_710, 743_145, 731_354, 719_340, 707_107, 694_658, 681_998,
        669_131, 656_059, 642_788, 629_320, 615_661, 601_815, 587_785, 573_576, 559_193, 544_639, 529_919, 515_038,
        500_000, 484_810, 469_472, 453_990, 438_371, 422_618, 406_737, 390_731, 374_607, 358_368, 342_020, 325_568,
        309_017, 292_372, 275_637, 258_819, 241_922, 224_951, 207_912, 190_809, 173_648, 156_434, 139_173, 121_869,
        104_528, 87_156, 69_756, 52_336, 34_899, 17_452, 0,
    ]
}
