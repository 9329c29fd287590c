import Ledger
import Testing

/// Sequences with makings-good. Whose charges a frozen lot's payments took follows from what was booked, which the coins do not
/// know: here the laws are looked at, not a model. In between: free parts are the balance, held parts the hold, the loss is
/// what was made good, nobody gets more than was charged, no frozen part shifts. At the end, when all is judged, certified and
/// made good, the loss is D6 and the law of the person an equation.
@Suite struct FrozenTests {
    @Test("Made good in part, twice, too much and for nothing, the laws hold", arguments: 0..<4)
    func laws(part: Int) throws {
        var codes: Set<String> = []
        for seed in (part * 300 + 1)...(part * 300 + 300) {
            var play = try FrozenPlay(seed: UInt64(seed))
            try play.play(40)
            codes.formUnion(play.codes)
            if !play.wrong.isEmpty {
                Issue.record("seed \(seed): \(play.wrong.prefix(4))")
                return
            }
        }
        #expect(codes.isSuperset(of: ["amendment-required", "made-good"]))
    }
}
