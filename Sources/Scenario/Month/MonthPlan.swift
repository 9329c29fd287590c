public import Ledger

/// The month of July 2019: a seeded story of a wallet's launch, the attack on it, and how the damage was found. The same
/// seed and scale give the same acts, byte for byte. All persons and stores are invented.
///
/// ```swift
/// let plan = MonthPlan(seed: 7, scale: 100)
/// for act in plan.acts() { … }        // hundreds of thousands, one at a time, in time order
/// ```
///
/// The attack always takes from the same number of members, whatever the scale: only the crowd around them grows. The
/// plan keeps the cases (some 1,900 accounts) and a few bytes a member; the crowd's acts are drawn day by day.
public struct MonthPlan: Sendable {
    public let seed: UInt64
    /// One in so many of the 1.5 million members there were.
    public let scale: Int
    /// Members who register in this month, the cases among them, besides those of the hand-written chapters.
    public let members: Int
    /// How many marks its acts use.
    public let marks: Int

    let enrolment: Enrolment
    let towns: Towns
    let cases: [Case]
    /// Of each case: the member's dispute and the partner's report.
    let caseMarks: [(dispute: Mark, report: Mark)]
    /// Everything but the crowd, in time order.
    let planned: [Act]

    private static let fullMembers = 1_500_000
    private static let fullStores = 21_000
    /// The cases must be hidden in a crowd.
    private static let fewestMembers = 6_000

    public init(seed: UInt64 = 20_190_701, scale: Int = 100) {
        precondition(scale >= 1, "a scale is 1 or more")
        self.seed = seed
        self.scale = scale
        members = max(Self.fewestMembers, Self.fullMembers / scale)
        enrolment = Enrolment(seed: seed, count: members)
        towns = Towns(seed: seed, stores: max(120, Self.fullStores / scale))
        var marks = Marks()
        var cases = Casting(seed: seed, enrolment: enrolment, towns: towns).cases
        let handWritten = HandWritten(&marks)
        cases.insert(handWritten.found, at: 0)
        for index in cases.indices where cases[index].member != nil {
            for move in cases[index].moves.indices { cases[index].moves[move].mark = marks.next() }
        }
        var script = Prompter(seed: seed, towns: towns, enrolment: enrolment, marks: marks)
        script.tell(cases)
        for act in handWritten.acts { script.add(act) }
        script.add(staff: Staff.steps)
        for (number, found) in cases.enumerated() { script.add(found, number) }
        script.addClearing()
        script.addStuffing(cases, scale: scale)
        self.cases = cases
        caseMarks = cases.indices.map { script.caseMarks($0) }
        self.marks = script.marks.count
        planned = script.inOrder
    }

    /// The first instant after the month.
    public static let end = July.instant(July.end)

    /// The month's acts, in time order; those of one moment in a fixed order.
    public func acts() -> MonthActs { MonthActs(self) }
}

/// Gives marks out.
struct Marks {
    private(set) var count: Int

    init(after count: Int = 0) { self.count = count }

    mutating func next() -> Mark {
        defer { count += 1 }
        return Mark(number: count)
    }
}

/// Who is who: victims, look-alikes and heavy users, each given a member who came on the first day.
struct Casting {
    private(set) var cases: [Case] = []

    /// Of 1.5 million ordinary members, whom the rule of thumb takes for victims.
    private static let bigSpenders = 118

    init(seed: UInt64, enrolment: Enrolment, towns: Towns) {
        let losses = Losses(seed: seed).all
        let shifts = Shifts(seed: seed, losses: losses, towns: towns).all
        let script = Script(seed: seed, enrolment: enrolment, towns: towns)
        let findings = Findings(seed: seed)
        var chance = Chance(seed, .shuffle)
        let early = enrolment.members(before: July.day)
        var seats = Self.seats(2_200, of: early, &chance)
        var reports = Deck([(Findings.Report.early, 40), (.later, 40), (.never, 20)], count: losses.count, &chance)
        for (number, loss) in losses.enumerated() {
            var found = script.victim(loss, member: seats.removeLast(), at: shifts[number].start, shifts[number].shift)
            findings.plan(&found, number, report: reports.draw(), isLast: number == losses.count - 1)
            if loss.late != nil { found.amendedAt = July.at(chance.within(30...31), 10, 30) + chance.below(4 * 3600) }
            cases.append(found)
        }
        // The hand-written victim is certified first of all.
        let victims = 1 + cases.count { $0.certifiedAt < July.firstCount }
        for number in 0..<(Findings.firstCount.people - victims) {
            var found = script.lookalike(member: seats.removeLast())
            findings.planLookalike(&found, number)
            cases.append(found)
        }
        findings.understate(&cases)
        addHeavy(script, &seats, crowd: enrolment.count)
    }

    /// As many as bring the rule of thumb near the published estimate.
    private mutating func addHeavy(_ script: Script, _ seats: inout [Int], crowd: Int) {
        let found = Findings.estimate(cases)
        // The hand-written victim is one more; and of a large crowd some spend as much by chance.
        let others = 1 + crowd * Self.bigSpenders / 1_500_000
        let count = min(450, max(120, Findings.estimate.people - found.people - others))
        let each = (Findings.estimate.yen - found.yen - Losses.handWritten) / count
        for _ in 0..<count { cases.append(script.heavy(member: seats.removeLast(), about: each)) }
    }

    /// Different members of the first day, spread over it, shuffled.
    private static func seats(_ count: Int, of members: Int, _ chance: inout Chance) -> [Int] {
        precondition(members >= count, "there are enough members on the first day")
        var seats = (0..<count).map { place in
            let from = place * members / count
            return from + chance.below((place + 1) * members / count - from)
        }
        chance.shuffle(&seats)
        return seats
    }
}
